"""Network ACLs stand at the subnet's edge: what stays inside never meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.twins import lint, pamlint

ESTATE = """
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_network_acl" "closed" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.s.id]
}
resource "aws_instance" "managers" {
  count                  = 2
  subnet_id              = aws_subnet.s.id
  private_ip             = "10.0.1.1${count.index}"
  vpc_security_group_ids = [aws_security_group.fm.id]
}
resource "aws_security_group" "fm" {
  name   = "fm"
  vpc_id = aws_vpc.v.id
  ingress {
    protocol  = "tcp"
    from_port = 29120
    to_port   = 29120
    self      = true
  }
  egress {
    protocol  = "tcp"
    from_port = 29120
    to_port   = 29120
    self      = true
  }
}
"""
SITE = """
pamlint: site/1
policy: netiq-pam-3
features: [{my-access: off}, high-availability]
roles:
  framework-manager: {match: [{name: fm}], cidrs: [%s]}
  agent: {cidrs: [10.8.0.0/16]}
  admin: {cidrs: [10.9.0.0/16]}
"""


@pytest.mark.parametrize("networks", ["10.0.1.0/24", "10.0.0.0/16"])
def test_managers_of_one_subnet_reach_each_other(networks: str, tmp_path: Path) -> None:
    """A network ACL that lets nothing through stops nobody inside the subnet, neither the way there nor the replies."""
    (tmp_path / "main.tf").write_text(ESTATE)
    (tmp_path / "pamlint.yaml").write_text(SITE % networks)
    report = lint(tmp_path).report()
    among = [verdict["state"] for verdict in report["verdicts"] if verdict["flow"] == "manager-to-manager"]
    assert among == ["satisfied", "satisfied"]
    assert not [finding for finding in report["findings"] if finding["flow"] == "manager-to-manager"]


def test_everybody_else_meets_the_network_acl(tmp_path: Path) -> None:
    """What comes from outside the subnet is stopped at its edge."""
    (tmp_path / "main.tf").write_text(ESTATE)
    (tmp_path / "pamlint.yaml").write_text(SITE % "10.0.1.0/24")
    report = lint(tmp_path).report()
    missing = {(finding["flow"], finding["direction"]) for finding in report["findings"] if finding["check"] == "missing-access"}
    assert ("admin-console-in", "ingress") in missing


UNKNOWN = """
variable "cidr" { type = string }
variable "subnet" { type = string }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = var.cidr
}
resource "aws_subnet" "t" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_network_acl" "closed" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [%s]
}
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
  egress {
    protocol        = "tcp"
    from_port       = 22
    to_port         = 22
    security_groups = [aws_security_group.far.id]
  }
}
resource "aws_security_group" "far" {
  name   = "far"
  vpc_id = aws_vpc.v.id
}
resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id            = aws_security_group.far.id
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
  referenced_security_group_id = aws_security_group.near.id
}
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.far.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "10.0.0.0/8"
}
resource "aws_instance" "near" {
  vpc_security_group_ids = [aws_security_group.near.id]
  subnet_id              = %s
}
resource "aws_instance" "far" {
  vpc_security_group_ids = [aws_security_group.far.id]
  subnet_id              = %s
}
"""
POLICY = """
pamlint: policy/1
id: own
product: Own
version: "1"
reviewed: 2026-11-01
sources: {t: {title: T}}
roles: {near: {title: Near}, far: {title: Far}, user: {title: User, external: true}}
flows:
  - {id: ssh, from: near, to: far, services: [tcp/22], need: required, source: t}
  - {id: web, from: user, to: far, services: [tcp/81], need: required, source: t}
"""
OWN_SITE = """
pamlint: site/1
policy: ./policy.yaml
roles:
  near: {match: [{name: near}]}
  far: {match: [{name: far}]}
  user: {cidrs: [10.0.0.0/24]}
