"""Where results and complaints go: standard output, files, standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from pamlint.model.errors import InputError, UserError
from pamlint.model.resource import Problem
from pamlint.report.escaping import visible
from pamlint.report.excerpts import Excerpts
from pamlint.report.screen import PLAIN, paint


def tell(text: str | bytes) -> None:
    """Writes a result to standard output, words as UTF-8. A reader that went away is no error; a full disk is (UserError)."""
    if sys.stdout is None:
        raise UserError("standard output is closed")
    sys.stdout.flush()
    try:
        sys.stdout.buffer.write(_encoded(text))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UserError(f"standard output cannot be written: {error.strerror}") from error


def save(text: str | bytes, path: Path) -> None:
    """Writes a result to a file, words as UTF-8; UserError where that cannot be."""
    try:
        path.write_bytes(_encoded(text))
    except OSError as error:
        raise UserError(f"`{path}` cannot be written: {error.strerror}") from error


def place(output: str | None) -> Path | None:
    """Where `--output` says that a result is to be written, None for standard output; UserError for `-`."""
    if output == "-":
        raise UserError("--output: `-` names no file; without --output the result goes to standard output")
    return None if output is None else Path(output)


def refuse_existing(paths: Iterable[Path]) -> None:
    """UserError for a file that is there already."""
    for path in paths:
        if path.exists():
            raise UserError(f"`{path}` is there already and stays as it is; name another place with --output")


def write_new(files: Mapping[Path, str]) -> None:
    """Writes all of the files and says so or, where one of them is there already, writes none (UserError)."""
    refuse_existing(files)
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(_encoded(text))
        except OSError as error:
            raise UserError(f"`{path}` cannot be written: {error.strerror}") from error
    tell(f"Wrote {' and '.join(str(path) for path in files)}.\n")


def _encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")


def note(texts: Iterable[str]) -> None:
    """Says on standard error what a reader should know and is no finding."""
    for text in texts:
        print(f"note: {visible(text)}", file=sys.stderr)


def told(problem: Problem) -> str:
    """A problem on one line, with its place and what to do."""
    return f"{f'{problem.location}: ' if problem.location else ''}{problem.message} ({problem.tip})"


def complain(error: UserError | InputError) -> None:
    """Says on standard error what is wrong and where: for each single error a line, and the line that it is about."""
    excerpts = Excerpts()
    for part in (error.parts if isinstance(error, UserError) else ()) or (error,):
        place = f"{part.location}: " if part.location else ""
        print(f"error: {visible(place)}{visible(part.message)}", file=sys.stderr)
        if part.location:
            _arrow, *lines = excerpts.around(part.location, 1, PLAIN.width, "")
            print(paint(lines, PLAIN), end="", file=sys.stderr)
