"""What judging costs grows with the rules, not with the pairs of groups that bear roles."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

from benchmarks.planned import write_groups
from tests.twins import lint


def calls(folder: Path, groups: int) -> int:
    """How many functions are called to lint so many groups, all of which bear a role and permit each other something."""
    write_groups(folder, groups, groups)
    profile = cProfile.Profile()
    answer = profile.runcall(lint, folder, "plan.json")
    assert answer.code == 1
    counted: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return counted


def test_four_times_the_groups_are_four_times_the_work(tmp_path: Path) -> None:
    """Every group meets what its own rules name; of the others it is enough to know what they have in common."""
    calls(tmp_path / "warm", 1)
    few, many = calls(tmp_path / "few", 6), calls(tmp_path / "many", 24)
    assert many < 4.5 * few
