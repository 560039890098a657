"""A required flow is not admitted, in whole or in part."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import (
    Told,
    grouped,
    names_text,
    place_of,
    related_rules,
    rule_text,
    services_text,
    source_text,
    supply_text,
    told,
    traffic_text,
)
from pamlint.judging.judgement import Judgement, Missing
from pamlint.model.finding import Finding

ID = "missing-access"
PINNED = "admits it from certain source ports alone"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each role, flow, direction and blamed ACL."""
    for group in grouped(((item.role, item.flow.id, item.view.direction, item.acl.key), item) for item in judgement.missing):
        for share in told(group):
            yield _finding(judgement, group, share)


def _finding(judgement: Judgement, group: list[Missing], share: Told) -> Finding:
    first = group[0]
    direction = first.view.direction
    peers = tuple(dict.fromkeys(peer for item in group for peer in item.peers))
    partly = [pair for item in group for pair in item.partly if pair[1] is not first.rule]
    return Finding(
        ID,
        "high",
        share.certainty,
        judgement.estate,
        _message(first, peers, share),
        _tip(first, share),
        roles=(first.role,),
        flow=first.flow.id,
        direction=direction,
        acl=first.acl.address,
        rule=first.rule.name if first.rule else None,
        workloads=share.workloads,
        traffic=share.rows,
        witness=share.witness,
        because=share.because,
        location=place_of(first.acl, first.rule),
        related=related_rules(partly, "admits another part of the flow"),
        source=source_text(judgement, first.flow),
    )


def _message(item: Missing, peers: tuple[str, ...], share: Told) -> str:
    direction = item.view.direction
    wants = f"`{item.role}` must {'be reached on' if direction == 'ingress' else 'reach'} "
    wants += f"{traffic_text(share.rows, direction)} ({names_text(peers)}, flow `{item.flow.id}`)"
    if share.certainty == "unproven":
        hangs = f"is not proved: it hangs on {names_text(share.because)}"
        if item.cause == "pinned" and item.rule is not None:
            pinned = f"{rule_text(item.acl, item.rule)} {PINNED}"
            return f"{wants}; {pinned}, and whether anything else lets it {_way(direction)} {hangs}."
        return f"{wants}; whether {item.acl.address} lets it {_way(direction)} {hangs}."
    if item.rule is not None and item.cause == "denied":
        return f"{wants}, but {rule_text(item.acl, item.rule)} denies it before any rule allows it."
    if item.rule is not None:
        return f"{wants}, but {rule_text(item.acl, item.rule)} {PINNED}, and clients use random ones."
    return f"{wants}, and no rule of {item.acl.address} lets it {_way(direction)}."


def _way(direction: str) -> str:
    return "in" if direction == "ingress" else "out"


def _tip(item: Missing, share: Told) -> str:
    if item.cause == "pinned" and item.rule is not None:
        return f"Set the source ports of {rule_text(item.acl, item.rule)} to `*`."
    if share.certainty == "unproven":
        return supply_text(share.because)
    if item.cause == "denied" and item.rule is not None:
        return f"Give the allow rule a lower priority number than {rule_text(item.acl, item.rule)}, or narrow the deny."
    side = "ingress" if item.view.direction == "ingress" else "egress"
    return f"Add an {side} rule for {services_text(share.rows)}; if this site does without the flow, list it under `not-needed`."
