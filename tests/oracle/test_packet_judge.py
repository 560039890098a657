"""The judge itself, on tables made by hand from what the clouds document."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from tests.oracle.nouns import ALL, Acl, Allowance, Atom, Estate, Flow, Packet, Place, Player, Rule, Unit
from tests.oracle.packet_judge import World, passes, walk
from tests.oracle.policy_reader import blocked_at, permitted_at
from tests.oracle.spelling import default_rules

GROUP, NSG = "aws_security_group.a", "azurerm_network_security_group.a"
NOTHING = World({})


def estate(acl: Acl, **more: object) -> Estate:
    cloud = "azure" if acl.kind in ("nsg", "admin") else "aws"
    vnet = ("10.30.0.0/16",) if cloud == "azure" else ()
    base = Estate(cloud, (acl,), (Unit(((acl.address,),)),), (), (), vnet=vnet)  # type: ignore[arg-type]
    return replace(base, **more)  # type: ignore[arg-type]


def packet(protocol: int, port: int, peer: str, source_port: int = 50000, local: str | None = None) -> Packet:
    atom = Atom(None, ip_address(peer)) if ":" not in peer or "::" in peer else Atom(peer, ip_address("9.9.9.9"))
    return Packet(protocol, port, source_port, atom, ip_address(local) if local else None)


def inwards(where: Estate, unit: Unit | None = None) -> Place:
    return Place(where, unit or where.units[0], "ingress")


def lets_in(acl: Acl, what: Packet, world: World = NOTHING) -> bool:
    return passes(inwards(estate(acl)), what, world)


def aws(protocol: int | None, ports: tuple[int, int], *peers: str) -> Rule:
    return Rule("r", "ingress", protocol, (ports,), peers)


AWS_TABLE = [
    (aws(6, (22, 23), "10.0.0.0/24"), packet(6, 22, "10.0.0.255"), True),
    (aws(6, (22, 23), "10.0.0.0/24"), packet(6, 24, "10.0.0.255"), False),
    (aws(6, (22, 23), "10.0.0.0/24"), packet(6, 22, "10.0.1.0"), False),
    (aws(6, (22, 23), "10.0.0.0/24"), packet(17, 22, "10.0.0.1"), False),
    (aws(6, (22, 22), "0.0.0.0/0"), packet(6, 22, "2001:db8::1"), False),
    (aws(6, (22, 22), "::/0"), packet(6, 22, "2001:db8::1"), True),
    (aws(None, (0, 0), "10.0.0.0/8"), packet(47, 0, "10.1.1.1"), True),
    (aws(None, (0, 0), "10.0.0.0/8"), packet(6, 65535, "10.1.1.1"), True),
    (aws(47, (5, 5), "10.0.0.0/8"), packet(47, 0, "10.1.1.1"), True),
    (aws(1, (8 * 256, 8 * 256 + 255), "10.0.0.0/8"), packet(1, 8 * 256 + 3, "10.1.1.1"), True),
    (aws(1, (8 * 256, 8 * 256 + 255), "10.0.0.0/8"), packet(1, 0, "10.1.1.1"), False),
    (aws(6, (22, 22), "group:b"), packet(6, 22, "group:b"), True),
    (aws(6, (22, 22), "group:b"), packet(6, 22, "10.1.1.1"), False),
    (aws(6, (22, 22), "group:b"), packet(6, 22, "group:c"), False),
]


@pytest.mark.parametrize(("rule", "what", "expected"), AWS_TABLE)
def test_a_security_group_admits_what_any_rule_admits(rule: Rule, what: Packet, expected: bool) -> None:
    """Allow only; ports count for four protocols alone; families are apart; a group admits its wearers only."""
    assert lets_in(Acl(GROUP, "group", (rule,)), what) is expected


def azure(priority: int, allow: bool, protocol: int | None, ports: tuple[int, int], *peers: str, **more: object) -> Rule:
    return replace(Rule("r", "ingress", protocol, (ports,), peers, allow, priority), **more)  # type: ignore[arg-type]


DENY_ALL = azure(4000, False, None, ALL[0], "any")
AZURE_TABLE = [
    ((azure(100, True, 6, (22, 22), "any"),), packet(6, 22, "8.8.8.8"), True),
    ((azure(100, True, 6, (22, 22), "any"), azure(90, False, None, ALL[0], "8.8.8.0/24")), packet(6, 22, "8.8.8.8"), False),
    ((azure(100, True, 6, (22, 22), "any"), azure(110, False, None, ALL[0], "8.8.8.0/24")), packet(6, 22, "8.8.8.8"), True),
    ((), packet(6, 22, "10.30.0.0"), True),
    ((), packet(6, 22, "10.31.0.0"), False),
    ((DENY_ALL,), packet(6, 22, "10.30.0.0"), False),
    ((azure(100, True, 6, (22, 22), "tag:Internet"),), packet(6, 22, "8.8.8.8"), True),
    ((azure(100, True, 6, (22, 22), "tag:Internet"),), packet(6, 22, "10.99.0.1"), False),
    ((azure(100, True, None, (22, 22), "any"), DENY_ALL), packet(1, 22, "10.30.0.1"), False),
    ((azure(100, True, None, ALL[0], "any"), DENY_ALL), packet(47, 0, "10.30.0.1"), True),
    ((azure(100, True, 6, (22, 22), "any", source_ports=((443, 443),)), DENY_ALL), packet(6, 22, "10.30.0.1"), False),
    (
        (azure(100, True, 6, (22, 22), "any", local=("10.30.1.0/25",)), DENY_ALL),
        packet(6, 22, "10.40.0.1", local="10.30.1.128"),
        False,
    ),
    (
        (azure(100, True, 6, (22, 22), "any", local=("10.30.1.0/25",)), DENY_ALL),
        packet(6, 22, "10.40.0.1", local="10.30.1.127"),
        True,
    ),
]


@pytest.mark.parametrize(("rules", "what", "expected"), AZURE_TABLE)
def test_the_first_rule_of_an_nsg_that_matches_decides(rules: tuple[Rule, ...], what: Packet, expected: bool) -> None:
    """By priority, with source ports, local prefixes, tags, and the default rules below."""
    assert lets_in(Acl(NSG, "nsg", (*rules, *default_rules(NSG))), what) is expected


def test_both_nsgs_of_a_chain_must_admit() -> None:
    """The way ends at the ACL that stops the packet, and inwards the subnet's comes first."""
    outer = Acl("outer", "nsg", (azure(100, True, 6, (22, 22), "any"),))
    inner = Acl("inner", "nsg", (azure(100, True, 6, (22, 23), "any"),))
    both = replace(estate(outer), acls=(outer, inner))
    place = inwards(both, Unit((("outer",), ("inner",))))
    open_way = walk(place, packet(6, 22, "8.8.8.8"), NOTHING)
    shut_way = walk(place, packet(6, 23, "8.8.8.8"), NOTHING)
    assert [(step.layer, step.open) for step in open_way] == [(("outer",), True), (("inner",), True)]
    assert [(step.layer, step.open) for step in shut_way] == [(("outer",), False)]


