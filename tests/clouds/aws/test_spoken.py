"""Rules that name a group by what is not known, and who wears what they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clouds.reading import acl, network_of, workloads
from tests.judging.building import FLOW, findings

CODE = """
variable "on" {}
variable "one" {}
variable "at" {}
variable "list" { type = list(string) }
locals {
  known  = var.on ? aws_security_group.a.id : aws_security_group.b.id
  either = var.on ? aws_security_group.a.id : var.one
  none   = var.on ? aws_security_group.a.id : ""
  made   = replace(aws_security_group.a.id, "a", "b")
}
resource "aws_security_group" "a" { name = "a" }
resource "aws_security_group" "b" { name = "b" }
resource "aws_vpc_security_group_ingress_rule" "in" {
  security_group_id = %s
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "%s"
}
resource "aws_instance" "x" { vpc_security_group_ids = %s }
"""
ON, BOTH = ("var.on",), ("var.on", "var.one")


@pytest.mark.parametrize(
    ("named", "worn", "surely", "perhaps"),
    [
        ("local.known", "[local.known]", {"local.known"}, {"aws_security_group.a": ON, "aws_security_group.b": ON}),
        ("local.either", "[local.either]", {"local.either"}, {"aws_security_group.a": BOTH, "?var.one": BOTH}),
        ("local.known", "[aws_security_group.a.id]", set(), {"aws_security_group.a": ON}),
        ("var.list[0]", "var.list", {"?var.list[0]"}, {}),
        ("var.list[0]", "[var.list[0]]", {"?var.list[0]"}, {}),
        ("var.list[0]", "[var.list[1]]", set(), {}),
        ("element(var.list, var.at)", "[element(var.list, var.at)]", set(), {}),
    ],
)
def test_what_a_rule_names_is_worn_by_who_names_it_the_same_way(
    named: str, worn: str, surely: set[str], perhaps: dict[str, tuple[str, ...]], tmp_path: Path
) -> None:
    """A choice that is written once is one group, whichever it is; a list has its elements; what is computed may be another."""
    network = network_of(tmp_path, CODE % (named, "10.9.0.0/16", worn))
    (machine,) = workloads(network, "aws_instance.x")
    has_it = {each.key for each in network.acls if any(not rule.possible for rule in each.rules)}
    assert {key.partition("|")[2] for key in has_it & machine.wears} == surely
    may_have_it = {each.key: rule.possible for each in network.acls for rule in each.rules if rule.possible}
    assert {key.partition("|")[2]: because for key, because in may_have_it.items() if key in machine.wears} == perhaps


@pytest.mark.parametrize(
    ("name", "unsaid"),
    [("known", ()), ("either", ()), ("none", ("var.on", "aws_security_group.a.id")), ("made", ("aws_security_group.a.id",))],
)
def test_what_else_such_a_group_has_is_known_where_it_is_one_of_those_that_are_told(
    name: str, unsaid: tuple[str, ...], tmp_path: Path
) -> None:
    """It stands for the rules that name it so, beside those of whichever group it is; where it may be another, for more."""
    network = network_of(tmp_path, CODE % (f"local.{name}", "10.9.0.0/16", f"[local.{name}]"))
    named = acl(network, f"local.{name}")
    assert (named.partial, [rule.name for rule in named.rules]) == (unsaid, ["aws_vpc_security_group_ingress_rule.in"])


SITE = """
pamlint: site/1
policy: policy.yaml
roles:
  near: {cidrs: [10.9.0.0/16]}
  far: {match: [{address: aws_instance.x}]}
"""
EXTRA, MISSING = "extra-access", "missing-access"


@pytest.mark.parametrize(
    ("named", "worn", "cidr", "wanted"),
    [
        ("local.known", "[local.known]", "10.9.0.0/16", []),
        ("local.known", "[local.known]", "0.0.0.0/0", [(EXTRA, "proved")]),
        ("local.known", "[local.known]", "10.9.0.0/17", [(MISSING, "proved")]),
        ("local.either", "[local.either]", "0.0.0.0/0", [(EXTRA, "proved")]),
        ("local.either", "[local.either]", "10.9.0.0/17", [(MISSING, "unproven")]),
        ("local.known", "[aws_security_group.a.id]", "0.0.0.0/0", [(EXTRA, "unproven"), (MISSING, "unproven")]),
        ("var.list[1]", "var.list", "0.0.0.0/0", [(EXTRA, "proved")]),
        ("var.list[1]", "var.list", "10.9.0.0/17", [(MISSING, "unproven")]),
    ],
)
def test_what_is_proved_of_it(named: str, worn: str, cidr: str, wanted: list[tuple[str, str]], tmp_path: Path) -> None:
    """The rule counts for sure, and is told once, though it is perhaps one of each of several groups."""
    flow = FLOW % ("f", "near", "far", "tcp/22", "required", "ingress")
    found = findings(tmp_path, flow, SITE, CODE % (named, cidr, worn))
    assert sorted((each["check"], each["certainty"]) for each in found if each["check"].endswith("-access")) == wanted
