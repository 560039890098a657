"""One of several groups or NSGs, by a value that is not known: just one of them is there, whichever it is."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import pytest

from tests.judging.amazon import EXTRA, GROUPS, MISSING, NETWORK, VARIABLES, opens
from tests.judging.azure import AZURE, CLOSED, INNER, OUTER, PERHAPS, SERVES, WIDE, nsg
from tests.judging.building import INTO_NEAR, SITE, Told, findings, inwards

SETTLED = SITE + "values: {VirtualNetwork: [10.0.0.0/16]}\n"
TIE = """
variable "nsg" { type = string }
resource "azurerm_network_interface_security_group_association" "x" {
  %s
  network_interface_id      = azurerm_network_interface.near.id
  network_security_group_id = %s
}
"""
EDGE = """
variable "nsg" { type = string }
resource "azurerm_subnet_network_security_group_association" "x" {
  %s
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = %s
}
"""
EITHER = f"var.on ? {INNER}.id : {OUTER}.id"
NSG = "azurerm_network_security_group"
THIRD = f"{NSG}.third"
OPEN = Told("extra-access", "unproven", INNER, None, ["var.on"])
LACKING = Told("missing-access", "unproven", OUTER, None, ["var.on"])
NSGS = {
    "both lack the flow": (
        EITHER,
        [(CLOSED,), (CLOSED,)],
        [Told("missing-access", "proved", acl, None, []) for acl in (INNER, OUTER)],
    ),
    "both serve the flow": (EITHER, [(SERVES, CLOSED), (SERVES, CLOSED)], []),
    "one serves the flow": (EITHER, [(SERVES, CLOSED), (CLOSED,)], [LACKING]),
    "both let SSH in": (
        EITHER,
        [(SERVES, WIDE, CLOSED), (SERVES, WIDE, CLOSED)],
        [Told("extra-access", "proved", INNER, f"{INNER}.security_rule[1]", [])],
    ),
    "one of three by its name": (
        f"{{ a = {INNER}.id, b = {OUTER}.id, c = {THIRD}.id }}[var.nsg]",
        [(SERVES, CLOSED)] * 3,
        [],
    ),
    "one of three, of which one lacks the flow": (
        f"{{ a = {INNER}.id, b = {OUTER}.id, c = {THIRD}.id }}[var.nsg]",
        [(SERVES, CLOSED), (CLOSED,), (SERVES, CLOSED)],
        [LACKING._replace(because=["var.nsg"])],
    ),
    "the first of a list that is one of two": (
        f"(var.on ? [{INNER}.id] : [{OUTER}.id])[0]",
        [(SERVES, CLOSED), (SERVES, CLOSED)],
        [],
    ),
    "one, or none": (f"var.on ? {INNER}.id : null", [(SERVES, CLOSED)], [OPEN]),
    "one, or one that is named": (
        f"coalesce(var.nsg, {INNER}.id)",
        [(SERVES, CLOSED)],
        [Told("missing-access", "unproven", "var.nsg", None, ["var.nsg"])],
    ),
    "one, or one by its id": (
        f'var.on ? {INNER}.id : "/nsgs/x"',
        [(SERVES, CLOSED)],
        [Told("missing-access", "unproven", "/nsgs/x", None, ["/nsgs/x", "var.on"])],
    ),
}


@pytest.mark.parametrize("tie", [TIE, EDGE], ids=["interface", "subnet"])
@pytest.mark.parametrize(("value", "rules", "expected"), NSGS.values(), ids=NSGS)
def test_just_one_of_several_nsgs_stands_there(
    tmp_path: Path, tie: str, value: str, rules: list[tuple[tuple[int, str, str, str, str], ...]], expected: list[Told]
) -> None:
    """What all of them do is proved, what some do hangs on the value; one that the input does not hold may do anything."""
    code = "".join(nsg(name, *each) for name, each in zip(("inner", "outer", "third"), rules, strict=False))
    found = inwards(tmp_path, INTO_NEAR, SETTLED, AZURE + code + tie % ("", value))
    assert [each for each in found if each.check != "implicit-allow"] == expected


def test_one_of_many_nsgs_stands_there_and_each_is_judged_by_itself(tmp_path: Path) -> None:
    """Thirty that all serve the flow, each with a port of its own: the flow is no question, and each port hangs on the value."""
    names = [f"n{number}" for number in range(30)]
    ways = ", ".join(f"{NSG}.{name}.id" for name in names)
    rules = [(SERVES, (110, "Allow", "Inbound", str(1000 + number), "Internet"), CLOSED) for number in range(30)]
    code = "".join(nsg(name, *each) for name, each in zip(names, rules, strict=True)) + TIE % ("", f"[{ways}][var.nsg]")
    found = [each for each in inwards(tmp_path, INTO_NEAR, SETTLED, AZURE + code) if each.check != "implicit-allow"]
    opened = [f"{NSG}.{name}" for name in sorted(names)]
    assert found == [Told("extra-access", "unproven", acl, f"{acl}.security_rule[1]", ["var.nsg"]) for acl in opened]


FLOATING = """
resource "azurerm_network_security_rule" "x" {
  name                        = "x"
  priority                    = 105
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "Internet"
  destination_address_prefix  = "*"
  resource_group_name         = "g"
  network_security_group_name = var.nsg
}
"""


def test_a_rule_of_an_unknown_list_may_stand_on_any_of_many(tmp_path: Path) -> None:
    """What it would open is told at each of them, and nothing is too large to be judged."""
    names = [f"n{number}" for number in range(30)]
    ways = ", ".join(f"{NSG}.{name}.id" for name in names)
    rules = [(SERVES, (110, "Allow", "Inbound", str(1000 + number), "Internet"), CLOSED) for number in range(30)]
    code = "".join(nsg(name, *each) for name, each in zip(names, rules, strict=True)) + TIE % ("", f"[{ways}][var.on ? 1 : 2]")
    site = SETTLED.replace("{name: near}", "{address: azurerm_network_interface.near}")
    found = inwards(tmp_path, INTO_NEAR, site, AZURE + code + FLOATING)
    assert {(each.check, each.certainty) for each in found} == {("extra-access", "unproven")}
    strays = [each for each in found if each.rule == "azurerm_network_security_rule.x"]
    assert strays == [Told("extra-access", "unproven", "var.nsg", "azurerm_network_security_rule.x", ["var.nsg", "var.on"])]


def test_none_may_stand_there_where_the_association_itself_is_in_doubt(tmp_path: Path) -> None:
    """Whichever of the two it is, both serve the flow; without the association all is open."""
    code = nsg("inner", SERVES, CLOSED) + nsg("outer", SERVES, CLOSED) + TIE % (PERHAPS, EITHER)
    assert inwards(tmp_path, INTO_NEAR, SETTLED, AZURE + code) == [OPEN]


def test_one_of_two_may_stand_at_both_ends_of_a_chain(tmp_path: Path) -> None:
    """The interface and its subnet have one of the same two each: the flow passes only where both have the one that serves it."""
    other = (EDGE % ("", EITHER.replace("var.on", "var.other"))).replace('variable "nsg"', 'variable "other"')
    code = nsg("inner", SERVES, CLOSED) + nsg("outer", CLOSED) + TIE % ("", EITHER) + other
    assert [each.certainty for each in inwards(tmp_path, INTO_NEAR, SETTLED, AZURE + code)] == ["unproven", "unproven"]


OWN, LOOSE = "aws_security_group.own", "aws_security_group.loose"
ONE = f"var.on ? {OWN}.id : {LOOSE}.id"
FLOW = opens(443, "10.20.0.0/16")
SSH = opens(22, "0.0.0.0/0")
PROVED = [Told("missing-access", "proved", LOOSE, None, [])]
WORN = {
    "both serve the flow": (f"[{ONE}]", FLOW, FLOW, []),
    "both serve the flow, one list of two": (f"var.on ? [{OWN}.id] : [{LOOSE}.id]", FLOW, FLOW, []),
    "one of one": (f'[var.on ? {OWN}.id : coalesce({OWN}.id, "")]', "", FLOW, [PROVED[0]._replace(acl=OWN)]),
    "one serves the flow": (f"[{ONE}]", FLOW, "", [MISSING[0]._replace(acl=LOOSE)]),
    "both lack the flow": (f"[{ONE}]", "", "", PROVED),
    "one opens SSH": (f"[{ONE}]", FLOW, f"{FLOW}\n  {SSH}", [EXTRA[0]._replace(rule=f"{LOOSE}.ingress[1]")]),
    "one, or one that is named": (f"[coalesce(var.id, {OWN}.id)]", "", "", [MISSING[0]._replace(because=["var.id"])]),
    "one, or one by its id": (
        f'[var.on ? {OWN}.id : "sg-0a1b"]',
        "",
        "",
        [MISSING[0]._replace(because=["sg-0a1b"])],
    ),
    "one, or others": (
        f"coalescelist(var.ids, [{OWN}.id])",
        "",
        "",
        [MISSING[0]._replace(because=["aws_vpc.v.default_security_group_id", "var.ids"])],
    ),
    "others beside one": (f"concat([{OWN}.id], tolist(var.ids))", "", "", [PROVED[0]._replace(acl=OWN)]),
    "one of two beside one of them": (f"[{ONE}, {OWN}.id]", FLOW, "", []),
    "two of two lists beside one another": (
        f"concat([{OWN}.id], var.on ? [{LOOSE}.id] : [{OWN}.id])",
        FLOW,
        "",
        [],
    ),
}


def test_each_machine_has_one_by_its_own_value(tmp_path: Path) -> None:
    """Two machines choose from the same groups by two variables: what is told of both hangs on either."""
    other = """
