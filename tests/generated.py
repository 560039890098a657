"""Generated code as the naive packet judge sees it: read by python-hcl2, policies and site files by a plain YAML reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import hcl2
import yaml

from tests.oracle.nouns import (
    ALL,
    DIRECTIONS,
    Acl,
    Atom,
    Direction,
    Estate,
    Flow,
    Meeting,
    Place,
    Player,
    Range,
    Rule,
    Unit,
)
from tests.oracle.packet_judge import PROBES, STRANGERS, World
from tests.oracle.policy_reader import asked
from tests.oracle.sampling import edges, packet_of, service_edges
from tests.oracle.worlds import needs, passes

POLICIES = Path(__file__).parents[1] / "policies"
PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "*": None, "-1": None}
KINDS = {"aws": "aws_security_group", "azure": "azurerm_network_security_group"}


def estate_of(cloud: str, code: str, data: Mapping[str, Any]) -> Estate:
    """The estate of a generated directory: its groups, its rules, its site's roles, its policy's active flows."""
    policy = yaml.safe_load((POLICIES / f"{data['policy']}.yaml").read_text())
    resources = list(blocks(code, "resource"))
    names = {values["name"]: f"{kind}.{label}" for kind, label, values in resources if kind == KINDS[cloud]}
    rules: dict[str, list[Rule]] = {address: [] for address in names.values()}
    for kind, label, values in resources:
        if kind != KINDS[cloud]:
            owner, rule = (aws_rule if cloud == "aws" else azure_rule)(f"{kind}.{label}", values)
            rules[owner].append(rule)
    acls = tuple(
        Acl(address, "nsg" if cloud == "azure" else "group", (*own, *defaults(cloud, address))) for address, own in rules.items()
    )
    flows = tuple(active_flows(policy, data))
    return Estate(
        "aws" if cloud == "aws" else "azure",
        acls,
        tuple(Unit(((acl.address,),)) for acl in acls),
        tuple(players(cloud, policy, data, names)),
        flows,
        vnet=tuple(data.get("values", {}).get("VirtualNetwork", ())),
    )


def blocks(code: str, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The blocks of a kind with two labels."""
    options = hcl2.SerializationOptions(strip_string_quotes=True)
    for block in hcl2.loads(code, serialization_options=options).get(kind, ()):
        for first, inner in block.items():
            for second, values in inner.items():
                yield first, second, values


def reference(value: str) -> str:
    """`${aws_security_group.x.id}` without its dress."""
    return value.strip("${}").rpartition(".")[0]


def aws_rule(name: str, values: Mapping[str, Any]) -> tuple[str, Rule]:
    direction: Direction = "ingress" if "ingress" in name else "egress"
    protocol = PROTOCOLS[values["ip_protocol"]] if values["ip_protocol"] in PROTOCOLS else int(values["ip_protocol"])
    first, last = int(values.get("from_port", -1)), int(values.get("to_port", -1))
    ports: Range = (first, last)
    if protocol in (1, 58):
        ports = (
            ALL[0] if first < 0 else (first * 256, first * 256 + 255) if last < 0 else (first * 256 + last, first * 256 + last)
        )
    elif first < 0:
        ports = ALL[0]
    peer = values.get("cidr_ipv4") or values.get("cidr_ipv6")
    if "referenced_security_group_id" in values:
        peer = f"group:{reference(values['referenced_security_group_id'])}"
    if "prefix_list_id" in values:
        peer = "pl:s3"
    return reference(values["security_group_id"]), Rule(name, direction, protocol, (ports,), (str(peer),))


def azure_rule(name: str, values: Mapping[str, Any]) -> tuple[str, Rule]:
    direction: Direction = "ingress" if values["direction"] == "Inbound" else "egress"
    far, near = ("source", "destination") if direction == "ingress" else ("destination", "source")
    return reference(values["network_security_group_name"]), Rule(
        name,
        direction,
        PROTOCOLS[values["protocol"].lower()],
        tuple(port_range(text) for text in either(values, "destination_port_range")),
        tuple(prefix(text) for text in either(values, f"{far}_address_prefix")),
        values["access"] == "Allow",
        int(values["priority"]),
        local=tuple(prefix(text) for text in either(values, f"{near}_address_prefix")),
    )


def either(values: Mapping[str, Any], name: str) -> list[str]:
    """The singular or the plural field."""
    plural = f"{name}s" if name.endswith("range") else f"{name}es"
    return [values[name]] if name in values else list(values[plural])


def port_range(text: str) -> Range:
    low, _, high = text.partition("-")
    return ALL[0] if text == "*" else (int(low), int(high or low))


def prefix(text: str) -> str:
    return "any" if text == "*" else text if text[0].isdigit() else f"tag:{text}"


def defaults(cloud: str, address: str) -> list[Rule]:
    """What Azure adds to an NSG by itself."""
    if cloud == "aws":
        return []
    table: list[tuple[Direction, int, str, bool, str]] = [
        ("ingress", 65000, "tag:VirtualNetwork", True, "AllowVnetInBound"),
        ("ingress", 65001, "tag:AzureLoadBalancer", True, "AllowAzureLoadBalancerInBound"),
        ("ingress", 65500, "any", False, "DenyAllInBound"),
        ("egress", 65000, "tag:VirtualNetwork", True, "AllowVnetOutBound"),
        ("egress", 65001, "tag:Internet", True, "AllowInternetOutBound"),
        ("egress", 65500, "any", False, "DenyAllOutBound"),
    ]
    return [
        Rule(f"{address}.{name}", way, None, ALL, (peer,), allow, rank, default=True) for way, rank, peer, allow, name in table
    ]


