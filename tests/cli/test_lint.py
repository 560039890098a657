"""`pamlint lint` from end to end on a small estate: output, exit codes, options."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from pamlint.documents.schema import load_schema
from pamlint.report import FORMATS
from tests.cli.commands import PROJECT, Answer, pamlint

DAY = ("--today", "2026-11-23")
WIDER = ("--var", 'admins=["10.20.0.0/24", "10.30.0.0/24"]')
CLEAN = """Proved 6 flows of 2 roles at 2 ACLs by netiq-pam-3 (3.x) on 2026-11-23: what the policy requires is
  open, and nothing else is.
0 findings.
Read 1 file in 1 root: 2 ACLs, 5 rules, 0 workloads.
Not judged at their own end, having no ACL here: admin, user.
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """A manager and an agent in one root, right as they are."""
    shutil.copytree(Path(__file__).parent / "estate", tmp_path / "estate")
    return tmp_path / "estate"


def change(file: Path, old: str, new: str) -> None:
    """Replaces the one place where the old text stands."""
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_a_clean_estate_is_said_to_be_clean(estate: Path) -> None:
    """Exit 0, what was proved on standard output, nothing on standard error."""
    assert pamlint("lint", *DAY, cwd=estate) == Answer(0, CLEAN, "")


def test_a_finding_shows_its_place_and_fails_the_run(estate: Path) -> None:
    """Exit 1, with the rule's lines and exactly the traffic that is too much."""
    answer = pamlint("lint", *DAY, *WIDER, cwd=estate)
    assert (answer.code, answer.err) == (1, "")
    assert " --> main.tf:9:3\n" in answer.out
    assert "   = traffic:  tcp/443 from 10.30.0.0/24\n" in answer.out
    assert "1 finding: 1 medium." in answer.out


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_goes_to_standard_output_or_to_a_file(format_: str, estate: Path) -> None:
    """--format and --output give the same bytes, and give them again in the next run."""
    first = pamlint("lint", *DAY, *WIDER, "--format", format_, "--output", f"{format_}=told", cwd=estate)
    second = pamlint("lint", *DAY, *WIDER, "--format", format_, "--output", "text=more", "--output", "json=most", cwd=estate)
    assert (first, first.code) == (second, 1)
    assert (estate / "told").read_text() == first.out
    json.loads((estate / "most").read_text())


def test_the_json_report_keeps_to_its_schema(estate: Path) -> None:
    """A real run's report is what `pamlint schema report` says."""
    answer = pamlint("lint", *DAY, *WIDER, "--format", "json", cwd=estate)
    document = json.loads(answer.out)
    jsonschema.Draft202012Validator(dict(load_schema("report"))).validate(document)
    assert document["findings"][0]["location"] == {"file": "main.tf", "line": 9, "column": 3, "end_line": 14}


@pytest.mark.parametrize(
    ("severity", "code", "told"),
    [("medium", 1, "1 finding: 1 medium."), ("high", 0, "1 finding: 1 medium; 1 below the threshold not shown.")],
)
def test_the_threshold_moves_the_exit_code_and_the_text(severity: str, code: int, told: str, estate: Path) -> None:
    """What is milder is counted and not shown, and does not fail the run."""
    answer = pamlint("lint", *DAY, *WIDER, "--min-severity", severity, cwd=estate)
    assert (answer.code, told in answer.out) == (code, True)


def test_the_site_file_has_a_threshold_too(estate: Path) -> None:
    """`min-severity` in the site file counts where the command line says nothing."""
    with (estate / "pamlint.yaml").open("a") as file:
        file.write("min-severity: high\n")
    assert pamlint("lint", *DAY, *WIDER, cwd=estate).code == 0
    assert pamlint("lint", *DAY, *WIDER, "--min-severity", "low", cwd=estate).code == 1


