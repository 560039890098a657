"""Rules of which nobody knows on which ACL they stand: they may be those of any ACL that seems to lack them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pamlint.binding import Unit
from pamlint.judging.admission import localise
from pamlint.judging.cubes import Table, sides
from pamlint.model.acl import Acl, Rule
from pamlint.model.addresses import ANY
from pamlint.model.certainty import Settled
from pamlint.model.finding import Direction
from pamlint.model.identity import is_anybody
from pamlint.model.traffic import Cube, Traffic, merge, minus, overlap


class Floating:
    """The ACLs of an estate that are known by their rules alone: their id is not known, or a data source reads it."""

    def __init__(self, acls: Iterable[Acl], table: Table) -> None:
        self._table = table
        self._acls = [acl for acl in acls if acl.partial and acl.id is None and is_anybody(acl.key, acl.address) and acl.rules]
        self._perhaps: dict[tuple[str, str, Direction, str], Traffic] = {}

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
                    yield other, rule, self._here(other, rule, acl)

    def _cubes(self, acls: Iterable[Acl], direction: Direction, action: str) -> Iterator[Cube]:
        return (cube for acl in acls for _, _, cubes in self.rules(acl, direction, action) for cube in cubes)

    def _here(self, other: Acl, rule: Rule, acl: Acl) -> Traffic:
        """What a rule says where it stands on an ACL: what names its own group there names the ACL."""
        key = (other.key, rule.name, rule.direction, rule.action)
        if key not in self._perhaps:
            peer_side, _ = sides(rule.direction)
            here = self._table.unknown(f"floating/{other.key}", None, ANY, other.address, other.partial)
            cubes = (cube.where(here) for cube in self._table.rule(other, rule))
            self._perhaps[key] = tuple(self._table.on_one(cube, peer_side) for cube in cubes)
        if all(peer.symbol != other.key for peer in rule.peers):
            return self._perhaps[key]
        return tuple(self._renamed(cube, other, acl, rule.direction) for cube in self._perhaps[key])

    def _renamed(self, cube: Cube, other: Acl, acl: Acl, direction: Direction) -> Cube:
        peer_side, _ = sides(direction)
        own = frozenset(self._table.symbol(other.key, peer_side)[1])
        if cube.guard.isdisjoint(own):
            return cube
        return Cube(cube.sides, cube.guard - own).where(*self._table.symbol(acl.key, peer_side)[1])


def _may_be(floating: Acl, acl: Acl) -> bool:
    """Whether the rules of one ACL may be those of another: it is of the kind, and of the name if there is one."""
    if acl.key == floating.key or acl.kind != floating.kind:
        return False
    names = (floating.name, acl.name)
    return not all(isinstance(name, str) for name in names) or names[0] == names[1]
