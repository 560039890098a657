"""Rows and witnesses, against an evaluator of rows that knows nothing of how they are made."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from itertools import product
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pamlint.model.addresses import ANY, IPV4, IPV6, LAST, PUBLIC, V6_START, format_address, parse_cidr, parse_cidrs
from pamlint.model.certainty import Predicate
from pamlint.model.finding import Direction, Row, Witness
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges, intersect, normal, subtract
from pamlint.model.rows import View, format_icmp, format_numbers, join, rows, witness
from pamlint.model.traffic import (
    ALL_PORTS,
    ALL_PROTOCOLS,
    DESTINATION,
    DESTINATION_PORT,
    PROTOCOL,
    SOURCE,
    SOURCE_PORT,
    Cube,
    Traffic,
)

Packet = tuple[int, int, int, int, int]
NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
EXAMPLES = settings(max_examples=60, deadline=None)

# The evaluator


def within(text: str, number: int) -> bool:
    """Whether a number is among `1-21,23`."""
    return any(int(low) <= number <= int(high or low) for low, _, high in (part.partition("-") for part in text.split(",")))


def within_icmp(text: str, number: int) -> bool:
    """Whether a type and code are among `8,3/4-6,11-12`."""
    kind, code = divmod(number, 256)
    for part in text.split(","):
        if "/" in part:
            first, _, codes = part.partition("/")
            if first == str(kind) and within(codes, code):
                return True
        elif within(part, kind):
            return True
    return False


def stands_for(name: str, place: int, symbols: Mapping[str, Ranges], whole: Ranges) -> bool:
    """Whether an address is what a name on an address side says."""
    if name in symbols:
        return any(low <= place <= high for low, high in symbols[name])
    if name == "any":
        return any(low <= place <= high for low, high in whole)
    if name == "Internet":
        return any(low <= place <= high for low, high in PUBLIC)
    network = ipaddress.ip_network(name)
    address = ipaddress.ip_address(place) if place < V6_START else ipaddress.IPv6Address(place - V6_START)
    return address in network


def row_holds(row: Row, packet: Packet, view: View, symbols: Mapping[str, Ranges]) -> bool:
    """Whether a packet is in a row, less its exceptions."""
    protocol, source, source_port, destination, port = packet
    peer, local = (source, destination) if view.direction == "ingress" else (destination, source)
    number = NUMBERS.get(row.protocol)
    return (
        (row.protocol == "any" or (number == protocol if number is not None else within(row.protocol, protocol)))
        and (row.ports is None or within(row.ports, port))
        and (row.icmp is None or within_icmp(row.icmp, port))
        and (row.source_ports is None or within(row.source_ports, source_port))
        and any(stands_for(name, peer, symbols, ANY) for name in row.peers)
        and any(stands_for(name, local, symbols, view.behind) for name in row.local)
        and not any(row_holds(each, packet, view, symbols) for each in row.exceptions)
    )


# What is drawn

HOSTS = ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "10.1.2.4/32", "192.168.0.0/31", "0.0.0.0/1", "128.0.0.0/1")
HOSTS6 = ("::/0", "fd00::/8", "fd00::1/128", "2001:db8::/32", "::/128", "255.255.255.255/32")
SYMBOLS = {
    "g": Predicate("group", SOURCE, "sg-1", parse_cidrs(["10.1.2.3/32"]), parse_cidrs(["10.0.0.0/8"])),
    "t": Predicate("list", SOURCE, "tag:T", parse_cidrs(["10.1.0.0/16", "fd00::1/128"]), ANY),
    "u": Predicate("unknown", SOURCE, "var.u", EMPTY, IPV4, ("var.u",)),
    "e": Predicate("unknown", None, "rule", because=("var.e",)),
}
VALUES = {"sg-1": SYMBOLS["g"].at_least, "tag:T": SYMBOLS["t"].at_least, "var.u": parse_cidrs(["10.1.2.0/24"])}

line = st.one_of(
    st.lists(st.sampled_from(HOSTS + HOSTS6), min_size=1, max_size=3).map(parse_cidrs),
    st.sampled_from([ANY, IPV4, IPV6, PUBLIC]),
    st.lists(st.sampled_from(HOSTS + HOSTS6), min_size=1, max_size=3).map(lambda texts: subtract(ANY, parse_cidrs(texts))),
).filter(bool)
ports = st.one_of(
    st.just(ALL_PORTS),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)).map(lambda p: (p[0], p[0] + p[1])), min_size=1, max_size=2).map(
        normal
    ),
    st.sampled_from([((2048, 2303),), ((2048, 2048),), ((2048, 2560),), ((0, 65534),), ((22, 22), (443, 443)), ((1, 65535),)]),
)
with_ports = st.sets(st.sampled_from([6, 17]), min_size=1).map(lambda found: normal((number, number) for number in found))
protocols = st.one_of(
    with_ports, st.sampled_from([((1, 1),), ((58, 58),), ((47, 47),), ((1, 1), (58, 58)), ALL_PROTOCOLS, ((0, 5), (7, 255))])
)


@st.composite
def drawn_cubes(draw: st.DrawFn, symbols: str = "gtue") -> Cube:
    """A cube as rules and differences of them are: guards of the given symbols, sides within their bounds."""
    found = draw(protocols)
    source_ports = (
        draw(st.sampled_from([ALL_PORTS, ((1024, 65535),), ((53, 53),)]))
        if not subtract(found, ((6, 6), (17, 17)))
        else ALL_PORTS
    )
    numbers = draw(ports) if len(found) < 2 or not subtract(found, ((6, 6), (17, 17))) else ALL_PORTS
    guard = draw(st.dictionaries(st.sampled_from(symbols), st.booleans(), max_size=2)) if symbols else {}
    sources = draw(line)
    for name, sign in guard.items():
        if sign and SYMBOLS[name].side == SOURCE:
            sources = intersect(sources, SYMBOLS[name].at_most)
    assume(sources)
    return Cube((found, sources, source_ports, draw(line), numbers), frozenset(guard.items()))


def corners(traffic: Iterable[Cube]) -> list[Packet]:
    """Packets on both sides of every boundary of the cubes, a few hundred of all combinations."""
    sides: list[set[int]] = [set() for _ in range(5)]
    for cube in traffic:
        for side, ranges in enumerate(cube.sides):
            for low, high in (*ranges, *(pair for name, _ in cube.guard for pair in SYMBOLS[name].at_least if side == SOURCE)):
                sides[side] |= {low - 1, low, high, high + 1}
    limits = (255, LAST, 65535, LAST, 65535)
    tried = [
        sorted({0, limit, *(number for number in side if 0 <= number <= limit)})
        for side, limit in zip(sides, limits, strict=True)
    ]
    tried[PROTOCOL] = sorted({*tried[PROTOCOL]} & {0, 1, 5, 6, 7, 17, 47, 58, 255})
    every = [packet for packet in product(*tried) if can_be(packet)]
    return Random(0).sample(every, min(len(every), 400))  # type: ignore[arg-type]


def can_be(packet: tuple[int, ...]) -> bool:
    """Whether there is such a packet: ICMP goes between IPv4 addresses alone, ICMPv6 between IPv6 ones."""
    protocol, source, _, destination, _ = packet
    of_six = {1: False, 58: True}
    return protocol not in of_six or (source >= V6_START) == (destination >= V6_START) == of_six[protocol]


def is_in(cube: Cube, packet: Packet, values: Mapping[str, Ranges]) -> bool:
    """Whether the packet is in the cube, for these values of the symbols; rules whose existence is open exist."""
    boxed = all(any(low <= value <= high for low, high in ranges) for ranges, value in zip(cube.sides, packet, strict=True))
    return boxed and all(
        SYMBOLS[name].side is None or any(low <= packet[SOURCE] <= high for low, high in values[SYMBOLS[name].text]) == sign
        for name, sign in cube.guard
    )


@EXAMPLES
@given(st.lists(drawn_cubes(symbols="gte"), min_size=1, max_size=3), st.sampled_from([ANY, parse_cidrs(["10.0.0.0/8"]), IPV6]))
def test_rows_are_exactly_the_traffic(traffic: list[Cube], behind: Ranges) -> None:
    """Every packet at every boundary is in some row, less its exceptions, exactly if it is in the traffic.

    Members of a group that stand in few networks may be told by these alone.
    """
    local = [here for cube in traffic if (here := cube.within(DESTINATION, behind)) is not None]
    view = View("ingress", SYMBOLS, behind)
    found = rows(local, view)
    for packet in corners(local):
        if any(low <= packet[DESTINATION] <= high for low, high in behind):
            said = any(row_holds(row, packet, view, VALUES) for row in found)
            exact = any(is_in(cube, packet, VALUES) for cube in local)
            wide = any(is_in(Cube(cube.sides, cube.guard - {("g", True)}), packet, VALUES) for cube in local)
            assert exact <= said <= wide, (packet, found)


LISTS = {
    "tag:A": parse_cidrs([f"10.1.{number}.0/25" for number in range(12)]),
    "tag:A.North": parse_cidrs([f"10.1.{number}.0/25" for number in range(5)]),
    "tag:B": parse_cidrs([f"192.168.{number}.0/25" for number in range(3, 9)] + ["fd00::/8"]),
}
pieces = st.one_of(st.sampled_from(sorted(LISTS)).map(LISTS.__getitem__), st.sampled_from(HOSTS + HOSTS6).map(parse_cidr))


@EXAMPLES
@given(st.lists(pieces, min_size=1, max_size=3), st.lists(pieces, max_size=2))
def test_names_of_lists_are_exactly_the_addresses(there: list[Ranges], without: list[Ranges]) -> None:
    """What is told by the names of known lists is neither more nor less, whatever is added to them or taken away."""
    addresses = normal(pair for ranges in there for pair in ranges)
    for ranges in without:
        addresses = subtract(addresses, ranges)
    assume(addresses)
    view = View("ingress", {}, lists=LISTS)
    (row,) = rows([Cube().replace(SOURCE, addresses)], view)
    for place in sorted({0, LAST, *(edge + step for low, high in addresses for edge in (low, high) for step in (-1, 0, 1))}):
        if 0 <= place <= LAST:
            there_is = any(low <= place <= high for low, high in addresses)
            assert row_holds(row, (6, place, 1, 1, 1), view, LISTS) == there_is, (place, row)


@EXAMPLES
@given(st.lists(drawn_cubes(), min_size=1, max_size=3))
def test_rows_never_hold_less_than_the_traffic(traffic: list[Cube]) -> None:
    """Members of something that is unknown may be told whole, but nothing is left out."""
    view = View("ingress", SYMBOLS)
    found = rows(traffic, view)
    for packet in corners(traffic):
        if any(is_in(cube, packet, VALUES) for cube in traffic):
            assert any(row_holds(row, packet, view, VALUES) for row in found), (packet, found)


@EXAMPLES
@given(drawn_cubes(symbols=""))
def test_egress_is_told_from_the_other_side(cube: Cube) -> None:
    """What is the peer's at ingress is the local side at egress, and the other way round."""
    protocols, source, source_ports, destination, numbers = cube.sides
    turned = Cube((protocols, destination, source_ports, source, numbers))
    assert rows([cube], View("ingress", SYMBOLS)) == rows([turned], View("egress", SYMBOLS))


