"""Which packets to ask about: every boundary of rules, services and networks, one step to either side."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network
from random import Random

from tests.oracle.nouns import Address, Atom, Estate, Packet, Place, Range, Rule, Unit
from tests.oracle.packet_judge import PROTOCOLS, STRANGERS, reach
from tests.oracle.policy_reader import players

NAMED = frozenset(PROTOCOLS.values())


def edges(ranges: tuple[Range, ...]) -> set[int]:
    near = {edge + step for low, high in ranges for edge in (low, high) for step in (-1, 0, 1)}
    return {number for number in near if 0 <= number <= 65535}


@lru_cache(maxsize=10_000)
def network_edges(cidr: str) -> frozenset[Address]:
    """The first and last address of a network, and their neighbours; odd corners of the address plan are left out."""
    if cidr == "any":
        return network_edges("0.0.0.0/0") | network_edges("::/0")
    network = ip_network(cidr)
    first, last = int(network[0]), int(network[-1])
    kind, top = type(network[0]), 2**network.max_prefixlen - 1
    found: set[Address] = {kind(n) for edge in (first, last) for n in (edge - 1, edge, edge + 1) if 0 <= n <= top}
    return frozenset({address for address in found if ordinary(address)} | {each for each in STRANGERS if each in network})


def ordinary(address: Address) -> bool:
    """Unicast that every table of special addresses files alike."""
    if address.version == 6:
        return address in ip_network("2000::/3") or address in ip_network("fc00::/7")
    return not address.is_multicast


def service_edges(service: str, parameters: dict[str, int]) -> tuple[int | None, tuple[Range, ...]]:
    """A service's protocol (None: any) and ports."""
    protocol, _, ports = service.partition("/")
    if ports.startswith("{"):
        ports = str(parameters[ports[1:-1]])
    number = None if protocol == "any" else int(protocol) if protocol.isdigit() else PROTOCOLS[protocol]
    if not ports:
        return number, ((0, 65535),)
    if number in (1, 58):
        kind, _, code = ports.partition("/")
        first = int(kind) * 256 + int(code or 0)
        return number, ((first, first if code else first + 255),)
    low, _, high = ports.partition("-")
    return number, ((int(low), int(high or low)),)


