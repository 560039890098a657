"""Regular expressions: RE2's, which cannot be made to hang."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pamlint.terraform.functions.signature import check_text
from pamlint.terraform.types import ANY, STRING, ListType, ObjectType, TupleType, Type
from pamlint.terraform.values import EvaluationError, LimitReached, ListValue, Null, ObjectValue, TupleValue, Value, string

_MAX_MATCHES = 50_000
_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))", re.ASCII)


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern; raises EvaluationError for a wrong one."""
    if "\\C" in pattern.replace("\\\\", ""):
        raise EvaluationError("\\C, a single byte, is not supported in patterns")
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    options.never_nl = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "it cannot be read"
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise EvaluationError(f'"{pattern[:100]}" is no regular expression: {text}') from None


def _names(compiled: Any) -> list[str | None]:
    names: list[str | None] = [None] * compiled.groups
    for name, place in compiled.groupindex.items():
        names[place - 1] = name
    return names


def _result_type(compiled: Any) -> Type:
    names = _names(compiled)
    if not names:
        return STRING
    if all(name is None for name in names):
        return TupleType((STRING,) * len(names))
    if any(name is None for name in names):
        raise EvaluationError("a pattern has either named or unnamed groups, not both")
    return ObjectType({name: STRING for name in names if name is not None})


def _result(compiled: Any, match: Any) -> Value:
    groups: list[Value] = [Null(STRING) if text is None else string(text) for text in match.groups()]
    names = _names(compiled)
    if not groups:
        return string(match.group(0))
    if names[0] is None:
        return TupleValue(groups)
    return ObjectValue({name: group for name, group in zip(names, groups, strict=True) if name is not None})


def _matches(compiled: Any, text: str) -> Iterator[Any]:
    """All matches as Go finds them: an empty one does not count right behind another."""
    end = -1
    for count, match in enumerate(compiled.finditer(text)):
        if count > _MAX_MATCHES:
            raise LimitReached(f"a pattern with more than {_MAX_MATCHES:,} matches")
        if match.start() == match.end() == end:
            continue
        end = match.end()
        yield match


def first(pattern: str, text: str) -> Value:
    """regex: a string, a tuple of the groups or an object of the named groups."""
    compiled = compile_pattern(pattern)
    _result_type(compiled)
    match = compiled.search(text)
    if match is None:
        raise EvaluationError("the pattern matches no part of the string")
    return _result(compiled, match)


def every(pattern: str, text: str) -> Value:
    """regexall: a list of what regex gives for each match."""
    compiled = compile_pattern(pattern)
    of = _result_type(compiled)
    found: list[Value] = []
    for match in _matches(compiled, text):
        found.append(_result(compiled, match))
    return ListValue(found, of)


def first_type(pattern: Value, text: Value) -> Type:
    """What regex gives of a string that is not known."""
    del text
    return _result_type(compile_pattern(pattern)) if isinstance(pattern, str) else ANY


def every_type(pattern: Value, text: Value) -> Type:
    """What regexall gives of a string that is not known."""
    return ListType(first_type(pattern, text))


def replace(text: str, old: str, new: str) -> Value:
    """replace: of a pattern if it stands between slashes, where `$1` and `${name}` mean groups."""
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return _replace_pattern(text, compile_pattern(old[1:-1]), new)
    count = text.count(old) if old else len(text) + 1
    check_text(len(text) + count * (len(new) - len(old)), "replace")
    return string(text.replace(old, new))


def _replace_pattern(text: str, compiled: Any, new: str) -> Value:
    written: list[str] = []
    at = size = 0
    for match in _matches(compiled, text):
        written += (text[at : match.start()], _expand(new, compiled, match))
        at = match.end()
        size += len(written[-1]) + len(written[-2])
        check_text(size + len(text) - at, "replace")
    return string("".join(written) + text[at:])


def _expand(new: str, compiled: Any, match: Any) -> str:
    def group(reference: re.Match[str]) -> str:
        if reference[1]:
            return "$"
        name = reference[2] or reference[3]
        if name.isdigit():
            return (match.group(int(name)) or "") if int(name) <= compiled.groups else ""
        return (match.group(name) or "") if name in compiled.groupindex else ""

    return _REFERENCE.sub(group, new)
