"""The way in, and out. The version is answered before anything else is imported."""

import atexit
import gc
import os
import sys

from pamlint import __version__


def command() -> None:
    """What `pamlint` is where it is typed: `main`, and a process that ends when that has.

    Python takes apart all that is left in memory before it ends, which is a fifth of the time of a long run.
    """
    codes: list[int] = []
    atexit.register(_end, codes)  # whoever else has something to do at the end comes before
    try:
        main()
        codes.append(0)
    except SystemExit as end:
        codes.append(end.code if isinstance(end.code, int) else 0)
        raise


def _end(codes: list[int]) -> None:
    if codes:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(codes[0])


def main() -> None:
    """Runs the command line and exits with its code."""
    if sys.argv[1:] == ["--version"]:
        print(f"pamlint {__version__}")
        return
    gc.set_threshold(500_000)  # A run makes trees and hardly any cycles: looking for those would take a fifth of its time.
    from pamlint.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    command()
