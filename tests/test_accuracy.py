"""The accuracy corpus: on every known mistake of the field pamlint says the truth, and nothing besides."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from benchmarks.corpus import CORPUS, Case, cases, disagreement, faults
from pamlint.model.finding import CHECKS
from tests.twins import lint

CASES = cases()
TELLS_NO_TRAFFIC = {"unreachable-rule", "mixed-rule-styles", "unresolved-value"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pamlint_is_right(case: Case) -> None:
    """The findings are those of the truth: the same checks at the same rules for the same traffic, and no others."""
    answer = lint(case.directory, case.input)
    report = answer.report()
    assert disagreement(case, report["findings"]) == ([], [])
    proved = [each for each in case.findings if each["check"] != "unresolved-value" and each.get("certainty") != "unproven"]
    assert answer.code == int(bool(proved)), answer.err


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_truth_is_told_once(case: Case) -> None:
    """What pamlint has to say and what any tool has to say are the same: each finding about traffic is at a resource to report."""
    told = [each for each in case.findings if each["check"] not in TELLS_NO_TRAFFIC]
    assert {each["check"] for each in case.findings} <= set(CHECKS)
    assert faults(case, [each.get("rule") or each["acl"] for each in told]) == []
    assert case.citation
    assert case.reported | case.silent


@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs the real terraform")
def test_terraform_reads_every_case() -> None:
    """The real terraform finds every case well written and well formed."""
    command = ["terraform", "fmt", "-check", "-diff", "-recursive", str(CORPUS)]
    quiet = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
