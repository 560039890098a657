"""The arguments and blocks of a file, most of them line by line.

Files consist mostly of lines that say one plain thing: `name = "text"`, `name = a.b.c`, `kind "label" {`, `}`. One regular
expression reads those whole. Every other argument or block goes through tokens and the parser, which know all of the syntax;
what the expression matches means the same to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pamlint.terraform.reader.parser import Parser
from pamlint.terraform.reader.plain import FILLED, NAME, PLAIN, REFERENCE, filled, reference
from pamlint.terraform.reader.tokens import MAX_NESTING, MAX_TOKENS, BadSyntax, Scanner
from pamlint.terraform.syntax import Argument, BlockNode, Body, Expression, Literal, TupleOf

_ITEM = rf'(?:"{PLAIN}"|{REFERENCE})[ \t]*+'
_LINE = re.compile(
    r"(?:[ \t]*+\r?\n)*+[ \t]*+(?:"
    rf"({NAME})[ \t]*+(?:"  # 1: the name of an argument, the type of a block
    r"=[ \t]*+(?:"
    rf'"({PLAIN})"'  # 2: a string
    rf"|({REFERENCE})"  # 3: a reference or a keyword
    r"|([0-9]{1,9})"  # 4: a whole number
    rf'|"({FILLED})"'  # 5: a string that references fill
    rf"|(\[[ \t]*+(?!for(?![\w-]))(?:{_ITEM}(?:,[ \t]*+|(?=\])))*+\])"  # 6: a list of strings and references
    rf')|((?:(?:"{PLAIN}"|{NAME})[ \t]*+)*+)\{{'  # 7: the labels of a block
    r")|(\}))?+"  # 8: the end of a block
    r"[ \t]*+(\#[^\n]*+|//[^\n]*+)?+"  # 9: a comment
    r"(?:\r?\n|\Z)"
)
_STRING, _REFERENCE, _NUMBER, _FILLED, _LIST, _LABELS, _CLOSER, _REMARK = range(2, 10)
_SHORT = MAX_TOKENS // 4
"""A text of fewer characters never has too many words and signs."""
_WORD = re.compile(rf'"({PLAIN})"|({REFERENCE})')


def read_items(text: str) -> tuple[Body, list[tuple[int, str]]]:
    """The body that a whole text is, and its comments; raises BadSyntax."""
    reader = _Reader(text)
    at, end = 0, len(text)
    while at < end:
        match = _LINE.match(text, at)
        at = reader.other(at) if match is None else reader.line(match)
    return reader.finish(), reader.scanner.tokens.comments


class _Reader:
    """What has been read so far: the blocks that are open, outermost first, each with the body around it."""

    __slots__ = ("body", "is_short", "open", "parser", "scanner")

    def __init__(self, text: str) -> None:
        self.scanner = Scanner(text)
        self.parser = Parser(self.scanner.tokens)
        self.is_short = len(text) < _SHORT
        self.body = Body({}, [])
        self.open: list[tuple[Body, BlockNode]] = []

    def line(self, match: re.Match[str]) -> int:
        """Reads a line that was matched; returns where to go on."""
        which, line_end = match.lastindex, match.end()
        if which == _REMARK:
            self.scanner.tokens.comments.append((match.start(_REMARK), match[_REMARK]))
            which = next((group for group in range(_CLOSER, 1, -1) if match[group] is not None), None)
        if not self.is_short:
            self._spend(match, which)
        if which is None:
            return line_end
        start, end = match.span(which)
        if which == _CLOSER:
            self._close(start, end)
            return line_end
        name = match[1]
        if which == _LABELS:
            self._open(name, _labels(match[_LABELS]), match.start(1), end)
            return line_end
        if name in self.body.arguments:
            raise BadSyntax(f"{name!r} is set twice in this block", match.start(1))
        value = _VALUES[which](match[which], start, end)
        self.body.arguments[name] = Argument(name, value, match.start(1), value.end)
        return line_end

    def _spend(self, match: re.Match[str], which: int | None) -> None:
        """Counts what stands on a line, as its tokens would be."""
        if which is None:
            self.scanner.spend(1, match.end())
            return
        self.scanner.spend(4, match.end())
        self.scanner.spend_on(match[1] or "", match.end())
        if which not in (_STRING, _LABELS):
            self.scanner.spend_on(match[which], match.end(which))
        if which == _LIST:
            self.scanner.spend(len(_WORD.findall(match[_LIST])), match.end(_LIST))

    def _open(self, kind: str, labels: list[str], start: int, brace: int) -> None:
        if len(self.open) >= MAX_NESTING:
            raise BadSyntax(f"blocks are nested more than {MAX_NESTING} levels deep", start)
        block = BlockNode(kind, labels, Body({}, []), start, brace)
        self.body.blocks.append(block)
        self.open.append((self.body, block))
        self.body = block.body

    def _close(self, start: int, end: int) -> None:
        if not self.open:
            raise BadSyntax("'}' closes nothing that is open", start)
        self.body, block = self.open.pop()
        block.end = end

    def other(self, at: int) -> int:
        """Reads the argument, the block or the end of one that begins at an offset through its tokens."""
        parser, kinds = self.parser, self.parser.kinds
        end = self.scanner.item(at, self.open[-1][1].end if self.open else None)
        parser.at = 0
        if kinds[0] == "}":
            self._close(parser.starts[0], parser.ends[0])
            parser.at = 1
        elif kinds[0] not in ("LINE", "END"):
            parser.item(self.body)
        if kinds[parser.at] not in ("LINE", "END"):
            raise parser.fail("a new line must begin here")
        return end

    def finish(self) -> Body:
        """The body of the file; raises BadSyntax if a block is still open."""
        if self.open:
            raise BadSyntax("the '{' that opens here is never closed", self.open[-1][1].end)
        return self.body


def _labels(text: str) -> list[str]:
    return [found[1] if found[1] is not None else found[2] for found in _WORD.finditer(text)] if text else []


def _string(text: str, start: int, end: int) -> Expression:
    return Literal(text, start - 1, end + 1)


def _number(text: str, start: int, end: int) -> Expression:
    return Literal(int(text), start, end)


def _filled(text: str, start: int, end: int) -> Expression:
    return filled(text, start - 1, end + 1)


def _list(text: str, start: int, end: int) -> Expression:
    return TupleOf([_item(word, start) for word in _WORD.finditer(text)], start, end)


_VALUES: Mapping[int, Callable[[str, int, int], Expression]] = {
    _STRING: _string,
    _REFERENCE: reference,
    _NUMBER: _number,
    _FILLED: _filled,
    _LIST: _list,
}


def _item(word: re.Match[str], offset: int) -> Expression:
    start, end = offset + word.start(), offset + word.end()
    return Literal(word[1], start, end) if word[1] is not None else reference(word[2], start, end)
