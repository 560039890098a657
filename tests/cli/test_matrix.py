"""`pamlint matrix` as a user sees it: tables, files and exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pamlint.documents.policy import catalogue, load_policy
from pamlint.model.matrix import LINE_STATES
from pamlint.report.matrix_tables import HEAD, STANDING
from tests.cli.commands import PROJECT, Answer, pamlint

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
BOUND = """Port matrix by netiq-pam-3 (3.x) at pamlint.yaml: 6 lines.

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
    assert answer.out.startswith(BOUND)
    assert "\nNot in it, their features being off: manager-to-manager, " in answer.out


def test_a_matrix_needs_a_site_or_a_policy(tmp_path: Path) -> None:
    """Without either, exit 2 says what to do; a product's matrix has no paths."""
    answer = pamlint("matrix", cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert "there is no pamlint.yaml" in answer.err
    assert pamlint("matrix", "--policy", "netiq-pam-3", ".", cwd=tmp_path) == Answer(
        2,
        "",
        "error: --policy tells a product's matrix, which belongs to no site: leave out the paths, --config, --verify and --only\n",
    )


VERIFIED = """Port matrix by netiq-pam-3 (3.x) at pamlint.yaml: 6 lines.

  state      from               to                 service    need         flow
  open       admin              framework-manager  tcp/443    required     admin-console-in
  closed     admin              framework-manager  udp/443    optional     admin-console-udp
  open       user               framework-manager  tcp/443    conditional  my-access-in
  closed     user               framework-manager  udp/443    optional     my-access-udp
  open       framework-manager  agent              tcp/29120  required     manager-to-agent
  half-open  agent              framework-manager  tcp/29120  required     agent-to-manager

What is not as it should be, or not known
  agent-to-manager  at the source: missing tcp/29120 to aws_security_group.manager, in
                    aws_security_group.agent

Opened by
  admin-console-in  aws_security_group.manager.ingress[0] (main.tf:9)
  my-access-in      aws_security_group.manager.ingress[0] (main.tf:9)
  manager-to-agent  aws_security_group.manager.egress[0] (main.tf:23)
                    aws_security_group_rule.agent["ingress"] (main.tf:35)
  agent-to-manager  aws_security_group.manager.ingress[1] (main.tf:16)
"""


def without_egress(estate: Path) -> None:
    """Takes away the rule by which agents reach the manager."""
    text = (estate / "main.tf").read_text()
    assert "{ ingress = 29120, egress = 29120 }" in text
    (estate / "main.tf").write_text(text.replace("{ ingress = 29120, egress = 29120 }", "{ ingress = 29120 }"))


def test_verified_lines_have_their_states(estate: Path) -> None:
    """Each line says what has become of it, by which rules, and where something is missing; whatever it is, the exit code is 0."""
    without_egress(estate)
    answer = pamlint("matrix", "--verify", cwd=estate)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(VERIFIED)


def test_what_is_missing_makes_a_request(estate: Path) -> None:
    """Only what is missing, narrowed to the end where it is, justified by the policy, with blanks for those who ask and allow."""
    without_egress(estate)
    (row,) = table(pamlint("matrix", "--only", "missing", "--format", "csv", "--today", "2026-11-27", cwd=estate))
    assert row == {
        **dict.fromkeys(("Request", "Requested by", "Requested on", "Approved by", "Approved on"), ""),
        "Source role": "agent",
        "Source": "aws_security_group.agent (pam-agent)",
        "Destination role": "framework-manager",
        "Destination": "aws_security_group.manager (pam-manager)",
        "Protocol": "tcp",
        "Ports": "29120",
        "To be opened": "egress of agent in aws_security_group.agent: tcp/29120 to aws_security_group.manager",
        "Justification": "Agents open connections as well. Each one reaches every manager of its audit zone. Required by netiq-pam-3 3.x "
        "(Privileged User Manager 2.2 installation guide: ports of managers and agents, "
        "http://www.novell.com/documentation/privilegedusermanager22/npum_install/data/blj87m4.html).",
        "Expiry": "none; to be reviewed by 2027-05-27",
        "Flow": "agent-to-manager",
    }


SECOND_AGENT = """
resource "aws_security_group" "old" {
  name = "pam-old-agent"

  ingress {
    from_port       = 29120
    to_port         = 29120
    protocol        = "tcp"
    security_groups = [aws_security_group.manager.id]
  }
}
"""
MANAGERS, AGENTS, OLD = (
    f"aws_security_group.{name} (pam-{text})" for name, text in (("manager", "manager"), ("agent", "agent"), ("old", "old-agent"))
)


def test_a_request_names_those_alone_between_whom_something_is_missing(estate: Path) -> None:
    """Of a role's groups those that lack a rule or are left out of one, and of its networks those that are not let in."""
    (estate / "main.tf").write_text(
        (estate / "main.tf").read_text().replace('["10.21.0.0/16"]', '["10.21.0.0/17"]') + SECOND_AGENT
    )
    site = (estate / "pamlint.yaml").read_text()
    (estate / "pamlint.yaml").write_text(
        site.replace("{name: pam-agent}]", "{name: pam-agent}, {name: pam-old-agent}], cidrs: [10.30.0.0/16]")
    )
    rows = table(pamlint("matrix", "--only", "missing", "--format", "csv", cwd=estate))
    assert [(row["Flow"], row["Source"], row["Destination"], row["To be opened"]) for row in rows] == [
        (
            "my-access-in",
            "10.21.128.0/17",
            MANAGERS,
            "ingress of framework-manager in aws_security_group.manager: tcp/443 from 10.21.128.0/17",
        ),
        (
            "manager-to-agent",
            MANAGERS,
            OLD,
            "egress of framework-manager in aws_security_group.manager: tcp/29120 to aws_security_group.old",
        ),
        (
            "agent-to-manager",
            OLD,
            MANAGERS,
            "egress of agent in aws_security_group.old: tcp/29120 to aws_security_group.manager; "
            "ingress of framework-manager in aws_security_group.manager: tcp/29120 from aws_security_group.old",
        ),
    ]
    asked = [line["asked"] for line in json.loads(pamlint("matrix", "--verify", "--format", "json", cwd=estate).out)["lines"]]
    assert [each and each["from"]["groups"] for each in asked] == [None, None, [], None, [MANAGERS], [OLD]]


def test_lines_are_limited_to_states(estate: Path) -> None:
    """Several states are one after the other or with commas between; what is unproven is never left out without a word."""
    without_egress(estate)
    rows = table(pamlint("matrix", "--only", "closed,half-open", "--format", "csv", cwd=estate))
    assert [row["Flow"] for row in rows] == ["admin-console-udp", "my-access-udp", "agent-to-manager"]
    rows = table(pamlint("matrix", "--only", "closed", "--only", "half-open", "--format", "csv", cwd=estate))
    assert len(rows) == 3
    text = (estate / "main.tf").read_text()
    (estate / "main.tf").write_text(text.replace('  default = ["10.20.0.0/24"]\n', ""))
    answer = pamlint("matrix", "--only", "missing", "--format", "csv", cwd=estate)
    assert [row["Flow"] for row in table(answer)] == ["agent-to-manager"]
    assert answer.err == "note: 1 needed line unproven and not among these: `--only unproven` tells why\n"
    wrong = pamlint("matrix", "--only", "shut", cwd=estate)
    assert (wrong.code, wrong.err) == (
        2,
        "error: --only: `shut` is not known; use one of missing, wrongly-open, half-open, unproven, open, closed, not-judged\n",
    )


def test_files_are_written_besides(estate: Path) -> None:
    """Every format is written where it is asked for, the same bytes each time."""
    names = ("json", "csv", "markdown", "html", "xlsx")
    for turn in ("1", "2"):
        outputs = [f"--output={name}=m{turn}.{name}" for name in names]
        assert pamlint("matrix", "--verify", "--today", "2026-11-27", *outputs, cwd=estate).code == 0
    assert all((estate / f"m1.{name}").read_bytes() == (estate / f"m2.{name}").read_bytes() for name in names)
    sheet = load_workbook(estate / "m1.xlsx").worksheets[0]
    assert sheet.max_row == 7


def test_a_workbook_is_not_for_a_terminal(estate: Path) -> None:
    """On a terminal a workbook is refused with what to do instead; a file or a pipe gets its bytes."""
    command = [sys.executable, "-m", "pamlint", "matrix", "--format", "xlsx"]
    environment = {"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"}
    main, terminal = pty.openpty()
    done = subprocess.run(command, cwd=estate, stdout=terminal, stderr=subprocess.PIPE, check=False, env=environment)
    os.close(terminal)
    os.close(main)
    assert (done.returncode, done.stderr) == (
        2,
        b"error: a workbook is not for a terminal: write it with `--output xlsx=FILE`, or send standard output to a file\n",
    )
    piped = subprocess.run(command, cwd=estate, capture_output=True, check=True, env=environment)
    assert load_workbook(io.BytesIO(piped.stdout)).sheetnames == ["Port matrix", "About"]


def test_what_is_not_read_is_said(estate: Path) -> None:
    """A file that cannot be read leaves a matrix that may lack names: it is told, and the exit code is 3."""
    (estate / "broken.tf").write_text("resource {\n")
    answer = pamlint("matrix", ".", "--format", "csv", cwd=estate)
    assert answer.code == 3
    assert len(table(answer)) == 6
    assert answer.err.endswith("error: not everything could be read, so the matrix may not tell all\n")


@pytest.mark.parametrize("policy", catalogue())
def test_every_product_has_a_bare_matrix(policy: str, tmp_path: Path) -> None:
    """No site file is asked for, every flow of the policy is there, and no line is told twice."""
    rows = table(pamlint("matrix", "--policy", policy, "--format", "csv", cwd=tmp_path))
    assert {row["Flow"] for row in rows} == {flow.id for flow in load_policy(policy, tmp_path).flows}
    lines = [(row["Flow"], row["Source role"], row["Destination role"], row["Protocol"]) for row in rows]
    assert len(set(lines)) == len(lines)


def test_the_page_has_every_column_and_state() -> None:
    """What docs/matrix.md tells are the columns and states that there are, in their order."""
    page = (PROJECT / "docs" / "matrix.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^\| column \| holds \|\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    told = re.findall(r"`([A-Z][a-z ]+)`", "\n".join(row.split("|")[1] for row in (first + second).splitlines()))
    assert sorted(told) == sorted(column.heading for column in (*HEAD, *STANDING))
    (states,) = re.findall(r"^\| state \| means \|\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert tuple(re.findall(r"^\| `([a-z-]+)`", states, re.MULTILINE)) == LINE_STATES


def test_the_page_s_commands_work(estate: Path) -> None:
    """Each command of docs/matrix.md writes its file."""
    page = (PROJECT / "docs" / "matrix.md").read_text(encoding="utf-8")
    (shell,) = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (estate / "infra").symlink_to(estate)
    for command in shell.splitlines():
        words = shlex.split(command, comments=True)
        assert pamlint(*words[1:], cwd=estate).code == 0, command
        assert (estate / words[-1].partition("=")[2]).stat().st_size > 1000
