"""Rules of which nobody knows on which group or NSG they stand: nothing that they may serve or stop is proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import edge, entry, group, machine, opens
from tests.judging.building import FLOW, ROLES, findings

GROUPS = """
variable "group" {}
variable "groups" { type = map(string) }
resource "aws_security_group" "near" { name = "near" }
resource "aws_security_group" "far" { name = "far" }
resource "aws_vpc_security_group_ingress_rule" "r" {
  security_group_id            = %s
  ip_protocol                  = "tcp"
  from_port                    = %s
  to_port                      = %s
  referenced_security_group_id = %s
}
"""
NEAR, FAR = "aws_security_group.near.id", "aws_security_group.far.id"
DATA = 'data "aws_security_group" "d" { name = "%s" }'


@pytest.mark.parametrize(
    ("owner", "ports", "peer", "more", "wanted"),
    [
        ("var.group", (22, 22), NEAR, "", [("unproven", "22", ["var.group"])]),
        ("var.groups.far", (22, 22), NEAR, "", [("unproven", "22", ["var.groups"])]),
        ("var.group", (22, 22), FAR, "", [("proved", "22", [])]),
        ("var.group", (23, 23), NEAR, "", [("proved", "22", [])]),
        ("data.aws_security_group.d.id", (22, 22), NEAR, DATA % "far", [("unproven", "22", ["data.aws_security_group.d"])]),
        ("data.aws_security_group.d.id", (22, 22), NEAR, DATA % "other", [("proved", "22", [])]),
        ('"sg-0a1b"', (22, 22), NEAR, "", [("proved", "22", [])]),
    ],
)
def test_what_such_a_rule_may_admit_is_not_proved_to_be_missing(
    owner: str, ports: tuple[int, int], peer: str, more: str, wanted: list[tuple[str, str, list[str]]], tmp_path: Path
) -> None:
    """A group that lacks a rule may have it under a variable's name or a data source's; a written id is another group."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "ingress")
    told = findings(tmp_path, flow, ROLES % ("", ""), GROUPS % (owner, *ports, peer) + more)
    missing = [finding for finding in told if finding["check"] == "missing-access"]
    assert [(each["certainty"], each["traffic"][0]["ports"], each["because"]) for each in missing] == wanted


THIRD = """
variable "on" { type = bool }
resource "aws_security_group" "third" { name = "third" }
"""


