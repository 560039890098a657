"""Functions that convert explicitly, or make values sensitive and back."""

from __future__ import annotations

from collections.abc import Callable

from pamlint.terraform.convert import convert
from pamlint.terraform.types import BOOL, Type, friendly_name
from pamlint.terraform.values import (
    EvaluationError,
    Sensitive,
    UnknownValue,
    Value,
    mark,
    type_of,
    unknown_from,
    unmark,
)


def to(wanted: Type) -> Callable[[Value], Value]:
    """tostring, tonumber, tobool, tolist, toset, tomap"""

    def converted(value: Value) -> Value:
        try:
            return convert(value, wanted)
        except EvaluationError as error:
            raise EvaluationError(
                f"{friendly_name(type_of(value))} cannot become {friendly_name(wanted)}: {error.message}"
            ) from None

    return converted


def sensitive(value: Value) -> Value:
    """sensitive"""
    return value if isinstance(value, Sensitive) else mark(value, ("sensitive()",))


def not_sensitive(value: Value) -> Value:
    """nonsensitive: of the value itself; what stands inside stays as it is."""
    return unmark(value)[0]


def is_sensitive(value: Value) -> Value:
    """issensitive"""
    if isinstance(value, Sensitive):
        return True
    return unknown_from((value,), BOOL) if isinstance(value, UnknownValue) else False


def same(value: Value) -> Value:
    """ephemeralasnull: what is read here is never ephemeral."""
    return value
