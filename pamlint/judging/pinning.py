"""Allow rules that ask for source ports which ordinary clients do not have."""

from __future__ import annotations

from pamlint.judging.judgement import Pinned
from pamlint.judging.opened import Front
from pamlint.model.acl import Rule
from pamlint.model.certainty import Settled
from pamlint.model.ranges import holds, intersect, subtract, union
from pamlint.model.traffic import PROTOCOL, SOURCE_PORT, Cube, merge

ORDINARY = ((49152, 65535),)
"""The source ports that every client system uses."""
PINNED_BY_NATURE = ((53, 53), (67, 68), (123, 123), (500, 500))
"""The UDP services whose clients may speak from a fixed port."""


def pinned(front: Front) -> list[Pinned]:
    """The allow rules of the chain that lack some of the source ports of ordinary clients."""
    found = []
    for layer in front.layers:
        for piece in layer:
            rule = piece.rule
            if rule.action != "allow" or rule.default or not _speaks_to_clients(rule):
                continue
            lacking = subtract(ORDINARY, rule.source_ports.known)
            if not lacking:
                continue
            known = not rule.possible and not intersect(lacking, rule.source_ports.perhaps)
            traffic = merge(
                Cube(
                    tuple(lacking if side == SOURCE_PORT else line for side, line in enumerate(cube.sides)),
                    cube.guard,
                ).replace(PROTOCOL, intersect(cube.sides[PROTOCOL], ((6, 6), (17, 17))))
                for cube in piece.traffic
            )
            because = rule.unknown
            residue = Settled(traffic, (), ()) if known else Settled((), traffic, because)
            found.append(Pinned(rule, piece.acl, front.unit, residue, front.seen_at(piece.acl)))
    return found


def _speaks_to_clients(rule: Rule) -> bool:
    protocols = intersect(union(rule.protocols.known, rule.protocols.perhaps), ((6, 6), (17, 17)))
    if not protocols:
        return False
    by_nature = holds(((17, 17),), protocols) and rule.ports.known and holds(PINNED_BY_NATURE, rule.ports.known)
    return not by_nature
