"""The commands that need no estate: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from pamlint import __version__
from pamlint.documents.policy import catalogue
from pamlint.documents.schema import KINDS, schema
from pamlint.model.finding import CHECKS
from tests.cli.commands import PROJECT, Answer, pamlint

SOURCE = "Knowledge base 7018265: What ports are used for Privileged Account Manager?,"
FLOW = f"""ssh-relay-in  NetIQ Privileged Account Manager (netiq-pam-3)

  from:        user
  to:          ssh-relay
  services:    tcp/2222
  need:        conditional, while ssh-relay is on
  judged at:   egress of user and ingress of ssh-relay
  source:      {SOURCE}
               2017-07-21, https://support.microfocus.com/kb/doc.php?id=7018265
  confidence:  vendor
  note:        Clients use random ports to connect to 2222, so no rule may pin their source port.

  A rule for it
  - at user: allow egress of tcp/2222 to ssh-relay
  - at ssh-relay: allow ingress of tcp/2222 from user, from any source port
"""


def test_version_is_answered_with_nothing_imported(tmp_path: Path) -> None:
    """The version costs no more than a bare interpreter: the command line is not built for it."""
    assert pamlint("--version", cwd=tmp_path) == Answer(0, f"pamlint {__version__}\n", "")
    program = (
        "import sys; sys.argv = ['pamlint', '--version']; from pamlint.__main__ import main; main(); print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, check=True, text=True)
    assert "typer" not in done.stdout
    assert "argparse" not in done.stdout


def test_version_is_answered_beside_other_options_too(tmp_path: Path) -> None:
    """The option is part of the command line, and listed in its help."""
    assert pamlint("--version", "lint", cwd=tmp_path) == Answer(0, f"pamlint {__version__}\n", "")
    assert "--version" in pamlint("--help", cwd=tmp_path).out


@pytest.mark.parametrize("kind", KINDS)
def test_schema_prints_the_schema(kind: str, tmp_path: Path) -> None:
    """The very text that ships in the package, and JSON."""
    answer = pamlint("schema", kind, cwd=tmp_path)
    assert answer == Answer(0, schema(kind), "")  # type: ignore[arg-type]
    assert json.loads(answer.out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("check", CHECKS)
def test_explain_tells_a_check(check: str, tmp_path: Path) -> None:
    """Every check has a page that says what it means, why it matters, an example and how to mend."""
    answer = pamlint("explain", check, cwd=tmp_path)
    assert answer.out.startswith(f"# {check}\n")
    assert [line for line in answer.out.splitlines() if line.startswith("## ")] == [
        "## Why it matters",
        "## Example",
        "## How to mend",
    ]
    assert (answer.code, answer.err) == (0, "")


def test_explain_tells_a_flow(tmp_path: Path) -> None:
    """Who to whom, when, who says so, and what a rule for it looks like."""
    assert pamlint("explain", "ssh-relay-in", cwd=tmp_path) == Answer(0, FLOW, "")


def test_policy_list_names_the_catalogue(tmp_path: Path) -> None:
    """As text for people, as JSON for programs."""
    told = pamlint("policy", "list", cwd=tmp_path).out
    document = json.loads(pamlint("policy", "list", "--format", "json", cwd=tmp_path).out)
    assert [policy["id"] for policy in document["policies"]] == list(catalogue())
    assert all(f"\n  {name}  " in told for name in catalogue())


def test_policy_show_holds_every_flow(tmp_path: Path) -> None:
    """The text and the JSON of a policy have all its flows."""
    flows = json.loads(pamlint("policy", "show", "netiq-pam-3", "--format", "json", cwd=tmp_path).out)["policies"][0]["flows"]
    told = pamlint("policy", "show", "netiq-pam-3", cwd=tmp_path).out
    assert all(f"  {flow['id']}  " in told for flow in flows)


def test_policy_show_marks_what_is_not_the_vendor_s_word(tmp_path: Path) -> None:
    """Beside a flow stands how sure it is, unless the vendor says so himself."""
    lines = pamlint("policy", "show", "delinea-secret-server-11", cwd=tmp_path).out.splitlines()
    assert "  web-in  tcp/443  unverified  user -> web-server" in lines
    assert "  discovery-scan  tcp/135,445  web-server, engine -> windows-target" in lines


DIFFERENCE = """id:        netiq-pam-3 -> netiq-pam-4
product:   NetIQ Privileged Account Manager
version:   3.x -> 4.x
reviewed:  2017-07-21