@pytest.mark.parametrize(
    ("owner", "wanted"),
    [
        (f"var.on ? {FAR} : aws_security_group.third.id", [("unproven", ["var.on"])]),
        (f"var.on ? {NEAR} : aws_security_group.third.id", [("proved", [])]),
        (f'try({FAR}, "")', []),
        (f"coalesce(var.group, {FAR})", [("unproven", ["var.group"])]),
        (f"coalesce(var.group, {NEAR})", [("unproven", ["var.group"])]),
    ],
    ids=[
        "one of two",
        "one of two others",
        "the first that is there",
        "one, or one that is named",
        "another, or one that is named",
    ],
)
def test_a_rule_that_is_of_one_of_several_groups_is_of_no_other(
    owner: str, wanted: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    """The far group lacks the flow but for that rule; what is named without being known may be any group."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "ingress")
    told = findings(tmp_path, flow, ROLES % ("", ""), GROUPS % (owner, 22, 22, NEAR) + THIRD)
    missing = [finding for finding in told if finding["check"] == "missing-access"]
    assert [(each["certainty"], each["because"]) for each in missing] == wanted


WORN = """
variable "a" {}
variable "b" {}
variable "s" {}
variable "ids" { type = list(string) }
variable "map" { type = map(string) }
variable "object" { type = object({ x = string, y = string }) }
variable "unsorted" { type = set(string) }
variable "hidden" {
  type      = list(string)
  sensitive = true
}
data "aws_security_groups" "d" {}
data "aws_ssm_parameter" "p" { name = "p" }
locals {
  either = var.s == "a" ? var.a : var.b
  parts  = split(",", var.s)
  known  = { a = [lower(var.a)] }
}
module "m" {
  source = "./m"
  ids    = var.ids
  either = var.s == "a" ? var.a : var.b
}
resource "aws_instance" "near" {
  tags                   = { Name = "near" }
  vpc_security_group_ids = [%s]
}
resource "aws_security_group_rule" "r" {
  security_group_id = %s
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["10.9.0.0/24"]
}
"""
BELOW = """
variable "ids" { type = list(string) }
variable "either" {}
output "first" { value = var.ids[0] }
output "either" { value = var.either }
"""
ONE = [
    ("var.a", "var.a"),
    ("var.a", '"${var.a}"'),
    ("var.ids[0]", "module.m.first"),
    ("module.m.either", "module.m.either"),
    ('var.map["a"]', "var.map.a"),
    ("var.object.x", "var.object.x"),
    ("var.hidden[0]", "var.hidden[0]"),
    ("local.either", "local.either"),
    ("local.parts[0]", "local.parts[0]"),
    ('local.known["a"][0]', "local.known.a[0]"),
    ("data.aws_security_groups.d.ids[0]", "data.aws_security_groups.d.ids[0]"),
    ("data.aws_ssm_parameter.p.value", "data.aws_ssm_parameter.p.value"),
]
OTHERS = [
    ("var.a", "var.b"),
    ("var.a", "lower(var.a)"),
    ("var.ids[0]", "element(var.ids, 0)"),
    ("var.ids[0]", "var.ids[1]"),
    ("var.ids[0]", "tolist(toset(var.ids))[0]"),
    ("var.ids[1]", "module.m.first"),
    ('var.map["a"]', 'var.map["b"]'),
    ("var.object.x", "var.object.y"),
    ("var.hidden[0]", "var.hidden[1]"),
    ('split(",", var.s)[0]', 'split(",", var.s)[1]'),
    ("local.parts[0]", "local.parts[1]"),
    ('var.s == "a" ? var.a : var.b', 'var.s == "b" ? var.a : var.b'),
    ("data.aws_security_groups.d.ids[0]", "data.aws_security_groups.d.ids[1]"),
    ('split(",", data.aws_ssm_parameter.p.value)[0]', 'split(",", data.aws_ssm_parameter.p.value)[1]'),
]


@pytest.mark.parametrize(("worn", "owner", "wanted"), [(*each, []) for each in ONE] + [(*each, ["unproven"]) for each in OTHERS])
def test_only_what_is_one_reference_is_one_group(worn: str, owner: str, wanted: list[str], tmp_path: Path) -> None:
    """A rule stands where a machine wears the very value that it is attached to; another of the same references proves nothing."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(BELOW)
    site = ROLES.replace("[{name: near}]%s", "[{tags: {Name: near}}]").replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]")
    told = findings(tmp_path, FLOW % ("f", "far", "near", "tcp/22", "required", "ingress"), site, WORN % (worn, owner))
    assert [each["certainty"] for each in told if each["check"] == "missing-access"] == wanted


@pytest.mark.parametrize(
    ("owner", "wanted"), [("var.ids[0]", ["proved"]), ("var.ids[1]", ["unproven"]), ("lower(var.a)", ["unproven"])]
)
def test_what_such_a_rule_may_open_at_another_unknown_group_is_told(owner: str, wanted: list[str], tmp_path: Path) -> None:
    """Two groups of which neither is known may be one: what is open at one may be open at the other."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(BELOW)
    site = ROLES.replace("[{name: near}]%s", "[{tags: {Name: near}}]").replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]")
    code = (WORN % ("var.ids[0]", owner)).replace("10.9.0.0/24", "0.0.0.0/0")
    told = findings(tmp_path, FLOW % ("f", "far", "near", "tcp/22", "required", "ingress"), site, code)
    assert [each["certainty"] for each in told if each["check"] == "extra-access"] == wanted


def test_such_a_rule_may_be_of_the_group_itself(tmp_path: Path) -> None:
    """A rule that lets its own group in lets in the group that it may belong to."""
    code = """
