"""`python -m benchmarks.terraform`: trees of 1,000 files beside `terraform fmt`, which only parses, and beside Checkov.

Whole processes, cold, in turns, as in `benchmarks/speed.py`; then how the time grows with the number of files.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.speed import Comparison, installed_checkov, installed_pamlint, machine, measured, millis, seconds, table, version
from benchmarks.tree import write, write_estates

SIZES = (250, 500, 1000, 2000)
MEASURED = 1000
ROUNDS = 7
CHECKOV_ROUNDS = 3


def main() -> int:
    """Prints both tables; exit code 1 if a target is missed."""
    pamlint, checkov = installed_pamlint(), installed_checkov()
    with tempfile.TemporaryDirectory() as scratch:
        trees = {size: Path(scratch) / f"tree-{size}" for size in SIZES}
        for size, tree in trees.items():
            write(tree, size)
        estates = Path(scratch) / f"estates-{MEASURED}"
        write_estates(estates, MEASURED)
        comparisons = []
        for tree in (str(trees[MEASURED]), str(estates)):
            lint = [str(pamlint), "lint", tree]
            comparisons += [
                Comparison(lint, ["terraform", "fmt", "-check", "-recursive", tree], rounds=ROUNDS, target=3),
                Comparison(lint, [str(checkov), "--quiet", "--compact", "-d", tree], rounds=CHECKOV_ROUNDS, target=1 / 50),
            ]
        results = [measured(comparison) for comparison in comparisons]
        growth = growth_table({size: [str(pamlint), "lint", str(tree)] for size, tree in trees.items()})
    print(f"{machine()}; pamlint {version(pamlint)}, Checkov {version(checkov)}.\n")
    print(table(results))
    print(f"\n{growth}")
    return int(not all(result.kept for result in results))


def growth_table(commands: dict[int, list[str]]) -> str:
    """The median time by number of files, and what each file costs."""
    rounds = [{size: seconds(command) for size, command in commands.items()} for _ in range(ROUNDS)]
    rows = [("files", "median", "a file"), ("---",) * 3]
    for size in commands:
        taken = statistics.median(times[size] for times in rounds)
        rows.append((str(size), millis(taken), f"{taken / size * 1000:.2f} ms"))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
