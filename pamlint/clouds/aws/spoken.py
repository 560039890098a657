"""The values that are not known and by which the rules of security groups name those: as their own, or as the far side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pamlint.clouds.ledger import Ledger
from pamlint.clouds.values import blocks, computed, items
from pamlint.model.finding import DIRECTIONS
from pamlint.model.resource import Resource, Unknown


class Spoken:
    """By what name the rules of some types of resources speak of groups, in each root."""

    def __init__(self, ledger: Ledger, types: tuple[str, ...], attributes: tuple[str, ...]) -> None:
        self._named: set[tuple[str, str]] = set()
        self._elements: dict[tuple[str, str], dict[str, Unknown]] = defaultdict(dict)
        for resource in ledger.managed(*types):
            for value in _values(resource, attributes):
                if isinstance(value, Unknown) and value.known_as:
                    self._named.add((resource.root, value.known_as))
                    if value.known_as.endswith("]"):
                        self._elements[resource.root, value.known_as.rpartition("[")[0]][value.known_as] = value

    def names(self, value: Any, root: str) -> bool:
        """Whether a rule names a group by the very same reference."""
        return isinstance(value, Unknown) and (root, value.known_as) in self._named

    def elements(self, value: Any, root: str) -> Iterable[Unknown]:
        """The elements of a list that is not known which rules name."""
        named = isinstance(value, Unknown) and value.known_as
        return self._elements.get((root, value.known_as), {}).values() if named else ()


def _values(resource: Resource, attributes: tuple[str, ...]) -> Iterator[Any]:
    inline = [block for each in DIRECTIONS if not computed(resource, each) for block in blocks(resource.body, each)]
    for body in (resource.body, *inline):
        for attribute in attributes:
            yield from items(body.values.get(attribute))
