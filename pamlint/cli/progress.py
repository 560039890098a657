"""How far an audit is: a bar on a terminal, a line now and then elsewhere; all of it on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from pamlint.model.resource import Reading
from pamlint.model.scope import Scope
from pamlint.report.escaping import visible
from pamlint.report.summary import count

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from pamlint.audit import Watcher

PAUSE = 10.0
"""Lines are so many seconds apart, but for the first, the last, and those on what could not be read."""


class Silence:
    """Says nothing."""

    def begin(self, scopes: int, kept: int) -> None:
        """Nothing."""

    def read(self, scope: Scope, reading: Reading) -> None:
        """Nothing."""


class Lines:
    """For logs: how many scopes there are, how many are read, and each that is not read in full."""

    def __init__(self) -> None:
        self._scopes = self._done = 0
        self._told = 0.0

    def begin(self, scopes: int, kept: int) -> None:
        """Says what is to be read."""
        self._scopes = scopes
        self._say(f"reading {count(scopes, 'scope')}" + (f", {kept} being kept from before" if kept else ""))

    def read(self, scope: Scope, reading: Reading) -> None:
        """Says it if there is something to say, or if nothing was said for long."""
        self._done += 1
        if not reading.input.complete:
            self._say(f"{visible(scope.name)} could not be read in full")
        if self._done == self._scopes or monotonic() - self._told > PAUSE:
            self._say(f"read {self._done} of {count(self._scopes, 'scope')}")

    def _say(self, text: str) -> None:
        self._told = monotonic()
        print(f"pamlint: {text}", file=sys.stderr, flush=True)


class Bar:
    """For a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, scopes: int, kept: int) -> None:
        """Shows the bar; what was kept counts as done."""
        self._task = self._progress.add_task("reading", total=scopes + kept, completed=kept)

    def read(self, scope: Scope, reading: Reading) -> None:
        """Moves the bar; what could not be read in full gets a line above it."""
        if not reading.input.complete:
            self._progress.console.print(f"{visible(scope.name)} could not be read in full", markup=False, highlight=False)
        if self._task is not None:
            self._progress.advance(self._task)


@contextmanager
def watcher(quiet: bool) -> Iterator[Watcher]:
    """Whoever suits standard error."""
    if quiet:
        yield Silence()
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Lines()
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield Bar(progress)
