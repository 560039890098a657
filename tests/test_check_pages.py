"""Every page of a check shows an example, and the example is what the check finds."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from pamlint.model.finding import CHECKS
from pamlint.report.pages import page, summary
from pamlint.run import Options, lint

EXAMPLE = re.compile(r"^```(?:terraform|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PEERS = "  admin: {cidrs: [10.20.0.0/24]}\n  user: {cidrs: [10.20.0.0/16]}\n  linux-target: {cidrs: [10.30.0.0/16]}\n"
MANAGER = "  framework-manager: {cidrs: [10.10.1.0/24]}\n"
HEAD = "pamlint: site/1\npolicy: netiq-pam-3\n"


def group(name: str, body: str = "") -> str:
    """A security group."""
    return f'resource "aws_security_group" "{name}" {{\n{body}}}\n'


def nsg(name: str, body: str) -> str:
    """A network security group."""
    return f'resource "azurerm_network_security_group" "{name}" {{\n  name = "{name}"\n{body}}}\n'


class Case(NamedTuple):
    """Code and a site file around an example (`@` stands for it), and the roles that the finding is about."""

    code: str
    site: str
    roles: tuple[str, ...]
    peers: tuple[str, ...] = ()


CASES = {
    "missing-access": Case(
        group("agent") + "@",
        HEAD + "roles:\n  agent: {match: [{address: aws_security_group.agent}]}\n" + MANAGER + PEERS,
        ("agent",),
        ("10.10.1.128/25",),
    ),
    "extra-access": Case(
        group("relay", "@"),
        HEAD + "features: [ssh-relay]\nroles:\n  ssh-relay: {match: [{address: aws_security_group.relay}]}\n" + MANAGER + PEERS,
        ("ssh-relay",),
        ("10.21.0.0/16",),
    ),
    "blocked-access": Case(
        nsg("windows", "@"),
        HEAD + "features: [rdp-relay]\nroles:\n  windows-target: {match: [{name: windows}]}\n" + MANAGER + PEERS,
        ("windows-target",),
        ("10.20.0.0/16",),
    ),
    "implicit-allow": Case("@", HEAD + "roles:\n  agent: {match: [{name: nsg-agent}]}\n" + MANAGER + PEERS, ("agent",)),
    "pinned-source-port": Case(
        nsg("relay", "@"),
        HEAD + "features: [ssh-relay]\nroles:\n  ssh-relay: {match: [{name: relay}]}\n" + MANAGER + PEERS,
        ("ssh-relay",),
    ),
    "unbound-role": Case(
        group("manager"),
        HEAD + "@" + MANAGER.replace("cidrs", "match: [{address: aws_security_group.manager}], cidrs") + PEERS,
        ("agent",),
    ),
    "expired-allowance": Case(
        group(
            "manager",
            '  ingress {\n    from_port = 443\n    to_port = 443\n    protocol = "tcp"\n    cidr_blocks = ["198.51.100.0/24"]\n  }\n',
        ),
        HEAD + "roles:\n  framework-manager: {match: [{address: aws_security_group.manager}]}\n" + PEERS + "@",
        ("framework-manager",),
    ),
    "half-open-flow": Case(
        group("manager") + group("collector") + "@",
        HEAD
        + "features: [syslog-tcp]\nroles:\n  framework-manager: {match: [{address: aws_security_group.manager}]}\n"
        + "  syslog-server: {match: [{address: aws_security_group.collector}]}\n"
        + PEERS
        + "allow:\n  - {name: sentinel, roles: ['*'], protocol: tcp, ports: [1468], peers: ['role:syslog-server'], reason: optional}\n",
        ("framework-manager", "syslog-server"),
    ),
    "reply-blocked": Case(
        'resource "aws_subnet" "agents" {\n  cidr_block = "10.10.9.0/24"\n}\n'
        + 'resource "aws_instance" "a" {\n  subnet_id = aws_subnet.agents.id\n  vpc_security_group_ids = [aws_security_group.agent.id]\n}\n'
        + group(
            "agent",
            '  ingress {\n    from_port = 29120\n    to_port = 29120\n    protocol = "tcp"\n    cidr_blocks = ["10.10.1.0/24"]\n  }\n',
        )
        + "@",
        HEAD + "roles:\n  agent: {match: [{address: aws_security_group.agent}]}\n" + MANAGER + PEERS,
        ("agent",),
    ),
    "unreachable-rule": Case(
        nsg("agent", "@"), HEAD + "roles:\n  agent: {match: [{name: agent}]}\n" + MANAGER + PEERS, ("agent",)
    ),
    "mixed-rule-styles": Case(
        "@", HEAD + "roles:\n  agent: {match: [{address: aws_security_group.agent}]}\n" + MANAGER + PEERS, ("agent",)
    ),
    "failed-validation": Case(
        "@" + group("agent"), HEAD + "roles:\n  agent: {match: [{address: aws_security_group.agent}]}\n" + MANAGER + PEERS, ()
    ),
    "unresolved-value": Case(
        group("manager") + 'variable "vpc_id" {}\n@',
        HEAD + "roles:\n  framework-manager: {match: [{address: aws_security_group.manager}]}\n" + PEERS,
        (),
    ),
    "unreadable-input": Case(
        "@", HEAD + "roles:\n  agent: {match: [{address: aws_security_group.agent}]}\n" + MANAGER + PEERS, ()
    ),
}


@pytest.mark.parametrize("check", CHECKS)
def test_a_page_has_a_summary_of_one_sentence(check: str) -> None:
    """The first paragraph stands alone, as the short description of the check."""
    assert page(check).startswith(f"# {check}\n\n")
    assert summary(check).endswith(".")
    assert len(summary(check)) < 160


@pytest.mark.parametrize("check", CHECKS)
def test_the_example_is_what_the_check_finds(check: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code or the site file of the page, put into an estate, gives the finding that the page explains."""
    case = CASES[check]
    match = EXAMPLE.search(page(check))
    assert match is not None
    (tmp_path / "main.tf").write_text(case.code.replace("@", match[1]))
    (tmp_path / "pamlint.yaml").write_text(case.site.replace("@", match[1]))
    monkeypatch.chdir(tmp_path)
    findings = [finding for finding in lint([Path()], Options(date(2026, 11, 23))).findings if finding.check == check]
    assert findings
    assert case.roles in [finding.roles for finding in findings]
    peers = [row.peers for finding in findings for row in finding.traffic]
    assert not case.peers or case.peers in peers
