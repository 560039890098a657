"""pamlint as the comparison calls it: files in, the JSON report out, inside this process for speed."""

from __future__ import annotations

from contextlib import chdir
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from pamlint.report.json import document
from pamlint.run import Options, lint
from tests.oracle.compare import disagreements
from tests.oracle.findings import Json
from tests.oracle.nouns import Estate
from tests.oracle.render import write

TODAY = date(2026, 6, 1)


def report_of(estate: Estate) -> Json:
    """What `pamlint lint --format json --today 2026-06-01` says of the estate."""
    with TemporaryDirectory() as folder, chdir(folder):
        write(estate, Path())
        return document(lint((Path(),), Options(today=TODAY, environment={})))


def differences(estate: Estate, seed: int) -> list[str]:
    """Where pamlint and the judge differ; a crash of pamlint is a difference too."""
    try:
        report = report_of(estate)
    except Exception as error:
        return [f"crash: {type(error).__name__}: {error}"]
    return disagreements(estate, report, seed)
