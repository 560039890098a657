"""What the input holds is found by a name that is not known where two places have it by the same reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clouds.reading import acl, chains, cidrs, network_of, workloads

BEGIN = """
variable "name" {}
variable "other" {}
variable "names" { type = list(string) }
variable "group" {}
variable "groups" { type = list(string) }
locals { text = "${var.name}-x" }
resource "random_pet" "p" {}
resource "aws_security_group" "web" { name = "web" }
"""
TEMPLATE = """
resource "aws_launch_template" "t" {
  name                   = %s
  vpc_security_group_ids = [aws_security_group.web.id]
}
resource "aws_autoscaling_group" "x" {
  launch_template { name = %s }
}
"""
CONFIGURATION = """
resource "aws_launch_configuration" "c" {
  name            = %s
  security_groups = [aws_security_group.web.id]
}
resource "aws_autoscaling_group" "x" { launch_configuration = %s }
"""
CLUSTER = """
resource "aws_rds_cluster" "c" {
  cluster_identifier     = %s
  vpc_security_group_ids = [aws_security_group.web.id]
}
resource "aws_rds_cluster_instance" "x" { cluster_identifier = %s }
"""
NODES = """
resource "aws_eks_cluster" "c" { name = %s }
resource "aws_eks_node_group" "x" { cluster_name = %s }
"""
OF_A_CLUSTER = "vpc_config[0].cluster_security_group_id"
AMAZON = {
    "aws_autoscaling_group.x": (TEMPLATE, "aws_security_group.web"),
    "aws_autoscaling_group.x of a configuration": (CONFIGURATION, "aws_security_group.web"),
    "aws_rds_cluster_instance.x": (CLUSTER, "aws_security_group.web"),
    "aws_eks_node_group.x": (NODES, f"aws_eks_cluster.c.{OF_A_CLUSTER}"),
}
NSG = """
resource "azurerm_network_security_group" "g" {
  name                = %s
  resource_group_name = %s
}
resource "azurerm_network_security_rule" "in" {
  name                        = "in"
  network_security_group_name = %s
  resource_group_name         = %s
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
}
"""
NET = """
resource "azurerm_virtual_network" "v" {
  name                = %s
  resource_group_name = %s
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  virtual_network_name = %s
  resource_group_name  = %s
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_security_group" "g" { name = "g" }
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.g.id
}
"""


@pytest.mark.parametrize("case", AMAZON)
@pytest.mark.parametrize("name", ["var.name", "var.names[1]", "local.text", "random_pet.p.id"])
def test_a_name_from_one_reference_is_one_name(name: str, case: str, tmp_path: Path) -> None:
    """What is named by a variable, an element, a local or an attribute is meant wherever the same one stands."""
    code, worn = AMAZON[case]
    assert chains(network_of(tmp_path, BEGIN + code % (name, name)), case.split()[0]) == [[[worn]]]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("aws_autoscaling_group.x", "?var.other"),
        ("aws_autoscaling_group.x of a configuration", "?var.other"),
        ("aws_rds_cluster_instance.x", "aws_rds_cluster_instance.x.vpc_security_group_ids"),
        ("aws_eks_node_group.x", "?var.other"),
    ],
)
def test_another_reference_is_another_name_as_far_as_is_known(case: str, told: str, tmp_path: Path) -> None:
    """What is worn then is not known, for the reference that names what would say it."""
    (found,) = workloads(network_of(tmp_path, BEGIN + AMAZON[case][0] % ("var.name", "var.other")), case.split()[0])
    assert [key.rpartition("|")[2] for layer in found.chain for key in layer] == [told]


def test_nodes_of_a_cluster_that_is_elsewhere(tmp_path: Path) -> None:
    """They wear the group that EKS made for the cluster of that name, not one that the node group names."""
    code = 'resource "aws_eks_node_group" "x" { cluster_name = "prod" }'
    assert chains(network_of(tmp_path, code), "aws_eks_node_group.x") == [[[f"|?prod.{OF_A_CLUSTER}"]]]


@pytest.mark.parametrize(
    ("name", "group", "named", "of", "together"),
    [
        ("var.name", '"r"', "var.name", '"R"', True),
        ("var.name", "var.group", "var.name", "var.group", True),
        ("var.name", "var.groups[0]", "var.name", "var.groups[0]", True),
        ("var.name", "var.group", "var.name", '"r"', False),
        ("var.name", "var.group", "var.name", "var.groups[0]", False),
        ("var.name", '"r"', "var.name", '"s"', False),
        ("var.name", '"r"', "var.other", '"r"', False),
    ],
)
def test_a_name_of_azure_counts_in_its_resource_group(
    name: str, group: str, named: str, of: str, together: bool, tmp_path: Path
) -> None:
    """A rule belongs to the NSG of its name and group, a subnet to the network: where one of both may differ, perhaps not."""
    for place, code in (("nsg", NSG), ("net", NET)):
        (tmp_path / place).mkdir()
        network = network_of(tmp_path / place, BEGIN + code % (name, group, named, of))
        rules = [rule.name for rule in acl(network, "azurerm_network_security_group.g").rules if not rule.default]
        near = [cidr for symbol in network.symbols.values() for cidr in cidrs(symbol.at_least)]
        found = rules if place == "nsg" else [cidr for cidr in near if cidr == "10.0.0.0/16"]
        assert bool(found) is together
