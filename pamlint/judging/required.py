"""Whether a required flow is admitted, and what is missing where it is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from typing import NamedTuple

from pamlint.binding import Member, Part, Unit
from pamlint.judging.cubes import SERVICE_FIRST, Option, Table, sides, traffic
from pamlint.judging.demand import UNFILTERED, Ask, Demand
from pamlint.judging.stopped import for_sure, is_some_group_denied, stopped
from pamlint.model.addresses import ANY, IPV4, line_of
from pamlint.model.certainty import Own, Purpose, Settled, settle
from pamlint.model.finding import Direction
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges, intersect, normal, subtract, union
from pamlint.model.traffic import (
    DESTINATION,
    SOURCE,
    Cube,
    Traffic,
    meet,
    merge,
    minus,
    overlap,
    touch,
)

NOTHING_MISSING = Settled((), (), ())


class Reach(NamedTuple):
    """The ways to reach one member, and those by symbols that it wears perhaps, each with the literal that says that it does.

    `own` are the predicates that hold for it, with the line within which each counts.
    """

    ways: tuple[Traffic, ...]
    own: tuple[tuple[str, Ranges], ...]
    perhaps: tuple[tuple[Traffic, tuple[str, bool]], ...] = ()

    @property
    def named(self) -> frozenset[str]:
        """The predicates that any of its ways names."""
        ways = (*self.ways, *(way for way, _ in self.perhaps))
        return frozenset(name for way in ways for cube in way for name, _ in cube.guard)

    def each(self, change: Callable[[Traffic], Traffic]) -> Reach:
        """The ways, changed."""
        return Reach(tuple(map(change, self.ways)), self.own, tuple((change(way), literal) for way, literal in self.perhaps))


class Wanted(NamedTuple):
    """A required flow as traffic: to or from the role's networks as a whole, or each member in one of several ways.

    `own` are the predicates that hold for whoever is meant, with the line within which they count; `symbols` are those of
    any member, `role_symbols` those of any member of the whole role.
    """

    networks: Traffic | None
    members: tuple[Reach, ...]
    near: Own
    own: Own
    symbols: frozenset[str]
    role_symbols: frozenset[str]
    addressed: bool
    """Whether an address of some member is known: without one, a member whose symbol no rule names is its role's networks."""
    platform: Traffic = ()
    """What is asked of a cloud's own services, which no rule filters but one that names them."""
    alike: tuple[tuple[str, ...], ...] = ()
    """Members that are meant by one symbol alone and differ in nothing else, by those symbols."""

    @property
    def whole(self) -> Traffic:
        """All of it, in every way it can be said."""
        ways = (way for reach in self.members for way in (*reach.ways, *(way for way, _ in reach.perhaps)))
        return (*(self.networks or ()), *(cube for way in ways for cube in way))

    @property
    def meant(self) -> frozenset[str]:
        """The predicates that hold for whoever is meant, surely or perhaps."""
        worn = (way for reach in self.members for way, _ in reach.perhaps)
        return frozenset((*self.own, *(name for way in worn for cube in way for name, _ in cube.guard)))


class Wants:
    """What asks require of units. Units of which nothing of their own counts are asked for the same traffic, made once."""

    def __init__(self, demand: Demand) -> None:
        self._demand = demand
        self._made: dict[tuple[object, ...], Wanted | None] = {}

    def wanted(self, ask: Ask, unit: Unit, direction: Direction) -> Wanted | None:
        """What the ask requires at the unit; None if that is nothing (no common address family, only itself to talk to)."""
        demand = self._demand
        line = line_of(demand.families(ask.bearing.part) & demand.families(ask.peer))
        perhaps_own = bool(demand.perhaps_own(ask, unit))
        if not line or (demand.is_own(ask, unit) and not perhaps_own):
            return None
        near = tuple(demand.locals(ask.bearing, unit, direction, required=True))
        doubt = demand.bearing_doubt(ask.bearing, unit)
        members = demand.others_perhaps(ask, unit) if perhaps_own else demand.required_members(ask, unit)
        whose = None if members is ask.peer.members else tuple(member.key for member in members)
        within = unit.within if any(literals for _, literals in near) else None
        key = (id(ask), direction, near, doubt, whose, perhaps_own, within)
        if key not in self._made:
            nobody = bool(ask.peer.members) and not members and ask.peer.networks is None and not perhaps_own
            self._made[key] = None if nobody else _wanted(demand, ask, unit, direction, line, near, doubt, members)
        return self._made[key]


