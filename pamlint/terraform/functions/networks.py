"""Functions of IP networks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pamlint.terraform.functions.signature import check_items, whole
from pamlint.terraform.numeric import Number
from pamlint.terraform.types import STRING
from pamlint.terraform.values import EvaluationError, ListValue, Value

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

_LEADING_ZERO = re.compile(r"(?<![0-9])0+(?=[0-9])")
_MOST_NEW_BITS = 32


def _network(prefix: str) -> IPv4Network | IPv6Network:
    from ipaddress import ip_network

    address, slash, length = prefix.partition("/")
    if slash and length.isascii() and length.isdigit() and "%" not in address:
        if ":" not in address:
            address = _LEADING_ZERO.sub("", address)
        try:
            network = ip_network(f"{address}/{int(length)}", strict=False)
        except ValueError:
            network = None
        if network is not None and not getattr(network.network_address, "ipv4_mapped", None):
            return network
    raise EvaluationError(f'"{prefix[:100]}" is no network, such as 10.0.0.0/16')


def host(prefix: str, number: Number) -> Value:
    """cidrhost: counted from the end if negative. Terraform checks no more than 64 bits, and so does this."""
    network = _network(prefix)
    place = _exact(number)
    low = (place + 2**63) % 2**64 - 2**63
    if (low if place >= 0 else ~place) >= network.num_addresses:
        raise EvaluationError(f"{prefix} has no host number {place}")
    address = int(network.network_address) | (place if place >= 0 else network.num_addresses + place)
    if address >= 2**network.max_prefixlen:
        raise EvaluationError(f"{prefix} has no host number {place}")
    return str(type(network.network_address)(address))


def _exact(number: Number) -> int:
    if not isinstance(number, int):
        raise EvaluationError("a whole number is needed")
    return number


def netmask(prefix: str) -> Value:
    """cidrnetmask: of IPv4 networks."""
    network = _network(prefix)
    if network.version == 6:
        raise EvaluationError(f"an IPv6 network has no netmask: {prefix}")
    return str(network.netmask)


def subnet(prefix: str, new_bits: Number, number: Number) -> Value:
    """cidrsubnet: of negative numbers, too, the answer is Terraform's, strange as it is."""
    network = _network(prefix)
    bits, place = whole(new_bits, "the number of new bits"), _exact(number)
    length = network.prefixlen + bits
    if not 0 <= length <= network.max_prefixlen:
        raise EvaluationError(f"{prefix} cannot be extended by {bits} bits")
    if bits >= 0 and abs(place) >= 2**bits:
        raise EvaluationError(f"{prefix} extended by {bits} bits has no subnet number {place}")
    address = abs(int(network.network_address) | (place << (network.max_prefixlen - length)))
    if address >= 2**network.max_prefixlen:
        raise EvaluationError(f"{prefix} has no subnet number {place}")
    return f"{type(network.network_address)(address)}/{length}"


def subnets(prefix: str, *new_bits: Number) -> Value:
    """cidrsubnets: one subnet after the other, each where it fits next."""
    network = _network(prefix)
    check_items(len(new_bits), "cidrsubnets")
    if new_bits and int(network.network_address) == 0:
        raise EvaluationError(f"Terraform cannot divide {prefix}, because it begins at the first address there is")
    found: list[Value] = []
    at = 0
    for number in new_bits:
        bits = whole(number, "the number of new bits")
        length = network.prefixlen + bits
        if not 1 <= bits <= _MOST_NEW_BITS or length > network.max_prefixlen:
            raise EvaluationError(f"{prefix} cannot be extended by {bits} bits")
        size = 1 << (network.max_prefixlen - length)
        place = -(-at // size)
        if (place + 1) * size > network.num_addresses:
            raise EvaluationError(f"{prefix} has no room left for a subnet of {length} bits")
        found.append(f"{network.network_address + place * size}/{length}")
        at = (place + 1) * size
    return ListValue(found, STRING)


def covers(containing: str, contained: str) -> Value:
    """cidrcontains (OpenTofu): whether a network holds an address or all of another network."""
    outer = _network(containing)
    inner = _network(contained if "/" in contained else f"{contained}/{128 if ':' in contained else 32}")
    if outer.version != inner.version:
        raise EvaluationError("the two are of different address families")
    return bool(
        outer.network_address <= inner.network_address and inner.broadcast_address <= outer.broadcast_address  # type: ignore[operator]
    )
