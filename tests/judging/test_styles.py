"""Rules inside an ACL's block and beside it, which overwrite each other: surely, perhaps, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.judging.amazon import NETWORK, entry, opens
from tests.judging.azure import MACHINE, security_rule
from tests.judging.building import FAR_CALLS, FLOW, ONE_ROLE, POLICY, ROLES, findings
from tests.twins import lint

OPTIONAL = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
MIXED = """
variable "on" { type = bool }
resource "aws_security_group" "near" {
  name = "near"
  dynamic "ingress" {
    for_each = %s
    content {
      protocol    = "tcp"
      from_port   = 443
      to_port     = 443
      cidr_blocks = ["10.9.0.0/24"]
    }
  }
}
resource "aws_security_group_rule" "web" {
  count             = %s
  type              = "ingress"
  security_group_id = aws_security_group.near.id
  protocol          = "tcp"
  from_port         = 444
  to_port           = 444
  cidr_blocks       = ["10.9.0.0/24"]
}
"""
OUT = """
resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.near.id
  protocol          = "tcp"
  from_port         = 444
  to_port           = 444
  cidr_blocks       = ["10.9.0.0/24"]
}
"""


def mixed(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is told of mixed styles."""
    return [each for each in found if each["check"] == "mixed-rule-styles"]


def beside(found: list[dict[str, Any]]) -> list[str]:
    """The rules that are told to be overwritten, by their names."""
    return [related["rule"].partition(".")[2] for each in mixed(found) for related in each["related"]]


