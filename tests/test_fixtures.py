"""The shipped estates: clean ones give no finding, and every small change gives just the findings written beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.twins import FIXTURES, Answer, Twin, copy_estate, lint, materialise, pamlint, twins

CLEAN = sorted(path.parent for path in FIXTURES.glob("*/*/pamlint.yaml") if path.parts[-3] in ("aws", "azure"))
LIVE = [estate for estate in CLEAN if (estate / "live.json").exists()]
TWINS = twins()
BROKEN = [twin for twin in TWINS if "findings" in twin.change]
UNUSABLE = [twin for twin in TWINS if "error" in twin.change]
SAYS_WHY_ONLY = {"unresolved-value", "unreadable-input"}

PERMITTED_ONLY = {
    "aws": [
        'aws_vpc_security_group_egress_rule.agent_dns["10.10.0.53/32"]',
        'module.manager.aws_vpc_security_group_egress_rule.this["backups-443-pl-6ea54007"]',
        'module.manager.aws_vpc_security_group_egress_rule.this["dns-53-10.10.0.53/32"]',
        'module.manager.aws_vpc_security_group_ingress_rule.this["vendor-support-443-198.51.100.0/28"]',
    ],
    "azure": [
        # Each of the database's two NSGs denies what the other would let through.
        "azurerm_network_security_group.database deny-all-inbound",
        "azurerm_network_security_group.database deny-all-outbound",
        "azurerm_network_security_group.database_nic deny-all-inbound",
        "azurerm_network_security_group.database_nic deny-all-outbound",
        'module.managers.azurerm_network_security_rule.this["dns"]',
        # The interfaces have IPv4 addresses alone in the state.
        'module.managers.azurerm_network_security_rule.this["from-managers-ipv6"]',
        'module.managers.azurerm_network_security_rule.this["monitor"]',
        'module.managers.azurerm_network_security_rule.this["to-managers-ipv6"]',
        'module.managers.azurerm_network_security_rule.this["vendor-support"]',
    ],
}
"""The rules that an estate could do without: the site file allows what they admit, or nothing hangs on them."""


def names(items: Sequence[Twin]) -> list[str]:
    """The twins' names, for the tests' ids."""
    return [twin.name for twin in items]


@pytest.mark.parametrize("estate", CLEAN, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_clean_estate(estate: Path, tmp_path: Path) -> None:
    """A clean estate exits 0 without a finding, and its report is the recorded one."""
    answer = lint(copy_estate(estate, tmp_path))
    report = answer.report()
    assert report["findings"] == []
    assert answer.code == 0
    assert report == json.loads((estate / "expected.json").read_text())


@pytest.mark.parametrize("recorded", ["plan.json", "state.json"])
@pytest.mark.parametrize("estate", CLEAN, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_code_plan_and_state_are_one(estate: Path, recorded: str) -> None:
    """What the real terraform planned and applied has the rules of the code, and gets its verdicts."""
    assert acls(pamlint(estate, "rules", "--format", "json", recorded)) == acls(pamlint(estate, "rules", "--format", "json", "."))
    report = lint(estate, recorded).report()
    assert report["findings"] == []
    expected = json.loads((estate / "expected.json").read_text())
    assert states(report) == states(expected)


@pytest.mark.parametrize("estate", LIVE, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_live_is_one_with_the_code(estate: Path) -> None:
    """What was read of the estate where it lives gets the verdicts of its code, ACL by ACL, and no finding."""
    live, code = (named(estate, each) for each in ("live.json", "."))
    assert live == code
    assert {state for *_, state, _ in live} >= {"satisfied"}


def named(estate: Path, form: str) -> list[tuple[str, str, str, str, list[str]]]:
    """Every verdict with its ACLs by their names, for live ids are none of Terraform's; those without names are left out."""
    answer = lint(estate, form)
    report = answer.report()
    assert (answer.code, report["findings"], report["complete"]) == (0, [], True)
    listed = json.loads(pamlint(estate, "rules", "--format", "json", form).out)["acls"]
    by_id = {acl["acl"]: acl["name"] for acl in listed if acl["name"]}
    return sorted(
        (each["flow"], each["role"], each["direction"], each["state"], sorted(by_id[acl] for acl in each["acls"] if acl in by_id))
        for each in report["verdicts"]
    )


@pytest.mark.parametrize("twin", BROKEN, ids=names(BROKEN))
def test_broken_twin(twin: Twin, tmp_path: Path) -> None:
    """One small change gives just the findings that were written down by hand, and the recorded report."""
    answer = lint(materialise(twin, tmp_path))
    report = answer.report()
    assert disagreement(twin.change["findings"], report["findings"]) == ([], [])
    assert answer.code == expected_code(twin.change["findings"])
    assert report == json.loads((twin.directory / "expected.json").read_text())


