"""Records what the real terraform answers to the function calls in functions.json: `python tests/terraform/record_functions.py`.

The file maps each call to [its value in JSON, which of list, set and map it is], or to null if terraform refuses it. New calls
are added to the file with any answer, then recorded.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("functions.json")
KINDS = ("list", "set", "map")
_BATCH = 2000


def ask(calls: Sequence[str]) -> list[Any]:
    """The answers of `terraform console`, in the form of the table."""
    return [answer for start in range(0, len(calls), _BATCH) for answer in _ask_batch(calls[start : start + _BATCH])]


def _ask_batch(calls: Iterable[str]) -> list[Any]:
    kinds = ", ".join(f"try(to{kind}(x) == x, false)" for kind in KINDS)
    rows = ",\n".join(f"try([for x in [{call}] : [jsonencode(nonsensitive(x)), [{kinds}]]][0], [])" for call in calls)
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "main.tf").write_text(f"locals {{\n  r = [\n{rows}\n  ]\n}}\n", encoding="utf-8")
        Path(directory, "empty.rc").touch()
        run = subprocess.run(
            ["terraform", "console", "-no-color"],
            input="jsonencode(local.r)\n",
            cwd=directory,
            text=True,
            capture_output=True,
            check=False,
            env={**os.environ, "TF_CLI_CONFIG_FILE": f"{directory}/empty.rc", "CHECKPOINT_DISABLE": "1"},
        )
    try:
        answers = json.loads(json.loads(run.stdout))
    except ValueError:
        raise SystemExit(run.stdout[-2000:] + run.stderr[-2000:]) from None
    return [_row(answer) for answer in answers]


def _row(answer: list[Any]) -> Any:
    if not answer:
        return None
    return [answer[0], next((kind for kind, holds in zip(KINDS, answer[1], strict=True) if holds), "")]


def write(answers: dict[str, Any]) -> None:
    """Writes the table, one call a line."""
    lines = ",\n".join(f"{json.dumps(call)}: {json.dumps(answer)}" for call, answer in answers.items())
    TABLE.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    known = list(json.loads(TABLE.read_text(encoding="utf-8")))
    write(dict(zip(known, ask(known), strict=True)))
