# ruff: noqa: PTH114, PTH118 (every file passes through here several times, and strings are ten times faster than paths)
"""Reads files inside a boundary, and remembers which: nothing outside is opened, whatever links or paths say.

What the user names on the command line may lie anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from os import curdir, pardir, sep
from os.path import islink, join, realpath
from pathlib import Path
from stat import S_ISREG
from types import MappingProxyType

from pamlint.model.errors import InputError
from pamlint.model.resource import Location

MAX_BYTES = 60_000_000
_PIECE = 65_536
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Files:
    """What one root has read. `boundary` is a resolved directory; `base` the directory that names are told against.

    `named` are the files and directories that may be read outside of the boundary. `drafts` are files, by absolute path, that
    are read as if they were there.
    """

    __slots__ = ("_folders", "_readable", "_start", "base", "boundary", "drafts", "hashes")

    def __init__(
        self, boundary: Path, base: Path, named: Iterable[Path] = (), drafts: Mapping[Path, bytes] = MappingProxyType({})
    ) -> None:
        self.boundary = boundary
        self.base = base
        self.drafts = drafts
        self.hashes: dict[str, bytes] = {}
        self._start = str(base).rstrip(sep) + sep
        self._readable = tuple(place.rstrip(sep) + sep for place in (str(boundary), *(realpath(base / path) for path in named)))
        self._folders: dict[str, str] = {}

    def told(self, path: Path | str) -> str:
        """The path as users are told it: relative to the base if below it, else absolute, with slashes."""
        absolute = self._absolute(path)
        if path == self.base or absolute == self._start:
            return "."
        return absolute.removeprefix(self._start).replace(sep, "/")

    def _absolute(self, path: Path | str) -> str:
        text = str(path)
        return text if text.startswith(self._start) else join(self._start, text)

    def inside(self, path: Path | str) -> bool:
        """Whether the path, all links followed, lies where files are read."""
        absolute = self._absolute(path)
        folder, _, name = absolute.rpartition(sep)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = realpath(folder + sep).rstrip(sep) + sep
        full = real + name
        if name in ("", pardir, curdir) or islink(full):
            full = realpath(full)
        return (full + sep).startswith(self._readable)

    def read(self, path: Path | str) -> bytes:
        """A file's content; raises InputError if it lies outside, is too large or cannot be read."""
        told = self.told(path)
        if not self.inside(path):
            raise InputError(f"{told} lies outside {self.told(self.boundary)}, where nothing is read", Location(told, 1))
        if self.drafts and self.base / path in self.drafts:
            return self.drafts[self.base / path]
        try:
            content = _content(self._absolute(path), told)
        except OSError as error:
            raise InputError(f"{told} cannot be read: {error.strerror}", Location(told, 1)) from None
        self.hashes[told] = sha256(content).digest()
        return content

    def digest(self) -> str:
        """One hash over the names and contents of all files that were read."""
        whole = sha256()
        for name, content in sorted(self.hashes.items()):
            whole.update(name.encode() + b"\0" + content)
        return whole.hexdigest()


def _content(path: str, told: str) -> bytes:
    """What is in a regular file; nothing waits for a pipe, and no device is read. Raises OSError and InputError."""
    handle = os.open(path, os.O_RDONLY | _NO_WAITING)
    try:
        state = os.fstat(handle)
        if not S_ISREG(state.st_mode):
            raise InputError(f"{told} is no regular file", Location(told, 1))
        pieces, size = [], 0
        wanted = (state.st_size or _PIECE) + 1
        while piece := os.read(handle, wanted):
            size += len(piece)
            if size > MAX_BYTES:
                raise InputError(f"{told} is larger than {MAX_BYTES:,} bytes", Location(told, 1))
            pieces.append(piece)
            if len(pieces) == 1 and size == state.st_size:
                break  # all that there was when it was opened
    finally:
        os.close(handle)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
