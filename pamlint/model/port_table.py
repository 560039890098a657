"""Port tables as people keep them: sheets of cells, the lines that were understood, and every doubt with its place."""

from __future__ import annotations

from pamlint.model.finding import Direction
from pamlint.model.noun import noun
from pamlint.model.policy import Confidence, Need


@noun
class Sheet:
    """Rows of cells as text. `name` is None for a file that is one sheet; row 1 is `rows[0]`."""

    name: str | None
    rows: tuple[tuple[str, ...], ...]


@noun
class Place:
    """A row, or one cell of it, as a spreadsheet counts: rows from 1, columns A, B, ... Row 0 is the whole file."""

    sheet: str | None = None
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        sheet = f"{self.sheet}, " if self.sheet else ""
        return f"{sheet}row {self.row}{f', column {self.column}' if self.column else ''}" if self.row else self.sheet or "all"


@noun
class Doubt:
    """Something that was assumed, or, if `lost`, a row that was not understood and became nothing. `product` as in a line."""

    place: Place
    text: str
    lost: bool = False
    product: str = ""


@noun
class Party:
    """A role as the table names it, and the name that it has in a policy."""

    role: str
    title: str


@noun
class PortLine:
    """A row that was understood. Services are as a policy writes them, `{NAME}` and `tcp/{NAME}` for a parameter's.

    `flow` is the id that the table gives, if any; `product` what the row belongs to, by its own word or its table's heading;
    `parameters` are those that its ports are said to come from. `sure` is false where something that decides what is open was
    assumed.
    """

    place: Place
    sources: tuple[Party, ...]
    destinations: tuple[Party, ...]
    services: tuple[str, ...]
    need: Need
    flow: str = ""
    product: str = ""
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    ends: tuple[Direction, ...] = ("egress", "ingress")
    note: str = ""
    reference: str = ""
    confidence: Confidence = "inferred"
    parameters: tuple[str, ...] = ()
    sure: bool = True


@noun
class PortTable:
    """Everything that a file was understood to say."""

    lines: tuple[PortLine, ...]
    doubts: tuple[Doubt, ...]
