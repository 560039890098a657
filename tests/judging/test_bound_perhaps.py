"""Roles that somebody plays perhaps: what is asked of him, and what he opens, is never proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, VARIABLES, edge, entry, group, machine, opens
from tests.judging.azure import AZURE, CLOSED, INNER, SERVES, WIDE, nsg
from tests.judging.building import FLOW, INTO_NEAR, POLICY, SITE, Told, inwards

BASE = (
    group("base")
    + group("near", opens(443, "10.20.0.0/16"), "%s")
    + machine("x", "base", ip="10.0.1.10")
    + """
resource "aws_network_interface_sg_attachment" "x" {
  count                = var.on ? 1 : 0
  security_group_id    = aws_security_group.near.id
  network_interface_id = aws_instance.x.primary_network_interface_id
}
"""
)


def test_a_group_that_makes_its_wearer_play_a_role_serves_it_wherever_it_is_worn(tmp_path: Path) -> None:
    """Whoever wears the group plays the role, and has the group's rules: nothing is missing, and nothing open too much."""
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + BASE % "") == []


def test_what_the_group_of_a_role_opens_is_proved_wherever_it_is_worn(tmp_path: Path) -> None:
    """It is open at its wearer if there is one, and the group plays the role if there is none."""
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + BASE % opens(22, "0.0.0.0/0")) == [
        Told("extra-access", "proved", "aws_security_group.near", "aws_security_group.near.ingress[1]", []),
    ]


BOTH = (
    group("near")
    + group("also", "%s", "%s")
    + """
resource "aws_instance" "x" {
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = var.on ? [aws_security_group.near.id, aws_security_group.also.id] : [aws_security_group.near.id]
}
"""
)


def test_what_another_role_of_the_only_wearer_of_a_group_permits_is_too_much_perhaps(tmp_path: Path) -> None:
    """If the machine wears the group, its first role calls for what the group lets in; SSH is too much whoever wears it."""
    site = SITE.replace("  far:", "  also: {match: [{name: also}]}\n  far:")
    code = NETWORK + VARIABLES + BOTH % (opens(443, "10.20.0.0/16"), opens(22, "10.20.0.0/16"))
    flow = INTO_NEAR + FLOW % ("web", "far", "also", "tcp/80", "optional", "ingress")
    policy = POLICY.replace("far: {title", "also: {title: also}, far: {title")
    found = [each for each in inwards(tmp_path, flow, site, code, policy) if each.check == "extra-access"]
    assert found == [
        Told("extra-access", "proved", "aws_security_group.also", "aws_security_group.also.ingress[1]", []),
        Told("extra-access", "unproven", "aws_security_group.also", "aws_security_group.also.ingress[0]", ["var.on"]),
    ]


WITHOUT_SSH = edge(entry("ingress", 100, 443, "10.20.0.0/16"), entry("egress", 100, "1024-65535", "10.20.0.0/16"))


def test_what_the_group_of_a_role_opens_may_be_stopped_before_its_only_wearer(tmp_path: Path) -> None:
    """The network ACL lets no SSH to the one machine that wears the group perhaps: nobody knows whether another does."""
    code = NETWORK + VARIABLES + BASE % opens(22, "0.0.0.0/0") + WITHOUT_SSH
    assert inwards(tmp_path, INTO_NEAR, SITE, code) == [
        Told("extra-access", "unproven", "aws_security_group.near", "aws_security_group.near.ingress[1]", ["var.on"]),
    ]


JOINED = """
resource "azurerm_application_security_group" "near" {
  name                = "near"
  resource_group_name = "g"
  location            = "west"
}
resource "azurerm_network_interface" "x" {
  name                = "x"
  resource_group_name = "g"
  location            = "west"
  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.s.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.11"
  }
}
resource "azurerm_network_interface_application_security_group_association" "x" {
  count                         = var.on ? 1 : 0
  network_interface_id          = azurerm_network_interface.x.id
  application_security_group_id = azurerm_application_security_group.near.id
}
resource "azurerm_network_interface_security_group_association" "x" {
  network_interface_id      = azurerm_network_interface.x.id
  network_security_group_id = azurerm_network_security_group.inner.id
}
"""
ROLE_OF_AN_ASG = {
    "its NSG serves the role": (nsg("inner", SERVES, CLOSED), []),
    "its NSG opens SSH": (
        nsg("inner", SERVES, WIDE, CLOSED),
        [Told("extra-access", "unproven", INNER, f"{INNER}.security_rule[1]", ["var.on"])],
    ),
    "its NSG is closed": (nsg("inner", CLOSED), [Told("missing-access", "unproven", INNER, None, ["var.on"])]),
}


