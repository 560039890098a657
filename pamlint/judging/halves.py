"""Access that is permitted, not required, and open at one end only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from pamlint.binding import Member, Part, Unit
from pamlint.judging.admission import Piece, less, placed
from pamlint.judging.answers import OPPOSITE
from pamlint.judging.cubes import CLIENT_PORTS, Option, Table, sides, traffic
from pamlint.judging.demand import Demand
from pamlint.judging.judgement import HalfOpen
from pamlint.judging.opened import Front
from pamlint.model.addresses import ANY, IPV4, IPV6
from pamlint.model.certainty import Purpose, Settled, reached, settle
from pamlint.model.finding import Direction
from pamlint.model.noun import field, record, replace
from pamlint.model.ranges import Ranges, intersect
from pamlint.model.services import ANY_SERVICE, PORT_PROTOCOLS
from pamlint.model.traffic import (
    ALL_PORTS,
    DESTINATION_PORT,
    PROTOCOL,
    SOURCE_PORT,
    Cube,
    PieceLimitError,
    Traffic,
    merge,
    minus,
    overlap,
)

Fronts = Mapping[tuple[int, Direction], Front]
"""What each unit lets through, by its place in the binding and the direction."""
Ways = tuple[Option, ...]
"""What rules can name to mean a unit as their peer."""
Shape = tuple[object, ...]
"""All that counts of how a unit is meant where no rule names it: units of one shape are reached alike."""
Access = tuple[str, tuple[Part, ...], Traffic, Callable[[], Traffic]]
"""Optional access to some parts of a far role: as far as the rules at hand tell groups apart, and in full."""


def half_open(fronts: Fronts, demand: Demand, table: Table, beyond: Callable[[Unit, Direction], None]) -> list[HalfOpen]:
    """Every rule that opens one end of optional access to another judged unit that keeps its own end closed.

    `beyond` is told of each unit whose traffic is beyond the limits.
    """
    found: list[HalfOpen] = []
    pairs = _Pairs(fronts, demand, table)
    for (place, direction), front in fronts.items():
        try:
            found += _of_front(place, direction, front, pairs, demand, table)
        except PieceLimitError:
            beyond(front.unit, direction)
    return found


def _of_front(place: int, direction: Direction, front: Front, pairs: _Pairs, demand: Demand, table: Table) -> Iterable[HalfOpen]:
    """The rules of one unit in one direction."""
    for role, parts, permitted, in_full in () if front.unit.doubt else _optional(front, demand):
        halves = pairs.halves(place, direction, role, parts, overlap(front.passed, permitted))
        open_here = overlap(front.passed, in_full()) if halves else ()
        for half in halves:
            yield from _blamed(front, role, half, open_here, table)


def _optional(front: Front, demand: Demand) -> Iterable[Access]:
    """What is permitted and not required at a unit."""
    unit, direction, named = front.unit, front.direction, front.named.keys()
    for ask in front.asks:
        if ask.flow.need != "blocked" and not demand.is_required(ask.flow):
            of_flow = partial(demand.of_flow, ask, unit, direction)
            yield ask.peer.role, (ask.peer,), of_flow(named, widest=True), of_flow
    for allowance in demand.site.allow:
        if not demand.is_expired(allowance):
            for role in (peer[5:] for peer in allowance.peers if peer.startswith("role:")):
                of_allowance = partial(demand.of_allowance, allowance, unit, direction)
                yield role, demand.binding.parts.get(role, ()), of_allowance(named, widest=True), of_allowance


class Meant(NamedTuple):
    """How rules can mean a unit as their peer: by anything of `ways`, or by all of some of the `networks` that its roles have."""

    ways: Ways
    networks: tuple[Ranges, ...]


@record
class _Partners:
    """Units that bear a role, by their shapes and by the predicates that name them."""

    alike: dict[Shape, dict[int, Meant]] = field(default_factory=lambda: defaultdict(dict))
    named: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


class _Pairs:
    """Holds units against each other: where a rule of one names the other one by one, all others by their shapes."""

    def __init__(self, fronts: Fronts, demand: Demand, table: Table) -> None:
        self._fronts = fronts
        self._demand = demand
        self._table = table
        self._partners: dict[tuple[tuple[int, ...], str, Direction], _Partners] = {}
        self._members: dict[int, dict[str, Member]] = {}
        self._own: dict[tuple[int, str, Direction], Meant] = {}
        self._answers: dict[tuple[int, Direction, Shape], Traffic] = {}
        self._same: dict[Traffic, Traffic] = {}
        self._naming: dict[tuple[str, Direction], set[int]] = defaultdict(set)
        for (place, direction), front in fronts.items():
            for name in (*front.named, *(name for cube in front.perhaps_passed for name, _ in cube.guard)):
                self._naming[name, direction].add(place)

    def halves(self, place: int, direction: Direction, role: str, parts: tuple[Part, ...], open_here: Traffic) -> list[Traffic]:
        """The services that are open at a unit towards others which keep them closed, each kind once."""
        if not open_here:
            return []
        partners = self._bearers(role, parts, self._fronts[place, direction])
        known = {other for cube in open_here for name, _ in cube.guard for other in partners.named.get(name, ())}
        known |= self._that_name(place, OPPOSITE[direction])
        found: dict[Traffic, None] = {}
        for alike in partners.alike.values():
            strangers = (other for other in alike if other != place and other not in known)
            first = next(strangers, None)
            here = () if first is None else self._between(open_here, alike[first], direction)
            if first is not None and here:
                answers = (self._answer(other, place, OPPOSITE[direction]) for other in (first, *strangers))
                found.update(dict.fromkeys(minus(here, answer) for answer in {id(answer): answer for answer in answers}.values()))
            for other in sorted(known & alike.keys() - {place}):
                here = self._between(open_here, alike[other], direction)
                found[minus(here, self._back(other, place, OPPOSITE[direction])) if here else ()] = None
        return [half for half in found if half]

    def _bearers(self, role: str, parts: tuple[Part, ...], front: Front) -> _Partners:
        """The units that bear a role by some parts, as rules of a cloud in one direction can mean them."""
        key = (tuple(id(part) for part in parts), front.unit.cloud, front.direction)
        if key not in self._partners:
            found = self._partners[key] = _Partners()
            for (place, direction), other in self._fronts.items():
                if direction == OPPOSITE[front.direction] and role in other.unit.sure_roles:
                    meant = self._meant(other.unit, parts, front.unit.cloud, front.direction)
                    found.alike[self._shape(meant)][place] = meant
                    for name in _names(meant.ways):
                        found.named[name].add(place)
        return self._partners[key]

    def _that_name(self, place: int, direction: Direction) -> set[int]:
        """The units whose rules of a direction name this one."""
        names = {name for cloud in ("aws", "azure") for name in _names(self._mine(place, cloud, direction).ways)}
        return {other for name in names for other in self._naming.get((name, direction), ())}

    def _mine(self, place: int, cloud: str, direction: Direction) -> Meant:
        """How rules of a cloud in one direction can mean a unit in any of its roles."""
        key = (place, cloud, direction)
        if key not in self._own:
            front = self._fronts[place, OPPOSITE[direction]]
            parts = (part for role in front.unit.roles for part in self._demand.binding.parts.get(role, ()))
            self._own[key] = self._meant(front.unit, parts, cloud, direction)
        return self._own[key]

    def _meant(self, far: Unit, parts: Iterable[Part], cloud: str, direction: Direction) -> Meant:
        """How rules can mean the members of a unit, where they stand, or all that their roles have of an address family."""
        peer_side, _ = sides(direction)
        found: list[Option] = []
        networks: list[Ranges] = []
        for part in parts:
            if id(part) not in self._members:
                self._members[id(part)] = {member.key: member for member in part.members}
            own = self._members[id(part)]
            borne = sorted(far.hosts & own.keys())
            for key in borne:
                found += self._demand.naming.member_options(own[key], peer_side, cloud)
            if borne and part.networks:
                networks += [line for family in (IPV4, IPV6) if (line := intersect(part.networks, family))]
        placed = far.within != ANY and all(workload.standing for workload in far.workloads)
        return Meant((*dict.fromkeys(found), *([(far.within, ())] if placed else [])), tuple(dict.fromkeys(networks)))

    def _shape(self, meant: Meant) -> Shape:
        """Doubts are each one's own; of groups and lists only their bounds count."""
        bounds = {name: self._table.predicates[name] for name in _names(meant.ways)}
        known = {name: replace(each, text="", because=()) for name, each in bounds.items() if each.kind != "unknown"}
        ways = tuple((line, tuple(known.get(name, name) for name, _ in literals)) for line, literals in meant.ways)
        return (ways, meant.networks)

    def _answer(self, other: int, place: int, direction: Direction) -> Traffic:
        """What the rules of another unit, none of which names this one, may let through to it."""
        mine = self._mine(place, self._fronts[other, direction].unit.cloud, direction)
        key = (other, direction, self._shape(mine))
        if key not in self._answers:
            answer = self._back(other, place, direction)
            self._answers[key] = self._same.setdefault(answer, answer)
        return self._answers[key]

    def _back(self, other: int, place: int, direction: Direction) -> Traffic:
        """What the rules of another unit may let through to this one."""
        front = self._fronts[other, direction]
        return self._between(front.perhaps_passed, self._mine(place, front.unit.cloud, direction), direction, perhaps=True)

    def _between(self, open_: Traffic, meant: Meant, direction: Direction, perhaps: bool = False) -> Traffic:
        """The services that are open towards somebody who can be meant so; `perhaps` counts what is not proved too."""
        anywhere = [(line, ()) for line in meant.networks or (() if meant.ways else (ANY,))] if perhaps else []
        ways = (*meant.ways, *anywhere)
        own = {name: line for line, literals in ways for name, _ in literals}
        towards = traffic([((ANY_SERVICE.protocols), ALL_PORTS, ALL_PORTS, ANY)], ways, [(ANY, ())], direction)
        found = [*reached(overlap(open_, towards), self._table.predicates, own, certain=not perhaps)]
        for line in () if perhaps else meant.networks:
            found += _open_to_all(open_, line, sides(direction)[0])
        return merge(_service(cube) for cube in found)


