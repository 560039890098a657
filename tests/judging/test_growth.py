"""What judging costs grows with the rules, not with the pairs of groups that bear roles."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

import pytest

from benchmarks.estate import SITE
from benchmarks.planned import write_groups, write_nsg
from benchmarks.tree import FILES_A_ROOT, write_estates
from tests.judging.amazon import edge, group, machine, opens
from tests.judging.building import FLOW, ROLES, findings
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


EDGE = """
variable "blocks" { type = list(string) }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
""" + edge(subnets="s")
UNKNOWN = """
resource "aws_network_acl_rule" "r%s" {
  for_each       = toset(var.blocks)
  network_acl_id = aws_network_acl.edge.id
  egress         = %s
  rule_number    = %s + index(var.blocks, each.value)
  rule_action    = "%s"
  protocol       = "tcp"
  from_port      = %s
  to_port        = %s
  cidr_block     = each.value
}
"""
WEARER = group("g%s", opens("22-443", "10.0.0.0/8")) + machine("i%s", "g%s", subnet="s")
EACH_OTHER = FLOW % ("f", "near", "near", "tcp/22", "required", "ingress") + FLOW % (
    "g",
    "far",
    "near",
    "tcp/443",
    "required",
    "ingress",
)
ALL_NEAR = (ROLES % ("", "")).replace("name: near", 'name: "g*"').replace("{match: [{name: far}]}", "{cidrs: [10.0.9.0/24]}")


def test_many_rules_of_which_nothing_is_known_are_one_doubt(tmp_path: Path) -> None:
    """Whether there is a rule, for whom and where in the list are unknown: all of it together decides what is not proved.

    Three times the rules, each of which any deny may come before, cost no more than nine times as much.
    """

    def told(rules: int) -> tuple[int, set[tuple[str, tuple[str, ...]]]]:
        lines = "".join(
            UNKNOWN % (place, str(place % 2 == 0).lower(), 100 + place, "deny" if place % 4 == 1 else "allow", 20, 500)
            for place in range(rules)
        )
        folder = tmp_path / str(rules)
        folder.mkdir()
        found = findings(folder, EACH_OTHER, ALL_NEAR, EDGE + lines + "".join(WEARER % ((name,) * 4) for name in range(4)))
        missing = {(each["certainty"], tuple(each["because"])) for each in found if each["check"] == "missing-access"}
        return calls(folder, "."), missing

    (few, of_few), (many, of_many) = told(12), told(36)
    assert of_few == of_many == {("unproven", ("var.blocks",))}
    assert many < 9 * few
