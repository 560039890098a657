"""Record what the real terraform makes of the clean estates: `python -m tests.recording.record [ESTATE ...]`.

An estate is planned and applied in a copy, and its `plan.json` and `state.json` are written beside the code. A plan that
differs from the recorded one only in its time, or in the order of references, is left as it is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.recording.serve import providers

FIXTURES = Path(__file__).parents[2] / "fixtures"
EXISTING = Path(__file__).parents[1] / "clouds" / "existing"


def estates() -> list[Path]:
    """The estates whose plans and states are kept."""
    return sorted(path.parent for path in (*FIXTURES.glob("*/*/plan.json"), *EXISTING.glob("*/plan.json")))


def record(estate: Path, environment: dict[str, str]) -> None:
    """Format-check, plan and apply one estate; write its plan and state."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory, "estate")
        shutil.copytree(estate, copy, ignore=shutil.ignore_patterns("plan.json", "state.json", "expected.json", "twins"))

        def terraform(*arguments: str) -> str:
            done = subprocess.run(
                ["terraform", *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise SystemExit(f"{estate}: terraform {arguments[0]}: {done.stdout}{done.stderr}")
            return done.stdout

        terraform("fmt", "-check", "-diff", "-recursive")
        terraform("init", "-no-color")
        terraform("plan", "-no-color", "-out", "plan.bin")
        _keep(estate / "plan.json", json.loads(terraform("show", "-json", "plan.bin")))
        terraform("apply", "-no-color", "plan.bin")
        _keep(estate / "state.json", json.loads(terraform("show", "-json")))


def _keep(path: Path, new: dict[str, Any]) -> None:
    old = json.loads(path.read_text()) if path.exists() and path.stat().st_size else {}
    if _settled({**new, "timestamp": None}) == _settled({**old, "timestamp": None}):
        return
    path.write_text(json.dumps(new, indent=1) + "\n")
    print(f"recorded {path.relative_to(FIXTURES.parent)}")


def _settled(value: Any) -> Any:
    """The value with its lists in one order: Terraform tells references in any."""
    if isinstance(value, dict):
        return {key: _settled(inner) for key, inner in value.items()}
    return sorted(map(_settled, value), key=json.dumps) if isinstance(value, list) else value


def main(names: list[str]) -> None:
    """Record the estates named, or all that have been recorded before."""
    with providers() as environment:
        for estate in [Path(name).resolve() for name in names] or estates():
            record(estate, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
