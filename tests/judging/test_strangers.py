"""NSGs of which nobody is known who stands behind them, with rules for the members of an ASG."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.building import FLOW, ROLES, findings

CODE = """
variable "subnet" {}
resource "azurerm_application_security_group" "a" { name = "a" }
resource "azurerm_network_security_group" "near" {
  name = "near"
  security_rule {
    name                                       = "to"
    priority                                   = 100
    direction                                  = "Inbound"
    access                                     = "Allow"
    protocol                                   = "Tcp"
    source_address_prefix                      = "10.0.9.0/24"
    source_port_range                          = "*"
    destination_port_range                     = "%s"
    destination_application_security_group_ids = [azurerm_application_security_group.a.id]
  }
  security_rule {
    name                                  = "from"
    priority                              = 100
    direction                             = "Outbound"
    access                                = "Allow"
    protocol                              = "Tcp"
    source_application_security_group_ids = [azurerm_application_security_group.a.id]
    source_port_range                     = "*"
    destination_address_prefix            = "10.0.9.0/24"
    destination_port_range                = "%s"
  }
}
resource "azurerm_subnet_network_security_group_association" "near" {
  subnet_id                 = var.subnet
  network_security_group_id = azurerm_network_security_group.near.id
}
"""
MACHINE = """
resource "azurerm_network_interface" "n" {
  name = "n"
  ip_configuration {
    name               = "one"
    private_ip_address = "10.0.1.4"
    subnet_id          = "/subscriptions/1/elsewhere"
  }
}
resource "azurerm_network_interface_security_group_association" "n" {
  network_interface_id      = azurerm_network_interface.n.id
  network_security_group_id = azurerm_network_security_group.near.id
}
"""
BOTH = FLOW % ("f", "far", "near", "tcp/22", "required", "ingress") + FLOW % ("g", "near", "far", "tcp/22", "required", "egress")
SITE = (ROLES % ("", "")).replace(
    "{match: [{name: far}]}", "{cidrs: [10.0.9.0/24]}"
) + "values: {VirtualNetwork: [10.1.0.0/16]}\n"
GROUP = ["azurerm_application_security_group.a"]
CASES = {
    "in the group, perhaps": (CODE % (22, 22), [("unproven", "egress", GROUP), ("unproven", "ingress", GROUP)]),
    "whoever it is": (CODE % (23, 23), [("proved", "egress", []), ("proved", "ingress", [])]),
    "a machine that is not in the group": (CODE % (22, 22) + MACHINE, [("proved", "egress", []), ("proved", "ingress", [])]),
}


@pytest.mark.parametrize("case", CASES)
def test_whether_a_stranger_is_in_the_group_that_a_rule_names_is_a_question(case: str, tmp_path: Path) -> None:
    """Whoever stands behind the NSG may be in it: what the rule admits is neither proved to be missing nor there."""
    code, wanted = CASES[case]
    told = [each for each in findings(tmp_path, BOTH, SITE, code) if each["check"] == "missing-access"]
    assert sorted((each["certainty"], each["direction"], each["because"]) for each in told) == wanted
