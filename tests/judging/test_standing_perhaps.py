"""Network ACLs, NSGs and admin rules that stand somewhere perhaps: what hangs on them is never proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, VARIABLES, group, machine, opens
from tests.judging.azure import ADMIN, AZURE, CLOSED, INNER, OUTER, PERHAPS, SERVES, WIDE, guards, nsg
from tests.judging.building import FLOW, INTO_NEAR, SITE, Told, inwards

EDGES = (
    group("own", opens(22, "198.51.100.0/24"), opens(443, "10.20.0.0/16"))
    + machine("near", "own", ip="10.0.1.10", tag="near")
    + """
resource "aws_network_acl" "edge" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = %s
}
"""
)
STANDING_PERHAPS = {
    "an association whose count is not known": (
        "[]",
        """resource "aws_network_acl_association" "x" {
             count          = var.on ? 1 : 0
             network_acl_id = aws_network_acl.edge.id
             subnet_id      = aws_subnet.a.id
           }""",
    ),
    "an association of one of two subnets": (
        "[]",
        """resource "aws_network_acl_association" "x" {
             network_acl_id = aws_network_acl.edge.id
             subnet_id      = var.on ? aws_subnet.a.id : aws_subnet.b.id
           }""",
    ),
    "subnets that it has perhaps": ("var.on ? [aws_subnet.a.id] : []", ""),
    "subnets of which it has one perhaps": ("concat([aws_subnet.b.id], var.on ? [aws_subnet.a.id] : [])", ""),
}


@pytest.mark.parametrize(("subnets", "more"), STANDING_PERHAPS.values(), ids=STANDING_PERHAPS)
def test_what_a_network_acl_stops_that_stands_there_perhaps_is_not_proved(tmp_path: Path, subnets: str, more: str) -> None:
    """It has no rule, so if it stands there it stops all: what the group lets in is neither open nor closed for sure."""
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + EDGES % subnets + more) == [
        Told("extra-access", "unproven", "aws_security_group.own", "aws_security_group.own.ingress[0]", ["var.on"]),
        Told("missing-access", "unproven", "aws_network_acl.edge", None, ["var.on"]),
        Told("reply-blocked", "unproven", "aws_network_acl.edge", None, ["var.on"]),
    ]


def test_one_of_two_network_acls_stands_for_sure(tmp_path: Path) -> None:
    """What both let through passes, what both stop may pass in neither; the default one stands where the other does not."""
    code = """
