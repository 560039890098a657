"""`pamlint matrix`: who talks to whom, on what and why, as a table for people and their spreadsheets."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import options
from pamlint.cli.output import note, tell, told
from pamlint.model.errors import InputError, UserError


def matrix(
    paths: options.Paths = None,
    *,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="ID|FILE", help="A product's bare matrix; no site file is read.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|csv", help="What standard output gets.")] = "text",
    config: options.Config = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    today: options.Today = None,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Tell who talks to whom, on what and why: the port matrix of a site or of a product."""
    from pamlint import run
    from pamlint.report.matrix import FORMATS

    format_ = options.choice(format_, tuple(FORMATS), "--format")
    if policy is not None:
        if paths or config:
            raise UserError("--policy tells a product's matrix, which belongs to no site: leave out the paths and --config")
        tell(FORMATS[format_](run.bare_matrix(policy), options.screen(no_colour)))
        return
    reading = options.reading(config, var, var_file, module_dir, today)
    made, problems = run.matrix(options.paths(paths) if paths else (), reading)
    tell(FORMATS[format_](made, options.screen(no_colour)))
    note(told(problem) for problem in problems)
    if any(problem.check == "unreadable-input" for problem in problems):
        raise InputError("not everything could be read, so the matrix may not name everybody")
