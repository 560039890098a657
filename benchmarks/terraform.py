"""`python -m benchmarks.terraform`: trees of 1,000 files beside `terraform fmt`, which only parses, and beside Checkov.

Whole processes, cold, in turns, as in `benchmarks/speed.py`; then how the time grows with the number of files, and what one
estate takes that all roots belong to.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.estate import SITE
from benchmarks.speed import Comparison, installed_checkov, installed_pamlint, machine, measured, millis, seconds, table, version
from benchmarks.tree import write, write_estates

SIZES = (250, 500, 1000, 2000, 4000)
MEASURED = 1000
ROUNDS = 7
CHECKOV_ROUNDS = 3
GROWTH_ROUNDS = 3


def main() -> int:
    """Prints both tables; exit code 1 if a target is missed."""
    pamlint, checkov = installed_pamlint(), installed_checkov()
    with tempfile.TemporaryDirectory() as scratch:
        kinds = {
            kind: grown(Path(scratch), kind, write_tree) for kind, write_tree in (("tree", write), ("estates", write_estates))
        }
        comparisons = []
        for tree in (str(trees[MEASURED]) for trees in kinds.values()):
            lint = command(pamlint, Path(tree))
            comparisons += [
                Comparison(lint, ["terraform", "fmt", "-check", "-recursive", tree], rounds=ROUNDS, target=3),
                Comparison(lint, [str(checkov), "--quiet", "--compact", "-d", tree], rounds=CHECKOV_ROUNDS, target=1 / 50),
            ]
        results = [measured(comparison) for comparison in comparisons]
        kinds["one estate"] = {MEASURED: shared(kinds["estates"][MEASURED], Path(scratch) / "shared")}
        growth = "\n\n".join(
            growth_table(kind, {size: command(pamlint, tree) for size, tree in trees.items()}) for kind, trees in kinds.items()
        )
    print(f"{machine()}; pamlint {version(pamlint)}, Checkov {version(checkov)}.\n")
    print(table(results))
    print(f"\n{growth}")
    return int(not all(result.kept for result in results))


def grown(scratch: Path, kind: str, write_tree: Callable[[Path, int], int]) -> dict[int, Path]:
    """Trees of one kind, by the number of their files."""
    trees = {size: scratch / f"{kind}-{size}" for size in SIZES}
    for size, tree in trees.items():
        write_tree(tree, size)
    return trees


def shared(estates: Path, tree: Path) -> Path:
    """The same roots as one estate."""
    shutil.copytree(estates, tree)
    (tree / "pamlint.yaml").write_text(SITE, encoding="utf-8")
    return tree


def command(pamlint: Path, tree: Path) -> list[str]:
    """What lints a tree."""
    return [str(pamlint), "lint", str(tree)]


def growth_table(kind: str, commands: Mapping[int, list[str]]) -> str:
    """The median time by number of files, and what each file costs."""
    rounds = [{size: seconds(command) for size, command in commands.items()} for _ in range(GROWTH_ROUNDS)]
    rows = [(f"files of {kind}", "median", "a file"), ("---",) * 3]
    for size in commands:
        taken = statistics.median(times[size] for times in rounds)
        rows.append((str(size), millis(taken), f"{taken / size * 1000:.2f} ms"))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
