"""From judgements and findings to the one report that every output tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from pamlint import __version__
from pamlint.binding import Binding
from pamlint.judging.judgement import FlowState, Judgement
from pamlint.model.acl import Network
from pamlint.model.finding import (
    SEVERITIES,
    BindingTold,
    Finding,
    PolicyUsed,
    Report,
    Severity,
    Summary,
    Suppressed,
    Unjudged,
    Verdict,
    VerdictState,
)
from pamlint.model.noun import noun
from pamlint.model.resource import Input, Reading
from pamlint.model.site import Site

WORST: tuple[VerdictState, ...] = ("missing", "open", "unproven", "blocked", "satisfied", "not-judged")


@noun
class Outcome:
    """One estate, judged and checked."""

    judgement: Judgement
    network: Network
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    unreadable: bool
    notes: tuple[str, ...]


@noun
class Chapter:
    """What the report tells of one estate, with nothing of how that was found."""

    site: SiteTold
    inputs: tuple[Input, ...]
    bindings: tuple[BindingTold, ...]
    verdicts: tuple[Verdict, ...]
    unjudged: tuple[Unjudged, ...]
    findings: tuple[Finding, ...]
    suppressed: int
    acls: int
    rules: int
    workloads: int
    flows: int
    unreadable: bool
    is_bound: bool
    unsaid: tuple[str, ...]
    notes: tuple[str, ...]


class SiteTold(NamedTuple):
    """What the report tells of a site; `external` are the roles that never have ACLs of their own."""

    policies: tuple[PolicyUsed, ...]
    external: frozenset[str]
    min_severity: Severity


def chapter(outcome: Outcome) -> Chapter:
    """What the report tells of an estate that was judged and checked."""
    judgement, network = outcome.judgement, outcome.network
    verdicts = tuple(_verdicts(judgement))
    return Chapter(
        _site(judgement.site),
        tuple(reading.input for reading in outcome.readings),
        tuple(_bindings(outcome)),
        verdicts,
        tuple(Unjudged(acl.address, "it plays no role and guards nothing that does") for acl in judgement.binding.idle),
        outcome.findings,
        len(outcome.suppressed),
        len(network.acls),
        sum(1 for acl in network.acls for rule in acl.rules if not rule.default),
        len(network.workloads),
        len(judgement.flows),
        outcome.unreadable,
        bool(judgement.binding.units),
        _unsaid(verdicts, (*outcome.findings, *(each.finding for each in outcome.suppressed))),
        outcome.notes,
    )


def _site(site: Site) -> SiteTold:
    roles = (role for policy in site.policies for role in policy.roles.values())
    return SiteTold(
        tuple(PolicyUsed(policy.id, policy.version, policy.sha256) for policy in site.policies),
        frozenset(role.id for role in roles if role.external),
        site.min_severity,
    )


def assemble(chapters: Sequence[Chapter], today: date, notes: Iterable[str]) -> Report:
    """The report of all estates, sorted so that the same input gives the same bytes."""
    findings = tuple(sorted((finding for one in chapters for finding in one.findings), key=_order))
    verdicts = tuple(verdict for one in chapters for verdict in one.verdicts)
    inputs = tuple(read for one in chapters for read in one.inputs)
    complete = all(read.complete for read in inputs) and not any(one.unreadable for one in chapters)
    return Report(
        __version__,
        today,
        complete,
        _policies(chapters),
        inputs,
        tuple(told for one in chapters for told in one.bindings),
        verdicts,
        tuple(acl for one in chapters for acl in one.unjudged),
        _summary(chapters, findings, inputs),
        findings,
        (*notes, *(note for one in chapters for note in one.notes)),
        settled=_settled(chapters, findings, verdicts),
        min_severity=max((one.site.min_severity for one in chapters), key=SEVERITIES.index, default="low"),
        unsaid=tuple(sorted({flow for one in chapters for flow in one.unsaid})),
    )


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.location
    return (
        SEVERITIES.index(finding.severity),
        finding.certainty,
        finding.estate or "",
        finding.roles,
        finding.check,
        (place.file, place.line, place.column) if place else ("", 0, 0),
        finding.flow or "",
        finding.direction or "",
        finding.rule or finding.acl or "",
        finding.message,
    )


def _policies(chapters: Sequence[Chapter]) -> tuple[PolicyUsed, ...]:
    return tuple({policy.sha256: policy for one in chapters for policy in one.site.policies}.values())


def _bindings(outcome: Outcome) -> Iterable[BindingTold]:
    binding: Binding = outcome.judgement.binding
    addresses = {acl.key: acl.address for acl in outcome.network.acls} | {
        group.key: group.address for group in outcome.network.groups
    }
    machines = {workload.key: workload.address for workload in outcome.network.workloads}
    for role, parts in sorted(binding.parts.items()):
        if role == "any":
            continue
        hosts = {key for part in parts for key in part.hosts}
        members = {member.key for part in parts for member in part.members}
        yield BindingTold(
            role,
            outcome.judgement.estate,
            tuple(sorted(addresses[key] for key in hosts if key in addresses)),
            tuple(sorted(machines[key] for key in hosts | members if key in machines)),
            tuple(dict.fromkeys(cidr for part in parts for cidr in part.cidrs)),
        )


def _verdicts(judgement: Judgement) -> Iterable[Verdict]:
    """One verdict for each flow, role, direction and unit: the worst of what came out for its parts."""
    grouped: dict[tuple[object, ...], list[FlowState]] = {}
    for state in judgement.states:
        unit = tuple(acl.key for acl in state.unit.acls) + tuple(one.key for one in state.unit.workloads) if state.unit else ()
        grouped.setdefault((state.flow.id, state.role, state.direction, unit), []).append(state)
    found = []
    for states in grouped.values():
        first = states[0]
        worst = min((state.state for state in states), key=WORST.index)
        rules = sorted({rule.name for state in states for rule in state.rules})
        found.append(
            Verdict(
                first.flow.id,
                first.role,
                first.direction,
                judgement.estate,
                tuple(acl.address for acl in first.unit.acls) if first.unit else (),
                tuple(workload.address for workload in first.unit.workloads) if first.unit else (),
                worst,
                tuple(rules),
                first.unit.taken_as_absent if first.unit else (),
            )
        )
    return sorted(found, key=lambda verdict: (verdict.role, verdict.flow, verdict.direction, verdict.acls, verdict.workloads))


def _unsaid(verdicts: Iterable[Verdict], findings: Iterable[Finding]) -> tuple[str, ...]:
    """The flows that are unproven where no finding is about them, each with its estate."""
    told = {(finding.flow, role, finding.acl) for finding in findings for role in finding.roles}
    unproven = (verdict for verdict in verdicts if verdict.state == "unproven")
    silent = (one for one in unproven if told.isdisjoint((one.flow, one.role, acl) for acl in one.acls))
    return tuple(sorted({f"{one.flow} ({one.estate})" if one.estate else one.flow for one in silent}))


def _summary(chapters: Sequence[Chapter], findings: Sequence[Finding], inputs: Sequence[Input]) -> Summary:
    counts: Counter[Severity] = Counter(finding.severity for finding in findings)
    return Summary(
        files=len({file for one in inputs for file in one.files}),
        roots=sum(1 for one in inputs if one.kind == "code"),
        acls=sum(one.acls for one in chapters),
        rules=sum(one.rules for one in chapters),
        workloads=sum(one.workloads for one in chapters),
        flows=sum(one.flows for one in chapters),
        findings={severity: counts[severity] for severity in SEVERITIES},
        unproven=sum(1 for finding in findings if finding.certainty == "unproven" and finding.check != "unresolved-value"),
        suppressed=sum(one.suppressed for one in chapters),
        unjudged_acls=sum(len(one.unjudged) for one in chapters),
    )


def _settled(chapters: Sequence[Chapter], findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> bool:
    """Whether nothing is unproven and every end that could have ACLs was judged; external roles never have any."""
    external = {role for one in chapters for role in one.site.external}
    return not any(finding.certainty == "unproven" for finding in findings) and not any(
        verdict.state in ("not-judged", "unproven") and verdict.role not in external for verdict in verdicts
    )
