"""Asks the real `terraform console` what expressions come to, thousands at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

AVAILABLE = shutil.which("terraform") is not None
_BATCH = 1500
_GO_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9a-f]{2})")
_KINDS = ("list", "set", "map")


def ask(expressions: Sequence[str], locals_text: str = "") -> list[str | None]:
    """For each expression its value in JSON, which of list, set and map it is, and whether it is sensitive; None if refused.

    "unknown" where the console itself does not know, or crashes.
    """
    batches = [expressions[start : start + _BATCH] for start in range(0, len(expressions), _BATCH)]
    return [answer for batch in batches for answer in _ask_batch(batch, locals_text)]


def run(directory: Path, *arguments: str, standard_input: str = "") -> subprocess.CompletedProcess[str]:
    """Runs terraform offline in a directory."""
    (directory / "empty.rc").touch()
    return subprocess.run(
        ["terraform", *arguments],
        input=standard_input,
        cwd=directory,
        text=True,
        capture_output=True,
        check=False,
        env={**os.environ, "TF_CLI_CONFIG_FILE": f"{directory}/empty.rc", "CHECKPOINT_DISABLE": "1"},
    )


def _ask_batch(expressions: Sequence[str], locals_text: str) -> list[str | None]:
    kinds = ", ".join(f"try(to{kind}(x) == x, false)" for kind in _KINDS)
    rows = ",\n".join(
        f"try([for x in [{text}] : [jsonencode(x), [{kinds}], issensitive(jsonencode(x))]][0], null)" for text in expressions
    )
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "main.tf").write_text(f"locals {{\n{locals_text}\nrows = [\n{rows}\n]\n}}\n", encoding="utf-8", newline="")
        done = run(directory, "console", "-no-color", standard_input="nonsensitive(jsonencode(local.rows))\n")
    if done.stdout.rstrip().endswith("(known after apply)") or "panic" in done.stderr:
        return _ask_halves(expressions, locals_text) if len(expressions) > 1 else ["unknown"]
    try:
        answers = json.loads(json.loads(_GO_ESCAPE.sub(r"\1\\u00\2", done.stdout)))
    except ValueError:
        if len(expressions) > 1:
            return _ask_halves(expressions, locals_text)
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:]) from None
    return [None if answer is None else _row(*answer) for answer in answers]


def _ask_halves(expressions: Sequence[str], locals_text: str) -> list[str | None]:
    middle = len(expressions) // 2
    return _ask_batch(expressions[:middle], locals_text) + _ask_batch(expressions[middle:], locals_text)


def _row(value: str, kinds: list[bool], sensitive: bool) -> str:
    kind = next((kind for kind, holds in zip(_KINDS, kinds, strict=True) if holds and value != "null"), "")
    return " ".join(filter(None, (value, kind, "sensitive" if sensitive else "")))