variable "other" { type = bool }
resource "aws_instance" "other" {
  tags                   = { Name = "near" }
  subnet_id              = aws_subnet.b.id
  private_ip             = "10.0.2.10"
  vpc_security_group_ids = [%s]
}
"""
    code = NETWORK + VARIABLES + GROUPS % (FLOW, "", f"[{ONE}]") + other % ONE.replace("var.on", "var.other")
    assert inwards(tmp_path, INTO_NEAR, SITE, code) == [MISSING[0]._replace(acl=LOOSE, because=["var.on", "var.other"])]


@pytest.mark.parametrize(("worn", "own", "loose", "expected"), WORN.values(), ids=WORN)
def test_just_one_of_several_groups_is_worn(tmp_path: Path, worn: str, own: str, loose: str, expected: list[Told]) -> None:
    """What all of them let in is proved, and that none does; a group that the input does not hold may let anything in."""
    variables = VARIABLES.replace("set(string)", "list(string)") + 'variable "id" { type = string }\n'
    code = NETWORK + variables + GROUPS % (own, loose, worn)
    assert inwards(tmp_path, INTO_NEAR, SITE, code) == expected


def entry(direction: str, protocol: str, first: int, last: int, cidr: str) -> str:
    """A rule of a network ACL that allows."""
    return f"""{direction} {{
    rule_no    = 100
    action     = "allow"
    protocol   = "{protocol}"
    from_port  = {first}
    to_port    = {last}
    cidr_block = "{cidr}"
  }}
  """


EDGES = """
resource "aws_network_acl" "a" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.a.id]
  %s
}
resource "aws_network_acl" "b" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [%s]
  %s
}
"""
ALL_OUT = entry("egress", "-1", 0, 0, "0.0.0.0/0")
FLOW_IN = entry("ingress", "tcp", 443, 443, "10.20.0.0/16") + ALL_OUT
SSH_IN = entry("ingress", "tcp", 0, 65535, "0.0.0.0/0") + ALL_OUT
A, B = "aws_network_acl.a", "aws_network_acl.b"
SUBNET = "var.on ? aws_subnet.a.id : aws_subnet.b.id"
OPENED = Told("extra-access", "proved", OWN, f"{OWN}.ingress[1]", [])
PERHAPS_OPENED = OPENED._replace(certainty="unproven", because=["var.on"])
STANDING = {
    "both lists let all in": (SUBNET, SSH_IN, SSH_IN, [OPENED]),
    "one list stops SSH": (SUBNET, SSH_IN, FLOW_IN, [PERHAPS_OPENED]),
    "both lists stop SSH": (SUBNET, FLOW_IN, FLOW_IN, [PERHAPS_OPENED]),
    "one list stops all": (SUBNET, FLOW_IN, ALL_OUT, [PERHAPS_OPENED, Told("missing-access", "unproven", B, None, ["var.on"])]),
    "both lists stop all": (
        SUBNET,
        ALL_OUT,
        ALL_OUT,
        [PERHAPS_OPENED, *(Told("missing-access", "proved", acl, None, []) for acl in (A, B))],
    ),
    "one, or one that is named": (
        "coalesce(var.id, aws_subnet.a.id)",
        FLOW_IN,
        ALL_OUT,
        [PERHAPS_OPENED._replace(because=["var.id"])],
    ),
}


@pytest.mark.parametrize(("subnet", "one", "other", "expected"), STANDING.values(), ids=STANDING)
def test_a_machine_stands_in_just_one_of_several_subnets(
    tmp_path: Path, subnet: str, one: str, other: str, expected: list[Told]
) -> None:
    """What the network ACLs of all of them do is proved, what some do hangs on the value; no list is taken as absent."""
    groups = GROUPS.replace("aws_subnet.a.id", subnet).replace('"10.0.1.10"', "null")
    code = NETWORK + VARIABLES + 'variable "id" { type = string }\n' + EDGES % (one, "aws_subnet.b.id", other)
    assert inwards(tmp_path, INTO_NEAR, SITE, code + groups % (f"{FLOW}\n  {SSH}", "", f"[{OWN}.id]")) == expected


def test_the_list_of_all_subnets_that_it_may_be_stands_for_sure(tmp_path: Path) -> None:
    """One network ACL guards both: what it stops is stopped, but for whoever stands in the same subnet."""
    groups = GROUPS.replace("aws_subnet.a.id", SUBNET).replace('"10.0.1.10"', "null")
    edge = EDGES.split('resource "aws_network_acl" "b"')[0].replace("[aws_subnet.a.id]", "[aws_subnet.a.id, aws_subnet.b.id]")
    code = NETWORK + VARIABLES + edge % ALL_OUT + groups % (f"{FLOW}\n  {SSH}", "", f"[{OWN}.id]")
    assert inwards(tmp_path, INTO_NEAR, SITE, code) == [PERHAPS_OPENED, Told("missing-access", "proved", A, None, [])]


def test_the_networks_of_a_role_are_not_those_of_every_subnet_that_its_machine_may_be_in(tmp_path: Path) -> None:
    """The far end lets one of the two subnets in: that is too little or needless, as the machine stands in the other or not."""
    far = GROUPS.split('resource "aws_security_group" "loose"')[0] % opens(443, "10.0.1.0/24")
    near = f"""
