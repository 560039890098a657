"""Rules, services and peers as cubes, with the predicates that their guards name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from pamlint.model.acl import Acl, Extent, Peer, Rule, Symbol, SymbolKind, tag_symbol
from pamlint.model.addresses import ANY, IPV4, IPV6
from pamlint.model.certainty import Predicate
from pamlint.model.finding import Direction
from pamlint.model.identity import is_read
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, normal, subtract, union
from pamlint.model.service_tags import NO_TAGS, ServiceTags
from pamlint.model.services import ICMP, ICMP_LINES, PORT_PROTOCOLS, Service
from pamlint.model.traffic import ALL_PORTS, DESTINATION, DESTINATION_PORT, PROTOCOL, SOURCE, SOURCE_PORT, Cube, Traffic

CLIENT_PORTS: Ranges = ((1024, 65535),)
"""The source ports that a required flow comes from."""

SERVICE_FIRST: dict[Direction, tuple[int, ...]] = {
    "ingress": (PROTOCOL, DESTINATION_PORT, SOURCE_PORT, DESTINATION, SOURCE),
    "egress": (PROTOCOL, DESTINATION_PORT, SOURCE_PORT, SOURCE, DESTINATION),
}
"""The peers last: what is left of them for a service is told together, so that it can be held against where they stand."""

Option = tuple[Ranges, tuple[tuple[str, bool], ...]]
"""One possibility for a side: its numbers, and the literals under which it holds."""


def sides(direction: Direction) -> tuple[int, int]:
    """The peer's side of a five-tuple and the local one."""
    return (SOURCE, DESTINATION) if direction == "ingress" else (DESTINATION, SOURCE)


