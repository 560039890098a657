"""What differs between what is live and what the code gives, in traffic: access that one has and the other has not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pamlint.binding import Binding
from pamlint.judging.admission import Admission, Piece
from pamlint.judging.cubes import Table
from pamlint.model.acl import Acl, Network, Peer, Rule
from pamlint.model.certainty import Purpose, Settled, settle
from pamlint.model.finding import DIRECTIONS, Direction, Finding, Row
from pamlint.model.identity import foreign_key
from pamlint.model.noun import field, noun, replace
from pamlint.model.pairing import Pairs
from pamlint.model.rows import View, rows
from pamlint.model.traffic import PieceLimitError, Traffic, merge, minus, overlap

Side = Literal["live", "code"]
VIRTUAL_NETWORK = "tag|virtualnetwork"
ADMIN = "azure_admin_rules"


@noun
class Input:
    """One side: what was understood of it, who plays what, and by an ACL's key what was not read and may hold rules of it.

    `unread` is all that was not read: an ACL that is not there may stand in it.
    """

    network: Network
    bindings: tuple[Binding, ...]
    gaps: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...] = ()


@noun
class Difference:
    """Traffic that one side lets through and the other does not, with the rules that do; `because` is why it is not sure."""

    has: Side
    direction: Direction
    rows: tuple[Row, ...]
    rules: tuple[Rule, ...]
    because: tuple[str, ...] = ()


@noun
class AclDrift:
    """One ACL on both sides, or on one. `because` says why the other side may have it all the same.

    `findings` are those of the live estate at this ACL.
    """

    live: Acl | None
    code: Acl | None
    roles: tuple[str, ...]
    differences: tuple[Difference, ...]
    because: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        return self.live is None or self.code is None or bool(self.differences)


@noun
class Drift:
    """All ACLs that drifted, and those that are the same on both sides.

    `idle` are live only and guard nothing that plays a role.
    """

    against: str
    drifted: tuple[AclDrift, ...]
    same: tuple[AclDrift, ...]
    idle: tuple[Acl, ...] = field(default=())


def compare(live: Input, code: Input, pairs: Pairs, findings: Sequence[Finding], against: str) -> Drift:
    """Hold the code against what is live, ACL by ACL."""
    comparison = _Comparison(live, code, pairs)
    there = {acl.key: acl for acl in live.network.acls if not acl.partial and acl.kind != ADMIN}
    found: list[AclDrift] = []
    paired: set[str] = set()
    for acl in code.network.acls:
        twin = there.get(comparison.names.get(acl.key, ""))
        if acl.kind == ADMIN or (twin is None and acl.partial and not acl.rules):
            continue
        paired.add(twin.key if twin is not None else "")
        found.append(comparison.of(twin, acl))
    alone = [acl for key, acl in there.items() if key not in paired]
    found += [comparison.of(acl, None) for acl in alone if comparison.roles.get(acl.key)]
    told = sorted((_with_findings(one, findings) for one in found), key=_order)
    drifted, same = (tuple(one for one in told if one.differs is differs) for differs in (True, False))
    return Drift(against, drifted, same, tuple(acl for acl in alone if not comparison.roles.get(acl.key)))


def _roles(bindings: Iterable[Binding]) -> dict[str, set[str]]:
    """The roles that ACLs guard, by the keys of the ACLs."""
    found: dict[str, set[str]] = defaultdict(set)
    for unit in (unit for binding in bindings for unit in binding.units):
        for acl in unit.acls:
            found[acl.key].update(bearing.part.role for bearing in unit.bearings)
    return found


def _order(one: AclDrift) -> tuple[bool, bool, str, str]:
    acl = one.live or one.code
    assert acl is not None
    return not one.roles, one.live is None, acl.root, acl.address


def _with_findings(one: AclDrift, findings: Iterable[Finding]) -> AclDrift:
    at = one.live
    return replace(one, findings=tuple(finding for finding in findings if at is not None and finding.acl == at.address))


class _Comparison:
    """Two sides in one table of predicates, in which the same thing has one name."""

    def __init__(self, live: Input, code: Input, pairs: Pairs) -> None:
        self._live, self._code = live, code
        ids = {foreign_key(acl.id): acl.key for acl in live.network.acls if acl.id}
        ids |= {foreign_key(one): symbol.key for symbol in live.network.symbols.values() for one in symbol.ids}
        self.names = {**ids, **{key: ids.get(foreign_key(twin.partition("|")[2]), twin) for key, twin in pairs.twins.items()}}
        self.roles = {**_roles(code.bindings), **_roles(live.bindings)}
        self._doubtful = pairs.doubtful
        self._told = {acl.key: acl.address for acl in (*live.network.acls, *code.network.acls)}
        self._told |= {group.key: group.address for group in (*live.network.groups, *code.network.groups)}
        theirs = ((self.names.get(key, key), symbol) for key, symbol in code.network.symbols.items())
        self._table = Table({**{key: replace(symbol, key=key) for key, symbol in theirs}, **live.network.symbols})

    def of(self, live: Acl | None, code: Acl | None) -> AclDrift:
        """What differs at one ACL; one that a side has not lets nothing through there."""
        roles = {role for acl in (live, code) if acl is not None for role in self.roles.get(acl.key, ())}
        live_why, code_why = self._why(live, code)
        renamed = replace(code, rules=tuple(self._renamed(rule, live) for rule in code.rules)) if code is not None else None
        differences: list[Difference] = []
        for direction in DIRECTIONS:
            differences += _differences(self._table, direction, (live, renamed), "live", code_why)
            differences += _differences(self._table, direction, (renamed, live), "code", live_why)
        because = code_why if code is None else live_why if live is None else ()
        return AclDrift(live, code, tuple(sorted(roles)), tuple(differences), because)

    def _why(self, live: Acl | None, code: Acl | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Why the live side, and why the code, may let more through than was read of it."""
        if code is None:
            may_be = [key for key, among in self._doubtful.items() if live is not None and (not among or live.key in among)]
            return (), (*self._code.unread, *(self._told[key] for key in may_be if key in self._told))
        in_code = (*code.partial, *self._code.gaps.get(code.key, ()))
        if live is not None:
            return self._live.gaps.get(live.key, ()), in_code
        return (*self._live.unread, *self._doubt(code.key)), in_code

    def _doubt(self, key: str) -> tuple[str, ...]:
        """Why nobody knows which live one something of the code is."""
        if key not in self._doubtful:
            return ()
        among = [self._told.get(other, other) for other in self._doubtful[key]]
        return tuple(among) or (f"the name of {self._told.get(key, key)}",)

    def _renamed(self, rule: Rule, live: Acl | None) -> Rule:
        return replace(rule, peers=self._peers(rule.peers, live), local=self._peers(rule.local, live))

    def _peers(self, peers: Iterable[Peer], live: Acl | None) -> tuple[Peer, ...]:
        return tuple(self._peer(peer, live) if peer.symbol else peer for peer in peers)

    def _peer(self, peer: Peer, live: Acl | None) -> Peer:
        """The peer by its live name; one of which nobody knows who it is live is an unknown value."""
        doubt = self._doubt(peer.symbol or "")
        if doubt:
            return Peer(peer.text, because=doubt)
        return replace(peer, symbol=self._name(peer.symbol or "", live))

    def _name(self, key: str, live: Acl | None) -> str:
        """The live key of what the code calls so. VirtualNetwork is what it is in this very NSG, on both sides."""
        if key.split("|")[:2] == VIRTUAL_NETWORK.split("|"):
            return _virtual_network(live) or key
        return self.names.get(key, key)