resource "aws_security_group" "near" {{
  name   = "near"
  vpc_id = aws_vpc.v.id
}}
resource "aws_instance" "near" {{
  tags                   = {{ Name = "near" }}
  subnet_id              = {SUBNET}
  vpc_security_group_ids = [aws_security_group.near.id]
}}
"""
    site = SITE.replace("{cidrs: [10.20.0.0/16]}", "{match: [{name: own}]}")
    flow = INTO_NEAR.replace("from: far, to: near", "from: near, to: far")
    found = inwards(tmp_path, flow, site, NETWORK + VARIABLES + far + near)
    assert [(each.check, each.certainty) for each in found] == [("extra-access", "unproven"), ("missing-access", "unproven")]


SUBNET_GROUP = """
resource "aws_db_subnet_group" "a" { subnet_ids = [aws_subnet.a.id] }
resource "aws_db_subnet_group" "b" { subnet_ids = [aws_subnet.b.id] }
resource "aws_db_instance" "near" {
  identifier             = "near"
  vpc_security_group_ids = [aws_security_group.own.id]
  db_subnet_group_name   = var.on ? aws_db_subnet_group.a.name : aws_db_subnet_group.b.name
}
"""


def test_a_database_stands_in_the_subnets_of_just_one_of_several_groups(tmp_path: Path) -> None:
    """The network ACL of one group's subnet stops the flow and SSH."""
    groups = GROUPS.split('resource "aws_instance"')[0] % (f"{FLOW}\n  {SSH}", "")
    code = NETWORK + VARIABLES + EDGES % (SSH_IN, "aws_subnet.b.id", ALL_OUT) + groups + SUBNET_GROUP
    assert inwards(tmp_path, INTO_NEAR, SITE, code) == [
        PERHAPS_OPENED,
        Told("missing-access", "unproven", B, None, ["var.on"]),
    ]


