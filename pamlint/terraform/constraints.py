"""Type constraints of variables: what `type = ...` says, with the defaults that `optional(type, default)` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from pamlint.model.noun import noun
from pamlint.terraform.convert import convert, convert_all
from pamlint.terraform.syntax import Call, Expression, Literal, ObjectOf, Reference, TupleOf
from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, ListType, MapType, ObjectType, SetType, TupleType, Type
from pamlint.terraform.values import (
    EvaluationError,
    ListValue,
    MapValue,
    Null,
    ObjectValue,
    Sensitive,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    make_set,
    mark,
)

Evaluate = Callable[[Expression], Value]
_PRIMITIVES = {"string": STRING, "number": NUMBER, "bool": BOOL, "any": ANY}
_COLLECTIONS: dict[str, type[ListType | SetType | MapType]] = {"list": ListType, "set": SetType, "map": MapType}


@noun
class Defaults:
    """Defaults at one level of a type: of attributes by name, and what lies deeper, by name or place.

    `inside[""]` is the element of a collection.
    """

    of: Type
    values: Mapping[str, Value]
    inside: Mapping[str, Defaults]


@noun
class Constraint:
    """A type to convert to, and the defaults to fill in before."""

    type: Type
    defaults: Defaults | None = None

    def apply(self, value: Value) -> Value:
        """The value with defaults filled in and converted; raises EvaluationError where it does not fit."""
        return convert(value if self.defaults is None else _fill(self.defaults, value), self.type)


UNCONSTRAINED = Constraint(ANY)


def type_from_expression(node: Expression, evaluate: Evaluate) -> Constraint:
    """The constraint that a type expression means; `evaluate` gives the values of defaults.

    Raises EvaluationError for what is no type.
    """
    if isinstance(node, Reference) and not node.steps:
        if node.root in _PRIMITIVES:
            return Constraint(_PRIMITIVES[node.root])
        if node.root in _COLLECTIONS or node.root in ("object", "tuple"):
            raise EvaluationError(f"the type {node.root} needs an argument, as in {node.root}({_EXAMPLES[node.root]})")
    if not isinstance(node, Call):
        raise EvaluationError("a type is string, number, bool, any, or a constructor such as list(string)")
    if node.name not in _EXAMPLES:
        raise EvaluationError(f'"{node.name}" is no type constructor')
    if len(node.arguments) != 1:
        raise EvaluationError(f"the type {node.name} takes one argument, as in {node.name}({_EXAMPLES[node.name]})")
    argument = node.arguments[0]
    if node.name == "object":
        return _object(argument, evaluate)
    if node.name == "tuple":
        return _tuple(argument, evaluate)
    element = type_from_expression(argument, evaluate)
    of = _COLLECTIONS[node.name](element.type)
    return Constraint(of, element.defaults and Defaults(of, {}, {"": element.defaults}))


_EXAMPLES = {"list": "string", "set": "string", "map": "string", "object": "{name = string}", "tuple": "[string, number]"}


def _tuple(argument: Expression, evaluate: Evaluate) -> Constraint:
    if not isinstance(argument, TupleOf):
        raise EvaluationError("the type tuple takes a list of types, as in tuple([string, number])")
    elements = [type_from_expression(item, evaluate) for item in argument.items]
    of = TupleType(tuple(element.type for element in elements))
    inside = {str(place): element.defaults for place, element in enumerate(elements) if element.defaults}
    return Constraint(of, Defaults(of, {}, inside) if inside else None)


def _object(argument: Expression, evaluate: Evaluate) -> Constraint:
    if not isinstance(argument, ObjectOf):
        raise EvaluationError("the type object takes attributes in braces, as in object({name = string})")
    attributes: dict[str, Type] = {}
    optional: set[str] = set()
    values: dict[str, Value] = {}
    inside: dict[str, Defaults] = {}
    for key, node in argument.items:
        if not isinstance(key, Literal) or not isinstance(key.value, str):
            raise EvaluationError("the attributes of an object type need plain names")
        name = key.value
        if name in attributes:
            raise EvaluationError(f'the object type names the attribute "{name}" twice')
        written, default, is_optional = _optional(node)
        constraint = type_from_expression(written, evaluate)
        attributes[name] = constraint.type
        if is_optional:
            optional.add(name)
        if default is not None:
            values[name] = convert(evaluate(default), constraint.type)
        if constraint.defaults:
            inside[name] = constraint.defaults
    of = ObjectType(attributes, frozenset(optional))
    return Constraint(of, Defaults(of, values, inside) if values or inside else None)


def _optional(node: Expression) -> tuple[Expression, Expression | None, bool]:
    """The type of an attribute, its default, and whether it is optional."""
    if not isinstance(node, Call) or node.name != "optional":
        return node, None, False
    if not 1 <= len(node.arguments) <= 2:
        raise EvaluationError('optional takes a type and perhaps a default, as in optional(string, "x")')
    return node.arguments[0], node.arguments[1] if len(node.arguments) == 2 else None, True


def _fill(defaults: Defaults, value: Value) -> Value:
    if isinstance(value, Sensitive):
        return mark(_fill(defaults, value.value), value.because)
    if isinstance(value, ListValue | SetValue | TupleValue):
        return _fill_items(defaults, value)
    if isinstance(value, MapValue | ObjectValue):
        return _fill_attributes(defaults, value)
    if isinstance(value, UnknownValue) and value.holds is not None and not isinstance(defaults.of, ObjectType | TupleType):
        holds = cast("TupleValue | ObjectValue", _fill(defaults, value.holds))
        return UnknownValue(value.because, value.type, not_null=value.not_null, holds=holds, either=value.either, like=value.like)
    return value


def _fill_items(defaults: Defaults, value: ListValue | SetValue | TupleValue) -> Value:
    items = [_fill_inside(defaults, str(place), item) for place, item in enumerate(value.items)]
    if isinstance(value, TupleValue):
        return TupleValue(items)
    converted = _unified(items)
    if converted is None:
        return TupleValue(items)
    unified, element = converted
    if not items:
        return value
    return ListValue(unified, element) if isinstance(value, ListValue) else make_set(unified, element)


def _fill_attributes(defaults: Defaults, value: MapValue | ObjectValue) -> Value:
    items = {name: _fill_inside(defaults, name, item) for name, item in value.items.items()}
    for name, default in defaults.values.items():
        if name not in items or isinstance(items[name], Null):
            items[name] = _fill(defaults.inside[name], default) if name in defaults.inside else default
        elif isinstance(items[name], UnknownValue):
            items[name] = _never_null(items[name], default)
    if isinstance(value, MapValue) and items:
        converted = _unified(items.values())
        if converted is not None:
            return MapValue(dict(zip(items, converted[0], strict=True)), converted[1])
    return value if isinstance(value, MapValue) and not items else ObjectValue(items)


def _never_null(value: Value, default: Value) -> Value:
    if not isinstance(value, UnknownValue) or value.type is ANY or isinstance(default, Null):
        return value
    return UnknownValue(
        value.because,
        value.type,
        attribute=value.attribute,
        prefix=value.prefix,
        not_null=True,
        either=value.either,
        like=value.like,
    )


def _fill_inside(defaults: Defaults, place: str, value: Value) -> Value:
    own = place if isinstance(defaults.of, TupleType | ObjectType) else ""
    return _fill(defaults.inside[own], value) if own in defaults.inside else value


def _unified(items: Iterable[Value]) -> tuple[tuple[Value, ...], Type] | None:
    try:
        return convert_all(items)
    except EvaluationError:
        return None
