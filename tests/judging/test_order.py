"""Which rules of an ordered list never decide anything, surely or perhaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.judging.amazon import NETWORK, group, machine
from tests.judging.azure import MACHINE, PRIORITY
from tests.judging.building import FAR_CALLS, ONE_ROLE, ROLES, findings

CHOICES = """
variable "on" { type = bool }
variable "p" { type = number }
variable "cidr" { type = string }
"""
ENTRY = """
resource "azurerm_network_security_rule" "%s" {
  name                        = "%s"
  direction                   = "Inbound"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
%s
}
"""
PLAIN = {
    "network_security_group_name": "azurerm_network_security_group.near.name",
    "priority": "200",
    "access": '"Allow"',
    "source_address_prefix": '"10.0.0.0/8"',
    "destination_address_prefix": '"*"',
}
LISTS = """
resource "azurerm_network_security_group" "near" { name = "near" }
resource "azurerm_network_security_group" "other" { name = "near-other" }
"""
EITHER = "var.on ? azurerm_network_security_group.near.name : azurerm_network_security_group.other.name"
PERHAPS = {"count": "var.on ? 1 : 0"}
Told = list[tuple[str, list[str], list[str]]]


def told(found: list[dict[str, Any]]) -> Told:
    """Rules that never take effect: each with the references, none where it is proved, and the rules before it."""
    here = [each for each in found if each["check"] == "unreachable-rule"]
    assert all((each["certainty"] == "proved") == (not each["because"]) for each in here)
    unknown = {reference for each in found if each["check"] == "unresolved-value" for reference in each["because"]}
    assert unknown >= {reference for each in here for reference in each["because"]}
    return [(each["rule"], each["because"], [other["rule"] for other in each["related"]]) for each in here]


@pytest.mark.parametrize(
    ("priority", "to", "unreachable"),
    [
        ("100", "*", []),
        ("300", "*", [("1", [], ["0"])]),
        ("var.n", "*", [("1", ["var.n"], ["0"])]),
        ("var.n > 0 ? 300 : 4000", "*", [("1", [], ["0"])]),
        ("var.n > 0 ? 100 : 300", "*", [("1", ["var.n"], ["0"])]),
        ("var.n > 0 ? 100 : 110", "*", []),
        ("100", "10.0.1.10", []),
        ("100", "10.0.1.11", [("1", [], [])]),
        ("var.n", "10.0.1.11", [("1", [], [])]),
    ],
)
def test_a_rule_whose_priority_is_not_known_may_be_reached(priority: str, to: str, unreachable: Told, tmp_path: Path) -> None:
    """One beneath a rule that decides everything never takes effect, nor one to an address that does not stand behind the NSG."""
    found = told(findings(tmp_path, FAR_CALLS, ONE_ROLE, MACHINE + PRIORITY % (priority, to)))
    assert [(rule[-2], because, [other[-2] for other in before]) for rule, because, before in found] == unreachable


@pytest.mark.parametrize(
    ("above", "below", "unreachable"),
    [
        ({}, {}, ([], ["above"])),
        ({"access": '"Deny"'}, {"source_address_prefix": '"10.9.0.0/16"'}, ([], ["above"])),
        ({"access": 'var.on ? "Allow" : "Deny"'}, {}, ([], ["above"])),
        ({}, {"access": 'var.on ? "Allow" : "Deny"'}, ([], ["above"])),
        (PERHAPS, {}, (["var.on"], ["above[*]"])),
        ({}, PERHAPS, (["var.on"], ["above"])),
        ({"network_security_group_name": EITHER}, {}, (["var.on"], ["above"])),
        ({}, {"network_security_group_name": EITHER}, (["var.on"], ["above"])),
        ({"priority": "var.p"}, {}, (["var.p"], ["above"])),
        ({"priority": "var.p", "access": 'var.on ? "Allow" : "Deny"'}, {}, (["var.p"], ["above"])),
        ({"priority": "4096"}, {"priority": "var.p"}, None),
        ({"priority": "4095"}, {"priority": "var.p"}, (["var.p"], ["above"])),
        ({"source_address_prefix": "var.cidr"}, {}, None),
        ({}, {"source_address_prefix": "var.cidr"}, None),
        ({"source_address_prefix": '"*"'}, {"source_address_prefix": "var.cidr"}, ([], ["above"])),
    ],
)
def test_a_rule_may_be_beneath_another(
    above: dict[str, str], below: dict[str, str], unreachable: tuple[list[str], list[str]] | None, tmp_path: Path
) -> None:
    """On what that hangs is told, be it of either rule; an address that is not known may be any, and hides nothing for that."""
    code = LISTS + CHOICES
    for name, changes in (("above", {"priority": "100"} | above), ("below", {"priority": "200"} | below)):
        code += ENTRY % (name, name, "\n".join(f"  {key} = {value}" for key, value in (PLAIN | changes).items()))
    found = [each for each in told(findings(tmp_path, FAR_CALLS, ONE_ROLE, MACHINE + code)) if "below" in each[0]]
    names = [(because, [other.rpartition(".")[2] for other in before]) for _, because, before in found]
    assert names == ([] if unreachable is None else [unreachable])


TIED = """
resource "azurerm_subnet" "b" {
  name                 = "b"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.2.0/24"]
}
resource "azurerm_subnet_network_security_group_association" "near" {
  subnet_id                 = %s
  network_security_group_id = azurerm_network_security_group.near.id
}
"""


@pytest.mark.parametrize(
    ("subnet", "to", "unreachable"),
    [
        ("azurerm_subnet.b.id", "10.0.1.0/24", []),
        ("azurerm_subnet.b.id", "10.0.3.0/24", [[]]),
        ("var.on ? azurerm_subnet.a.id : azurerm_subnet.b.id", "10.0.0.0/16", []),
        ("var.on ? azurerm_subnet.a.id : azurerm_subnet.b.id", "10.0.2.0/24", [["var.on"]]),
        ("var.on ? azurerm_subnet.a.id : azurerm_subnet.b.id", "10.0.1.0/24", []),
        ("var.cidr", "10.0.2.0/24", []),
    ],
)
def test_a_rule_may_concern_nothing_behind_a_list_that_stands_somewhere_perhaps(
    subnet: str, to: str, unreachable: list[list[str]], tmp_path: Path
) -> None:
    """The machine's card has the NSG for sure and stands in the first subnet; what is in the other one may not be behind it."""
    entry = PLAIN | {"destination_address_prefix": f'"{to}"'}
    code = LISTS + CHOICES + TIED % subnet
    code += ENTRY % ("in", "in", "\n".join(f"  {key} = {value}" for key, value in entry.items()))
    machine = MACHINE.replace('    private_ip_address = "10.0.1.10"\n', "")
    found = told(findings(tmp_path, FAR_CALLS, ONE_ROLE, machine + code))
    assert [because for _, because, _ in found] == unreachable


EDGE = (
    """
resource "aws_network_acl" "edge" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.a.id]
  ingress {
    rule_no    = 100
    action     = "deny"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  ingress {
    rule_no    = %s
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "10.9.0.0/24"
    from_port  = 22
    to_port    = 22
  }
}
"""
    + group("near")
    + machine("near", "near")
)


@pytest.mark.parametrize(
    ("number", "unreachable"),
    [("90", []), ("110", [[]]), ("var.p", [["var.p"]]), ("var.on ? 90 : 110", [["var.on"]]), ("var.on ? 80 : 90", [])],
)
def test_an_entry_of_a_network_acl_may_be_beneath_another(number: str, unreachable: list[list[str]], tmp_path: Path) -> None:
    """One whose number is not known is told where it may come after the one that denies everything."""
    code = NETWORK + CHOICES + EDGE % number
    found = told(findings(tmp_path, FAR_CALLS, ROLES % ("", ", cidrs: [10.9.0.0/24]"), code))
    assert [because for _, because, _ in found] == unreachable
