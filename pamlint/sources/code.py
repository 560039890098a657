"""Terraform code: which directories are root modules, and what the resources in them come to."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from os import walk
from os.path import normpath, realpath
from pathlib import Path

from pamlint.model.errors import InputError
from pamlint.model.noun import replace
from pamlint.model.resource import Ignore, Input, Reading, Resource
from pamlint.terraform.configuration import (
    Configuration,
    is_configuration,
    is_local,
    module_sources,
    read_configuration,
    unreadable,
)
from pamlint.terraform.files import Files
from pamlint.terraform.inputs import Settings
from pamlint.terraform.lending import lent
from pamlint.terraform.library import Library
from pamlint.terraform.modules import Module, Tree
from pamlint.terraform.remarks import strays
from pamlint.terraform.scope import Budget

__all__ = ["Settings", "find_roots", "read_root"]

# Nested modules, locals and expressions are walked by recursion, which costs a handful of frames a level.
STACK = 12_000
_NAMED_ONLY = frozenset(("examples", "tests"))
_MATTERS = tuple(re.compile(word + rb"\b") for word in (b"module", b"backend", b"cloud"))  # thrice as fast as one of all three


def find_roots(paths: Sequence[Path], boundary: Path, named: Collection[Path] = ()) -> tuple[Path, ...]:
    """The root modules under directories, and those that hold a file or call its module; absolute, sorted.

    A directory that is a path itself is one, whoever calls it. `named` are directories that the site file names as roots.
    Nothing outside the boundary is looked at.
    """
    tree = _Directories(Path(realpath(boundary)))
    wanted = {Path(normpath(Path.cwd() / path)) for path in named}
    roots: set[Path] = set()
    with _deep_stack():
        for path in paths:
            full = Path(normpath(Path.cwd() / path))
            if full.is_dir():
                roots.update(tree.roots(full, {full, *wanted}))
            else:
                roots.update(root for root in tree.roots(tree.boundary, wanted) if tree.holds(root, full))
    return tuple(sorted(roots))


class _Directories:
    """The directories below the boundary, each looked into at most once."""

    def __init__(self, boundary: Path) -> None:
        self.boundary = boundary
        self._files = Files(boundary, Path.cwd())
        self._looked: dict[Path, tuple[frozenset[Path], bool]] = {}

    def roots(self, top: Path, named: Collection[Path]) -> list[Path]:
        """The root modules at and below a directory."""
        found = list(self._with_terraform(top, named))
        callers = [here for here in found if _NAMED_ONLY.isdisjoint(here.relative_to(top).parts)]
        called = {child for here in callers for child in self._look(here)[0] if child != here}
        return [directory for directory in found if directory not in called or directory in named or self._look(directory)[1]]

    def _with_terraform(self, top: Path, named: Collection[Path]) -> Iterator[Path]:
        for directory, below, names in walk(top):
            here = Path(directory)
            below[:] = sorted(name for name in below if self._is_entered(here / name, named))
            if any(map(is_configuration, names)):
                yield here

    def _is_entered(self, directory: Path, named: Collection[Path]) -> bool:
        if directory.name.startswith("."):
            return False
        return directory.name not in _NAMED_ONLY or any(root.is_relative_to(directory) for root in named)

    def _look(self, directory: Path) -> tuple[frozenset[Path], bool]:
        """The local modules that a directory calls, and whether it has state or values of its own."""
        if directory not in self._looked:
            configuration = self._read(directory)
            called = {normpath(directory / source) for _, source in module_sources(configuration) if is_local(source)}
            own = any((directory / name).is_file() for name in ("terraform.tfvars", "terraform.tfvars.json"))
            self._looked[directory] = frozenset(map(Path, called)), own or configuration.has_state
        return self._looked[directory]

    def _read(self, directory: Path) -> Configuration:
        """Only files that can hold a module call or a backend are parsed; errors are told when the root is read."""
        return read_configuration(directory, self._files, _matters)

    def holds(self, root: Path, file: Path) -> bool:
        """Whether the root, or a module that it calls, holds the file."""
        pending, seen = [root], set()
        while pending:
            directory = pending.pop()
            if directory in seen or not directory.is_dir():
                continue
            seen.add(directory)
            pending.extend(self._look(directory)[0])
        holder = next((above for above in file.parents if above in seen or _has_terraform(above)), None)
        return holder in seen


def _matters(content: bytes) -> bool:
    return any(word.search(content) for word in _MATTERS)


def _has_terraform(directory: Path) -> bool:
    return directory.is_dir() and any(is_configuration(entry.name) for entry in directory.iterdir())


def read_root(
    directory: Path, *, boundary: Path, wanted: Callable[[str], bool], settings: Settings, estate: Budget | None = None
) -> Reading:
    """What a root module and the modules below it come to: the resources of the wanted types, and what could not be read.

    `estate` counts what all roots of an estate cost together.

    Raises UserError for a wrong `-var-file`; everything else that is wrong is a problem of the reading.
    """
    files = Files(Path(realpath(boundary)), Path.cwd(), settings.named, settings.drafts)
    root = Path(normpath(Path.cwd() / directory))
    told = files.told(root)
    with _deep_stack():
        try:
            tree = Tree(Library(root, files, settings.module_directory), settings, estate)
        except InputError as error:
            return Reading(
                Input(told, "code", files.digest(), False), (), (replace(unreadable(error, told), root=told),), (told,)
            )
        walk = _Walk(wanted, told)
        walk.module(tree.root)
    problems = (*tree.library.problems(), *tree.session.problems)
    located = tuple(replace(problem, root=told) for problem in problems)
    complete = not any(problem.check == "unreadable-input" for problem in located)
    read = Input(told, "code", files.digest(), complete, files=tuple(sorted(files.hashes)))
    unread = {problem.subject for problem in tree.library.problems() if problem.check == "unreadable-input"}
    if tree.beyond:
        unread.add(tree.beyond)
    return Reading(read, tuple(walk.resources), located, tuple(sorted(unread)), walk.lent, tuple(walk.strays))


@contextmanager
def _deep_stack() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, STACK))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Walk:
    """Collects the wanted resources of a module and of all below it, and what is lent to modules that are not there.

    `strays` are the ignore comments that stand at none of these resources.
    """

    __slots__ = ("_seen", "_told", "_wanted", "lent", "resources", "strays")

    def __init__(self, wanted: Callable[[str], bool], told: str) -> None:
        self._wanted = wanted
        self._told = told
        self.resources: list[Resource] = []
        self.lent: dict[str, tuple[str, ...]] = {}
        self.strays: list[Ignore] = []
        self._seen: set[Path] = set()

    def module(self, module: Module) -> None:
        """One module instance."""
        self._remarks(module)
        for kind in ("resource", "data"):
            for (type_name, _), declared in module.configuration.declared[kind].items():
                if self._wanted(type_name):
                    self.resources.extend(module.resource(declared).resources(self._told))
        for call in module.calls():
            call.configuration()  # Terraform reads a module's files even where it makes no instance of it.
            for instance in call.expansion().instances.values():
                below = call.module(instance)
                if below is not None:
                    self.module(below)
                elif module.tree.beyond:
                    break
                else:
                    self.lent[call.address] = lent(call)
        module.validate()

    def _remarks(self, module: Module) -> None:
        """The ignore comments of a directory, each directory once."""
        configuration = module.configuration
        if configuration.directory in self._seen:
            return
        self._seen.add(configuration.directory)
        for file in configuration.files:
            if "pamlint:" in file.text:
                kept = (
                    declared
                    for kind in ("resource", "data")
                    for (type_name, _), declared in configuration.declared[kind].items()
                    if self._wanted(type_name)
                )
                self.strays += strays(file, kept, module.tree.session)