SECOND = """
resource "azurerm_subnet" "t" {
  name                 = "t"
  resource_group_name  = "g"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.2.0/24"]
}
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.inner.id
}
resource "azurerm_subnet_network_security_group_association" "t" {
  subnet_id                 = azurerm_subnet.t.id
  network_security_group_id = azurerm_network_security_group.%s.id
}
"""
IN_SUBNETS = {
    "both lack the flow": (
        "outer",
        [(CLOSED,), (CLOSED,)],
        [Told("missing-access", "proved", acl, None, []) for acl in (INNER, OUTER)],
    ),
    "both serve the flow": ("outer", [(SERVES, CLOSED), (SERVES, CLOSED)], []),
    "one serves the flow": ("outer", [(SERVES, CLOSED), (CLOSED,)], [LACKING]),
    "one lets SSH in": (
        "outer",
        [(SERVES, WIDE, CLOSED), (SERVES, CLOSED)],
        [Told("extra-access", "unproven", INNER, f"{INNER}.security_rule[1]", ["var.on"])],
    ),
    "both have the same one": (
        "inner",
        [(SERVES, WIDE, CLOSED), (CLOSED,)],
        [Told("extra-access", "proved", INNER, f"{INNER}.security_rule[1]", [])],
    ),
}


@pytest.mark.parametrize(("edge", "rules", "expected"), IN_SUBNETS.values(), ids=IN_SUBNETS)
def test_an_interface_stands_in_just_one_of_several_subnets(
    tmp_path: Path, edge: str, rules: list[tuple[tuple[int, str, str, str, str], ...]], expected: list[Told]
) -> None:
    """What the NSGs of all of them do is proved, what some do hangs on the value; none is taken as absent."""
    place = "var.on ? azurerm_subnet.s.id : azurerm_subnet.t.id"
    azure = AZURE.replace("azurerm_subnet.s.id", place).replace('"10.0.1.10"', "null")
    code = azure + SECOND % edge + "".join(nsg(name, *each) for name, each in zip(("inner", "outer"), rules, strict=True))
    found = inwards(tmp_path, INTO_NEAR, SETTLED, code)
    assert [each for each in found if each.check != "implicit-allow"] == expected


