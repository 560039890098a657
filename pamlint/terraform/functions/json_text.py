"""JSON as Terraform reads and writes it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from pamlint.terraform.functions.signature import check_text
from pamlint.terraform.numeric import Number, NumberError, parse_number, show_number
from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, ListType, MapType, ObjectType, SetType, TupleType, Type
from pamlint.terraform.values import (
    NULL,
    EvaluationError,
    LimitReached,
    Mappish,
    Null,
    ObjectValue,
    Sequence,
    TupleValue,
    UnknownValue,
    Value,
    is_wholly_known,
    reasons,
    string,
    type_of,
)

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029", "\x7f": "\x7f"}
_OPENINGS: dict[object, str] = {STRING: '"', ObjectType: "{", MapType: "{", TupleType: "[", ListType: "[", SetType: "["}


def encode(value: Value) -> Value:
    """jsonencode: of what is not wholly known, the first character may still be."""
    if is_wholly_known(value):
        return write(value)
    of = type_of(value)
    sure = not isinstance(value, UnknownValue) or value.not_null
    opening = _OPENINGS.get(of if of is STRING else type(of), "") if sure else ""
    return UnknownValue(reasons(value), STRING, prefix=opening, not_null=True)


def write(value: Value) -> str:
    """A known value without marks in JSON, without spaces; bounded."""
    parts: list[str] = []
    _write(value, parts)
    return string("".join(parts))


def _write(value: Value, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(quote(value))
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, int | Decimal):
        if isinstance(value, Decimal) and value.is_infinite():
            raise EvaluationError("infinity cannot be written in JSON")
        parts.append(show_number(value))
    elif isinstance(value, Null):
        parts.append("null")
    elif isinstance(value, Mappish):
        _write_all("{", "}", ((quote(name) + ":", item) for name, item in value.items.items()), parts)
    elif isinstance(value, Sequence):
        _write_all("[", "]", (("", item) for item in value.items), parts)
    if len(parts) % 4096 == 0:
        check_text(sum(map(len, parts)), "jsonencode")


def _write_all(opening: str, closing: str, items: Any, parts: list[str]) -> None:
    parts.append(opening)
    separator = ""
    for name, item in items:
        parts.append(separator + name)
        _write(item, parts)
        separator = ","
    parts.append(closing)


def quote(text: str) -> str:
    """A string in JSON, with the characters escaped that Go escapes."""
    written = json.dumps(text, ensure_ascii=False)
    for character, escaped in _ESCAPES.items():
        if character in written:
            written = written.replace(character, escaped)
    return written


def decode(text: str) -> Value:
    """jsondecode: objects and tuples, numbers exactly."""
    try:
        return _from_json(_DECODER.decode(text))
    except json.JSONDecodeError as error:
        raise EvaluationError(f"line {error.lineno}, column {error.colno} is no JSON: {error.msg}") from None
    except NumberError as error:
        raise EvaluationError(str(error)) from None
    except RecursionError:
        raise LimitReached("jsondecode() of too deeply nested JSON") from None


def _no_constant(name: str) -> Number:
    raise EvaluationError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_float=parse_number, parse_int=parse_number, parse_constant=_no_constant)


def _from_json(plain: Any) -> Value:
    if isinstance(plain, str):
        return string(plain if plain.isascii() else _without_surrogates(plain))
    if isinstance(plain, dict):
        return ObjectValue({string(_without_surrogates(name)): _from_json(item) for name, item in plain.items()})
    if isinstance(plain, list):
        return TupleValue(map(_from_json, plain))
    if plain is None:
        return NULL
    scalar: Value = plain
    return scalar


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decoded_type(text: Value) -> Type:
    """What jsondecode gives of a string of which only the beginning is known."""
    prefix = text.prefix.strip() if isinstance(text, UnknownValue) else ""
    if prefix.startswith('"'):
        return STRING
    if prefix.startswith(("t", "f")):
        return BOOL
    return NUMBER if prefix[:1] in tuple("-0123456789") and prefix else ANY
