"""String functions."""

from __future__ import annotations

from typing import cast

from pamlint.terraform.functions.signature import check_items, check_text, whole
from pamlint.terraform.graphemes import clusters
from pamlint.terraform.numeric import Number
from pamlint.terraform.pieces import put_together, taken_apart
from pamlint.terraform.types import BOOL, STRING
from pamlint.terraform.values import (
    EvaluationError,
    ListValue,
    Null,
    UnknownValue,
    Value,
    string,
    unknown_from,
)

_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def upper(text: str) -> Value:
    """upper: letter by letter, so that a string keeps its length."""
    changed = text.upper()
    return string(changed if len(changed) == len(text) else "".join(_single(letter, letter.upper()) for letter in text))


def lower(text: str) -> Value:
    """lower: letter by letter, so that a string keeps its length."""
    changed = text.lower()
    return string(changed if len(changed) == len(text) else "".join(_single(letter, letter.lower()) for letter in text))


def _single(letter: str, changed: str) -> str:
    return changed if len(changed) == 1 else letter


def title(text: str) -> Value:
    """title: capitals where words begin, all else as it is."""
    before = " "
    written = []
    for letter in text:
        written.append(_single(letter, letter.title()) if _separates(before) else letter)
        before = letter
    return string("".join(written))


def _separates(letter: str) -> bool:
    if letter.isascii():
        return not (letter.isalnum() or letter == "_")
    return letter in _SPACES


def reverse(text: str) -> Value:
    """strrev"""
    return string("".join(reversed(clusters(text))))


def substring(text: str, offset: Number, length: Number) -> Value:
    """substr: an offset from the end if negative, all the rest if the length is."""
    start, count = whole(offset, "the offset"), whole(length, "the length")
    letters = clusters(text)
    if start < 0:
        start = max(0, start + len(letters))
        count = len(letters) if count == 0 else count
    return string("".join(letters[start:] if count < 0 else letters[start : start + count]))


def join(separator: str, *lists: ListValue) -> Value:
    """join: all lists, one after the other."""
    if not lists:
        raise EvaluationError("at least one list is needed")
    items = [item for given in lists for item in given.items]
    if any(isinstance(item, Null) for item in items):
        raise EvaluationError("a null cannot be joined to a string")
    check_text(sum(len(item) for item in items if isinstance(item, str)) + len(separator) * len(items), "join")
    if any(isinstance(item, UnknownValue) for item in items):
        between = [part for item in items for part in (separator, item)]
        return put_together(cast("list[str | UnknownValue]", between[1:]))
    return string(separator.join(map(str, items)))


def split(separator: str, text: str | UnknownValue) -> Value:
    """split"""
    if isinstance(text, UnknownValue):
        return taken_apart(text, separator)
    check_items(text.count(separator) + 1, "split")
    return ListValue(text.split(separator) if separator else list(text), STRING)


def chomp(text: str) -> Value:
    """chomp: without line ends at the end."""
    return text.rstrip("\r\n")


def indent(spaces: Number, text: str) -> Value:
    """indent: all lines but the first."""
    count = whole(spaces, "the number of spaces")
    if count < 0:
        raise EvaluationError("the number of spaces must not be negative")
    check_text(len(text) + count * text.count("\n"), "indent")
    return text.replace("\n", "\n" + " " * count)


def trim(text: str, characters: str) -> Value:
    """trim"""
    return text.strip(characters)


def trim_prefix(text: str, prefix: str) -> Value:
    """trimprefix"""
    return text.removeprefix(prefix)


def trim_suffix(text: str, suffix: str) -> Value:
    """trimsuffix"""
    return text.removesuffix(suffix)


def trim_space(text: str) -> Value:
    """trimspace"""
    return text.strip(_SPACES)


def starts_with(text: str | UnknownValue, prefix: str) -> Value:
    """startswith: also known of a string whose beginning is."""
    if isinstance(text, str):
        return text.startswith(prefix)
    if text.prefix.startswith(prefix):
        return True
    if text.prefix and len(text.prefix) >= len(prefix):
        return False
    return unknown_from((text,), BOOL)


def ends_with(text: str, suffix: str) -> Value:
    """endswith"""
    return text.endswith(suffix)


def contains(text: str, part: str) -> Value:
    """strcontains"""
    return part in text
