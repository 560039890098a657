"""`pamlint audit`: judge the live account."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pamlint.cli import notification, options
from pamlint.cli.output import note, save, tell
from pamlint.cli.progress import watcher
from pamlint.cli.results import outputs, render
from pamlint.model.errors import UserError
from pamlint.model.finding import SEVERITIES
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
LIVE = "live"
LIVE_FORMATS = (*FORMATS, LIVE)

app = typer.Typer(help="Judge the live account, and remember what was found.", no_args_is_help=True)

Format = Annotated[str, typer.Option("--format", metavar="|".join(LIVE_FORMATS), help="What standard output gets.")]
Endpoint = Annotated[str, typer.Option("--endpoint", metavar="URL", help="Another address than the cloud's own.")]
CaBundle = Annotated[str, typer.Option("--ca-bundle", metavar="FILE", help="Certificates to trust.")]
Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=1, max=256, help="So many scopes are read at a time.")]
Executor = Annotated[
    str | None, typer.Option("--executor", metavar="dask://HOST:PORT", help="A Dask cluster reads, instead of threads here.")
]
History_ = Annotated[
    str | None,
    typer.Option("--history", envvar="PAMLINT_HISTORY", metavar="URL|none", help="Another database than the user's own file."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with an audit that did not read everything.")]
NewOnly = Annotated[bool, typer.Option("--new-only", help="Exit code and text by what earlier audits did not find.")]
Notify = Annotated[
    list[str] | None,
    typer.Option("--notify", envvar="PAMLINT_NOTIFY", metavar="URL", help="Who is told of new findings; repeatable."),
]
Strings = list[str] | None


@dataclass(frozen=True, slots=True)
class Given:
    """The options that every cloud has."""

    format_: str
    output: Sequence[str]
    config: str | None
    jobs: int
    executor: str | None
    history: str | None
    resume: bool
    new_only: bool
    notify: Sequence[str]
    min_severity: str | None
    strict: bool
    today: str | None
    quiet: bool
    no_colour: bool


@app.command()
def aws(
    *,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="A profile of the shared AWS configuration.")] = "",
    region: Annotated[Strings, typer.Option("--region", metavar="REGION", help="Else all that are enabled; repeatable.")] = None,
    account: Annotated[
        Strings, typer.Option("--account", metavar="ID", help="With --organization, these only; repeatable.")
    ] = None,
    assume_role: Annotated[str, typer.Option("--assume-role", metavar="ARN", help="A role to take first.")] = "",
    organization: Annotated[
        str, typer.Option("--organization", metavar="ROLE-NAME", help="Every account of the organization, by this role in each.")
    ] = "",
    endpoint: Endpoint = "",
    ca_bundle: CaBundle = "",
    format_: Format = "text",
    output: options.Output = None,
    config: options.Config = None,
    jobs: Jobs = 16,
    executor: Executor = None,
    history: History_ = None,
    resume: Resume = False,
    new_only: NewOnly = False,
    notify: Notify = None,
    min_severity: options.MinSeverity = None,
    strict: options.Strict = False,
    today: options.Today = None,
    quiet: options.Quiet = False,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Judge AWS accounts: every enabled region of one's own, of a role's, or of all of an organization's."""
    files, urls = output or (), notify or ()
    judged = (new_only, urls, min_severity, strict, today, quiet, no_colour)
    given = Given(format_, files, config, jobs, executor, history, resume, *judged)
    try:
        from pamlint.sources.aws import Access
    except ModuleNotFoundError as error:
        raise options.not_installed(error, "aws") from None

    access = Access(
        profile=profile,
        regions=tuple(region or ()),
        accounts=tuple(account or ()),
        assume_role=assume_role,
        organization_role=organization,
        endpoint=endpoint,
        ca_bundle=ca_bundle,
    )
    _audit("aws", access, given)


