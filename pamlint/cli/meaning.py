"""What the values of options mean. Nothing in here needs Typer, so that it is not imported where there are no options."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pamlint.model.errors import UserError
from pamlint.model.finding import SEVERITIES, Severity
from pamlint.report.escaping import visible
from pamlint.report.screen import Screen

if TYPE_CHECKING:
    from pamlint.run import Options

Known = TypeVar("Known", bound=str)


def reading(
    config: str | None,
    var: Sequence[str] | None = None,
    var_file: Sequence[str] | None = None,
    module_dir: str | None = None,
    today: str | None = None,
) -> Options:
    """What a run needs to know besides its paths; UserError for whatever of it is wrong."""
    from pamlint.run import Options

    if config is not None and not Path(config).is_file():
        raise UserError(f"--config: `{config}` is no file")
    if module_dir is not None and not Path(module_dir).is_dir():
        raise UserError(f"--module-dir: `{module_dir}` is no directory")
    return Options(
        config=Path(config) if config else None,
        variables=variables(var),
        variable_files=files(var_file),
        today=day(today, os.environ),
        environment=os.environ,
        module_directory=Path(module_dir) if module_dir else None,
    )


def not_installed(error: ModuleNotFoundError, *extras: str) -> UserError:
    """What to say where a library that only some users need is not there."""
    wanted = " or ".join(f"`pip install 'pamlint[{extra}]'`" for extra in extras)
    return UserError(f"this needs the Python package `{(error.name or '').partition('.')[0]}`: {wanted} brings it")


def text_or_json(format_: str) -> bool:
    """Whether a command that knows two formats is to write JSON."""
    return choice(format_, ("text", "json"), "--format") == "json"


def choice(given: str, known: Sequence[Known], option: str) -> Known:
    """The value if it is one of those known; UserError names them otherwise."""
    for value in known:
        if value == given:
            return value
    raise UserError(f"{option}: `{given}` is not known; use one of {', '.join(known)}")


def threshold(given: str | None) -> Severity | None:
    """The severity that `--min-severity` names."""
    return None if given is None else choice(given, SEVERITIES, "--min-severity")


def day(given: str | None, environment: Mapping[str, str]) -> date:
    """The day of the run: `--today`, else SOURCE_DATE_EPOCH, else today in UTC."""
    if given is not None:
        try:
            if len(given) == len("2026-01-31"):
                return date.fromisoformat(given)
        except ValueError:
            pass
        raise UserError(f"--today: `{given}` is no day; write it as 2026-01-31")
    epoch = environment.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UserError(f"SOURCE_DATE_EPOCH is `{epoch}`, which is no number of seconds since 1970") from error


def variables(given: Sequence[str] | None) -> tuple[str, ...]:
    """The `NAME=VALUE` of every `--var`; UserError where one is no such thing."""
    for text in given or ():
        if not text.partition("=")[0].strip() or "=" not in text:
            raise UserError(f"--var: `{text}` is no NAME=VALUE")
    return tuple(given or ())


def files(given: Sequence[str] | None) -> tuple[Path, ...]:
    """The files of every `--var-file`; UserError where one is missing."""
    for name in given or ():
        if not Path(name).is_file():
            raise UserError(f"--var-file: `{name}` is no file")
    return tuple(Path(name) for name in given or ())


def paths(given: Sequence[str] | None) -> tuple[Path, ...]:
    """The paths to be read, the current directory if none is given; UserError where one is empty or does not exist."""
    for name in given or ():
        if not name:
            raise UserError("an empty path names nothing; leave it out to read the current directory")
        if name != "-" and not Path(name).exists():
            raise UserError(f"`{visible(name)}` does not exist")
    return tuple(Path(name) for name in given or (".",))


def screen(no_colour: bool, minimum: Severity = "low", quiet: bool = False) -> Screen:
    """What standard output is: a terminal as wide as it is, with its colours, or a file of 100 plain columns."""
    if sys.stdout is None or not sys.stdout.isatty():
        return Screen(min_severity=minimum, quiet=quiet)
    plain = no_colour or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    import shutil

    return Screen(shutil.get_terminal_size().columns, not plain, minimum, quiet)