@pytest.mark.parametrize(
    ("inside", "standalone", "told"),
    [
        ("[1]", "2", [("proved", [])]),
        ("[1]", "0", []),
        ("[]", "2", []),
        ("[1]", "var.on ? 1 : 0", [("unproven", ["var.on"])]),
        ("var.on ? [1] : []", "2", [("unproven", ["var.on"])]),
    ],
)
def test_styles_are_mixed_perhaps_where_all_of_one_style_may_not_exist(
    inside: str, standalone: str, told: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    """Rules inside a group's block and beside it overwrite each other, if there are both."""
    found = findings(tmp_path, OPTIONAL, ROLES % ("", ""), MIXED % (inside, standalone))
    assert [(each["certainty"], each["because"]) for each in mixed(found)] == told


@pytest.mark.parametrize(
    ("way", "others", "told"), [("egress", "", []), ("ingress", "", ["web[0]"]), ("ingress", OUT, ["web[0]"])]
)
def test_styles_are_mixed_in_one_direction(way: str, others: str, told: list[str], tmp_path: Path) -> None:
    """A block leaves alone what stands beside it in the direction of which it holds no rule."""
    code = (MIXED % ("[1]", "1") + others).replace('type              = "ingress"', f'type              = "{way}"')
    assert beside(findings(tmp_path, OPTIONAL, ROLES % ("", ""), code)) == told


@pytest.mark.parametrize(
    ("written", "count", "told"),
    [
        (
            "ingress = []",
            "1",
            [("proved", "has `ingress = []` inside its block and rules in resources of their own: each apply")],
        ),
        ("ingress = []", "var.on ? 1 : 0", [("unproven", "of their own, perhaps (it hangs on `var.on`): each apply removes")]),
        ("egress = []", "1", []),
        ("ingress = null", "1", []),
    ],
)
def test_a_list_that_is_written_empty_is_the_whole_list(
    written: str, count: str, told: list[tuple[str, str]], tmp_path: Path
) -> None:
    """The provider removes at each apply what stands beside `ingress = []`; what is not written it leaves alone."""
    code = (MIXED % ("[]", count)).replace('dynamic "ingress" {', f'{written}\n  dynamic "tagged" {{', 1)
    found = mixed(findings(tmp_path, OPTIONAL, ROLES % ("", ""), code))
    assert [each["certainty"] for each in found] == [certainty for certainty, _ in told]
    assert all(part in each["message"] for each, (_, part) in zip(found, told, strict=True))


GROUP = """
resource "%(kind)s" "near" {
  vpc_id = aws_vpc.v.id
  %(block)s
}
resource "aws_vpc_security_group_ingress_rule" "in" {
  security_group_id = %(kind)s.near.id
  ip_protocol       = "tcp"
  from_port         = 444
  to_port           = 444
  cidr_ipv4         = "10.9.0.0/24"
}
resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = %(kind)s.near.id
  protocol          = "tcp"
  from_port         = 444
  to_port           = 444
  cidr_blocks       = ["10.9.0.0/24"]
}
resource "aws_instance" "near" {
  tags                   = { Name = "near" }
  vpc_security_group_ids = [%(kind)s.near.id]
}
"""
NETWORK_ACL = """
resource "%(kind)s" "edge" {
  subnet_ids             = [aws_subnet.a.id]
  default_network_acl_id = aws_vpc.v.default_network_acl_id
  %(block)s
}
resource "aws_network_acl_rule" "in" {
  network_acl_id = %(kind)s.edge.id
  rule_number    = 200
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "10.9.0.0/24"
  from_port      = 444
  to_port        = 444
}
resource "aws_network_acl_rule" "out" {
  network_acl_id = %(kind)s.edge.id
  egress         = true
  rule_number    = 200
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "10.9.0.0/24"
  from_port      = 444
  to_port        = 444
}
resource "aws_instance" "near" {
  tags      = { Name = "near" }
  subnet_id = aws_subnet.a.id
}
"""


def a_group(block: str, kind: str = "aws_security_group") -> str:
    """A group with a rule beside it in each direction."""
    return NETWORK + GROUP % {"kind": kind, "block": block}


def an_acl(block: str, kind: str = "aws_network_acl") -> str:
    """A network ACL with an entry beside it in each direction."""
    return NETWORK + NETWORK_ACL % {"kind": kind, "block": block}


def ignoring(changes: str) -> str:
    """A lifecycle of which this is ignored."""
    return f"lifecycle {{\n    ignore_changes = {changes}\n  }}\n"


INTO, OUT_OF = (f"{opens(443, '10.9.0.0/24', way)}\n" for way in ("ingress", "egress"))
IN_ENTRY, OUT_ENTRY = (f"{entry(way, 100, 443, '10.9.0.0/24')}\n" for way in ("ingress", "egress"))
DEFAULT_GROUP, DEFAULT_ACL = "aws_default_security_group", "aws_default_network_acl"
OVERWRITTEN = {
    "both directions": (a_group(INTO + OUT_OF), ["in", "out"]),
    "nothing inside": (a_group(""), []),
    "one direction is left alone": (a_group(INTO + OUT_OF + ignoring("[ingress]")), ["out"]),
    "the other is": (a_group(INTO + OUT_OF + ignoring("[tags, egress]")), ["in"]),
    "both are": (a_group(INTO + OUT_OF + ignoring("[ingress, egress]")), []),
    "all is": (a_group(INTO + OUT_OF + ignoring("all")), []),
    "as it was written once": (a_group(INTO + OUT_OF + ignoring('["ingress", "egress"]')), []),
    "something else is": (a_group(INTO + OUT_OF + ignoring("[tags, description]")), ["in", "out"]),
    "nothing is": (a_group(INTO + ignoring("[]")), ["in"]),
    "one rule of the list, which Terraform refuses": (a_group(INTO + ignoring("[ingress[0]]")), ["in"]),
    "an empty list": (a_group("ingress = []\n"), ["in"]),
    "an empty list beside rules": (a_group("ingress = []\n" + OUT_OF), ["in", "out"]),
    "an empty list is left alone": (a_group("ingress = []\n" + ignoring("[ingress]")), []),
    "a default group, which is like any other once it is taken over": (a_group(INTO, DEFAULT_GROUP), ["in"]),
    "a default group is left alone": (a_group(INTO + ignoring("[ingress]"), DEFAULT_GROUP), []),
    "a network ACL": (an_acl(IN_ENTRY), ["in"]),
    "a network ACL is left alone": (an_acl(IN_ENTRY + OUT_ENTRY + ignoring("[ingress]")), ["out"]),
    "a network ACL in which other things are": (an_acl(IN_ENTRY + ignoring("[subnet_ids]")), ["in"]),
    "a network ACL with an empty list": (an_acl("egress = []\n"), ["out"]),
    "a default network ACL, in which nothing is left but what is inside": (an_acl(IN_ENTRY, DEFAULT_ACL), ["in", "out"]),
    "an empty default network ACL": (an_acl("", DEFAULT_ACL), ["in", "out"]),
    "a default network ACL is left alone in one direction": (an_acl(ignoring("[ingress]"), DEFAULT_ACL), ["out"]),
    "a default network ACL is left alone": (an_acl(IN_ENTRY + ignoring("[ingress, egress]"), DEFAULT_ACL), []),
}


@pytest.mark.parametrize(("code", "told"), OVERWRITTEN.values(), ids=OVERWRITTEN)
def test_what_the_lifecycle_leaves_alone_is_not_overwritten(code: str, told: list[str], tmp_path: Path) -> None:
    """Each direction by itself: what Terraform writes once and then ignores, it does not take away at the next apply."""
    site = ROLES.replace("{name: near}", "{name: near}, {name: default}").replace(
        "match: [{name: far}]%s", "cidrs: [10.9.0.0/24]"
    )
    found = findings(tmp_path, OPTIONAL, site % "", code)
    assert beside(found) == told
    assert {each["certainty"] for each in mixed(found)} <= {"proved"}


def test_what_takes_a_default_network_acl_over_is_the_whole_list_by_itself(tmp_path: Path) -> None:
    """It need not say that it has no rule, and the sentence says why that overwrites others."""
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]") % ""
    (found,) = mixed(findings(tmp_path, OPTIONAL, site, an_acl("", DEFAULT_ACL)))
    assert found["message"].startswith(
        "aws_default_network_acl.edge has no ingress rule and no egress rule inside its block and rules in resources of their own"
    )


