"""What can be said of an ACL by itself: rules that nothing reaches, and rules written in two styles that overwrite each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pamlint.judging.cubes import Table, sides
from pamlint.judging.judgement import Mixed, Unreachable
from pamlint.model.acl import Acl, Rule
from pamlint.model.finding import DIRECTIONS, Direction
from pamlint.model.traffic import Cube, Field, PieceLimitError, Traffic, meet, minus

_DATA = re.compile(r'(module\.[\w-]+(\[("[^"]*"|\d+|\*)\])?\.)*data\.')
"""How the address of a data source begins."""


def unreachable(acl: Acl, table: Table) -> Iterable[Unreachable]:
    """The rules of an ordered ACL that earlier rules take everything from, or that match nothing behind the ACL."""
    doubtful = {rule.name for rule in acl.rules if rule.unknown}  # one of unknown priority stands at the end as well, for sure
    for direction in DIRECTIONS:
        rules = [rule for rule in acl.rules if rule.direction == direction and not rule.unknown]
        taking = [(place, cube) for place, rule in enumerate(rules) for cube in table.rule(acl, rule)]
        taken = Field(cube for _, cube in taking)
        above = 0
        for rule in rules:
            cubes = table.rule(acl, rule)
            behind = _behind(acl, rule, cubes)
            if cubes and not rule.default and rule.name not in doubtful:
                earlier = _meeting(behind, taken, above)
                if _is_covered(behind, [taken[place] for place in earlier]):
                    yield Unreachable(acl, rule, tuple(rules[place] for place in dict.fromkeys(taking[at][0] for at in earlier)))
            above += len(cubes)


def _is_covered(cubes: Traffic, above: Iterable[Cube]) -> bool:
    """Whether earlier rules are known to take all; not where they cut it into more pieces than can be worked out."""
    try:
        return not minus(cubes, above)
    except PieceLimitError:
        return False


def _meeting(cubes: Traffic, taken: Field, above: int) -> list[int]:
    """The places of the cubes before one that meet some of these."""
    near = sorted({place for cube in cubes for place in taken.places(cube, above)})
    return [place for place in near if any(meet(taken[place], cube) is not None for cube in cubes)]


def _behind(acl: Acl, rule: Rule, cubes: Traffic) -> Traffic:
    """The part of a rule that concerns what stands behind the ACL, where that is known."""
    if acl.local is None:
        return cubes
    _, local_side = sides(rule.direction)
    kept: list[Cube | None] = [cube.within(local_side, acl.local) for cube in cubes]
    return tuple(cube for cube in kept if cube is not None)


def mixed(acl: Acl) -> Mixed | None:
    """The rules inside the group and beside it, if there are both, so that each apply undoes the other's.

    A list that is written empty is the whole list too.

    A data source only reads what is there.
    """
    found = [] if _DATA.match(acl.address) else [_mixed(acl, rules) for rules in _lists(acl)]
    both = sorted((each for each in found if each is not None), key=lambda each: each.because)
    both = both or [each for direction in acl.emptied if (each := _emptied(acl, direction)) is not None]
    if not both:
        return None
    because = both[0].because and tuple(sorted({reference for each in both for reference in each.because}))
    beside = tuple(rule for each in both for rule in each.beside)
    return Mixed(acl, (), because, beside, tuple(direction for each in both for direction in each.emptied))


def _lists(acl: Acl) -> list[list[Rule]]:
    """The rules by the lists in which a block holds them.

    AWS has one for each direction, and a block leaves alone the one that it does not speak of; not so what takes a default over.
    """
    rules = [rule for rule in acl.rules if not rule.default]
    if not acl.kind.startswith("aws_") or ".aws_default_" in f".{acl.address}":
        return [rules]
    return [[rule for rule in rules if rule.direction == direction] for direction in DIRECTIONS]


def _mixed(acl: Acl, rules: Sequence[Rule]) -> Mixed | None:
    inside = [rule for rule in rules if rule.name.startswith(f"{acl.address}.")]
    beside = tuple(rule for rule in rules if rule not in inside)
    return Mixed(acl, (), (*_doubts(inside), *_doubts(beside)), beside) if inside and beside else None


def _emptied(acl: Acl, direction: Direction) -> Mixed | None:
    beside = tuple(rule for rule in acl.rules if rule.direction == direction and not rule.default)
    return Mixed(acl, (), tuple(_doubts(beside)), beside, (direction,)) if beside else None


def _doubts(rules: Iterable[Rule]) -> Iterable[str]:
    """What it hangs on whether any of them exists."""
    doubts = [rule.possible for rule in rules]
    return (reference for possible in doubts for reference in possible) if all(doubts) else ()
