"""Optional access that is open at one end only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, group, machine, opens
from tests.judging.building import FLOW, ROLES, findings
from tests.twins import lint

GROUPS = """
resource "aws_security_group" "near" {
  name = "near"
  egress {
    protocol         = "tcp"
    from_port        = 80
    to_port          = 80
    cidr_blocks      = %s
    ipv6_cidr_blocks = %s
  }
}
resource "aws_security_group" "far" {
  name = "far"
  %s
}
"""
INGRESS = """ingress {
    protocol    = "tcp"
    from_port   = %s
    to_port     = %s
    cidr_blocks = ["%s"]
  }"""
SITE = ROLES % (", cidrs: [10.0.9.0/24]", ', cidrs: [10.0.1.0/24, 10.0.2.0/24, "2001:db8::/64"]')
OPTIONAL = FLOW % ("f", "near", "far", "tcp/80", "optional", "ingress, egress")


@pytest.mark.parametrize(
    ("ipv4", "ipv6", "ingress", "wanted"),
    [
        (["10.0.1.0/24", "10.0.2.0/24"], [], "", [["10.0.1.0/24", "10.0.2.0/24"]]),
        (["10.0.1.0/24", "10.0.2.0/25", "10.0.2.128/25"], [], "", [["10.0.1.0/24", "10.0.2.0/24"]]),
        ([], ["2001:db8::/64"], "", [["2001:db8::/64"]]),
        (["10.0.1.0/24", "10.0.2.0/25"], [], "", []),
        (["10.0.2.0/24"], ["2001:db8::/65"], "", []),
        (["10.0.1.0/24", "10.0.2.0/24"], [], INGRESS % (80, 80, "10.0.9.0/24"), []),
        (["10.0.1.0/24", "10.0.2.0/24"], [], INGRESS % (80, 80, "10.0.9.8/32"), []),
        (["10.0.1.0/24", "10.0.2.0/24"], [], INGRESS % (81, 90, "10.0.9.0/24"), [["10.0.1.0/24", "10.0.2.0/24"]]),
    ],
)
def test_what_is_open_to_all_networks_of_a_role_is_open_to_whoever_plays_it(
    ipv4: list[str], ipv6: list[str], ingress: str, wanted: list[list[str]], tmp_path: Path
) -> None:
    """Of a part of the networks nobody knows who stands there; and the far end is closed only if it lets in no part of the near
    role's networks."""
    code = GROUPS % tuple(str(each).replace("'", '"') for each in (ipv4, ipv6, ingress))
    told = [each for each in findings(tmp_path, OPTIONAL, SITE, code) if each["check"] == "half-open-flow"]
    assert [each["traffic"][0]["peers"] for each in told] == wanted
    assert all(each["rule"] == "aws_security_group.near.egress[0]" for each in told)


WORN = (
    machine("near", "near")
    + machine("far", "far", subnet="b")
    + """
resource "aws_network_acl" "all" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
  ingress {
    rule_no    = 100
    protocol   = -1
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  egress {
    rule_no    = 100
    protocol   = -1
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}
"""
)


def test_the_rule_nearest_to_the_workload_tells_of_half_a_way(tmp_path: Path) -> None:
    """The site names no networks, so they are the subnets; the network ACL that lets everything through is not blamed besides."""
    code = NETWORK + GROUPS % ('["10.0.0.0/16"]', "[]", "") + WORN
    told = [each for each in findings(tmp_path, OPTIONAL, ROLES % ("", ""), code) if each["check"] == "half-open-flow"]
    assert [(each["rule"], each["traffic"][0]["peers"]) for each in told] == [
        ("aws_security_group.near.egress[0]", ["10.0.2.0/24"])
    ]


