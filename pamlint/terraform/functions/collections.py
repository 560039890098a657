"""Functions of lists, tuples, maps and objects that keep or choose elements."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import takewhile
from typing import cast

from pamlint.terraform.convert import convert
from pamlint.terraform.equality import equal
from pamlint.terraform.functions import parts
from pamlint.terraform.functions.signature import check_items, whole
from pamlint.terraform.graphemes import cluster_count
from pamlint.terraform.numeric import Number
from pamlint.terraform.partial import any_of, one_of, partly, picks, ways
from pamlint.terraform.types import (
    ANY,
    BOOL,
    EMPTY_TUPLE,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    SetType,
    TupleType,
    Type,
    friendly_name,
)
from pamlint.terraform.unify import unify
from pamlint.terraform.values import (
    EvaluationError,
    ListValue,
    Mappish,
    MapValue,
    Null,
    ObjectValue,
    Sequence,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    children,
    is_wholly_known,
    mark,
    merge_marks,
    type_of,
    unknown_from,
    unmark,
)
from pamlint.terraform.values import key as identity


def length(value: Value) -> Value:
    """length: of strings in characters as a reader counts them; known also of what has unknown elements, sets aside."""
    of = type_of(value)
    if isinstance(of, TupleType):
        return len(of.elements)
    if isinstance(of, ObjectType):
        return len(of.attributes)
    if isinstance(value, UnknownValue):
        if of in (NUMBER, BOOL):
            raise EvaluationError("a string or a collection is needed")
        return unknown_from((value,), NUMBER)
    if isinstance(value, str):
        return cluster_count(value)
    if isinstance(value, ListValue | MapValue):
        return len(value.items)
    if isinstance(value, SetValue):
        return len(value.items) if is_wholly_known(value) or len(value.items) == 1 else unknown_from((value,), NUMBER)
    raise EvaluationError("a string or a collection is needed")


def element(values: Value, place: Number) -> Value:
    """element: places beyond either end wrap round, but in no tuple before the first."""
    if not isinstance(values, ListValue | TupleValue):
        raise EvaluationError(f"a list or tuple is needed, not {friendly_name(type_of(values))}")
    index = whole(place, "the index")
    if not values.items:
        raise EvaluationError("an empty list has no elements")
    if index < 0 and index % len(values.items) and isinstance(values, TupleValue):
        raise EvaluationError("the index is negative")
    return values.items[index % len(values.items)]


def element_type(values: Value, place: Value) -> Type:
    """What element gives before all is known."""
    of = type_of(values)
    if isinstance(of, ListType):
        return of.element
    if isinstance(of, TupleType) and isinstance(place, int) and of.elements:
        return of.elements[place % len(of.elements)]
    if isinstance(of, TupleType) and isinstance(place, UnknownValue):
        return ANY
    raise EvaluationError("element(): a list or tuple with elements is needed")


def index(values: Value, wanted: Value) -> Value:
    """index: the first place of a value."""
    if not isinstance(values, ListValue | TupleValue):
        raise EvaluationError("a list or tuple is needed")
    for place, item in enumerate(values.items):
        same = equal(item, wanted)
        if isinstance(same, UnknownValue):
            return unknown_from((values, wanted), NUMBER)
        if same is True:
            return place
    raise EvaluationError("the list does not hold the value")


def contains(values: Value, wanted: Value) -> Value:
    """contains: known to be true as soon as one element is the value."""
    if not isinstance(values, Sequence):
        raise EvaluationError("a list, tuple or set is needed")
    answers = [equal(wanted, item) for item in values.items]
    if any(answer is True for answer in answers):
        return True
    return unknown_from((values, wanted), BOOL) if any(isinstance(answer, UnknownValue) for answer in answers) else False


def distinct(values: ListValue) -> Value:
    """distinct"""
    if not is_wholly_known(values):
        sure = [item for item in values.items if is_wholly_known(item)]
        return partly((values,), sure, ListType(values.element), picked=values)
    first: dict[Hashable, Value] = {}
    for item in values.items:
        first.setdefault(identity(item), item)
    return ListValue(first.values(), values.element)


def chunks(values: ListValue, size: Number) -> Value:
    """chunklist: one chunk where the size is zero."""
    count = whole(size, "the size")
    if count < 0:
        raise EvaluationError("the size must not be negative")
    step = count or max(1, len(values.items))
    pieces = [ListValue(values.items[at : at + step], values.element) for at in range(0, len(values.items), step)]
    return ListValue(pieces, ListType(values.element))


def flatten(value: Value) -> Value:
    """flatten: known elements and their order, as long as it is known which are lists."""
    if not isinstance(value, Sequence):
        raise EvaluationError("a list, set or tuple is needed")
    marks: list[tuple[str, ...] | None] = []
    items = _flat(value, marks, [])
    if items is None:
        return mark(partly((value,), parts.flat(value).items, picked=value), merge_marks(*marks))
    return mark(TupleValue(items), merge_marks(*marks))


def _flat(value: Sequence, marks: list[tuple[str, ...] | None], found: list[Value]) -> list[Value] | None:
    if isinstance(value, SetValue) and not is_wholly_known(value) and len(value.items) > 1:
        return None
    known = True
    for marked in value.items:
        item, because = unmark(marked)
        if isinstance(item, Sequence):
            marks.append(because)
            known = _flat(item, marks, found) is not None and known
        elif isinstance(item, UnknownValue) and (item.type is ANY or isinstance(item.type, ListType | SetType | TupleType)):
            known = False
        else:
            found.append(marked)
            check_items(len(found), "flatten")
    return found if known else None


def keys(value: Value) -> Value:
    """keys: of objects also while their attributes are not known."""
    of = type_of(value)
    if isinstance(of, ObjectType):
        return TupleValue(sorted(of.attributes))
    if isinstance(value, MapValue):
        return ListValue(value.items, STRING)
    if isinstance(value, UnknownValue) and (of is ANY or isinstance(of, MapType)):
        return partly((value,), parts.names(value).items, ListType(STRING) if isinstance(of, MapType) else ANY)
    raise EvaluationError("a map or object is needed")


def values(value: Value) -> Value:
    """values: sorted by their keys."""
    if isinstance(value, MapValue):
        return ListValue(value.items.values(), value.element)
    if isinstance(value, ObjectValue):
        return TupleValue(value.items.values())
    raise EvaluationError("a map or object is needed")


def values_type(value: Value) -> Type:
    """What values gives before the map is known."""
    of = type_of(value)
    if isinstance(of, MapType):
        return ListType(of.element)
    if isinstance(of, ObjectType):
        return TupleType(tuple(of.attributes[name] for name in sorted(of.attributes)))
    raise EvaluationError("values(): a map or object is needed")


def lookup(value: Value, key: Value, *default: Value) -> Value:
    """lookup: elements as they are, a default as the map's element type. In an empty map no key finds anything."""
    if len(default) > 1:
        raise EvaluationError("two or three arguments are needed")
    of = type_of(value)
    if isinstance(value, UnknownValue) and of is ANY:
        return one_of((value, key, *default))
    if not isinstance(of, MapType | ObjectType):
        raise EvaluationError("a map or object is needed")
    wanted = _lookup_type(of, key, default)
    if isinstance(value, Mappish) and not value.items and default:
        return convert(default[0], wanted)
    if isinstance(value, UnknownValue) or isinstance(key, UnknownValue):
        inside = value.items.values() if isinstance(value, Mappish) else (value,)
        return one_of((*inside, key, *default), wanted, either=ways(*inside, *default))
    items = cast("Mappish", value).items
    if key in items:
        return items[cast("str", key)]
    if not default:
        raise EvaluationError(f'there is no element "{key}"')
    return convert(default[0], wanted)


