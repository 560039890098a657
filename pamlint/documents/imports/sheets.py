"""Files to sheets: CSV in the encodings and with the separators that people have, and XLSX, both within limits.

Nothing in a file is trusted: a workbook is unpacked and walked within limits before any library opens it, and what is larger
or of another kind is refused, with the limit's name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from pamlint.documents.imports.cells import SAVE, check_limits, plain, trimmed
from pamlint.model.errors import UserError
from pamlint.model.port_table import Doubt, Place, Sheet

MOST_BYTES = 10_000_000
SEPARATORS = ",;\t|"
OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls), or one with a password",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text with formats (RTF)",
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
}
_FOREIGN = re.compile(r"[^\x00-\x7f]{4}")
"""Four characters in a row that are not ASCII: no Western European writes so, and files in other code pages look so."""


def read_sheets(path: Path) -> tuple[tuple[Sheet, ...], tuple[Doubt, ...]]:
    """The sheets of a file, by its content and not its name. UserError says what is wrong with it, or which limit it breaks."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"`{path}` cannot be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise UserError(f"`{path}` is larger than {MOST_BYTES:,} bytes")
    for magic, what in OTHERS.items():
        if data.startswith(magic):
            raise UserError(f"`{path}` is {what}: {SAVE}")
    if data.startswith(b"PK"):
        from pamlint.documents.imports.workbook import read_workbook

        return read_workbook(data, path)
    text, doubts = _decoded(data, path)
    return (Sheet(None, _limited(_records(text, path), path)),), doubts


def _decoded(data: bytes, path: Path) -> tuple[str, tuple[Doubt, ...]]:
    """The text, and what was assumed of its encoding."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16"), ()
        even, odd = data[:400:2].count(0), data[1:400:2].count(0)
        if max(even, odd) > len(data[:400]) // 4:
            return data.decode("utf-16-le" if odd > even else "utf-16-be"), ()
        if b"\0" in data:
            raise UserError(f"`{path}` is no text: it holds zero bytes; {SAVE}")
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if not text or b"\0" in data or _FOREIGN.search(text):
        raise UserError(f"`{path}` is neither UTF-8 nor UTF-16 nor Windows-1252: {SAVE}")
    return text, (Doubt(Place(), "the file is not UTF-8; it was read as Windows-1252, so look at the letters with accents"),)


def _records(text: str, path: Path) -> list[list[str]]:
    """The rows under the separator that makes the most cells in the most alike rows; a line `sep=;` names it."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return [[], *_split(rest, first.strip()[4], path)]
    best: list[list[str]] = []
    errors = []
    for separator in SEPARATORS:
        try:
            rows = _split(text, separator, path)
        except UserError as error:
            errors.append(error)
            continue
        if _likeness(rows) > _likeness(best):
            best = rows
    if errors and _likeness(best) <= 1:
        raise errors[0]
    if not best:
        raise UserError(f"`{path}` is empty")
    return best


def _likeness(rows: Iterable[list[str]]) -> int:
    """In how many rows there are as many cells as in most of the rows that have several."""
    widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
    several = [width for width in widths if width > 1]
    return max((several.count(width) * min(width, 8) for width in set(several)), default=min(1, len(widths)))


def _split(text: str, separator: str, path: Path) -> list[list[str]]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        line = f"line {reader.line_num}: {error}"
        raise UserError(f"`{path}` is no CSV with `{separator}` between cells: {line}") from None


def _limited(rows: Iterable[list[str]], path: Path) -> tuple[tuple[str, ...], ...]:
    """The rows within the limits, without empty cells at their ends."""
    kept: list[tuple[str, ...]] = []
    cells = 0
    for row in rows:
        full = trimmed(row)
        cells += len(full)
        check_limits(path, len(kept) + 1 if full else 0, len(full), cells)
        kept.append(tuple(plain(cell, path) for cell in full))
    return tuple(kept)