def edge(priority: int, allow: bool, protocol: int | None, ports: tuple[int, int], peer: str) -> Rule:
    return Rule("r", "ingress", protocol, (ports,), (peer,), allow, priority)


EDGE_TABLE = [
    ((edge(100, True, 6, (22, 22), "10.20.0.0/16"),), packet(6, 22, "10.20.0.1"), True),
    ((edge(100, True, 6, (22, 22), "10.20.0.0/16"),), packet(6, 22, "10.21.0.1"), False),
    (
        (edge(100, True, None, ALL[0], "0.0.0.0/0"), edge(90, False, 6, (22, 22), "10.20.0.0/16")),
        packet(6, 22, "10.20.0.1"),
        False,
    ),
    (
        (edge(100, True, None, ALL[0], "0.0.0.0/0"), edge(110, False, 6, (22, 22), "10.20.0.0/16")),
        packet(6, 22, "10.20.0.1"),
        True,
    ),
    ((edge(100, True, None, ALL[0], "0.0.0.0/0"),), packet(6, 22, "2001:db8::1"), False),
    ((edge(100, True, 47, (5, 5), "0.0.0.0/0"),), packet(47, 0, "10.20.0.1"), True),
    ((edge(100, True, 58, (2048, 2303), "0.0.0.0/0"),), packet(1, 0, "10.20.0.1"), True),
    ((edge(100, True, 58, (2048, 2303), "::/0"),), packet(58, 0, "2001:db8::1"), False),
    ((), packet(6, 22, "10.10.1.9"), True),
]


@pytest.mark.parametrize(("rules", "what", "expected"), EDGE_TABLE)
def test_a_network_acl_stands_at_the_edge_of_a_subnet(rules: tuple[Rule, ...], what: Packet, expected: bool) -> None:
    """First match, a final deny, families apart, all of ICMP for 58 on IPv4; inside of the subnet it sees nothing."""
    acl = Acl("aws_network_acl.a", "nacl", rules)
    unit = Unit(((acl.address,),), subnet=("10.10.1.0/24",))
    assert passes(inwards(estate(acl), unit), what, NOTHING) is expected


