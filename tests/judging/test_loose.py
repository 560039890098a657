"""Groups that are worn perhaps, and lists that stand at an edge perhaps: what hangs on them is never proved."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.judging.test_chains import ADMIN, FLOW, NETWORK, POLICY, findings

INTO_NEAR = FLOW % ("in", "far", "near", "tcp/443", "required", "ingress")
SITE = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {match: [{name: near}]}
  far: {cidrs: [10.20.0.0/16]}
"""
VARIABLES = """
variable "on" { type = bool }
variable "ids" { type = set(string) }
"""
GROUPS = """
resource "aws_security_group" "own" {
  name   = "own"
  vpc_id = aws_vpc.v.id
  %s
}
resource "aws_security_group" "loose" {
  name   = "loose"
  vpc_id = aws_vpc.v.id
  %s
}
resource "aws_instance" "near" {
  tags                   = { Name = "near" }
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = %s
}
"""
ATTACHED = """
resource "aws_network_interface_sg_attachment" "x" {
  count                = var.on ? 1 : 0
  security_group_id    = aws_security_group.loose.id
  network_interface_id = aws_instance.near.primary_network_interface_id
}
"""
OWN = "[aws_security_group.own.id]"


def opens(port: int, cidr: str) -> str:
    """A rule of a security group."""
    return f"""ingress {{
    protocol    = "tcp"
    from_port   = {port}
    to_port     = {port}
    cidr_blocks = ["{cidr}"]
  }}"""


class Told(NamedTuple):
    """What is told of a finding."""

    check: str
    certainty: str
    acl: str | None
    rule: str | None
    because: list[str]


def told(directory: Path, flows: str, site: str, code: str, policy: str = POLICY) -> list[Told]:
    """What is told of traffic inwards and of roles; values that are not known are named there."""
    found = findings(directory, flows, site, code, policy)
    kept = (
        Told(each["check"], each["certainty"], each["acl"], each["rule"], each["because"])
        for each in found
        if each["check"] != "unresolved-value" and (each["direction"] != "egress" or each["check"] == "reply-blocked")
    )
    return sorted(kept, key=repr)


EXTRA = [Told("extra-access", "unproven", "aws_security_group.loose", "aws_security_group.loose.ingress[0]", ["var.on"])]
MISSING = [Told("missing-access", "unproven", "aws_security_group.own", None, ["var.on"])]
WORN_PERHAPS = {
    "an attachment whose count is not known": (OWN, ATTACHED),
    "a list that is put together": ("concat([aws_security_group.own.id], var.on ? [aws_security_group.loose.id] : [])", ""),
    "an id or none": ("compact([aws_security_group.own.id, var.on ? aws_security_group.loose.id : \"\"])", ""),
    "one of two ids": ("[aws_security_group.own.id, var.on ? aws_security_group.loose.id : aws_security_group.own.id]", ""),
    "lists that are laid side by side": (
        "flatten([aws_security_group.own.id, var.on ? [aws_security_group.loose.id] : []])", "",
    ),
    "as many attachments as interfaces, or none": (
        OWN,
        """resource "aws_network_interface_sg_attachment" "x" {
             count                = var.on ? 2 : 0
             security_group_id    = aws_security_group.loose.id
             network_interface_id = [aws_instance.near, aws_instance.near][count.index].primary_network_interface_id
           }""",
    ),
    "an attachment to one of two interfaces": (
        OWN,
        """resource "aws_instance" "other" {
             subnet_id              = aws_subnet.a.id
             vpc_security_group_ids = [aws_security_group.own.id]
           }
           resource "aws_network_interface_sg_attachment" "x" {
             security_group_id    = aws_security_group.loose.id
             network_interface_id = (
               var.on ? aws_instance.near.primary_network_interface_id : aws_instance.other.primary_network_interface_id
             )
           }""",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("worn", "more"), WORN_PERHAPS.values(), ids=WORN_PERHAPS)
def test_what_a_group_opens_that_is_worn_perhaps_is_not_proved(tmp_path: Path, worn: str, more: str) -> None:
    """The group that is worn for sure serves the flow; the other opens SSH to the world, if it is worn."""
    groups = GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), worn)
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + groups + more) == EXTRA


