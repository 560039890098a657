"""The command line as a whole: its commands, and what becomes of every error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from pamlint import __version__
from pamlint.cli.output import complain
from pamlint.model.errors import InputError, UserError

WRONG_USE = 2
UNREADABLE = 3
BUG = 70
INTERRUPTED = 130

COMMANDS = (
    "lint",
    "audit",
    "rules",
    "trace",
    "matrix",
    "evidence",
    "policy",
    "history",
    "explain",
    "init",
    "generate",
    "schema",
)
"""Each is a module of this package with a function of its name, or with an `app` where it has commands of its own."""


def application(names: Sequence[str]) -> typer.Typer:
    """The command line with these commands; no module of another is imported."""
    app = typer.Typer(
        name="pamlint",
        help="Proves that the network rules of a privileged access management estate are right.",
        epilog="Exit codes: 0 all is well, 1 findings, 2 wrong use, 3 unreadable input, 70 a bug, 130 interrupted.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in names:
        module = import_module(f"pamlint.cli.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    app.callback()(_whole)
    return app


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"pamlint {__version__}")
        raise typer.Exit


def _whole(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Runs one command; what it prints goes to standard output, complaints to standard error. Returns the exit code."""
    asked = arguments[0] if arguments else ""
    try:
        application([asked] if asked in COMMANDS else COMMANDS)(args=list(arguments), prog_name="pamlint")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            print("pamlint: interrupted", file=sys.stderr)
        return end.code if isinstance(end.code, int) else 0
    except UserError as error:
        complain(error)
        return WRONG_USE
    except InputError as error:
        complain(error)
        return UNREADABLE
    except KeyboardInterrupt:
        print("pamlint: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as bug:
        _report_bug(bug, "--debug" in arguments)
        return BUG
    return 0


def _report_bug(bug: Exception, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exception(bug, file=sys.stderr)
    how = "please report it with the lines above" if debug else "run again with --debug and report what it prints"
    print(f"pamlint {__version__}: this is a bug in pamlint ({type(bug).__name__}): {how}", file=sys.stderr)
