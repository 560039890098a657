"""Drift as text to read and as JSON to build on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pamlint.model.acl import Acl, Rule
from pamlint.report.escaping import visible
from pamlint.report.json import location, row
from pamlint.report.screen import PLAIN, SEVERITY_STYLES, Line, Screen, line, paint, wrapped
from pamlint.report.summary import count
from pamlint.report.wording import names, sentence
from pamlint.views.drift import AclDrift, Difference, Drift

ROWS = 5
"""So many lines of traffic are shown of a difference; the JSON has them all."""
SIGNS = {"live": ("+", "live only", "red"), "code": ("-", "in the code only", "cyan")}


def render_text(drift: Drift, screen: Screen = PLAIN) -> str:
    """Every ACL that drifted, with the traffic that one side has and the other has not, and what is the same."""
    heading = f"Live against {visible(drift.against)}"
    lines: list[Line] = [line(heading, "bold"), line("─" * len(heading), "bold")]
    for one in drift.drifted:
        lines += [*_acl(one, screen), line()]
    for text in _closing(drift):
        lines += wrapped(visible(text), screen.width, indent="  ")
    return paint(lines, screen)


def render_json(drift: Drift) -> str:
    """The same as an object, with all traffic as rows like those of findings."""
    import json

    document = {
        "pamlint": "drift/1",
        "against": drift.against,
        "drifted": [_acl_json(one) for one in drift.drifted],
        "same": [_acl_json(one) for one in drift.same],
        "idle": [acl.address for acl in drift.idle],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _acl(one: AclDrift, screen: Screen) -> Iterator[Line]:
    title = ", ".join(f"{acl.address}{_name(acl)}" for acl in (one.live, one.code) if acl is not None)
    roles = f" ({names(one.roles, len(one.roles))})" if one.roles else ""
    yield ((visible(title), "bold"), (visible(roles), ""))
    if one.live is None or one.code is None:
        side, other = ("live", "the code") if one.code is None else ("code", "what is live")
        perhaps = f", unless it is in {names(one.because)}" if one.because else ""
        yield from wrapped(visible(f"{SIGNS[side][1]}: {other} has no such ACL{perhaps}"), screen.width, (("  ", ""),), "    ")
    for difference in one.differences:
        yield from _difference(difference, screen)
    for finding in one.findings:
        what = finding.rule or (f"flow {finding.flow}" if finding.flow else "")
        where = visible(f": {what}" if what else "")
        yield (("  finding ", ""), (f"{finding.severity}[{finding.check}]", SEVERITY_STYLES[finding.severity]), (where, ""))


def _name(acl: Acl) -> str:
    return f' "{acl.name}"' if isinstance(acl.name, str) and acl.name != acl.address else ""


def _difference(difference: Difference, screen: Screen) -> Iterator[Line]:
    sign, word, style = SIGNS[difference.has]
    sure = "" if not difference.because else " perhaps"
    lead = ((f"  {sign} {difference.direction}{sure} ", style),)
    for traffic in difference.rows[:ROWS]:
        yield from wrapped(visible(sentence(traffic, difference.direction)), screen.width, lead, "      ")
    if len(difference.rows) > ROWS:
        yield line(f"      and {len(difference.rows) - ROWS} lines more (the JSON has them all)")
    rules = [f"{rule.name}{f' at {rule.location}' if rule.location else ''}" for rule in difference.rules]
    told = f"{word}, by {names(rules)}" if rules else word
    reason = f"; it hangs on {names(difference.because)}" if difference.because else ""
    yield from wrapped(visible(f"{told}{reason}"), screen.width, (("      ", ""),), "      ")


def _closing(drift: Drift) -> Iterator[str]:
    both = [one for one in drift.drifted if one.live and one.code]
    live = sum(one.code is None for one in drift.drifted)
    code = sum(one.live is None for one in drift.drifted)
    yield (
        f"{count(len(drift.same), 'ACL')} let the same through live and in {drift.against}, {len(both)} do not; "
        f"{live} live only, {code} in the code only."
    )
    if drift.idle:
        told = names([acl.address for acl in drift.idle])
        yield f"Live only, and not compared, because they guard nothing that plays a role: {told}."


def _acl_json(one: AclDrift) -> dict[str, Any]:
    return {
        "live": one.live.address if one.live else None,
        "code": one.code.address if one.code else None,
        "location": location(one.code.location) if one.code else None,
        "roles": list(one.roles),
        "certainty": "unproven" if one.because else "proved",
        "because": list(one.because),
        "differences": [_difference_json(difference) for difference in one.differences],
        "findings": [finding.fingerprint for finding in one.findings],
    }


def _difference_json(difference: Difference) -> dict[str, Any]:
    return {
        "has": difference.has,
        "direction": difference.direction,
        "certainty": "unproven" if difference.because else "proved",
        "because": list(difference.because),
        "traffic": [row(traffic) for traffic in difference.rows],
        "rules": _rules(difference.rules),
    }


def _rules(rules: Iterable[Rule]) -> Sequence[dict[str, Any]]:
    return [{"rule": rule.name, "location": location(rule.location)} for rule in rules]
