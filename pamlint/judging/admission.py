"""What ACLs and chains of them let through, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from pamlint.binding import Part, Unit
from pamlint.judging.cubes import SERVICE_FIRST, Table, sides
from pamlint.judging.staying import neighbours, staying
from pamlint.model.acl import Acl, Action, Rule
from pamlint.model.addresses import ANY
from pamlint.model.certainty import Settled
from pamlint.model.finding import Direction
from pamlint.model.ranges import subtract
from pamlint.model.traffic import Cube, Entry, Field, PieceLimitError, Traffic, admitted, merge, minus, overlap, touch

ADMIN = "azure_admin_rules"


class Piece(NamedTuple):
    """What one allow rule lets through."""

    acl: Acl
    rule: Rule
    traffic: Traffic


_Key = tuple[str, Direction]
_Found = TypeVar("_Found")
Told = tuple[Field, Field, Mapping[int, tuple[int, int]]]


class Admission:
    """What the ACLs of an estate let through; each ACL is worked out once. Raises PieceLimitError where it cannot be."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._pieces: dict[_Key, tuple[Piece, ...]] = {}
        self._left: dict[_Key, Traffic] = {}
        self._told: dict[tuple[str, Direction, Action], Told] = {}
        self._beyond: set[_Key] = set()

    def pieces(self, acl: Acl, direction: Direction) -> tuple[Piece, ...]:
        """What each allow rule lets through, less the denies above it; of admin rules those that no NSG can overrule."""
        return self._once(self._pieces, acl, direction, self._found)

    def _once(
        self, known: dict[_Key, _Found], acl: Acl, direction: Direction, find: Callable[[Acl, Direction], _Found]
    ) -> _Found:
        """What is known of an ACL, or is found out now; where that is beyond the limits it is tried once."""
        key = (acl.place, direction)
        if key in self._beyond:
            raise PieceLimitError
        if key not in known:
            try:
                known[key] = find(acl, direction)
            except PieceLimitError:
                self._beyond.add(key)
                raise
        return known[key]

    def is_beyond(self, acl: Acl, direction: Direction) -> bool:
        """Whether an ACL was found to be too large to be worked out."""
        return (acl.place, direction) in self._beyond

    def _found(self, acl: Acl, direction: Direction) -> tuple[Piece, ...]:
        return tuple(piece for piece in self._read(acl, direction) if piece.traffic)

    def _read(self, acl: Acl, direction: Direction) -> list[Piece]:
        rules = [rule for rule in acl.rules if rule.direction == direction]
        if not acl.ordered:
            return [Piece(acl, rule, self.table.rule(acl, rule)) for rule in rules]
        opens = "always-allow" if acl.kind == ADMIN else "allow"
        entries = [Entry(rule.action == opens, self.table.rule(acl, rule)) for rule in rules]
        found = [Piece(acl, rule, left) for rule, left in zip(rules, admitted(entries, SERVICE_FIRST[direction]), strict=True)]
        return [self._beneath(piece, direction) if acl.partial and piece.rule.default else piece for piece in found]

    def _beneath(self, piece: Piece, direction: Direction) -> Piece:
        """What a default rule lets through where denies that stand elsewhere may come before it."""
        acl = piece.acl
        literal = self.table.unknown(f"{acl.place}/{direction}/elsewhere", None, ANY, acl.address, acl.partial)
        return piece._replace(traffic=tuple(cube.where(literal) for cube in piece.traffic))

    def layer(self, unit: Unit, layer: tuple[Acl, ...], direction: Direction) -> tuple[Piece, ...]:
        """What a layer of a unit's chain lets through to what stands behind it."""
        found = (piece for acl in layer for piece in self.pieces(acl, direction))
        local = (piece._replace(traffic=localise(piece.traffic, unit, direction)) for piece in found)
        return tuple(piece for piece in local if piece.traffic)

    def always(self, unit: Unit, direction: Direction) -> Traffic:
        """What admin rules let through whatever NSGs say."""
        admin = [acl for acl in unit.acls if acl.kind == ADMIN]
        pieces = ((self.table.standing(acl), piece) for acl in admin for piece in self.pieces(acl, direction))
        return localise(tuple(cube.where(*there) for there, piece in pieces for cube in piece.traffic), unit, direction)

    def passing(self, unit: Unit, place: int, pieces: tuple[Piece, ...], direction: Direction, always: Traffic) -> Traffic:
        """What a layer lets through: admin rules all that they do not deny, others what rules allow or admin rules force.

        Network ACLs stand at the subnet's edge: what stays in the subnet does not meet them.
        """
        layer = unit.layers[place]
        if layer[0].kind == "aws_network_acl":
            return (*together(pieces), *staying(unit, direction, self.table), *self.untied(layer[0], unit, direction))
        if layer[0].kind != ADMIN:
            return (*together(pieces), *always, *self.untied(layer[0], unit, direction))
        return (*self._once(self._left, layer[0], direction, self._not_denied), *self.untied(layer[0], unit, direction))

    def chain(self, unit: Unit, passes: Sequence[Traffic]) -> Traffic:
        """What passes a whole chain, from what passes each layer: of lists of which just one stands, each where it does."""
        layers: list[Traffic] = []
        chosen: dict[tuple[str, ...], list[tuple[Acl, Traffic]]] = {}
        for (acl, *_), passed in zip(unit.layers, passes, strict=True):
            if is_chosen(acl):
                chosen.setdefault(acl.one_of, []).append((acl, self.where_it_stands(acl, passed)))
            else:
                layers.append(passed)
        return through((*layers, *map(self._whichever, chosen.values())))

    def _whichever(self, lists: Sequence[tuple[Acl, Traffic]]) -> Traffic:
        """What passes whichever of several lists stands, and what passes each of them where it does."""
        apart = (cube.where(*self.table.standing(acl)) for acl, passed in lists for cube in passed)
        return (*through(passed for _, passed in lists), *apart)

    def where_it_stands(self, acl: Acl, passed: Traffic) -> Traffic:
        """What passes the layer of a list that stands perhaps, where it does: not what passes where another stands."""
        others = frozenset(self.table.choosing(acl)) if is_chosen(acl) else frozenset()
        return tuple(cube for cube in passed if others.isdisjoint(name for name, _ in cube.guard)) if others else passed

    def within_subnet(self, unit: Unit, direction: Direction, peer: Part, passes: tuple[Traffic, ...]) -> tuple[Traffic, ...]:
        """What passes each layer, with what the peers of its own subnet are known to do without meeting the network ACL."""
        near = neighbours(unit, direction, peer, self.table)
        if not near:
            return passes
        lists = (layer[0].kind == "aws_network_acl" for layer in unit.layers)
        return tuple((*passed, *near) if is_list else passed for passed, is_list in zip(passes, lists, strict=True))

    def untied(self, acl: Acl, unit: Unit, direction: Direction) -> Traffic:
        """What a list that stands in a chain perhaps lets through if it does not: everything."""
        if not acl.loose or not acl.ordered:
            return ()
        here = localise((Cube(),), unit, direction)
        return tuple(cube.where(*guard) for cube in here for guard in self.table.absent(acl))

    def _not_denied(self, acl: Acl, direction: Direction) -> Traffic:
        """What no deny of a first-match list decides: what no deny matches, and what another rule lets through above one."""
        rules = [rule for rule in acl.rules if rule.direction == direction]
        entries = [Entry(rule.action != "deny", self.table.rule(acl, rule)) for rule in rules]
        denied = tuple(cube for entry in entries if not entry.allow for cube in entry.cubes)
        above = (cubes for cubes in admitted(entries, SERVICE_FIRST[direction]) if touch(cubes, denied))
        return (*(cube for cubes in above for cube in cubes), *minus((Cube(),), denied, SERVICE_FIRST[direction]))

    def decided(self, piece: Piece) -> Traffic:
        """The part of a piece that its rule decides: not what one above it lets through for sure, or under the same names."""
        if not piece.acl.ordered:
            return piece.traffic
        key = (piece.acl.place, piece.rule.direction, piece.rule.action)
        if key not in self._told:
            self._told[key] = _told(piece.acl, piece.rule, self.table)
        surely, guarded, above = self._told[key]
        before = above[id(piece.rule)]
        out: list[Cube] = []
        for cube in piece.traffic:
            same = [other for other in guarded.near(cube, before[1]) if other.guard <= cube.guard]
            out += minus((cube,), (*surely.near(cube, before[0]), *same))
        return tuple(out)


