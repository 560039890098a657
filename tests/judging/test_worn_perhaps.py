"""Groups that are worn perhaps, and interfaces that a machine has perhaps: what hangs on them is never proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import EXTRA, GROUPS, MISSING, NETWORK, OWN, VARIABLES, machine, opens
from tests.judging.building import INTO_NEAR, SITE, Told, inwards

ATTACHED = """
resource "aws_network_interface_sg_attachment" "x" {
  count                = var.on ? 1 : 0
  security_group_id    = aws_security_group.loose.id
  network_interface_id = aws_instance.near.primary_network_interface_id
}
"""
WORN_PERHAPS = {
    "an attachment whose count is not known": (OWN, ATTACHED),
    "a list that is put together": ("concat([aws_security_group.own.id], var.on ? [aws_security_group.loose.id] : [])", ""),
    "an id or none": ("compact([aws_security_group.own.id, var.on ? aws_security_group.loose.id : \"\"])", ""),
    "one of two ids": ("[aws_security_group.own.id, var.on ? aws_security_group.loose.id : aws_security_group.own.id]", ""),
    "lists that are laid side by side": (
        "flatten([aws_security_group.own.id, var.on ? [aws_security_group.loose.id] : []])", "",
    ),
    "as many attachments as interfaces, or none": (
        OWN,
        """resource "aws_network_interface_sg_attachment" "x" {
             count                = var.on ? 2 : 0
             security_group_id    = aws_security_group.loose.id
             network_interface_id = [aws_instance.near, aws_instance.near][count.index].primary_network_interface_id
           }""",
    ),
    "an attachment to one of two interfaces": (
        OWN,
        machine("other", "own") + """
           resource "aws_network_interface_sg_attachment" "x" {
             security_group_id    = aws_security_group.loose.id
             network_interface_id = (
               var.on ? aws_instance.near.primary_network_interface_id : aws_instance.other.primary_network_interface_id
             )
           }""",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("worn", "more"), WORN_PERHAPS.values(), ids=WORN_PERHAPS)
def test_what_a_group_opens_that_is_worn_perhaps_is_not_proved(tmp_path: Path, worn: str, more: str) -> None:
    """The group that is worn for sure serves the flow; the other opens SSH to the world, if it is worn."""
    groups = GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), worn)
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + groups + more) == EXTRA


@pytest.mark.parametrize(("worn", "more"), WORN_PERHAPS.values(), ids=WORN_PERHAPS)
def test_a_flow_that_only_a_group_serves_which_is_worn_perhaps_is_not_proved(tmp_path: Path, worn: str, more: str) -> None:
    """Nothing else lets the flow in: it is neither missing nor satisfied for sure."""
    groups = GROUPS % ("", opens(443, "10.20.0.0/16"), worn)
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + groups + more) == MISSING


@pytest.mark.parametrize("worn", ["concat([aws_security_group.own.id], aws_security_group.loose[*].id)",
                                  "[aws_security_group.own.id, aws_security_group.loose[length(var.ids)].id]"])  # fmt: skip
def test_a_group_that_may_not_be_there_is_worn_perhaps(tmp_path: Path, worn: str) -> None:
    """All of its instances, or one of which nobody knows which it is."""
    groups = GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), worn)
    code = groups.replace('"loose" {', '"loose" {\n  count = var.on ? 2 : 0')
    (opened,) = inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code)
    assert (opened.check, opened.certainty, opened.acl) == ("extra-access", "unproven", "aws_security_group.loose[*]")
    assert opened.because[-1] == "var.on"


def test_a_flow_that_no_group_serves_is_missing_whatever_is_worn(tmp_path: Path) -> None:
    """Neither the group that is worn for sure nor the other lets it in."""
    groups = GROUPS % ("", opens(22, "10.20.0.0/16"), OWN)
    missing = Told("missing-access", "proved", "aws_security_group.own", None, [])
    assert missing in inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + groups + ATTACHED)


CARD = """
resource "aws_network_interface" "card" {
  subnet_id       = aws_subnet.b.id
  private_ips     = ["10.0.2.10"]
  security_groups = [aws_security_group.loose.id]
  %s
}
"""
SECOND = """
resource "aws_network_interface_attachment" "x" {
  %s
  instance_id          = %s
  network_interface_id = aws_network_interface.card.id
  device_index         = 1
}
"""
NEAR = "aws_instance.near.id"
CARDS = {
    "whose count is not known": CARD % "" + SECOND % ("count = var.on ? 1 : 0", NEAR),
    "to one of two machines": CARD % "" + machine("other", "own") + SECOND % ("", f"var.on ? {NEAR} : aws_instance.other.id"),
    "of an interface that may not be there": (
        (CARD % "count = var.on ? 1 : 0" + SECOND % ("count = var.on ? 1 : 0", NEAR)).replace(".card.id", ".card[0].id")
    ),
    "that the interface tells, perhaps": CARD
    % """dynamic "attachment" {
      for_each = var.on ? [1] : []
      content {
        instance     = aws_instance.near.id
        device_index = 1
      }
    }""",
}


@pytest.mark.parametrize("more", CARDS.values(), ids=CARDS)
def test_what_a_second_interface_opens_that_is_attached_perhaps_is_not_proved(tmp_path: Path, more: str) -> None:
    """The machine's first interface serves the flow; the second opens SSH to the world and lacks the flow, if it is the machine's."""
    code = NETWORK + VARIABLES + GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), OWN) + more
    assert inwards(tmp_path, INTO_NEAR, SITE, code) == [*EXTRA, MISSING[0]._replace(acl="aws_security_group.loose")]


def test_the_interface_that_a_machine_is_made_with_is_there_perhaps_where_it_may_name_another(tmp_path: Path) -> None:
    """Its own groups lack the flow and the named interface's serve it: which of the two is there hangs on the block."""
    named = """
  dynamic "network_interface" {
    for_each = var.on ? [aws_network_interface.card.id] : []
    content {
      device_index         = 0
      network_interface_id = network_interface.value
    }
  }
}
"""
    groups = GROUPS % ("", opens(443, "10.20.0.0/16"), OWN)
    code = NETWORK + VARIABLES + groups.rstrip().removesuffix("}") + named + CARD % ""
    missing = [each for each in inwards(tmp_path, INTO_NEAR, SITE, code) if each.check == "missing-access"]
    assert missing == [MISSING[0]._replace(because=["aws_network_interface.card.id", "var.on"])]


