"""A universe so small that every packet and every value of what is not known can be tried: the judge of the algebra."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product

from hypothesis import settings
from hypothesis import strategies as st

from pamlint.model.certainty import Predicate
from pamlint.model.ranges import Ranges
from pamlint.model.traffic import PROTOCOL, Cube

PROPERTY = settings(max_examples=150, deadline=None)
LIMITS = (2, 3, 2, 2, 2)
"""How many values each side has; the two protocols do not touch."""
PROTOCOLS = (6, 17)
Packet = tuple[int, ...]
Values = Mapping[str, frozenset[int] | bool]
"""What each predicate is: the members that it has, or, for a yes or no, whether it holds."""

PACKETS: tuple[Packet, ...] = tuple(product(PROTOCOLS, *(range(limit) for limit in LIMITS[1:])))
NAMES = ("a", "b")


def as_ranges(numbers: Iterable[int]) -> Ranges:
    """Ranges of single numbers, joined by hand where they touch."""
    out: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if out and out[-1][1] == number - 1:
            out[-1] = (out[-1][0], number)
        else:
            out.append((number, number))
    return tuple(out)


def numbers_of(ranges: Ranges) -> set[int]:
    """Every number, one by one."""
    return {number for low, high in ranges for number in range(low, high + 1)}


def subsets(numbers: Iterable[int]) -> Iterator[frozenset[int]]:
    """Every subset, the empty one too."""
    pool = sorted(set(numbers))
    for size in range(len(pool) + 1):
        yield from map(frozenset, combinations(pool, size))


def some(limit: int) -> st.SearchStrategy[Ranges]:
    """Non-empty ranges below the limit."""
    return st.sets(st.integers(0, limit - 1), min_size=1).map(as_ranges)


def guards(names: Iterable[str] = NAMES) -> st.SearchStrategy[frozenset[tuple[str, bool]]]:
    """Conjunctions that do not contradict themselves."""
    return st.dictionaries(st.sampled_from(sorted(names)), st.booleans(), max_size=2).map(
        lambda chosen: frozenset(chosen.items())
    )


def cubes(names: Iterable[str] = NAMES) -> st.SearchStrategy[Cube]:
    """Cubes of the tiny universe under guards."""
    protocols = st.sets(st.sampled_from(PROTOCOLS), min_size=1).map(as_ranges)
    return st.builds(Cube, st.tuples(protocols, *(some(limit) for limit in LIMITS[1:])), guards(names))


def in_box(cube: Cube, packet: Packet) -> bool:
    """Whether the sides hold the packet, whatever the guard."""
    return all(any(low <= value <= high for low, high in line) for line, value in zip(cube.sides, packet, strict=True))


def holds_for(cube: Cube, packet: Packet, truth: Mapping[str, bool]) -> bool:
    """Whether the packet is in the cube where the predicates are as said."""
    return in_box(cube, packet) and all(truth[name] == sign for name, sign in cube.guard)


def inside(traffic: Iterable[Cube], packet: Packet, truth: Mapping[str, bool]) -> bool:
    """Whether the packet is in one of the cubes."""
    return any(holds_for(cube, packet, truth) for cube in traffic)


def truths(names: Iterable[str] = NAMES) -> Iterator[dict[str, bool]]:
    """Every way in which the predicates can hold or not."""
    ordered = sorted(names)
    for chosen in product((False, True), repeat=len(ordered)):
        yield dict(zip(ordered, chosen, strict=True))


def truth_of(packet: Packet, values: Values, predicates: Mapping[str, Predicate]) -> dict[str, bool]:
    """Which predicates hold for a packet: membership of its side, or the yes or no itself."""
    out = {}
    for name, value in values.items():
        side = predicates[name].side
        out[name] = value if isinstance(value, bool) else packet[side if side is not None else PROTOCOL] in value
    return out


def values_of(predicates: Mapping[str, Predicate], least: Iterable[str] = (), most: Iterable[str] = ()) -> Iterator[Values]:
    """Every value that the predicates can have; `least` and `most` name those that are taken at one end."""
    choices: list[list[frozenset[int] | bool]] = []
    for name, predicate in predicates.items():
        if predicate.side is None:
            choices.append([False, True])
            continue
        low, high = numbers_of(predicate.at_least), numbers_of(predicate.at_most)
        if name in least:
            choices.append([frozenset(low)])
        elif name in most:
            choices.append([frozenset(high)])
        else:
            choices.append([frozenset(low) | extra for extra in subsets(high - low)])
    for chosen in product(*choices):
        yield dict(zip(predicates, chosen, strict=True))
