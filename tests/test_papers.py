"""Port matrix and evidence say of every shipped estate, and of its broken twins, what its report says."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterable
from contextlib import chdir
from datetime import date
from pathlib import Path

import pytest

from pamlint.model.addresses import parse_cidrs
from pamlint.model.evidence import Commit, Evidence
from pamlint.model.matrix import LINE_STATES
from pamlint.model.ranges import holds
from pamlint.papers import evidence
from pamlint.run import Options
from pamlint.sources.commits import commit_of
from tests.twins import FIXTURES, TODAY, Twin, estates, materialise, twins

BROKEN = [twin for twin in twins() if "error" not in twin.change]
ALLOWED = {
    "satisfied": {"open", "not-judged"},
    "missing": {"missing"},
    "unproven": {"unproven"},
    "not-judged": {"not-judged"},
}
"""The states of a required flow's lines at one end, by the worst verdict there."""
OPTIONAL = {"open": {"open", "unproven"}, "blocked": {"closed"}, "not-judged": {"not-judged"}}
BLOCKED = {"open": {"wrongly-open"}, "blocked": {"closed"}, "unproven": {"unproven"}, "not-judged": {"not-judged"}}
VERDICTS = ("missing", "open", "unproven", "blocked", "satisfied", "not-judged")


def look(directory: Path) -> Evidence:
    """The evidence of an estate, from inside it, on the fixtures' day."""
    with chdir(directory):
        return evidence((Path(),), Options(date.fromisoformat(TODAY)))


def disagreements(made: Evidence) -> list[str]:
    """Where lines and verdicts differ: each end of a flow is as bad in the matrix as in the report."""
    ends: dict[tuple[object, ...], list[str]] = defaultdict(list)
    needs = {}
    for line in made.lines:
        needs[line.estate, line.flow] = line.need
        for end in line.ends:
            role = (line.destination if end.direction == "ingress" else line.source).role
            ends[line.estate, line.flow, role, end.direction].append(end.state)
    verdicts: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for verdict in made.report.verdicts:
        verdicts[verdict.estate, verdict.flow, verdict.role, verdict.direction].append(verdict.state)
    wrong = []
    for key, states in verdicts.items():
        need = needs[key[0], key[1]]
        table = BLOCKED if need == "blocked" else ALLOWED if need in ("required", "conditional") else OPTIONAL
        worst, told = min(states, key=VERDICTS.index), min(ends[key], key=LINE_STATES.index)  # type: ignore[arg-type]
        if told not in table[worst]:
            wrong.append(f"{key}: {worst} is told as {told}")
    return wrong


def unjustified(made: Evidence) -> set[tuple[object, ...]]:
    """The rules with something that nothing asks for, but for what the cloud adds."""
    return {
        (each.estate, each.acl, each.rule.name, each.direction) for each in made.rules if each.unjustified and not each.default
    }


def told(made: Evidence) -> set[tuple[object, ...]]:
    """The rules that the findings tell of, those that are left out included."""
    findings = (*made.report.findings, *(each.finding for each in made.suppressed))
    return {
        (each.estate, each.acl, each.rule, each.direction)
        for each in findings
        if each.check in ("extra-access", "blocked-access") and each.certainty == "proved" and not _is_default(made, each.rule)
    }


def also_told(made: Evidence) -> set[object]:
    """The rules that a finding names beside the nearest one, and those of chains that defaults open."""
    findings = (*made.report.findings, *(each.finding for each in made.suppressed))
    implicit = {each.direction for each in findings if each.check == "implicit-allow"}
    named: set[object] = {each.name for finding in findings for each in finding.related}
    return named | {each.rule.name for each in made.rules if each.direction in implicit}


def _is_default(made: Evidence, rule: str | None) -> bool:
    return any(each.default and each.rule.name == rule for each in made.rules)


def without_reason(made: Evidence) -> list[str]:
    """The rules that are called justified and name nothing that justifies them."""
    good = [each for each in made.rules if each.standing == "justified"]
    return [each.rule.name for each in good if not (each.flows or each.allowances or each.platform)]


def unknown_to_rules(made: Evidence) -> set[str]:
    """The rules that open a line and are none of the evidence."""
    known = {each.rule.name for each in made.rules}
    return {rule.name for line in made.lines for end in line.ends for rule in end.rules} - known


def asked_of_strangers(made: Evidence) -> list[str]:
    """The lines of which something is missing and nobody is asked, or asked who is none of the line's."""
    wrong = []
    for line in made.lines:
        whole = (line.source, line.destination)
        if bool(line.asked) != line.lacks:
            wrong.append(f"{line.flow}: {line.asked}")
        for asked, all_ in zip(line.asked or (), whole, strict=bool(line.asked)):
            networks = parse_cidrs(all_.networks)
            if not holds(networks, parse_cidrs(asked.networks)) or not {*asked.groups} <= {*all_.groups}:
                wrong.append(f"{line.flow}: {asked} is not of {all_}")
    return wrong


