"""`pamlint evidence` as a user sees it: one dated document, the same bytes for the same input."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import get_args

import pytest

from pamlint.model.evidence import Standing
from tests.cli.commands import PROJECT, Answer, pamlint


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Code with its site file."""
    for name in ("main.tf", "pamlint.yaml"):
        shutil.copy(Path(__file__).parent / "estate" / name, tmp_path)
    return tmp_path


def write(estate: Path, *more: str) -> Answer:
    return pamlint("evidence", "--today", "2026-11-27", *more, cwd=estate)


def test_evidence_says_what_was_judged(estate: Path) -> None:
    """The day, the next review, hashes of policy, site file and code, and why there is no commit; it exits 0 whatever it says."""
    answer = write(estate, "--format", "json")
    document = json.loads(answer.out)
    site = hashlib.sha256((estate / "pamlint.yaml").read_bytes()).hexdigest()
    assert (answer.code, answer.err) == (0, "")
    assert (document["today"], document["review"]) == ("2026-11-27", "2027-05-27")
    assert document["sites"] == [{"path": "pamlint.yaml", "sha256": site}]
    assert document["commits"] == [{"place": ".", "sha": None, "branch": None, "unknown": "it is in no git working tree"}]
    assert [(each["path"], len(each["sha256"])) for each in document["report"]["inputs"]] == [(".", 64)]


def test_an_expired_allowance_names_the_rules_that_are_open_still(estate: Path) -> None:
    """What it permitted is extra again, and its own line says by which rule; where nothing is open any more, by none."""
    allowance = "{name: NAME, roles: [framework-manager], direction: ingress, protocol: tcp, ports: [443], peers: [PEER], reason: x, until: 2026-01-31}"
    given = (("used", "10.99.1.0/24"), ("closed", "10.98.0.0/24"))
    with (estate / "pamlint.yaml").open("a") as site:
        site.write(f"allow: [{', '.join(allowance.replace('NAME', name).replace('PEER', peer) for name, peer in given)}]\n")
    text = (estate / "main.tf").read_text()
    (estate / "main.tf").write_text(text.replace('["10.21.0.0/16"]', '["10.21.0.0/16", "10.99.1.0/24"]'))
    answer = write(estate, "--output", "json=e.json")
    document = json.loads((estate / "e.json").read_text())
    rule = "aws_security_group.manager.ingress[0] (main.tf:9)"
    assert [(each["name"], each["expired"], each["rules"]) for each in document["allowances"]] == [
        ("used", True, [rule]),
        ("closed", True, []),
    ]
    assert "2026-01-31<br>expired | aws\\_security\\_group.manager.ingress\\[0\\] \\(main.tf:9\\)<br>open still |" in answer.out
    assert "| <br>" not in answer.out


def test_ends_that_are_not_judged_are_among_what_is_not_proved(estate: Path) -> None:
    """Who is outside is told and leaves the rest settled; who could have ACLs and has none here does not."""
    row = "| not judged | admin at its own end: it has no ACL here |  |"
    answer = write(estate)
    assert row in answer.out
    assert "- Everything was settled: yes, but for the ends of those who are outside" in answer.out
    site = (estate / "pamlint.yaml").read_text()
    (estate / "pamlint.yaml").write_text(site.replace("agent: {match: [{name: pam-agent}]}", "agent: {cidrs: [10.30.0.0/24]}"))
    answer = write(estate)
    assert row.replace("admin", "agent") in answer.out
    assert "- Everything was settled: no: see what could not be proved" in answer.out


def test_a_document_is_told_with_the_commit_of_its_directory(estate: Path) -> None:
    """One line for both, and no file is called a place."""
    empty = {
        "format_version": "1.0",
        "planned_values": {
            "root_module": {
                "resources": [
                    {
                        "address": "aws_security_group.m",
                        "mode": "managed",
                        "type": "aws_security_group",
                        "name": "m",
                        "values": {"name": "pam-manager"},
                    }
                ]
            }
        },
    }
    (estate / "plan.json").write_text(json.dumps(empty))
    document = json.loads(write(estate, "--format", "json", "plan.json").out)
    assert [each["place"] for each in document["commits"]] == ["."]


