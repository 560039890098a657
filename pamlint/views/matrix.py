"""The port matrix of a policy or of a site: policy and roles in, one line for each flow, pair of roles and protocol out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import NamedTuple

from pamlint.binding import Binding
from pamlint.model.acl import Network
from pamlint.model.activation import filled, services_between
from pamlint.model.finding import PolicyUsed
from pamlint.model.matrix import Line, Matrix
from pamlint.model.policy import Flow, ParameterService, Policy, Role
from pamlint.model.ranges import Ranges, normal
from pamlint.model.rows import ICMP, NAMES, WITH_PORTS, format_icmp, format_numbers
from pamlint.model.services import Service
from pamlint.model.site import Site
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS
from pamlint.views.players import NOBODY, Seat, bound, fixed, player, written

Seats = Callable[[str], Sequence[Seat]]
Active = Sequence[tuple[Policy, Flow]]


class Wire(NamedTuple):
    """One protocol of a flow between seats of two roles; `service` is None where a parameter without a value gives the ports."""

    flow: Flow
    source: str
    destination: str
    pairs: tuple[tuple[Seat, Seat], ...]
    service: Service | None
    parameter: str = ""


def bare(policy: Policy) -> Matrix:
    """The product's own matrix: every flow, whatever its features, between roles that nobody plays yet."""
    wires = (wire for flow in policy.flows for wire in _bare_wires(policy, flow))
    used = PolicyUsed(policy.id, policy.version, policy.sha256)
    return Matrix((used,), (), None, tuple(_line(None, policy, wire, {}) for wire in wires))


def whole(sites: Sequence[Site], lines: Iterable[Line], today: date) -> Matrix:
    """The lines of all estates as one matrix, with the flows that are off in every one of them."""
    policies = {policy.sha256: policy for site in sites for policy in site.policies}
    found = tuple(lines)
    active = {line.flow for line in found}
    inactive = [flow.id for policy in policies.values() for flow in policy.flows if flow.id not in active]
    used = tuple(PolicyUsed(policy.id, policy.version, policy.sha256) for policy in policies.values())
    return Matrix(used, tuple(dict.fromkeys(site.location.file for site in sites)), today, found, tuple(dict.fromkeys(inactive)))


def from_site(site: Site, estate: str | None, flows: Active) -> tuple[Line, ...]:
    """The matrix of a site, from its site file alone."""
    return _lines(site, estate, flows, lambda role: written(site, _roles(site), role))


def from_binding(site: Site, estate: str | None, flows: Active, binding: Binding, network: Network) -> tuple[Line, ...]:
    """The matrix of a site as its roles were bound to what there is."""
    return _lines(site, estate, flows, lambda role: bound(binding, network, _roles(site), role))


def _roles(site: Site) -> Mapping[str, Role]:
    return {name: role for policy in site.policies for name, role in policy.roles.items()}


def _lines(site: Site, estate: str | None, flows: Active, seats: Seats) -> tuple[Line, ...]:
    needless = {entry.flow: entry.reason for entry in site.not_needed}
    return tuple(_line(estate, policy, wire, needless) for policy, flow in flows for wire in _wires(site, policy, flow, seats))


def _wires(site: Site, policy: Policy, flow: Flow, seats: Seats) -> Iterator[Wire]:
    """The flow between each pair of its roles, apart where instances have ports of their own."""
    for source in flow.sources:
        for destination in flow.destinations:
            alike: dict[tuple[Service, ...], list[tuple[Seat, Seat]]] = {}
            for pair in product(seats(source), seats(destination)):
                if not _may_meet(*pair):
                    continue
                services = services_between(policy, site, flow, pair[0].instance, pair[1].instance)
                alike.setdefault(services, []).append(pair)
            for services, pairs in alike.items():
                yield from (Wire(flow, source, destination, tuple(pairs), service) for service in _by_protocol(services))


def _may_meet(near: Seat, far: Seat) -> bool:
    return None in (near.cloud, far.cloud) or near.cloud == far.cloud


def _bare_wires(policy: Policy, flow: Flow) -> Iterator[Wire]:
    services: list[Service] = []
    open_: list[ParameterService] = []
    for service in flow.services:
        if isinstance(service, Service):
            services.append(service)
        elif (value := policy.parameters[service.parameter].default) is None:
            open_.append(service)
        else:
            services += filled(service, value)
    for source in flow.sources:
        for destination in flow.destinations:
            near, far = (fixed(policy.roles.get(role)) or NOBODY for role in (source, destination))
            pairs = tuple(pair for pair in product(near, far) if _may_meet(*pair))
            yield from (Wire(flow, source, destination, pairs, service) for service in _by_protocol(services))
            yield from (Wire(flow, source, destination, pairs, None, _placeholder(service)) for service in open_)


def _placeholder(service: ParameterService) -> str:
    return f"{service.protocol or ''}/{{{service.parameter}}}"


def _by_protocol(services: Iterable[Service]) -> list[Service]:
    """The services, those of one protocol in one."""
    ports: dict[Ranges, Ranges] = {}
    for service in services:
        ports[service.protocols] = normal((*ports.get(service.protocols, ()), *service.ports))
    return [Service(protocols, found) for protocols, found in ports.items()]


def _line(estate: str | None, policy: Policy, wire: Wire, needless: Mapping[str, str]) -> Line:
    flow = wire.flow
    reason = needless.get(flow.id)
    protocol, ports = _written(wire.service) if wire.service else wire.parameter.split("/")
    return Line(
        estate,
        policy.id,
        flow.id,
        player(wire.source, (near for near, _ in wire.pairs)),
        player(wire.destination, (far for _, far in wire.pairs)),
        flow.ends,
        protocol,
        ports,
        flow.need if reason is None else "not-needed",
        ", ".join((*flow.when.all_on, *(f"not {name}" for name in flow.when.all_off))),
        flow.note if reason is None else f"Not needed here: {reason} {flow.note}".strip(),
        _reference(policy, flow),
        flow.confidence,
        flow.parameters,
    )


def _written(service: Service) -> tuple[str, str]:
    """The protocol and its ports (types and codes for ICMP) as a matrix writes them."""
    if service.protocols == ALL_PROTOCOLS:
        return "any", "any"
    low, high = service.protocols[0]
    name = NAMES.get(low, str(low)) if low == high else f"{low}-{high}"
    if service.protocols[0] in ICMP:
        return name, (format_icmp(service.ports) or "any").replace(",", ", ")
    if service.protocols[0] not in WITH_PORTS:
        return name, ""
    return name, "any" if service.ports == ALL_PORTS else format_numbers(service.ports).replace(",", ", ")


def _reference(policy: Policy, flow: Flow) -> str:
    """Where the policy has it from."""
    source = policy.sources.get(flow.source)
    if source is None:
        return flow.source
    return ", ".join(filter(None, (source.title, str(source.date or ""), source.address)))
