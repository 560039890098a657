"""The report as JSON, the format that other tools build on; `pamlint schema report` describes it."""

from __future__ import annotations

from typing import Any

from pamlint.model.finding import Finding, Report, Row, Verdict, Witness
from pamlint.model.resource import Input, Location


def render(report: Report) -> str:
    """One object in ASCII, indented, with a line end; the same report gives the same bytes."""
    import json

    return json.dumps(document(report), indent=2, ensure_ascii=True) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    summary = report.summary
    return {
        "pamlint": "report/1",
        "tool": {"version": report.version},
        "today": report.today.isoformat(),
        "complete": report.complete,
        "policies": [{"id": used.id, "version": used.version, "sha256": used.sha256} for used in report.policies],
        "inputs": [_input(read) for read in report.inputs],
        "bindings": [
            {
                "role": binding.role,
                "estate": binding.estate,
                "acls": list(binding.acls),
                "workloads": list(binding.workloads),
                "cidrs": list(binding.cidrs),
            }
            for binding in report.bindings
        ],
        "verdicts": [_verdict(verdict) for verdict in report.verdicts],
        "unjudged": [{"acl": unjudged.acl, "why": unjudged.why} for unjudged in report.unjudged],
        "summary": {
            "files": summary.files,
            "roots": summary.roots,
            "acls": summary.acls,
            "rules": summary.rules,
            "workloads": summary.workloads,
            "flows": summary.flows,
            "findings": dict(summary.findings),
            "unproven": summary.unproven,
            "suppressed": summary.suppressed,
            "unjudged_acls": summary.unjudged_acls,
        },
        "findings": [finding_document(each) for each in report.findings],
    }


def location(place: Location | None) -> dict[str, Any] | None:
    """A place in a file as every JSON format of pamlint writes it."""
    if place is None:
        return None
    return {"file": place.file, "line": place.line, "column": place.column, "end_line": max(place.end_line, place.line)}


def row(traffic: Row) -> dict[str, Any]:
    """A line of traffic with its exceptions."""
    return {**_flat_row(traffic), "except": [_flat_row(exception) for exception in traffic.exceptions]}


def _flat_row(traffic: Row) -> dict[str, Any]:
    return {
        "protocol": traffic.protocol,
        "ports": traffic.ports,
        "icmp": traffic.icmp,
        "peers": list(traffic.peers),
        "local": list(traffic.local),
        "source_ports": traffic.source_ports,
    }


def _input(read: Input) -> dict[str, Any]:
    return {
        "scope" if read.kind == "live" else "path": read.name,
        "kind": read.kind,
        "sha256": read.sha256,
        "estate": read.estate,
        "complete": read.complete,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "flow": verdict.flow,
        "role": verdict.role,
        "direction": verdict.direction,
        "estate": verdict.estate,
        "acls": list(verdict.acls),
        "workloads": list(verdict.workloads),
        "state": verdict.state,
        "rules": list(verdict.rules),
        "assumed": list(verdict.assumed),
    }


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    return {
        "protocol": witness.protocol,
        "source": witness.source,
        "source_port": witness.source_port,
        "destination": witness.destination,
        "destination_port": witness.destination_port,
        "icmp": witness.icmp,
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as plain values."""
    return {
        "check": finding.check,
        "severity": finding.severity,
        "certainty": finding.certainty,
        "estate": finding.estate,
        "roles": list(finding.roles),
        "flow": finding.flow,
        "direction": finding.direction,
        "acl": finding.acl,
        "rule": finding.rule,
        "workloads": list(finding.workloads),
        "traffic": [row(traffic) for traffic in finding.traffic],
        "witness": _witness(finding.witness),
        "because": list(finding.because),
        "location": location(finding.location),
        "related": [{each.kind: each.name, "location": location(each.location), "why": each.why} for each in finding.related],
        "message": finding.message,
        "tip": finding.tip,
        "source": finding.source,
        "fingerprint": finding.fingerprint,
    }
