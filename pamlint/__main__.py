"""The way in. The version is answered before anything else is imported."""

import gc
import sys

from pamlint import __version__


def main() -> None:
    """Runs the command line and exits with its code."""
    if sys.argv[1:] == ["--version"]:
        print(f"pamlint {__version__}")
        return
    gc.set_threshold(200_000)  # A run makes trees and hardly any cycles: looking for those would take a sixth of its time.
    from pamlint.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
