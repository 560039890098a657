"""What rules would open of which nobody knows on which ACL they stand."""

from __future__ import annotations

from collections.abc import Iterator

from pamlint.judging.admission import localise
from pamlint.judging.cubes import Table
from pamlint.judging.demand import Demand
from pamlint.judging.floating import Floating
from pamlint.judging.judgement import Opening
from pamlint.judging.opened import Front, not_allowed
from pamlint.model.certainty import Purpose, settle
from pamlint.model.traffic import Traffic, merge, overlap


def stray_openings(front: Front, blocked: Traffic, demand: Demand, floating: Floating, table: Table) -> Iterator[Opening]:
    """Every such rule that would let through what nothing permits, and nothing else stops, if it stood here: all unproven."""
    unit, direction = front.unit, front.direction
    judged = {acl.key for other in demand.binding.units for acl in other.acls}
    found = [
        (place, other, rule, localise(cubes, unit, direction))
        for place, layer in enumerate(unit.layers)
        for acl in layer
        for other, rule, cubes in floating.rules(acl, direction, "allow")
        if other.key not in judged
    ]
    if not found:
        return
    named = front.named.keys() | {name for *_, cubes in found for cube in cubes for name, _ in cube.guard}
    allowed = merge((*demand.permitted(unit, direction, named).traffic, *blocked, *demand.of_unbound(unit, direction, named)))
    for place, other, rule, cubes in found:
        passing = cubes
        for elsewhere, passed in enumerate(front.passes):
            passing = passing if elsewhere == place else overlap(passing, passed)
        residue = settle(not_allowed(passing, allowed, direction, table), table.predicates, Purpose.OPEN, denied=front.denied)
        if residue.unproven:
            yield Opening(rule, other, unit, direction, residue, front.seen_at(other), front.roles)
