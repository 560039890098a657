"""The command line as a whole: who reads it, and what becomes of every error."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pamlint import __version__
from pamlint.cli.output import complain
from pamlint.model.errors import InputError, UserError

WRONG_USE = 2
UNREADABLE = 3
BUG = 70
INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Runs one command; what it prints goes to standard output, complaints to standard error. Returns the exit code."""
    try:
        return _command(arguments)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            print("pamlint: interrupted", file=sys.stderr)
        return end.code if isinstance(end.code, int) else 0
    except UserError as error:
        complain(error)
        return WRONG_USE
    except InputError as error:
        complain(error)
        return UNREADABLE
    except KeyboardInterrupt:
        print("pamlint: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as bug:
        _report_bug(bug, "--debug" in arguments)
        return BUG


def _command(arguments: Sequence[str]) -> int:
    """Typer reads the arguments; but of `lint` and nothing but paths, there is nothing to be read, and Typer takes 20 ms."""
    if arguments[:1] == ["lint"] and not any(given.startswith("-") for given in arguments):
        from pamlint.cli.linting import linted

        return linted(arguments[1:])
    from pamlint.cli.application import parse

    parse(arguments)
    return 0


def _report_bug(bug: Exception, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exception(bug, file=sys.stderr)
    how = "please report it with the lines above" if debug else "run again with --debug and report what it prints"
    print(f"pamlint {__version__}: this is a bug in pamlint ({type(bug).__name__}): {how}", file=sys.stderr)
