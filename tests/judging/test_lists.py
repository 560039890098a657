"""Prefix lists of the customer of which not every entry is known: what the others may hold is told, and what decides it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, group, opens
from tests.judging.building import FLOW, ROLES, findings

SITE = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.20.0.0/16]") % ""
CODE = """
variable "on" { type = bool }
variable "cidr" { type = string }
resource "aws_ec2_managed_prefix_list" "l" {
  name           = "l"
  address_family = "IPv4"
  max_entries    = 9
  %s
}
resource "aws_ec2_managed_prefix_list_entry" "e" {
  count          = %s
  prefix_list_id = aws_ec2_managed_prefix_list.l.id
  cidr           = %s
}
""" + group("near", opens(443, "prefix_list_ids = [aws_ec2_managed_prefix_list.l.id]"))
NAME = "prefix-list:aws_ec2_managed_prefix_list.l"
ALL, MORE = 'entry { cidr = "10.20.0.0/16" }', 'entry { cidr = "10.21.0.0/16" }'


@pytest.mark.parametrize(
    ("entries", "count", "cidr", "expected"),
    [
        (ALL, "1", '"10.20.1.0/24"', []),
        (ALL, "var.on ? 1 : 0", '"10.30.0.0/16"', [("extra-access", "unproven", [NAME], ["var.on"])]),
        (ALL, "1", "var.cidr", [("extra-access", "unproven", [NAME], ["var.cidr"])]),
        (
            f"{ALL}\n{MORE}",
            "1",
            "var.cidr",
            [("extra-access", "proved", ["10.21.0.0/16"], []), ("extra-access", "unproven", [NAME], ["var.cidr"])],
        ),
        (
            "",
            "1",
            "var.cidr",
            [("extra-access", "unproven", [NAME], ["var.cidr"]), ("missing-access", "unproven", ["10.20.0.0/16"], ["var.cidr"])],
        ),
    ],
)
def test_what_an_entry_that_is_not_known_adds_is_not_proved(
    entries: str, count: str, cidr: str, expected: list[tuple[str, str, list[str], list[str]]], tmp_path: Path
) -> None:
    """It may be a permitted network: then nothing else is open."""
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, SITE, NETWORK + CODE % (entries, count, cidr))
    told = [
        (each["check"], each["certainty"], sorted({peer for row in each["traffic"] for peer in row["peers"]}), each["because"])
        for each in found
        if each["check"] != "unresolved-value"
    ]
    assert sorted(told) == expected
