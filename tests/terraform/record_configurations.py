"""Records what the real terraform plans for random configurations: `python -m tests.terraform.record_configurations`.

It needs what `tests/recording/README.md` asks for. `random_configurations.json` maps the generator's seeds to what was planned.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.recording.serve import providers
from tests.terraform.planned import planned
from tests.terraform.random_configurations import Writer
from tests.terraform.roots import write

TABLE = Path(__file__).with_name("random_configurations.json")
_STEPS = (("init", "-input=false"), ("plan", "-input=false", "-refresh=false", "-out=p.bin"), ("show", "-json", "p.bin"))


def plans(seeds: Sequence[int]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """What is planned for each seed, or why terraform refuses it."""
    with providers() as environment:
        for seed in seeds:
            with tempfile.TemporaryDirectory() as name:
                yield seed, _planned(write(Path(name), Writer(seed).write()), environment)


def _planned(directory: Path, environment: Mapping[str, str]) -> dict[str, Any] | str:
    for step in _STEPS:
        done = subprocess.run(
            ["terraform", *step, "-no-color"], cwd=directory, env=environment, check=False, capture_output=True, text=True
        )
        if done.returncode:
            return done.stderr
    return planned(json.loads(done.stdout))


def main() -> None:
    """Writes the table, one resource a line."""
    rows = (
        f"{json.dumps(str(seed))}: {{\n"
        + ",\n".join(f"{json.dumps(address)}: {json.dumps(row)}" for address, row in sorted(plan.items()))
        + "\n}"
        for seed, plan in plans(range(1000, 1025))
        if isinstance(plan, dict)
    )
    TABLE.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
