"""What can be said of an ACL by itself: rules that nothing reaches, and rules written in two styles that overwrite each other."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pamlint.binding import Unit
from pamlint.judging.cubes import Table, sides
from pamlint.judging.judgement import Mixed, Unreachable
from pamlint.model.acl import Acl, Rule
from pamlint.model.addresses import ANY
from pamlint.model.finding import DIRECTIONS, Direction
from pamlint.model.resource import CODE
from pamlint.model.traffic import Cube, Field, Guard, PieceLimitError, Traffic, meet, minus

Because = tuple[str, ...]

_DATA = re.compile(r'(module\.[\w-]+(\[("[^"]*"|\d+|\*)\])?\.)*data\.')
"""How the address of a data source begins."""


class _Line(NamedTuple):
    """A rule of an ordered list: between which places it is tried, the references that decide where, and what it matches."""

    rule: Rule
    first: int
    last: int
    moving: Because
    cubes: Traffic

    def doubts(self, beneath: _Line) -> Because:
        """The references that decide whether it is tried before another rule."""
        moving = () if self.last < beneath.first else (*self.moving, *beneath.moving)
        return (*self.rule.there, *moving)


def guarded(units: Iterable[Unit]) -> Mapping[str, tuple[tuple[str, ...], Because]]:
    """The roles that each ACL guards, by its key: those for sure, else those perhaps, and what that hangs on."""
    found: dict[str, list[tuple[Unit, Because]]] = defaultdict(list)
    for unit in units:
        for acl in unit.acls:
            found[acl.key].append((unit, acl.loose))
    return {key: _roles(near) for key, near in found.items()}


def _roles(near: Iterable[tuple[Unit, Because]]) -> tuple[tuple[str, ...], Because]:
    surely = {role for unit, loose in near for role in unit.sure_roles if not loose}
    if surely:
        return tuple(sorted(surely)), ()
    doubts = {reference for unit, loose in near for reference in (*loose, *unit.doubt)}
    return tuple(sorted({role for unit, _ in near for role in unit.roles})), tuple(sorted(doubts))


def unreachable(acl: Acl, table: Table) -> Iterable[Unreachable]:
    """The rules of an ordered ACL that earlier rules take everything from, or that match nothing behind the ACL.

    What is tried before a rule perhaps, or is there perhaps, takes perhaps. An address or a port that is not known takes nothing:
    it may be anything in every rule.
    """
    for direction in DIRECTIONS:
        lines = sorted(_lines(acl, direction, table), key=lambda line: line.first)
        taking = [(line, cube) for line in lines for cube in line.cubes if not _unknown(cube, table)]
        taken, places = Field(cube for _, cube in taking), [line.first for line, _ in taking]
        for line in lines:
            if not line.cubes or line.rule.default:
                continue
            widest = tuple(Cube(cube.sides, cube.guard - _unknown(cube, table)) for cube in line.cubes)
            behind, doubt = _behind(acl, direction, widest)
            near = [taking[place] for place in _meeting(behind, taken, bisect_left(places, line.last))]
            earlier = _covering(line, behind, [(other, cube) for other, cube in near if other is not line])
            if earlier is not None:
                because = {*doubt, *line.rule.there, *acl.possible, *(each for other in earlier for each in other.doubts(line))}
                yield Unreachable(acl, line.rule, tuple(other.rule for other in earlier), because=tuple(sorted(because)))


def _lines(acl: Acl, direction: Direction, table: Table) -> Iterator[_Line]:
    """The rules of a direction: the lines that stand for one whose action or priority is not known are one."""
    named: dict[str, list[tuple[int, Rule]]] = defaultdict(list)
    for place, rule in enumerate(rule for rule in acl.rules if rule.direction == direction):
        named[rule.name].append((place, rule))
    for found in named.values():
        (first, early), (last, late) = found[0], found[-1]
        moving: Because = ()
        if early.priority != late.priority:
            moving = tuple(reference for reference in early.placing if reference not in late.placing) or early.placing
        else:
            last = first
        yield _Line(late, first, last, moving, table.where_there(acl, late))


def _unknown(cube: Cube, table: Table) -> Guard:
    """The literals of a cube that say that something in it is not known."""
    return frozenset(literal for literal in cube.guard if table.predicates[literal[0]].kind == "unknown")


def _covering(line: _Line, cubes: Traffic, near: Sequence[tuple[_Line, Cube]]) -> tuple[_Line, ...] | None:
    """The rules that take all of a rule: those that do for sure, else with those that do perhaps; None if something is left.

    None as well where they cut it into more pieces than can be worked out.
    """
    surely = [(other, cube) for other, cube in near if not other.doubts(line)]
    perhaps = [(other, cube) for other, cube in near if other.doubts(line)]
    try:
        left = minus(cubes, [cube for _, cube in surely])
        perhaps = [(other, cube) for other, cube in perhaps if any(meet(cube, piece) is not None for piece in left)]
        if minus(left, [cube for _, cube in perhaps]):
            return None
    except PieceLimitError:
        return None
    return tuple({other.rule.name: other for other, _ in (*surely, *perhaps)}.values())


def _meeting(cubes: Traffic, taken: Field, above: int) -> list[int]:
    """The places of the cubes before one that meet some of these."""
    near = sorted({place for cube in cubes for place in taken.places(cube, above)})
    return [place for place in near if any(meet(taken[place], cube) is not None for cube in cubes)]


def _behind(acl: Acl, direction: Direction, cubes: Traffic) -> tuple[Traffic, Because]:
    """The part of a rule that concerns what stands behind the ACL, where that is known, and the references that decide it.

    Where an ACL stands perhaps, that is nothing if a rule concerns none of those places that are sure, and one that is not.
    """
    _, local_side = sides(direction)
    if acl.local is not None:
        kept = (cube.within(local_side, acl.local) for cube in cubes)
        return tuple(cube for cube in kept if cube is not None), ()
    concerned = [(any(cube.within(local_side, line or ANY) for cube in cubes), because) for line, because in acl.places]
    if all(because for here, because in concerned if here) and not all(here for here, _ in concerned):
        return (), tuple(sorted({reference for _, because in concerned for reference in because}))
    return cubes, ()


def mixed(acl: Acl) -> Mixed | None:
    """The rules inside the group and beside it, if there are both, so that each apply undoes the other's.

    A list that is written empty is the whole list too. A data source only reads what is there. A plan or a state alone does not
    tell what a lifecycle leaves alone, nor what of a list was made by hand.
    """
    found = [] if _DATA.match(acl.address) else [each for rules in _lists(acl) if (each := _mixed(acl, rules)) is not None]
    if not found:
        return None
    doubts = {reference for each in found for reference in each.because} if all(each.because for each in found) else set()
    doubts |= {f"{acl.address}{CODE}"} if acl.location is None else set()
    beside = tuple(rule for each in found for rule in each.beside)
    emptied = tuple(direction for each in found for direction in each.emptied)
    return Mixed(acl, (), tuple(sorted({*doubts, *acl.possible})), beside, emptied)


def _lists(acl: Acl) -> list[list[Rule]]:
    """The rules by the lists in which a block holds them: AWS has one for each direction, and a block may speak of one alone."""
    rules = [rule for rule in acl.rules if not rule.default]
    if not acl.kind.startswith("aws_"):
        return [rules]
    return [[rule for rule in rules if rule.direction == direction] for direction in DIRECTIONS]


def _mixed(acl: Acl, rules: Sequence[Rule]) -> Mixed | None:
    """What of one list is overwritten: nothing where Terraform leaves the list alone, or the block does not speak of it."""
    own = f"{acl.address}."
    inside = [rule for rule in rules if rule.name.startswith(own)]
    beside = tuple(rule for rule in rules if not rule.name.startswith(own) and rule.direction not in acl.kept)
    whole = tuple(direction for direction in acl.whole if any(rule.direction == direction for rule in beside))
    if not beside or not (inside or whole):
        return None
    return Mixed(acl, (), (*(() if whole else _doubts(inside)), *_doubts(beside)), beside, () if inside else whole)


def _doubts(rules: Iterable[Rule]) -> Iterable[str]:
    """What it hangs on whether any of them exists."""
    doubts = [rule.possible for rule in rules]
    return (reference for possible in doubts for reference in possible) if all(doubts) else ()