PLACES = {
    "one of the two": ('"10.0.1.0/24"', [Told("extra-access", "unproven", INNER, f"{INNER}.security_rule[1]", ["var.on"])]),
    "both": ('"10.0.1.0/24", "10.0.2.0/24"', [Told("extra-access", "proved", INNER, f"{INNER}.security_rule[1]", [])]),
}


@pytest.mark.parametrize(("places", "expected"), PLACES.values(), ids=PLACES)
def test_a_rule_for_one_of_several_subnets_that_an_interface_may_stand_in_opens_perhaps(
    tmp_path: Path, places: str, expected: list[Told]
) -> None:
    """It takes effect if the interface stands in that one; a rule for all of them does whichever it is."""
    azure = AZURE.replace("azurerm_subnet.s.id", "var.on ? azurerm_subnet.s.id : azurerm_subnet.t.id")
    anywhere = 'destination_address_prefix = "*"'
    served, opened, closed, end = nsg("inner", SERVES, WIDE, CLOSED).split(anywhere)
    there = f"destination_address_prefixes = [{places}]"
    inner = f"{served}{anywhere}{opened}{there}{closed}{anywhere}{end}"
    code = azure.replace('"10.0.1.10"', "null") + SECOND % "inner" + inner
    assert inwards(tmp_path, INTO_NEAR, SETTLED, code) == expected


@pytest.mark.parametrize(
    ("subnet", "certainties"),
    [("azurerm_subnet.s.id", ["proved"]), ("var.on ? azurerm_subnet.s.id : azurerm_subnet.t.id", ["proved", "unproven"])],
)
def test_a_rule_for_one_of_several_subnets_leaves_proved_what_is_open_in_each(
    tmp_path: Path, subnet: str, certainties: list[str]
) -> None:
    """It takes HTTPS from the defaults, there alone: all other ports are open by these wherever the interface stands."""
    there = nsg("inner", (200, "Allow", "Outbound", "443", "10.0.1.0/24"))
    code = AZURE.replace("azurerm_subnet.s.id", subnet).replace('"10.0.1.10"', "null") + SECOND % "inner" + there
    found = findings(tmp_path, INTO_NEAR, SETTLED, code)
    defaults = [each for each in found if each["check"] == "implicit-allow" and each["direction"] == "egress"]
    assert [each["certainty"] for each in defaults] == certainties
    assert {row["protocol"] for row in defaults[0]["traffic"]} == {"any"}


MACHINE = """
resource "azurerm_network_interface" "two" {
  name                = "two"
  resource_group_name = "g"
  location            = "west"
  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.s.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.11"
  }
}
resource "azurerm_linux_virtual_machine" "near" {
  name                  = "near"
  network_interface_ids = [%s]
}
resource "azurerm_network_interface_security_group_association" "one" {
  network_interface_id      = azurerm_network_interface.one.id
  network_security_group_id = azurerm_network_security_group.inner.id
}
"""
ONE_CARD = "azurerm_network_interface.one.id"
SSH_THERE = Told("extra-access", "proved", INNER, f"{INNER}.security_rule[1]", [])
MAY_BE = [SSH_THERE._replace(certainty="unproven", because=["var.on"])]
CARDS = {
    "one of two": (f"var.on ? {ONE_CARD} : azurerm_network_interface.two.id", MAY_BE),
    "one, or none": (f"var.on ? {ONE_CARD} : null", MAY_BE),
    "the same one in each case": (f"var.on ? {ONE_CARD} : {ONE_CARD}", [SSH_THERE]),
}


