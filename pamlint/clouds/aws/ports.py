"""Protocols and ports as AWS rules state them. Source: the EC2 service model (IpPermission, NetworkAclEntry)."""

from __future__ import annotations

from pamlint.clouds.protocols import ALL, protocol_number
from pamlint.clouds.values import unknown_extent
from pamlint.model.acl import Extent, Text
from pamlint.model.ranges import EMPTY
from pamlint.model.resource import Unknown
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS

Number = int | Unknown | None
EITHER_ICMP = Extent(((1, 1), (58, 58)))


def services(protocol: Text | None, start: Number, end: Number) -> tuple[Extent, Extent]:
    """Protocols and ports (or ICMP types and codes) of a security group rule. Raises ValueError for what AWS refuses."""
    if protocol is None:
        raise ValueError("it names no protocol")
    if isinstance(protocol, Unknown):
        return unknown_extent(protocol, ALL_PROTOCOLS), Extent(ALL_PORTS)
    code = protocol_number(protocol)
    if code == ALL:
        return Extent(ALL_PROTOCOLS), Extent(ALL_PORTS)
    protocols = Extent(((code, code),))
    if code in (1, 58):
        return protocols, _icmp(start, end)
    if code not in (6, 17) or (start in (None, -1) and end in (None, -1)):
        return protocols, Extent(ALL_PORTS)
    return protocols, _ports(start, end)


def misunderstood(protocol: Text | None, reference: str) -> tuple[Extent, Extent]:
    """The same where something is refused: ports are not known then, nor is the protocol if that is none."""
    try:
        protocols, _ = services(protocol, None, None)
    except ValueError:
        return Extent(EMPTY, ALL_PROTOCOLS, (reference,)), Extent(ALL_PORTS)
    return protocols, Extent(EMPTY, ALL_PORTS, (reference,))


def entry_services(
    protocol: Text | None, ports: tuple[Number, Number], icmp: tuple[Number, Number], ipv6: bool
) -> tuple[Extent, Extent]:
    """Protocols and ports of a network ACL entry. Raises ValueError for what AWS refuses.

    ICMP type and code have fields of their own, 0 where they are not given; ICMPv6 on an IPv4 CIDR means all of ICMP.
    """
    if isinstance(protocol, str) and protocol_number(protocol) in (1, 58):
        if protocol_number(protocol) == 58 and not ipv6:
            return EITHER_ICMP, Extent(ALL_PORTS)
        kind, code = (0 if value is None else value for value in icmp)
        return services(protocol, kind, code)
    return services(protocol, *ports)


def _ports(start: Number, end: Number) -> Extent:
    low = start if isinstance(start, int) else 0 if start is None else start
    high = end if isinstance(end, int) else low if end is None else end
    if isinstance(low, Unknown) or isinstance(high, Unknown):
        because = tuple(sorted({reference for side in (low, high) if isinstance(side, Unknown) for reference in side.because}))
        floor = low if isinstance(low, int) and low != -1 else 0
        ceiling = high if isinstance(high, int) and high != -1 else 65535
        if not 0 <= floor <= ceiling <= 65535:
            raise ValueError(f"its ports lie between {floor} and {ceiling}; ports are numbers from 0 to 65535")
        return Extent(EMPTY, ((floor, ceiling),), because)
    if not 0 <= low <= high <= 65535:
        raise ValueError(f"its ports run from {low} to {high}; ports are numbers from 0 to 65535, the lower one first")
    return Extent(((low, high),))


def _icmp(kind: Number, code: Number) -> Extent:
    """ICMP: from is the type and to the code, -1 stands for all; without a range it is all types."""
    if isinstance(kind, Unknown) or isinstance(code, Unknown):
        because = tuple(sorted({reference for side in (kind, code) if isinstance(side, Unknown) for reference in side.because}))
        line = ALL_PORTS if not isinstance(kind, int) or kind < 0 else ((kind * 256, kind * 256 + 255),)
        return Extent(EMPTY, line, because)
    if kind is None or kind == -1:
        return Extent(ALL_PORTS)
    if not 0 <= kind <= 255 or not -1 <= (code if code is not None else -1) <= 255:
        raise ValueError(f"ICMP type {kind} and code {code} are not in -1 to 255")
    if code is None or code == -1:
        return Extent(((kind * 256, kind * 256 + 255),))
    return Extent(((kind * 256 + code, kind * 256 + code),))
