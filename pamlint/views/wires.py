"""Single wires of a flow: one pair of roles and one protocol, apart where instances have ports of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from pamlint.model.activation import filled, services_between
from pamlint.model.finding import Direction
from pamlint.model.policy import Flow, ParameterService, Policy
from pamlint.model.ranges import Ranges, normal
from pamlint.model.rows import WITH_PORTS, format_icmp, format_numbers
from pamlint.model.services import ICMP, NAMES, Service
from pamlint.model.site import Site
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS
from pamlint.views.players import NOBODY, Seat, fixed

Seats = Callable[[str], Sequence[Seat]]


class Wire(NamedTuple):
    """One protocol of a flow between seats of two roles; `service` is None where a parameter without a value gives the ports."""

    flow: Flow
    source: str
    destination: str
    pairs: tuple[tuple[Seat, Seat], ...]
    service: Service | None
    parameter: str = ""

    @property
    def written(self) -> tuple[str, str]:
        """The protocol and its ports (types and codes for ICMP) as a matrix writes them."""
        if self.service is None:
            protocol, _, ports = self.parameter.partition("/")
            return protocol, ports
        return _written(self.service)

    def ports_written(self, ports: Ranges) -> str:
        """Some of its ports, as a matrix writes them; nothing for none."""
        return self._replace(service=Service(self.service.protocols, ports)).written[1] if self.service and ports else ""

    def seen_from(self, direction: Direction) -> tuple[str, str]:
        """The role at the end with this direction, and the one at the far end."""
        return (self.destination, self.source) if direction == "ingress" else (self.source, self.destination)


def wires(site: Site, policy: Policy, flow: Flow, seats: Seats) -> Iterator[Wire]:
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


def bare_wires(policy: Policy, flow: Flow) -> Iterator[Wire]:
    """The flow between each pair of its roles with the policy's own ports; a parameter without a default stands for itself."""
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


def _written(service: Service) -> tuple[str, str]:
    if service.protocols == ALL_PROTOCOLS:
        return "any", "any"
    low, high = service.protocols[0]
    name = NAMES.get(low, str(low)) if low == high else f"{low}-{high}"
    if service.protocols[0] in ICMP:
        return name, (format_icmp(service.ports) or "any").replace(",", ", ")
    if service.protocols[0] not in WITH_PORTS:
        return name, ""
    return name, "any" if service.ports == ALL_PORTS else format_numbers(service.ports).replace(",", ", ")
