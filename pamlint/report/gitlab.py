"""GitLab's code quality report."""

from __future__ import annotations

from typing import Any

from pamlint.model.finding import Finding, Report, Severity
from pamlint.report.escaping import visible

SEVERITIES: dict[Severity, str] = {
    "critical": "blocker",
    "high": "critical",
    "medium": "major",
    "low": "minor",
    "info": "info",
}


def render(report: Report) -> str:
    """A list of issues; one without a place of its own stands at the first line of the first input."""
    import json

    elsewhere = report.inputs[0].name if report.inputs else "."
    return json.dumps([_issue(finding, elsewhere) for finding in report.findings], indent=2, ensure_ascii=True) + "\n"


def _issue(finding: Finding, elsewhere: str) -> dict[str, Any]:
    place = finding.location
    prefix = "" if finding.certainty == "proved" else "Unproven: "
    lines = {"begin": place.line, "end": max(place.end_line, place.line)} if place else {"begin": 1}
    return {
        "description": prefix + visible(finding.message),
        "check_name": finding.check,
        "fingerprint": finding.fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {"path": place.file if place else elsewhere, "lines": lines},
    }
