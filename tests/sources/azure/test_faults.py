"""Every fault at every call: never a clean answer for what was not read, no long wait, and no token told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pamlint.model.resource import Reading, Resource
from pamlint.model.scope import Scope
from pamlint.sources.azure import Access, Reader, survey
from pamlint.sources.snapshot import render
from tests.servers.azure import FAULTS, HARMLESS, SLOW, AzureServer
from tests.servers.azure_everything import SCALE_SET, SUBSCRIPTION, everything
from tests.sources.azure.reading import served
from tests.twins import lint

SCOPE = Scope("azure", SUBSCRIPTION)
SURVEY = "GET /subscriptions?api-version=2022-12-01"
SITE = """\
pamlint: site/1
policy: netiq-pam-3
features: []
roles:
  framework-manager: {match: [{name: first}], cidrs: [10.1.1.0/24]}
  admin: {cidrs: [10.20.0.0/24]}
  user: {cidrs: [10.21.0.0/16]}
  agent: {cidrs: [10.1.1.0/24]}
"""


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[AzureServer]:
    with served(everything(), page=1) as server:
        yield server


@pytest.fixture(name="reader", scope="module")
def _reader(server: AzureServer) -> Reader:
    return Reader(hasty(server))


@pytest.fixture(name="clean", scope="module")
def _clean(server: AzureServer, reader: Reader) -> tuple[Reading, tuple[str, ...]]:
    """What is read where nothing is wrong, and the calls that it takes."""
    server.faults.clear()
    assert survey(server.access()).scopes == (SCOPE,)
    server.asked.clear()
    reading = reader.read(SCOPE)
    assert reading.problems == ()
    assert reading.input.complete
    return reading, tuple(server.asked)


def _read(server: AzureServer, reader: Reader, calls: Sequence[str], fault: str) -> Reading:
    """The subscription, with something wrong at some calls; a reader asks for service tags once in its life."""
    _break(server, calls, fault)
    return (Reader(hasty(server)) if any("serviceTags" in call for call in calls) else reader).read(SCOPE)


def _break(server: AzureServer, calls: Sequence[str], fault: str) -> None:
    server.times.clear()
    server.asked.clear()
    server.faults.clear()
    server.faults.update(dict.fromkeys(calls, fault))


def waves(calls: Sequence[str]) -> tuple[list[str], ...]:
    """The calls in three parts: none takes another of its part to be answered."""
    found: tuple[list[str], ...] = ([], [], [])
    for call in calls:
        path, _, query = call.partition("?")
        inner = SCALE_SET in path or "SecurityAdminRules" in path or "serviceTags" in path
        found[inner + ("skiptoken" in query.lower())].append(call)
    return found


def test_every_kind_is_asked_for(clean: tuple[Reading, tuple[str, ...]]) -> None:
    """The lists are asked for one by one, page by page, the subscription's and those of a scale set and a virtual network."""
    kinds = [call.partition("?")[0].rpartition("/")[2] for call in clean[1]]
    assert kinds == [
        *["networkSecurityGroups"] * 2,
        "virtualNetworks",
        "applicationSecurityGroups",
        "routeTables",
        *["networkInterfaces"] * 2,
        "privateEndpoints",
        "bastionHosts",
        "virtualMachines",
        "virtualMachineScaleSets",
        *["networkInterfaces"] * 2,
        *["listNetworkManagerEffectiveSecurityAdminRules"] * 2,
        *["serviceTags"] * 2,
    ]


@pytest.mark.parametrize("wave", range(3))
@pytest.mark.parametrize("fault", FAULTS)
def test_fault_at_every_call(
    fault: str, wave: int, server: AzureServer, reader: Reader, clean: tuple[Reading, tuple[str, ...]]
) -> None:
    """Whatever is wrong with an answer is told with its call, leaves all the rest read, and never passes for complete."""
    whole, calls = clean
    wrong = waves(calls)[wave]
    start = time.monotonic()
    reading = _read(server, reader, wrong, fault)
    assert time.monotonic() - start < 2 * len(wrong)
    assert not reading.input.complete
    assert reading.unread == (() if all(_optional(call) for call in wrong) else (SCOPE.name,))
    assert {(each.check, each.subject, each.root) for each in reading.problems} == {("unreadable-input", SCOPE.name, SCOPE.name)}
    assert sorted(_path_in(each.message) for each in reading.problems) == sorted(_path(call) for call in wrong)
    assert secret_in(reading, server) is None
    assert _kept(reading) <= _kept(whole)
    assert _kept(whole) - _kept(reading) <= set().union(*(_hanging_on(call, whole) for call in wrong))


