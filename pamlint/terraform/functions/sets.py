"""Set functions; lists and tuples become sets first."""

from __future__ import annotations

from typing import cast

from pamlint.terraform.convert import convert
from pamlint.terraform.functions.signature import MAX_ITEMS, check_items
from pamlint.terraform.types import ANY, ListType, SetType, TupleType, Type
from pamlint.terraform.unify import unify
from pamlint.terraform.values import (
    EvaluationError,
    ListValue,
    Sequence,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    is_wholly_known,
    key,
    make_set,
    type_of,
    unknown_from,
)

_NOTHING_IN_COMMON = "the sets have no element type in common"


def union(*sets: Value) -> Value:
    """setunion: also of sets with unknown elements."""
    ready, of = _together(sets)
    check_items(sum(len(given.items) for given in ready), "setunion")
    return make_set((item for given in ready for item in given.items), of.element)


def intersection(*sets: Value) -> Value:
    """setintersection"""
    ready, of = _together(sets)
    if not all(map(is_wholly_known, ready)):
        return unknown_from(ready, of)
    shared = set.intersection(*({key(item) for item in given.items} for given in ready))
    return make_set((item for item in ready[0].items if key(item) in shared), of.element)


def difference(left: Value, right: Value) -> Value:
    """setsubtract"""
    ready, of = _together((left, right))
    if not all(map(is_wholly_known, ready)):
        return unknown_from(ready, of)
    without = {key(item) for item in ready[1].items}
    return make_set((item for item in ready[0].items if key(item) not in without), of.element)


def _together(sets: tuple[Value, ...]) -> tuple[list[SetValue], SetType]:
    of = common_set(*sets)
    ready = [cast("SetValue", convert(given, of)) for given in sets]
    if len({given.element for given in ready}) > 1 and all(map(is_wholly_known, ready)):
        raise EvaluationError(_NOTHING_IN_COMMON)
    return ready, of


def common_set(*sets: Value) -> SetType:
    """The set type that all sets convert to; what an untyped empty set holds does not count."""
    types = [cast("SetType", type_of(given)).element for given in sets if not _is_empty_untyped(given)]
    shared = unify(types) if types else ANY
    if shared is None:
        raise EvaluationError(_NOTHING_IN_COMMON)
    return SetType(shared)


def _is_empty_untyped(given: Value) -> bool:
    return isinstance(given, SetValue) and not given.items and given.element is ANY


def product(*sets: Value) -> Value:
    """setproduct: in order if no set is among the arguments; nothing is built beyond the limit."""
    of = product_type(*sets)
    if any(_unknown_length(given) for given in sets):
        return unknown_from(sets, of)
    known = cast("tuple[Sequence, ...]", sets)
    total = len(known)
    for given in known:
        total *= len(given.items)
        if total == 0:  # then nobody asks what the other elements have in common
            return ListValue((), of.element) if isinstance(of, ListType) else make_set((), of.element)
    check_items(min(total, MAX_ITEMS + 1), "setproduct")
    parts = cast("TupleType", of.element).elements
    columns = [_column(given, part) for given, part in zip(known, parts, strict=True)]
    rows: list[tuple[Value, ...]] = [()]
    for column in columns:
        rows = [(*row, item) for row in rows for item in column]
    pairs = map(TupleValue, rows)
    return ListValue(pairs, of.element) if isinstance(of, ListType) else make_set(pairs, of.element)


def _column(given: Sequence, wanted: Type) -> list[Value]:
    items = [convert(item, wanted) for item in given.items]
    if wanted is ANY and len({type_of(item) for item in items if not isinstance(item, UnknownValue)}) > 1:
        raise EvaluationError("the elements have no type in common")
    return items


def _unknown_length(given: Value) -> bool:
    if isinstance(given, SetValue):
        return not is_wholly_known(given) and len(given.items) > 1
    return isinstance(given, UnknownValue)


def product_type(*sets: Value) -> ListType | SetType:
    """What setproduct gives before the sets are known."""
    if len(sets) < 2:
        raise EvaluationError("setproduct() takes at least 2 arguments")
    types = [type_of(given) for given in sets]
    elements = TupleType(tuple(map(_element, types)))
    return SetType(elements) if any(isinstance(of, SetType) for of in types) else ListType(elements)


def _element(of: Type) -> Type:
    if isinstance(of, SetType | ListType):
        return of.element
    if isinstance(of, TupleType):
        shared = unify(of.elements) if of.elements else ANY
        if shared is None:
            raise EvaluationError("the elements have no type in common")
        return shared
    if of is ANY:
        return ANY
    raise EvaluationError("a set or list is needed")
