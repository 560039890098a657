"""Which ACL of a layer bears what is missing, and which of its rules keeps it out."""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.judging.admission import ADMIN, localise
from pamlint.judging.cubes import Table, sides
from pamlint.judging.demand import Ask
from pamlint.judging.judgement import Cause, Missing
from pamlint.judging.opened import Front
from pamlint.judging.required import Wanted
from pamlint.model.acl import Acl, Rule
from pamlint.model.certainty import Settled
from pamlint.model.traffic import ALL_PORTS, SOURCE_PORT, Traffic, minus, overlap, touch


def missing_at(layer: tuple[Acl, ...], front: Front, ask: Ask, want: Wanted, settled: Settled, table: Table) -> Missing:
    """What is missing of an ask at a layer of its unit's chain, laid at the ACL that should admit it."""
    whole = want.whole
    pieces = front.layers[front.unit.layers.index(layer)]
    partly = tuple((piece.acl, piece.rule) for piece in pieces if touch(piece.traffic, whole))
    matched = sorted(layer, key=lambda acl: (acl.key not in ask.bearing.part.hosts, acl.loose, acl.partial))
    acl, rule, cause = _cause(front, matched, (*settled.proved, *settled.unproven), table)
    flow, role = ask.flow, ask.bearing.part.role
    return Missing(flow, role, (ask.peer.role,), front.unit, acl, settled, front.seen_at(acl), rule, cause, partly)


def _cause(front: Front, layer: Sequence[Acl], residue: Traffic, table: Table) -> tuple[Acl, Rule | None, Cause]:
    """Which ACL, and which of its rules, keeps the residue out: a deny above an allow, or an allow that pins source ports.

    Admin rules leave to the NSGs what they do not deny: there it is always a deny.
    """
    for acl in layer:
        final = acl.kind == ADMIN
        rules = [rule for rule in acl.rules if rule.direction == front.direction and not rule.default]
        pinned: list[tuple[Rule, Traffic]] = []
        for place, rule in enumerate(rules):
            cubes = localise(table.rule(acl, rule), front.unit, front.direction)
            stopped = overlap(residue, cubes) if rule.action == "deny" and not pinned else ()
            below = (table.rule(acl, later) for later in rules[place + 1 :] if later.action == "allow")
            if stopped and (final or any(overlap(stopped, allow) for allow in below)):
                return acl, rule, "denied"
            if rule.action == "allow" and not final and rule.source_ports.known != ALL_PORTS:
                wider = _from_all_ports(cubes, residue, front, table)
                pinned += [(rule, wider)] if overlap(residue, wider) else []
        if pinned:
            whole = (rule for rule, wider in pinned if not minus((cube.bare for cube in residue), wider))
            return acl, next(whole, pinned[0][0]), "pinned"
    return layer[0], None, "closed"


def _from_all_ports(cubes: Traffic, residue: Traffic, front: Front, table: Table) -> Traffic:
    """What a rule would admit without its source ports: from addresses that it has, and from whom the residue names as well."""
    peer_side, _ = sides(front.direction)
    meant = {literal for cube in residue for literal in cube.guard}
    asked = {name for cube in cubes for name, sign in cube.guard if (name, sign) not in meant}
    doubtful = {name for name in asked if table.predicates[name].side == peer_side}
    sure = (cube for cube in cubes if doubtful.isdisjoint(name for name, _ in cube.guard))
    return tuple(cube.replace(SOURCE_PORT, ALL_PORTS).bare for cube in sure)
