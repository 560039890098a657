"""The port matrix: who talks to whom, on what, why, and, where that was asked, what has become of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from pamlint.model.finding import Direction, PolicyUsed, Row
from pamlint.model.policy import Confidence, Need
from pamlint.model.resource import Location

LineNeed = Need | Literal["not-needed"]
LineState = Literal["missing", "wrongly-open", "half-open", "unproven", "open", "closed", "not-judged"]
LINE_STATES: tuple[LineState, ...] = get_args(LineState)
"""Worst first. `missing`: required and not open. `wrongly-open`: it must be blocked and is open. `half-open`: open at one end
alone. `closed`: not open, and it need not be."""


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays a role: its networks as CIDRs, and the groups, tags and names that stand for it. Both empty: nobody is known."""

    role: str
    networks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule by its Terraform address or live id, and where it stands."""

    name: str
    location: Location | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.location.file}:{self.location.line})" if self.location else self.name


@dataclass(frozen=True, slots=True)
class LineEnd:
    """What has become of a line at one of its ends: the rules that open it, what is not admitted, and what that hangs on."""

    direction: Direction
    state: LineState
    rules: tuple[RuleTold, ...] = ()
    lacking: tuple[Row, ...] = ()
    because: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the matrix: one flow, one pair of roles, one protocol with its ports.

    `ports` are as they are written (`22, 8000-8100`, `any`, empty for protocols without ports); for ICMP they are types.
    `when` says with which features the line counts, `why` and `source` what the policy says of it. `parameters` are those that
    gave the ports. `state` is None where nothing was verified.
    """

    estate: str | None
    policy: str
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

    @property
    def lacks(self) -> bool:
        """Whether something that is required is missing, at both ends or at one."""
        return self.state == "missing" or any(end.state == "missing" for end in self.ends)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All lines, of one site or of a bare policy, in the order of its flows. `inactive` are the flows that are off here."""

    policies: tuple[PolicyUsed, ...]
    sites: tuple[str, ...]
    today: date | None
    lines: tuple[Line, ...]
    inactive: tuple[str, ...] = ()
    version: str = ""
