"""One packet through networks told as Terraform code: which rule decides at each stop, and what comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.binding import Binding
from pamlint.model.acl import Network
from pamlint.model.addresses import format_ranges
from pamlint.model.errors import UserError
from pamlint.views.stops import Hit, Stop
from pamlint.views.trace import Surveyed, Trace, question, trace, unguarded
from tests.clouds.reading import network_of

NOBODY = Binding({}, (), (), ())

AWS = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "near" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "client" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "server" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 22
    to_port         = 22
    protocol        = "tcp"
    security_groups = [aws_security_group.client.id]
  }
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = [var.users]
  }
  ingress {
    from_port   = 8
    to_port     = 0
    protocol    = "icmp"
    cidr_blocks = ["10.0.1.5/32"]
  }
}
resource "aws_security_group" "extra" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.1.0/24"]
  }
}
resource "aws_instance" "client" {
  private_ip             = "10.0.1.5"
  subnet_id              = aws_subnet.near.id
  vpc_security_group_ids = [aws_security_group.client.id]
}
resource "aws_instance" "server" {
  private_ip             = "10.0.2.7"
  subnet_id              = aws_subnet.far.id
  vpc_security_group_ids = [aws_security_group.server.id, aws_security_group.extra.id]
}
variable "users" {}
"""
NETWORK_ACL = """
resource "aws_network_acl" "far" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.far.id]
  ingress {
    rule_no    = 100
    action     = "deny"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
    cidr_block = "0.0.0.0/0"
  }
  ingress {
    rule_no    = 200
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "10.0.0.0/16"
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 49152
    to_port    = 65535
    cidr_block = "10.0.0.0/16"
  }
}
"""
AZURE = """
resource "azurerm_virtual_network" "main" {
  name                = "vnet"
  address_space       = ["10.1.0.0/16"]
  location            = "westeurope"
  resource_group_name = "rg"
}
resource "azurerm_subnet" "main" {
  name                 = "main"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.1.1.0/24"]
}
resource "azurerm_network_security_group" "edge" {
  name                = "edge"
  location            = "westeurope"
  resource_group_name = "rg"
  security_rule {
    name                       = "some"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "1024-65535"
    source_address_prefix      = "10.9.0.0/24"
    destination_port_range     = "22"
    destination_address_prefix = "10.1.1.0/28"
  }
  security_rule {
    name                       = "none"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    source_address_prefix      = "*"
    destination_port_range     = "22"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "late"
    priority                   = 300
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    source_port_range          = "*"
    source_address_prefix      = "*"
    destination_port_range     = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "main" {
  subnet_id                 = azurerm_subnet.main.id
  network_security_group_id = azurerm_network_security_group.edge.id
}
"""
NIC = """
resource "azurerm_network_interface" "one" {
  name                = "one"
  location            = "westeurope"
  resource_group_name = "rg"
  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.main.id
    private_ip_address_allocation = "ADDRESS"
    private_ip_address            = null
  }
}
"""
FIXED = NIC.replace("ADDRESS", "Static").replace("null", '"10.1.1.4"')
LEARNT = NIC.replace("ADDRESS", "Dynamic")


def traced(network: Network, source: str, destination: str, port: str, source_port: int | None = None) -> Trace:
    """One packet, without a site file."""
    return trace(question(source, destination, port, source_port), [Surveyed(None, network, NOBODY, {})])


def names(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.rule.name.partition(".")[2] for hit in hits]


def told(stop: Stop) -> tuple[str, str, list[str]]:
    """A stop in few words: which way, what came out, and the rules that decided."""
    way = {"ingress": "in", "egress": "out"}[stop.direction]
    return f"reply {way}" if stop.is_reply else way, stop.outcome, names(stop.rules)


CLIENT, SERVER, OUTSIDE = "10.0.1.5", "10.0.2.7", "203.0.113.9"
ALL_OUT = ("out", "allowed", ["client.egress[0]"])