NSGS = """
resource "azurerm_network_security_group" "near" { name = "near" }
resource "azurerm_network_security_group" "far" {
  name = "far"
  security_rule {
    name                       = "in"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "%s"
    protocol                   = "Tcp"
    source_address_prefix      = "%s"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "80"
  }
  security_rule {
    name                       = "none"
    priority                   = 4000
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }
}
resource "azurerm_network_security_rule" "out" {
  name                        = "out"
  network_security_group_name = azurerm_network_security_group.near.name
  priority                    = 100
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "10.0.2.0/24"
  destination_port_range      = "80"
}
variable "subnet" {}
resource "azurerm_subnet_network_security_group_association" "near" {
  subnet_id                 = var.subnet
  network_security_group_id = azurerm_network_security_group.near.id
}
"""


@pytest.mark.parametrize(
    ("networks", "access", "source", "wanted"),
    [
        ("", "Allow", "10.0.9.0/24", 0),
        ("", "Deny", "*", 1),
        (", cidrs: [10.0.9.0/24]", "Allow", "10.0.9.0/24", 0),
        (", cidrs: [10.0.9.0/24]", "Allow", "10.0.8.0/24", 1),
    ],
)
def test_a_far_end_that_may_let_somebody_in_of_whom_no_address_is_known_is_not_closed(
    networks: str, access: str, source: str, wanted: int, tmp_path: Path
) -> None:
    """Whoever stands at an unknown subnet without networks of his role may be anywhere."""
    site = ROLES % (networks, ", cidrs: [10.0.2.0/24]")
    told = [each for each in findings(tmp_path, OPTIONAL, site, NSGS % (access, source)) if each["check"] == "half-open-flow"]
    assert [each["rule"] for each in told] == ["azurerm_network_security_rule.out"] * wanted


def test_a_network_where_nobody_is_known_to_stand_is_no_half_of_a_way(tmp_path: Path) -> None:
    """The only one who plays the far role stands in the other subnet: what leads elsewhere leads to nobody."""
    code = group("near", opens(80, "10.0.2.0/24", "egress"), opens(80, "10.0.3.0/24", "egress")) + group("far")
    told = findings(tmp_path, OPTIONAL, ROLES % ("", ""), NETWORK + code + WORN)
    assert [(each["check"], each["rule"], each["traffic"][0]["peers"]) for each in told] == [
        ("half-open-flow", "aws_security_group.near.egress[0]", ["10.0.2.0/24"]),
        ("extra-access", "aws_security_group.near.egress[1]", ["10.0.3.0/24"]),
    ]


def test_a_blocked_flow_is_judged_where_it_is_listened_for(tmp_path: Path) -> None:
    """Both roles have groups; that the sender's end is not held against it leaves nothing that is not judged."""
    blocked = FLOW % ("f", "near", "far", "tcp/80", "blocked", "ingress, egress")
    code = GROUPS % ('["10.0.1.0/24"]', "[]", "")
    allowance = "allow: [{name: web, roles: [near], protocol: tcp, ports: [80], peers: [10.0.1.0/24], reason: The web.}]\n"
    assert findings(tmp_path, blocked, SITE + allowance, code) == []
    told = lint(tmp_path, "--strict")
    verdicts = [(each["role"], each["direction"], each["state"]) for each in told.report()["verdicts"]]
    assert (told.code, verdicts) == (0, [("far", "ingress", "blocked")])


TWO_ROLES = """
variable "tail" {}
resource "aws_security_group" "near" {
  name = "near"
  egress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.1.0/24"]
  }
}
resource "aws_security_group" "third" {
  name = "near"
  tags = { Role = "%s" }
}
"""


@pytest.mark.parametrize(("tag", "certainties"), [("far", ["proved"]), ("fa${var.tail}", [])])
def test_a_way_is_not_half_open_because_of_somebody_who_plays_the_far_role_perhaps(
    tag: str, certainties: list[str], tmp_path: Path
) -> None:
    """A second near group that lets nothing in: whether it is a far one as well hangs on its tag."""
    site = ROLES.replace("{name: far}", "{tags: {Role: far}}") % ("", ", cidrs: [10.0.1.0/24]")
    found = findings(tmp_path, OPTIONAL, site, TWO_ROLES % tag)
    assert [each["certainty"] for each in found if each["check"] == "half-open-flow"] == certainties
