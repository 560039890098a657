"""What can be said of an ACL by itself: rules that nothing reaches, and rules written in two styles that overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.judging.cubes import Table, sides
from pamlint.judging.judgement import Unreachable
from pamlint.model.acl import Acl, Rule
from pamlint.model.finding import Direction
from pamlint.model.traffic import Cube, Traffic, meet, minus


def unreachable(acl: Acl, table: Table) -> Iterable[Unreachable]:
    """The rules of an ordered ACL that earlier rules take everything from, or that match nothing behind the ACL."""
    directions: tuple[Direction, ...] = ("ingress", "egress")
    for direction in directions:
        taken: list[tuple[Rule, Traffic]] = []
        for rule in acl.rules:
            if rule.direction != direction:
                continue
            cubes = table.rule(acl, rule)
            if cubes and not rule.default and not rule.unknown:
                found = _found(acl, rule, cubes, taken)
                if found is not None:
                    yield found
            if not rule.unknown:
                taken.append((rule, cubes))


def _found(acl: Acl, rule: Rule, cubes: Traffic, taken: list[tuple[Rule, Traffic]]) -> Unreachable | None:
    behind = _behind(acl, rule, cubes)
    if not behind:
        return Unreachable(acl, rule, ())
    earlier = [(other, found) for other, found in taken if any(meet(a, b) is not None for a in found for b in behind)]
    if not earlier or minus(behind, (cube for _, found in earlier for cube in found)):
        return None
    return Unreachable(acl, rule, tuple(other for other, _ in earlier))


def _behind(acl: Acl, rule: Rule, cubes: Traffic) -> Traffic:
    """The part of a rule that concerns what stands behind the ACL, where that is known."""
    if acl.local is None:
        return cubes
    _, local_side = sides(rule.direction)
    kept: list[Cube | None] = [cube.within(local_side, acl.local) for cube in cubes]
    return tuple(cube for cube in kept if cube is not None)


def is_mixed(acl: Acl) -> bool:
    """Whether rules stand both inside the group and beside it, so that each apply undoes the other's."""
    inside = {rule.name.startswith(f"{acl.address}.") for rule in acl.rules if not rule.default}
    return len(inside) == 2
