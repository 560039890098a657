"""Exact algebra on sets of traffic (five-tuples); a guard stands for what is named but not known.

A cube is five interval-set sides and a guard, a conjunction of signed predicates; a traffic set is a tuple of cubes.
Union is concatenation, difference carves. Nothing in here knows clouds, rules or policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from pamlint.model.addresses import ANY
from pamlint.model.boxes import FEW, Box, Boxes
from pamlint.model.ranges import Ranges, intersect, normal, subtract

PROTOCOL, SOURCE, SOURCE_PORT, DESTINATION, DESTINATION_PORT = range(5)
SIDES = (PROTOCOL, SOURCE, SOURCE_PORT, DESTINATION, DESTINATION_PORT)

ALL_PROTOCOLS: Ranges = ((0, 255),)
ALL_PORTS: Ranges = ((0, 65535),)
UNIVERSE: tuple[Ranges, ...] = (ALL_PROTOCOLS, ANY, ALL_PORTS, ANY, ALL_PORTS)

Guard = frozenset[tuple[str, bool]]
"""Signed predicates by name; what a name means is in the estate's table of predicates (model/certainty.py)."""
NO_GUARD: Guard = frozenset()


class Cube(NamedTuple):
    """Every packet whose five sides lie in these ranges, where the guard holds. ICMP type and code share DESTINATION_PORT."""

    sides: tuple[Ranges, ...] = UNIVERSE
    guard: Guard = NO_GUARD

    def replace(self, side: int, ranges: Ranges) -> Cube:
        """The same cube with one side set to these ranges."""
        return Cube((*self.sides[:side], ranges, *self.sides[side + 1 :]), self.guard)

    def within(self, side: int, ranges: Ranges) -> Cube | None:
        """The part of the cube whose side lies in these ranges, if any."""
        kept = intersect(self.sides[side], ranges)
        return self.replace(side, kept) if kept else None

    @property
    def bare(self) -> Cube:
        """The same cube, whatever its guard says."""
        return Cube(self.sides)

    def where(self, *literals: tuple[str, bool]) -> Cube:
        """The same cube under a longer guard."""
        return Cube(self.sides, self.guard | frozenset(literals))


Traffic = tuple[Cube, ...]
NOTHING: Traffic = ()
TELLING = (SOURCE, DESTINATION, DESTINATION_PORT)
"""The sides on which the lines of a list differ."""
MANY = 32


class Field(tuple[Cube, ...]):
    """Traffic of many cubes that is asked again and again what of it is near another cube."""

    def near(self, cube: Cube, before: int | None = None) -> list[Cube]:
        """The cubes that may meet this one, as far as the ends of their sides tell; only those before a place if one is given."""
        return [self[place] for place in self.places(cube, before)]

    def places(self, cube: Cube, before: int | None = None) -> list[int]:
        """The places of these cubes, ascending."""
        if len(self) <= MANY:
            return [place for place, each in enumerate(self[:before]) if _is_near(each, cube)]
        box = _hull(cube)
        return [] if box is None else self._boxes.overlapping(box, before)

    @cached_property
    def _boxes(self) -> Boxes:
        return Boxes(((place, box) for place, cube in enumerate(self) if (box := _hull(cube)) is not None), TELLING)


def _hull(cube: Cube) -> Box | None:
    """From the first to the last number of each side; None if a side is empty."""
    return _spans(cube) if all(cube.sides) else None


def _spans(cube: Cube) -> Box:
    return tuple((line[0][0], line[-1][1]) for line in cube.sides)


def _asked(traffic: Iterable[Cube], times: int) -> Traffic:
    """Traffic that is asked so many times what of it is near something."""
    cubes = traffic if isinstance(traffic, tuple) else tuple(traffic)
    return Field(cubes) if len(cubes) > MANY and times > FEW and not isinstance(cubes, Field) else cubes


class PieceLimitError(Exception):
    """Traffic that would need more pieces, or more work, than the limits; what hangs on it is unproven."""


PIECE_LIMIT = 20_000
WORK_LIMIT = 8_000_000
"""How many pairs of cubes one operation compares."""


_MOSTLY_APART = (DESTINATION_PORT, SOURCE, DESTINATION, PROTOCOL, SOURCE_PORT)
"""The sides, those first that mostly tell cubes apart."""


