"""Services: which traffic a flow is about, apart from who talks to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pamlint.model.addresses import IPV4, IPV6
from pamlint.model.noun import noun
from pamlint.model.ranges import Ranges
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS

Family = Literal["any", "ipv4", "ipv6"]

ICMP: Ranges = ((1, 1), (58, 58))
ICMP_LINES: Mapping[int, Ranges] = {1: IPV4, 58: IPV6}
"""ICMP and ICMPv6 by number, each with the addresses between which it goes."""

PORT_PROTOCOLS: Ranges = ((6, 6), (17, 17), (33, 33), (132, 132), (136, 136))
"""The protocols that have ports: TCP, UDP, DCCP, SCTP, UDP-Lite (IANA protocol numbers)."""

ECHO = {(1, 8): 0, (58, 128): 129}
"""The ICMP type that answers another one, by protocol."""

NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}
NAMES = {number: name for name, number in NUMBERS.items()}
_WRITE = "write tcp/443, tcp/1-9, udp (all ports), icmp (all types), icmp/8, icmp/8/0, icmpv6, a protocol number, or any"


@noun
class Service:
    """A set of protocols with the ports that they share.

    Protocols are 0..255. Ports are 0..65535; for ICMP and ICMPv6 they hold type*256+code. Protocols without ports have all.
    """

    protocols: Ranges
    ports: Ranges = ALL_PORTS
    family: Family = "any"


ANY_SERVICE = Service(ALL_PROTOCOLS)


def parse_service(text: str) -> Service:
    """Reads one service as policy and site files write it; ValueError says what is wrong and what is allowed."""
    name, *rest = text.split("/")
    if name == "any" and not rest:
        return ANY_SERVICE
    protocol = _protocol(text, name)
    if not rest:
        return Service(((protocol, protocol),), family=_family(protocol))
    if protocol in (1, 58):
        return Service(((protocol, protocol),), (_icmp(text, rest),), _family(protocol))
    if protocol not in (6, 17) or len(rest) > 1:
        raise ValueError(f"`{text}` is no service: only tcp and udp take ports, as in tcp/443; {_WRITE}")
    return Service(((protocol, protocol),), (parse_ports(rest[0]),))


def parse_ports(value: int | str) -> tuple[int, int]:
    """Reads a port (443, "443") or a run of ports ("1-9") as a closed range; ValueError says what is allowed."""
    first, dash, last = str(value).partition("-")
    low, high = _number(first, 65535), _number(last if dash else first, 65535)
    if low is None or high is None:
        raise ValueError(f"`{value}` is no port: ports are numbers from 1 to 65535, runs are written 1-9")
    if low > high:
        raise ValueError(f"`{value}` runs backwards: write {high}-{low}")
    if high == 0:
        raise ValueError("port 0 carries no service: ports are numbers from 1 to 65535; for all ports write the protocol alone")
    return low, high


def format_service(service: Service) -> str:
    """Writes a service as `parse_service` reads it; several ranges are joined by commas."""
    if service == ANY_SERVICE:
        return "any"
    protocols = ",".join(NAMES.get(low, str(low)) if low == high else f"{low}-{high}" for low, high in service.protocols)
    if service.ports == ALL_PORTS:
        return protocols
    write = _write_icmp if service.protocols in (((1, 1),), ((58, 58),)) else _write_ports
    return f"{protocols}/{','.join(write(low, high) for low, high in service.ports)}"


def _protocol(text: str, name: str) -> int:
    if name in NUMBERS:
        return NUMBERS[name]
    number = _number(name, 255)
    if number is not None and not text.endswith(("/tcp", "/udp")):
        return number
    port, _, protocol = text.partition("/")
    if protocol in ("tcp", "udp"):
        raise ValueError(f"`{text}` is no service: the protocol stands first, as in {protocol}/{port}")
    if name.isascii() and name.isdigit():
        raise ValueError(f"protocol {name} is not in 0 to 255; a port stands behind its protocol, as in tcp/443")
    raise ValueError(f"`{text}` is no service: {_WRITE}")


def _family(protocol: int) -> Family:
    return "ipv4" if protocol == 1 else "ipv6" if protocol == 58 else "any"


def _icmp(text: str, rest: list[str]) -> tuple[int, int]:
    numbers = [_number(part, 255) for part in rest]
    if len(numbers) > 2 or numbers[0] is None or numbers[-1] is None:
        raise ValueError(f"`{text}` is no service: type and code are numbers from 0 to 255, as in icmp/8 or icmp/8/0")
    start = numbers[0] * 256
    return (start, start + 255) if len(numbers) == 1 else (start + numbers[-1], start + numbers[-1])


def _number(text: str, most: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    return int(text) if int(text) <= most else None


def _write_ports(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _write_icmp(low: int, high: int) -> str:
    if low == high:
        return f"{low >> 8}/{low & 255}"
    return str(low >> 8) if (low & 255, high) == (0, low + 255) else f"{low >> 8}/{low & 255}-{high >> 8}/{high & 255}"