def test_what_is_told_in_full_is_not_told_less_something_besides() -> None:
    """The same services between the same ends, under one doubt with an exception and under another without."""
    peers = ("10.0.0.0/8", "tag:T")
    less = Row("tcp", "22", None, peers, ("any",), None, (Row("tcp", "22", None, ("10.0.0.0/9",), ("any",), None),))
    full = Row("tcp", "22", None, peers, ("any",), None)
    other = replace(less, peers=("10.0.0.0/8", "tag:U"), exceptions=(replace(full, peers=("10.0.0.0/10",)),))
    assert join([less, full, other]) == (full, other)


@EXAMPLES
@given(st.lists(drawn_cubes(), min_size=1, max_size=4))
def test_rows_come_sorted_and_once(traffic: list[Cube]) -> None:
    """No row twice, no exceptions of exceptions, protocols in order."""
    found = rows([*traffic, *traffic], View("ingress", SYMBOLS))
    assert len(set(found)) == len(found)
    assert [row.protocol for row in found] == sorted(row.protocol for row in found)
    assert not any(inner.exceptions for row in found for inner in row.exceptions)


def cube(**sides: Ranges) -> Cube:
    """A cube with some sides set."""
    out = Cube()
    names = {"protocol": PROTOCOL, "source": SOURCE, "source_port": SOURCE_PORT, "local": DESTINATION, "port": DESTINATION_PORT}
    for name, ranges in sides.items():
        out = out.replace(names[name], ranges)
    return out


