"""Writes what every format makes of the sample reports: `python -m tests.report.write_expected`, then read the difference."""

from __future__ import annotations

from pathlib import Path

from pamlint.report import FORMATS
from tests.report.samples import REPORTS

FOLDER = Path(__file__).parent / "expected"


def main() -> None:
    """Replaces the recorded outputs."""
    FOLDER.mkdir(exist_ok=True)
    for name, report in REPORTS.items():
        for format_, render in FORMATS.items():
            (FOLDER / f"{name}.{format_}").write_bytes(render(report).encode())


if __name__ == "__main__":
    main()
