"""What stands behind load balancers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clouds.reading import chain, cidrs, network_of, workloads
from tests.twins import FIXTURES, lint

BASE = """
resource "azurerm_virtual_network" "v" {
  name          = "vnet"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "a" {
  name                 = "servers"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
"""
BALANCER = """
resource "azurerm_lb" "l" { name = "pam-lb" }
resource "azurerm_lb_backend_address_pool" "p" {
  name            = "pam-pool"
  loadbalancer_id = azurerm_lb.l.id
}
"""
CARD = """
resource "azurerm_network_interface" "x" {
  name = "x"
  ip_configuration {
    name               = "one"
    subnet_id          = azurerm_subnet.a.id
    private_ip_address = "10.0.1.5"
  }
}
"""
MEMBER = """
resource "azurerm_network_interface_backend_address_pool_association" "x" {
  network_interface_id    = azurerm_network_interface.x.id
  ip_configuration_name   = "one"
  backend_address_pool_id = azurerm_lb_backend_address_pool.p.id
  %s
}
"""
ADDRESS = """
resource "azurerm_lb_backend_address_pool_address" "a" {
  name                    = "a"
  backend_address_pool_id = azurerm_lb_backend_address_pool.p.id
  ip_address              = "10.0.1.%s"
}
"""
OTHER_NETWORK = """
resource "azurerm_virtual_network" "w" {
  name          = "other"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_lb_backend_address_pool_address" "b" {
  name                    = "b"
  backend_address_pool_id = azurerm_lb_backend_address_pool.p.id
  virtual_network_id      = azurerm_virtual_network.w.id
  ip_address              = "10.0.1.5"
}
"""
SCALE_SET = """
resource "azurerm_linux_virtual_machine_scale_set" "x" {
  network_interface {
    name = "n"
    ip_configuration {
      name                                   = "i"
      subnet_id                              = azurerm_subnet.a.id
      load_balancer_backend_address_pool_ids = [azurerm_lb_backend_address_pool.p.id]
    }
  }
}
"""
IN_BOTH = ["azurerm_lb.l", "azurerm_lb_backend_address_pool.p"]
NIC = "azurerm_network_interface.x"
CASES = {
    "an interface that is associated": (CARD + MEMBER % "", NIC, IN_BOTH, {}),
    "an interface that is associated perhaps": (
        'variable "on" {}' + CARD + MEMBER % "count = var.on",
        NIC,
        IN_BOTH,
        dict.fromkeys(IN_BOTH, ("var.on",)),
    ),
    "one of two interfaces": (
        'variable "on" {}'
        + CARD
        + CARD.replace('"x"', '"y"').replace("10.0.1.5", "10.0.1.6")
        + MEMBER.replace("azurerm_network_interface.x.id", f"var.on ? {NIC}.id : azurerm_network_interface.y.id") % "",
        NIC,
        IN_BOTH,
        dict.fromkeys(IN_BOTH, ("var.on",)),
    ),
    "an interface whose address is in the pool": (CARD + ADDRESS % "5", NIC, IN_BOTH, {}),
    "an interface with another address": (CARD + ADDRESS % "6", NIC, [], {}),
    "an interface of another network that has the same address": (CARD + OTHER_NETWORK, NIC, [], {}),
    "a scale set": (SCALE_SET, "azurerm_linux_virtual_machine_scale_set.x", IN_BOTH, {}),
    "an address that nobody known has": (ADDRESS % "6", "azurerm_lb_backend_address_pool_address.a", IN_BOTH, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_who_is_in_a_pool(case: str, tmp_path: Path) -> None:
    """Interfaces by association or address, scale sets by their description; what is in a pool is behind its load balancer."""
    code, address, behind, perhaps = CASES[case]
    network = network_of(tmp_path, BASE + BALANCER + code)
    (found,) = workloads(network, address)
    assert sorted(key.partition("|")[2] for key in found.behind) == behind
    assert {key.partition("|")[2]: because for key, because in found.perhaps.items()} == perhaps
    assert [pool.name for pool in network.pools] == ["pam-lb", "pam-pool"]


def test_an_address_in_a_pool_is_known_but_not_what_guards_it(tmp_path: Path) -> None:
    """An address that a known interface has is no second workload."""
    stranger = workloads(network_of(tmp_path, BASE + BALANCER + ADDRESS % "6"), "azurerm_lb_backend_address_pool_address.a")
    assert [(chain(each), cidrs(each.addresses)) for each in stranger] == [([], ["10.0.1.6/32"])]
    known = network_of(tmp_path, BASE + BALANCER + CARD + ADDRESS % "5")
    assert workloads(known, "azurerm_lb_backend_address_pool_address.a") == []


RULES = """
resource "azurerm_network_security_group" "n" {
  name = "n"
  security_rule {
    name                       = "ssh"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefixes    = [%s]
    destination_address_prefix = "*"
  }
}
resource "azurerm_network_interface_security_group_association" "n" {
  network_interface_id      = azurerm_network_interface.x.id
  network_security_group_id = azurerm_network_security_group.n.id
}
"""
SITE = """\
pamlint: site/1
policy: policy.yaml
features: [works]
roles:
  admin: {cidrs: [10.20.0.0/24]}
  host: {match: [{name: %s}]}
values: {VirtualNetwork: [10.0.0.0/16]}
ignore: [{check: implicit-allow, reason: What defaults open is a case of its own}]
"""


@pytest.mark.parametrize("name", ["pam-lb", "pam-pool"])
@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ('"10.20.0.0/24"', []),
        ('"10.20.0.0/24", "10.9.0.0/16"', [("extra-access", "10.9.0.0/16")]),
        ('"AzureLoadBalancer"', [("missing-access", "10.20.0.0/24")]),
    ],
)
def test_clients_reach_through_a_load_balancer_with_their_own_addresses(
    name: str, sources: str, told: list[tuple[str, str]], tmp_path: Path
) -> None:
    """A role that is a load balancer, or its pool, is played behind it: there the clients come in, and not the balancer."""
    (tmp_path / "policy.yaml").write_text((FIXTURES / "accuracy" / "policy.yaml").read_text())
    (tmp_path / "pamlint.yaml").write_text(SITE % name)
    (tmp_path / "main.tf").write_text(BASE + BALANCER + CARD + MEMBER % "" + RULES % sources)
    report = lint(tmp_path).report()
    assert [(each["check"], each["certainty"], each["traffic"][0]["peers"]) for each in report["findings"]] == [
        (check, "proved", [peer]) for check, peer in told
    ]
    assert report["bindings"][-1]["workloads"] == ["azurerm_network_interface.x"]
