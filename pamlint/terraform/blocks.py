"""Bodies to blocks: arguments as plain values, nested blocks in source order, `dynamic` ones unrolled; what is to be ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pamlint.model.resource import EMPTY, Block, Location
from pamlint.terraform.configuration import Declared
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.plain import to_plain
from pamlint.terraform.remarks import ignores
from pamlint.terraform.repetition import Instance, elements, possible_element
from pamlint.terraform.scope import Scope
from pamlint.terraform.session import Session
from pamlint.terraform.syntax import MAX_TEXT, Argument, BlockNode, Body, Literal, Reference, SourceFile
from pamlint.terraform.values import LimitReached, Value

META_ARGUMENTS = frozenset(("count", "for_each", "provider", "depends_on", "providers", "source", "version"))
_META_BLOCKS = frozenset(("lifecycle", "provisioner", "connection", "timeouts"))
MAX_DEPTH = 20


class _Places(Mapping[str, Location]):
    """Where the arguments of a body stand, worked out when it is asked for; those of a resource may stand in several files."""

    __slots__ = ("_arguments", "_file", "_files")

    def __init__(
        self, arguments: Mapping[str, Argument | tuple[int, int]], file: SourceFile, files: Mapping[str, SourceFile]
    ) -> None:
        self._arguments = arguments
        self._file = file
        self._files = files

    def __reduce__(self) -> tuple[object, ...]:
        """To another process goes where they stand, not what they say."""
        return _Places, ({name: self._span(name) for name in self._arguments}, self._file, self._files)

    def _span(self, name: str) -> tuple[int, int]:
        argument = self._arguments[name]
        return argument if isinstance(argument, tuple) else (argument.start, argument.end)

    def __getitem__(self, name: str) -> Location:
        return self._files.get(name, self._file).location(*self._span(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._arguments)

    def __len__(self) -> int:
        return len(self._arguments)


class BodyReader:
    """Reads the body of one resource instance."""

    __slots__ = ("address", "declared", "scope", "session")

    def __init__(self, address: str, declared: Declared, scope: Scope, session: Session) -> None:
        self.address = address
        self.declared = declared
        self.scope = scope
        self.session = session

    def block(self, possible: tuple[str, ...]) -> Block:
        """The whole body."""
        node = self.declared.block
        where = self.declared.file.location(node.start, node.end)
        values, places = self._values(node.body, self.scope, self.address, 0)
        return Block(values, where, possible, places, ignores(self.declared.file, node, self.session))

    def argument(self, argument: Argument) -> Value:
        """The value of an argument of the body itself, computed once."""
        return self._argument(argument, self.scope.in_file(self.declared.file_of(argument.name)), self.address)

    def _argument(self, argument: Argument, scope: Scope, address: str) -> Value:
        return self.session.settle(f"{address}.{argument.name}", lambda: evaluate(argument.value, scope))

    def _values(self, body: Body, scope: Scope, address: str, depth: int) -> tuple[dict[str, Any], Mapping[str, Location]]:
        values: dict[str, Any] = {}
        files = EMPTY if depth else self.declared.files
        as_written = not self.session.has_facts
        for name, argument in body.arguments.items():
            if depth == 0 and name in META_ARGUMENTS:
                continue
            node = argument.value
            if as_written and type(node) is Literal and _is_plain(node.value):
                values[name] = node.value
            else:
                here = scope.in_file(files[name]) if name in files else scope
                values[name] = to_plain(self._argument(argument, here, address))
        for block in body.blocks:
            if depth == 0 and block.type in _META_BLOCKS:
                continue
            name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
            before = values.get(name, [])
            made = before if isinstance(before, list) else [before]
            inner = scope.in_file(files[name]) if name in files else scope
            made = [*made, *self._blocks(block, inner, f"{address}.{name}", len(made), depth + 1)]
            if made:
                values[name] = made
        places = self.session.places.get(body)
        if places is None:
            file = scope.file if depth else self.declared.file
            places = self.session.places[body] = _Places(body.arguments, file, files)
        return values, places

    def _blocks(self, node: BlockNode, scope: Scope, address: str, at: int, depth: int) -> Iterable[Block]:
        marked = ignores(scope.file, node, self.session)
        where = scope.file.location(node.start, node.end)
        if depth > MAX_DEPTH:
            yield Block({}, where, self._too_deep(address), {}, marked)
            return
        if node.type != "dynamic":
            values, places = self._values(node.body, scope, f"{address}[{at}]", depth)
            yield Block(values, where, (), places, marked)
            return
        content = next((inner for inner in node.body.blocks if inner.type == "content"), None)
        each = node.body.arguments.get("for_each")
        if content is None or each is None:
            self.session.fail(address, "a dynamic block needs for_each and a content block", where)
            return
        iterator = _iterator(node)
        for instance in self._elements(each, iterator, scope, address):
            inner_scope = scope.with_local(instance.local)
            values, places = self._values(content.body, inner_scope, f"{address}[{at}]", depth)
            yield Block(values, where, instance.possible, places, marked)
            at += 1

    def _too_deep(self, address: str) -> tuple[str, ...]:
        def refuse() -> Value:
            raise LimitReached(f"blocks nested more than {MAX_DEPTH} levels deep")

        failure = self.session.attempt(address, refuse)
        return failure.because if failure else ()

    def _elements(self, each: Argument, iterator: str, scope: Scope, address: str) -> list[Instance]:
        """The elements of a dynamic block; if its collection is wrong, it is as if it were not known."""
        found: list[Instance] = []

        def compute() -> Value:
            found.extend(elements(each.value, iterator, scope))
            return True

        failure = self.session.attempt(f"{address}.for_each", compute)
        return found if failure is None else [possible_element(iterator, failure.because)]


def _is_plain(value: object) -> bool:
    """Whether a literal is its own value, in plain Python too."""
    return type(value) in (int, bool) or (isinstance(value, str) and len(value) <= MAX_TEXT and value.isascii())


def _iterator(node: BlockNode) -> str:
    argument = node.body.arguments.get("iterator")
    if argument is not None and isinstance(argument.value, Reference):
        return argument.value.root
    if argument is not None and isinstance(argument.value, Literal):
        return str(argument.value.value)
    return node.labels[0]