Flows
  + sentinel-tls-out  tcp/1468, framework-manager -> syslog-server, conditional, while sentinel is
                      on
  - sentinel-out      tcp/1468, framework-manager -> syslog-server, conditional, while sentinel is
                      on
  - ntp-out           udp/123, framework-manager, agent -> ntp-server, conditional, while ntp is on
  ~ ssh-relay-in      services: tcp/2222 -> tcp/2223
                      note: Clients use random ports to connect to 2222, so no rule may pin their
                      source port. -> none

Roles
  - ntp-server  Time server
  ~ admin       external: yes -> no

Features
  ~ sentinel  default: no -> yes

Parameters
  ~ framework-port  default: 29120 -> 29121

              came  went  changed  stayed
  flows          1     2        1      25
  roles          0     1        1      16
  features       0     0        1      16
  parameters     0     0        1       5
  sources        0     0        0      10
"""
NEW_VERSION = {
    "id: netiq-pam-3": "id: netiq-pam-4",
    '"3.x"': '"4.x"',
    "tcp/2222": "tcp/2223",
    "    note: Clients use random ports to connect to 2222, so no rule may pin their source port.\n": "",
    "id: sentinel-out": "id: sentinel-tls-out",
    "or Sentinel Log Manager}": "or Sentinel Log Manager, default: on}",
    "default: 29120": "default: 29121",
    "console, external: true}": "console}",
    "  ntp-server: {title: Time server}\n": "",
}


def test_policy_diff_says_what_came_went_and_changed(tmp_path: Path) -> None:
    """A new version against the old one: as text for people, as JSON for programs; a difference is no failure."""
    text = (PROJECT / "policies" / "netiq-pam-3.yaml").read_text().partition("  - id: ntp-out\n")[0]
    for old, new in NEW_VERSION.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (tmp_path / "netiq-pam-4.yaml").write_text(text)
    versions = ("netiq-pam-3", "netiq-pam-4.yaml")
    assert pamlint("policy", "diff", *versions, cwd=tmp_path) == Answer(0, DIFFERENCE, "")
    document = json.loads(pamlint("policy", "diff", *versions, "--format", "json", cwd=tmp_path).out)
    assert (document["old"]["version"], document["new"]["version"]) == ("3.x", "4.x")
    assert [flow["id"] for flow in document["flows"]["went"]] == ["sentinel-out", "ntp-out"]
    assert document["parameters"]["changed"] == [
        {"id": "framework-port", "fields": {"default": {"old": ["29120"], "new": ["29121"]}}}
    ]


def test_policy_check_says_what_is_wrong(tmp_path: Path) -> None:
    """A right file is said to be right; a wrong one is exit 2 with all that is wrong, each with its place."""
    text = (PROJECT / "policies" / "netiq-pam-3.yaml").read_text()
    (tmp_path / "right.yaml").write_text(text)
    (tmp_path / "wrong.yaml").write_text(text.replace("\nroles:", "\nrolls: {}\nroles:", 1))
    right = pamlint("policy", "check", "right.yaml", cwd=tmp_path)
    assert (right.code, right.out.startswith("netiq-pam-3 is right: ")) == (0, True)
    wrong = pamlint("policy", "check", "wrong.yaml", cwd=tmp_path)
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith("error: wrong.yaml:")
    assert "`rolls`" in wrong.err


WRONG = (
    (("nonsense",), "No such command 'nonsense'"),
    (("lint", "--nonsense"), "No such option"),
    (
        ("lint", "--format", "yaml"),
        "error: --format: `yaml` is not known; use one of text, json, sarif, junit, github, gitlab, markdown\n",
    ),
    (("lint", "--output", "json"), "error: --output: `json` is no FORMAT=FILE\n"),
    (
        ("lint", "--output", "json=-"),
        "error: --output: `json=-` names no file; standard output gets the one format that `--format` names\n",
    ),
    (
        ("generate", "--policy", "netiq-pam-3", "--cloud", "aws", "--output", "-"),
        "error: --output: `-` names no file; without --output the result goes to standard output\n",
    ),
    (
        ("lint", "--output", "yaml=x"),
        "error: --output: `yaml` is not known; use one of text, json, sarif, junit, github, gitlab, markdown\n",
    ),
    (("lint", "--output", "json=none/x.json"), "error: --output: there is no directory `none` to write `x.json` in\n"),
    (("lint", "--output", "json=."), "error: --output: `.` is a directory\n"),
    (
        ("lint", "--min-severity", "bad"),
        "error: --min-severity: `bad` is not known; use one of critical, high, medium, low, info\n",
    ),
    (("lint", "none"), "error: `none` does not exist\n"),
    (("lint", ""), "error: an empty path names nothing; leave it out to read the current directory\n"),
    (("matrix", ""), "error: an empty path names nothing; leave it out to read the current directory\n"),
    (("lint", "none\x1b[2J"), "error: `none\\x1b[2J` does not exist\n"),
    (
        ("schema", "thing"),
        "error: schema: `thing` is not known; use one of policy, site, report, rules, live, matrix, evidence\n",
    ),
    (
        ("policy", "import", "ports.csv", "--output", "-"),
        "error: --output: `-` names no file; without --output the result goes to standard output\n",
    ),
    (("schema",), "Missing argument"),
    (
        ("explain", "extra-acces"),
        "error: `extra-acces` is neither a check nor a flow of any policy of the catalogue; did you mean `extra-access`?\n",
    ),
    (("policy", "check", "none.yaml"), "none.yaml"),
    (("init",), "Missing option '--policy'"),
)


@pytest.mark.parametrize(("arguments", "complaint"), WRONG, ids=[" ".join(arguments) for arguments, _ in WRONG])
def test_wrong_use_is_exit_2(arguments: tuple[str, ...], complaint: str, tmp_path: Path) -> None:
    """Nothing on standard output, one readable complaint on standard error, no traceback."""
    answer = pamlint(*arguments, cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert complaint in answer.err
    assert "Traceback" not in answer.err


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """A closed pipe is quiet and keeps the exit code."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "pamlint", "policy", "show", "netiq-pam-3"]
    with os.fdopen(writer, "w") as pipe:
        done = subprocess.run(command, cwd=PROJECT, stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """A result that could not be written is no success."""
    command = [sys.executable, "-m", "pamlint", "policy", "list"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr == b"error: standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("environment", "arguments", "coloured"),
    [
        ({}, (), True),
        ({"NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": ""}, (), True),
        ({"TERM": "dumb"}, (), False),
        ({}, ("--no-color",), False),
    ],
)
def test_a_terminal_has_colours_unless_told_otherwise(
    environment: dict[str, str], arguments: tuple[str, ...], coloured: bool
) -> None:
    """NO_COLOR (if it says anything), --no-color and a dumb terminal take the colours away."""
    terminal, line = pty.openpty()
    command = [sys.executable, "-m", "pamlint", "explain", "ssh-relay-in", *arguments]
    known = {"PATH": "/usr/bin:/bin", "TERM": "xterm", **environment}
    subprocess.run(command, cwd=PROJECT, stdout=line, env=known, check=True)
    os.close(line)
    told = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert ("\x1b[" in told) is coloured
