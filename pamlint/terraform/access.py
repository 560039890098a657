"""How a value is taken apart: `.name`, `[key]`, and what a loop goes over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import cast

from pamlint.terraform.convert import convert
from pamlint.terraform.naming import called
from pamlint.terraform.numeric import SizedInt
from pamlint.terraform.partial import any_of, below, held_items, one_of, ways
from pamlint.terraform.session import as_key
from pamlint.terraform.types import ANY, NUMBER, STRING, ListType, MapType, ObjectType, SetType, TupleType, Type, friendly_name
from pamlint.terraform.values import (
    NULL,
    EvaluationError,
    LimitReached,
    ListValue,
    MapValue,
    Null,
    ObjectValue,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    mark,
    merge_marks,
    reasons,
    type_of,
    unmark,
    written,
)

_PLAIN = re.compile(r"[A-Za-z_][\w-]*")
REMOTE_STATE = "terraform_remote_state"
"""The data source of Terraform itself that has the outputs of another root."""


class LazyObject(ObjectValue):
    """An object whose attributes are computed when they are asked for: a resource instance, a module instance.

    `one` computes an attribute by name, also one that `all_items` does not list; it raises EvaluationError if there is none.
    """

    __slots__ = ("_all", "_cache", "one")
    typed = False

    def __init__(self, one: Callable[[str], Value], all_items: Callable[[], Mapping[str, Value]]) -> None:
        self.one = one
        self._all = all_items
        self._cache: dict[str, Value] | None = None

    @property
    def items(self) -> dict[str, Value]:  # type: ignore[override]  # read-only here, where it is computed
        """All attributes that are known of."""
        if self._cache is None:
            self._cache = dict(sorted(self._all().items()))
        return self._cache

    def __repr__(self) -> str:
        return "LazyObject()"


class Completed(ObjectValue):
    """An object that a resource sets: what is not in it the provider may add. `told` is the reference that leads to it."""

    __slots__ = ("told",)

    def __init__(self, items: Mapping[str, Value], told: str) -> None:
        super().__init__(items)
        self.told = told

    def at(self, name: str) -> Value:
        """An attribute, unknown where the provider would have to say it."""
        told = stepped(self.told, name)
        return completed(self.items[name], told) if name in self.items else UnknownValue((told,), name=told)


def completed(value: Value, told: str) -> Value:
    """An argument of a resource as others see it once the provider has had its say."""
    return Completed(value.items, told) if type(value) is ObjectValue else value


def attribute(of: Value, name: str) -> Value:
    """`of.name`; raises EvaluationError where Terraform does."""
    if type(of) is LazyObject:
        return of.one(name)
    bare, marks = unmark(of)
    if isinstance(bare, LazyObject):
        return mark(bare.one(name), marks)
    if isinstance(bare, Completed):
        return mark(bare.at(name), marks)
    if isinstance(bare, ObjectValue | MapValue):
        if name not in bare.items:
            raise EvaluationError(f'there is no attribute "{name}"{_instead(name, bare.items)}')
        return mark(bare.items[name], marks)
    if isinstance(bare, Null):
        raise EvaluationError(f'the value is null, so it has no attribute "{name}"')
    if isinstance(bare, UnknownValue):
        if isinstance(bare.holds, LazyObject):
            return mark(bare.holds.one(name), marks)
        if name in held_items(bare):
            return mark(held_items(bare)[name], marks)
        if bare.like and bare.type is not STRING:
            return mark(called(_of_like(bare.like, name, bare), _below(bare, name)), marks)
        return mark(UnknownValue(_because(bare, name), _attribute_type(bare.type, name), name=_below(bare, name)), marks)
    raise EvaluationError(f'a value of type {friendly_name(type_of(bare))} has no attribute "{name}"')


def _because(of: UnknownValue, name: str) -> tuple[str, ...]:
    """Why an attribute is not known; each output of another root's state is a thing of its own."""
    if of.attribute is None or of.attribute[1] != "outputs" or REMOTE_STATE not in of.attribute[0].split("."):
        return of.because
    return tuple(f"{reference}.{name}" for reference in of.because)


def _below(of: UnknownValue, key: Value) -> str:
    """The name of what stands at a key of what has a name; empty where either is not known."""
    whole = ".".join(of.attribute) if of.attribute is not None else of.name
    return stepped(whole, key) if whole and isinstance(key, str | int) and not isinstance(key, bool) else ""


def stepped(whole: str, key: str | int) -> str:
    """A reference with one more step, written in one way however the code writes it."""
    return f"{whole}.{key}" if isinstance(key, str) and _PLAIN.fullmatch(key) else whole + as_key(key)


def at_steps(value: Value, root: str, keys: Sequence[str | int | Decimal | None]) -> Value:
    """What was found at the steps of a reference: an unknown that was computed there has the reference's name."""
    plain = [key for key in keys if isinstance(key, str | int)]
    return called(value, reduce(stepped, plain, root)) if 1 < len(plain) == len(keys) else value


def _instead(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(names), 1)
    return f', perhaps "{close[0]}"' if close else ""


