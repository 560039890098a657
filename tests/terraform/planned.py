"""What a real plan says of managed resources, and whether a reading says the same."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pamlint.model.resource import Block, Reading, Unknown

UNKNOWN = {"unknown": True}


def planned(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The values of every managed resource of a `terraform show -json` by address, `UNKNOWN` for what the plan does not know."""
    changes = (change for change in plan.get("resource_changes", []) if change["mode"] == "managed")
    return {change["address"]: _overlaid(change["change"]["after"], change["change"]["after_unknown"]) for change in changes}


def _overlaid(value: Any, unknown: Any) -> Any:
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict):
        known = value or {}
        names = {*known, *unknown}
        both = {name: _overlaid(known.get(name), unknown.get(name)) for name in sorted(names)}
        return {name: item for name, item in both.items() if item not in (None, [], {})}
    if isinstance(value, list):
        rest = unknown if isinstance(unknown, list) else []
        return [_overlaid(item, rest[place] if place < len(rest) else None) for place, item in enumerate(value)]
    return _overlaid(value, {}) if isinstance(value, dict) else value


def differences(reading: Reading, plan: Mapping[str, Any]) -> list[str]:
    """Where a reading and what was planned disagree: resources, and the arguments that the code sets."""
    ours = {resource.address: resource.body.values for resource in reading.resources if resource.mode == "managed"}
    found = [f"only here: {address}" for address in sorted(ours.keys() - plan.keys())]
    found += [f"only planned: {address}" for address in sorted(plan.keys() - ours.keys())]
    for address in sorted(ours.keys() & plan.keys()):
        for name, value in ours[address].items():
            there = plan[address].get(name)
            if not _agree(value, there):
                found.append(f"{address}.{name}: {value!r} here, {there!r} planned")
    return found


def _agree(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Unknown):
        return _has_unknown(theirs)
    if ours is None:
        return True
    if isinstance(ours, list):
        return _agree_as_sets([item.values if isinstance(item, Block) else item for item in ours], theirs or [])
    if isinstance(ours, Mapping):
        return isinstance(theirs or {}, dict) and all(_agree(value, (theirs or {}).get(name)) for name, value in ours.items())
    return theirs is not None and _scalar(ours) == _scalar(theirs)


def _agree_as_sets(ours: list[Any], theirs: Any) -> bool:
    """Providers keep rules in sets, where doubles are one and the order is another."""
    return (
        isinstance(theirs, list)
        and all(any(_agree(mine, other) for other in theirs) for mine in ours)
        and all(any(_agree(mine, other) for mine in ours) for other in theirs)
    )


def _has_unknown(value: Any) -> bool:
    if value == UNKNOWN:
        return True
    return any(map(_has_unknown, value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()))


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{Decimal(str(value)).normalize():f}" if isinstance(value, int | float | Decimal) else value
