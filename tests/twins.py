"""The fixtures' estates and their broken twins: an estate with one small change, and the findings that it should give."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pamlint.cli.app import run

TODAY = "2026-11-23"
FIXTURES = Path(__file__).parents[1] / "fixtures"
RECORDED = ("plan.json", "state.json", "expected.json", "expected.txt")


@dataclass(frozen=True, slots=True)
class Twin:
    """One directory below an estate's `twins/`; `change` is its `change.yaml`."""

    directory: Path
    change: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The twin's path below `fixtures/`, without the `twins` in it."""
        return self.directory.relative_to(FIXTURES).as_posix().replace("/twins/", "/")


def estates() -> list[Path]:
    """Every directory of the fixtures that has a site file of its own."""
    return sorted(path.parent for path in FIXTURES.rglob("pamlint.yaml"))


def twins() -> list[Twin]:
    """Every twin of every estate."""
    return [Twin(path.parent, yaml.safe_load(path.read_text())) for path in sorted(FIXTURES.rglob("twins/*/change.yaml"))]


def copy_estate(estate: Path, directory: Path) -> Path:
    """A copy of the estate's code and site file, without what was recorded of it."""
    return Path(shutil.copytree(estate, directory / estate.name, ignore=shutil.ignore_patterns(*RECORDED, "twins")))


def materialise(twin: Twin, directory: Path) -> Path:
    """A copy of the twin's estate with the twin's edits made; each text to be replaced must stand in its file once."""
    copy = copy_estate(twin.directory.parents[1], directory)
    for edit in twin.change["edits"]:
        path = copy / edit["file"]
        text = path.read_text()
        if text.count(edit["replace"]) != 1:
            raise ValueError(f"{twin.name}: not once in {edit['file']}: {edit['replace']!r}")
        path.write_text(text.replace(edit["replace"], edit["with"]))
    return copy


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run said: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    def report(self) -> dict[str, Any]:
        """The JSON report without what every release changes: the tool's version and the policies' hashes."""
        report: dict[str, Any] = json.loads(self.out)
        report["tool"]["version"] = "-"
        for policy in report["policies"]:
            policy["sha256"] = "-"
        return report


def lint(directory: Path, *arguments: str) -> Answer:
    """Lint from inside the directory, on the fixtures' day; paths in what it says are relative to it."""
    return pamlint(directory, "lint", "--today", TODAY, "--format", "json", *arguments)


def pamlint(directory: Path, *arguments: str) -> Answer:
    """Run one command from inside the directory."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with chdir(directory), redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    out.flush()
    return Answer(code, out.buffer.getvalue().decode(), err.getvalue())