resource "aws_default_network_acl" "d" {
  default_network_acl_id = aws_vpc.v.default_network_acl_id
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
"""
    where = "var.on ? [aws_subnet.a.id] : []"
    edge = EDGES.replace("subnet_ids = %s", f"subnet_ids = {where}\n  ingress {{\n    rule_no = 1\n    action = \"allow\"\n"
                         "    protocol = \"tcp\"\n    from_port = 22\n    to_port = 22\n    cidr_block = \"0.0.0.0/0\"\n  }")  # fmt: skip
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code + edge) == [
        Told("extra-access", "proved", "aws_security_group.own", "aws_security_group.own.ingress[0]", []),
        Told("missing-access", "unproven", "aws_network_acl.edge", None, ["var.on"]),
        Told("reply-blocked", "unproven", "aws_network_acl.edge", None, ["var.on"]),
    ]


ELSEWHERE = """
resource "azurerm_virtual_network" "w" {
  name                = "w"
  resource_group_name = "g"
  location            = "west"
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "w" {
  name                 = "s"
  resource_group_name  = "g"
  virtual_network_name = azurerm_virtual_network.w.name
  address_prefixes     = ["10.1.1.0/24"]
}
"""
ADMINS = "azurerm_network_manager_admin_rule_collection.r"
PORT = 'protocol = "Tcp"\n  destination_port_ranges = ["%s"]'


@pytest.mark.parametrize(
    ("action", "port", "lets", "expected"),
    [
        ("Deny", "443", "Allow", [Told("missing-access", "unproven", ADMINS, "azurerm_network_manager_admin_rule.r", ["var.on"])]),
        ("AlwaysAllow", "443", "Deny", [Told("missing-access", "unproven", "azurerm_network_security_group.inner", None, ["var.on"])]),
        ("AlwaysAllow", "22", "Allow", [Told("extra-access", "unproven", ADMINS, "azurerm_network_manager_admin_rule.r", ["var.on"])]),
    ],
)  # fmt: skip
def test_what_admin_rules_decide_of_one_of_two_networks_is_not_proved(
    tmp_path: Path, action: str, port: str, lets: str, expected: list[Told]
) -> None:
    """The machine stands in the network that has them, or in another: nobody knows which."""
    admin = ADMIN.replace('resource "azurerm_network_security_group" "near" { name = "near" }', "")
    admin = admin.replace('"Allow"', f'"{action}"').replace('"Outbound"', '"Inbound"').replace("destination {", "source {")
    admin = admin.replace("10.0.1.0/24", "10.20.0.0/16").replace("westeurope", "west")
    admin = admin.replace('protocol                 = "Any"', PORT % port)
    code = AZURE.replace("= azurerm_subnet.s.id", "= var.on ? azurerm_subnet.s.id : azurerm_subnet.w.id")
    serves = (SERVES[0], lets, *SERVES[2:])
    code += nsg("inner", serves, CLOSED) + guards("nic", "inner") + ELSEWHERE + admin
    site = SITE + "values: {VirtualNetwork: [10.0.0.0/15]}\n"
    assert [each for each in inwards(tmp_path, INTO_NEAR, site, code) if each.check != "implicit-allow"] == expected


TWO_NSGS = {
    "the outer one stops SSH, perhaps": (
        nsg("inner", SERVES, WIDE, CLOSED) + guards("nic", "inner") + nsg("outer", SERVES, CLOSED) + guards("subnet", "outer", PERHAPS),
        [Told("extra-access", "unproven", INNER, f"{INNER}.security_rule[1]", ["var.on"])],
    ),
    "the inner one stops SSH, perhaps": (
        nsg("inner", SERVES, CLOSED) + guards("nic", "inner", PERHAPS) + nsg("outer", SERVES, WIDE, CLOSED) + guards("subnet", "outer"),
        [Told("extra-access", "unproven", OUTER, f"{OUTER}.security_rule[1]", ["var.on"])],
    ),
    "the inner one stops the flow, at each of two interfaces or at none": (
        nsg("inner", CLOSED) + nsg("outer", SERVES, CLOSED) + guards("subnet", "outer")
        + guards("nic", "inner", "count = var.on ? 2 : 0").replace("azurerm_network_interface.near.id", "local.cards[count.index].id")
        + "locals { cards = [azurerm_network_interface.near, azurerm_network_interface.near] }",
        [Told("missing-access", "unproven", INNER, None, ["var.on"])],
    ),
    "the outer one stops the flow, perhaps": (
        nsg("inner", SERVES, CLOSED) + guards("nic", "inner") + nsg("outer", CLOSED) + guards("subnet", "outer", PERHAPS),
        [Told("missing-access", "unproven", OUTER, None, ["var.on"])],
    ),
    "both let SSH in, if they stand there": (
        nsg("inner", SERVES, WIDE, CLOSED) + guards("nic", "inner") + nsg("outer", SERVES, WIDE, CLOSED) + guards("subnet", "outer", PERHAPS),
        [Told("extra-access", "proved", INNER, f"{INNER}.security_rule[1]", [])],
    ),
    "the only one lets SSH in; without it everything is open": (
        nsg("inner", SERVES, WIDE, CLOSED) + guards("nic", "inner", PERHAPS),
        [
            Told("extra-access", "proved", INNER, f"{INNER}.security_rule[1]", []),
            Told("extra-access", "unproven", INNER, None, ["var.on"]),
        ],
    ),
    "one of two stands there": (
        nsg("inner", SERVES, WIDE, CLOSED) + nsg("outer", SERVES, CLOSED)
        + """resource "azurerm_network_interface_security_group_association" "x" {
               network_interface_id      = azurerm_network_interface.near.id
               network_security_group_id = var.on ? azurerm_network_security_group.inner.id : azurerm_network_security_group.outer.id
             }""",
        [Told("extra-access", "unproven", INNER, f"{INNER}.security_rule[1]", ["var.on"])],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), TWO_NSGS.values(), ids=TWO_NSGS)
def test_what_an_nsg_decides_that_stands_there_perhaps_is_not_proved(tmp_path: Path, code: str, expected: list[Told]) -> None:
    """Where it does not stand, all that the other NSG lets through passes; where no other stands, all does."""
    assert inwards(tmp_path, INTO_NEAR, SITE, AZURE + code) == expected


APP = """
resource "azurerm_application_security_group" "app" {
  name                = "app"
  resource_group_name = "g"
  location            = "west"
}
resource "azurerm_network_interface" "app" {
  name                = "card"
  resource_group_name = "g"
  location            = "west"
  ip_configuration {
    name               = "main"
    subnet_id          = azurerm_subnet.s.id
    private_ip_address = "10.0.1.20"
  }
}
resource "azurerm_network_interface_application_security_group_association" "app" {
  network_interface_id          = azurerm_network_interface.app.id
  application_security_group_id = azurerm_application_security_group.app.id
}
"""
UNSET = """
variable "nic" { type = string }
resource "azurerm_network_interface_security_group_association" "x" {
  network_interface_id      = %s
  network_security_group_id = azurerm_network_security_group.inner.id
}
"""


@pytest.mark.parametrize(
    ("card", "missing"),
    [
        ("var.nic", [["var.nic"]]),
        ('coalesce(var.nic, "/nics/x")', [["var.nic"]]),
        ('"/nics/x"', []),
        ("azurerm_network_interface.gone.id", []),
    ],
)
def test_an_nsg_whose_interface_is_a_variable_without_a_value_perhaps_guards_any(
    tmp_path: Path, card: str, missing: list[list[str]]
) -> None:
    """The subnet's NSG serves the flow, this one stops it; one that is tied to something else stops nothing here."""
    code = nsg("outer", SERVES, CLOSED) + guards("subnet", "outer") + nsg("inner", CLOSED) + UNSET % card
    found = inwards(tmp_path, INTO_NEAR, SITE, AZURE + code)
    assert [each.because for each in found if each.check == "missing-access"] == missing


def test_an_nsg_whose_subnet_is_a_variable_without_a_value_perhaps_guards_any(tmp_path: Path) -> None:
    """The interface's NSG serves the flow, this one stops it, if the subnet is the one that is meant."""
    edge = UNSET.replace("network_interface_security", "subnet_network_security").replace(
        "network_interface_id     ", "subnet_id"
    )
    code = nsg("outer", SERVES, CLOSED) + guards("nic", "outer") + nsg("inner", CLOSED) + edge % "var.nic"
    found = [each for each in inwards(tmp_path, INTO_NEAR, SITE, AZURE + code) if each.check == "missing-access"]
    assert found == [Told("missing-access", "unproven", INNER, None, ["var.nic"])]
    second = guards("subnet", "outer")
    assert inwards(tmp_path, INTO_NEAR, SITE, AZURE + code + second) == []


ANY_SUBNET = """
variable "subnet" { type = string }
resource "aws_network_acl_association" "x" {
  network_acl_id = aws_network_acl.edge.id
  subnet_id      = var.subnet
}
"""


def test_a_network_acl_whose_subnet_is_a_variable_without_a_value_perhaps_stands_at_any(tmp_path: Path) -> None:
    """It stops all, if it stands there; where another does for sure, it stands elsewhere."""
    found = inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + EDGES % "[]" + ANY_SUBNET)
    assert {(each.check, each.certainty, *each.because) for each in found} == {
        (check, "unproven", "var.subnet") for check in ("extra-access", "missing-access", "reply-blocked")
    }
    sure = ANY_SUBNET.replace("edge", "sure").replace("var.subnet", "aws_subnet.a.id").partition("}")[2].replace('"x"', '"y"')
    wide = "\n".join(
        f"""  {way} {{
    rule_no    = 1
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }}"""
        for way in ("ingress", "egress")
    )
    acl = f'resource "aws_network_acl" "sure" {{\n  vpc_id = aws_vpc.v.id\n{wide}\n}}\n'
    found = inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + EDGES % "[]" + ANY_SUBNET + sure + acl)
    assert {(each.check, each.certainty) for each in found} == {("extra-access", "proved")}


