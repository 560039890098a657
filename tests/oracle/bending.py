"""Estates that are nearly right, bent: a few rules changed, dropped, or added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from random import Random

from tests.oracle.nouns import ALL, DIRECTIONS, Acl, Estate, Range, Rule
from tests.oracle.sampling import numeric
from tests.oracle.spelling import spelled

PORTS: tuple[Range, ...] = ((22, 22), (443, 443), (1, 1024), (2225, 2240), (3389, 3389), (0, 65535))
VNET = "10.30.0.0/16"
FOREIGN = "group:sg-0f0e1d2c3b4a59687"


def bent(random: Random, estate: Estate) -> Estate:
    """The estate after a few changes, with denies and loose rules; then spelled as its cloud can say it, and named."""
    variables = iter(f"unset_{number}" for number in range(random.choice((0, 0, 1, 2))))
    acls = []
    for acl in estate.acls:
        rules = [bend(random, estate, acl, rule, variables) if random.random() < 0.25 else rule for rule in acl.rules]
        kept = [rule for rule in rules if random.random() > 0.08]
        loose = [loose_rule(random, estate, acl) for _ in range(random.choice((0, 0, 0, 1, 2)))]
        style = kept[0].style if kept else "inline"
        kept += [replace(rule, style=style) for rule in loose]
        acls.append(replace(acl, rules=tuple(kept)))
    return spelled(random, replace(estate, acls=tuple(acls)))


def loose_rule(random: Random, estate: Estate, acl: Acl) -> Rule:
    protocol = random.choice((6, 6, 17, None, 1) if estate.cloud == "azure" else (6, 6, 17, None, 1, 47, 58))
    ports = random.choice(PORTS) if protocol in (6, 17) or (protocol is None and estate.cloud == "azure") else ALL[0]
    peers = (random.choice(peers_of(estate, acl)),)
    allow = acl.kind == "group" or random.random() < 0.6
    always = acl.kind == "admin" and allow and random.random() < 0.5
    return Rule("", random.choice(DIRECTIONS), protocol, (ports,), peers, allow, always=always)


def peers_of(estate: Estate, acl: Acl) -> list[str]:
    addresses = [
        "10.0.0.0/8",
        "10.20.0.0/17",
        "10.20.128.0/17",
        "192.0.2.0/24",
        "8.8.8.0/24",
        "0.0.0.0/0",
        "::/0",
        "2001:db8:20::/49",
        *(cidr for subnet in estate.subnets for cidr in subnet.cidrs),
        *estate.peered,
    ]
    if acl.kind in ("nacl", "admin"):
        return [*addresses, "10.10.1.0/25", "10.30.1.0/25"]
    if estate.cloud == "azure":
        worn = [f"asg:{asg}" for machine in estate.machines for asg in machine.asgs]
        spare = "asg:azurerm_application_security_group.spare"
        return [*addresses, "any", "any", VNET, "tag:VirtualNetwork", "tag:Internet", "tag:Storage", spare, *worn]
    groups = [f"group:{each.address}" for each in estate.acls if each.kind == "group"]
    lists = [name for name, _ in estate.lists]
    return [*addresses, FOREIGN, f"group:{acl.address}", *groups, "pl:pl-0a1b2c3d", "pl:pl-0f0f0f0f", *lists]


def bend(random: Random, estate: Estate, acl: Acl, rule: Rule, variables: Iterator[str]) -> Rule:
    """One change to one rule."""
    changes: list[Callable[[Random, Estate, Acl, Rule], Rule]] = [
        narrow,
        widen,
        longer,
        shorter,
        other_protocol,
        halves,
        more_peers,
        other_peers,
    ]
    if acl.kind == "nsg":
        changes += [pinned, deny, other_local]
    if acl.kind in ("nacl", "admin"):
        changes += [deny]
    name = next(variables, None)
    if name:
        return unset(random, acl, rule, name)
    return random.choice(changes)(random, estate, acl, rule)


def unset(random: Random, acl: Acl, rule: Rule, name: str) -> Rule:
    kinds = ["peer", "count", "port"] if rule.protocol in (6, 17) else ["peer", "count"]
    kind = random.choice(kinds)
    if kind == "port":
        return replace(rule, port_variable=name)
    if kind == "count" and rule.style not in ("inline", "attribute"):
        return replace(rule, count_variable=name)
    if acl.kind in ("nsg", "admin"):
        return replace(rule, peers=(f"var:{name}",))
    kept = [peer for peer in rule.peers if numeric(peer)] if random.random() < 0.5 else []
    return replace(rule, peers=(*kept, f"{random.choice(('var4', 'var4', 'var6'))}:{name}"))


def change_network(rule: Rule, change: Callable[[str], tuple[str, ...]]) -> Rule:
    index = next((number for number, peer in enumerate(rule.peers) if numeric(peer) and peer != "any"), None)
    if index is None:
        return rule
    return replace(rule, peers=(*rule.peers[:index], *change(rule.peers[index]), *rule.peers[index + 1 :]))


def narrow(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    return change_network(rule, lambda cidr: (str(random.choice(list(ip_network(cidr).subnets()) or [ip_network(cidr)])),))


def halves(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    whole = random.choice((("0.0.0.0/1", "128.0.0.0/1"), ("::/0",), None))
    return change_network(rule, lambda cidr: whole or tuple(str(half) for half in ip_network(cidr).subnets()))


def widen(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    return change_network(rule, lambda cidr: (str(ip_network(cidr).supernet()) if ip_network(cidr).prefixlen else cidr,))


def longer(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    if rule.protocol not in (6, 17):
        return replace(rule, protocol=random.choice((6, None)), ports=ALL)
    low, high = rule.ports[0]
    return replace(rule, ports=((max(0, low - random.randint(0, 1)), min(65535, high + random.randint(1, 3))),))


def shorter(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    low, high = rule.ports[0]
    if rule.protocol not in (6, 17) or low == high:
        return rule
    return replace(rule, ports=((low + 1, high),) if random.random() < 0.5 else ((low, high - 1),))


def other_protocol(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    if rule.protocol in (6, 17):
        return replace(rule, protocol=23 - rule.protocol)
    if acl.kind == "nacl":
        return replace(rule, protocol=random.choice((None, 1, 58, 47)), ports=ALL)
    return replace(rule, protocol=None, ports=ALL)


def more_peers(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    return replace(rule, peers=(*rule.peers, random.choice(peers_of(estate, acl))))


def other_peers(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    return replace(rule, peers=(random.choice(peers_of(estate, acl)),))


def pinned(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    if rule.protocol == 1:
        return rule
    return replace(
        rule, source_ports=random.choice((((443, 443),), ((1024, 65535),), ((49152, 65535),), ((1024, 2000), (40000, 60000))))
    )


def deny(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    return replace(rule, allow=False, always=False)


def other_local(random: Random, estate: Estate, acl: Acl, rule: Rule) -> Rule:
    """A near side: a part of what stands behind the ACL, or an ASG that some of it wears."""
    units = [unit for unit in estate.units if acl.address in unit.acls]
    if len(units) > 1 or not units[0].local:
        return rule
    unit = units[0]
    half = unit.local[0] if unit.floating else str(next(ip_network(unit.local[0]).subnets(), ip_network(unit.local[0])))
    worn = "asg:azurerm_application_security_group.spare" if not unit.wears else f"asg:{unit.wears[0]}"
    choices = [unit.local[0], half, "tag:VirtualNetwork", *([worn] if unit.wears is not None else [])]
    return replace(rule, local=(random.choice(choices),))
