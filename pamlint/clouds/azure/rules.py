"""The rules of NSGs: both sides, ports and protocols in the provider's attribute names.

Sources: the Azure documentation (network security groups overview, service tags, application security groups) and the
provider's documentation of each resource type.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pamlint.clouds.azure.cards import name_asg
from pamlint.clouds.ledger import Ledger, outside
from pamlint.clouds.ordered import chosen, word
from pamlint.clouds.values import at_most, cidr_peer, few, items, number, shown, string, text, unknown_extent
from pamlint.model.acl import ANYWHERE, Action, Extent, Peer, Rule, Text, tag_symbol
from pamlint.model.addresses import ANY, PUBLIC, parse_cidr
from pamlint.model.finding import Direction
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges, subtract, union
from pamlint.model.resource import Block, Resource, Unknown
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS

ESP: Ranges = ((50, 50),)
AH: Ranges = ((51, 51),)
PROTOCOLS: Mapping[str, Ranges] = {
    "tcp": ((6, 6),),
    "udp": ((17, 17),),
    "icmp": ((1, 1),),
    "esp": ESP,
    "ah": AH,
    "*": ALL_PROTOCOLS,
    "any": ALL_PROTOCOLS,
}
WITH_PORTS: Ranges = ((6, 6), (17, 17))
PROBES = parse_cidr("168.63.129.16")
CLASSIC_TAGS = {"virtual_network": "virtualnetwork", "azure_loadbalancer": "azureloadbalancer"}
VIRTUAL_NETWORK = "tag|virtualnetwork"
DIRECTIONS: Mapping[str, Direction] = {"Inbound": "ingress", "Outbound": "egress"}
ACTIONS: Mapping[str, Action] = {"Allow": "allow", "Deny": "deny"}
LAST = 4096


class RuleReader:
    """Reads rules; what the tag VirtualNetwork means is told for each NSG.

    `own` are the addresses of the virtual networks that are behind each such meaning: public ones are no part of the Internet.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.own: dict[str, Ranges] = {}

    def rules(self, name: str, body: Block, resource: Resource, inside: Peer) -> list[Rule]:
        """One rule, or, where direction, action or priority is unknown, the possible rules that stand for it."""
        values = body.values
        field = partial(self._ledger.understood, resource, body.location, name)
        direction = field(lambda: word(values.get("direction"), DIRECTIONS, "direction"))
        action = field(lambda: word(values.get("access"), ACTIONS, "access"))
        priority = field(lambda: _priority(values.get("priority")))
        destination = _run(field(lambda: ports(values, ("destination_port_range", "destination_port_ranges"), EMPTY)))
        source = _run(field(lambda: ports(values, ("source_port_range", "source_port_ranges"), ALL_PORTS)))
        served = field(lambda: services(text(values.get("protocol")), destination, source))
        if isinstance(served, Unknown):
            served = services(served, destination, source)
        near = [self._side(name, side, resource, body, inside) for side in ("source", "destination")]
        because = direction.because if isinstance(direction, Unknown) else ()
        found: list[Rule] = []
        for each in either(direction):
            peers, local = near if each == "ingress" else reversed(near)
            rule = Rule(
                name,
                each,
                "allow",
                *served,
                peers=peers,
                local=tuple(ANYWHERE if peer == inside else peer for peer in local),
                source_ports=source,
                possible=(*body.possible, *because),
                location=body.location,
                ignores=body.ignores,
                called=string(values.get("name")),
            )
            found += chosen(rule, action, priority, LAST)
        return found

    def _side(self, name: str, side: str, resource: Resource, body: Block, inside: Peer) -> tuple[Peer, ...]:
        """The union of everything that the singular and plural fields of one side of a rule name."""
        values = body.values
        peers = []
        for attribute in (f"{side}_address_prefix", f"{side}_address_prefixes"):
            value = values.get(attribute)
            if isinstance(value, Unknown) and value.attribute == (resource.address, attribute):
                continue
            for item in items(value):
                pieces = item.split(",") if isinstance(item, str) else [item]
                peers += [self.prefix(piece, name, resource, body, inside) for piece in pieces]
        for item in items(values.get(f"{side}_application_security_group_ids")):
            peers.append(self._asg(item, resource.root))
        return tuple(dict.fromkeys(peers))

    def prefix(self, item: Any, rule: str, resource: Resource, body: Block, inside: Peer) -> Peer:
        """What a rule names: a CIDR, an address, a service tag, `*` or `Any`."""
        if isinstance(item, Unknown):
            return Peer(few(item.because), because=item.because, at_most=at_most(item, ANY))
        written = shown(item).strip()
        if written.lower() in ("*", "any"):
            return ANYWHERE
        try:
            return cidr_peer(written)
        except ValueError as error:
            if written[:1].isdigit() or ":" in written:
                return Peer(written, because=(self._ledger.problem(resource, body.location, rule, str(error)),))
            return self.tag(written, inside)

    def tag(self, written: str, inside: Peer) -> Peer:
        """A service tag: known addresses for the fixed ones, else a symbol."""
        lowered = CLASSIC_TAGS.get(written.lower(), written.lower())
        if lowered == "internet":
            return Peer("Internet", subtract(PUBLIC, self.own.get(inside.symbol or "", EMPTY)))
        if lowered == "azureloadbalancer":
            return Peer("AzureLoadBalancer", PROBES)
        if lowered == "virtualnetwork":
            return inside
        key = f"tag|{lowered}"
        if key not in self._ledger.symbols:
            self._ledger.symbols[key] = tag_symbol(written, self._ledger.tags)
        return Peer(f"tag:{written}", symbol=key)

    def _asg(self, item: Any, root: str) -> Peer:
        key = self._ledger.names.lead(item, root)
        if key is not None and key in self._ledger.symbols:
            return Peer(self._ledger.symbols[key].text, symbol=key)
        if isinstance(item, Unknown) and item.attribute is None:
            worn = item.name and outside(item, root, "ASG")[0] in self._ledger.symbols
            if not worn:
                return Peer(few(item.because), because=item.because, members=True)
        key = name_asg(self._ledger, item, root)
        return Peer(self._ledger.symbols[key].text, symbol=key)


