"""format and formatlist."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import cast

from pamlint.model.noun import noun
from pamlint.terraform.convert import convert
from pamlint.terraform.functions import json_text
from pamlint.terraform.functions.signature import check_items, check_text
from pamlint.terraform.graphemes import cluster_count, clusters
from pamlint.terraform.numeric import Number, all_digits, is_infinite, show_number
from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, ListType, SetType
from pamlint.terraform.values import (
    EvaluationError,
    ListValue,
    Null,
    Sequence,
    SetValue,
    UnknownValue,
    Value,
    is_wholly_known,
    reasons,
    string,
    type_of,
)

_VERB = re.compile(
    r"%(?:(?P<percent>%)"
    r"|(?P<flags>[0#\-+ ]*)(?P<width>[1-9]\d*)?(?:\.(?P<precision>\d*))?(?:\[(?P<place>[1-9]\d*)\])?(?P<mode>[a-zA-Z]))",
    re.ASCII,
)
_MOST_DIGITS = 5
_INTEGERS = {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}


@noun
class _Verb:
    text: str
    flags: str
    width: int
    precision: int | None
    mode: str


def format_text(pattern: str, *arguments: Value) -> Value:
    """format: of unknown arguments, what stands before the first verb is known. Terraform does not know what a bare null is."""
    if any(map(_is_untyped_null, arguments)):
        return UnknownValue(reasons(*arguments) or ("format() of null",), STRING, not_null=True)
    if not all(map(is_wholly_known, arguments)):
        return UnknownValue(reasons(*arguments), STRING, prefix=pattern.partition("%")[0], not_null=True)
    return _format(pattern, arguments)


def format_list(pattern: str, *arguments: Value) -> Value:
    """formatlist: lists are gone through side by side, all else is used again and again."""
    if not arguments:
        return ListValue([_format(pattern, ())], STRING)
    if any(map(_is_untyped_null, arguments)):
        return UnknownValue(reasons(*arguments) or ("formatlist() of null",), ListType(STRING), not_null=True)
    rows = _row_count(arguments)
    if any(_is_open(argument) for argument in arguments):
        return UnknownValue(reasons(*arguments), ListType(STRING), not_null=True)
    check_items(rows, "formatlist")
    found: list[Value] = []
    for row in range(rows):
        chosen = tuple(argument.items[row] if isinstance(argument, Sequence) else argument for argument in arguments)
        if all(map(is_wholly_known, chosen)):
            found.append(_format(pattern, chosen))
        else:
            found.append(UnknownValue(reasons(*chosen), STRING, not_null=True))
    return ListValue(found, STRING)


def _is_untyped_null(argument: Value) -> bool:
    return isinstance(argument, Null) and argument.type is ANY


def _is_open(argument: Value) -> bool:
    if isinstance(argument, UnknownValue):
        return argument.type is ANY or isinstance(argument.type, ListType | SetType)
    return isinstance(argument, SetValue) and not is_wholly_known(argument) and len(argument.items) > 1


def _row_count(arguments: tuple[Value, ...]) -> int:
    lengths = {len(argument.items) for argument in arguments if isinstance(argument, Sequence) and not _is_open(argument)}
    if len(lengths) > 1:
        raise EvaluationError(f"the lists differ in length: {', '.join(map(str, sorted(lengths)))}")
    return lengths.pop() if lengths else 1


def _format(pattern: str, arguments: tuple[Value, ...]) -> str:
    written: list[str] = []
    at = size = 0
    following = highest = 1
    used = False
    while (percent := pattern.find("%", at)) >= 0:
        written.append(pattern[at:percent])
        verb = _VERB.match(pattern, percent)
        if verb is None:
            raise EvaluationError(f'"{pattern[percent : percent + 10]}" is no format verb')
        at = verb.end()
        if verb["percent"]:
            written.append("%")
            continue
        place = int(verb["place"] or following)
        if place > len(arguments):
            raise EvaluationError(f'"{verb[0]}" wants argument {place}, but there are {len(arguments)}')
        following, highest, used = place + 1, max(highest, place), True
        written.append(_format_one(_read_verb(verb), arguments[place - 1]))
        size += len(written[-1]) + len(written[-2])
        check_text(size, "format")
    if len(arguments) > (highest if used else 0):
        raise EvaluationError(f"the format uses {highest if used else 0} of {len(arguments)} arguments")
    return string("".join(written) + pattern[at:])


def _read_verb(verb: re.Match[str]) -> _Verb:
    width, precision = verb["width"] or "0", verb["precision"]
    if len(width) > _MOST_DIGITS or len(precision or "") > _MOST_DIGITS:
        check_text(10**9, "format")
    return _Verb(verb[0], verb["flags"], int(width), int(precision or "0") if precision is not None else None, verb["mode"])


def _format_one(verb: _Verb, value: Value) -> str:
    if verb.mode == "v":
        return _pad(verb, _as_it_is(verb, value))
    if isinstance(value, Null):
        raise EvaluationError(f'"{verb.text}" cannot write null')
    try:
        if verb.mode == "t":
            return "true" if convert(value, BOOL) is True else "false"
        if verb.mode in ("s", "q"):
            return _text(verb, cast("str", convert(value, STRING)))
        if verb.mode in _INTEGERS or verb.mode in ("e", "E", "f", "g", "G"):
            return _number(verb, cast("Number", convert(value, NUMBER)))
    except EvaluationError as error:
        raise EvaluationError(f'"{verb.text}": {error.message}') from None
    raise EvaluationError(f'"{verb.text}" is no format verb')


def _as_it_is(verb: _Verb, value: Value) -> str:
    if "#" not in verb.flags:
        if isinstance(value, str):
            return value
        if type_of(value) is NUMBER and not isinstance(value, Null):
            return _shortest(cast("Number", value))
    return json_text.write(value)


def _shortest(number: Number) -> str:
    """In full between 1e-4 and 1e6, else with an exponent."""
    value = Decimal(show_number(number))
    if value.is_infinite():
        return "-Inf" if value < 0 else "+Inf"
    if value == 0:
        return "-0" if value.is_signed() else "0"
    digits = value.as_tuple().digits
    significant = len("".join(map(str, digits)).rstrip("0"))
    exponent = value.adjusted()
    if -4 <= exponent < 6:
        return format(value, "f")
    return _with_exponent(value, significant - 1, "e")


def _with_exponent(value: Decimal, places: int, letter: str) -> str:
    rounded = Context(prec=places + 1, rounding=ROUND_HALF_EVEN).plus(value)
    mantissa, exponent = f"{rounded:.{places}e}".split("e") if value else (f"{value:.{places}f}", "+0")
    return f"{mantissa}{letter}{exponent[0]}{exponent[1:].rjust(2, '0')}"


def _pad(verb: _Verb, text: str) -> str:
    missing = verb.width - cluster_count(text)
    if missing <= 0:
        return text
    padding = ("0" if "0" in verb.flags else " ") * missing
    return text + padding if "-" in verb.flags else padding + text


def _text(verb: _Verb, text: str) -> str:
    if verb.precision:
        text = "".join(clusters(text)[: verb.precision])
    return _pad(verb, json_text.quote(text) if verb.mode == "q" else text)


def _number(verb: _Verb, number: Number) -> str:
    digits = _integer(verb, number) if verb.mode in _INTEGERS else _floating(verb, number)
    written = digits[:1] if digits[:1] in ("+", "-") else ""
    sign = written or ("+" if "+" in verb.flags else " " if " " in verb.flags else "")
    body = digits.removeprefix(written)
    missing = verb.width - len(sign) - len(body)
    if missing <= 0:
        return sign + body
    if "-" in verb.flags:
        return sign + body + " " * missing
    zeros = "0" in verb.flags and (verb.mode not in _INTEGERS or verb.precision is None)
    return sign + "0" * missing + body if zeros else " " * missing + sign + body


def _integer(verb: _Verb, number: Number) -> str:
    if not isinstance(number, int) and (is_infinite(number) or number != 0):
        raise EvaluationError("a whole number is needed")
    digits = format(abs(int(number)), _INTEGERS[verb.mode])
    if verb.precision is not None:
        digits = "" if verb.precision == 0 and number == 0 else digits.rjust(verb.precision, "0")
    if "#" in verb.flags:
        digits = {"o": "0", "x": "0x", "X": "0X", "b": "0b"}.get(verb.mode, "") + digits
    return f"-{digits}" if number < 0 else digits


def _floating(verb: _Verb, number: Number) -> str:
    value = all_digits(number)
    if value.is_infinite():
        return "-Inf" if value < 0 else "+Inf"
    if verb.mode in ("g", "G"):
        text = _shortest(number) if verb.precision is None else _general(value, max(1, verb.precision))
        return text if verb.mode == "g" else text.upper()
    places = 6 if verb.precision is None else verb.precision
    if verb.mode == "f":
        context = Context(prec=max(1, value.adjusted() + 2 + places), rounding=ROUND_HALF_EVEN)
        return format(value.quantize(Decimal(1).scaleb(-places), context=context), "f")
    return _with_exponent(value, places, verb.mode)


def _general(value: Decimal, digits: int) -> str:
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    rounded = context.plus(value).normalize(context)
    if rounded == 0:
        return "0"
    significant = len(rounded.as_tuple().digits)
    exponent = rounded.adjusted()
    limit = significant if digits > significant >= exponent + 1 else digits
    return format(rounded, "f") if -4 <= exponent < limit else _with_exponent(rounded, significant - 1, "e")
