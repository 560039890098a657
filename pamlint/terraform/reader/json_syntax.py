"""Terraform's JSON syntax to the same tree as its native one, with offsets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pamlint.model.noun import record
from pamlint.terraform.numeric import NumberError, parse_number
from pamlint.terraform.reader import bare_template, decode, located
from pamlint.terraform.reader.tokens import FEW_DIGITS, MAX_DIGITS, MAX_NESTING, BadSyntax
from pamlint.terraform.syntax import Argument, BlockNode, Body, Expression, Literal, ObjectOf, SourceFile, TupleOf

MAX_VALUES = 200_000
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\.)*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"true|false|null")
_WORDS = {"true": True, "false": False, "null": None}

# The labels of blocks inside blocks. What is not listed is an argument, as only a provider's schema could tell.
_TOP = {
    **dict.fromkeys(("resource", "data", "ephemeral", "action", "list"), 2),
    **dict.fromkeys(("variable", "output", "module", "provider", "check"), 1),
    **dict.fromkeys(("locals", "terraform", "moved", "import", "removed"), 0),
}
_IN_RESOURCE = {"dynamic": 1, "lifecycle": 0, "connection": 0, "provisioner": 1, "timeouts": 0}
_INSIDE: dict[str, dict[str, int]] = {
    "resource": _IN_RESOURCE,
    "data": _IN_RESOURCE,
    "dynamic": {"content": 0},
    "content": {"dynamic": 1},
    "variable": {"validation": 0},
    "provider": {"default_tags": 0},
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0},
    "check": {"data": 2, "assert": 0},
}


@record
class _Node:
    """A JSON value: a scalar, a list of nodes, or a list of (key node, node) for an object."""

    kind: str
    value: Any
    start: int
    end: int


def read_json(name: str, data: bytes) -> SourceFile:
    """The tree of a `.tf.json` file; raises InputError with file, line and column."""
    return _read(name, data, lambda node: _body(node, _TOP))


def read_json_values(name: str, data: bytes) -> SourceFile:
    """The tree of a `.tfvars.json` file, whose strings are no templates; raises InputError with file, line and column."""
    return _read(name, data, lambda node: _body(node, {}, _constant))


def _read(name: str, data: bytes, build: Callable[[_Node], Body]) -> SourceFile:
    file = SourceFile(name, decode(name, data), Body({}, []), [], json=True)
    try:
        file.body = build(_Reader(file.text).whole())
    except BadSyntax as error:
        raise located(file, error) from None
    return file


class _Reader:
    """Reads JSON by recursive descent, no deeper than the native syntax."""

    __slots__ = ("at", "count", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.count = 0

    def whole(self) -> _Node:
        """The text's one value."""
        node = self._value(0)
        self._space()
        if self.at < len(self.text):
            raise BadSyntax("the end of the file is expected behind the JSON value", self.at)
        return node

    def _space(self) -> str:
        """Skips white space; the character that is next."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _value(self, depth: int) -> _Node:
        if depth > MAX_NESTING // 2:
            raise BadSyntax(f"values are nested more than {MAX_NESTING // 2} levels deep", self.at)
        self._spend(1)
        letter = self._space()
        if letter in ("{", "["):
            return self._collection(letter, depth)
        if letter == '"':
            return self._string()
        start = self.at
        word = _WORD.match(self.text, start)
        if word:
            self.at = word.end()
            return _Node("scalar", _WORDS[word[0]], start, self.at)
        number = _NUMBER.match(self.text, start)
        if number is None:
            found = repr(letter) if letter else "the end of the file"
            raise BadSyntax(f"a JSON value is expected, not {found}", start)
        self.at = number.end()
        if len(number[0]) > MAX_DIGITS:
            raise BadSyntax(f"numbers have at most {MAX_DIGITS:,} digits", start)
        if len(number[0]) > FEW_DIGITS:
            self._spend(len(number[0]))
        try:
            return _Node("scalar", parse_number(number[0]), start, self.at)
        except NumberError as error:
            raise BadSyntax(f"{number[0]}: {error}", start) from None

    def _spend(self, values: int) -> None:
        self.count += values
        if self.count > MAX_VALUES:
            raise BadSyntax(f"the file has more than {MAX_VALUES:,} values, and nothing is read beyond", self.at)

    def _string(self) -> _Node:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise BadSyntax("the string is not closed on its line", self.at)
        start, self.at = self.at, match.end()
        try:
            return _Node("string", json.loads(match[0]), start, self.at)
        except ValueError:
            raise BadSyntax("the string has an escape that JSON does not know", start) from None

    def _collection(self, opening: str, depth: int) -> _Node:
        start = self.at
        self.at += 1
        closer = "}" if opening == "{" else "]"
        items: list[Any] = []
        while self._space() != closer:
            if items:
                if self._space() != ",":
                    raise BadSyntax(f"',' or '{closer}' is expected", self.at)
                self.at += 1
            items.append(self._pair(depth) if opening == "{" else self._value(depth + 1))
        self.at += 1
        return _Node("object" if opening == "{" else "list", items, start, self.at)

    def _pair(self, depth: int) -> tuple[_Node, _Node]:
        if self._space() != '"':
            raise BadSyntax("a key in double quotes is expected", self.at)
        key = self._string()
        if self._space() != ":":
            raise BadSyntax("':' is expected after the key", self.at)
        self.at += 1
        return key, self._value(depth + 1)


def _body(node: _Node, blocks: dict[str, int], value_of: Callable[[_Node], Expression] | None = None) -> Body:
    """An object as a body; a list of objects counts as their union. What stands directly in a variable is no template."""
    body = Body({}, [])
    for part in node.value if node.kind == "list" else [node]:
        if part.kind != "object":
            raise BadSyntax("a JSON object is expected here", part.start)
        for key, value in part.value:
            if key.value == "//":
                continue
            if key.value in blocks:
                for start, labels, inner in _labelled(value, blocks[key.value], key.start, ()):
                    content = _body(inner, _INSIDE.get(key.value, {}), _constant if key.value == "variable" else None)
                    body.blocks.append(BlockNode(key.value, list(labels), content, start, inner.end))
            elif key.value in body.arguments:
                raise BadSyntax(f"{key.value!r} is set twice in this object", key.start)
            else:
                body.arguments[key.value] = Argument(key.value, (value_of or _expression)(value), key.start, value.end)
    return body


def _labelled(node: _Node, labels: int, start: int, names: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...], _Node]]:
    """The bodies below so many levels of labels, from their last label on; at each level a list counts as several objects."""
    if node.kind == "list":
        for part in node.value:
            yield from _labelled(part, labels, start, names)
    elif node.kind == "object" and labels:
        for key, value in node.value:
            if key.value != "//":
                yield from _labelled(value, labels - 1, key.start, (*names, key.value))
    elif node.kind == "object":
        yield start, names, node
    elif node.value is not None:
        raise BadSyntax("a JSON object is expected here", node.start)


def _expression(node: _Node) -> Expression:
    if node.kind == "list":
        return TupleOf([_expression(item) for item in node.value], node.start, node.end)
    if node.kind == "object":
        items = [(_expression(key), _expression(value)) for key, value in node.value if key.value != "//"]
        return ObjectOf(items, node.start, node.end)
    if node.kind == "scalar" or ("${" not in node.value and "%{" not in node.value):
        return Literal(node.value, node.start, node.end)
    exact = node.end - node.start == len(node.value) + 2
    try:
        template = bare_template(node.value)
    except BadSyntax as error:
        raise BadSyntax(error.message, node.start + 1 + error.offset if exact else node.start) from None
    _move(template, node, exact)
    return template


def _constant(node: _Node) -> Expression:
    if node.kind == "list":
        return TupleOf([_constant(item) for item in node.value], node.start, node.end)
    if node.kind == "object":
        return ObjectOf([(_constant(key), _constant(value)) for key, value in node.value], node.start, node.end)
    return Literal(node.value, node.start, node.end)


def _move(tree: Any, node: _Node, exact: bool) -> None:
    """Makes offsets in a string offsets in the file; where escapes blur them, all are those of the string."""
    pending = [tree]
    while pending:
        current = pending.pop()
        if isinstance(current, list | tuple):
            pending.extend(current)
        elif isinstance(current, Expression):
            pending.extend(getattr(current, name) for name in current.__match_args__ if name not in ("start", "end"))
            current.start = node.start + 1 + current.start if exact else node.start
            current.end = node.start + 1 + current.end if exact else node.end