@app.command()
def azure(
    *,
    subscription: Annotated[
        Strings, typer.Option("--subscription", metavar="ID|NAME", help="Else all that the credential sees; repeatable.")
    ] = None,
    tenant: Annotated[str, typer.Option("--tenant", metavar="ID", help="The tenant to sign in to.")] = "",
    cloud: Annotated[str, typer.Option("--cloud", metavar="public|usgovernment|china", help="Which Azure.")] = "public",
    endpoint: Endpoint = "",
    authority: Annotated[str, typer.Option("--authority", metavar="URL", help="Where to sign in, with --endpoint.")] = "",
    audience: Annotated[str, typer.Option("--audience", metavar="URL", help="What tokens are for, with --endpoint.")] = "",
    ca_bundle: CaBundle = "",
    format_: Format = "text",
    output: options.Output = None,
    config: options.Config = None,
    jobs: Jobs = 16,
    executor: Executor = None,
    history: History_ = None,
    resume: Resume = False,
    new_only: NewOnly = False,
    notify: Notify = None,
    min_severity: options.MinSeverity = None,
    strict: options.Strict = False,
    today: options.Today = None,
    quiet: options.Quiet = False,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Judge Azure subscriptions: those that are named, or all that the credential sees."""
    files, urls = output or (), notify or ()
    judged = (new_only, urls, min_severity, strict, today, quiet, no_colour)
    given = Given(format_, files, config, jobs, executor, history, resume, *judged)
    try:
        from pamlint.sources.azure import Access
    except ModuleNotFoundError as error:
        raise options.not_installed(error, "azure") from None

    access = Access(
        subscriptions=tuple(subscription or ()),
        tenant=tenant,
        cloud=cloud,
        endpoint=endpoint,
        authority=authority,
        audience=audience,
        ca_bundle=ca_bundle,
    )
    _audit("azure", access, given)


def _audit(cloud: Cloud, access: Access, given: Given) -> NoReturn:
    """The whole of an audit, whatever the cloud; ends with the exit code."""
    minimum = options.threshold(given.min_severity)
    files = outputs(given.output, LIVE_FORMATS)
    format_ = options.choice(given.format_, LIVE_FORMATS, "--format")
    notification.check(given.notify)
    from pamlint import audit, run

    asked = _asked(cloud, access, given)
    site = audit.site_path(asked.options)
    if site is None and (format_ != LIVE or any(name != LIVE for name, _ in files)):
        raise UserError(_NO_SITE)
    memory = audit.Memory(_history(given, site), cloud, str(site.resolve()) if site else "")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with watcher(given.quiet) as watching:
        found = audit.read(asked, memory, watching)
    _tell_live(found, format_, files)
    if site is None:
        _end(found, 0 if all(reading.input.complete for reading in found.readings) else run.UNREAD)
    audited = audit.judge(asked, site, found, memory)
    _tell(audited, given, format_, files)
    if not given.quiet:
        note([*memory.notes, *audited.report.notes, *_aside(found, memory.number)])
    note(_notified(audited, cloud, given))
    report = replace(audited.report, findings=audited.fresh) if given.new_only else audited.report
    _end(found, run.exit_code(report, minimum, given.strict))


_NO_SITE = (
    "there is no pamlint.yaml here or above: `pamlint audit aws --format live > live.json` (or `audit azure`) "
    "and `pamlint init --policy netiq-pam-3 live.json` write a first one"
)


def _asked(cloud: Cloud, access: Access, given: Given) -> Asked:
    from pamlint.audit import Asked
    from pamlint.sources.fleet import SCHEME

    if given.executor is not None and not given.executor.startswith(SCHEME):
        raise UserError(f"--executor: `{visible(given.executor)}` is no {SCHEME}HOST:PORT")
    reading = options.reading(given.config, today=given.today)
    return Asked(cloud, access, reading, given.jobs, given.executor, given.resume)


def _history(given: Given, site: Path | None) -> History | None:
    """The history to write to; none where the user wants none, or nothing is judged."""
    if given.history == "none" or site is None:
        if given.resume or given.new_only:
            raise UserError("--resume and --new-only need a history and a site file")
        return None
    try:
        from pamlint.history import open_history
    except ModuleNotFoundError as error:
        raise options.not_installed(error, "aws", "azure") from None
    return open_history(given.history)


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


def _tell(audited: Audited, given: Given, format_: str, files: Sequence[tuple[str, Path]]) -> None:
    """Files hold every finding; the text on standard output is what a reader wants to see."""
    least = options.threshold(given.min_severity) or audited.report.min_severity
    for name, path in files:
        if name != LIVE:
            save(render(audited.report, name, Screen(min_severity=least)), path)
    if format_ != LIVE:
        screen = options.screen(given.no_colour, least, given.quiet)
        tell(render(audited.report, format_, replace(screen, known=audited.known) if given.new_only else screen))


def _aside(found: Fleet, run: int) -> Iterator[str]:
    """What a reader should know besides: how to go on, and where it is remembered."""
    if found.interrupted:
        unread = sum(not reading.input.complete for reading in found.readings)
        yield f"interrupted: {count(unread, 'scope')} not read{'; `--resume` goes on' if run else ''}"
    if run:
        yield f"remembered as run {run}: `pamlint history show {run}`"


def _notified(audited: Audited, cloud: Cloud, given: Given) -> list[str]:
    """Tell others of new findings at or above the threshold, and of what could not be read; what to say where that failed."""
    least = SEVERITIES.index(options.threshold(given.min_severity) or audited.report.min_severity)
    worth = [finding for finding in audited.fresh if SEVERITIES.index(finding.severity) <= least]
    return notification.notify(given.notify, *notice(worth, cloud)) if worth and given.notify else []


def _end(found: Fleet, code: int) -> NoReturn:
    """Exit. Threads that still wait for an answer would hold up the end of an interrupted audit until their time-outs."""
    if found.interrupted:
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    raise typer.Exit(code)
