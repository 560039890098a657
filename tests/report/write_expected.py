"""Writes what every format makes of the sample reports: `python -m tests.report.write_expected`, then read the difference."""

from __future__ import annotations

import json
from pathlib import Path

from pamlint.model.finding import Report
from pamlint.model.matrix import Matrix
from pamlint.report import FORMATS
from pamlint.report.evidence import FORMATS as EVIDENCE_FORMATS
from pamlint.report.matrix import FORMATS as MATRIX_FORMATS
from pamlint.report.screen import PLAIN
from tests.report.evidence_samples import EVIDENCE
from tests.report.matrix_samples import MATRICES
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


def matrix_recorded(format_: str, matrix: Matrix) -> bytes:
    """A matrix's whole output in a format that is text."""
    told = MATRIX_FORMATS[format_](matrix, PLAIN)
    return told.encode() if isinstance(told, str) else told


def main() -> None:
    """Replaces the recorded outputs."""
    FOLDER.mkdir(exist_ok=True)
    for name, report in REPORTS.items():
        for format_ in FORMATS:
            (FOLDER / f"{name}.{format_}").write_bytes(recorded(format_, report))
    for name, matrix in MATRICES.items():
        for format_ in MATRIX_FORMATS:
            if format_ != "xlsx":
                (FOLDER / f"{name}.{format_}").write_bytes(matrix_recorded(format_, matrix))
    for name, evidence in EVIDENCE.items():
        for format_, render in EVIDENCE_FORMATS.items():
            (FOLDER / f"{name}.{format_}").write_bytes(render(evidence).encode())


if __name__ == "__main__":
    main()
