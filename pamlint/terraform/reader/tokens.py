"""Text to tokens, in one pass and without recursion; templates come out as tokens too.

One regular expression knows all tokens of ordinary code. Whether a line end counts is settled here, by the bracket that
is open: it does in bodies and object constructors, it does not in parentheses, brackets, interpolations and `for`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from pamlint.model.noun import field, record
from pamlint.terraform.reader.plain import FILLED
from pamlint.terraform.syntax import MAX_TEXT

MAX_NESTING = 400
MAX_TOKENS = 500_000
MAX_DIGITS = 1000
FEW_DIGITS = 100
"""What is longer takes as long as so many words do."""
_LONG = 1_000
_LETTERS_A_WORD = 4

_NAME = r"[^\W\d][\w-]*+"
_LITERAL = r'(?:[^"\\$%\r\n]++|(?:\\[^\r\n])++|\$\$\{|%%\{|(?:\$(?!\$?\{))++|(?:%(?!%?\{))++)'
_COMMENT = r"\#[^\n]*+|//[^\n]*+|/\*(?s:.*?)\*/"
_TOKEN = re.compile(
    r"[ \t]*+(?:"
    r"(\r?\n(?:[ \t]*+\r?\n)*+)"  # 1: line end, with blank lines behind it
    rf"|((?:true|false|null)(?![\w-])|{_NAME}(?:\.{_NAME})*+)"  # 2: name, or several with dots between them
    r'|("(?:[^"\\$%\r\n]++)*+")'  # 3: string without escapes or templates
    rf'|("{FILLED}")'  # 4: string that references fill
    r'|(")'  # 5: any other string
    r"|(\d++(?:\.*+(?:\d++|[eE][+-]?\d++))*+)"  # 6: number
    rf"|({_COMMENT})"  # 7: comment
    rf"|(<<-?{_NAME}\r?\n)"  # 8: heredoc
    r"|(=>|==|!=|<=|>=|&&|\|\||\.\.\.|::|~\}|[{}\[\]()=,.:?!<>+\-*%]|/(?!\*))"  # 9: operators and brackets
    r"|([^ \t])"  # 10: nothing that could stand here
    r")"
)
_LINE_END, _WORD, _PLAIN, _FILLED, _QUOTE, _DIGITS, _REMARK, _HEREDOC, _OPERATOR = range(1, 10)
_KINDS = {_PLAIN: "STRING", _FILLED: "FILLED", _DIGITS: "NUMBER"}
_FOR = re.compile(rf"(?:[ \t\r\n]|{_COMMENT})*+for(?![\w-])")
_QUOTED = re.compile(rf'({_LITERAL}*+)(?:(")|([$%])\{{(~?))?')
_OPENING = re.compile(r"([$%])(?:\1\{|\{(~?))")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_CLOSER = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(("}", "]", ")", "~}"))


class BadSyntax(Exception):  # noqa: N818 -- it never leaves the reader, which tells it as an InputError
    """The text is no Terraform at this offset."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class TooDeep(BadSyntax):
    """What begins at this offset is nested deeper than is read."""


@record
class _TemplateMode:
    """The template that is being scanned: quoted if `marker` is None and it is not bare."""

    start: int
    marker: str | None = None
    bare: bool = False
    closing: re.Match[str] | None = None


@record
class _Bracket:
    """A bracket that is open, or the sequence of a template."""

    closer: str
    lines_count: bool
    start: int
    template: _TemplateMode | None = None


@record
class Tokens:
    """Four lists side by side. Kinds: LINE NAME PATH STRING FILLED NUMBER HEREDOC FLUSH OPEN CLOSE TEXT `${` `%{` SEQUENCE-END
    END DEEP LONG,
    and operators and brackets as themselves. HEREDOC and FLUSH are heredocs without templates; OPEN holds `"` or the
    heredoc's `<<` or `<<-`. DEEP is an opening bracket or sequence that stands too deep, LONG a heredoc that is too long."""

    text: str
    kinds: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)

    def add(self, kind: str, value: str, start: int, end: int) -> None:
        self.kinds.append(kind)
        self.values.append(value)
        self.starts.append(start)
        self.ends.append(end)

    def clear(self) -> None:
        """Forgets the tokens; comments are kept."""
        for column in (self.kinds, self.values, self.starts, self.ends):
            column.clear()


def tokenize(text: str, *, bare_template: bool = False) -> Tokens:
    """All tokens of a text that is one expression or one template; raises BadSyntax."""
    scanner = Scanner(text)
    at = 0
    if bare_template:
        at = scanner.template(_TemplateMode(0, bare=True), 0)
    while at < len(text):
        at = scanner.code(at)
    scanner.finish()
    return scanner.tokens


