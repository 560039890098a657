"""Root modules written out for one test, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pamlint.model.resource import Block, Reading, Unknown
from pamlint.sources.code import Settings, read_root


def write(directory: Path, files: Mapping[str, str]) -> Path:
    """Writes files, with the directories that they need."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return directory


def read(directory: Path, settings: Settings | None = None, root: str = ".") -> Reading:
    """Reads one root; every type is wanted."""
    return read_root(directory / root, boundary=directory, wanted=lambda _: True, settings=settings or Settings())


def values(reading: Reading) -> dict[str, Any]:
    """The values of every resource by address, blocks as dicts, unknowns as `?` and their reasons."""
    return {resource.address: shown(dict(resource.body.values)) for resource in reading.resources}


def shown(value: Any) -> Any:
    """A value as the tests write it."""
    if isinstance(value, Block):
        inside = shown(dict(value.values))
        return {"possible": value.possible, **inside} if value.possible else inside
    if isinstance(value, Unknown):
        return "?" + " ".join(value.because)
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def problems(reading: Reading) -> list[tuple[str, str, str]]:
    """Check, message and place of every problem; places are relative to the root."""
    top = reading.input.name + "/"
    return [(problem.check, problem.message, str(problem.location).removeprefix(top)) for problem in reading.problems]
