"""Runs the command line as a user does: in a process of its own, in a clean environment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]


class Answer(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


def pamlint(*arguments: str, cwd: Path, stdin: str = "", environment: Mapping[str, str] | None = None) -> Answer:
    """Runs `pamlint` with these arguments in that directory, with nothing in the environment but what is given."""
    done = subprocess.run(
        [sys.executable, "-m", "pamlint", *arguments],
        cwd=cwd,
        input=stdin.encode(),
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin", **(environment or {})},
        timeout=120,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
