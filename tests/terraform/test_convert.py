"""Types: conversion, what several have in common, type constraints with defaults, equality."""

from __future__ import annotations

import pytest

from pamlint.model import resource
from pamlint.terraform.constraints import Constraint, type_from_expression
from pamlint.terraform.convert import convert
from pamlint.terraform.equality import equal
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.plain import from_plain, to_plain
from pamlint.terraform.reader import read_expression
from pamlint.terraform.scope import Budget, Scope
from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, ListType, MapType, ObjectType, SetType, TupleType, Type, type_name
from pamlint.terraform.unify import unify
from pamlint.terraform.values import (
    NULL,
    EvaluationError,
    ListValue,
    Null,
    ObjectValue,
    Sensitive,
    TupleValue,
    UnknownValue,
    Value,
    key,
    make_set,
    type_of,
)

UNKNOWN = UnknownValue(("var.x",), STRING, prefix="sg-")


def value_of(expression: str) -> Value:
    node, file = read_expression("test", expression)
    return evaluate(node, Scope(file, Budget()))


def constraint(expression: str) -> Constraint:
    """What a type expression means."""
    node, file = read_expression("test", expression)
    return type_from_expression(node, lambda default: evaluate(default, Scope(file, Budget())))


FITS = [
    ("number", '"443"', 443),
    ("string", "443", "443"),
    ("string", "true", "true"),
    ("bool", '"true"', True),
    ("list(number)", '["1", 2]', [1, 2]),
    ("set(string)", '["b", "a", "b"]', ["a", "b"]),
    ("map(string)", "{a = 1, b = true}", {"a": "1", "b": "true"}),
    ("list(any)", '[1, "a"]', ["1", "a"]),
    ("list(map(any))", '[{a = 1}, {b = "x"}]', [{"a": "1"}, {"b": "x"}]),
    ("tuple([string, number])", '[1, "2"]', ["1", 2]),
    ("object({a = string})", "{a = 1, b = 2}", {"a": "1"}),
    ("object({a = string, b = optional(number)})", '{a = "x"}', {"a": "x", "b": None}),
    ('object({a = optional(string, "d")})', "{}", {"a": "d"}),
    ('object({a = optional(string, "d")})', "{a = null}", {"a": "d"}),
    ('map(object({a = optional(string, "d"), b = optional(list(number), [1])}))', "{k = {b = []}}", {"k": {"a": "d", "b": []}}),
    (
        "list(object({a = optional(object({b = optional(number, 5)}), {})}))",
        "[{}, {a = {b = 1}}]",
        [{"a": {"b": 5}}, {"a": {"b": 1}}],
    ),
    ('set(object({p = number, d = optional(string, "")}))', "[{p = 1}]", [{"d": "", "p": 1}]),
    ("tuple([object({a = optional(number, 1)})])", "[{}]", [{"a": 1}]),
    ("any", "[1]", [1]),
    ("object({a = string})", "tomap({a = 1})", {"a": "1"}),
]


@pytest.mark.parametrize(("of", "value", "wanted"), FITS)
def test_constraints_convert(of: str, value: str, wanted: object) -> None:
    """A value becomes what its variable's type says, defaults filled in."""
    assert to_plain(constraint(of).apply(value_of(value))) == wanted


@pytest.mark.parametrize(
    ("of", "value", "message"),
    [
        ("number", '"x"', "a number is required"),
        ("bool", "1", "bool required"),
        ("list(string)", '"x"', "list of string required"),
        ("list(number)", "[1, {}]", "element 1: number required"),
        ("object({a = string, b = number})", "{}", 'attributes "a", "b" are required'),
        ("object({a = number})", "{a = []}", 'attribute "a": number required'),
        ("object({a = string})", "tomap({})", 'map has no element for required attribute "a"'),
        ("map(number)", "{a = []}", 'element "a": number required'),
        ("list(any)", "[1, []]", "all list elements must have the same type"),
        ("tuple([string])", "[]", "tuple required"),
    ],
)
def test_constraints_refuse(of: str, value: str, message: str) -> None:
    """A value that does not fit is refused with what is wrong where."""
    with pytest.raises(EvaluationError) as caught:
        constraint(of).apply(value_of(value))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("of", "message"),
    [
        ("list", "the type list needs an argument, as in list(string)"),
        ("text", "a type is string, number, bool, any, or a constructor such as list(string)"),
        ("vector(string)", '"vector" is no type constructor'),
        ("list(string, number)", "the type list takes one argument, as in list(string)"),
        ("object([])", "the type object takes attributes in braces, as in object({name = string})"),
        ("object({a = optional(number, [])})", "number required"),
    ],
)
def test_wrong_types(of: str, message: str) -> None:
    """A type that is none says what one looks like."""
    with pytest.raises(EvaluationError) as caught:
        constraint(of)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "of", ["string", "list(set(map(bool)))", "object({a=number, b=optional(string)})", "tuple([any, number])"]
)
def test_types_are_told_as_they_are_written(of: str) -> None:
    """type_name gives what a configuration would say."""
    assert type_name(constraint(of).type) == of


