"""Random root modules come to the resources that the real terraform plans for them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tests.terraform.console import AVAILABLE
from tests.terraform.planned import differences
from tests.terraform.random_configurations import Writer
from tests.terraform.roots import problems, read, write

RECORDED = json.loads(Path(__file__).with_name("random_configurations.json").read_text(encoding="utf-8"))
HAS_PROVIDERS = AVAILABLE and all(importlib.util.find_spec(name) for name in ("tf", "grpc", "msgpack"))


@pytest.mark.parametrize("seed", sorted(map(int, RECORDED)))
def test_recorded_plans(tmp_path: Path, seed: int) -> None:
    """Every resource and every argument is the one that was planned."""
    reading = read(write(tmp_path, Writer(seed).write()))
    assert problems(reading) == []
    assert differences(reading, RECORDED[str(seed)]) == []


@pytest.mark.skipif(not HAS_PROVIDERS, reason="terraform and the stand-in providers are not there")
def test_plans_live(tmp_path: Path) -> None:
    """New configurations agree with new plans."""
    from tests.terraform.record_configurations import plans

    for seed, plan in plans(range(30)):
        reading = read(write(tmp_path / str(seed), Writer(seed).write()))
        assert not isinstance(plan, str), plan
        assert (problems(reading), differences(reading, plan)) == ([], []), seed
