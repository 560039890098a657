"""`pamlint lint`: judge Terraform code, plans and states."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import options
from pamlint.cli.output import note, save, tell
from pamlint.cli.results import outputs, render
from pamlint.report import FORMATS
from pamlint.report.screen import Screen


def lint(
    paths: options.Paths = None,
    *,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="What standard output gets.")] = "text",
    output: options.Output = None,
    config: options.Config = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    min_severity: options.MinSeverity = None,
    strict: options.Strict = False,
    today: options.Today = None,
    quiet: options.Quiet = False,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Judge Terraform code, plans, states and live documents."""
    minimum = options.threshold(min_severity)
    wanted = outputs(output or (), tuple(FORMATS))
    format_ = options.choice(format_, tuple(FORMATS), "--format")
    from pamlint import run

    report = run.lint(options.paths(paths), options.reading(config, var, var_file, module_dir, today))
    shown = minimum or report.min_severity
    for name, path in wanted:
        save(render(report, name, Screen(min_severity=shown)), path)
    tell(render(report, format_, options.screen(no_colour, shown, quiet)))
    if not quiet:
        note(report.notes)
    raise typer.Exit(run.exit_code(report, minimum, strict))
