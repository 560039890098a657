"""Rules as their cloud can say them: split where one block cannot hold all peers, put in order, and given their addresses."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.oracle.nouns import ALL, DIRECTIONS, Acl, Estate, Rule
from tests.oracle.sampling import numeric


def spelled(random: Random, estate: Estate) -> Estate:
    """The estate with every rule sayable and named by its Terraform address."""
    say = {"group": aws_rules, "nacl": edge_rules, "nsg": azure_rules, "admin": admin_rules}
    return replace(estate, acls=tuple(replace(acl, rules=say[acl.kind](random, acl)) for acl in estate.acls))


def named(estate: Estate) -> Estate:
    """The estate with the addresses that its rules have now, after some were dropped."""
    return replace(estate, acls=tuple(replace(acl, rules=name_rules(acl)) for acl in estate.acls))


def aws_rules(random: Random, acl: Acl) -> tuple[Rule, ...]:
    found: list[Rule] = []
    for rule in acl.rules:
        peers = tuple(dict.fromkeys(rule.peers))
        groups = [peer for peer in peers if peer.startswith("group:")]
        others = tuple(peer for peer in peers if peer not in groups)
        if rule.style in ("inline", "attribute"):
            found.append(replace(rule, peers=peers))
        elif rule.style == "old":
            found += [replace(rule, peers=(peer,)) for peer in groups]
            found += [replace(rule, peers=others)] if others else []
        else:
            found += [replace(rule, peers=(peer,)) for peer in peers]
    return name_rules(replace(acl, rules=tuple(dict.fromkeys(found))))


def edge_rules(random: Random, acl: Acl) -> tuple[Rule, ...]:
    """The rules of a network ACL: one network each, in an order that a few denies may begin."""
    found = [replace(rule, peers=(peer,)) for rule in acl.rules for peer in rule.peers]
    return name_rules(replace(acl, rules=in_order(random, list(dict.fromkeys(found)))))


def in_order(random: Random, found: list[Rule]) -> tuple[Rule, ...]:
    """The rules, shuffled, with their priorities; denies stand mostly first."""
    random.shuffle(found)
    found.sort(key=lambda rule: rule.allow and random.random() < 0.7)
    ordered = [replace(rule, priority=100 + 10 * number) for number, rule in enumerate(found)]
    random.shuffle(ordered)
    return tuple(ordered)


def admin_rules(random: Random, acl: Acl) -> tuple[Rule, ...]:
    """Admin rules, of any kinds of peers in one rule but ASGs."""
    found = [
        replace(rule, peers=peers) for rule in acl.rules if (peers := tuple(peer for peer in rule.peers if "asg:" not in peer))
    ]
    return name_rules(replace(acl, rules=in_order(random, list(dict.fromkeys(found)))))


def azure_rules(random: Random, acl: Acl) -> tuple[Rule, ...]:
    found: list[Rule] = []
    for rule in acl.rules:
        cidrs = [peer for peer in rule.peers if numeric(peer) and peer != "any"]
        asgs = tuple(peer for peer in rule.peers if peer.startswith("asg:"))
        sets = [tuple(peer for peer in cidrs if (":" in peer) == six) for six in (False, True)]
        sets += [asgs, *((peer,) for peer in rule.peers if peer not in cidrs and peer not in asgs)]
        found += [replace(rule, peers=peers) for peers in sets if peers]
    ordered = list(in_order(random, list(dict.fromkeys(found))))
    style = found[0].style if found else "inline"
    walls = [
        Rule("", direction, None, ALL, ("any",), allow=False, priority=4000, style=style)
        for direction in DIRECTIONS
        if random.random() < 0.75
    ]
    ordered += walls
    random.shuffle(ordered)
    return (*name_rules(replace(acl, rules=tuple(ordered))), *default_rules(acl.address))


def default_rules(address: str) -> tuple[Rule, ...]:
    vnet, probes = "tag:VirtualNetwork", "tag:AzureLoadBalancer"
    table = [
        ("AllowVnetInBound", "ingress", vnet, 65000, vnet),
        ("AllowAzureLoadBalancerInBound", "ingress", probes, 65001, "any"),
        ("AllowVnetOutBound", "egress", vnet, 65000, vnet),
        ("AllowInternetOutBound", "egress", "tag:Internet", 65001, "any"),
    ]
    return tuple(
        Rule(f"{address}.{name}", direction, None, ALL, (peer,), True, priority, local=(local,), default=True)  # type: ignore[arg-type]
        for name, direction, peer, priority, local in table
    )


def name_rules(acl: Acl) -> tuple[Rule, ...]:
    """Each rule with its address: inline rules by their place in the source, others by a resource of their own."""
    found, counts = [], {"ingress": 0, "egress": 0, "rule": 0}
    short = acl.address.partition(".")[2]
    for rule in acl.rules:
        number = counts["rule"]
        if rule.default:
            found.append(rule)
            continue
        if acl.kind == "admin":
            name = f"azurerm_network_manager_admin_rule.{short}_{number}"
        elif rule.style in ("inline", "attribute") and acl.kind == "nsg":
            name = f"{acl.address}.security_rule[{number}]"
        elif rule.style in ("inline", "attribute"):
            name = f"{acl.address}.{rule.direction}[{counts[rule.direction]}]"
        elif rule.style == "separate" and acl.kind == "nacl":
            name = f"aws_network_acl_rule.{short}_{number}"
        elif rule.style == "separate":
            name = f"azurerm_network_security_rule.{short}_{number}"
        elif rule.style == "old":
            name = f"aws_security_group_rule.{short}_{number}"
        else:
            name = f"aws_vpc_security_group_{rule.direction}_rule.{short}_{number}"
        counts["rule"] += 1
        counts[rule.direction] += 1
        found.append(replace(rule, name=name))
    return tuple(found)
