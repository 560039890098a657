"""Which Azure workloads are guarded by what, and where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clouds.building import network, resource
from tests.clouds.reading import acl, bounds, chain, cidrs, network_of, workloads

BASE = """
resource "azurerm_virtual_network" "v" {
  name                = "vnet"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "servers"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_security_group" "edge" { name = "edge" }
resource "azurerm_network_security_group" "card" { name = "card" }
resource "azurerm_application_security_group" "asg" { name = "asg" }
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.edge.id
}
resource "azurerm_network_interface" "n" {
  name = "nic"
  ip_configuration {
    name               = "one"
    subnet_id          = azurerm_subnet.s.id
    private_ip_address = "10.0.1.4"
  }
  ip_configuration {
    name               = "two"
    subnet_id          = azurerm_subnet.s.id
    private_ip_address = "10.0.1.5"
  }
}
resource "azurerm_network_interface_security_group_association" "n" {
  network_interface_id      = azurerm_network_interface.n.id
  network_security_group_id = azurerm_network_security_group.card.id
}
resource "azurerm_network_interface_application_security_group_association" "n" {
  network_interface_id          = azurerm_network_interface.n.id
  application_security_group_id = azurerm_application_security_group.asg.id
}
"""
EDGE, CARD = ["azurerm_network_security_group.edge"], ["azurerm_network_security_group.card"]
SCALE_SET = """
resource "azurerm_%s_virtual_machine_scale_set" "x" {
  name = "fleet"
  network_interface {
    name                      = "primary"
    network_security_group_id = azurerm_network_security_group.card.id
    ip_configuration {
      name                           = "internal"
      subnet_id                      = azurerm_subnet.s.id
      application_security_group_ids = [azurerm_application_security_group.asg.id]
    }
  }
}
"""
ONE = ["10.0.1.4/31"]
CASES = {
    "an interface of its own": ("", "azurerm_network_interface.n", [CARD, EDGE], ["azurerm_application_security_group.asg"]),
    "a Linux machine": (
        """resource "azurerm_linux_virtual_machine" "x" {
             name                  = "vm"
             network_interface_ids = [azurerm_network_interface.n.id]
           }""",
        "azurerm_linux_virtual_machine.x", [CARD, EDGE], ["azurerm_application_security_group.asg"],
    ),
    "a Windows machine": (
        """resource "azurerm_windows_virtual_machine" "x" {
             name                  = "vm"
             network_interface_ids = [azurerm_network_interface.n.id]
           }""",
        "azurerm_windows_virtual_machine.x", [CARD, EDGE], ["azurerm_application_security_group.asg"],
    ),
    "a Linux scale set": (
        SCALE_SET % "linux", "azurerm_linux_virtual_machine_scale_set.x", [CARD, EDGE], ["azurerm_application_security_group.asg"],
    ),
    "a Windows scale set": (
        SCALE_SET % "windows", "azurerm_windows_virtual_machine_scale_set.x", [CARD, EDGE], ["azurerm_application_security_group.asg"],
    ),
    "Azure Bastion": (
        """resource "azurerm_bastion_host" "x" {
             name = "bastion"
             ip_configuration {
               name      = "one"
               subnet_id = azurerm_subnet.s.id
             }
           }""",
        "azurerm_bastion_host.x", [EDGE], [],
    ),
    "a scale set in what is tied to the subnet": (
        (SCALE_SET % "linux").replace("azurerm_subnet.s.id", "azurerm_subnet_nat_gateway_association.n.id")
        + """resource "azurerm_subnet_nat_gateway_association" "n" {
               subnet_id      = azurerm_subnet_network_security_group_association.s.id
               nat_gateway_id = azurerm_nat_gateway.n.id
             }
             resource "azurerm_nat_gateway" "n" { name = "n" }""",
        "azurerm_linux_virtual_machine_scale_set.x", [CARD, EDGE], ["azurerm_application_security_group.asg"],
    ),
    "an application gateway": (
        """resource "azurerm_application_gateway" "x" {
             name = "front"
             gateway_ip_configuration {
               name      = "one"
               subnet_id = azurerm_subnet.s.id
             }
           }""",
        "azurerm_application_gateway.x", [EDGE], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_guards_a_workload(case: str, tmp_path: Path) -> None:
    """The interface's NSG is the nearest layer, the subnet's the next; ASGs are worn."""
    code, address, layers, asgs = CASES[case]
    network = network_of(tmp_path, BASE + code)
    (found,) = workloads(network, address)
    assert (chain(found), sorted(key.partition("|")[2] for key in found.wears)) == (layers, asgs)
    assert cidrs(found.within) == ["10.0.1.0/24"]
    if not address.endswith(".x"):
        assert cidrs(found.addresses) == ONE


def test_a_machine_stands_for_its_interfaces(tmp_path: Path) -> None:
    """Interfaces of a known machine are no workloads of their own; with different chains the machine is one for each."""
    code = """
    resource "azurerm_network_interface" "bare" {
      name = "bare"
      ip_configuration {
        name      = "one"
        subnet_id = azurerm_subnet.s.id
      }
    }
    resource "azurerm_linux_virtual_machine" "x" {
      name                  = "vm"
      tags                  = { pam = "manager" }
      network_interface_ids = [azurerm_network_interface.n.id, azurerm_network_interface.bare.id]
    }
    """
    found = network_of(tmp_path, BASE + code).workloads
    assert [(each.address, chain(each), each.tags["pam"]) for each in found] == [
        ("azurerm_linux_virtual_machine.x", [CARD, EDGE], "manager"),
        ("azurerm_linux_virtual_machine.x", [EDGE], "manager"),
    ]
    assert len({each.key for each in found}) == 2


ENDPOINT = """
resource "azurerm_subnet" "p" {
  name                 = "endpoints"
  resource_group_name  = "rg"
  virtual_network_name = "vnet"
  address_prefixes     = ["10.0.2.0/24"]
  %s
}
resource "azurerm_subnet_network_security_group_association" "p" {
  subnet_id                 = azurerm_subnet.p.id
  network_security_group_id = azurerm_network_security_group.edge.id
}
resource "azurerm_private_endpoint" "x" {
  name      = "vault"
  subnet_id = azurerm_subnet.p.id
}
"""
POLICIES = {
    "": [[]],
    'private_endpoint_network_policies = "Disabled"': [[]],
    'private_endpoint_network_policies = "RouteTableEnabled"': [[]],
    'private_endpoint_network_policies = "NetworkSecurityGroupEnabled"': [[EDGE]],
    'private_endpoint_network_policies = "Enabled"': [[EDGE]],
    "private_endpoint_network_policies_enabled = true": [[EDGE]],
}


@pytest.mark.parametrize("policy", POLICIES)
def test_private_endpoints(policy: str, tmp_path: Path) -> None:
    """No NSG stands before a private endpoint unless the subnet's policy says so; it is a workload in either case."""
    found = workloads(network_of(tmp_path, BASE + ENDPOINT % policy), "azurerm_private_endpoint.x")
    assert [chain(each) for each in found] == POLICIES[policy]


