"""`python -m benchmarks.plan`: plans of 100,000 rules beside `json.load` of the same file, in time and memory.

Whole processes, cold, in turns, each by the processor time that it takes, so that whatever else the machine does counts little;
medians of the ratios of each turn. Then one NSG with denies beside a larger one without, and how time grows with the rules.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.planned import RULES_EACH, write_groups, write_nsg
from benchmarks.speed import installed_pamlint, machine, version

GROUPS = 2000
ESTATES = {10: 3, GROUPS: 1}
"""How many groups bear a role, and how often that is measured."""
SIZES = (250, 500, 1000, 2000)
ROUNDS = 3
MOST_TIMES, MOST_MORE = 10, 300


class Run(NamedTuple):
    """One process: its seconds on a processor, and its peak of memory in MB."""

    seconds: float
    peak: float


def main() -> int:
    """Prints the tables; exit code 1 if a target is missed."""
    pamlint = installed_pamlint()
    print(f"{machine()}; pamlint {version(pamlint)}.")
    kept = []
    with tempfile.TemporaryDirectory() as scratch:
        for bearing, rounds in ESTATES.items():
            plan = write_groups(Path(scratch) / f"{bearing}-bear-roles", GROUPS, bearing)
            told, good = beside_json(pamlint, plan, bearing, rounds)
            print(f"\n{told}", flush=True)
            kept.append(good)
        told, good = beside_nsg(
            pamlint, write_nsg(Path(scratch) / "denies", 1000, True), write_nsg(Path(scratch) / "plain", 2000, False)
        )
        print(f"\n{told}", flush=True)
        print(f"\n{grown(pamlint, {size: write_groups(Path(scratch) / str(size), size, min(ESTATES)) for size in SIZES})}")
    return int(not all((*kept, good)))


def beside_json(pamlint: Path, plan: Path, bearing: int, rounds: int) -> tuple[str, bool]:
    """A plan beside `json.load`: the table, and whether both targets are kept."""
    load = [str(pamlint.parent / "python"), "-c", f"import json,sys; json.load(open({str(plan)!r}))"]
    pairs = [(run(load), run([str(pamlint), "lint", str(plan)])) for _ in range(rounds)]
    ratio = statistics.median(lint.seconds / loaded.seconds for loaded, lint in pairs)
    more = statistics.median(lint.peak - loaded.peak for loaded, lint in pairs)
    loaded, lint = (Run(*(statistics.median(values) for values in zip(*side, strict=True))) for side in zip(*pairs, strict=True))
    kept = ratio <= MOST_TIMES and more <= MOST_MORE
    wanted = f"at most {MOST_TIMES} and {MOST_MORE} MB, {'kept' if kept else 'MISSED'}"
    head = ("groups that bear a role", "file", "json.load", "pamlint lint", "ratio", "peak of json.load", "more", "targets")
    size = f"{plan.stat().st_size / 1e6:.0f} MB"
    row = (f"{bearing:,} of {GROUPS:,}", size, f"{loaded.seconds:.1f} s", f"{lint.seconds:.1f} s", f"{ratio:.1f}")
    return table([head, (*row, f"{loaded.peak:.0f} MB", f"{more:.0f} MB", wanted)]), kept


def beside_nsg(pamlint: Path, denies: Path, plain: Path) -> tuple[str, bool]:
    """An NSG with denies beside one of twice its size without."""
    pairs = [tuple(run([str(pamlint), "lint", str(plan)]).seconds for plan in (denies, plain)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / beside for mine, beside in pairs)
    first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
    wanted = f"at most 1, {'kept' if ratio <= 1 else 'MISSED'}"
    head = ("1,000 rules, half of them denies", "2,000 rules, no denies", "ratio", "target")
    return table([head, (f"{first:.1f} s", f"{second:.1f} s", f"{ratio:.2f}", wanted)]), ratio <= 1


def grown(pamlint: Path, plans: dict[int, Path]) -> str:
    """The time by number of rules, and what each rule costs."""
    rows: list[Sequence[str]] = [("rules", "pamlint lint", "a rule")]
    for size, plan in plans.items():
        taken, rules = run([str(pamlint), "lint", str(plan)]).seconds, size * RULES_EACH
        rows.append((f"{rules:,}", f"{taken:.1f} s", f"{taken / rules * 1e6:.0f} µs"))
    return table(rows)


def run(command: Sequence[str]) -> Run:
    """One process; 0 and 1 are the exit codes of a linter that did its work."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        sys.exit(f"{' '.join(command)} failed with exit code {process.returncode}")
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, the first as its head."""
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
