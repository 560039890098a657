"""Which types convert to which, and which type several have in common."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.terraform.types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    CollectionType,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    Type,
    friendly_name,
)


def convertible(given: Type, wanted: Type, *, unsafe: bool) -> bool:
    """Whether values of a type can become values of another. Unsafe conversions may still fail for one value or another."""
    if wanted is ANY or given == wanted or (unsafe and given is ANY):
        return True
    if isinstance(given, Primitive) or isinstance(wanted, Primitive):
        return _primitives_convertible(given, wanted, unsafe)
    if isinstance(wanted, ObjectType):
        return _object_convertible(given, wanted, unsafe)
    if isinstance(wanted, TupleType):
        return (
            isinstance(given, TupleType)
            and len(given.elements) == len(wanted.elements)
            and all(convertible(a, b, unsafe=unsafe) for a, b in zip(given.elements, wanted.elements, strict=True))
        )
    if isinstance(wanted, MapType):
        return _elements_convertible(given, wanted, (MapType, ObjectType), unsafe)
    if isinstance(wanted, SetType) and isinstance(given, ListType) and not unsafe:
        return False
    return _elements_convertible(given, wanted, (ListType, SetType, TupleType), unsafe)


def _primitives_convertible(given: Type, wanted: Type, unsafe: bool) -> bool:
    if given is STRING:
        return unsafe and (wanted is NUMBER or wanted is BOOL)
    return wanted is STRING and (given is NUMBER or given is BOOL)


def _object_convertible(given: Type, wanted: ObjectType, unsafe: bool) -> bool:
    if isinstance(given, MapType):
        return unsafe and all(
            name in wanted.optional or convertible(given.element, of, unsafe=True) for name, of in wanted.attributes.items()
        )
    if not isinstance(given, ObjectType):
        return False
    return all(
        convertible(given.attributes[name], of, unsafe=unsafe) if name in given.attributes else name in wanted.optional
        for name, of in wanted.attributes.items()
    )


def _elements_convertible(given: Type, wanted: CollectionType, sources: tuple[type, ...], unsafe: bool) -> bool:
    if not isinstance(given, sources):
        return False
    if isinstance(given, CollectionType):
        return convertible(given.element, wanted.element, unsafe=unsafe)
    parts = _parts(given)
    if not parts:
        return True
    element = wanted.element if wanted.element is not ANY else unify(parts, unsafe=unsafe)
    if element is None or (element is ANY and not isinstance(wanted, MapType) and set(parts) != {ANY}):
        return False
    return all(convertible(part, element, unsafe=unsafe) for part in parts)


def _parts(of: Type) -> tuple[Type, ...]:
    if isinstance(of, TupleType):
        return of.elements
    return tuple(of.attributes.values()) if isinstance(of, ObjectType) else ()


def unify(types: Iterable[Type], *, unsafe: bool = True) -> Type | None:
    """The type that all the types convert to; None where there is none, or no types."""
    distinct = list(dict.fromkeys(types))
    if len(distinct) < 2:
        return distinct[0] if distinct else None
    rest = [of for of in distinct if of is not ANY]
    kinds = {type(of) for of in rest}
    if len(kinds) == 1 and Primitive not in kinds:
        return ANY if len(rest) < len(distinct) else _unify_same_kind(rest, unsafe)
    for structure, collection in ((ObjectType, MapType), (TupleType, ListType)):
        if kinds == {structure, collection}:
            as_collections = _unify_as_collections(distinct, structure, collection, unsafe)
            if as_collections is not None:
                return as_collections
    if {ObjectType, TupleType} <= kinds:
        return None
    for wanted in _most_general_first(distinct):
        if all(convertible(given, wanted, unsafe=unsafe) for given in distinct):
            return wanted
    return None


def _unify_same_kind(types: list[Type], unsafe: bool) -> Type | None:
    first = types[0]
    if isinstance(first, CollectionType):
        element = unify((of.element for of in types if isinstance(of, CollectionType)), unsafe=unsafe)
        return None if element is None else type(first)(element)
    if isinstance(first, ObjectType):
        objects = [of for of in types if isinstance(of, ObjectType)]
        if any(of.attributes.keys() != first.attributes.keys() for of in objects):
            return _unify_parts(types, MapType, unsafe)
        unified = {name: unify((of.attributes[name] for of in objects), unsafe=unsafe) for name in first.attributes}
        attributes = {name: of for name, of in unified.items() if of is not None}
        return ObjectType(attributes) if len(attributes) == len(unified) else None
    tuples = [of.elements for of in types if isinstance(of, TupleType)]
    if len({len(elements) for elements in tuples}) > 1:
        return _unify_parts(types, ListType, unsafe)
    columns = [unify(column, unsafe=unsafe) for column in zip(*tuples, strict=True)]
    elements = tuple(of for of in columns if of is not None)
    return TupleType(elements) if len(elements) == len(columns) else None


def _unify_parts(types: list[Type], collection: type[MapType | ListType], unsafe: bool) -> Type | None:
    """One map for objects of different shape, one list for tuples of different length."""
    element = unify((part for of in types for part in _parts(of)), unsafe=unsafe)
    if element is None:
        return None
    wanted = collection(element)
    return wanted if all(convertible(of, wanted, unsafe=unsafe) for of in types) else None


def _unify_as_collections(
    types: list[Type], structure: type[Type], collection: type[MapType | ListType], unsafe: bool
) -> Type | None:
    stand_in = _unify_parts([of for of in types if isinstance(of, structure)], collection, unsafe)
    if stand_in is None:
        return None
    unified = unify((stand_in if isinstance(of, structure) else of for of in types), unsafe=unsafe)
    return unified if isinstance(unified, collection) else None


def _most_general_first(types: list[Type]) -> list[Type]:
    """Types before those that they generalize, else in the order given."""
    below: dict[int, list[int]] = {index: [] for index in range(len(types))}
    waits = [0] * len(types)
    for first in range(len(types)):
        for second in range(first + 1, len(types)):
            preference = _preference(types[first], types[second])
            if preference:
                upper, lower = (first, second) if preference < 0 else (second, first)
                below[upper].append(lower)
                waits[lower] += 1
    order = [index for index, count in enumerate(waits) if count == 0]
    for index in order:
        for lower in below[index]:
            waits[lower] -= 1
            if waits[lower] == 0:
                order.append(lower)
    return [types[index] for index in order]


_GENERALITY = {ListType: 0, TupleType: 1, SetType: 2}


def _preference(left: Type, right: Type) -> int:
    """Below zero where the left type is the more general one, above zero where the right is, zero where neither is."""
    if left is ANY or right is ANY:
        return (left is ANY) - (right is ANY)
    if isinstance(left, Primitive) and isinstance(right, Primitive):
        return (right is STRING) - (left is STRING)
    if isinstance(left, CollectionType) and type(left) is type(right):
        return _preference(left.element, right.element)
    if type(left) in _GENERALITY and type(right) in _GENERALITY and type(left) is not type(right):
        return _GENERALITY[type(left)] - _GENERALITY[type(right)]
    if {type(left), type(right)} == {MapType, ObjectType}:
        return -1 if isinstance(left, MapType) else 1
    pairs = _pairs(left, right)
    signs = {_sign(_preference(a, b)) for a, b in pairs} - {0}
    return signs.pop() if len(signs) == 1 else 0


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _pairs(left: Type, right: Type) -> list[tuple[Type, Type]]:
    if isinstance(left, TupleType) and isinstance(right, TupleType) and len(left.elements) == len(right.elements):
        return list(zip(left.elements, right.elements, strict=True))
    if isinstance(left, ObjectType) and isinstance(right, ObjectType) and left.attributes.keys() == right.attributes.keys():
        return [(of, right.attributes[name]) for name, of in left.attributes.items()]
    return []


def refill(given: Type, wanted: Type) -> Type:
    """The wanted type, with what the given type says in place of `any`."""
    if given is ANY or (isinstance(wanted, Primitive) and wanted is not ANY):
        return wanted
    if wanted is ANY:
        return given
    if isinstance(wanted, ObjectType):
        return ObjectType({name: _refill_attribute(given, name, of) for name, of in wanted.attributes.items()})
    if isinstance(wanted, TupleType):
        return TupleType(tuple(map(refill, given.elements, wanted.elements))) if isinstance(given, TupleType) else wanted
    if isinstance(wanted, CollectionType):
        element = given.element if isinstance(given, CollectionType) else unify(_parts(given))
        return type(wanted)(refill(element or ANY, wanted.element))
    return wanted


def _refill_attribute(given: Type, name: str, wanted: Type) -> Type:
    if isinstance(given, MapType):
        return refill(given.element, wanted)
    return refill(given.attributes[name], wanted) if isinstance(given, ObjectType) and name in given.attributes else wanted


def mismatch(given: Type, wanted: Type) -> str:
    """Why no value of the given type is one of the wanted type."""
    if isinstance(given, ObjectType) and isinstance(wanted, ObjectType):
        return _object_mismatch(given, wanted)
    if isinstance(wanted, CollectionType) and isinstance(given, TupleType | ObjectType) and wanted.element is ANY:
        kind = {ListType: "list", SetType: "set", MapType: "map"}[type(wanted)]
        if isinstance(given, ObjectType) == isinstance(wanted, MapType):
            return f"all {kind} elements must have the same type"
    if isinstance(wanted, ListType | SetType) and isinstance(given, TupleType):
        for place, part in enumerate(given.elements):
            if not convertible(part, wanted.element, unsafe=True):
                return f"element {place}: {mismatch(part, wanted.element)}"
    if isinstance(wanted, MapType) and isinstance(given, ObjectType):
        for name, part in given.attributes.items():
            if not convertible(part, wanted.element, unsafe=True):
                return f'element "{name}": {mismatch(part, wanted.element)}'
    return f"{friendly_name(wanted)} required"


def _object_mismatch(given: ObjectType, wanted: ObjectType) -> str:
    missing = sorted(wanted.attributes.keys() - given.attributes.keys() - wanted.optional)
    if missing:
        names = ", ".join(f'"{name}"' for name in missing)
        return f"attribute {names} is required" if len(missing) == 1 else f"attributes {names} are required"
    for name in sorted(wanted.attributes.keys() & given.attributes.keys()):
        if not convertible(given.attributes[name], wanted.attributes[name], unsafe=True):
            return f'attribute "{name}": {mismatch(given.attributes[name], wanted.attributes[name])}'
    return "incorrect object attributes"
