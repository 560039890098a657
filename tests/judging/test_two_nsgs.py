"""Two NSGs on one way, of which one lets through addresses and the other a symbol: only what both surely hold is proved open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.judging.test_chains import findings
from tests.judging.test_loose import AZURE, CLOSED, INNER, INTO_NEAR, SERVES, SITE, guards, nsg


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
