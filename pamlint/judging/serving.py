"""What each allow rule lets through in the end, and which flows and allowances that is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pamlint.judging.admission import Piece, placed
from pamlint.judging.cubes import Table, sides
from pamlint.judging.demand import UNFILTERED, Demand
from pamlint.judging.judgement import Served
from pamlint.judging.opened import Front
from pamlint.model.addresses import is_internet
from pamlint.model.certainty import Purpose, settle
from pamlint.model.policy import Flow
from pamlint.model.ranges import holds
from pamlint.model.site import Allowance
from pamlint.model.traffic import Traffic, merge, minus, overlap


def served(front: Front, demand: Demand, table: Table) -> Iterator[Served]:
    """Every allow rule of the unit's chain, with what the rest of the chain lets through of it."""
    flows = [(ask.flow, demand.of_flow(ask, front.unit, front.direction)) for ask in front.asks if ask.flow.need != "blocked"]
    allowances = [
        (allowance, demand.of_allowance(allowance, front.unit, front.direction))
        for allowance in demand.site.allow
        if not demand.is_expired(allowance)
    ]
    unbound = demand.of_unbound(front.unit, front.direction, front.named.keys())
    for place, layer in enumerate(front.layers):
        for piece in layer:
            passing = _passing(front, place, piece, table)
            settled = settle(passing, table.predicates, Purpose.OPEN, denied=front.denied)
            residue = placed(settled, front.unit, front.direction)
            asked, allowed = _served(passing, flows), _permitted(passing, allowances)
            yield Served(
                piece.rule,
                piece.acl,
                front.unit,
                front.direction,
                residue,
                front.seen_at(piece.acl),
                front.unit.roles,
                asked,
                allowed,
                bool(passing) and not asked and not allowed and not minus(passing, front.permitted.traffic),
                _is_internet(residue.proved, front, table),
                tuple(_remarks(passing, front, unbound)),
            )


def _passing(front: Front, place: int, piece: Piece, table: Table) -> Traffic:
    """What a rule allows and every other layer lets through."""
    instead = front.instead_of(place)
    passing = tuple(cube.where(*table.standing(piece.acl)) for cube in piece.traffic) if instead else piece.traffic
    for other, passes in enumerate(front.passes):
        passing = overlap(passing, passes) if other != place and other not in instead else passing
    return merge(passing)


def _served(passing: Traffic, flows: Iterable[tuple[Flow, Traffic]]) -> tuple[Flow, ...]:
    return tuple(dict.fromkeys(flow for flow, traffic in flows if overlap(passing, traffic)))


def _permitted(passing: Traffic, allowances: Iterable[tuple[Allowance, Traffic]]) -> tuple[Allowance, ...]:
    return tuple(allowance for allowance, traffic in allowances if overlap(passing, traffic))


def _remarks(passing: Traffic, front: Front, unbound: Traffic) -> Iterator[str]:
    """Why a rule that nothing asks for is not told as extra."""
    peer_side, _ = sides(front.direction)
    left = minus(passing, front.permitted.traffic)
    if not passing:
        yield "the rest of the chain lets nothing of it through but replies"
    elif overlap(left, unbound):
        yield "a flow may be meant whose other role is played by nobody"
    elif left and front.direction == "egress":
        lines = UNFILTERED.values()
        if all(any(holds(line, cube.sides[peer_side]) for line in lines) for cube in left):
            yield "it leads to what no ACL filters"


def _is_internet(passing: Traffic, front: Front, table: Table) -> bool:
    """Whether it lets the Internet in, or out to it; members of groups and lists are not the Internet at large."""
    peer_side, _ = sides(front.direction)
    for cube in passing:
        named = [table.predicates[name] for name, sign in cube.guard if sign]
        members = any(each.side == peer_side and each.kind in ("group", "list") for each in named)
        if not members and is_internet(cube.sides[peer_side]):
            return True
    return False
