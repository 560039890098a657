"""`pamlint matrix`: who talks to whom, on what and why, as a table for people and their spreadsheets."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from pamlint.cli import meaning, options
from pamlint.cli.output import note, save, tell, told
from pamlint.cli.results import outputs
from pamlint.model.errors import InputError, UserError
from pamlint.model.matrix import LINE_STATES, LineState, Matrix
from pamlint.model.resource import Problem
from pamlint.report.matrix import FORMATS
from pamlint.report.screen import PLAIN
from pamlint.report.summary import count

NOTHING_UNREAD: tuple[Problem, ...] = ()


def matrix(
    paths: options.Paths = None,
    *,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="ID|FILE", help="A product's bare matrix; no site file is read.")
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Say what has become of each line in what the paths hold.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="STATE", help="Lines in this state alone, verified; `missing` makes a firewall request."),
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="What standard output gets.")] = "text",
    output: options.Output = None,
    config: options.Config = None,
    var: options.Variables = None,
    var_file: options.VariableFiles = None,
    module_dir: options.ModuleDirectory = None,
    today: options.Today = None,
    no_colour: options.NoColour = False,
    debug: options.Debug = False,
) -> None:
    """Tell who talks to whom, on what and why. The port matrix of a site or of a product."""
    format_ = meaning.choice(format_, tuple(FORMATS), "--format")
    wanted = outputs(output or (), tuple(FORMATS))
    if format_ == "xlsx" and sys.stdout is not None and sys.stdout.isatty():
        raise UserError("a workbook is not for a terminal: write it with `--output xlsx=FILE`, or send standard output to a file")
    states = _states(only or ())
    from pamlint import papers

    reading = meaning.reading(config, var, var_file, module_dir, today)
    notes: list[str] = []
    if policy is not None:
        _refuse_site(bool(paths or config or verify or states))
        made, problems = papers.bare_matrix(policy), NOTHING_UNREAD
    elif paths or verify or states:
        made, problems, notes = papers.matrix(meaning.paths(paths), reading, verify or bool(states))
    else:
        made, problems = papers.site_matrix(reading), NOTHING_UNREAD
    left = [_left(made, state) for state in ("unproven", "not-judged") if states and state not in states]
    made = made.limited(states) if states else made
    for name, path in wanted:
        save(FORMATS[name](made, PLAIN), path)
    tell(FORMATS[format_](made, meaning.screen(no_colour)))
    note([*(told(problem) for problem in problems), *notes])
    note(text for text in left if text)
    if any(problem.check == "unreadable-input" for problem in problems):
        raise InputError("not everything could be read, so the matrix may not tell all")


def _states(given: Sequence[str]) -> tuple[LineState, ...]:
    """The states of every `--only`, several of them with commas between."""
    names = [name.strip() for each in given for name in each.split(",")]
    return tuple(dict.fromkeys(meaning.choice(name, LINE_STATES, "--only") for name in names))


def _left(made: Matrix, state: LineState) -> str:
    """How many needed lines nothing is known of, which are not among those that were asked for; nothing for none."""
    needed = sum(line.state == state and line.need in ("required", "conditional") for line in made.lines)
    return f"{count(needed, 'needed line')} {state} and not among these: `--only {state}` tells why" if needed else ""


def _refuse_site(asked: bool) -> None:
    if asked:
        raise UserError(
            "--policy tells a product's matrix, which belongs to no site: leave out the paths, --config, --verify and --only"
        )
