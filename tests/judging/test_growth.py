"""What judging costs grows with the rules, not with the pairs of groups that bear roles."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

from benchmarks.estate import SITE
from benchmarks.planned import write_groups
from benchmarks.tree import FILES_A_ROOT, write_estates
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


def test_roots_that_share_a_site_are_judged_in_proportion(tmp_path: Path) -> None:
    """All members that a role has in other roots, of which no rule here names any, are judged at once."""

    def calls_for(roots: int) -> int:
        folder = tmp_path / str(roots)
        write_estates(folder, roots * FILES_A_ROOT)
        (folder / "pamlint.yaml").write_text(SITE)
        profile = cProfile.Profile()
        assert profile.runcall(lint, folder, ".").code == 1
        counted: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
        return counted

    few, many = calls_for(2), calls_for(6)
    assert many < 3.6 * few
