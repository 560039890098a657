"""The port matrix in every form that people and programs read."""

from __future__ import annotations

from collections.abc import Callable

from pamlint.model.matrix import Line, Matrix
from pamlint.report import matrix_text, tables
from pamlint.report.screen import PLAIN, Screen
from pamlint.report.tables import Column, Table

OPTIONAL = ("Estate", "Source networks", "Source groups", "Destination networks", "Destination groups", "Parameter")
"""Columns that are left out where nothing stands in them."""


def table(matrix: Matrix) -> Table:
    """The matrix as a table: a row a line."""
    columns = (
        Column("Estate", 12),
        Column("Policy", 16),
        Column("Flow", 24),
        Column("Source role", 20),
        Column("Source networks", 26),
        Column("Source groups", 36),
        Column("Destination role", 20),
        Column("Destination networks", 26),
        Column("Destination groups", 36),
        Column("Direction", 16),
        Column("Protocol", 9),
        Column("Ports", 18),
        Column("Need", 12),
        Column("Feature", 22),
        Column("Parameter", 18),
        Column("Why", 60),
        Column("Reference", 40),
        Column("Confidence", 14),
    )
    return Table("Port matrix", columns, tuple(_row(line) for line in matrix.lines)).without_empty(*OPTIONAL)


def _row(line: Line) -> tuple[str, ...]:
    return (
        line.estate or "",
        line.policy,
        line.flow,
        line.source.role,
        ", ".join(line.source.networks),
        ", ".join(line.source.groups),
        line.destination.role,
        ", ".join(line.destination.networks),
        ", ".join(line.destination.groups),
        ", ".join(line.directions),
        line.protocol,
        line.ports,
        line.need,
        line.when,
        ", ".join(line.parameters),
        line.why,
        line.reference,
        line.confidence,
    )


def csv(matrix: Matrix, screen: Screen = PLAIN) -> str:
    """A row a line under a row of headings."""
    return tables.csv([table(matrix)])


FORMATS: dict[str, Callable[[Matrix, Screen], str | bytes]] = {
    "text": matrix_text.render,
    "csv": csv,
}
"""Each format's name and what makes a matrix into it. All of them are pure: the same matrix gives the same bytes."""
