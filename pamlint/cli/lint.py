"""`pamlint lint`: judge Terraform code, plans and states."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pamlint.cli import options
from pamlint.cli.output import note, save, tell
from pamlint.model.errors import UserError
from pamlint.model.finding import Report
from pamlint.report import FORMATS, text
from pamlint.report.screen import Screen


def lint(
    paths: options.Paths = None,
    *,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="What standard output gets.")] = "text",
    output: Annotated[
        list[str] | None, typer.Option("--output", metavar="FORMAT=FILE", help="A file to write besides; repeatable.")
    ] = None,
    config: options.Config = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    min_severity: Annotated[
        str | None, typer.Option("--min-severity", metavar="SEVERITY", help="Milder findings do not fail the run.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 if anything is unproven or not judged.")] = False,
    today: options.Today = None,
    quiet: options.Quiet = False,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Judge Terraform directories, files, plans and states against the policy."""
    minimum = options.threshold(min_severity)
    wanted = _outputs(output or ())
    format_ = options.choice(format_, tuple(FORMATS), "--format")
    from pamlint import run

    report = run.lint(options.paths(paths), options.reading(config, var, var_file, module_dir, today))
    shown = minimum or report.min_severity
    for name, path in wanted:
        save(_render(report, name, Screen(min_severity=shown)), path)
    tell(_render(report, format_, options.screen(no_colour, shown, quiet)))
    if not quiet:
        note(report.notes)
    raise typer.Exit(run.exit_code(report, minimum, strict))


def _render(report: Report, format_: str, screen: Screen) -> str:
    return text.render(report, screen) if format_ == "text" else FORMATS[format_](report)


INPUTS = (".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfstate", "pamlint.yaml")
"""Endings of what is linted: no result is written over it."""


def _outputs(given: Sequence[str]) -> list[tuple[str, Path]]:
    """Every `--output` as its format and file; UserError before anything is read, where one cannot be."""
    wanted: list[tuple[str, Path]] = []
    for each in given:
        name, equals, file = each.partition("=")
        if not equals or not file:
            raise UserError(f"--output: `{each}` is no FORMAT=FILE")
        path = Path(file)
        if path.is_dir():
            raise UserError(f"--output: `{file}` is a directory")
        if path.name.endswith(INPUTS) or any(path == other for _, other in wanted):
            raise UserError(f"--output: `{file}` is an input or is named twice; it would be overwritten")
        if not path.parent.is_dir():
            raise UserError(f"--output: there is no directory `{path.parent}` to write `{path.name}` in")
        wanted.append((options.choice(name, tuple(FORMATS), "--output"), path))
    return wanted