@pytest.mark.parametrize(
    ("source", "port", "outcome", "stops"),
    [
        (CLIENT, "tcp/22", "allowed", [ALL_OUT, ("in", "allowed", ["extra.ingress[0]", "server.ingress[0]"])]),
        ("aws_instance.client", "tcp/22", "allowed", [ALL_OUT, ("in", "allowed", ["extra.ingress[0]", "server.ingress[0]"])]),
        (
            "aws_security_group.client",
            "tcp/22",
            "allowed",
            [ALL_OUT, ("in", "allowed", ["extra.ingress[0]", "server.ingress[0]"])],
        ),
        ("10.0.1.99", "tcp/22", "allowed", [("in", "allowed", ["extra.ingress[0]"])]),
        (OUTSIDE, "tcp/22", "denied", [("in", "denied", [])]),
        (CLIENT, "tcp/23", "denied", [ALL_OUT, ("in", "denied", [])]),
        (CLIENT, "tcp/443", "unproven", [ALL_OUT, ("in", "unproven", [])]),
        (CLIENT, "icmp/8", "allowed", [ALL_OUT, ("in", "allowed", ["server.ingress[2]"])]),
        (CLIENT, "icmp/0", "denied", [ALL_OUT, ("in", "denied", [])]),
        (CLIENT, "47", "denied", [ALL_OUT, ("in", "denied", [])]),
        ("var.users", "tcp/443", "unproven", [("in", "unproven", [])]),
    ],
)
def test_groups_admit_together(
    tmp_path: Path, source: str, port: str, outcome: str, stops: list[tuple[str, str, list[str]]]
) -> None:
    """Every rule of every group that admits is named; an unknown value is neither nothing nor everything."""
    found = traced(network_of(tmp_path, AWS), source, SERVER, port)
    (way,) = found.ways
    assert (found.outcome, [told(stop) for stop in way.stops]) == (outcome, stops)
    assert way.because == (("var.users",) if outcome == "unproven" else ())


def test_who_is_admitted_instead_is_said(tmp_path: Path) -> None:
    """A rule for members of a group that the source does not wear is told beside the refusal."""
    (way,) = traced(network_of(tmp_path, AWS), "10.0.9.9", SERVER, "tcp/22").ways
    assert [(hit.rule.name, hit.because) for hit in way.stops[0].nearly] == [
        ("aws_security_group.server.ingress[0]", ("aws_security_group.client",))
    ]


@pytest.mark.parametrize(
    ("port", "source_port", "outcome", "stops", "beaten"),
    [
        ("tcp/22", None, "allowed", [("in", "allowed", ["far.ingress[1]"]), ("reply out", "allowed", ["far.egress[0]"])], []),
        ("tcp/22", 1024, "denied", [("in", "allowed", ["far.ingress[1]"]), ("reply out", "denied", [])], []),
        ("tcp/443", None, "denied", [("in", "denied", ["far.ingress[0]"]), ("reply out", "allowed", ["far.egress[0]"])], [1]),
        ("icmp/8", None, "denied", [("in", "allowed", ["far.ingress[1]"]), ("reply out", "denied", [])], []),
    ],
)
def test_network_acls_forget(
    tmp_path: Path,
    port: str,
    source_port: int | None,
    outcome: str,
    stops: list[tuple[str, str, list[str]]],
    beaten: list[int],
) -> None:
    """A network ACL stands before the groups, its first match decides, and it must let the answer out to the client's own port."""
    found = traced(network_of(tmp_path, AWS + NETWORK_ACL), CLIENT, SERVER, port, source_port)
    (way,) = found.ways
    mine = [stop for stop in way.stops if stop.acls[0].kind == "aws_network_acl"]
    assert (found.outcome, [told(stop) for stop in mine]) == (outcome, stops)
    assert names(mine[0].beaten) == [f"far.ingress[{number}]" for number in beaten]
    assert way.stops.index(mine[0]) == 1


NONE, SOME = "edge.security_rule[1]", "edge.security_rule[0]"


@pytest.mark.parametrize(
    ("nic", "source", "destination", "outcome", "rules", "because"),
    [
        (FIXED, "10.9.0.1", "10.1.1.4", "allowed", [SOME], ()),
        (FIXED, "10.9.1.1", "10.1.1.4", "denied", [NONE], ()),
        (FIXED, "10.9.0.1", "10.1.1.99", "denied", [NONE], ()),
        (LEARNT, "10.9.0.1", "10.1.1.4", "allowed", [SOME], ()),
        (
            LEARNT,
            "10.9.0.1",
            "azurerm_network_interface.one",
            "unproven",
            [NONE],
            ("the address of azurerm_network_interface.one",),
        ),
        ("", "10.9.0.1", "10.1.1.4", "allowed", [SOME], ()),
    ],
)
def test_an_address_stands_behind_its_nsg(
    tmp_path: Path, nic: str, source: str, destination: str, outcome: str, rules: list[str], because: tuple[str, ...]
) -> None:
    """By the interface that has it, by its subnet, or by the subnet's NSG alone; where it is not known, that is the reason."""
    found = traced(network_of(tmp_path, AZURE + nic), source, destination, "tcp/22")
    (way,) = found.ways
    assert (found.outcome, names(way.stops[0].rules), way.because) == (outcome, rules, because)


