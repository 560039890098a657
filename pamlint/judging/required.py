"""Whether a required flow is admitted, and what is missing where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pamlint.binding import Unit
from pamlint.judging.cubes import Option, Table, sides, traffic
from pamlint.judging.demand import Ask, Demand
from pamlint.model.addresses import line_of
from pamlint.model.certainty import Own, Purpose, Settled, settle
from pamlint.model.finding import Direction
from pamlint.model.ranges import EMPTY, Ranges, intersect, union
from pamlint.model.traffic import DESTINATION, SOURCE, Cube, Traffic, meet, merge, minus, overlap

NOTHING_MISSING = Settled((), (), ())


class Wanted(NamedTuple):
    """A required flow as traffic: to or from the role's networks as a whole, or each member in one of several ways.

    `own` are the predicates that hold for whoever is meant, with the line within which they count; `symbols` are those of
    any member of the role.
    """

    networks: Traffic | None
    members: tuple[tuple[Traffic, ...], ...]
    own: Own
    symbols: frozenset[str]
    role: str

    @property
    def whole(self) -> Traffic:
        """All of it, in every way it can be said."""
        return (*(self.networks or ()), *(cube for ways in self.members for way in ways for cube in way))


def wanted(demand: Demand, ask: Ask, unit: Unit, direction: Direction) -> Wanted | None:
    """What the ask requires at the unit; None if that is nothing (no common address family, only itself to talk to)."""
    line = line_of(ask.bearing.part.families & ask.peer.families)
    if not line or demand.is_own(ask, unit):
        return None
    peer_side, _ = sides(direction)
    near = demand.locals(ask.bearing, unit, direction, required=True)
    doubt = demand.bearing_doubt(ask.bearing, unit)
    own: dict[str, Ranges] = {name: unit.within for _, literals in near for name, _ in literals}

    def cubes(peers: Iterable[Option]) -> Traffic:
        found = [
            cube
            for service in demand.required_services(ask)
            for cube in traffic([service], peers, near, direction, intersect(line, service[3]))
        ]
        return tuple(cube.where(*doubt) for cube in found)

    networks = None if ask.peer.networks is None else cubes([(ask.peer.networks, ())])
    members = demand.required_members(ask, unit)
    if ask.peer.members and not members and networks is None:
        return None
    ways = []
    for member in members:
        options = demand.member_options(member, peer_side, unit) or [demand.networks_unknown(ask.peer, peer_side, line)]
        options = [(intersect(place, member.addresses) or place, literals) for place, literals in options]
        own.update(
            {name: union(own.get(name, EMPTY), intersect(place, line)) for place, literals in options for name, _ in literals}
        )
        ways.append(tuple(cubes([option]) for option in options))
    if networks is None and not ways:
        option = demand.networks_unknown(ask.peer, peer_side, line)
        own.update({name: line for name, _ in option[1]})
        ways.append((cubes([option]),))
    return Wanted(
        networks, tuple(way for way in ways if any(way)), own, demand.role_symbols(ask.peer.role, peer_side), ask.peer.role
    )


def unmet(want: Wanted, passed: Traffic, named: frozenset[str], table: Table, direction: Direction) -> Settled:
    """What of a required flow does not pass; `named` are the predicates that the ACL's rules name."""
    by_network = None if want.networks is None else minus(want.networks, passed)
    if by_network is not None and not by_network:
        return NOTHING_MISSING
    by_member = [_best([(way, minus(way, passed)) for way in ways], passed) for ways in want.members]
    if by_member and not any(residue for _, residue in by_member):
        return NOTHING_MISSING
    member_residue = tuple(cube for _, residue in by_member for cube in residue)
    use_members = bool(by_member) and (by_network is None or bool(want.symbols & named))
    chosen, other = (member_residue, by_network) if use_members else (by_network or (), member_residue if by_member else None)
    settled = settle(chosen, table.predicates, Purpose.CLOSED, want.own)
    return settled if other is None else _mixture(settled, other, want.role)


def _best(ways: list[tuple[Traffic, Traffic]], passed: Traffic) -> tuple[Traffic, Traffic]:
    """Of the ways to reach a member, one that leaves nothing; else one that passes in part; else the first."""
    for way in ways:
        if not way[1]:
            return way
    return next((way for way in ways if _passes_in_part(way[0], passed)), ways[0])


def _passes_in_part(way: Traffic, passed: Traffic) -> bool:
    """Whether some of it passes for sure: by addresses, or by the symbol that it is told by."""
    return any(there.guard <= here.guard and meet(here, there) is not None for here in way for there in passed)


def _mixture(settled: Settled, other: Traffic, role: str) -> Settled:
    """What one view misses and the other admits is not shown by known addresses, so it is unproven."""
    line = merge(_services_of(cube) for cube in other)
    proved = merge(overlap(settled.proved, line))
    left = minus(settled.proved, line)
    if not left:
        return settled
    because = tuple(sorted({*settled.because, f"roles.{role}.cidrs"}))
    return Settled(proved, merge((*settled.unproven, *left)), because)


def _services_of(cube: Cube) -> Cube:
    """The same services between any addresses."""
    blank = Cube()
    sides_ = list(cube.sides)
    for side in (SOURCE, DESTINATION):
        sides_[side] = blank.sides[side]
    return Cube(tuple(sides_))


def doubted(settled: Settled, because: Iterable[str]) -> Settled:
    """The same, with nothing proved any more, for these references."""
    references = tuple(sorted({*settled.because, *because}))
    return Settled((), merge((*settled.proved, *settled.unproven)), references)


def named_in(traffics: Iterable[Traffic]) -> frozenset[str]:
    """The predicates that guards name."""
    return frozenset(name for found in traffics for cube in found for name, _ in cube.guard)
