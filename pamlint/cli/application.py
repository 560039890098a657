"""The command line as Typer knows it: all commands with their options."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from pamlint import __version__

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


def application(names: Sequence[str] = COMMANDS) -> typer.Typer:
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


def parse(arguments: Sequence[str]) -> None:
    """Runs the command that the arguments ask for; ends in SystemExit."""
    asked = arguments[0] if arguments else ""
    application([asked] if asked in COMMANDS else COMMANDS)(args=list(arguments), prog_name="pamlint")


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
