"""Record what pamlint says of every estate and twin: `python -m tests.recording.expected [NAME ...]`.

Run it on purpose, and read the difference: a report is written only where it agrees with the findings that were written
by hand, and the names of the others are printed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.test_fixtures import CLEAN, disagreement
from tests.twins import FIXTURES, Answer, copy_estate, lint, materialise, twins


def keep(directory: Path, answer: Answer) -> None:
    """Write the report beside the estate or twin, or what was said instead of one."""
    if answer.code == 2:
        (directory / "expected.txt").write_text(answer.err)
    else:
        (directory / "expected.json").write_text(in_lines(answer.report()))


def in_lines(report: dict[str, Any]) -> str:
    """The report as JSON with one line for each verdict, finding and the like, so that differences can be read."""
    parts = []
    for key, value in report.items():
        if isinstance(value, list) and value:
            items = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in value)
            parts.append(f" {json.dumps(key)}: [\n{items}\n ]")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(names: list[str]) -> int:
    """Record those whose name contains one of the names, or all; 1 if some were left as they were."""
    left = 0
    with tempfile.TemporaryDirectory() as scratch:
        for estate in CLEAN:
            name = estate.relative_to(FIXTURES).as_posix()
            if not names or name in names:
                answer = lint(copy_estate(estate, Path(scratch, name)))
                left += _settle(name, estate, answer, [])
        if not names or "demo" in names:
            findings = yaml.safe_load((FIXTURES / "demo" / "findings.yaml").read_text())["findings"]
            left += _settle("demo", FIXTURES / "demo", lint(copy_estate(FIXTURES / "demo", Path(scratch, "demo"))), findings)
        for twin in twins():
            if not names or any(name in twin.name for name in names):
                answer = lint(materialise(twin, Path(scratch, twin.name)))
                left += _settle(twin.name, twin.directory, answer, twin.change.get("findings"))
    return int(left > 0)


def _settle(name: str, directory: Path, answer: Answer, findings: list[dict[str, object]] | None) -> bool:
    if answer.code in (0, 1) and findings is not None:
        missing, unwanted = disagreement(findings, answer.report()["findings"])
        if not missing and not unwanted:
            keep(directory, answer)
            return False
        print(
            f"{name}\n" + "".join(f"  wanted {each}\n" for each in missing) + "".join(f"  found  {each}\n" for each in unwanted)
        )
        return True
    if answer.code == 2 and findings is None:
        keep(directory, answer)
        return False
    print(f"{name}\n  exit code {answer.code}: {answer.err}")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
