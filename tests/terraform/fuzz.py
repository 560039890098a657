"""`python -m tests.terraform.fuzz --seed 1 --expressions 20000 --configurations 500`: random code against the real terraform.

Expressions and function calls are asked of `terraform console`; configurations of `terraform plan`, with the stand-in providers
that `tests/recording/README.md` tells of. Every difference is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pamlint.model.resource import Reading
from tests.terraform.console import ask
from tests.terraform.evaluating import Locals, answer
from tests.terraform.planned import differences
from tests.terraform.random_calls import make_calls
from tests.terraform.random_configurations import Writer
from tests.terraform.random_expressions import LOCALS, Generator
from tests.terraform.roots import problems, read, write

_LONGEST = 3000


def main() -> int:
    """Exit code 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.terraform.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what everything random comes from")
    parser.add_argument("--expressions", type=int, default=0, help="how many expressions, a third of them function calls")
    parser.add_argument("--configurations", type=int, default=0, help="how many root modules")
    options = parser.parse_args()
    found = [*wrong_expressions(options.seed, options.expressions), *wrong_configurations(options.seed, options.configurations)]
    for line in found:
        print(line)
    print(f"{len(found)} differences in {options.expressions} expressions and {options.configurations} configurations")
    return 1 if found else 0


def wrong_expressions(seed: int, count: int) -> Iterator[str]:
    """The expressions whose value differs, each with both answers."""
    names, texts = Locals(LOCALS), random_expressions(seed, count)
    for text, real in zip(texts, ask(texts, LOCALS), strict=True):
        ours = answer(text, names)
        if ours != real and real != "unknown":
            yield json.dumps({"expression": text, "terraform": real, "pamlint": ours})


def random_expressions(seed: int, count: int) -> list[str]:
    """Expressions of every shape and size, a third of them function calls."""
    generator = Generator(seed)
    calls = make_calls(seed, count // 3)
    texts = []
    while len(texts) + len(calls) < count:
        text = generator.expression(generator.random.choice([1, 2, 3, 4]))
        if len(text) <= _LONGEST:
            texts.append(text)
    return [*texts, *calls]


def wrong_configurations(seed: int, count: int) -> Iterator[str]:
    """The resources whose arguments differ from the plan, by the seed of their configuration, until so many were planned."""
    if not count:
        return
    from tests.terraform.record_configurations import plans

    first = seed * 1_000_000
    compared = 0
    for number, plan in plans(range(first, first + 2 * count)):
        compared += not isinstance(plan, str)
        with tempfile.TemporaryDirectory() as name:
            reading = read(write(Path(name), Writer(number).write()))
        yield from (f"configuration {number}: {difference}" for difference in _differences(reading, plan))
        if compared == count:
            break
    print(f"terraform planned {compared} configurations and refused {number - first + 1 - compared}")


def _differences(reading: Reading, plan: dict[str, Any] | str) -> list[object]:
    """Terraform refuses also what no resource depends on; pamlint evaluates only what one does."""
    if isinstance(plan, str):
        return []
    return [*problems(reading), *differences(reading, plan)]


if __name__ == "__main__":
    sys.exit(main())
