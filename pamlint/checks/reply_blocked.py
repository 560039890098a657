"""A stateless network ACL drops the replies of a required flow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pamlint.checks.wording import grouped, names_text, place_of, source_text, told, traffic_text
from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding, Row

ID = "reply-blocked"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each flow, role and network ACL."""
    for group in grouped(((item.flow.id, item.role, item.acl.key, item.view.direction), item) for item in judgement.replies):
        for share in told(group):
            first = group[0]
            direction = first.view.direction
            way = "in" if direction == "ingress" else "out"
            doubt = f" perhaps (it hangs on {names_text(share.because)})" if share.certainty == "unproven" else ""
            yield Finding(
                ID,
                "high",
                share.certainty,
                judgement.estate,
                f"{first.acl.address} keeps no connections in mind and{doubt} does not let {way} the replies of flow "
                f"`{first.flow.id}` between `{first.role}` and `{first.peer}`: {traffic_text(share.rows, direction)}.",
                f"Add an {direction} rule to {first.acl.address} for {_what(share.rows)}, above its denies.",
                roles=(first.role,),
                flow=first.flow.id,
                direction=direction,
                acl=first.acl.address,
                workloads=share.workloads,
                traffic=share.rows,
                witness=share.witness,
                because=share.because,
                location=place_of(first.acl),
                source=source_text(judgement, first.flow),
            )


def _what(rows: Sequence[Row]) -> str:
    """What an administrator has to let through."""
    echo = all(row.protocol in ("icmp", "icmpv6") for row in rows)
    return "echo replies" if echo else "the clients' ports (1024-65535)"
