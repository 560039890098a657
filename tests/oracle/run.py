"""`python -m tests.oracle.run --seed 1 --count 10000`: random estates until pamlint and the judge disagree.

Each disagreement is minimised and left as a directory that `pamlint lint` can read, with `disagreement.txt` beside it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

from tests.oracle.estates import estate_of
from tests.oracle.linting import differences
from tests.oracle.minimising import minimised
from tests.oracle.nouns import Estate
from tests.oracle.render import write


def main() -> int:
    """Exit code 1 if any estate disagrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first estate's seed; the others count up from it")
    parser.add_argument("--count", type=int, default=1000, help="how many estates")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--most", type=int, default=5, help="stop after so many disagreements")
    parser.add_argument("--directory", type=Path, default=Path("disagreements"), help="where to leave the minimised estates")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.count)
    wrong = list(islice(disagreeing(seeds, options.jobs), options.most))
    for seed in wrong:
        tell(seed, options.directory / str(seed))
    print(f"{len(wrong)} disagreements" if wrong else f"no disagreement in {options.count} estates")
    return 1 if wrong else 0


def disagreeing(seeds: Iterable[int], jobs: int) -> Iterator[int]:
    """The seeds whose estates disagree, as they are found."""
    with ProcessPoolExecutor(jobs) as pool:
        yield from (seed for seed, wrong in pool.map(tried, seeds, chunksize=20) if wrong)
        pool.shutdown(cancel_futures=True)


def tried(seed: int) -> tuple[int, bool]:
    return seed, bool(differences(estate_of(seed), seed))


def tell(seed: int, directory: Path) -> None:
    """Prints one disagreement and writes the smallest estate that still has its kind."""
    found = differences(estate_of(seed), seed)
    kind = kind_of(found[0])

    def disagrees(estate: Estate) -> bool:
        return any(kind_of(each) == kind for each in differences(estate, seed))

    smallest = minimised(estate_of(seed), disagrees)
    left = [each for each in differences(smallest, seed) if kind_of(each) == kind]
    write(smallest, directory)
    (directory / "disagreement.txt").write_text("\n".join(left) + "\n")
    print(f"seed {seed}, in {directory}:", *left[:5], sep="\n  ")


def kind_of(disagreement: str) -> str:
    """What sort of disagreement it is: its first words."""
    return " ".join(disagreement.split()[:2])


if __name__ == "__main__":
    sys.exit(main())
