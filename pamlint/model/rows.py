"""Traffic as people read it: the fewest rows that are exactly it, and one packet of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from pamlint.model.addresses import ANY, IPV4, IPV6, PUBLIC, cidr_blocks, format_address, format_ranges, parse_cidrs
from pamlint.model.certainty import Predicate, Predicates
from pamlint.model.finding import Direction, Row, Witness
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, normal, size, subtract, union
from pamlint.model.services import ICMP, ICMP_LINES, NAMES
from pamlint.model.traffic import (
    ALL_PORTS,
    ALL_PROTOCOLS,
    DESTINATION,
    DESTINATION_PORT,
    PROTOCOL,
    SIDES,
    SOURCE,
    SOURCE_PORT,
    Cube,
    Guard,
    PieceLimitError,
    Traffic,
    merge,
    minus,
)

WITH_PORTS: Ranges = ((6, 6), (17, 17))
SPOKEN: Mapping[Ranges, Ranges] = {((number, number),): line for number, line in ICMP_LINES.items()}
"""ICMP and ICMPv6, each with the addresses between which it goes."""
FEW = 4
"""So many networks are told as they are, without looking for something shorter."""
EVERYWHERE = frozenset(text for line in (ANY, IPV4, IPV6) for text in format_ranges(line))
HULL_LIMIT = 64
"""More cubes than these are printed as they are; looking for exceptions would cost more than it saves."""


class View(NamedTuple):
    """From where traffic is told: the direction at an ACL, what stands behind it, and how that is called.

    `lists` have names, by which many addresses are told in one word.
    """

    direction: Direction
    predicates: Predicates
    behind: Ranges = ANY
    local_name: str = "any"
    lists: Mapping[str, Ranges] = MappingProxyType({})

    @property
    def peer_side(self) -> int:
        """The side of a five-tuple that is the far one."""
        return SOURCE if self.direction == "ingress" else DESTINATION

    @property
    def local_side(self) -> int:
        """The side of a five-tuple that is the near one."""
        return DESTINATION if self.direction == "ingress" else SOURCE

    @property
    def order(self) -> tuple[int, ...]:
        """The sides in the order in which rows are merged, the same for both directions."""
        return self.peer_side, self.local_side, DESTINATION_PORT, SOURCE_PORT, PROTOCOL


def rows(traffic: Iterable[Cube], view: View) -> tuple[Row, ...]:
    """The traffic in rows, sorted; rows that differ in their peers alone are one."""
    by_guard: dict[Guard, list[Cube]] = defaultdict(list)
    for cube in merge(traffic, view.order):
        by_guard[cube.guard].append(cube)
    found = [row for guard, cubes in by_guard.items() for row in _shortest(tuple(cubes), guard, view)]
    return join(found)


def _shortest(cubes: Traffic, guard: Guard, view: View) -> list[Row]:
    """The cubes one by one, or the box around them less its exceptions, whichever is shorter."""
    plain = [row for cube in cubes for row in _cube_rows(cube, view)]
    if len(cubes) < 2 or len(cubes) > HULL_LIMIT:
        return plain
    hull = Cube(tuple(normal(pair for cube in cubes for pair in cube.sides[side]) for side in SIDES), guard)
    try:
        holes = merge(minus((hull,), cubes, view.order[::-1]), view.order)
    except PieceLimitError:
        return plain
    boxes = _cube_rows(hull, view)
    exceptions = [row for hole in holes for row in _hole_rows(hole, hull, view, boxes[0])]
    if len(boxes) != 1 or any(row.exceptions for row in exceptions):
        return plain
    saved = len(plain) - 1 - len(exceptions)
    if saved < 0 or (saved == 0 and boxes[0].protocol != "any"):
        return plain
    return [replace(boxes[0], exceptions=join([*boxes[0].exceptions, *exceptions]))]


def _hole_rows(hole: Cube, hull: Cube, view: View, box: Row) -> list[Row]:
    """What is not among the traffic, with peers that are told as the box tells them where they are the same."""
    found = _cube_rows(hole.bare, view)
    return [replace(row, peers=box.peers) for row in found] if hole.sides[view.peer_side] == hull.sides[view.peer_side] else found


def join(found: Iterable[Row]) -> tuple[Row, ...]:
    """The rows, sorted, with those that differ in their peers alone made one, and without those that others hold in full."""
    alike: dict[tuple[object, ...], tuple[Row, dict[str, None]]] = {}
    for row in found:
        key = (row.protocol, row.ports, row.icmp, row.local, row.source_ports, row.exceptions)
        alike.setdefault(key, (row, {}))[1].update(dict.fromkeys(row.peers))
    joined = [
        replace(row, peers=("any",) if "any" in names and not row.exceptions else tuple(names)) for row, names in alike.values()
    ]
    full = {replace(row, peers=()): row.peers for row in joined if not row.exceptions}
    return tuple(sorted((row for row in joined if not _is_held(row, full)), key=_order))


def _is_held(row: Row, full: Mapping[Row, tuple[str, ...]]) -> bool:
    """Whether a row with exceptions is told without them besides."""
    return bool(row.exceptions) and {*row.peers} <= {*full.get(replace(row, peers=(), exceptions=()), ())}


def _order(row: Row) -> tuple[object, ...]:
    return (row.protocol, row.ports or "", row.icmp or "", row.peers, row.local, row.source_ports or "", len(row.exceptions))


def _cube_rows(cube: Cube, view: View) -> list[Row]:
    peers, peer_exceptions = _side_names(cube, view.peer_side, ANY, view)
    local, local_exceptions = _side_names(cube, view.local_side, view.behind, view)
    out = []
    for protocol, ports, icmp, source_ports in _services(
        cube.sides[PROTOCOL], cube.sides[DESTINATION_PORT], cube.sides[SOURCE_PORT]
    ):
        row = Row(protocol, ports, icmp, peers, local, source_ports)
        if not peer_exceptions and not local_exceptions:
            out.append(row)
            continue
        exceptions = [replace(row, peers=names) for names in peer_exceptions] + [
            replace(row, local=names) for names in local_exceptions
        ]
        out.append(replace(row, exceptions=join(exceptions)))
    return out


def _side_names(cube: Cube, side: int, whole: Ranges, view: View) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """What stands on an address side, and what of that does not."""
    named = [(view.predicates[name], sign) for name, sign in sorted(cube.guard)]
    literals = [(predicate, sign) for predicate, sign in named if predicate.side == side]
    members = [predicate for predicate, sign in literals if sign and predicate.kind != "set"]
    exceptions: list[tuple[str, ...]] = [
        (predicate.text,) for predicate, sign in literals if not sign and predicate.kind != "set"
    ]
    addresses = cube.sides[side]
    if members:
        spoken = SPOKEN.get(cube.sides[PROTOCOL], ANY)
        names, apart = _member_names(members, intersect(addresses, spoken), intersect(whole, spoken))
        return names, [each for each in exceptions if each != names] + apart  # two values may be told by one name
    names, outside_names = (("any",), ()) if holds(addresses, whole) else _address_names(addresses, whole, view.lists)
    if outside_names:
        exceptions.append(outside_names)
    unknown = [predicate.text for predicate, sign in literals if sign and predicate.kind == "set"]
    if unknown and side == view.peer_side:
        names = tuple(dict.fromkeys(unknown[0] if name in EVERYWHERE else name for name in names))
    return names, exceptions


def _member_names(members: list[Predicate], addresses: Ranges, whole: Ranges) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The members of something, less those that stand elsewhere; of several things that they are in, the narrowest that is
    not known to hold all of these addresses.

    A group is told whole where none of its known members stands elsewhere and only a few networks are taken away; so is a value
    that is unknown altogether. Where most is taken away, the addresses say more than the name.
    """
    telling = [member for member in members if not holds(member.at_least, addresses)] or members
    first = min(telling, key=lambda member: (size(intersect(member.at_most, whole)), member.kind, member.text))
    most = intersect(first.at_most, whole)
    inside, outside = format_ranges(addresses), _fewest(subtract(most, addresses), whole)
    is_whole = first.kind == "group" and len(outside) <= len(inside) and holds(addresses, first.at_least)
    if is_whole or not outside or (first.kind == "unknown" and len(outside) > FEW):
        return (first.text,), []
    if holds(first.at_least, addresses):
        return inside, []
    return (first.text,), [outside]