def test_in_a_default_network_acl_it_matters_not_whether_a_rule_is_inside(tmp_path: Path) -> None:
    """What stands beside it is removed either way."""
    perhaps = """dynamic "ingress" {
    for_each = var.rules
    content {
      rule_no    = 100
      action     = "allow"
      protocol   = "tcp"
      cidr_block = ingress.value
      from_port  = 443
      to_port    = 443
    }
  }
"""
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]") % ""
    code = 'variable "rules" { type = set(string) }\n' + an_acl(perhaps + ignoring("[egress]"), "%s")
    told = {
        kind: mixed(findings(tmp_path, OPTIONAL, site, code.replace("%s", kind))) for kind in ("aws_network_acl", DEFAULT_ACL)
    }
    assert {kind: [each["certainty"] for each in found] for kind, found in told.items()} == {
        "aws_network_acl": ["unproven"],
        DEFAULT_ACL: ["proved"],
    }


NSG = """
resource "azurerm_network_security_group" "near" {
  name = "near"
  %s
}
"""
BESIDE = """
resource "azurerm_network_security_rule" "out" {
  name                        = "out"
  priority                    = 120
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  network_security_group_name = %s
}
"""
AZAPI = """
resource "azapi_resource" "near" {
  type = "Microsoft.Network/networkSecurityGroups@2024-05-01"
  name = "near"
  body = {
    properties = {
      securityRules = [{
        name = "ssh"
        properties = {
          priority                 = 100
          direction                = "Inbound"
          access                   = "Allow"
          protocol                 = "Tcp"
          sourcePortRange          = "*"
          destinationPortRange     = "22"
          sourceAddressPrefix      = "10.0.2.0/24"
          destinationAddressPrefix = "*"
        }
      }]
    }
  }
  %s
}
"""
SSH = security_rule("ssh", "Allow", 100, "10.0.2.0/24", "22")
NSGS = {
    "whatever the direction": (SSH, ["out"]),
    "as an argument": (SSH.replace("security_rule {", "security_rule = [{").rstrip() + "]", ["out"]),
    "an empty list": ("security_rule = []", ["out"]),
    "nothing inside": ("", []),
    "left alone": (SSH + ignoring("[security_rule]"), []),
    "all left alone": (SSH + ignoring("all"), []),
    "an empty list left alone": ("security_rule = []\n  " + ignoring("[security_rule]"), []),
    "what AWS calls it": (SSH + ignoring("[ingress, egress]"), ["out"]),
}


