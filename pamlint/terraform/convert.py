"""Conversion between types, as go-cty does it wherever Terraform wants another type than it has."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import cast

from pamlint.terraform.numeric import NumberError, parse_number, show_number
from pamlint.terraform.types import (
    ANY,
    NUMBER,
    STRING,
    CollectionType,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
    has_any,
    has_set,
    without_optional,
)
from pamlint.terraform.unify import convertible, mismatch, refill, unify
from pamlint.terraform.values import (
    EvaluationError,
    ListValue,
    Mappish,
    MapValue,
    Null,
    ObjectValue,
    Sensitive,
    Sequence,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    children,
    is_wholly_known,
    make_set,
    mark,
    type_of,
    unknown_from,
)


def convert(value: Value, wanted: Type) -> Value:
    """The value as one of the wanted type; raises EvaluationError where Terraform does.

    Unknowns keep their reasons, sensitive parts their marks. Attributes that the wanted object type does not have are dropped,
    optional ones that are absent become null.
    """
    if wanted is ANY:
        return value
    given = type_of(value)
    if given is wanted or given == without_optional(wanted):
        return value
    if not convertible(given, wanted, unsafe=True):
        raise EvaluationError(mismatch(given, wanted))
    return _convert(value, wanted)


def _convert(value: Value, wanted: Type) -> Value:
    if isinstance(wanted, Primitive) and wanted is ANY:
        return value
    if isinstance(value, Sensitive):
        return mark(_convert(value.value, wanted), value.because)
    if isinstance(value, UnknownValue):
        return _convert_unknown(value, wanted)
    if isinstance(value, Null):
        return Null(refill(value.type, without_optional(wanted)))
    if isinstance(wanted, Primitive):
        return _convert_primitive(value, wanted)
    if isinstance(wanted, ObjectType | MapType) and isinstance(value, Mappish):
        return _to_object(value, wanted) if isinstance(wanted, ObjectType) else _to_map(value, wanted)
    if isinstance(wanted, TupleType) and isinstance(value, TupleValue) and len(value.items) == len(wanted.elements):
        return TupleValue(map(_convert, value.items, wanted.elements))
    if isinstance(wanted, ListType | SetType) and isinstance(value, Sequence):
        return _to_list_or_set(value, wanted)
    raise EvaluationError(mismatch(type_of(value), wanted))


def _convert_unknown(value: UnknownValue, wanted: Type) -> UnknownValue:
    of = refill(value.type, without_optional(wanted))
    if of == value.type:
        return value
    prefix = value.prefix if of is STRING else ""
    holds = value.holds and _convert_held(value.holds, of)
    if has_set(value.type):  # what stands at a place is another thing once elements were sorted
        return UnknownValue(
            value.because, of, prefix=prefix, not_null=value.not_null, holds=holds, either=value.either, like=value.like
        )
    return UnknownValue(
        value.because,
        of,
        attribute=value.attribute,
        prefix=prefix,
        not_null=value.not_null,
        holds=holds,
        either=value.either,
        like=value.like,
        name=value.name,
    )


def _convert_held(holds: TupleValue | ObjectValue, wanted: Type) -> TupleValue | ObjectValue | None:
    if isinstance(holds, TupleValue) and isinstance(wanted, ListType | SetType):
        return TupleValue(convert(item, wanted.element) for item in holds.items)
    if isinstance(holds, ObjectValue) and isinstance(wanted, MapType):
        return ObjectValue({name: convert(item, wanted.element) for name, item in holds.items.items()})
    return holds if wanted is ANY else None


def _convert_primitive(value: Value, wanted: Primitive) -> Value:
    if wanted is STRING:
        return to_string(value)
    if type(value) is not str:
        if type_of(value) == wanted:
            return value
        raise EvaluationError(f"{wanted.name} required")
    if wanted is NUMBER:
        return to_number(value)
    return to_bool(value)


def to_string(value: Value) -> str:
    """A known string, number or bool as Terraform writes it into strings."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return show_number(value)
    raise EvaluationError("string required")


