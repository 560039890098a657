"""One of several groups or NSGs, by a value that is not known: just one of them is there, whichever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.test_chains import NETWORK
from tests.judging.test_loose import (
    AZURE,
    CLOSED,
    EXTRA,
    GROUPS,
    INNER,
    INTO_NEAR,
    MISSING,
    OUTER,
    PERHAPS,
    SERVES,
    SITE,
    VARIABLES,
    WIDE,
    Told,
    nsg,
    opens,
    told,
)

SETTLED = SITE + "values: {VirtualNetwork: [10.0.0.0/16]}\n"
TIE = """
variable "nsg" { type = string }
resource "azurerm_network_interface_security_group_association" "x" {
  %s
  network_interface_id      = azurerm_network_interface.near.id
  network_security_group_id = %s
}
"""
EDGE = """
variable "nsg" { type = string }
resource "azurerm_subnet_network_security_group_association" "x" {
  %s
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = %s
}
"""
EITHER = f"var.on ? {INNER}.id : {OUTER}.id"
THIRD = "azurerm_network_security_group.third"
OPEN = Told("extra-access", "unproven", INNER, None, ["var.on"])
LACKING = Told("missing-access", "unproven", OUTER, None, ["var.on"])
NSGS = {
    "both lack the flow": (
        EITHER,
        [(CLOSED,), (CLOSED,)],
        [Told("missing-access", "proved", acl, None, []) for acl in (INNER, OUTER)],
    ),
    "both serve the flow": (EITHER, [(SERVES, CLOSED), (SERVES, CLOSED)], []),
    "one serves the flow": (EITHER, [(SERVES, CLOSED), (CLOSED,)], [LACKING]),
    "both let SSH in": (
        EITHER,
        [(SERVES, WIDE, CLOSED), (SERVES, WIDE, CLOSED)],
        [Told("extra-access", "proved", INNER, f"{INNER}.security_rule[1]", [])],
    ),
    "one of three by its name": (
        f"{{ a = {INNER}.id, b = {OUTER}.id, c = {THIRD}.id }}[var.nsg]",
        [(SERVES, CLOSED)] * 3,
        [],
    ),
    "one of three, of which one lacks the flow": (
        f"{{ a = {INNER}.id, b = {OUTER}.id, c = {THIRD}.id }}[var.nsg]",
        [(SERVES, CLOSED), (CLOSED,), (SERVES, CLOSED)],
        [LACKING._replace(because=["var.nsg"])],
    ),
    "the first of a list that is one of two": (
        f"(var.on ? [{INNER}.id] : [{OUTER}.id])[0]",
        [(SERVES, CLOSED), (SERVES, CLOSED)],
        [],
    ),
    "one, or none": (f"var.on ? {INNER}.id : null", [(SERVES, CLOSED)], [OPEN]),
    "one, or one that is named": (
        f"coalesce(var.nsg, {INNER}.id)",
        [(SERVES, CLOSED)],
        [Told("missing-access", "unproven", "var.nsg", None, ["var.nsg"])],
    ),
    "one, or one by its id": (
        f'var.on ? {INNER}.id : "/nsgs/x"',
        [(SERVES, CLOSED)],
        [Told("missing-access", "unproven", "/nsgs/x", None, ["/nsgs/x", "var.on"])],
    ),
}


@pytest.mark.parametrize("tie", [TIE, EDGE], ids=["interface", "subnet"])
@pytest.mark.parametrize(("value", "rules", "expected"), NSGS.values(), ids=NSGS)
def test_just_one_of_several_nsgs_stands_there(
    tmp_path: Path, tie: str, value: str, rules: list[tuple[tuple[int, str, str, str, str], ...]], expected: list[Told]
) -> None:
    """What all of them do is proved, what some do hangs on the value; one that the input does not hold may do anything."""
    code = "".join(nsg(name, *each) for name, each in zip(("inner", "outer", "third"), rules, strict=False))
    found = told(tmp_path, INTO_NEAR, SETTLED, AZURE + code + tie % ("", value))
    assert [each for each in found if each.check != "implicit-allow"] == expected


def test_none_may_stand_there_where_the_association_itself_is_in_doubt(tmp_path: Path) -> None:
    """Whichever of the two it is, both serve the flow; without the association all is open."""
    code = nsg("inner", SERVES, CLOSED) + nsg("outer", SERVES, CLOSED) + TIE % (PERHAPS, EITHER)
    assert told(tmp_path, INTO_NEAR, SETTLED, AZURE + code) == [OPEN]


def test_one_of_two_may_stand_at_both_ends_of_a_chain(tmp_path: Path) -> None:
    """The interface and its subnet have one of the same two each: the flow passes only where both have the one that serves it."""
    other = (EDGE % ("", EITHER.replace("var.on", "var.other"))).replace('variable "nsg"', 'variable "other"')
    code = nsg("inner", SERVES, CLOSED) + nsg("outer", CLOSED) + TIE % ("", EITHER) + other
    assert [each.certainty for each in told(tmp_path, INTO_NEAR, SETTLED, AZURE + code)] == ["unproven", "unproven"]


OWN, LOOSE = "aws_security_group.own", "aws_security_group.loose"
ONE = f"var.on ? {OWN}.id : {LOOSE}.id"
FLOW = opens(443, "10.20.0.0/16")
SSH = opens(22, "0.0.0.0/0")
PROVED = [Told("missing-access", "proved", LOOSE, None, [])]
WORN = {
    "both serve the flow": (f"[{ONE}]", FLOW, FLOW, []),
    "both serve the flow, one list of two": (f"var.on ? [{OWN}.id] : [{LOOSE}.id]", FLOW, FLOW, []),
    "one of one": (f'[var.on ? {OWN}.id : coalesce({OWN}.id, "")]', "", FLOW, [PROVED[0]._replace(acl=OWN)]),
    "one serves the flow": (f"[{ONE}]", FLOW, "", [MISSING[0]._replace(acl=LOOSE)]),
    "both lack the flow": (f"[{ONE}]", "", "", PROVED),
    "one opens SSH": (f"[{ONE}]", FLOW, f"{FLOW}\n  {SSH}", [EXTRA[0]._replace(rule=f"{LOOSE}.ingress[1]")]),
    "one, or one that is named": (f"[coalesce(var.id, {OWN}.id)]", "", "", [MISSING[0]._replace(because=["var.id"])]),
    "one, or one by its id": (
        f'[var.on ? {OWN}.id : "sg-0a1b"]',
        "",
        "",
        [MISSING[0]._replace(because=["sg-0a1b"])],
    ),
    "one, or others": (
        f"coalescelist(var.ids, [{OWN}.id])",
        "",
        "",
        [MISSING[0]._replace(because=["aws_vpc.v.default_security_group_id", "var.ids"])],
    ),
    "others beside one": (f"concat([{OWN}.id], tolist(var.ids))", "", "", [PROVED[0]._replace(acl=OWN)]),
    "one of two beside one of them": (f"[{ONE}, {OWN}.id]", FLOW, "", []),
    "two of two lists beside one another": (
        f"concat([{OWN}.id], var.on ? [{LOOSE}.id] : [{OWN}.id])",
        FLOW,
        "",
        [],
    ),
}


def test_each_machine_has_one_by_its_own_value(tmp_path: Path) -> None:
    """Two machines choose from the same groups by two variables: what is told of both hangs on either."""
    other = """
variable "other" { type = bool }
resource "aws_instance" "other" {
  tags                   = { Name = "near" }
  subnet_id              = aws_subnet.b.id
  private_ip             = "10.0.2.10"
  vpc_security_group_ids = [%s]
}
"""
    code = NETWORK + VARIABLES + GROUPS % (FLOW, "", f"[{ONE}]") + other % ONE.replace("var.on", "var.other")
    assert told(tmp_path, INTO_NEAR, SITE, code) == [MISSING[0]._replace(acl=LOOSE, because=["var.on", "var.other"])]


@pytest.mark.parametrize(("worn", "own", "loose", "expected"), WORN.values(), ids=WORN)
def test_just_one_of_several_groups_is_worn(tmp_path: Path, worn: str, own: str, loose: str, expected: list[Told]) -> None:
    """What all of them let in is proved, and that none does; a group that the input does not hold may let anything in."""
    variables = VARIABLES.replace("set(string)", "list(string)") + 'variable "id" { type = string }\n'
    code = NETWORK + variables + GROUPS % (own, loose, worn)
    assert told(tmp_path, INTO_NEAR, SITE, code) == expected
