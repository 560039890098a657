# ruff: noqa: PTH118 (strings are ten times faster than paths)
"""A directory's files as one configuration: what is declared, overrides merged, nothing evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from os import DirEntry, scandir
from os.path import join
from pathlib import Path

from pamlint.model.errors import InputError
from pamlint.model.noun import field, record
from pamlint.model.resource import Location, Problem
from pamlint.terraform.files import Files
from pamlint.terraform.lifecycle import LIFECYCLE, merged
from pamlint.terraform.reader import read_native
from pamlint.terraform.syntax import Argument, BlockNode, Body, Literal, SourceFile

_EXTENSIONS = (".tf", ".tf.json", ".tofu", ".tofu.json")
_LABELS = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "variable": 1,
    "output": 1,
    "module": 1,
    "provider": 1,
    "check": 1,
    "locals": 0,
    "terraform": 0,
    "moved": 0,
    "import": 0,
    "removed": 0,
    "action": 2,
    "list": 2,
    "language": 0,
}
_KEPT = ("resource", "data", "variable", "output", "module", "ephemeral")


@record
class Declared:
    """A block and the file that it stands in; the name-value pairs of an override may come from another file.

    `files` has those by the names of arguments, the types of blocks, and `lifecycle.NAME` for what stands in a lifecycle.
    """

    block: BlockNode
    file: SourceFile
    files: dict[str, SourceFile] = field(default_factory=dict)

    def file_of(self, name: str) -> SourceFile:
        """The file that an argument or the blocks of a type stand in."""
        return self.files.get(name, self.file)


@record
class Configuration:
    """What a directory declares, by kind and name (`("aws_vpc", "main")` for resources).

    `whole` is false if a file could not be read, so that more may be declared than is known; `values_whole` if that was one
    of variables' values, so that those may not be what they seem.
    """

    directory: Path
    declared: dict[str, dict[tuple[str, ...], Declared]]
    locals: dict[str, tuple[Argument, SourceFile]] = field(default_factory=dict)
    providers: list[Declared] = field(default_factory=list)
    imports: list[Declared] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: list[SourceFile] = field(default_factory=list)
    has_state: bool = False
    whole: bool = True
    values_whole: bool = True

    def refuse(self, error: InputError, subject: str) -> None:
        """Notes what could not be read; the rest is still there."""
        self.whole = False
        self.problems.append(unreadable(error, subject))


def unreadable(
    error: InputError, subject: str, tip: str = "Correct the file; `terraform validate` shows the same place."
) -> Problem:
    """The problem that an error is."""
    return Problem("unreadable-input", subject, error.message, error.tip or tip, error.location)


def module_files(directory: Path, drafts: Iterable[Path] = ()) -> list[str]:
    """The names of a directory's configuration files in the order that counts: overrides last; `.tofu` hides its `.tf` twin.

    Links that lead nowhere, pipes and devices count, so that reading them is an error.
    """
    with scandir(directory) as entries:
        there = {entry.name for entry in entries if is_configuration(entry.name) and not _is_directory(entry)}
    names = sorted(there | {path.name for path in drafts if path.parent == directory})
    hiding = {name.replace(".tofu", ".tf") for name in names if name.endswith((".tofu", ".tofu.json"))}
    shown = [name for name in names if name not in hiding]
    return sorted(shown, key=_is_override)


def _is_directory(entry: DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link to itself


def is_configuration(name: str) -> bool:
    """Whether a file of that name is part of a configuration."""
    return name.endswith(_EXTENSIONS) and not name.startswith((".", "#"))


def _is_override(name: str) -> bool:
    if "override" not in name:
        return False
    stem = name.removesuffix(".json").removesuffix(".tf").removesuffix(".tofu")
    return stem == "override" or stem.endswith("_override")


def read_configuration(directory: Path, files: Files, matters: Callable[[bytes], bool] = lambda _: True) -> Configuration:
    """Reads the files of a directory whose content matters; what is wrong with one of them becomes a problem."""
    configuration = Configuration(directory, {kind: {} for kind in _KEPT})
    for name in module_files(directory, files.drafts):
        path = join(directory, name)
        told = files.told(path)
        try:
            content = files.read(path)
            if not matters(content):
                continue
            file = parsed(told, content)
        except InputError as error:
            configuration.refuse(error, told)
            continue
        configuration.files.append(file)
        override = _is_override(name)
        for block in file.body.blocks:
            _add(configuration, file, block, override)
        for argument in file.body.arguments.values():
            where = file.location(argument.start, argument.end)
            configuration.refuse(InputError(f"{argument.name!r} is set outside any block", where), told)
    return configuration


@lru_cache(maxsize=4096)
def parsed(name: str, content: bytes) -> SourceFile:
    """The tree of a configuration file; modules that many roots call are read once. Raises InputError."""
    if name.endswith(".json"):
        from pamlint.terraform.reader.json_syntax import read_json

        return read_json(name, content)
    return read_native(name, content)


def _add(configuration: Configuration, file: SourceFile, block: BlockNode, override: bool) -> None:
    labels = _LABELS.get(block.type)
    if labels != len(block.labels):
        configuration.refuse(InputError(_not_declared(block, labels), _head(file, block)), file.name)
    elif block.type == "locals":
        _add_locals(configuration, file, block.body.arguments.values(), override)
    elif block.type == "terraform":
        configuration.has_state |= any(inner.type in ("backend", "cloud") for inner in block.body.blocks)
    elif block.type == "provider":
        _add_provider(configuration, Declared(block, file), override)
    elif block.type == "import":
        configuration.imports.append(Declared(block, file))
    elif block.type in _KEPT:
        _add_named(configuration, Declared(block, file), override)


def _not_declared(block: BlockNode, labels: int | None) -> str:
    if labels is None:
        return f"Terraform has no block of type {block.type!r}"
    wanted = "no label" if labels == 0 else f"{labels} label{'s' if labels > 1 else ''}"
    return f"a {block.type} block has {wanted}, not {len(block.labels)}"


def _head(file: SourceFile, block: BlockNode) -> Location:
    return file.location(block.start, block.start + len(block.type))


def _add_locals(configuration: Configuration, file: SourceFile, arguments: Iterable[Argument], override: bool) -> None:
    for argument in arguments:
        if argument.name in configuration.locals and not override:
            where = file.location(argument.start, argument.end)
            configuration.refuse(InputError(f"local.{argument.name} is declared twice", where), file.name)
        else:
            configuration.locals[argument.name] = (argument, file)


def _add_provider(configuration: Configuration, declared: Declared, override: bool) -> None:
    if override:
        for base in configuration.providers:
            if base.block.labels == declared.block.labels and alias(base) == alias(declared):
                _merge(base, declared)
                return
    configuration.providers.append(declared)


def alias(provider: Declared) -> str | None:
    """The alias of a provider block."""
    argument = provider.block.body.arguments.get("alias")
    value = argument.value.value if argument and isinstance(argument.value, Literal) else None
    return value if isinstance(value, str) else None


def _add_named(configuration: Configuration, declared: Declared, override: bool) -> None:
    block = declared.block
    for second in [inner for inner in block.body.blocks if inner.type == LIFECYCLE][1:]:
        where = _head(declared.file, second)
        configuration.refuse(InputError(f"{'.'.join(block.labels)} has more than one lifecycle block", where), declared.file.name)
    named = configuration.declared[block.type]
    name = tuple(block.labels)
    if override and name in named:
        _merge(named[name], declared)
    elif override or name in named:
        where = _head(declared.file, block)
        told = f"{block.type} {'.'.join(name)}"
        message = f"{told} overrides a block that is not declared" if override else f"{told} is declared twice"
        configuration.refuse(InputError(message, where), declared.file.name)
    else:
        named[name] = declared


def _merge(base: Declared, override: Declared) -> None:
    """Arguments of an override replace those of the same name, its nested blocks all of the same type; so do the lifecycle's."""
    before, after = base.block.body, override.block.body
    coming = [block for block in after.blocks if block.type != LIFECYCLE]
    replaced = {_made_type(block) for block in coming}
    kept = [block for block in before.blocks if block.type != LIFECYCLE and _made_type(block) not in replaced]
    lifecycle, lasting = merged(before, after)
    body = Body({**before.arguments, **after.arguments}, [*kept, *coming, *lifecycle])
    for name in (*after.arguments, *replaced, *(f"{LIFECYCLE}.{each}" for each in lasting)):
        base.files[name] = override.file
    base.block = BlockNode(base.block.type, base.block.labels, body, base.block.start, base.block.end)


def _made_type(block: BlockNode) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def module_sources(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """The names of the module calls and their sources, where those are plain strings."""
    for name, declared in configuration.declared["module"].items():
        argument = declared.block.body.arguments.get("source")
        if argument and isinstance(argument.value, Literal) and isinstance(argument.value.value, str):
            yield name[0], argument.value.value


def is_local(source: str) -> bool:
    """Whether a module's source is a directory of the same tree."""
    return source.startswith(("./", "../")) or source in (".", "..")
