"""The catalogue: every policy is whole, and every number in it is found again in the table of facts that it was written from.

Each row of `documents/port-facts.csv` is a fact with its source as it was found. Its last columns say which policy tells it and
between which roles (`role`, or `role:port` where the roles differ by port), in the policy's own words, or why it is left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pamlint.documents.policy import catalogue, load_policy
from pamlint.model.policy import ANY_ROLE, Flow, ParameterService, Policy
from pamlint.model.services import Service, parse_service

FACTS = list(csv.DictReader((Path(__file__).parent / "documents" / "port-facts.csv").read_text().splitlines()))
POLICIES = {name: load_policy(name, Path()) for name in catalogue()}
TOLD = [row for row in FACTS if not row["left_out"]]
NEEDS = {
    "required": {"required", "conditional"},
    "conditional": {"conditional", "optional"},
    "optional": {"conditional", "optional"},
    "blocked": {"blocked"},
}
"""What may become of a fact: a required one may hang on a feature, an optional one on a feature that the site asks for."""
SURENESS = ("unverified", "inferred", "vendor-partial", "vendor-code", "vendor")
ANY_PROTOCOL = ("33", "132", "136")
"""DCCP, SCTP and UDP-Lite: what else has ports where a fact says any protocol."""

Line = tuple[str, str, Service | None]
"""Who talks to whom, and one run of ports; None for ports that only the site knows."""


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_policy_has_no_loose_ends(policy: Policy) -> None:
    """The file has the policy's name; all that it declares is used and titled; every flow has a note for who opens the port."""
    ends = {role for flow in policy.flows for role in (*flow.sources, *flow.destinations)} - {ANY_ROLE}
    switches = {name for flow in policy.flows for name in (*flow.when.all_on, *flow.when.all_off)}
    asked = {name for flow in policy.flows for name in flow.parameters}
    cited = {flow.source for flow in policy.flows} | {parameter.source for parameter in policy.parameters.values()}
    assert POLICIES[policy.id] is policy
    assert (set(policy.roles), set(policy.features), set(policy.parameters)) == (ends, switches, asked)
    assert cited == set(policy.sources)
    assert all(role.title for role in policy.roles.values())
    assert all(parameter.title for parameter in policy.parameters.values())
    assert [flow.id for flow in policy.flows if not flow.note] == []


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_policy_is_dated(policy: Policy) -> None:
    """It was reviewed on the day of its newest source, or later where none bears a day."""
    days = [source.date for source in policy.sources.values() if source.date]
    assert policy.reviewed == max(days, default=policy.reviewed)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_what_nobody_vouches_for_is_asked_of_nobody(policy: Policy) -> None:
    """An unverified flow is never required by default, and no other flow does without a document."""
    for flow in policy.flows:
        if flow.confidence == "unverified":
            assert flow.need == "optional" or (flow.need == "conditional" and not on_by_default(policy, flow)), flow.id
        else:
            assert policy.sources[flow.source].address, flow.id


def test_every_product_of_the_facts_has_a_policy() -> None:
    """Nothing in the catalogue is without facts, and no product's facts are without a policy."""
    assert {row["policy"] for row in FACTS} == set(POLICIES)


def test_hardly_a_fact_is_left_out() -> None:
    """What is left out says why."""
    assert {(row["product"], row["ports"]): row["left_out"] for row in FACTS if row["left_out"]} == {
        ("NetIQ PAM", "389|636"): "The document tells no port, so the site has to say which."
    }


@pytest.mark.parametrize("row", TOLD, ids=lambda row: f"{row['policy']}: {row['src_role']} {row['proto']} {row['ports']}")
def test_a_fact_is_told(row: Mapping[str, str]) -> None:
    """Between its roles, for just its ports, with its need, with its source, and not surer than it is."""
    policy = POLICIES[row["policy"]]
    found = []
    for line in fact_lines(row):
        flows = [flow for flow in policy.flows if line in set(flow_lines(policy, flow)) and agrees(row, policy, flow)]
        assert flows, line
        found += flows
    if row["requirement"] == "required":
        assert any(on_by_default(policy, flow) for flow in found)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_every_number_stands_in_a_fact(policy: Policy) -> None:
    """Each port of each flow is found again in a row, between the same roles."""
    known = {line for row in FACTS if row["policy"] == policy.id for line in fact_lines(row)}
    told = {line for flow in policy.flows for line in flow_lines(policy, flow) if line[2]}
    assert told - known == set()


def agrees(row: Mapping[str, str], policy: Policy, flow: Flow) -> bool:
    """Whether the flow needs what the fact needs, cites its source, and is no surer; any-protocol leftovers are optional."""
    address = policy.sources[flow.source].address
    leftover = row["proto"] == "*" and flow.need == "optional"
    return (
        (leftover or flow.need in NEEDS[row["requirement"]])
        and SURENESS.index(flow.confidence) <= SURENESS.index(row["confidence"])
        and (address in row["source"] if address else not row["source"])
    )


def on_by_default(policy: Policy, flow: Flow) -> bool:
    """Whether the flow is active where a site says nothing of features."""
    features = {name for name, feature in policy.features.items() if feature.default}
    return features >= {*flow.when.all_on} and not features & {*flow.when.all_off}


def fact_lines(row: Mapping[str, str]) -> Iterator[Line]:
    """Every line of the row."""
    for source in row["from"].split():
        for end in row["to"].split():
            destination, _, only = end.partition(":")
            for service in fact_services(row["proto"], only or row["ports"]):
                yield source, destination, service


def fact_services(protocols: str, ports: str) -> Iterator[Service | None]:
    """The services of a row: `udp|tcp 53`, `tcp ${gateway_port:5000}`, `tcp ${ports}`, `icmp -1`, `* 22|3389`; `...` is none."""
    for protocol in ("tcp", "udp", *ANY_PROTOCOL) if protocols == "*" else protocols.split("|"):
        for port in ports.split("|"):
            name, _, number = port.strip("${}").rpartition(":")
            if port.startswith("$") and not name:
                yield None
            elif port != "...":
                yield parse_service(protocol if number == "-1" or protocol in ANY_PROTOCOL else f"{protocol}/{number}")


def flow_lines(policy: Policy, flow: Flow) -> Iterator[Line]:
    """The flow's lines, with the defaults of its parameters."""
    for source in flow.sources:
        for destination in flow.destinations:
            for service in flow.services:
                for single in [service] if isinstance(service, Service) else defaults(policy, service):
                    yield source, destination, single


def defaults(policy: Policy, service: ParameterService) -> Iterator[Service | None]:
    """The services that a parameter's default stands for."""
    for item in policy.parameters[service.parameter].default or (None,):
        if item is None or isinstance(item, Service):
            yield item
        else:
            yield parse_service(f"{service.protocol}/{item[0]}-{item[1]}")
