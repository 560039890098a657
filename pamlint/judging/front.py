"""One unit in one direction: what its layers let through, and what is asked of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pamlint.binding import Unit
from pamlint.judging.admission import Admission, Piece, localise, through
from pamlint.judging.cubes import Table
from pamlint.judging.demand import Ask, Demand
from pamlint.judging.floating import Floating
from pamlint.model.acl import Acl
from pamlint.model.finding import Direction
from pamlint.model.rows import View
from pamlint.model.traffic import Cube, Traffic, minus


@dataclass(frozen=True, slots=True)
class Front:
    """One unit in one direction, with what its layers let through (nearest first) and what is asked of it."""

    unit: Unit
    direction: Direction
    layers: tuple[tuple[Piece, ...], ...]
    asks: tuple[Ask, ...]
    permitted: Traffic
    view: View
    passes: tuple[Traffic, ...]
    """What passes each layer, nearest first."""
    passed: Traffic
    """What passes the whole chain."""
    denied: Mapping[str, Traffic]
    """The predicates that deny rules of the chain name, with what is denied."""
    perhaps: tuple[Traffic, ...]
    """What passes each layer, with the rules that may belong to it."""
    perhaps_passed: Traffic
    """What passes the whole chain, with the rules that may belong to it."""
    closing: Traffic
    """What deny rules that may belong to the chain would stop."""

    def seen_at(self, acl: Acl) -> View:
        """The view from one ACL of the chain."""
        return self.view._replace(local_name=acl.address)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the unit bears."""
        return tuple(sorted({bearing.part.role for bearing in self.unit.bearings}))


def front_of(unit: Unit, direction: Direction, demand: Demand, admission: Admission, floating: Floating, table: Table) -> Front:
    """Work out what a unit lets through. Raises PieceLimitError where that cannot be."""
    asks = tuple(demand.asks(unit, direction))
    layers = tuple(admission.layer(unit, layer, direction) for layer in unit.layers)
    always = admission.always(unit, direction)
    passes = tuple(admission.passing(unit, place, pieces, direction, always) for place, pieces in enumerate(layers))
    passed = through(passes)
    closing, perhaps = _loose(unit, direction, floating, passes)
    return Front(
        unit,
        direction,
        layers,
        asks,
        demand.permitted(unit, direction, asks),
        View(direction, table.predicates, unit.within, unit.acls[0].address),
        passes,
        passed,
        by_name(localise(cubes, unit, direction) for cubes in rules_of(unit, direction, "deny", table)),
        perhaps,
        passed if perhaps is passes else through(perhaps),
        closing,
    )


def _loose(
    unit: Unit, direction: Direction, floating: Floating, passes: tuple[Traffic, ...]
) -> tuple[Traffic, tuple[Traffic, ...]]:
    """What rules that may belong to the chain would stop, and what passes each layer with such rules."""
    if not any(floating.near(acl) for acl in unit.acls):
        return (), passes
    closing: list[Cube] = []
    perhaps = []
    for layer, passed in zip(unit.layers, passes, strict=True):
        opens, stops = (
            localise(tuple(cube for acl in layer for cube in floating.cubes(acl, direction, action)), unit, direction)
            for action in ("allow", "deny")
        )
        perhaps.append(minus((*passed, *opens), stops))
        closing += stops
    return tuple(closing), tuple(perhaps)


def rules_of(unit: Unit, direction: Direction, action: str, table: Table) -> Iterator[Traffic]:
    """What each of the allow or the deny rules of a unit says."""
    rules = ((acl, rule) for acl in unit.acls for rule in acl.rules)
    return (table.rule(acl, rule) for acl, rule in rules if (rule.direction, rule.action) == (direction, action))


def by_name(traffics: Iterable[Traffic]) -> dict[str, Traffic]:
    """The cubes whose guards name each predicate."""
    found: dict[str, list[Cube]] = defaultdict(list)
    for traffic in traffics:
        for cube in traffic:
            for name, _ in cube.guard:
                found[name].append(cube)
    return {name: tuple(cubes) for name, cubes in found.items()}
