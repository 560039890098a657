"""Small estates in which a chain, a blocked flow or an address family decides what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, edge, group, machine, opens
from tests.judging.azure import ADMIN, MACHINE, bare_nsg, security_rule
from tests.judging.building import FAR_CALLS, FLOW, ONE_ROLE, ROLES, findings


def test_an_acl_that_admits_a_flow_in_another_way_than_the_rest_bears_what_is_missing(tmp_path: Path) -> None:
    """The groups admit the members of the role, the network ACL its networks alone: the members stop at the network ACL."""
    code = (
        edge()
        + group("far")
        + group("near", opens(443, "security_groups = [aws_security_group.far.id]", "egress"))
        + machine("far", "far", subnet="b", ip="10.0.2.10")
        + machine("near", "near")
    )
    flow = FLOW % ("call", "near", "far", "tcp/443", "required", "egress")
    told = findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.0.1.0/24]"), NETWORK + code)
    missing = [(each["certainty"], each["acl"]) for each in told if each["check"] == "missing-access"]
    assert missing == [("proved", "aws_network_acl.edge")]


def test_a_blocked_group_stands_beside_the_known_addresses_of_another_role(tmp_path: Path) -> None:
    """A group that must be blocked is let in: that another role's machines are permitted within the same network excuses it not."""
    code = (
        group("far")
        + group("near", opens(443, "security_groups = [aws_security_group.far.id]"))
        + machine("near", "near", ip="10.0.1.10")
    )
    flows = FLOW % ("round", "far", "near", "tcp/443", "blocked", "ingress")
    flows += FLOW % ("among", "near", "near", "tcp/443", "optional", "ingress")
    told = findings(tmp_path, flows, ROLES % ("", ""), NETWORK + code)
    opened = [(each["check"], each["certainty"], each["traffic"][0]["peers"]) for each in told if each["direction"] == "ingress"]
    assert ("blocked-access", "proved", ["aws_security_group.far"]) in opened
    assert "extra-access" not in [check for check, *_ in opened]


@pytest.mark.parametrize(("port", "certainty"), [("443", "proved"), ("var.port", "unproven")])
def test_an_unknown_port_silences_no_opening_to_another_family(port: str, certainty: str, tmp_path: Path) -> None:
    """What an NSG lets in from IPv6, where its role is known in IPv4 alone, is told whether or not its port is known."""
    rule = security_rule("six", "Allow", 110, "2001:db8:20::/48", port)
    code = 'variable "port" { type = number }\n' + bare_nsg("near", rule)
    flow = FLOW % ("call", "far", "near", "tcp/22", "optional", "ingress")
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.0.2.0/24]") % ", cidrs: [10.0.1.0/24]"
    told = findings(tmp_path, flow, site, code)
    assert [each["certainty"] for each in told if each["check"] == "extra-access"] == [certainty]


@pytest.mark.parametrize("below", ["", "AlwaysAllow"])
def test_an_admin_rule_that_allows_hides_no_default_below_it(below: str, tmp_path: Path) -> None:
    """An admin rule's Allow leaves the packet to the NSG, whatever always allows it further down: if only a default lets it out
    there, that is told."""
    site = ONE_ROLE + "values: {VirtualNetwork: [10.0.0.0/16]}\n"
    rule = ADMIN[ADMIN.index('resource "azurerm_network_manager_admin_rule" "r"') :]
    more = rule.replace('"r"', '"s"', 1).replace('"Allow"', f'"{below}"').replace("120", "130") if below else ""
    told = findings(tmp_path, FAR_CALLS, site, MACHINE + ADMIN + more)
    rows = [row for each in told if each["direction"] == "egress" for row in each["traffic"] if "10.0.0.0/16" in row["peers"]]
    assert [(row["protocol"], row["except"]) for row in rows] == [("any", [])]


def test_the_admin_rule_that_denies_bears_what_is_missing(tmp_path: Path) -> None:
    """What no admin rule denies is left to the NSGs, so it is that rule alone which stops the flow, and not a rule that lacks."""
    rule = ADMIN.replace('"Allow"', '"Deny"').replace('"Outbound"', '"Inbound"').replace("  destination {", "  source {")
    flow = FLOW % ("call", "far", "near", "tcp/22", "required", "ingress")
    (found,) = (
        each
        for each in findings(tmp_path, flow, ONE_ROLE, MACHINE + rule.replace("10.0.1.0/24", "10.0.0.0/16"))
        if each["check"] == "missing-access"
    )
    assert (found["certainty"], found["rule"]) == ("proved", "azurerm_network_manager_admin_rule.r")
    assert "azurerm_network_manager_admin_rule.r denies" in found["message"]


ON_SUBNET = """
resource "azurerm_subnet_network_security_group_association" "near" {
  subnet_id                 = azurerm_subnet.a.id
  network_security_group_id = azurerm_network_security_group.near.id
}
"""


