"""Where modules lie on disk: local ones beside their caller, others where `terraform init` has put them."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path

from pamlint.model.errors import InputError
from pamlint.model.resource import Location, Problem
from pamlint.terraform.configuration import Configuration, is_local, read_configuration
from pamlint.terraform.files import Files

OUTSIDE = "Lint a directory that holds this as well, or a git checkout: all that is in it is read."
"""What to do about a module that stands beside what is linted."""


class Library:
    """The configurations that one root reads, each directory once."""

    __slots__ = ("_configurations", "_manifest", "directory", "files", "root")

    def __init__(self, root: Path, files: Files, directory: Path | None) -> None:
        self.root = root
        self.files = files
        self.directory = directory
        self._configurations: dict[Path, Configuration] = {}
        self._manifest: dict[str, Path] | None = None

    def configuration(self, directory: Path) -> Configuration:
        """What a directory declares; raises InputError if it is not there or lies outside the boundary."""
        known = self._configurations.get(directory)
        if known is None:
            told = self.files.told(directory)
            if not self.files.inside(directory):
                boundary = self.files.told(self.files.boundary)
                raise InputError(f"{told} lies outside {boundary}, where nothing is read", Location(told, 1), OUTSIDE)
            if not (self.files.base / directory).is_dir():
                raise InputError(f"there is no directory {told}", Location(told, 1))
            known = self._configurations[directory] = read_configuration(directory, self.files)
        return known

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the files that were read."""
        for configuration in self._configurations.values():
            yield from configuration.problems

    def find(self, key: str, source: str, caller: Path) -> Path | None:
        """The directory of a module by its key (`net.subnets`), its source and its caller's directory; None if not on disk."""
        if is_local(source):
            return Path(normpath(caller / source))
        found = self._installed().get(key)
        if found is None and self.directory is not None and (self.directory / key).is_dir():
            found = self.directory / key
        return found if found is not None and (self.files.base / found).is_dir() else None

    def _installed(self) -> dict[str, Path]:
        if self._manifest is None:
            self._manifest = {}
            places = [(self.root / ".terraform/modules", self.root)]
            if self.directory is not None:
                places.insert(0, (self.directory, self.directory))
            for place, base in places:
                if (self.files.base / place / "modules.json").is_file():
                    for key, directory in self._read_manifest(place / "modules.json").items():
                        self._manifest.setdefault(key, Path(normpath(base / directory)))
        return self._manifest

    def _read_manifest(self, path: Path) -> dict[str, str]:
        import json

        told = self.files.told(path)
        try:
            rows = json.loads(self.files.read(path))["Modules"]
            return {row["Key"]: row["Dir"] for row in rows if row["Key"]}
        except (ValueError, KeyError, TypeError, RecursionError):
            message = f"{told} is not what `terraform init` writes; run it again"
            raise InputError(message, Location(told, 1)) from None
