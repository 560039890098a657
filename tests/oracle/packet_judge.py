"""A naive judge of one packet: it walks the rules one by one. It knows no sets of traffic.

A `World` settles what an estate leaves open: the values of its unset variables, and whether the packet's far side belongs
to symbols whose members nobody knows. Whoever asks tries every world.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Literal, NamedTuple

from tests.oracle.nouns import Address, Atom, Estate, Packet, Place, Range, Rule, rules_of

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
STRANGERS = (ip_address("9.9.9.9"), ip_address("100.99.98.97"), ip_address("200.9.9.9"), ip_address("2600::9"))
"""Addresses where an interface of an unknown symbol may stand: no estate names them."""
PROBES = "168.63.129.16/32"
"""Where Azure's load balancers probe from."""

Mode = Literal["extra", "need", "either"]


class World(NamedTuple):
    """One way to settle what is open: each variable's value, and the symbols that hold the packet's far side.

    Extra traffic is told of the symbol that lets it in; so where extra is asked for, an allow of a symbol is none of addresses.
    What is needed is served by known members alone; `either` asks what a group lets in if the far side is in it.
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


def ports_match(rule: Rule, kind: str, packet: Packet, world: World) -> bool:
    ports = rule.ports
    if rule.port_variable:
        value = world.variables[rule.port_variable]
        ports = ((int(value or 0), int(value or 0)),)
    whole, has_ports = ((0, 65535),), packet.protocol in (6, 17)
    if kind in ("group", "nacl"):  # only these four protocols have ports or types, whatever range is written
        all_icmp = kind == "nacl" and rule.protocol == 58 and packet.protocol == 1
        return rule.protocol not in PROTOCOLS.values() or all_icmp or in_ranges(ports, packet.port)
    if rule.source_ports != whole and not (has_ports and in_ranges(rule.source_ports, packet.source_port)):
        return False
    return ports == whole or (has_ports and in_ranges(ports, packet.port))


def protocol_matches(rule: Rule, kind: str, packet: Packet) -> bool:
    """ICMPv6 on an IPv4 network is all of ICMP in a network ACL."""
    as_icmp = kind == "nacl" and rule.protocol == 58 and packet.peer.address.version == 4
    return rule.protocol in (None, packet.protocol) or (as_icmp and packet.protocol == 1)


def inside(place: Place) -> tuple[str, ...]:
    """The prefixes that VirtualNetwork surely holds at a place."""
    return place.estate.vnet if place.estate.vnet_settled else place.unit.inside


def in_vnet(place: Place, atom: Atom, world: World) -> bool:
    return any(within(cidr, atom.address) for cidr in inside(place)) or (
        not place.estate.vnet_settled and (atom.symbol == "tag:VirtualNetwork" or "tag:VirtualNetwork" in world.inside)
    )


def wearing(estate: Estate, symbol: str) -> bool:
    """Whether some machine is known to wear a group or ASG."""
    name = symbol.partition(":")[2]
    return any(name in (*machine.acls, *machine.asgs) for machine in estate.machines)


@lru_cache(maxsize=100_000)
def is_member(estate: Estate, symbol: str, address: Address) -> bool:
    """Whether a machine that wears the group or ASG is known to have the address."""
    name = symbol.partition(":")[2]
    worn = (machine for machine in estate.machines if name in (*machine.acls, *machine.asgs))
    return any(machine.ip is not None and ip_address(machine.ip) == address for machine in worn)


@lru_cache(maxsize=4096)
def reach(estate: Estate, symbol: str) -> tuple[str, ...]:
    """Where members of a symbol can be: in the VPC of a group, in the VNet of an ASG with a known member; else anywhere."""
    kind, _, name = symbol.partition(":")
    in_vpc = kind == "group" and any(acl.address == name for acl in estate.acls)
    return estate.vnet if estate.vnet and (in_vpc or (kind == "asg" and wearing(estate, symbol))) else ("any",)


def peer_matches(place: Place, rule: Rule, peer: str, atom: Atom, world: World) -> bool:
    estate = place.estate
    if peer.startswith("var"):
        value = world.variables[peer]
        if value is None:
            return False
        peer = str(value)
    if peer == "any" or "/" in peer:
        return within(peer, atom.address)
    entries = dict(estate.lists).get(peer)
    if entries is not None:
        return any(within(cidr, atom.address) for cidr in entries)
    if peer == atom.symbol:
        return True
    if peer == "tag:AzureLoadBalancer":
        return within(PROBES, atom.address)
    if peer == "tag:Internet":
        return internet(place, atom, world)
    if estate.vnet_settled and peer == "tag:VirtualNetwork":
        return in_vnet(place, atom, world)
    if not estate.vnet_settled and peer == "tag:VirtualNetwork" and in_vnet(place, atom, World({})):
        return True
    worn = peer.startswith(("group:", "asg:"))
    if worn and is_member(estate, peer, atom.address):
        return True
    if worn and rule.allow and world.mode != "either":  # what is required needs members that are known
        return (
            world.mode == "extra" and atom.symbol is not None and peer in world.inside and may_stand(estate, peer, atom.address)
        )
    if world.mode == "extra" and rule.allow and (atom.symbol is None or len(place.unit.layers) == 1):
        return False
    if worn and not may_stand(estate, peer, atom.address):
        return False
    return peer in world.inside


def may_stand(estate: Estate, symbol: str, address: Address) -> bool:
    """Whether an unknown member of a group or ASG may have the address: it is private, and in the network where all are."""
    lines = reach(estate, symbol)
    return not public(address) if lines == ("any",) else any(within(cidr, address) for cidr in lines)


def internet(place: Place, atom: Atom, world: World) -> bool:
    """Public addresses outside of the VNet; what else counts as VirtualNetwork takes nothing from it."""
    return public(atom.address) and not (place.estate.vnet_settled and in_vnet(place, atom, world))


def local_matches(place: Place, local: str, packet: Packet) -> bool:
    """The near side: an ASG holds where what stands behind the ACL wears it."""
    if local.startswith("asg:"):
        return local.partition(":")[2] in (place.unit.wears or ())
    return local in ("any", "tag:VirtualNetwork") or not packet.local or within(local, packet.local)


def rule_matches(place: Place, kind: str, rule: Rule, packet: Packet, world: World) -> bool:
    return (
        (rule.count_variable is None or bool(world.variables[rule.count_variable]))
        and protocol_matches(rule, kind, packet)
        and ports_match(rule, kind, packet, world)
        and any(local_matches(place, local, packet) for local in rule.local)
        and any(peer_matches(place, rule, peer, packet.peer, world) for peer in rule.peers)
    )


class Step(NamedTuple):
    """What one layer says: the allow rules that match first, and whether the packet goes on."""

    layer: tuple[str, ...]
    rules: tuple[Rule, ...]
    open: bool


def step(place: Place, layer: tuple[str, ...], packet: Packet, world: World) -> Step:
    """One layer by itself. Admin rules hold nothing back that they do not deny; network ACLs see nothing inside of a subnet.

    A list that does not stand there stops nothing.
    """
    kind = place.estate.acl(layer[0]).kind
    if kind == "nacl" and any(within(cidr, packet.peer.address) for cidr in place.unit.subnet):
        return Step(layer, (), True)
    absent = {address for address, variable in place.unit.loose if not world.variables[variable]}
    if kind != "group" and layer[0] in absent:
        return Step(layer, (), True)
    rules = (rule for address in layer if address not in absent for rule in rules_of(place.estate, address, place.direction))
    matching = (rule for rule in rules if rule_matches(place, kind, rule, packet, world))
    if kind == "group":
        found = tuple(matching)
        return Step(layer, found, bool(found))
    first = next(matching, None)
    if kind == "admin":
        return Step(layer, (first,) if first and first.always else (), first is None or first.allow)
    return Step(layer, (first,) if first and first.allow else (), first is not None and first.allow)


def walk(place: Place, packet: Packet, world: World) -> list[Step]:
    """Every layer of the packet's way in its order, up to the one that stops it; what an admin rule always allows none stops."""
    steps: list[Step] = []
    for layer in path(place):
        found = step(place, layer, packet, world)
        forced = any(rule.always for each in steps for rule in each.rules)
        steps.append(found._replace(open=found.open or forced))
        if not steps[-1].open:
            break
    return steps


def path(place: Place) -> tuple[tuple[str, ...], ...]:
    """The layers in the order in which a packet meets them: admin rules before all others, both ways."""
    layers = place.unit.layers if place.direction == "ingress" else place.unit.layers[::-1]
    return tuple(sorted(layers, key=lambda layer: place.estate.acl(layer[0]).kind != "admin"))


def passes(place: Place, packet: Packet, world: World) -> bool:
    steps = walk(place, packet, world)
    return len(steps) == len(place.unit.layers) and steps[-1].open
