"""Expressions come to what Terraform makes of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pamlint.model.resource import Unknown
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.plain import from_plain, to_plain
from pamlint.terraform.reader import read_expression
from pamlint.terraform.scope import Budget, ExpressionError, Scope
from pamlint.terraform.values import EvaluationError, LimitReached, Sensitive, UnknownValue, Value
from tests.terraform.console import AVAILABLE, ask
from tests.terraform.evaluating import Locals, answer, value_of
from tests.terraform.random_expressions import LOCALS, Generator
from tests.terraform.record_expressions import COLLECTED

HERE = Path(__file__).parent
NAMES = Locals(LOCALS)


def test_expressions_of_network_code() -> None:
    """Expressions that network code uses have the values that a plan shows."""
    rows = json.loads((HERE / "expressions.json").read_text(encoding="utf-8"))
    assert {row["expression"]: to_plain(value_of(row["expression"])) for row in rows} == {
        row["expression"]: row["value"] for row in rows
    }


@pytest.mark.parametrize("table", ["random_expressions.json", "templates.json", *COLLECTED])
def test_recorded_answers(table: str) -> None:
    """Random expressions, heredocs, numbers of all sizes and arms that are wrong come to what the console has answered."""
    recorded = json.loads((HERE / table).read_text(encoding="utf-8"))
    assert {text: answer(text, NAMES) for text in recorded} == recorded


CONDITIONS = {
    'true ? "a" : 1': '"a"',
    'false ? "a" : 1': '"1"',
    'true ? 1 : "b"': '"1"',
    "true ? [1] : []": "[1] list",
    "true ? null : 5": "null",
    "false ? null : 5": "5",
    "true ? { a = 1 } : { b = 2 }": '{"a":1} map',
    "true ? { a = 1 } : {}": '{"a":1} map',
    'true ? ["a", 1] : ["b", 2]': '["a",1]',
    "true ? local.l : local.e": '["a","b","c"] list',
    '"true" ? 1 : 2': "1",
    "true ? 1 : [1][5]": "1",
    "true ? [1][5] : 1": None,
    "null ? 1 : 2": None,
    "true ? [] : {}": None,
    "1 ? 1 : 2": None,
    'true ? local.b : true ? { for x in local.o.l : "x y" => 443 } : local.l.a': None,
    "true ? true : false ? { for v in local.o.nested.a : v => 1... } : { for i, x in [1] : i => x.a... }": None,
    'false ? [for x in [] : x if 1] : ["a"]': '["a"]',
    'true ? 1 : { a = "x", b = 1 + "z" }.a': '"1"',
    'true ? 1 : { a = "x", b = 1 + "z" }.b': "1",
    'true ? 1 : { a = { c = "x" }, b = {}.z }.a.c': '"1"',
    'true ? 1 : ["x", {}.z]["0"]': '"1"',
    'true ? 1 : ["x", {}.z][5]': "1",
    'true ? 1 : ({ for v in ["x", "y"] : "a" => v }).a': '"1"',
    'false ? [for x in { for v in [[1], [2]] : "a" => v } : "s" if !(true)] : [true]': "[true] list",
    'false ? [for x in [1, 1 / "x"] : x] : ["1", 2]': '["1",2]',
    'true ? !("true") : {} || false ? null : "x"': '"false"',
    "setproduct(toset([]), [{ a = 1 }, 0.1, null])": "[] set",
    "setproduct([{ a = 1 }, 0.1, null], [])": "[] list",
    "setproduct([1], [{ a = 1 }, 0.1, null])": None,
    "setproduct([], [1, [2]])": None,
    'coalesce(["a", 2], toset([443, 1]))': "[1,443] set",
    "[for x in [] : x if [for y in x : y if local.z] != x]": "[]",
    'merge(null, regexall("(?P<x>l)", "a"))': "{}",
    'merge(null, ["a"])': None,
    'merge(["a"], null)': None,
}


def test_conditions() -> None:
    """Both arms of a condition become one type; an error counts only in the chosen one."""
    assert {text: answer(text, NAMES) for text in CONDITIONS} == CONDITIONS


@pytest.mark.skipif(not AVAILABLE, reason="terraform is not on the path")
def test_conditions_are_recorded_right() -> None:
    """The table of conditions is what the real console says."""
    assert dict(zip(CONDITIONS, ask(list(CONDITIONS), LOCALS), strict=True)) == CONDITIONS


@pytest.mark.skipif(not AVAILABLE, reason="terraform is not on the path")
def test_random_expressions_live() -> None:
    """New random expressions agree with the real console wherever it knows an answer."""
    generator = Generator(77)
    texts = [generator.expression(generator.random.choice([1, 2, 3, 4])) for _ in range(3000)]
    texts = [text for text in texts if len(text) < 3000]
    real = {text: there for text, there in zip(texts, ask(texts, LOCALS), strict=True) if there != "unknown"}
    assert {text: answer(text, NAMES) for text in real} == real


def _in(local: dict[str, Value], text: str) -> Value:
    tree, file = read_expression("x", text)
    return evaluate(tree, Scope(file, Budget(), local=local))


X = UnknownValue(("var.x",))
ID = UnknownValue(("aws_vpc.v.id",), attribute=("aws_vpc.v", "id"))
UNKNOWNS = {
    '["a", x]': ["a", Unknown(("var.x",))],
    '{ a = x, b = 1 }["b"]': 1,
    '"${x}/24"': Unknown(("var.x",)),
    '"10.${x}/24"': Unknown(("var.x",), prefix="10."),
    '"a-${x}-${y}"': Unknown(("var.x", "aws_vpc.v.id"), prefix="a-"),
    "y": Unknown(("aws_vpc.v.id",), ("aws_vpc.v", "id")),
    "[y][0]": Unknown(("aws_vpc.v.id",), ("aws_vpc.v", "id")),
    "[{ id = y }][*].id": [Unknown(("aws_vpc.v.id",), ("aws_vpc.v", "id"))],
    'try(y, "none")': Unknown(("aws_vpc.v.id",), ("aws_vpc.v", "id")),
    'try(x.a, "none")': Unknown(("var.x",), either=(Unknown(("var.x",)), "none")),
    "x ? 1 : 2": Unknown(("var.x",), either=(1, 2)),
    'x ? "same" : "same"': "same",
    "true ? 1 : x": 1,
    "x && false": False,
    "x || true": True,
    "x + 1": Unknown(("var.x",)),
    "x == 1": Unknown(("var.x",)),
    "[for i in x : i]": Unknown(("var.x",), either=(Unknown(("var.x",)), None)),
    "[for i in [1, 2] : i if x]": Unknown(("var.x",), either=(1, 2, None)),
    "[for i in [1, x] : i]": [1, Unknown(("var.x",))],
    "{ (x) = 1 }": Unknown(("var.x",), either=(1, None)),
    "x[*].id": Unknown(("var.x",)),
    "x.a.b[0]": Unknown(("var.x",)),
    "[1, 2][x]": Unknown(("var.x",), either=(1, 2)),
    "length([x, x])": 2,
    "can(y)": True,
    '"${s}!"': Unknown(("var.s (sensitive)",)),
    "nonsensitive(s)": "secret",
    "[s, 1][1]": 1,
    "s == 1": Unknown(("var.s (sensitive)",)),
    's != "" ? 1 : 2': Unknown(("var.s (sensitive)",)),
}


def test_unknowns_and_sensitive_values() -> None:
    """What is known stays known beside what is not, and what is not known says why; secrets do not come out."""
    local: dict[str, Value] = {"x": X, "y": ID, "s": Sensitive("secret", ("var.s",))}
    assert {text: to_plain(_in(local, text)) for text in UNKNOWNS} == UNKNOWNS


ERRORS = {
    "1 + [for x in [1] : x.a]": ("x:1:21", 'a value of type number has no attribute "a"'),
    'upper("a") + tonumber("b")': ("x:1:14", "tonumber()"),
    "{ a = 1 }.ab": ("x:1:1", 'there is no attribute "ab", perhaps "a"'),
    "[1][3]": ("x:1:1", "there is no element 3: the collection has 1 element"),
    '"a ${null}"': ("x:1:1", "a part of the string is null"),
    "nothing.here": ("x:1:1", 'there is no variable named "nothing" here'),
    "{ for x in [1, 1] : x => x }": ("x:1:1", 'two elements have the key "1"'),
    "{ a.b = 1 }": ("x:1:1", "must stand in parentheses"),
    '-"x"': ("x:1:1", "the operand of -"),
    "true && null": ("x:1:1", "the right side of && is null"),
}


def test_errors_have_places() -> None:
    """An error names the innermost expression that is wrong, and why."""
    for text, (place, message) in ERRORS.items():
        with pytest.raises(ExpressionError) as raised:
            _in({}, text)
        assert (str(raised.value.location), message in raised.value.message) == (place, True), raised.value.message


LIMITS = {
    "[for a in range(1000) : [for b in range(1000) : b]]": "more than 300,000 elements",
    "[for a in big : big]": "more than 300,000 elements",
    '"${text}${text}${text}${text}"': "more than 4,000,000 characters",
}


def test_limits_are_named() -> None:
    """What would be too large is not built, and the limit is named."""
    local: dict[str, Value] = {"big": from_plain(list(range(1000))), "text": "x" * 1_500_000}
    for text, what in LIMITS.items():
        with pytest.raises(LimitReached) as raised:
            _in(local, text)
        assert raised.value.what == what


def test_deep_recursion_is_an_error() -> None:
    """A chain of operators that Python's stack cannot hold is refused, not a crash of the interpreter."""
    with pytest.raises((EvaluationError, RecursionError)):
        _in({}, "1" + "+1" * 20_000)
