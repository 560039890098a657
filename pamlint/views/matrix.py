"""The port matrix of a policy or of a site: policy and roles in, one line for each flow, pair of roles and protocol out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from pamlint.binding import Binding
from pamlint.judging.judgement import Judgement
from pamlint.model.acl import Network
from pamlint.model.activation import active_features, active_flows
from pamlint.model.finding import PolicyUsed
from pamlint.model.matrix import Line, Matrix
from pamlint.model.policy import Flow, Policy, Role
from pamlint.model.site import Site
from pamlint.views.players import Seat, bound, player, written
from pamlint.views.standing import Standings
from pamlint.views.wires import Seats, Wire, bare_wires, wires


def bare(policy: Policy) -> Matrix:
    """The product's own matrix: every flow, whatever its features, between roles that nobody plays yet."""
    found = (wire for flow in policy.flows for wire in bare_wires(policy, flow))
    used = PolicyUsed(policy.id, policy.version, policy.sha256)
    return Matrix((used,), (), None, tuple(_line(None, policy, wire, {}) for wire in found))


def whole(sites: Sequence[Site], lines: Iterable[Line], today: date) -> Matrix:
    """The lines of all estates as one matrix, with the flows that are off in every one of them."""
    policies = {policy.sha256: policy for site in sites for policy in site.policies}
    found = tuple(lines)
    active = {line.flow for line in found}
    inactive = [flow.id for policy in policies.values() for flow in policy.flows if flow.id not in active]
    used = tuple(PolicyUsed(policy.id, policy.version, policy.sha256) for policy in policies.values())
    return Matrix(used, tuple(dict.fromkeys(site.location.file for site in sites)), today, found, tuple(dict.fromkeys(inactive)))


def from_site(site: Site, estate: str | None) -> tuple[Line, ...]:
    """The matrix of a site, from its site file alone."""
    return _lines(site, estate, lambda role: written(site, _roles(site), role))


def from_binding(site: Site, estate: str | None, binding: Binding, network: Network) -> tuple[Line, ...]:
    """The matrix of a site as its roles were bound to what there is."""
    return _lines(site, estate, lambda role: bound(binding, network, _roles(site), role))


def from_judgement(judgement: Judgement, network: Network) -> tuple[Line, ...]:
    """The matrix of a judged estate, with the state of every line."""
    site, standings = judgement.site, Standings(judgement, network)

    def seats(role: str) -> Sequence[Seat]:
        return bound(judgement.binding, network, _roles(site), role)

    return _lines(site, judgement.estate, seats, standings)


def _roles(site: Site) -> Mapping[str, Role]:
    return {name: role for policy in site.policies for name, role in policy.roles.items()}


def _lines(site: Site, estate: str | None, seats: Seats, standings: Standings | None = None) -> tuple[Line, ...]:
    needless = {entry.flow: entry.reason for entry in site.not_needed}
    flows = ((policy, flow) for policy in site.policies for flow in active_flows(policy, active_features(policy, site)))
    found = ((policy, wire) for policy, flow in flows for wire in wires(site, policy, flow, seats))
    return tuple(_line(estate, policy, wire, needless, standings) for policy, wire in found)


def _line(
    estate: str | None, policy: Policy, wire: Wire, needless: Mapping[str, str], standings: Standings | None = None
) -> Line:
    flow = wire.flow
    standing = standings.of(wire, flow.id not in needless) if standings else None
    reason = needless.get(flow.id)
    protocol, ports = wire.written
    source, destination = (
        player(wire.source, (near for near, _ in wire.pairs)),
        player(wire.destination, (far for _, far in wire.pairs)),
    )
    return Line(
        estate,
        policy.id,
        policy.version,
        flow.id,
        source,
        destination,
        flow.ends,
        protocol,
        ports,
        flow.need if reason is None else "not-needed",
        ", ".join((*flow.when.all_on, *(f"not {name}" for name in flow.when.all_off))),
        flow.note if reason is None else f"Not needed here: {reason} {flow.note}".strip(),
        _reference(policy, flow),
        flow.confidence,
        flow.parameters,
        standing.state if standing else None,
        standing.ends if standing else (),
        standing.missing if standing else "",
        standing.asked if standing else None,
    )


def _reference(policy: Policy, flow: Flow) -> str:
    """Where the policy has it from."""
    source = policy.sources.get(flow.source)
    if source is None:
        return flow.source
    return ", ".join(filter(None, (source.title, str(source.date or ""), source.address)))