@pytest.mark.parametrize(("worn", "more"), WORN_PERHAPS.values(), ids=WORN_PERHAPS)
def test_a_flow_that_only_a_group_serves_which_is_worn_perhaps_is_not_proved(tmp_path: Path, worn: str, more: str) -> None:
    """Nothing else lets the flow in: it is neither missing nor satisfied for sure."""
    groups = GROUPS % ("", opens(443, "10.20.0.0/16"), worn)
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + groups + more) == MISSING


@pytest.mark.parametrize("worn", ["concat([aws_security_group.own.id], aws_security_group.loose[*].id)",
                                  "[aws_security_group.own.id, aws_security_group.loose[length(var.ids)].id]"])  # fmt: skip
def test_a_group_that_may_not_be_there_is_worn_perhaps(tmp_path: Path, worn: str) -> None:
    """All of its instances, or one of which nobody knows which it is."""
    groups = GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), worn)
    code = groups.replace('"loose" {', '"loose" {\n  count = var.on ? 2 : 0')
    (opened,) = told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code)
    assert (opened.check, opened.certainty, opened.acl) == ("extra-access", "unproven", "aws_security_group.loose[*]")
    assert opened.because[-1] == "var.on"


def test_a_flow_that_no_group_serves_is_missing_whatever_is_worn(tmp_path: Path) -> None:
    """Neither the group that is worn for sure nor the other lets it in."""
    groups = GROUPS % ("", opens(22, "10.20.0.0/16"), OWN)
    missing = Told("missing-access", "proved", "aws_security_group.own", None, [])
    assert missing in told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + groups + ATTACHED)


CARD = """
resource "aws_network_interface" "card" {
  subnet_id       = aws_subnet.b.id
  private_ips     = ["10.0.2.10"]
  security_groups = [aws_security_group.loose.id]
  %s
}
"""
OTHER = """
resource "aws_instance" "other" {
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.own.id]
}
"""
SECOND = """
resource "aws_network_interface_attachment" "x" {
  %s
  instance_id          = %s
  network_interface_id = aws_network_interface.card.id
  device_index         = 1
}
"""
NEAR = "aws_instance.near.id"
CARDS = {
    "whose count is not known": CARD % "" + SECOND % ("count = var.on ? 1 : 0", NEAR),
    "to one of two machines": CARD % "" + OTHER + SECOND % ("", f"var.on ? {NEAR} : aws_instance.other.id"),
    "of an interface that may not be there": (
        (CARD % "count = var.on ? 1 : 0" + SECOND % ("count = var.on ? 1 : 0", NEAR)).replace(".card.id", ".card[0].id")
    ),
    "that the interface tells, perhaps": CARD
    % """dynamic "attachment" {
      for_each = var.on ? [1] : []
      content {
        instance     = aws_instance.near.id
        device_index = 1
      }
    }""",
}


@pytest.mark.parametrize("more", CARDS.values(), ids=CARDS)
def test_what_a_second_interface_opens_that_is_attached_perhaps_is_not_proved(tmp_path: Path, more: str) -> None:
    """The machine's first interface serves the flow; the second opens SSH to the world and lacks the flow, if it is the machine's."""
    code = NETWORK + VARIABLES + GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), OWN) + more
    assert told(tmp_path, INTO_NEAR, SITE, code) == [*EXTRA, MISSING[0]._replace(acl="aws_security_group.loose")]


def test_the_interface_that_a_machine_is_made_with_is_there_perhaps_where_it_may_name_another(tmp_path: Path) -> None:
    """Its own groups lack the flow and the named interface's serve it: which of the two is there hangs on the block."""
    named = """
  dynamic "network_interface" {
    for_each = var.on ? [aws_network_interface.card.id] : []
    content {
      device_index         = 0
      network_interface_id = network_interface.value
    }
  }
}
"""
    groups = GROUPS % ("", opens(443, "10.20.0.0/16"), OWN)
    code = NETWORK + VARIABLES + groups.rstrip().removesuffix("}") + named + CARD % ""
    missing = [each for each in told(tmp_path, INTO_NEAR, SITE, code) if each.check == "missing-access"]
    assert missing == [MISSING[0]._replace(because=["aws_network_interface.card.id", "var.on"])]