def test_slow_answers(server: AzureServer, reader: Reader, clean: tuple[Reading, tuple[str, ...]]) -> None:
    """An answer that does not come is given up after the time-out and its retries."""
    for wave in waves(clean[1]):
        start = time.monotonic()
        reading = _read(server, reader, wave[-1:], "slow")
        assert time.monotonic() - start < SLOW
        assert [_path_in(each.message) for each in reading.problems] == [_path(wave[-1])]
    server.faults.clear()


def test_an_answer_that_never_ends(server: AzureServer, clean: tuple[Reading, tuple[str, ...]]) -> None:
    """A server that sends a byte now and then is given up after the time for a call."""
    impatient = Reader(server.access(patience=2.0, connect_timeout=1.0, read_timeout=1.0))
    start = time.monotonic()
    reading = _read(server, impatient, clean[1][:1], "drips")
    server.faults.clear()
    assert time.monotonic() - start < 10
    (problem,) = reading.problems
    assert "failed: the answer did not end within 4 s" in problem.message


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_at_the_survey(fault: str, server: AzureServer) -> None:
    """Subscriptions that cannot be listed are a problem; those that were named by id are read all the same."""
    server.faults.clear()
    server.faults[SURVEY] = fault
    found = survey(server.access(patience=0.9))
    named = survey(server.access(patience=0.9, subscriptions=(SUBSCRIPTION,)))
    server.faults.clear()
    assert found.scopes == ()
    assert [scope.account for scope in named.scopes] == [SUBSCRIPTION]
    for each in (found, named):
        (problem,) = each.problems
        assert problem.message.startswith("azure: the subscriptions could not be listed: ")
        assert server.token not in repr(problem)


@pytest.mark.parametrize("fault", HARMLESS)
def test_fault_that_goes_by(fault: str, server: AzureServer, clean: tuple[Reading, tuple[str, ...]]) -> None:
    """A call that fails once, or is put off, is made again, and the reading is the same."""
    whole, calls = clean
    _break(server, calls, fault)
    server.wait = 0.05
    reading = Reader(server.access(patience=60)).read(SCOPE)
    server.wait = 1
    assert reading.problems == ()
    assert reading == whole
    assert len(server.asked) > len(calls)
    server.faults.clear()


@pytest.mark.parametrize("fault", ["missing-value", "denied", "html", "repeats"])
def test_no_clean_verdict(
    fault: str, server: AzureServer, reader: Reader, clean: tuple[Reading, tuple[str, ...]], tmp_path: Path
) -> None:
    """An audit of what could not be read whole is never clean: it exits 3, or 1 where something else is found."""
    (tmp_path / "pamlint.yaml").write_text(SITE)
    (tmp_path / "live.json").write_text(render([clean[0]]))
    before = {_key(finding) for finding in lint(tmp_path, "live.json").report()["findings"]}
    for wave in waves(clean[1]):
        (tmp_path / "live.json").write_text(render([_read(server, reader, wave, fault)]))
        answer = lint(tmp_path, "live.json")
        assert answer.code in (1, 3)
        report = answer.report()
        assert report["complete"] is False
        proved = [finding for finding in report["findings"] if finding["certainty"] == "proved"]
        assert "unreadable-input" in {finding["check"] for finding in proved}
        assert {_key(finding) for finding in proved if finding["check"] != "unreadable-input"} <= before
    server.faults.clear()


def test_first_page_is_kept(server: AzureServer, reader: Reader, clean: tuple[Reading, tuple[str, ...]]) -> None:
    """A denial on page two leaves page one judged, puts an NSG of which nothing is known in the place of one that is named there, and
    says in Azure's words which permission is missing."""
    second = next(call for call in clean[1] if "networkSecurityGroups" in call and "skiptoken" in call)
    reading = _read(server, reader, [second], "denied")
    server.faults.clear()
    rules = [each.address.partition("/networkSecurityGroups/")[2] for each in reading.resources if each.type.endswith("_rule")]
    assert [rule for rule in rules if rule] == [
        "first/securityRules/ssh",
        "first/securityRules/store",
        "second/securityRules/unread",
    ]
    (problem,) = reading.problems
    assert problem.message.startswith(
        f"azure/{SUBSCRIPTION}: networkSecurityGroups could not be read: GET {second.split()[1].partition('?')[0]}"
        " was answered 403 AuthorizationFailed: The client '66666666-7777-8888-9999-000000000000' does not have authorization"
        " to perform action 'Microsoft.Network/networkSecurityGroups/read'"
    )
    assert problem.tip == (
        "Allow Microsoft.Network/networkSecurityGroups/read on the subscription; docs/permissions/azure-role.json holds all that an"
        " audit needs."
    )


