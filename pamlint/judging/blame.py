"""Which ACL of a layer bears what is missing, and which of its rules keeps it out."""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.judging.admission import ADMIN, localise
from pamlint.judging.cubes import Table
from pamlint.judging.demand import Ask
from pamlint.judging.judgement import Cause, Missing
from pamlint.judging.opened import Front
from pamlint.judging.required import Wanted
from pamlint.model.acl import Acl, Rule
from pamlint.model.certainty import Settled
from pamlint.model.traffic import ALL_PORTS, SOURCE_PORT, Traffic, overlap, touch


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
        for place, rule in enumerate(rules):
            cubes = localise(table.rule(acl, rule), front.unit, front.direction)
            stopped = overlap(residue, cubes) if rule.action == "deny" else ()
            below = (table.rule(acl, later) for later in rules[place + 1 :] if later.action == "allow")
            if stopped and (final or any(overlap(stopped, allow) for allow in below)):
                return acl, rule, "denied"
            if rule.action == "allow" and not final and rule.source_ports.known != ALL_PORTS:
                wider = tuple(cube.replace(SOURCE_PORT, ALL_PORTS) for cube in cubes)
                if overlap(residue, wider):
                    return acl, rule, "pinned"
    return layer[0], None, "closed"
