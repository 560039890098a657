"""The screen: grouped, marked, counted, and only as wide and as coloured as it may be."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pamlint.model.noun import replace
from pamlint.report import text
from pamlint.report.screen import Screen
from tests.report.samples import CLEAN, CODE, EXTRA, FULL, report

EXCERPT = """ssh-relay
─────────
critical[extra-access] proved: `aws_security_group.relay.ingress[0]` lets any IPv4 address reach
    ssh-relay on tcp/22, which no flow of the policy permits.
 --> main.tf:4:3
  |
4 |   ingress {
  |   ^^^^^^^^^
5 |     from_port   = 22
6 |     to_port     = 22
7 |     protocol    = "tcp"
8 |     cidr_blocks = ["0.0.0.0/0"]
9 |   }
   = traffic:  tcp/22 from 0.0.0.0/0
   = example:  tcp 1.0.0.1:49152 -> aws_security_group.relay:22
   = see:      azurerm_network_security_group.sub.deny[0] at net.tf:7:1: lets it through as well
   = tip:      Narrow `cidr_blocks`, or permit it under `allow` with a reason.

"""


@pytest.fixture(autouse=True)
def _estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that holds the code of the sample findings."""
    (tmp_path / "main.tf").write_text(CODE)
    monkeypatch.chdir(tmp_path)


def test_a_finding_shows_its_rule_with_the_line_marked() -> None:
    """The whole of one finding, as a compiler would show it."""
    assert text.render(report(EXTRA), Screen(quiet=True)) == EXCERPT


def test_a_block_that_makes_many_rules_is_shown_once_under_a_heading() -> None:
    """Below the first of them the place alone; another role's heading shows it again."""
    other = replace(EXTRA, message="Another rule of the block.")
    elsewhere = replace(other, roles=("agent",))
    told = text.render(report(EXTRA, other, elsewhere), Screen(quiet=True))
    assert told.count(" --> main.tf:4:3\n") == 3
    assert [told.count(line) for line in (" --> main.tf:4:3\n  |\n4 |   ingress {\n", " --> main.tf:4:3\n   = traffic:")] == [
        2,
        1,
    ]


def test_of_many_other_rules_the_first_are_shown() -> None:
    """And how many there are besides."""
    (deny,) = EXTRA.related
    many = replace(EXTRA, related=tuple(replace(deny, name=f"rule{number}") for number in range(8)))
    lines = text.render(report(many), Screen(quiet=True)).splitlines()
    see = lines.index("   = see:      rule0 at net.tf:7:1: lets it through as well")
    assert lines[see + 4 : see + 6] == [
        "   = see:      rule4 at net.tf:7:1: lets it through as well",
        "               and 3 more (--format json has them all)",
    ]


def test_a_clean_run_says_what_was_proved() -> None:
    """How many flows of how many roles at how many ACLs, by which policy, on which day."""
    assert text.render(CLEAN).splitlines()[:2] == [
        "Proved 3 flows of 3 roles at 3 ACLs by netiq-pam-3 (3.x) on 2026-11-23: what the policy requires is",
        "  open, and nothing else is.",
    ]


@pytest.mark.parametrize(
    "told",
    [report(EXTRA), report(complete=False), report(), replace(CLEAN, summary=replace(CLEAN.summary, suppressed=1))],
    ids=["finding", "incomplete", "missing", "suppressed"],
)
def test_only_a_clean_run_claims_to_be_clean(told: text.Report) -> None:
    """A finding, a file that was not read or a verdict that is not kept, or a suppressed finding takes the claim away."""
    assert "nothing else is" not in text.render(told)


def test_what_is_unproven_stands_apart() -> None:
    """Proved findings come first, then what is not proved, then the values that are not known."""
    lines = text.render(FULL).splitlines()
    headings = [above for above, below in itertools.pairwise(lines) if below.startswith("─")]
    assert headings == ["ssh-relay", "agent", "Not proved", "Not known"]


@pytest.mark.parametrize(
    ("flows", "told"),
    [
        ((), None),
        (("a",), "Unproven without a finding of its own: a; see `pamlint matrix --verify`."),
        (
            ("a", "b", "c", "d", "e"),
            "Unproven without a finding of their own: a, b, c, d and 1 more; see `pamlint matrix --verify`.",
        ),
    ],
)
def test_flows_that_are_unproven_without_a_finding_are_told(flows: tuple[str, ...], told: str | None) -> None:
    """One line behind the counts of the findings; none where there are no such flows."""
    lines = text.render(replace(CLEAN, unsaid=flows), Screen(width=200)).splitlines()
    assert [line for line in lines if line.startswith("Unproven")] == ([told] if told else [])


def test_milder_findings_are_counted_and_not_shown() -> None:
    """The threshold hides findings of its own and never what was not known."""
    told = text.render(FULL, Screen(min_severity="critical"))
    assert "missing-access" not in told
    assert "unresolved-value" in told
    assert "2 below the threshold not shown" in told


@pytest.mark.parametrize("width", [80, 100, 140])
def test_sentences_keep_to_the_width(width: int) -> None:
    """Nothing but a word that is longer than the screen is wider than the screen."""
    assert all(len(line) <= width or " " not in line.strip() for line in text.render(FULL, Screen(width=width)).splitlines())


def test_colours_change_no_word() -> None:
    """Without its escapes, the coloured screen is the plain one."""
    import re

    coloured = text.render(FULL, Screen(colour=True))
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.splitlines()] == text.render(FULL).splitlines()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"one line\n", "x\n" * 3 + "\x1b[2J" + "y" * 300],
    ids=["empty", "not UTF-8", "shorter than it was", "hostile"],
)
def test_a_file_that_changed_still_has_its_place(content: bytes | str) -> None:
    """The arrow stands whatever became of the file, and what is shown of it is harmless."""
    Path("main.tf").write_bytes(content if isinstance(content, bytes) else content.encode())
    told = text.render(report(EXTRA), Screen(quiet=True))
    assert " --> main.tf:4:3" in told
    assert "\x1b" not in told
    assert max(len(line) for line in told.splitlines()) <= 100