def _wanted(
    demand: Demand,
    ask: Ask,
    unit: Unit,
    direction: Direction,
    line: Ranges,
    near: Sequence[Option],
    doubt: Iterable[tuple[str, bool]],
    members: tuple[Member, ...],
) -> Wanted | None:
    naming, (peer_side, _) = demand.naming, sides(direction)
    near_own = {name: unit.within for _, literals in near for name, _ in literals}

    def cubes(peers: Iterable[Option]) -> Traffic:
        found = [
            cube
            for service in demand.required_services(ask)
            for cube in traffic([service], peers, near, direction, intersect(line, service[3]))
        ]
        return tuple(cube.where(*doubt) for cube in found)

    unfiltered = UNFILTERED[unit.cloud] if direction == "egress" else EMPTY
    own = _own_addresses(ask.peer, members)
    filtered = None if ask.peer.networks is None else subtract(_of_others(ask.peer.networks, own), unfiltered)
    networks = None if filtered is None else cubes([(filtered, ()), *naming.perhaps_networks(ask.peer)])
    platform = cubes([(there, ())]) if (there := intersect(ask.peer.networks or EMPTY, unfiltered)) else ()
    ways = []
    for member in members:
        options = naming.member_options(member, peer_side, unit.cloud) or [naming.networks_unknown(ask.peer, peer_side, line)]
        options = [(_of_others(intersect(place, member.addresses) or place, own), literals) for place, literals in options]
        mine = _held(options, _stands(ask.peer, member, line), line)
        worn = ((cubes([option]), literal) for option, literal in naming.perhaps_options(member, peer_side, unit.cloud))
        ways.append(Reach(tuple(cubes([option]) for option in options), tuple(mine.items()), tuple(worn)))
    if networks is None and not ways:
        option = naming.networks_unknown(ask.peer, peer_side, line)
        ways.append(Reach((cubes([option]),), tuple((name, line) for name, _ in option[1])))
    distinct = tuple(reach for reach in dict.fromkeys(ways) if any(reach.ways))
    return Wanted(
        networks,
        distinct,
        near_own,
        _everybodys(near_own, ways),
        naming.symbols_of([ask.peer], peer_side),
        naming.symbols_of(demand.binding.parts.get(ask.peer.role, ()), peer_side),
        any(member.addresses for member in members),
        platform,
        _alike(distinct, demand.table),
    )


def _of_others(there: Ranges, own: Ranges) -> Ranges:
    return subtract(there, own) or there


def _own_addresses(part: Part, members: Sequence[Member]) -> Ranges:
    """The addresses of the unit's own machine, where that is none of those to be reached."""
    others = {member.key for member in members}
    own = [pair for member in part.members if member.key not in others for pair in member.addresses]
    return subtract(normal(own), normal(chain(*(member.addresses for member in members)))) if own else EMPTY


def _held(options: Iterable[Option], stands: Ranges, line: Ranges) -> Own:
    """The predicates of a member's options, each with where the member stands of it."""
    own: dict[str, Ranges] = {}
    for place, literals in options:
        for name, _ in literals:
            own[name] = union(own.get(name, EMPTY), intersect(place, stands) or intersect(place, line))
    return own


def _everybodys(near: Own, members: Iterable[Reach]) -> Own:
    """The predicates that hold for whoever is meant, each with all the lines within which it counts."""
    own = dict(near)
    for name, line in (each for reach in members for each in reach.own):
        own[name] = union(own.get(name, EMPTY), line)
    return own


def _alike(members: Iterable[Reach], table: Table) -> tuple[tuple[str, ...], ...]:
    """The symbols of members that are meant by one symbol alone, those together that differ in nothing else."""
    found: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for reach in members:
        name = _sole(reach)
        if name in dict(reach.own):
            predicate = replace(table.predicates[name], text="", because=())
            found[predicate, dict(reach.own)[name], tuple(cube.sides for cube in reach.ways[0])].append(name)
    return tuple(tuple(names) for names in found.values() if len(names) > 1)


def _sole(reach: Reach) -> str | None:
    """The one symbol by which a member is meant, if there is no other way and nothing else is asked."""
    ways = reach.ways
    if reach.perhaps or len(ways) != 1 or not ways[0] or len(ways[0][0].guard) != 1:
        return None
    ((name, sign),) = ways[0][0].guard
    return name if sign else None


