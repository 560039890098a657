"""Network ACLs: their rules, their order, and which workloads stand behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clouds.reading import acl, chains, cidrs, network_of, told, workloads

BASE = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_lb" "x" {
  subnets         = [aws_subnet.a.id, aws_subnet.b.id]
  security_groups = [aws_security_group.web.id]
}
"""
BARE = [["aws_security_group.web"]]


def behind(name: str) -> list[list[str]]:
    """The chain of the group and a network ACL."""
    return [["aws_security_group.web"], [name]]


GUARDS = {
    "no network ACL": ("", [BARE]),
    "one that names both subnets": (
        'resource "aws_network_acl" "n" { subnet_ids = [aws_subnet.a.id, aws_subnet.b.id] }',
        [behind("aws_network_acl.n")],
    ),
    "one that names one of them": (
        'resource "aws_network_acl" "n" { subnet_ids = [aws_subnet.a.id] }',
        [BARE, behind("aws_network_acl.n")],
    ),
    "an association beside the default one": (
        """resource "aws_default_network_acl" "d" { default_network_acl_id = aws_vpc.main.default_network_acl_id }
           resource "aws_network_acl" "n" { vpc_id = aws_vpc.main.id }
           resource "aws_network_acl_association" "n" {
             network_acl_id = aws_network_acl.n.id
             subnet_id      = aws_subnet.b.id
           }""",
        [behind("aws_default_network_acl.d"), behind("aws_network_acl.n")],
    ),
    "rules on the default one that AWS made": (
        """resource "aws_network_acl_rule" "r" {
             network_acl_id = aws_vpc.main.default_network_acl_id
             rule_number    = 50
             rule_action    = "deny"
             protocol       = "tcp"
             from_port      = 22
             to_port        = 22
             cidr_block     = "0.0.0.0/0"
           }""",
        [behind("aws_vpc.main.default_network_acl_id")],
    ),
    "one whose rules the input lacks stands there, to be told": (
        """variable "acl" {}
           resource "aws_network_acl_association" "n" {
             network_acl_id = var.acl
             subnet_id      = aws_subnet.b.id
           }""",
        [BARE, [*BARE, ["?var.acl"]]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GUARDS)
def test_the_edge_of_a_subnet(case: str, tmp_path: Path) -> None:
    """A workload has a chain for each distinct network ACL of its subnets."""
    code, expected = GUARDS[case]
    assert chains(network_of(tmp_path, BASE + code), "aws_lb.x") == expected


def test_a_list_that_may_stand_at_a_subnet_leaves_the_default_one_there_perhaps(tmp_path: Path) -> None:
    """Either of them does: both hang on what decides."""
    code = """
    variable "on" { type = bool }
    resource "aws_default_network_acl" "d" { default_network_acl_id = aws_vpc.main.default_network_acl_id }
    resource "aws_network_acl" "n" { vpc_id = aws_vpc.main.id }
    resource "aws_network_acl_association" "n" {
      count          = var.on ? 1 : 0
      network_acl_id = aws_network_acl.n.id
      subnet_id      = aws_subnet.b.id
    }
    """
    both = {f"aws_{name}": ("var.on",) for name in ("default_network_acl.d", "network_acl.n")}
    found = workloads(network_of(tmp_path, BASE + code), "aws_lb.x")
    assert [{key.partition("|")[2]: because for key, because in each.perhaps.items()} for each in found] == [{}, both]


@pytest.mark.parametrize(
    ("subnets", "apart"),
    [
        ("aws_subnet.a.id", [["10.0.1.0/24"]]),
        ("aws_subnet.a.id, aws_subnet.b.id", [["10.0.1.0/24"], ["10.0.2.0/24"]]),
    ],
)
def test_the_subnets_of_a_workload_are_known_apart(subnets: str, apart: list[list[str]], tmp_path: Path) -> None:
    """What stays in a subnet meets no network ACL: a load balancer has a side within each of its subnets."""
    code = 'resource "aws_network_acl" "n" { subnet_ids = [aws_subnet.a.id, aws_subnet.b.id] }'
    (found,) = workloads(network_of(tmp_path, BASE.replace("aws_subnet.a.id, aws_subnet.b.id", subnets) + code), "aws_lb.x")
    assert [cidrs(subnet.prefixes) for subnet in found.subnets] == apart


@pytest.mark.parametrize(
    ("subnet", "local"), [("aws_subnet.a.id", ["10.0.1.0/24"]), ("var.on ? aws_subnet.a.id : var.other", None)]
)
def test_what_stands_behind_a_network_acl(subnet: str, local: list[str] | None, tmp_path: Path) -> None:
    """It is known only if all of it is: a subnet that may be another makes it unknown."""
    code = f"""
    variable "on" {{ type = bool }}
    variable "other" {{}}
    resource "aws_network_acl" "n" {{ subnet_ids = [{subnet}] }}
    """
    found = acl(network_of(tmp_path, BASE + code), "aws_network_acl.n").local
    assert (None if found is None else cidrs(found)) == local


ENTRY = """
resource "aws_network_acl" "n" {
  vpc_id = aws_vpc.main.id
  ingress {
    rule_no = 100
    action  = "allow"
    %s
  }
}
"""
SERVICES = {
    'protocol = "tcp"\nfrom_port = 22\nto_port = 23\ncidr_block = "10.0.0.0/8"': ["6-6", "22-23"],
    'protocol = "6"\nfrom_port = 0\nto_port = 0\ncidr_block = "10.0.0.0/8"': ["6-6", "0-0"],
    'protocol = "-1"\nfrom_port = 22\nto_port = 22\ncidr_block = "10.0.0.0/8"': ["0-255", "0-65535"],
    "protocol = 47\nfrom_port = 22\nto_port = 22\ncidr_block = \"10.0.0.0/8\"": ["47-47", "0-65535"],
    'protocol = "icmp"\nfrom_port = 22\nto_port = 22\nicmp_type = 8\nicmp_code = -1\ncidr_block = "10.0.0.0/8"': ["1-1", "2048-2303"],
    'protocol = 1\nfrom_port = 0\nto_port = 0\ncidr_block = "10.0.0.0/8"': ["1-1", "0-0"],
    'protocol = 58\nfrom_port = 0\nto_port = 0\nicmp_type = 128\nicmp_code = 0\ncidr_block = "10.0.0.0/8"': ["1-1", "58-58", "0-65535"],
    'protocol = 58\nfrom_port = 0\nto_port = 0\nicmp_type = 128\nicmp_code = 0\nipv6_cidr_block = "::/0"': ["58-58", "32768-32768"],
}  # fmt: skip


@pytest.mark.parametrize("entry", SERVICES)
def test_services(entry: str, tmp_path: Path) -> None:
    """Ports count for TCP and UDP, type and code for ICMP, and nothing for any other number."""
    (rule,) = acl(network_of(tmp_path, BASE + ENTRY % entry), "aws_network_acl.n").rules
    assert told(rule)[2] == SERVICES[entry]


def test_order(tmp_path: Path) -> None:
    """Inline and standalone rules stand in the order of their numbers; the final deny is nobody's rule."""
    code = """
    resource "aws_network_acl" "n" {
      subnet_ids = [aws_subnet.a.id]
      egress = [{
        rule_no = 200, action = "DENY", protocol = "-1", from_port = 0, to_port = 0, cidr_block = "0.0.0.0/0"
        icmp_type = null, icmp_code = null, ipv6_cidr_block = ""
      }, {
        rule_no = 32767, action = "deny", protocol = "-1", from_port = 0, to_port = 0, cidr_block = "0.0.0.0/0"
        icmp_type = null, icmp_code = null, ipv6_cidr_block = ""
      }]
    }
    resource "aws_network_acl_rule" "r" {
      network_acl_id  = aws_network_acl.n.id
      egress          = true
      rule_number     = 100
      rule_action     = "allow"
      protocol        = "17"
      from_port       = 53
      to_port         = 53
      ipv6_cidr_block = "2001:db8::/32"
    }
    """
    found = acl(network_of(tmp_path, BASE + code), "aws_network_acl.n")
    assert [told(rule) for rule in found.rules] == [
        ("egress", "allow", ["17-17", "53-53"], ["2001:db8::/32"], 100),
        ("egress", "deny", ["0-255", "0-65535"], ["0.0.0.0/0"], 200),
    ]
    assert cidrs(found.local or ()) == ["10.0.1.0/24"]


UNKNOWN = {
    "rule_no = var.x\naction = \"allow\"": [("allow", 0, ("var.x",)), ("allow", 32766, ())],
    "rule_no = 7\naction = var.x": [("allow", 7, ("var.x",)), ("deny", 7, ("var.x",))],
}  # fmt: skip


@pytest.mark.parametrize("entry", UNKNOWN)
def test_unknown_place_or_action(entry: str, tmp_path: Path) -> None:
    """A rule of unknown number may be the first of all and is there at the latest in the end; an unknown action may be either."""
    code = f"""
    variable "x" {{}}
    resource "aws_network_acl" "n" {{
      ingress {{
        {entry}
        protocol   = "tcp"
        from_port  = 22
        to_port    = 22
        cidr_block = "10.0.0.0/8"
      }}
    }}
    """
    rules = acl(network_of(tmp_path, BASE + code), "aws_network_acl.n").rules
    assert [(rule.action, rule.priority, rule.possible) for rule in rules] == UNKNOWN[entry]


def test_a_rule_of_unknown_direction_may_be_of_either(tmp_path: Path) -> None:
    """And one of an unknown CIDR is of the family of its argument."""
    code = """
    variable "x" {}
    resource "aws_network_acl" "n" { vpc_id = aws_vpc.main.id }
    resource "aws_network_acl_rule" "r" {
      network_acl_id = aws_network_acl.n.id
      egress         = var.x
      rule_number    = 100
      rule_action    = "allow"
      protocol       = "-1"
      cidr_block     = var.x
    }
    """
    rules = acl(network_of(tmp_path, BASE + code), "aws_network_acl.n").rules
    assert [(rule.direction, rule.possible, cidrs(rule.peers[0].at_most)) for rule in rules] == [
        ("egress", ("var.x",), ["0.0.0.0/0"]),
        ("ingress", ("var.x",), ["0.0.0.0/0"]),
    ]


ONE_OF_TWO = """
variable "on" { type = bool }
resource "aws_network_acl" "n" { vpc_id = aws_vpc.main.id }
resource "aws_network_acl" "m" { vpc_id = aws_vpc.main.id }
resource "aws_network_acl_rule" "r" {
  network_acl_id = var.on ? aws_network_acl.n.id : aws_network_acl.m.id
  rule_number    = 100
  rule_action    = "deny"
  protocol       = "-1"
  cidr_block     = "10.9.0.0/16"
}
"""


def test_a_rule_that_is_of_one_of_two_is_perhaps_of_each(tmp_path: Path) -> None:
    """And of no other, whatever decides which of them it is."""
    network = network_of(tmp_path, BASE + ONE_OF_TWO)
    rules = [(each.address, [(rule.name, rule.possible) for rule in each.rules]) for each in network.acls if each.ordered]
    assert rules == [(f"aws_network_acl.{name}", [("aws_network_acl_rule.r", ("var.on",))]) for name in ("m", "n")]


def test_a_rule_that_cannot_be_understood(tmp_path: Path) -> None:
    """It is told; what is right in it is known, and the rest may be anything."""
    code = ENTRY % 'protocol = "tcp"\nfrom_port = 2\nto_port = 1\ncidr_block = "10.0.0.0/8"'
    network = network_of(tmp_path, BASE + code)
    assert [problem.subject for problem in network.problems] == ["aws_network_acl.n.ingress[0]"]
    rules = acl(network, "aws_network_acl.n").rules
    told = [(rule.action, rule.priority, rule.protocols.known, rule.ports.because) for rule in rules]
    assert told == [("allow", 100, ((6, 6),), ("aws_network_acl.n.ingress[0] (not understood)",))]


@pytest.mark.parametrize(
    ("network", "at_most"),
    [
        ('var.on ? "10.8.0.0/16" : "10.9.0.0/16"', ["10.8.0.0/15"]),
        ('var.on ? "10.8.0.0/16" : var.net', ["0.0.0.0/0"]),
        ("var.net", ["0.0.0.0/0"]),
    ],
)
def test_a_network_that_is_one_of_several_is_nowhere_else(network: str, at_most: list[str], tmp_path: Path) -> None:
    """Where one of them is not known, it may be anywhere."""
    code = f"""
    variable "on" {{ type = bool }}
    variable "net" {{ type = string }}
    resource "aws_network_acl" "n" {{
      subnet_ids = [aws_subnet.a.id]
      ingress {{
        rule_no    = 100
        action     = "allow"
        protocol   = "-1"
        cidr_block = {network}
        from_port  = 0
        to_port    = 0
      }}
    }}
    """
    (rule,) = acl(network_of(tmp_path, BASE + code), "aws_network_acl.n").rules
    assert [cidrs(peer.at_most) for peer in rule.peers] == [at_most]