def _lookup_type(of: MapType | ObjectType, key: Value, default: tuple[Value, ...]) -> Type:
    if isinstance(of, MapType):
        if default:
            convert(default[0], of.element)
        return of.element
    if not isinstance(key, str):
        return ANY
    return of.attributes[key] if key in of.attributes else type_of(default[0]) if default else ANY


def merge(*given: Value) -> Value:
    """merge: one map if all are maps of one type, else an object."""
    types = [type_of(value) for value in given]
    for of in takewhile(lambda of: of is not ANY, types):
        if not isinstance(of, MapType | ObjectType):
            raise EvaluationError(f"maps or objects are needed, not {friendly_name(of)}")
    shared = types[0] if len(set(types)) == 1 else ANY
    if any(isinstance(value, UnknownValue) for value in given):
        return one_of(given, shared, not_null=True, holds=parts.merged(*given), either=picks(given))
    items: dict[str, Value] = {}
    for value in given:
        if isinstance(value, Mappish):
            items.update(value.items)
        elif not isinstance(value, Null) and any(True for _ in children(value)):
            raise EvaluationError(f"maps or objects are needed, not {friendly_name(type_of(value))}")
    check_items(len(items), "merge")
    return MapValue(items, shared.element) if isinstance(shared, MapType) else ObjectValue(items)


