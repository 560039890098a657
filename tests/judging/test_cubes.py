"""Rules and services as cubes, and the predicates that their guards name."""

from __future__ import annotations

from typing import Any

import pytest

from pamlint.judging.cubes import CLIENT_PORTS, Table, service_sides
from pamlint.model.acl import ANYWHERE, Acl, Extent, Peer, Rule, Symbol
from pamlint.model.addresses import ANY, IPV4, IPV6, parse_cidrs
from pamlint.model.ranges import EMPTY
from pamlint.model.services import parse_service
from pamlint.model.traffic import ALL_PORTS, DESTINATION, DESTINATION_PORT, PROTOCOL, SOURCE, Traffic, overlap

NET = parse_cidrs(["10.0.0.0/8"])
SYMBOLS = {
    "g": Symbol("g", "group", "sg-g", EMPTY, NET),
    "p": Symbol("p", "prefix-list", "prefix-list:p", NET, NET),
    "t": Symbol("t", "tag", "tag:T"),
}
TCP, SSH = Extent(((6, 6),)), Extent(((22, 22),))


def compiled(table: Table, name: str = "r", **values: Any) -> Traffic:
    rule = Rule(
        name, values.pop("direction", "ingress"), "allow", values.pop("protocols", TCP), values.pop("ports", SSH), **values
    )
    return table.rule(Acl("acl", "acl", "aws_security_group", "r", (rule,)), rule)


def test_known_peers_are_one_plain_cube() -> None:
    """Addresses and symbols whose members are all known need no predicate."""
    (cube,) = compiled(Table(SYMBOLS), peers=(Peer("x", parse_cidrs(["192.168.0.0/16"])), Peer("p", symbol="p")))
    assert cube.sides == (((6, 6),), parse_cidrs(["10.0.0.0/8", "192.168.0.0/16"]), ALL_PORTS, ANY, ((22, 22),))
    assert cube.guard == frozenset()


def test_peers_and_local_sides_turn_with_the_direction() -> None:
    """A peer is the source inbound and the destination outbound."""
    (outbound,) = compiled(Table(SYMBOLS), direction="egress", peers=(Peer("p", symbol="p"),))
    assert (outbound.sides[SOURCE], outbound.sides[DESTINATION]) == (ANY, NET)


def test_symbols_are_shared_predicates_within_their_bounds() -> None:
    """Two rules that name one group mean the same members."""
    table = Table(SYMBOLS)
    (first,) = compiled(table, "a", peers=(Peer("g", symbol="g"),))
    (second,) = compiled(table, "b", peers=(Peer("g", symbol="g"),))
    assert first.guard == second.guard and first.sides[SOURCE] == NET
    ((name, sign),) = first.guard
    assert sign and (table.predicates[name].kind, table.predicates[name].side) == ("group", SOURCE)


def test_unknown_values_are_never_shared() -> None:
    """Two rules that hang on one variable, and two places of one rule, are predicates of their own; known sides stay known."""
    table = Table(SYMBOLS)
    unset = Peer("var.c", because=("var.c",), at_most=IPV4)
    first = compiled(table, "a", peers=(ANYWHERE, unset, unset), possible=("var.n",))
    second = compiled(table, "b", peers=(unset,), possible=("var.n",))
    names = [{name for name, _ in cube.guard} for cube in (*first, *second)]
    assert len(first) == 3 and len(set.union(*names)) == 5
    assert not names[0] & names[3]
    assert {cube.sides[SOURCE] for cube in first} == {ANY, IPV4}
    assert all(table.predicates[name].because in (("var.c",), ("var.n",)) for found in names for name in found)


def test_known_numbers_stand_beside_unknown_ones() -> None:
    """Each in a cube of its own, so that what is sure stays sure."""
    ports = Extent(((22, 22),), ALL_PORTS, ("var.p",))
    sure, perhaps = sorted(compiled(Table(SYMBOLS), ports=ports, peers=(ANYWHERE,)), key=lambda cube: len(cube.guard))
    assert (sure.sides[DESTINATION_PORT], len(sure.guard)) == (((22, 22),), 0)
    assert (perhaps.sides[DESTINATION_PORT], len(perhaps.guard)) == (ALL_PORTS, 1)


def test_nobody_is_nothing() -> None:
    """A rule without peers matches no packet."""
    assert compiled(Table(SYMBOLS), peers=()) == ()
    assert overlap(compiled(Table(SYMBOLS), peers=(ANYWHERE,)), ()) == ()


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("tcp/22", [(((6, 6),), CLIENT_PORTS, ((22, 22),), ANY)]),
        ("icmp/8/0", [(((1, 1),), ALL_PORTS, ((2048, 2048),), IPV4)]),
        ("icmpv6", [(((58, 58),), ALL_PORTS, ALL_PORTS, IPV6)]),
        ("47", [(((47, 47),), ALL_PORTS, ALL_PORTS, ANY)]),
    ],
)
def test_only_protocols_with_ports_have_source_ports(service: str, told: list[Any]) -> None:
    """ICMP is of IPv4, ICMPv6 of IPv6."""
    assert service_sides([parse_service(service)], CLIENT_PORTS) == told


def test_any_service_is_told_apart_by_its_source_ports() -> None:
    """What has ports comes from those of clients, the rest from everywhere; nothing is lost between the two."""
    with_ports, without = service_sides([parse_service("any")], CLIENT_PORTS)
    assert (with_ports[1], without[1]) == (CLIENT_PORTS, ALL_PORTS)
    assert min(*with_ports[PROTOCOL], *without[PROTOCOL])[0] == 0
    assert sum(high - low + 1 for low, high in (*with_ports[PROTOCOL], *without[PROTOCOL])) == 256
