"""Access that is permitted, not required, and open at one end only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pamlint.binding import Member, Unit
from pamlint.judging.admission import Piece
from pamlint.judging.cubes import CLIENT_PORTS, Table, sides, traffic
from pamlint.judging.demand import Demand
from pamlint.judging.judgement import HalfOpen
from pamlint.judging.opened import Front
from pamlint.judging.replies import OPPOSITE
from pamlint.model.addresses import ANY
from pamlint.model.certainty import Purpose, settle
from pamlint.model.finding import Direction
from pamlint.model.ranges import intersect
from pamlint.model.services import ANY_SERVICE, PORT_PROTOCOLS
from pamlint.model.traffic import ALL_PORTS, DESTINATION_PORT, PROTOCOL, SOURCE_PORT, Cube, Traffic, merge, minus, overlap

Fronts = Mapping[tuple[int, Direction], Front]
"""What each unit lets through, by its place in the binding and the direction."""


def half_open(fronts: Fronts, demand: Demand, table: Table) -> list[HalfOpen]:
    """Every rule that opens one end of optional access to another judged unit that keeps its own end closed."""
    found: list[HalfOpen] = []
    for (place, direction), front in fronts.items():
        for role, permitted in _optional(front, demand):
            open_here = overlap(front.passed, permitted)
            for other in _partners(fronts, place, direction, role):
                here = _between(open_here, front, other.unit, role, demand, table)
                roles = {bearing.part.role for bearing in front.unit.bearings}
                there = [_between(other.passed, other, front.unit, near, demand, table, perhaps=True) for near in roles]
                half = minus(here, (cube for services in there for cube in services))
                if half:
                    found += _blamed(front, role, half, open_here, table)
    return found


def _optional(front: Front, demand: Demand) -> Iterable[tuple[str, Traffic]]:
    """What is permitted and not required at a unit, by the far role."""
    for ask in front.asks:
        if ask.flow.need != "blocked" and not demand.is_required(ask.flow):
            yield ask.peer.role, demand.of_flow(ask, front.unit, front.direction)
    for allowance in demand.site.allow:
        if not demand.is_expired(allowance):
            for peer in allowance.peers:
                if peer.startswith("role:"):
                    yield peer[5:], demand.of_allowance(allowance, front.unit, front.direction)


def _partners(fronts: Fronts, place: int, direction: Direction, role: str) -> Iterable[Front]:
    for (other, other_direction), front in fronts.items():
        bears = any(bearing.part.role == role for bearing in front.unit.bearings)
        if other != place and other_direction == OPPOSITE[direction] and bears:
            yield front


def _between(open_: Traffic, front: Front, far: Unit, role: str, demand: Demand, table: Table, perhaps: bool = False) -> Traffic:
    """The services that are open at a unit towards the members of another, or to where they stand; `perhaps` counts what is not
    proved too."""
    peer_side, _ = sides(front.direction)
    options = [
        option for member in _members(far, role, demand) for option in demand.member_options(member, peer_side, front.unit)
    ]
    if far.within != ANY:
        options.append((far.within, ()))
    own = {name: line for line, literals in options for name, _ in literals}
    towards = traffic([((ANY_SERVICE.protocols), ALL_PORTS, ALL_PORTS, ANY)], options, [(ANY, ())], front.direction)
    settled = settle(overlap(open_, towards), table.predicates, Purpose.OPEN, own)
    return merge(_service(cube) for cube in (*settled.proved, *(settled.unproven if perhaps else ())))


def _members(unit: Unit, role: str, demand: Demand) -> Sequence[Member]:
    return [member for part in demand.binding.parts.get(role, ()) for member in part.members if member.key in unit.hosts]


def _service(cube: Cube) -> Cube:
    """The same services between any addresses, from the ports of ordinary clients where the protocol has ports."""
    sources = CLIENT_PORTS if intersect(cube.sides[PROTOCOL], PORT_PROTOCOLS) else ALL_PORTS
    blank = Cube().replace(PROTOCOL, cube.sides[PROTOCOL]).replace(DESTINATION_PORT, cube.sides[DESTINATION_PORT])
    return blank.replace(SOURCE_PORT, sources)


def _blamed(front: Front, role: str, half: Traffic, open_here: Traffic, table: Table) -> Iterable[HalfOpen]:
    """The rules that open what the other end keeps closed."""
    pieces: Iterable[Piece] = (piece for layer in front.layers for piece in layer if not piece.rule.default)
    for piece in pieces:
        opened = merge(overlap(overlap(piece.traffic, open_here), half))
        residue = settle(opened, table.predicates, Purpose.OPEN)
        if residue.proved:
            yield HalfOpen(
                piece.rule, piece.acl, front.unit, front.direction, residue, front.seen_at(piece.acl), front.roles, role
            )
