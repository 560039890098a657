"""A naive judge of one packet: it walks the rules one by one. It knows no sets of traffic.

A `World` settles what an estate leaves open: the values of its unset variables, and whether the packet's far side belongs
to symbols whose members nobody knows. Whoever asks tries every world.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Literal, NamedTuple

from tests.oracle.nouns import Acl, Address, Atom, Direction, Estate, Packet, Place, Range, Rule

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
STRANGERS = (ip_address("9.9.9.9"), ip_address("100.99.98.97"), ip_address("2600::9"))
"""Addresses where an interface of an unknown symbol may stand: no estate names them."""
PROBES = "168.63.129.16/32"
"""Where Azure's load balancers probe from."""

Mode = Literal["extra", "need"]


class World(NamedTuple):
    """One way to settle what is open: each variable's value, and the symbols that hold the packet's far side.

    Extra traffic is told of the symbol that lets it in; so where extra is asked for, an allow of a symbol is none of addresses.
    """

    variables: dict[str, str | int | None]
    inside: frozenset[str] = frozenset()
    mode: Mode = "need"


@lru_cache(maxsize=200_000)
def within(cidr: str, address: Address) -> bool:
    return cidr == "any" or address in ip_network(cidr)


def public(address: Address) -> bool:
    return address.is_global and not address.is_multicast


def in_ranges(ranges: tuple[Range, ...], number: int) -> bool:
    return any(low <= number <= high for low, high in ranges)


def ports_match(rule: Rule, ordered: bool, packet: Packet, world: World) -> bool:
    ports = rule.ports
    if rule.port_variable:
        value = world.variables[rule.port_variable]
        ports = ((int(value or 0), int(value or 0)),)
    whole, has_ports = ((0, 65535),), packet.protocol in (6, 17)
    if not ordered:  # AWS: only these four protocols have ports or types, whatever range is written
        return rule.protocol not in PROTOCOLS.values() or in_ranges(ports, packet.port)
    if rule.source_ports != whole and not (has_ports and in_ranges(rule.source_ports, packet.source_port)):
        return False
    return ports == whole or (has_ports and in_ranges(ports, packet.port))


def in_vnet(estate: Estate, atom: Atom, world: World) -> bool:
    return any(within(cidr, atom.address) for cidr in estate.vnet) or (
        not estate.vnet_settled and (atom.symbol == "tag:VirtualNetwork" or "tag:VirtualNetwork" in world.inside)
    )


def peer_matches(estate: Estate, rule: Rule, peer: str, atom: Atom, world: World) -> bool:
    if peer.startswith("var"):
        value = world.variables[peer]
        if value is None:
            return False
        peer = str(value)
    told_of_symbols = world.mode == "extra" and rule.allow
    if peer == "any" or "/" in peer:
        return within(peer, atom.address)
    if peer == atom.symbol:
        return True
    if peer == "tag:AzureLoadBalancer":
        return within(PROBES, atom.address)
    if estate.vnet_settled and peer in ("tag:VirtualNetwork", "tag:Internet"):
        return in_vnet(estate, atom, world) if peer == "tag:VirtualNetwork" else internet(estate, atom, world)
    if not estate.vnet_settled and peer == "tag:VirtualNetwork" and not atom.symbol and in_vnet(estate, atom, World({})):
        return True
    worn = peer.startswith(("group:", "asg:"))
    if told_of_symbols or (worn and (rule.allow or public(atom.address))):  # members have private addresses
        return False
    return internet(estate, atom, world) if peer == "tag:Internet" else peer in world.inside


def internet(estate: Estate, atom: Atom, world: World) -> bool:
    return public(atom.address) and not in_vnet(estate, atom, world)


def rule_matches(estate: Estate, rule: Rule, packet: Packet, world: World) -> bool:
    return (
        (rule.count_variable is None or bool(world.variables[rule.count_variable]))
        and rule.protocol in (None, packet.protocol)
        and ports_match(rule, estate.cloud == "azure", packet, world)
        and any(cidr in ("any", "tag:VirtualNetwork") or not packet.local or within(cidr, packet.local) for cidr in rule.local)
        and any(peer_matches(estate, rule, peer, packet.peer, world) for peer in rule.peers)
    )


def admitting(estate: Estate, acl: Acl, direction: Direction, packet: Packet, world: World) -> tuple[Rule, ...]:
    """The allow rules that let the packet through this ACL; none if it is stopped."""
    rules = (rule for rule in acl.rules if rule.direction == direction)
    if not acl.ordered:
        return tuple(rule for rule in rules if rule_matches(estate, rule, packet, world))
    for rule in sorted(rules, key=lambda rule: rule.priority):
        if rule_matches(estate, rule, packet, world):
            return (rule,) if rule.allow else ()
    return ()


def walk(place: Place, packet: Packet, world: World) -> dict[str, tuple[Rule, ...]]:
    """Each ACL of the packet's way, in its order, with the rules that let it through; it ends where the packet is stopped."""
    steps: dict[str, tuple[Rule, ...]] = {}
    estate, acls = place.estate, place.unit.acls
    for address in acls if place.direction == "ingress" else acls[::-1]:
        steps[address] = admitting(estate, estate.acl(address), place.direction, packet, world)
        if not steps[address]:
            break
    return steps
