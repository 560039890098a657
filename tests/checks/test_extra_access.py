"""How severe an opening is, by who can come through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.test_chains import NETWORK, findings
from tests.judging.test_loose import AZURE, CLOSED, INTO_NEAR, SERVES, SITE, guards, nsg

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
