"""Functions that choose among values or sum them up: coalesce, compact, alltrue, one, sum, sort, range and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from pamlint.terraform.convert import common_type, convert
from pamlint.terraform.functions import numbers, parts
from pamlint.terraform.functions.signature import LIST_OF_STRING, MAP_OF_LISTS
from pamlint.terraform.numeric import DOUBLE, Number, NumberError, SizedInt, add, sized
from pamlint.terraform.partial import one_of, partly, ways
from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, ListType, SetType, TupleType, Type
from pamlint.terraform.unify import unify
from pamlint.terraform.values import (
    EvaluationError,
    ListValue,
    MapValue,
    Null,
    Sequence,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    is_identity,
    is_wholly_known,
    key,
    type_of,
    unknown_from,
)

_MAX_RANGE = 1024


def all_true(values: ListValue) -> Value:
    """alltrue: of none too; a false element decides, unless an unknown stands before it."""
    for item in values.items:
        if isinstance(item, UnknownValue):
            return unknown_from((values,), BOOL)
        if item is not True:
            return False
    return True


def any_true(values: ListValue) -> Value:
    """anytrue: a true element decides, whatever else is unknown."""
    if any(item is True for item in values.items):
        return True
    return unknown_from((values,), BOOL) if any(isinstance(item, UnknownValue) for item in values.items) else False


def coalesce(*values: Value) -> Value:
    """coalesce: the first that is neither null nor an empty string, as the type that all have in common.

    A value that cannot be of that type counts as null, as in Terraform.
    """
    of = common_type(values)
    if of is None:
        raise EvaluationError("the arguments have no type in common" if values else "at least one argument is needed")
    for value in values:
        try:
            converted = convert(value, of)
        except EvaluationError:
            continue
        if is_identity(converted):
            return converted
        if isinstance(converted, UnknownValue):
            either = ways(*_left(values))
            if of is STRING:
                either = tuple(way for way in either if not isinstance(way, Null) and way != "")
            return one_of(values, of, not_null=True, either=either)
        if not isinstance(converted, Null) and not (of is STRING and converted == ""):
            return converted
    raise EvaluationError("all arguments are null or empty")


def _left(values: Iterable[Value]) -> Iterator[Value]:
    """Those of which one is the first that is something: none behind one that is for sure."""
    for value in values:
        if not isinstance(value, Null) and value != "":
            yield value
        if is_identity(value) or (isinstance(value, str) and value != ""):
            return


def coalesce_list(*values: Value) -> Value:
    """coalescelist: the first that is not empty."""
    if not values:
        raise EvaluationError("at least one list is needed")
    if not any(isinstance(value, UnknownValue) for value in values):
        for value in values:
            if not isinstance(type_of(value), ListType | TupleType):
                raise EvaluationError("lists or tuples are needed")
    for value in values:
        if isinstance(value, UnknownValue):
            return one_of(values, not_null=True, either=ways(*_left(values)))
        if isinstance(value, ListValue | TupleValue) and value.items:
            return value
    raise EvaluationError("all lists are null or empty")


def compact(values: ListValue) -> Value:
    """compact: without nulls and empty strings."""
    if any(isinstance(item, UnknownValue) and not is_identity(item) for item in values.items):
        return partly((values,), parts.texts(values).items, LIST_OF_STRING, picked=values)
    return ListValue((item for item in values.items if not isinstance(item, Null) and item != ""), STRING)


def match_keys(values: ListValue, keys: ListValue, wanted: ListValue) -> Value:
    """matchkeys: the values whose key is among the wanted ones."""
    of = unify((ListType(keys.element), ListType(wanted.element)))
    if of is None:
        raise EvaluationError("keys and searched keys have no type in common")
    if len(values.items) != len(keys.items):
        raise EvaluationError("there must be as many keys as values")
    if wanted.items and not (is_wholly_known(values) and is_wholly_known(keys)):
        return unknown_from((values, keys), ListType(values.element))
    searched = cast("ListValue", convert(wanted, of))
    compared = cast("ListValue", convert(keys, of))
    if not is_wholly_known(searched):
        return unknown_from((searched,), ListType(values.element))
    members = {key(item) for item in searched.items}
    chosen = (value for value, name in zip(values.items, compared.items, strict=True) if key(name) in members)
    return ListValue(chosen, values.element)


def one(value: Value) -> Value:
    """one: the only element, or null of none."""
    if isinstance(value, SetValue) and not is_wholly_known(value) and len(value.items) > 1:
        return unknown_from((value,), value.element, not_null=False)
    if not isinstance(value, Sequence) or len(value.items) > 1:
        raise EvaluationError("a list, set or tuple with one element or none is needed")
    return value.items[0] if value.items else Null(value.element if isinstance(value, ListValue | SetValue) else ANY)


def one_type(value: Value) -> Type:
    """What one gives before the list is known."""
    of = type_of(value)
    if isinstance(of, ListType | SetType):
        return of.element
    if isinstance(of, TupleType) and len(of.elements) < 2:
        return of.elements[0] if of.elements else ANY
    raise EvaluationError("one(): a list, set or tuple with one element or none is needed")


def total(value: Value) -> Value:
    """sum: of at least one number."""
    if not isinstance(value, Sequence) or not value.items:
        raise EvaluationError("a list, set or tuple of at least one number is needed")
    if not is_wholly_known(value):
        return unknown_from((value,), NUMBER)
    if any(isinstance(item, Null) for item in value.items):
        raise EvaluationError("a null is no number")
    return numbers.total([cast("Number", convert(item, NUMBER)) for item in value.items])


def transpose(value: MapValue) -> Value:
    """transpose: which keys hold a string, for each string."""
    if not is_wholly_known(value):
        return unknown_from((value,), MAP_OF_LISTS)
    found: dict[str, list[Value]] = {}
    for name, texts in value.items.items():
        if isinstance(texts, Null) or any(isinstance(text, Null) for text in cast("ListValue", texts).items):
            raise EvaluationError("neither a list nor a string in it may be null")
        for text in cast("ListValue", texts).items:
            found.setdefault(cast("str", text), []).append(name)
    return MapValue({text: ListValue(names, STRING) for text, names in found.items()}, LIST_OF_STRING)


def sort(values: ListValue) -> Value:
    """sort: strings by code point; where one is unknown, so is what stands at any place."""
    if not is_wholly_known(values):
        return ListValue([unknown_from((values,), STRING)] * len(values.items), STRING)
    if any(isinstance(item, Null) for item in values.items):
        raise EvaluationError("a null cannot be sorted")
    return ListValue(sorted(cast("tuple[str, ...]", values.items)), STRING)


def number_range(*limits: Number) -> Value:
    """range: of 1,024 numbers at most, as in Terraform."""
    if not 1 <= len(limits) <= 3:
        raise EvaluationError("one, two or three numbers are needed")
    start, end = (sized(0, DOUBLE), limits[0]) if len(limits) == 1 else limits[:2]
    step = limits[2] if len(limits) == 3 else SizedInt(-1 if end < start else 1)
    if step == 0 and start != end:
        raise EvaluationError("the step must not be zero")
    if end != start and (end < start) != (step < 0):
        raise EvaluationError("the step leads away from the end")
    found: list[Value] = []
    number: Number = start
    while (number > end) if step < 0 else (number < end):
        if len(found) == _MAX_RANGE:
            raise EvaluationError(f"more than {_MAX_RANGE:,} numbers")
        found.append(number)
        try:
            number = add(number, step)
        except NumberError:
            raise EvaluationError("opposing infinities have no sum") from None
    return ListValue(found, NUMBER)
