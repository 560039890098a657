"""The role that is shipped allows all that an audit asks for, and nothing that it does not."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

import pytest

from pamlint.model.resource import Problem, Reading
from pamlint.model.scope import Survey
from pamlint.sources.azure import Reader, survey
from tests.servers.azure_estates import Lists, subscription_item
from tests.servers.azure_everything import SUBSCRIPTION, everything
from tests.sources.azure.reading import served

PERMISSIONS = Path(__file__).parents[3] / "docs" / "permissions"
ROLE = json.loads((PERMISSIONS / "azure-role.json").read_text())
GRAPH = "Microsoft.ResourceGraph/resources/read"
SUBSCRIPTIONS = "Microsoft.Resources/subscriptions/read"


def many() -> Lists:
    """The subscription that holds one of everything, among so many that Resource Graph is asked."""
    empty = [subscription_item(f"00000000-0000-0000-0000-{number:012}") for number in range(20)]
    return {**everything(), "/subscriptions": [*everything()["/subscriptions"], *empty]}


def audit(actions: Collection[str]) -> tuple[Survey, list[Reading], set[str]]:
    """What is found and read by somebody who may do this much, and the actions that it took."""
    with served(many(), actions=actions) as server:
        found = survey(server.access())
        reader = Reader(server.access())
        return found, [reader.read(scope) for scope in found.scopes], server.used


def test_the_role_is_enough_and_not_more() -> None:
    """With just the actions of the role everything is read, and each of them is used."""
    found, readings, used = audit(ROLE["Actions"])
    assert found.problems == ()
    assert len(readings) == 21
    assert [reading.problems for reading in readings if reading.problems] == []
    assert used == set(ROLE["Actions"])


@pytest.mark.parametrize("action", [action for action in ROLE["Actions"] if action not in (GRAPH, SUBSCRIPTIONS)])
def test_without_one_action(action: str) -> None:
    """With any one action taken away, the subscription is not read whole, and the action is named."""
    found, readings, _ = audit([each for each in ROLE["Actions"] if each != action])
    lacking = [problem for reading in readings for problem in reading.problems]
    assert found.problems == ()
    assert {reading.input.complete for reading in readings if reading.problems} == {False}
    assert f"azure/{SUBSCRIPTION}" in {problem.subject for problem in lacking}
    assert all(_names(problem, action) for problem in lacking)


def test_without_subscriptions() -> None:
    """Who may list no subscriptions finds none, and is told what that takes; no empty survey passes for a clean one."""
    found, readings, _ = audit([each for each in ROLE["Actions"] if each != SUBSCRIPTIONS])
    assert (found.scopes, readings) == ((), [])
    (problem,) = found.problems
    assert problem.message == "azure: the credential sees no subscription at all"
    assert SUBSCRIPTIONS in problem.tip


def test_without_resource_graph() -> None:
    """Who may not ask Resource Graph reads every subscription in full, which a note says: nothing is lost but time."""
    found, readings, _ = audit([each for each in ROLE["Actions"] if each != GRAPH])
    assert not any(scope.idle for scope in found.scopes)
    assert not any(reading.problems for reading in readings)
    (note,) = found.notes
    assert GRAPH in note


def test_the_page_tells_each_action() -> None:
    """The page on permissions says of each action what it is for."""
    page = (PERMISSIONS / "README.md").read_text()
    assert re.findall(r"^\| `(Microsoft\.[^`]+)` \| .+ \|$", page, re.MULTILINE) == ROLE["Actions"]


def _names(problem: Problem, action: str) -> bool:
    return f"action '{action.lower()}'" in problem.message.lower() and action in problem.tip
