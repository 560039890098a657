"""The lines of a file that a finding points at, as a compiler shows them."""

from __future__ import annotations

from pathlib import Path

from pamlint.model.resource import Location
from pamlint.report.escaping import visible
from pamlint.report.screen import Line, line

_CODE = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".yaml", ".yml")


class Excerpts:
    """Reads each file of one report at most once; a file that cannot be read, or is not code, has no excerpt."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def around(self, place: Location, most: int, width: int, style: str) -> list[Line]:
        """The arrow with the place, then at most so many of the block's lines, the first one underlined."""
        last = max(place.line, min(place.end_line, place.line + most - 1))
        gutter = len(str(last))
        lines = self._read(place.file)
        if place.line > len(lines):
            return [arrow(place, gutter)]
        shown = range(place.line, min(last, len(lines)) + 1)
        told = [arrow(place, gutter), line(f"{' ' * gutter} |", "blue")]
        for number in shown:
            text = lines[number - 1].expandtabs(4)
            told.append(((f"{number:>{gutter}} | ", "blue"), (_fitting(visible(text), width - gutter - 3), "")))
            if number == place.line:
                told.append(_underline(lines[number - 1], place.column, gutter, width, style))
        if most > 1 and shown[-1] < min(place.end_line, len(lines)):
            told.append(line(f"{' ' * gutter} | ...", "blue"))
        return told

    def _read(self, file: str) -> list[str]:
        if not file.endswith(_CODE):
            return []
        if file not in self._lines:
            try:
                text = Path(file).read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError):
                text = ""
            self._lines[file] = text.split("\n")
        return self._lines[file]


def arrow(place: Location, gutter: int = 1) -> Line:
    """The place alone."""
    return ((f"{' ' * gutter}--> ", "blue"), (visible(str(place)), ""))


def _underline(text: str, column: int, gutter: int, width: int, style: str) -> Line:
    start = len(text[: column - 1].expandtabs(4))
    length = max(len(text.rstrip().expandtabs(4)) - start, 1)
    room = max(width - gutter - 3 - start, 1)
    return ((f"{' ' * gutter} | ", "blue"), (" " * start, ""), ("^" * min(length, room), style))


def _fitting(text: str, width: int) -> str:
    text = text.rstrip()
    return text if len(text) <= width else text[: width - 1] + "…"
