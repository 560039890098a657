"""The port matrix in every form that people and programs read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from pamlint import __version__
from pamlint.model.matrix import LINE_STATES, Line, Matrix, Player
from pamlint.report import matrix_json, matrix_text, tables, web, workbook
from pamlint.report.escaping import in_markdown
from pamlint.report.matrix_tables import about, table
from pamlint.report.matrix_words import (
    BLANK,
    asked,
    estates,
    expiry,
    justification,
    missing_service,
    opened_at,
    players,
    policies,
    remarks,
    rules,
    service,
)
from pamlint.report.screen import Screen
from pamlint.report.summary import count


def csv(matrix: Matrix, screen: Screen) -> str:
    """A row a line under a row of headings."""
    return tables.csv(table(matrix))


def xlsx(matrix: Matrix, screen: Screen) -> bytes:
    """A workbook: the lines on the first sheet, what they were made from on the second."""
    return workbook.render([table(matrix), about(matrix)], matrix.today)


def markdown(matrix: Matrix, screen: Screen) -> str:
    """A heading, where it comes from, and the table."""
    made = table(matrix)
    lines = [f"# {made.title}", "", in_markdown(f"{count(len(matrix.lines), 'line')} from {heading(matrix)}."), ""]
    return "\n".join([*lines, *tables.markdown(made)]) + "\n"


def html(matrix: Matrix, screen: Screen) -> str:
    """One page that needs nothing else."""
    counts = Counter(line.state for line in matrix.lines)
    return web.render(
        "request.html" if matrix.is_request else "matrix.html",
        matrix=matrix,
        policies=policies(matrix),
        source=heading(matrix),
        total=count(len(matrix.lines), "line"),
        states=[(state, counts[state]) for state in LINE_STATES if counts[state]],
        estates=estates(matrix.lines),
        players=_players,
        asked=asked,
        service=missing_service if matrix.is_request else service,
        remarks=remarks,
        rules=rules,
        opened_at=opened_at,
        justification=justification,
        fields=BLANK,
        expiry=expiry(matrix.today),
        version=__version__,
    )


def heading(matrix: Matrix) -> str:
    """The policies, the site files and the day."""
    return ", ".join([policies(matrix), *matrix.sites, *([str(matrix.today)] if matrix.today else [])])


def _players(lines: Sequence[Line]) -> list[Player]:
    """Who plays the roles of these lines, as far as anybody is known."""
    return [player for player in players(lines) if player.networks or player.groups]


FORMATS: dict[str, Callable[[Matrix, Screen], str | bytes]] = {
    "text": matrix_text.render,
    "json": matrix_json.render,
    "csv": csv,
    "markdown": markdown,
    "html": html,
    "xlsx": xlsx,
}
"""Each format's name and what makes a matrix into it. All of them are pure: the same matrix gives the same bytes."""
