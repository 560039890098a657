"""Functions of timestamps in the form of RFC 3339."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from pamlint.model.noun import noun
from pamlint.terraform.values import EvaluationError, Value, string

if TYPE_CHECKING:
    from datetime import datetime

_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_LONGEST = 2**63
_LONGEST_TEXT = 200
_TOKEN = re.compile(r"(?P<quote>'(?:[^']|'')*'?)|(?P<verb>([A-Za-z])\3*)|[^A-Za-z']+", re.ASCII)


@noun
class _Moment:
    """A local time without fractions, the nanoseconds, and the offset from UTC as it is written."""

    local: datetime
    nanoseconds: int
    offset: int


def _parse(text: str) -> _Moment:
    from datetime import datetime

    found = _TIMESTAMP.fullmatch(text)
    if found:
        offset = 0 if found[8] == "Z" else (int(found[9]) * 60 + int(found[10])) * (-60 if found[8][0] == "-" else 60)
        try:
            local = datetime(*(int(found[place]) for place in range(1, 7)))  # type: ignore[arg-type]
        except ValueError:
            pass
        else:
            return _Moment(local, int(((found[7] or ".0")[1:] + "000000000")[:9]), offset)
    raise EvaluationError(f'"{text[:100]}" is no timestamp, such as 2026-01-31T13:00:00Z')


def _parse_duration(text: str) -> int:
    """Nanoseconds."""
    sign, rest = (-1 if text.startswith("-") else 1), text.lstrip("+-") if text[:1] in ("+", "-") else text
    if len(text) - len(rest) > 1:
        rest = ""
    if rest == "0":
        return 0
    total = Fraction(0)
    at = 0
    while at < len(rest) <= _LONGEST_TEXT:
        part = _DURATION.match(rest, at)
        if part is None:
            break
        total += Fraction(part[1]) * _UNITS[part[2]]
        at = part.end()
    if not rest or at < len(rest) or total >= _LONGEST or len(text) > _LONGEST_TEXT:
        raise EvaluationError(f'"{text[:100]}" is no duration, such as 1h30m')
    return sign * int(total)


def add_time(timestamp: str, duration: str) -> Value:
    """timeadd"""
    from datetime import timedelta

    moment = _parse(timestamp)
    seconds, _ = divmod(moment.nanoseconds + _parse_duration(duration), 10**9)
    try:
        local = moment.local + timedelta(seconds=seconds)
    except OverflowError:
        raise EvaluationError("the time lies outside the years 1 to 9999") from None
    return f"{local.isoformat()}{_zone(moment.offset, ':', 'Z')}"


def _zone(offset: int, separator: str, utc: str) -> str:
    if offset == 0 and utc:
        return utc
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}{separator}{minutes:02}"


def compare_times(left: str, right: str) -> Value:
    """timecmp"""
    earlier, later = _instant(_parse(left)), _instant(_parse(right))
    return (earlier > later) - (earlier < later)


def _instant(moment: _Moment) -> int:
    from datetime import datetime

    since = moment.local - datetime(1970, 1, 1)
    return (since.days * 86400 + since.seconds - moment.offset) * 10**9 + moment.nanoseconds


def format_date(pattern: str, timestamp: str) -> Value:
    """formatdate"""
    verbs = _verbs(_parse(timestamp))
    written: list[str] = []
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if token["quote"] is not None:
            written.append(_literal(text))
        elif token["verb"] is not None:
            written.append(_said(text, verbs))
        else:
            written.append(text)
    return string("".join(written))


def _literal(text: str) -> str:
    if len(text) < 2 or not text.endswith("'"):
        raise EvaluationError("a ' is not closed")
    return "'" if text == "''" else text[1:-1].replace("''", "'")


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _said(verb: str, verbs: Mapping[str, str]) -> str:
    if verb not in verbs:
        raise EvaluationError(f"\"{verb[:20]}\" is no date format; letters that mean themselves stand between ' and '")
    return verbs[verb]


def _verbs(moment: _Moment) -> Mapping[str, str]:
    """All that a pattern can ask for of a moment."""
    at = moment.local
    month, day = _MONTHS[at.month - 1], _DAYS[at.weekday()]
    half, hour = ("AM" if at.hour < 12 else "PM"), at.hour % 12 or 12
    return {
        "YY": f"{at.year % 100:02}",
        "YYYY": f"{at.year:04}",
        "M": f"{at.month}",
        "MM": f"{at.month:02}",
        "MMM": month[:3],
        "MMMM": month,
        "D": f"{at.day}",
        "DD": f"{at.day:02}",
        "EEE": day[:3],
        "EEEE": day,
        "h": f"{at.hour}",
        "hh": f"{at.hour:02}",
        "H": f"{hour}",
        "HH": f"{hour:02}",
        "AA": half,
        "aa": half.lower(),
        "m": f"{at.minute}",
        "mm": f"{at.minute:02}",
        "s": f"{at.second}",
        "ss": f"{at.second:02}",
        "Z": _zone(moment.offset, ":", "Z"),
        "ZZZ": _zone(moment.offset, "", "UTC"),
        "ZZZZ": _zone(moment.offset, "", ""),
        "ZZZZZ": _zone(moment.offset, ":", ""),
    }
