"""Estates served live, and what the reader makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pamlint.model.resource import Reading
from pamlint.sources.azure import Reader, survey
from pamlint.sources.snapshot import render
from tests.servers.azure import AzureServer
from tests.servers.azure_estates import Lists, arm_lists
from tests.twins import FIXTURES

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
SCOPE = f"azure/{SUBSCRIPTION}"
NETIQ = FIXTURES / "azure" / "netiq"


@contextmanager
def served(lists: Lists, **settings: Any) -> Iterator[AzureServer]:
    """A server with these lists, whose service principal the environment names."""
    with AzureServer(lists, **settings) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        yield server


def read(server: AzureServer, **access: Any) -> list[Reading]:
    """Everything that the survey of a server finds."""
    way = server.access(**access)
    found = survey(way)
    assert found.problems == ()
    reader = Reader(way)
    return [reader.read(scope) for scope in found.scopes]


def state_of(estate: Path) -> dict[str, Any]:
    """The recorded state of an estate."""
    state: dict[str, Any] = json.loads((estate / "state.json").read_text())
    return state


def live_document(state: Mapping[str, Any], path: Path) -> None:
    """Serve what a state holds, read it, and write down what was read."""
    with served(arm_lists(state), page=4) as server:
        path.write_text(render(read(server)))


def addresses(state: Mapping[str, Any]) -> dict[str, str]:
    """The address of each resource of a state by its id."""
    pending = [state["values"]["root_module"]]
    found: dict[str, str] = {}
    while pending:
        module = pending.pop()
        pending += module.get("child_modules", ())
        found |= {each["values"]["id"]: each["address"] for each in module.get("resources", ()) if "id" in each["values"]}
    return found
