"""What an id of Azure that is made of names leads to, and what belongs to a prefix list of elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.clouds import TYPES, convert
from pamlint.model.acl import Network
from pamlint.sources.code import Settings, read_root
from tests.clouds.reading import acl, bounds, cidrs, network_of
from tests.judging.building import FLOW, POLICY
from tests.twins import lint

START = """
variable "a" {}
variable "b" {}
"""
AZURE = (
    START
    + """
resource "azurerm_network_security_group" "g" {
  name                = "another"
  resource_group_name = "rg"
}
resource "azurerm_network_security_rule" "r" {
  name                        = "r"
  network_security_group_name = "G"
  resource_group_name         = %s
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "10.0.0.0/8"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "443"
}
"""
)


ID = "/subscriptions/s/resourceGroups/%s/providers/Microsoft.Network/%s"
ELSEWHERE = """
resource "azurerm_application_security_group" "u" {
  name                = "U"
  resource_group_name = "rg"
}
resource "azurerm_network_security_group" "g" {
  name                = "g"
  resource_group_name = "rg"
}
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
"""
HERE = """
resource "azurerm_network_interface" "n" {
  ip_configuration { subnet_id = "%s" }
}
resource "azurerm_network_interface_security_group_association" "n" {
  network_interface_id      = azurerm_network_interface.n.id
  network_security_group_id = "%s"
}
resource "azurerm_network_interface_application_security_group_association" "n" {
  network_interface_id          = azurerm_network_interface.n.id
  application_security_group_id = "%s"
}
"""


def two_roots(directory: Path, here: str, elsewhere: str) -> Network:
    """What two roots mean together."""
    resources = []
    for name, code in (("elsewhere", elsewhere), ("here", here)):
        (directory / name).mkdir()
        (directory / name / "main.tf").write_text(code)
        reading = read_root(directory / name, boundary=directory, wanted=TYPES.__contains__, settings=Settings())
        resources += reading.resources
    return convert(resources, {})


@pytest.mark.parametrize(
    ("group", "found"),
    [("rg", True), ("RG", True), ("other", False)],
)
def test_an_id_of_azure_leads_to_what_will_have_its_names(group: str, found: bool, tmp_path: Path) -> None:
    """Subscription aside, an id is made of names: it means what another root makes under these."""
    kinds = ("virtualNetworks/v/subnets/s", "networkSecurityGroups/g", "applicationSecurityGroups/u")
    network = two_roots(tmp_path, HERE % tuple(ID % (group, kind) for kind in kinds), ELSEWHERE)
    (machine,) = network.workloads
    nsg = "azurerm_network_security_group.g" if found else (ID % (group, kinds[1])).lower()
    assert [key.partition("|")[2] for (key,) in machine.chain] == [nsg]
    assert ("azurerm_application_security_group.u" in "".join(machine.wears)) is found
    assert cidrs(machine.within) == (["10.0.1.0/24"] if found else [])


@pytest.mark.parametrize(("subscription", "found"), [('"S"', True), ('"other"', False), ("var.s", True)])
def test_an_id_of_another_subscription_leads_elsewhere(subscription: str, found: bool, tmp_path: Path) -> None:
    """The provider of what has the names may say that it is made in another subscription."""
    provider = f'variable "s" {{}}\nprovider "azurerm" {{\n  subscription_id = {subscription}\n}}\n'
    here = HERE % ("x", ID % ("rg", "networkSecurityGroups/g"), "y")
    (machine,) = two_roots(tmp_path, here, provider + ELSEWHERE).workloads
    assert ([key.partition("|")[2] for (key,) in machine.chain] == ["azurerm_network_security_group.g"]) is found


NAMED = """
provider "azurerm" { subscription_id = %s }
resource "azurerm_subnet" "%s" {
  name                 = "s"
  resource_group_name  = "rg"
  virtual_network_name = "corp"
  address_prefixes     = ["10.0.%d.0/24"]
}
resource "azurerm_network_security_group" "g" { name = "g" }
resource "azurerm_subnet_network_security_group_association" "a" {
  subnet_id                 = azurerm_subnet.%s.id
  network_security_group_id = azurerm_network_security_group.g.id
}
"""


@pytest.mark.parametrize(
    ("one", "other", "held"),
    [
        ('"S"', '"s"', ["10.0.1.0/24", "10.0.2.0/24"]),
        ('"s"', '"t"', ["10.0.1.0/24"]),
        ("null", "null", ["10.0.1.0/24"]),
    ],
    ids=["one subscription", "two subscriptions", "nobody knows"],
)
def test_networks_of_one_name_are_one_where_they_are_in_one_subscription(
    one: str, other: str, held: list[str], tmp_path: Path
) -> None:
    """Two roots name a network that neither makes: VirtualNetwork holds the subnets of both if that is one for sure."""
    network = two_roots(tmp_path, NAMED % (one, "one", 1, "one"), NAMED % (other, "two", 2, "two"))
    nsg = next(acl for acl in network.acls if acl.root.endswith("/here"))
    (symbol,) = {peer.symbol for rule in nsg.rules for peer in rule.peers if peer.text == "VirtualNetwork"}
    assert cidrs(network.symbols[str(symbol)].at_least) == held


def test_of_two_things_of_the_same_names_an_id_means_neither(tmp_path: Path) -> None:
    """Roots of two subscriptions may both have them."""
    here = HERE % ("x", ID % ("rg", "networkSecurityGroups/g"), "y") + ELSEWHERE
    (machine,) = two_roots(tmp_path, here, ELSEWHERE).workloads
    assert machine.chain == ((("id|" + ID % ("rg", "networkSecurityGroups/g")).lower(),),)


@pytest.mark.parametrize(
    ("group", "rules"),
    [('"rg"', ["azurerm_network_security_rule.r"]), ('"other"', []), ("var.b", [])],
)
def test_a_rule_is_of_the_nsg_whose_id_is_made_of_the_names_that_it_has(group: str, rules: list[str], tmp_path: Path) -> None:
    """An interface has an NSG by its id, and a rule of it stands beside by name and resource group."""
    own = AZURE % group + HERE % ("x", ID % ("RG", "networkSecurityGroups/g"), "y")
    network = network_of(tmp_path, own)
    worn = acl(network, ID % ("RG", "networkSecurityGroups/g"))
    assert [rule.name for rule in worn.rules if not rule.default] == rules


LIST = (
    START
    + """
