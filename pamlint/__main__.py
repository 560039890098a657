"""The way in. The version is answered before anything else is imported."""

import sys

from pamlint import __version__


def main() -> None:
    """Runs the command line and exits with its code."""
    if sys.argv[1:] == ["--version"]:
        print(f"pamlint {__version__}")
        return
    from pamlint.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
