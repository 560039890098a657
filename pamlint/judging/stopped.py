"""What of a flow is stopped, whoever is in the groups that rules name."""

from __future__ import annotations

from collections.abc import Container

from pamlint.judging.cubes import Table
from pamlint.model.traffic import Cube, Traffic, minus


def for_sure(passed: Traffic, own: Container[str], table: Table) -> Traffic:
    """What passes, where a group other than those that are meant counts by its known members alone."""
    out: list[Cube] = []
    for cube in passed:
        here: Cube | None = cube
        for name, sign in cube.guard:
            predicate = table.predicates[name]
            if here is not None and sign and name not in own and predicate.kind == "group" and predicate.side is not None:
                known = predicate.at_least
                here = Cube(here.sides, here.guard - {(name, sign)}).within(predicate.side, known) if known else None
        if here is not None:
            out.append(here)
    return tuple(out)


def is_some_group_denied(passed: Traffic, table: Table) -> bool:
    """Whether something passes for those alone who are not in a group."""
    return any(not sign and table.predicates[name].kind == "group" for cube in passed for name, sign in cube.guard)


def stopped(asked: Traffic, sure: Traffic, either: Traffic, order: tuple[int, ...]) -> Traffic:
    """What of a flow is not served by what passes for sure.

    Of `either` serves what passes whoever asks: by one rule if he is in a group, and by another if he is not.
    """
    left = minus(asked, sure, order)
    if not left or not either:
        return left
    shut = tuple(cube.bare for cube in minus(left, either, order))
    return minus(left, minus(left, shut, order), order)