NAMED = "aws_security_group.own"
FIRST = """
resource "aws_network_interface" "first" {
  subnet_id       = aws_subnet.a.id
  private_ips     = ["10.0.1.11"]
  security_groups = [aws_security_group.own.id]
}
resource "aws_instance" "near" {
  tags = { Name = "near" }
  network_interface {
    device_index         = 0
    network_interface_id = var.on ? aws_network_interface.card.id : aws_network_interface.first.id
  }
}
"""
SERVED, TO_ALL = opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0")


@pytest.mark.parametrize(
    ("own", "loose", "expected"),
    [
        (SERVED, SERVED, []),
        (SERVED, "", [MISSING[0]._replace(acl="aws_security_group.loose")]),
        ("", "", [Told("missing-access", "proved", "aws_security_group.loose", None, [])]),
        (f"{SERVED}\n  {TO_ALL}", SERVED, [EXTRA[0]._replace(acl=NAMED, rule=f"{NAMED}.ingress[1]")]),
    ],
    ids=["both serve the flow", "one lacks it", "both lack it", "one opens SSH"],
)
def test_a_machine_that_names_one_of_two_interfaces_makes_none_itself(
    tmp_path: Path, own: str, loose: str, expected: list[Told]
) -> None:
    """It has the one or the other: nothing is asked of groups that it would have if it named none."""
    code = (GROUPS % (own, loose, OWN)).partition('resource "aws_instance"')[0]
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code + CARD % "" + FIRST) == expected


