"""Unknown values under the name that they alone have."""

from __future__ import annotations

from copy import copy

from pamlint.terraform.values import UnknownValue, Value, mark, unmark


def called(value: Value, name: str) -> Value:
    """The value under a name that it alone has, if it is unknown and has none yet."""
    bare, marks = unmark(value)
    if not isinstance(bare, UnknownValue) or bare.name or bare.attribute is not None:
        return value
    unknown = copy(bare)
    unknown.name = name
    return mark(unknown, marks)


def attributed(value: Value, address: str, name: str) -> Value:
    """The value as the attribute of a resource that it is, if it is unknown and no other's."""
    bare, marks = unmark(value)
    if not isinstance(bare, UnknownValue) or bare.attribute is not None:
        return value
    unknown = UnknownValue(
        bare.because, bare.type, attribute=(address, name), prefix=bare.prefix, not_null=bare.not_null, pieces=bare.pieces
    )
    return mark(unknown, marks)
