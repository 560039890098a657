"""An allow rule lacks source ports that ordinary clients use."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import grouped, names_text, place_of, rule_text, told
from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding
from pamlint.model.rows import format_numbers

ID = "pinned-source-port"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each rule."""
    for group in grouped(((item.acl.key, item.rule.name), item) for item in judgement.pinned):
        for share in told(group):
            first = group[0]
            ports = format_numbers(first.rule.source_ports.known)
            which = f"port {ports}" if ports.isdigit() else f"ports {ports or 'unknown ones'}"
            hangs = f" It hangs on {names_text(share.because)}." if share.certainty == "unproven" else ""
            yield Finding(
                ID,
                "high",
                share.certainty,
                judgement.estate,
                f"{rule_text(first.acl, first.rule)} matches only the source {which}; clients speak from random high ports "
                f"(49152-65535), so it admits no ordinary client.{hangs}",
                "Set the source ports to `*`: the port that a service listens on belongs in the destination ports.",
                roles=share.roles,
                direction=first.rule.direction,
                acl=first.acl.address,
                rule=first.rule.name,
                workloads=share.workloads,
                traffic=share.rows,
                witness=share.witness,
                because=share.because,
                location=place_of(first.acl, first.rule),
            )