def to_number(text: str) -> int | Decimal:
    """The number that a string spells."""
    try:
        return parse_number(text)
    except NumberError as error:
        raise EvaluationError(str(error)) from None


def to_bool(text: str) -> bool:
    """The bool that a string spells: only `true`, `false`, `1` and `0` do."""
    if text in ("true", "1"):
        return True
    if text in ("false", "0"):
        return False
    if text.lower() in ("true", "false"):
        raise EvaluationError(f'a bool is required; to convert from string, use lowercase "{text.lower()}"')
    raise EvaluationError("a bool is required")


def _to_object(value: Mappish, wanted: ObjectType) -> Value:
    items: dict[str, Value] = {}
    for name, of in wanted.attributes.items():
        if name in value.items:
            given = value.items[name]
            if isinstance(value, MapValue) and not convertible(type_of(given), of, unsafe=True):
                raise EvaluationError(f'map element type is incompatible with attribute "{name}": {mismatch(type_of(given), of)}')
            items[name] = _convert(given, of)
        elif name in wanted.optional:
            items[name] = Null(without_optional(of))
        else:
            raise EvaluationError(f'map has no element for required attribute "{name}"')
    return ObjectValue(items)


def _to_map(value: Mappish, wanted: MapType) -> Value:
    element = _element_type(value, wanted)
    converted = {name: _convert(item, element) for name, item in value.items.items()}
    shared = _shared_type(converted.values(), element, value)
    items = converted if shared is element else {name: _convert(item, shared) for name, item in converted.items()}
    return MapValue(items, without_optional(shared))


def _to_list_or_set(value: Sequence, wanted: ListType | SetType) -> Value:
    if isinstance(value, SetValue) and isinstance(wanted, ListType) and not is_wholly_known(value):
        return unknown_from((value,), ListType(value.element))
    element = _element_type(value, wanted)
    converted = [_convert(item, element) for item in value.items]
    shared = _shared_type(converted, element, value)
    items = [_convert(item, shared) for item in converted]
    return (
        ListValue(items, without_optional(shared)) if isinstance(wanted, ListType) else make_set(items, without_optional(shared))
    )


def _element_type(value: Sequence | Mappish, wanted: CollectionType) -> Type:
    """What the elements become; where any type will do, what they have in common."""
    if wanted.element is not ANY:
        return wanted.element
    if isinstance(value, ListValue | SetValue | MapValue):
        return value.element
    return unify(map(type_of, children(value))) or ANY


def _shared_type(items: Iterable[Value], element: Type, source: Sequence | Mappish) -> Type:
    """Elements that were converted to a type with `any` inside may still differ, and must agree."""
    if not has_any(element):
        return element
    types = list(dict.fromkeys(map(type_of, items)))
    if not types:
        return refill(source.element, element) if isinstance(source, ListValue | SetValue | MapValue) else element
    shared = unify(types)
    if shared is ANY:
        typed = [of for of in types if of is not ANY]
        shared = None if len(typed) > 1 else typed[0] if typed else ANY
    if shared is None:
        raise EvaluationError("all elements must have the same type")
    return shared


def object_key(value: Value) -> str:
    """The name that a value gives to an attribute or element."""
    if isinstance(value, Null):
        raise EvaluationError("a key is null")
    return cast("str", convert(value, STRING))


def common_type(values: Iterable[Value]) -> Type | None:
    """The type that all values convert to; None where there is none."""
    return unify(map(type_of, values))


def convert_all(values: Iterable[Value]) -> tuple[tuple[Value, ...], Type]:
    """The values as ones of their common type, and that type; raises EvaluationError where there is none."""
    given = tuple(values)
    shared = common_type(given)
    if shared is None:
        raise EvaluationError("all elements must have the same type")
    return tuple(convert(value, shared) for value in given), shared