def test_an_interface_that_has_an_nsg_has_no_other(tmp_path: Path) -> None:
    """What a variable without a value names is another interface."""
    code = nsg("outer", SERVES, CLOSED) + guards("nic", "outer") + nsg("inner", CLOSED) + UNSET % "var.nic"
    assert [each for each in inwards(tmp_path, INTO_NEAR, SITE, AZURE + code) if each.check == "missing-access"] == []


def test_what_passes_without_a_list_is_blocked_only_where_nothing_permits_it(tmp_path: Path) -> None:
    """Whoever is in the group stands in one half of the network, which the list's own rule names, or in one that is permitted."""
    flows = FLOW % ("barred", "far", "near", "tcp/3389", "blocked", "ingress")
    site = SITE.replace("cidrs: [10.20.0.0/16]", "match: [{name: app}]") + "values: {VirtualNetwork: [10.0.0.0/16]}\n"
    site += "allow:\n  - {name: ops, roles: [near], protocol: tcp, ports: [3389], peers: [10.0.128.0/17], reason: Operations}\n"
    rules = nsg("inner", (110, "Allow", "Inbound", "3389", "10.0.0.0/17"), CLOSED) + guards("nic", "inner", PERHAPS)
    found = [each for each in inwards(tmp_path, flows, site, AZURE + rules + APP) if each.check == "blocked-access"]
    assert found == [Told("blocked-access", "proved", INNER, f"{INNER}.security_rule[0]", [])]


