"""The report on a screen: what is wrong for each role, what could not be proved, and what was proved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pamlint.model.finding import SEVERITIES, Finding, Report
from pamlint.model.resource import Location
from pamlint.report.escaping import visible
from pamlint.report.excerpts import Excerpts, arrow
from pamlint.report.screen import PLAIN, SEVERITY_STYLES, Line, Screen, line, paint, wrapped
from pamlint.report.summary import closing
from pamlint.report.wording import names, packet, sentence

ROWS = 5
"""How many lines of traffic, and of other rules, a finding shows; the JSON report has them all."""
RULE_LINES = 8
"""How many lines of a rule's block are shown; rules are rarely longer. Of an ACL only the first line is."""
APART = {"unresolved-value": "Not known", "unreadable-input": "Not read"}
"""Checks that say why something is not proved: they are told under headings of their own, whatever their severity."""


def render(report: Report, screen: Screen = PLAIN) -> str:
    """The whole report as text, grouped by role, worst first; what is unproven stands apart with what was not known."""
    new = [finding for finding in report.findings if finding.fingerprint not in screen.known]
    shown = [finding for finding in new if _is_shown(finding, screen)]
    verdicts = [finding for finding in shown if finding.check not in APART]
    proved = [finding for finding in verdicts if finding.certainty == "proved"]
    apart = {
        "Not proved": [finding for finding in verdicts if finding.certainty == "unproven"],
        **{heading: [finding for finding in shown if finding.check == check] for check, heading in APART.items()},
    }
    excerpts = Excerpts()
    lines: list[Line] = []
    for heading, group in _grouped(proved):
        lines += _section(heading, "bold", group, excerpts, screen)
    for heading, group in apart.items():
        lines += _section(heading, "bold magenta", _ordered(group), excerpts, screen)
    if not screen.quiet:
        lines += closing(report, len(new) - len(shown), len(report.findings) - len(new), screen)
    return paint(lines, screen)


def _is_shown(finding: Finding, screen: Screen) -> bool:
    return finding.check in APART or SEVERITIES.index(finding.severity) <= SEVERITIES.index(screen.min_severity)


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.location
    return (
        SEVERITIES.index(finding.severity),
        (place.file, place.line, place.column) if place else ("", 0, 0),
        finding.check,
        finding.message,
    )


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=_order)


def _grouped(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """The findings of each role and estate, the role with the worst finding first."""
    groups: dict[str, list[Finding]] = {}
    for finding in _ordered(findings):
        role = visible(", ".join(finding.roles)) or "No role in particular"
        groups.setdefault(f"{role} ({visible(finding.estate)})" if finding.estate else role, []).append(finding)
    yield from groups.items()


def _section(heading: str, style: str, findings: Sequence[Finding], excerpts: Excerpts, screen: Screen) -> list[Line]:
    if not findings:
        return []
    lines = [line(heading, style), line("─" * len(heading), style)]
    seen: set[tuple[Location | None, bool]] = set()
    for finding in findings:
        place = (finding.location, finding.rule is None)
        lines += [*_finding(finding, None if place in seen else excerpts, screen), line()]
        seen.add(place)
    return lines


def _finding(finding: Finding, excerpts: Excerpts | None, screen: Screen) -> list[Line]:
    """A finding, with what stands at its place if that is not shown already: many rules may be made by one block."""
    style = SEVERITY_STYLES[finding.severity]
    title = ((f"{finding.severity}[{finding.check}]", style), (f" {finding.certainty}: ", ""))
    lines = wrapped(visible(finding.message), screen.width, title, "    ")
    if finding.location is not None and excerpts is not None:
        lines += excerpts.around(finding.location, RULE_LINES if finding.rule else 1, screen.width, style)
    elif finding.location is not None:
        lines.append(arrow(finding.location))
    return [*lines, *_details(finding, screen)]


def _details(finding: Finding, screen: Screen) -> list[Line]:
    """What stands below the excerpt, each with its label: traffic, a packet, what was unknown, what to do, who wants it."""
    told: list[tuple[str, str]] = []
    told += [("traffic", sentence(row, finding.direction)) for row in finding.traffic[:ROWS]]
    if len(finding.traffic) > ROWS:
        told.append(("", f"and {len(finding.traffic) - ROWS} lines more (--format json has them all)"))
    if finding.witness is not None:
        told.append(("example", packet(finding.witness)))
    if finding.workloads:
        told.append(("workload", names(finding.workloads)))
    if finding.because:
        told.append(("unknown", names(finding.because)))
    for other in finding.related[:ROWS]:
        told.append(("see", f"{other.name}{f' at {other.location}' if other.location else ''}: {other.why}"))
    if len(finding.related) > ROWS:
        told.append(("", f"and {len(finding.related) - ROWS} more (--format json has them all)"))
    if finding.tip:
        told.append(("tip", finding.tip))
    if finding.source:
        told.append(("policy", finding.source))
    lines: list[Line] = []
    for label, text in told:
        start = f"   = {label + ':':<9} " if label else " " * 15
        lines += wrapped(visible(text), screen.width, ((start, "blue"),), " " * 15)
    return lines