def meet(a: Cube, b: Cube) -> Cube | None:
    """The packets in both, or None."""
    if not _is_near(a, b):
        return None
    guard = a.guard
    if b.guard and b.guard is not guard:
        for name, sign in b.guard:
            if (name, not sign) in guard:
                return None
        guard |= b.guard
    sides = []
    for x, y in zip(a.sides, b.sides, strict=True):
        both = x if x is y else intersect(x, y)
        if not both:
            return None
        sides.append(both)
    return Cube(tuple(sides), guard)


def carve(a: Cube, b: Cube, order: tuple[int, ...] = SIDES) -> Iterator[Cube]:
    """Disjoint cubes that together are a minus b: at most one for each side, in this order, and each predicate of b, by name."""
    both = meet(a, b)
    if both is None:
        yield a
        return
    rest = a
    for side in order:
        inside = both.sides[side]
        if inside != rest.sides[side]:
            yield rest.replace(side, subtract(rest.sides[side], b.sides[side]))
            rest = rest.replace(side, inside)
    if b.guard:
        for name, sign in sorted(b.guard - a.guard):
            yield rest.where((name, not sign))
            rest = rest.where((name, sign))


def _is_covered(cube: Cube, holes: Iterable[Cube]) -> bool:
    """Whether one of the holes takes all of a cube by itself."""
    for hole in holes:  # noqa: SIM110 -- a generator would cost as much as the comparison
        if _covers(hole, cube):
            return True
    return False


def _covers(a: Cube, b: Cube) -> bool:
    """Whether all of b is in a, by a alone."""
    if not a.guard <= b.guard:
        return False
    ours, theirs = a.sides, b.sides
    for side in _MOSTLY_APART:
        x, y = ours[side], theirs[side]
        if x is not y and (not x or (y and (y[0][0] < x[0][0] or y[-1][1] > x[-1][1] or (len(x) > 1 and subtract(y, x))))):
            return False
    return True


def minus(a: Iterable[Cube], b: Iterable[Cube], order: tuple[int, ...] = SIDES, limit: int = PIECE_LIMIT) -> Traffic:
    """The packets in a and not in b: empty exactly when a is a subset of b. Raises PieceLimitError beyond the limit.

    What is left is cut side by side in this order: the last side is cut only where all others meet.
    """
    cubes = tuple(a)
    return _left(cubes, _asked(b, len(cubes)), order, limit)


def _left(cubes: Iterable[Cube], holes: Traffic, order: tuple[int, ...], limit: int, before: int | None = None) -> Traffic:
    """What the holes (of a field those before a place) leave of the cubes."""
    out: list[Cube] = []
    work = 0
    for cube in cubes:
        near: Sequence[Cube] = holes.near(cube, before) if isinstance(holes, Field) else holes
        if _is_covered(cube, near):
            continue
        if near is holes:
            near = [hole for hole in holes if _is_near(hole, cube)]
        left = _Rest(cube) if len(near) <= MANY else _IndexedRest(cube)
        for hole in near:
            work += left.cut(hole, order)
            if not len(left):
                break
            if len(out) + len(left) > limit or work > WORK_LIMIT:
                raise PieceLimitError
        out += left
    return tuple(out)


class _Rest:
    """What is left of a cube while it is carved."""

    def __init__(self, cube: Cube) -> None:
        self._pieces = [cube]

    def __len__(self) -> int:
        return len(self._pieces)

    def __iter__(self) -> Iterator[Cube]:
        return iter(self._pieces)

    def cut(self, hole: Cube, order: tuple[int, ...]) -> int:
        """Carve a hole out of all pieces; gives back how many were looked at."""
        looked_at = len(self._pieces)
        self._pieces = [piece for each in self._pieces for piece in carve(each, hole, order)]
        return looked_at


