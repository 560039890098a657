"""What the input refers to and does not hold, found again by the values that name it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pamlint.clouds.ledger import Ledger
from pamlint.clouds.ties import Because, Tied, either, together
from pamlint.model.identity import foreign_key
from pamlint.model.resource import Unknown

_Name = tuple[str, Because]
"""By what a value is known, empty where it was computed, and its references."""


class Elsewhere:
    """Things of some types that the input does not hold, and what is tied to each.

    One value names one thing wherever it stands in a root, an id does in all of them. A list that is not known as a whole names
    each of its elements. What two values are computed of may be one thing.
    """

    def __init__(self, ledger: Ledger, *types: str) -> None:
        self._ledger = ledger
        self._types = types
        self._of_ids: dict[str, Tied] = defaultdict(Tied)
        self._of_roots: dict[str, dict[_Name, Tied]] = defaultdict(lambda: defaultdict(Tied))

    def tie(self, value: Any, root: str, tied: Tied) -> None:
        """Tie something to what a value names, as far as the input does not hold it."""
        for other, because in self._ways(value, root):
            hangs = tied.doubted(because)
            if isinstance(other, Unknown):
                name, known = (other.known_as, other.because), self._of_roots[root]
                known[name] = known[name].beside(hangs)
            else:
                key = foreign_key(str(other))
                self._of_ids[key] = self._of_ids[key].beside(hangs)

    def tied(self, value: Any, root: str) -> Tied:
        """What is tied to the thing that a value names: for sure, or perhaps where it may be another that is meant."""
        others = self._ways(value, root) if self._of_ids or self._of_roots else ()
        return either((self.of(other, root), because) for other, because in others) if others else Tied()

    def all(self) -> Iterator[Tied]:
        """What is tied to anything that the input does not hold."""
        yield from self._of_ids.values()
        yield from (tied for found in self._of_roots.values() for tied in found.values())

    def _ways(self, value: Any, root: str) -> list[tuple[Any, Because]]:
        """What a value may be that the input does not hold, and what decides which of several it is."""
        found = self._ledger.ways(value, root, *self._types)[1]
        if len(found) == 1 and isinstance(value, Unknown) and value.either and not found[0][1]:
            found = [(way, value.because) for way in value.either]
        made = {reference for way, _ in found if isinstance(way, Unknown) for reference in way.because}
        deciding = [tuple(reference for reference in because if reference not in made) or because for _, because in found]
        return [(way, because) for (way, _), because in zip(found, deciding, strict=True) if way not in (None, "")]

    def of(self, value: Any, root: str) -> Tied:
        """The same of just one thing, whether or not the input holds what the value leads to."""
        if not isinstance(value, Unknown):
            return self._of_ids.get(foreign_key(str(value)), Tied())
        found = ((tied, _same((value.known_as, value.because), other)) for other, tied in self._of_roots.get(root, {}).items())
        return together(tied.doubted(because) for tied, because in found if because is not None)


def _same(value: _Name, tied: _Name) -> Because | None:
    """The references that decide whether a value names the thing to which something is tied; None where nothing says so."""
    (name, because), (whole, others) = value, tied
    if name and whole:
        if name == whole or name.startswith(f"{whole}["):
            return ()
        return because if whole.startswith(f"{name}[") else None
    return None if set(because).isdisjoint(others) else tuple(dict.fromkeys((*because, *others)))