def players(cloud: str, policy: Mapping[str, Any], data: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Player]:
    """Who plays each role, by the site or, where the product fixes it, by the policy."""
    for role, binding in data["roles"].items():
        addresses = tuple(names[entry["name"]] for entry in binding.get("match", ()))
        symbols = tuple(f"group:{address}" for address in addresses) if cloud == "aws" else ()
        networks = tuple(binding["cidrs"])
        yield Player(role, addresses, ("0.0.0.0/0", "::/0") if networks == ("any",) else networks, symbols)
    for role, told in policy["roles"].items():
        for peer in told.get("peers", {}).get(cloud, ()):
            if peer == "tag:AzureLoadBalancer":
                yield Player(role, networks=(PROBES,))
            elif peer == "tag:VirtualNetwork":
                yield Player(role, networks=tuple(data["values"]["VirtualNetwork"]))
            elif peer.startswith("prefix-list:"):
                yield Player(role, symbols=("pl:s3",))
            elif peer.startswith("tag:"):
                yield Player(role, symbols=(peer,))
            else:
                yield Player(role, networks=(peer,))


def active_flows(policy: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Flow]:
    """The policy's lines for a site with these features and parameters, their parameters filled in."""
    on = {name for name, feature in policy.get("features", {}).items() if feature.get("default") == "on"}
    on |= {name for name in data.get("features", ()) if isinstance(name, str)}
    defaults_ = {name: each.get("default") for name, each in policy.get("parameters", {}).items()}
    given = {**defaults_, **data.get("parameters", {})}
    for line in policy["flows"]:
        when = line.get("when", {})
        wanted = {"all-on": [when]} if isinstance(when, str) else when
        if on.issuperset(wanted.get("all-on", ())) and on.isdisjoint(wanted.get("all-off", ())):
            yield Flow(
                line["id"],
                listed(line["from"]),
                listed(line["to"]),
                tuple(text for service in line["services"] for text in services(service, given)),
                line["need"],
                None,
                tuple(line.get("ends", DIRECTIONS)),
            )


def listed(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def services(service: Any, given: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(service, dict):
        yield str(service)
        return
    value = given[service["parameter"]]
    for item in value if isinstance(value, list) else [value]:
        yield f"{service['protocol']}/{item}" if "protocol" in service else str(item)


# what the judge says


def unmet_flows(estate: Estate, acl: str, direction: Direction) -> set[tuple[str, str]]:
    """The required flows, each with its role here, of which a packet is denied at the ACL."""
    place = Place(estate, Unit(((acl,),)), direction)
    return {(each.flow.id, each.me.role) for each in needs(place) if each.other.role != "any" and not is_met(place, each)}


def is_met(place: Place, meeting: Meeting) -> bool:
    """Whether every service comes through, from all networks of the far role or from all its symbols."""
    parameters = dict((meeting.me if place.direction == "ingress" else meeting.other).parameters)
    bounds = {port for rule in place.rules() if not rule.default for port in edges(rule.ports)}
    points = set()
    for service in meeting.flow.services:
        protocol, ranges = service_edges(service, parameters)
        ports = {port for low, high in ranges for port in (low, high, *(each for each in bounds if low < each < high))}
        points |= {(number, port) for number in ([1, 6, 17, 47] if protocol is None else [protocol]) for port in ports}
    return all(arrives(place, meeting, protocol, port) for protocol, port in sorted(points))


def arrives(place: Place, meeting: Meeting, protocol: int, port: int) -> bool:
    """One service point: all networks of the other role pass, or all its symbols do."""
    packets = [packet_of(protocol, port, 50000, atom, None) for atom in atoms_of(meeting.other)]
    assert all(asked(place, meeting, packet) for packet in packets)
    passed = {packet.peer: passes(place, packet, World({})) for packet in packets}
    plain = [ok for atom, ok in passed.items() if atom.symbol is None]
    symbolic = [ok for atom, ok in passed.items() if atom.symbol is not None]
    return (bool(plain) and all(plain)) or (bool(symbolic) and all(symbolic))


def atoms_of(player: Player) -> list[Atom]:
    """The ends and the middle of its networks, and a member of each symbol."""
    networks = [ip_network(cidr) for cidr in player.networks or ()]
    spots = {network[index] for network in networks for index in (0, network.num_addresses // 2, -1)}
    strangers = [spot for spot in STRANGERS if spot.version == 4]
    return [Atom(None, spot) for spot in sorted(spots, key=str)] + [Atom(symbol, strangers[0]) for symbol in player.symbols]


def without(estate: Estate, acl: str, rule: Rule, *instead: Rule) -> Estate:
    """The estate with the rule taken out of the ACL, or others in its place."""

    def kept(each: Acl) -> Acl:
        return replace(each, rules=tuple(new for old in each.rules for new in (instead if old == rule else (old,))))

    return replace(estate, acls=tuple(kept(each) if each.address == acl else each for each in estate.acls))


def narrowed(rule: Rule) -> Iterable[Rule]:
    """The rule less one end of one of its port ranges, or less a half of one of its networks, in every way."""
    for position, (low, high) in enumerate(rule.ports):
        if (low, high) != ALL[0]:
            for run in [((low + 1, high),), ((low, high - 1),)] if low < high else [()]:
                yield replace(rule, ports=(*rule.ports[:position], *run, *rule.ports[position + 1 :]))
    for position, peer in enumerate(rule.peers):
        if "/" in peer and len(rule.peers) + ip_network(peer).num_addresses > 2:
            network = ip_network(peer)
            halves = list(network.subnets()) if network.num_addresses > 1 else []
            for half in [(str(each),) for each in halves] or [()]:
                yield replace(rule, peers=(*rule.peers[:position], *half, *rule.peers[position + 1 :]))
