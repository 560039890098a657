"""Traffic in words, as the screen and the tables tell it."""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.model.finding import Direction, Row, Witness
from pamlint.model.noun import replace
from pamlint.model.rows import peer_text, within

CLIENTS = "1024-65535"
"""The source ports of ordinary clients, which are not worth a word."""
NAMED = 4
"""How many addresses or symbols a line names before it counts the rest."""


def service(protocol: str, ports: str | None, icmp: str | None) -> str:
    """`tcp/443`, `icmp/8`, `tcp (all ports)`, `any protocol`, `protocol 47`."""
    if protocol == "any":
        return "any protocol"
    if not protocol.isalnum() or protocol.isdecimal():
        return f"protocol {protocol}" + (f" ports {ports}" if ports is not None else "")
    detail = icmp if protocol.startswith("icmp") else ports
    if detail is not None:
        return f"{protocol}/{detail}"
    return f"{protocol} (all types)" if protocol.startswith("icmp") else f"{protocol} (all ports)"


def names(values: Sequence[str], limit: int = NAMED) -> str:
    """The values with commas between, the tail of a long list counted."""
    shown = ", ".join(values[:limit])
    return shown if len(values) <= limit else f"{shown} and {len(values) - limit} more"


def sentence(row: Row, direction: Direction | None) -> str:
    """`tcp/443 from 10.0.0.0/8 to 10.1.0.0/16, source ports 1-1023, except from 10.2.0.0/16`."""
    words = f"{service(row.protocol, row.ports, row.icmp)} {_peers(row, direction)}"
    if row.local not in ((), ("any",)):
        words += f" {_local(row, direction)}"
    if row.source_ports is not None:
        words += f", source ports {row.source_ports}"
    apart = [exception for exception in row.exceptions if not _inside(exception, row)]
    for exception in row.exceptions:
        words += f" within {names(inside)}" if (inside := _inside(exception, row)) else ""
    if apart:
        words += ", except " + "; ".join(_exception(exception, row, direction) for exception in apart)
    return words


def plain_sentence(row: Row, direction: Direction | None) -> str:
    """The same without the source ports of ordinary clients."""
    if row.source_ports != CLIENTS:
        return sentence(row, direction)
    alike = (replace(each, source_ports=None) if each.source_ports == CLIENTS else each for each in row.exceptions)
    return sentence(replace(row, source_ports=None, exceptions=tuple(alike)), direction)


def _inside(exception: Row, row: Row) -> tuple[str, ...]:
    """The few networks that an exception leaves of a row's peers, where it takes nearly all addresses away."""
    return within(exception.peers) if replace(exception, peers=row.peers) == replace(row, exceptions=()) else ()


def _exception(exception: Row, row: Row, direction: Direction | None) -> str:
    """An exception says only what differs from its row."""
    words = []
    if (exception.protocol, exception.ports, exception.icmp) != (row.protocol, row.ports, row.icmp):
        words.append(service(exception.protocol, exception.ports, exception.icmp))
    if exception.peers != row.peers:
        words.append(_peers(exception, direction))
    if exception.local != row.local:
        words.append(_local(exception, direction))
    if exception.source_ports != row.source_ports:
        words.append(f"source ports {exception.source_ports}")
    return " ".join(words)


def _peers(row: Row, direction: Direction | None) -> str:
    return f"{'to' if direction == 'egress' else 'from'} {names([*map(peer_text, row.peers)])}"


def _local(row: Row, direction: Direction | None) -> str:
    return f"{'from' if direction == 'egress' else 'to'} {names(row.local)}"


def packet(witness: Witness) -> str:
    """`tcp 10.20.0.7:1024 -> 10.10.1.5:22`, or `protocol 47 10.20.0.7 -> 10.10.1.5`."""
    name = f"protocol {witness.protocol}" if witness.protocol.isdigit() else witness.protocol
    kind = name if witness.icmp is None else f"{name}/{witness.icmp}"
    return f"{kind} {_end(witness.source, witness.source_port)} -> {_end(witness.destination, witness.destination_port)}"


def _end(address: str, port: int | None) -> str:
    if port is None:
        return address
    return f"[{address}]:{port}" if address.count(":") > 1 else f"{address}:{port}"
