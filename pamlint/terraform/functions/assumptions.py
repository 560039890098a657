"""OpenTofu's functions that say what an unknown value will be; of a known one they check it."""

from __future__ import annotations

from collections.abc import Callable

from pamlint.terraform.convert import convert
from pamlint.terraform.equality import equal
from pamlint.terraform.functions.signature import whole
from pamlint.terraform.numeric import Number
from pamlint.terraform.types import ANY, STRING
from pamlint.terraform.values import EvaluationError, Null, UnknownValue, Value, children, type_of, unmark_deep

_BROKEN = "the assumption does not hold"


def equals(actual: Value, expected: Value) -> Value:
    """assumeequal: what is expected, unless the actual value is known to differ."""
    if unmark_deep(equal(convert(actual, type_of(expected)), expected))[0] is False:
        raise EvaluationError(_BROKEN)
    return expected


def not_null(value: Value) -> Value:
    """assumenotnull"""
    if type_of(value) is ANY:
        raise EvaluationError("the value must have a type")
    if isinstance(value, Null):
        raise EvaluationError(_BROKEN)
    return (
        UnknownValue(value.because, value.type, not_null=True, either=value.either, like=value.like, name=value.name)
        if isinstance(value, UnknownValue)
        else value
    )


def begins_with(value: Value, prefix: str) -> Value:
    """assumestringprefix"""
    if isinstance(value, UnknownValue):
        return UnknownValue(value.because, STRING, attribute=value.attribute, prefix=prefix, not_null=True, name=value.name)
    if not isinstance(value, str) or not value.startswith(prefix):
        raise EvaluationError(_BROKEN)
    return value


def length(*, least: bool, most: bool) -> Callable[..., Value]:
    """assumelistlength and its like, with a lower bound, an upper one, or both."""

    def assumed(value: Value, *bounds: Number) -> Value:
        limits = [whole(bound, "a length") for bound in bounds]
        if isinstance(value, UnknownValue):
            return value
        if isinstance(value, Null):
            raise EvaluationError(_BROKEN)
        count = sum(1 for _ in children(value))
        if (least and count < limits[0]) or (most and count > limits[-1]):
            raise EvaluationError(_BROKEN)
        return value

    return assumed
