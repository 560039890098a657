"""`pamlint rules`: show what pamlint understood."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import note, tell, told
from pamlint.model.errors import InputError


def rules(
    paths: options.Paths = None,
    *,
    format_: Annotated[str, typer.Option("--format", metavar="text|json", help="What standard output gets.")] = "text",
    config: options.Config = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Show every ACL and rule as pamlint understood it. Works without a site file."""
    as_json = meaning.text_or_json(format_)
    from pamlint import run
    from pamlint.report.rules import render_json, render_text

    understood = run.understand(meaning.paths(paths), meaning.reading(config, var, var_file, module_dir))
    acls = understood.acls
    tell(render_json(acls) if as_json else render_text(acls, meaning.screen(no_colour)))
    note(told(problem) for problem in understood.problems)
    if any(problem.check == "unreadable-input" for problem in understood.problems):
        raise InputError("not everything could be read, so what is shown is not complete")
