"""`python -m benchmarks.plan`: plans of 100,000 rules beside `json.load` of the same file, in time and memory.

Whole processes, cold, in turns, as in `benchmarks/speed.py`; medians of the ratios of each turn. Then one NSG with denies beside
a larger one without, and how time grows with the number of rules.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.planned import RULES_EACH, write_groups, write_nsg
from benchmarks.speed import installed_pamlint, machine, version

GROUPS = 2000
FEW = 10
"""So many groups bear a role in the first estate; in the second all do."""
SIZES = (250, 500, 1000, 2000, 4000)
ROUNDS = 3
MOST_TIMES, MOST_MORE = 10, 300


class Run(NamedTuple):
    """One process: seconds from start to end, and its peak of memory in MB."""

    seconds: float
    peak: float


def main() -> int:
    """Prints the tables; exit code 1 if a target is missed."""
    pamlint = installed_pamlint()
    with tempfile.TemporaryDirectory() as scratch:
        few, all_ = write_groups(Path(scratch) / "few", GROUPS, FEW), write_groups(Path(scratch) / "all", GROUPS, GROUPS)
        denies, plain = write_nsg(Path(scratch) / "denies", 1000, True), write_nsg(Path(scratch) / "plain", 2000, False)
        sizes = {size: write_groups(Path(scratch) / str(size), size, FEW) for size in SIZES}
        size = few.stat().st_size / 1e6
        rows, kept = beside_json(pamlint, {FEW: few, GROUPS: all_})
        nsgs, no_slower = beside_nsg(pamlint, denies, plain)
        growth = grown(pamlint, sizes)
    print(f"{machine()}; pamlint {version(pamlint)}. The file has {size:.0f} MB.\n")
    print(*(table(each) for each in (rows, nsgs, growth)), sep="\n\n")
    return int(not (kept and no_slower))


def beside_json(pamlint: Path, plans: dict[int, Path]) -> tuple[list[Sequence[str]], bool]:
    """Both estates beside `json.load`: the table, and whether both targets are kept by all."""
    rows: list[Sequence[str]] = [("groups that bear a role", "json.load", "pamlint lint", "ratio", "peak", "more", "targets")]
    every = True
    for bearing, plan in plans.items():
        load = [str(pamlint.parent / "python"), "-c", f"import json,sys; json.load(open({str(plan)!r}))"]
        pairs = [(run(load), run([str(pamlint), "lint", str(plan)])) for _ in range(ROUNDS)]
        ratio = statistics.median(lint.seconds / loaded.seconds for loaded, lint in pairs)
        more = statistics.median(lint.peak - loaded.peak for loaded, lint in pairs)
        kept = ratio <= MOST_TIMES and more <= MOST_MORE
        every = every and kept
        loaded, lint = (
            Run(*(statistics.median(values) for values in zip(*side, strict=True))) for side in zip(*pairs, strict=True)
        )
        wanted = f"at most {MOST_TIMES} and {MOST_MORE} MB, {'kept' if kept else 'MISSED'}"
        told = (
            f"{loaded.seconds:.1f} s",
            f"{lint.seconds:.1f} s",
            f"{ratio:.1f}",
            f"{lint.peak:.0f} MB",
            f"{more:.0f} MB",
            wanted,
        )
        rows.append((f"{bearing} of {GROUPS}", *told))
    return rows, every


def beside_nsg(pamlint: Path, denies: Path, plain: Path) -> tuple[list[Sequence[str]], bool]:
    """An NSG with denies beside one of twice its size without."""
    pairs = [tuple(run([str(pamlint), "lint", str(plan)]).seconds for plan in (denies, plain)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / beside for mine, beside in pairs)
    first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
    wanted = f"at most 1, {'kept' if ratio <= 1 else 'MISSED'}"
    head = ("1,000 rules, half of them denies", "2,000 rules, no denies", "ratio", "target")
    return [head, (f"{first:.1f} s", f"{second:.1f} s", f"{ratio:.2f}", wanted)], ratio <= 1


def grown(pamlint: Path, plans: dict[int, Path]) -> list[Sequence[str]]:
    """The median time by number of rules, and what each rule costs."""
    rounds = [{size: run([str(pamlint), "lint", str(plan)]).seconds for size, plan in plans.items()} for _ in range(ROUNDS)]
    rows: list[Sequence[str]] = [("rules", "median", "a rule")]
    for size in plans:
        taken, rules = statistics.median(times[size] for times in rounds), size * RULES_EACH
        rows.append((f"{rules:,}", f"{taken:.1f} s", f"{taken / rules * 1e6:.0f} µs"))
    return rows


def run(command: Sequence[str]) -> Run:
    """One process; 0 and 1 are the exit codes of a linter that did its work."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        sys.exit(f"{' '.join(command)} failed with exit code {process.returncode}")
    return Run(time.perf_counter() - start, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, the first as its head."""
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
