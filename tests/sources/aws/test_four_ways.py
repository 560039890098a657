"""One estate as code, as plan, as state and as it lives in the account: the same verdicts and the same findings."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pamlint.clouds import TYPES
from pamlint.model.scope import Scope
from pamlint.sources.aws import Access, Reader
from pamlint.sources.documents import read_document
from pamlint.sources.snapshot import render
from tests.servers.moto import OWN, REGION, moto_server
from tests.servers.seeding import seed
from tests.twins import FIXTURES, copy_estate, lint, materialise, twins

BY_NAME = {
    "address: module.manager.aws_security_group.this": "tags: {pam-role: framework-manager}",
    "address: aws_security_group.linux": "name: pam-linux-target",
    "address: aws_security_group.database": "name: pam-database",
}
"""What the fixture's site file knows by addresses of code, by names that are the same everywhere."""


def live(directory: Path) -> dict[str, str]:
    """Make the state's estate in an account, write down what is read of it, and give the address behind each live id."""
    (reading,) = read_document(directory / "state.json", TYPES.__contains__)
    with moto_server() as aws:
        made = seed(aws, reading.resources)
        found = Reader(Access(endpoint=aws.url)).read(Scope("aws", OWN, REGION))
    assert (found.problems, found.input.complete) == ((), True)
    (directory / "live.json").write_text(render([found]))
    return made


def told(report: Mapping[str, Any], made: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Findings and verdicts by Terraform's addresses, rules and lines aside, and without the network ACLs that only AWS makes."""
    ids = re.compile("|".join(re.escape(name) for name in sorted(made, key=len, reverse=True)) or "$^")
    text = ids.sub(lambda found: json.dumps(made[found[0]])[1:-1], json.dumps(report))
    report = json.loads(re.sub(r', "acl-[0-9a-f]{17}"', "", text))
    keys = ("check", "severity", "certainty", "roles", "flow", "direction", "acl", "traffic")
    findings = [json.dumps([[each[key] for key in keys], sorted(each["workloads"])]) for each in report["findings"]]
    keys = ("flow", "role", "direction", "state", "assumed")
    many = ("acls", "workloads")
    verdicts = [json.dumps([[each[key] for key in keys], *(sorted(each[key]) for key in many)]) for each in report["verdicts"]]
    return sorted(findings), sorted(verdicts)


@pytest.mark.parametrize("estate", ["cyberark", "netiq-direct-rdp", "session-manager", "teleport"])
def test_live_and_state_are_one(estate: str, tmp_path: Path) -> None:
    """What lives in the account is judged as the state is, from which it was made."""
    directory = Path(shutil.copytree(FIXTURES / "aws" / estate, tmp_path / "estate"))
    made = live(directory)
    state, account = lint(directory, "state.json"), lint(directory, "live.json")
    assert (account.code, account.err) == (state.code, state.err) == (0, "")
    assert told(account.report(), made) == told(state.report(), {})


@pytest.mark.parametrize("twin", [None, "one-bit-wider"], ids=str)
def test_four_ways(twin: str | None, tmp_path: Path) -> None:
    """The shipped estate, whole and with a network that is one bit too wide, is the same in all four forms."""
    estate = FIXTURES / "aws" / "netiq"
    change = next((each for each in twins() if each.name == f"aws/netiq/{twin}"), None)
    directory = materialise(change, tmp_path) if change else copy_estate(estate, tmp_path)
    site = directory / "pamlint.yaml"
    for address, name in BY_NAME.items():
        site.write_text(site.read_text().replace(address, name))
    for recorded in ("plan.json", "state.json"):
        text = json.dumps(json.loads((estate / recorded).read_text()))
        before, after = '"cidr_blocks": ["10.21.0.0/16"]', '"cidr_blocks": ["10.20.0.0/15"]'
        assert before in text
        (directory / recorded).write_text(text.replace(before, after) if change else text)
    made = live(directory)
    answers = [lint(directory, each) for each in (".", "plan.json", "state.json", "live.json")]
    assert [(answer.code, answer.err) for answer in answers] == [(int(bool(change)), answers[0].err)] * 4
    one, *others = [told(answer.report(), made) for answer in answers]
    assert len(one[0]) == int(bool(change))
    assert others == [one] * 3
