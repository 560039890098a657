"""From judgements and findings to the one report that every output tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

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
from pamlint.model.policy import Policy
from pamlint.model.resource import Reading
from pamlint.model.site import Site

WORST: tuple[VerdictState, ...] = ("missing", "open", "unproven", "blocked", "satisfied", "not-judged")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One estate, judged and checked."""

    judgement: Judgement
    network: Network
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    unreadable: bool
    notes: tuple[str, ...]


def assemble(outcomes: Sequence[Outcome], today: date, notes: Iterable[str]) -> Report:
    """The report of all estates, sorted so that the same input gives the same bytes."""
    findings = tuple(sorted((finding for outcome in outcomes for finding in outcome.findings), key=_order))
    verdicts = tuple(verdict for outcome in outcomes for verdict in _verdicts(outcome.judgement))
    sites = [outcome.judgement.site for outcome in outcomes]
    inputs = tuple(reading.input for outcome in outcomes for reading in outcome.readings)
    unjudged = tuple(
        Unjudged(acl.address, "it plays no role and guards nothing that does")
        for outcome in outcomes
        for acl in outcome.judgement.binding.idle
    )
    complete = all(one.complete for one in inputs) and not any(outcome.unreadable for outcome in outcomes)
    return Report(
        __version__,
        today,
        complete,
        _policies(sites),
        inputs,
        tuple(told for outcome in outcomes for told in _bindings(outcome)),
        verdicts,
        unjudged,
        _summary(outcomes, findings, unjudged),
        findings,
        (*notes, *(note for outcome in outcomes for note in outcome.notes)),
        settled=_settled(outcomes, findings, verdicts),
        min_severity=max((site.min_severity for site in sites), key=SEVERITIES.index, default="low"),
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


def _policies(sites: Sequence[Site]) -> tuple[PolicyUsed, ...]:
    used: dict[str, Policy] = {policy.sha256: policy for site in sites for policy in site.policies}
    return tuple(PolicyUsed(policy.id, policy.version, policy.sha256) for policy in used.values())


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
        assumed = [acl.address for acl in first.unit.acls if acl.partial and not acl.rules] if first.unit else []
        assumed += [acl.address for acl in first.unit.assumed] if first.unit else []
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
                tuple(sorted(assumed)),
            )
        )
    return sorted(found, key=lambda verdict: (verdict.role, verdict.flow, verdict.direction, verdict.acls, verdict.workloads))


def _summary(outcomes: Sequence[Outcome], findings: Sequence[Finding], unjudged: Sequence[Unjudged]) -> Summary:
    counts: Counter[Severity] = Counter(finding.severity for finding in findings)
    inputs = [reading.input for outcome in outcomes for reading in outcome.readings]
    return Summary(
        files=len({file for one in inputs for file in one.files}),
        roots=sum(1 for one in inputs if one.kind == "code"),
        acls=sum(len(outcome.network.acls) for outcome in outcomes),
        rules=sum(1 for outcome in outcomes for acl in outcome.network.acls for rule in acl.rules if not rule.default),
        workloads=sum(len(outcome.network.workloads) for outcome in outcomes),
        flows=sum(len(outcome.judgement.flows) for outcome in outcomes),
        findings={severity: counts[severity] for severity in SEVERITIES},
        unproven=sum(1 for finding in findings if finding.certainty == "unproven" and finding.check != "unresolved-value"),
        suppressed=sum(len(outcome.suppressed) for outcome in outcomes),
        unjudged_acls=len(unjudged),
    )


def _settled(outcomes: Sequence[Outcome], findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> bool:
    """Whether nothing is unproven and every end that could have ACLs was judged; external roles never have any."""
    external = {
        role.id
        for outcome in outcomes
        for policy in outcome.judgement.site.policies
        for role in policy.roles.values()
        if role.external
    }
    return not any(finding.certainty == "unproven" for finding in findings) and not any(
        verdict.state in ("not-judged", "unproven") and verdict.role not in external for verdict in verdicts
    )
