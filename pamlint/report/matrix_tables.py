"""The port matrix as tables: a row a line, or, of what is missing, the request to a firewall team."""

from __future__ import annotations

from pamlint.model.matrix import Line, Matrix
from pamlint.report.matrix_words import BLANK, ENDS, asked, expiry, justification, opened_at, remarks, rules
from pamlint.report.tables import Column, Table

OPTIONAL = ("Estate", "Source networks", "Source groups", "Destination networks", "Destination groups", "Parameter", "Remark")
"""Columns that are left out where nothing stands in them."""
HEAD = (
    Column("Estate", 12),
    Column("Policy", 16),
    Column("Flow", 24),
    Column("Source role", 20),
    Column("Source networks", 24),
    Column("Source groups", 34),
    Column("Destination role", 20),
    Column("Destination networks", 24),
    Column("Destination groups", 34),
    Column("Direction", 11),
    Column("Protocol", 9),
    Column("Ports", 18),
    Column("Need", 12, coloured=True),
    Column("Feature", 22),
    Column("Parameter", 16),
    Column("Why", 60),
    Column("Reference", 40),
    Column("Confidence", 14, coloured=True),
)
STANDING = (
    Column("State", 13, coloured=True),
    *(Column(heading, 13, coloured=True) for heading in ENDS.values()),
    Column("Opened by", 50),
    Column("Remark", 50),
)


def table(matrix: Matrix) -> Table:
    """The matrix as a row a line, with the states of what was verified; of what is missing alone, the request for it."""
    if matrix.is_request:
        return _request(matrix)
    columns = (*HEAD, *STANDING) if matrix.verified else HEAD
    rows = tuple((*_row(line), *_standing(line)) if matrix.verified else _row(line) for line in matrix.lines)
    return Table("Port matrix", columns, rows).without_empty(*OPTIONAL)


def about(matrix: Matrix) -> Table:
    """What the matrix was made from."""
    rows = [("Policy", f"{used.id} {used.version}, sha256 {used.sha256}") for used in matrix.policies]
    rows += [("Site file", site) for site in matrix.sites]
    rows += [("Day", str(matrix.today))] if matrix.today else []
    rows += [("Off with their features", flow) for flow in matrix.inactive]
    return Table("About", (Column("What", 24), Column("Value", 100)), tuple(rows))


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


def _standing(line: Line) -> tuple[str, ...]:
    states = {end.direction: end.state for end in line.ends}
    opened = ", ".join(str(rule) for rule in rules(line))
    return (line.state or "", *(states.get(way, "") for way in ENDS), opened, "; ".join(remarks(line)))


def _request(matrix: Matrix) -> Table:
    """Rows that a firewall team can work on, with blanks for whoever asks and allows."""
    columns = (
        *(Column(field, 14) for field in BLANK),
        Column("Estate", 12),
        Column("Source role", 20),
        Column("Source", 34),
        Column("Destination role", 20),
        Column("Destination", 34),
        Column("Protocol", 9),
        Column("Ports", 18),
        Column("To be opened", 40),
        Column("Justification", 70),
        Column("Expiry", 24),
        Column("Flow", 24),
    )
    rows = tuple(_asked(line, matrix) for line in matrix.lines)
    return Table("Firewall request", columns, rows).without_empty("Estate")


def _asked(line: Line, matrix: Matrix) -> tuple[str, ...]:
    source, destination = asked(line)
    return (
        *("" for _ in BLANK),
        line.estate or "",
        source.role,
        ", ".join((*source.networks, *source.groups)),
        destination.role,
        ", ".join((*destination.networks, *destination.groups)),
        line.protocol,
        line.missing or line.ports,
        "; ".join(opened_at(line)),
        justification(line),
        expiry(matrix.today),
        line.flow,
    )
