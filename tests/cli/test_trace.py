"""`pamlint trace` as a user sees it: screens, JSON and exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import Answer, pamlint

DENIED = """tcp/443 from 10.9.9.9 to framework-manager

10.9.9.9 -> aws_security_group.manager
  tcp 10.9.9.9:49152 -> aws_security_group.manager:443
    ✗ in         aws_security_group.manager
                 no rule    matches it
  ✗ Denied: no rule of aws_security_group.manager lets it on the way in.

No ACL of the input guards 10.9.9.9.
"""
ALLOWED = """tcp/29120 from framework-manager to agent

aws_security_group.manager -> aws_security_group.agent
  tcp aws_security_group.manager:49152 -> aws_security_group.agent:29120
    ✓ out        aws_security_group.manager
                 allowed by aws_security_group.manager.egress[0] (main.tf:23:3)
    ✓ in         aws_security_group.agent
                 allowed by aws_security_group_rule.agent["ingress"] (main.tf:35:1)
  ✓ Allowed: every ACL on the way lets it through.

"""
UNPROVEN = """tcp/443 from admin to framework-manager

admin (10.20.0.0/24) -> aws_security_group.manager
  tcp admin:49152 -> aws_security_group.manager:443
    ? in         aws_security_group.manager
                 no rule    matches it for sure
                 perhaps    allow aws_security_group.manager.ingress[0] (main.tf:8:3): it hangs on
                            var.admins
  ? Unproven: it hangs on var.admins.

No ACL of the input guards admin.
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Code with its site file."""
    for name in ("main.tf", "pamlint.yaml"):
        shutil.copy(Path(__file__).parent / "estate" / name, tmp_path)
    return tmp_path


def ask(estate: Path, source: str, destination: str, port: str, *more: str) -> Answer:
    return pamlint("trace", "--from", source, "--to", destination, "--port", port, *more, cwd=estate)


def test_a_way_that_is_open(estate: Path) -> None:
    """Every stop with the rule that decided, and exit 0."""
    assert ask(estate, "framework-manager", "agent", "tcp/29120") == Answer(0, ALLOWED, "")


def test_a_way_that_is_closed(estate: Path) -> None:
    """Exit 1, and which ACL it is; an end that nothing guards is said."""
    assert ask(estate, "10.9.9.9", "framework-manager", "tcp/443") == Answer(1, DENIED, "")


def test_a_way_that_nobody_knows(estate: Path) -> None:
    """Exit 3, with the value that decides and how to supply it; once it is there, the way is open."""
    text = (estate / "main.tf").read_text()
    (estate / "main.tf").write_text(text.replace('  default = ["10.20.0.0/24"]\n', ""))
    answer = ask(estate, "admin", "framework-manager", "tcp/443")
    assert (answer.code, answer.out) == (3, UNPROVEN)
    assert ask(estate, "admin", "framework-manager", "tcp/443", "--var", 'admins=["10.20.0.0/24"]').code == 0


def test_a_number_alone_is_a_protocol(estate: Path) -> None:
    """Who asks for 22 and means SSH reads what was asked."""
    out = ask(estate, "10.9.9.9", "framework-manager", "22").out
    assert out.startswith("protocol 22 from 10.9.9.9 to framework-manager\n")
    assert "  protocol 22 10.9.9.9 -> aws_security_group.manager\n" in out


def test_networks_that_are_told_apart(estate: Path) -> None:
    """A part of a role's networks that is let in and one that is not are two ways, and the worse one counts."""
    site = estate / "pamlint.yaml"
    site.write_text(site.read_text().replace("[10.20.0.0/24]", "[10.20.0.0/23]"))
    answer = ask(estate, "admin", "framework-manager", "tcp/443")
    heads = [line for line in answer.out.splitlines() if line.startswith("admin")]
    assert heads == [
        "admin (10.20.0.0/24) -> aws_security_group.manager",
        "admin (10.20.1.0/24) -> aws_security_group.manager",
    ]
    assert answer.out.endswith("\n2 ways (1 allowed, 1 denied): denied.\n")
    assert answer.code == 1


def test_addresses_need_no_site_file(estate: Path) -> None:
    """Nor do names; a role does, and that is said."""
    (estate / "pamlint.yaml").unlink()
    assert ask(estate, "10.21.3.4", "aws_security_group.manager", "tcp/443").code == 0
    answer = ask(estate, "admin", "aws_security_group.manager", "tcp/443")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith("roles need a site file\n")


def test_json_tells_all(estate: Path) -> None:
    """The documented object, with every stop and rule."""
    answer = ask(estate, "aws_security_group.agent", "framework-manager", "tcp/29120", "--format", "json")
    document = json.loads(answer.out)
    (way,) = document.pop("ways")
    assert document == {
        "pamlint": "trace/1",
        "from": "aws_security_group.agent",
        "to": "framework-manager",
        "port": "tcp/29120",
        "outcome": "allowed",
        "pairs": {"found": 1, "traced": 1},
        "unguarded": [],
    }
    assert way["packet"] == {
        "protocol": "tcp",
        "source": "aws_security_group.agent",
        "source_port": 49152,
        "destination": "aws_security_group.manager",
        "destination_port": 29120,
        "icmp": None,
    }
    assert [(stop["direction"], stop["outcome"], [rule["rule"] for rule in stop["rules"]]) for stop in way["stops"]] == [
        ("egress", "allowed", ['aws_security_group_rule.agent["egress"]']),
        ("ingress", "allowed", ["aws_security_group.manager.ingress[1]"]),
    ]


def test_the_page_names_every_field(estate: Path) -> None:
    """What JSON holds is what the page of commands says."""
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    section = page.partition("## pamlint trace")[2].partition("\n## ")[0]
    document = json.loads(ask(estate, "admin", "framework-manager", "tcp/443", "--format", "json").out)
    (way,) = document["ways"]
    (stop,) = way["stops"]
    (rule,) = stop["rules"]
    fields = {*document, *document["pairs"], *way, *way["from"], *stop, *rule}
    assert [field for field in sorted(fields) if f"`{field}`" not in section] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("admin", "agent", "tcp/1-9"), "write one port or type"),
        (("admin", "nobody", "tcp/22"), "`nobody` is no address"),
        (("framework-managers", "agent", "tcp/22"), "did you mean `framework-manager`?"),
        (("admin", "agent", "icmp/8", "--source-port", "5"), "--source-port"),
        (("admin", "agent", "tcp/22", "--format", "xml"), "--format"),
    ],
)
def test_wrong_questions_are_refused(estate: Path, arguments: tuple[str, str, str], told: str) -> None:
    """Exit 2, nothing on standard output, and what to write."""
    answer = ask(estate, *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err