UNSAID = """
variable "p" { type = string }
variable "on" { type = bool }
"""
DOUBTED = {
    "private_endpoint_network_policies = var.p": ["var.p"],
    "private_endpoint_network_policies_enabled = var.on": ["var.on"],
    'private_endpoint_network_policies = var.on ? "Enabled" : "Disabled"': ["var.on"],
}


@pytest.mark.parametrize("policy", DOUBTED)
def test_an_nsg_perhaps_stands_before_a_private_endpoint_where_the_policy_is_not_known(policy: str, tmp_path: Path) -> None:
    """What decides the policy decides whether the subnet's NSG is there."""
    (found,) = workloads(network_of(tmp_path, BASE + UNSAID + ENDPOINT % policy), "azurerm_private_endpoint.x")
    assert (chain(found), [list(because) for because in found.perhaps.values()]) == ([EDGE], [DOUBTED[policy]])


def test_the_policy_of_a_subnet_that_only_a_data_source_names_is_not_known(tmp_path: Path) -> None:
    """Its NSG is tied to it in the code; whether it stands before a private endpoint is written elsewhere."""
    code = (ENDPOINT % "").replace('resource "azurerm_subnet"', 'data "azurerm_subnet"')
    code = code.replace("= azurerm_subnet.p.id", "= data.azurerm_subnet.p.id").replace("address_prefixes ", "# ")
    (found,) = workloads(network_of(tmp_path, BASE + code), "azurerm_private_endpoint.x")
    because = [list(because) for because in found.perhaps.values()]
    assert (chain(found), because) == ([EDGE], [["data.azurerm_subnet.p.private_endpoint_network_policies"]])


ADDRESSES = {
    "": [],
    """dynamic "ip_configuration" {
    for_each = var.on ? [1] : []
    content { private_ip_address = "10.0.1.10" }
  }""": [],
    """ip_configuration { private_ip_address = "10.0.1.10" }
  dynamic "ip_configuration" {
    for_each = var.on ? [1] : []
    content { private_ip_address = "10.0.1.11" }
  }""": [],
    'ip_configuration { private_ip_address = "10.0.1.10" }': ["10.0.1.10"],
    """ip_configuration { private_ip_address = "10.0.1.10" }
  ip_configuration { private_ip_address = "10.0.1.12" }""": ["10.0.1.10", "10.0.1.12"],
    """ip_configuration { private_ip_address = "10.0.1.10" }
  ip_configuration { private_ip_address = azurerm_subnet.p.default_outbound_access_enabled }""": [],
    'private_service_connection { name = "c" }': [],
}


@pytest.mark.parametrize("written", ADDRESSES)
def test_a_private_endpoint_has_the_addresses_that_it_is_given(written: str, tmp_path: Path) -> None:
    """None are known where one of them is not, or Azure is to choose."""
    code = BASE + UNSAID + ENDPOINT.replace('name      = "vault"', f'name      = "vault"\n  {written}') % ""
    (found,) = workloads(network_of(tmp_path, code), "azurerm_private_endpoint.x")
    assert [cidr.removesuffix("/32") for cidr in cidrs(found.addresses)] == ADDRESSES[written]


