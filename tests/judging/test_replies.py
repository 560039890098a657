"""Replies through network ACLs: what is told of them is as sure as what is known of the list."""

from __future__ import annotations

from pathlib import Path

from tests.judging.test_certainty import NEAR, RULE, told
from tests.judging.test_chains import FLOW, NETWORK, ROLES, findings

SITE = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.20.0.0/16]") % ""
ELSEWHERE = """
resource "aws_network_acl_association" "near" {
  subnet_id      = aws_subnet.a.id
  network_acl_id = "acl-1"
}
"""
ENTRY = """
resource "aws_network_acl_rule" "entry_%d" {
  network_acl_id = "acl-1"
  rule_number    = %d
  egress         = %s
  rule_action    = "%s"
  protocol       = "%s"
  from_port      = %d
  to_port        = %d
  icmp_type      = %d
  icmp_code      = -1
  cidr_block     = "10.20.0.0/16"
}
"""
IN = ENTRY % (100, 100, "false", "allow", "tcp", 443, 443, 0)


def test_a_list_whose_other_rules_stand_elsewhere_drops_replies_perhaps(tmp_path: Path) -> None:
    """Code adds rules to a list that it does not hold: whether another of its rules lets the replies out is not known."""
    near = NEAR % (RULE % ("ingress", "tcp", 443, 443, 'cidr_blocks = ["10.20.0.0/16"]'))
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, SITE, NETWORK + near + ELSEWHERE + IN)
    assert told(found, "reply-blocked", "egress") == [("unproven", "acl-1", ["10.20.0.0/16"])]
