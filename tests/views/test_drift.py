"""Drift: what is live against what the code gives, ACL by ACL, in traffic."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pamlint.documents.site import load_site
from pamlint.model.pairing import pair
from pamlint.model.resource import Block, Input, Problem, Reading, Resource
from pamlint.report.drift import render_json, render_text
from pamlint.run import Options, look
from pamlint.sources import snapshot
from pamlint.sources.estates import choose
from pamlint.sources.gaps import gaps, lost
from pamlint.views.drift import Drift, compare
from pamlint.views.drift import Input as Side
from tests.test_fixtures import lacking_a_rule
from tests.twins import FIXTURES

SITE = """pamlint: site/1
policy: netiq-pam-3
roles:
  framework-manager: {match: [{name: pam-manager}]}
  agent: {match: [{name: pam-agent*}]}
  admin: {cidrs: [10.20.0.0/24]}
  user: {cidrs: [10.21.0.0/16]}
"""
SCOPE = "aws/111122223333/eu-west-1"


class Read(NamedTuple):
    """One side with its resources."""

    side: Side
    resources: list[Resource]


def read(path: Path, site: Path) -> Read:
    """What is understood of code, a plan, a state or a live document."""
    loaded = load_site(site)
    (estate,) = choose([path], loaded)[0]
    seen = look(estate, loaded, Options(date(2026, 11, 23)))
    side = Side(seen.network, (seen.binding,), gaps(seen.network.acls, seen.readings), lost(seen.readings))
    return Read(side, [resource for reading in seen.readings for resource in reading.resources])


def drift(live: Read, code: Read) -> Drift:
    """The difference of two sides."""
    return compare(live.side, code.side, pair(code.resources, live.resources), (), "infra")


@pytest.mark.parametrize("source", [".", "plan.json", "state.json"])
@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_an_estate_is_what_its_code_says(cloud: str, source: str) -> None:
    """Code, plan and state give just what is live: every ACL finds its twin, by name or by id, and nothing differs."""
    folder = FIXTURES / cloud / "netiq"
    found = drift(read(folder / "state.json", folder / "pamlint.yaml"), read(folder / source, folder / "pamlint.yaml"))
    assert found.drifted == found.idle == ()
    assert len(found.same) >= 9


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_every_rule_counts(cloud: str, tmp_path: Path) -> None:
    """A rule that is taken away shows at its ACL, on the right side, and nowhere else; unless others let the same through."""
    folder = FIXTURES / cloud / "netiq"
    site = folder / "pamlint.yaml"
    code = read(folder, site)
    silent = []
    for name, state in lacking_a_rule(json.loads((folder / "state.json").read_text())):
        (tmp_path / "state.json").write_text(json.dumps(state))
        found = drift(read(tmp_path / "state.json", site), code)
        assert len(found.drifted) <= 1, name
        for one in found.drifted:
            sides = {difference.has for difference in one.differences}
            assert sides == {"live" if "deny" in name else "code"}, name
            assert one.live is not None, name
            if "security_group." in name:
                assert one.live.address in name
        silent += [] if found.drifted else [name]
    assert silent == SILENT[cloud]


SILENT: dict[str, list[str]] = {"aws": [], "azure": []}
"""Rules whose traffic others let through as well."""


def group(name: str, *rules: Mapping[str, Any], id_: str = "", vpc: str = "vpc-1", **more: Any) -> Resource:
    """A live group with ingress rules."""
    own = id_ or f"sg-{name}"
    values = {"id": own, "name": name, "vpc_id": vpc, "ingress": list(rules), "egress": [], "tags": {}, **more}
    return Resource(own, "aws_security_group", "managed", SCOPE, Block(values), own)


def tcp(port: int, *cidrs: str, groups: tuple[str, ...] = ()) -> dict[str, Any]:
    """A rule for one port."""
    return {
        "from_port": port,
        "to_port": port,
        "protocol": "tcp",
        "cidr_blocks": list(cidrs),
        "security_groups": list(groups),
    }


def vpc(id_: str, name: str) -> Resource:
    """A live VPC."""
    return Resource(id_, "aws_vpc", "managed", SCOPE, Block({"id": id_, "tags": {"Name": name}}), id_)


class Desk(NamedTuple):
    """A folder with code and what is live."""

    folder: Path

    def drift(self, code: str, *live: Resource, torn: bool = False) -> Drift:
        """The difference of this code and these live resources, all of them or what could be read of them."""
        site = self.folder / "pamlint.yaml"
        site.write_text(SITE)
        (self.folder / "main.tf").write_text(code)
        problem = Problem("unreadable-input", SCOPE, "denied", "", root=SCOPE)
        gone = ((problem,), (SCOPE,)) if torn else ((), ())
        reading = Reading(Input(SCOPE, "live", "0" * 64, not torn), live, *gone)
        (self.folder / "live.json").write_text(snapshot.render([reading]))
        return drift(read(self.folder / "live.json", site), read(self.folder / "main.tf", site))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty folder."""
    monkeypatch.chdir(tmp_path)
    yield Desk(tmp_path)


