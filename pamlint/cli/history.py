"""`pamlint history`: what earlier audits found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import tell
from pamlint.model.errors import UserError

if TYPE_CHECKING:
    from pamlint.history import History

app = typer.Typer(help="What earlier audits found: every run, one run, the difference of two.", invoke_without_command=True)

Url = Annotated[
    str | None,
    typer.Option("--history", envvar="PAMLINT_HISTORY", metavar="URL", help="The database; else the user's own SQLite file."),
]
Format = Annotated[str, typer.Option("--format", metavar="text|json", help="What standard output gets.")]
RUN = "a number from `pamlint history`, or `last`"


@app.callback()
def runs(
    context: typer.Context,
    history: Url = None,
    format_: Format = "text",
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """List the audits, the newest first."""
    if context.invoked_subcommand is not None:
        context.obj = history
        return
    as_json = meaning.text_or_json(format_)
    from pamlint.report.past import runs_json, runs_text

    found = _open(history).runs()
    tell(runs_json(found) if as_json else runs_text(found, meaning.screen(no_colour)))


@app.command()
def show(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help=f"Which audit: {RUN}.")],
    history: Url = None,
    format_: Format = "text",
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Show one audit: what it read, what it found, and since when that has been there."""
    as_json = meaning.text_or_json(format_)
    from pamlint.report.past import record_json, record_text

    past = _open(history or context.obj)
    record = past.record(_number(past, run))
    tell(record_json(record) if as_json else record_text(record, meaning.screen(no_colour)))


@app.command()
def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help=f"The earlier audit: {RUN}.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help=f"The later audit: {RUN}.")],
    history: Url = None,
    format_: Format = "text",
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Show which findings came, went and stayed between two audits."""
    as_json = meaning.text_or_json(format_)
    from pamlint.model.past import change
    from pamlint.report.past import change_json, change_text

    past = _open(history or context.obj)
    found = change(past.record(_number(past, old)), past.record(_number(past, new)))
    tell(change_json(found) if as_json else change_text(found, meaning.screen(no_colour)))


def _open(url: str | None) -> History:
    try:
        from pamlint.history import open_history
    except ModuleNotFoundError as error:
        raise meaning.not_installed(error, "aws", "azure") from None
    return open_history(url, make=False)


def _number(past: History, given: str) -> int:
    if given == "last":
        runs = past.runs()
        if not runs:
            raise UserError("no audit has been recorded yet")
        return runs[0].number
    if not given.isascii() or not given.isdigit():
        raise UserError(f"`{given}` is no run: write {RUN}")
    return int(given)
