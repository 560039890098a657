"""What is said of a required flow that is not admitted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.test_implicit_allow import NSG, RULE, SITE
from tests.judging.building import FLOW, findings

ELSEWHERE = SITE.replace("10.0.2.0/24", "192.168.5.0/24")
RULE_NAME = "azurerm_network_security_group.near.security_rule[0]"


@pytest.mark.parametrize(
    ("values", "certainty", "message"),
    [
        (
            "",
            "unproven",
            "`near` must be reached on tcp/22 from 192.168.5.0/24 except VirtualNetwork (`far`, flow `f`); "
            f"{RULE_NAME} admits it from certain source ports alone, and whether anything else lets it in is not proved: "
            "it hangs on `VirtualNetwork`.",
        ),
        (
            "values: {VirtualNetwork: [10.0.0.0/16]}\n",
            "proved",
            f"`near` must be reached on tcp/22 from 192.168.5.0/24 (`far`, flow `f`), but {RULE_NAME} admits it from certain "
            "source ports alone, and clients use random ones.",
        ),
    ],
)
def test_a_rule_that_asks_for_source_ports_is_named(values: str, certainty: str, message: str, tmp_path: Path) -> None:
    """Whether it is proved that nothing else admits the flow or not: to open the rule is the way to mend it."""
    flow, pinned = (
        FLOW % ("f", "far", "near", "tcp/22", "required", "ingress"),
        RULE % (1, 100, "Allow", "Tcp", "192.168.5.0/24", 22),
    )
    (told,) = [each for each in findings(tmp_path, flow, ELSEWHERE + values, NSG % pinned) if each["check"] == "missing-access"]
    assert (told["certainty"], told["message"], told["tip"]) == (
        certainty,
        message,
        f"Set the source ports of {RULE_NAME} to `*`.",
    )


OTHERS = """
variable "unknown" {}
resource "azurerm_application_security_group" "a" { name = "a" }
"""
UNSET = (RULE % (2, 100, "Allow", "Tcp", "THERE", 22)).replace('"THERE"', "var.unknown")
OF_GROUP = (RULE % (3, 101, "Allow", "Tcp", "THERE", 22)).replace(
    'source_address_prefix      = "THERE"', "source_application_security_group_ids = [azurerm_application_security_group.a.id]"
)
A_PART = RULE % (4, 102, "Allow", "Tcp", "192.168.5.0/25", 22)
ALL_OF_IT = RULE % (5, 103, "Allow", "Tcp", "192.168.0.0/16", 22)


@pytest.mark.parametrize(
    ("rules", "named"),
    [((UNSET, OF_GROUP), None), ((UNSET, OF_GROUP, A_PART, ALL_OF_IT), 3), ((UNSET, OF_GROUP, A_PART), 2)],
)
def test_the_rule_that_would_admit_most_of_the_flow_is_named(rules: tuple[str, ...], named: int | None, tmp_path: Path) -> None:
    """Not one whose peer is not known, or a group that nobody asks for."""
    flow = FLOW % ("f", "far", "near", "tcp/22", "required", "ingress")
    site = ELSEWHERE + "values: {VirtualNetwork: [10.0.0.0/16]}\n"
    told = [each for each in findings(tmp_path, flow, site, OTHERS + NSG % "\n".join(rules)) if each["check"] == "missing-access"]
    assert {each["rule"] for each in told} == {None if named is None else RULE_NAME.replace("[0]", f"[{named}]")}
