"""Small estates from code to findings: what the clouds mean decides the verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.twins import lint

SITE = """
pamlint: site/1
policy: netiq-pam-3
features: [{my-access: off}%s]
roles:
  framework-manager: {match: [{name: fm}]%s}
  admin: {cidrs: [10.9.0.0/16]}
  agent: {cidrs: [10.8.0.0/16]}
"""
EVERYTHING = """{
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }"""
AWS = f"""
resource "aws_vpc" "v" {{ cidr_block = "10.0.0.0/16" }}
resource "aws_subnet" "s" {{
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}}
resource "aws_network_acl" "n" {{
  subnet_ids = [aws_subnet.s.id]
  ingress {EVERYTHING}
  egress {EVERYTHING}
}}
"""
GROUP = """
resource "aws_security_group" "fm" {
  name = "%s"
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.9.0.0/16"]
  }
  ingress {
    protocol    = "tcp"
    from_port   = 29120
    to_port     = 29120
    cidr_blocks = ["10.8.0.0/16"]
  }
  egress {
    protocol    = "tcp"
    from_port   = 29120
    to_port     = 29120
    cidr_blocks = ["10.8.0.0/16"]
  }
}
"""
MACHINE = """
resource "aws_instance" "x" {
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = [%s]
  tags                   = { Name = "fm" }
}
"""
DENY = """
resource "aws_network_acl_rule" "d" {
  network_acl_id = aws_network_acl.n.id
  rule_number    = 10
  rule_action    = "deny"
  protocol       = "tcp"
  from_port      = 443
  to_port        = 443
  cidr_block     = "10.9.128.0/17"
}
"""
FLEET = """
resource "aws_launch_template" "t" { vpc_security_group_ids = [aws_security_group.fm.id] }
resource "aws_autoscaling_group" "g" {
  vpc_zone_identifier = [aws_subnet.s.id]
  launch_template { id = aws_launch_template.t.id }
}
"""
AZURE = """
resource "azurerm_virtual_network" "v" {
  name          = "v"
  location      = "westeurope"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_interface" "n" {
  name = "nic"
  ip_configuration {
    name      = "one"
    subnet_id = azurerm_subnet.s.id
  }
}
resource "azurerm_linux_virtual_machine" "x" {
  name                  = "fm"
  network_interface_ids = [azurerm_network_interface.n.id]
}
resource "azurerm_network_security_group" "g" {
  name = "nsg"
  dynamic "security_rule" {
    for_each = {
      console = { priority = 100, access = "Allow", direction = "Inbound", port = "443", from = "10.9.0.0/16", to = "*" }
      agents  = { priority = 110, access = "Allow", direction = "Inbound", port = "29120", from = "10.8.0.0/16", to = "*" }
      none    = { priority = 200, access = "Deny", direction = "Inbound", port = "*", from = "*", to = "*" }
      out     = { priority = 100, access = "Allow", direction = "Outbound", port = "29120", from = "*", to = "10.8.0.0/16" }
      nowhere = { priority = 200, access = "Deny", direction = "Outbound", port = "*", from = "*", to = "*" }
    }
    content {
      name                       = security_rule.key
      priority                   = security_rule.value.priority
      access                     = security_rule.value.access
      direction                  = security_rule.value.direction
      protocol                   = security_rule.value.access == "Deny" ? "*" : "Tcp"
      source_port_range          = "*"
      source_address_prefix      = security_rule.value.from
      destination_port_range     = security_rule.value.port
      destination_address_prefix = security_rule.value.to
    }
  }
}
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.g.id
}
"""
ADMIN = """
resource "azurerm_network_manager_network_group" "g" { name = "g" }
resource "azurerm_network_manager_static_member" "v" {
  network_group_id          = azurerm_network_manager_network_group.g.id
  target_virtual_network_id = azurerm_virtual_network.v.id
}
resource "azurerm_network_manager_security_admin_configuration" "c" { name = "c" }
resource "azurerm_network_manager_deployment" "d" {
  location          = "westeurope"
  scope_access      = "SecurityAdmin"
  configuration_ids = [azurerm_network_manager_security_admin_configuration.c.id]
}
resource "azurerm_network_manager_admin_rule_collection" "c" {
  name                            = "c"
  security_admin_configuration_id = azurerm_network_manager_security_admin_configuration.c.id
  network_group_ids               = [azurerm_network_manager_network_group.g.id]
}
resource "azurerm_network_manager_admin_rule" "r" {
  admin_rule_collection_id = azurerm_network_manager_admin_rule_collection.c.id
  action                   = "%s"
  direction                = "Inbound"
  priority                 = 10
  protocol                 = "Tcp"
  destination_port_ranges  = ["%s"]
  source {
    address_prefix_type = "IPPrefix"
    address_prefix      = "10.9.0.0/16"
  }
}
"""
ELSEWHERE = (
    AZURE.partition('resource "azurerm_network_security_group" "g"')[0]
    + """