def test_what_is_unproven_fails_only_a_strict_run(estate: Path) -> None:
    """Exit 0 with the unknown value named; --strict makes it 3."""
    change(estate / "main.tf", '  default = ["10.20.0.0/24"]\n', "")
    answer = pamlint("lint", *DAY, cwd=estate)
    assert answer.code == 0
    assert "   = unknown:  var.admins\n" in answer.out
    assert "nothing else is" not in answer.out
    assert pamlint("lint", *DAY, "--strict", cwd=estate).code == 3


def test_a_variable_comes_from_every_place(estate: Path) -> None:
    """--var, --var-file and TF_VAR_ settle the same value."""
    (estate / "more.hcl").write_text('admins = ["10.30.0.0/24", "10.20.0.0/24"]\n')
    told = [
        pamlint("lint", *DAY, *WIDER, cwd=estate),
        pamlint("lint", *DAY, "--var-file", "more.hcl", cwd=estate),
        pamlint("lint", *DAY, cwd=estate, environment={"TF_VAR_admins": '["10.20.0.0/24", "10.30.0.0/24"]'}),
    ]
    assert [answer.code for answer in told] == [1, 1, 1]
    assert told[0].out == told[1].out.replace("Read 2 files", "Read 1 file") == told[2].out


def test_the_day_is_the_option_or_the_epoch(estate: Path) -> None:
    """--today wins over SOURCE_DATE_EPOCH; a wrong one of either is exit 2."""
    epoch = {"SOURCE_DATE_EPOCH": "1800000000"}
    assert "on 2027-01-15:" in pamlint("lint", cwd=estate, environment=epoch).out
    assert "on 2026-11-23:" in pamlint("lint", *DAY, cwd=estate, environment=epoch).out
    assert pamlint("lint", cwd=estate, environment={"SOURCE_DATE_EPOCH": "soon"}).code == 2
    for wrong in ("tomorrow", "20261123", "2026-02-30"):
        assert (
            pamlint("lint", "--today", wrong, cwd=estate).err == f"error: --today: `{wrong}` is no day; write it as 2026-01-31\n"
        )


def test_broken_code_is_exit_3_and_never_clean(estate: Path) -> None:
    """A file that ends too early is named with its line; what could be read is judged still."""
    (estate / "more.tf").write_text('resource "aws_security_group" "x" {\n')
    answer = pamlint("lint", *DAY, cwd=estate)
    assert answer.code == 3
    assert "more.tf:" in answer.out
    assert "unreadable-input" in answer.out
    assert "nothing else is" not in answer.out
    assert "Traceback" not in answer.err


def test_wrong_use_is_told_with_what_to_do(estate: Path, tmp_path: Path) -> None:
    """No site file, a wrong key, nothing to lint: exit 2, each with its own sentence."""
    (tmp_path / "empty").mkdir()
    without = tmp_path / "without"
    shutil.copytree(estate, without)
    (without / "pamlint.yaml").unlink()
    assert "pamlint init" in pamlint("lint", cwd=without).err
    assert pamlint("lint", "--config", "../estate/pamlint.yaml", *DAY, cwd=without).code == 0
    change(estate / "pamlint.yaml", "roles:", "rolls: {}\nroles:")
    wrong = pamlint("lint", cwd=estate)
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith("error: pamlint.yaml:3:1: ")
    assert wrong.err.endswith("\n  |\n3 | rolls: {}\n  | ^^^^^^^^^\n")
    assert pamlint("lint", "empty", "--config", "estate/pamlint.yaml", cwd=tmp_path).code == 2


def test_quiet_says_nothing_of_a_clean_run(estate: Path) -> None:
    """Findings only."""
    assert pamlint("lint", "--quiet", cwd=estate) == Answer(0, "", "")


def test_an_interrupted_run_is_exit_130(estate: Path) -> None:
    """Control-C while standard input is awaited: one line, no traceback."""
    command = [sys.executable, "-m", "pamlint", "lint", "-"]
    with subprocess.Popen(
        command, cwd=estate, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env={"PYTHONPATH": str(PROJECT), "PYTHONVERBOSE": "1"}
    ) as run:
        assert run.stderr is not None
        while b"import 'pamlint.run'" not in run.stderr.readline():
            pass
        run.send_signal(signal.SIGINT)
        rest = run.stderr.read()
        assert run.wait(60) == 130
    assert b"Traceback" not in rest


