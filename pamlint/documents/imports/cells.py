"""The cells of a table from outside: what is kept of them, how many there may be, and how their columns are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pamlint.model.errors import UserError

MOST_ROWS = 10_000
MOST_COLUMNS = 256
MOST_CELLS = 200_000
MOST_CHARACTERS = 10_000
SAVE = "save the table as .xlsx, or as CSV in UTF-8"


def trimmed(row: Iterable[str]) -> list[str]:
    """The cells of a row up to the last in which something stands."""
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def check_limits(path: Path, rows: int, columns: int, cells: int) -> None:
    """UserError names the limit that is broken."""
    for number, most, what in ((columns, MOST_COLUMNS, "columns"), (rows, MOST_ROWS, "rows"), (cells, MOST_CELLS, "cells")):
        if number > most:
            raise UserError(f"`{path}` has more than {most:,} {what}: cut out the table, and import that")


def plain(cell: str, path: Path) -> str:
    """The text of a cell without what keeps spreadsheets from taking it for a formula. UserError if it is too long."""
    if len(cell) > MOST_CHARACTERS:
        raise UserError(f"`{path}` has a cell of more than {MOST_CHARACTERS:,} characters")
    text = "".join(char if char.isprintable() or char == "\n" else " " for char in cell).strip()
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") else text


def letters(column: int) -> str:
    """A column's name: 0 is A, 26 is AA."""
    return "".join(_letters(column))


def _letters(column: int) -> Iterator[str]:
    if column >= 26:
        yield from _letters(column // 26 - 1)
    yield chr(ord("A") + column % 26)