variable "group" {}
resource "aws_security_group" "far" { name = "far" }
resource "aws_security_group_rule" "self" {
  security_group_id = var.group
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  self              = true
}
"""
    flow = FLOW % ("f", "far", "far", "tcp/22", "required", "ingress")
    told = findings(tmp_path, flow, ROLES.replace("  near: {match: [{name: near}]%s}\n", "") % "", code)
    assert [each["certainty"] for each in told if each["check"] == "missing-access"] == ["unproven"]


def test_such_a_rule_may_open_the_other_end_as_well(tmp_path: Path) -> None:
    """What is optional and open at one end is not proved to be closed at the other."""
    rule = """
resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id            = %s
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
  referenced_security_group_id = aws_security_group.far.id
}
"""
    flow = FLOW % ("f", "near", "far", "tcp/22", "optional", "ingress, egress")
    for owner, wanted in (('"sg-0a1b"', ["half-open-flow"]), ("var.group", [])):
        code = GROUPS % (FAR, 22, 22, NEAR) + rule % owner
        told = findings(tmp_path, flow, ROLES % ("", ""), code)
        assert [each["check"] for each in told if each["check"] == "half-open-flow"] == wanted


@pytest.mark.parametrize(
    ("owner", "port", "wanted"),
    [
        ("var.group", 23, [("unproven", ["far", "near"], "23", ["var.group"])]),
        ("var.group", 22, [("unproven", ["near"], "22", ["var.group"])]),
        ('"sg-0a1b"', 23, []),
    ],
)
def test_what_such_a_rule_may_open_is_told_once_for_all_that_it_may_open(
    owner: str, port: int, wanted: list[tuple[str, list[str], str, list[str]]], tmp_path: Path
) -> None:
    """Nobody can say that nothing is open: where it may stand on a role's group, it may open what nothing permits there."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "optional", "ingress, egress")
    told = findings(tmp_path, flow, ROLES % ("", ""), GROUPS % (owner, port, port, NEAR))
    extra = [each for each in told if each["check"] == "extra-access"]
    assert [(each["certainty"], each["roles"], each["traffic"][0]["ports"], each["because"]) for each in extra] == wanted


ROOT = """
resource "aws_security_group" "own" { name = "%s" }
data "aws_security_group" "other" { name = "%s" }
resource "aws_vpc_security_group_%s_rule" "r" {
  security_group_id            = aws_security_group.own.id
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
  referenced_security_group_id = data.aws_security_group.other.id
}
"""


def test_roots_that_look_up_the_groups_of_each_other_are_one_estate(tmp_path: Path) -> None:
    """A group that a data source finds by its name in another root is that group: nothing is missing, nothing is doubtful."""
    for name, other, kind in (("near", "far", "egress"), ("far", "near", "ingress")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(ROOT % (name, other, kind))
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "egress, ingress")
    assert findings(tmp_path, flow, ROLES % ("", ""), "") == []


FAR_NSG, THIRD_NSG = "azurerm_network_security_group.far.name", "azurerm_network_security_group.third.name"
NSG = """
variable "nsg" {}
variable "on" { type = bool }
variable "number" { type = number }
resource "azurerm_network_security_group" "third" {
  name                = "third"
  location            = "westeurope"
  resource_group_name = "rg"
}
resource "azurerm_network_security_group" "far" {
  name                = "far"
  location            = "westeurope"
  resource_group_name = "rg"
  security_rule {
    name                       = "open"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "80-81"
    source_address_prefix      = "8.8.8.8"
    destination_address_prefix = "*"
  }
}
resource "azurerm_network_security_rule" "deny" {
  name                        = "deny"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "80"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "rg"
  network_security_group_name = %s
}
"""


