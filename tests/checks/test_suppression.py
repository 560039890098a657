"""Findings that are left out: by whom, how many are counted, and what is said of entries and comments that leave out nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import pamlint
from tests.judging.building import FLOW, POLICY

SITE = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {cidrs: [10.0.0.0/8]}
  far: {match: [{name: far}]}
%s
"""
ROOT = """
resource "aws_security_group" "far" { name = "far" }
%s
resource "aws_vpc_security_group_ingress_rule" "open" {
  security_group_id = aws_security_group.far.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "192.168.0.0/16"
}
"""
HERE = "# pamlint: ignore[extra-access] known"


def said(directory: Path, site: str, **roots: str) -> tuple[int, list[str], str]:
    """The exit code of a strict threshold, the closing count, and the notes but for those of empty roots."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "optional", "ingress")
    (directory / "policy.yaml").write_text(POLICY % flow)
    (directory / "pamlint.yaml").write_text(SITE % site)
    for name, text in roots.items():
        (directory / name).mkdir()
        (directory / name / "main.tf").write_text(text)
    answer = pamlint("lint", "--today", "2026-11-23", cwd=directory)
    counts = next(line for line in answer.out.splitlines() if "finding" in line and line[0].isdigit())
    return answer.code, answer.err.splitlines(), counts


STALE = "note: a/main.tf:3:1: nothing is ignored by this comment"


@pytest.mark.parametrize(
    ("site", "comment", "wanted"),
    [
        ("", "", (1, [], "1 finding: 1 medium.")),
        ("", HERE, (0, [], "0 findings; 1 suppressed.")),
        ("", "# pamlint: ignore[missing-access] known", (1, [f"{STALE} (missing-access); remove it"], "1 finding: 1 medium.")),
        (
            "",
            "# pamlint: ignore[extra-acces] known",
            (1, [f"{STALE}, for there is no check `extra-acces`; perhaps `extra-access` is meant"], "1 finding: 1 medium."),
        ),
        ("ignore: [{check: extra-access, acl: '*far', reason: known}]", "", (0, [], "0 findings; 1 suppressed.")),
        (
            "ignore: [{check: extra-access, acl: '*near', reason: known}]",
            "",
            (1, ["note: pamlint.yaml:7:10: nothing is ignored by this entry (extra-access); remove it"], "1 finding: 1 medium."),
        ),
        (
            "ignore: [{check: extra-access, reason: known, until: 2026-11-22}]",
            "",
            (
                1,
                ["note: pamlint.yaml:7:10: ignored extra-access until 2026-11-22, which has passed: known"],
                "1 finding: 1 medium.",
            ),
        ),
    ],
)
def test_what_is_left_out_is_counted_and_what_leaves_out_nothing_is_said(
    site: str, comment: str, wanted: tuple[int, list[str], str], tmp_path: Path
) -> None:
    """By the site file or by a comment; stale ones, those that have run out and those of no check are told with their place."""
    assert said(tmp_path, site, a=ROOT % comment) == wanted


def test_a_comment_is_for_its_own_root(tmp_path: Path) -> None:
    """Another root may have a rule of the same address, of which the comment says nothing."""
    assert said(tmp_path, "", a=ROOT % HERE, b=ROOT % "") == (1, [], "1 finding: 1 medium; 1 suppressed.")


ELSEWHERE = """variable "x" { # pamlint: ignore[extra-access] a
  default = 1
}
# pamlint: ignore[extra-access] b
resource "aws_subnet" "s" {
  vpc_id = "vpc-1" # pamlint: ignore[missing-access] c
}
# pamlint: ignore[extra-access] d

resource "aws_security_group" "far" {
  name = "far" # pamlint: ignore[extra-access] e
  /* pamlint: ignore[extra-access] f */
}
# pamlint: ignore[nonsense] g
locals {}
module "m" { # pamlint: ignore[extra-access] h
  source = "./m"
}
resource "aws_security_group" "none" { # pamlint: ignore[extra-access] of none
  count = 0
  dynamic "ingress" { # pamlint: ignore[extra-access] of none
    for_each = []
    content {}
  }
}
locals {} # TODO: write pamlint: ignore once that is agreed
"""


def test_a_comment_that_stands_at_nothing_is_said(tmp_path: Path) -> None:
    """At other blocks, inside of a block, and apart from any, in their order; not at a block that is only not made here."""
    (tmp_path / "a" / "m").mkdir(parents=True)
    (tmp_path / "a" / "m" / "main.tf").write_text('# pamlint: ignore[extra-access] i\noutput "x" { value = 1 }\n')
    flow = FLOW % ("f", "near", "far", "tcp/22", "optional", "ingress")
    (tmp_path / "policy.yaml").write_text(POLICY % flow)
    (tmp_path / "pamlint.yaml").write_text(SITE % "")
    (tmp_path / "a" / "main.tf").write_text(ELSEWHERE)
    answer = pamlint("lint", "--today", "2026-11-23", cwd=tmp_path)
    nowhere = "which is at no group, NSG or rule; it has to stand on the first line of such a block, or right above it"
    places = [(1, 16, "extra-access"), (6, 20, "missing-access"), (8, 1, "extra-access"), (11, 16, "extra-access")]
    places += [(12, 3, "extra-access"), (16, 14, "extra-access")]
    told = [
        f"note: a/main.tf:{line}:{column}: nothing is ignored by this comment ({check}), {nowhere}"
        for line, column, check in places
    ]
    told.insert(1, f"note: a/main.tf:4:1: nothing is ignored by this comment (extra-access), {nowhere}")
    told.insert(6, "note: a/main.tf:14:1: nothing is ignored by this comment, for there is no check `nonsense`")
    told.insert(0, f"note: a/m/main.tf:1:1: nothing is ignored by this comment (extra-access), {nowhere}")
    assert answer.err.splitlines() == told
