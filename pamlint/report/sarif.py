"""SARIF 2.1.0, which code scanning services and editors read."""

from __future__ import annotations

from typing import Any

from pamlint.model.finding import CHECKS, Finding, Related, Report, Severity
from pamlint.model.resource import Location
from pamlint.report.escaping import visible
from pamlint.report.json import row
from pamlint.report.pages import page, summary
from pamlint.report.whereabouts import whereabouts

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
SCORES: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "1.0"}
"""Severities on the scale of 0 to 10 that code scanning services sort by."""
USUAL: dict[str, Severity] = {
    "missing-access": "high",
    "extra-access": "high",
    "blocked-access": "high",
    "implicit-allow": "low",
    "pinned-source-port": "high",
    "half-open-flow": "medium",
    "reply-blocked": "high",
    "unreachable-rule": "low",
    "mixed-rule-styles": "low",
    "unbound-role": "high",
    "expired-allowance": "medium",
    "failed-validation": "medium",
    "unresolved-value": "info",
    "unreadable-input": "high",
}
"""A check's own severity; a finding of `extra-access` carries its own besides."""


def render(report: Report) -> str:
    """One run with all checks as its rules and all findings as its results."""
    import json

    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "pamlint",
                        "semanticVersion": report.version,
                        "rules": [_rule(check) for check in CHECKS],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": report.complete}],
                "results": [_result(finding, whereabouts(finding, report)) for finding in report.findings],
                "properties": {"suppressed": report.summary.suppressed, "unproven": report.summary.unproven},
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _rule(check: str) -> dict[str, Any]:
    text = page(check)
    return {
        "id": check,
        "name": "".join(word.capitalize() for word in check.split("-")),
        "shortDescription": {"text": summary(check)},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": LEVELS[USUAL[check]]},
        "properties": {"security-severity": SCORES[USUAL[check]], "tags": ["security", "network"]},
    }


def _result(finding: Finding, place: Location | None) -> dict[str, Any]:
    """A finding; an unproven one is of the kind `open`, for which the standard wants the level `none`."""
    proved = finding.certainty == "proved"
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": CHECKS.index(finding.check),
        "kind": "fail" if proved else "open",
        "level": LEVELS[finding.severity] if proved else "none",
        "message": {"text": _text(f"{finding.message} {finding.tip}".rstrip())},
        "locations": [_location(finding, place)],
        "partialFingerprints": {"pamlint/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity,
            "security-severity": SCORES[finding.severity],
            "certainty": finding.certainty,
            "estate": finding.estate,
            "roles": list(finding.roles),
            "flow": finding.flow,
            "direction": finding.direction,
            "traffic": [row(traffic) for traffic in finding.traffic],
            "because": list(finding.because),
            "source": finding.source,
        },
    }
    related = [_related(other) for other in finding.related]
    return {**result, "relatedLocations": related} if related else result


def _location(finding: Finding, place: Location | None) -> dict[str, Any]:
    parts = (("rule", finding.rule), ("acl", finding.acl))
    logical = [{"fullyQualifiedName": name, "kind": kind} for kind, name in parts if name]
    return {
        **({"physicalLocation": _place(place)} if place else {}),
        **({"logicalLocations": logical} if logical else {}),
    }


def _related(other: Related) -> dict[str, Any]:
    return {
        **({"physicalLocation": _place(other.location)} if other.location else {}),
        "logicalLocations": [{"fullyQualifiedName": other.name, "kind": other.kind}],
        "message": {"text": _text(other.why)},
    }


def _text(text: str) -> str:
    """Words that a viewer takes for words: no control characters, no link."""
    return visible(text).replace("](", "] (")


def _place(place: Location) -> dict[str, Any]:
    """A file as a URI: relative to the root of the sources, unless it lies outside the directory of the run."""
    from urllib.parse import quote

    absolute = place.file.startswith("/")
    uri = quote(place.file.encode(errors="surrogateescape"))
    artifact = {"uri": f"file://{uri}"} if absolute else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    region = {"startLine": place.line, "startColumn": place.column}
    return {
        "artifactLocation": artifact,
        "region": {**region, "endLine": place.end_line} if place.end_line > place.line else region,
    }
