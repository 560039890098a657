"""Workflow commands, which GitHub Actions shows as annotations on a change."""

from __future__ import annotations

from pamlint.model.finding import Finding, Report, Severity
from pamlint.report.escaping import visible

COMMANDS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "notice", "info": "notice"}


def render(report: Report) -> str:
    """One command a line for each finding; an unproven one is never more than a warning."""
    return "".join(_command(finding) + "\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    command = COMMANDS[finding.severity]
    if finding.certainty == "unproven" and command == "error":
        command = "warning"
    properties = {"title": f"{finding.check} ({finding.severity}, {finding.certainty})"}
    if finding.location is not None:
        place = finding.location
        properties |= {"file": place.file, "line": str(place.line), "endLine": str(max(place.end_line, place.line))}
    listed = ",".join(f"{name}={_property(visible(value))}" for name, value in properties.items())
    tip = f" {finding.tip}" if finding.tip else ""
    return f"::{command} {listed}::{_data(visible(finding.message + tip))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
