"""Groups and ASGs that are named by what is not known: one value is one thing, and two may be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.building import FLOW, findings

SITE = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {match: [{address: %s.near}]}
  far: {match: [{address: %s.far}]}
"""
GROUPS = """
variable "one" {}
variable "two" {}
variable "list" { type = list(string) }
locals {
  one    = var.one
  either = var.two ? aws_security_group.near.id : aws_security_group.far.id
}
data "aws_security_group" "own" { name = "near" }
data "aws_security_group" "named" { name = "other" }
data "aws_security_group" "any" { tags = { team = "pam" } }
resource "aws_security_group" "far" { name = "far" }
resource "aws_security_group" "near" { name = "near" }
resource "aws_vpc_security_group_ingress_rule" "r" {
  security_group_id            = aws_security_group.far.id
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
  referenced_security_group_id = %s
}
resource "aws_instance" "far" { vpc_security_group_ids = [aws_security_group.far.id] }
resource "aws_instance" "near" { vpc_security_group_ids = [%s] }
"""
Told = list[tuple[str, str, list[str]]]


def told(tmp_path: Path, flow: str, kind: str, code: str) -> Told:
    """What is told of a flow from near to far on tcp/22: each check with its certainty and references."""
    found = findings(tmp_path, flow, SITE % (kind, kind), code)
    return sorted((each["check"], each["certainty"], each["because"]) for each in found if each["check"].endswith("-access"))


def both(certainty: str, *because: str) -> Told:
    """The rule lets in somebody else, and not who is meant."""
    return [("extra-access", certainty, list(because)), ("missing-access", certainty, list(because))]


OWN, NAMED, ANY = (f"data.aws_security_group.{name}" for name in ("own", "named", "any"))


@pytest.mark.parametrize(
    ("peer", "worn", "wanted"),
    [
        ("var.one", "var.one", []),
        ("local.one", "var.one", []),
        ("var.list[0]", "var.list[0]", []),
        ('"sg-1"', '"sg-1"', []),
        ("local.either", "local.either", both("unproven", "aws_security_group.far.id", "aws_security_group.near.id", "var.two")),
        ("var.two", "var.one", both("unproven", "var.two")),
        ("var.list[1]", "var.list[0]", both("unproven", "var.list")),
        (f"{ANY}.id", f"{ANY}.id", []),
        (f"{ANY}.id", f"{NAMED}.id", both("unproven", NAMED, ANY)),
        (f"{OWN}.id", f"{NAMED}.id", both("proved")),
        (f"{ANY}.id", "var.one", both("unproven", ANY, "var.one")),
        (f"{ANY}.id", '"sg-1"', both("unproven", ANY)),
        (f"{OWN}.id", "aws_security_group.near.id", both("unproven", OWN)),
        (f"{ANY}.id", "aws_security_group.near.id", both("unproven", ANY)),
        (f"{NAMED}.id", "aws_security_group.near.id", both("proved")),
        ('"sg-1"', "aws_security_group.near.id", both("proved")),
    ],
)
def test_a_peer_that_may_be_the_group_of_who_is_meant_is_not_proved_to_be_another(
    peer: str, worn: str, wanted: Told, tmp_path: Path
) -> None:
    """One value names one group; of two that may be one nothing is proved, and a name or a written id tells groups apart."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "ingress")
    found = told(tmp_path, flow, "aws_instance", GROUPS % (peer, worn))
    assert [(check, certainty, sorted(because)) for check, certainty, because in found] == [
        (check, certainty, sorted(because)) for check, certainty, because in wanted
    ]


def test_nobody_is_told_to_be_let_in_except_himself(tmp_path: Path) -> None:
    """What is computed of a value is called by that value, and may be another group."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "ingress")
    code = GROUPS % ("trimspace(var.one)", "var.one")
    (missing,) = (
        each
        for each in findings(tmp_path, flow, SITE % ("aws_instance", "aws_instance"), code)
        if each["check"] == "missing-access"
    )
    assert (missing["certainty"], [(row["peers"], row["except"]) for row in missing["traffic"]]) == (
        "unproven",
        [(["var.one"], [])],
    )