TCP, UDP, ICMP, SSH = ((6, 6),), ((17, 17),), ((1, 1),), ((22, 22),)
TEN, SIX = parse_cidrs(["10.0.0.0/8"]), parse_cidrs(["fd00::/8"])


@pytest.mark.parametrize(
    ("traffic", "told"),
    [
        ([cube()], [Row("any", None, None, ("any",), ("any",), None)]),
        ([cube(protocol=TCP, port=SSH, source=TEN)], [Row("tcp", "22", None, ("10.0.0.0/8",), ("any",), None)]),
        ([cube(protocol=TCP, port=((1, 21), (23, 65535)))], [Row("tcp", "1-21,23-65535", None, ("any",), ("any",), None)]),
        ([cube(protocol=((0, 5), (47, 47)))], [Row("0-5,47", None, None, ("any",), ("any",), None)]),
        ([cube(protocol=ICMP, port=((2048, 2303),))], [Row("icmp", None, "8", ("any",), ("any",), None)]),
        ([cube(protocol=ICMP, port=((772, 772), (2048, 2048)))], [Row("icmp", None, "3/4,8/0", ("any",), ("any",), None)]),
        ([cube(protocol=((58, 58),))], [Row("icmpv6", None, None, ("any",), ("any",), None)]),
        ([cube(protocol=TCP, port=SSH, source_port=((53, 53),))], [Row("tcp", "22", None, ("any",), ("any",), "53")]),
        (
            [cube(protocol=((6, 6), (17, 17)), port=SSH)],
            [Row("tcp", "22", None, ("any",), ("any",), None), Row("udp", "22", None, ("any",), ("any",), None)],
        ),
        ([cube(protocol=TCP, source=PUBLIC)], [Row("tcp", None, None, ("Internet",), ("any",), None)]),
        ([cube(protocol=TCP, source=IPV4)], [Row("tcp", None, None, ("0.0.0.0/0",), ("any",), None)]),
        (
            [cube(protocol=TCP, source=subtract(ANY, TEN))],
            [Row("tcp", None, None, ("any",), ("any",), None, (Row("tcp", None, None, ("10.0.0.0/8",), ("any",), None),))],
        ),
        (
            [cube(protocol=TCP).where(("g", True))],
            [Row("tcp", None, None, ("sg-1",), ("any",), None)],
        ),
        (
            [cube(protocol=TCP).where(("g", False))],
            [Row("tcp", None, None, ("any",), ("any",), None, (Row("tcp", None, None, ("sg-1",), ("any",), None),))],
        ),
        (
            [cube(protocol=TCP, source=TEN), cube(protocol=TCP).where(("t", True))],
            [Row("tcp", None, None, ("10.0.0.0/8", "tag:T"), ("any",), None)],
        ),
        (
            [cube(protocol=TCP, port=SSH), cube(protocol=TCP, source=TEN)],
            [Row("tcp", "22", None, ("any",), ("any",), None), Row("tcp", None, None, ("10.0.0.0/8",), ("any",), None)],
        ),
        (
            [cube(protocol=TCP, source=parse_cidrs(["10.128.0.0/9"])).where(("g", True))],
            [Row("tcp", None, None, ("sg-1",), ("any",), None, (Row("tcp", None, None, ("10.0.0.0/9",), ("any",), None),))],
        ),
        (
            [cube(protocol=TCP, source=subtract(subtract(ANY, PUBLIC), TEN)).where(("t", True))],
            [
                Row(
                    "tcp",
                    None,
                    None,
                    ("tag:T",),
                    ("any",),
                    None,
                    (Row("tcp", None, None, ("Internet", "10.0.0.0/8"), ("any",), None),),
                )
            ],
        ),
    ],
)
def test_traffic_is_told_in_the_shortest_rows(traffic: list[Cube], told: list[Row]) -> None:
    """One row for one kind of thing; exceptions where they are shorter."""
    assert sorted(rows(traffic, View("ingress", SYMBOLS)), key=repr) == sorted(told, key=repr)


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (ALL_PORTS, None),
        (((0, 255),), "0"),
        (((0, 511),), "0-1"),
        (((255, 256),), "0/255,1/0"),
        (((2048, 2303), (2560, 2560)), "8,10/0"),
        (((65280, 65535),), "255"),
    ],
)
def test_icmp_types_are_told(codes: Ranges, told: str | None) -> None:
    """Whole types by their number, others with their codes."""
    assert format_icmp(codes) == told