def _stands(part: Part, member: Member, line: Ranges) -> Ranges:
    """Where a member stands, by its addresses or its role's networks; one that is a symbol alone counts as IPv4."""
    if member.addresses:
        return member.addresses
    return intersect(line, IPV4 if part.networks is None else part.networks) or line


def asked_by_name(want: Wanted, closed: Traffic) -> Wanted:
    """The same with what is asked of a cloud's own services, as far as rules that name them close those."""
    return want._replace(networks=(*(want.networks or ()), *overlap(want.platform, closed)))


def unmet(want: Wanted, passed: Traffic, named: Mapping[str, Traffic], table: Table, direction: Direction) -> Settled:
    """What of a required flow does not pass; `named` are the predicates that the ACL's rules name, and where.

    A service is missing where neither the role's networks are let through as a whole nor every member in one of its ways.
    """
    order, sure = SERVICE_FIRST[direction], for_sure(passed, want.meant, table)
    either = passed if is_some_group_denied(passed, table) else ()
    networks = None if want.networks is None else stopped(want.networks, sure, either, order)
    if networks is not None and not networks:
        return NOTHING_MISSING
    crowds = _crowds(want, sure)
    by_members = _unreached(_told_together(want, crowds), sure, either, table, direction)
    if want.members and not by_members.proved and not by_members.unproven:
        return NOTHING_MISSING
    if by_members.unproven and crowds:  # then everybody's own references count
        crowds = {}
        by_members = _unreached(want, sure, either, table, direction)
    found = _in_either_view(want, networks, by_members, named, table, direction)
    return found._replace(proved=_each(found.proved, crowds)) if crowds else found


def _crowds(want: Wanted, passed: Traffic) -> Mapping[str, tuple[str, ...]]:
    """Members that differ in nothing but symbols which nothing that passes names: one of them stands for all of them."""
    named = {name for cube in passed for name, _ in cube.guard} if want.alike else frozenset()
    crowds = (tuple(name for name in names if name not in named) for names in want.alike)
    return {crowd[0]: crowd for crowd in crowds if len(crowd) > 1}


def _told_together(want: Wanted, crowds: Mapping[str, tuple[str, ...]]) -> Wanted:
    """The same without the members for which another stands."""
    behind = {name for crowd in crowds.values() for name in crowd[1:]}
    return want._replace(members=tuple(reach for reach in want.members if _sole(reach) not in behind)) if behind else want


def _each(traffic_: Traffic, crowds: Mapping[str, tuple[str, ...]]) -> Traffic:
    """The traffic of everybody for whom somebody stands."""
    out: list[Cube] = []
    for cube in traffic_:
        stands = next(((name, True) for name, sign in cube.guard if sign and name in crowds), None)
        if stands is None:
            out.append(cube)
        else:
            rest = cube.guard - {stands}
            out += [Cube(cube.sides, rest | {(name, True)}) for name in crowds[stands[0]]]
    return tuple(out)


def _in_either_view(
    want: Wanted, networks: Traffic | None, by_members: Settled, named: Mapping[str, Traffic], table: Table, direction: Direction
) -> Settled:
    """What is missing of the role as its networks and as its members."""
    if networks is None:
        return by_members
    anybody = {name: line for name, line in want.own.items() if name not in want.symbols}
    by_networks = settle(networks, table.predicates, Purpose.CLOSED, anybody)
    if not want.members:
        return by_networks
    peer_side, _ = sides(direction)
    if not want.addressed and not _is_named(want.symbols, named, by_members.unproven, peer_side):
        by_members = _of_anybody(by_members, table)
    told, other = (by_networks, by_members) if want.role_symbols.isdisjoint(named) else (by_members, by_networks)
    return _both(told, other, peer_side)


def _of_anybody(settled: Settled, table: Table) -> Settled:
    """The same, as far as it is required for sure, where nothing tells members from others."""
    doubtful = tuple(
        cube
        for cube in settled.unproven
        if any(table.predicates[name].side not in (SOURCE, DESTINATION) for name, _ in cube.guard)
    )
    sure = tuple(cube for cube in settled.unproven if cube not in doubtful)
    return Settled((*settled.proved, *sure), doubtful, settled.because if doubtful else ())


def _is_named(symbols: frozenset[str], named: Mapping[str, Traffic], traffic_: Traffic, peer_side: int) -> bool:
    """Whether some rule names one of these symbols for a service of the traffic."""
    cubes = [cube.replace(peer_side, ANY).bare for name in symbols & named.keys() for cube in named[name]]
    return any(meet(cube, piece.bare) is not None for cube in cubes for piece in traffic_)


