"""What is known of a collection survives beside the part that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.model.resource import Unknown
from pamlint.terraform.plain import to_plain
from tests.terraform.roots import problems, read, shown, values, write
from tests.terraform.test_functions import value_of

MORE = "?var.list"
ELEMENTS = {
    'concat(list, ["a", "b"])': ["a", "b", MORE],
    'concat(["a"], any, ["b"])': ["a", "b", "?var.any"],
    'distinct(concat(list, ["a"]))': ["a", MORE],
    'compact(concat(list, ["", "a", null]))': ["a", MORE],
    'compact([text, "a"])': ["a", "?var.text"],
    'sort(concat(list, ["b", "a"]))': ["b", "a", MORE],
    'reverse(concat(list, ["a"]))': ["a", MORE],
    'toset(concat(list, ["a"]))': ["a", MORE],
    'tolist(concat(list, [1]))': [1, MORE],
    'setunion(toset(["a"]), set)': ["a", "?var.set"],
    'flatten([list, ["a", ["b"]], text])': ["a", "b", "?var.text", "?var.list var.text"],
    'flatten([concat(list, ["a"]), any])': ["a", "?var.list var.any"],
    'values(merge(any, { k = "a" }))': ["a", "?var.any"],
    "keys(merge(any, { k = text }))": ["k", "?var.any var.text"],
    '[for x in concat(list, ["a", ""]) : upper(x) if x != ""]': ["A", MORE],
    '[for x in ["a", text, "b"] : x if x != "b"]': ["a", "?var.text"],
    '[for i, x in concat(list, ["a"]) : "${i}${x}"]': [MORE, MORE],
    'concat(any, [{ id = "a" }])[*].id': ["a", "?var.any"],
    'any ? ["a", "b"] : ["b", "c"]': ["b", "?var.any"],
    'any ? concat(list, ["a"]) : ["a"]': ["a", "?var.any var.list"],
    "concat(list, [])": MORE,
    "length(concat(list, [1]))": MORE,
    'contains(concat(list, ["a"]), "b")': MORE,
    'concat(list, ["a"])[0]': MORE,
    'merge(any, { port = 22 }).port': 22,
    'merge(any, { port = 22 })["port"]': 22,
    'merge({ port = 22 }, any).port': "?var.any",
    '{ for k, v in merge(any, { a = 1, b = 2 }) : upper(k) => v if v > 1 }.B': 2,
    '(any ? merge({ a = 1 }, { b = 2 }) : { a = 1 }).a': 1,
    'lookup({}, text, "a")': "a",
    'lookup(tomap({}), text, {})': {},
    'lookup({}, text)': "?var.text",
    'merge({ port = 22 }, lookup({}, text, {})).port': 22,
    'sensitive(concat(list, ["a"]))': "?sensitive() (sensitive)",
    'split(",", join(",", ["a", id, "b"]))': ["a", "?x.y.id", "b"],
    'split(",", join(",", [id]))': ["?x.y.id"],
    'compact([id, text])': ["?x.y.id", "?x.y.id var.text"],
    'any ? [id, "a"] : [id]': ["?x.y.id", "?var.any x.y.id"],
    'compact(split(",", "${id},,a"))': ["?x.y.id", "a"],
    'split(",", "a,${"b,${id}"},c")': ["a", "b", "?x.y.id", "c"],
    'split(",", "a,x${id}y,${id}${id}")': ["a", "?x.y.id", "?x.y.id"],
    'split(",", "a,${text},b,c${text}")': ["a", "b", "?var.text"],
    'split(", ", "a, ${id}")': "?x.y.id",
    'split("/", "a/${id}/b")': "?x.y.id",
    'split(",", text)': "?var.text",
    'split(",", upper("a,${id}"))': "?x.y.id",
    "slice(list, 0, 2)": [MORE, MORE],
    "length(slice(list, 1, 4))": 3,
    "length(slice(any, 1, 4))": 3,
    "slice(list, 2, 2)": [],
    "slice(list, 0, length(list))": MORE,
}  # fmt: skip


@pytest.mark.parametrize("expression", ELEMENTS)
def test_elements(expression: str) -> None:
    """An unknown collection is shown with what it surely holds, and the reason for the rest."""
    assert shown(to_plain(value_of(expression))) == ELEMENTS[expression]


@pytest.mark.parametrize("expression", ['join("", [id, ""])', 'join("", flatten([[id], "", ""]))', '"${""}${id}"'])
def test_an_id_with_nothing_beside_it_is_the_id(expression: str) -> None:
    """Modules join a list of one to say: the group that is made here, or the one that was given."""
    assert value_of(expression) == value_of("id")


A, B, TEXT, LIST = "?x.y.id", "?x.z.id", "?var.text", "?var.list"
EITHER = {
    "any ? id : other": [A, B],
    'any ? id : (text == "" ? other : "b")': [A, B, "b"],
    "any ? id : null": [A, None],
    "any ? [id] : [other]": [A, B],
    "any ? [id] : []": [A, None],
    "any ? [id] : [id, other]": [A, None, A, B],
    "(any ? [id] : [other])[0]": [A, B],
    "[id, other][any]": [A, B],
    "{ a = id, b = other }[text]": [A, B],
    'lookup({ a = id }, text, "b")': [A, "b"],
    "element([id, other], any)": [None, A, B, None],
    'coalesce(text, null, "", id, other)': [TEXT, A],
    "coalesce(text, other)": [TEXT, B],
    "coalescelist(list, [id])": [LIST, None, A],
    "concat([id], any ? [other] : [])": [A, B, None, None],
    "concat([id], list)": [A, LIST, None, None],
    "tolist(any ? [id] : [other])": [A, B],
    "toset(any ? [id] : [other])": [A, B],
    "flatten([id, any ? [other] : []])": [None, A, B, None, None],
    "upper(any ? id : other)": [],
    '"${any ? id : other}x"': [],
    "[for x in [id, other] : x if any]": [A, B, None],
    "[for x in [id, other] : upper(x) if any]": ["?x.y.id", "?x.z.id", None],
    "[for x in [1, 2] : id if any]": [A, A, None],
    "any ? range(200) : [1]": [],
}


@pytest.mark.parametrize("expression", EITHER)
def test_what_an_unknown_value_is_one_of(expression: str) -> None:
    """A choice is among what it chooses from; what is computed from values is none of them, and very many are not told."""
    plain = to_plain(value_of(expression))
    last = plain[-1] if isinstance(plain, list) else plain
    assert isinstance(last, Unknown)
    assert [shown(way) for way in last.either] == EITHER[expression]


REPEATED = """
variable "more" {}
resource "r" "x" {
  for_each = merge(var.more, { ssh = 22 })
  port     = each.value
}
resource "r" "y" {
  dynamic "rule" {
    for_each = concat(var.more, [80])
    content {
      port = rule.value
    }
  }
}
module "m" {
  source = "./m"
  rules  = concat(var.more, [{ port = 443 }])
}
"""
CALLED = """
variable "rules" {
  type = list(object({ port = number, cidrs = optional(list(string), ["10.0.0.0/8"]) }))
}
resource "r" "z" {
  for_each = { for rule in var.rules : rule.port => rule }
  cidrs    = each.value.cidrs
}
"""


def test_repetition(tmp_path: Path) -> None:
    """What is surely repeated stands beside what may come besides, also through a module's types and defaults."""
    reading = read(write(tmp_path, {"main.tf": REPEATED, "m/main.tf": CALLED}))
    more = "?var.more"
    assert (values(reading), problems(reading)) == (
        {
            'r.x["ssh"]': {"port": 22},
            "r.x[*]": {"port": more},
            "r.y": {"rule": [{"port": 80}, {"possible": ("var.more",), "port": more}]},
            'module.m.r.z["443"]': {"cidrs": ["10.0.0.0/8"]},
            "module.m.r.z[*]": {"cidrs": more},
        },
        [],
    )


