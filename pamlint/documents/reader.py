"""YAML 1.2 with a place for everything: what policy and site files are read with.

Only `true`, `false`, `null`, numbers and strings mean something; `on`, `off`, `yes`, `no` and dates are strings. Duplicate keys
and explicit tags are errors. Size, depth and what aliases unfold to are bounded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from pamlint.model.errors import UserError
from pamlint.model.noun import field, noun
from pamlint.model.resource import Location

MOST_BYTES = 1 << 20
MOST_DEPTH = 32
MOST_NODES = 100_000

_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_PREFIXED = re.compile(r"0o[0-7]{1,30}|0x[0-9a-fA-F]{1,30}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,3})?")
_HINTS = (
    ("found character that cannot start any token", "a tab cannot indent; text that starts with @ ` % * & ! | > needs quotes"),
    ("mapping values are not allowed", "text with a colon and a space needs quotes; keys of one mapping need equal indentation"),
    ("did not find expected", "a bracket or quote is open, or the indentation differs from the lines above"),
    ("could not find expected ':'", "a key needs a colon and a space behind it"),
)


@noun
class Node:
    """A piece of a document: plain data, where it stands, and the same for all in it; `size` counts it as unfolded."""

    data: Any
    location: Location
    children: Mapping[str | int, Node] = field(default_factory=dict)
    keys: Mapping[str | int, Location] = field(default_factory=dict)
    size: int = 1


@noun
class Document:
    """A file as it was read; `sha256` is that of its bytes."""

    file: str
    root: Node
    sha256: str

    @property
    def data(self) -> Any:
        """Dicts, lists, strings, ints, Decimals, bools and None."""
        return self.root.data

    def where(self, *path: str | int) -> Location:
        """Where the key or item at the path stands, or what comes nearest to it."""
        node, location = self.root, self.root.location
        for step in path:
            if step not in node.children:
                break
            location = node.keys.get(step, node.children[step].location)
            node = node.children[step]
        return location


def read_document(path: Path) -> Document:
    """Reads a YAML file; UserError names the line and what is wrong there."""
    told = _told(path)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{told} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise UserError(f"{told} is larger than {MOST_BYTES >> 20} MiB; split it", Location(told, 1))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError("this is not UTF-8; save the file in that encoding", Location(told, line)) from None
    return Document(told, _Composer(told, text).document(), hashlib.sha256(content).hexdigest())


class _Composer:
    """Makes nodes of the parser's events; holds the anchors met so far."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._anchors: dict[str, Node] = {}
        self._events = self._parse()

    def document(self) -> Node:
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise UserError("the file is empty", Location(self._file, 1, 1, 1))
        root = self._node(next(self._events), 0)
        next(self._events)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise UserError("a second document starts here; a file holds one", self._location(event))
        return root

    def _parse(self) -> Iterator[yaml.Event]:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            yield from yaml.parse(self._text, Loader=loader)
        except yaml.reader.ReaderError as error:
            line = self._text.count("\n", 0, error.position) + 1
            raise UserError("a control character stands here; remove it", Location(self._file, line)) from None
        except yaml.MarkedYAMLError as error:
            raise self._no_yaml(error) from None

    def _no_yaml(self, error: yaml.MarkedYAMLError) -> UserError:
        if str(error.problem).startswith("exceeded maximum nesting"):  # libyaml's own limit, far above ours
            return UserError(f"this is nested more than {MOST_DEPTH} deep", self._at(error.problem_mark))
        hint = next((f" ({hint})" for start, hint in _HINTS if str(error.problem).startswith(start)), "")
        place, begin = self._at(error.problem_mark), self._at(error.context_mark)
        if "nesting depth" in str(error.problem):  # the parser looks ahead, and has a limit of its own
            return UserError(f"this is nested more than {MOST_DEPTH} deep", place)
        since = f" to what begins in line {begin.line}" if error.context_mark and begin.line != place.line else ""
        return UserError(f"this is no YAML: {error.problem}{since}{hint}", place)

    def _node(self, event: Any, depth: int) -> Node:
        location = self._location(event)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise UserError(f"`*{event.anchor}` names no anchor above it", location)
            return self._anchors[event.anchor]
        if event.tag is not None:
            raise UserError("tags (`!...`) have no meaning here; remove it", location)
        if depth > MOST_DEPTH:
            raise UserError(f"this is nested more than {MOST_DEPTH} deep", location)
        if isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(location, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(location, depth)
        else:
            node = Node(_scalar(event.value) if event.implicit[0] else event.value, location)
        if node.size > MOST_NODES:
            raise UserError(f"this unfolds to more than {MOST_NODES} values", location)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _sequence(self, location: Location, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Node([item.data for item in items], location, dict(enumerate(items)), {}, 1 + sum(item.size for item in items))

    def _mapping(self, location: Location, depth: int) -> Node:
        children: dict[str | int, Node] = {}
        keys: dict[str | int, Location] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            place = self._location(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise UserError("a key is a name, not a list, a mapping or an alias", place)
            if event.value in keys:
                raise UserError(f"key `{event.value}` stands here twice; it is first in line {keys[event.value].line}", place)
            keys[event.value] = place
            children[event.value] = self._node(next(self._events), depth + 1)
        data = {key: child.data for key, child in children.items()}
        return Node(data, location, children, keys, 1 + sum(child.size for child in children.values()))

    def _location(self, event: Any) -> Location:
        return self._at(event.start_mark)

    def _at(self, mark: Any) -> Location:
        return Location(self._file, mark.line + 1, mark.column + 1, mark.line + 1) if mark else Location(self._file, 1)


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _PREFIXED.fullmatch(text):
        return int(text, 0)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _told(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
