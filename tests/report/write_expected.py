"""Writes what every format makes of the sample reports: `python -m tests.report.write_expected`, then read the difference."""

from __future__ import annotations

import json
from pathlib import Path

from pamlint.model.finding import Report
from pamlint.report import FORMATS
from tests.report.samples import REPORTS

FOLDER = Path(__file__).parent / "expected"


def recorded(format_: str, report: Report) -> bytes:
    """A format's whole output; SARIF without the checks' pages, which are told elsewhere."""
    told = FORMATS[format_](report)
    if format_ == "sarif":
        log = json.loads(told)
        for rule in log["runs"][0]["tool"]["driver"]["rules"]:
            del rule["help"]
        told = json.dumps(log, indent=2) + "\n"
    return told.encode()


def main() -> None:
    """Replaces the recorded outputs."""
    FOLDER.mkdir(exist_ok=True)
    for name, report in REPORTS.items():
        for format_ in FORMATS:
            (FOLDER / f"{name}.{format_}").write_bytes(recorded(format_, report))


if __name__ == "__main__":
    main()
