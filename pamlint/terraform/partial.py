"""Collections of which only a part is known: they are unknown, and say what they surely hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, SetType, Type
from pamlint.terraform.values import (
    NULL,
    Mappish,
    ObjectValue,
    Sequence,
    TupleValue,
    UnknownValue,
    Value,
    children,
    is_identity,
    key,
    mark,
    unmark,
    written,
)

MAX_WAYS = 100
"""Of a value that may be one of more than so many it is not known which they are."""
_ONE = (ANY, BOOL, NUMBER, STRING)


def held(value: Value) -> tuple[Value, ...]:
    """The elements that a list, set or tuple surely has: all of a known one."""
    bare, marks = unmark(value)
    found = bare.holds if isinstance(bare, UnknownValue) else bare
    return found.items if marks is None and isinstance(found, Sequence) else ()


def held_items(value: Value) -> Mapping[str, Value]:
    """The items that a map or object surely has."""
    bare, marks = unmark(value)
    found = bare.holds if isinstance(bare, UnknownValue) else bare
    return found.items if marks is None and isinstance(found, Mappish) else {}


def held_pairs(value: UnknownValue) -> list[tuple[Value, Value]]:
    """Keys and elements that a loop over the collection surely meets; where those of a list will stand is not known."""
    if isinstance(value.holds, ObjectValue):
        return list(value.holds.items.items())
    elements = value.holds.items if value.holds else ()
    if isinstance(value.type, SetType):
        return [(element, element) for element in elements]
    return [(UnknownValue(value.because, NUMBER, not_null=True), element) for element in elements]


def inside(*values: Value) -> tuple[tuple[str, ...], tuple[Value, ...]]:
    """Why values, or parts of them, are unknown, apart from the objects that stand in them; and these objects, each once."""
    because: dict[str, None] = {}
    like: dict[int, Value] = {}
    pending = list(reversed(values))
    while pending:
        current = pending.pop()
        bare, marks = unmark(current)
        if isinstance(bare, ObjectValue):
            like[id(bare)] = current
        elif isinstance(bare, UnknownValue):
            because |= dict.fromkeys(bare.because)
            like |= {id(unmark(item)[0]): item for item in bare.like}
        else:
            pending += reversed([mark(item, marks) for item in children(bare)])
    return tuple(because), tuple(like.values())


def one_of(
    values: Iterable[Value],
    of: Type = ANY,
    *,
    not_null: bool = False,
    holds: TupleValue | ObjectValue | None = None,
    either: tuple[Value, ...] = (),
    hangs: tuple[tuple[str, ...], ...] = (),
) -> UnknownValue:
    """What is one of several values, or made of what stands in them."""
    because, like = inside(*values)
    return UnknownValue(because, of, not_null=not_null, holds=holds, either=either, like=like, hangs=hangs)


def any_of(of: UnknownValue, type_: Type = ANY) -> UnknownValue:
    """Any element of an unknown collection, at whatever key."""
    return UnknownValue(of.because, type_, either=of.either, like=of.like)


def below(objects: Iterable[Value]) -> tuple[Value, ...]:
    """The objects that stand in what is written of these."""
    bare = map(unmark, written(objects))
    return inside(*(mark(child, marks) for item, marks in bare for child in children(item)))[1]


def partly(values: Iterable[Value], holds: Iterable[Value], of: Type = ANY, *, picked: Value | None = None) -> UnknownValue:
    """A list or set that is unknown for the reasons that values have, with the elements that it surely has.

    `picked` is what all its elements are taken from.
    """
    either = () if picked is None else picks((picked,))
    return one_of(values, of, not_null=True, holds=TupleValue(holds), either=either)


def picks(given: Iterable[Value]) -> tuple[Value, ...]:
    """What every element of a collection is one of that is made of others; there may be none."""
    return (*found, NULL) if (found := ways(*given)) else ()


def joined(given: Iterable[Value]) -> list[tuple[Value, tuple[str, ...]]]:
    """The same of a collection that has all elements of others, each with what decides whether it is there.

    What decides about one of the others says nothing of what another has.
    """
    found: list[tuple[Value, tuple[str, ...]]] = []
    for part in (inner for each in given for inner in (each.items if isinstance(each, Sequence) else (each,))):
        own = ways(part) if len(found) < MAX_WAYS else ()
        if not own:
            return []
        found += ((way, part.because if isinstance(part, UnknownValue) else ()) for way in own)
    return [*found, (NULL, ())] if 0 < len(found) <= MAX_WAYS else []


def in_both(then: Value, otherwise: Value) -> TupleValue | ObjectValue | None:
    """What two collections both have; None where that is nothing."""
    others = held_items(otherwise)
    items = {name: item for name, item in held_items(then).items() if name in others and _which(item) == _which(others[name])}
    if items:
        return ObjectValue(items)
    keys = {_which(item) for item in held(otherwise)}
    elements = [item for item in held(then) if _which(item) in keys] if keys else []
    return TupleValue(elements) if elements else None


def ways(*values: Value) -> tuple[Value, ...]:
    """What a value that is one of these is one of, or what every element of it is one of; nothing where that is too much.

    A list of just one element is that. Of others null is among the ways, for there may be none of them; a collection that is not
    known is told as a value that nobody knows.
    """
    if len(values) > MAX_WAYS:
        return ()
    found: list[Value] = []
    pending = list(reversed(values))
    while pending and len(found) <= MAX_WAYS:
        current = pending.pop()
        if isinstance(current, UnknownValue) and (current.either or current.type not in _ONE):
            found += current.either or (UnknownValue(current.because), NULL)
        elif isinstance(current, ObjectValue) and not current.typed:
            return ()
        elif isinstance(current, Sequence | Mappish):
            if len(current.items) > MAX_WAYS:
                return ()
            inside = tuple(children(current))
            pending += reversed(inside if len(inside) == 1 else (NULL, *inside))
        else:
            found.append(current)
    return tuple(found) if len(found) <= MAX_WAYS else ()


def _which(value: Value) -> Any:
    """The same for two that are one and the same value, known or not: an id is its resource's wherever it stands."""
    return value.attribute if isinstance(value, UnknownValue) and is_identity(value) else key(value)
