"""How severe an opening is, by who can come through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK
from tests.judging.azure import AZURE, CLOSED, SERVES, guards, nsg
from tests.judging.building import INTO_NEAR, SITE, findings

GROUP = """
variable "x" {}
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
}
resource "aws_security_group_rule" "r" {
  security_group_id = aws_security_group.near.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  %s
}
"""
PEERS = {
    "source_security_group_id = var.x": "medium",
    "prefix_list_ids = [var.x]": "medium",
    "self = var.x": "medium",
    "cidr_blocks = [var.x]": "critical",
    "ipv6_cidr_blocks = var.x": "critical",
    'cidr_blocks = ["10.0.0.0/8", var.x]\n  self = var.x': "critical",
}


@pytest.mark.parametrize(("peer", "severity"), PEERS.items(), ids=PEERS)
def test_an_unknown_group_or_list_is_not_the_internet(peer: str, severity: str, tmp_path: Path) -> None:
    """Addresses that are not known may be all; the members of a group or list are somebody, whoever they are."""
    told = [each for each in findings(tmp_path, INTO_NEAR, SITE, NETWORK + GROUP % peer) if each["check"] == "extra-access"]
    assert {(each["certainty"], each["severity"]) for each in told if "var.x" in each["because"]} == {("unproven", severity)}


@pytest.mark.parametrize(
    ("source", "severity"),
    [("source_application_security_group_ids = [var.x]", "medium"), ("source_address_prefix = var.x", "critical")],
)
def test_an_unknown_asg_is_not_the_internet(source: str, severity: str, tmp_path: Path) -> None:
    """The same of NSGs."""
    rule = nsg("inner", SERVES, (110, "Allow", "Inbound", "22", "THERE"), CLOSED)
    code = AZURE + 'variable "x" {}\n' + rule.replace('source_address_prefix      = "THERE"', source) + guards("nic", "inner")
    told = [each for each in findings(tmp_path, INTO_NEAR, SITE, code) if each["check"] == "extra-access"]
    assert [(each["certainty"], each["severity"]) for each in told if "var.x" in each["because"]] == [("unproven", severity)]


BEHIND_NAT = """
resource "aws_nat_gateway" "n" { subnet_id = aws_subnet.b.id }
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.n.id
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "near" {
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.near.id]
}
"""


def test_a_way_out_is_not_mitigated_where_nobody_comes_in(tmp_path: Path) -> None:
    """Without a route to an internet gateway nobody comes in from the Internet; a NAT gateway leads out all the same."""
    told = [each for each in findings(tmp_path, INTO_NEAR, SITE, NETWORK + BEHIND_NAT) if each["check"] == "extra-access"]
    mitigated = "It is mitigated as long as its subnet has no route to an internet gateway."
    assert {each["direction"]: mitigated in each["message"] for each in told} == {"ingress": True, "egress": False}
