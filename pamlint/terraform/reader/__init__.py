"""Reads Terraform's native syntax strictly: every node and comment with its offset, every syntax error with its place."""

from __future__ import annotations

from collections.abc import Callable

from pamlint.model.errors import InputError
from pamlint.model.resource import Location
from pamlint.terraform.reader import templates
from pamlint.terraform.reader.lines import read_items
from pamlint.terraform.reader.parser import Parser
from pamlint.terraform.reader.tokens import BadSyntax, tokenize
from pamlint.terraform.syntax import Body, Expression, SourceFile


def read_native(name: str, data: bytes) -> SourceFile:
    """The tree of a `.tf` or `.tfvars` file; raises InputError with file, line and column."""
    text = decode(name, data)
    file = SourceFile(name, text, Body({}, []), [])
    try:
        file.body, file.comments = read_items(text)
    except BadSyntax as error:
        raise located(file, error) from None
    return file


def read_expression(name: str, text: str) -> tuple[Expression, SourceFile]:
    """The tree of a text that is one expression, with the file that its offsets belong to; raises InputError."""
    file = SourceFile(name, text, Body({}, []), [])
    try:
        return expression(text), file
    except BadSyntax as error:
        raise located(file, error) from None


def read_template(name: str, text: str) -> tuple[Expression, SourceFile]:
    """The tree of a text that is a template without quotes, with the file that its offsets belong to; raises InputError."""
    file = SourceFile(name, text, Body({}, []), [])
    try:
        return bare_template(text), file
    except BadSyntax as error:
        raise located(file, error) from None


def expression(text: str) -> Expression:
    """The tree of a text that is one expression; raises BadSyntax."""
    parser = Parser(tokenize(text))

    def whole() -> Expression:
        tree = parser.expression()
        parser.need("END", "the end of the expression is expected")
        return tree

    return _guarded(parser, whole)


def bare_template(text: str) -> Expression:
    """The tree of a template without quotes; raises BadSyntax."""
    parser = Parser(tokenize(text, bare_template=True))
    return _guarded(parser, lambda: templates.parse_bare(parser))


def decode(name: str, data: bytes) -> str:
    """The text of a file, without a byte order mark; raises InputError naming the line of the first byte that is no UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise InputError(message, Location(name, line, column, line)) from None
    return text.removeprefix("\ufeff")


def located(file: SourceFile, error: BadSyntax) -> InputError:
    """The error as the user is told it."""
    return InputError(error.message, file.location(error.offset, error.offset))


def _guarded(parser: Parser, read: Callable[[], Expression]) -> Expression:
    """Python's own stack is the last bound on nesting."""
    try:
        return read()
    except RecursionError:
        raise BadSyntax("expressions are nested too deeply here", parser.starts[parser.at]) from None
