"""What the judge says of one packet in every world, on estates made by hand."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from tests.oracle.nouns import ALL, Acl, Atom, Estate, Flow, Packet, Place, Player, Rule, Unit
from tests.oracle.openings import certain
from tests.oracle.worlds import opening, worlds

INNER, OUTER = "azurerm_network_security_group.inner", "azurerm_network_security_group.outer"
MINE, OTHER = "asg:azurerm_application_security_group.mine", "asg:azurerm_application_security_group.other"


def allow(name: str, priority: int, *peers: str, **more: object) -> Rule:
    return replace(Rule(name, "ingress", 6, ALL, peers, True, priority), **more)  # type: ignore[arg-type]


def two_nsgs(outer: tuple[Rule, ...], inner: tuple[Rule, ...]) -> Place:
    """A machine behind two NSGs, whose role is called by the members of one ASG."""
    unit = Unit(((OUTER,), (INNER,)), ("10.30.1.10/32",))
    players = (Player("near", (INNER,)), Player("far", (), ("10.30.9.0/24",), (MINE,)))
    flow = Flow("call", ("far",), ("near",), ("tcp",), "optional")
    acls = Acl(OUTER, "nsg", outer), Acl(INNER, "nsg", inner)
    return Place(Estate("azure", acls, (unit,), players, (flow,), vnet=("10.30.0.0/16",)), unit, "ingress")


def said(place: Place, peer: Atom, rule: str, local: str = "10.30.1.10") -> str | None:
    packet = Packet(6, 22, 50000, peer, ip_address(local))
    return certain([opening(place, packet, world) for world in worlds(place, packet, "extra")], ("extra-access", rule))


PLAIN = Atom(None, ip_address("10.30.2.1"))


def test_a_rule_tells_for_sure_what_it_lets_through_below_one_that_may_be_there() -> None:
    """The first rule hangs on a variable: it tells perhaps, and the second for sure."""
    rules = (allow("first", 100, "10.30.0.0/16", count_variable="on"), allow("second", 110, "10.30.0.0/16"))
    place = two_nsgs((allow("all", 100, "any"),), rules)
    assert [said(place, PLAIN, "first"), said(place, PLAIN, "second")] == ["unproven", "proved"]


@pytest.mark.parametrize(("inner", "expected"), [(MINE, None), ("any", "proved")])
def test_whoever_comes_through_by_a_permitted_group_alone_is_permitted(inner: str, expected: str | None) -> None:
    """One NSG lets another group in, the other NSG the permitted group: only who wears both comes through."""
    place = two_nsgs((allow("outer", 100, OTHER),), (allow("inner", 100, inner),))
    assert said(place, Atom(OTHER, ip_address("10.30.2.1")), "inner") == expected


@pytest.mark.parametrize(
    ("address", "local", "expected"), [("9.9.9.9", "10.30.1.10", "proved"), ("2600::9", "fd00::1", "unproven")]
)
def test_nobody_knows_whether_members_of_an_unknown_symbol_have_ipv6(address: str, local: str, expected: str) -> None:
    """A symbol is somebody in IPv4; that he has IPv6 besides is not sure."""
    place = two_nsgs((allow("outer", 100, "any"),), (allow("inner", 100, OTHER),))
    assert said(place, Atom(OTHER, ip_address(address)), "inner", local) == expected
