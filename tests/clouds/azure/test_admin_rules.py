"""Admin rules of Azure Virtual Network Manager, and NSGs that are written for the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.clouds.azure.admin_rules import ACTIONS
from pamlint.clouds.ordered import word
from tests.clouds.reading import acl, chain, network_of, told, workloads

BASE = """
resource "azurerm_virtual_network" "v" {
  name                = "vnet"
  resource_group_name = "rg"
  location            = "West Europe"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "one"
  resource_group_name  = "rg"
  virtual_network_name = "vnet"
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_interface" "n" {
  name = "nic"
  ip_configuration {
    name      = "one"
    subnet_id = azurerm_subnet.s.id
  }
}
resource "azurerm_network_manager" "m" { name = "m" }
resource "azurerm_network_manager_network_group" "g" { network_manager_id = azurerm_network_manager.m.id }
resource "azurerm_network_manager_security_admin_configuration" "c" { network_manager_id = azurerm_network_manager.m.id }
resource "azurerm_network_manager_admin_rule_collection" "c" {
  name                            = "all"
  security_admin_configuration_id = azurerm_network_manager_security_admin_configuration.c.id
  network_group_ids               = [azurerm_network_manager_network_group.g.id]
}
resource "azurerm_network_manager_admin_rule" "ssh" {
  admin_rule_collection_id = azurerm_network_manager_admin_rule_collection.c.id
  action                   = "Deny"
  direction                = "Inbound"
  priority                 = 20
  protocol                 = "Tcp"
  destination_port_ranges  = ["22"]
  source {
    address_prefix_type = "ServiceTag"
    address_prefix      = "Internet"
  }
}
resource "azurerm_network_manager_admin_rule" "web" {
  admin_rule_collection_id = azurerm_network_manager_admin_rule_collection.c.id
  action                   = "AlwaysAllow"
  direction                = "Inbound"
  priority                 = 10
  protocol                 = "Any"
  source {
    address_prefix_type = "IPPrefix"
    address_prefix      = "10.9.0.0/16"
  }
}
"""
MEMBER = """
resource "azurerm_network_manager_static_member" "v" {
  network_group_id          = azurerm_network_manager_network_group.g.id
  target_virtual_network_id = azurerm_virtual_network.v.id
}
"""
DEPLOYED = """
resource "azurerm_network_manager_deployment" "d" {
  location          = "%s"
  scope_access      = "SecurityAdmin"
  configuration_ids = [azurerm_network_manager_security_admin_configuration.c.id]
}
"""
COLLECTION = "azurerm_network_manager_admin_rule_collection.c"
CONFIGURATION = "azurerm_network_manager_security_admin_configuration.c"
VARIABLE = 'variable "it" {}\n'
BEFORE = 'resource "azurerm_network_manager_network_group" "h" { network_manager_id = azurerm_network_manager.m.id }\n'
CASES = {
    "a static member": (MEMBER + DEPLOYED % "westeurope", [[COLLECTION]], ()),
    "not deployed": (MEMBER, [], ()),
    "deployed elsewhere": (MEMBER + DEPLOYED % "northeurope", [], ()),
    "deployed for another use": (MEMBER + (DEPLOYED % "westeurope").replace("SecurityAdmin", "Connectivity"), [], ()),
    "a use that is not known": (
        VARIABLE + MEMBER + (DEPLOYED % "westeurope").replace('"SecurityAdmin"', "var.it"), [[COLLECTION]], ("var.it",),
    ),
    "a configuration that is not known": (
        VARIABLE + MEMBER + (DEPLOYED % "westeurope").replace(f"[{CONFIGURATION}.id]", "[var.it]"), [[COLLECTION]], ("var.it",),
    ),
    "configurations that are not known": (
        VARIABLE + MEMBER + (DEPLOYED % "westeurope").replace(f"[{CONFIGURATION}.id]", "var.it"), [[COLLECTION]], ("var.it",),
    ),
    "another configuration": (
        MEMBER + (DEPLOYED % "westeurope").replace(f"[{CONFIGURATION}.id]", '["/configurations/other"]'), [], (),
    ),
    "a group that a policy fills, or one with a static member": (
        BEFORE + MEMBER + DEPLOYED % "westeurope", [[COLLECTION]], (),
    ),
    "a group that a policy fills": (DEPLOYED % "westeurope", [[COLLECTION]], ("azurerm_network_manager_network_group.g",)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_where_admin_rules_apply(case: str, tmp_path: Path) -> None:
    """They stand before NSGs on the networks of their group, where they are deployed; who a policy puts there is not known."""
    code, layers, possible = CASES[case]
    base = BASE.replace("= [azurerm", "= [azurerm_network_manager_network_group.h.id, azurerm") if BEFORE in code else BASE
    network = network_of(tmp_path, base + code)
    (nic,) = workloads(network, "azurerm_network_interface.n")
    assert [[key.partition("|")[2].partition("+")[0] for key in layer] for layer in nic.chain] == layers
    assert {rule.possible for each in network.acls for rule in each.rules} <= {possible}


NSG = """
resource "azurerm_network_security_group" "g" {
  name                = "g"
  resource_group_name = "rg"
}
"""
GUARDED = """
resource "azurerm_subnet_network_security_group_association" "%s" {
  subnet_id                 = azurerm_subnet.%s.id
  network_security_group_id = azurerm_network_security_group.g.id
  %s
}
"""
ELSEWHERE = """
resource "azurerm_subnet" "w" {
  name                 = "%s"
  resource_group_name  = "rg"
  virtual_network_name = "%s"
  address_prefixes     = ["10.0.2.0/24"]
}
"""
PERHAPS = 'variable "on" { type = bool }\n'
DOUBT = ("azurerm_network_security_group.g",)
CARD = "azurerm_network_interface.n.id"
ON_CARD = """
resource "azurerm_network_interface_security_group_association" "n" {
  network_interface_id      = azurerm_network_interface.n.id
  network_security_group_id = azurerm_network_security_group.g.id
  %s
}
"""
RULED = {
    "a subnet": (GUARDED % ("s", "s", ""), [()]),
    "two subnets of one network": (ELSEWHERE % ("two", "vnet") + GUARDED % ("s", "s", "") + GUARDED % ("w", "w", ""), [()]),
    "one of another network": (ELSEWHERE % ("two", "other") + GUARDED % ("s", "s", "") + GUARDED % ("w", "w", ""), [DOUBT]),
    "one that has none": (ELSEWHERE % ("GatewaySubnet", "vnet") + GUARDED % ("s", "s", "") + GUARDED % ("w", "w", ""), [DOUBT]),
    "a subnet perhaps": (PERHAPS + GUARDED % ("s", "s", "count = var.on ? 1 : 0"), [DOUBT]),
    "an interface": (ON_CARD % "", [()]),
    "an interface perhaps": (PERHAPS + ON_CARD % "count = var.on ? 1 : 0", [DOUBT]),
    "an interface or one that is not known": (
        'variable "card" {}\n' + PERHAPS + (ON_CARD % "").replace(CARD, f"var.on ? {CARD} : var.card"),
        [DOUBT],
    ),
    "a subnet, and an interface perhaps": (
        PERHAPS + GUARDED % ("s", "s", "") + ON_CARD % "count = var.on ? 1 : 0",
        [()],
    ),
    "nothing": ("", []),
}


@pytest.mark.parametrize("case", RULED)
def test_which_admin_rules_stand_before_an_nsg_whoever_is_behind_it(case: str, tmp_path: Path) -> None:
    """For sure where all that it guards is in subnets which have them; an NSG that guards nothing has none."""
    code, doubts = RULED[case]
    network = network_of(tmp_path, BASE + NSG + MEMBER + DEPLOYED % "westeurope" + code)
    (nsg,) = (each for each in network.acls if each.kind == "azure_nsg")
    assert [(key.partition("|")[2].partition("+")[0], because) for key, because in nsg.ruled] == [
        (COLLECTION, each) for each in doubts
    ]


def test_a_collection_may_be_of_any_configuration_that_is_deployed(tmp_path: Path) -> None:
    """Where it is not known which configuration a collection belongs to, its rules are there perhaps."""
    code = BASE.replace(f"configuration_id = {CONFIGURATION}.id", "configuration_id = var.it") + VARIABLE + MEMBER
    network = network_of(tmp_path, code + DEPLOYED % "westeurope")
    assert {rule.possible for rule in acl(network, COLLECTION).rules} == {("var.it",)}
    assert "azure_admin_rules" not in [each.kind for each in network_of(tmp_path, code).acls]


def test_admin_rules(tmp_path: Path) -> None:
    """They stand in the order of their priorities, with three actions."""
    found = acl(network_of(tmp_path, BASE + MEMBER + DEPLOYED % "westeurope"), COLLECTION)
    assert found.kind == "azure_admin_rules"
    assert [told(rule) for rule in found.rules] == [
        ("ingress", "always-allow", ["0-255", "0-65535"], ["10.9.0.0/16"], 10),
        ("ingress", "deny", ["6-6", "22-22"], ["Internet"], 20),
    ]


PROPERTIES = """{
  properties = {
    securityRules = [{
      name = "ssh"
      properties = {
        access = "Allow", direction = "Inbound", priority = 100, protocol = "Tcp", sourcePortRange = "*"
        sourceAddressPrefixes = ["10.0.0.0/8"], destinationAddressPrefix = "*", destinationPortRanges = ["22", "3389"]
      }
    }]
  }
}"""
API = 'type = "Microsoft.Network/networkSecurityGroups@2023-11-01"\nname = "nsg"\n'
SSH = ("ingress", "allow", ["6-6", "22-22", "3389-3389"], ["10.0.0.0/8"], 100)


@pytest.mark.parametrize("body", [PROPERTIES, f"jsonencode({PROPERTIES})"], ids=["object", "json"])
def test_groups_of_the_api(body: str, tmp_path: Path) -> None:
    """An NSG that `azapi_resource` makes is an NSG, whether its body is an object or JSON; so is a rule beside it."""
    code = f"""
    resource "azapi_resource" "g" {{
      {API}
      body = {body}
    }}
    resource "azapi_resource" "r" {{
      type      = "Microsoft.Network/networkSecurityGroups/securityRules@2023-11-01"
      name      = "web"
      parent_id = azapi_resource.g.id
      body = {{
        properties = {{
          access = "Deny", direction = "Inbound", priority = 200, protocol = "*", sourcePortRange = "*"
          sourceAddressPrefix = "*", destinationAddressPrefix = "*", destinationPortRange = "*"
        }}
      }}
    }}
    resource "azapi_resource" "other" {{
      type = "Microsoft.Network/dnsZones@2018-05-01"
      name = "zone"
    }}
    """
    found = acl(network_of(tmp_path, code), "azapi_resource.g")
    assert [told(rule) for rule in found.rules if rule.direction == "ingress" and not rule.default] == [
        SSH,
        ("ingress", "deny", ["0-255", "0-65535"], ["any"], 200),
    ]


def test_an_api_body_that_is_not_known(tmp_path: Path) -> None:
    """Rules that hang on an unset value are possible ones."""
    code = f'variable "rules" {{}}\nresource "azapi_resource" "g" {{\n{API}body = {{ properties = {{ securityRules = var.rules }} }}\n}}'
    rules = [rule for rule in acl(network_of(tmp_path, code), "azapi_resource.g").rules if not rule.default]
    assert rules
    assert all("var.rules" in rule.possible for rule in rules if rule.priority == 0)


def test_the_chain_has_admin_rules_last(tmp_path: Path) -> None:
    """From the interface outwards: its NSG, the admin rules of its network."""
    code = """
    resource "azurerm_network_security_group" "g" { name = "nsg" }
    resource "azurerm_network_interface_security_group_association" "n" {
      network_interface_id      = azurerm_network_interface.n.id
      network_security_group_id = azurerm_network_security_group.g.id
    }
    """
    (nic,) = workloads(network_of(tmp_path, BASE + MEMBER + DEPLOYED % "westeurope" + code), "azurerm_network_interface.n")
    assert chain(nic) == [["azurerm_network_security_group.g"], [COLLECTION]]


@pytest.mark.parametrize(("name", "ruled"), [("one", True), ("AzureBastionSubnet", False), ("GatewaySubnet", False)])
def test_some_subnets_have_no_admin_rules(name: str, ruled: bool, tmp_path: Path) -> None:
    """Azure leaves out those of Bastion, firewalls, gateways and route servers."""
    code = (BASE + MEMBER + DEPLOYED % "westeurope").replace('name                 = "one"', f'name                 = "{name}"')
    (nic,) = workloads(network_of(tmp_path, code), "azurerm_network_interface.n")
    assert chain(nic) == ([[COLLECTION]] if ruled else [])


def test_an_application_gateway_has_no_admin_rules(tmp_path: Path) -> None:
    """Azure leaves out its subnet, which has no name of its own."""
    gateway = """
    resource "azurerm_application_gateway" "x" {
      name = "front"
      gateway_ip_configuration {
        name      = "one"
        subnet_id = azurerm_subnet.s.id
      }
    }
    """
    network = network_of(tmp_path, BASE + MEMBER + DEPLOYED % "westeurope" + gateway)
    assert [chain(each) for each in workloads(network, "azurerm_application_gateway.x")] == [[]]
    assert [chain(each) for each in workloads(network, "azurerm_network_interface.n")] == [[[COLLECTION]]]


def test_a_word_is_told_as_azure_writes_it() -> None:
    """Letters may be large or small; for what is no action, those that are stand in the message as they are to be typed."""
    assert word("ALWAYSALLOW", ACTIONS, "action") == "always-allow"
    with pytest.raises(ValueError, match="its action is 'Permit'; allowed are Allow and Deny and AlwaysAllow"):
        word("Permit", ACTIONS, "action")