class Table:
    """The predicates of one estate, made as rules and roles are compiled.

    `lists` are service tags and prefix lists whose members are known exactly: their names are told, and addresses meant.
    """

    def __init__(self, symbols: Mapping[str, Symbol], tags: ServiceTags = NO_TAGS) -> None:
        self.symbols = symbols
        self.predicates: dict[str, Predicate] = {}
        self.lists: dict[str, Ranges] = {}
        self._tags = tags
        self._strangers: dict[str, Symbol] = {}
        self._inside: dict[str, list[str]] = {}
        self._rules: dict[tuple[str, str, Direction, str, int | None], Traffic] = {}
        self._absent: dict[str, list[tuple[tuple[str, bool], ...]]] = {}
        self._sets: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}

    def symbol(self, key: str, side: int, kind: SymbolKind = "group") -> Option:
        """A symbol on a side: plain addresses where its members are known, else a predicate; `kind` is that of a stranger."""
        symbol = self.symbols.get(key) or self._stranger(key, kind)
        if symbol.settled:
            if symbol.kind in ("tag", "prefix-list"):
                self.lists[symbol.text] = symbol.at_least
            return symbol.at_least, ()
        name = f"{side}:{key}"
        if name not in self.predicates:
            self.predicates[name] = Predicate(
                "group" if symbol.kind in ("group", "asg") else "list",
                side,
                symbol.text,
                symbol.at_least,
                symbol.at_most,
                symbol.because or (symbol.text,),
                unread=symbol.kind == "prefix-list" and (is_read(symbol.key) or bool(symbol.because)),
            )
        return symbol.at_most, ((name, True),)

    def members_in(self, subnet: str, side: int) -> list[Option]:
        """The groups whose members stand in one subnet, by its key, on a side."""
        if not self._inside:
            self._inside[""] = []
            for key, symbol in self.symbols.items():
                self._inside.setdefault(symbol.inside, []).append(key)
        return [self.symbol(key, side) for key in self._inside.get(subnet, ()) if subnet]

    def _stranger(self, key: str, kind: SymbolKind) -> Symbol:
        """A symbol that no rule of the estate names."""
        if key not in self._strangers:
            name = key.partition("|")[2]
            self._strangers[key] = tag_symbol(name, self._tags) if key.startswith("tag|") else Symbol(key, kind, name)
        return self._strangers[key]

    def unknown(
        self, place: str, side: int | None, at_most: Ranges, text: str, because: tuple[str, ...], members: bool = False
    ) -> tuple[str, bool]:
        """A value that is not known, at one place of use.

        Its name sorts behind those of symbols, so that a difference is cut beside symbols first: that part hangs on nothing else.
        """
        name = f"?{place}"
        self.predicates.setdefault(name, Predicate("unknown", side, text, EMPTY, at_most, because, (), members))
        return name, True

    def pool(self, place: str, shares: tuple[tuple[Cube, tuple[str, ...]], ...]) -> tuple[str, bool]:
        """Whether any of several things hold that are not known, each about its own share of the traffic."""
        name = f"?{place}"
        self.predicates[name] = Predicate("unknown", None, place, EMPTY, ANY, (), shares)
        return name, True

    def some_set(self, place: str, side: int, at_most: Ranges, because: tuple[str, ...]) -> tuple[str, bool]:
        """Addresses that exist and are not known: a role's networks, what stands behind an ACL."""
        self.predicates.setdefault(place, Predicate("set", side, because[0], EMPTY, at_most, because))
        return place, True

    def standing(self, acl: Acl, key: str = "") -> tuple[tuple[str, bool], ...]:
        """The literals that say that an ACL stands in a chain where it does perhaps, or another of those of which one does."""
        if not acl.one_of:
            return (self.unknown(f"{acl.place}/stands", None, ANY, acl.address, acl.loose),) if acl.loose else ()
        place = acl.one_of.index(key or acl.key)
        return tuple((name, number == place) for number, name in enumerate(self.choosing(acl)[: place + 1]))

    def choosing(self, acl: Acl) -> tuple[str, ...]:
        """The predicates that say which of several lists stands: the first for the first of them, and so on but the last."""
        which = (acl.one_of, acl.loose)
        if which not in self._sets:
            names = (f"one of set {len(self._sets)}/{number:06}" for number in range(len(acl.one_of) - 1))
            self._sets[which] = tuple(self.unknown(name, None, ANY, acl.address, acl.loose)[0] for name in names)
        return self._sets[which]

    def absent(self, acl: Acl) -> list[tuple[tuple[str, bool], ...]]:
        """In which cases an ACL that stands in a chain perhaps does not: in each of them these literals hold."""
        if acl.one_of:
            if acl.place not in self._absent:
                self._absent[acl.place] = [self.standing(acl, other) for other in acl.one_of if other != acl.key]
            return self._absent[acl.place]
        return [(self.unknown(f"{acl.place}/untied", None, ANY, acl.address, acl.loose),)] if acl.loose else []

    def rule(self, acl: Acl, rule: Rule) -> Traffic:
        """The traffic that a rule matches."""
        key = (acl.place, rule.name, rule.direction, rule.action, rule.priority)
        if key not in self._rules:
            self._rules[key] = self._compile(acl, rule)
        return self._rules[key]

    def where_there(self, acl: Acl, rule: Rule) -> Traffic:
        """The traffic that a rule matches if it exists."""
        return self._compile(acl, replace(rule, possible=())) if rule.possible else self.rule(acl, rule)

    def _compile(self, acl: Acl, rule: Rule) -> Traffic:
        place = f"{acl.place}/{rule.name}/{rule.direction}/{rule.action}/{rule.priority}"
        exists = [self.unknown(f"{place}/exists", None, ANY, rule.name, rule.possible)] if rule.possible else []
        exists += self.standing(acl) if acl.one_of and not acl.ordered else ()
        peer_side, local_side = sides(rule.direction)
        options = {
            side: list(self._extent(extent, side, place))
            for side, extent in ((PROTOCOL, rule.protocols), (DESTINATION_PORT, rule.ports), (SOURCE_PORT, rule.source_ports))
        }
        for side, peers in ((peer_side, rule.peers), (local_side, tuple(self._near(rule.local)))):
            options[side] = list(self._addresses(peers, side, place, rule.action == "deny"))
        found = tuple(cube(options_of, exists) for options_of in product(*(options[side] for side in range(5))))
        return tuple(self.on_one(each, peer_side) for each in found) if rule.action == "deny" else found

    def on_one(self, taken: Cube, peer_side: int) -> Cube:
        """The cube of a deny, or of what perhaps is admitted, under one unknown in place of several: all of them must hold.

        What is left beneath it is cut once for each predicate, and so again and again beneath a list of them.
        """
        names = sorted(name for name, _ in taken.guard if self.predicates[name].kind == "unknown")
        if len(names) < 2:
            return taken
        several = [self.predicates[name] for name in names]
        shown = next((predicate for predicate in several if predicate.side == peer_side), several[0])
        because = dict.fromkeys(reference for predicate in several for reference in predicate.because)
        together = self.unknown("&".join(names), shown.side, shown.at_most, shown.text, tuple(because), shown.members)
        return Cube(taken.sides, taken.guard - {(name, True) for name in names} | {together})

    def _extent(self, extent: Extent, side: int, place: str) -> Iterable[Option]:
        if extent.known:
            yield extent.known, ()
        if extent.because:
            text = ", ".join(extent.because)
            yield extent.perhaps, (self.unknown(f"{place}/{side}", side, extent.perhaps, text, extent.because),)

    def _near(self, local: Iterable[Peer]) -> Iterator[Peer]:
        """The near side of a rule: whether what stands there is in a list is a question, but for the members that are known."""
        for peer in local:
            symbol = self.symbols.get(peer.symbol or "")
            if symbol is None or symbol.settled or symbol.kind not in ("tag", "prefix-list"):
                yield peer
            else:
                yield Peer(symbol.text, symbol.at_least)
                yield Peer(symbol.text, because=(symbol.text,), at_most=symbol.at_most)

    def _addresses(self, peers: Iterable[Peer], side: int, place: str, surely: bool) -> Iterable[Option]:
        """The possibilities for a side; `surely` tells the known members of symbols by their addresses as well."""
        known: Ranges = EMPTY
        for position, peer in enumerate(peers):
            if peer.symbol is not None:
                line, literals = self.symbol(peer.symbol, side)
                if literals:
                    yield line, literals
                    line = self.symbols[peer.symbol].at_least if surely and peer.symbol in self.symbols else EMPTY
                known = union(known, line)
            elif peer.because:
                literal = self.unknown(f"{place}/{side}/{position}", side, peer.at_most, peer.text, peer.because, peer.members)
                yield peer.at_most, (literal,)
            else:
                known = union(known, peer.addresses)
        if known:
            yield known, ()