NAMED = "aws_security_group.own"
FIRST = """
resource "aws_network_interface" "first" {
  subnet_id       = aws_subnet.a.id
  private_ips     = ["10.0.1.11"]
  security_groups = [aws_security_group.own.id]
}
resource "aws_instance" "near" {
  tags = { Name = "near" }
  network_interface {
    device_index         = 0
    network_interface_id = var.on ? aws_network_interface.card.id : aws_network_interface.first.id
  }
}
"""


SERVED, TO_ALL = opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0")


@pytest.mark.parametrize(
    ("own", "loose", "expected"),
    [
        (SERVED, SERVED, []),
        (SERVED, "", [MISSING[0]._replace(acl="aws_security_group.loose")]),
        ("", "", [Told("missing-access", "proved", "aws_security_group.loose", None, [])]),
        (f"{SERVED}\n  {TO_ALL}", SERVED, [EXTRA[0]._replace(acl=NAMED, rule=f"{NAMED}.ingress[1]")]),
    ],
    ids=["both serve the flow", "one lacks it", "both lack it", "one opens SSH"],
)
def test_a_machine_that_names_one_of_two_interfaces_makes_none_itself(
    tmp_path: Path, own: str, loose: str, expected: list[Told]
) -> None:
    """It has the one or the other: nothing is asked of groups that it would have if it named none."""
    code = (GROUPS % (own, loose, OWN)).partition('resource "aws_instance"')[0]
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code + CARD % "" + FIRST) == expected


SERVICE = """
resource "aws_ecs_service" "near" {
  name = "near"
  dynamic "network_configuration" {
    for_each = var.on ? [1] : []
    content {
      subnets         = [aws_subnet.a.id]
      security_groups = [aws_security_group.%s.id]
    }
  }
}
"""
TEMPLATE = """
resource "aws_launch_template" "t" {
  vpc_security_group_ids = [aws_security_group.own.id]
  dynamic "network_interfaces" {
    for_each = var.on ? [1] : []
    content { security_groups = [aws_security_group.loose.id] }
  }
}
resource "aws_autoscaling_group" "near" {
  name                = "near"
  vpc_zone_identifier = [aws_subnet.a.id]
  launch_template { id = aws_launch_template.t.id }
}
"""


def test_a_service_stands_in_the_network_perhaps_where_its_block_may_not_be_there(tmp_path: Path) -> None:
    """What its group lacks is missing perhaps: without the block it stands in no network."""
    code = (GROUPS % ("", "", OWN)).partition('resource "aws_instance"')[0]
    found = told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code + SERVICE % "own")
    assert [each for each in found if each.check == "missing-access"] == MISSING


def test_interfaces_of_a_template_that_may_not_be_there_leave_its_own_groups(tmp_path: Path) -> None:
    """With them the machines wear one group, without them another: each opens, or lacks, what it does perhaps."""
    code = (GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), OWN)).partition('resource "aws_instance"')[0]
    found = told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code + TEMPLATE)
    assert found == [*EXTRA, MISSING[0]._replace(acl="aws_security_group.loose")]


EDGES = """
resource "aws_security_group" "own" {
  name   = "own"
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["198.51.100.0/24"]
  }
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.20.0.0/16"]
  }
}
resource "aws_instance" "near" {
  tags                   = { Name = "near" }
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = [aws_security_group.own.id]
}
resource "aws_network_acl" "edge" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = %s
}
"""
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
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + EDGES % subnets + more) == [
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
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code + edge) == [
        Told("extra-access", "proved", "aws_security_group.own", "aws_security_group.own.ingress[0]", []),
        Told("missing-access", "unproven", "aws_network_acl.edge", None, ["var.on"]),
        Told("reply-blocked", "unproven", "aws_network_acl.edge", None, ["var.on"]),
    ]


AZURE = """
variable "on" { type = bool }
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = "g"
  location            = "west"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  resource_group_name  = "g"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_interface" "near" {
  name                = "near"
  resource_group_name = "g"
  location            = "west"
  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.s.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.10"
  }
}
"""


