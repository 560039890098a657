"""The port matrix as JSON; `pamlint schema matrix` describes it."""

from __future__ import annotations

from typing import Any

from pamlint.model.matrix import Line, LineEnd, Matrix, Player
from pamlint.report.json import location, row
from pamlint.report.screen import Screen


def render(matrix: Matrix, screen: Screen) -> str:
    """One object in ASCII, indented, with a line end; the same matrix gives the same bytes."""
    import json

    return json.dumps(document(matrix), indent=2, ensure_ascii=True) + "\n"


def document(matrix: Matrix) -> dict[str, Any]:
    """The matrix as plain values."""
    return {
        "pamlint": "matrix/1",
        "policies": [{"id": used.id, "version": used.version, "sha256": used.sha256} for used in matrix.policies],
        "sites": list(matrix.sites),
        "today": matrix.today.isoformat() if matrix.today else None,
        "only": list(matrix.only),
        "lines": [line_document(line) for line in matrix.lines],
        "inactive": list(matrix.inactive),
    }


def line_document(line: Line) -> dict[str, Any]:
    """One line as plain values."""
    return {
        "estate": line.estate,
        "policy": line.policy,
        "version": line.version,
        "flow": line.flow,
        "from": _player(line.source),
        "to": _player(line.destination),
        "directions": list(line.directions),
        "protocol": line.protocol,
        "ports": line.ports or None,
        "need": line.need,
        "when": line.when or None,
        "parameters": list(line.parameters),
        "why": line.why,
        "reference": line.reference,
        "confidence": line.confidence,
        "state": line.state,
        "missing": line.missing or None,
        "asked": {"from": _player(line.asked[0]), "to": _player(line.asked[1])} if line.asked else None,
        "ends": [_end(end) for end in line.ends],
    }


def _player(player: Player) -> dict[str, Any]:
    return {"role": player.role, "networks": list(player.networks), "groups": list(player.groups)}


def _end(end: LineEnd) -> dict[str, Any]:
    return {
        "direction": end.direction,
        "state": end.state,
        "rules": [{"rule": rule.name, "because": list(rule.because), "location": location(rule.location)} for rule in end.rules],
        "acls": list(end.acls),
        "traffic": [row(each) for each in end.traffic],
        "because": list(end.because),
        "remark": end.remark or None,
    }