COMMON: list[tuple[list[Type], Type | None]] = [
    ([NUMBER, STRING], STRING),
    ([NUMBER, BOOL], None),
    ([NUMBER, BOOL, STRING], STRING),
    ([ANY, NUMBER], NUMBER),
    ([ListType(STRING), ANY], ANY),
    ([ListType(NUMBER), ListType(STRING)], ListType(STRING)),
    ([TupleType((NUMBER,)), TupleType((NUMBER, STRING))], ListType(STRING)),
    ([TupleType((NUMBER,)), TupleType((STRING,))], TupleType((STRING,))),
    ([TupleType((NUMBER,)), ListType(STRING)], ListType(STRING)),
    ([SetType(NUMBER), ListType(STRING)], ListType(STRING)),
    ([ObjectType({"a": NUMBER}), ObjectType({"b": STRING})], MapType(STRING)),
    ([ObjectType({"a": NUMBER}), ObjectType({"a": STRING})], ObjectType({"a": STRING})),
    ([ObjectType({"a": NUMBER}), MapType(STRING)], MapType(STRING)),
    ([ObjectType({}), TupleType(())], None),
    ([], None),
]


@pytest.mark.parametrize(("types", "wanted"), COMMON)
def test_common_type(types: list[Type], wanted: Type | None) -> None:
    """Types unify to what all of them convert to, in any order."""
    assert unify(types) == wanted
    assert unify(reversed(types)) == wanted


def test_unknown_and_sensitive_values_convert() -> None:
    """Conversion keeps reasons, identity and marks, and gives unknowns and nulls their type."""
    unknown = convert(UnknownValue(("var.x",), attribute=("a.b", "id")), NUMBER)
    assert isinstance(unknown, UnknownValue)
    assert (unknown.because, unknown.attribute, unknown.type) == (("var.x",), ("a.b", "id"), NUMBER)
    secret = convert(Sensitive("5", ("var.s",)), NUMBER)
    assert isinstance(secret, Sensitive)
    assert secret.value == 5
    assert type_of(convert(NULL, ListType(STRING))) == ListType(STRING)
    partly = convert(TupleValue([UNKNOWN, 1]), ListType(STRING))
    assert to_plain(partly) == [resource.Unknown(("var.x",), prefix="sg-"), "1"]


EQUAL: list[tuple[Value, Value, object]] = [
    (0, False, False),
    (1, True, False),
    (1, "1", False),
    (NULL, Null(STRING), True),
    (NULL, 0, False),
    (TupleValue([1]), ListValue([1], NUMBER), False),
    (TupleValue([1, True]), TupleValue([1, True]), True),
    (ListValue([], STRING), ListValue([], NUMBER), False),
    (make_set(["b", "a"], STRING), make_set(["a", "b"], STRING), True),
    (ObjectValue({"a": 1}), ObjectValue({"a": 1}), True),
    (UNKNOWN, "x", False),
    (UNKNOWN, "sg-1", ("var.x",)),
    (UNKNOWN, 5, False),
    (UNKNOWN, NULL, False),
    (UnknownValue(("var.y",)), NULL, ("var.y",)),
    (UNKNOWN, UnknownValue(("var.y",)), ("var.x", "var.y")),
    (TupleValue([UNKNOWN, 1]), TupleValue(["sg-1", 2]), ("var.x",)),
    (TupleValue([1, UNKNOWN]), TupleValue([2, "sg-1"]), False),
    (Sensitive(1, ("var.s",)), 1, ["var.s"]),
]


@pytest.mark.parametrize(("left", "right", "wanted"), EQUAL)
def test_equality(left: Value, right: Value, wanted: object) -> None:
    """Terraform's `==` compares types too, and knows what is known of unknowns. (A tuple stands for unknown, a list for sensitive.)"""
    given = equal(left, right)
    told: object = (
        given.because if isinstance(given, UnknownValue) else list(given.because) if isinstance(given, Sensitive) else given
    )
    assert told == wanted


def test_plain_values_come_back() -> None:
    """What JSON holds becomes objects and tuples and back; secrets are named, strings normalized, sets sorted."""
    plain = {"b": [1, "x", None, True], "a": {"c": 1.5}}
    assert to_plain(from_plain(plain)) == {"a": {"c": type(to_plain(from_plain(1.5)))("1.5")}, "b": [1, "x", None, True]}
    assert to_plain(Sensitive("x", ("var.s",))) == resource.Unknown(("var.s (sensitive)",))
    assert from_plain("e\u0301") == "\u00e9"
    assert to_plain(make_set([10, 9, 1], NUMBER)) == [1, 9, 10]
    assert key(True) != key(1)