@pytest.mark.parametrize(
    ("owner", "wanted"),
    [
        ("var.nsg", [("proved", "81", []), ("unproven", "80", ["var.nsg"])]),
        ('"another"', [("proved", "80-81", [])]),
        ("azurerm_network_security_group.far.name", [("proved", "81", [])]),
        (f"var.on ? {FAR_NSG} : {THIRD_NSG}", [("proved", "81", []), ("unproven", "80", ["var.on"])]),
        (f"[{THIRD_NSG}, {THIRD_NSG}][var.number]", [("proved", "80-81", [])]),
        (f'try({FAR_NSG}, "")', [("proved", "81", [])]),
    ],
)
def test_what_such_a_deny_may_stop_is_not_proved_to_be_open(
    owner: str, wanted: list[tuple[str, str, list[str]]], tmp_path: Path
) -> None:
    """Only what the deny leaves open wherever it stands is proved."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "optional", "ingress")
    told = findings(tmp_path, flow, ROLES % (", cidrs: [10.0.0.0/8]", ""), NSG % owner)
    extra = [finding for finding in told if finding["check"] == "extra-access"]
    assert [(each["certainty"], each["traffic"][0]["ports"], each["because"]) for each in extra] == wanted


@pytest.mark.parametrize(
    ("owner", "priority", "wanted"),
    [
        ("var.nsg", 100, [("unproven", "azurerm_network_security_group.far", "80", ["var.nsg"])]),
        ("var.nsg", 300, []),
        ('"another"', 100, []),
        ("azurerm_network_security_group.far.name", 100, [("proved", "azurerm_network_security_group.far", "80", [])]),
    ],
)
def test_what_such_a_deny_may_stop_is_not_proved_to_pass(
    owner: str, priority: int, wanted: list[tuple[str, str, str, list[str]]], tmp_path: Path
) -> None:
    """The flow is served by an allow of priority 200: a deny above it may be the NSG's own, one beneath it decides nothing."""
    flow = FLOW % ("f", "near", "far", "tcp/80-81", "required", "ingress")
    site = ROLES.replace("match: [{name: near}]%s", "cidrs: [8.8.8.8/32]") % ""
    told = findings(tmp_path, flow, site, (NSG % owner).replace("= 100\n", f"= {priority}\n"))
    missing = [each for each in told if each["check"] == "missing-access" and each["acl"] == "azurerm_network_security_group.far"]
    assert [(each["certainty"], each["acl"], each["traffic"][0]["ports"], each["because"]) for each in missing] == wanted


@pytest.mark.parametrize(("owner", "wanted"), [("var.nsg", "unproven"), ('"another"', "proved")])
def test_what_such_a_deny_may_stop_is_not_proved_to_be_open_by_default(owner: str, wanted: str, tmp_path: Path) -> None:
    """Nothing but a default lets the network in, and a deny that may stand above it stops all."""
    network = """
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.far.id
}
"""
    code = network + (NSG % owner).replace('"Tcp"', '"*"').replace('= "80"', '= "*"')
    flow = FLOW % ("f", "near", "far", "tcp/22", "optional", "ingress")
    told = findings(tmp_path, flow, ROLES % (", cidrs: [10.0.0.0/8]", ""), code)
    default = [each for each in told if each["check"] == "implicit-allow" and each["direction"] == "ingress"]
    assert [each["certainty"] for each in default if each["acl"] == "azurerm_network_security_group.far"] == [wanted]


EDGE = (
    """
variable "acl" {}
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
"""
    + group("far", opens(443, "10.20.0.0/16"))
    + machine("far", "far", subnet="s", ip="10.0.1.10")
    + edge(entry("ingress", 100, 0, "0.0.0.0/0", protocol="-1"), "%s", subnets="s")
    + """
resource "aws_network_acl_rule" "r" {
  network_acl_id = %s
  rule_number    = 50
  egress         = true
  rule_action    = "%s"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}
"""
)
ANSWERS = """egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }"""


