"""Addresses of both families on one line, read and written."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamlint.model.addresses import (
    ANY,
    IPV4,
    IPV6,
    LAST,
    PUBLIC,
    SPECIAL,
    V6_START,
    cidr_blocks,
    families,
    format_address,
    format_ranges,
    is_internet,
    line_of,
    parse_cidr,
    parse_cidrs,
)
from pamlint.model.ranges import EMPTY, Ranges, intersect, normal, size, subtract, union
from tests.model.universe import PROPERTY


def v6(text: str) -> int:
    """Where an IPv6 address stands on the line."""
    return V6_START + int(ipaddress.IPv6Address(text))


def v4(text: str) -> int:
    """Where an IPv4 address stands on the line."""
    return int(ipaddress.IPv4Address(text))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10.0.0.0/8", v4("10.0.0.0"), v4("10.255.255.255")),
        ("10.1.2.3/8", v4("10.0.0.0"), v4("10.255.255.255")),
        ("192.0.2.7", v4("192.0.2.7"), v4("192.0.2.7")),
        ("192.0.2.7/32", v4("192.0.2.7"), v4("192.0.2.7")),
        ("0.0.0.0/0", 0, V6_START - 1),
        ("0.0.0.0/1", 0, v4("127.255.255.255")),
        (" 10.0.0.0/24 ", v4("10.0.0.0"), v4("10.0.0.255")),
        ("::/0", V6_START, LAST),
        ("::", V6_START, V6_START),
        ("2001:db8::/32", v6("2001:db8::"), v6("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")),
        ("2001:DB8::1", v6("2001:db8::1"), v6("2001:db8::1")),
        ("::ffff:10.0.0.1", v6("::ffff:10.0.0.1"), v6("::ffff:10.0.0.1")),
    ],
)
def test_addresses_and_networks_are_read(text: str, low: int, high: int) -> None:
    """Host bits are ignored, an address alone is itself, the families stand apart."""
    assert parse_cidr(text) == ((low, high),)


@pytest.mark.parametrize(
    "text",
    [
        *("", "any", "*", "Internet", "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/-1", "10.0.0.0/+8"),
        *("10.0.0.0/255.0.0.0", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.0/8/8", "10.0.0.1-10.0.0.9", "1"),
        *("10.0.0.0/٨", "sg-0a1b", "2001:db8::/3 2"),
    ],
)
def test_what_is_no_network_is_refused_by_its_name(text: str) -> None:
    """The error repeats the text, so that a reader finds it."""
    with pytest.raises(ValueError) as caught:
        parse_cidr(text)
    assert repr(text) in str(caught.value)


def test_several_are_united_and_any_is_the_whole_line() -> None:
    """`any` is both families; the two halves of everything are everything of their family."""
    assert parse_cidrs(["any", "10.0.0.0/8"]) == ANY
    assert parse_cidrs(["0.0.0.0/1", "128.0.0.0/1"]) == IPV4
    assert parse_cidrs(["::/1", "8000::/1"]) == IPV6
    assert parse_cidrs(["0.0.0.0/0", "::/0"]) == ANY
    assert parse_cidrs([]) == EMPTY


def test_the_families_are_disjoint_and_together_the_line() -> None:
    """`0.0.0.0/0` and `::/0` share no address, though they touch on the line."""
    assert intersect(IPV4, IPV6) == EMPTY
    assert union(IPV4, IPV6) == ANY


edges = [0, 1, 255, 256, v4("10.0.0.0"), v4("255.255.255.255") - 1, V6_START - 1, V6_START, V6_START + 1, LAST - 1, LAST]
number = st.one_of(
    st.sampled_from(edges),
    st.integers(0, V6_START - 1),
    st.integers(V6_START, LAST),
    st.builds(lambda bits, offset: min(max((1 << bits) + offset, 0), LAST), st.integers(0, 128), st.integers(-2, 2)),
)
lines = st.lists(st.tuples(number, number).map(lambda drawn: (min(drawn), max(drawn))), max_size=4).map(normal)


@PROPERTY
@given(lines)
def test_written_networks_are_exact(line: Ranges) -> None:
    """Reading back what was written gives the same addresses; no network crosses from one family to the other."""
    assert parse_cidrs(format_ranges(line)) == line


@PROPERTY
@given(lines)
def test_written_networks_are_the_fewest(line: Ranges) -> None:
    """No two of the aligned blocks are the halves of a larger one, and none overlaps the next."""
    blocks = cidr_blocks(line)
    spans = {}
    for start, length in blocks:
        base, bits = (0, 32) if start < V6_START else (V6_START, 128)
        width = 1 << (bits - length)
        assert (start - base) % width == 0
        spans[start] = (base, width)
    for start, (base, width) in spans.items():
        twin = base + ((start - base) ^ width)
        assert twin == start or spans.get(twin) != (base, width)
    assert sum(width for _, width in spans.values()) == size(line)


@PROPERTY
@given(st.lists(st.integers(0, 63), max_size=12))
def test_the_fewest_networks_agree_with_the_library(hosts: list[int]) -> None:
    """Python's own collapsing of addresses finds the same networks."""
    wanted = ipaddress.collapse_addresses(ipaddress.IPv4Network(host) for host in hosts)
    assert format_ranges(normal((host, host) for host in hosts)) == tuple(str(network) for network in wanted)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (ANY, ("any",)),
        (IPV4, ("0.0.0.0/0",)),
        (IPV6, ("::/0",)),
        (EMPTY, ()),
        (((V6_START - 1, V6_START),), ("255.255.255.255/32", "::/128")),
        (((0, V6_START),), ("0.0.0.0/0", "::/128")),
        (((v4("10.0.0.1"), v4("10.0.0.2")),), ("10.0.0.1/32", "10.0.0.2/32")),
    ],
)
def test_lines_are_told(line: Ranges, told: tuple[str, ...]) -> None:
    """All addresses are `any`; the seam between the families cuts."""
    assert format_ranges(line) == told