def test_what_comes_later_is_beaten(tmp_path: Path) -> None:
    """Rules that match below the one that decides are told; defaults only where they would have let it through."""
    network = network_of(tmp_path, AZURE + FIXED)
    (way,) = traced(network, "10.1.1.9", "10.1.1.4", "tcp/22").ways
    (stop,) = (stop for stop in way.stops if stop.direction == "ingress")
    assert names(stop.beaten) == ["edge.security_rule[2]", "edge.AllowVnetInBound"]
    (way,) = traced(network, OUTSIDE, "10.1.1.4", "tcp/80").ways
    assert (names(way.stops[0].rules), names(way.stops[0].beaten)) == (["edge.security_rule[2]"], [])


def test_a_pinned_source_port_is_seen(tmp_path: Path) -> None:
    """The packet's source port is one that ordinary clients have, or the one that is asked for."""
    network = network_of(tmp_path, AZURE + FIXED)
    assert traced(network, "10.9.0.1", "10.1.1.4", "tcp/22", 22).outcome == "denied"


ALWAYS = """
resource "azurerm_network_manager" "main" {
  name                = "manager"
  location            = "westeurope"
  resource_group_name = "rg"
  scope_accesses      = ["SecurityAdmin"]
}
resource "azurerm_network_manager_network_group" "main" {
  name               = "group"
  network_manager_id = azurerm_network_manager.main.id
}
resource "azurerm_network_manager_static_member" "main" {
  name                      = "member"
  network_group_id          = azurerm_network_manager_network_group.main.id
  target_virtual_network_id = azurerm_virtual_network.main.id
}
resource "azurerm_network_manager_security_admin_configuration" "main" {
  name               = "configuration"
  network_manager_id = azurerm_network_manager.main.id
}
resource "azurerm_network_manager_admin_rule_collection" "main" {
  name                            = "collection"
  security_admin_configuration_id = azurerm_network_manager_security_admin_configuration.main.id
  network_group_ids               = [azurerm_network_manager_network_group.main.id]
}
resource "azurerm_network_manager_admin_rule" "main" {
  name                     = "always"
  admin_rule_collection_id = azurerm_network_manager_admin_rule_collection.main.id
  action                   = "AlwaysAllow"
  direction                = "Inbound"
  priority                 = 1
  protocol                 = "Tcp"
  destination_port_ranges  = ["22"]
}
resource "azurerm_network_manager_deployment" "main" {
  network_manager_id = azurerm_network_manager.main.id
  location           = "westeurope"
  scope_access       = "SecurityAdmin"
  configuration_ids  = [azurerm_network_manager_security_admin_configuration.main.id]
}
"""
OWN_NSG = """
variable "on" { type = bool }
resource "azurerm_network_interface_security_group_association" "one" {
  network_interface_id      = azurerm_network_interface.one.id
  network_security_group_id = azurerm_network_security_group.edge.id
}
resource "azurerm_virtual_network" "other" {
  name                = "other"
  address_space       = ["10.2.0.0/16"]
  location            = "westeurope"
  resource_group_name = "rg"
}
resource "azurerm_subnet" "other" {
  name                 = "main"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.other.name
  address_prefixes     = ["10.2.1.0/24"]
}
"""


def test_admin_rules_overrule(tmp_path: Path) -> None:
    """What an admin rule always allows, no NSG stops; the NSG's own word is told still."""
    found = traced(network_of(tmp_path, AZURE + FIXED + ALWAYS), OUTSIDE, "10.1.1.4", "tcp/22")
    (way,) = found.ways
    assert found.outcome == "allowed"
    assert [(stop.acls[0].kind, stop.outcome, stop.overruled) for stop in way.stops] == [
        ("azure_admin_rules", "allowed", False),
        ("azure_nsg", "denied", True),
    ]


def test_admin_rules_of_one_of_two_networks_overrule_perhaps(tmp_path: Path) -> None:
    """The machine stands in their network, or in another where its own NSG stops the packet."""
    card = FIXED.replace("= azurerm_subnet.main.id", "= var.on ? azurerm_subnet.main.id : azurerm_subnet.other.id")
    found = traced(network_of(tmp_path, AZURE + card + ALWAYS + OWN_NSG), OUTSIDE, "10.1.1.4", "tcp/22")
    (way,) = found.ways
    assert (found.outcome, way.stops[-1].because) == ("unproven", ("var.on",))
    assert not any(stop.overruled for stop in way.stops)


