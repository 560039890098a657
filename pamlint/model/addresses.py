"""IP addresses on one line that holds IPv4 and IPv6 apart: 0 to 2^32-1 is IPv4, what follows is IPv6."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pamlint.model.ranges import Ranges, intersect, normal, size, subtract

V6_START = 1 << 32
LAST = V6_START + (1 << 128) - 1
IPV4: Ranges = ((0, V6_START - 1),)
IPV6: Ranges = ((V6_START, LAST),)
ANY: Ranges = ((0, LAST),)

INTERNET_IPV4 = 1 << 24
"""This many public IPv4 addresses or more are the Internet."""
INTERNET_IPV6_PREFIX = 20
"""A public IPv6 prefix of this length or shorter is the Internet."""


def parse_cidr(text: str) -> Ranges:
    """The addresses of a CIDR or a single address; host bits are ignored as the clouds ignore them.

    Raises ValueError with what is wrong. `any` is not a CIDR: whoever knows that word decides what it means.
    """
    address, slash, length = text.strip().partition("/")
    if slash and not (length.isascii() and length.isdigit()):
        raise ValueError(f"{_begin(text)!r} has no number of bits after the slash")
    try:
        network = ipaddress.ip_network(f"{address}/{length}" if slash else address, strict=False)
    except ValueError:
        raise ValueError(f"{_begin(text)!r} is neither an IPv4 nor an IPv6 address or network") from None
    start = int(network.network_address) + (V6_START if network.version == 6 else 0)
    return ((start, start + network.num_addresses - 1),)


def _begin(text: str) -> str:
    return text if len(text) <= _TOLD else f"{text[:_TOLD]}..."


def parse_cidrs(texts: Iterable[str]) -> Ranges:
    """The addresses of all of them; `any` is every address."""
    return normal(pair for text in texts for pair in (ANY if text == "any" else parse_cidr(text)))


def format_address(number: int) -> str:
    """One address of the line as people write it."""
    if number < V6_START:
        return str(ipaddress.IPv4Address(number))
    return str(ipaddress.IPv6Address(number - V6_START))


def format_ranges(addresses: Ranges) -> tuple[str, ...]:
    """The fewest CIDRs that are exactly these addresses; `any` for all of them."""
    if addresses == ANY:
        return ("any",)
    return _format_again(addresses) if len(addresses) <= _SHORT else _format_blocks(addresses)


def _format_blocks(addresses: Ranges) -> tuple[str, ...]:
    return tuple(f"{format_address(start)}/{length}" for start, length in cidr_blocks(addresses))


_SHORT = 4
_TOLD = 200
_format_again = lru_cache(maxsize=1024)(_format_blocks)
"""What is short is told again and again: the networks of an estate."""


def cidr_blocks(addresses: Ranges) -> list[tuple[int, int]]:
    """The fewest aligned blocks, as (first address on the line, prefix length)."""
    out: list[tuple[int, int]] = []
    for family, base, bits in ((IPV4, 0, 32), (IPV6, V6_START, 128)):
        for low, high in intersect(addresses, family):
            start, end = low - base, high - base
            while start <= end:
                width = (start & -start).bit_length() - 1 if start else bits
                width = min(width, (end - start + 1).bit_length() - 1)
                out.append((start + base, bits - width))
                start += 1 << width
    return out


_FAMILIES = {(True, False): frozenset({4}), (False, True): frozenset({6}), (True, True): frozenset({4, 6})}


def families(addresses: Ranges) -> frozenset[int]:
    """Which of 4 and 6 the addresses have."""
    if not addresses:
        return frozenset()
    return _FAMILIES[addresses[0][0] < V6_START, addresses[-1][1] >= V6_START]


def line_of(numbers: Iterable[int]) -> Ranges:
    """The whole lines of these families (4, 6)."""
    return normal(pair for number in numbers for pair in (IPV4 if number == 4 else IPV6))


SPECIAL: Ranges = normal(
    pair
    for text in (
        # IANA IPv4 Special-Purpose Address Registry, what is not globally reachable; and 224/4, multicast
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
        # IANA IPv6 Special-Purpose Address Registry, what is not globally reachable; and ff00::/8, multicast
        "::/128 ::1/128 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 "
        "fc00::/7 fe80::/10 ff00::/8"
    ).split()
    for pair in parse_cidr(text)
)
PUBLIC: Ranges = subtract(ANY, SPECIAL)
"""Every address outside the special-purpose registries."""

FIXED_TAGS: Mapping[str, Ranges] = {"internet": PUBLIC, "azureloadbalancer": parse_cidr("168.63.129.16")}
"""Azure's service tags whose addresses do not change, in small letters."""


def is_internet(addresses: Ranges) -> bool:
    """Whether so many public addresses are among these that they are the Internet at large."""
    public = intersect(addresses, PUBLIC)
    if not public:
        return False
    if size(intersect(public, IPV4)) >= INTERNET_IPV4:
        return True
    return any(length <= INTERNET_IPV6_PREFIX for _, length in cidr_blocks(intersect(public, IPV6)))