def nsg(name: str, *rules: tuple[int, str, str, str, str]) -> str:
    """An NSG with rules: priority, access, direction, port, source."""
    inner = "".join(
        f"""
  security_rule {{
    name                       = "r{number}"
    priority                   = {priority}
    access                     = "{access}"
    direction                  = "{direction}"
    protocol                   = "{"*" if port == "*" else "Tcp"}"
    source_port_range          = "*"
    destination_port_range     = "{port}"
    source_address_prefix      = "{source}"
    destination_address_prefix = "*"
  }}"""
        for number, (priority, access, direction, port, source) in enumerate(rules)
    )
    return f"""
resource "azurerm_network_security_group" "{name}" {{
  name                = "{name}"
  resource_group_name = "g"
  location            = "west"{inner}
}}
"""


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
    assert [each for each in told(tmp_path, INTO_NEAR, site, code) if each.check != "implicit-allow"] == expected


def guards(kind: str, nsg_name: str, count: str = "") -> str:
    """The association of an NSG with the interface or its subnet."""
    subnet = kind == "subnet"
    type_ = (
        "azurerm_subnet_network_security_group_association" if subnet else "azurerm_network_interface_security_group_association"
    )
    near = "subnet_id = azurerm_subnet.s.id" if subnet else "network_interface_id = azurerm_network_interface.near.id"
    far = f"network_security_group_id = azurerm_network_security_group.{nsg_name}.id"
    return f'resource "{type_}" "{nsg_name}" {{\n  {count}\n  {near}\n  {far}\n}}\n'


PERHAPS = "count = var.on ? 1 : 0"
CLOSED = (4096, "Deny", "Inbound", "*", "*")
SERVES = (100, "Allow", "Inbound", "443", "10.20.0.0/16")
WIDE = (110, "Allow", "Inbound", "22", "Internet")
"""What SSH comes through; the flow is served by SERVES, and CLOSED leaves nothing to the defaults."""
INNER, OUTER = "azurerm_network_security_group.inner", "azurerm_network_security_group.outer"
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
    assert told(tmp_path, INTO_NEAR, SITE, AZURE + code) == expected


BASE = """
resource "aws_security_group" "base" {
  name   = "base"
  vpc_id = aws_vpc.v.id
}
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.20.0.0/16"]
  }
  %s
}
resource "aws_instance" "x" {
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = [aws_security_group.base.id]
}
resource "aws_network_interface_sg_attachment" "x" {
  count                = var.on ? 1 : 0
  security_group_id    = aws_security_group.near.id
  network_interface_id = aws_instance.x.primary_network_interface_id
}
"""


def test_a_group_that_makes_its_wearer_play_a_role_serves_it_wherever_it_is_worn(tmp_path: Path) -> None:
    """Whoever wears the group plays the role, and has the group's rules: nothing is missing, and nothing open too much."""
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + BASE % "") == []


def test_what_the_group_of_a_role_opens_is_proved_wherever_it_is_worn(tmp_path: Path) -> None:
    """It is open at its wearer if there is one, and the group plays the role if there is none."""
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + BASE % opens(22, "0.0.0.0/0")) == [
        Told("extra-access", "proved", "aws_security_group.near", "aws_security_group.near.ingress[1]", []),
    ]


BOTH = """
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
}
resource "aws_security_group" "also" {
  name   = "also"
  vpc_id = aws_vpc.v.id
  %s
  %s
}
resource "aws_instance" "x" {
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = var.on ? [aws_security_group.near.id, aws_security_group.also.id] : [aws_security_group.near.id]
}
"""


def test_what_another_role_of_the_only_wearer_of_a_group_permits_is_too_much_perhaps(tmp_path: Path) -> None:
    """If the machine wears the group, its first role calls for what the group lets in; SSH is too much whoever wears it."""
    site = SITE.replace("  far:", "  also: {match: [{name: also}]}\n  far:")
    code = NETWORK + VARIABLES + BOTH % (opens(443, "10.20.0.0/16"), opens(22, "10.20.0.0/16"))
    flow = INTO_NEAR + FLOW % ("web", "far", "also", "tcp/80", "optional", "ingress")
    policy = POLICY.replace("far: {title", "also: {title: also}, far: {title")
    found = [each for each in told(tmp_path, flow, site, code, policy) if each.check == "extra-access"]
    assert found == [
        Told("extra-access", "proved", "aws_security_group.also", "aws_security_group.also.ingress[1]", []),
        Told("extra-access", "unproven", "aws_security_group.also", "aws_security_group.also.ingress[0]", ["var.on"]),
    ]


