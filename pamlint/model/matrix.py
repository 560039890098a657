"""The port matrix: who talks to whom, on what, why, and, where that was asked, what has become of it."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from pamlint.model.finding import Direction, PolicyUsed, Row
from pamlint.model.noun import noun, replace
from pamlint.model.policy import Confidence, Need
from pamlint.model.resource import Location

LineNeed = Need | Literal["not-needed"]
LineState = Literal["missing", "wrongly-open", "half-open", "unproven", "open", "closed", "not-judged"]
LINE_STATES: tuple[LineState, ...] = get_args(LineState)
"""Worst first. `missing`: required and not open. `wrongly-open`: it must be blocked and is open. `half-open`: open at one end
alone. `closed`: not open, and it need not be."""


@noun
class Player:
    """Who plays a role: its networks as CIDRs, and the groups, tags and names that stand for it. Both empty: nobody is known."""

    role: str
    networks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@noun
class RuleTold:
    """A rule by its Terraform address or live id, where it stands, and the references that decide whether it says so at all."""

    name: str
    location: Location | None = None
    because: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f" ({self.location.file}:{self.location.line})" if self.location else ""
        return f"{'perhaps ' if self.because else ''}{self.name}{place}"


@noun
class LineEnd:
    """What has become of a line at one of its ends.

    `rules` open it, `traffic` is what of it is missing, wrongly open or in doubt, `because` what a doubt hangs on, and `acls` are
    those that do not admit what is missing.
    """

    direction: Direction
    state: LineState
    rules: tuple[RuleTold, ...] = ()
    traffic: tuple[Row, ...] = ()
    because: tuple[str, ...] = ()
    remark: str = ""
    acls: tuple[str, ...] = ()


@noun
class Line:
    """One line of the matrix: one flow, one pair of roles, one protocol with its ports.

    `ports` are as they are written (`22, 8000-8100`, `any`, empty for protocols without ports); for ICMP they are types.
    `version` is the policy's, `when` says for which features the line is, `why` and `reference` what the policy says of it.
    `parameters` are those that gave the ports. `state` is None where nothing was verified; `missing` are those of the ports that
    are required and not open at some end, `asked` those of the source and of the destination between whom they are.
    """

    estate: str | None
    policy: str
    version: str
    flow: str
    source: Player
    destination: Player
    directions: tuple[Direction, ...]
    protocol: str
    ports: str
    need: LineNeed
    when: str
    why: str
    reference: str
    confidence: Confidence
    parameters: tuple[str, ...] = ()
    state: LineState | None = None
    ends: tuple[LineEnd, ...] = ()
    missing: str = ""
    asked: tuple[Player, Player] | None = None

    @property
    def lacks(self) -> bool:
        """Whether something that is required is missing, at both ends or at one."""
        return self.state == "missing" or any(end.state == "missing" for end in self.ends)


@noun
class Matrix:
    """All lines, of one site or of a bare policy, in the order of its flows, or those in one of the states `only`.

    `inactive` are the flows that are off here. `sites` are the site files, none for a bare policy.
    """

    policies: tuple[PolicyUsed, ...]
    sites: tuple[str, ...]
    today: date | None
    lines: tuple[Line, ...]
    inactive: tuple[str, ...] = ()
    only: tuple[LineState, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the lines have states."""
        return any(line.state is not None for line in self.lines) or bool(self.only)

    @property
    def is_request(self) -> bool:
        """Whether it asks a firewall team for what is missing, and tells nothing else."""
        return self.only == ("missing",)

    def limited(self, only: tuple[LineState, ...]) -> Matrix:
        """The lines in these states alone; what is missing at one end alone is `missing` as well as `half-open`."""
        kept = tuple(line for line in self.lines if line.state in only or ("missing" in only and line.lacks))
        return replace(self, lines=kept, only=only)
