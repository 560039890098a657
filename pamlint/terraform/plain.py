"""Terraform's values in plain Python, as resources hold them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pamlint.model import resource
from pamlint.terraform.numeric import BITS, SizedDecimal, SizedInt, from_decimal, sized
from pamlint.terraform.values import (
    NULL,
    MapValue,
    Null,
    ObjectValue,
    Scalar,
    Sensitive,
    TupleValue,
    UnknownValue,
    Value,
    reasons,
    string,
)


def to_plain(value: Value) -> resource.Value:
    """The value in plain Python, as resources hold it: what is sensitive is not handed on, but named."""
    if type(value) is str:
        return value
    if isinstance(value, SizedInt | SizedDecimal):
        return sized(value, BITS)
    if isinstance(value, Scalar):
        return value
    if isinstance(value, Sensitive):
        hidden = tuple(f"{reference} (sensitive)" for reference in value.because) or ("a sensitive value",)
        return resource.Unknown(hidden, name=_name(value.value))
    if isinstance(value, UnknownValue):
        either = tuple(to_plain(each) for each in value.either)
        unknown = resource.Unknown(reasons(value), value.attribute, value.prefix, value.name, either, value.hangs)
        held = value.holds.items if isinstance(value.holds, TupleValue) else ()
        return [*map(to_plain, held), unknown] if held else unknown
    if isinstance(value, MapValue | ObjectValue):
        return {name: to_plain(item) for name, item in value.items.items()}
    if isinstance(value, Null):
        return None
    return [to_plain(item) for item in value.items]


def _name(hidden: Value) -> str:
    if not isinstance(hidden, UnknownValue):
        return ""
    return ".".join(hidden.attribute) if hidden.attribute is not None else hidden.name


def from_plain(plain: Any) -> Value:
    """A value of what JSON or YAML holds: dicts become objects, lists tuples, floats the decimal that they show."""
    if isinstance(plain, str):
        return string(plain)
    if plain is None:
        return NULL
    if isinstance(plain, bool | int):
        return plain
    if isinstance(plain, float | Decimal):
        return from_decimal(Decimal(str(plain)))
    if isinstance(plain, resource.Unknown):
        return UnknownValue(plain.because, attribute=plain.attribute, prefix=plain.prefix, name=plain.name)
    if isinstance(plain, Mapping):
        return ObjectValue({string(str(name)): from_plain(item) for name, item in plain.items()})
    return TupleValue(map(from_plain, plain))
