"""What is shown to an auditor: what was judged, what is open and why, what is not, and what could not be known."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pamlint.model.finding import Direction, Report, Row, Suppressed
from pamlint.model.matrix import Line, RuleTold
from pamlint.model.noun import noun

Standing = Literal["unjustified", "unproven", "justified", "not-judged", "idle"]
"""Of a rule: some of what it opens has no flow and no allowance; perhaps; all of it has; nobody can say; it opens nothing."""


@noun
class RuleEvidence:
    """One allow rule: what it and the rest of its chain let through, for which flows and allowances, and what of it for none.

    `unjustified` is proved, `doubtful` may be, and `because` names what decides; both are empty for a rule that is justified.
    `platform` is true where the cloud permits it by itself, `internet` where it is open to the Internet at
    large, `default` for what the cloud adds itself, and `remarks` say what else is to be known.
    """

    estate: str | None
    acl: str
    rule: RuleTold
    direction: Direction
    roles: tuple[str, ...]
    standing: Standing
    traffic: tuple[Row, ...]
    flows: tuple[str, ...]
    allowances: tuple[str, ...]
    platform: bool
    unjustified: tuple[Row, ...]
    doubtful: tuple[Row, ...]
    because: tuple[str, ...]
    internet: bool
    default: bool
    remarks: tuple[str, ...]


@noun
class AllowanceEvidence:
    """What the site permits besides the policy: why, until when, and by which rules it is open. `expired`: it permits no more,
    and the rules keep it open still."""

    estate: str | None
    name: str
    roles: tuple[str, ...]
    direction: Direction | None
    service: str
    peers: tuple[str, ...]
    reason: str
    until: date | None
    expired: bool
    rules: tuple[str, ...]


@noun
class Commit:
    """The commit that is checked out in a working tree, and its branch (None: detached). Without a `sha`, `unknown` says why."""

    place: str
    sha: str | None
    branch: str | None = None
    unknown: str = ""


@noun
class SiteFile:
    """A site file as it was read."""

    path: str
    sha256: str


@noun
class Evidence:
    """Everything that an auditor is shown. `review` is the day by which the rules are to be looked at again."""

    report: Report
    sites: tuple[SiteFile, ...]
    commits: tuple[Commit, ...]
    lines: tuple[Line, ...]
    rules: tuple[RuleEvidence, ...]
    allowances: tuple[AllowanceEvidence, ...]
    suppressed: tuple[Suppressed, ...]
    review: date