def test_demo(tmp_path: Path) -> None:
    """The demonstration's faults are found, and nothing else."""
    demo = FIXTURES / "demo"
    answer = lint(copy_estate(demo, tmp_path))
    report = answer.report()
    assert disagreement(yaml.safe_load((demo / "findings.yaml").read_text())["findings"], report["findings"]) == ([], [])
    assert answer.code == 1
    assert report == json.loads((demo / "expected.json").read_text())


@pytest.mark.parametrize("twin", UNUSABLE, ids=names(UNUSABLE))
def test_unusable_twin(twin: Twin, tmp_path: Path) -> None:
    """A site file that leaves out what a feature needs is told where and what is missing, with exit code 2."""
    answer = lint(materialise(twin, tmp_path))
    assert (answer.code, answer.out) == (2, "")
    assert twin.change["error"] in answer.err
    assert answer.err == (twin.directory / "expected.txt").read_text()


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_every_rule_counts(cloud: str, tmp_path: Path) -> None:
    """A rule taken out of the recorded state is proved to be missing where it stood, unless it was permitted only."""
    estate = FIXTURES / cloud / "netiq"
    shutil.copy(estate / "pamlint.yaml", tmp_path)
    silent = []
    for name, state in lacking_a_rule(json.loads((estate / "state.json").read_text())):
        (tmp_path / "state.json").write_text(json.dumps(state))
        findings = lint(tmp_path, "state.json").report()["findings"]
        assert {finding["check"] for finding in findings} <= {"missing-access", "implicit-allow", "unresolved-value"}, name
        assert len({finding["acl"] for finding in findings if finding["acl"]}) <= 1, name
        if not any(finding["certainty"] == "proved" for finding in findings):
            silent.append(name)
    assert silent == PERMITTED_ONLY[cloud]


def lacking_a_rule(state: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The state without one of its rules, for each of them."""
    for module in modules(state["values"]["root_module"]):
        resources = module["resources"]
        for place, resource in enumerate(resources):
            if resource["type"].endswith("_rule"):
                module["resources"] = resources[:place] + resources[place + 1 :]
                yield resource["address"], state
                module["resources"] = resources
            for key in {"ingress", "egress", "security_rule"} & resource["values"].keys():
                rules = resource["values"][key] or []
                for number, rule in enumerate(rules):
                    resource["values"][key] = rules[:number] + rules[number + 1 :]
                    yield f"{resource['address']} {rule.get('name') or rule['description']}", state
                resource["values"][key] = rules


def modules(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A module of a state and all below it that hold resources."""
    if "resources" in module:
        yield module
    for child in module.get("child_modules", ()):
        yield from modules(child)


def acls(answer: Answer) -> dict[str, tuple[Any, ...]]:
    """Every ACL's kind and rules, without what tells where they stand."""
    told = (
        "direction",
        "action",
        "priority",
        "protocol",
        "ports",
        "icmp",
        "peers",
        "local",
        "source_ports",
        "possible",
        "default",
    )
    return {
        acl["acl"]: (acl["kind"], acl["partial"], sorted(json.dumps([rule[key] for key in told]) for rule in acl["rules"]))
        for acl in json.loads(answer.out)["acls"]
    }


def states(report: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Every verdict, without the names of the rules that it rests on."""
    keys = ("flow", "role", "direction", "acls", "workloads", "state")
    return sorted(tuple(str(verdict[key]) for key in keys) for verdict in report["verdicts"])


def expected_code(findings: Sequence[Mapping[str, Any]]) -> int:
    """The exit code that follows from findings written by hand."""
    proved = [each for each in findings if each.get("certainty") != "unproven" and each["check"] not in SAYS_WHY_ONLY]
    return int(bool(proved))


def disagreement(
    wanted: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The findings that were wanted and are not there, and those that are there and were not wanted."""
    missing, left = [], list(found)
    for each in wanted:
        match = next((finding for finding in left if agrees(each, finding)), None)
        if match is None:
            missing.append(each)
        else:
            left.remove(match)
    keys = ("check", "certainty", "severity", "roles", "flow", "direction", "acl", "rule", "traffic", "because")
    return missing, [{key: finding[key] for key in keys} for finding in left]


def agrees(wanted: Mapping[str, Any], finding: Mapping[str, Any]) -> bool:
    """Whether a finding is what was written by hand, in all that was written; what is not said to be unproven is proved."""
    told = {"certainty": "proved", **wanted}
    if told["check"] in SAYS_WHY_ONLY:
        del told["certainty"]
    traffic = told.pop("traffic", None)
    return all(finding[key] == value for key, value in told.items()) and (
        traffic is None or same_traffic(traffic[0], finding["traffic"])
    )


def same_traffic(wanted: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all rows are of the protocol and ports that were written, with just those peers if they were written."""
    if {(row["protocol"], row["ports"]) for row in rows} != {(wanted["protocol"], wanted.get("ports"))}:
        return False
    exact = {peer for row in rows for peer in row["peers"]} == set(wanted.get("peers", ())) and not any(
        row["except"] for row in rows
    )
    return exact or "peers" not in wanted
