"""What findings say of values that are not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.checks.wording import supply_text, traffic_text
from pamlint.model.addresses import ANY, IPV4, IPV6, PUBLIC, format_ranges, parse_cidrs
from pamlint.model.finding import Row
from pamlint.model.noun import replace
from pamlint.model.ranges import Ranges, subtract
from pamlint.report.wording import sentence
from tests.judging.amazon import NETWORK
from tests.judging.building import FLOW, POLICY, ROLES, findings
from tests.twins import lint

WAYS = {
    "var.cidr": "with `--var` or `--var-file`",
    "module.a.var.cidr": "with `--var` or `--var-file`",
    "data.aws_vpc.v.cidr_block": "(`data.aws_vpc.v.cidr_block: ...`)",
    "module.net.vpc_cidr": "(`module.net.vpc_cidr: ...`)",
    'module.m["k"].data.azurerm_network_security_group.a': "The rules of",
    "acl-1": "The rules of `acl-1` are not in the code",
    "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/n": "The rules of",
    "sg-1": "Neither the members nor the rules of `sg-1` are",
    "aws_security_group.a": "who is a member of `aws_security_group.a`",
    'module.m["k"].data.aws_security_group.a["x"]': "say the role's `cidrs`; for its rules, lint what makes it beside this",
    "timestamp()": "only when Terraform runs",
    'file "../x.txt" (outside here)': "below the linted root",
    "module.vpc": "terraform init",
    "prefix-list:pl-1": "under `allow`",
    "VirtualNetwork": "`VirtualNetwork: [10.0.0.0/16]`",
    "roles.agent": "Say in the site file",
    "module.a.local.pairs": "lint it beside its code",
    "data.aws_security_groups.d.ids[1]": "lint it beside its code",
    "aws_security_group.a.ingress[0] (not understood)": "Correct `aws_security_group.a.ingress[0]`, ",
    "infra/main.tf": "readable",
}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (ANY, "addresses that are not public"),
        (IPV4, "IPv4 addresses that are not public"),
        (IPV6, "IPv6 addresses that are not public"),
    ],
)
def test_what_is_not_public_is_told_in_words(line: Ranges, told: str) -> None:
    """Beside other networks, and among exceptions; a part of it is told as it is."""
    special = format_ranges(subtract(line, PUBLIC))
    row = Row("tcp", "22", None, (*special, "1.1.1.0/24"), ("any",), None)
    less = Row("any", None, None, ("any",), ("any",), None, (replace(row, peers=special),))
    assert traffic_text([row], "ingress") == f"tcp/22 from {told} and 1.1.1.0/24"
    assert traffic_text([less], "egress") == f"all traffic to any except tcp/22 to {told}"
    assert traffic_text([replace(row, peers=special[1:3])], "egress") == f"tcp/22 to {special[1]} and {special[2]}"


@pytest.mark.parametrize("reference", WAYS)
def test_ways_to_supply(reference: str) -> None:
    """Each kind of reference is told the way in which it can be supplied, and none is sent into an error."""
    assert WAYS[reference] in supply_text((reference,))


def test_what_reads_alike_is_said_once() -> None:
    """Rows that differ only in what a sentence leaves out, as the addresses behind an ACL, are one thing in it."""
    here, there = (Row("tcp", "22", None, ("var.x",), (local,), None) for local in ("10.0.1.0/24", "10.0.2.0/24"))
    apart = Row(
        "tcp", "22", None, ("var.x",), ("10.0.3.0/24",), None, (Row("tcp", "22", None, ("10.9.0.1/32",), ("any",), None),)
    )
    assert traffic_text([here, there], "ingress") == "tcp/22 from var.x"
    assert traffic_text([here, apart], "ingress") == "tcp/22 from var.x and tcp/22 from var.x except 10.9.0.1/32"


def test_exceptions_say_what_differs() -> None:
    """Addresses that are left out by themselves, services with theirs; where nearly all is left out, what remains is said."""
    nearly_all = (*format_ranges(subtract(ANY, parse_cidrs(["10.20.0.0/24"]))),)

    def apart(*exceptions: Row) -> str:
        return traffic_text([Row("tcp", "22", None, ("VirtualNetwork",), ("any",), None, exceptions)], "ingress")

    some = Row("tcp", "22", None, ("10.9.0.1/32", "10.9.0.2/32"), ("any",), None)
    other = Row("udp", "53", None, ("10.9.0.3/32",), ("any",), None)
    most = Row("tcp", "22", None, nearly_all, ("any",), None)
    assert apart(some) == "tcp/22 from VirtualNetwork except 10.9.0.1/32 and 10.9.0.2/32"
    assert apart(some, other) == "tcp/22 from VirtualNetwork except 10.9.0.1/32 and 10.9.0.2/32 and udp/53 from 10.9.0.3/32"
    assert apart(most) == "tcp/22 from VirtualNetwork within 10.20.0.0/24"
    assert apart(most, other) == "tcp/22 from VirtualNetwork within 10.20.0.0/24 except udp/53 from 10.9.0.3/32"
    assert sentence(Row("tcp", "22", None, ("VirtualNetwork",), ("any",), None, (most,)), "ingress") == (
        "tcp/22 from VirtualNetwork within 10.20.0.0/24"
    )


FAR_PERHAPS = """
variable "on" { type = bool }
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
}
resource "aws_security_group" "far" {
  count  = var.on ? 1 : 0
  name   = "far"
  vpc_id = aws_vpc.v.id
}
resource "aws_instance" "far" {
  vpc_security_group_ids = [for group in aws_security_group.far : group.id]
}
"""


@pytest.mark.parametrize(
    ("cidrs", "peer", "symbol"),
    [
        ("", "networks that are not known", "roles.far.cidrs"),
        (", cidrs: [0.0.0.0/0]", "0.0.0.0/0", "0.0.0.0/0"),
        (", cidrs: [10.9.0.0/24]", "10.9.0.0/24", "10.9.0.0/24"),
    ],
)
def test_networks_that_nobody_knows_are_not_told_as_all_the_world(cidrs: str, peer: str, symbol: str, tmp_path: Path) -> None:
    """The policy asks for a role, and not for whoever there is: that is said only where the role's networks are all of it.

    The traffic names them by what the site file would say, and the screen says the same as the sentence.
    """
    flow = FLOW % ("call", "far", "near", "tcp/22", "required", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", cidrs), NETWORK + FAR_PERHAPS)
    told = [each["message"].partition("(`far`")[0] for each in found if each["check"] == "missing-access"]
    assert f"`near` must be reached on tcp/22 from {peer} " in told
    assert [each for each in told if "0.0.0.0/0" in each] == [each for each in told if "0.0.0.0/0" in cidrs]
    rows = [row["peers"] for each in found if each["check"] == "missing-access" for row in each["traffic"]]
    assert [symbol] in rows
    assert ["0.0.0.0/0"] not in rows or "0.0.0.0/0" in cidrs
    screen = " ".join(lint(tmp_path, "--format", "text").out.split())
    assert f"traffic: tcp/22 from {peer}, source ports" in screen


MACHINES = """
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "near" {
  for_each               = { a = aws_subnet.a.id, b = aws_subnet.b.id }
  subnet_id              = each.value
  vpc_security_group_ids = [aws_security_group.near.id]
}
resource "aws_network_acl" "closed" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.b.id]
}
"""


def test_what_is_told_of_two_machines_is_not_told_of_one_of_them_again(tmp_path: Path) -> None:
    """One machine's subnet lets in itself alone, the other's lets in everybody: the shortest form is everybody."""
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.20.0.0/16]") % ""
    told = findings(tmp_path, flow, site, NETWORK + MACHINES)
    assert [row["peers"] for each in told if each["check"] == "extra-access" for row in each["traffic"]] == [["0.0.0.0/0"]]


def test_a_group_is_named_beside_networks_that_hold_it(tmp_path: Path) -> None:
    """A flow from two roles, of which one is any address: what is missing names the group of the other as well."""
    flow = FLOW % ("call", "[far, world]", "near", "tcp/443", "required", "ingress")
    policy = POLICY.replace("far: {title: far}", "far: {title: far}, world: {title: world, external: true}")
    groups = 'resource "aws_security_group" "near" { name = "near" }\nresource "aws_security_group" "far" { name = "far" }\n'
    told = findings(tmp_path, flow, ROLES % ("", "") + "  world: {cidrs: [any]}\n", groups, policy)
    peers = {peer for each in told for row in each["traffic"] for peer in row["peers"]}
    assert peers == {"0.0.0.0/0", "aws_security_group.far"}
