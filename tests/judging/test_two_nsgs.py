"""Two NSGs on one way, of which one lets through addresses and the other a symbol: only what both surely hold is proved open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.judging.azure import AZURE, CLOSED, INNER, PERHAPS, SERVES, guards, nsg
from tests.judging.building import INTO_NEAR, SITE, findings


def told(found: list[dict[str, Any]]) -> list[tuple[str, str, list[str], list[str]]]:
    """Certainty, rule, peers and references of what is open inwards and should not be."""
    openings = (each for each in found if each["check"] == "extra-access" and each["direction"] == "ingress")
    return [
        (each["certainty"], each["rule"], sorted({peer for row in each["traffic"] for peer in row["peers"]}), each["because"])
        for each in openings
    ]


BY_ADDRESS = (110, "Allow", "Inbound", "22", "10.0.0.0/8")
BY_NETWORK = (110, "Allow", "Inbound", "22", "VirtualNetwork")
BY_SERVICE = (110, "Allow", "Inbound", "22", "Storage")
SSH = f"{INNER}.security_rule[1]"
TWO = {
    "the inner one by address, the outer one by network": (
        BY_ADDRESS,
        BY_NETWORK,
        [
            ("proved", SSH, ["10.0.0.0/16"], []),
            ("unproven", SSH, ["10.0.0.0/8"], ["VirtualNetwork"]),
        ],
    ),
    "the inner one by network, the outer one by address": (
        BY_NETWORK,
        BY_ADDRESS,
        [
            ("proved", SSH, ["10.0.0.0/16"], []),
            ("unproven", SSH, ["10.0.0.0/8"], ["VirtualNetwork"]),
        ],
    ),
    "both by network": (BY_NETWORK, BY_NETWORK, [("proved", SSH, ["VirtualNetwork"], [])]),
    "one by service tag": (BY_SERVICE, BY_ADDRESS, [("unproven", SSH, ["10.0.0.0/8"], ["tag:Storage"])]),
}


@pytest.mark.parametrize(("inner", "outer", "expected"), TWO.values(), ids=TWO)
def test_what_two_nsgs_let_through_is_proved_where_both_surely_do(
    tmp_path: Path, inner: tuple[int, str, str, str, str], outer: tuple[int, str, str, str, str], expected: list[Any]
) -> None:
    """The network has 10.0.0.0/16 and perhaps more; each opening is told once, at the NSG that is nearest to the machine."""
    code = nsg("inner", SERVES, inner, CLOSED) + guards("nic", "inner")
    code += nsg("outer", SERVES, outer, CLOSED) + guards("subnet", "outer")
    assert told(findings(tmp_path, INTO_NEAR, SITE, AZURE + code)) == expected


NOT_TO_IPV6 = (105, "Deny", "Inbound", "22", "::/0")
NOT_PUBLIC = (105, "Deny", "Inbound", "22", "Internet")
OF_THE_NETWORK = (110, "Allow", "Inbound", "22", "10.0.2.0/24")
SURELY = {
    "a tag that IPv6 alone is denied": (
        [BY_SERVICE],
        [NOT_TO_IPV6, BY_SERVICE],
        [("proved", [])],
    ),
    "a tag that has no public addresses, beside the network": (
        [NOT_PUBLIC, BY_SERVICE],
        [BY_NETWORK],
        [("unproven", ["VirtualNetwork", "tag:Storage"])],
    ),
    "a tag beside a deny of other ports at some addresses": (
        [(105, "Deny", "Inbound", "25", "10.20.128.0/17"), BY_SERVICE],
        [(105, "Deny", "Inbound", "25", "10.20.128.0/17"), (110, "Allow", "Inbound", "*", "0.0.0.0/0")],
        [("proved", [])],
    ),
    "addresses of the network, beside the network and perhaps a tag": (
        [OF_THE_NETWORK],
        [(105, *BY_SERVICE[1:]), BY_NETWORK],
        [("proved", [])],
    ),
}


@pytest.mark.parametrize(("inner", "outer", "expected"), SURELY.values(), ids=SURELY)
def test_a_symbol_is_somebody_where_it_is_not_cut(
    tmp_path: Path, inner: list[tuple[int, str, str, str, str]], outer: list[tuple[int, str, str, str, str]], expected: list[Any]
) -> None:
    """Whoever bears a name stands in IPv4, and perhaps not where the network is known to be; what is proved is told once."""
    code = nsg("inner", SERVES, *inner, CLOSED) + guards("nic", "inner")
    code += nsg("outer", SERVES, *outer, CLOSED) + guards("subnet", "outer")
    found = told(findings(tmp_path, INTO_NEAR, SITE, AZURE + code))
    assert [(certainty, because) for certainty, rule, _, because in found if rule.startswith(INNER)] == expected


def test_what_an_nsg_allows_beneath_its_own_deny_passes_a_default_where_it_does_not_stand(tmp_path: Path) -> None:
    """SSH never comes through the outer one, whatever stands below its deny: without that NSG the default of the inner one lets it in."""
    deny, below = (105, "Deny", "Inbound", "22", "10.0.0.0/8"), (110, "Allow", "Inbound", "22", "10.0.0.0/8")
    code = nsg("inner", SERVES) + guards("nic", "inner") + nsg("outer", SERVES, deny, below) + guards("subnet", "outer", PERHAPS)
    found = findings(tmp_path, INTO_NEAR, SITE + "values: {VirtualNetwork: [10.0.0.0/16]}\n", AZURE + code)
    defaults = [each for each in found if each["check"] == "implicit-allow" and each["direction"] == "ingress"]
    rows = [(each["certainty"], row["ports"], row["peers"]) for each in defaults for row in each["traffic"] if row["ports"]]
    assert rows == [("unproven", "22", ["10.0.0.0/16"])]


def test_who_passes_by_name_is_among_all_who_pass(tmp_path: Path) -> None:
    """Both are open to everybody, the outer one by its default to the network as well: that tells nobody besides."""
    everybody = (110, "Allow", "Inbound", "443", "*")
    code = nsg("inner", everybody, CLOSED) + guards("nic", "inner") + nsg("outer", everybody) + guards("subnet", "outer")
    code = (AZURE + code).replace("azurerm_virtual_network.v.name", '"elsewhere"')
    (opened,) = (each for each in findings(tmp_path, INTO_NEAR, SITE, code) if each["check"] == "extra-access")
    (row,) = opened["traffic"]
    assert (row["peers"], [each["peers"] for each in row["except"]]) == (["any"], [["10.20.0.0/16", "168.63.129.16/32"]])
