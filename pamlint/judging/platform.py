"""Azure's own name and metadata services, which no rule filters but one that names them by their tags.

Source: the Azure documentation, network security groups overview (Azure platform considerations) and service tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pamlint.binding import Unit
from pamlint.judging.cubes import Table, sides
from pamlint.model.acl import Acl, Rule
from pamlint.model.addresses import parse_cidrs
from pamlint.model.finding import Direction
from pamlint.model.ranges import Ranges
from pamlint.model.traffic import Cube, Traffic, minus

TAGS: Mapping[str, Ranges] = {
    "tag|azureplatformdns": parse_cidrs(["168.63.129.16"]),
    "tag|azureplatformimds": parse_cidrs(["169.254.169.254"]),
}


def closed_by_name(unit: Unit, direction: Direction, table: Table) -> Traffic:
    """What rules that name these services deny of them, but for what such a rule above allows."""
    if unit.cloud != "azure" or direction != "egress":
        return ()
    closed: list[Cube] = []
    for acl in unit.acls:
        allowed: list[Cube] = []
        for rule in acl.rules:
            cubes = tuple(_of_services(acl, rule, table)) if rule.direction == direction else ()
            closed += minus(cubes, allowed) if rule.action == "deny" else ()
            allowed += cubes if rule.action != "deny" else ()
    return tuple(closed)


def _of_services(acl: Acl, rule: Rule, table: Table) -> Iterator[Cube]:
    """What a rule matches of the services that it names."""
    peer_side, _ = sides(rule.direction)
    for symbol in (peer.symbol for peer in rule.peers if peer.symbol in TAGS):
        literals = frozenset(table.symbol(str(symbol), peer_side)[1])
        for cube in table.rule(acl, rule):
            if literals and literals <= cube.guard:
                yield Cube(cube.sides, cube.guard - literals).replace(peer_side, TAGS[str(symbol)])
