"""Only a default rule opens this."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import SHOWN, Told, grouped, names_text, place_of, supply_text, told, traffic_text
from pamlint.judging.judgement import Implicit, Judgement
from pamlint.model.finding import Finding

ID = "implicit-allow"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each ACL and direction."""
    for group in grouped(((item.acl.key, item.direction), item) for item in judgement.implicit):
        shares = told(group)
        for share in shares:
            yield _finding(judgement, group, share, serves=share is shares[0])


def _finding(judgement: Judgement, group: list[Implicit], share: Told, *, serves: bool) -> Finding:
    """`serves`: this share tells of the flows that pass by it alone; they are told once."""
    first = group[0]
    rules = tuple(dict.fromkeys(rule.name for item in group for rule in item.rules))
    return Finding(
        ID,
        "low",
        share.certainty,
        judgement.estate,
        _message(group, rules, share, _flows(group) if serves else ()),
        _tip(first, share),
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


def _flows(group: list[Implicit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flow.id for item in group for flow in item.needed))


def _message(group: list[Implicit], rules: tuple[str, ...], share: Told, flows: tuple[str, ...]) -> str:
    proved = share.certainty == "proved"
    names = [rule.rpartition(".")[2] for rule in rules]
    lets = "may let" if not proved else "lets" if len(names) == 1 else "let"
    way = "in" if group[0].direction == "ingress" else "out"
    text = (
        f"Only Azure's default {names_text(names)} of {group[0].acl.address} {lets} {way} {_traffic(share, group[0].direction)}"
    )
    if proved and any(item.extra for item in group):
        text += ", and no explicit deny stands above it"
    if flows:
        many = len(flows) > 1
        works = "may work" if not proved else "work" if many else "works"
        text += f"; the flow{'s' if many else ''} {names_text(flows)} {works} only because of it"
    return text + ("." if proved else f": it hangs on {names_text(share.because)}.")


def _traffic(share: Told, direction: str) -> str:
    """The traffic in words, where a sentence can hold it: rules that decide it in part leave many pieces to the default."""
    return traffic_text(share.rows, direction) if len(share.rows) <= SHOWN else "all that no other rule decides"


def _tip(first: Implicit, share: Told) -> str:
    """What to do: where the rules of the NSG are elsewhere, a deny may stand there already."""
    if first.acl.partial:
        return supply_text(share.because)
    wish = "Inbound" if first.direction == "ingress" else "Outbound"
    return f"Allow what is required with rules of its own, and add an {wish} rule that denies everything else (priority 4096)."
