"""What is sure about traffic whose guards name things that the input does not settle.

A residue is *proved* where it is non-empty whatever the open predicates are, *unproven* where it is so only for some of them.
Every predicate stands in one place of use, so a residue grows or shrinks with it and the extremes decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from itertools import combinations
from types import MappingProxyType
from typing import Literal, NamedTuple

from pamlint.model.addresses import ANY, IPV4, IPV6, PUBLIC, families, line_of
from pamlint.model.noun import noun
from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, normal, subtract, union
from pamlint.model.traffic import NO_GUARD, Cube, Field, Guard, Traffic, meet, merge, minus, overlap

PRIVATE: Ranges = subtract(ANY, PUBLIC)


@noun
class Predicate:
    """What a guard's name means: membership of one side in something that lies between `at_least` and `at_most`.

    `group` is a security group or an ASG, `list` a service tag, prefix list or `VirtualNetwork`, `set` addresses that exist
    but are not known (a role's networks, what stands behind an ACL), `unknown` a value that may be anything or nothing.
    `side` None is no membership but a yes or no: whether a rule exists at all. One that stands for many such has the `shares`
    of each: its traffic, and the references that decide there. `members`: an unknown value that is a group or a list.
    `unread`: a list that a data source reads which was not asked, or with entries that are not known: all of its members but
    the known ones may be permitted ones.
    """

    kind: Literal["group", "list", "set", "unknown"]
    side: int | None
    text: str
    at_least: Ranges = EMPTY
    at_most: Ranges = ANY
    because: tuple[str, ...] = ()
    shares: tuple[tuple[Cube, tuple[str, ...]], ...] = ()
    members: bool = False
    unread: bool = False

    def reasons(self, cube: Cube) -> tuple[str, ...]:
        """The references on which it hangs for the packets of a cube."""
        held = frozenset(literal for literal in cube.guard if literal[1])
        found = (because for share, because in self.shares if share.guard <= held and meet(share.bare, cube.bare))
        return tuple(dict.fromkeys((*self.because, *(reference for because in found for reference in because))))

    @property
    def reach(self) -> Ranges:
        """Where members can be when that counts against a finding: a group's members have private addresses."""
        return intersect(self.at_most, PRIVATE) if self.kind == "group" and self.at_most == ANY else self.at_most


Predicates = Mapping[str, Predicate]
Own = Mapping[str, Ranges]
NO_OWN: Own = MappingProxyType({})
NO_DENIED: Mapping[str, Traffic] = MappingProxyType({})


class Purpose(Enum):
    """What the residue is: traffic that is open, or traffic that is not."""

    OPEN = auto()
    CLOSED = auto()


class Settled(NamedTuple):
    """A residue in two: what is proved, and what is so only for some values of what is open, with the references."""

    proved: Traffic
    unproven: Traffic
    because: tuple[str, ...]


def settle(
    residue: Iterable[Cube],
    predicates: Predicates,
    purpose: Purpose,
    own: Own = NO_OWN,
    denied: Mapping[str, Traffic] = NO_DENIED,
) -> Settled:
    """Split a residue.

    `own` are predicates that hold for whoever is judged: they count as non-empty, wherever they are within the line given for
    each. `denied` are the symbols that denies name, with the traffic that is denied them: what is left there is what remains
    beside them. Any other group that is taken away from open traffic is permitted, and stands within the networks that its role
    has or may have, which are taken away as well.
    """
    surely: list[Cube] = []
    perhaps: list[Cube] = []
    for cube in residue:
        if not cube.guard:
            surely.append(cube)
            continue
        for part in _by_what_is_denied(cube, denied):
            beside = _denied_at(part, denied)
            sure = _bound(part, predicates, purpose, own, beside, certain=True)
            if sure is not None:
                surely.append(sure)
            possible = _bound(part, predicates, purpose, own, beside, certain=False)
            if possible is not None:
                perhaps.append(_plain(possible, predicates, purpose, beside))
    proved = _apart(merge(surely))
    told = Field(_known(cube, predicates) for cube in surely)
    unproven = _widest(merge(left for piece in perhaps for left in minus((piece,), bare(told.near(piece), piece.guard))))
    because = {
        reference
        for cube in unproven
        for name, sign in cube.guard
        if _is_asked(cube, name, sign, predicates, purpose, own, _denied_at(cube, denied))
        for reference in predicates[name].reasons(cube)
    }
    return Settled(proved, unproven, tuple(sorted(because)))


def _widest(unproven: Traffic) -> Traffic:
    """The cubes without those whose packets all hang on less in others: only the questions of these decide there."""
    by_guard: dict[Guard, list[Cube]] = defaultdict(list)
    for cube in unproven:
        by_guard[cube.guard].append(cube)
    if len(by_guard) < 2:
        return unproven
    least: dict[tuple[str, bool] | None, list[Guard]] = defaultdict(list)
    for guard in by_guard:
        least[min(guard, default=None)].append(guard)
    out: list[Cube] = []
    for guard, cubes in by_guard.items():
        fewer = (other for literal in (None, *guard) for other in least.get(literal, ()) if other < guard)
        wider = Field(cube.bare for other in fewer for cube in by_guard[other])
        out += (cube for cube in cubes if minus((cube,), wider.near(cube)))
    return tuple(out)


def undivided(unproven: Iterable[Cube]) -> Traffic:
    """The same packets, where the same may be so whether something holds or not told once, and not for either case."""
    alike: dict[tuple[Ranges, ...], set[Guard]] = defaultdict(set)
    for cube in unproven:
        alike[cube.sides].add(cube.guard)
    for guards in alike.values():
        while (pair := _either_way(guards)) is not None:
            guards -= {guard for guard in guards if pair <= guard}
            guards.add(pair)
    return merge(Cube(sides, guard) for sides, guards in alike.items() for guard in sorted(guards, key=sorted))


def _either_way(guards: Iterable[Guard]) -> Guard | None:
    """What two guards have in common that say the opposite of one thing."""
    for one, other in combinations(sorted(guards, key=sorted), 2):
        if sum((name, not sign) in other for name, sign in one) == 1:
            return one & other
    return None


def reached(opened: Iterable[Cube], predicates: Predicates, own: Own, certain: bool) -> Iterator[Cube]:
    """What is open for sure (or at all), cube by cube, towards somebody of whom the predicates of `own` hold."""
    bounded = (_bound(cube, predicates, Purpose.OPEN, own, frozenset(), certain) for cube in opened)
    return (cube for cube in bounded if cube is not None)


def _known(cube: Cube, predicates: Predicates) -> Cube:
    """The cube without literals that hold for every address of it: it is there for whoever stands there."""
    asked = (
        (name, sign)
        for name, sign in cube.guard
        if not sign or (side := predicates[name].side) is None or not holds(predicates[name].at_least, cube.sides[side])
    )
    return Cube(cube.sides, frozenset(asked)) if cube.guard else cube


def _by_what_is_denied(cube: Cube, denied: Mapping[str, Traffic]) -> Traffic:
    """The parts of a cube beside symbols that denies name: those that they deny them, and the rest."""
    parts: Traffic = (cube,)
    for name in sorted(name for name, sign in cube.guard if not sign and name in denied):
        holes = tuple(hole.bare for hole in denied[name])
        parts = (*overlap(parts, holes), *minus(parts, holes))
    return parts


def _denied_at(cube: Cube, denied: Mapping[str, Traffic]) -> frozenset[str]:
    """The symbols beside which a cube is what denies have left."""
    named = (name for name, sign in cube.guard if not sign and name in denied)
    return frozenset(name for name in named if any(meet(cube.bare, hole.bare) for hole in denied[name]))


def _apart(traffic: Traffic) -> Traffic:
    """The traffic without the members of something, where everybody stands in it besides."""
    everybody = tuple(cube for cube in traffic if not cube.guard)
    if len(everybody) in (0, len(traffic)):
        return traffic
    return (*everybody, *(cube for cube in traffic if cube.guard and minus((cube,), everybody)))


def _is_asked(
    cube: Cube, name: str, sign: bool, predicates: Predicates, purpose: Purpose, own: Own, denied: frozenset[str]
) -> bool:
    """Whether it hangs on what a literal says: not among known members, nor on where somebody is who is meant wherever he is."""
    predicate = predicates[name]
    if sign and predicate.side is not None and holds(predicate.at_least, cube.sides[predicate.side]):
        return False
    if sign and name in own and predicate.side is not None:
        side = cube.sides[predicate.side]
        return not holds(side, _there(own[name], side)) or (purpose is Purpose.OPEN and not _stands(predicate, side))
    if sign and purpose is Purpose.OPEN and predicate.kind == "group" and predicate.side is not None:
        positive = [predicates[other] for other, holds_ in cube.guard if holds_]
        side = cube.sides[predicate.side]
        return not (_is_alone(predicate, positive, side) and _stands(predicate, side))
    return _is_open(name, sign, predicate, purpose, denied)


def _is_open(name: str, sign: bool, predicate: Predicate, purpose: Purpose, denied: frozenset[str]) -> bool:
    """Whether what a literal says is a question at all: that a group is no other group is none."""
    if predicate.kind != "group":
        return True
    return sign if purpose is Purpose.CLOSED else not sign and name in denied


def _plain(cube: Cube, predicates: Predicates, purpose: Purpose, denied: frozenset[str]) -> Cube:
    """The cube without what decides nothing: groups that are no question, and, beside an unknown value, sets that are one."""
    unknown = {predicates[name].side for name, sign in cube.guard if sign and predicates[name].kind == "unknown"} - {None}
    kept = (
        (name, sign)
        for name, sign in cube.guard
        if sign
        or (
            _is_open(name, sign, predicates[name], purpose, denied)
            and (predicates[name].side not in unknown or predicates[name].kind in ("unknown", "list"))
        )
    )
    return Cube(cube.sides, frozenset(kept))


def bare(surely: Iterable[Cube], guard: Guard) -> Traffic:
    """What is sure, stated so that it covers the same packets of a cube under this guard."""
    return tuple(Cube(cube.sides, NO_GUARD) for cube in surely if cube.guard <= guard)


def _bound(cube: Cube, predicates: Predicates, purpose: Purpose, own: Own, denied: frozenset[str], certain: bool) -> Cube | None:
    """The part of the cube that is there for sure (or at all); the guard keeps what tells a reader who is meant."""
    found = _bounded(cube, predicates, purpose, own, denied, certain, names=True)
    if found is None or not certain or purpose is Purpose.CLOSED or not _is_known(found, cube.guard, predicates):
        return found
    return _bounded(cube, predicates, purpose, own, denied, certain, names=False)


def _is_known(found: Cube, guard: Guard, predicates: Predicates) -> bool:
    """Whether all that is left is addresses that are known of the groups it names: these may be in whatever is taken away."""
    groups = [predicates[name] for name, sign in guard if sign and predicates[name].kind == "group"]
    return any(each.side is not None and holds(each.at_least, found.sides[each.side]) for each in groups)


def _bounded(
    cube: Cube, predicates: Predicates, purpose: Purpose, own: Own, denied: frozenset[str], certain: bool, names: bool
) -> Cube | None:
    """The same; `names`: a group that is named counts as somebody beside the lists and networks that are taken away."""
    positive = [predicates[name] for name, sign in cube.guard if sign]
    bounded = cube
    for name, sign in sorted(cube.guard, key=lambda literal: (literal[0] in own, literal)):
        predicate = predicates[name]
        beside = not sign and purpose is Purpose.OPEN and _is_beside(name, predicate, denied, positive)
        beside = beside and (names or predicate.kind == "group")
        alone = predicate.side is None or _is_alone(predicate, positive, cube.sides[predicate.side])
        allowed = _line(predicate, sign, purpose, certain and not beside, bounded, own.get(name), alone)
        if predicate.side is not None:
            restricted = bounded.within(predicate.side, allowed)
        else:
            restricted = bounded if allowed else None
        if restricted is None:
            return None
        bounded = restricted
    kept = frozenset((name, sign) for name, sign in cube.guard if not certain or (sign and predicates[name].side is not None))
    return Cube(bounded.sides, kept)


def _is_beside(name: str, predicate: Predicate, denied: frozenset[str], positive: list[Predicate]) -> bool:
    """Whether what is taken away is, but for its known members, not what is open: a permitted group, or beside another name.

    Addresses that are known of an open list may be in a permitted one.
    """
    named = [other for other in positive if other.side == predicate.side and other.kind in ("group", "list")]
    if predicate.kind == "group":
        return name not in denied
    if predicate.kind == "list":
        return name not in denied and any(other.kind == "group" or not other.at_least for other in named)
    return predicate.kind == "set" and bool(named)


def _is_alone(predicate: Predicate, positive: list[Predicate], side: Ranges) -> bool:
    """Whether whoever is in it is known to be in everything else that the same side must be in; such members count as IPv4."""
    there = intersect(predicate.at_most, side)
    others = (other for other in positive if other is not predicate and other.side == predicate.side)
    return all(holds(other.at_least, intersect(there, IPV4) or there) for other in others)


def _stands(predicate: Predicate, side: Ranges) -> bool:
    """Whether somebody of whom nothing but the name is known can stand on a side: such members count as IPv4."""
    return bool(intersect(side, IPV4)) or not intersect(predicate.at_most, IPV4)


def _line(
    predicate: Predicate, sign: bool, purpose: Purpose, certain: bool, cube: Cube, own: Ranges | None, alone: bool
) -> Ranges:
    """Where on the predicate's side the literal holds for sure (or at all); for a yes or no, ANY or EMPTY.

    `alone` is false if the same side must be a member of something else too: two that are not empty may have nobody in common.
    """
    if predicate.side is None:
        return EMPTY if certain else ANY
    side = cube.sides[predicate.side]
    if sign and own is not None:
        there = _there(own, side)
        stands = purpose is Purpose.CLOSED or _stands(predicate, side)
        if not certain:
            return union(there, predicate.at_least)
        if alone and stands and there and holds(side, there):
            return side
        needed = alone and purpose is Purpose.CLOSED and predicate.kind in ("group", "list")
        return union(_in_families(side, there), predicate.at_least) if needed else predicate.at_least
    if sign:
        if not certain:
            return predicate.at_most
        counts = purpose is Purpose.OPEN and predicate.kind in ("group", "list") and alone and _stands(predicate, side)
        return predicate.at_most if counts else predicate.at_least
    if not certain or (purpose is Purpose.CLOSED and predicate.kind == "group"):
        return subtract(side, predicate.at_least)
    return subtract(side, predicate.reach)


def _in_families(side: Ranges, there: Ranges) -> Ranges:
    """The part of a side in the address families in which it holds all of where somebody stands: he is meant in each of them."""
    parts = [(intersect(side, line), intersect(there, line)) for line in (IPV4, IPV6)]
    return normal(pair for here, meant in parts if meant and holds(here, meant) for pair in here)


def _there(own: Ranges, side: Ranges) -> Ranges:
    """Where somebody who is meant stands, in the address families of a side."""
    return intersect(own, line_of(families(side)))
