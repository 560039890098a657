"""The course of a lint on the command line: read and judge, tell, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pamlint.cli import meaning
from pamlint.cli.output import note, save, tell
from pamlint.cli.results import outputs, render
from pamlint.documents.sites import find_site, reading
from pamlint.report import FORMATS
from pamlint.report.screen import Screen


def linted(
    paths: Sequence[str],
    *,
    format_: str = "text",
    output: Sequence[str] = (),
    config: str | None = None,
    var: Sequence[str] = (),
    var_file: Sequence[str] = (),
    module_dir: str | None = None,
    min_severity: str | None = None,
    strict: bool = False,
    today: str | None = None,
    quiet: bool = False,
    no_colour: bool = False,
) -> int:
    """Judges and tells what is under the paths, as the options say; returns the exit code."""
    minimum = meaning.threshold(min_severity)
    wanted = outputs(output, tuple(FORMATS))
    format_ = meaning.choice(format_, tuple(FORMATS), "--format")
    asked = meaning.paths(paths)
    with reading(Path(config) if config else find_site(path) for path in asked) as site_at:
        from pamlint import run

        report = run.lint(asked, meaning.reading(config, var, var_file, module_dir, today), site_at)
    shown = minimum or report.min_severity
    for name, path in wanted:
        save(render(report, name, Screen(min_severity=shown)), path)
    tell(render(report, format_, meaning.screen(no_colour, shown, quiet)))
    if not quiet:
        note(report.notes)
    return run.exit_code(report, minimum, strict)