def test_throttling_is_waited_for() -> None:
    """Where 16 threads ask more than Azure lets through, whatever is put off is asked again until it is answered: none is lost."""
    with served(everything(), page=1, rate=40) as server, ThreadPoolExecutor(16) as pool:
        reader = Reader(server.access())
        readings = list(pool.map(reader.read, [SCOPE] * 12))
    assert {reading.problems for reading in readings} == {()}
    assert len(set(map(repr, readings))) == 1
    assert len(server.asked) > 12 * 17


def test_patience_ends() -> None:
    """A call that is throttled without end is given up when the patience for it is used up."""
    with served(everything()) as server:
        (call,) = (each for each in _calls(server) if "routeTables" in each)
        server.faults[call] = "throttled-for-ever"
        start = time.monotonic()
        reading = Reader(server.access(patience=1.5)).read(SCOPE)
    assert time.monotonic() - start < 5
    assert [problem.message.partition(": GET ")[0] for problem in reading.problems] == [
        f"azure/{SUBSCRIPTION}: routeTables could not be read"
    ]


def hasty(server: AzureServer) -> Access:
    """A way that has no time for throttling, and hardly any for an answer."""
    return server.access(patience=0.9, read_timeout=0.25)


def secret_in(reading: Reading, server: AzureServer) -> str | None:
    """A secret that is told somewhere."""
    text = render([reading]) + repr(reading)
    return next((secret for secret in (server.token, server.secret, "Bearer") if secret in text), None)


def _calls(server: AzureServer) -> list[str]:
    Reader(server.access()).read(SCOPE)
    return list(server.asked)


def _path(call: str) -> str:
    return call.split(" ")[1].partition("?")[0].lower()


def _path_in(message: str) -> str:
    """The path that a message names."""
    return max((word.rstrip(":") for word in message.lower().split() if word.startswith("/")), key=len)


def _kept(reading: Reading) -> set[str]:
    """What was read, each resource in full; what stands for unread admin rules aside."""
    return {_text(each) for each in reading.resources if not _stands_in(each, reading)}


def _stands_in(resource: Resource, reading: Reading) -> bool:
    """Whether a resource is there for one that was not read."""
    known = any(each.type == "azurerm_virtual_network" for each in reading.resources)
    return bool(
        resource.body.possible
        or "/unread" in resource.address
        or f"{resource.address}/securityRules/unread" in {each.address for each in reading.resources}
        or (resource.type == "azurerm_subnet" and not known)
    )


def _text(resource: Resource) -> str:
    values = {name: value for name, value in resource.body.values.items() if name != "network_interface_ids"}
    return json.dumps([resource.type, resource.address, values], default=repr, sort_keys=True)


def _optional(call: str) -> bool:
    """Whether what is not read there stands as unknown where it counts, so that nothing else is doubted."""
    return "SecurityAdminRules" in call or "serviceTags" in call


def _hanging_on(call: str, whole: Reading) -> set[str]:
    """What cannot be known without the answer to a call."""
    kind = call.partition("?")[0].rpartition("/")[2]
    types = {
        "networkSecurityGroups": ("network_security_group", "network_security_rule", "service_tags"),
        "virtualNetworks": ("virtual_network", "subnet", "admin_rule"),
        "applicationSecurityGroups": ("azurerm_application_security_group",),
        "routeTables": ("azurerm_route_table",),
        "networkInterfaces": ("azurerm_network_interface",),
        "privateEndpoints": ("private_endpoint",),
        "bastionHosts": ("bastion",),
        "virtualMachines": ("linux_virtual_machine",),
        "virtualMachineScaleSets": ("scale_set", "azurerm_network_interface"),
        "listNetworkManagerEffectiveSecurityAdminRules": ("admin_rule",),
        "serviceTags": ("service_tags",),
    }[kind]
    return {_text(each) for each in whole.resources if any(part in each.type for part in types)}


def _key(finding: dict[str, object]) -> str:
    return json.dumps([finding[key] for key in ("check", "acl", "flow", "direction", "rule")])