@PROPERTY
@given(number)
def test_addresses_are_told_as_people_write_them(place: int) -> None:
    """Reading an address back leads to the same place on the line."""
    assert parse_cidr(format_address(place)) == ((place, place),)


@pytest.mark.parametrize(
    ("line", "found"),
    [(EMPTY, set()), (IPV4, {4}), (IPV6, {6}), (ANY, {4, 6}), (((V6_START - 1, V6_START),), {4, 6}), (((5, 6),), {4})],
)
def test_families_are_told_apart(line: Ranges, found: set[int]) -> None:
    """A line has the families that it has addresses of."""
    assert families(line) == found


def test_families_give_their_lines() -> None:
    """The whole line of each family."""
    assert [line_of([]), line_of([4]), line_of([6]), line_of([4, 6])] == [EMPTY, IPV4, IPV6, ANY]


def test_public_is_what_is_not_special() -> None:
    """The two part the line."""
    assert union(PUBLIC, SPECIAL) == ANY
    assert intersect(PUBLIC, SPECIAL) == EMPTY


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("8.8.8.8", True),
        ("168.63.129.16", True),
        ("2606:4700::1", True),
        ("64:ff9b::808:808", True),
        ("9.255.255.255", True),
        ("11.0.0.0", True),
        ("172.15.255.255", True),
        ("172.32.0.0", True),
        ("192.167.255.255", True),
        ("100.63.255.255", True),
        ("100.128.0.0", True),
        ("223.255.255.255", True),
        ("198.17.255.255", True),
        ("198.20.0.0", True),
        ("10.0.0.1", False),
        ("172.16.0.0", False),
        ("172.31.255.255", False),
        ("192.168.3.4", False),
        ("100.64.0.0", False),
        ("100.127.255.255", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("192.0.2.1", False),
        ("198.51.100.1", False),
        ("203.0.113.1", False),
        ("198.18.0.0", False),
        ("198.19.255.255", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("::", False),
        ("::ffff:8.8.8.8", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("2002::1", False),
    ],
)
def test_public_addresses(text: str, public: bool) -> None:
    """What the IANA special-purpose registries hold, and multicast, is not public; its neighbours are."""
    assert bool(intersect(parse_cidr(text), PUBLIC)) is public


@pytest.mark.parametrize(
    ("texts", "internet"),
    [
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        (["any"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["0.0.0.0/1"], True),
        (["8.0.0.0/8"], True),
        (["8.0.0.0/9"], False),
        (["8.0.0.0/9", "8.128.0.0/9"], True),
        (["8.0.0.0/9", "11.0.0.0/9"], True),
        (["10.0.0.0/8"], False),
        (["10.0.0.0/7"], True),
        (["240.0.0.0/4"], False),
        (["203.0.113.0/29"], False),
        (["8.8.8.0/23"], False),
        (["2600::/20"], True),
        (["2600::/21"], False),
        (["2600::/21", "2600:800::/21"], True),
        (["fc00::/7"], False),
        ([], False),
    ],
)
def test_the_internet_is_so_many_public_addresses(texts: list[str], internet: bool) -> None:
    """2^24 public IPv4 addresses in whatever pieces, or a public IPv6 prefix of /20 or shorter."""
    assert is_internet(parse_cidrs(texts)) is internet


def test_almost_the_internet() -> None:
    """One public IPv4 address less than 2^24 is not the Internet."""
    assert not is_internet(subtract(parse_cidr("8.0.0.0/8"), parse_cidr("8.8.8.8")))