WITHOUT_SSH = """
resource "aws_network_acl" "edge" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.a.id]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
    cidr_block = "10.20.0.0/16"
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 1024
    to_port    = 65535
    cidr_block = "10.20.0.0/16"
  }
}
"""


def test_what_the_group_of_a_role_opens_may_be_stopped_before_its_only_wearer(tmp_path: Path) -> None:
    """The network ACL lets no SSH to the one machine that wears the group perhaps: nobody knows whether another does."""
    code = NETWORK + VARIABLES + BASE % opens(22, "0.0.0.0/0") + WITHOUT_SSH
    assert told(tmp_path, INTO_NEAR, SITE, code) == [
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
    assert told(tmp_path, INTO_NEAR, SITE, azure + JOINED + code) == expected


def test_a_role_whose_group_may_not_be_there_is_bound_perhaps(tmp_path: Path) -> None:
    """The group has an unknown count: without it nobody plays the role, and its machine may wear it or another."""
    code = BASE.replace('"aws_security_group" "near" {', '"aws_security_group" "near" {\n  count  = var.on ? 1 : 0') % ""
    code = code.replace("aws_security_group.near.id", "one(aws_security_group.near[*].id)")
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code) == [
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
    assert told(tmp_path, INTO_NEAR, site, NETWORK + TAGGED % opens(443, "10.20.0.0/16")) == [unbound]
    assert told(tmp_path, INTO_NEAR, site, NETWORK + TAGGED % opens(22, "10.20.0.0/16")) == [
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
    found = told(tmp_path, flows, site, code)
    assert {each.certainty for each in found} == {"unproven"}
    openings = [each for each in found if each.check == "extra-access"]
    assert [each.acl for each in openings] == [f"aws_security_group.g{n}" for n in numbers]


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
    found = told(tmp_path, INTO_NEAR, SITE, AZURE + code)
    assert [each.because for each in found if each.check == "missing-access"] == missing


def test_an_nsg_whose_subnet_is_a_variable_without_a_value_perhaps_guards_any(tmp_path: Path) -> None:
    """The interface's NSG serves the flow, this one stops it, if the subnet is the one that is meant."""
    edge = UNSET.replace("network_interface_security", "subnet_network_security").replace(
        "network_interface_id     ", "subnet_id"
    )
    code = nsg("outer", SERVES, CLOSED) + guards("nic", "outer") + nsg("inner", CLOSED) + edge % "var.nic"
    found = [each for each in told(tmp_path, INTO_NEAR, SITE, AZURE + code) if each.check == "missing-access"]
    assert found == [Told("missing-access", "unproven", INNER, None, ["var.nic"])]
    second = guards("subnet", "outer")
    assert told(tmp_path, INTO_NEAR, SITE, AZURE + code + second) == []


ANY_CARD = """
variable "eni" { type = string }
resource "aws_network_interface_sg_attachment" "x" {
  security_group_id    = aws_security_group.loose.id
  network_interface_id = var.eni
}
"""
ANY_SUBNET = """
variable "subnet" { type = string }
resource "aws_network_acl_association" "x" {
  network_acl_id = aws_network_acl.edge.id
  subnet_id      = var.subnet
}
"""


def test_a_group_that_is_attached_to_a_variable_without_a_value_is_worn_perhaps(tmp_path: Path) -> None:
    """The machine's own group serves the flow; the other opens SSH to the world, if the machine wears it."""
    groups = GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), OWN)
    assert told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + groups + ANY_CARD) == [EXTRA[0]._replace(because=["var.eni"])]


def test_a_network_acl_whose_subnet_is_a_variable_without_a_value_perhaps_stands_at_any(tmp_path: Path) -> None:
    """It stops all, if it stands there; where another does for sure, it stands elsewhere."""
    found = told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + EDGES % "[]" + ANY_SUBNET)
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
    found = told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + EDGES % "[]" + ANY_SUBNET + sure + acl)
    assert {(each.check, each.certainty) for each in found} == {("extra-access", "proved")}