def reverse(value: Value) -> Value:
    """reverse"""
    if isinstance(value, TupleValue):
        return TupleValue(reversed(value.items))
    if isinstance(value, ListValue | SetValue):
        return ListValue(reversed(value.items), value.element)
    raise EvaluationError("a list or tuple is needed")


def reverse_type(value: Value) -> Type:
    """What reverse gives before the list is known."""
    of = type_of(value)
    if isinstance(of, TupleType):
        return TupleType(of.elements[::-1])
    if isinstance(of, ListType | SetType):
        return ListType(of.element)
    raise EvaluationError("reverse(): a list or tuple is needed")


def cut(value: Value, start: Number, end: Number) -> Value:
    """slice: from start up to, not with, end. Of a list that is not known, it is known how many elements come out."""
    if not isinstance(value, ListValue | TupleValue | UnknownValue):
        raise EvaluationError("a list or tuple is needed")
    first, last = whole(start, "the start"), whole(end, "the end")
    if isinstance(value, UnknownValue):
        return _cut_unknown(value, first, last)
    if not 0 <= first <= last <= len(value.items):
        raise EvaluationError(f"{first} to {last} does not lie within a list of {len(value.items)}")
    items = value.items[first:last]
    return ListValue(items, value.element) if isinstance(value, ListValue) else TupleValue(items)


def _cut_unknown(value: UnknownValue, first: int, last: int) -> Value:
    if not 0 <= first <= last:
        raise EvaluationError(f"{first} to {last} does not lie within any list")
    check_items(last - first, "slice")
    of = cut_type(value, first, last)
    if isinstance(of, TupleType):
        return TupleValue(any_of(value, element) for element in of.elements)
    element = of.element if isinstance(of, ListType) else ANY
    return ListValue((any_of(value, element) for _ in range(first, last)), element)


def cut_type(value: Value, start: Value, end: Value) -> Type:
    """What slice gives before all is known."""
    of = type_of(value)
    if isinstance(of, ListType):
        return of
    if isinstance(of, TupleType) and isinstance(start, int) and isinstance(end, int) and 0 <= start <= end:
        return TupleType(of.elements[start:end])
    return ANY


def zip_to_map(names: ListValue, values: Value) -> Value:
    """zipmap: a map of a list, an object of a tuple."""
    if not isinstance(values, ListValue | TupleValue):
        raise EvaluationError("the values must be a list or tuple")
    if not is_wholly_known(names):
        return unknown_from((names, values), zip_type(names, values))
    if len(names.items) != len(values.items):
        raise EvaluationError(f"{len(names.items)} keys do not go with {len(values.items)} values")
    if any(isinstance(name, Null) for name in names.items):
        raise EvaluationError("a key must not be null")
    pairs = [(unmark(name), item) for name, item in zip(names.items, values.items, strict=True)]
    items = {cast("str", name): item for (name, _), item in pairs}
    made = MapValue(items, values.element) if isinstance(values, ListValue) else ObjectValue(items)
    return mark(made, merge_marks(*(because for (_, because), _ in pairs)))


def zip_type(names: Value, values: Value) -> Type:
    """What zipmap gives before all is known."""
    del names
    of = type_of(values)
    return MapType(of.element) if isinstance(of, ListType) else ANY


def concat(*lists: Value) -> Value:
    """concat: a list if all are lists with a common type, else a tuple."""
    if not lists:
        raise EvaluationError("at least one list is needed")
    for given in lists:
        if not isinstance(given, ListValue | TupleValue):
            raise EvaluationError(f"lists or tuples are needed, not {friendly_name(type_of(given))}")
    known = cast("tuple[ListValue | TupleValue, ...]", lists)
    check_items(sum(len(given.items) for given in known), "concat")
    of = concat_type(*lists)
    if isinstance(of, ListType):
        return ListValue((item for given in known for item in cast("ListValue", convert(given, of)).items), of.element)
    return TupleValue(item for given in known for item in given.items)


def concat_type(*lists: Value) -> Type:
    """What concat gives before the lists are known."""
    types = [type_of(given) for given in lists]
    if all(isinstance(of, ListType) for of in types):
        return unify(types) or ANY
    if any(not isinstance(of, TupleType) for of in types):
        return ANY
    return TupleType(tuple(part for of in types for part in cast("TupleType", of).elements)) if types else EMPTY_TUPLE
