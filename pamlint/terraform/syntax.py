"""The syntax tree of a Terraform file. Every node knows its offsets in the text; nothing in here knows what anything means.

The nodes are treated as immutable. They are not frozen because a file has thousands of them and a frozen class costs
three times as much to make.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from decimal import Decimal

from pamlint.model.noun import record
from pamlint.model.resource import Location

# No string longer than this is evaluated.
MAX_TEXT = 4_000_000
_PIECE = 8_192


@record
class Literal:
    """A number, string, bool or null that is written out."""

    value: str | int | Decimal | bool | None
    start: int
    end: int


@record
class Step:
    """One step of a reference: `.name` (`indexed` is false) or `[key]` with a literal key."""

    key: str | int | Decimal | bool | None
    indexed: bool


@record
class Reference:
    """A name and the literal steps that follow it: `aws_vpc.main.cidr_block`, `var.rules["a"][0]`. References share steps."""

    root: str
    steps: list[Step]
    start: int
    end: int


@record
class Item:
    """The element a splat is at; it stands at the bottom of `Splat.each`."""

    start: int
    end: int


@record
class Attribute:
    """`of.name` where `of` is no plain reference."""

    of: Expression
    name: str
    start: int
    end: int


@record
class Index:
    """`of[key]`, also the legacy `of.0`."""

    of: Expression
    key: Expression
    start: int
    end: int


@record
class Splat:
    """`source[*]...` or `source.*...`; `each` is evaluated for every element, which is its `Item`."""

    source: Expression
    each: Expression
    start: int
    end: int


@record
class Call:
    """`name(arguments)`; `expand` if the last argument is followed by an ellipsis."""

    name: str
    arguments: list[Expression]
    expand: bool
    start: int
    end: int


@record
class Conditional:
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression
    start: int
    end: int


@record
class Binary:
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression
    start: int
    end: int


@record
class Unary:
    """`-operand`, `!operand`."""

    operator: str
    operand: Expression
    start: int
    end: int


@record
class Parentheses:
    """`(inner)`, and a string that is nothing but `${inner}`."""

    inner: Expression
    start: int
    end: int


@record
class TupleOf:
    """`[a, b]`."""

    items: list[Expression]
    start: int
    end: int


@record
class ObjectOf:
    """`{ key = value }`; a key that is a bare name is a `Literal` already."""

    items: list[tuple[Expression, Expression]]
    start: int
    end: int


@record
class For:
    """A `for` expression; with `key` it makes an object, without one a tuple."""

    key_name: str | None
    value_name: str
    source: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    group: bool
    start: int
    end: int


@record
class Template:
    """A string with parts to fill in: literals, expressions, `Conditional` for `%{if}`, `Join` for `%{for}`."""

    parts: list[Expression]
    start: int
    end: int


@record
class Join:
    """A `%{for}` of a template: the results of `loop` as strings, one after the other."""

    loop: For
    start: int
    end: int


@record
class Unread:
    """A value that is too large or too deeply nested to be read; `limit` says which limit it goes beyond."""

    limit: str
    start: int
    end: int


Expression = (
    Literal
    | Reference
    | Item
    | Attribute
    | Index
    | Splat
    | Call
    | Conditional
    | Binary
    | Unary
    | Parentheses
    | TupleOf
    | ObjectOf
    | For
    | Template
    | Join
    | Unread
)


@record
class Argument:
    """`name = value` in a body."""

    name: str
    value: Expression
    start: int
    end: int


@record
class BlockNode:
    """`type "label" { ... }`; `start` is its type's first character, `end` is behind its closing brace."""

    type: str
    labels: list[str]
    body: Body
    start: int
    end: int


@record
class Body:
    """What stands between braces, or in a whole file."""

    arguments: dict[str, Argument]
    blocks: list[BlockNode]


@record
class SourceFile:
    """A file that was read: its text, its tree, its comments as (offset, text), and its name as it is told."""

    name: str
    text: str
    body: Body
    comments: list[tuple[int, str]]
    json: bool = False
    _pieces: tuple[Sequence[int], Sequence[int]] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """To another process goes what tells where something stands, not what it says."""
        return SourceFile, (self.name, self.text, Body({}, []), [], self.json)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, the column in code points."""
        piece, lines, line_start = offset // _PIECE, 0, 0
        if piece:
            if self._pieces is None:
                self._pieces = _before_pieces(self.text)
            lines, line_start = self._pieces[0][piece], self._pieces[1][piece]
        start = piece * _PIECE
        line_start = self.text.rfind("\n", start, offset) + 1 or line_start
        return lines + self.text.count("\n", start, offset) + 1, offset - line_start + 1

    def location(self, start: int, end: int) -> Location:
        """Where the text from `start` up to `end` stands."""
        line, column = self.position(start)
        return Location(self.name, line, column, self.position(max(start, end - 1))[0])


def _before_pieces(text: str) -> tuple[Sequence[int], Sequence[int]]:
    """For each piece of a text how many lines end before it, and where the line begins in which it begins."""
    lines, starts = array("q", (0,)), array("q", (0,))
    for at in range(0, len(text), _PIECE):
        lines.append(lines[-1] + text.count("\n", at, at + _PIECE))
        starts.append(text.rfind("\n", at, at + _PIECE) + 1 or starts[-1])
    return lines, starts
