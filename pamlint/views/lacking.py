"""Between whom a line is missing: of all who play its roles, those at whose ends it is, and those whom that cuts off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from pamlint.binding import Part, Unit
from pamlint.judging.judgement import FlowState
from pamlint.model.addresses import format_ranges
from pamlint.model.matrix import Player
from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, union
from pamlint.model.traffic import Traffic
from pamlint.views.players import Seat, player, seat_of
from pamlint.views.wires import Wire

Names = Mapping[str, str]


class Lack(NamedTuple):
    """One end at which a line is missing: what of it is not let through there, and whether the answers to it are dropped."""

    state: FlowState
    traffic: Traffic
    mute: bool


def between(wire: Wire, lacks: Collection[Lack], found: Collection[FlowState], names: Names) -> tuple[Player, Player]:
    """Who of its source's role and of its destination's is concerned, of all ends that were found."""
    lacking = {id(lack.state) for lack in lacks}
    served = [state for state in found if id(state) not in lacking]
    ends: dict[bool, list[Seat]] = {True: [], False: []}
    for lack in lacks:
        ends[lack.state.direction == "egress"].append(_near(lack.state, served, names))
        ends[lack.state.direction != "egress"].append(_far(lack, names))
    return player(wire.source, ends[True]), player(wire.destination, ends[False])


def _near(state: FlowState, served: Iterable[FlowState], names: Names) -> Seat:
    """The end itself; networks of its role are named where they are its own, or where no other end of it fares better."""
    part, unit = state.part, state.unit
    if part is None or unit is None:
        return Seat(None)
    hosts = sorted(names[key] for key in unit.hosts & part.hosts.keys() if key in names)
    alone = all(other.direction != state.direction or other.part is not part for other in served)
    return Seat(part.instance, _own(part, unit, alone), tuple(hosts or (acl.address for acl in unit.acls)))


def _own(part: Part, unit: Unit, alone: bool) -> tuple[str, ...]:
    """What of a part's networks stands behind the unit; all of them where that is not known, and nobody else is there."""
    if unit.behind and part.networks and (own := intersect(unit.behind, part.networks)):
        return format_ranges(own)
    return seat_of(part, {}).networks if alone else ()


def _far(lack: Lack, names: Names) -> Seat:
    """Whom the end does not reach, or is not reached by: all of the far part, or the networks and groups that are missing."""
    part, view = lack.state.peer, lack.state.view
    if part is None or view is None:
        return Seat(None)
    addresses: Ranges = EMPTY
    groups: set[str] = set()
    for cube in lack.traffic:
        members = [name for name, sign in cube.guard if sign and view.predicates[name].kind == "group"]
        groups.update(name.partition(":")[2] for name in members if view.predicates[name].side == view.peer_side)
        addresses = addresses if members else union(addresses, cube.sides[view.peer_side])
    whole = seat_of(part, names)
    known = part.networks or EMPTY
    cut_off = intersect(addresses, known)
    nobody_left = (known and holds(cut_off, known)) or (groups and part.hosts.keys() <= groups)
    if lack.mute or nobody_left or not (cut_off or groups):
        return whole
    return Seat(part.instance, format_ranges(cut_off), tuple(sorted(names[key] for key in groups if key in names)))
