"""Tokens to the syntax tree: recursive descent, with binding powers for the operators."""

from __future__ import annotations

import re
from decimal import Decimal

from pamlint.terraform.numeric import NumberError, parse_number
from pamlint.terraform.reader import templates
from pamlint.terraform.reader.plain import KEYWORDS, filled, path
from pamlint.terraform.reader.tokens import MAX_DIGITS, MAX_NESTING, BadSyntax, Tokens, TooDeep
from pamlint.terraform.syntax import (
    MAX_TEXT,
    Argument,
    Attribute,
    Binary,
    BlockNode,
    Body,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Item,
    Literal,
    ObjectOf,
    Parentheses,
    Reference,
    Splat,
    Step,
    TupleOf,
    Unary,
    Unread,
)

_BINDING = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
_PLAIN = frozenset(("NAME", "PATH", "STRING", "FILLED", "NUMBER"))
_ENDS = frozenset((",", "LINE", "]", "}", ")", "=", "=>", ":", "SEQUENCE-END"))
_OPENERS = frozenset(("(", "[", "{", "${", "%{", "DEEP"))
_CLOSERS = frozenset((")", "]", "}", "SEQUENCE-END"))
_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")


class Parser:
    """Walks over tokens; every method leaves `at` behind what it has read."""

    __slots__ = ("at", "ends", "kinds", "starts", "values")

    def __init__(self, tokens: Tokens) -> None:
        self.kinds, self.values = tokens.kinds, tokens.values
        self.starts, self.ends = tokens.starts, tokens.ends
        self.at = 0

    def fail(self, message: str) -> BadSyntax:
        """An error at the token that is next."""
        if self.kinds[self.at] == "DEEP":
            return TooDeep(f"brackets nested more than {MAX_NESTING} levels deep", self.starts[self.at])
        found = {"LINE": "the end of the line", "END": "the end of the file"}.get(self.kinds[self.at], repr(self.values[self.at]))
        return BadSyntax(f"{message}, not {found}", self.starts[self.at])

    def need(self, kind: str, message: str) -> int:
        """Reads a token of that kind; returns the offset behind it."""
        if self.kinds[self.at] != kind:
            raise self.fail(message)
        self.at += 1
        return self.ends[self.at - 1]

    # Bodies

    def _body(self) -> Body:
        """Arguments and blocks up to the closing brace, which is not read."""
        kinds = self.kinds
        body = Body({}, [])
        while (kind := kinds[self.at]) != "}":
            if kind != "LINE":
                self.item(body)
                if kinds[self.at] != "LINE":
                    raise self.fail("a new line must begin here")
            self.at += 1
        return body

    def item(self, body: Body) -> None:
        """One argument or block into its body."""
        if self.kinds[self.at] != "NAME":
            raise self.fail("an argument or a block must begin here")
        if self.kinds[self.at + 1] == "=":
            self._argument(body)
        else:
            body.blocks.append(self._block())

    def _argument(self, body: Body) -> None:
        at = self.at
        name = self.values[at]
        self.at = at + 2
        try:
            value = self.expression()
        except TooDeep as limit:
            value = self._skipped(at + 2, limit.message)
        except RecursionError:
            value = self._skipped(at + 2, "nested too deeply")
        if name in body.arguments:
            raise BadSyntax(f"{name!r} is set twice in this block", self.starts[at])
        body.arguments[name] = Argument(name, value, self.starts[at], self.ends[self.at - 1])

    def _skipped(self, at: int, limit: str) -> Unread:
        """Reads over the rest of a value from its first token on, by its brackets alone."""
        first, depth = at, 0
        while depth or self.kinds[at] not in ("LINE", "END", "}"):
            kind = self.kinds[at]
            depth += (kind in _OPENERS) - (kind in _CLOSERS)
            at += 1
        self.at = at
        return Unread(limit, self.starts[first], self.ends[at - 1])

    def _block(self) -> BlockNode:
        start = self.starts[self.at]
        kind = self.values[self.at]
        self.at += 1
        labels = []
        while self.kinds[self.at] in ("NAME", "STRING", "OPEN"):
            labels.append(self._label())
        self.need("{", "'=' of an argument or '{' of a block is expected on this line")
        if self.kinds[self.at] in ("LINE", "}"):
            body = self._body()
        else:
            body = Body({}, [])
            if self.kinds[self.at] != "NAME" or self.kinds[self.at + 1] != "=":
                raise self.fail("a block on one line holds one argument; here its name is expected")
            self._argument(body)
        end = self.need("}", "'}' must close the block here")
        return BlockNode(kind, labels, body, start, end)

    def _label(self) -> str:
        self.at += 1
        if self.kinds[self.at - 1] != "OPEN":
            return self.values[self.at - 1]
        label = ""
        if self.kinds[self.at] == "TEXT" and self.values[self.at - 1] == '"':
            label = templates.unescape(self.values[self.at], self.starts[self.at])
            self.at += 1
        self.need("CLOSE", "a label is a plain string")
        return label

    # Expressions

    def expression(self) -> Expression:
        """One expression."""
        if self.kinds[self.at] in _PLAIN and self.kinds[self.at + 1] in _ENDS:
            return self._primary()
        condition = self._binary(0)
        if self.kinds[self.at] != "?":
            return condition
        self.at += 1
        then = self.expression()
        self.need(":", "':' and the other result of the condition are expected")
        otherwise = self.expression()
        return Conditional(condition, then, otherwise, condition.start, otherwise.end)

    def _binary(self, above: int) -> Expression:
        left = self._term()
        while True:
            operator = self.kinds[self.at]
            binding = _BINDING.get(operator, 0)
            if binding <= above:
                return left
            self.at += 1
            right = self._binary(binding)
            left = Binary(operator, left, right, left.start, right.end)

    def _term(self) -> Expression:
        kind = self.kinds[self.at]
        if kind in ("-", "!"):
            start = self.starts[self.at]
            self.at += 1
            operand = self._term()
            return Unary(kind, operand, start, operand.end)
        return self._steps(self._primary())

    def _primary(self) -> Expression:
        at = self.at
        kind, value, start, end = self.kinds[at], self.values[at], self.starts[at], self.ends[at]
        self.at = at + 1
        if kind == "NAME":
            if self.kinds[at + 1] in ("(", "::"):
                return self._call(value, start)
            return path(value, start, end)
        if kind == "PATH":
            return path(value, start, end)
        if kind == "STRING":
            return Literal(value, start, end)
        if kind == "FILLED":
            return filled(value, start, end)
        if kind == "NUMBER":
            return Literal(_number(value, start), start, end)
        if kind == "[":
            return self._tuple(start)
        if kind == "{":
            return self._object(start)
        if kind == "(":
            inner = self.expression()
            return Parentheses(inner, start, self.need(")", "')' is expected"))
        if kind == "LONG":
            return Unread(f"more than {MAX_TEXT:,} characters", start, end)
        if kind in ("OPEN", "HEREDOC", "FLUSH"):
            return templates.parse(self, kind, value, start, end)
        self.at = at
        raise self.fail("a value is expected")

    def _tuple(self, start: int) -> Expression:
        if self._is_for():
            return self._for(start, "]")
        items = []
        while self.kinds[self.at] != "]":
            items.append(self.expression())
            if self.kinds[self.at] == ",":
                self.at += 1
            elif self.kinds[self.at] != "]":
                raise self.fail("',' or ']' is expected")
        self.at += 1
        return TupleOf(items, start, self.ends[self.at - 1])

    def _object(self, start: int) -> Expression:
        if self._is_for():
            return self._for(start, "}")
        items: list[tuple[Expression, Expression]] = []
        while True:
            while self.kinds[self.at] == "LINE":
                self.at += 1
            if self.kinds[self.at] == "}":
                break
            key = _name_as_key(self.expression(), self.values[self.at - 1])
            if self.kinds[self.at] not in ("=", ":"):
                raise self.fail("'=' and a value are expected after the key")
            self.at += 1
            items.append((key, self.expression()))
            if self.kinds[self.at] in (",", "LINE"):
                self.at += 1
            elif self.kinds[self.at] != "}":
                raise self.fail("',', a new line or '}' is expected")
        self.at += 1
        return ObjectOf(items, start, self.ends[self.at - 1])

    def _call(self, name: str, start: int) -> Expression:
        while self.kinds[self.at] == "::":
            self.at += 1
            name += "::" + self.values[self.at]
            self.need("NAME", "the name of a function is expected")
        self.need("(", "'(' is expected")
        arguments: list[Expression] = []
        expand = False
        while self.kinds[self.at] != ")":
            arguments.append(self.expression())
            if self.kinds[self.at] == ",":
                self.at += 1
            elif self.kinds[self.at] == "...":
                self.at += 1
                expand = True
                break
            elif self.kinds[self.at] != ")":
                raise self.fail("',' or ')' is expected")
        return Call(name, arguments, expand, start, self.need(")", "')' is expected"))

    def _is_for(self) -> bool:
        return self._is_word("for") or (self.kinds[self.at] == "PATH" and self.values[self.at].startswith("for."))

    def _is_word(self, word: str) -> bool:
        return self.kinds[self.at] == "NAME" and self.values[self.at] == word

    def for_names(self) -> tuple[str | None, str, Expression]:
        """`k, v in source`, as expressions and templates both have it."""
        key_name, value_name = None, self.values[self.at]
        self.need("NAME", "a name for the element is expected")
        if self.kinds[self.at] == ",":
            self.at += 1
            key_name, value_name = value_name, self.values[self.at]
            self.need("NAME", "a name for the element is expected")
        if not self._is_word("in"):
            raise self.fail("'in' is expected")
        self.at += 1
        return key_name, value_name, self.expression()

    def _for(self, start: int, closer: str) -> Expression:
        self.at += 1
        key_name, value_name, source = self.for_names()
        self.need(":", "':' is expected after the collection")
        value, key, group, condition = self.expression(), None, False, None
        if closer == "}":
            self.need("=>", "'=>' and a value are expected after the key")
            key, value = value, self.expression()
            if self.kinds[self.at] == "...":
                self.at += 1
                group = True
        if self._is_word("if"):
            self.at += 1
            condition = self.expression()
        end = self.need(closer, f"'{closer}' is expected at the end of the 'for'")
        return For(key_name, value_name, source, key, value, condition, group, start, end)

    # Steps behind an expression

    def _steps(self, of: Expression) -> Expression:
        kinds = self.kinds
        while True:
            if kinds[self.at] == ".":
                of = self._attribute_splat(of) if kinds[self.at + 1] == "*" else self._dotted(of)
            elif kinds[self.at] == "[":
                if kinds[self.at + 1] == "*":
                    return self._full_splat(of)
                of = self._index(of)
            else:
                return of

    def _dotted(self, of: Expression) -> Expression:
        at = self.at + 1
        kind, value, start, end = self.kinds[at], self.values[at], self.starts[at], self.ends[at]
        self.at = at + 1
        if kind in ("NAME", "PATH"):
            names = value.split(".")
            if isinstance(of, Reference):
                of.steps = [*of.steps, *(Step(name, False) for name in names)]
                of.end = end
                return of
            for name in names:
                of = Attribute(of, name, of.start, end)
            return of
        if kind == "NUMBER":
            if "." in value:
                raise BadSyntax(f"two indexes in a row are written with brackets: [{value.replace('.', '][')}]", start)
            return _indexed(of, Literal(_number(value, start), start, end), start, end)
        self.at = at
        raise self.fail("the name of an attribute is expected")

    def _index(self, of: Expression) -> Expression:
        start = self.starts[self.at]
        self.at += 1
        key = self.expression()
        return _indexed(of, key, start, self.need("]", "']' is expected after the index"))

    def _attribute_splat(self, of: Expression) -> Expression:
        each: Expression = Item(self.starts[self.at], self.ends[self.at + 1])
        self.at += 2
        while self.kinds[self.at] == ".":
            if self.kinds[self.at + 1] == "*":
                raise BadSyntax("'.*' cannot follow '.*'; write [*]", self.starts[self.at])
            each = self._dotted(each)
        return Splat(of, each, of.start, each.end)

    def _full_splat(self, of: Expression) -> Expression:
        item = Item(self.starts[self.at], self.ends[self.at + 1])
        self.at += 2
        item.end = self.need("]", "']' is expected after '[*'")
        each = self._steps(item)
        return Splat(of, each, of.start, each.end)


def _indexed(of: Expression, key: Expression, start: int, end: int) -> Expression:
    if isinstance(of, Reference) and isinstance(key, Literal):
        of.steps = [*of.steps, Step(key.value, True)]
        of.end = end
        return of
    return Index(of, key, of.start, end)


def _name_as_key(key: Expression, word: str) -> Expression:
    """A key that is one bare word means that word, keywords too."""
    if isinstance(key, Reference) and not key.steps:
        return Literal(key.root, key.start, key.end)
    if isinstance(key, Literal) and word in KEYWORDS and (key.value is None or isinstance(key.value, bool)):
        return Literal(word, key.start, key.end)
    return key


def _number(text: str, start: int) -> int | Decimal:
    if len(text) > MAX_DIGITS:
        raise BadSyntax(f"numbers have at most {MAX_DIGITS:,} digits", start)
    if not _NUMBER.fullmatch(text):
        raise BadSyntax(f"{text} is no number", start)
    try:
        return parse_number(text)
    except NumberError as error:
        raise BadSyntax(f"{text}: {error}", start) from None
