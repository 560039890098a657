"""Lines of styled words, and how they reach a terminal or a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pamlint.model.finding import Severity
from pamlint.model.noun import noun

if TYPE_CHECKING:
    from rich.console import RenderableType

Span = tuple[str, str]
"""Words and their style, in rich's terms; an empty style is plain."""
Line = tuple[Span, ...]

SEVERITY_STYLES: dict[Severity, str] = {
    "critical": "bold red",
    "high": "red",
    "medium": "bold yellow",
    "low": "bold cyan",
    "info": "bold blue",
}


@noun
class Screen:
    """Where text goes. `width` is in columns; findings milder than `min_severity`, or `known` by their fingerprints, are counted,
    not shown.
    """

    width: int = 100
    colour: bool = False
    min_severity: Severity = "low"
    quiet: bool = False
    known: frozenset[str] = frozenset()


PLAIN = Screen()


def line(text: str = "", style: str = "") -> Line:
    """One line in one style."""
    return ((text, style),) if text else ()


def wrapped(text: str, width: int, first: Sequence[Span] = (), indent: str = "") -> list[Line]:
    """The text broken at `width` columns, `first` before its first line and `indent` before the others."""
    import textwrap

    lead = "".join(words for words, _ in first)
    broken = textwrap.wrap(
        text, max(width, 40), initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
    if not broken:
        return [tuple(first)]
    return [(*first, (broken[0][len(lead) :], "")), *(line(rest) for rest in broken[1:])]


def aligned(table: Sequence[Sequence[str]], width: int | None = None) -> list[Line]:
    """Rows with their cells below each other, two columns in; columns that are empty throughout are left out.

    With a width, the last column is wrapped into what is left of it.
    """
    if not table:
        return []
    kept = [number for number, _ in enumerate(table[0]) if any(row[number] for row in table)]
    widths = {number: max(len(row[number]) for row in table) for number in kept[:-1]}
    lines: list[Line] = []
    for row in table:
        lead = "  " + "".join(row[number].ljust(widths[number]) + "  " for number in kept[:-1])
        if width is None:
            lines.append(line((lead + row[kept[-1]]).rstrip()))
        else:
            lines += wrapped(row[kept[-1]], max(width, len(lead) + 20), ((lead, ""),), " " * len(lead))
    return lines


def paint(lines: Iterable[Line], screen: Screen) -> str:
    """The lines as one string, with terminal colours if the screen has them."""
    if not screen.colour:
        return "".join("".join(words for words, _ in each).rstrip() + "\n" for each in lines)
    from rich.text import Text

    return coloured((Text.assemble(*each) for each in lines), screen, wrapped_already=True)


def coloured(things: Iterable[RenderableType], screen: Screen, *, wrapped_already: bool = False) -> str:
    """What rich makes of things of its own, in the colours that every terminal has."""
    import io

    from rich.console import Console

    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=screen.width, legacy_windows=False)
    with console.capture() as captured:
        for thing in things:
            console.print(thing, soft_wrap=wrapped_already)
    return captured.get()
