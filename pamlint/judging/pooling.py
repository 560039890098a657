"""What is permitted or passes perhaps, under one predicate in place of many."""

from __future__ import annotations

from collections.abc import Collection

from pamlint.judging.cubes import Table
from pamlint.model.traffic import Cube, Traffic, merge

Literal = tuple[str, bool]
MANY = 12
"""The unknown values on which may hang what passes, each apart from the others: what is left beside them is in many pieces."""


def pooled(permitted: Traffic, doubts: Collection[Literal], place: str, table: Table) -> Traffic:
    """The same traffic, all that hangs on doubts under one predicate, which knows what each share of it hangs on.

    What nothing permits is cut once for each predicate of what is taken away: many that may hold side by side would cut it again
    and again.
    """
    known = frozenset(doubts)
    shares = dict.fromkeys(_share(cube, known, table) for cube in permitted if not known.isdisjoint(cube.guard))
    if not shares:
        return permitted
    literal = table.pool(place, tuple(shares))
    surely = (cube for cube in permitted if known.isdisjoint(cube.guard))
    return (*surely, *dict.fromkeys(cube.where(literal) for cube, _ in shares))


def passing(passed: Traffic, place: str, table: Table) -> Traffic:
    """The same traffic, all that passes perhaps under one predicate where that hangs on many unknown values.

    Of two of them of which one surely holds that is not known any more.
    """
    doubts = {literal for cube in passed for literal in cube.guard if table.predicates[literal[0]].kind == "unknown"}
    return merge(pooled(passed, doubts, place, table)) if len({name for name, _ in doubts}) > MANY else passed


def _share(cube: Cube, doubts: frozenset[Literal], table: Table) -> tuple[Cube, tuple[str, ...]]:
    """The cube whatever its doubts come to, and the references on which they hang."""
    own = sorted(doubts & cube.guard)
    because = dict.fromkeys(reference for name, _ in own for reference in table.predicates[name].because)
    return Cube(cube.sides, cube.guard - doubts), tuple(because)