def _told(acl: Acl, like: Rule, table: Table) -> Told:
    """What the rules of one direction and action let through for sure, what under names, and how much of both is above each."""
    surely: list[Cube] = []
    guarded: list[Cube] = []
    above = {}
    for rule in acl.rules:
        if (rule.direction, rule.action) == (like.direction, like.action):
            above[id(rule)] = (len(surely), len(guarded))
            cubes = table.rule(acl, rule)
            surely += sure(cubes, table)
            guarded += [cube for cube in cubes if cube.guard]
    return Field(surely), Field(guarded), above


def is_chosen(acl: Acl) -> bool:
    """Whether a list is one of several of which just one stands."""
    return acl.ordered and bool(acl.one_of)


def sure(traffic: Traffic, table: Table) -> Traffic:
    """The part about which nothing is open but who is a member of a group: lists count with the addresses that are known."""
    return tuple(part for cube in traffic if (part := _sure_part(cube, table)) is not None)


def _sure_part(cube: Cube, table: Table) -> Cube | None:
    part: Cube | None = cube
    for name, sign in cube.guard:
        predicate = table.predicates[name]
        if predicate.kind == "group" or part is None:
            continue
        if not sign or predicate.side is None:
            return None
        part = Cube(part.sides, part.guard - {(name, sign)}).within(predicate.side, predicate.at_least)
    return part