@pytest.mark.parametrize(("block", "told"), NSGS.values(), ids=NSGS)
def test_styles_are_mixed_in_an_nsg_whatever_the_direction(block: str, told: list[str], tmp_path: Path) -> None:
    """An NSG has one list for both."""
    rule = BESIDE % "azurerm_network_security_group.near.name"
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, MACHINE + NSG % block + rule)
    assert beside(found) == told
    assert all("`security_rule = []`" in each["message"] for each in mixed(found)) == ("security_rule = []" in block or not told)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ("[tags]", ["out"]),
        ("[body]", []),
        ("[body.properties.securityRules]", []),
        ("[body.properties]", []),
        ("[body.properties.security]", ["out"]),
        ("[body.properties.securityRules[0]]", ["out"]),
        ("all", []),
    ],
)
def test_an_nsg_in_the_words_of_azure_is_left_alone_in_its_body(changes: str, told: list[str], tmp_path: Path) -> None:
    """The path may lead to the rules, or to what they stand in."""
    machine = MACHINE.replace("azurerm_network_security_group.near.id", "azapi_resource.near.id")
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, machine + AZAPI % ignoring(changes) + BESIDE % "azapi_resource.near.name")
    assert beside(found) == told


HALF = {"protocol": "tcp", "cidr_blocks": ["10.9.0.0/24"]}
DOCUMENT = {
    "root_module": {
        "resources": [
            {
                "address": "aws_security_group.near",
                "mode": "managed",
                "type": "aws_security_group",
                "name": "near",
                "values": {"id": "sg-1", "name": "near", "ingress": [{**HALF, "from_port": 443, "to_port": 443}]},
            },
            {
                "address": "aws_security_group_rule.in",
                "mode": "managed",
                "type": "aws_security_group_rule",
                "name": "in",
                "values": {**HALF, "security_group_id": "sg-1", "type": "ingress", "from_port": 444, "to_port": 444},
            },
        ]
    }
}
ONLY_CODE = "aws_security_group.near (its code)"


@pytest.mark.parametrize(
    ("changes", "told"), [(None, [("unproven", [ONLY_CODE])]), ("[tags]", [("proved", [])]), ("[ingress]", [])]
)
def test_a_plan_tells_a_lifecycle_by_the_code_beside_it(
    changes: str | None, told: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    """By itself it does not hold it."""
    if changes is not None:
        code = a_group(INTO + ignoring(changes)).replace("vpc_id = aws_vpc.v.id", 'name = "near"')
        (tmp_path / "main.tf").write_text(code)
    found = documented(tmp_path, {"format_version": "1.2", "planned_values": DOCUMENT, "configuration": {}})
    assert [(each["certainty"], each["because"]) for each in mixed(found)] == told


def test_a_state_does_not_tell_which_rules_stand_in_a_block(tmp_path: Path) -> None:
    """What nobody wrote in a block may have been made by hand; where to look is said beside it."""
    found = documented(tmp_path, {"format_version": "1.0", "terraform_version": "1.11.4", "values": DOCUMENT})
    assert [(each["certainty"], each["because"]) for each in mixed(found)] == [("unproven", [ONLY_CODE])]
    (tip,) = (each["tip"] for each in found if each["check"] == "unresolved-value")
    assert tip == (
        "A plan or a state alone tells neither what the block of `aws_security_group.near` holds nor its lifecycle:"
        " lint the code, or a plan beside it."
    )


def documented(directory: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    """What is told of a plan or a state."""
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]") % ""
    for name, text in (("policy.yaml", POLICY % OPTIONAL), ("pamlint.yaml", site), ("document.json", json.dumps(document))):
        (directory / name).write_text(text)
    found: list[dict[str, Any]] = lint(directory, "document.json").report()["findings"]
    return found
