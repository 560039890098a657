"""What rules would open of which nobody knows on which ACL they stand."""

from __future__ import annotations

from collections.abc import Iterator

from pamlint.judging.admission import localise
from pamlint.judging.cubes import Table
from pamlint.judging.demand import Demand
from pamlint.judging.floating import Floating
from pamlint.judging.judgement import Opening
from pamlint.judging.opened import Front, not_allowed
from pamlint.model.acl import Acl, Rule
from pamlint.model.certainty import Purpose, settle
from pamlint.model.traffic import Traffic, merge, overlap

Told = set[tuple[object, ...]]
"""Which rules were told of already for units that bear the same."""


def stray_openings(
    front: Front, blocked: Traffic, demand: Demand, floating: Floating, table: Table, told: Told
) -> Iterator[Opening]:
    """Every such rule that would let through what nothing permits, and nothing else stops, if it stood here: all unproven.

    Of units that bear the same and have no other layer, one is told.
    """
    unit, direction = front.unit, front.direction
    found = list(_strays(front, demand, floating, told))
    if not found:
        return
    named = front.named.keys() | {name for *_, cubes in found for cube in cubes for name, _ in cube.guard}
    allowed = merge((*demand.permitted(unit, direction, named).traffic, *blocked, *demand.of_unbound(unit, direction, named)))
    for place, other, rule, cubes in found:
        instead, passing = front.instead_of(place), cubes
        if instead:
            there = table.standing(front.unit.layers[place][0])
            passing = tuple(cube.where(*there) for cube in cubes)
        for elsewhere, passed in enumerate(front.passes):
            passing = passing if elsewhere == place or elsewhere in instead else overlap(passing, passed)
        residue = settle(not_allowed(passing, allowed, direction, table), table.predicates, Purpose.OPEN, denied=front.denied)
        if residue.unproven:
            yield front.opening(rule, other, residue)


def _strays(front: Front, demand: Demand, floating: Floating, told: Told) -> Iterator[tuple[int, Acl, Rule, Traffic]]:
    """The rules that may stand at each layer, and what they would let through to what stands behind it."""
    unit = front.unit
    borne = tuple((id(bearing.part), bearing.because) for bearing in (*unit.bearings, *unit.besides))
    alone = unit.cloud == "aws" and len(unit.layers) == 1
    for place, layer in enumerate(unit.layers):
        for acl in layer:
            for other, rule, cubes in floating.rules(acl, front.direction, "allow"):
                key = (borne, front.direction, other.key, rule.name)
                if other.key in demand.judged or (alone and key in told):
                    continue
                if alone:
                    told.add(key)
                yield place, other, rule, localise(cubes, unit, front.direction)