@pytest.mark.parametrize(
    ("answers", "owner", "action", "wanted"),
    [
        ("", "var.acl", "allow", ["unproven"]),
        ("", '"acl-0a1b"', "allow", ["proved"]),
        (ANSWERS, "var.acl", "deny", ["unproven"]),
        (ANSWERS, '"acl-0a1b"', "deny", []),
        ("", "aws_network_acl.edge.id", "allow", []),
        (ANSWERS, "aws_network_acl.edge.id", "deny", ["proved"]),
    ],
)
def test_what_such_a_rule_may_do_to_replies_is_not_proved(
    answers: str, owner: str, action: str, wanted: list[str], tmp_path: Path
) -> None:
    """A rule that may be of the network ACL at the subnet's edge may let replies through there, or stop them."""
    flow = FLOW % ("f", "near", "far", "tcp/443", "required", "ingress")
    site = ROLES.replace("match: [{name: near}]%s", "cidrs: [10.20.0.0/16]") % ""
    told = findings(tmp_path, flow, site, EDGE % (answers, owner, action))
    assert [each["certainty"] for each in told if each["check"] == "reply-blocked"] == wanted


ALIKE = """
variable "one" {}
variable "other" {}
resource "azurerm_network_security_group" "far" {
  name                = "far"
  location            = "westeurope"
  resource_group_name = %s
}
resource "azurerm_network_security_group" "other" {
  name                = "far"
  location            = "westeurope"
  resource_group_name = %s
}
resource "azurerm_network_interface_security_group_association" "far" {
  network_interface_id      = azurerm_network_interface.far.id
  network_security_group_id = azurerm_network_security_group.far.id
}
resource "azurerm_network_interface" "far" {
  name                = "machine"
  location            = "westeurope"
  resource_group_name = "rg"
  ip_configuration {
    name               = "main"
    private_ip_address = "10.0.1.10"
  }
}
resource "azurerm_network_security_rule" "r" {
  name                        = "r"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "10.20.0.0/16"
  destination_address_prefix  = "*"
  resource_group_name         = %s
  network_security_group_name = "far"
}
"""


@pytest.mark.parametrize(
    ("one", "other", "rules", "wanted"),
    [
        ("var.one", "var.other", "var.one", []),
        ("var.one", "var.other", "var.other", [("proved", [])]),
        ("var.one", "var.other", "lower(var.one)", [("unproven", ["var.one", "var.other"])]),
        ("lower(var.one)", "var.other", "trimspace(var.one)", [("unproven", ["var.one", "var.other"])]),
        ("var.one", '"rg"', "var.other", [("unproven", ["var.one", "var.other"])]),
        ('"rg-a-${var.one}"', '"rg-b-${var.one}"', '"rg-a-${var.other}"', []),
        ('"rg-a-${var.one}"', '"RG-B"', '"rg-b"', [("proved", [])]),
    ],
)
def test_a_rule_of_one_of_two_nsgs_of_a_name_is_of_that_in_its_resource_group(
    one: str, other: str, rules: str, wanted: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    """Groups are the same by name or by the very same reference, others where their names begin otherwise; else it may be either."""
    flow = FLOW % ("f", "near", "far", "tcp/443", "required", "ingress")
    site = ROLES.replace("match: [{name: near}]%s", "cidrs: [10.20.0.0/16]").replace("{name: far}", "{name: machine}") % ""
    told = findings(tmp_path, flow, site + "values: {VirtualNetwork: [10.0.0.0/16]}\n", ALIKE % (one, other, rules))
    assert [(each["certainty"], each["because"]) for each in told if each["check"] == "missing-access"] == wanted


def test_what_a_rule_opens_at_the_group_that_it_is_known_by_is_told_there_alone(tmp_path: Path) -> None:
    """The data source plays the role itself, as does a group of its name: the rule may be either's, and is judged as its own."""
    rule = GROUPS.replace("referenced_security_group_id = %s", 'cidr_ipv4 = "0.0.0.0/0"')
    code = rule % ("data.aws_security_group.d.id", 22, 22) + DATA % "near"
    found = findings(
        tmp_path,
        FLOW % ("f", "near", "far", "tcp/22", "optional", "ingress"),
        ROLES % ("", ""),
        code.replace('name = "far"', 'name = "near"'),
    )
    extra = [(each["certainty"], each["acl"]) for each in found if each["check"] == "extra-access"]
    assert extra == [("proved", "data.aws_security_group.d")]