def test_a_private_endpoint_of_a_state_has_the_address_that_azure_chose() -> None:
    """A state tells it with the connection."""
    endpoint = resource("azurerm_private_endpoint.x", private_service_connection=[{"private_ip_address": "10.0.1.10"}])
    (found,) = workloads(network(endpoint), "azurerm_private_endpoint.x")
    assert cidrs(found.addresses) == ["10.0.1.10/32"]


CONFIGURATION = """
  dynamic "ip_configuration" {
    for_each = var.on ? [1] : []
    content {
      name               = "more"
      subnet_id          = azurerm_subnet.%s.id
      private_ip_address = "10.0.1.6"
    }
  }
"""
SURE = """
  ip_configuration {
    name               = "main"
    subnet_id          = azurerm_subnet.s.id
    private_ip_address = "10.0.1.4"
  }
"""
CONFIGURATIONS: dict[str, tuple[str, list[list[str]], dict[str, list[str]], list[str]]] = {
    "alone": (CONFIGURATION % "s", [EDGE], {}, ["10.0.1.0/24"]),
    "beside one in its subnet": (SURE + CONFIGURATION % "s", [EDGE], {}, ["10.0.1.0/24"]),
    "beside one in another subnet": (SURE + CONFIGURATION % "p", [EDGE, CARD], {CARD[0]: ["var.on"]}, []),
}


@pytest.mark.parametrize(("written", "layers", "doubts", "standing"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_configuration_of_an_interface_that_may_not_be_there(
    written: str, layers: list[list[str]], doubts: dict[str, list[str]], standing: list[str], tmp_path: Path
) -> None:
    """Its address is none that is known, and what guards its subnet perhaps guards the interface; one there is for sure."""
    edge = ENDPOINT.partition('resource "azurerm_private_endpoint"')[0].replace("security_group.edge", "security_group.card")
    code = BASE + UNSAID + edge % "" + 'resource "azurerm_network_interface" "m" {\n  name = "m"\n' + written + "}\n"
    (found,) = workloads(network_of(tmp_path, code), "azurerm_network_interface.m")
    worn = {key.partition("|")[2]: list(because) for key, because in found.perhaps.items()}
    assert (chain(found), worn, cidrs(found.addresses), cidrs(found.standing)) == (layers, doubts, [], standing)


def test_an_interface_of_a_scale_set_that_may_not_be_there(tmp_path: Path) -> None:
    """The machines have it perhaps."""
    described = """
  dynamic "network_interface" {
    for_each = var.on ? [1] : []
    content {
      name                      = "second"
      network_security_group_id = azurerm_network_security_group.edge.id
    }
  }
}
"""
    code = BASE + UNSAID + (SCALE_SET % "linux").rstrip().removesuffix("}") + described
    found = workloads(network_of(tmp_path, code), "azurerm_linux_virtual_machine_scale_set.x")
    assert [(chain(each), each.possible) for each in found] == [([CARD, EDGE], ()), ([EDGE], ("var.on",))]


def test_inline_subnets(tmp_path: Path) -> None:
    """A subnet that is written inside its network has its NSG there."""
    code = """
    resource "azurerm_network_security_group" "in" { name = "in" }
    resource "azurerm_virtual_network" "w" {
      name          = "other"
      address_space = ["10.7.0.0/16"]
      subnet {
        name             = "one"
        address_prefixes = ["10.7.1.0/24"]
        security_group   = azurerm_network_security_group.in.id
      }
    }
    """
    found = acl(network_of(tmp_path, code), "azurerm_network_security_group.in")
    assert cidrs(found.local or ()) == ["10.7.1.0/24"]


def test_what_stands_behind_an_nsg(tmp_path: Path) -> None:
    """It is known only if all of it is: a subnet that the input lacks, or an interface that may be another, makes it unknown."""
    network = network_of(tmp_path, BASE)
    assert [cidrs(acl(network, nsg).local or ()) for nsg in (*EDGE, *CARD)] == [["10.0.1.0/24"], ["10.0.1.4/31"]]
    elsewhere = """
    variable "subnet" {}
    resource "azurerm_subnet_network_security_group_association" "t" {
      subnet_id                 = var.subnet
      network_security_group_id = azurerm_network_security_group.edge.id
    }
    """
    or_another = BASE.replace("= azurerm_network_interface.n.id", "= var.on ? azurerm_network_interface.n.id : var.other")
    variables = 'variable "on" { type = bool }\nvariable "other" {}\n'
    network = network_of(tmp_path, or_another + elsewhere + variables)
    assert [acl(network, nsg).local for nsg in (*EDGE, *CARD)] == [None, None]


def test_members_of_an_asg(tmp_path: Path) -> None:
    """Known members are in it; all members stand in the network of one that is known."""
    network = network_of(tmp_path, BASE)
    assert bounds(network, "azurerm_application_security_group.asg") == (ONE, ["10.0.0.0/16"])