def test_an_interface_that_has_an_nsg_has_no_other(tmp_path: Path) -> None:
    """What a variable without a value names is another interface."""
    code = nsg("outer", SERVES, CLOSED) + guards("nic", "outer") + nsg("inner", CLOSED) + UNSET % "var.nic"
    assert [each for each in told(tmp_path, INTO_NEAR, SITE, AZURE + code) if each.check == "missing-access"] == []


def test_what_passes_without_a_list_is_blocked_only_where_nothing_permits_it(tmp_path: Path) -> None:
    """Whoever is in the group stands in one half of the network, which the list's own rule names, or in one that is permitted."""
    flows = FLOW % ("barred", "far", "near", "tcp/3389", "blocked", "ingress")
    site = SITE.replace("cidrs: [10.20.0.0/16]", "match: [{name: app}]") + "values: {VirtualNetwork: [10.0.0.0/16]}\n"
    site += "allow:\n  - {name: ops, roles: [near], protocol: tcp, ports: [3389], peers: [10.0.128.0/17], reason: Operations}\n"
    rules = nsg("inner", (110, "Allow", "Inbound", "3389", "10.0.0.0/17"), CLOSED) + guards("nic", "inner", PERHAPS)
    found = [each for each in told(tmp_path, flows, site, AZURE + rules + APP) if each.check == "blocked-access"]
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
    found = told(tmp_path, FLOW % ("call", "near", "far", "tcp/5432", "required", "ingress"), site, code)
    assert found == [
        Told("extra-access", "unproven", INNER, f"{INNER}.security_rule[0]", ["var.on"]),
        Told("missing-access", "unproven", INNER, None, ["var.on"]),
        Told("missing-access", "unproven", OUTER, None, ["var.on"]),
    ]


def test_a_role_that_only_the_machine_itself_plays_perhaps_calls_it_perhaps(tmp_path: Path) -> None:
    """If it does not wear the other role's group, somebody else may, who is not let in."""
    site = SITE.replace("cidrs: [10.20.0.0/16]", "match: [{name: also}]")
    found = told(tmp_path, INTO_NEAR, site, NETWORK + VARIABLES + BOTH % ("", ""))
    assert found == [Told("missing-access", "unproven", "aws_security_group.near", None, ["var.on"])]


OPENED = opens(22, "0.0.0.0/0")
SEVERAL = f"""
variable "more" {{ type = bool }}
resource "aws_security_group" "another" {{
  name   = "another"
  vpc_id = aws_vpc.v.id
  {OPENED}
}}
"""


@pytest.mark.parametrize(
    ("worn", "loose", "another"),
    [
        ("concat([{own}], var.on ? [{loose}] : [], var.more ? [{another}] : [])", ["var.on"], ["var.more"]),
        ("setunion([{own}], var.on ? [{loose}] : [], var.more ? [{another}] : [])", ["var.on"], ["var.more"]),
        ("concat([{own}], var.on ? [{loose}] : [], var.more && var.on ? [{another}] : [])", ["var.on"], ["var.more", "var.on"]),
        ("concat([{own}], var.more ? concat(var.on ? [{loose}] : [], [{another}]) : [])", ["var.more", "var.on"], None),
        ("slice(concat([{own}], var.on ? [{loose}] : [], [{another}]), 0, var.more ? 2 : 3)", ["var.more", "var.on"], None),
    ],
)
def test_a_group_of_one_of_several_lists_hangs_on_what_decides_about_that_one(
    worn: str, loose: list[str], another: list[str] | None, tmp_path: Path
) -> None:
    """What decides about the other lists says nothing of it; what may leave out some of all does."""
    names = {name: f"aws_security_group.{name}.id" for name in ("own", "loose", "another")}
    groups = GROUPS % (opens(443, "10.20.0.0/16"), OPENED, worn.format(**names))
    found = told(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + SEVERAL + groups)
    opened = {each.acl: each.because for each in found if each.check == "extra-access"}
    assert set(loose) <= set(opened["aws_security_group.loose"])
    assert [each for each in opened["aws_security_group.loose"] if each.startswith("var.")] == loose
    assert another is None or [each for each in opened["aws_security_group.another"] if each.startswith("var.")] == another