def spoken(traffic: Iterable[Cube], peer_side: int) -> Traffic:
    """The traffic without what is ICMP of one family where an end has none of its addresses: no packet is that.

    Whoever is told by a name, and may stand in either, is meant at his IPv4 addresses by ICMP.
    """
    out = []
    for each in traffic:
        if holds(ICMP, each.sides[PROTOCOL]):
            ends = each.sides[SOURCE], each.sides[DESTINATION]
            spoken_here = (number for number, line in ICMP_LINES.items() if all(intersect(end, line) for end in ends))
            possible = each.within(PROTOCOL, normal((number, number) for number in spoken_here))
            if possible is not None and possible.guard and possible.sides[PROTOCOL] == ((1, 1),):
                possible = possible.within(peer_side, IPV4)
            out += [possible] if possible is not None else []
        else:
            out.append(each)
    return tuple(out)


def cube(options: Iterable[Option], literals: Iterable[tuple[str, bool]] = ()) -> Cube:
    """One cube of five options, in the order of the five-tuple."""
    chosen = list(options)
    guard = frozenset(literal for _, found in chosen for literal in found) | frozenset(literals)
    return Cube(tuple(line for line, _ in chosen), guard)


def service_sides(services: Iterable[Service], source_ports: Ranges) -> list[tuple[Ranges, Ranges, Ranges, Ranges]]:
    """Protocols, source ports, ports and address line of services; only protocols that have ports keep their source ports."""
    found = []
    for service in services:
        with_ports = intersect(service.protocols, PORT_PROTOCOLS)
        without = subtract(service.protocols, PORT_PROTOCOLS)
        line = IPV4 if service.family == "ipv4" else IPV6 if service.family == "ipv6" else ANY
        if with_ports:
            found.append((with_ports, source_ports, service.ports, line))
        if without:
            found.append((without, ALL_PORTS, service.ports, line))
    return found


def traffic(
    services: Iterable[tuple[Ranges, Ranges, Ranges, Ranges]],
    peers: Iterable[Option],
    local: Iterable[Option],
    direction: Direction,
    within: Ranges = ANY,
) -> Traffic:
    """Every service between every peer and every local, where the peer's addresses lie within a line of families."""
    out = []
    peers, local = list(peers), list(local)
    for protocols, source_ports, ports, _ in services:
        for peer, near in product(peers, local):
            line = intersect(peer[0], within)
            if not line:
                continue
            far: Option = (line, peer[1])
            source, destination = (far, near) if direction == "ingress" else (near, far)
            out.append(cube(((protocols, ()), source, (source_ports, ()), destination, (ports, ()))))
    return tuple(out)
