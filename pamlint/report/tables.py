"""Tables for people, laid out by rich."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pamlint.report.escaping import visible
from pamlint.report.screen import Screen


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], screen: Screen) -> str:
    """The rows under their headers, wrapped into the screen's width; long words break rather than spill."""
    import io

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold" if screen.colour else "")
    for header in headers:
        grid.add_column(header, overflow="fold")
    for cells in rows:
        grid.add_row(*(Text(visible(cell)) for cell in cells))
    written = io.StringIO()
    console = Console(
        file=written,
        width=screen.width,
        color_system="standard" if screen.colour else None,
        force_terminal=screen.colour,
        legacy_windows=False,
    )
    console.print(grid)
    return "\n".join(text.rstrip() for text in written.getvalue().splitlines()) + "\n"
