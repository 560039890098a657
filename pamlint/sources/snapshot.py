"""Live documents: what was read of a live estate, written down so that it reads back as the very same readings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from pamlint.model.errors import InputError
from pamlint.model.resource import Block, Input, Problem, Reading, Resource, Unknown

VERSION = "live/1"
MARK = "pamlint"
"""The key by which every document of pamlint's own says what it is."""
_UNKNOWN, _BLOCK, _NUMBER = "$unknown", "$block", "$number"

Wanted = Callable[[str], bool]


def render(readings: Iterable[Reading]) -> str:
    """A live document in ASCII with a line end: the scopes sorted, each on a line of its own."""
    scopes = ",\n".join(f"  {pack(reading)}" for reading in sorted(readings, key=lambda reading: reading.input.name))
    return f'{{"{MARK}": "{VERSION}", "scopes": [\n{scopes}\n]}}\n'


def pack(reading: Reading) -> str:
    """One scope of a live document, on one line."""
    scope = {
        "scope": reading.input.name,
        "sha256": reading.input.sha256,
        "complete": reading.input.complete,
        "unread": list(reading.unread),
        "problems": [_problem(problem) for problem in reading.problems],
        "resources": [_resource(resource) for resource in reading.resources],
    }
    return json.dumps(scope, ensure_ascii=True, separators=(", ", ": "))


def unpack(text: str) -> Reading:
    """The reading that `pack` has written."""
    return _reading(json.loads(text), lambda _: True, ())


def is_live(document: Mapping[str, Any]) -> bool:
    """Whether a JSON document is a live one; raises InputError for another document of pamlint's, or a version to come."""
    mark = document.get(MARK)
    if mark is None or mark == VERSION:
        return mark is not None
    if str(mark).startswith("live/"):
        raise InputError(f"this live document is of version `{mark}`, and this pamlint reads `{VERSION}`")
    raise InputError(f"this is what pamlint wrote as `{mark}`, which holds no resources; `{VERSION}` can be read")


def read_live(document: Mapping[str, Any], file: str, wanted: Wanted) -> tuple[Reading, ...]:
    """The scopes of a live document with their resources of the wanted types; `file` is how the document is told."""
    return tuple(_reading(scope, wanted, (file,)) for scope in document["scopes"])


def _problem(problem: Problem) -> dict[str, str]:
    return {"check": problem.check, "subject": problem.subject, "message": problem.message, "tip": problem.tip}


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "type": resource.type,
        "address": resource.address,
        "mode": resource.mode,
        "id": resource.id,
        "possible": list(resource.body.possible),
        "values": _written(resource.body.values),
    }


def _reading(scope: Mapping[str, Any], wanted: Wanted, files: tuple[str, ...]) -> Reading:
    name = scope["scope"]
    problems = (Problem(told["check"], told["subject"], told["message"], told["tip"], root=name) for told in scope["problems"])
    resources = (
        Resource(
            told["address"],
            told["type"],
            told["mode"],
            name,
            Block(_read(told["values"]), possible=tuple(told["possible"])),
            told["id"],
        )
        for told in scope["resources"]
        if wanted(told["type"])
    )
    read = Input(name, "live", scope["sha256"], scope["complete"], files=files)
    return Reading(read, tuple(resources), tuple(problems), tuple(scope["unread"]))


def _written(value: Any) -> Any:
    """A value in JSON: what JSON lacks stands as an object with a key that begins with `$`; such keys of values get one more."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    if isinstance(value, Mapping):
        return {f"${key}" if key.startswith("$") else key: _written(item) for key, item in value.items()}
    if isinstance(value, Block):
        return {_BLOCK: _written(value.values), "$possible": list(value.possible)}
    if isinstance(value, Unknown):
        attribute = list(value.attribute) if value.attribute else None
        return {_UNKNOWN: list(value.because), "$attribute": attribute, "$prefix": value.prefix, "$name": value.name}
    if isinstance(value, Decimal):
        return {_NUMBER: str(value)}
    raise TypeError(f"{type(value).__name__} is no value of a resource")


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _BLOCK in value:
        return Block(_read(value[_BLOCK]), possible=tuple(value["$possible"]))
    if _UNKNOWN in value:
        attribute = value["$attribute"]
        return Unknown(tuple(value[_UNKNOWN]), tuple(attribute) if attribute else None, value["$prefix"], value.get("$name", ""))
    if _NUMBER in value:
        return Decimal(value[_NUMBER])
    return {key.removeprefix("$"): _read(item) for key, item in value.items()}