TWO = "azurerm_network_interface.two.id"
SECOND_CARD = """
resource "azurerm_network_interface_security_group_association" "two" {
  network_interface_id      = azurerm_network_interface.two.id
  network_security_group_id = azurerm_network_security_group.%s.id
}
"""
ALIKE: dict[str, tuple[str, list[tuple[tuple[int, str, str, str, str], ...]], list[Told]]] = {
    "with one NSG, which serves the flow": ("inner", [(SERVES, CLOSED)], []),
    "with one NSG, which lacks the flow": ("inner", [(CLOSED,)], [Told("missing-access", "proved", INNER, None, [])]),
    "with an NSG each, which serve the flow": ("outer", [(SERVES, CLOSED)] * 2, []),
    "with an NSG each, of which one lacks the flow": ("outer", [(SERVES, CLOSED), (CLOSED,)], [LACKING]),
    "with an NSG each, which let SSH in": ("outer", [(SERVES, WIDE, CLOSED)] * 2, [SSH_THERE]),
}


@pytest.mark.parametrize(("second", "rules", "expected"), ALIKE.values(), ids=ALIKE)
def test_a_machine_with_just_one_of_two_interfaces_is_judged_as_any_of_them(
    tmp_path: Path, second: str, rules: list[tuple[tuple[int, str, str, str, str], ...]], expected: list[Told]
) -> None:
    """What happens at both is proved, what happens at one hangs on the value; the interfaces by themselves play no role."""
    azure = AZURE.replace('"azurerm_network_interface" "near"', '"azurerm_network_interface" "one"')
    azure = azure.replace('name                = "near"', 'name                = "one"')
    code = azure + MACHINE % f"var.on ? {ONE_CARD} : {TWO}" + SECOND_CARD % second
    code += "".join(nsg(name, *each) for name, each in zip(("inner", "outer"), rules, strict=False))
    found = inwards(tmp_path, INTO_NEAR, SETTLED, code)
    assert [each for each in found if each.check != "implicit-allow"] == expected


@pytest.mark.parametrize(("value", "expected"), CARDS.values(), ids=CARDS)
def test_a_machine_has_perhaps_each_interface_that_a_value_may_be(tmp_path: Path, value: str, expected: list[Told]) -> None:
    """What goes in at an interface that may be another one's is told, and not proved; the machine plays its role for sure."""
    azure = AZURE.replace('"azurerm_network_interface" "near"', '"azurerm_network_interface" "one"')
    azure = azure.replace('name                = "near"', 'name                = "one"')
    code = azure + MACHINE % value + nsg("inner", SERVES, WIDE, CLOSED)
    found = inwards(tmp_path, INTO_NEAR, SETTLED, code)
    assert [each for each in found if each.check != "implicit-allow"] == expected


def test_an_interface_of_as_many_as_nobody_knows_is_its_machines_perhaps(tmp_path: Path) -> None:
    """Machines and interfaces go by the same index of an unknown count."""
    azure = AZURE.replace('"azurerm_network_interface" "near" {', '"azurerm_network_interface" "one" {\n  count = var.n')
    azure = azure.replace('name                = "near"', 'name                = "one${count.index}"').replace(
        '"10.0.1.10"', "null"
    )
    machine = """
variable "n" { type = number }
resource "azurerm_linux_virtual_machine" "near" {
  count                 = var.n
  name                  = "near"
  network_interface_ids = [azurerm_network_interface.one[count.index].id]
}
resource "azurerm_network_interface_security_group_association" "one" {
  count                     = var.n
  network_interface_id      = azurerm_network_interface.one[count.index].id
  network_security_group_id = azurerm_network_security_group.inner.id
}
"""
    found = inwards(tmp_path, INTO_NEAR, SETTLED, azure + machine + nsg("inner", SERVES, WIDE, CLOSED))
    opened = [each for each in found if each.rule == f"{INNER}.security_rule[1]"]
    assert [(each.check, each.certainty) for each in opened] == [("extra-access", "unproven")]