def check(made: Evidence) -> None:
    """All that has to agree."""
    assert disagreements(made) == []
    assert told(made) <= unjustified(made)
    assert {rule for _, _, rule, _ in unjustified(made) - told(made)} <= also_told(made)
    assert without_reason(made) == []
    assert unknown_to_rules(made) == set()
    assert asked_of_strangers(made) == []


@pytest.mark.parametrize("estate", estates(), ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_papers_say_what_the_report_says(estate: Path) -> None:
    """Each line's ends are as its verdicts, each unjustified rule has its finding, and each justified one its reason."""
    check(look(estate))


def names(items: Iterable[Twin]) -> list[str]:
    """The twins' names, for the tests' ids."""
    return [twin.name for twin in items]


@pytest.mark.parametrize("twin", BROKEN, ids=names(BROKEN))
def test_papers_of_broken_estates_say_what_the_report_says(twin: Twin, tmp_path: Path) -> None:
    """The same where something is wrong with the estate."""
    check(look(materialise(twin, tmp_path)))


def standings(name: str) -> dict[str, str]:
    """The standing of each rule of one of the field's known cases, by the end of its name."""
    return {each.rule.name.partition(".")[2]: each.standing for each in look(FIXTURES / "accuracy" / name).rules}


def test_a_rule_counts_with_its_chain() -> None:
    """What another ACL of the chain keeps out is open by no rule; what all of them let through is unjustified at each."""
    assert standings("aws-network-acl-deny") == {"host.ingress[0]": "idle"}
    assert standings("aws-network-acl-ephemeral-ports") == {
        "edge.egress[0]": "idle",
        "edge.ingress[0]": "justified",
        "edge.ingress[1]": "idle",
        "host.ingress[0]": "justified",
    }
    assert standings("azure-two-nsgs") == {
        "edge.AllowAzureLoadBalancerInBound": "idle",
        "edge.AllowInternetOutBound": "unjustified",
        "edge.AllowVnetInBound": "justified",
        "edge.AllowVnetOutBound": "unjustified",
        "edge.security_rule[0]": "justified",
        "nic.AllowInternetOutBound": "unjustified",
        "nic.AllowVnetOutBound": "unjustified",
        "nic.security_rule[0]": "justified",
    }


def test_answers_that_are_dropped_are_missing() -> None:
    """A flow that a network ACL lets in and does not let answer is missing, with all its ports, and says which ACL it is."""
    (line,) = (
        line for line in look(FIXTURES / "accuracy" / "aws-network-acl-forgets-replies").lines if line.flow == "ssh-needed"
    )
    assert (line.state, line.missing) == ("missing", "22")
    assert [(end.acls, end.remark) for end in line.ends if end.state == "missing"] == [
        (("aws_network_acl.edge",), "the answers are dropped by aws_network_acl.edge")
    ]


def test_the_commit_is_read_from_files(tmp_path: Path) -> None:
    """What git says is checked out is what its files are read to say: on a branch, packed, and with no branch at all."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(tmp_path)]
    root = tmp_path / "infra"
    root.mkdir()
    (root / "main.tf").write_text("")
    assert commit_of(root).unknown == "it is in no git working tree"
    subprocess.run([*git, "init", "--quiet", "--initial-branch", "feature/ports"], check=True)
    assert commit_of(root) == Commit(str(tmp_path), None, "feature/ports", "its branch has no commit")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "ports"], check=True)
    sha = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert commit_of(root) == Commit(str(tmp_path), sha, "feature/ports")
    subprocess.run([*git, "pack-refs", "--all"], check=True)
    assert not (tmp_path / ".git" / "refs" / "heads" / "feature" / "ports").exists()
    assert commit_of(root) == Commit(str(tmp_path), sha, "feature/ports")
    subprocess.run([*git, "checkout", "--quiet", "--detach"], check=True)
    assert commit_of(root / "main.tf") == Commit(str(tmp_path), sha)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("ref: refs/heads/../../../secret\n", "its .git/HEAD names no branch"),
        ("ref: /etc/passwd\n", "its .git/HEAD names no branch"),
        ("nonsense", "its .git/HEAD names no branch"),
        ("\udcff", "its .git/HEAD cannot be read"),
        (None, "its .git/HEAD cannot be read"),
        ("ref: refs/heads/secret\n", "its branch has no commit"),
    ],
)
def test_no_other_file_is_read_for_the_commit(head: str | None, why: str, tmp_path: Path) -> None:
    """A HEAD that leads elsewhere, or a link out of `.git`, is not followed; the reason is said."""
    (tmp_path / "secret").write_text("a" * 40)
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "refs" / "heads" / "secret").symlink_to(tmp_path / "secret")
    if head is not None:
        (tmp_path / ".git" / "HEAD").write_bytes(head.encode("utf-8", "surrogateescape"))
    found = commit_of(tmp_path)
    assert (found.sha, found.unknown) == (None, why)


def test_a_tree_whose_git_is_elsewhere_says_so(tmp_path: Path) -> None:
    """A linked working tree has its `.git` outside, which is not read."""
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    assert commit_of(tmp_path) == Commit(str(tmp_path), None, None, "its .git is a file that points out of the tree")
