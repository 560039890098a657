"""`python -m benchmarks.speed`: whole processes side by side in one run, cold, medians and ratios.

pamlint is measured as it is installed, from a wheel of this checkout; Checkov as its users run it. Each has a virtual
environment of its own under ~/.cache/pamlint-benchmarks (XDG_CACHE_HOME is heeded), made at the first run.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.estate import write

PROJECT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pamlint-benchmarks"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two commands that are run in turns; `target` is the most that the first may take of the second's time."""

    ours: Sequence[str]
    theirs: Sequence[str]
    rounds: int
    target: float


@dataclass(frozen=True, slots=True)
class Result:
    """The medians of both commands, in seconds."""

    comparison: Comparison
    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def kept(self) -> bool:
        return self.ratio <= self.comparison.target


def main() -> int:
    """Prints the table; exit code 1 if a target is missed."""
    pamlint, checkov = installed_pamlint(), installed_checkov()
    with tempfile.TemporaryDirectory() as scratch:
        estate = Path(scratch) / "estate"
        files = write(estate)
        comparisons = [
            Comparison([str(pamlint), "--version"], [str(pamlint.parent / "python"), "-c", "pass"], rounds=31, target=4),
            Comparison([str(pamlint), "lint", str(estate)], [str(checkov), "-d", str(estate)], rounds=7, target=1 / 10),
        ]
        results = [measured(comparison) for comparison in comparisons]
    print(f"{machine()}; pamlint {version(pamlint)}, Checkov {version(checkov)}.")
    print(f"The estate has {files} files and 30 security groups.\n")
    print(table(results))
    return int(not all(result.kept for result in results))


def measured(comparison: Comparison) -> Result:
    """Runs both commands in turns, so that whatever else the machine does meets both alike."""
    pairs = [(seconds(comparison.ours), seconds(comparison.theirs)) for _ in range(comparison.rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Result(comparison, ours, theirs)


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    rows = [("command", "median", "beside it", "median", "ratio", "target"), ("---",) * 6]
    for result in results:
        asked = result.comparison
        wanted = f"at most {times(asked.target)}, {'kept' if result.kept else 'MISSED'}"
        sides = (named(asked.ours), millis(result.ours), named(asked.theirs), millis(result.theirs))
        rows.append((*sides, times(result.ratio), wanted))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def installed_pamlint() -> Path:
    """The command of an environment with the wheel of this checkout as it is now."""
    place = environment("pamlint")
    with tempfile.TemporaryDirectory() as scratch:
        must(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", scratch, str(PROJECT))
        (wheel,) = Path(scratch).glob("*.whl")
        pip = (str(place / "bin" / "python"), "-m", "pip", "install", "--quiet")
        must(*pip, "--constraint", str(PROJECT / "requirements.lock"), str(wheel))
        must(*pip, "--force-reinstall", "--no-deps", str(wheel))
    return place / "bin" / "pamlint"


def installed_checkov() -> Path:
    """The command of an environment with the newest Checkov at the time of the first run."""
    place = environment("checkov")
    command = place / "bin" / "checkov"
    if not command.exists():
        must(str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "checkov")
    return command


def environment(name: str) -> Path:
    place = CACHE / name
    if not (place / "bin" / "python").exists():
        venv.create(place, with_pip=True)
    return place


def must(*command: str) -> str:
    """Standard output of a command that has to succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def seconds(command: Sequence[str]) -> float:
    """How long a process takes from start to end; 0 and 1 are the exit codes of a linter that did its work."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    taken = time.perf_counter() - start
    if done.returncode not in {0, 1}:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return taken


def machine() -> str:
    kernel = f"{platform.system()} {platform.machine()}"
    return f"{time.strftime('%Y-%m-%d')}, {kernel}, {os.cpu_count()} processors, Python {platform.python_version()}"


def version(command: Path) -> str:
    return must(str(command), "--version").split()[-1]


def named(command: Sequence[str]) -> str:
    return " ".join(Path(word).name if word.startswith("/") else word for word in command)


def times(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio >= 1 else f"1/{1 / ratio:.3g}"


def millis(taken: float) -> str:
    return f"{taken * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