def test_machines_that_share_a_subnet_must_agree(tmp_path: Path) -> None:
    """An address that either of two machines may have is unproven where their groups differ."""
    machine = """
resource "aws_instance" "NAME" {
  subnet_id              = aws_subnet.near.id
  vpc_security_group_ids = [aws_security_group.NAME.id]
}
"""
    code = AWS.replace('  private_ip             = "10.0.1.5"\n', "") + machine.replace("NAME", "extra")
    network = network_of(tmp_path, code)
    found = traced(network, "10.0.1.20", SERVER, "tcp/22")
    assert [(way.outcome, names(way.stops[0].rules)) for way in found.ways] == [("allowed", ["client.egress[0]"]), ("denied", [])]
    assert found.outcome == "unproven"


def test_an_end_that_nothing_guards_is_said(tmp_path: Path) -> None:
    """Without any ACL on the way nothing is proved."""
    found = traced(network_of(tmp_path, AWS), OUTSIDE, "198.51.100.1", "tcp/22")
    assert (found.outcome, unguarded(found)) == ("unproven", (OUTSIDE, "198.51.100.1"))


def test_files_that_were_not_read_prove_nothing(tmp_path: Path) -> None:
    """What a group does not admit may stand in them; what it admits it admits."""
    network = network_of(tmp_path, AWS)
    unread = {acl.key: ("broken.tf",) for acl in network.acls}
    for port, outcome in (("tcp/22", "allowed"), ("tcp/23", "unproven")):
        found = trace(question(CLIENT, SERVER, port), [Surveyed(None, network, NOBODY, unread)])
        assert (found.outcome, found.ways[0].because) == (outcome, () if outcome == "allowed" else ("broken.tf",))


FLOATING = """
variable "group" {}
resource "aws_vpc_security_group_ingress_rule" "somewhere" {
  security_group_id = var.group
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 23
  cidr_ipv4         = "10.0.1.0/24"
}
"""


@pytest.mark.parametrize(("port", "outcome"), [("tcp/22", "allowed"), ("tcp/23", "unproven"), ("tcp/24", "denied")])
def test_a_rule_that_may_stand_here_is_told(tmp_path: Path, port: str, outcome: str) -> None:
    """A rule of a group that is not known may be the one that lets the packet in where no other does."""
    found = traced(network_of(tmp_path, AWS + FLOATING), CLIENT, SERVER, port)
    stop = found.ways[0].stops[-1]
    perhaps = [("aws_vpc_security_group_ingress_rule.somewhere", ("var.group",))] if outcome == "unproven" else []
    assert (found.outcome, [(hit.rule.name, hit.because) for hit in stop.perhaps]) == (outcome, perhaps)


def test_a_prefix_list_is_all_its_entries(tmp_path: Path) -> None:
    """Addresses that rules tell apart are ways of their own; those alike are one."""
    code = """
resource "aws_ec2_managed_prefix_list" "users" {
  name           = "users"
  address_family = "IPv4"
  max_entries    = 2
  entry { cidr = "10.0.1.128/25" }
  entry { cidr = "10.7.0.0/16" }
}
"""
    network = network_of(tmp_path, AWS + code)
    found = traced(network, "prefix-list:aws_ec2_managed_prefix_list.users", SERVER, "tcp/22")
    ways = [(list(format_ranges(way.source.place.addresses)), way.outcome) for way in found.ways]
    assert ways == [(["10.0.1.128/25"], "allowed"), (["10.7.0.0/16"], "denied")]
    assert found.outcome == "denied"


@pytest.mark.parametrize(
    ("port", "complaint"),
    [
        ("tcp", "more than one packet"),
        ("tcp/1-9", "more than one packet"),
        ("any", "more than one packet"),
        ("icmp", "more than one packet"),
        ("6", "more than one packet"),
        ("ssh", "no service"),
        ("22/tcp", "the protocol stands first"),
    ],
)
def test_a_port_is_one(port: str, complaint: str) -> None:
    """A packet has one protocol and one port; anything else is refused with what to write."""
    with pytest.raises(UserError, match=complaint):
        question(CLIENT, SERVER, port)


@pytest.mark.parametrize(
    ("source", "destination", "complaint"),
    [
        ("aws_instance.cliemt", SERVER, "--from: .*did you mean `aws_instance.client`?"),
        (CLIENT, "quite something else", "--to: .*roles need a site file"),
        ("2001:db8::1", "198.51.100.1", "no address family in common"),
        ("10.0.0.0/8", SERVER, "--from: `10.0.0.0/8` is more than one address"),
    ],
)
def test_an_end_must_be_known(tmp_path: Path, source: str, destination: str, complaint: str) -> None:
    """What is no address, role or name is refused, with the nearest name that is."""
    with pytest.raises(UserError, match=complaint):
        traced(network_of(tmp_path, AWS), source, destination, "tcp/22")
