"""What an evidence document's sections are made of: cells of several lines, in rows, under columns."""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.model.noun import noun
from pamlint.model.resource import Location
from pamlint.report.tables import Column

Cell = tuple[str, ...]
"""The lines of a cell."""


@noun
class Section:
    """One section; `requirements` are numbers of PCI DSS. `nothing` is what is said where the table would be empty."""

    key: str
    title: str
    requirements: tuple[str, ...]
    about: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    nothing: str


def row(*cells: Sequence[str]) -> tuple[Cell, ...]:
    """A row of cells, each with its lines."""
    return tuple(tuple(cell) for cell in cells)


def place(location: Location | None) -> Cell:
    """Where something is written, if that is known."""
    return (f"{location.file}:{location.line}",) if location else ()
