"""What becomes of a report: the formats and files that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pamlint.cli import meaning
from pamlint.model.errors import UserError
from pamlint.model.finding import Report
from pamlint.report import FORMATS, text
from pamlint.report.screen import Screen


def render(report: Report, format_: str, screen: Screen) -> str:
    """The report in one of its formats; only text knows a screen."""
    return text.render(report, screen) if format_ == "text" else FORMATS[format_](report)


INPUTS = (".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfstate", "pamlint.yaml")
"""Endings of what is linted: no result is written over it."""


def outputs(given: Sequence[str], formats: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Every `--output` as its format and file; UserError before anything is read, where one cannot be."""
    wanted: list[tuple[str, Path]] = []
    for each in given:
        name, equals, file = each.partition("=")
        if not equals or not file:
            raise UserError(f"--output: `{each}` is no FORMAT=FILE")
        path = Path(file)
        if file == "-":
            raise UserError(f"--output: `{each}` names no file; standard output gets the one format that `--format` names")
        if path.is_dir():
            raise UserError(f"--output: `{file}` is a directory")
        if path.name.endswith(INPUTS) or any(path == other for _, other in wanted):
            raise UserError(f"--output: `{file}` is an input or is named twice; it would be overwritten")
        if not path.parent.is_dir():
            raise UserError(f"--output: there is no directory `{path.parent}` to write `{path.name}` in")
        wanted.append((meaning.choice(name, formats, "--output"), path))
    return wanted