FOUND = f"[for x in (var.on ? [{LOOSE}.id] : []) : x]"
NESTED = reduce(lambda inner, number: f'(var.s == "{number}" ? {OWN}.id : {inner})', range(200), f"{LOOSE}.id")
COMPUTED = {
    "a loop, beside a group": f"concat([{OWN}.id], {FOUND})",
    "a loop, laid side by side": f"flatten([[{OWN}.id], {FOUND}])",
    "a loop, without what is empty": f"compact(concat([{OWN}.id], {FOUND}))",
    "a loop, each once": f"distinct(concat([{OWN}.id], {FOUND}))",
    "a loop, unless there is none": f"coalescelist({FOUND}, [{OWN}.id])",
    "a loop, or a group": f'var.on ? [{OWN}.id] : [for x in (var.s == "" ? [{LOOSE}.id] : []) : x]',
    "one of a loop": f"[{OWN}.id, element([for x in (var.on ? [{LOOSE}.id] : [{OWN}.id]) : x], 0)]",
    "those of a key": f'concat([{OWN}.id], matchkeys([{LOOSE}.id], ["a"], [var.s]))',
    "all but one": f"concat([{OWN}.id], tolist(setsubtract([{LOOSE}.id], [var.s])))",
    "maps that are merged": f"values(merge({{ a = {OWN}.id }}, var.on ? {{ b = {LOOSE}.id }} : {{}}))",
    "a map that is zipped": f"values(zipmap([var.s], [var.on ? {OWN}.id : {LOOSE}.id]))",
    "a text that is joined": f'[coalesce(var.s, join("", [{OWN}.id, var.on ? {LOOSE}.id : ""]))]',
    "a text that is replaced": f'[var.on ? {OWN}.id : replace({LOOSE}.id, "x", "y")]',
    "a text that is formatted": f'[var.on ? {OWN}.id : format("%s", var.s == "" ? {LOOSE}.id : {OWN}.id)]',
    "a text that is split": f'[var.on ? {OWN}.id : element(split(",", var.s == "" ? {LOOSE}.id : {OWN}.id), 0)]',
    "a text in small letters": f'[{OWN}.id, var.s == "" ? {OWN}.id : lower(var.on ? {LOOSE}.id : {OWN}.id)]',
    "more ways than are followed": f"[{NESTED}]",
}


@pytest.mark.parametrize("worn", COMPUTED.values(), ids=COMPUTED)
def test_what_one_of_several_groups_is_computed_of_opens_perhaps(tmp_path: Path, worn: str) -> None:
    """A group that stands in a value which is computed may be worn: what it opens is told, and nothing of it is proved."""
    code = NETWORK + VARIABLES + 'variable "s" { type = string }\n' + GROUPS % (FLOW, SSH, worn)
    found = inwards(tmp_path, INTO_NEAR, SITE, code)
    assert [each[:4] for each in found if each.check == "extra-access"] == [EXTRA[0][:4]]
    assert {each.certainty for each in found} == {"unproven"}


@pytest.mark.parametrize("tie", [TIE, EDGE], ids=["interface", "subnet"])
@pytest.mark.parametrize(("inner", "told_at"), [((SERVES, CLOSED), OUTER), ((SERVES, WIDE, CLOSED), INNER)], ids=["one", "both"])
def test_an_nsg_that_another_value_is_computed_of_stands_there_perhaps(
    tmp_path: Path, tie: str, inner: tuple[tuple[int, str, str, str, str], ...], told_at: str
) -> None:
    """One of two lets SSH in, or both, and nothing is proved: what is made of an id may be another."""
    code = AZURE + nsg("inner", *inner) + nsg("outer", SERVES, WIDE, CLOSED)
    code += tie % ("", f"var.on ? {INNER}.id : lower({OUTER}.id)")
    found = [each for each in inwards(tmp_path, INTO_NEAR, SETTLED, code) if each.check == "extra-access"]
    assert [(each.acl, each.certainty) for each in found] == [(told_at, "unproven")]


def test_an_interface_that_another_value_is_computed_of_has_the_group_perhaps(tmp_path: Path) -> None:
    """A group is attached to one interface or to what is made of the id of another, which may be that one."""
    attached = f"""
resource "aws_instance" "other" {{
  subnet_id              = aws_subnet.b.id
  vpc_security_group_ids = [{OWN}.id]
}}
resource "aws_network_interface_sg_attachment" "x" {{
  security_group_id    = {LOOSE}.id
  network_interface_id = (
    var.on ? aws_instance.other.primary_network_interface_id : lower(aws_instance.near.primary_network_interface_id)
  )
}}
"""
    code = NETWORK + VARIABLES + GROUPS % (FLOW, SSH, f"[{OWN}.id]") + attached
    assert inwards(tmp_path, INTO_NEAR, SITE, code) == EXTRA


