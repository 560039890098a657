"""What comes back of traffic: a network ACL remembers nothing, and sees answers as packets of their own."""

from __future__ import annotations

from pamlint.model.finding import Direction
from pamlint.model.ranges import intersect
from pamlint.model.services import ECHO, ICMP_LINES, PORT_PROTOCOLS
from pamlint.model.traffic import ALL_PORTS, DESTINATION, DESTINATION_PORT, PROTOCOL, SOURCE, SOURCE_PORT, Cube, Traffic

OPPOSITE: dict[Direction, Direction] = {"ingress": "egress", "egress": "ingress"}


def answers(cubes: Traffic) -> Traffic:
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
    family = ICMP_LINES[protocol]
    asked = ((PROTOCOL, protocol), (DESTINATION_PORT, type_ << 8))
    for side, line in (*((side, ((number, number),)) for side, number in asked), (SOURCE, family), (DESTINATION, family)):
        found = found.within(side, line) if found is not None else None
    answer = ECHO[protocol, type_] << 8
    return found.replace(SOURCE_PORT, ALL_PORTS).replace(DESTINATION_PORT, ((answer, answer),)) if found is not None else None
