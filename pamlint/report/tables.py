"""Tables as CSV and Markdown. No name from outside becomes a formula, a column or a tag."""

from __future__ import annotations

import csv as standard
import io
from collections.abc import Mapping
from typing import Literal

from pamlint.model.noun import noun, replace
from pamlint.report.escaping import in_markdown, safe_cell

Tone = Literal["good", "bad", "doubt", "quiet"]
TONES: Mapping[str, Tone] = {
    "open": "good",
    "missing": "bad",
    "wrongly-open": "bad",
    "half-open": "doubt",
    "unproven": "doubt",
    "closed": "quiet",
    "not-judged": "quiet",
    "required": "good",
    "blocked": "bad",
    "optional": "quiet",
    "not-needed": "quiet",
    "unverified": "doubt",
    "unjustified": "bad",
    "justified": "good",
}
"""The words that are coloured where they stand alone in a coloured column."""


@noun
class Column:
    """A column by its heading, as wide as so many characters where a format has widths."""

    heading: str
    width: int = 16
    coloured: bool = False


@noun
class Table:
    """Rows of cells under columns; every row has as many cells as there are columns."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def without_empty(self, *optional: str) -> Table:
        """The same table without those of these columns in which nothing stands."""
        kept = [
            number
            for number, column in enumerate(self.columns)
            if column.heading not in optional or any(row[number] for row in self.rows)
        ]
        rows = tuple(tuple(row[number] for number in kept) for row in self.rows)
        return replace(self, columns=tuple(self.columns[number] for number in kept), rows=rows)


def csv(table: Table) -> str:
    """The table as RFC 4180 has it: a line of headings, then a line a row; lines end in CR LF."""
    out = io.StringIO()
    writer = standard.writer(out)
    writer.writerow(column.heading for column in table.columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def markdown(table: Table) -> list[str]:
    """The lines of a pipe table."""
    lines = [f"| {' | '.join(column.heading for column in table.columns)} |", "|---" * len(table.columns) + "|"]
    return lines + [f"| {' | '.join(in_markdown(cell) for cell in row)} |" for row in table.rows]