@pytest.mark.parametrize(
    ("owner", "peer", "worn", "because"),
    [
        ("var.two", f"{ANY}.id", "aws_security_group.near.id", [ANY, "var.two"]),
        ("var.two", "var.one", "var.one", ["var.two"]),
        (f"{ANY}.id", f"{ANY}.id", "var.one", [ANY, "var.one"]),
    ],
)
def test_a_rule_of_a_group_that_may_be_another_lets_in_who_may_be_meant(
    owner: str, peer: str, worn: str, because: list[str], tmp_path: Path
) -> None:
    """Two questions at once: on which group the rule stands, and whose group it names; both are told."""
    code = (GROUPS % (peer, worn)).replace("= aws_security_group.far.id\n  ip_protocol", f"= {owner}\n  ip_protocol")
    found = findings(
        tmp_path,
        FLOW % ("f", "near", "far", "tcp/22", "required", "ingress"),
        SITE % ("aws_instance", "aws_instance"),
        code,
    )
    missing = [(each["certainty"], each["because"]) for each in found if each["check"] == "missing-access"]
    assert missing == [("unproven", because)]


ASGS = """
variable "one" {}
variable "two" {}
variable "subnet" {}
locals { written = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/applicationSecurityGroups/one" }
resource "azurerm_application_security_group" "known" {
  name                = "known"
  resource_group_name = "g"
}
resource "azurerm_network_security_group" "far" {
  name                = "far"
  resource_group_name = "g"
  security_rule {
    name                                       = "users"
    priority                                   = 100
    direction                                  = "Inbound"
    access                                     = "%s"
    protocol                                   = "Tcp"
    source_address_prefix                      = "10.9.0.0/16"
    source_port_range                          = "*"
    destination_application_security_group_ids = [%s]
    destination_port_range                     = "22"
  }
  security_rule {
    name                       = "rest"
    priority                   = 4000
    direction                  = "Inbound"
    access                     = "%s"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "22"
  }
  security_rule {
    name                       = "nothing"
    priority                   = 4001
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }
}
resource "azurerm_network_interface" "far" {
  name                = "far"
  resource_group_name = "g"
  ip_configuration {
    name      = "a"
    subnet_id = var.subnet
  }
}
resource "azurerm_network_interface_security_group_association" "far" {
  network_interface_id      = azurerm_network_interface.far.id
  network_security_group_id = azurerm_network_security_group.far.id
}
resource "azurerm_network_interface_application_security_group_association" "far" {
  network_interface_id          = azurerm_network_interface.far.id
  application_security_group_id = %s
}
"""
ASG_SITE = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {cidrs: [10.9.0.0/16]}
  far: {match: [{%s}]}
"""
INTERFACE = "address: azurerm_network_interface.far"
WRITTEN = "local.written"


@pytest.mark.parametrize(
    ("rule", "worn", "certainty"),
    [
        ("var.one", "var.one", ""),
        (WRITTEN, WRITTEN, ""),
        (f"upper({WRITTEN})", WRITTEN, ""),
        ("var.two", "var.one", "unproven"),
        (WRITTEN, "var.one", "unproven"),
        ("azurerm_application_security_group.known.id", "var.one", "unproven"),
        ("azurerm_application_security_group.known.id", WRITTEN, "proved"),
        (WRITTEN, "azurerm_application_security_group.known.id", "proved"),
    ],
)
def test_an_asg_that_the_input_does_not_define_is_the_same_wherever_it_is_named_alike(
    rule: str, worn: str, certainty: str, tmp_path: Path
) -> None:
    """An allow for the ASG of an interface serves it, a deny stops it; where it may be another, neither is proved."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "ingress")
    missing = [("missing-access", certainty)] if certainty else []
    stopped = {"": "proved", "unproven": "unproven", "proved": ""}[certainty]
    for access, wanted in (("Allow", missing), ("Deny", [("missing-access", stopped)] if stopped else [])):
        rest = "Deny" if access == "Allow" else "Allow"
        code = ASGS % (access, rule, rest, worn)
        found = findings(tmp_path, flow, ASG_SITE % INTERFACE, code)
        assert [(each["check"], each["certainty"]) for each in found if each["check"] == "missing-access"] == wanted, access


def test_a_role_is_found_by_the_written_id_of_an_asg_that_the_input_does_not_define(tmp_path: Path) -> None:
    """Whoever is in it plays the role, though nothing of the ASG itself is in the input."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "ingress")
    site = ASG_SITE % 'id: "/subscriptions/s/*/applicationSecurityGroups/one"'
    found = findings(tmp_path, flow, site, ASGS % ("Deny", WRITTEN, "Allow", WRITTEN))
    assert [(each["certainty"], each["workloads"]) for each in found if each["check"] == "missing-access"] == [
        ("proved", ["azurerm_network_interface.far"])
    ]
