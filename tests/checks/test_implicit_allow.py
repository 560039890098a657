"""What is said of traffic that only a default rule of Azure's opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.building import FLOW, findings

NSG = """
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "near" {
  name                 = "near"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_security_group" "near" {
  name = "near"
  %s
}
resource "azurerm_subnet_network_security_group_association" "near" {
  subnet_id                 = azurerm_subnet.near.id
  network_security_group_id = azurerm_network_security_group.near.id
}
"""
RULE = """security_rule {
    name                       = "in%s"
    priority                   = %s
    direction                  = "Inbound"
    access                     = "%s"
    protocol                   = "%s"
    source_address_prefix      = "%s"
    source_port_range          = "%s"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }"""
SITE = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {match: [{name: near}]}
  far: {cidrs: [10.0.2.0/24]}
"""
FLOWS = "".join(
    FLOW % (name, "far", "near", service, "required", "ingress") for name, service in (("f", "tcp/22"), ("g", "tcp/80"))
)
OPENS = "Only Azure's default `AllowVnetInBound` of azurerm_network_security_group.near lets in "
NONE = ", and no explicit deny stands above it"
PRIVILEGED = "all traffic from VirtualNetwork except 168.63.129.16/32 and tcp/%s (source ports 0-1023) from 10.0.2.0/24"
REST = "all that no other rule decides"
BOTH = "; the flows `f` and `g` work only because of it."
MAY = OPENS.replace("lets in", "may let in")
CASES = {
    "one flow": (
        FLOW % ("f", "far", "near", "tcp/22", "required", "ingress"),
        "",
        [OPENS + PRIVILEGED % "22" + NONE + "; the flow `f` works only because of it."],
    ),
    "two flows": (FLOWS, "", [OPENS + PRIVILEGED % "22,80" + NONE + BOTH]),
    "many pieces": (
        FLOWS,
        "\n".join(RULE % (port, 100 + port, "Allow", "Tcp", f"10.0.{port}.0/24", port) for port in (3, 4, 5)),
        [OPENS + REST + NONE + BOTH],
    ),
    "a part that is not proved": (
        FLOWS,
        RULE % (1, 100, "Allow", "Udp", "0.0.0.0/0", 53),
        [OPENS + REST + NONE + BOTH, MAY + "udp from VirtualNetwork except 0.0.0.0/0: it hangs on `VirtualNetwork`."],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_said(case: str, tmp_path: Path) -> None:
    """The flows are told once, and what no sentence can hold stands below it."""
    flows, rules, wanted = CASES[case]
    told = [each for each in findings(tmp_path, flows, SITE, NSG % rules) if each["check"] == "implicit-allow"]
    assert [each["message"] for each in told if each["direction"] == "ingress"] == wanted


ELSEWHERE = """
variable "nsg" {}
resource "azurerm_network_interface" "n" {
  name = "near"
  ip_configuration { subnet_id = "subnet" }
}
resource "azurerm_network_interface_security_group_association" "n" {
  network_interface_id      = azurerm_network_interface.n.id
  network_security_group_id = var.nsg
}
"""


def test_nobody_is_sent_to_write_rules_for_an_nsg_whose_rules_are_elsewhere(tmp_path: Path) -> None:
    """A deny may stand there already: the tip says how to have its rules read."""
    flow = FLOW % ("f", "far", "near", "tcp/22", "required", "ingress")
    told = [each for each in findings(tmp_path, flow, SITE, ELSEWHERE) if each["check"] == "implicit-allow"]
    assert {(each["certainty"], each["tip"].partition(". ")[2]) for each in told} == {
        ("unproven", "Supply `var.nsg` with `--var` or `--var-file`, or under `values:` in the site file (`var.nsg: ...`).")
    }