def told(found: Drift) -> list[str]:
    """Each difference on a line: the ACL, who has it, what, and why it is not sure."""
    lines = []
    for one in found.drifted:
        acl = (one.live or one.code).address  # type: ignore[union-attr]
        if one.live is None or one.code is None:
            lines.append(f"{acl} {'live' if one.live else 'code'} only ? {', '.join(one.because)}".removesuffix(" ? "))
        for each in one.differences:
            what = "; ".join(f"{row.protocol}/{row.ports} {','.join(row.peers)}" for row in each.rows)
            lines.append(f"{acl} {each.has} {what} ? {', '.join(each.because)}".removesuffix(" ? "))
    return lines


MANAGER = """
resource "aws_security_group" "manager" {{
  name   = "pam-manager"
  vpc_id = {vpc}
  {rules}
}}
variable "ports" {{}}
variable "more" {{}}
resource "aws_vpc" "main" {{
  tags = {{ Name = "pam" }}
}}
resource "aws_security_group" "agent" {{
  name = "pam-agent"
}}
"""
INGRESS = 'ingress {{\n from_port = {0}\n to_port = {0}\n protocol = "tcp"\n {1}\n }}'
AGENT = group("pam-agent")


def code(*rules: tuple[Any, str], vpc: str = '"vpc-1"') -> str:
    """The two groups in code, with ingress rules at the manager."""
    return MANAGER.format(vpc=vpc, rules="\n".join(INGRESS.format(port, peers) for port, peers in rules))


CASES: dict[str, tuple[str, tuple[Resource, ...], list[str]]] = {
    "other words, the same traffic": (
        code((443, 'cidr_blocks = ["10.0.0.0/9", "10.128.0.0/9"]'), (444, "security_groups = [aws_security_group.agent.id]")),
        (group("pam-manager", tcp(443, "10.0.0.0/8"), tcp(444, groups=("sg-pam-agent",))), AGENT),
        [],
    ),
    "wider live": (
        code((443, 'cidr_blocks = ["10.0.0.0/9"]')),
        (group("pam-manager", tcp(443, "10.0.0.0/8")), AGENT),
        ["sg-pam-manager live tcp/443 10.128.0.0/9"],
    ),
    "another group live": (
        code((443, "security_groups = [aws_security_group.agent.id]")),
        (group("pam-manager", tcp(443, groups=("sg-x",))), AGENT, group("x")),
        ["sg-pam-manager live tcp/443 sg-x", "sg-pam-manager code tcp/443 sg-pam-agent"],
    ),
    "named by its id in code": (
        code((443, 'security_groups = ["sg-x"]')),
        (group("pam-manager", tcp(443, groups=("sg-x",))), AGENT, group("x")),
        [],
    ),
    "a value that is not known": (
        code(("var.ports", 'cidr_blocks = ["10.0.0.0/8"]')),
        (group("pam-manager", tcp(443, "10.0.0.0/8")), AGENT),
        [
            "sg-pam-manager live tcp/443 10.0.0.0/8 ? var.ports",
            "sg-pam-manager code tcp/0-442,444-65535 10.0.0.0/8 ? var.ports",
        ],
    ),
    "in another VPC": (
        code(vpc="aws_vpc.main.id"),
        (group("pam-manager", vpc="vpc-2"), AGENT, vpc("vpc-1", "pam"), vpc("vpc-2", "other")),
        ["sg-pam-manager live only", "aws_security_group.manager code only"],
    ),
    "one of two VPCs": (
        code(vpc="aws_vpc.main.id"),
        (group("pam-manager"), group("pam-manager", id_="sg-2", vpc="vpc-2"), AGENT, vpc("vpc-1", "pam"), vpc("vpc-2", "other")),
        ["sg-2 live only"],
    ),
    "one of two of the name": (
        code((443, 'cidr_blocks = ["10.0.0.0/8"]'), vpc="var.more"),
        (group("pam-manager"), group("pam-manager", id_="sg-2", vpc="vpc-2"), AGENT),
        [
            "sg-2 live only ? aws_security_group.manager",
            "sg-pam-manager live only ? aws_security_group.manager",
            "aws_security_group.manager code only ? sg-2, sg-pam-manager",
            "aws_security_group.manager code tcp/443 10.0.0.0/8 ? sg-2, sg-pam-manager",
        ],
    ),
    "made by hand": (
        code(),
        (group("pam-manager"), AGENT, group("pam-agent-2", tcp(22, "10.0.0.0/8")), group("idle", tcp(22, "0.0.0.0/0"))),
        ["sg-pam-agent-2 live only", "sg-pam-agent-2 live tcp/22 10.0.0.0/8"],
    ),
}


