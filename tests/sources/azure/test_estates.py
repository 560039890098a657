"""One estate, four ways: code, plan, state and live give the same rules, verdicts and findings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pamlint.sources.snapshot import render
from tests.servers.azure_estates import arm_lists
from tests.sources.azure.reading import addresses, live_document, read, served, state_of
from tests.sources.azure.test_permissions import ROLE
from tests.test_fixtures import CLEAN, acls, disagreement, states
from tests.twins import FIXTURES, lint, materialise, pamlint, twins

AZURE = [estate for estate in CLEAN if estate.parts[-2] == "azure"]
NETIQ = FIXTURES / "azure" / "netiq"


def _users(state: Mapping[str, Any]) -> dict[str, Any]:
    """The rule that lets users in to the relay."""
    resources = state["values"]["root_module"]["resources"]
    (relays,) = (each for each in resources if each["address"] == "azurerm_network_security_group.relays")
    (rule,) = (each for each in relays["values"]["security_rule"] if each["name"] == "users")
    found: dict[str, Any] = rule
    return found


def _wider(state: Mapping[str, Any]) -> None:
    _users(state)["source_address_prefixes"] = ["10.20.0.0/15"]


def _to_the_internet(state: Mapping[str, Any]) -> None:
    _users(state)["source_address_prefixes"].append("Internet")


def _without_legacy_deny(state: Mapping[str, Any]) -> None:
    module = state["values"]["root_module"]
    module["resources"] = [each for each in module["resources"] if not each["address"].endswith(".legacy_deny_in")]


CHANGED: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "one-bit-wider": _wider,
    "open-to-internet-tag": _to_the_internet,
    "default-lets-the-network-in": _without_legacy_deny,
}
"""Twins whose change is made in the state as well, as applying their code would."""


@pytest.mark.parametrize("estate", AZURE, ids=lambda path: path.name)
def test_live_is_one_with_code_plan_and_state(estate: Path, tmp_path: Path) -> None:
    """What Azure's resource manager serves of an estate has the rules of its code, and gets its verdicts without a finding."""
    state = state_of(estate)
    live = _live(estate, state, tmp_path)
    assert _acls(tmp_path, live, state) == acls(pamlint(estate, "rules", "--format", "json", "state.json"))
    report = lint(tmp_path, live.name).report()
    assert report["findings"] == []
    assert report["complete"] is True
    called = {**report, "verdicts": json.loads(_called(json.dumps(report["verdicts"]), state))}
    for form in (".", "plan.json", "state.json"):
        assert states(called) == states(lint(estate, form).report()), form


@pytest.mark.parametrize("name", CHANGED)
def test_live_twin(name: str, tmp_path: Path) -> None:
    """A small change made in the account gives just the findings that it gives in code and in a state."""
    (twin,) = (each for each in twins() if each.name == f"azure/netiq/{name}")
    state = state_of(NETIQ)
    CHANGED[name](state)
    code = materialise(twin, tmp_path)
    found = {"code": lint(code).report()["findings"]}
    (code / "state.json").write_text(json.dumps(state))
    found["state"] = lint(code, "state.json").report()["findings"]
    (tmp_path / "live").mkdir()
    live = _live(code, state, tmp_path / "live")
    found["live"] = _findings(live.parent, live, state)
    told = {form: [_told(finding) for finding in findings] for form, findings in found.items()}
    wanted = [{key: value for key, value in each.items() if key not in ("rule", "acl")} for each in twin.change["findings"]]
    assert disagreement(wanted, found["live"]) == ([], [])
    assert told["live"] == told["state"]
    assert [_plain(each) for each in told["live"]] == [_plain(each) for each in told["code"]]


NEEDED = {
    "networkSecurityGroups/read": set(),
    "networkInterfaces/read": {"blocked"},
    "virtualNetworks/read": {"blocked"},
    "listNetworkManagerEffectiveSecurityAdminRules/action": {"satisfied", "open", "blocked"},
}
"""The verdicts that may be left, besides unproven ones, where something may not be read.

Traffic is blocked for sure if one NSG stops it. What admin rules say of a workload whose network the estate does not show is not asked.
"""


@pytest.mark.parametrize("action", NEEDED)
def test_nothing_is_proved_by_what_was_not_read(action: str, tmp_path: Path) -> None:
    """Whoever may not read a kind of resource gets no verdict that hangs on it: an NSG that nobody saw may stop what another admits."""
    state = state_of(NETIQ)
    live = _live(NETIQ, state, tmp_path)
    with served(arm_lists(state), actions=[each for each in ROLE["Actions"] if not each.endswith(f"/{action}")]) as server:
        live.write_text(render(read(server)))
    answer = lint(tmp_path, live.name)
    report = answer.report()
    assert answer.code == 3
    assert [each["check"] for each in report["findings"] if each["certainty"] == "proved"] == ["unreadable-input"]
    assert {each["state"] for each in report["verdicts"]} - {"unproven", "not-judged", "open"} <= NEEDED[action]


def _live(estate: Path, state: Mapping[str, Any], directory: Path) -> Path:
    """The live document of a state, beside the estate's site file in which names stand for Terraform's addresses."""
    names = {address: id_.rpartition("/")[2] for id_, address in addresses(state).items()}
    site = (estate / "pamlint.yaml").read_text()
    (directory / "pamlint.yaml").write_text(
        re.sub(r"address: '?([^'\n]+?)'?\n", lambda match: f"name: {names[match[1]]}\n", site),
    )
    live_document(state, directory / "live.json")
    return directory / "live.json"


def _acls(directory: Path, live: Path, state: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """What `rules` says of a live document, with addresses in place of ids."""
    answer = pamlint(directory, "rules", "--format", "json", live.name)
    return acls(replace(answer, out=_called(answer.out, state)))


def _findings(directory: Path, live: Path, state: Mapping[str, Any]) -> list[dict[str, Any]]:
    answer = lint(directory, live.name)
    found: list[dict[str, Any]] = json.loads(_called(answer.out, state))["findings"]
    return found


def _called(text: str, state: Mapping[str, Any]) -> str:
    """JSON text with addresses in place of ids."""
    for id_, address in sorted(addresses(state).items(), key=lambda each: -len(each[0])):
        text = text.replace(id_, json.dumps(address)[1:-1])
    return text


def _told(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding without the names of rules, and what depends on them."""
    keys = (
        "check",
        "severity",
        "certainty",
        "roles",
        "flow",
        "direction",
        "acl",
        "workloads",
        "traffic",
        "witness",
        "because",
        "source",
    )
    return {key: finding[key] for key in keys}


def _plain(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Without the witness, whose far end has an address in an account and none in code."""
    return {key: value for key, value in finding.items() if key != "witness"}
