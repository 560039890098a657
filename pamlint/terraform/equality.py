"""Terraform's `==`: types must be the same, nulls are equal whatever their type, and what hangs on an unknown is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import cast

from pamlint.terraform.types import BOOL, Type, conforms, has_any
from pamlint.terraform.values import (
    Mappish,
    Null,
    Sensitive,
    Sequence,
    SetValue,
    UnknownValue,
    Value,
    key,
    mark,
    merge_marks,
    type_of,
    unknown_from,
    unmark_deep,
    walk,
)

_PLAIN = (str, int, bool)


def equal(left: Value, right: Value) -> bool | UnknownValue | Sensitive:
    """`left == right`, a bool, or unknown for the reasons of both; sensitive if a part of either is."""
    if type(left) is type(right) in _PLAIN:
        return left == right
    bare_left, left_marks = unmark_deep(left)
    bare_right, right_marks = unmark_deep(right)
    answer = _equal(bare_left, bare_right)
    result: Value = unknown_from((bare_left, bare_right), BOOL) if answer is None else answer
    return cast("bool | UnknownValue | Sensitive", mark(result, merge_marks(left_marks, right_marks)))


def _equal(left: Value, right: Value, alike: bool = False) -> bool | None:
    """None: not known. `alike` says that the types are the same, as those of what the two stand in."""
    if isinstance(left, UnknownValue) or isinstance(right, UnknownValue):
        return None if _may_be_equal(left, right) else False
    if isinstance(left, Null) or isinstance(right, Null):
        return isinstance(left, Null) and isinstance(right, Null)
    if not alike:
        left_type, right_type = type_of(left), type_of(right)
        if _holds_untyped_unknown(left, left_type) or _holds_untyped_unknown(right, right_type):
            return None if conforms(left_type, right_type) else False
        if left_type != right_type:
            return False
        alike = not has_any(left_type)
    if isinstance(left, SetValue):
        return _equal_sets(left, cast("SetValue", right))
    if isinstance(left, Mappish):
        others = cast("Mappish", right).items
        if left.items.keys() != others.keys():
            return False
        return _all_equal(((item, others[name]) for name, item in left.items.items()), alike)
    if isinstance(left, Sequence):
        others_in_order = cast("Sequence", right).items
        return len(left.items) == len(others_in_order) and _all_equal(zip(left.items, others_in_order, strict=True), alike)
    return bool(left == right)


def _all_equal(pairs: Iterable[tuple[Value, Value]], alike: bool) -> bool | None:
    for left, right in pairs:
        answer = _equal(left, right, alike)
        if answer is not True:
            return answer
    return True


def _equal_sets(left: SetValue, right: SetValue) -> bool | None:
    if any(isinstance(item, UnknownValue) for item in chain(left.items, right.items)):
        return None
    return {key(item) for item in left.items} == {key(item) for item in right.items}


def _holds_untyped_unknown(value: Value, of: Type) -> bool:
    return has_any(of) and any(isinstance(part, UnknownValue) and has_any(part.type) for part in walk(value))


def _may_be_equal(left: Value, right: Value) -> bool:
    unknown, other = (left, right) if isinstance(left, UnknownValue) else (right, left)
    unknown = cast("UnknownValue", unknown)
    if isinstance(other, Null):
        return not unknown.not_null
    if isinstance(other, UnknownValue):
        return True
    if isinstance(other, str) and unknown.prefix and not other.startswith(unknown.prefix):
        return False
    return conforms(type_of(other), unknown.type)
