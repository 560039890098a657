"""`pamlint matrix` as a user sees it: tables, files and exit codes."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from pamlint.documents.policy import catalogue, load_policy
from tests.cli.commands import Answer, pamlint

KB = (
    "Knowledge base 7018265: What ports are used for Privileged Account Manager?, 2017-07-21, "
    "https://support.microfocus.com/kb/doc.php?id=7018265"
)
FIRST = {
    "Policy": "netiq-pam-3",
    "Flow": "admin-console-in",
    "Source role": "admin",
    "Source networks": "10.20.0.0/24",
    "Source groups": "",
    "Destination role": "framework-manager",
    "Destination groups": "name pam-manager",
    "Direction": "egress, ingress",
    "Protocol": "tcp",
    "Ports": "443",
    "Need": "required",
    "Feature": "",
    "Parameter": "",
    "Why": "The administration console of the framework manager.",
    "Reference": KB,
    "Confidence": "vendor",
}
HEAD = """netiq-pam-3 (3.x) at pamlint.yaml: 6 lines

  from               to                 service    need         flow
  admin              framework-manager  tcp/443    required     admin-console-in
  admin              framework-manager  udp/443    optional     admin-console-udp
  user               framework-manager  tcp/443    conditional  my-access-in
  user               framework-manager  udp/443    optional     my-access-udp
  framework-manager  agent              tcp/29120  required     manager-to-agent
  agent              framework-manager  tcp/29120  required     agent-to-manager

Who is who
  admin              10.20.0.0/24
  agent              aws_security_group.agent (pam-agent)
  framework-manager  aws_security_group.manager (pam-manager)
  user               10.21.0.0/16

Why
  admin-console-in   [1]  The administration console of the framework manager.
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Code with its site file."""
    for name in ("main.tf", "pamlint.yaml"):
        shutil.copy(Path(__file__).parent / "estate" / name, tmp_path)
    return tmp_path


def table(answer: Answer) -> list[dict[str, str]]:
    """A CSV's rows by their headings."""
    return list(csv.DictReader(io.StringIO(answer.out, newline="")))


def test_a_site_file_alone_makes_a_matrix(estate: Path) -> None:
    """Without a path nothing but the site file is read, and roles are told as it writes them."""
    (estate / "main.tf").unlink()
    rows = table(pamlint("matrix", "--format", "csv", cwd=estate))
    assert rows[0] == FIRST
    assert [row["Flow"] for row in rows] == [
        "admin-console-in", "admin-console-udp", "my-access-in", "my-access-udp", "manager-to-agent", "agent-to-manager",
    ]  # fmt: skip


def test_paths_say_who_plays_the_roles(estate: Path) -> None:
    """With a path the roles are what they are bound to; the screen has the lines, who is who, and why."""
    answer = pamlint("matrix", ".", cwd=estate)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(HEAD)
    assert "\nNot in it, their features being off: manager-to-manager, " in answer.out


def test_a_matrix_needs_a_site_or_a_policy(tmp_path: Path) -> None:
    """Without either, exit 2 says what to do; a product's matrix has no paths."""
    answer = pamlint("matrix", cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert "there is no pamlint.yaml" in answer.err
    assert pamlint("matrix", "--policy", "netiq-pam-3", ".", cwd=tmp_path) == Answer(
        2, "", "error: --policy tells a product's matrix, which belongs to no site: leave out the paths and --config\n"
    )


def test_what_is_not_read_is_said(estate: Path) -> None:
    """A file that cannot be read leaves a matrix that may lack names: it is told, and the exit code is 3."""
    (estate / "broken.tf").write_text("resource {\n")
    answer = pamlint("matrix", ".", "--format", "csv", cwd=estate)
    assert answer.code == 3
    assert len(table(answer)) == 6
    assert answer.err.endswith("error: not everything could be read, so the matrix may not name everybody\n")


@pytest.mark.parametrize("policy", catalogue())
def test_every_product_has_a_bare_matrix(policy: str, tmp_path: Path) -> None:
    """No site file is asked for, every flow of the policy is there, and no line is told twice."""
    rows = table(pamlint("matrix", "--policy", policy, "--format", "csv", cwd=tmp_path))
    assert {row["Flow"] for row in rows} == {flow.id for flow in load_policy(policy, tmp_path).flows}
    lines = [(row["Flow"], row["Source role"], row["Destination role"], row["Protocol"]) for row in rows]
    assert len(set(lines)) == len(lines)
