"""Attribute values as plans and states write them: a tree of values beside trees that say what is unknown or sensitive in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pamlint.model.resource import Unknown
from pamlint.sources.references import Path, holds_true


@dataclass(frozen=True, slots=True)
class Reasons:
    """What stands in place of values that are unknown, or must not be shown, at a path.

    `each` gives the elements of a list of which so many are unknown one by one, None where they cannot be told apart.
    """

    unknown: Callable[[Path], Unknown]
    sensitive: Callable[[Path], Unknown]
    each: Callable[[Path, int], list[Unknown] | None]


def merge(value: Any, unknown: Any, sensitive: Any, reasons: Reasons, path: Path = ()) -> Any:
    """The value with an Unknown wherever one of the other trees is true."""
    if sensitive is True:
        return reasons.sensitive(path)
    if unknown is True:
        return reasons.unknown(path)
    if isinstance(value, Mapping):
        names = dict.fromkeys((*value, *(name for name in _names(unknown) if holds_true(unknown[name]))))
        return {name: merge(value.get(name), _at(unknown, name), _at(sensitive, name), reasons, (*path, name)) for name in names}
    if isinstance(value, list):
        return _merge_list(value, unknown, sensitive, reasons, path)
    return value


def _merge_list(value: list[Any], unknown: Any, sensitive: Any, reasons: Reasons, path: Path) -> list[Any]:
    missing = sum(part is True for part in unknown) if isinstance(unknown, list) else 0
    each = iter(reasons.each(path, missing) or ()) if missing > 1 and not holds_true(sensitive) else iter(())
    merged = []
    for place, item in enumerate(value):
        told = next(each, None) if _at(unknown, place) is True else None
        own = _at(sensitive, place)
        merged.append(told or merge(item, _at(unknown, place), own, reasons, (*path, place)))
    return merged


def _names(tree: Any) -> list[str]:
    return list(tree) if isinstance(tree, Mapping) else []


def _at(tree: Any, key: str | int) -> Any:
    if isinstance(tree, Mapping):
        return tree.get(key)
    if isinstance(tree, list) and isinstance(key, int) and key < len(tree):
        return tree[key]
    return None
