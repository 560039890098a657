"""Network ACLs stand at the subnet's edge: what stays inside never meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.twins import lint

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
