"""What the unknown results of functions surely hold."""

from __future__ import annotations

from pamlint.terraform.partial import held, held_items
from pamlint.terraform.types import ANY, Primitive
from pamlint.terraform.values import Null, ObjectValue, Sequence, TupleValue, UnknownValue, Value, is_identity, unmark


def elements(*lists: Value) -> TupleValue:
    """All that the lists or sets hold."""
    return TupleValue(item for given in lists for item in held(given))


def texts(given: Value) -> TupleValue:
    """What is surely neither null nor empty: texts, and ids that a provider will give."""
    return TupleValue(item for item in held(given) if is_identity(item) or _is_text(item))


def _is_text(item: Value) -> bool:
    return not isinstance(unmark(item)[0], Null | UnknownValue) and item != ""


def flat(given: Value) -> TupleValue:
    """The elements at every depth; one that is unknown may be a list of any length, so that it stands for nothing."""
    found: list[Value] = []
    pending = list(reversed(held(given)))
    while pending:
        item = pending.pop()
        bare = unmark(item)[0]
        if isinstance(bare, Sequence) or (isinstance(bare, UnknownValue) and _may_be_list(bare)):
            pending += reversed(held(item))
        else:
            found.append(item)
    return TupleValue(found)


def _may_be_list(value: UnknownValue) -> bool:
    return value.type is ANY or not isinstance(value.type, Primitive)


def merged(*given: Value) -> ObjectValue:
    """The items that nothing unknown can replace."""
    found: dict[str, Value] = {}
    for value in given:
        if isinstance(value, UnknownValue):
            found = {}
        found |= held_items(value)
    return ObjectValue(found)


def names(given: Value) -> TupleValue:
    """The keys of a map."""
    return TupleValue(held_items(given))


def values(given: Value) -> TupleValue:
    """The elements of a map."""
    return TupleValue(held_items(given).values())
