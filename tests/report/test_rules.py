"""What `pamlint rules` tells of hand-made ACLs, as a table and as JSON."""

from __future__ import annotations

import json

import jsonschema

from pamlint.documents.schema import load_schema
from pamlint.model.acl import ANYWHERE, Acl, Extent, Peer, Rule
from pamlint.model.addresses import ANY, parse_cidr
from pamlint.model.finding import Direction
from pamlint.model.resource import Location, Unknown
from pamlint.report.rules import render_json, render_text

ALL = Extent(((0, 65535),))
TCP, ICMP, EVERY = Extent(((6, 6),)), Extent(((1, 1),)), Extent(((0, 255),))


def ports(low: int, high: int) -> Extent:
    """A run of ports that is known."""
    return Extent(((low, high),))


def rule(name: str, protocols: Extent, services: Extent, *peers: Peer, direction: Direction = "ingress") -> Rule:
    """An allow rule."""
    return Rule(name, direction, "allow", protocols, services, peers)


TEN = Peer("10.0.0.0/8", parse_cidr("10.0.0.0/8"))
GROUP = Acl(
    key="k1",
    address="aws_security_group.relay",
    kind="aws_security_group",
    root=".",
    name="pam-relay",
    id="sg-1",
    partial=("data.aws_security_group.other",),
    location=Location("main.tf", 3, 1, 20),
    rules=(
        rule("aws_security_group.relay.ingress[1]", TCP, ports(2222, 2222), TEN, Peer("aws_security_group.fm", symbol="k2")),
        rule("aws_security_group.relay.ingress[0]", ICMP, ports(8 * 256, 8 * 256 + 255), Peer("any", ANY)),
        rule("aws_security_group.relay.egress[0]", EVERY, ALL, Peer("var.cidr", because=("var.cidr",)), direction="egress"),
        rule("aws_security_group.relay.egress[1]", Extent((), EVERY.known, ("var.protocol",)), ALL, direction="egress"),
    ),
)
NSG = Acl(
    key="k3",
    address="azurerm_network_security_group.sub",
    kind="azure_nsg",
    root=".",
    name=Unknown(("var.name",)),
    rules=(
        Rule(
            "azurerm_network_security_group.sub.security_rule[1]",
            "ingress",
            "deny",
            Extent(((6, 6), (17, 17))),
            ports(3389, 3389),
            (ANYWHERE,),
            (Peer("10.1.0.0/24", parse_cidr("10.1.0.0/24")),),
            Extent(((1024, 65535),)),
            100,
            ("var.strict",),
        ),
        Rule(
            "azurerm_network_security_group.sub.AllowVnetInBound",
            "ingress",
            "allow",
            EVERY,
            ALL,
            (ANYWHERE,),
            priority=65000,
            default=True,
        ),
    ),
)
TEXT = """aws_security_group.relay  "pam-relay" sg-1 aws_security_group
  main.tf:3:1
  further rules may exist elsewhere: data.aws_security_group.other
  egress   allow  any protocol  to var.cidr                             aws_security_group.relay.egress[0]   unknown: var.cidr
  egress   allow  any protocol  to nobody                               aws_security_group.relay.egress[1]   unknown: var.protocol
  ingress  allow  icmp/8        from any                                aws_security_group.relay.ingress[0]
  ingress  allow  tcp/2222      from 10.0.0.0/8, aws_security_group.fm  aws_security_group.relay.ingress[1]

azurerm_network_security_group.sub  azure_nsg
  ingress  100    deny   protocol 6,17 ports 3389  from any at 10.1.0.0/24  azurerm_network_security_group.sub.security_rule[1]  source ports 1024-65535; possible; unknown: var.strict
  ingress  65000  allow  any protocol              from any                 azurerm_network_security_group.sub.AllowVnetInBound  default

2 ACLs, 6 rules.
"""


def test_json_is_sorted_and_keeps_to_its_schema() -> None:
    """ACLs by address, a group's rules by name, an ordered list in the order in which it is tried."""
    document = json.loads(render_json([NSG, GROUP]))
    jsonschema.Draft202012Validator(dict(load_schema("rules"))).validate(document)
    assert [[rule["rule"] for rule in acl["rules"]] for acl in document["acls"]] == [
        [f"aws_security_group.relay.{end}" for end in ("egress[0]", "egress[1]", "ingress[0]", "ingress[1]")],
        [f"azurerm_network_security_group.sub.{end}" for end in ("security_rule[1]", "AllowVnetInBound")],
    ]


def test_json_tells_each_field_of_a_rule() -> None:
    """One rule whole: what is all is null, what is unknown is named."""
    document = json.loads(render_json([GROUP, NSG]))
    assert document["acls"][1]["rules"][0] == {
        "rule": "azurerm_network_security_group.sub.security_rule[1]",
        "direction": "ingress",
        "action": "deny",
        "priority": 100,
        "protocol": "6,17",
        "ports": "3389",
        "icmp": None,
        "peers": ["any"],
        "local": ["10.1.0.0/24"],
        "source_ports": "1024-65535",
        "unknown": ["var.strict"],
        "possible": True,
        "default": False,
        "location": None,
    }
    assert document["acls"][0]["rules"][2] | {"rule": "", "location": None} == {
        "rule": "",
        "direction": "ingress",
        "action": "allow",
        "priority": None,
        "protocol": "icmp",
        "ports": None,
        "icmp": "8",
        "peers": ["any"],
        "local": ["any"],
        "source_ports": None,
        "unknown": [],
        "possible": False,
        "default": False,
        "location": None,
    }


def test_text_is_one_line_a_rule() -> None:
    """Columns below each other, remarks at the end."""
    assert render_text([NSG, GROUP]) == TEXT