def _names(ways: Ways) -> Iterable[str]:
    return (name for _, literals in ways for name, _ in literals)


def _open_to_all(open_: Traffic, line: Ranges, side: int) -> Traffic:
    """The services that are open for sure towards every address of a line, from some port of some address."""
    blank = Cube()
    far = [
        blank.replace(PROTOCOL, cube.sides[PROTOCOL]).replace(DESTINATION_PORT, cube.sides[DESTINATION_PORT]).replace(side, there)
        for cube in open_
        if not cube.guard and (there := intersect(cube.sides[side], line))
    ]
    if not far:
        return ()
    closed = minus((blank.replace(side, line),), far)
    return minus((blank,), (cube.replace(side, blank.sides[side]) for cube in closed))


def _service(cube: Cube) -> Cube:
    """The same services between any addresses, from the ports of ordinary clients where the protocol has ports."""
    sources = CLIENT_PORTS if intersect(cube.sides[PROTOCOL], PORT_PROTOCOLS) else ALL_PORTS
    blank = Cube().replace(PROTOCOL, cube.sides[PROTOCOL]).replace(DESTINATION_PORT, cube.sides[DESTINATION_PORT])
    return blank.replace(SOURCE_PORT, sources)


def _blamed(front: Front, role: str, half: Traffic, open_here: Traffic, table: Table) -> Iterable[HalfOpen]:
    """The rules that open what the other end keeps closed, each packet at the nearest layer that has an explicit rule for it.

    Members of the role are counted where they surely stand: in a part of their network there may be none.
    """
    nearer: Traffic = ()
    for layer in front.layers:
        explicit: list[Piece] = [piece for piece in layer if not piece.rule.default]
        for piece in explicit:
            opened = merge(less(overlap(overlap(piece.traffic, open_here), half), nearer, table))
            named = {name: table.predicates[name] for cube in opened for name, sign in cube.guard if sign}
            standing = {name: each.at_most for name, each in named.items() if each.kind == "group"}
            settled = placed(settle(opened, table.predicates, Purpose.OPEN, standing), front.unit, front.direction)
            residue = Settled(settled.proved, (), ())
            if residue.proved:
                yield HalfOpen(piece.rule, piece.acl, front.unit, front.direction, residue, front.seen_at(piece.acl), role)
        nearer = (*nearer, *(cube for piece in explicit for cube in piece.traffic))
