"""Answers in which any one value is something else: told as malformed or read as it is, and never a failure of pamlint's own."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from pamlint.clouds import convert
from pamlint.model.resource import Resource
from pamlint.sources.azure import admin_rules, service_tags
from pamlint.sources.azure.items import MalformedError
from pamlint.sources.azure.reader import LISTS, SCALE_SETS, digest
from tests.servers.azure_estates import Item
from tests.servers.azure_everything import SUBSCRIPTION, VNET, everything

ROOT = f"azure/{SUBSCRIPTION}"
OTHERS: tuple[Any, ...] = (None, 7, True, "x", "", [], [7], ["x", 7], {}, {"id": 7}, [None], -1.5)
KINDS = {f"/subscriptions/{SUBSCRIPTION}/providers/{kind.provider}/{kind.kind}": kind for kind in (*LISTS, SCALE_SETS)}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside of one."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


def replaced(item: Item, path: tuple[Any, ...], other: Any) -> Item:
    """The item with something else in one place."""
    changed = copy.deepcopy(item)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = other
    return changed


@pytest.mark.parametrize("path", KINDS)
def test_any_value_may_be_anything(path: str) -> None:
    """Each value of each kind of item, replaced by each kind of value: the item is read, or malformed."""
    kind, items = KINDS[path], everything()[path]
    rest = [
        each for other, kind in KINDS.items() if other != path for item in everything()[other] for each in kind.read(item, ROOT)
    ]
    for item in items[:2]:
        for place in places(item):
            for other in OTHERS:
                try:
                    read = kind.read(replaced(item, place, other), ROOT)
                except MalformedError:
                    continue
                understood([*read, *rest])


def test_any_value_of_an_admin_rule_may_be_anything() -> None:
    """The same for admin rules."""
    rest = [each for path, kind in KINDS.items() for item in everything()[path] for each in kind.read(item, ROOT)]
    (item, _) = everything()[f"{VNET}/listNetworkManagerEffectiveSecurityAdminRules"]
    for place in places(item):
        for other in OTHERS:
            try:
                read = admin_rules.effective(replaced(item, place, other), ROOT, [VNET])
            except MalformedError:
                continue
            understood([read, *rest])


def understood(resources: list[Resource]) -> None:
    """Everything that is done with what was read."""
    digest(resources)
    service_tags.named(resources)
    sorted(resources, key=lambda each: (each.type, each.address))
    convert(resources, {})