def _unreached(want: Wanted, sure: Traffic, either: Traffic, table: Table, direction: Direction) -> Settled:
    """What does not pass of the members: of each what none of its ways lets through, told in the one that passes best.

    Members that are meant by names of their own are settled in one go.
    """
    order, (peer_side, _) = SERVICE_FIRST[direction], sides(direction)
    found: list[Settled] = []
    together: list[Cube] = []
    own = dict(want.near)
    of_members = {name for cube in sure for name, _ in cube.guard if name in want.meant}
    for reach in want.members:
        meant = reach.named | want.near.keys()
        here = sure if of_members <= meant else for_sure(sure, meant, table)
        ways = [(way, stopped(way, here, either, order)) for way in reach.ways]
        if not all(residue for _, residue in ways):
            continue
        best = next((place for place, (way, _) in enumerate(ways) if _passes_in_part(way, here)), 0)
        helping = (_helping(way, minus(way, here, order), literal, table) for way, literal in reach.perhaps)
        doubts = [(literal[0], not literal[1]) for literal in helping if literal is not None]
        told = tuple(cube.where(*doubts) for cube in ways.pop(best)[1])
        others = [residue for way, residue in ways if touch(way, here)]
        if others or any(own.get(name, line) != line for name, line in reach.own):
            mine = {**want.near, **dict(reach.own)}
            one, *more = (settle(residue, table.predicates, Purpose.CLOSED, mine) for residue in (told, *others))
            found.append(reduce(lambda here, other: _both(here, other, peer_side), more, one))
        else:
            own.update(reach.own)
            together += told
    return _of_all((settle(together, table.predicates, Purpose.CLOSED, own), *found))


def _helping(way: Traffic, residue: Traffic, worn: tuple[str, bool], table: Table) -> tuple[str, bool] | None:
    """The literal under which a symbol that is worn perhaps lets all through; None where it does not, whatever else is so."""
    if not residue:
        return worn
    asked = frozenset(name for cube in way for name, _ in cube.guard)
    names = [frozenset(name for name, _ in cube.guard if name not in asked) for cube in residue]
    if not all(names) or any(table.predicates[name].kind != "unknown" for each in names for name in each):
        return None
    several = sorted({worn[0]}.union(*names))
    because = dict.fromkeys(reference for name in several for reference in table.predicates[name].because)
    return table.unknown("&".join(several), None, ANY, table.predicates[worn[0]].text, tuple(because))


def _of_all(found: Sequence[Settled]) -> Settled:
    """What is missing of several."""
    if len(found) == 1:
        return found[0]
    proved = merge(cube for one in found for cube in one.proved)
    unproven = minus(merge(cube for one in found for cube in one.unproven), proved)
    because = {reference for one in found for reference in one.because} if unproven else ()
    return Settled(proved, unproven, tuple(sorted(because)))


def _passes_in_part(way: Traffic, passed: Traffic) -> bool:
    """Whether some of it passes for sure: by addresses, or by the symbol that it is told by."""
    return any(there.guard <= here.guard and meet(here, there) is not None for here in way for there in passed)


def _both(told: Settled, other: Settled, peer_side: int) -> Settled:
    """What is told where the other view misses the same services, as surely as that one does."""
    surely, perhaps = (
        merge(cube.replace(peer_side, ANY).bare for cube in cubes) for cubes in (other.proved, (*other.proved, *other.unproven))
    )
    proved = merge(overlap(told.proved, surely))
    doubtful = overlap(minus(told.proved, surely), perhaps)
    unproven = merge((*overlap(told.unproven, perhaps), *doubtful))
    because = {*(told.because if unproven else ()), *(other.because if doubtful else ())}
    return Settled(proved, unproven, tuple(sorted(because)))


def doubted(settled: Settled, because: Iterable[str]) -> Settled:
    """The same, with nothing proved any more if there are such references."""
    more = set(because)
    if not more or not (settled.proved or settled.unproven):
        return settled
    return Settled((), merge((*settled.proved, *settled.unproven)), tuple(sorted({*settled.because, *more})))


def by_name(traffics: Iterable[Traffic]) -> dict[str, Traffic]:
    """The cubes whose guards name each predicate."""
    found: dict[str, list[Cube]] = defaultdict(list)
    for traffic_ in traffics:
        for cube in traffic_:
            for name, _ in cube.guard:
                found[name].append(cube)
    return {name: tuple(cubes) for name, cubes in found.items()}