def _priority(value: Any) -> int | Unknown:
    """The priority of a rule. Raises ValueError where it has none."""
    found = number(value)
    if found is None:
        raise ValueError("it has no priority")
    return found


def _run(found: Extent | Unknown) -> Extent:
    """Ports, all of them perhaps where it is not known which."""
    return unknown_extent(found, ALL_PORTS) if isinstance(found, Unknown) else found


def either(direction: Direction | Unknown) -> tuple[Direction, ...]:
    """The directions that a rule may have."""
    return ("ingress", "egress") if isinstance(direction, Unknown) else (direction,)


def unreadable(name: str, body: Block, actions: tuple[Action, ...], because: str) -> list[Rule]:
    """What stands for a rule that could not be understood, for a reference: anything may hang on it."""
    everything = Rule(name, "ingress", "allow", Extent(ALL_PROTOCOLS), Extent(ALL_PORTS), (ANYWHERE,))
    first = replace(everything, priority=0, possible=(because,), location=body.location)
    return [replace(first, direction=direction, action=action) for direction in DIRECTIONS.values() for action in actions]


def ports(values: Any, attributes: tuple[str, ...], default: Ranges) -> Extent:
    """The union of the singular and the plural field. Raises ValueError for what is no port."""
    known: Ranges = EMPTY
    because: set[str] = set()
    for attribute in attributes:
        for item in items(values.get(attribute)):
            if isinstance(item, Unknown):
                because.update(item.because or (attribute,))
                continue
            for piece in shown(item).split(","):
                known = union(known, _port_range(piece.strip()))
    if not known and not because:
        return Extent(default)
    return Extent(known, ALL_PORTS if because else EMPTY, tuple(sorted(because)))


def _port_range(written: str) -> Ranges:
    if written in ("*", "any", "Any"):
        return ALL_PORTS
    low, dash, high = written.partition("-")
    if not low.isdigit() or (dash and not high.isdigit()) or not 0 <= int(low) <= int(high or low) <= 65535:
        raise ValueError(f"{written!r} is no port: numbers from 0 to 65535, runs written 1-9, or *")
    return ((int(low), int(high or low)),)


def services(protocol: Text | None, destination: Extent, source: Extent) -> tuple[Extent, Extent]:
    """Protocols and destination ports. A rule for any protocol that names ports matches only the protocols that have ports."""
    if isinstance(protocol, Unknown):
        return unknown_extent(protocol, ALL_PROTOCOLS), destination
    found = PROTOCOLS.get((protocol or "").lower())
    if found is None:
        raise ValueError(f"its protocol is {protocol!r}; allowed are Tcp, Udp, Icmp, Esp, Ah and *")
    if found in (ESP, AH):
        return Extent(found), Extent(ALL_PORTS)
    because = tuple(sorted({*destination.because, *source.because}))
    if found == ALL_PROTOCOLS and because:
        return Extent(WITH_PORTS, subtract(ALL_PROTOCOLS, WITH_PORTS), because), destination
    if found == ALL_PROTOCOLS and (destination.known != ALL_PORTS or source.known != ALL_PORTS):
        return Extent(WITH_PORTS), destination
    return Extent(found), destination
