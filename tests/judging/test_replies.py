"""Replies through network ACLs: what is told of them is as sure as what is known of the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, edge, nearby, opens
from tests.judging.building import FLOW, ROLES, findings, told

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
    near = nearby(opens(443, "10.20.0.0/16"))
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, SITE, NETWORK + near + ELSEWHERE + IN)
    assert told(found, "reply-blocked", "egress") == [("unproven", "acl-1", ["10.20.0.0/16"])]


EDGE = edge()
PING = ENTRY.replace('"acl-1"', "aws_network_acl.edge.id") % (100, 100, "false", "allow", "%s", 0, 0, 8)
BACK = ENTRY.replace('"acl-1"', "aws_network_acl.edge.id") % (110, 100, "true", "allow", "icmp", 0, 0, 0)


@pytest.mark.parametrize(
    ("service", "ports", "protocol", "back", "lost"),
    [
        ("icmp/8", (8, -1), "icmp", BACK, []),
        ("icmp/8", (8, -1), "icmp", "", [("icmp", "0/0", "echo replies")]),
        ("icmp/3", (-1, -1), "-1", "", []),
        ("icmp, tcp/443", (-1, -1), "-1", BACK, [("tcp", None, "the clients' ports (1024-65535)")]),
    ],
)
def test_an_echo_request_needs_its_reply(
    service: str, ports: tuple[int, int], protocol: str, back: str, lost: list[tuple[str, str | None, str]], tmp_path: Path
) -> None:
    """A network ACL that drops echo replies breaks a required ping; other ICMP messages have no replies."""
    rules = (opens(ports, "10.20.0.0/16", protocol="icmp"), opens(443, "10.20.0.0/16"))
    flow = FLOW % ("call", "far", "near", service, "required", "ingress")
    found = findings(tmp_path, flow, SITE, NETWORK + nearby(*rules) + EDGE + PING % protocol + back)
    replies = [each for each in found if each["check"] == "reply-blocked"]
    told_ = [(row["protocol"], row["icmp"]) for each in replies for row in each["traffic"]]
    assert told_ == [(name, detail) for name, detail, _ in lost]
    assert all(f"for {what}, above" in each["tip"] for each, (*_, what) in zip(replies, lost, strict=True))


@pytest.mark.parametrize(
    ("entry", "extra"),
    [
        (ENTRY % (110, 100, "true", "allow", "tcp", 1024, 65535, 0), []),
        (
            ENTRY % (110, 100, "true", "allow", "tcp", 0, 65535, 0),
            [("proved", "aws_network_acl.edge", ["10.20.0.0/16"])],
        ),
        (
            (ENTRY % (110, 100, "true", "allow", "tcp", 1024, 65535, 0)).replace("10.20.", "10.21."),
            [("proved", "aws_network_acl.edge", ["10.21.0.0/16"])],
        ),
    ],
)
def test_the_answers_of_a_flow_are_permitted_where_a_network_acl_stands_alone(
    entry: str, extra: list[tuple[str, str, list[str]]], tmp_path: Path
) -> None:
    """A network load balancer may wear no group: what the flow needs of the list in the other direction is not extra access."""
    balancer = """
    resource "aws_lb" "near" {
      name               = "near"
      load_balancer_type = "network"
      subnets            = [aws_subnet.a.id]
    }
    """
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    code = NETWORK + balancer + EDGE + (IN + entry).replace('"acl-1"', "aws_network_acl.edge.id")
    found = findings(tmp_path, flow, SITE, code)
    assert told(found, "extra-access", "egress") == extra
    assert (told(found, "missing-access", "ingress"), told(found, "extra-access", "ingress")) == ([], [])
