"""What pamlint says: findings, verdicts and the report that holds them. A finding is complete or cannot be built."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal

from pamlint.model.noun import noun
from pamlint.model.resource import Input, Location

Severity = Literal["critical", "high", "medium", "low", "info"]
Certainty = Literal["proved", "unproven"]
Direction = Literal["ingress", "egress"]
VerdictState = Literal["satisfied", "missing", "open", "blocked", "unproven", "not-judged"]

DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
"""Worst first."""

CHECKS: tuple[str, ...] = (
    "missing-access",
    "extra-access",
    "blocked-access",
    "implicit-allow",
    "pinned-source-port",
    "half-open-flow",
    "reply-blocked",
    "unreachable-rule",
    "mixed-rule-styles",
    "unbound-role",
    "expired-allowance",
    "failed-validation",
    "unresolved-value",
    "unreadable-input",
)
"""Every check's id, in the order in which the documentation tells them."""


@noun
class Row:
    """One line of traffic as it is printed: every combination of its fields, less its exceptions.

    `ports` None means all (or none, for protocols without ports), `icmp` None all types; values are comma-separated,
    `a-b` a run. `peers` and `local` hold CIDRs, symbols or `any`.
    """

    protocol: str
    ports: str | None
    icmp: str | None
    peers: tuple[str, ...]
    local: tuple[str, ...]
    source_ports: str | None
    exceptions: tuple[Row, ...] = ()


@noun
class Witness:
    """One packet of a finding's traffic; a symbol stands where no address is known, None where the protocol has no port."""

    protocol: str
    source: str
    source_port: int | None
    destination: str
    destination_port: int | None
    icmp: str | None


@noun
class Related:
    """Another ACL or rule that has to do with a finding, and how."""

    kind: Literal["acl", "rule"]
    name: str
    location: Location | None
    why: str


@noun
class Finding:
    """What one check says of one place. `source` is where the policy wants it (a title and an address), `tip` what to do."""

    check: str
    severity: Severity
    certainty: Certainty
    estate: str | None
    message: str
    tip: str
    roles: tuple[str, ...] = ()
    flow: str | None = None
    direction: Direction | None = None
    acl: str | None = None
    rule: str | None = None
    workloads: tuple[str, ...] = ()
    traffic: tuple[Row, ...] = ()
    witness: Witness | None = None
    because: tuple[str, ...] = ()
    location: Location | None = None
    related: tuple[Related, ...] = ()
    source: str | None = None
    subject: str = ""
    """What else tells two findings of one check apart (a reference, a file); part of the fingerprint, not told."""

    @property
    def fingerprint(self) -> str:
        """The same finding in another run, whatever the lines: 32 hexadecimal digits."""
        parts = (self.check, self.roles, self.flow, self.estate, self.acl, self.direction, self.traffic, self.subject)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@noun
class Suppressed:
    """A finding that is left out, with the reason, the last day of that (None: no end), and where it says so."""

    finding: Finding
    reason: str
    until: date | None
    location: Location


@noun
class PolicyUsed:
    """A policy that the estate was judged by."""

    id: str
    version: str
    sha256: str


@noun
class BindingTold:
    """Who plays a role, as the report tells it."""

    role: str
    estate: str | None
    acls: tuple[str, ...]
    workloads: tuple[str, ...]
    cidrs: tuple[str, ...]


@noun
class Verdict:
    """What came out for one flow, one role, one direction, one judged unit."""

    flow: str
    role: str
    direction: Direction
    estate: str | None
    acls: tuple[str, ...]
    workloads: tuple[str, ...]
    state: VerdictState
    rules: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@noun
class Unjudged:
    """An ACL that was read and not judged, with the reason."""

    acl: str
    why: str


@noun
class Summary:
    """The counts at the end. `unproven` counts unproven verdicts (findings), `suppressed` the findings that were ignored."""

    files: int
    roots: int
    acls: int
    rules: int
    workloads: int
    flows: int
    findings: dict[Severity, int]
    unproven: int
    suppressed: int
    unjudged_acls: int


@noun
class Report:
    """Everything that a run has to tell. `notes` are for standard error: what a reader should know and is no finding.

    `settled` is true if nothing is unproven and nothing that could be judged was left out; `min_severity` is the site's
    threshold. `unsaid` are the flows that are unproven somewhere without a finding of their own.
    """

    version: str
    today: date
    complete: bool
    policies: tuple[PolicyUsed, ...]
    inputs: tuple[Input, ...]
    bindings: tuple[BindingTold, ...]
    verdicts: tuple[Verdict, ...]
    unjudged: tuple[Unjudged, ...]
    summary: Summary
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    settled: bool = True
    min_severity: Severity = "low"
    unsaid: tuple[str, ...] = ()
