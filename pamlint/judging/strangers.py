"""Who stands behind an NSG that nobody who is known has: whether they are in an ASG that a rule names is a question."""

from __future__ import annotations

from pamlint.binding import Unit
from pamlint.judging.cubes import Table, sides
from pamlint.model.addresses import ANY
from pamlint.model.finding import Direction
from pamlint.model.traffic import Cube, Traffic


def of_strangers(passed: Traffic, unit: Unit, direction: Direction, table: Table) -> Traffic:
    """What passes to whoever stands behind the unit, perhaps where a rule lets it through to the members of an ASG alone."""
    if unit.cloud != "azure" or unit.workloads:
        return passed
    return tuple(piece for cube in passed for piece in _of_stranger(cube, unit, sides(direction)[1], table))


def _of_stranger(cube: Cube, unit: Unit, local_side: int, table: Table) -> Traffic:
    groups = {name: table.predicates[name] for name, sign in cube.guard if sign}
    groups = {name: each for name, each in groups.items() if each.kind == "group" and each.side == local_side}
    if not groups:
        return (cube,)
    bare = Cube(cube.sides, frozenset(literal for literal in cube.guard if literal[0] not in groups))
    known: Cube | None = bare
    doubts = []
    for name, each in sorted(groups.items()):
        place = f"{'+'.join(sorted(unit.hosts))} behind {name}"
        doubts.append(table.unknown(place, None, ANY, each.text, each.because))
        known = known.within(local_side, each.at_least) if known is not None else None
    return (bare.where(*doubts), *((known,) if known is not None else ()))