def test_every_rule_has_its_reason_or_none(estate: Path) -> None:
    """Rule by rule: what it opens, for which flows and allowances, and what of it for nothing."""
    text = (estate / "main.tf").read_text()
    (estate / "main.tf").write_text(text.replace('["10.21.0.0/16"]', '["10.21.0.0/16", "10.99.0.0/16"]'))
    with (estate / "pamlint.yaml").open("a") as site:
        site.write("allow: [{name: support, roles: [framework-manager], direction: ingress, protocol: tcp, ports: [443],\n")
        site.write("         peers: [10.99.1.0/24], reason: CHG-1, until: 2026-12-31}]\n")
    rules = {each["rule"]: each for each in json.loads(write(estate, "--format", "json").out)["rules"]}
    wide = rules["aws_security_group.manager.ingress[0]"]
    assert (wide["standing"], wide["flows"], wide["allowances"]) == (
        "unjustified",
        ["admin-console-in", "my-access-in"],
        ["support"],
    )
    (left,) = wide["unjustified"]
    assert (left["peers"], [hole["peers"] for hole in left["except"]]) == (["10.99.0.0/16"], [["10.99.1.0/24"]])
    assert rules['aws_security_group_rule.agent["egress"]']["flows"] == ["agent-to-manager"]
    assert {each["standing"] for name, each in rules.items() if name != wide["rule"]} == {"justified"}


def test_the_same_input_gives_the_same_bytes(estate: Path) -> None:
    """All three forms beside each other, twice; standard output is Markdown if nothing is said."""
    for turn in ("1", "2"):
        assert write(estate, *(f"--output={name}=e{turn}.{name}" for name in ("html", "markdown", "json"))).code == 0
    assert all(
        (estate / f"e1.{name}").read_bytes() == (estate / f"e2.{name}").read_bytes() for name in ("html", "markdown", "json")
    )
    assert write(estate).out == (estate / "e1.markdown").read_text()


def test_what_is_not_read_is_said(estate: Path) -> None:
    """The document is written and says that it is not whole, and the exit code is 3."""
    (estate / "broken.tf").write_text("resource {\n")
    answer = write(estate)
    assert answer.code == 3
    assert "- Everything was read: no: see what could not be proved\n" in answer.out
    assert "| unreadable-input |" in answer.out
    assert answer.err.endswith("error: not everything could be read, and the document says so\n")


def test_evidence_needs_a_site_file(tmp_path: Path) -> None:
    """Without a site file nothing can be judged: exit 2, and what to do."""
    (tmp_path / "main.tf").write_text("")
    answer = pamlint("evidence", cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert "there is no pamlint.yaml" in answer.err


def test_the_page_has_every_section_and_standing(estate: Path) -> None:
    """What docs/evidence.md tells are the sections with their numbers, and the standings, and its command works."""
    page = (PROJECT / "docs" / "evidence.md").read_text(encoding="utf-8")
    (estate / "infra").symlink_to(estate)
    (command,) = re.findall(r"^```sh\n(.*)\n```$", page, re.MULTILINE)
    assert pamlint(*shlex.split(command)[1:], cwd=estate).code == 0
    document = json.loads((estate / "evidence.json").read_text())
    (rows,) = re.findall(r"^\| section \| holds \| PCI DSS 4.0 \|\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    told = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows.splitlines()]
    assert [(title, numbers) for title, _, numbers in told] == [
        (each["title"], ", ".join(each["requirements"])) for each in document["sections"]
    ]
    (rows,) = re.findall(r"^\| standing \| means \|\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert set(re.findall(r"^\| `([a-z-]+)`", rows, re.MULTILINE)) == set(get_args(Standing))
