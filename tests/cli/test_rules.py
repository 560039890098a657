"""`pamlint rules` on a small estate, with and without a site file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import Answer, pamlint

TEXT = """aws_security_group.agent  "pam-agent" aws_security_group
  main.tf:31:1
  egress   allow  tcp/29120  to aws_security_group.manager    aws_security_group_rule.agent["egress"]
  ingress  allow  tcp/29120  from aws_security_group.manager  aws_security_group_rule.agent["ingress"]

aws_security_group.manager  "pam-manager" aws_security_group
  main.tf:6:1
  egress   allow  tcp/29120  to aws_security_group.agent      aws_security_group.manager.egress[0]
  ingress  allow  tcp/443    from 10.20.0.0/24, 10.21.0.0/16  aws_security_group.manager.ingress[0]
  ingress  allow  tcp/29120  from aws_security_group.agent    aws_security_group.manager.ingress[1]

2 ACLs, 5 rules.
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Code without a site file."""
    shutil.copy(Path(__file__).parent / "estate" / "main.tf", tmp_path)
    return tmp_path


def test_every_rule_is_shown_without_a_site_file(estate: Path) -> None:
    """The whole table, whichever of a root's files is named, and each ACL once."""
    shutil.copy(estate / "main.tf", estate / "unused.hcl")
    (estate / "more.tf").write_text("# nothing\n")
    for paths in ((), (".",), ("main.tf", "more.tf")):
        assert pamlint("rules", *paths, cwd=estate) == Answer(0, TEXT, "")


def test_a_site_files_values_are_known(estate: Path) -> None:
    """What `values` supplies is a fact here too."""
    (estate / "pamlint.yaml").write_text(
        "pamlint: site/1\npolicy: netiq-pam-3\nroles: {}\nvalues: {var.admins: [10.99.0.0/16]}\n"
    )
    acls = json.loads(pamlint("rules", "--format", "json", cwd=estate).out)["acls"]
    assert [rule["peers"] for rule in acls[1]["rules"] if rule["ports"] == "443"] == [["10.21.0.0/16", "10.99.0.0/16"]]


def test_what_was_not_read_is_said(estate: Path) -> None:
    """Exit 3 beside what could be read, with the place of what could not."""
    (estate / "more.tf").write_text('resource "aws_security_group" "x" {\n')
    answer = pamlint("rules", cwd=estate)
    assert (answer.code, answer.out) == (3, TEXT)
    assert answer.err.startswith("note: more.tf:1:")
    assert answer.err.endswith("error: not everything could be read, so what is shown is not complete\n")


def test_an_unknown_value_is_named(estate: Path) -> None:
    """A rule that hangs on a value says on which."""
    text = (estate / "main.tf").read_text()
    (estate / "main.tf").write_text(text.replace('  default = ["10.20.0.0/24"]\n', ""))
    answer = pamlint("rules", cwd=estate)
    assert answer.code == 0
    (line,) = [line for line in answer.out.splitlines() if " aws_security_group.manager.ingress[0] " in line]
    assert line.endswith(" unknown: var.admins")