OPEN_SYMBOLS = frozenset({"group", "list"})
OPEN_VALUES = OPEN_SYMBOLS | {"unknown"}


def less(traffic: Traffic, told: Traffic, table: Table, apart: frozenset[str] = OPEN_VALUES) -> Traffic:
    """The traffic that is not told already; of what these kinds of predicates name, only that and its known members are.

    An allow of a symbol is told by its name: the addresses at which its members may be besides are still to be told.
    """
    out = []
    field = told if isinstance(told, Field) or len(traffic) == 1 else Field(told)
    for cube in traffic:
        for piece in minus((cube,), field):
            left: Cube | None = piece
            for name, sign in piece.guard - cube.guard:
                predicate = table.predicates[name]
                if sign or predicate.kind not in apart or left is None:
                    continue
                left = Cube(left.sides, left.guard - {(name, sign)})
                if predicate.side is not None and predicate.at_least:
                    left = left.within(predicate.side, subtract(ANY, predicate.at_least))
            if left is not None:
                out.append(left)
    return tuple(out)


def together(pieces: Iterable[Piece]) -> Traffic:
    """What several rules let through, merged."""
    return merge(cube for piece in pieces for cube in piece.traffic)


def through(layers: Iterable[Traffic]) -> Traffic:
    """What passes all layers."""
    passed: Traffic | None = None
    for layer in layers:
        passed = layer if passed is None else merge(overlap(passed, layer))
    return passed or ()


def localise(traffic: Traffic, unit: Unit, direction: Direction) -> Traffic:
    """The part of the traffic that concerns what stands behind the unit; what it wears for sure is no question any more."""
    if unit.cloud == "aws":
        return traffic
    _, local_side = sides(direction)
    out = []
    for cube in traffic:
        here = cube.within(local_side, unit.within)
        if here is not None and unit.may_wear is not None:
            here = _worn(here, unit, unit.may_wear, f"{local_side}:")
        if here is not None:
            out.append(here)
    return tuple(out)


def placed(settled: Settled, unit: Unit, direction: Direction) -> Settled:
    """What is open, with doubt where it hangs on in which of several subnets what stands behind the unit is."""
    _, local_side = sides(direction)
    proved: list[Cube] = []
    unproven: list[Cube] = []
    because: set[str] = set()
    here_or_there = _not_everywhere(settled.proved, unit, local_side)
    proved += minus(settled.proved, here_or_there)
    for cube in overlap(settled.proved, here_or_there):
        surely, doubt = unit.standing(cube.sides[local_side])
        because.update(doubt)
        perhaps = subtract(cube.sides[local_side], surely)
        proved += [cube.replace(local_side, surely)] if surely else []
        unproven += [cube.replace(local_side, perhaps)] if perhaps else []
    if not unproven:
        return settled
    return Settled(tuple(proved), merge((*settled.unproven, *unproven)), tuple(sorted({*settled.because, *because})))


def _not_everywhere(opened: Traffic, unit: Unit, local_side: int) -> Traffic:
    """The part that is not open wherever somebody may stand of whom it is not known where, however it is cut into cubes."""
    found: list[Cube] = []
    for line in {each.within or ANY for each in unit.workloads if each.adrift and not each.addresses}:
        inside = tuple(part for cube in opened if (part := cube.within(local_side, line)) is not None)
        lacking = minus((cube.replace(local_side, line) for cube in inside), inside)
        found += (cube.replace(local_side, ANY).bare for cube in lacking)
    return merge(found)


def worn_perhaps(unit: Unit, key: str) -> str:
    """Where a unit wears a group perhaps."""
    return f"{'+'.join(sorted(unit.hosts))} wears {key}"


def _worn(cube: Cube, unit: Unit, may_wear: frozenset[str], prefix: str) -> Cube | None:
    """The cube for workloads whose groups are known."""
    left = []
    wears = unit.wears
    for name, sign in cube.guard:
        key = name.removeprefix(prefix)
        if name.startswith(prefix) and key in unit.perhaps_wears:
            left.append((f"?{worn_perhaps(unit, key)}", sign))
        elif not name.startswith(prefix) or (key in may_wear and key not in wears) or "|" not in key:
            left.append((name, sign))
        elif (key in wears) != sign:
            return None
    return Cube(cube.sides, frozenset(left))