data "azurerm_network_security_group" "g" { name = "nsg" }
resource "azurerm_network_security_rule" "r" {
  name                        = "console"
  network_security_group_name = data.azurerm_network_security_group.g.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  source_address_prefix       = "10.9.0.0/16"
  destination_port_range      = "443"
  destination_address_prefix  = "*"
}
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = data.azurerm_network_security_group.g.id
}
"""
)
NEARER = """
variable "edge" {}
data "azurerm_network_security_group" "edge" { name = "edge" }
resource "azurerm_network_interface_security_group_association" "n" {
  network_interface_id      = azurerm_network_interface.n.id
  network_security_group_id = %s
}
"""
UNREAD_EDGE = """
data "aws_network_acl" "edge" {}
resource "aws_network_acl_association" "s" {
  subnet_id      = aws_subnet.s.id
  network_acl_id = %s
}
"""
UNKNOWN = """
resource "azurerm_network_manager_admin_rule" "d" {
  count                    = 12
  admin_rule_collection_id = azurerm_network_manager_admin_rule_collection.c.id
  action                   = "Deny"
  direction                = "Inbound"
  priority                 = 20 + count.index
  protocol                 = var.x[count.index].protocol
  source_port_ranges       = var.x[count.index].source_ports
  destination_port_ranges  = var.x[count.index].ports
  source {
    address_prefix_type = "IPPrefix"
    address_prefix      = var.x[count.index].source
  }
  destination {
    address_prefix_type = "IPPrefix"
    address_prefix      = var.x[count.index].destination
  }
}
variable "x" {}
"""
Told = tuple[str, str, str | None, str | None]
GROUP_ID = "aws_security_group.fm.id"
CASES: dict[str, tuple[str, tuple[str, str], set[Told]]] = {
    "an open network ACL before the right group": (AWS + GROUP % "g" + MACHINE % GROUP_ID, ("", ""), set()),
    "a network ACL that denies half of a flow": (
        AWS + GROUP % "g" + MACHINE % GROUP_ID + DENY,
        ("", ""),
        {
            ("missing-access", "proved", "admin-console-in", "aws_network_acl.n"),
            ("mixed-rule-styles", "proved", None, "aws_network_acl.n"),
        },
    ),
    "a group that nobody knows": (
        'variable "sg" {}' + AWS + MACHINE % "var.sg",
        ("", ""),
        {
            ("missing-access", "unproven", "admin-console-in", "var.sg"),
            ("missing-access", "unproven", "agent-to-manager", "var.sg"),
            ("missing-access", "unproven", "manager-to-agent", "var.sg"),
            ("unresolved-value", "unproven", None, None),
        },
    ),
    "machines of an autoscaling group must reach each other": (
        AWS + GROUP % "fm" + FLEET,
        (", high-availability", ""),
        {("missing-access", "proved", "manager-to-manager", "aws_security_group.fm")},
    ),
    "a machine that is found by its own name": (AZURE, ("", ""), set()),
    "an admin rule that denies": (
        AZURE + ADMIN % ("Deny", "443"),
        ("", ""),
        {("missing-access", "proved", "admin-console-in", "azurerm_network_manager_admin_rule_collection.c")},
    ),
    "admin rules of which nothing is known but that they deny": (
        AZURE + ADMIN % ("Allow", "443") + UNKNOWN,
        ("", ""),
        {
            ("missing-access", "unproven", "agent-to-manager", "azurerm_network_manager_admin_rule_collection.c"),
            ("unresolved-value", "unproven", None, None),
        },
    ),
    "an NSG that is defined elsewhere, where denies may stand above its default rules": (
        ELSEWHERE,
        ("", ""),
        {
            ("implicit-allow", "unproven", None, "data.azurerm_network_security_group.g"),
            ("missing-access", "unproven", "agent-to-manager", "data.azurerm_network_security_group.g"),
            ("missing-access", "unproven", "manager-to-agent", "data.azurerm_network_security_group.g"),
            ("unresolved-value", "unproven", None, None),
        },
    ),
    "an admin rule that allows what the NSG denies": (AZURE + ADMIN % ("Allow", "3389"), ("", ""), set()),
    "an admin rule that no NSG can overrule": (
        AZURE + ADMIN % ("AlwaysAllow", "3389"),
        ("", ""),
        {("extra-access", "proved", None, "azurerm_network_manager_admin_rule_collection.c")},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_estate(case: str, tmp_path: Path) -> None:
    """Each estate gives just the findings that a firewall engineer reaches by hand."""
    code, options, expected = CASES[case]
    (tmp_path / "main.tf").write_text(code)
    (tmp_path / "pamlint.yaml").write_text(SITE % options)
    found = lint(tmp_path).report()["findings"]
    assert {(each["check"], each["certainty"], each["flow"], each["acl"]) for each in found} == expected


def test_what_is_too_large_to_be_proved_is_unproven(tmp_path: Path) -> None:
    """Rules of which nothing is known, not even whether they deny, end soon, and every flow that they may stop is unproven.

    The list that they are in is named, and no other.
    """
    (tmp_path / "main.tf").write_text(AZURE + (ADMIN % ("Allow", "443") + UNKNOWN).replace('"Deny"', "var.x[count.index].action"))
    (tmp_path / "pamlint.yaml").write_text(SITE % ("", ""))
    report = lint(tmp_path).report()
    found = {(each["check"], each["certainty"], each["acl"]) for each in report["findings"]}
    collection = "azurerm_network_manager_admin_rule_collection.c"
    assert {each for each in found if each[0] == "unreadable-input"} == {("unreadable-input", "unproven", collection)}
    states = {
        (each["flow"], each["direction"]): each["state"] for each in report["verdicts"] if each["role"] == "framework-manager"
    }
    assert states["admin-console-in", "ingress"] == states["agent-to-manager", "ingress"] == "unproven"


LINES = AWS.partition('resource "aws_network_acl" "n"')[0] + GROUP % "g" + MACHINE % GROUP_ID + 'variable "edge" {}'
ABSENT = {
    "an NSG that is data": (
        AZURE + NEARER % "data.azurerm_network_security_group.edge.id",
        "data.azurerm_network_security_group.edge",
    ),
    "an NSG that nobody knows": (AZURE + NEARER % "var.edge", "var.edge"),
    "a network ACL that is data": (LINES + UNREAD_EDGE % "data.aws_network_acl.edge.id", "data.aws_network_acl.edge"),
    "a network ACL that nobody knows": (LINES + UNREAD_EDGE % "var.edge", "var.edge"),
}


@pytest.mark.parametrize("case", ABSENT)
def test_a_list_whose_rules_are_not_there_is_taken_as_absent_and_told(case: str, tmp_path: Path) -> None:
    """Beside another ACL it hides no opening of that one and stops no flow; each verdict at the chain names it."""
    code, absent = ABSENT[case]
    (tmp_path / "main.tf").write_text(code)
    (tmp_path / "pamlint.yaml").write_text(SITE % ("", ""))
    report = lint(tmp_path).report()
    assert report["findings"] == []
    verdicts = [each for each in report["verdicts"] if each["role"] == "framework-manager" and each["state"] != "not-judged"]
    assert {tuple(each["assumed"]) for each in verdicts} == {(absent,)}
    assert absent not in {each["acl"] for each in report["unjudged"]}
