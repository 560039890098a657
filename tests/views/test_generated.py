"""The least rules for small sites, each rule on a line: whose, which way, what, with whom, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pamlint.generating import Order, from_site
from pamlint.run import Options
from pamlint.views.generated import LeastRule

POLICY = """
pamlint: policy/1
id: small
product: Small
version: "1"
reviewed: 2026-01-01
sources: {{kb: {{title: A page, date: 2026-01-01}}}}
roles: {{{roles}}}
flows:
{flows}
"""
CASES: dict[str, tuple[str, list[str], dict[str, str], list[str]]] = {
    "adjacent ports and networks merge": (
        "aws",
        ["a b tcp/443", "a c tcp/444-450"],
        {"a": "match: [{name: a}]", "b": "cidrs: [10.0.0.0/25, 10.0.0.128/25]", "c": "cidrs: [10.0.0.0/24]"},
        ["a egress 6 443-450 10.0.0.0/24: f0, f1"],
    ),
    "a rule for anything needs no other": (
        "aws",
        ["a b any", "a b tcp/443", "a b icmp/8", "a c tcp/22"],
        {"a": "match: [{name: a}]", "b": "cidrs: [10.0.0.0/24]", "c": "cidrs: [10.0.0.64/26]"},
        ["a egress None 0-65535 10.0.0.0/24: f0"],
    ),
    "a rule for anything needs no other with its group": (
        "aws",
        ["a b any", "a b tcp/443"],
        {"a": "match: [{name: a}]", "b": "match: [{name: b}]"},
        ["a egress None 0-65535 group:b: f0", "b ingress None 0-65535 group:a: f0"],
    ),
    "a group inside networks that are open anyhow needs no rule": (
        "aws",
        ["u a tcp/443", "b a tcp/443", "b a tcp/22"],
        {"u": "cidrs: [any]", "a": "match: [{name: a}]", "b": "match: [{name: b}]"},
        [
            "a ingress 6 443 0.0.0.0/0: f0, f1",
            "a ingress 6 22 group:b: f2",
            "b egress 6 22 group:a: f2",
            "b egress 6 443 group:a: f1",
        ],
    ),
    "families are those of both": (
        "aws",
        ["u a tcp/443", "u a icmp", "u a icmpv6/128"],
        {"u": 'cidrs: [10.0.0.0/24, "2001:db8::/64"]', "a": 'match: [{name: a}]\n    cidrs: [10.1.0.0/24, "2001:db8:1::/64"]'},
        [
            "a ingress 1 0-65535 10.0.0.0/24: f1",
            "a ingress 6 443 10.0.0.0/24: f0",
            "a ingress 6 443 2001:db8::/64: f0",
            "a ingress 58 32768-33023 2001:db8::/64: f2",
        ],
    ),
    "what no group filters needs no rule": (
        "aws",
        ["a b udp/53"],
        {"a": "match: [{name: a}]", "b": "cidrs: [169.254.169.253/32]"},
        [],
    ),
    "types of ICMP stand alone": (
        "aws",
        ["a b icmp/3", "a b icmp/4/0", "a b icmp/4/1"],
        {"a": "match: [{name: a}]", "b": "cidrs: [10.0.0.0/24]"},
        ["a egress 1 768-1023 10.0.0.0/24: f0", "a egress 1 1024 10.0.0.0/24: f1", "a egress 1 1025 10.0.0.0/24: f2"],
    ),
    "lists of ports and networks": (
        "azure",
        ["a b tcp/443", "a b tcp/22", "a c tcp/443", "a d udp/514"],
        {"a": "match: [{name: a}]\n    cidrs: [10.1.0.0/24]"}
        | {role: f"cidrs: [10.0.{number}.0/24]" for number, role in ((0, "b"), (2, "c"), (4, "d"))},
        [
            "a egress 6 22 10.0.0.0/24: f1",
            "a egress 6 443 10.0.0.0/24,10.0.2.0/24: f0, f2",
            "a egress 17 514 10.0.4.0/24: f3",
        ],
    ),
    "roles that share an NSG have their own parts of it": (
        "azure",
        ["u a tcp/443", "u b tcp/22"],
        {
            "u": "cidrs: [10.9.0.0/16]",
            "a": "match: [{name: both}]\n    cidrs: [10.1.0.0/25]",
            "b": "match: [{name: both}]\n    cidrs: [10.1.0.128/25]",
        },
        ["both ingress 6 443 10.9.0.0/16 at 10.1.0.0/25: f0", "both ingress 6 22 10.9.0.0/16 at 10.1.0.128/25: f1"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_least_rules(case: str, tmp_path: Path) -> None:
    """Just these, and each with all flows that it serves."""
    cloud, flows, roles, expected = CASES[case]
    text = "".join(
        f"  - {{id: f{number}, from: {near}, to: {far}, services: [{service}], need: required, source: kb}}\n"
        for number, (near, far, service) in enumerate(flow.split() for flow in flows)
    )
    (tmp_path / "policy.yaml").write_text(
        POLICY.format(roles=", ".join(f"{role}: {{title: {role}}}" for role in roles), flows=text)
    )
    site = "".join(f"  {role}:\n    {binding}\n" for role, binding in roles.items())
    (tmp_path / "pamlint.yaml").write_text(f"pamlint: site/1\npolicy: ./policy.yaml\nroles:\n{site}")
    made = from_site((tmp_path,), Order(cloud), Options(today=date(2026, 6, 1)))
    assert [told(rule) for rule in made.rules] == expected


MACHINES = """
resource "aws_security_group" "each" {
  for_each = toset(["a", "all", "extra"])
  name     = each.key
}
resource "aws_instance" "b" {
  for_each               = { first = ["extra", "all"], second = ["all"] }
  tags                   = { Name = "b-${each.key}" }
  vpc_security_group_ids = [for name in each.value : aws_security_group.each[name].id]
}
resource "aws_security_group" "b" {
  name = "b"
}
"""


def test_members_are_named_by_the_fewest_groups(tmp_path: Path) -> None:
    """Where machines have a group in common, no rule names what some of them wear besides."""
    flows = "  - {id: f0, from: a, to: b, services: [tcp/443], need: required, source: kb, ends: [egress]}\n"
    (tmp_path / "policy.yaml").write_text(POLICY.format(roles="a: {title: A}, b: {title: B}", flows=flows))
    roles = "{a: {match: [{name: a}]}, b: {match: [{name: b-*}]}}"
    (tmp_path / "pamlint.yaml").write_text(f"pamlint: site/1\npolicy: ./policy.yaml\nroles: {roles}\n")
    (tmp_path / "main.tf").write_text(MACHINES.replace('"extra"', '"about"'))
    made = from_site((tmp_path,), Order("aws"), Options(today=date(2026, 6, 1)))
    assert [rule.peers[0].partition("each")[2] for rule in made.rules] == ['["all"]']
    assert 'resource "aws_security_group" ' not in made.code


def told(rule: LeastRule) -> str:
    ports = ",".join(f"{low}-{high}" if high > low else str(low) for low, high in rule.ports)
    peers = ",".join(f"group:{peer.rpartition('.')[2]}" if peer.startswith("group:") else peer for peer in rule.peers)
    local = "" if rule.local == ("any",) else f" at {','.join(rule.local)}"
    return f"{rule.acl.rpartition('.')[2]} {rule.direction} {rule.protocol} {ports} {peers}{local}: {', '.join(rule.flows)}"