OF_ROLE = """
resource "azurerm_network_interface" "far" {
  name                = "far"
  resource_group_name = "g"
  location            = "west"
  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.s.id
    private_ip_address_allocation = "Dynamic"
  }
}
"""


def test_an_nsg_of_a_role_that_stands_nowhere_perhaps_is_judged_by_itself(tmp_path: Path) -> None:
    """If it stands before the only interface, another NSG stops SSH; if it does not, it may stand before what is not known.

    There the role's calls to that interface are asked for, which else are the interface's own.
    """
    site = SITE.replace("{match: [{name: near}]}", "{match: [{name: inner}]}").replace(
        "cidrs: [10.20.0.0/16]", "match: [{name: far}]"
    )
    code = AZURE.partition('resource "azurerm_network_interface"')[0] + OF_ROLE
    code += nsg("inner", WIDE, CLOSED) + guards("subnet", "inner", PERHAPS)
    code += nsg("outer", CLOSED) + guards("nic", "outer").replace(
        "azurerm_network_interface.near", "azurerm_network_interface.far"
    )
    found = inwards(tmp_path, FLOW % ("call", "near", "far", "tcp/5432", "required", "ingress"), site, code)
    assert found == [
        Told("extra-access", "unproven", INNER, f"{INNER}.security_rule[0]", ["var.on"]),
        Told("missing-access", "unproven", INNER, None, ["var.on"]),
        Told("missing-access", "unproven", OUTER, None, ["var.on"]),
    ]
