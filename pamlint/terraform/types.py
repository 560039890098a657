"""Terraform's types, as go-cty has them: what values are of, and what they convert to."""

from __future__ import annotations

from collections.abc import Mapping

from pamlint.model.noun import noun


@noun
class Primitive:
    """`string`, `number`, `bool`, or `any`: the type that is not known, or not constrained."""

    name: str


STRING = Primitive("string")
NUMBER = Primitive("number")
BOOL = Primitive("bool")
ANY = Primitive("any")


@noun
class ListType:
    """`list(element)`"""

    element: Type


@noun
class SetType:
    """`set(element)`"""

    element: Type


@noun
class MapType:
    """`map(element)`"""

    element: Type


@noun
class TupleType:
    """`tuple([...])`: each place has its own type."""

    elements: tuple[Type, ...]


@noun
class ObjectType:
    """`object({...})`. Names in `optional` may be absent from a value that is converted to it; values' own types have none."""

    attributes: Mapping[str, Type]
    optional: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash((frozenset(self.attributes.items()), self.optional))


Type = Primitive | ListType | SetType | MapType | TupleType | ObjectType
CollectionType = ListType | SetType | MapType
EMPTY_TUPLE = TupleType(())
EMPTY_OBJECT = ObjectType({})


def type_name(of: Type) -> str:
    """The type as Terraform writes it in a configuration: `map(list(string))`, `object({a=number})`."""
    if isinstance(of, Primitive):
        return of.name
    if isinstance(of, TupleType):
        return f"tuple([{', '.join(map(type_name, of.elements))}])"
    if isinstance(of, ObjectType):
        return f"object({{{', '.join(_attribute_name(of, name) for name in sorted(of.attributes))}}})"
    kind = {ListType: "list", SetType: "set", MapType: "map"}[type(of)]
    return f"{kind}({type_name(of.element)})"


def _attribute_name(of: ObjectType, name: str) -> str:
    written = type_name(of.attributes[name])
    return f"{name}=optional({written})" if name in of.optional else f"{name}={written}"


def has_any(of: Type) -> bool:
    """Whether `any` stands anywhere in the type, so that a value decides what it really is."""
    if isinstance(of, Primitive):
        return of is ANY
    if isinstance(of, TupleType):
        return any(map(has_any, of.elements))
    if isinstance(of, ObjectType):
        return any(map(has_any, of.attributes.values()))
    return has_any(of.element)


def has_set(of: Type) -> bool:
    """Whether a set stands anywhere in the type."""
    if isinstance(of, Primitive):
        return False
    if isinstance(of, TupleType):
        return any(map(has_set, of.elements))
    if isinstance(of, ObjectType):
        return any(map(has_set, of.attributes.values()))
    return isinstance(of, SetType) or has_set(of.element)


def conforms(left: Type, right: Type) -> bool:
    """Whether the types are the same wherever neither of them is `any`."""
    if left is ANY or right is ANY:
        return True
    if isinstance(left, TupleType) and isinstance(right, TupleType):
        return len(left.elements) == len(right.elements) and all(map(conforms, left.elements, right.elements))
    if isinstance(left, ObjectType) and isinstance(right, ObjectType):
        return left.attributes.keys() == right.attributes.keys() and all(
            conforms(of, right.attributes[name]) for name, of in left.attributes.items()
        )
    if isinstance(left, CollectionType) and type(left) is type(right):
        return conforms(left.element, right.element)
    return left == right


def without_optional(of: Type) -> Type:
    """The type of the values that conversion to it gives: no attribute is optional any more."""
    if isinstance(of, Primitive):
        return of
    if isinstance(of, TupleType):
        return TupleType(tuple(map(without_optional, of.elements)))
    if isinstance(of, ObjectType):
        return ObjectType({name: without_optional(attribute) for name, attribute in of.attributes.items()})
    return type(of)(without_optional(of.element))


def friendly_name(of: Type) -> str:
    """The type in words, as messages have it: `list of string`, `object`."""
    if isinstance(of, Primitive):
        return "any type" if of is ANY else of.name
    if isinstance(of, TupleType | ObjectType):
        return "tuple" if isinstance(of, TupleType) else "object"
    kind = {ListType: "list", SetType: "set", MapType: "map"}[type(of)]
    return f"{kind} of {'any single type' if of.element is ANY else friendly_name(of.element)}"
