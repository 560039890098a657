"""How single values are written in policy and site files; each parser raises ValueError with what is allowed."""

from __future__ import annotations

from datetime import date
from ipaddress import ip_interface
from string import hexdigits
from typing import Any

from pamlint.documents.mistakes import Mistakes, Step
from pamlint.model.policy import Parameter, ParameterValue
from pamlint.model.ranges import normal
from pamlint.model.services import ANY_SERVICE, PORT_PROTOCOLS, Service, parse_ports, parse_service

EVERYWHERE = ("0.0.0.0/0", "::/0")
"""What `any` stands for."""

SYMBOLS = ("tag", "prefix-list", "group", "role")


def parse_day(text: str) -> date:
    """A day of the calendar, as in 2027-01-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is no day of the calendar: write a day as in 2027-01-31") from None


def parse_network(text: str) -> tuple[str, ...]:
    """One CIDR in its normal spelling, or both families of `any`."""
    if text == "any":
        return EVERYWHERE
    address, slash, length = text.partition("/")
    try:
        if (slash and not (length.isascii() and length.isdigit())) or "%" in address:
            raise ValueError
        interface = ip_interface(text)
    except ValueError:
        raise ValueError(f"`{text}` is no network: write a CIDR, as in 10.10.1.0/24 or 2001:db8::/48, or any") from None
    alone = f"{interface.ip}/{interface.max_prefixlen}"
    if not slash:
        raise ValueError(f"`{text}` lacks a prefix length: write {alone} for the single address")
    if interface.ip != interface.network.network_address:
        raise ValueError(
            f"`{text}` has bits behind its prefix: write {interface.network} for the network, {alone} for the address"
        )
    return (str(interface.network),)


def parse_peer(text: str) -> tuple[str, ...]:
    """A CIDR, `any`, or a symbol with its kind, as in tag:Storage or group:sg-1."""
    kind, colon, name = text.partition(":")
    if colon and kind in SYMBOLS and name.strip() == name != "":
        return (text,)
    if colon and not set(kind) <= set(hexdigits):
        raise ValueError(f"`{text}` is no peer: symbols are written {', '.join(f'{symbol}:NAME' for symbol in SYMBOLS)}")
    return parse_network(text)


def parse_protocol(value: str | int) -> Service:
    """An allowance's protocol: a service without ports."""
    text = str(value)
    if text.startswith(("tcp/", "udp/")):
        raise ValueError(f"`{text}` holds a port: write protocol: {text[:3]} and ports: [{text[4:]}]")
    return parse_service(text)


def read_networks(mistakes: Mistakes, texts: list[str], *path: Step) -> tuple[str, ...]:
    """The CIDRs of a list in their normal spelling, each once."""
    empty: tuple[str, ...] = ()
    networks = [mistakes.attempt(parse_network, text, empty, *path, index) for index, text in enumerate(texts)]
    return tuple(dict.fromkeys(cidr for part in networks for cidr in part))


def read_service(mistakes: Mistakes, protocol: str | int | None, ports: list[str | int] | None, *path: Step) -> Service:
    """The traffic of an allowance's protocol and ports; ports alone are those of all protocols that have ports."""
    service = ANY_SERVICE
    if protocol is not None:
        service = mistakes.attempt(parse_protocol, protocol, ANY_SERVICE, *path, "protocol")
    if ports is None:
        return service
    pairs = [mistakes.attempt(parse_ports, port, (1, 1), *path, "ports", index) for index, port in enumerate(ports)]
    if service == ANY_SERVICE:
        return Service(PORT_PROTOCOLS, normal(pairs))
    if service not in (parse_service("tcp"), parse_service("udp")):
        mistakes.add(
            f"protocol `{protocol}` has no ports: only tcp and udp have; ICMP types are written protocol: icmp/8", *path, "ports"
        )
    return Service(service.protocols, normal(pairs))


def read_parameter(mistakes: Mistakes, parameter: Parameter, value: Any, *path: Step) -> ParameterValue | None:
    """A parameter's value by its type; None and a mistake if it is of another type."""
    if parameter.type == "port" and type(value) is int:
        return (mistakes.attempt(parse_ports, value, (1, 1), *path),)
    if parameter.type == "port" or not isinstance(value, list):
        mistakes.add(f"parameter `{parameter.id}` takes {WANTED[parameter.type]}", *path)
        return None
    if parameter.type == "cidrs":
        return read_networks(mistakes, [str(item) for item in value], *path)
    if parameter.type == "services":
        return tuple(mistakes.attempt(parse_service, str(item), ANY_SERVICE, *path, index) for index, item in enumerate(value))
    return normal(mistakes.attempt(parse_ports, item, (1, 1), *path, index) for index, item in enumerate(value))


WANTED = {
    "port": "one port, as in 443",
    "ports": "a list of ports, as in [22, 2200-2209]",
    "services": "a list of services, as in [tcp/22, udp/1434]",
    "cidrs": "a list of CIDRs, as in [10.10.1.0/24]",
}
