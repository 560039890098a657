"""Terraform's values.

Strings are str (in Unicode's normal form C), numbers int or Decimal or a sized one of these (see numeric.py), booleans bool;
everything else is a small class of this module. Nothing mutates. Beware of Python's `True == 1`: compare with `equal`, or by
`key`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from pamlint.terraform.numeric import SizedDecimal, SizedInt, exact
from pamlint.terraform.types import (
    ANY,
    BOOL,
    EMPTY_OBJECT,
    EMPTY_TUPLE,
    NUMBER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
)


class EvaluationError(Exception):
    """An expression has no value: Terraform would refuse it. The evaluator adds where it stands."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LimitReached(EvaluationError):  # noqa: N818
    """A value would be larger than pamlint builds; it is not known, and `what` names the limit."""

    def __init__(self, what: str) -> None:
        super().__init__(f"too large to evaluate: {what}")
        self.what = what


class Null:
    """The null of a type; NULL is the null that a literal `null` is."""

    __slots__ = ("type",)

    def __init__(self, of: Type = ANY) -> None:
        self.type = of

    def __repr__(self) -> str:
        return f"Null({self.type})"


NULL = Null()


class UnknownValue:
    """A value that is not known. `because`, `attribute`, `prefix` and `name` are those of `pamlint.model.resource.Unknown`.

    `not_null` says that it is no null, whatever it turns out to be; `holds` what a collection surely has, among other things;
    `pieces` what a string is put together of, in order: known texts and unknown strings; `either` what it is one of, or every
    element of it, where that is known; `like` the objects that it, or what stands in it at any depth, may be one of; `hangs`, for
    each of `either`, the references that decide whether it is among the elements, where not all decide about each.
    """

    __slots__ = ("attribute", "because", "either", "hangs", "holds", "like", "name", "not_null", "pieces", "prefix", "type")

    def __init__(
        self,
        because: tuple[str, ...],
        of: Type = ANY,
        *,
        attribute: tuple[str, str] | None = None,
        prefix: str = "",
        not_null: bool = False,
        holds: TupleValue | ObjectValue | None = None,
        pieces: tuple[str | UnknownValue, ...] = (),
        either: tuple[Value, ...] = (),
        like: tuple[Value, ...] = (),
        name: str = "",
        hangs: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        self.because = because
        self.either = either
        self.hangs = hangs
        self.holds = holds
        self.like = like
        self.pieces = pieces
        self.type = of
        self.attribute = attribute
        self.name = name
        self.prefix = prefix
        self.not_null = not_null or bool(prefix)

    def __repr__(self) -> str:
        return f"UnknownValue({self.because}, {self.type}, prefix={self.prefix!r})"


class Sensitive:
    """A value that must not be shown, with the references that made it so. Never stands directly inside another."""

    __slots__ = ("because", "value")

    def __init__(self, value: Value, because: tuple[str, ...]) -> None:
        self.value = value
        self.because = because


class ListValue:
    """`list(element)`"""

    __slots__ = ("element", "items")

    def __init__(self, items: Iterable[Value], element: Type) -> None:
        self.items: tuple[Value, ...] = tuple(items)
        self.element = element

    def __repr__(self) -> str:
        return f"ListValue({self.items}, {self.element})"


class SetValue:
    """`set(element)`: items in Terraform's order, each once. Made by `make_set`."""

    __slots__ = ("element", "items")

    def __init__(self, items: tuple[Value, ...], element: Type) -> None:
        self.items = items
        self.element = element

    def __repr__(self) -> str:
        return f"SetValue({self.items}, {self.element})"


class TupleValue:
    """What `[...]` and a `for` in brackets make."""

    __slots__ = ("items",)

    def __init__(self, items: Iterable[Value]) -> None:
        self.items: tuple[Value, ...] = tuple(items)

    def __repr__(self) -> str:
        return f"TupleValue({self.items})"


class MapValue:
    """`map(element)`: items are sorted by key."""

    __slots__ = ("element", "items")

    def __init__(self, items: Mapping[str, Value], element: Type) -> None:
        self.items = dict(sorted(items.items())) if len(items) > 1 else dict(items)
        self.element = element

    def __repr__(self) -> str:
        return f"MapValue({self.items}, {self.element})"


class ObjectValue:
    """What `{...}` and a `for` in braces make: items are sorted by name."""

    __slots__ = ("items",)
    typed = True
    """Whether its items are all that it has."""

    def __init__(self, items: Mapping[str, Value]) -> None:
        self.items = dict(sorted(items.items())) if len(items) > 1 else dict(items)

    def __repr__(self) -> str:
        return f"ObjectValue({self.items})"


Sequence = ListValue | SetValue | TupleValue
Mappish = MapValue | ObjectValue
Scalar = str | int | Decimal | bool
Value = Scalar | Null | UnknownValue | Sensitive | ListValue | SetValue | TupleValue | MapValue | ObjectValue

_NUMBERS = dict.fromkeys((int, Decimal, SizedInt, SizedDecimal), NUMBER)
_SCALAR_TYPES: dict[type, Primitive] = {str: STRING, bool: BOOL, **_NUMBERS}


def type_of(value: Value) -> Type:
    """The value's own type; ANY for the literal null, what is wholly unknown, and a resource, which has more than is set."""
    scalar = _SCALAR_TYPES.get(type(value))
    if scalar is not None:
        return scalar
    if isinstance(value, TupleValue):
        return TupleType(tuple(map(type_of, value.items))) if value.items else EMPTY_TUPLE
    if isinstance(value, ObjectValue):
        if not value.typed:
            return ANY
        return ObjectType({name: type_of(item) for name, item in value.items.items()}) if value.items else EMPTY_OBJECT
    if isinstance(value, ListValue):
        return ListType(value.element)
    if isinstance(value, MapValue):
        return MapType(value.element)
    if isinstance(value, SetValue):
        return SetType(value.element)
    if isinstance(value, Sensitive):
        return type_of(value.value)
    return cast("Null | UnknownValue", value).type


def string(text: str) -> str:
    """Text as Terraform keeps it: every string that comes from outside passes through here."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text)


def children(value: Value) -> Iterator[Value]:
    """The values directly inside, in order."""
    if isinstance(value, Sequence):
        yield from value.items
    elif isinstance(value, Mappish):
        yield from value.items.values()
    elif isinstance(value, Sensitive):
        yield value.value


def walk(value: Value) -> Iterator[Value]:
    """The value and all inside it."""
    pending = [value]
    while pending:
        current = pending.pop()
        yield current
        if type(current) not in _SCALAR_TYPES:
            pending.extend(reversed(tuple(children(current))))


def is_wholly_known(value: Value) -> bool:
    """Whether no unknown stands anywhere inside."""
    return type(value) in _SCALAR_TYPES or not any(isinstance(part, UnknownValue) for part in walk(value))


def is_null(value: Value) -> bool:
    """Whether the value is known to be null."""
    return isinstance(value.value if isinstance(value, Sensitive) else value, Null)


def is_identity(value: Value) -> bool:
    """Whether it is an id that a provider will give: neither null nor empty, whatever it will be."""
    return isinstance(value, UnknownValue) and value.not_null and value.attribute is not None


def written(objects: Iterable[Value]) -> Iterator[Value]:
    """Those of which nothing has yet to be computed when it is asked for."""
    return (item for item in objects if cast("ObjectValue", unmark(item)[0]).typed)


def reasons(*values: Value) -> tuple[str, ...]:
    """The references that make the values, or parts of them, unknown; each once, in order."""
    if len(values) == 1 and isinstance(values[0], UnknownValue) and len(values[0].because) == 1 and not values[0].like:
        return values[0].because
    found: dict[str, None] = {}
    seen: set[int] = set()
    pending = list(reversed(values))
    while pending:
        current = pending.pop()
        if not isinstance(current, UnknownValue):
            pending += reversed(tuple(children(current)))
        elif id(current) not in seen:
            seen.add(id(current))
            found |= dict.fromkeys(current.because)
            pending += reversed(tuple(written(current.like)))
    return tuple(found)


def unknown_from(
    values: Iterable[Value], of: Type = ANY, *, not_null: bool = True, either: tuple[Value, ...] = ()
) -> UnknownValue:
    """The unknown result of an operation on values, for the reasons that they have; `either` is what it is one of."""
    return UnknownValue(reasons(*values), of, not_null=not_null, either=either)


def mark(value: Value, because: Iterable[str] | None) -> Value:
    """The value made sensitive, for these references besides those it has; unchanged where `because` is None."""
    if because is None:
        return value
    if isinstance(value, Sensitive):
        return Sensitive(value.value, tuple(dict.fromkeys((*value.because, *because))))
    return Sensitive(value, tuple(dict.fromkeys(because)))


def unmark(value: Value) -> tuple[Value, tuple[str, ...] | None]:
    """The value without its own mark, and the mark's references, None without one; what stands inside keeps its marks."""
    return (value.value, value.because) if isinstance(value, Sensitive) else (value, None)


def unmark_deep(value: Value) -> tuple[Value, tuple[str, ...] | None]:
    """The value without any mark, and the references of all of them, None if there was none."""
    if type(value) in _SCALAR_TYPES:
        return value, None
    marks = [part.because for part in walk(value) if isinstance(part, Sensitive)]
    if not marks:
        return value, None
    return _bare(value), tuple(dict.fromkeys(reference for because in marks for reference in because))


def _bare(value: Value) -> Value:
    return _bare(value.value) if isinstance(value, Sensitive) else rebuild(value, _bare)


def rebuild(value: Value, change: Callable[[Value], Value]) -> Value:
    """The same collection of changed elements; the changes must keep their types. What has no elements stays."""
    if isinstance(value, ListValue):
        return ListValue(map(change, value.items), value.element)
    if isinstance(value, SetValue):
        return make_set(map(change, value.items), value.element)
    if isinstance(value, TupleValue):
        return TupleValue(map(change, value.items))
    if isinstance(value, MapValue):
        return MapValue({name: change(item) for name, item in value.items.items()}, value.element)
    if isinstance(value, ObjectValue):
        return ObjectValue({name: change(item) for name, item in value.items.items()})
    return value


def merge_marks(*marks: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The references of all marks; None if none is one."""
    present = [because for because in marks if because is not None]
    return tuple(dict.fromkeys(reference for because in present for reference in because)) if present else None


def make_set(items: Iterable[Value], element: Type) -> Value:
    """`set(element)`, sorted and without doubles. A set with sensitive elements is sensitive as a whole."""
    bare = [unmark_deep(item) for item in items]
    distinct = {key(item): item for item, _ in reversed(bare)}
    order = _order_of_primitives if isinstance(element, Primitive) else _order_of_others
    return mark(SetValue(tuple(sorted(distinct.values(), key=order)), element), merge_marks(*(because for _, because in bare)))


def _order_of_primitives(value: Value) -> tuple[int, Any]:
    if isinstance(value, Null | UnknownValue):
        return (2 if isinstance(value, Null) else 1, 0)
    return (0, exact(value) if isinstance(value, Decimal) else value)


def _order_of_others(value: Value) -> tuple[int, Any]:
    if isinstance(value, Null | UnknownValue):
        return (2 if isinstance(value, Null) else 1, b"")
    return (0, _order_bytes(value).encode("utf-8", "surrogatepass"))


def _order_bytes(value: Value) -> str:
    """go-cty orders sets of collections by a textual form of their elements."""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, (int, Decimal)):
        return f"{float(value):.10g}"
    if isinstance(value, str):
        from json import dumps

        return dumps(value, ensure_ascii=False)
    if isinstance(value, Null | UnknownValue):
        return "~" if isinstance(value, Null) else "?"
    if isinstance(value, MapValue):
        return "{" + "".join(f"{_order_bytes(name)}:{_order_bytes(item)};" for name, item in value.items.items()) + "}"
    inside = "".join(f"{_order_bytes(item)};" for item in children(value))
    return f"[{inside}]" if isinstance(value, ListValue | SetValue) else f"<{inside}>"


def key(value: Value) -> Any:
    """Something hashable that is the same for equal values of one type only. No two unknowns are the same."""
    if isinstance(value, bool):
        return (BOOL, value)
    if isinstance(value, str | int | Decimal):
        return value
    if isinstance(value, Null):
        return (Null, None)
    if isinstance(value, UnknownValue):
        return (UnknownValue, id(value))
    if isinstance(value, Sensitive):
        return key(value.value)
    if isinstance(value, MapValue | ObjectValue):
        return (type(value), getattr(value, "element", None), tuple((name, key(item)) for name, item in value.items.items()))
    return (type(value), getattr(value, "element", None), tuple(map(key, value.items)))
