"""What functions see of a module: files below the boundary, templates, arguments in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import walk
from os.path import normpath, relpath
from pathlib import Path
from typing import NoReturn

from pamlint.model.errors import InputError
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.files import Files
from pamlint.terraform.reader import read_native, read_template
from pamlint.terraform.scope import Budget, MissingFileError, Scope
from pamlint.terraform.values import EvaluationError, UnknownValue, Value, is_null

MAX_FILES = 20_000
MAX_TEMPLATE_DEPTH = 20
_FILE_COST = 100
_FOLDER_COST = 20
_BYTES_IN_A_STEP = 256


class ModuleSurroundings:
    """The view that all modules of a root share: Terraform runs in the root's directory, so paths are relative to it."""

    __slots__ = ("_budget", "_depth", "_files", "_root")

    def __init__(self, files: Files, root: Path, budget: Budget) -> None:
        self._files = files
        self._root = root
        self._budget = budget
        self._depth = 0

    def read(self, path: str) -> bytes | UnknownValue:
        """A file's content; unknown if it lies outside the boundary."""
        full = self._root / path
        if not self._files.inside(full):
            return self._outside(path)
        if not (self._files.base / full).is_file():
            raise MissingFileError(f"there is no file {self._files.told(full)}")
        try:
            content = self._files.read(full)
        except InputError as error:
            raise EvaluationError(error.message) from None
        self._budget.spend(_FILE_COST + len(content) // _BYTES_IN_A_STEP)
        return content

    def is_file(self, path: str) -> bool | UnknownValue:
        """Whether a regular file is there; unknown outside the boundary."""
        full = self._root / path
        self._budget.spend(_FOLDER_COST)
        if not self._files.inside(full):
            return self._outside(path)
        if (self._files.base / full).is_dir():
            raise EvaluationError(f"{path} is a directory, not a file")
        return (self._files.base / full).is_file()

    def files_below(self, path: str) -> Iterable[str] | UnknownValue:
        """All regular files below a directory, relative to it."""
        full = self._root / path
        if not self._files.inside(full):
            return self._outside(path)
        top = self._files.base / full
        found = []
        for directory, _, names in walk(top):
            self._budget.spend(_FOLDER_COST + len(names))
            found += [Path(relpath(Path(directory) / name, top)).as_posix() for name in names]
            if len(found) > MAX_FILES:
                return UnknownValue((f'fileset("{path}") with more than {MAX_FILES:,} files',))
        return sorted(found)

    def _outside(self, path: str) -> UnknownValue:
        return UnknownValue((f'file "{path}" (outside {self._files.told(self._files.boundary)})',))

    def absolute(self, path: str) -> str:
        """The absolute form of a path."""
        return Path(normpath(self._files.base / self._root / path)).as_posix()

    def render(self, template: str, name: str, variables: Mapping[str, Value], *, files: bool) -> Value:
        """The value of a template in which nothing is visible but the variables."""
        if self._depth >= MAX_TEMPLATE_DEPTH:
            raise EvaluationError(f"templates are nested more than {MAX_TEMPLATE_DEPTH} levels deep")
        try:
            tree, file = read_template(self._files.told(self._root / name), template)
        except InputError as error:
            raise EvaluationError(f"{error.location}: {error.message}") from None
        self._depth += 1
        try:
            result = evaluate(tree, Scope(file, self._budget, surroundings=self if files else _Sealed(self), local=variables))
        finally:
            self._depth -= 1
        if is_null(result):
            raise EvaluationError("the template comes to null")
        return result

    def parse_arguments(self, text: str) -> Mapping[str, Value]:
        """The arguments of a tfvars text."""
        try:
            file = read_native("<tfvars>", text.encode())
        except InputError as error:
            raise EvaluationError(error.message) from None
        if file.body.blocks:
            raise EvaluationError("a tfvars text holds no blocks")
        scope = Scope(file, self._budget, constant=True)
        return {name: evaluate(argument.value, scope) for name, argument in file.body.arguments.items()}


class _Sealed:
    """What functions see inside a template that is a string: no files, and no other template."""

    __slots__ = ("_outer",)

    def __init__(self, outer: ModuleSurroundings) -> None:
        self._outer = outer

    def read(self, path: str) -> NoReturn:
        """Refused, as in Terraform."""
        raise EvaluationError(f"a template that is a string cannot look at files; hand {path} to it as a variable")

    is_file = read
    files_below = read

    def render(self, template: str, name: str, variables: Mapping[str, Value], *, files: bool) -> NoReturn:
        """Refused, as in Terraform."""
        raise EvaluationError("a template that is a string cannot render another one")

    def absolute(self, path: str) -> str:
        """The absolute form of a path."""
        return self._outer.absolute(path)

    def parse_arguments(self, text: str) -> Mapping[str, Value]:
        """The arguments of a tfvars text."""
        return self._outer.parse_arguments(text)


def relative(directory: Path, root: Path) -> str:
    """A module's directory as `path.module` has it."""
    return Path(normpath(relpath(directory, root))).as_posix()
