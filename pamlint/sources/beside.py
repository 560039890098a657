"""The code that a plan was made of, where it lies beside the plan: it tells lines, and what unknown values will be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pamlint.model.noun import replace
from pamlint.model.resource import Block, Resource, Unknown


def illuminate(planned: Resource, code: Mapping[str, Resource]) -> Resource:
    """The planned resource with the places, ignores and lifecycle of its code, and with its unknowns as the code knows them.

    What the code sets to null the provider fills in.
    """
    written = code.get(planned.address)
    if written is None or written.type != planned.type:
        return planned
    values = {name: _told(value, written.body.values.get(name)) for name, value in planned.body.values.items()}
    for name, value in values.items():
        if isinstance(value, Unknown) and written.body.values.get(name, value) is None:
            values[name] = Unknown((f"{planned.address}.{name}",), (planned.address, name))
    body = replace(written.body, values=values, possible=planned.body.possible)
    return replace(planned, body=body, kept=written.kept)


def _told(planned: Any, written: Any) -> Any:
    if isinstance(planned, Unknown):
        return planned if written is None or planned.attribute is not None else written
    if isinstance(planned, list) and isinstance(written, list):
        return _told_items(planned, written)
    if isinstance(planned, list) and isinstance(written, Unknown):
        any_element = Unknown(written.because, either=written.either)
        return [any_element if isinstance(item, Unknown) and item.attribute is None else item for item in planned]
    if isinstance(planned, Mapping) and isinstance(written, Mapping):
        return {name: _told(value, written.get(name)) for name, value in planned.items()}
    return planned


def _told_items(planned: list[Any], written: list[Any]) -> list[Any]:
    """Rows of blocks find theirs by what they say, in whatever order; plain elements stand at the same place."""
    if any(isinstance(item, Block) for item in written):
        left = [item for item in written if isinstance(item, Block)]
        return [_told_row(row, left) for row in planned]
    if len(planned) != len(written):
        return planned
    return [_told(item, other) for item, other in zip(planned, written, strict=True)]


def _told_row(row: Any, left: list[Block]) -> Any:
    if not isinstance(row, Mapping):
        return row
    found = next((place for place, block in enumerate(left) if _fits(row, block.values)), None)
    if found is None:
        return row
    block = left.pop(found)
    return replace(block, values={name: _told(value, block.values.get(name)) for name, value in row.items()}, possible=())


def _fits(row: Mapping[str, Any], written: Mapping[str, Any]) -> bool:
    return all(_may_equal(row.get(name), value) for name, value in written.items())


def _may_equal(planned: Any, written: Any) -> bool:
    """Whether a planned value may be what is written: unknowns may be anything, and numbers may be strings."""
    if isinstance(planned, Unknown) or isinstance(written, Unknown) or planned is None or written is None:
        return isinstance(planned, Unknown) or isinstance(written, Unknown) or not (planned or written)
    if isinstance(planned, list) and isinstance(written, list):
        if len(planned) != len(written):
            return False
        return _has_unknown(planned) or _has_unknown(written) or sorted(map(str, planned)) == sorted(map(str, written))
    if isinstance(planned, bool) or isinstance(written, bool):
        return str(planned).lower() == str(written).lower()
    return str(planned) == str(written)


def _has_unknown(values: list[Any]) -> bool:
    return any(isinstance(value, Unknown) for value in values)
