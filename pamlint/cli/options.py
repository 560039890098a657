"""The options that commands share, as Typer declares them."""

from __future__ import annotations

from typing import Annotated

import typer

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Terraform directories and files, plan, state and live JSON; - is standard input.  [default: .]",
        show_default=False,
    ),
]
Config = Annotated[str | None, typer.Option("--config", metavar="FILE", help="The site file, instead of the one found upwards.")]
Variables = Annotated[list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="A Terraform variable; repeatable.")]
VariableFiles = Annotated[list[str] | None, typer.Option("--var-file", metavar="FILE", help="A tfvars file; repeatable.")]
ModuleDirectory = Annotated[
    str | None, typer.Option("--module-dir", metavar="DIR", help="Registry and git modules: a modules.json, or a folder a call.")
]
Output = Annotated[list[str] | None, typer.Option("--output", metavar="FORMAT=FILE", help="A file to write besides; repeatable.")]
MinSeverity = Annotated[
    str | None, typer.Option("--min-severity", metavar="SEVERITY", help="Milder findings do not fail the run.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 3 if anything is unproven or not judged.")]
Today = Annotated[str | None, typer.Option("--today", metavar="DATE", help="The day that `until` is held against.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Findings only: no notes and no closing counts.")]
NoColour = Annotated[bool, typer.Option("--no-color", help="No colours, as with NO_COLOR in the environment.")]
Debug = Annotated[bool, typer.Option("--debug", help="With a bug, print the traceback.")]
