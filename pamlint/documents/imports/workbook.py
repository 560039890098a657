"""XLSX to sheets. The archive is unpacked and its XML walked within limits before openpyxl opens it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pamlint.documents.imports.cells import MOST_CELLS, SAVE, check_limits, plain, trimmed
from pamlint.model.errors import UserError
from pamlint.model.port_table import Doubt, Place, Sheet

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_MEMBERS = 1_000
MOST_UNPACKED = 50_000_000
MOST_RATIO = 200
FROM_RATIO = 1_000_000
"""Below so many bytes, how much smaller they were packed does not matter."""
MOST_SHEETS = 50
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


def read_workbook(data: bytes, path: Path) -> tuple[tuple[Sheet, ...], tuple[Doubt, ...]]:
    """The sheets that are shown, merged cells filled, and formulas as they are where the file holds no result of theirs.

    A hidden sheet in which something stands is a doubt. UserError says what is wrong, or which limit the file breaks.
    """
    try:
        formulas = _inspect(data, path)
        books = [_book(data, values=True), *([_book(data, values=False)] if formulas else [])]
    except UserError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise UserError(f"`{path}` is a broken archive ({error}): {SAVE}") from error
    except Exception as error:  # openpyxl raises whatever it stumbles over
        raise UserError(f"`{path}` is no workbook that can be read ({type(error).__name__}: {error}): {SAVE}") from error
    if len(books[0].worksheets) > MOST_SHEETS:
        raise UserError(f"`{path}` has more than {MOST_SHEETS} sheets")
    shown = [sheet.title for sheet in books[0].worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in books[0].worksheets if sheet.title not in shown and sheet._cells]
    doubts = tuple(Doubt(Place(title), "not read: the sheet is hidden") for title in hidden)
    return tuple(Sheet(title, _rows([book[title] for book in books], path)) for title in shown), doubts


def _book(data: bytes, values: bool) -> Workbook:
    """The workbook, with the results of formulas or with the formulas."""
    import openpyxl

    return openpyxl.load_workbook(io.BytesIO(data), data_only=values, keep_links=False, keep_vba=False)


def _inspect(data: bytes, path: Path) -> bool:
    """Unpacks every member within the limits, and walks the XML of each for declarations and for too many cells.

    Says whether there are formulas.
    """
    formulas = False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if len(members) > MOST_MEMBERS:
            raise UserError(f"`{path}` holds more than {MOST_MEMBERS:,} files")
        if "mimetype" in names:
            raise UserError(f"`{path}` is an OpenDocument file: {SAVE}")
        if "[Content_Types].xml" not in names or "xl/workbook.bin" in names:
            raise UserError(f"`{path}` is an archive, but no .xlsx: {SAVE}")
        unpacked = 0
        for member in members:
            content = _unpacked(archive, member, MOST_UNPACKED - unpacked, path)
            unpacked += len(content)
            if len(content) > FROM_RATIO and len(content) > MOST_RATIO * max(1, member.compress_size):
                raise UserError(f"`{path}` unpacks to more than {MOST_RATIO} times its size: that is no table")
            if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                formulas = _walk(content, path) or formulas
    return formulas


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int, path: Path) -> bytes:
    with archive.open(member) as file:
        content = file.read(room + 1)
    if len(content) > room:
        raise UserError(f"`{path}` unpacks to more than {MOST_UNPACKED:,} bytes")
    return content


def _walk(content: bytes, path: Path) -> bool:
    """Counts cells, written and merged, as openpyxl makes an object of each; no document type is allowed, so no entity grows.

    Says whether there are formulas.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    cells, formulas = 0, False
    try:
        for _, element in iterparse(io.BytesIO(content), events=("end",), forbid_dtd=True):
            name = str(element.tag).rpartition("}")[2]
            formulas = formulas or name == "f"
            cells += 1 if name == "c" else _area(element.get("ref", "")) if name == "mergeCell" else 0
            if cells > MOST_CELLS:
                raise UserError(f"`{path}` has more than {MOST_CELLS:,} cells: cut out the table, and import that")
            if name in ("c", "row"):
                element.clear()
    except DefusedXmlException as error:
        raise UserError(f"`{path}` declares entities or a document type, which no table needs") from error
    except (ParseError, LookupError, ValueError) as error:
        raise UserError(f"`{path}` holds broken XML ({error}): {SAVE}") from error
    return formulas


def _area(reference: str) -> int:
    """How many cells a range has."""
    found = _RANGE.fullmatch(reference)
    if found is None or found[3] is None:
        return 1
    width = abs(_number(found[3]) - _number(found[1])) + 1
    return width * (abs(int(found[4]) - int(found[2])) + 1)


def _number(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _rows(views: Sequence[Worksheet], path: Path) -> tuple[tuple[str, ...], ...]:
    """The rows of a sheet as text, each cell by the first view that has it.

    Only cells that exist are looked at: a sheet may have one in its last row and column.
    """
    found: dict[tuple[int, int], str] = {}
    for view in views:
        for (row, column), cell in view._cells.items():
            text = _text(cell.value, path)
            if text:
                found.setdefault((row, column), text)
    for merged in views[0].merged_cells.ranges:
        first = found.get((merged.min_row, merged.min_col))
        for row, column in _places(merged) if first else ():
            found[row, column] = first or ""
    height, width = max((row for row, _ in found), default=0), max((column for _, column in found), default=0)
    check_limits(path, height, width, len(found))
    return tuple(tuple(trimmed(found.get((row, column), "") for column in range(1, width + 1))) for row in range(1, height + 1))


def _places(merged: Any) -> Iterator[tuple[int, int]]:
    for row in range(merged.min_row, merged.max_row + 1):
        for column in range(merged.min_col, merged.max_col + 1):
            yield row, column


def _text(value: Any, path: Path) -> str:
    """What a cell says: numbers without a point where they are whole, days as days."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
    return plain(str(value), path)