"""
HANGS = {"aws_subnet.s.id": "var.cidr", "var.subnet": "var.subnet"}


@pytest.mark.parametrize(
    ("near", "far", "ssh", "traced"),
    [
        ("aws_subnet.s.id", "aws_subnet.s.id", "satisfied", "allowed"),
        ("var.subnet", "var.subnet", "satisfied", "allowed"),
        ("aws_subnet.t.id", "aws_subnet.s.id", "missing", "denied"),
        ("aws_subnet.t.id", "var.subnet", "unproven", "unproven"),
    ],
    ids=["one subnet", "one that is only named", "two subnets", "one that may be the other"],
)
def test_what_stays_in_a_subnet_of_unknown_prefix(near: str, far: str, ssh: str, traced: str, tmp_path: Path) -> None:
    """Whoever stands in the same subnet does not meet the network ACL; of anybody else in the VPC nobody knows whether he does."""
    for name, text in (("main.tf", UNKNOWN % (far, near, far)), ("policy.yaml", POLICY), ("pamlint.yaml", OWN_SITE)):
        (tmp_path / name).write_text(text)
    report = lint(tmp_path).report()
    states = {(verdict["flow"], verdict["role"]): verdict["state"] for verdict in report["verdicts"]}
    assert (states["ssh", "far"], states["web", "far"]) == (ssh, "missing")
    found = [
        (each["certainty"], each["because"])
        for each in report["findings"]
        if each["rule"] == "aws_vpc_security_group_ingress_rule.web"
    ]
    assert ("unproven", [HANGS[far]]) in found
    trace = json.loads(
        pamlint(tmp_path, "trace", "--from", "near", "--to", "far", "--port", "tcp/22", ".", "--format", "json").out
    )
    assert trace["outcome"] == traced
    outside = json.loads(
        pamlint(tmp_path, "trace", "--from", "10.0.9.9", "--to", "far", "--port", "tcp/80", ".", "--format", "json").out
    )
    assert outside["outcome"] == "unproven"


MANY = """
variable "ids" { type = list(string) }
variable "map" { type = map(string) }
variable "at" { type = number }
data "aws_subnet" "each" {
  for_each = var.map
  id       = each.value
}
"""


@pytest.mark.parametrize(
    ("near", "far", "edge"),
    [
        ('lookup(var.map, "a")', 'lookup(var.map, "b")', 'lookup(var.map, "b")'),
        ('"${var.subnet}-a"', '"${var.subnet}-b"', '"${var.subnet}-b"'),
        ("element(var.ids, var.at)", "element(var.ids, var.at + 1)", "var.ids"),
        ('data.aws_subnet.each["a"].id', 'data.aws_subnet.each["b"].id', 'data.aws_subnet.each["b"].id'),
    ],
    ids=["looked up", "computed", "elements", "instances"],
)
def test_what_may_be_two_subnets_is_not_one(near: str, far: str, edge: str, tmp_path: Path) -> None:
    """Two values of the same references may be two subnets: that the network ACL is in the way is a question, and is told."""
    for name, text in (("main.tf", MANY + UNKNOWN % (edge, near, far)), ("policy.yaml", POLICY), ("pamlint.yaml", OWN_SITE)):
        (tmp_path / name).write_text(text.replace("[var.ids]", "var.ids"))
    states = {verdict["flow"]: verdict["state"] for verdict in lint(tmp_path).report()["verdicts"] if verdict["role"] == "far"}
    assert states["ssh"] == "unproven"
    asked = ("trace", "--from", "near", "--to", "far", "--port", "tcp/22", ".", "--format", "json")
    assert json.loads(pamlint(tmp_path, *asked).out)["outcome"] == "unproven"


FLEETS = """
resource "aws_launch_template" "%(name)s" { vpc_security_group_ids = [aws_security_group.%(name)s.id] }
resource "aws_autoscaling_group" "%(name)s" {
  vpc_zone_identifier = %(ids)s
  launch_template { id = aws_launch_template.%(name)s.id }
}
"""


@pytest.mark.parametrize("ids", ["var.ids", "[var.subnet, var.other]"], ids=["as a whole", "of two that may be one"])
def test_a_list_of_which_nothing_is_known_is_not_one_subnet(ids: str, tmp_path: Path) -> None:
    """Two fleets that stand in the same list of subnets have machines in different ones, if there are several."""
    code = UNKNOWN.split('resource "aws_instance" "near"')[0].replace("[%s]", "%s") % ids
    code = MANY + 'variable "other" {}' + code + FLEETS % {"name": "near", "ids": ids} + FLEETS % {"name": "far", "ids": ids}
    for name, text in (("main.tf", code), ("policy.yaml", POLICY), ("pamlint.yaml", OWN_SITE)):
        (tmp_path / name).write_text(text)
    states = {verdict["flow"]: verdict["state"] for verdict in lint(tmp_path).report()["verdicts"] if verdict["role"] == "far"}
    assert states["ssh"] == "unproven"


@pytest.mark.parametrize(("users", "state"), [("10.9.0.0/16", "missing"), ("10.7.1.0/24", "unproven")])
def test_a_subnet_of_unknown_prefix_lies_around_its_machines(users: str, state: str, tmp_path: Path) -> None:
    """No subnet is larger than a /16, and one that has a machine at 10.7.0.4 has nobody at 10.9.0.0/16."""
    code = UNKNOWN % ("var.subnet", "var.subnet", "var.subnet")
    code = code.replace("subnet_id              = var.subnet", 'subnet_id = var.subnet\nprivate_ip = "10.7.0.4"')
    site = OWN_SITE.replace("10.0.0.0/24", users)
    for name, text in (("main.tf", code), ("policy.yaml", POLICY.replace("tcp/81", "tcp/80")), ("pamlint.yaml", site)):
        (tmp_path / name).write_text(text)
    states = {verdict["flow"]: verdict["state"] for verdict in lint(tmp_path).report()["verdicts"] if verdict["role"] == "far"}
    assert states["web"] == state
