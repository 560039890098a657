"""Rules of which nobody knows on which ACL they stand: they may be those of any ACL that seems to lack them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pamlint.binding import Unit
from pamlint.judging.admission import Piece, localise
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

    def held(self, unit: Unit, pieces: tuple[Piece, ...], direction: Direction) -> tuple[Piece, ...]:
        """What the rules of a layer let through whichever such denies stand above them."""
        if not self._acls:
            return pieces
        above = (localise(self._above(piece.acl, direction, piece.rule), unit, direction) for piece in pieces)
        return tuple(piece._replace(traffic=minus(piece.traffic, cubes)) for piece, cubes in zip(pieces, above, strict=True))

    def beside(self, layer: Iterable[Acl], unit: Unit, direction: Direction) -> Traffic:
        """What a layer lets through besides where such rules stand on it."""
        found = (cube for acl in layer for _, _, cubes in self.rules(acl, direction, "allow") for cube in cubes)
        return localise(tuple(found), unit, direction) if self._acls else ()

    def passing(self, unit: Unit, passes: tuple[Traffic, ...], direction: Direction) -> tuple[Traffic, ...]:
        """What each layer of a unit lets through where such rules stand on it; `passes` is what it does without them."""
        if not self._acls:
            return passes
        return tuple((*passed, *self.beside(layer, unit, direction)) for passed, layer in zip(passes, unit.layers, strict=True))

    def stopped(self, unit: Unit, settled: Settled, acl: Acl, rule: Rule) -> Settled:
        """What a rule of an ACL opens, with doubt about that which such denies stop."""
        if not self._acls:
            return settled
        above = (self._above(each, rule.direction, rule if each is acl else None) for each in unit.acls)
        denied = localise(tuple(cube for cubes in above for cube in cubes), unit, rule.direction)
        perhaps = overlap(settled.proved, tuple(cube.bare for cube in denied))
        if not perhaps:
            return settled
        because = {reference for cube in denied for name, _ in cube.guard for reference in self._table.predicates[name].because}
        proved = minus(settled.proved, perhaps)
        return Settled(proved, merge((*settled.unproven, *perhaps)), tuple(sorted({*settled.because, *because})))

    def _above(self, acl: Acl, direction: Direction, beneath: Rule | None) -> Traffic:
        """The denies that may stand on a list, above a rule of it, each where its own list is that one."""
        last = None if beneath is None else beneath.priority
        found: list[Cube] = []
        for other, rule, cubes in self.rules(acl, direction, "deny") if acl.ordered else ():
            if last is None or rule.priority is None or rule.priority < last:
                place = f"floating/{other.key} on {acl.place}"
                here = self._table.unknown(place, None, ANY, other.address, other.partial)
                found += (self._table.on_one(cube.where(here), sides(direction)[0]) for cube in cubes)
        return tuple(found)

    def rules(self, acl: Acl, direction: Direction, action: str) -> Iterator[tuple[Acl, Rule, Traffic]]:
        """The rules that may stand on an ACL, each with the list that it is known by, and what it says there."""
        for other in self.near(acl):
            for rule in other.rules:
                if (rule.direction, rule.action) == (direction, action) and not rule.default:
                    yield other, rule, self._here(other, rule, acl)

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
