"""What the tag VirtualNetwork means, network by network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pamlint.clouds import convert
from pamlint.model.addresses import PUBLIC
from pamlint.model.ranges import subtract
from tests.clouds.building import ref, resource
from tests.clouds.reading import acl, cidrs, network_of

BASE = """
resource "azurerm_virtual_network" "v" {
  name                = "vnet"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_virtual_network" "w" {
  name                = "other"
  resource_group_name = "rg"
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "v" {
  name                 = "one"
  resource_group_name  = "rg"
  virtual_network_name = "vnet"
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_subnet" "w" {
  name                 = "two"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.w.name
  address_prefixes     = ["10.1.1.0/24"]
}
resource "azurerm_network_security_group" "g" { name = "nsg" }
"""
ON_V = """
resource "azurerm_subnet_network_security_group_association" "v" {
  subnet_id                 = azurerm_subnet.v.id
  network_security_group_id = azurerm_network_security_group.g.id
}
"""
ON_W = """
resource "azurerm_subnet_network_security_group_association" "w" {
  subnet_id                 = azurerm_subnet.w.id
  network_security_group_id = azurerm_network_security_group.g.id
}
"""
ELSEWHERE = """
variable "subnet" {}
resource "azurerm_subnet_network_security_group_association" "e" {
  subnet_id                 = var.subnet
  network_security_group_id = azurerm_network_security_group.g.id
}
"""
ONE_WAY = """
resource "azurerm_virtual_network_peering" "p" {
  name                      = "p"
  resource_group_name       = "rg"
  virtual_network_name      = "vnet"
  remote_virtual_network_id = azurerm_virtual_network.w.id
  %s
}
"""
PEERING = (
    ONE_WAY
    + """
resource "azurerm_virtual_network_peering" "q" {
  name                      = "q"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.w.name
  remote_virtual_network_id = azurerm_virtual_network.v.id
}
"""
)
SUBNETS = """
  peer_complete_virtual_networks_enabled = false
  local_subnet_names                     = ["%s"]
  remote_subnet_names                    = ["%s"]
"""
ROUTED = """
resource "azurerm_route_table" "t" {
  name                = "t"
  resource_group_name = "rg"
}
resource "azurerm_route" "r" {
  name                = "r"
  resource_group_name = "rg"
  route_table_name    = azurerm_route_table.t.name
  address_prefix      = "%s"
  next_hop_type       = "%s"
}
resource "azurerm_subnet_route_table_association" "t" {
  subnet_id      = azurerm_subnet.v.id
  route_table_id = azurerm_route_table.t.id
}
"""
PERHAPS = 'variable "on" { type = bool }\n'
CARD = """
variable "card" {}
resource "azurerm_network_interface" "v" {
  name = "card"
  ip_configuration {
    name      = "main"
    subnet_id = azurerm_subnet.v.id
  }
}
resource "azurerm_network_interface_security_group_association" "v" {
  network_interface_id      = %s
  network_security_group_id = azurerm_network_security_group.g.id
}
"""
CASES: dict[str, tuple[str, dict[str, Any], list[str], list[str]]] = {
    "its own network": (ON_V, {}, ["10.0.0.0/16"], ["any"]),
    "a peered network": (ON_V + PEERING % "", {}, ["10.0.0.0/15"], ["any"]),
    "a peering of these subnets": (
        ON_V + PEERING % (SUBNETS % ("one", "TWO")), {}, ["10.0.0.0/16", "10.1.1.0/24"], ["any"],
    ),
    "a peering of another subnet": (ON_V + PEERING % (SUBNETS % ("else", "two")), {}, ["10.0.0.0/16"], ["any"]),
    "a peering with a subnet that is not known": (ON_V + PEERING % (SUBNETS % ("one", "else")), {}, ["10.0.0.0/16"], ["any"]),
    "a peering of which it is not known what it connects": (
        ON_V + 'variable "whole" {}' + PEERING % "peer_complete_virtual_networks_enabled = var.whole", {}, ["10.0.0.0/16"], ["any"],
    ),
    "a peering of IPv6 alone": (ON_V + PEERING % "only_ipv6_peering_enabled = true", {}, ["10.0.0.0/16"], ["any"]),
    "a peering that lets nothing through": (ON_V + PEERING % "allow_virtual_network_access = false", {}, ["10.0.0.0/16"], ["any"]),
    "a peering that is begun on one side alone": (ON_V + ONE_WAY % "", {}, ["10.0.0.0/16"], ["any"]),
    "one that the other side begins perhaps": (
        ON_V + PERHAPS + PEERING.replace('"q" {', '"q" {\ncount = var.on ? 1 : 0') % "", {}, ["10.0.0.0/16"], ["any"],
    ),
    "a peering seen from the side that has not begun it": (ON_W + ONE_WAY % "", {}, ["10.1.0.0/16"], ["any"]),
    "a peering that may not be there": (ON_V + PERHAPS + PEERING % "count = var.on ? 1 : 0", {}, ["10.0.0.0/16"], ["any"]),
    "two networks that know nothing of each other": (ON_V + ON_W, {}, [], ["any"]),
    "a subnet where it may not be": (
        PERHAPS + ON_V.replace("{", "{\ncount = var.on ? 1 : 0", 1), {}, ["10.0.0.0/16"], ["any"],
    ),
    "one of two subnets": (
        PERHAPS + ON_V.replace("azurerm_subnet.v.id", "var.on ? azurerm_subnet.v.id : azurerm_subnet.w.id"), {}, [], ["any"],
    ),
    "a subnet or one that is not known": (
        PERHAPS + 'variable "subnet" {}' + ON_V.replace("azurerm_subnet.v.id", "var.on ? azurerm_subnet.v.id : var.subnet"), {},
        [], ["any"],
    ),
    "an interface": (CARD % "azurerm_network_interface.v.id", {}, ["10.0.0.0/16"], ["any"]),
    "an interface that may not have it": (
        PERHAPS + CARD.replace("  network_interface_id ", "count = var.on ? 1 : 0\nnetwork_interface_id ")
        % "azurerm_network_interface.v.id", {}, ["10.0.0.0/16"], ["any"],
    ),
    "an interface or one that is not known": (
        PERHAPS + CARD % "var.on ? azurerm_network_interface.v.id : var.card", {}, [], ["any"],
    ),
    "an interface that is not known": (CARD % "var.card", {}, [], ["any"]),
    "an interface that a data source reads": (
        'data "azurerm_network_interface" "e" { name = "e" }' + CARD % "data.azurerm_network_interface.e.id", {}, [], ["any"],
    ),
    "a network that is not known": (ON_V + ELSEWHERE, {}, [], ["any"]),
    "a default route to an appliance": (ON_V + ROUTED % ("0.0.0.0/0", "VirtualAppliance"), {}, ["0.0.0.0/0"], ["any"]),
    "a route through the gateway": (
        ON_V + ROUTED % ("192.168.0.0/16", "VirtualNetworkGateway"), {}, ["10.0.0.0/16", "192.168.0.0/16"], ["any"],
    ),
    "a route into nowhere": (ON_V + ROUTED % ("192.168.0.0/16", "None"), {}, ["10.0.0.0/16"], ["any"]),
    "a route that may not be there": (
        ON_V + PERHAPS + (ROUTED % ("192.168.0.0/16", "VirtualAppliance")).replace('"r" {', '"r" {\ncount = var.on ? 1 : 0'), {},
        ["10.0.0.0/16"], ["any"],
    ),
    "what the site says": (ON_V, {"VirtualNetwork": ["10.0.0.0/8"]}, ["10.0.0.0/8"], ["10.0.0.0/8"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_virtual_network(case: str, tmp_path: Path) -> None:
    """It holds at least what is surely connected wherever the NSG stands, and at most everything unless the site says so."""
    code, values, least, most = CASES[case]
    network = network_of(tmp_path, BASE + code, **values)
    nsg = acl(network, "azurerm_network_security_group.g")
    (peer,) = (peer for rule in nsg.rules if rule.name.endswith("AllowVnetInBound") for peer in rule.peers)
    symbol = network.symbols[peer.symbol or ""]
    assert (peer.text, cidrs(symbol.at_least), cidrs(symbol.at_most)) == ("VirtualNetwork", least, most)


def test_subnets_that_a_state_tells_twice() -> None:
    """A state repeats subnets inside of their network; the routes of the subnet itself are those that count."""
    subnet = {"name": "one", "address_prefixes": ["10.0.1.0/24"]}
    again = {**subnet, "id": "/subnets/one", "security_group": "/nsgs/g"}
    network = convert(
        [
            resource("azurerm_virtual_network.v", name="v", address_space=["10.0.0.0/16"], subnet=[again]),
            resource("azurerm_subnet.s", id="/subnets/one", virtual_network_name="v", **subnet),
            resource("azurerm_network_security_group.g", id="/nsgs/g", name="g"),
            resource("azurerm_route_table.t", route=[{"address_prefix": "0.0.0.0/0", "next_hop_type": "VirtualAppliance"}]),
            resource(
                "azurerm_subnet_network_security_group_association.s",
                subnet_id="/subnets/one",
                network_security_group_id="/nsgs/g",
            ),
            resource(
                "azurerm_subnet_route_table_association.s", subnet_id="/subnets/one", route_table_id=ref("azurerm_route_table.t")
            ),
        ],
        {},
    )
    (symbol,) = (each for each in network.symbols.values() if each.text == "VirtualNetwork" and each.at_least)
    assert cidrs(symbol.at_least) == ["0.0.0.0/0"]


def test_each_network_has_its_own(tmp_path: Path) -> None:
    """NSGs in different networks mean different things by one tag; in one network they mean the same."""
    code = """
    resource "azurerm_network_security_group" "h" { name = "h" }
    resource "azurerm_subnet_network_security_group_association" "h" {
      subnet_id                 = azurerm_subnet.w.id
      network_security_group_id = azurerm_network_security_group.h.id
    }
    """
    network = network_of(tmp_path, BASE + ON_V + code)
    keys = {rule.peers[0].symbol for nsg in network.acls for rule in nsg.rules if rule.name.endswith("AllowVnetInBound")}
    assert len(keys) == 2


OTHER_SUBNET = """
resource "azurerm_subnet" "v2" {
  name                 = "second"
  resource_group_name  = "rg"
  virtual_network_name = "vnet"
  address_prefixes     = ["10.0.2.0/24"]
}
resource "azurerm_network_security_group" "h" { name = "other" }
resource "azurerm_subnet_network_security_group_association" "v2" {
  subnet_id                 = azurerm_subnet.v2.id
  network_security_group_id = azurerm_network_security_group.h.id
}
"""


@pytest.mark.parametrize(
    ("code", "first"),
    [
        (PEERING % (SUBNETS % ("one", "two")), ["10.0.0.0/16", "10.1.1.0/24"]),
        (ROUTED % ("192.168.0.0/16", "VirtualAppliance"), ["10.0.0.0/16", "192.168.0.0/16"]),
    ],
    ids=["a peering", "a route"],
)
def test_what_is_one_subnets_alone_tells_it_apart(code: str, first: list[str], tmp_path: Path) -> None:
    """Two NSGs of one network mean different things by the tag where a peering or a route concerns one of them alone."""
    network = network_of(tmp_path, BASE + ON_V + OTHER_SUBNET + code)
    assert [
        cidrs(network.symbols[rule.peers[0].symbol or ""].at_least)
        for address in ("azurerm_network_security_group.g", "azurerm_network_security_group.h")
        for rule in acl(network, address).rules
        if rule.name.endswith("AllowVnetInBound")
    ] == [first, ["10.0.0.0/16"]]


@pytest.mark.parametrize(
    ("code", "given", "own"),
    [
        (ON_V, {}, []),
        (ON_V, {"VirtualNetwork": ["10.0.0.0/16", "20.1.0.0/16"]}, ["20.1.0.0/16"]),
        (ON_V + ROUTED % ("0.0.0.0/0", "VirtualAppliance"), {}, []),
        (ON_V + ROUTED % ("20.3.0.0/16", "VirtualAppliance"), {}, []),
        (ON_V, {"VirtualNetwork": ["any"]}, []),
        (ON_W, {}, ["20.2.0.0/24"]),
    ],
)
def test_the_internet_is_what_is_public_outside_of_the_network(
    code: str, given: dict[str, Any], own: list[str], tmp_path: Path
) -> None:
    """Public addresses of the network itself are no Internet; a route into it leaves the Internet what it is."""
    base = BASE.replace('["10.1.0.0/16"]', '["10.1.0.0/16", "20.2.0.0/24"]')
    nsg = acl(network_of(tmp_path, base + code, **given), "azurerm_network_security_group.g")
    (peer,) = (peer for rule in nsg.rules if rule.name.endswith("AllowInternetOutBound") for peer in rule.peers)
    assert (peer.text, cidrs(subtract(PUBLIC, peer.addresses))) == ("Internet", own)


NAMED = """
variable "net" {}
variable "other" {}
variable "rg" {}
resource "azurerm_subnet" "s" {
  name                 = "s"
  resource_group_name  = %s
  virtual_network_name = %s
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_subnet" "t" {
  name                 = "t"
  resource_group_name  = %s
  virtual_network_name = %s
  address_prefixes     = ["10.0.2.0/24"]
}
resource "azurerm_network_security_group" "g" { name = "nsg" }
resource "azurerm_subnet_network_security_group_association" "e" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.g.id
}
"""


@pytest.mark.parametrize(
    ("names", "held"),
    [
        (("var.rg", "var.net", "var.rg", "var.net"), ["10.0.1.0/24", "10.0.2.0/24"]),
        (('"rg"', '"corp"', '"RG"', '"Corp"'), ["10.0.1.0/24", "10.0.2.0/24"]),
        (("var.rg", "var.net", "var.rg", "var.other"), ["10.0.1.0/24"]),
        (('"rg"', '"corp"', '"other"', '"corp"'), ["10.0.1.0/24"]),
        (("var.rg", '"corp-${var.net}"', "var.rg", '"corp-${var.net}"'), ["10.0.1.0/24"]),
    ],
    ids=["one variable", "one name", "two variables", "two groups", "computed"],
)
def test_subnets_of_a_network_that_is_only_named(names: tuple[str, ...], held: list[str], tmp_path: Path) -> None:
    """The tag holds for sure the subnets that name the same network, be it in the input or not."""
    network = network_of(tmp_path, NAMED % names)
    (symbol,) = (symbol for symbol in network.symbols.values() if symbol.text == "VirtualNetwork")
    assert cidrs(symbol.at_least) == held
