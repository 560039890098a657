"""A table for a merge request's comment or a job's summary."""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.model.finding import SEVERITIES, Finding, Report
from pamlint.report.escaping import in_markdown
from pamlint.report.summary import count
from pamlint.report.wording import names, sentence

ROWS = 3


def render(report: Report) -> str:
    """A heading with the counts, then what is proved and what is not, each as a table."""
    proved = [finding for finding in report.findings if finding.certainty == "proved"]
    unproven = [finding for finding in report.findings if finding.certainty == "unproven"]
    counts = [f"{number} {severity}" for severity in SEVERITIES if (number := report.summary.findings.get(severity, 0))]
    told = [count(len(report.findings), "finding") + (f": {', '.join(counts)}" if counts else "")]
    told += [f"{report.summary.unproven} unproven", f"{report.summary.suppressed} suppressed"]
    told += [f"{count(report.summary.unjudged_acls, 'ACL')} not judged"]
    kept = sum(verdict.state in ("satisfied", "blocked") for verdict in report.verdicts)
    lines = ["## pamlint", "", "; ".join(told) + ".", "", f"{count(kept, 'verdict')} kept, {report.today}."]
    if not report.complete:
        lines += ["", "**Not everything could be read, so this report is not complete.**"]
    lines += _table("Proved", proved) + _table("Not proved", unproven)
    return "\n".join(lines) + "\n"


def _table(title: str, findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    header = ["", f"### {title}", "", "| severity | check | role | what | traffic | where |", "|---|---|---|---|---|---|"]
    return header + [_row(finding) for finding in findings]


def _row(finding: Finding) -> str:
    traffic = [in_markdown(sentence(row, finding.direction)) for row in finding.traffic[:ROWS]]
    if len(finding.traffic) > ROWS:
        traffic.append(f"and {len(finding.traffic) - ROWS} more")
    message = in_markdown(finding.message)
    if finding.because:
        message += f"<br>Unknown: {in_markdown(names(finding.because))}"
    if finding.tip:
        message += f"<br>{in_markdown(finding.tip)}"
    where = f"{finding.location.file}:{finding.location.line}" if finding.location else finding.rule or finding.acl or ""
    roles = in_markdown(", ".join(finding.roles))
    cells = (finding.severity, finding.check, roles, message, "<br>".join(traffic), in_markdown(where))
    return f"| {' | '.join(cells)} |"