def _virtual_network(acl: Acl | None) -> str | None:
    sides = (peer for rule in (acl.rules if acl else ()) for peer in (*rule.peers, *rule.local))
    return next((peer.symbol for peer in sides if peer.symbol and peer.symbol.startswith(VIRTUAL_NETWORK)), None)


def _differences(
    table: Table, direction: Direction, sides: tuple[Acl | None, Acl | None], has: Side, why: tuple[str, ...]
) -> Iterator[Difference]:
    """What the first side lets through and the second does not: for sure, and perhaps."""
    admission = Admission(table)
    try:
        pieces = admission.pieces(sides[0], direction) if sides[0] is not None else ()
        other = admission.pieces(sides[1], direction) if sides[1] is not None else ()
        mine, theirs = merge(_all(pieces)), merge(_all(other))
        residue = settle(merge(minus(mine, theirs)), table.predicates, Purpose.OPEN)
    except PieceLimitError:
        told = next(acl.address for acl in sides if acl is not None)
        yield Difference(has, direction, (), (), (f"{told} falls into too many pieces to be compared",))
        return
    view = View(direction, table.predicates, lists=table.lists)
    for traffic, because in _parts(residue, why):
        yield Difference(has, direction, rows(traffic, view), tuple(_bringing(pieces, traffic)), because)


def _parts(residue: Settled, why: tuple[str, ...]) -> Iterator[tuple[Traffic, tuple[str, ...]]]:
    """What is sure of a residue, and what is not, with the reasons; nothing is where the other side was not read in full."""
    if why:
        traffic, because = (*residue.proved, *residue.unproven), tuple(sorted({*why, *residue.because}))
        if traffic:
            yield traffic, because
        return
    if residue.proved:
        yield residue.proved, ()
    if residue.unproven:
        yield residue.unproven, residue.because or ("an unknown value",)


def _all(pieces: Iterable[Piece]) -> Traffic:
    return tuple(cube for piece in pieces for cube in piece.traffic)


def _bringing(pieces: Iterable[Piece], traffic: Traffic) -> Iterator[Rule]:
    """The rules that let some of the traffic through."""
    for piece in pieces:
        if overlap(piece.traffic, traffic):
            yield piece.rule
