"""What a rule is called in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.test_implicit_allow import NSG, SITE
from tests.judging.building import FLOW, findings

COUNTED = """
locals { ports = { OpenWeb = 80, OpenSsh = 22 } }
resource "azurerm_network_security_rule" "r" {
  %s
  name                        = %s
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.near.name
  priority                    = 100 + local.ports[%s]
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "Internet"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = local.ports[%s]
}
"""
RULE = "azurerm_network_security_rule.r"
KEYS = "keys(local.ports)[count.index]"


@pytest.mark.parametrize(
    ("repeats", "key", "told"),
    [
        ("count = 2", KEYS, [f"{RULE}[0] (`OpenSsh`)", f"{RULE}[1] (`OpenWeb`)"]),
        ("count = 1", KEYS, [f"{RULE}[0]"]),
        ("for_each = local.ports", "each.key", [f'{RULE}["OpenSsh"]', f'{RULE}["OpenWeb"]']),
    ],
)
def test_a_rule_whose_place_does_not_tell_it_is_called_as_in_azure(
    repeats: str, key: str, told: list[str], tmp_path: Path
) -> None:
    """One block makes several rules with numbers; a key that is the name says it already, and so does a block of its own."""
    code = NSG % "" + COUNTED % (repeats, key, key, key)
    flow = FLOW % ("f", "far", "near", "tcp/443", "optional", "ingress")
    found = [each["message"] for each in findings(tmp_path, flow, SITE, code) if each["check"] == "extra-access"]
    assert sorted(message.partition(" lets in ")[0] for message in found) == told
