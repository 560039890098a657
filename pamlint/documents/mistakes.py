"""What is wrong in a document, in sentences: schema violations first, then all that a schema cannot know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from pamlint.documents.reader import Document
from pamlint.documents.schema import Kind, conforms, load_schema
from pamlint.model.errors import UserError, together

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Parsed = TypeVar("Parsed")
Step = str | int


class Mistakes:
    """Collects what is wrong in one document, so that all of it is told at once.

    `sound` is what is read further: the document's sections without the items that break the schema (unknown keys aside).
    In a list None stands for such an item, so that the others keep their places; `sound_items` passes over it.
    """

    def __init__(self, document: Document, kind: Kind) -> None:
        self.document = document
        self.errors: list[UserError] = []
        self.sound: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
        rules = load_schema(kind)
        if not conforms(document.data, rules, rules):
            self._violations(rules)

    def add(self, message: str, *path: Step) -> None:
        """Notes one mistake at a place of the document."""
        self.errors.append(UserError(message, self.document.where(*path)))

    def attempt(self, parse: Callable[[Any], Parsed], value: Any, default: Parsed, *path: Step) -> Parsed:
        """The parsed value, or the default and a mistake with what the ValueError says."""
        try:
            return parse(value)
        except ValueError as error:
            self.add(f"{error} (in `{spell(path)}`)", *path)
            return default

    def known(self, what: str, name: str, names: Collection[str], *path: Step) -> bool:
        """Whether a name exists; a mistake names the nearest one."""
        if name not in names:
            self.add(f"{what} `{name}` does not exist{nearest(name, names)} (in `{spell(path)}`)", *path)
        return name in names

    def finish(self) -> None:
        """Raises all mistakes as one UserError, if there are any."""
        if self.errors:
            raise together(self.errors)

    def _violations(self, rules: Any) -> None:
        import jsonschema

        for error in jsonschema.Draft202012Validator(rules).iter_errors(self.document.data):
            for path, message, harmless in _explained(error):
                self.add(message, *path)
                if path and not harmless:
                    self._drop(*path[:2])

    def _drop(self, section: Any, item: Any = None) -> None:
        held = self.sound.get(section)
        if isinstance(held, dict) and item is not None:
            self.sound = {**self.sound, section: {key: value for key, value in held.items() if key != item}}
        elif isinstance(held, list) and item is not None:
            self.sound = {**self.sound, section: [None if index == item else value for index, value in enumerate(held)]}
        else:
            self.sound = {key: value for key, value in self.sound.items() if key != section}


def sound_items(listed: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """The items of a list of sound things, each with its place."""
    return ((index, item) for index, item in enumerate(listed) if item is not None)


def spell(path: Collection[Step]) -> str:
    """A path as people write it: roles.agent[0].cidrs[1]."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def nearest(name: str, names: Collection[str]) -> str:
    """The end of a sentence: which name comes nearest, or which there are."""
    known = f"; known: {', '.join(sorted(names))}" if names else "; none is known"
    return _near(name, names, 0.4) or known


def _explained(error: ValidationError) -> Iterator[tuple[tuple[Step, ...], str, bool]]:
    """(path, message, whether what stands around it can be read still) for each thing that the error says."""
    path = tuple(error.absolute_path)
    value: Any = error.instance
    allowed: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "additionalProperties":
        known = schema.get("properties", {})
        for key in sorted(value.keys() - known.keys()):
            holder = f" in `{spell(path)}`" if path else ""
            message = f"unknown key `{key}`{holder}{_near(key, known)}; allowed here: {', '.join(sorted(known))}"
            yield (*path, key), message, True
    elif error.validator == "required":
        for key in allowed:
            if error.message.startswith(f"'{key}' "):
                yield path, f"{_label(path)} lacks the key `{key}`", False
    elif error.validator == "anyOf" and (branch := _branch(error)):
        for part in branch:
            yield from _explained(part)
    elif error.validator in ("minItems", "minProperties"):
        yield path, f"{_label(path)} is empty: write {_wanted(error)}", False
    elif error.validator == "anyOf" and isinstance(value, dict):
        yield path, f"{_label(path)}: {_wanted(error)}", False
    elif error.validator == "enum" and isinstance(value, str):
        yield path, f"{_label(path)} is {_shown(value)}{_near(value, allowed)}; allowed here: {', '.join(allowed)}", False
    elif "propertyNames" in error.absolute_schema_path:
        yield (*path, value), f"`{value}` is no name{_holder(path)}: write {_wanted(error)}", False
    elif not path:
        kind = schema["properties"]["pamlint"]["const"]
        yield path, f"the file is {_shown(value)}: write keys and values, `pamlint: {kind}` first", False
    else:
        yield path, f"{_label(path)} is {_shown(value)}: write {_wanted(error)}", False


def _branch(error: ValidationError) -> list[ValidationError]:
    """The violations of the one alternative that is of the value's type; none if that is none or several."""
    branches: dict[Any, list[ValidationError]] = {}
    for part in error.context or ():
        branches.setdefault(part.relative_schema_path[0], []).append(part)
    fitting = [parts for parts in branches.values() if not any(_other_type(part) for part in parts)]
    return fitting[0] if len(fitting) == 1 and len(branches) > 1 else []


def _other_type(part: ValidationError) -> bool:
    return part.validator == "type" and not part.relative_path


def _wanted(error: ValidationError) -> str:
    """What is allowed there: every place of the schemas that can be violated has a description, or what holds it has."""
    schemas: list[Any] = [part.schema for part in (error, error.parent) if part]
    return str(next((schema["description"] for schema in schemas if "description" in schema), error.validator_value))


def _label(path: tuple[Step, ...]) -> str:
    return f"`{spell(path)}`" if path else "the file"


def _holder(path: tuple[Step, ...]) -> str:
    return f" (in `{spell(path)}`)" if path else ""


def _near(name: str, names: Collection[str], likeness: float = 0.55) -> str:
    from difflib import get_close_matches

    return "".join(f"; the nearest is `{near}`" for near in get_close_matches(name, sorted(names), 1, likeness))


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return f"a {'mapping' if isinstance(value, dict) else 'list'}"
    if value is None or value == "":
        return "empty"
    text = str(value).lower() if isinstance(value, bool) else f"`{value}`" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}...`"
