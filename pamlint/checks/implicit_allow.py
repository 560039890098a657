"""Only a default rule opens this."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import Told, grouped, names_text, place_of, told, traffic_text
from pamlint.judging.judgement import Implicit, Judgement
from pamlint.model.finding import Finding

ID = "implicit-allow"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each ACL and direction."""
    for group in grouped(((item.acl.key, item.direction), item) for item in judgement.implicit):
        for share in told(group):
            yield _finding(judgement, group, share)


def _finding(judgement: Judgement, group: list[Implicit], share: Told) -> Finding:
    first = group[0]
    rules = tuple(dict.fromkeys(rule.name for item in group for rule in item.rules))
    return Finding(
        ID,
        "low",
        share.certainty,
        judgement.estate,
        _message(group, rules, share),
        _tip(group),
        roles=share.roles,
        direction=first.direction,
        acl=first.acl.address,
        rule=rules[0] if len(rules) == 1 else None,
        workloads=share.workloads,
        traffic=share.rows,
        witness=share.witness,
        because=share.because,
        location=place_of(first.acl),
    )


def _message(group: list[Implicit], rules: tuple[str, ...], share: Told) -> str:
    way = "in" if group[0].direction == "ingress" else "out"
    names = [rule.rpartition(".")[2] for rule in rules]
    flows = tuple(dict.fromkeys(flow.id for item in group for flow in item.needed))
    traffic = traffic_text(share.rows, group[0].direction)
    lets = "may let" if share.certainty == "unproven" else "lets" if len(names) == 1 else "let"
    text = f"Only Azure's default {names_text(names)} of {group[0].acl.address} {lets} {way} {traffic}"
    if any(item.extra for item in group):
        text += ", and no explicit deny stands above it" if share.certainty == "proved" else ""
    return text + (f"; the flow {names_text(flows)} works only because of it." if flows else ".")


def _tip(group: list[Implicit]) -> str:
    wish = "Inbound" if group[0].direction == "ingress" else "Outbound"
    return f"Allow what is required with rules of its own, and add an {wish} rule that denies everything else (priority 4096)."
