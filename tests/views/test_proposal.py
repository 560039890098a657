"""Roles told from names, and the site file that is written of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.documents.policy import load_policy
from pamlint.documents.site import load_site
from pamlint.model.acl import Acl
from pamlint.model.policy import Policy
from pamlint.report.site_file import render
from pamlint.views.proposal import propose

GROUP, NSG = "aws_security_group", "azure_nsg"


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The policy that ships."""
    return load_policy("netiq-pam-3", Path())


def acl(address: str, name: str | None = None, **rest: object) -> Acl:
    """An ACL of which nothing but its names matters."""
    kind = "azure_nsg" if "azurerm" in address else "aws_network_acl" if "network_acl" in address else "aws_security_group"
    return Acl(key=address, address=address, kind=kind, root=".", rules=(), name=name, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "name", "role"),
    [
        ("module.manager.aws_security_group.this", "pam-manager", "framework-manager"),
        ("aws_security_group.fm", None, "framework-manager"),
        ("aws_security_group.pam_mgr", None, "framework-manager"),
        ("aws_security_group.FrameworkManager", None, "framework-manager"),
        ('module.group["ssh-relay"].aws_security_group.this', None, "ssh-relay"),
        ("module.managers.azurerm_network_security_group.this", "nsg-pam-managers", "framework-manager"),
        ("aws_security_group.legacy_agent", None, "agent"),
        ("aws_security_group.connector", "pam-db-connector", "db-connector"),
        ("aws_security_group.database", "pam-database", "database"),
        ("azurerm_network_security_group.database_nic", "nsg-pam-database-nic", "database"),
        ("aws_security_group.siem", "pam-siem", "syslog-server"),
        ('module.targets["linux"].azurerm_network_security_group.this', "nsg-pam-linux", "linux-target"),
        ("aws_security_group.win", None, "windows-target"),
        ("azurerm_network_security_group.relays", "nsg-pam-relays", None),
        ("aws_security_group.this", None, None),
        ("aws_security_group.bastion", "bastion", None),
        ("aws_default_security_group.pam", None, None),
        ("aws_security_group.user", None, None),
    ],
)
def test_a_name_tells_the_role(address: str, name: str | None, role: str | None, policy: Policy) -> None:
    """The words of the address, the keys and the name decide; what fits two roles, or none, is left to people."""
    proposal = propose(policy, [acl(address, name)])
    placed = [place.role.id for place in proposal.places if place.acls]
    assert placed == ([role] if role else [])
    assert len(proposal.left) == (0 if role else 1)


@pytest.mark.parametrize(
    ("product", "address", "name", "role"),
    [
        ("cyberark-pam-self-hosted", "azurerm_network_security_group.this", "PSMP-NSG-westeurope", "psm-ssh"),
        ("cyberark-pam-self-hosted", "azurerm_network_security_group.this", "PSM-NSG-westeurope", "psm"),
        ("wallix-bastion-12", "aws_security_group.accessmanager_sg[*]", None, "access-manager"),
        ("wallix-bastion-12", "aws_security_group.bastion_sg", None, "bastion"),
    ],
)
def test_a_name_in_one_word_tells_the_role(product: str, address: str, name: str | None, role: str) -> None:
    """What the title calls the role in brackets counts, and so do the parts of its name written as one word."""
    proposal = propose(load_policy(product, Path()), [acl(address, name)])
    assert [place.role.id for place in proposal.places if place.acls] == [role]


def test_the_name_tag_counts_and_a_network_acl_does_not(policy: Policy) -> None:
    """An AWS group is often named by its tag alone; a network ACL makes no machine play a role."""
    tagged = acl("aws_security_group.this", tags={"Name": "pam-agent"})
    proposal = propose(policy, [tagged, acl("aws_network_acl.agent")])
    assert [place.role.id for place in proposal.places if place.acls] == ["agent"]
    assert proposal.left == ()


FILE = """# Who plays which role of NetIQ Privileged Account Manager, proposed from names alone: check every line.
pamlint: site/1
policy: netiq-pam-3

features: [ssh-relay]
"""
ROLES = """roles:
  framework-manager:  # Framework manager
    match:
      - address: "aws_security_group.manager"  #  "pam-manager"
  agent:  # Framework agent: a host under the manager's control
    match:
      - address: "aws_security_group.agent"
      - id: "sg-0a1b"  #  "old-agent"
  ssh-relay:  # SSH relay: the jump host on which SSH sessions arrive
    match:
      - address: "aws_security_group.relay[\\"ssh-relay\\"]"
  # TODO admin: Administrators at the administration console
  # admin: {cidrs: ["10.0.0.0/8"]}
  # TODO user: Users of privileged accounts
  # user: {cidrs: ["10.0.0.0/8"]}
  # TODO linux-target: Server that is reached through the SSH relay
  # linux-target: {match: [{name: "..."}]}
  # database:  # Monitored database server (TODO: turn on db-monitoring or sql-browser)
  #   match:
  #     - address: "aws_security_group.db"

# These could not be placed. Match them to a role, or leave them: then they are not judged, and counted.
#   aws_security_group.web  "evil\\n- x"
"""


def test_the_file_says_what_is_to_do_and_loads(policy: Policy, tmp_path: Path) -> None:
    """What was found stands ready, the rest is a comment, and names from outside cannot leave their line."""
    found = [
        acl("aws_security_group.manager", "pam-manager"),
        acl("aws_security_group.agent"),
        acl("sg-0a1b", "old-agent", id="sg-0a1b"),
        acl('aws_security_group.relay["ssh-relay"]'),
        acl("aws_security_group.db"),
        acl("aws_security_group.web", "evil\n- x"),
    ]
    text = render(propose(policy, found))
    assert text.startswith(FILE)
    assert text[text.index("roles:") :] == ROLES
    (tmp_path / "pamlint.yaml").write_text(text)
    site = load_site(tmp_path / "pamlint.yaml")
    assert sorted(site.roles) == ["agent", "framework-manager", "ssh-relay"]


def test_nothing_found_is_a_file_too(policy: Policy, tmp_path: Path) -> None:
    """Without any ACL the file holds what is to do, and loads."""
    (tmp_path / "pamlint.yaml").write_text(render(propose(policy, [])))
    assert load_site(tmp_path / "pamlint.yaml").roles == {}