@pytest.mark.parametrize("action", ["AlwaysAllow", "Deny"])
def test_admin_rules_stand_before_a_subnet_of_which_no_machine_is_known(action: str, tmp_path: Path) -> None:
    """What they open and close is told there as it is before a machine that stands in the subnet."""
    code = MACHINE + ADMIN.replace('"Allow"', f'"{action}"').replace("Outbound", "Inbound").replace("destination {", "source {")
    machine = MACHINE[MACHINE.index('resource "azurerm_network_interface"') :]
    nobody = code.replace(machine, ON_SUBNET)
    flow = FLOW % ("call", "far", "near", "tcp/22", "required", "ingress")
    site = ONE_ROLE.replace("10.0.2.0/24", "10.0.1.0/24").replace(", cidrs: [10.0.1.10/32]", "")
    told = [
        [(each["check"], each["certainty"], each["acl"], each["rule"]) for each in findings(tmp_path, flow, site, text)]
        for text in (code, nobody)
    ]
    assert told[0] == told[1]
    assert any("azurerm_network_manager" in acl for _, _, acl, _ in told[1])


@pytest.mark.parametrize(("first", "second"), [("VirtualNetwork", "10.0.1.0/24"), ("Storage", "Storage")])
def test_a_rule_is_told_of_what_no_earlier_rule_surely_decides(first: str, second: str, tmp_path: Path) -> None:
    """What VirtualNetwork surely holds, and what the same tag lets through above, is decided by the rule that stands first."""
    near = bare_nsg(
        "near",
        security_rule("first", "Allow", 110, "*", "1-1024", to=first, way="Outbound"),
        security_rule("second", "Allow", 120, to=second, way="Outbound"),
    )
    told = findings(tmp_path, FAR_CALLS, ONE_ROLE, MACHINE + near)
    ports = {each["rule"][-2]: [row["ports"] for row in each["traffic"]] for each in told if each["check"] == "extra-access"}
    assert ports == {"0": ["1-1024"], "1": ["0,1025-65535"]}


MACHINES = """
resource "aws_security_group" "near" {
  name = "near"
  %s
}
resource "aws_instance" "m" {
  count                  = %d
  ami                    = "ami-1"
  instance_type          = "t3.small"
  private_ip             = "10.0.1.${4 + count.index}"
  vpc_security_group_ids = [aws_security_group.near.id]
}
"""
ITSELF = """ingress {
    protocol  = "tcp"
    from_port = 22
    to_port   = 22
    self      = true
  }"""


@pytest.mark.parametrize(
    ("machines", "rule", "missing"),
    [(0, "", []), (1, "", []), (2, "", [["10.0.1.4/31"]]), (2, ITSELF, [])],
)
def test_machines_that_play_both_roles_need_each_other_and_not_themselves(
    machines: int, rule: str, missing: list[list[str]], tmp_path: Path
) -> None:
    """Two machines of one group that play both ends of a flow reach each other; one alone, or a group that nobody wears, does not."""
    site = ROLES.replace("{match: [{name: far}]%s}", "{on: near}") % ""
    told = findings(tmp_path, FLOW % ("f", "near", "far", "tcp/22", "required", "ingress"), site, MACHINES % (rule, machines))
    assert [row["peers"] for each in told if each["check"] == "missing-access" for row in each["traffic"]] == missing


STRANGE_GROUP = """
resource "aws_instance" "near" {
  tags                   = { Name = "near" }
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = ["sg-0a1b2c3d4e5f60718"]
}
""" + edge("%s")
RULE_IN = """ingress {
    rule_no    = 100
    protocol   = "tcp"
    action     = "allow"
    from_port  = 22
    to_port    = 22
    cidr_block = "%s"
  }"""
EDGES = {
    "nothing": ("", [("proved", "aws_network_acl.edge")]),
    "another network": (RULE_IN % "10.0.9.0/24", [("proved", "aws_network_acl.edge")]),
    "half of the network": (RULE_IN % "10.0.2.0/25", [("proved", "aws_network_acl.edge"), ("unproven", "sg-0a1b2c3d4e5f60718")]),
    "the network": (RULE_IN % "10.0.2.0/24", [("unproven", "sg-0a1b2c3d4e5f60718")]),
}


@pytest.mark.parametrize(("rule", "expected"), EDGES.values(), ids=EDGES)
def test_a_network_acl_stops_for_sure_what_a_group_whose_rules_are_elsewhere_may_let_in(
    rule: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Whatever the rules of the group are: what the complete list at the edge does not let in is missing, and laid at it."""
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.0.2.0/24]") % ""
    flow = FLOW % ("call", "far", "near", "tcp/22", "required", "ingress")
    told = findings(tmp_path, flow, site, NETWORK + STRANGE_GROUP % rule)
    assert [(each["certainty"], each["acl"]) for each in told if each["check"] == "missing-access"] == expected
