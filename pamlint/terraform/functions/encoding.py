"""Base64, character sets, URLs, CSV."""

from __future__ import annotations

import re
from itertools import pairwise

from pamlint.terraform.functions.signature import MAX_TEXT, check_items, check_text
from pamlint.terraform.types import STRING, ObjectType
from pamlint.terraform.values import EvaluationError, ListValue, ObjectValue, UnknownValue, Value, string


def to_bytes(text: str) -> bytes:
    """The string in UTF-8."""
    return text.encode("utf-8", "surrogatepass")


def _from_base64(text: str) -> bytes:
    import base64
    import binascii

    try:
        return base64.b64decode(to_bytes(text.replace("\n", "").replace("\r", "")), validate=True)
    except binascii.Error:
        raise EvaluationError("the string is not base64") from None


def _from_utf8(data: bytes) -> str:
    try:
        return string(data.decode())
    except UnicodeDecodeError:
        raise EvaluationError("the decoded bytes are not UTF-8") from None


def base64_of(data: bytes) -> str:
    """Bytes in base64."""
    import base64

    return base64.b64encode(data).decode()


def encode_base64(text: str) -> Value:
    """base64encode"""
    return base64_of(to_bytes(text))


def decode_base64(text: str) -> Value:
    """base64decode"""
    return _from_utf8(_from_base64(text))


def compress_base64(text: str) -> Value:
    """base64gzip: the bytes depend on the compressor, so they are not known."""
    return UnknownValue((f"base64gzip({len(text)} characters)",), STRING, not_null=True)


def decompress_base64(text: str) -> Value:
    """base64gunzip (OpenTofu)"""
    import zlib

    data = _from_base64(text)
    try:
        machine = zlib.decompressobj(wbits=31)
        found = machine.decompress(data, MAX_TEXT)
    except zlib.error:
        raise EvaluationError("the string is not gzip in base64") from None
    if machine.unconsumed_tail:
        check_text(MAX_TEXT + 1, "base64gunzip")
    return _from_utf8(found)


def encode_text(text: str, charset: str) -> Value:
    """textencodebase64"""
    try:
        codec = _codec(charset)
        mark = b"\xfe\xff" if codec == "utf-16" else b""
        return base64_of(mark + text.encode("utf-16-be" if mark else codec))
    except UnicodeEncodeError:
        raise EvaluationError(f"the string has characters that {charset} does not have") from None


def decode_text(text: str, charset: str) -> Value:
    """textdecodebase64"""
    data, codec = _from_base64(text), _codec(charset)
    if codec == "utf-16" and data[:2] != b"\xff\xfe":
        codec, data = "utf-16-be", data.removeprefix(b"\xfe\xff")
    try:
        return string(data.decode(codec))
    except UnicodeDecodeError:
        raise EvaluationError(f"the bytes mean nothing in {charset}") from None


_CHARSETS = (
    r"us-ascii|utf-8|utf-16(?:be|le)?|iso-8859-(?:[1-9]|1[03-6])|iso-8859-8-i|windows-125[0-8]|windows-874"
    r"|ibm(?:037|437|85[0258]|86[0235]|866)|koi8-[ru]|macintosh|big5|euc-(?:jp|kr)|gbk|gb18030|hz-gb-2312|iso-2022-jp|shift_jis"
)


def _codec(charset: str) -> str:
    name = charset.lower()
    name = "iso-8859-1" if name in ("latin1", "l1") else name
    if not re.fullmatch(_CHARSETS, name):
        raise EvaluationError(f'"{charset[:100]}" is no character set that is supported')
    return _PYTHON_NAMES.get(name, name)


_PYTHON_NAMES = {"macintosh": "mac-roman", "hz-gb-2312": "hz", "windows-874": "cp874", "iso-8859-8-i": "iso-8859-8"}


def encode_url(text: str) -> Value:
    """urlencode: spaces become plus signs."""
    from urllib.parse import quote_plus

    return quote_plus(to_bytes(text))


def decode_url(text: str) -> Value:
    """urldecode (OpenTofu)"""
    from urllib.parse import unquote_to_bytes

    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise EvaluationError("a % is not followed by two hexadecimal digits")
    return _from_utf8(unquote_to_bytes(text.replace("+", " ")))


_CELL = (
    r'"(?P<quoted>(?:[^"]|"")*)"(?P<end>,|\r?\n|\r?\Z)'
    r'|(?P<plain>[^",\r\n]*(?:\r(?!\n|\Z)[^",\r\n]*)*)(?P<stop>,|\r?\n|\r?\Z)'
)


def _rows(text: str) -> list[list[str]]:
    rows: list[list[str]] = []
    row: list[str] = []
    at = cells = 0
    next_cell = re.compile(_CELL)
    while at < len(text) or row:
        cell = next_cell.match(text, at)
        if cell is None:
            line = text.count("\n", 0, at) + 1
            raise EvaluationError(f'line {line}: a quote must enclose a whole field; a quote inside is written ""')
        quoted, plain = cell["quoted"], cell["plain"]
        row.append(quoted.replace('""', '"').replace("\r\n", "\n") if quoted is not None else plain)
        at = cell.end()
        cells += 1
        check_items(cells, "csvdecode")
        if (cell["end"] or cell["stop"]) != ",":
            if row != [""] or quoted is not None:
                rows.append(row)
            row = []
        elif at == len(text):
            rows.append([*row, ""])
            row = []
    return rows


def decode_csv(text: str) -> Value:
    """csvdecode: a list of objects of strings, named by the first line."""
    rows = _rows(text)
    if not rows:
        raise EvaluationError("the line with the names is missing")
    names = [string(name) for name in rows[0]]
    if len(set(names)) < len(names):
        twice = next(name for name, following in pairwise(sorted(names)) if name == following)
        raise EvaluationError(f'the column "{twice}" is named twice')
    for place, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            raise EvaluationError(f"row {place} has {len(row)} fields, the first has {len(names)}")
    of = ObjectType(dict.fromkeys(names, STRING))
    return ListValue((ObjectValue(dict(zip(names, map(string, row), strict=True))) for row in rows[1:]), of)
