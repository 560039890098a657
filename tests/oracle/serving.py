"""Rules that serve every flow of an estate, in every ACL of a packet's way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from random import Random

from tests.oracle.nouns import ALL, DIRECTIONS, OPPOSITE, PUBLIC_CLIENTS, Direction, Estate, Meeting, Place, Rule, Unit
from tests.oracle.policy_reader import meetings
from tests.oracle.sampling import service_edges

STYLES = {
    "group": ("inline", "attribute", "old", "new"),
    "nacl": ("inline", "attribute", "separate"),
    "nsg": ("inline", "separate"),
    "admin": ("separate",),
}
EVERYWHERE = ("0.0.0.0/0", "::/0")


def with_rules(random: Random, estate: Estate) -> Estate:
    """The estate with rules that serve every flow, each ACL in one of the ways to write rules."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for unit in estate.units:
        for direction in DIRECTIONS:
            for meeting in meetings(Place(estate, unit, direction)):
                if meeting.flow.need != "blocked" and direction in meeting.flow.ends:
                    for address, rules in served(random, estate, unit, direction, meeting):
                        found[address] += rules
    acls = []
    for acl in estate.acls:
        rules = found[acl.address]
        if acl.kind == "nacl" and random.random() < 0.35:
            rules = [Rule("", direction, None, ALL, EVERYWHERE) for direction in DIRECTIONS]
        style = random.choice(STYLES[acl.kind])
        acls.append(replace(acl, rules=tuple(replace(rule, style=style) for rule in dict.fromkeys(rules))))
    return replace(estate, acls=tuple(acls))


def served(random: Random, estate: Estate, unit: Unit, direction: Direction, meeting: Meeting) -> list[tuple[str, list[Rule]]]:
    """The rules of one flow for each layer of a chain; of several groups one gets them."""
    found = []
    for layer in unit.layers:
        kind = estate.acl(layer[0]).kind
        rules = serving(random, estate, direction, meeting)
        if kind == "nacl":
            rules = at_the_edge(estate, rules, direction, meeting)
        if kind != "admin" or random.random() < 0.2:
            found.append((random.choice(layer), rules))
    return found


def serving(random: Random, estate: Estate, direction: Direction, meeting: Meeting) -> list[Rule]:
    flow, me, other = meeting
    by_symbol = bool(other.symbols) and (other.networks is None or random.random() < 0.4)
    peers = other.symbols if by_symbol else other.networks or ()
    listener = me if direction == "ingress" else other
    found = []
    for service in flow.services:
        protocol, ports = service_edges(service, dict(estate.parameters) | dict(listener.parameters))
        if estate.cloud == "azure" and protocol not in (6, 17):
            ports, protocol = ALL, protocol if protocol in (None, 1) else None
        found.append(Rule("", direction, protocol, ports, tuple(peers)))
    return [rule for rule in found if rule.peers]


def at_the_edge(estate: Estate, rules: list[Rule], direction: Direction, meeting: Meeting) -> list[Rule]:
    """The rules of a network ACL: they name addresses alone, and the replies need rules of their own."""
    known = [cidr for member in meeting.other.members for cidr in member.addresses]
    peers = meeting.other.networks or tuple(known) or estate.vnet
    there = [replace(rule, peers=peers) for rule in rules]
    back = [
        replace(rule, direction=OPPOSITE[direction], protocol=rule.protocol, ports=(PUBLIC_CLIENTS,) if rule.protocol else ALL)
        for rule in there
        if rule.protocol in (6, 17, None)
    ]
    return [*there, *back]
