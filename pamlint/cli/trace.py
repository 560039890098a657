"""`pamlint trace`: one packet's way through every ACL of its path."""

from __future__ import annotations

from typing import Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import note, tell, told

EXITS = {"allowed": 0, "denied": 1, "unproven": 3}


def trace(
    paths: options.Paths = None,
    *,
    source: Annotated[str, typer.Option("--from", metavar="ROLE|ADDRESS", help="Who sends it: a role, an address, a name.")],
    destination: Annotated[str, typer.Option("--to", metavar="ROLE|ADDRESS", help="Who is to get it.")],
    port: Annotated[str, typer.Option("--port", metavar="SERVICE", help="One service: tcp/22, udp/53, icmp/8, 47.")],
    source_port: Annotated[
        int | None, typer.Option("--source-port", metavar="PORT", min=0, max=65535, help="Else 49152, as ordinary clients.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|json", help="What standard output gets.")] = "text",
    config: options.Config = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Trace one packet through every ACL of its path. Exit 0 allowed, 1 denied, 3 unproven."""
    as_json = meaning.text_or_json(format_)
    from pamlint import run
    from pamlint.report.trace import render_json, render_text
    from pamlint.views.trace import question

    asked = question(source, destination, port, source_port)
    found, problems = run.trace(meaning.paths(paths), meaning.reading(config, var, var_file, module_dir), asked)
    tell(render_json(found) if as_json else render_text(found, meaning.screen(no_colour)))
    note(told(problem) for problem in problems)
    raise typer.Exit(EXITS[found.outcome])
