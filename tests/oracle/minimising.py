"""The smallest estate that still shows a disagreement: rules, flows and peers are dropped one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.oracle.nouns import Estate
from tests.oracle.spelling import named


def minimised(estate: Estate, disagrees: Callable[[Estate], bool]) -> Estate:
    """Drops whatever can go while the estate still disagrees."""
    shrinking = True
    while shrinking:
        shrinking = False
        for smaller in smaller_ones(estate):
            if disagrees(smaller):
                estate, shrinking = smaller, True
                break
    return estate


def smaller_ones(estate: Estate) -> Iterator[Estate]:
    for index, acl in enumerate(estate.acls):
        for gone in acl.rules:
            if not gone.default:
                kept = replace(acl, rules=tuple(rule for rule in acl.rules if rule is not gone))
                yield named(replace(estate, acls=(*estate.acls[:index], kept, *estate.acls[index + 1 :])))
    for flow in estate.flows:
        if len(estate.flows) > 1:
            yield replace(estate, flows=tuple(each for each in estate.flows if each is not flow))
        for service in flow.services if len(flow.services) > 1 else ():
            thinner = replace(flow, services=tuple(each for each in flow.services if each != service))
            yield replace(estate, flows=tuple(thinner if each is flow else each for each in estate.flows))
        for source in flow.sources if len(flow.sources) > 1 else ():
            thinner = replace(flow, sources=tuple(each for each in flow.sources if each != source))
            yield replace(estate, flows=tuple(thinner if each is flow else each for each in estate.flows))
    for allowance in estate.allowances:
        yield replace(estate, allowances=tuple(each for each in estate.allowances if each is not allowance))
    for index, acl in enumerate(estate.acls):
        for rule in acl.rules:
            for peer in rule.peers if len(rule.peers) > 1 else ():
                thin = replace(rule, peers=tuple(each for each in rule.peers if each != peer))
                kept = replace(acl, rules=tuple(thin if each is rule else each for each in acl.rules))
                yield replace(estate, acls=(*estate.acls[:index], kept, *estate.acls[index + 1 :]))
    used = {role for flow in estate.flows for role in (*flow.sources, *flow.destinations)}
    for player in estate.players:
        hosts = {each.on for each in estate.players}
        if player.role not in used | hosts and not any(f"role:{player.role}" in each.peers for each in estate.allowances):
            yield replace(estate, players=tuple(each for each in estate.players if each is not player))