@pytest.mark.parametrize(("source", "live", "lines"), CASES.values(), ids=CASES)
def test_cases(source: str, live: tuple[Resource, ...], lines: list[str], desk: Desk) -> None:
    """Traffic counts, not text; names decide who is who; what is not known is said to be so, with what decides."""
    assert told(desk.drift(source, *live)) == lines


def test_what_was_not_read_may_be_there(desk: Desk) -> None:
    """In a region that could not be read in full, nothing that the code has is proved to be missing; what is more is."""
    source = code((443, 'cidr_blocks = ["10.0.0.0/9"]'))
    found = desk.drift(source, group("pam-manager", tcp(443, "10.128.0.0/9")), torn=True)
    assert told(found) == [
        "sg-pam-manager live tcp/443 10.128.0.0/9",
        f"sg-pam-manager code tcp/443 10.0.0.0/9 ? {SCOPE}",
        f"aws_security_group.agent code only ? {SCOPE}",
    ]


def test_rules_elsewhere(desk: Desk) -> None:
    """A file of the code that cannot be read may hold what is live: more live is not proved."""
    (desk.folder / "broken.tf").write_text("x")
    found = desk.drift(code(), group("pam-manager", tcp(443, "10.0.0.0/8")), AGENT)
    assert told(found) == ["sg-pam-manager live tcp/443 10.0.0.0/8 ? broken.tf"]


SCREEN = """Live against infra
──────────────────
sg-pam-manager "pam-manager", aws_security_group.manager "pam-manager" (framework-manager)
  + ingress tcp/443 from 10.128.0.0/9
      live only, by sg-pam-manager.ingress[0]
  - ingress tcp/22 from 10.9.0.0/16
      in the code only, by aws_security_group.manager.ingress[1] at main.tf:11:1

1 ACL let the same through live and in infra, 1 do not; 0 live only, 0 in the code only.
Live only, and not compared, because they guard nothing that plays a role: sg-idle.
"""


def test_the_screen(desk: Desk) -> None:
    """What a reader gets: the sides apart, the rules that do it with their places, and what was not compared."""
    source = code((443, 'cidr_blocks = ["10.0.0.0/9"]'), (22, 'cidr_blocks = ["10.9.0.0/16"]'))
    found = desk.drift(source, group("pam-manager", tcp(443, "10.0.0.0/8")), AGENT, group("idle"))
    assert render_text(found) == SCREEN
    document = json.loads(render_json(found))
    assert (document["pamlint"], document["same"][0]["live"], document["idle"]) == ("drift/1", "sg-pam-agent", ["sg-idle"])
    (one,) = document["drifted"]
    assert [(each["has"], each["certainty"], each["traffic"][0]["peers"]) for each in one["differences"]] == [
        ("live", "proved", ["10.128.0.0/9"]),
        ("code", "proved", ["10.9.0.0/16"]),
    ]
