"""What judging costs grows with the rules, not with the pairs of groups that bear roles."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

import pytest

from benchmarks.estate import SITE
from benchmarks.planned import write_groups, write_nsg
from benchmarks.tree import FILES_A_ROOT, write_estates
from tests.twins import lint


def groups(folder: Path, number: int) -> int:
    """How many functions are called to lint so many groups, all of which bear a role and permit each other something."""
    write_groups(folder, number, number)
    return calls(folder)


def rules(folder: Path, number: int, denies: bool) -> int:
    """How many functions are called to lint one NSG of so many rules."""
    write_nsg(folder, number, denies)
    return calls(folder)


def calls(folder: Path, what: str = "plan.json") -> int:
    """How many functions are called to lint what is in a folder."""
    profile = cProfile.Profile()
    answer = profile.runcall(lint, folder, what)
    assert answer.code == 1
    counted: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return counted


def test_four_times_the_groups_are_four_times_the_work(tmp_path: Path) -> None:
    """Every group meets what its own rules name; of the others it is enough to know what they have in common."""
    groups(tmp_path / "warm", 1)
    few, many = groups(tmp_path / "few", 6), groups(tmp_path / "many", 24)
    assert many < 4.5 * few


def test_roots_that_share_a_site_are_judged_in_proportion(tmp_path: Path) -> None:
    """All members that a role has in other roots, of which no rule here names any, are judged at once."""

    def calls_for(roots: int) -> int:
        folder = tmp_path / str(roots)
        write_estates(folder, roots * FILES_A_ROOT)
        (folder / "pamlint.yaml").write_text(SITE)
        return calls(folder, ".")

    few, many = calls_for(2), calls_for(6)
    assert many < 3.6 * few


@pytest.mark.parametrize("denies", [False, True])
def test_each_rule_of_a_list_is_the_same_work(denies: bool, tmp_path: Path) -> None:
    """The second two hundred rules of an NSG cost twice what the second hundred does: each meets only those that are near it."""
    rules(tmp_path / "warm", 1, denies)
    hundred, two, four = (rules(tmp_path / str(number), number, denies) for number in (100, 200, 400))
    assert four - two < 2.4 * (two - hundred)
