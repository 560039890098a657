"""A rule admits what no active flow or allowance permits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pamlint.checks.wording import (
    Told,
    grouped,
    names_text,
    place_of,
    related_rules,
    rule_of,
    rule_text,
    supply_text,
    told,
    traffic_text,
)
from pamlint.judging.judgement import Judgement, Opening
from pamlint.model.activation import services_of
from pamlint.model.addresses import families, is_internet
from pamlint.model.finding import Finding, Severity
from pamlint.model.policy import ParameterService
from pamlint.model.ranges import EMPTY, Ranges, intersect, union
from pamlint.model.services import Service
from pamlint.model.traffic import DESTINATION, DESTINATION_PORT, PROTOCOL, SOURCE, Cube

ID = "extra-access"
TCP: Ranges = ((6, 6),)
UDP: Ranges = ((17, 17),)
ADMINISTRATION: tuple[tuple[Ranges, Ranges], ...] = (
    (TCP, tuple((port, port) for port in (22, 23, 1433, 1521, 3306, 3389, 5432, 5900, 5985, 5986, 6379, 27017))),
    (UDP, ((1434, 1434),)),
)
"""Ports by which machines are administered, besides every service of an active flow."""


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each rule and direction."""
    administration = (*ADMINISTRATION, *_flow_services(judgement))
    for group in grouped(((item.acl.key, item.rule.name, item.direction), item) for item in judgement.extra):
        for share in told(group):
            yield _finding(judgement, group, share, administration)


def _flow_services(judgement: Judgement) -> Iterable[tuple[Ranges, Ranges]]:
    """Protocols and ports of every active flow; ports that parameters give are those of the site or the policy."""
    parameters = {name: value.default for policy in judgement.site.policies for name, value in policy.parameters.items()}
    given = {name: value for name, value in {**parameters, **judgement.site.parameters}.items() if value is not None}
    for flow in judgement.flows:
        services = [service for service in flow.services if isinstance(service, Service) or service.parameter in given]
        fixed = [service for service in services if isinstance(service, Service)]
        filled = [service for service in services if isinstance(service, ParameterService)]
        if filled and len(services) == len(flow.services):
            fixed = list(services_of(flow, given))
        yield from ((service.protocols, service.ports) for service in fixed)


def _finding(judgement: Judgement, group: list[Opening], share: Told, administration: Sequence[tuple[Ranges, Ranges]]) -> Finding:
    first = group[0]
    beside = [pair for item in group for pair in item.beside]
    return Finding(
        ID,
        severity(share.traffic, first, administration),
        share.certainty,
        judgement.estate,
        _message(group, share),
        _tip(first, share),
        roles=share.roles,
        direction=first.direction,
        acl=first.acl.address,
        rule=rule_of(first.acl, first.rule),
        workloads=share.workloads,
        traffic=share.rows,
        witness=share.witness,
        because=share.because,
        location=place_of(first.acl, first.rule),
        related=related_rules(beside, "lets it through as well"),
    )


def severity(traffic: Sequence[Cube], opening: Opening, administration: Sequence[tuple[Ranges, Ranges]]) -> Severity:
    """The worst packet's: from or to the Internet, at an administration port or not."""
    inside = _of_known_peers(traffic, opening)
    if opening.direction == "egress":
        return "medium" if is_internet(_peers(inside, opening)) else "low"
    if not is_internet(_peers(inside, opening)):
        return "medium"
    for protocols, ports in administration:
        hit = [
            cube
            for cube in inside
            if intersect(cube.sides[PROTOCOL], protocols) and intersect(cube.sides[DESTINATION_PORT], ports)
        ]
        if is_internet(_peers(hit, opening)):
            return "critical"
    return "high"


def _of_known_peers(traffic: Iterable[Cube], opening: Opening) -> list[Cube]:
    """The traffic of known addresses: of a group or list, which is not the Internet at large, only that of known members."""
    side, found = opening.view.peer_side, []
    for cube in traffic:
        known: Cube | None = cube
        for predicate in (opening.view.predicates[name] for name, sign in sorted(cube.guard) if sign):
            if known is not None and predicate.side == side and (predicate.members or predicate.kind in ("group", "list")):
                known = known.within(side, predicate.at_least)
        if known is not None:
            found.append(known)
    return found


def _peers(cubes: Iterable[Cube], opening: Opening) -> Ranges:
    found: Ranges = EMPTY
    for cube in cubes:
        found = union(found, cube.sides[opening.view.peer_side])
    return found


def _message(group: Sequence[Opening], share: Told) -> str:
    item = group[0]
    name = rule_text(item.acl, item.rule)
    way = "in" if item.direction == "ingress" else "out"
    of = f"at {names_text(share.roles)}"
    traffic = traffic_text(share.rows, item.direction)
    if rule_of(item.acl, item.rule) is None:
        return (
            f"{name} may not be tied to what it is to guard {of}; {traffic} would go {way} then, which no active "
            f"flow or allowance permits: it hangs on {names_text(share.because)}."
        )
    if share.certainty == "unproven":
        return (
            f"{name} may let {way} {traffic} {of}, which no active flow or allowance permits: "
            f"it hangs on {names_text(share.because)}."
        )
    shelter = _shelter(share, group)
    expired = f" (allowance `{item.expired[0][0].name}` has expired)" if item.expired else ""
    return f"{name} lets {way} {traffic} {of}; no active flow and no allowance permits that{expired}.{shelter}"


def _shelter(share: Told, group: Sequence[Opening]) -> str:
    """What keeps anybody from using the opening today: all behind it is sheltered, or has addresses of another family.

    Who is sheltered is not reached from the Internet, but may well reach it: through a NAT gateway, say.
    """
    reasons = {workload.sheltered for item in group for workload in item.unit.workloads}
    inside = _of_known_peers(share.traffic, group[0])
    told = sorted(reason for reason in reasons if reason)
    if group[0].direction == "egress" or None in reasons or not is_internet(_peers(inside, group[0])):
        told = []
    there = {family for cube in share.traffic for family in families(cube.sides[group[0].view.local_side])}
    if all(families(cube.sides[SOURCE]).isdisjoint(families(cube.sides[DESTINATION])) for cube in share.traffic):
        told.append(f"what stands behind it has IPv{min(there)} addresses only")
    return f" It is mitigated as long as {' and '.join(told)}." if told else ""


def _tip(item: Opening, share: Told) -> str:
    if share.certainty == "unproven":
        return supply_text(share.because)
    return "Narrow or remove the rule; if the access is wanted, permit it under `allow` in the site file, with a reason."
