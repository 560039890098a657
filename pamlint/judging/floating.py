"""Rules of which nobody knows on which ACL they stand: they may be those of any ACL that seems to lack them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pamlint.binding import Unit
from pamlint.judging.admission import localise
from pamlint.judging.cubes import Table, sides
from pamlint.model.acl import Acl, Rule
from pamlint.model.addresses import ANY
from pamlint.model.certainty import Settled
from pamlint.model.finding import Direction
from pamlint.model.traffic import Cube, Traffic, merge, minus, overlap

_READ = re.compile(r'(?:module\.[\w-]+(?:\[(?:\d+|\*|"(?:[^"\\]|\\.)*")\])?\.)*data\.')


class Floating:
    """The ACLs of an estate that are known by their rules alone: their id is not known, or a data source reads it."""

    def __init__(self, acls: Iterable[Acl], table: Table) -> None:
        self._table = table
        self._acls = [acl for acl in acls if acl.partial and acl.id is None and _is_anybody(acl) and acl.rules]

    def near(self, acl: Acl) -> Iterator[Acl]:
        """Those whose rules may stand on an ACL."""
        return (other for other in self._acls if _may_be(other, acl))

    def passing(self, unit: Unit, passes: tuple[Traffic, ...], direction: Direction) -> tuple[Traffic, ...]:
        """What each layer of a unit lets through where such rules stand on it; `passes` is what it does without them."""
        if not self._acls:
            return passes
        beside = (localise(tuple(self._cubes(layer, direction, "allow")), unit, direction) for layer in unit.layers)
        return tuple((*passed, *more) for passed, more in zip(passes, beside, strict=True))

    def stopped(self, unit: Unit, settled: Settled, direction: Direction) -> Settled:
        """What is open with doubt about that which such denies stop."""
        denied = localise(tuple(self._cubes(unit.acls, direction, "deny")), unit, direction) if self._acls else ()
        perhaps = overlap(settled.proved, tuple(cube.bare for cube in denied))
        if not perhaps:
            return settled
        because = {reference for cube in denied for name, _ in cube.guard for reference in self._table.predicates[name].because}
        proved = minus(settled.proved, perhaps)
        return Settled(proved, merge((*settled.unproven, *perhaps)), tuple(sorted({*settled.because, *because})))

    def rules(self, acl: Acl, direction: Direction, action: str) -> Iterator[tuple[Acl, Rule, Traffic]]:
        """The rules that may stand on an ACL, each with the list that it is known by, and what it says there."""
        for other in self.near(acl):
            for rule in other.rules:
                if (rule.direction, rule.action) == (direction, action) and not rule.default:
                    yield other, rule, tuple(self._here(cube, acl, other, direction) for cube in self._table.rule(other, rule))

    def _cubes(self, acls: Iterable[Acl], direction: Direction, action: str) -> Iterator[Cube]:
        return (cube for acl in acls for _, _, cubes in self.rules(acl, direction, action) for cube in cubes)

    def _here(self, cube: Cube, acl: Acl, other: Acl, direction: Direction) -> Cube:
        """The cube of a rule where it stands on an ACL: what names its own group there names the ACL."""
        peer_side, _ = sides(direction)
        guard = set(cube.guard)
        for literal in self._table.symbol(other.key, peer_side)[1]:
            if literal in guard:
                guard -= {literal}
                guard.update(self._table.symbol(acl.key, peer_side)[1])
        here = self._table.unknown(f"{acl.key}/{other.key}", None, ANY, other.address, other.partial)
        return self._table.on_one(Cube(cube.sides, frozenset({*guard, here})), peer_side)


def _is_anybody(acl: Acl) -> bool:
    """Whether an ACL is named by what is not known, or read by a data source."""
    return acl.key.endswith(f"|?{acl.address}") or _READ.match(acl.address) is not None


def _may_be(floating: Acl, acl: Acl) -> bool:
    """Whether the rules of one ACL may be those of another: it is of the kind, and of the name if there is one."""
    if acl.key == floating.key or acl.kind != floating.kind:
        return False
    names = (floating.name, acl.name)
    return not all(isinstance(name, str) for name in names) or names[0] == names[1]
