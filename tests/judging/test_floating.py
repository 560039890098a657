"""Rules of which nobody knows to which ACL they are attached."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.estates import brief, told

GROUP = """\
variable "group" {}
data "aws_security_group" "other" { id = "sg-0c0c0c0c" }
resource "aws_security_group" "vault" {}
resource "aws_vpc_security_group_ingress_rule" "loose" {
  security_group_id = OWNER
  ip_protocol       = "tcp"
  from_port         = PORT
  to_port           = PORT
  cidr_ipv4         = "10.20.0.0/16"
}
"""
FLOW = "{id: login, from: user, to: vault, services: [tcp/443], need: required, ends: [ingress], source: kb, confidence: vendor}"
VAULT = "vault: {match: [{address: aws_security_group.vault}]}"


@pytest.mark.parametrize(
    ("owner", "port", "expected"),
    [
        ("var.group", "443", ("unproven", "ingress", ["var.group"])),
        ("var.group", "444", ("proved", "ingress", [])),
        ('"sg-0a0b0c0d"', "443", ("proved", "ingress", [])),
        ("data.aws_security_group.other.id", "443", ("proved", "ingress", [])),
    ],
)
def test_a_rule_of_an_unknown_group_may_serve_any_group_of_its_root(
    owner: str, port: str, expected: tuple[str, str, list[str]], tmp_path: Path
) -> None:
    """What it could admit is not proved to be missing; an id that is written out or read is another group."""
    report = told(tmp_path, GROUP.replace("OWNER", owner).replace("PORT", port), FLOW, VAULT)
    assert brief(report, "missing-access") == [expected]


NSG = """\
variable "nsg" {}
resource "azurerm_network_security_group" "vault" {
  name                = "vault"
  resource_group_name = "pam"
  location            = "westeurope"
  security_rule {
    name                       = "open"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "203.0.113.0/24"
    destination_address_prefix = "*"
  }
}
resource "azurerm_network_security_rule" "loose" {
  name                        = "shut"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "PORT"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "pam"
  network_security_group_name = var.nsg
}
"""


@pytest.mark.parametrize(("port", "expected"), [("22", ("unproven", "ingress", ["var.nsg"])), ("23", ("proved", "ingress", []))])
def test_a_deny_of_an_unknown_nsg_may_close_any_nsg_of_its_root(
    port: str, expected: tuple[str, str, list[str]], tmp_path: Path
) -> None:
    """What it could stop is not proved to be open."""
    nsg = "vault: {match: [{name: vault}]}"
    assert brief(told(tmp_path, NSG.replace("PORT", port), FLOW, nsg), "extra-access") == [expected]
