"""`pamlint init` on estates whose true site file is known."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.cli.commands import PROJECT, Answer, pamlint


@pytest.fixture
def estate(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of a shipped estate, its site file apart."""
    folder = tmp_path / "estate"
    shutil.copytree(PROJECT / "fixtures" / request.param / "netiq", folder, ignore=shutil.ignore_patterns("twins", "*.json"))
    (folder / "pamlint.yaml").rename(tmp_path / "true.yaml")
    return folder


@pytest.mark.parametrize(
    ("estate", "placed"),
    [("aws", ["agent", "framework-manager", "linux-target", "ssh-relay"]), ("azure", ["framework-manager"])],
    indirect=["estate"],
)
def test_what_is_proposed_is_true(estate: Path, placed: list[str]) -> None:
    """Every ACL that is given to a role plays that role, and the file that is written can be used at once."""
    assert pamlint("init", "--policy", "netiq-pam-3", cwd=estate).code == 0
    proposed = yaml.safe_load((estate / "pamlint.yaml").read_text())["roles"]
    assert sorted(proposed) == placed
    report = json.loads(pamlint("lint", "--config", "../true.yaml", "--format", "json", cwd=estate).out)
    true = {binding["role"]: set(binding["acls"]) for binding in report["bindings"]}
    for role, binding in proposed.items():
        assert {entry["address"] for entry in binding["match"]} <= true[role]
    answer = pamlint("lint", "--format", "json", cwd=estate)
    assert answer.code == 1
    unbound = [finding["roles"] for finding in json.loads(answer.out)["findings"] if finding["check"] == "unbound-role"]
    assert ["admin"] in unbound
    assert ["user"] in unbound


@pytest.mark.parametrize("estate", ["aws"], indirect=True)
def test_a_site_file_is_never_overwritten(estate: Path) -> None:
    """Exit 2, and the file stays as it is."""
    (estate / "pamlint.yaml").write_text("mine\n")
    answer = pamlint("init", "--policy", "netiq-pam-3", cwd=estate)
    complaint = "error: `pamlint.yaml` is there already and stays as it is; move it away to have a new one proposed\n"
    assert answer == Answer(2, "", complaint)
    assert (estate / "pamlint.yaml").read_text() == "mine\n"


def test_nothing_to_read_is_wrong_use(tmp_path: Path) -> None:
    """A directory without Terraform, and a policy that is not there: exit 2, and nothing is written."""
    assert pamlint("init", "--policy", "netiq-pam-3", cwd=tmp_path).code == 2
    (tmp_path / "main.tf").write_text("")
    assert pamlint("init", "--policy", "nothing", cwd=tmp_path).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["main.tf"]


@pytest.mark.parametrize("estate", ["aws"], indirect=True)
def test_what_a_policy_cannot_know_is_left_to_do(estate: Path) -> None:
    """A parameter without a default says so, and with which feature it is asked for if not always."""
    told = {}
    for policy in ("hashicorp-boundary", "netiq-pam-3"):
        assert pamlint("init", "--policy", policy, cwd=estate).code == 0
        text = (estate / "pamlint.yaml").read_text()
        told.update({line.split(":")[0].strip("# "): line.rpartition("(")[2] for line in text.splitlines() if ": ...  #" in line})
        (estate / "pamlint.yaml").unlink()
    assert told["target-ports"] == "TODO)"
    assert told["connector-ports"] == "TODO with db-monitoring)"
    assert told["framework-port"] == "has a default)"