def test_numbers_are_told() -> None:
    """Single numbers and runs."""
    assert format_numbers(((1, 21), (23, 23))) == "1-21,23"


# Witnesses


def place_of(text: str) -> int | None:
    """Where a witness's address stands on the line; None for a symbol."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return int(address) + (V6_START if address.version == 6 else 0)


def witnessed(found: Witness, cube: Cube, view: View) -> bool:
    """Whether the packet is in the cube: all that it says lies within, and its ends can talk to each other."""
    number = NUMBERS[found.protocol] if found.protocol in NUMBERS else int(found.protocol)
    source, destination = place_of(found.source), place_of(found.destination)
    port = found.destination_port
    if found.icmp is not None:
        kind, code = found.icmp.split("/")
        port = int(kind) * 256 + int(code)
    stated = {PROTOCOL: number, SOURCE: source, SOURCE_PORT: found.source_port, DESTINATION: destination, DESTINATION_PORT: port}
    inside = all(value is None or any(low <= value <= high for low, high in cube.sides[side]) for side, value in stated.items())
    families = {place < V6_START for place in (source, destination) if place is not None}
    peer, local = (source, found.destination) if view.direction == "ingress" else (destination, found.source)
    members = [SYMBOLS[name] for name, sign in cube.guard if sign and SYMBOLS[name].side == SOURCE]
    named = peer is not None or found.source in {"any", *(member.text for member in members)}
    known = peer is None or all(any(low <= peer <= high for low, high in member.at_least) for member in members)
    return inside and len(families) < 2 and named and known and (local == view.local_name or place_of(local) is not None)


def real(cube: Cube) -> bool:
    """Whether the cube holds a packet that can be sent: both ends of one family."""
    return any(intersect(cube.sides[SOURCE], family) and intersect(cube.sides[DESTINATION], family) for family in (IPV4, IPV6))


@EXAMPLES
@given(st.lists(drawn_cubes().filter(real), min_size=1, max_size=3), st.sampled_from([ANY, TEN, IPV6]))
def test_a_witness_is_in_the_traffic(traffic: list[Cube], behind: Ranges) -> None:
    """The packet lies in one of the cubes, its ends are of one family, and a symbol stands where no member is known."""
    local = tuple(here for each in traffic if (here := each.within(DESTINATION, behind)) is not None and real(here))
    view = View("ingress", SYMBOLS, behind, "here")
    found = witness(local, view)
    assert (found is None) == (not local)
    if found is not None:
        assert any(witnessed(found, each, view) for each in local), found


@pytest.mark.parametrize(
    ("direction", "traffic", "told"),
    [
        ("ingress", cube(protocol=TCP, port=SSH, source=TEN), Witness("tcp", "10.0.0.1", 49152, "here", 22, None)),
        ("egress", cube(protocol=TCP, port=SSH, source=TEN), Witness("tcp", "10.0.0.1", 49152, "1.0.0.1", 22, None)),
        (
            "ingress",
            cube(protocol=ICMP, port=((2048, 2303),), source=TEN),
            Witness("icmp", "10.0.0.1", None, "here", None, "8/0"),
        ),
        ("ingress", cube(protocol=((47, 47),), source=TEN), Witness("47", "10.0.0.1", None, "here", None, None)),
        ("ingress", cube(protocol=UDP, source=TEN, source_port=((53, 53),)), Witness("udp", "10.0.0.1", 53, "here", 1, None)),
        ("ingress", cube(protocol=UDP, source=TEN, source_port=((0, 2000),)), Witness("udp", "10.0.0.1", 1024, "here", 1, None)),
        ("ingress", cube(protocol=TCP, port=SSH).where(("g", True)), Witness("tcp", "10.1.2.3", 49152, "here", 22, None)),
        ("ingress", cube(protocol=TCP, port=SSH).where(("u", True)), Witness("tcp", "var.u", 49152, "here", 22, None)),
        ("ingress", cube(protocol=TCP, port=SSH, source=SIX), Witness("tcp", "fd00::1", 49152, "here", 22, None)),
        (
            "ingress",
            cube(protocol=TCP, port=SSH, local=SIX).where(("t", True)),
            Witness("tcp", "fd00::1", 49152, "fd00::1", 22, None),
        ),
        ("ingress", cube(protocol=((58, 58),), port=((0, 0),)), Witness("icmpv6", "::2", None, "here", None, "0/0")),
        ("ingress", cube(protocol=TCP, port=SSH, local=TEN), Witness("tcp", "1.0.0.1", 49152, "10.0.0.1", 22, None)),
        (
            "egress",
            cube(protocol=TCP, port=SSH, source=TEN, local=TEN).where(("g", True)),
            Witness("tcp", "here", 49152, "10.0.0.1", 22, None),
        ),
    ],
)
def test_the_plainest_packet_is_told(direction: Direction, traffic: Cube, told: Witness) -> None:
    """Ordinary source ports, the lowest port, an address that a machine can have, public ones first."""
    assert witness((traffic,), View(direction, SYMBOLS, ANY, "here")) == told


def test_an_address_that_is_known_is_better_than_a_name() -> None:
    """A member that is known in one family only is told in that family."""
    traffic = cube(protocol=TCP, source=subtract(ANY, parse_cidrs(["10.1.0.0/16"]))).where(("t", True))
    assert witness((traffic,), View("ingress", SYMBOLS, ANY, "here")) == Witness("tcp", "fd00::1", 49152, "here", 1, None)


def test_ends_of_one_family_come_first() -> None:
    """Where the ends have no family in common the local one goes by its name; a cube whose ends can talk is better."""
    nobody = cube(protocol=TCP, source=TEN, local=SIX)
    assert witness((nobody,), View("ingress", SYMBOLS, ANY, "here")) == Witness("tcp", "10.0.0.1", 49152, "here", 1, None)
    somebody = cube(protocol=UDP, source=TEN, local=IPV4)
    assert witness((nobody, somebody), View("ingress", SYMBOLS, ANY, "here")) == Witness(
        "udp", "10.0.0.1", 49152, "here", 1, None
    )


def test_nothing_has_no_witness() -> None:
    """No traffic, no packet."""
    empty: Traffic = ()
    assert witness(empty, View("ingress", SYMBOLS)) is None
    assert rows(empty, View("ingress", SYMBOLS)) == ()
    assert format_address(0) == "0.0.0.0"