class Grid:
    """The coordinates worth asking about at one unit in one direction."""

    def __init__(self, place: Place) -> None:
        self.estate, self.rules = place.estate, place.rules()
        estate = self.estate
        parameters = [dict(estate.parameters) | dict(player.parameters) for player in estate.players]
        self.boxes = [(rule.protocol, rule.ports) for rule in self.rules] + sorted(
            {service_edges(service, each) for flow in estate.flows for service in flow.services for each in parameters}, key=repr
        )
        self.protocols = sorted(NAMED | {47} | {box[0] for box in self.boxes if box[0] is not None})
        self.ports = sorted({port for _, ranges in self.boxes for port in edges(ranges)})
        self.source_ports = sorted(
            {port for rule in self.rules for port in edges(rule.source_ports)} | edges(((1024, 49151), (49152, 65535)))
        )
        self.locals = local_samples(place.unit, self.rules)
        self.addresses = sorted(self._addresses(place), key=lambda address: (address.version, int(address)))
        settled = {"tag:AzureLoadBalancer", "tag:Internet", *(name for name, _ in estate.lists)}
        settled |= {"tag:VirtualNetwork"} if estate.vnet_settled else set()
        members = {symbol for player in players(estate) for symbol in player.symbols}
        self.symbols = sorted(({peer for rule in self.rules for peer in rule.peers if symbolic(peer)} | members) - settled)
        self.atoms = [Atom(None, address) for address in self.addresses]
        self.atoms += [Atom(symbol, spot) for symbol in self.symbols for spot in places_of(estate, symbol)]
        self.atoms_by_rule = [self._atoms_of(rule) for rule in self.rules]

    def _addresses(self, place: Place) -> set[Address]:
        estate = place.estate
        cidrs = {peer for rule in self.rules for peer in rule.peers} | {*estate.vnet, *estate.peered, *place.unit.inside}
        cidrs |= {cidr for _, entries in estate.lists for cidr in entries}
        cidrs |= {cidr for player in players(estate) for member in player.members for cidr in member.addresses}
        cidrs |= {cidr for player in players(estate) for cidr in player.networks or ()}
        cidrs |= {peer for allowance in estate.allowances for peer in allowance.peers}
        addresses = {address for cidr in cidrs if numeric(cidr) for address in network_edges(cidr)}
        return addresses | set(STRANGERS) | {ip_address("192.168.77.7")}

    def packets(self, random: Random, per_box: int, anywhere: int) -> list[Packet]:
        """Packets round each rule and service, and some from anywhere on the grid."""
        found = []
        for protocol, ranges in self.boxes:
            near = sorted(edges(ranges))
            found += [self._one(random, protocol, near) for _ in range(per_box)]
        found += [self._one(random, None, self.ports) for _ in range(anywhere)]
        return [packet for packet in found if sensible(packet)]

    def _one(self, random: Random, protocol: int | None, ports: list[int]) -> Packet:
        chosen = random.choice(self.protocols) if protocol is None or random.random() < 0.1 else protocol
        mine = random.choice(self.atoms_by_rule) if self.atoms_by_rule else []
        atom = random.choice(mine) if mine and random.random() < 0.6 else random.choice(self.atoms)
        port = random.choice(ports if random.random() < 0.8 else self.ports) if ports and self.ports else 443
        return packet_of(chosen, port, random.choice(self.source_ports), atom, random.choice(self.locals))

    def _atoms_of(self, rule: Rule) -> list[Atom]:
        lists = dict(self.estate.lists)
        cidrs = [cidr for peer in rule.peers for cidr in lists.get(peer, (peer,)) if numeric(cidr)]
        addresses = [Atom(None, each) for cidr in cidrs for each in sorted(network_edges(cidr), key=str)]
        return addresses + [atom for atom in self.atoms if atom.symbol in rule.peers]


def places_of(estate: Estate, symbol: str) -> list[Address]:
    """Where members of a symbol may stand: at the edges of the network that holds them all, and where some are known to be."""
    lines = reach(estate, symbol)
    if lines == ("any",):
        return list(STRANGERS)
    subnets = [cidr for subnet in estate.subnets for cidr in subnet.cidrs]
    inner = {ip_network(cidr)[end] for cidr in (*lines, *subnets) for end in (1, -1)}
    known = {ip_address(machine.ip) for machine in estate.machines if machine.ip}
    return sorted({each for each in inner | known if any(each in ip_network(line) for line in lines)}, key=str)


def packet_of(protocol: int, port: int, source_port: int, atom: Atom, local: Address | None) -> Packet:
    """A packet whose numbers are zero where its protocol has none."""
    ported = protocol in (6, 17)
    return Packet(protocol, port if protocol in NAMED else 0, source_port if ported else 0, atom, local)


def sensible(packet: Packet) -> bool:
    """ICMP belongs to IPv4 and ICMPv6 to IPv6, both ends of a packet to one family."""
    version = packet.peer.address.version
    families = {1: 4, 58: 6}
    one_family = packet.local is None or packet.local.version == version
    return families.get(packet.protocol, version) == version and one_family


def local_samples(unit: Unit, rules: list[Rule]) -> list[Address | None]:
    networks = [ip_network(cidr) for cidr in unit.local]
    cidrs = set(unit.local) | {cidr for rule in rules for cidr in rule.local if numeric(cidr) and cidr != "any"}
    spots = {address for cidr in cidrs for address in network_edges(cidr) if any(address in network for network in networks)}
    return [*sorted(spots, key=lambda address: (address.version, int(address)))] or [None]


def numeric(peer: str) -> bool:
    return peer == "any" or "/" in peer


def symbolic(peer: str) -> bool:
    return not numeric(peer) and not peer.startswith("var")
