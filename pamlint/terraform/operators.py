"""Terraform's operators on values: conversion of the operands, nulls, unknowns, sensitive marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pamlint.terraform import numeric
from pamlint.terraform.convert import convert
from pamlint.terraform.equality import equal
from pamlint.terraform.partial import in_both, one_of, ways
from pamlint.terraform.types import ANY, BOOL, NUMBER, Type
from pamlint.terraform.unify import unify
from pamlint.terraform.values import (
    EvaluationError,
    Null,
    UnknownValue,
    Value,
    is_wholly_known,
    key,
    mark,
    merge_marks,
    type_of,
    unknown_from,
    unmark,
)

_ARITHMETIC: dict[str, Callable[[Any, Any], Value]] = {
    "+": numeric.add,
    "-": numeric.subtract,
    "*": numeric.multiply,
    "/": numeric.divide,
    "%": numeric.modulo,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": numeric.is_less,
    ">": lambda left, right: numeric.is_less(right, left),
    "<=": lambda left, right: left == right or numeric.is_less(left, right),
    ">=": lambda left, right: left == right or numeric.is_less(right, left),
}


def binary(operator: str, left: Value, right: Value) -> Value:
    """`left operator right`; raises EvaluationError for operands that it does not take."""
    if operator in ("==", "!="):
        return _equality(operator, left, right)
    wanted = BOOL if operator in ("&&", "||") else NUMBER
    left, left_marks = _operand(left, wanted, f"the left side of {operator}")
    right, right_marks = _operand(right, wanted, f"the right side of {operator}")
    return mark(_binary(operator, left, right), merge_marks(left_marks, right_marks))


def _binary(operator: str, left: Value, right: Value) -> Value:
    if operator in ("&&", "||"):
        decides = operator == "||"
        if left is decides or right is decides:
            return decides
        if isinstance(left, UnknownValue) or isinstance(right, UnknownValue):
            return unknown_from((left, right), BOOL)
        return not decides
    compare = _COMPARISONS.get(operator)
    if isinstance(left, UnknownValue) or isinstance(right, UnknownValue):
        return unknown_from((left, right), BOOL if compare else NUMBER)
    if compare:
        return compare(left, right)
    try:
        return _ARITHMETIC[operator](left, right)
    except numeric.NumberError as error:
        raise EvaluationError(str(error)) from None


def _equality(operator: str, left: Value, right: Value) -> Value:
    answer, marks = unmark(equal(left, right))
    if operator == "!=" and isinstance(answer, bool):
        answer = not answer
    return mark(answer, marks)


def _operand(value: Value, wanted: Type, what: str) -> tuple[Value, tuple[str, ...] | None]:
    bare, marks = unmark(value)
    try:
        converted = convert(bare, wanted)
    except EvaluationError as error:
        raise EvaluationError(f"{what}: {error.message}") from None
    if isinstance(converted, Null):
        raise EvaluationError(f"{what} is null")
    return converted, marks


def unary(operator: str, operand: Value) -> Value:
    """`-operand` or `!operand`; raises EvaluationError for an operand that it does not take."""
    wanted = BOOL if operator == "!" else NUMBER
    value, marks = _operand(operand, wanted, f"the operand of {operator}")
    if isinstance(value, UnknownValue):
        return mark(unknown_from((value,), wanted), marks)
    return mark(not value if operator == "!" else numeric.negate(cast("numeric.Number", value)), marks)


def condition(value: Value, what: str) -> Value:
    """A value as the bool that a condition needs, perhaps unknown or marked; raises EvaluationError for null and what is none."""
    bare, marks = _operand(value, BOOL, what)
    return mark(bare, marks)


def choose(decision: Value, then: Value, otherwise: Value) -> Value:
    """`decision ? then : otherwise`, both arms as one type; a secret in either of them makes the result one."""
    shared = shared_type(then, otherwise)
    bare, marks = unmark(condition(decision, "the condition"))
    arms = [unmark(then)[0], unmark(otherwise)[0]]
    result = _undecided(bare, arms, shared) if isinstance(bare, UnknownValue) else convert(arms[0 if bare else 1], shared)
    return mark(result, merge_marks(marks, unmark(then)[1], unmark(otherwise)[1]))


def shared_type(then: Value, otherwise: Value) -> Type:
    """The type that both arms of a condition become; raises EvaluationError where there is none."""
    types = [type_of(arm) for arm in (then, otherwise)]
    if isinstance(unmark(then)[0], Null) and types[0] is ANY:
        return types[1]
    if isinstance(unmark(otherwise)[0], Null) and types[1] is ANY:
        return types[0]
    if ANY in types:
        return ANY
    shared = unify(types)
    if shared is None:
        raise EvaluationError("the two results of the condition have types that cannot become one")
    return shared


def _undecided(decision: UnknownValue, arms: list[Value], shared: Type) -> Value:
    """Arms that agree need no decision; else the result is unknown for the condition's reasons and their own."""
    bare = [convert(arm, shared) for arm in arms]
    if all(map(is_wholly_known, bare)) and key(bare[0]) == key(bare[1]):
        return bare[0]
    not_null = all(not isinstance(arm, Null) and (not isinstance(arm, UnknownValue) or arm.not_null) for arm in bare)
    return one_of((decision, *bare), shared, not_null=not_null, holds=in_both(*bare), either=ways(*bare))