class _IndexedRest:
    """The same for many holes: the pieces in the same order, each linked to the next, found by where they lie."""

    def __init__(self, cube: Cube) -> None:
        self._pieces: dict[int, Cube] = {0: cube}
        self._next: dict[int, int] = {}
        self._count = 1
        self._boxes = Boxes([(0, box)] if (box := _hull(cube)) is not None else [], TELLING)

    def __len__(self) -> int:
        return len(self._pieces)

    def __iter__(self) -> Iterator[Cube]:
        number: int | None = 0
        while number is not None:
            if number in self._pieces:
                yield self._pieces[number]
            number = self._next.get(number)

    def cut(self, hole: Cube, order: tuple[int, ...]) -> int:
        """Carve a hole out of the pieces that are near it; gives back how many were looked at."""
        box = _hull(hole)
        near = [] if box is None else self._boxes.overlapping(box)
        for number in near:
            piece = self._pieces[number]
            pieces = list(carve(piece, hole, order))
            if pieces != [piece]:
                self._replace(number, pieces)
        return len(near)

    def _replace(self, number: int, pieces: Sequence[Cube]) -> None:
        """Put pieces in the place of one: the first under its number, the others behind it."""
        self._boxes.remove(number)
        del self._pieces[number]
        numbers = [number, *range(self._count, self._count + len(pieces) - 1)]
        self._count += len(numbers) - 1
        for own, piece, following in zip(numbers, pieces, (*numbers[1:], self._next.get(number)), strict=False):
            self._pieces[own] = piece
            self._boxes.add(own, _spans(piece))
            if following is not None:
                self._next[own] = following


def _is_near(a: Cube, b: Cube) -> bool:
    """Whether two cubes may meet, as far as the ends of their sides tell."""
    ours, theirs = a.sides, b.sides
    for side in _MOSTLY_APART:
        x, y = ours[side], theirs[side]
        if x is not y and (not x or not y or x[-1][1] < y[0][0] or y[-1][1] < x[0][0]):
            return False
    return True


def overlap(a: Iterable[Cube], b: Traffic) -> Traffic:
    """The packets in both. Raises PieceLimitError beyond the limits."""
    cubes = tuple(a)
    if len(cubes) * len(b) <= MANY * FEW:
        return tuple(both for x in cubes for y in b if (both := meet(x, y)) is not None)
    field = _asked(b, len(cubes))
    found: list[Cube] = []
    work = 0
    for x in cubes:
        near = field.near(x) if isinstance(field, Field) else field
        work += len(near)
        found += (both for y in near if (both := meet(x, y)) is not None)
        if len(found) > PIECE_LIMIT or work > WORK_LIMIT:
            raise PieceLimitError
    return tuple(found)


def broadest(traffic: Traffic) -> Traffic:
    """The same packets without the cubes that ask for more than another of the same sides."""
    least: dict[tuple[Ranges, ...], list[Guard]] = {}
    for cube in sorted(traffic, key=lambda each: len(each.guard)):
        kept = least.setdefault(cube.sides, [])
        if not any(guard <= cube.guard for guard in kept):
            kept.append(cube.guard)
    return tuple(cube for cube in dict.fromkeys(traffic) if cube.guard in least[cube.sides])


def touch(a: Iterable[Cube], b: Traffic) -> bool:
    """Whether there are packets in both."""
    return any(meet(x, y) is not None for x in a for y in b)


MERGE_ORDER = (SOURCE, DESTINATION, DESTINATION_PORT, SOURCE_PORT, PROTOCOL)


def merge(traffic: Iterable[Cube], order: tuple[int, ...] = MERGE_ORDER) -> Traffic:
    """The same packets in fewer cubes: cubes alike on all sides but one become one, tried side by side in this order."""
    cubes = list(dict.fromkeys(traffic))
    for side in order:
        if len(cubes) < 2:
            break
        alike: dict[object, list[Cube]] = {}
        for cube in cubes:
            sides, guard = cube
            alike.setdefault((sides[:side], sides[side + 1 :], guard), []).append(cube)
        if len(alike) < len(cubes):
            cubes = [_joined(found, side) for found in alike.values()]
    return tuple(cubes)


def _joined(cubes: list[Cube], side: int) -> Cube:
    """Cubes that are alike but for one side, as one."""
    first = cubes[0]
    return first if len(cubes) == 1 else first.replace(side, normal(pair for cube in cubes for pair in cube.sides[side]))


class Entry(NamedTuple):
    """One line of a first-match list: what it matches, and whether that is let through."""

    allow: bool
    cubes: Traffic


def admitted(entries: Iterable[Entry], order: tuple[int, ...] = SIDES) -> Iterator[Traffic]:
    """For each entry, in order, the packets that it lets through; several allow entries may let through the same packet.

    What is left beside denies is cut side by side in this order.

    Only denies are taken away, so an allow that is uncertain never hides what a later allow lets through for sure.
    """
    listed = tuple(entries)
    denied = Field(cube for entry in listed if not entry.allow for cube in entry.cubes)
    above = 0
    for entry in listed:
        if entry.allow:
            yield _left(entry.cubes, denied, order, PIECE_LIMIT, above)
        else:
            yield NOTHING
            above += len(entry.cubes)
