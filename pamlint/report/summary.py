"""The last lines on the screen: what was proved, what was found, and what was not said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pamlint.model.finding import SEVERITIES, Report
from pamlint.model.resource import Input
from pamlint.report.escaping import visible
from pamlint.report.screen import SEVERITY_STYLES, Line, Screen, Span, wrapped
from pamlint.report.wording import names


def closing(report: Report, hidden: int, known: int, screen: Screen) -> list[Line]:
    """The counts of a run. `hidden` findings were milder than the screen's threshold, `known` ones were found before."""
    lines = [*_proved(report, screen), _found(report, hidden, known)]
    for text in (*_unsaid(report), *_read(report), *_not_judged(report), *_assumed(report)):
        lines += wrapped(visible(text), screen.width, indent="  ")
    return lines


def _proved(report: Report, screen: Screen) -> list[Line]:
    """The flows that are kept wherever they are judged; only of a run without a blemish is more said."""
    unkept = {verdict.flow for verdict in report.verdicts if verdict.state in ("missing", "open", "unproven")}
    good = [verdict for verdict in report.verdicts if verdict.state in ("satisfied", "blocked")]
    kept = [verdict for verdict in good if verdict.flow not in unkept]
    if not kept:
        return []
    flows = len({verdict.flow for verdict in kept})
    roles = len({verdict.role for verdict in kept})
    acls = len({acl for verdict in kept for acl in verdict.acls})
    text = f"{count(flows, 'flow')} of {count(roles, 'role')} at {count(acls, 'ACL')}"
    clean = report.complete and not report.findings and not report.summary.suppressed and not unkept
    policies = ", ".join(f"{used.id} ({used.version})" for used in report.policies)
    end = ": what the policy requires is open, and nothing else is." if clean else "."
    style = "bold green" if clean else "green"
    return wrapped(visible(f"{text} by {policies} on {report.today}{end}"), screen.width, (("Proved ", style),), "  ")


def _found(report: Report, hidden: int, known: int) -> Line:
    found = [(severity, report.summary.findings.get(severity, 0)) for severity in SEVERITIES]
    spans: list[Span] = []
    for severity, number in found:
        if number:
            spans += [(", ", "")] if spans else []
            spans.append((f"{number} {severity}", SEVERITY_STYLES[severity]))
    rest = [
        f"{report.summary.unproven} unproven" if report.summary.unproven else "",
        f"{report.summary.suppressed} suppressed" if report.summary.suppressed else "",
        f"{known} known from earlier audits not shown" if known else "",
        f"{hidden} below the threshold not shown" if hidden else "",
    ]
    tail = "; ".join(text for text in rest if text)
    total = sum(number for _, number in found)
    head = f"{count(total, 'finding')}{': ' if total else ''}"
    return ((head, "bold"), *spans, (f"; {tail}" if tail else "", ""), (".", ""))


def _unsaid(report: Report) -> list[str]:
    flows = report.unsaid
    own = "its" if len(flows) == 1 else "their"
    return [f"Unproven without a finding of {own} own: {names(flows)}; see `pamlint matrix --verify`."] if flows else []


def _read(report: Report) -> list[str]:
    told = report.summary
    scopes = [read for read in report.inputs if read.kind == "live"]
    roots = f" in {count(told.roots, 'root')}" if told.roots else ""
    files = [f"{count(told.files, 'file')}{roots}"] if told.files or not scopes else []
    live = [_scopes(scopes)] if scopes else []
    text = (
        f"Read {' with '.join(files + live)}: {count(told.acls, 'ACL')}, "
        f"{count(told.rules, 'rule')}, {count(told.workloads, 'workload')}."
    )
    return [text] if report.complete else [text, "Not everything could be read, so this report is not complete."]


def _scopes(scopes: Sequence[Input]) -> str:
    """How many parts of a live estate were read; what could not even be listed is none of them, and counts as not read."""
    whole = sum(read.complete for read in scopes)
    listed = sum("/" in read.name for read in scopes)
    return count(whole, "live scope") if whole == listed else f"{whole} of {count(listed, 'live scope')} in full"


def not_judged(report: Report) -> tuple[list[str], list[str]]:
    """The roles that have no ACL of their own, and the flows of others that have nobody else at their other end."""
    left = [verdict for verdict in report.verdicts if verdict.state == "not-judged"]
    bound = {binding.role for binding in report.bindings if binding.acls or binding.workloads}
    peers = {verdict.role for verdict in left if verdict.role not in bound}
    return sorted(peers), sorted({verdict.flow for verdict in left if verdict.role in bound})


def _not_judged(report: Report) -> Iterable[str]:
    peers, flows = not_judged(report)
    if peers:
        yield f"Not judged at their own end, having no ACL here: {names(peers, len(peers))}."
    if flows:
        yield f"Not judged, nobody else being at their other end: {names(flows, len(flows))}."
    reasons: dict[str, list[str]] = {}
    for unjudged in report.unjudged:
        reasons.setdefault(unjudged.why, []).append(unjudged.acl)
    for why, acls in sorted(reasons.items()):
        yield f"Not judged ({why}): {names(sorted(set(acls)))}."


def _assumed(report: Report) -> Iterable[str]:
    assumed = sorted({acl for verdict in report.verdicts for acl in verdict.assumed})
    if assumed:
        yield f"Taken as absent, their rules not being in the input: {names(assumed)}."


def count(number: int, thing: str) -> str:
    """`1 flow`, `2 flows`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
