"""Tables as files: CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv as standard
import io
from collections.abc import Sequence
from dataclasses import dataclass

from pamlint.report.escaping import safe_cell


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading, as wide as so many characters where a format has widths."""

    heading: str
    width: int = 16


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns; every row has as many cells as there are columns. `tones` colour rows, one word each."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[str, ...] = ()

    def without_empty(self, *optional: str) -> Table:
        """The same table without those of these columns in which nothing stands."""
        kept = [
            number
            for number, column in enumerate(self.columns)
            if column.heading not in optional or any(row[number] for row in self.rows)
        ]
        columns = tuple(self.columns[number] for number in kept)
        return Table(self.title, columns, tuple(tuple(row[number] for number in kept) for row in self.rows), self.tones)


def csv(tables: Sequence[Table]) -> str:
    """The tables as RFC 4180 has them, one below the other with an empty line between; lines end in CR LF."""
    out = io.StringIO()
    writer = standard.writer(out)
    for place, table in enumerate(tables):
        if place:
            out.write("\r\n")
        writer.writerow(column.heading for column in table.columns)
        writer.writerows([safe_cell(cell) for cell in row] for row in table.rows)
    return out.getvalue()
