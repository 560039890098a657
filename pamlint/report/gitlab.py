"""GitLab's code quality report."""

from __future__ import annotations

from typing import Any

from pamlint.model.finding import Finding, Report, Severity
from pamlint.model.resource import Location
from pamlint.report.escaping import visible
from pamlint.report.whereabouts import whereabouts

SEVERITIES: dict[Severity, str] = {
    "critical": "blocker",
    "high": "critical",
    "medium": "major",
    "low": "minor",
    "info": "info",
}


def render(report: Report) -> str:
    """A list of issues, each with a place."""
    import json

    issues = [_issue(finding, whereabouts(finding, report) or Location(".", 1)) for finding in report.findings]
    return json.dumps(issues, indent=2, ensure_ascii=True) + "\n"


def _issue(finding: Finding, place: Location) -> dict[str, Any]:
    prefix = "" if finding.certainty == "proved" else "Unproven: "
    return {
        "description": prefix + visible(finding.message),
        "check_name": finding.check,
        "fingerprint": finding.fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {"path": place.file, "lines": {"begin": place.line, "end": max(place.end_line, place.line)}},
    }