def _attribute_type(of: Type, name: str) -> Type:
    if of is ANY:
        return ANY
    if isinstance(of, MapType):
        return of.element
    if isinstance(of, ObjectType) and name in of.attributes:
        return of.attributes[name]
    raise EvaluationError(f'a value of type {friendly_name(of)} has no attribute "{name}"')


def index(of: Value, by: Value) -> Value:
    """`of[by]`; raises EvaluationError where Terraform does."""
    bare, marks = unmark(of)
    key, key_marks = unmark(by)
    try:
        return mark(_index(bare, key), merge_marks(marks, key_marks))
    except EvaluationError:
        if key_marks is not None:
            raise EvaluationError("there is no such element; the index is sensitive") from None
        raise


def _index(of: Value, key: Value) -> Value:
    if isinstance(of, Null):
        raise EvaluationError("the value is null, so it has no elements")
    if isinstance(key, Null):
        raise EvaluationError("the index is null")
    if isinstance(of, ListValue | TupleValue):
        return _element(of, convert(key, NUMBER), _element_type(of, key))
    if isinstance(of, MapValue | ObjectValue):
        element = _element_type(of, key)
        key = convert(key, STRING)
        if isinstance(key, UnknownValue):
            return _any_of(list(of.items.values()), key, element)
        if isinstance(of, ObjectValue):
            return attribute(of, cast("str", key))
        if key not in of.items:
            raise EvaluationError(f'there is no element "{key}"{_instead(cast("str", key), of.items)}')
        return of.items[cast("str", key)]
    if isinstance(of, UnknownValue):
        return _index_unknown(of, key)
    if isinstance(of, SetValue):
        raise EvaluationError("elements of a set have no index; make it a list first, with tolist()")
    raise EvaluationError(f"a value of type {friendly_name(type_of(of))} has no elements")


def _element_type(of: Value, key: Value) -> Type:
    """What stands at a key that is not known: anything, for Terraform, where not even the type of the key is known."""
    return of.element if isinstance(of, ListValue | MapValue) and type_of(key) is not ANY else ANY


def _element(of: ListValue | TupleValue, key: Value, element: Type) -> Value:
    if isinstance(key, UnknownValue):
        return _any_of(of.items, key, element)
    count = len(of.items)
    if isinstance(key, Decimal) and key == 0:
        key = 0
    if not isinstance(key, int) or not 0 <= key < count:
        raise EvaluationError(f"there is no element {key}: the collection has {count} element{'' if count == 1 else 's'}")
    return of.items[key]


def _any_of(items: Sequence[Value], key: UnknownValue, of: Type, alone: bool = True) -> UnknownValue:
    """The element at a key that is not known: of objects each attribute is that of any of them.

    `alone`: it is one of these for sure; else it may not be there.
    """
    if items and all(isinstance(unmark(item)[0], ObjectValue) for item in items):
        some = LazyObject(lambda name: _of_like(items, name, UnknownValue(key.because, of), alone), dict)
        return one_of((key, *items), of, holds=some)
    return one_of((key, *items), of, either=ways(*items) if alone else ways(*items, NULL))


def _of_like(like: Sequence[Value], name: str, of: UnknownValue, alone: bool = False) -> UnknownValue:
    """The attribute of what is like one of these objects; in the place of one that has none stands what is in it."""
    type_ = _attribute_type(of.type, name)
    found: list[Value] = []
    seen: set[int] = set()
    pending = list(like)
    for item in pending:
        if id(item) in seen:
            continue
        seen.add(id(item))
        try:
            found.append(attribute(item, name))
        except LimitReached:
            raise
        except EvaluationError:
            alone = False
            pending += below((item,))
    if not found:
        return UnknownValue(reasons(of, *written(like)), type_)
    return _any_of(found, UnknownValue(of.because), type_, alone)


def _index_unknown(of: UnknownValue, key: Value) -> Value:
    because = tuple(dict.fromkeys((*of.because, *reasons(key))))
    name = _below(of, key)
    if isinstance(of.type, SetType) or (
        of.type is not ANY and not isinstance(of.type, ListType | MapType | TupleType | ObjectType)
    ):
        raise EvaluationError(f"a value of type {friendly_name(of.type)} has no elements")
    if isinstance(key, str) and key in held_items(of):
        return held_items(of)[key]
    if isinstance(key, str) and (of.attribute is not None or isinstance(of.holds, LazyObject) or isinstance(of.type, ObjectType)):
        return attribute(of, key)
    some = any_of(of)
    element = of.type.element if isinstance(of.type, ListType | MapType) else ANY
    return UnknownValue(because, element, either=some.either, like=some.like, name=name)


def pairs(of: Value) -> list[tuple[Value, Value]]:
    """Keys and elements of a known collection, in the order of a loop; raises EvaluationError if it is none."""
    if isinstance(of, ListValue | TupleValue):
        return list(zip(map(SizedInt, range(len(of.items))), of.items, strict=True))
    if isinstance(of, SetValue):
        return [(item, item) for item in of.items]
    if isinstance(of, MapValue | ObjectValue):
        return list(of.items.items())
    if isinstance(of, Null):
        raise EvaluationError("the collection is null, so there is nothing to go over")
    raise EvaluationError(f"a value of type {friendly_name(type_of(of))} is no collection")