@pytest.mark.parametrize(("code", "expected"), ROLE_OF_AN_ASG.values(), ids=ROLE_OF_AN_ASG)
def test_an_interface_that_is_in_the_asg_of_a_role_perhaps_plays_it_perhaps(
    tmp_path: Path, code: str, expected: list[Told]
) -> None:
    """Whether anything is asked of the interface at all hangs on the association."""
    azure = AZURE.partition('resource "azurerm_network_interface"')[0]
    assert inwards(tmp_path, INTO_NEAR, SITE, azure + JOINED + code) == expected


def test_a_role_whose_group_may_not_be_there_is_bound_perhaps(tmp_path: Path) -> None:
    """The group has an unknown count: without it nobody plays the role, and its machine may wear it or another."""
    code = BASE.replace('"aws_security_group" "near" {', '"aws_security_group" "near" {\n  count  = var.on ? 1 : 0') % ""
    code = code.replace("aws_security_group.near.id", "one(aws_security_group.near[*].id)")
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code) == [
        Told("missing-access", "unproven", "aws_security_group.near[*]", None, ["var.on"]),
        Told("unbound-role", "unproven", None, None, ["var.on"]),
    ]


TAGGED = """
variable "tags" { type = map(string) }
resource "aws_security_group" "own" {
  name   = "own"
  vpc_id = aws_vpc.v.id
  %s
}
resource "aws_instance" "x" {
  tags                   = var.tags
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = [aws_security_group.own.id]
}
"""


def test_tags_of_which_nothing_is_known_bind_perhaps(tmp_path: Path) -> None:
    """Any tag may be among them; a group that has a name is not known by a tag besides."""
    site = SITE.replace("{name: near}", "{tags: {role: near}}")
    unbound = Told("unbound-role", "unproven", None, None, ["var.tags"])
    assert inwards(tmp_path, INTO_NEAR, site, NETWORK + TAGGED % opens(443, "10.20.0.0/16")) == [unbound]
    assert inwards(tmp_path, INTO_NEAR, site, NETWORK + TAGGED % opens(22, "10.20.0.0/16")) == [
        Told("extra-access", "unproven", "aws_security_group.own", "aws_security_group.own.ingress[0]", ["var.tags"]),
        Told("missing-access", "unproven", "aws_security_group.own", None, ["var.tags"]),
        unbound,
    ]


CROWD = """
resource "aws_security_group" "g%(n)s" {
  name   = "g%(n)s"
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 3389
    security_groups = [%(others)s]
  }
}
variable "tags%(n)s" { type = map(string) }
resource "aws_instance" "x%(n)s" {
  tags                   = var.tags%(n)s
  private_ip             = "10.0.1.%(n)s"
  vpc_security_group_ids = [aws_security_group.g%(n)s.id]
}
"""


def test_many_that_play_a_role_perhaps_are_judged(tmp_path: Path) -> None:
    """A blocked flow between thirteen machines of which each plays either role perhaps: no subsets of them are gone through."""
    flows = INTO_NEAR + FLOW % ("barred", "far", "near", "tcp/3389", "blocked", "ingress")
    site = SITE.replace("{name: near}", "{tags: {role: near}}").replace(
        "{cidrs: [10.20.0.0/16]}", "{match: [{tags: {role: far}}]}"
    )
    numbers = range(10, 23)
    code = NETWORK + "".join(
        CROWD % {"n": n, "others": ", ".join(f"aws_security_group.g{other}.id" for other in numbers if other != n)}
        for n in numbers
    )
    found = inwards(tmp_path, flows, site, code)
    assert {each.certainty for each in found} == {"unproven"}
    openings = [each for each in found if each.check == "extra-access"]
    assert [each.acl for each in openings] == [f"aws_security_group.g{n}" for n in numbers]


def test_a_role_that_only_the_machine_itself_plays_perhaps_calls_it_perhaps(tmp_path: Path) -> None:
    """If it does not wear the other role's group, somebody else may, who is not let in."""
    site = SITE.replace("cidrs: [10.20.0.0/16]", "match: [{name: also}]")
    found = inwards(tmp_path, INTO_NEAR, site, NETWORK + VARIABLES + BOTH % ("", ""))
    assert found == [Told("missing-access", "unproven", "aws_security_group.near", None, ["var.on"])]
