"""What could not be read of a live estate proves nothing, wherever the rest names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pamlint.model.resource import Block, Input, Problem, Reading, Resource
from pamlint.sources import snapshot
from tests.twins import lint

HERE, THERE = "aws/111111111111/eu-west-1", "aws/222222222222/eu-west-1"
SITE = """pamlint: site/1
policy: netiq-pam-3
roles:
  framework-manager: {match: [{name: pam-manager}]}
  agent: {match: [WAY]}
  admin: {cidrs: [10.20.0.0/24]}
  user: {cidrs: [10.21.0.0/16]}
"""


def group(name: str, *rules: dict[str, Any]) -> Resource:
    """A group that lets in what it lets out, but for users."""
    out = [rule for rule in rules if rule["security_groups"]][:1]
    values = {"id": f"sg-{name}", "name": name, "tags": {"pam": name}, "ingress": list(rules), "egress": out}
    return Resource(f"sg-{name}", "aws_security_group", "managed", HERE, Block(values), f"sg-{name}")


def tcp(port: int, *groups: str, cidrs: tuple[str, ...] = ()) -> dict[str, Any]:
    """A rule for one port."""
    peers = {"security_groups": list(groups), "cidr_blocks": list(cidrs)}
    return {"from_port": port, "to_port": port, "protocol": "tcp", **peers}


ESTATE = (
    group("pam-manager", tcp(29120, "sg-pam-agent"), tcp(29120, "sg-0ther"), tcp(443, cidrs=("10.20.0.0/24", "10.21.0.0/16"))),
    group("pam-agent", tcp(29120, "sg-pam-manager")),
)


@pytest.mark.parametrize("way", ["{name: pam-agent*}", "{tags: {pam: pam-agent}}"])
@pytest.mark.parametrize("torn", [False, True])
def test_a_group_of_another_account(torn: bool, way: str, tmp_path: Path) -> None:
    """A group that only an id is known of is a stranger, and proved extra; unless it may stand in an account that was not read."""
    problem = Problem("unreadable-input", THERE, "denied", "", root=THERE)
    whole = Reading(Input(HERE, "live", "0" * 64, True), ESTATE)
    other = Reading(Input(THERE, "live", "0" * 64, not torn), (), (problem,) if torn else (), (THERE,) if torn else ())
    (tmp_path / "live.json").write_text(snapshot.render([whole, other]))
    (tmp_path / "pamlint.yaml").write_text(SITE.replace("WAY", way))
    report = lint(tmp_path, "live.json").report()
    extra = [(each["certainty"], each["because"]) for each in report["findings"] if each["check"] == "extra-access"]
    assert extra == ([("unproven", [THERE])] if torn else [("proved", [])])
    proved = {each["check"] for each in report["findings"] if each["certainty"] == "proved"}
    assert proved == ({"unreadable-input"} if torn else {"extra-access"})
    assert report["complete"] is not torn


@pytest.mark.parametrize(("torn", "certainty"), [(False, "proved"), (True, "unproven")])
def test_an_address_of_another_account(torn: bool, certainty: str, tmp_path: Path) -> None:
    """A private address outside of a role's networks may be a member's in an account that was not read; a public one is nobody's."""
    problem = Problem("unreadable-input", THERE, "denied", "", root=THERE)
    rules = (tcp(29120, "sg-pam-agent"), tcp(29120, cidrs=("10.8.2.9/32", "192.0.3.4/32")), tcp(443, cidrs=("10.20.0.0/24",)))
    known = (group("pam-manager", *rules), group("pam-agent", tcp(29120, "sg-pam-manager")))
    whole = Reading(Input(HERE, "live", "0" * 64, True), known)
    other = Reading(Input(THERE, "live", "0" * 64, not torn), (), (problem,) if torn else (), (THERE,) if torn else ())
    (tmp_path / "live.json").write_text(snapshot.render([whole, other]))
    (tmp_path / "pamlint.yaml").write_text(SITE.replace("[WAY]}", "[{name: pam-agent}], cidrs: [10.7.2.0/24]}"))
    report = lint(tmp_path, "live.json").report()
    extra = [each for each in report["findings"] if each["check"] == "extra-access"]
    told = {peer: each["certainty"] for each in extra for row in each["traffic"] for peer in row["peers"]}
    assert told == {"10.8.2.9/32": certainty, "192.0.3.4/32": "proved"}
    assert {tuple(each["because"]) for each in extra} == ({(), (THERE,)} if torn else {()})


@pytest.mark.parametrize(("torn", "certainty"), [(False, "proved"), (True, "unproven")])
def test_what_a_group_opens_where_not_all_was_read(torn: bool, certainty: str, tmp_path: Path) -> None:
    """Of a part of the account something was denied: who wears the group there, and what that one may need, is not known."""
    problem = Problem("unreadable-input", HERE, "denied", "", root=HERE)
    rules = (tcp(29120, "sg-pam-agent"), tcp(29120, cidrs=("192.0.3.4/32",)), tcp(443, cidrs=("10.20.0.0/24",)))
    known = (group("pam-manager", *rules), group("pam-agent", tcp(29120, "sg-pam-manager")))
    reading = Reading(Input(HERE, "live", "0" * 64, not torn), known, (problem,) if torn else (), (HERE,) if torn else ())
    (tmp_path / "live.json").write_text(snapshot.render([reading]))
    (tmp_path / "pamlint.yaml").write_text(SITE.replace("WAY", "{name: pam-agent}"))
    report = lint(tmp_path, "live.json").report()
    extra = [(each["certainty"], each["because"]) for each in report["findings"] if each["check"] == "extra-access"]
    assert extra == [(certainty, [HERE] if torn else [])]
