"""Records what the real terraform plans for random configurations: `python -m tests.terraform.record_configurations`.

It needs what `tests/recording/README.md` asks for. `random_configurations.json` maps the generator's seeds to what was planned.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.recording.serve import providers
from tests.terraform.planned import planned
from tests.terraform.random_configurations import Writer
from tests.terraform.roots import write

TABLE = Path(__file__).with_name("random_configurations.json")
_STEPS = (("init", "-input=false"), ("plan", "-input=false", "-refresh=false", "-out=p.bin"))


def plans(seeds: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """What is planned for each seed."""
    with providers() as environment:
        for seed in seeds:
            with tempfile.TemporaryDirectory() as name:
                directory = write(Path(name), Writer(seed).write())
                for step in _STEPS:
                    subprocess.run(["terraform", *step], cwd=directory, env=environment, check=True, capture_output=True)
                shown = subprocess.run(
                    ["terraform", "show", "-json", "p.bin"], cwd=directory, env=environment, check=True, capture_output=True
                )
                yield seed, planned(json.loads(shown.stdout))


def main() -> None:
    """Writes the table, one resource a line."""
    rows = (
        f"{json.dumps(str(seed))}: {{\n"
        + ",\n".join(f"{json.dumps(address)}: {json.dumps(row)}" for address, row in sorted(plan.items()))
        + "\n}"
        for seed, plan in plans(range(1000, 1025))
    )
    TABLE.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