def _fewest(addresses: Ranges, whole: Ranges) -> tuple[str, ...]:
    """The addresses as networks, or as the Internet with those beside it, whichever is shorter."""
    direct, public = format_ranges(addresses), intersect(PUBLIC, whole)
    if len(direct) <= FEW or not public or not holds(addresses, public):
        return direct
    return min(direct, ("Internet", *format_ranges(subtract(addresses, public))), key=len)


def _address_names(addresses: Ranges, whole: Ranges, lists: Mapping[str, Ranges]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses as networks, or as something that holds them less what is not among them, whichever is shortest."""
    direct = format_ranges(addresses)
    if len(direct) <= FEW:
        return direct, ()
    hull = normal(pair for family in (IPV4, IPV6) for pair in _cover(intersect(addresses, family)))
    around = ("any",) if hull == whole else format_ranges(hull)
    ways = [(direct, ()), (around, format_ranges(subtract(hull, addresses)))]
    public = intersect(PUBLIC, whole)
    if intersect(addresses, public):
        beside = format_ranges(subtract(addresses, public))
        ways.append((("Internet", *beside), format_ranges(subtract(public, addresses))))
    ways.append(_list_names(addresses, lists))
    return min(ways, key=lambda way: len(way[0]) + len(way[1]))


def _list_names(addresses: Ranges, lists: Mapping[str, Ranges]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lists of which most is among the addresses, the largest first, with what is besides; and what of them is not."""
    names: list[str] = []
    covered: Ranges = EMPTY
    for text, members in sorted(lists.items(), key=lambda item: (-len(item[1]), item[0])):
        inside = intersect(members, addresses)
        if 2 * len(inside) > len(members) and not holds(covered, inside):
            names.append(text)
            covered = union(covered, members)
    beside = subtract(covered, addresses)
    for line in (IPV4, IPV6):
        if intersect(beside, line) and not intersect(addresses, line):
            beside = union(beside, line)
    return (*names, *format_ranges(subtract(addresses, covered))), format_ranges(beside)


def peer_text(name: str) -> str:
    """A peer of a row in words."""
    return "networks that are not known" if _NETWORKS.fullmatch(name) else name


_NETWORKS = re.compile(r"roles\.[^.]+\.cidrs")
"""What stands for the networks of a role where nobody knows them."""


def within(apart: Sequence[str]) -> tuple[str, ...]:
    """The few networks that are left where nearly all addresses are taken away; none where that is no shorter."""
    try:
        left = format_ranges(subtract(ANY, parse_cidrs(apart)))
    except ValueError:
        return ()
    return left if len(left) < min(len(apart), FEW) else ()


def _cover(addresses: Ranges) -> Ranges:
    """The smallest single CIDR around addresses of one family."""
    if not addresses:
        return EMPTY
    base, last = (0, 32) if addresses[0][0] <= IPV4[0][1] else (IPV6[0][0], 128)
    low, high = addresses[0][0] - base, addresses[-1][1] - base
    bits = min((low ^ high).bit_length(), last)
    start = (low >> bits) << bits
    return ((start + base, start + base + (1 << bits) - 1),)


@lru_cache(maxsize=256)
def _services(protocols: Ranges, ports: Ranges, sources: Ranges) -> list[tuple[str, str | None, str | None, str | None]]:
    """Protocol, ports, ICMP types and source ports of a cube, in the fewest combinations."""
    named = union(WITH_PORTS, ICMP)
    if ports == ALL_PORTS and sources == ALL_PORTS and not holds(named, protocols):
        return [("any" if protocols == ALL_PROTOCOLS else format_numbers(protocols), None, None, None)]
    out: list[tuple[str, str | None, str | None, str | None]] = []
    for number in (6, 17):
        if intersect(protocols, ((number, number),)):
            out.append((NAMES[number], _numbers_or_all(ports), None, _numbers_or_all(sources)))
    for number in (1, 58):
        if intersect(protocols, ((number, number),)):
            out.append((NAMES[number], None, format_icmp(ports), None))
    if others := subtract(protocols, named):
        out.append((format_numbers(others), _numbers_or_all(ports), None, _numbers_or_all(sources)))
    return out


def _numbers_or_all(numbers: Ranges) -> str | None:
    return None if numbers == ALL_PORTS else format_numbers(numbers)


def format_numbers(numbers: Ranges) -> str:
    """`1-21,23` for ranges of ports or protocol numbers."""
    return ",".join(_run(low, high) for low, high in numbers)


def format_icmp(codes: Ranges) -> str | None:
    """`8,3/4,3/6-255` for ICMP types and codes held as type * 256 + code; None for all."""
    if codes == ALL_PORTS:
        return None
    out = []
    for low, high in codes:
        (first, start), (last, end) = divmod(low, 256), divmod(high, 256)
        if first == last and (start, end) != (0, 255):
            out.append(f"{first}/{_run(start, end)}")
            continue
        if start:
            out.append(f"{first}/{_run(start, 255)}")
        whole = (first + bool(start), last - (end < 255))
        if whole[0] <= whole[1]:
            out.append(_run(*whole))
        if end < 255:
            out.append(f"{last}/{_run(0, end)}")
    return ",".join(out)


def _run(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def witness(traffic: Traffic, view: View) -> Witness | None:
    """One packet of the traffic: the plainest one, from the first cube whose ends can talk to each other, else from the first."""
    cubes = sorted(traffic, key=lambda piece: (len(piece.guard), piece.sides))
    found = ((cube, ends) for apart in (False, True) for cube in cubes if (ends := _ends(cube, view, apart)) is not None)
    cube, ends = next(found, (None, ("", "")))
    return None if cube is None else _packet(cube, *(ends if view.direction == "ingress" else ends[::-1]))


def _packet(cube: Cube, source: str, destination: str) -> Witness:
    number, ports = _protocol(cube), cube.sides[DESTINATION_PORT]
    has_ports = number in (6, 17)
    return Witness(
        NAMES.get(number, str(number)),
        source,
        _source_port(cube.sides[SOURCE_PORT]) if has_ports else None,
        destination,
        _plain(ports, 1) if has_ports else None,
        f"{ports[0][0] // 256}/{ports[0][0] % 256}" if number in (1, 58) else None,
    )


def _protocol(cube: Cube) -> int:
    """The protocol that is best known."""
    known = (number for number in (6, 17, 1, 58) if intersect(cube.sides[PROTOCOL], ((number, number),)))
    return next(known, cube.sides[PROTOCOL][0][0])


def _ends(cube: Cube, view: View, apart: bool) -> tuple[str, str] | None:
    """The peer's end and the local one, of one address family; None if they have none in common and may not stand `apart`.

    IPv4 comes first, but for ICMPv6; a symbol stands for the peer where no member of it is known, and the ACL's name for a
    local end that is not known, or of which no address is of the peer's family.
    """
    members = _members(cube, view.peer_side, view.predicates)
    everywhere = cube.sides[view.peer_side]
    known = everywhere
    for predicate in members:
        known = intersect(known, predicate.at_least)
    lines = (IPV6, IPV4) if _protocol(cube) == 58 else (IPV4, IPV6)
    for peers, line in ((peers, line) for peers in (known, everywhere) for line in lines):
        found, local = intersect(peers, line), intersect(cube.sides[view.local_side], intersect(view.behind, line))
        if found and (local or apart):
            plain = format_address(_inner(intersect(found, PUBLIC) or found))
            named = local in (EMPTY, IPV4, IPV6) or _members(cube, view.local_side, view.predicates)
            return plain if peers is known else members[0].text, view.local_name if named else format_address(_inner(local))
    return None


def _members(cube: Cube, side: int, predicates: Predicates) -> list[Predicate]:
    """What a side must be a member of."""
    named = (predicates[name] for name, sign in sorted(cube.guard) if sign)
    return [predicate for predicate in named if predicate.side == side and predicate.kind != "set"]


def _inner(addresses: Ranges) -> int:
    """An address that a machine can have: not the first of its block where there are others."""
    start, length = cidr_blocks(addresses)[0]
    return start + (1 if length < (31 if start <= IPV4[0][1] else 127) else 0)


def _source_port(ports: Ranges) -> int:
    return _plain(ports, 49152) if intersect(ports, ((49152, 65535),)) else _plain(ports, 1024)


def _plain(ports: Ranges, wanted: int) -> int:
    """The lowest port at or above the wanted one, else the lowest."""
    above = intersect(ports, ((wanted, 65535),))
    return (above or ports)[0][0]