SERVICE = """
resource "aws_ecs_service" "near" {
  name = "near"
  dynamic "network_configuration" {
    for_each = var.on ? [1] : []
    content {
      subnets         = [aws_subnet.a.id]
      security_groups = [aws_security_group.%s.id]
    }
  }
}
"""
TEMPLATE = """
resource "aws_launch_template" "t" {
  vpc_security_group_ids = [aws_security_group.own.id]
  dynamic "network_interfaces" {
    for_each = var.on ? [1] : []
    content { security_groups = [aws_security_group.loose.id] }
  }
}
resource "aws_autoscaling_group" "near" {
  name                = "near"
  vpc_zone_identifier = [aws_subnet.a.id]
  launch_template { id = aws_launch_template.t.id }
}
"""


def test_a_service_stands_in_the_network_perhaps_where_its_block_may_not_be_there(tmp_path: Path) -> None:
    """What its group lacks is missing perhaps: without the block it stands in no network."""
    code = (GROUPS % ("", "", OWN)).partition('resource "aws_instance"')[0]
    found = inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code + SERVICE % "own")
    assert [each for each in found if each.check == "missing-access"] == MISSING


def test_interfaces_of_a_template_that_may_not_be_there_leave_its_own_groups(tmp_path: Path) -> None:
    """With them the machines wear one group, without them another: each opens, or lacks, what it does perhaps."""
    code = (GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), OWN)).partition('resource "aws_instance"')[0]
    found = inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + code + TEMPLATE)
    assert found == [*EXTRA, MISSING[0]._replace(acl="aws_security_group.loose")]


ANY_CARD = """
variable "eni" { type = string }
resource "aws_network_interface_sg_attachment" "x" {
  security_group_id    = aws_security_group.loose.id
  network_interface_id = var.eni
}
"""


def test_a_group_that_is_attached_to_a_variable_without_a_value_is_worn_perhaps(tmp_path: Path) -> None:
    """The machine's own group serves the flow; the other opens SSH to the world, if the machine wears it."""
    groups = GROUPS % (opens(443, "10.20.0.0/16"), opens(22, "0.0.0.0/0"), OWN)
    assert inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + groups + ANY_CARD) == [EXTRA[0]._replace(because=["var.eni"])]


OPENED = opens(22, "0.0.0.0/0")
SEVERAL = f"""
variable "more" {{ type = bool }}
resource "aws_security_group" "another" {{
  name   = "another"
  vpc_id = aws_vpc.v.id
  {OPENED}
}}
"""


@pytest.mark.parametrize(
    ("worn", "loose", "another"),
    [
        ("concat([{own}], var.on ? [{loose}] : [], var.more ? [{another}] : [])", ["var.on"], ["var.more"]),
        ("setunion([{own}], var.on ? [{loose}] : [], var.more ? [{another}] : [])", ["var.on"], ["var.more"]),
        ("concat([{own}], var.on ? [{loose}] : [], var.more && var.on ? [{another}] : [])", ["var.on"], ["var.more", "var.on"]),
        ("concat([{own}], var.more ? concat(var.on ? [{loose}] : [], [{another}]) : [])", ["var.more", "var.on"], None),
        ("slice(concat([{own}], var.on ? [{loose}] : [], [{another}]), 0, var.more ? 2 : 3)", ["var.more", "var.on"], None),
    ],
)
def test_a_group_of_one_of_several_lists_hangs_on_what_decides_about_that_one(
    worn: str, loose: list[str], another: list[str] | None, tmp_path: Path
) -> None:
    """What decides about the other lists says nothing of it; what may leave out some of all does."""
    names = {name: f"aws_security_group.{name}.id" for name in ("own", "loose", "another")}
    groups = GROUPS % (opens(443, "10.20.0.0/16"), OPENED, worn.format(**names))
    found = inwards(tmp_path, INTO_NEAR, SITE, NETWORK + VARIABLES + SEVERAL + groups)
    opened = {each.acl: each.because for each in found if each.check == "extra-access"}
    assert set(loose) <= set(opened["aws_security_group.loose"])
    assert [each for each in opened["aws_security_group.loose"] if each.startswith("var.")] == loose
    assert another is None or [each for each in opened["aws_security_group.another"] if each.startswith("var.")] == another
