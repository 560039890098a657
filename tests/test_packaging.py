"""The wheel has what an installed pamlint needs besides its code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from pamlint.documents.policy import catalogue
from pamlint.documents.schema import KINDS
from pamlint.model.finding import CHECKS

PROJECT = Path(__file__).parents[1]


def test_the_wheel_works_without_the_checkout(tmp_path: Path) -> None:
    """Policies, schemas and the checks' pages are inside, and found there; tests and fixtures are not."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(PROJECT)]
    subprocess.run(build, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("pamlint-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    assert {f"pamlint/policies/{name}.yaml" for name in catalogue()} <= names
    assert {f"pamlint/documents/schemas/{kind}.json" for kind in KINDS} <= names
    assert {f"pamlint/report/templates/{path.name}" for path in (PROJECT / "pamlint" / "report" / "templates").iterdir()} <= names
    assert {f"pamlint/check_pages/{check}.md" for check in CHECKS} <= names
    assert not [name for name in names if name.startswith(("tests/", "fixtures/"))]
    for arguments, told in ((("explain", "extra-access"), "# extra-access"), (("policy", "list"), "netiq-pam-3")):
        command = [sys.executable, "-m", "pamlint", *arguments]
        done = subprocess.run(command, cwd=tmp_path / "installed", capture_output=True, check=True, text=True)
        assert told in done.stdout
