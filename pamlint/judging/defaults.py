"""What only default rules open: Azure's, below whatever the customer's rules decide."""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.judging.admission import ADMIN, OPEN_SYMBOLS, Admission, less, localise
from pamlint.judging.cubes import Table, spoken
from pamlint.judging.demand import Demand
from pamlint.judging.judgement import Implicit
from pamlint.judging.opened import Front
from pamlint.judging.stopped import for_sure
from pamlint.model.certainty import Own, Purpose, settle
from pamlint.model.policy import Flow
from pamlint.model.traffic import Traffic, minus, overlap, touch

Working = tuple[Flow, Traffic, Own]
"""A required flow that is satisfied, with the predicates that hold for whoever is meant."""


def implicit(
    front: Front, blocked: Traffic, needed: Sequence[Working], demand: Demand, admission: Admission, table: Table
) -> list[Implicit]:
    """What only default rules open: required flows that pass by defaults alone, and extra traffic that no layer names."""
    by_default = [_by_default(front, place) for place in range(len(front.layers))]
    if not any(by_default):
        return []
    explicit = [_explicit(front, place, table) for place in range(len(front.layers))]
    allowed = (*front.permitted.traffic, *blocked, *demand.of_unbound(front.unit, front.direction, front.named.keys()))
    passes = [
        (*less(cubes, told, table), *_unsaid_without(front, place, admission))
        for place, (cubes, told) in enumerate(zip(by_default, explicit, strict=True))
    ]
    extra = spoken(minus(admission.chain(front.unit, passes), allowed), front.view.peer_side)
    first = _first(front, extra)
    own = {name: line for _, _, known in needed for name, line in known.items()}
    serving = [(flow, want, for_sure(front.passed, known, table)) for flow, want, known in needed]
    found = []
    for place, layer in enumerate(front.layers):
        if front.unit.layers[place][0].kind == ADMIN:
            continue  # what admin rules leave to NSGs is no opening of theirs
        working = [
            (flow, less(overlap(overlap(want, served), by_default[place]), explicit[place], table, OPEN_SYMBOLS))
            for flow, want, served in serving
        ]
        there = table.standing(front.unit.layers[place][0])
        residue = (*(extra if place == first else ()), *(cube.where(*there) for _, cubes in working for cube in cubes))
        settled = settle(residue, table.predicates, Purpose.OPEN, own, front.denied)
        if settled.proved or settled.unproven:
            pieces = [piece for piece in layer if piece.rule.default and touch(piece.traffic, residue)]
            flows = tuple(dict.fromkeys(flow for flow, cubes in working if cubes))
            found.append(
                Implicit(
                    pieces[0].acl, front.unit, front.direction, tuple(piece.rule for piece in pieces), settled, flows,
                    bool(extra) and place == first, front.seen_at(pieces[0].acl),
                )
            )  # fmt: skip
    return found


def _by_default(front: Front, place: int) -> Traffic:
    """What a layer lets through by its default rules; admin rules have none, so theirs is all that they do not stop."""
    if front.unit.layers[place][0].kind == ADMIN:
        return front.passes[place]
    return tuple(cube for piece in front.layers[place] if piece.rule.default for cube in piece.traffic)


def _first(front: Front, extra: Traffic) -> int | None:
    """The nearest layer that lets some of it through by a default rule."""
    layers = enumerate(front.layers)
    return next(
        (place for place, layer in layers if any(piece.rule.default and touch(piece.traffic, extra) for piece in layer)), None
    )


def _unsaid_without(front: Front, place: int, admission: Admission) -> Traffic:
    """What comes through where the list of a layer does not stand, but for what its rules let through where it does."""
    untied = admission.untied(front.unit.layers[place][0], front.unit, front.direction)
    opened = tuple(cube for piece in front.layers[place] if not piece.rule.default for cube in piece.traffic)
    return less(untied, opened, admission.table) if untied else ()


def _explicit(front: Front, place: int, table: Table) -> Traffic:
    """What the explicit allow rules of a layer match: no default decides it, even where a deny above them has taken it.

    An admin rule that allows leaves it to the NSGs, and so does one that always allows beneath it.
    """
    acls = front.unit.layers[place]
    if acls[0].kind == ADMIN:
        return tuple(cube for piece in front.layers[place] for cube in piece.traffic)
    rules = ((acl, rule) for acl in acls for rule in acl.rules if rule.direction == front.direction and not rule.default)
    cubes = (cube for acl, rule in rules if rule.action == "allow" for cube in table.rule(acl, rule))
    return localise(tuple(cubes), front.unit, front.direction)
