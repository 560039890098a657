"""Strings and heredocs to the syntax tree: escapes, strip markers, indentation, directives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pamlint.model.noun import record
from pamlint.terraform.reader.tokens import BadSyntax
from pamlint.terraform.syntax import MAX_TEXT, Conditional, Expression, For, Join, Literal, Parentheses, Template

if TYPE_CHECKING:
    from pamlint.terraform.reader.parser import Parser

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|\$(\$)\{|%(%)\{")
_ESCAPES = re.compile(r'(?:[^\\]++|(?:\\[nrt"\\])++|\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*+')
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
# What Go calls white space; Python's own notion has four control characters more.
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

_QUOTED, _HEREDOC, _BARE = range(3)
# To Terraform a `$` or `%` and the character behind it are a text of their own, of which no strip marker takes anything.
_LONE_SIGN = re.compile(r"([$%](?:\r(?=\n\Z)|[^\r\n]))\r?\n\Z")

_BLANK = re.escape(_SPACE.replace("\n", ""))
# The indentation of every line that is not blank; a last line without its end is never blank.
_INDENT = re.compile(rf"^[{_BLANK}]*+(?:(?=[^\n{_BLANK}])|(?<!\n)\Z)", re.MULTILINE)


@record
class _Text:
    """Literal text of a template, in a heredoc cut at line ends."""

    text: str
    start: int
    end: int


@record
class _Directive:
    """`%{ word ... }`; `subject` is the condition of an `if`, `names` and `subject` those of a `for`."""

    word: str
    start: int
    end: int
    subject: Expression | None = None
    names: tuple[str | None, str] = (None, "")


_Part = _Text | _Directive | Expression


def parse(parser: Parser, kind: str, value: str, start: int, end: int) -> Expression:
    """The template whose first token was just read."""
    if kind == "HEREDOC":
        return Literal(value, start, end)
    if kind == "FLUSH":
        lines: list[_Part] = [_Text(line, start, end) for line in _pieces(value)]
        _flush(lines)
        return Literal("".join(part.text for part in lines if isinstance(part, _Text)), start, end)
    parts = _parts(parser, _QUOTED if value == '"' else _HEREDOC)
    if value == "<<-":
        _flush(parts)
    return _tree(parts, start, parser.ends[parser.at - 1])


def parse_bare(parser: Parser) -> Expression:
    """A template that is a whole text, as in a template file or a JSON string."""
    return _tree(_parts(parser, _BARE), 0, parser.ends[parser.at - 1])


def unescape(text: str, start: int) -> str:
    """What stands between quotes, with its escapes resolved; raises BadSyntax for one that is none."""

    def resolved(match: re.Match[str]) -> str:
        code, letter, doubled = match[1] or match[2], match[3], match[4] or match[5]
        if doubled:
            return doubled + "{"
        if code:
            number = int(code, 16)
            if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
                raise BadSyntax(f"{match[0]} is no character", start + match.start())
            return chr(number)
        if letter not in _PLAIN_ESCAPES:
            raise BadSyntax(f"{match[0]} is no escape; a backslash itself is written \\\\", start + match.start())
        return _PLAIN_ESCAPES[letter]

    return _ESCAPE.sub(resolved, text)


def _unescaped(text: str, start: int) -> str:
    """The same; what is too long to be evaluated keeps its escapes, which are looked at all the same."""
    return unescape(text, start) if len(text) <= MAX_TEXT or not _ESCAPES.fullmatch(text) else text


def _pieces(text: str) -> list[str]:
    """The first line, the last one, and what is between: strip markers touch no more than the line that they stand at.

    What is too long to be evaluated stays in one piece.
    """
    if len(text) > MAX_TEXT:
        return [text]
    first = text.find("\n") + 1
    last = text.rfind("\n", 0, len(text) - 1) + 1
    return [piece for piece in (text[:first], text[first:last], text[max(first, last) :]) if piece]


def _parts(parser: Parser, template: int) -> list[_Part]:
    """Everything up to the closing token, which is read too; white space next to `~` is gone."""
    parts: list[_Part] = []
    strip_next = False
    while (kind := parser.kinds[parser.at]) != "CLOSE":
        value, start, end = parser.values[parser.at], parser.starts[parser.at], parser.ends[parser.at]
        if kind == "DEEP":
            raise parser.fail("a sequence is expected")
        parser.at += 1
        if kind == "TEXT":
            texts = [_unescaped(value, start)] if template == _QUOTED else _pieces(value)
            if template != _QUOTED and len(value) <= MAX_TEXT:
                texts = [text.replace("$${", "${").replace("%%{", "%{") for text in texts]
            if strip_next:
                texts[0] = texts[0].lstrip(_SPACE)
            parts.extend(_Text(text, start, end) for text in texts)
            strip_next = False
            continue
        if value == "~" and not strip_next and parts and isinstance(parts[-1], _Text):
            lone = _LONE_SIGN.search(parts[-1].text) if template == _HEREDOC else None
            parts[-1].text = parts[-1].text[: lone.end(1)] if lone else parts[-1].text.rstrip(_SPACE)
        parts.append(parser.expression() if kind == "${" else _directive(parser, start))
        if parser.kinds[parser.at] != "SEQUENCE-END":
            raise parser.fail("'}' is expected at the end of the template sequence ('$${' writes a literal '${')")
        strip_next = parser.values[parser.at] == "~}"
        parser.at += 1
    parser.at += 1
    return parts


def _directive(parser: Parser, start: int) -> _Directive:
    word = parser.values[parser.at] if parser.kinds[parser.at] == "NAME" else ""
    if word not in ("if", "else", "endif", "for", "endfor"):
        raise parser.fail("'if', 'else', 'endif', 'for' or 'endfor' is expected after '%{'")
    parser.at += 1
    directive = _Directive(word, start, parser.ends[parser.at - 1])
    if word == "if":
        directive.subject = parser.expression()
    elif word == "for":
        key_name, value_name, directive.subject = parser.for_names()
        directive.names = (key_name, value_name)
    return directive


def _flush(parts: list[_Part]) -> None:
    """Takes the indentation that all lines share off a `<<-` heredoc.

    As Terraform does it: blank lines do not count, a line that begins with a sequence has none, and what follows a line end
    that `~}` has eaten is no new line. What is too long to be evaluated is left.
    """
    if sum(len(part.text) for part in parts if isinstance(part, _Text)) > MAX_TEXT:
        return
    widths: list[int] = []
    leading: list[tuple[_Text, int]] = []
    new_line = True
    for part in parts:
        if not isinstance(part, _Text):
            if new_line:
                widths.append(0)
            new_line = False
            continue
        start = 0 if new_line else part.text.find("\n") + 1
        if new_line or start:
            widths.extend(match.end() - match.start() for match in _INDENT.finditer(part.text, start))
            leading.append((part, start))
        new_line = part.text.endswith("\n")
    shared = min(widths, default=0)
    if shared:
        for part, start in leading:
            part.text = part.text[:start] + _INDENT.sub(lambda match: match[0][shared:], part.text[start:])


def _tree(parts: list[_Part], start: int, end: int) -> Expression:
    """One text is that text; one interpolation is its value, of whatever type; all else is a string to be put together."""
    builder = _Builder(parts)
    nodes = builder.until((), None)
    if not nodes:
        return Literal("", start, end)
    if len(nodes) == 1 and isinstance(parts[0], _Text):
        return nodes[0]
    if len(parts) == 1 and not isinstance(parts[0], _Directive):
        return Parentheses(nodes[0], start, end)
    return Template(nodes, start, end)


class _Builder:
    """Turns the flat parts of a template into a tree."""

    __slots__ = ("at", "parts")

    def __init__(self, parts: list[_Part]) -> None:
        self.parts = parts
        self.at = 0

    def until(self, words: tuple[str, ...], opened: _Directive | None) -> list[Expression]:
        """The nodes up to one of the directives, which is read too."""
        nodes: list[Expression] = []
        while self.at < len(self.parts):
            part = self.parts[self.at]
            self.at += 1
            if isinstance(part, _Directive):
                if part.word in words:
                    return nodes
                nodes.append(self._opened(part))
            elif isinstance(part, _Text):
                nodes.append(self._text(part))
            else:
                nodes.append(part)
        if opened:
            raise BadSyntax(f"this '{opened.word}' has no 'end{opened.word}'", opened.start)
        return nodes

    def _text(self, first: _Text) -> Literal:
        texts = [first.text]
        end = first.end
        while self.at < len(self.parts) and isinstance(part := self.parts[self.at], _Text):
            texts.append(part.text)
            end = part.end
            self.at += 1
        return Literal("".join(texts), first.start, end)

    def _opened(self, directive: _Directive) -> Expression:
        subject, start = directive.subject, directive.start
        if subject is None:
            raise BadSyntax(f"'{directive.word}' belongs to nothing that is open", start)
        if directive.word == "for":
            body = self._template(("endfor",), directive)
            key_name, value_name = directive.names
            return Join(For(key_name, value_name, subject, None, body, None, False, start, body.end), start, body.end)
        then = self._template(("else", "endif"), directive)
        ended = self.parts[self.at - 1]
        otherwise = Template([], then.end, then.end)
        if isinstance(ended, _Directive) and ended.word == "else":
            otherwise = self._template(("endif",), directive)
        return Conditional(subject, then, otherwise, start, otherwise.end)

    def _template(self, words: tuple[str, ...], opened: _Directive) -> Template:
        nodes = self.until(words, opened)
        end = self.parts[self.at - 1].end
        return Template(nodes, opened.start, end)