ADMIN_TABLE = [
    ((), 22, True),
    ((), 23, False),
    ((edge(100, True, 6, (23, 23), "any"),), 23, False),
    ((replace(edge(100, True, 6, (23, 23), "any"), always=True),), 23, True),
    ((edge(100, False, 6, (22, 22), "any"),), 22, False),
    ((edge(90, True, 6, (22, 22), "any"), edge(100, False, 6, (22, 22), "any")), 22, True),
]


@pytest.mark.parametrize(("rules", "port", "expected"), ADMIN_TABLE)
def test_admin_rules_come_before_nsgs(rules: tuple[Rule, ...], port: int, expected: bool) -> None:
    """A deny ends the way, an always-allow too, an allow goes on to the NSG; so does what no rule names."""
    above = Acl("above", "admin", rules)
    nsg = Acl("nsg", "nsg", (azure(100, True, 6, (22, 22), "any"),))
    where = replace(estate(nsg), acls=(above, nsg))
    assert passes(inwards(where, Unit((("above",), ("nsg",)))), packet(6, port, "8.8.8.8"), NOTHING) is expected


OPEN = azure(100, True, 6, (22, 22), "tag:Storage")


@pytest.mark.parametrize(("inside", "expected"), [(frozenset(), False), (frozenset({"tag:Storage"}), True)])
def test_a_world_settles_what_an_unknown_tag_holds(inside: frozenset[str], expected: bool) -> None:
    """An address is in a tag that nobody resolves in some worlds only."""
    assert lets_in(Acl(NSG, "nsg", (OPEN, DENY_ALL)), packet(6, 22, "8.8.8.8"), World({}, inside)) is expected


@pytest.mark.parametrize(("value", "expected"), [("0.0.0.0/0", True), ("::/0", False), (None, False)])
def test_a_world_settles_an_unset_variable(value: str | None, expected: bool) -> None:
    """A rule whose peer is a variable admits what the variable's value admits."""
    acl = Acl(GROUP, "group", (aws(6, (22, 22), "var:x"),))
    assert lets_in(acl, packet(6, 22, "8.8.8.8"), World({"var:x": value})) is expected


PLAYED = Acl(GROUP, "group", ())
USER, MANAGER = Player("user", networks=("10.20.0.0/16",)), Player("fm", (GROUP,), None, (f"group:{GROUP}",))


def site(need: str, on: bool = True, **more: object) -> Estate:
    flow = Flow("f", ("user",), ("fm",), ("tcp/443",), need, "feature")
    features = (("feature", on),)
    return estate(PLAYED, players=(USER, MANAGER), flows=(flow,), features=features, **more)


@pytest.mark.parametrize(
    ("where", "what", "expected"),
    [
        (site("conditional"), packet(6, 443, "10.20.255.255"), "yes"),
        (site("optional"), packet(6, 443, "10.20.0.0"), "yes"),
        (site("conditional"), packet(6, 443, "10.21.0.0"), "no"),
        (site("conditional"), packet(6, 444, "10.20.0.0"), "no"),
        (site("conditional", on=False), packet(6, 443, "10.20.0.0"), "no"),
        (site("blocked"), packet(6, 443, "10.20.0.0"), "no"),
        (site("blocked", allowances=(Allowance("a", ("*",), ("10.20.0.0/24",)),)), packet(6, 443, "10.20.0.0"), "yes"),
        (
            site("blocked", allowances=(Allowance("a", ("*",), ("10.20.0.0/24",), expired=True),)),
            packet(6, 443, "10.20.0.0"),
            "no",
        ),
        (site("blocked", allowances=(Allowance("a", ("*",), ("10.20.0.0/24",), "egress"),)), packet(6, 443, "10.20.0.0"), "no"),
    ],
)
def test_active_flows_and_allowances_permit(where: Estate, what: Packet, expected: str) -> None:
    """Inactive flows, blocked flows, expired allowances and other directions permit nothing."""
    assert permitted_at(inwards(where), what) == expected


def test_a_role_of_unknown_networks_may_stand_at_any_private_address() -> None:
    """Its group is a peer for sure, a private address perhaps, a public one never."""
    flow = Flow("f", ("fm",), ("target",), ("tcp/22",), "required")
    target = Acl("aws_security_group.t", "group", ())
    where = replace(estate(target), players=(MANAGER, Player("target", (target.address,))), flows=(flow,))
    answers = [permitted_at(inwards(where), packet(6, 22, peer)) for peer in (f"group:{GROUP}", "10.1.1.1", "8.8.8.8")]
    assert answers == ["yes", "maybe", "no"]


@pytest.mark.parametrize(("need", "expected"), [("blocked", "yes"), ("optional", "no")])
def test_blocked_flows_are_judged_at_their_listener(need: str, expected: str) -> None:
    """What a blocked flow speaks of is blocked there."""
    where = site(need)
    assert blocked_at(inwards(where), packet(6, 443, "10.20.0.0")) == expected
