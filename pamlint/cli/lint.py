"""`pamlint lint`: judge Terraform code, plans and states."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import options
from pamlint.cli.linting import linted
from pamlint.report import FORMATS


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
    raise typer.Exit(
        linted(
            paths or (),
            format_=format_,
            output=output or (),
            config=config,
            var=var or (),
            var_file=var_file or (),
            module_dir=module_dir,
            min_severity=min_severity,
            strict=strict,
            today=today,
            quiet=quiet,
            no_colour=no_colour,
        )
    )
