"""Traffic that the policy wants blocked is open."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import (
    Told,
    grouped,
    names_text,
    place_of,
    related_rules,
    rule_of,
    rule_text,
    source_text,
    told,
    traffic_text,
)
from pamlint.judging.judgement import Judgement, Opening
from pamlint.model.finding import Finding
from pamlint.model.policy import Flow

ID = "blocked-access"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each rule and blocked flow."""
    for group in grouped(
        ((item.acl.key, item.rule.name, item.direction, item.flow.id if item.flow else ""), item) for item in judgement.blocked
    ):
        for share in told(group):
            yield _finding(judgement, group, share)


def _finding(judgement: Judgement, group: list[Opening], share: Told) -> Finding:
    first = group[0]
    flow = first.flow
    assert flow is not None  # judging sets it on every opening of a blocked flow
    near = flow.destinations if first.direction == "ingress" else flow.sources
    roles = tuple(role for role in share.roles if role in near)
    name = rule_text(first.acl, first.rule)
    hangs = f" perhaps (it hangs on {names_text(share.because)})" if share.certainty == "unproven" else ""
    return Finding(
        ID,
        "high",
        share.certainty,
        judgement.estate,
        f"{name}{hangs} opens {traffic_text(share.rows, first.direction)} at {names_text(roles)}, which must be "
        f"blocked{_while(flow)}: that way goes round the vault (flow `{flow.id}`).",
        "Close it: the access belongs through the relay or connector. If it is needed for a while, allow it, with a date.",
        roles=roles,
        flow=flow.id,
        direction=first.direction,
        acl=first.acl.address,
        rule=rule_of(first.acl, first.rule),
        workloads=share.workloads,
        traffic=share.rows,
        witness=share.witness,
        because=share.because,
        location=place_of(first.acl, first.rule),
        related=related_rules([pair for item in group for pair in item.beside], "lets it through as well"),
        source=source_text(judgement, flow),
    )


def _while(flow: Flow) -> str:
    on = f"{names_text(flow.when.all_on)} is on" if flow.when.all_on else ""
    off = f"{names_text(flow.when.all_off)} is off" if flow.when.all_off else ""
    return f" while {' and '.join(filter(None, (on, off)))}" if on or off else ""
