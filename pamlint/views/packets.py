"""Whether a rule matches one packet: for sure, perhaps, or not; and on what that hangs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from pamlint.judging.cubes import Table
from pamlint.model.acl import Acl, Rule
from pamlint.model.addresses import IPV4
from pamlint.model.certainty import Predicate
from pamlint.model.noun import noun, replace
from pamlint.model.ranges import Ranges, holds, intersect
from pamlint.model.services import ECHO, PORT_PROTOCOLS
from pamlint.model.traffic import DESTINATION, DESTINATION_PORT, PROTOCOL, SOURCE, SOURCE_PORT, Cube, Traffic


@noun
class Place:
    """One end of a packet as rules see it: where it stands and the keys of what it wears.

    It stands at every one of the addresses if it is `placed`, else at one of them. `seen` says that what it wears is known;
    `symbolic`, that it is any member of something; `faceless`, that nobody is known behind its ACL, who may wear anything. What
    it wears perhaps stands in `perhaps`, with the references that decide, and not in `wears`.
    """

    text: str
    addresses: Ranges
    wears: frozenset[str] = frozenset()
    placed: bool = True
    seen: bool = False
    symbolic: bool = False
    faceless: bool = False
    perhaps: tuple[tuple[str, tuple[str, ...]], ...] = ()


@noun
class Packet:
    """One packet. Ports are single ones, or all of them where nobody says which; for ICMP they hold type * 256 + code."""

    protocol: int
    source: Place
    source_ports: Ranges
    destination: Place
    ports: Ranges

    def answer(self) -> Packet | None:
        """The packet that comes back; None where the protocol has no such thing."""
        back = replace(self, source=self.destination, destination=self.source)
        if holds(PORT_PROTOCOLS, ((self.protocol, self.protocol),)):
            return replace(back, source_ports=self.ports, ports=self.source_ports)
        kind = ECHO.get((self.protocol, self.ports[0][0] >> 8))
        return None if kind is None else replace(back, ports=((kind << 8, kind << 8),))


class Truth(IntEnum):
    """How sure a match is."""

    NO = 0
    MAYBE = 1
    YES = 2


class Match(NamedTuple):
    """Whether something matches. References decide a MAYBE; with a NO they are what alone is taken not to be so."""

    truth: Truth
    because: tuple[str, ...] = ()


YES, NO = Match(Truth.YES), Match(Truth.NO)


def match(acl: Acl, rule: Rule, packet: Packet, table: Table) -> Match:
    """Whether a rule of an ACL matches the packet."""
    found = [_cube(cube, packet, table, rule.action == "deny") for cube in table.rule(acl, rule)]
    truth = max((each.truth for each in found), default=Truth.NO)
    return YES if truth is Truth.YES else Match(truth, _references(each for each in found if each.truth is truth))


def concerning(cubes: Traffic, packet: Packet) -> Traffic:
    """The cubes whose services the packet may have."""
    return tuple(cube for cube in cubes if all(intersect(cube.sides[side], line) for side, line in _numbers(packet)))


def _numbers(packet: Packet) -> tuple[tuple[int, Ranges], ...]:
    protocol = ((packet.protocol, packet.protocol),)
    return (PROTOCOL, protocol), (SOURCE_PORT, packet.source_ports), (DESTINATION_PORT, packet.ports)


def _cube(cube: Cube, packet: Packet, table: Table, deny: bool) -> Match:
    """Every side of a cube must match, and everything that its guard names must be so."""
    named = {table.predicates[name].side: (name, table.predicates[name]) for name, _ in cube.guard}
    parts = [_within(cube.sides[side], line, "the port") for side, line in _numbers(packet)]
    for side, place in ((SOURCE, packet.source), (DESTINATION, packet.destination)):
        name, predicate = named.pop(side, ("", None))
        if predicate is None:
            parts.append(_standing(cube.sides[side], place, deny))
        else:
            parts.append(_member(name.removeprefix(f"{side}:"), predicate, place, deny))
    parts += [Match(Truth.MAYBE, predicate.because) for _, predicate in named.values()]
    return _all(parts)


def _all(parts: Iterable[Match]) -> Match:
    """Whether all of them hold."""
    parts = list(parts)
    truth = min(part.truth for part in parts)
    if truth is Truth.NO and any(part == NO for part in parts):
        return NO
    return Match(truth, _references(part for part in parts if part.truth is truth))


def _references(parts: Iterable[Match]) -> tuple[str, ...]:
    return tuple(sorted({reference for part in parts for reference in part.because}))


def _within(line: Ranges, numbers: Ranges, what: str) -> Match:
    """Whether one of the numbers, whichever it is, lies in the line."""
    if holds(line, numbers):
        return YES
    return Match(Truth.MAYBE, (what,)) if intersect(line, numbers) else NO


def _standing(line: Ranges, place: Place, deny: bool) -> Match:
    """Whether somebody stands in the line; of a symbol a member is meant whom no deny of single networks reaches."""
    found = _within(line, _meant(place, deny), f"the address of {place.text}")
    return Match(Truth.NO, found.because) if found.truth is Truth.MAYBE and deny and place.symbolic else found


def _meant(place: Place, deny: bool) -> Ranges:
    """The addresses that have to match; members that are symbols alone count as IPv4, and no deny of IPv4 reaches them all."""
    return place.addresses if deny or not place.symbolic else intersect(place.addresses, IPV4) or place.addresses


def _member(key: str, predicate: Predicate, place: Place, deny: bool) -> Match:
    """Whether somebody is a member of what a rule names, or has the address that it does not tell."""
    if key in place.wears:
        return YES
    doubt = next((because for worn, because in place.perhaps if worn == key), ())
    if doubt:
        return Match(Truth.MAYBE, doubt)
    addresses = _meant(place, deny)
    if not intersect(predicate.at_most, addresses):
        return NO
    if predicate.kind == "unknown":
        return Match(Truth.MAYBE, predicate.because)
    known = _within(predicate.at_least, addresses, f"the address of {place.text}")
    if known.truth is not Truth.NO:
        return known
    if predicate.kind != "group":
        return Match(Truth.MAYBE, predicate.because)
    perhaps = place.faceless or (deny and not place.seen and not place.symbolic)
    return Match(Truth.MAYBE if perhaps and intersect(predicate.reach, addresses) else Truth.NO, predicate.because)
