"""What stays in a subnet: it does not meet the network ACL at the subnet's edge."""

from __future__ import annotations

from itertools import combinations

from pamlint.binding import Part, Unit
from pamlint.judging.cubes import Table, sides
from pamlint.model.acl import Segment
from pamlint.model.finding import Direction
from pamlint.model.noun import replace
from pamlint.model.ranges import Ranges, intersect
from pamlint.model.traffic import Cube, Traffic


def staying(unit: Unit, direction: Direction, table: Table) -> Traffic:
    """The traffic that does not leave the subnet, where all of a unit stands in one, perhaps where several may be the same."""
    apart = any(not one.may_be(other) for one, other in combinations(_subnets(unit), 2))
    return () if apart else staying_somewhere(unit, direction, table)


def staying_somewhere(unit: Unit, direction: Direction, table: Table) -> Traffic:
    """The traffic of those of a unit who stand in the same subnet as the far side, perhaps where nobody knows its prefixes."""
    peer_side, _ = sides(direction)
    out = []
    for subnet in _subnets(unit):
        if subnet.prefixes:
            out.append(Cube().replace(peer_side, subnet.prefixes))
        elif subnet.because:
            place = f"subnet {subnet.key}/{peer_side}"
            there = table.unknown(place, peer_side, subnet.at_most, subnet.text, subnet.because)
            out.append(Cube().replace(peer_side, subnet.at_most).where(there))
    return tuple(out)


def neighbours(unit: Unit, direction: Direction, peer: Part, table: Table) -> Traffic:
    """The traffic of groups whose members are known to stand in the one subnet of a unit, of which nobody knows the prefixes.

    A peer of which the site file says where it stands may stand elsewhere, too.
    """
    peer_side, _ = sides(direction)
    alone = () if peer.cidrs else _subnets(unit)
    known = [subnet for subnet in alone if subnet.is_one and not subnet.prefixes] if len(alone) == 1 else []
    members = (option for subnet in known for option in table.members_in(subnet.key, peer_side))
    return tuple(Cube().replace(peer_side, line).where(*guard) for line, guard in members)


def _subnets(unit: Unit) -> tuple[Segment, ...]:
    found: dict[Ranges | str, Segment] = {}
    for subnet in (subnet for workload in unit.workloads for subnet in workload.subnets):
        known = found.setdefault(subnet.prefixes or subnet.key, subnet)
        found[subnet.prefixes or subnet.key] = replace(known, at_most=intersect(known.at_most, subnet.at_most))
    return tuple(sorted(found.values(), key=lambda subnet: (subnet.prefixes, subnet.key)))
