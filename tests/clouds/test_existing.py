"""Estates in networks that are there already: what the real terraform read of data sources is what the code means with these facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.twins import copy_estate, lint, pamlint

ESTATES = Path(__file__).parent / "existing"
EDGE = "data.azurerm_network_security_group.edge"
FACTS: dict[str, dict[str, Any]] = {
    "aws": {
        "data.aws_vpc.corp.cidr_block_associations": [{"cidr_block": "10.40.0.0/16"}, {"cidr_block": "100.64.0.0/16"}],
        "data.aws_subnets.private.ids": ["subnet-0aa1", "subnet-0aa2"],
        'data.aws_subnet.private["subnet-0aa1"].cidr_block': "10.40.1.0/24",
        'data.aws_subnet.private["subnet-0aa2"].cidr_block': "10.40.2.0/24",
        "data.aws_security_groups.agents.ids": ["sg-0a6e000000000001", "sg-0a6e000000000002"],
        "data.aws_network_acls.corp.ids": ["acl-0dd1"],
    },
    "azure": {
        "data.azurerm_subnet.gateway.address_prefixes": ["10.40.1.0/24"],
        "data.azurerm_subnet.gateway.network_security_group_id": "/edge",
        f"{EDGE}.id": "/edge",
        "data.azurerm_subnet.gateway.route_table_id": "",
    },
}
"""What code proves without these facts; what it says otherwise is open."""


@pytest.mark.parametrize("cloud", FACTS)
def test_what_was_planned_is_what_was_applied(cloud: str) -> None:
    """The plan and the state have the same rules, every flow is satisfied by them, and nothing else is open."""
    reports = [lint(ESTATES / cloud, form).report() for form in ("plan.json", "state.json")]
    assert rules(ESTATES / cloud, "plan.json") == rules(ESTATES / cloud, "state.json")
    assert [report["findings"] for report in reports] == [[], []]
    assert states(reports[0]) == states(reports[1])
    assert {state for *_, state in states(reports[0])} == {"satisfied", "not-judged"}


@pytest.mark.parametrize("cloud", FACTS)
def test_code_is_the_same_with_these_facts(cloud: str, tmp_path: Path) -> None:
    """But for the rules of an NSG that is only read: nobody can say them but a plan or a state."""
    estate = copy_estate(ESTATES / cloud, tmp_path)
    site = yaml.safe_load((estate / "pamlint.yaml").read_text())
    (tmp_path / "policy.yaml").write_text((ESTATES / "policy.yaml").read_text())
    (estate / "pamlint.yaml").write_text(yaml.safe_dump({**site, "values": FACTS[cloud]}))
    code, planned = rules(estate, "."), rules(ESTATES / cloud, "plan.json")
    code.pop(EDGE, None), planned.pop(EDGE, None)
    assert code == planned


@pytest.mark.parametrize("cloud", FACTS)
def test_code_alone_leaves_open_what_hangs_on_data_sources(cloud: str) -> None:
    """No flow is missing or satisfied for sure that is otherwise in the plan, whatever is tied as often as a data source says."""
    report = lint(ESTATES / cloud, ".").report()
    planned = {tuple(key): state for *key, state in states(lint(ESTATES / cloud, "plan.json").report())}
    for *key, state in states(report):
        assert state in ("unproven", "not-judged", planned[tuple(key)])
    proved = [(each["check"], each["rule"]) for each in report["findings"] if each["certainty"] == "proved"]
    assert proved == []


def rules(estate: Path, form: str) -> dict[str, list[str]]:
    """The explicit rules of each ACL that has any, without their names and places."""
    listed = json.loads(pamlint(estate, "rules", "--format", "json", form).out)["acls"]
    told = {
        acl["acl"]: sorted(
            json.dumps({**rule, "rule": "", "location": None, "peers": sorted(rule["peers"])}, sort_keys=True)
            for rule in acl["rules"]
            if not rule["default"]
        )
        for acl in listed
    }
    return {name: found for name, found in told.items() if found}


def states(report: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """The state of every flow at each role and direction."""
    return sorted({(each["flow"], each["role"], each["direction"], each["state"]) for each in report["verdicts"]})