variable "c" {}
data "aws_ec2_managed_prefix_list" "d" { id = var.c }
resource "aws_security_group" "g" {
  ingress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    prefix_list_ids = [%s]
  }
}
resource "aws_ec2_managed_prefix_list_entry" "e" {
  prefix_list_id = %s
  cidr           = "10.9.0.0/16"
}
"""
)


@pytest.mark.parametrize(
    ("named", "of", "known"),
    [
        ("var.a", "var.a", ["10.9.0.0/16"]),
        ('"pl-1"', '"pl-1"', ["10.9.0.0/16"]),
        ("data.aws_ec2_managed_prefix_list.d.id", "data.aws_ec2_managed_prefix_list.d.id", ["10.9.0.0/16"]),
        ("data.aws_ec2_managed_prefix_list.d.id", "var.c", ["10.9.0.0/16"]),
        ('"pl-1"', '"pl-2"', []),
    ],
)
def test_a_prefix_list_that_the_input_does_not_hold_has_the_entries_of_its_own(
    named: str, of: str, known: list[str], tmp_path: Path
) -> None:
    """What else is in it is not known."""
    network = network_of(tmp_path, LIST % (named, of))
    ((peer,),) = (rule.peers for rule in acl(network, "aws_security_group.g").rules)
    assert bounds(network, peer.text) == (known, ["any"])


def test_two_lists_that_are_not_known_have_no_entries_of_one_another(tmp_path: Path) -> None:
    """A list that nothing is known of stays an unknown value."""
    (rule,) = acl(network_of(tmp_path, LIST % ("var.a", "var.b")), "aws_security_group.g").rules
    assert [(peer.symbol, peer.because) for peer in rule.peers] == [(None, ("var.a",))]


SITE = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {cidrs: [10.9.0.0/16]}
  far: {match: [{address: azurerm_network_interface.n}]}
"""


def test_a_root_whose_machine_plays_a_role_behind_the_nsg_of_another_root_binds_one(tmp_path: Path) -> None:
    """Nothing is said of it; a root without any of both is told."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "ingress")
    codes = {
        "here": HERE % ("x", ID % ("rg", "networkSecurityGroups/g"), "y"),
        "elsewhere": ELSEWHERE,
        "idle": 'resource "aws_security_group" "x" {}',
    }
    for name, text in {"policy.yaml": POLICY % flow, "pamlint.yaml": SITE}.items():
        (tmp_path / name).write_text(text)
    for name, code in codes.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(code)
    said = lint(tmp_path)
    assert said.report()["findings"][0]["workloads"] == ["azurerm_network_interface.n"]
    assert said.err == "note: root idle binds no role: none of its groups or NSGs is matched by the site file\n"
