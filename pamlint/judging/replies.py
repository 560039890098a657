"""Stateless network ACLs: whether the replies of a required flow come back."""

from __future__ import annotations

from pamlint.binding import Unit
from pamlint.judging.admission import Admission, staying, together
from pamlint.judging.demand import Ask
from pamlint.judging.floating import Floating
from pamlint.judging.judgement import Reply
from pamlint.judging.pooling import passing
from pamlint.judging.required import Wants, unmet
from pamlint.model.addresses import IPV4, IPV6
from pamlint.model.finding import Direction
from pamlint.model.ranges import intersect
from pamlint.model.rows import View
from pamlint.model.services import ECHO, PORT_PROTOCOLS
from pamlint.model.traffic import ALL_PORTS, DESTINATION, DESTINATION_PORT, PROTOCOL, SOURCE, SOURCE_PORT, Cube, Traffic

OPPOSITE: dict[Direction, Direction] = {"ingress": "egress", "egress": "ingress"}


def replies(ask: Ask, unit: Unit, direction: Direction, wants: Wants, admission: Admission, floating: Floating) -> list[Reply]:
    """The network ACLs of a unit that drop replies of a flow which is admitted; replies go to the client's own port."""
    back = OPPOSITE[direction]
    stateless = [acl for layer in unit.path(back) for acl in layer if acl.kind == "aws_network_acl"]
    want = wants.wanted(ask, unit, back) if stateless else None
    if want is None:
        return []
    answer = want._replace(
        networks=None if want.networks is None else _answers(want.networks),
        members=tuple(reach.each(_answers) for reach in want.members),
    )
    found = []
    for acl in stateless:
        held = together(floating.held(unit, admission.pieces(acl, back), back))
        besides = (*staying(unit, back), *admission.untied(acl, unit, back), *floating.beside([acl], unit, back))
        passed = passing((*held, *besides), f"{acl.place}/{'+'.join(sorted(unit.hosts))}/{ask.flow.id} replies", admission.table)
        residue = unmet(answer, passed, {}, admission.table, back)
        if residue.proved or residue.unproven:
            view = View(back, admission.table.predicates, unit.within, acl.address, admission.table.lists)
            found.append(Reply(ask.flow, ask.bearing.part.role, ask.peer.role, unit, acl, residue, view))
    return found


def _answers(cubes: Traffic) -> Traffic:
    """The replies to the traffic: from the service's port to the client's, and those to echo requests."""
    out = []
    for cube in cubes:
        protocols = intersect(cube.sides[PROTOCOL], PORT_PROTOCOLS)
        if protocols:
            swapped = cube.replace(PROTOCOL, protocols).replace(SOURCE_PORT, cube.sides[DESTINATION_PORT])
            out.append(swapped.replace(DESTINATION_PORT, cube.sides[SOURCE_PORT]))
        out += [echo for asked in ECHO if (echo := _echo(cube, *asked)) is not None]
    return tuple(out)


def _echo(cube: Cube, protocol: int, type_: int) -> Cube | None:
    """The replies to those echo requests of one protocol that are in the traffic, in its address family."""
    found: Cube | None = cube
    family = IPV4 if protocol == 1 else IPV6
    asked = ((PROTOCOL, protocol), (DESTINATION_PORT, type_ << 8))
    for side, line in (*((side, ((number, number),)) for side, number in asked), (SOURCE, family), (DESTINATION, family)):
        found = found.within(side, line) if found is not None else None
    answer = ECHO[protocol, type_] << 8
    return found.replace(SOURCE_PORT, ALL_PORTS).replace(DESTINATION_PORT, ((answer, answer),)) if found is not None else None