ONE_OF_A_SET = """
variable "key" { type = string }
resource "r" "x" {
  for_each = toset(["a", var.key])
  key      = each.key
}
resource "r" "y" {
  dynamic "rule" {
    for_each = toset(["a", var.key])
    content {
      key = rule.value
    }
  }
}
"""


def test_an_element_of_a_set_that_is_not_known_may_be_the_other_one(tmp_path: Path) -> None:
    """Then it is none of its own: what is repeated for it is there perhaps, beside what is there for sure."""
    assert values(read(write(tmp_path, {"main.tf": ONE_OF_A_SET}))) == {
        'r.x["a"]': {"key": "a"},
        "r.x[*]": {"key": "?var.key"},
        "r.y": {"rule": [{"key": "a"}, {"possible": ("var.key",), "key": "?var.key"}]},
    }


RESOURCES = """
data "d" "each" {
  for_each = toset(["a", "b"])
  name     = each.key
}
locals {
  mapped = { for x in tomap(data.d.each) : x.name => tostring(x.prefixes[0]) }
}
resource "r" "x" {
  keys   = keys(local.mapped)
  one    = local.mapped["a"]
  other  = contains(keys(local.mapped), "*") ? local.mapped["*"] : "*"
  listed = [for x in tolist(values(data.d.each)) : x.prefixes]
  picked = (local.mapped["a"] == "x" ? data.d.each["a"] : data.d.each["b"]).prefixes
}
"""


def test_a_resource_keeps_what_is_not_set_through_conversions(tmp_path: Path) -> None:
    """A resource has more attributes than the code sets, in a map or list of resources too: they are unknown, not wrong."""
    reading = read(write(tmp_path, {"main.tf": RESOURCES}))
    assert problems(reading) == []
    found = values(reading)["r.x"]
    assert (found["keys"], found["one"], found["other"]) == (["a", "b"], '?data.d.each["a"].prefixes', "*")
    assert found["listed"] == ['?data.d.each["a"].prefixes', '?data.d.each["b"].prefixes']
    assert found["picked"].startswith("?data.d.each")