@pytest.mark.parametrize(("arguments", "traceback"), [((), False), (("--debug",), True)])
def test_a_bug_is_one_line_unless_asked_for_more(arguments: tuple[str, ...], traceback: bool, tmp_path: Path) -> None:
    """Exit 70 with what to do; the traceback only under --debug."""
    (tmp_path / "yaml.py").write_text("raise RuntimeError('this library is broken')\n")
    answer = pamlint("policy", "list", *arguments, cwd=PROJECT, environment={"PYTHONPATH": f"{tmp_path}:{PROJECT}"})
    assert (answer.code, answer.out) == (70, "")
    assert ("Traceback" in answer.err) is traceback
    assert "this is a bug in pamlint (RuntimeError)" in answer.err


@pytest.mark.parametrize("path", [".", "main.tf", "", "nowhere"])
def test_paths_alone_mean_the_same_as_with_options(path: str, estate: Path) -> None:
    """Where there are no options nobody looks for any, and what comes out is the same."""
    assert pamlint("lint", path, cwd=estate) == pamlint("lint", path, "--format", "text", cwd=estate)


def test_a_run_imports_only_what_it_uses(estate: Path) -> None:
    """A clean run without a terminal or options needs neither Typer nor rich, nor the schema validator, XML or regular expressions
    of its own."""
    unused = ("inspect", "jsonschema", "re2", "rich", "typer", "urllib.request", "xml")
    program = (
        "import sys; from pamlint.cli.app import run; code = run(['lint', '.']); "
        f"print(code, [name for name in {unused} if name in sys.modules])"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=estate, env={"PYTHONPATH": str(PROJECT)}, capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_a_role_that_only_something_unguarded_plays_is_no_role_that_is_not_bound(estate: Path) -> None:
    """The message says who plays it, and why no NSG stands before a private endpoint."""
    for old in estate.glob("*.tf"):
        old.unlink()
    (estate / "main.tf").write_text("""
resource "azurerm_network_security_group" "edge" { name = "edge" }
resource "azurerm_subnet" "s" { name = "s" }
resource "azurerm_subnet_network_security_group_association" "s" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.edge.id
}
resource "azurerm_private_endpoint" "x" {
  name      = "vault"
  subnet_id = azurerm_subnet.s.id
}
""")
    roles = "framework-manager: {match: [{name: vault}]}"
    (estate / "pamlint.yaml").write_text(f"pamlint: site/1\npolicy: netiq-pam-3\nroles:\n  {roles}\n")
    answer = pamlint("lint", ".", *DAY, cwd=estate)
    assert (answer.code, answer.out, answer.err) == (2, "",
        "error: nothing guards what plays a role in .: nothing can be judged. `framework-manager` is played by "
        "azurerm_private_endpoint.x, and no group or NSG stands before that: before a private endpoint one does only if its "
        "subnet's `private_endpoint_network_policies` say so\n")  # fmt: skip


def test_standard_input_is_a_plan_or_a_state(estate: Path) -> None:
    """What comes in is told by its content; anything else is not read, and says so."""
    state = PROJECT / "fixtures" / "aws" / "netiq" / "state.json"
    shutil.copy(PROJECT / "fixtures" / "aws" / "netiq" / "pamlint.yaml", estate / "pamlint.yaml")
    answer = pamlint("lint", "-", *DAY, cwd=estate, stdin=state.read_text())
    assert (answer.code, "nothing else is." in answer.out) == (0, True)
    answer = pamlint("lint", "-", *DAY, cwd=estate, stdin='{"format_version": "1.0", "values": {}}')
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: no role is bound to anything in standard input: nothing can be judged.")
    answer = pamlint("lint", "-", *DAY, cwd=estate, stdin="{}")
    assert answer.code in (1, 3)
    assert "unreadable-input" in answer.out
    assert "this report is not complete" in answer.out
