"""Attribute values as plans and states write them: a tree of values beside trees that say what is unknown or sensitive in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pamlint.model.noun import noun
from pamlint.model.resource import Unknown
from pamlint.sources.picking import Path


@noun
class Reasons:
    """What stands in place of values that are unknown, or must not be shown, at a path.

    `each` gives the elements of a list of which so many are unknown one by one, None where they cannot be told apart.
    """

    unknown: Callable[[Path], Unknown]
    sensitive: Callable[[Path], Unknown]
    each: Callable[[Path, int], list[Unknown] | None]


def merge(values: dict[str, Any], unknown: Any, sensitive: Any, reasons: Reasons) -> dict[str, Any]:
    """The values of a resource with an Unknown wherever one of the other trees is true."""
    merged = _merge(values, _pruned(unknown), _pruned(sensitive), reasons, ())
    return merged if isinstance(merged, dict) else {}


def _pruned(tree: Any) -> Any:
    """The tree without the branches on which nothing is true; None if that is all of it."""
    if tree is True:
        return True
    if isinstance(tree, dict):
        kept = {name: part for name, branch in tree.items() if (part := _pruned(branch)) is not None}
        return kept or None
    if isinstance(tree, list):
        parts = [_pruned(branch) for branch in tree]
        return parts if any(part is not None for part in parts) else None
    return None


def _merge(value: Any, unknown: Any, sensitive: Any, reasons: Reasons, path: Path) -> Any:
    if unknown is None and sensitive is None:
        return value
    if sensitive is True:
        return reasons.sensitive(path)
    if unknown is True:
        return reasons.unknown(path)
    if isinstance(value, dict):
        missing = _branches(unknown)
        hidden = _branches(sensitive)
        return {
            name: _merge(value.get(name), missing.get(name), hidden.get(name), reasons, (*path, name))
            for name in dict.fromkeys((*value, *missing))
        }
    if isinstance(value, list):
        return _merge_list(value, unknown, sensitive, reasons, path)
    return value


def _merge_list(value: list[Any], unknown: Any, sensitive: Any, reasons: Reasons, path: Path) -> list[Any]:
    unknowns = unknown if isinstance(unknown, list) else []
    hidden = sensitive if isinstance(sensitive, list) else []
    count = sum(part is True for part in unknowns)
    each = iter((reasons.each(path, count) or ()) if count > 1 and not hidden else ())
    merged = []
    for place, item in enumerate(value):
        missing = unknowns[place] if place < len(unknowns) else None
        own = hidden[place] if place < len(hidden) else None
        told = next(each, None) if missing is True else None
        merged.append(told or _merge(item, missing, own, reasons, (*path, place)))
    return merged


def _branches(tree: Any) -> dict[str, Any]:
    return tree if isinstance(tree, dict) else {}
