"""What a policy asks of a site."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pamlint.model.activation import active_features, active_flows, instance_parameters, services_of
from pamlint.model.errors import UserError
from pamlint.model.noun import replace
from pamlint.model.policy import Feature, Flow, Parameter, ParameterService, Policy, Role, When
from pamlint.model.resource import Location
from pamlint.model.services import parse_service
from pamlint.model.site import Instance, Site

LISTEN, TARGET = ((100, 100),), ((22, 22),)
FLOWS = (
    Flow("in", ("agent",), ("manager",), (ParameterService("listen", "tcp"), parse_service("udp/5")), "required"),
    Flow("back", ("manager",), ("agent",), (ParameterService("listen", "tcp"),), "required"),
    Flow("out", ("relay",), ("target",), (ParameterService("target-ports", "tcp"),), "conditional", When(("a",))),
    Flow("never", ("any",), ("target",), (parse_service("tcp/1"),), "blocked", When(("a",), ("b",))),
    Flow("whole", ("relay",), ("target",), (ParameterService("services"),), "optional", When(("c",))),
)
POLICY = Policy(
    "p",
    "P",
    "1",
    date(2026, 1, 1),
    {},
    {"a": Feature("a", "A", needs=("c",)), "b": Feature("b", "B", default=True), "c": Feature("c", "C")},
    {
        "listen": Parameter("listen", "port", LISTEN),
        "target-ports": Parameter("target-ports", "ports", TARGET),
        "services": Parameter("services", "services"),
    },
    {name: Role(name) for name in ("agent", "manager", "relay", "target")},
    FLOWS,
    "0" * 64,
)
HERE = Location("pamlint.yaml", 7)
SITE = Site(Path("pamlint.yaml"), (POLICY,), {}, {}, {}, (), (), (), {}, "low", Location("pamlint.yaml", 1), {"features.c": HERE})


@pytest.mark.parametrize(
    ("switched", "active"),
    [
        ({}, {"b"}),
        ({"a": True}, {"a", "b", "c"}),
        ({"b": False}, set()),
        ({"a": True, "b": False}, {"a", "c"}),
        ({"a": False}, {"b"}),
    ],
)
def test_features_are_on_by_word_by_default_and_by_need(switched: dict[str, bool], active: set[str]) -> None:
    """The site's word wins over the default, and needs follow."""
    assert active_features(POLICY, replace(SITE, features=switched)) == active


def test_what_is_needed_cannot_be_off() -> None:
    """The error names both features and stands where the site turns one off."""
    with pytest.raises(UserError, match="`c` is off, but `a` is on and needs it") as caught:
        active_features(POLICY, replace(SITE, features={"a": True, "c": False}))
    assert caught.value.location == HERE


@pytest.mark.parametrize(
    ("features", "flows"),
    [
        (set(), ["in", "back"]),
        ({"a"}, ["in", "back", "out", "never"]),
        ({"a", "b"}, ["in", "back", "out"]),
        ({"c"}, ["in", "back", "whole"]),
    ],
)
def test_flows_hang_on_features(features: set[str], flows: list[str]) -> None:
    """A flow is active while its features are on and its others are off, whatever its need."""
    assert [flow.id for flow in active_flows(POLICY, features)] == flows


def own(role: str, **parameters: int) -> Instance:
    values = {name.replace("_", "-"): ((port, port),) for name, port in parameters.items()}
    return Instance(role, 0, HERE, parameters=values)


@pytest.mark.parametrize(
    ("flow", "source", "destination", "site", "port"),
    [
        ("in", None, None, None, 100),
        ("in", None, None, 200, 200),
        ("in", own("agent"), own("manager", listen=300), 200, 300),
        ("in", own("agent", listen=400), own("manager"), 200, 200),
        ("back", own("manager"), own("agent", listen=400), None, 400),
        ("back", own("manager", listen=300), own("agent", listen=400), None, 400),
        ("out", own("relay", target_ports=500), own("target"), None, 500),
        ("out", own("relay", target_ports=500), own("target", target_ports=600), None, 600),
        ("out", own("relay"), None, None, 22),
    ],
)
def test_the_listening_side_says_the_port(
    flow: str, source: Instance | None, destination: Instance | None, site: int | None, port: int
) -> None:
    """The destination's own value, the source's own if its role never listens there, the site's, the default."""
    chosen = next(each for each in FLOWS if each.id == flow)
    view = replace(SITE, parameters={"listen": ((site, site),)} if site else {})
    assert list(instance_parameters(POLICY, view, chosen, source, destination).values()) == [((port, port),)]


def test_what_nobody_gives_is_absent() -> None:
    """A parameter without any value is not in the mapping."""
    assert instance_parameters(POLICY, SITE, FLOWS[4], None, None) == {}


def test_parameters_become_services() -> None:
    """Ports take the protocol that the flow gives them; services stand as they are."""
    assert services_of(FLOWS[0], {"listen": ((7, 7),)}) == (parse_service("tcp/7"), parse_service("udp/5"))
    whole = (parse_service("icmp/8"), parse_service("tcp/22"))
    assert services_of(FLOWS[4], {"services": whole}) == whole
