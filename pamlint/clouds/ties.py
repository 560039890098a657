"""What is tied to what, surely or perhaps: groups that are worn, lists that stand at an edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

Because = tuple[str, ...]
Ties = tuple[tuple[str, Because], ...]
"""Keys of what something is tied to, sorted, each once; the references that decide whether it is, none where it is for sure."""
OneOf = tuple[tuple[str, ...], ...]
"""Sets of keys, each sorted: something is tied to just one of each."""


class Tied(NamedTuple):
    """What something is tied to, and of which sets that is just one."""

    ties: Ties = ()
    one_of: OneOf = ()

    def beside(self, other: Tied) -> Tied:
        """Both together: where both have a key, nobody knows any more that it is one of a set."""
        if not any(self) or not any(other):
            return self if any(self) else other
        both = set(keys(self.ties)).intersection(keys(other.ties))
        sets = (each for each in (*self.one_of, *other.one_of) if both.isdisjoint(each))
        return Tied(ties((*self.ties, *other.ties)), tuple(sorted(sets)))

    def doubted(self, because: Iterable[str]) -> Tied:
        """The same where all of it hangs on further references."""
        more = tuple(because)
        return Tied(doubted(self.ties, more)) if more else self


def tied(found: Iterable[tuple[str, Because]], just_one: bool = False) -> Tied:
    """What one value is tied to; `just_one`: it is one of these things and nothing else."""
    merged = ties(found)
    if just_one and len(merged) == 1:
        return Tied(sure(keys(merged)))
    return Tied(merged, (keys(merged),) if just_one else ())


def either(ways: Iterable[tuple[Tied, Because]]) -> Tied:
    """What something is tied to that stands in just one of several places: what is tied there, and what each hangs on."""
    found = tuple(ways)
    if len(found) == 1:
        return found[0][0].doubted(found[0][1])
    one_each = all(len(there.ties) == 1 and has_sure(there.ties) for there, _ in found)
    return tied([pair for there, because in found for pair in doubted(there.ties, because)], one_each)


def together(found: Iterable[Tied]) -> Tied:
    """What several values are tied to."""
    whole = Tied()
    for each in found:
        whole = whole.beside(each)
    return whole


def ties(found: Iterable[tuple[str, Because]]) -> Ties:
    """One tie a key: a sure one where there is any, else a perhaps for the references of all."""
    best: dict[str, Because] = {}
    for key, because in found:
        known = best.get(key, because)
        best[key] = tuple(sorted({*known, *because})) if known and because else ()
    return tuple(sorted(best.items()))


def whichever(found: Iterable[tuple[Ties, Because]]) -> Ties:
    """What something is tied to that is just one of several: for sure what all of them are, the rest for what each hangs on."""
    ways = [(dict(own), because) for own, because in found]
    every = sorted({key for own, _ in ways for key in own})
    return tuple((key, tuple(sorted({each for own, because in ways for each in own.get(key, because)}))) for key in every)


def sure(keys: Iterable[str]) -> Ties:
    """Ties about which there is no doubt."""
    return ties((key, ()) for key in keys)


def doubted(found: Ties, because: Iterable[str]) -> Ties:
    """The ties where all of them hang on further references."""
    return tuple((key, tuple(sorted({*own, *because}))) for key, own in found)


def keys(found: Ties) -> tuple[str, ...]:
    """What may be tied at all."""
    return tuple(key for key, _ in found)


def perhaps(found: Iterable[tuple[str, Because]]) -> Mapping[str, Because]:
    """The ties that hang on something."""
    return {key: because for key, because in found if because}


def reasons(found: Ties) -> Because:
    """All that any of the ties hangs on."""
    return tuple(sorted({reference for _, because in found for reference in because}))


def has_one(found: Tied) -> bool:
    """Whether something is tied for sure, be it one of several."""
    return has_sure(found.ties) or bool(found.one_of)


def has_sure(found: Ties) -> bool:
    """Whether something is tied for sure."""
    return any(not because for _, because in found)
