"""Strings of which only a part is known: what they are put together of, and how they are taken apart again."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.terraform.partial import partly
from pamlint.terraform.types import STRING, ListType
from pamlint.terraform.values import ListValue, UnknownValue, Value, is_identity, reasons, string

MAX_PIECES = 1_000
MAX_TEXT = 100_000
"""A string of more pieces, or of more text beside what is not known, is known by its beginning alone."""
_SEPARATORS = frozenset(",;| \t\n")
"""What no provider writes into an id, so that an id that is not known yet holds none of them."""


def put_together(parts: Iterable[str | UnknownValue]) -> UnknownValue:
    """The unknown string that the parts make, of which one at least is unknown: an id with nothing beside it is that id."""
    pieces: list[str | UnknownValue] = []
    for part in parts:
        for piece in (part.pieces or (part,)) if isinstance(part, UnknownValue) else (part,):
            if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            elif piece != "":
                pieces.append(piece)
    first = pieces[0] if isinstance(pieces[0], str) else ""
    if len(pieces) == 1 and isinstance(pieces[0], UnknownValue) and is_identity(pieces[0]):
        return pieces[0]
    next_ = pieces[1 if first else 0]
    prefix = string(first) + (next_.prefix if isinstance(next_, UnknownValue) else "")
    small = len(pieces) <= MAX_PIECES and sum(len(each) for each in pieces if isinstance(each, str)) <= MAX_TEXT
    return UnknownValue(reasons(*pieces), STRING, prefix=prefix, not_null=True, pieces=tuple(pieces) if small else ())


def taken_apart(text: UnknownValue, separator: str) -> UnknownValue | ListValue:
    """What `split` makes of the string: every element, if all of it is ids and text; else those that surely stand alone."""
    of = ListType(STRING)
    pieces = text.pieces or ((text,) if is_identity(text) else ())
    if separator not in _SEPARATORS or not pieces:
        return UnknownValue(text.because, of, not_null=True)
    elements: list[list[str | UnknownValue]] = [[]]
    for piece in pieces:
        if isinstance(piece, str):
            first, *rest = piece.split(separator)
            elements[-1].append(first)
            elements += [[each] for each in rest]
        else:
            elements[-1].append(piece)
    whole = [element for element in elements if all(isinstance(piece, str) or is_identity(piece) for piece in element)]
    made = [_one(element) for element in whole]
    return ListValue(made, STRING) if len(whole) == len(elements) else partly((text,), made, of)


def _one(element: list[str | UnknownValue]) -> Value:
    pieces = [piece for piece in element if piece != ""]
    if len(pieces) == 1:
        return pieces[0]
    return put_together(pieces) if any(isinstance(piece, UnknownValue) for piece in pieces) else ""
