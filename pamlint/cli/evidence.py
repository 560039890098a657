"""`pamlint evidence`: one dated document for an auditor."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import note, save, tell
from pamlint.cli.results import outputs
from pamlint.model.errors import InputError
from pamlint.report.evidence import FORMATS


def evidence(
    paths: options.Paths = None,
    *,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="What standard output gets.")] = "markdown",
    output: options.Output = None,
    config: options.Config = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    today: options.Today = None,
    debug: options.Debug = False,
) -> None:
    """Write down for an auditor what is open, and why. And what is missing, and what could not be proved."""
    format_ = meaning.choice(format_, tuple(FORMATS), "--format")
    wanted = outputs(output or (), tuple(FORMATS))
    from pamlint import papers

    made = papers.evidence(meaning.paths(paths), meaning.reading(config, var, var_file, module_dir, today))
    for name, path in wanted:
        save(FORMATS[name](made), path)
    tell(FORMATS[format_](made))
    note(made.report.notes)
    if not made.report.complete:
        raise InputError("not everything could be read, and the document says so")
