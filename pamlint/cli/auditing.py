"""The course of an audit on the command line: read, judge, tell; whatever the cloud."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import typer

from pamlint.cli import meaning, notification
from pamlint.cli.output import note, save, tell
from pamlint.cli.progress import watcher
from pamlint.cli.results import outputs, render
from pamlint.model.errors import UserError
from pamlint.model.finding import SEVERITIES
from pamlint.model.noun import replace
from pamlint.report import FORMATS
from pamlint.report.escaping import visible
from pamlint.report.notice import notice
from pamlint.report.screen import Screen
from pamlint.report.summary import count

if TYPE_CHECKING:
    from pamlint.audit import Asked, Audited
    from pamlint.history import History
    from pamlint.model.scope import Cloud
    from pamlint.sources.fleet import Access, Fleet

INTERRUPTED = 130
AT_ONCE = 1.0
"""Signals that are less than so many seconds apart are one."""
LIVE = "live"
DRIFT = "drift"
LIVE_FORMATS = (*FORMATS, LIVE, DRIFT)
Strings = list[str] | None


class Telling(NamedTuple):
    """What is told, to whom, and what the exit code goes by."""

    format_: str
    output: Sequence[str]
    notify: Sequence[str]
    new_only: bool
    min_severity: str | None
    strict: bool
    quiet: bool
    no_colour: bool


class Judging(NamedTuple):
    """What the estate is judged by, and what it is held against."""

    config: str | None
    today: str | None
    against: str | None
    var: Strings
    var_file: Strings
    module_dir: str | None


class Reading(NamedTuple):
    """Who reads, and what is remembered of it."""

    jobs: int
    executor: str | None
    history: str | None
    resume: bool


def cloud_access(cloud: Cloud, /, **settings: Any) -> Access:
    """How a cloud is reached, by its own settings."""
    from pamlint.sources.fleet import CLOUDS

    try:
        found: Access = import_module(CLOUDS[cloud]).Access(**settings)
    except ModuleNotFoundError as error:
        raise meaning.not_installed(error, cloud) from None
    return found


def audit(cloud: Cloud, access: Access, reading: Reading, judging: Judging, telling: Telling) -> NoReturn:
    """The whole of an audit, whatever the cloud; ends with the exit code."""
    minimum = meaning.threshold(telling.min_severity)
    files = outputs(telling.output, LIVE_FORMATS)
    format_ = meaning.choice(telling.format_, LIVE_FORMATS, "--format")
    if judging.against is None and DRIFT in (format_, *(name for name, _ in files)):
        raise UserError("the format `drift` needs --against")
    notification.check(telling.notify)
    from pamlint import audit, run

    asked = _asked(cloud, access, reading, judging)
    site = audit.site_path(asked.options)
    if site is None and (format_ != LIVE or any(name != LIVE for name, _ in files)):
        raise UserError(_NO_SITE)
    past = _history(reading, telling.new_only, site)
    memory = audit.Memory(past, cloud, str(site.resolve()) if site else "")
    _interruptible()
    with watcher(telling.quiet) as watching:
        found = audit.read(asked, memory, watching)
    _tell_live(found, format_, files)
    if site is None:
        note(() if telling.quiet else memory.notes)
        _end(found, 0 if all(each.input.complete for each in found.readings) else run.UNREAD)
    audited = audit.judge(asked, site, found, memory)
    _tell(audited, telling, format_, files)
    if not telling.quiet:
        note([*memory.notes, *audited.report.notes, *_aside(found, memory.number)])
    note(_notified(audited, cloud, telling))
    report = replace(audited.report, findings=audited.fresh) if telling.new_only else audited.report
    _end(found, run.exit_code(report, minimum, telling.strict))


def _interruptible() -> None:
    """SIGTERM is taken as Control-C. What comes twice at once is one: `timeout` tells the process and then its group."""
    last = -AT_ONCE

    def interrupt(_number: int, _frame: object) -> None:
        nonlocal last
        before, last = last, monotonic()
        if last - before >= AT_ONCE:
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


_NO_SITE = (
    "there is no pamlint.yaml here or above: `pamlint audit aws --format live > live.json` (or `audit azure`) "
    "and `pamlint init --policy netiq-pam-3 live.json` write a first one"
)


def _asked(cloud: Cloud, access: Access, reading: Reading, judging: Judging) -> Asked:
    from pamlint.audit import Asked
    from pamlint.sources.fleet import SCHEME

    if reading.executor is not None and not reading.executor.startswith(SCHEME):
        raise UserError(f"--executor: `{visible(reading.executor)}` is no {SCHEME}HOST:PORT")
    own = meaning.reading(judging.config, judging.var, judging.var_file, judging.module_dir, judging.today)
    against = meaning.paths([judging.against])[0] if judging.against else None
    return Asked(cloud, access, own, reading.jobs, reading.executor, reading.resume, against)


def _history(reading: Reading, new_only: bool, site: Path | None) -> History | None:
    """The history to write to; none where the user wants none, or nothing is judged."""
    if reading.history == "none" or site is None:
        if reading.resume or new_only:
            raise UserError("--resume and --new-only need a history and a site file")
        return None
    try:
        from pamlint.history import open_history
    except ModuleNotFoundError as error:
        raise meaning.not_installed(error, "aws", "azure") from None
    return open_history(reading.history)


def _tell_live(found: Fleet, format_: str, files: Sequence[tuple[str, Path]]) -> None:
    """What was read, before anything can be wrong with the judging of it."""
    if format_ != LIVE and all(name != LIVE for name, _ in files):
        return
    from pamlint.sources.snapshot import render as render_live

    document = render_live(found.readings)
    for name, path in files:
        if name == LIVE:
            save(document, path)
    if format_ == LIVE:
        tell(document)


def _tell(audited: Audited, telling: Telling, format_: str, files: Sequence[tuple[str, Path]]) -> None:
    """Files hold every finding; the text on standard output is what a reader wants to see, the drift below it."""
    from pamlint.report import drift

    least = meaning.threshold(telling.min_severity) or audited.report.min_severity
    screen = meaning.screen(telling.no_colour, least, telling.quiet)

    def told(name: str, screen: Screen) -> str:
        if name == DRIFT:
            return drift.render_json(audited.drift) if audited.drift else ""
        below = f"\n{drift.render_text(audited.drift, screen)}" if audited.drift and name == "text" else ""
        return render(audited.report, name, screen) + below

    for name, path in files:
        if name != LIVE:
            save(told(name, Screen(min_severity=least)), path)
    if format_ != LIVE:
        tell(told(format_, replace(screen, known=audited.known) if telling.new_only else screen))


def _aside(found: Fleet, run: int) -> Iterator[str]:
    """What a reader should know besides: how to go on, and where it is remembered."""
    if found.interrupted:
        unread = sum(not reading.input.complete for reading in found.readings)
        yield f"interrupted: {count(unread, 'scope')} not read{'; `--resume` goes on' if run else ''}"
    if run:
        yield f"remembered as run {run}: `pamlint history show {run}`"


def _notified(audited: Audited, cloud: Cloud, telling: Telling) -> list[str]:
    """Tell others of new findings at or above the threshold, and of what could not be read; what to say where that failed."""
    least = SEVERITIES.index(meaning.threshold(telling.min_severity) or audited.report.min_severity)
    worth = [finding for finding in audited.fresh if SEVERITIES.index(finding.severity) <= least]
    return notification.notify(telling.notify, *notice(worth, cloud)) if worth and telling.notify else []


def _end(found: Fleet, code: int) -> NoReturn:
    """Exit. Threads that still wait for an answer would hold up the end of an interrupted audit until their time-outs."""
    if found.interrupted:
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    raise typer.Exit(code)