MEMBER = (
    'variable "s" { type = string }\n'
    'resource "azurerm_application_security_group" "g" { name = "g" }\n'
    + TIE % ("", f"{INNER}.id")
    + nsg("inner", SERVES, (105, "Allow", "Inbound", "22", "*"), CLOSED).replace(
        'range     = "22"\n    source_address_prefix      = "*"\n    destination_address_prefix = "*"',
        'range     = "22"\n    source_address_prefix      = "*"\n'
        "    destination_application_security_group_ids = [azurerm_application_security_group.g.id]",
    )
    + """
resource "azurerm_network_interface_application_security_group_association" "x" {
  network_interface_id          = azurerm_network_interface.near.id
  application_security_group_id = %s
}
"""
)
ASG = "azurerm_application_security_group.g.id"


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (f"var.on ? {ASG} : {ASG}", []),
        (f"var.on ? {ASG} : var.s", ["var.on", "var.s"]),
        (f"var.on ? {ASG} : lower({ASG})", ["var.on"]),
        (f"coalesce(var.s, {ASG})", ["var.s"]),
    ],
)
def test_a_machine_is_no_member_for_sure_of_an_asg_that_it_may_have(tmp_path: Path, value: str, because: list[str]) -> None:
    """An ASG that the input does not hold is among the ways, though nothing is known of it."""
    certainty = "unproven" if because else "proved"
    expected = [Told("extra-access", certainty, INNER, f"{INNER}.security_rule[1]", because)]
    assert inwards(tmp_path, INTO_NEAR, SETTLED, AZURE + MEMBER % value) == expected


FIRST = f"{LOOSE}[0].id"
COUNTED = "count = var.on ? 1 : 0"
EACH = "for_each = var.ids"
PERHAPS_THERE = {
    "it, or another": (COUNTED, f"[try({FIRST}, {OWN}.id)]"),
    "its resource, or another": (COUNTED, f"[try({LOOSE}[0], {OWN}).id]"),
    "it, or nothing, or another": (COUNTED, f'[coalesce(try({FIRST}, ""), {OWN}.id)]'),
    "it, or nothing, beside another": (COUNTED, f'compact([{OWN}.id, try({FIRST}, "")])'),
    "a list of it, or none, beside another": (COUNTED, f"concat([{OWN}.id], try([{FIRST}], []))"),
    "it, if it can be": (COUNTED, f"can({FIRST}) ? [{FIRST}] : [{OWN}.id]"),
    "it by its key, or nothing, beside another": (EACH, f'compact([{OWN}.id, try({LOOSE}["a"].id, "")])'),
    "it by its key, or another": (EACH, f'[try({LOOSE}["a"].id, {OWN}.id)]'),
}


@pytest.mark.parametrize(("number", "worn"), PERHAPS_THERE.values(), ids=PERHAPS_THERE)
def test_a_group_that_is_tried_and_perhaps_not_there_is_worn_perhaps(tmp_path: Path, number: str, worn: str) -> None:
    """Where it is not there, `try` goes on to the next: what it opens is told, and nothing of it is proved."""
    code = NETWORK + VARIABLES + GROUPS.replace('"loose" {', f'"loose" {{\n  {number}') % (FLOW, SSH, worn)
    found = inwards(tmp_path, INTO_NEAR, SITE, code)
    star = f"{LOOSE}[*]"
    opened = [each[:4] for each in found if each.check == "extra-access"]
    assert opened == [("extra-access", "unproven", star, f"{star}.ingress[0]")]
    assert {each.certainty for each in found} == {"unproven"}


@pytest.mark.parametrize("worn", [f"[try({FIRST}, {OWN}.id)]", f'[coalesce(try({FIRST}, ""), {OWN}.id)]'])
def test_whichever_of_two_is_tried_serves_the_flow(tmp_path: Path, worn: str) -> None:
    """One of the two is worn for sure, and both serve the flow."""
    code = NETWORK + VARIABLES + GROUPS.replace('"loose" {', f'"loose" {{\n  {COUNTED}') % (FLOW, FLOW, worn)
    assert inwards(tmp_path, INTO_NEAR, SITE, code) == []