class Scanner:
    """The state of one pass: the tokens so far and the brackets that are open."""

    __slots__ = ("_floor", "_spent", "lines_count", "open", "text", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines_count = False
        self.open: list[_Bracket] = []
        self.tokens = Tokens(text)
        self._spent = 0
        self._floor = -1

    def item(self, at: int, brace: int | None) -> int:
        """Scans one argument or block up to the end of its last line, or the end of the block around it, whose brace ends at
        `brace`; returns where to go on. The tokens before are gone."""
        self.spend(len(self.tokens.kinds), at)
        self.tokens.clear()
        self.lines_count = True
        self.open = [] if brace is None else [_Bracket("}", True, brace - 1)]
        self._floor = len(self.open)
        while at < len(self.text) and self._floor >= 0:
            at = self.code(at)
        if self._floor >= 0:
            self.finish()
        return at

    def spend(self, words: int, at: int) -> None:
        """Counts what was read without tokens; raises BadSyntax if the file has too many words and signs."""
        self._spent += words
        if self._spent + len(self.tokens.kinds) + len(self.tokens.comments) >= MAX_TOKENS:
            raise BadSyntax(f"the file has more than {MAX_TOKENS:,} words and signs, and nothing is read beyond", at - 1)

    def spend_on(self, text: str, at: int) -> None:
        """Counts what is read as one, and is many words all the same."""
        if len(text) > _LONG:
            self.spend(len(text) // _LETTERS_A_WORD, at)

    def _spend_on_value(self, which: int, value: str, at: int) -> None:
        if which == _FILLED:
            self.spend_on(value, at)
        elif len(value) > FEW_DIGITS:
            self.spend(min(len(value), MAX_DIGITS), at)

    def _rare_name(self, name: str, start: int, end: int) -> None:
        self.spend_on(name, end)
        if not name.isascii() and not all(map(str.isidentifier, name.replace("-", "_").split("."))):
            raise BadSyntax(f"{name!r} is no valid name", start)

    def _left(self) -> int:
        return MAX_TOKENS - self._spent - len(self.tokens.kinds) - len(self.tokens.comments)

    def code(self, at: int) -> int:
        """Scans ordinary code from `at` until a template begins or ends; returns where to go on."""
        tokens = self.tokens
        add_kind, add_value = tokens.kinds.append, tokens.values.append
        add_start, add_end = tokens.starts.append, tokens.ends.append
        end = len(self.text)
        for match in islice(_TOKEN.finditer(self.text, at), self._left() + 1):
            which = match.lastindex or 0
            value = kind = match[which]
            start, end = match.span(which)
            if which == _OPERATOR:
                if value in _CLOSER:
                    kind = self._opened(value, start, end)
                elif value in _CLOSING:
                    template = self._closed(value, start, end)
                    if template is not None:
                        return self.template(template, end)
            elif which == _WORD:
                kind = "PATH" if "." in value else "NAME"
                if len(value) > _LONG or not value.isascii():
                    self._rare_name(value, start, end)
            elif which == _LINE_END:
                if not self.lines_count or (tokens.kinds and tokens.kinds[-1] == "LINE"):
                    continue
                if len(self.open) <= self._floor:
                    self._floor = -1
                    tokens.add("LINE", value, start, end)
                    return end
                kind = "LINE"
            elif which in _KINDS:
                kind = _KINDS[which]
                if which != _PLAIN:
                    self._spend_on_value(which, value, end)
                value = value if which == _DIGITS else value[1:-1]
            elif which == _REMARK:
                tokens.comments.append((start, value))
                continue
            else:
                return self._other(which, value, start, end)
            add_kind(kind)
            add_value(value)
            add_start(start)
            add_end(end)
        self.spend(0, end)
        return end

    def _other(self, which: int, value: str, start: int, end: int) -> int:
        if which == _QUOTE:
            self.tokens.add("OPEN", value, start, end)
            return self.template(_TemplateMode(start), end)
        if which == _HEREDOC:
            return self._heredoc(value, start, end)
        if self.text.startswith("/*", start):
            raise BadSyntax("the comment is never closed: '*/' is missing", start)
        hint = "; strings are written with double quotes" if value in "'`" else ""
        raise BadSyntax(f"the character {value!r} cannot stand here{hint}", start)

    def _opened(self, bracket: str, start: int, end: int) -> str:
        self.open.append(_Bracket(_CLOSER[bracket], self.lines_count, start))
        if bracket != "{":
            self.lines_count = False
        elif not self.lines_count or not self.tokens.kinds or self.tokens.kinds[-1] not in ("NAME", "STRING", "CLOSE"):
            self.lines_count = not _FOR.match(self.text, end)
        return bracket if len(self.open) <= MAX_NESTING else "DEEP"

    def _closed(self, bracket: str, start: int, end: int) -> _TemplateMode | None:
        if not self.open or self.open[-1].closer != bracket.lstrip("~"):
            raise BadSyntax(f"'{bracket}' closes nothing that is open", start)
        closed = self.open.pop()
        self.lines_count = closed.lines_count
        if closed.template is None and bracket == "~}":
            raise BadSyntax("'~}' closes templates only", start)
        if closed.template is not None:
            self.tokens.add("SEQUENCE-END", bracket, start, end)
        return closed.template

    def _heredoc(self, opening: str, start: int, end: int) -> int:
        indented = opening.startswith("<<-")
        marker = opening[3 if indented else 2 :].rstrip()
        closing = _closing_line(marker).search(self.text, end - 1)
        if closing is None:
            raise BadSyntax(f"the heredoc is never closed: a line with nothing but {marker} is missing", start)
        stray = _LONE_RETURN.search(self.text, end, closing.start(1))
        if stray:
            raise BadSyntax("a carriage return without a line feed cannot stand in a heredoc", stray.start())
        if not _has_opening(self.text, end, closing.start(1)) and closing.start(1) - end > MAX_TEXT:
            self.tokens.add("LONG", opening, start, closing.end(1))
            return closing.end(1)
        if not _has_opening(self.text, end, closing.start(1)):
            body = self.text[end : closing.start(1)]
            self.tokens.add("FLUSH" if indented else "HEREDOC", body, start, closing.end(1))
            return closing.end(1)
        self.tokens.add("OPEN", opening[: 3 if indented else 2], start, end)
        return self.template(_TemplateMode(start, marker, closing=closing), end)

    def template(self, mode: _TemplateMode, at: int) -> int:
        """Scans template text from `at` up to its end or the next sequence; returns where code goes on."""
        if mode.bare or mode.marker is not None:
            return self._lines(mode, at)
        match = _QUOTED.match(self.text, at)
        if match is None or (match[2] is None and match[3] is None):
            where = match.end() if match else at
            if where < len(self.text) and self.text[where] == "\\":
                raise BadSyntax("a backslash must be followed by the character that it escapes", where)
            raise BadSyntax("the string is not closed on its line", mode.start)
        if match[1]:
            self.tokens.add("TEXT", match[1], at, match.end(1))
        if match[2]:
            self.tokens.add("CLOSE", '"', match.start(2), match.end())
            return match.end()
        return self._sequence(mode, match, 3)

    def _lines(self, mode: _TemplateMode, at: int) -> int:
        text, limit = self.text, len(self.text)
        if mode.marker is not None:
            if mode.closing is None or mode.closing.start(1) < at:
                mode.closing = _closing_line(mode.marker).search(text, at - 1)
            if mode.closing is None:
                raise BadSyntax(f"the heredoc is never closed: a line with nothing but {mode.marker} is missing", mode.start)
            limit = mode.closing.start(1)
        opening = next((m for m in _OPENING.finditer(text, at, limit) if m[2] is not None), None)
        until = opening.start() if opening else limit
        if until > at:
            self.tokens.add("TEXT", text[at:until], at, until)
        if opening:
            return self._sequence(mode, opening, 1)
        end = mode.closing.end(1) if mode.closing else limit
        self.tokens.add("CLOSE", mode.marker or "", until, end)
        return end

    def _sequence(self, mode: _TemplateMode, match: re.Match[str], group: int) -> int:
        self.spend(0, match.end())
        self.open.append(_Bracket("}", self.lines_count, match.start(group), mode))
        self.lines_count = False
        kind = match[group] + "{" if len(self.open) <= MAX_NESTING else "DEEP"
        self.tokens.add(kind, match[group + 1], match.start(group), match.end())
        return match.end()

    def finish(self) -> None:
        """Ends the tokens; raises BadSyntax if a bracket is still open."""
        if self.open:
            bracket = self.open[-1]
            raise BadSyntax(f"the '{self.text[bracket.start]}' that opens here is never closed", bracket.start)
        self.tokens.add("END", "", len(self.text), len(self.text))


@lru_cache(maxsize=64)
def _closing_line(marker: str) -> re.Pattern[str]:
    return re.compile(rf"\n([ \t]*+{re.escape(marker)})[ \t]*+\r?\n")


def _has_opening(text: str, start: int, end: int) -> bool:
    return text.find("${", start, end) >= 0 or text.find("%{", start, end) >= 0
