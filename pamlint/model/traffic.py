"""Exact algebra on sets of traffic (five-tuples); a guard stands for what is named but not known.

A cube is five interval-set sides and a guard, a conjunction of signed predicates; a traffic set is a tuple of cubes.
Union is concatenation, difference carves. Nothing in here knows clouds, rules or policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pamlint.model.addresses import ANY
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


def _is_covered(cube: Cube, holes: Traffic) -> bool:
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
    holes = tuple(b)
    out: list[Cube] = []
    work = 0
    for cube in a:
        if _is_covered(cube, holes):
            continue
        left: Traffic = (cube,)
        for hole in [hole for hole in holes if _is_near(hole, cube)]:
            work += len(left)
            left = tuple(piece for each in left for piece in carve(each, hole, order))
            if not left:
                break
            if len(out) + len(left) > limit or work > WORK_LIMIT:
                raise PieceLimitError
        out += left
    return tuple(out)


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
    if len(cubes) * len(b) > WORK_LIMIT:
        raise PieceLimitError
    found = tuple(both for x in cubes for y in b if (both := meet(x, y)) is not None)
    if len(found) > PIECE_LIMIT:
        raise PieceLimitError
    return found


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


def admitted(entries: Iterable[Entry]) -> Iterator[Traffic]:
    """For each entry, in order, the packets that it lets through; several allow entries may let through the same packet.

    Only denies are taken away, so an allow that is uncertain never hides what a later allow lets through for sure.
    """
    denied: list[Cube] = []
    for entry in entries:
        if entry.allow:
            yield minus(entry.cubes, denied)
        else:
            yield NOTHING
            denied.extend(entry.cubes)
