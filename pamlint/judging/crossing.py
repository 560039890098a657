"""What comes through two lists of a chain: of a symbol that one of them names, only what both surely let through is open."""

from __future__ import annotations

from collections.abc import Iterator

from pamlint.judging.admission import OPEN_SYMBOLS
from pamlint.judging.cubes import Table, sides, spoken
from pamlint.model.addresses import ANY, IPV4
from pamlint.model.certainty import Predicate
from pamlint.model.finding import Direction
from pamlint.model.ranges import holds, intersect, subtract
from pamlint.model.traffic import Cube, Traffic, merge, minus, overlap

NARROWED = "?some of "
"""How the names begin of predicates that say whether anybody of a symbol stands where another list lets him through."""


def in_both(one: Traffic, other: Traffic, direction: Direction, table: Table) -> Traffic:
    """What passes both; where one names a symbol and the other fewer addresses, only its known members are there for sure."""
    peer_side, _ = sides(direction)
    if not any(_symbols(cube, peer_side, table) for cube in (*one, *other)):
        return overlap(one, other)
    out: list[Cube] = []
    for cube in one:
        for both in spoken(merge(overlap((cube,), other)), peer_side):
            out += _standing(both, cube, peer_side, table)
    return tuple(out)


def past_a_list(one: Traffic, list_: Traffic, direction: Direction, table: Table) -> Traffic:
    """The same for a list that names no symbols, and whose rules let through together what each of them does in part."""
    peer_side, _ = sides(direction)
    out: list[Cube] = []
    for cube in one:
        both = spoken(overlap((cube,), list_), peer_side)
        members = _of_members(cube, peer_side, table) if both and _symbols(cube, peer_side, table) else ()
        stopped = spoken(minus(members, list_), peer_side)
        services = tuple(each.replace(peer_side, ANY).bare for each in stopped)
        out += minus(both, services)
        for part in merge(overlap(both, services)):
            out += _standing(part, cube, peer_side, table)
    return tuple(out)


def _of_members(cube: Cube, peer_side: int, table: Table) -> Traffic:
    """The part of a cube in which members of what it names can stand at all."""
    line = cube.sides[peer_side]
    for _, predicate in _symbols(cube, peer_side, table):
        line = intersect(line, predicate.at_most)
    return (cube.replace(peer_side, line),) if line else ()


def _symbols(cube: Cube, peer_side: int, table: Table) -> list[tuple[str, Predicate]]:
    """The groups and lists of which whoever is meant on the far side is a member, by the names of their predicates."""
    named = ((name, table.predicates[name]) for name, sign in sorted(cube.guard) if sign)
    return [(name, each) for name, each in named if each.side == peer_side and each.kind in OPEN_SYMBOLS]


def _standing(both: Cube, cube: Cube, peer_side: int, table: Table) -> Iterator[Cube]:
    """The part that passes both, in doubt where nobody known of a symbol stands that is open at more addresses by itself.

    Whoever bears it, and of whom nothing else is known, stands in IPv4.
    """
    symbols = []
    for name, each in _symbols(both, peer_side, table):
        wide = intersect(each.at_most, cube.sides[peer_side] if (name, True) in cube.guard else ANY)
        symbols.append((name, each, intersect(wide, IPV4) or wide))
    side, surely = both.sides[peer_side], ANY
    for _, each, wide in symbols:
        surely = surely if holds(side, wide) else intersect(surely, each.at_least)
    for line in (surely, subtract(ANY, surely)):
        part = both.within(peer_side, line)
        if part is not None:
            here = part.sides[peer_side]
            cut = [(name, each) for name, each, wide in symbols if not holds(here, wide) and not holds(each.at_least, here)]
            some = (table.unknown(f"{NARROWED[1:]}{name} {side}", None, ANY, each.text, each.because) for name, each in cut)
            yield part.where(*some)
