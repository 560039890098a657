"""One end admits what the other does not."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import grouped, names_text, place_of, rule_text, told, traffic_text
from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding

ID = "half-open-flow"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each rule and peer role."""
    for group in grouped(((item.acl.key, item.rule.name, item.direction, item.peer), item) for item in judgement.half_open):
        for share in told(group):
            first = group[0]
            name = rule_text(first.acl, first.rule)
            way, back = ("in", "out") if first.direction == "ingress" else ("out", "in")
            yield Finding(
                ID,
                "medium",
                share.certainty,
                judgement.estate,
                f"{name} lets {way} {traffic_text(share.rows, first.direction)} at {names_text(share.roles)}, but "
                f"`{first.peer}` does not let it {back}: half of the way is open and leads nowhere.",
                f"Open it at `{first.peer}` as well, or close it here.",
                roles=tuple(sorted({*share.roles, first.peer})),
                direction=first.direction,
                acl=first.acl.address,
                rule=first.rule.name,
                workloads=share.workloads,
                traffic=share.rows,
                witness=share.witness,
                because=share.because,
                location=place_of(first.acl, first.rule),
                subject=first.peer,
            )
