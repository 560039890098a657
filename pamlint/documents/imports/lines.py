"""Sheets to lines: which rows are a table's, what each of them says, and what had to be assumed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import cast, get_args

from pamlint.documents.imports.cells import letters
from pamlint.documents.imports.headings import Headings, Kind, headings
from pamlint.documents.imports.services import DASHES, EVERYTHING, Read, read_protocols, read_services
from pamlint.model.finding import Direction
from pamlint.model.noun import field, record, replace
from pamlint.model.policy import ANY_ROLE, Confidence, Need
from pamlint.model.port_table import Doubt, Party, Place, PortLine, PortTable, Sheet

YES = frozenset("yes y x true 1 required mandatory must m req r always needed necessary \u2713 \u2714".split())
NO = frozenset("no n false 0 optional o opt recommended sometimes".split()) | {"nice to have"}
CLOSED = frozenset("blocked deny denied block closed forbidden drop reject".split()) | {"must not", "must be closed"}
OPEN = frozenset("allow allowed permit permitted accept open".split())
CONDITIONAL = frozenset(("conditional", "c", "if used", "if needed", "depends"))
TWO_WAYS = frozenset(
    ("bidirectional", "bi-directional", "both", "both ways", "two-way", "2-way", "<->", "<-->", "\u2194", "in/out")
)
ONE_WAY = frozenset("in out inbound outbound ingress egress incoming outgoing -> --> \u2192 unidirectional one-way uni".split())
EITHER_END: tuple[Direction, ...] = ("egress", "ingress")
ANY_SOURCE_PORT = EVERYTHING.union(
    "|-|n/a|ephemeral|ephemeral ports|dynamic|random|high|high ports|1024+|>1023|>1024|1024-65535|49152-65535".split("|")
)
_DEFAULT_NAME = re.compile(r"(sheet|table|tabelle|feuil|hoja|foglio|blad|port matrix) ?\d*", re.IGNORECASE)
ABOUT = ("What", "Value")
"""The headings of the sheet in which pamlint's own workbooks say what they were made from."""
NO_SUCH_TABLE = "no row names a source, a destination and ports (as in `Source | Destination | Protocol | Port`)"


@record
class _Row:
    """One row as it is read: its cells by kind, and what is said of it."""

    place: Place
    cells: Sequence[str]
    under: Headings
    title: str
    doubts: list[Doubt] = field(default_factory=list)
    sure: bool = True

    def text(self, kind: Kind) -> str:
        """What stands in the column of that kind, or nothing."""
        column = self.under.columns.get(kind)
        return self.cells[column] if column is not None and column < len(self.cells) else ""

    @property
    def product(self) -> str:
        """What the row belongs to."""
        return self.text("product") or self.title

    def doubt(self, text: str, kind: Kind | None = None, decides: bool = True) -> None:
        """Notes an assumption; where it decides what is open, the row is no longer sure."""
        column = self.under.columns.get(kind) if kind else None
        place = Place(self.place.sheet, self.place.row, "" if column is None else letters(column))
        self.doubts.append(Doubt(place, text, product=self.product))
        self.sure = self.sure and not decides


def read_lines(sheets: Iterable[Sheet], need: Need | None) -> PortTable:
    """Every line of every table; `need` is that of rows which say nothing of it. A sheet without a table is a doubt."""
    lines: list[PortLine] = []
    doubts: list[Doubt] = []
    for sheet in sheets:
        found = list(headings(sheet.rows))
        if not found:
            if any(any(row) for row in sheet.rows) and sheet.rows[0] != ABOUT:
                doubts.append(Doubt(Place(sheet.name), f"not read: {NO_SUCH_TABLE}"))
            continue
        ends = [*(_title_rows(sheet, each.row).start for each in found[1:]), len(sheet.rows)]
        for under, end in zip(found, ends, strict=True):
            title = _title(sheet, under.row, 0 if under is found[0] else -1)
            doubts += _of_columns(sheet, under, title, need)
            for number in range(under.row + 1, end):
                _read_row(_Row(Place(sheet.name, number + 1), sheet.rows[number], under, title), need, lines, doubts)
        doubts += _above(sheet, found[0].row)
    return PortTable(tuple(lines), tuple(doubts))


def _title_rows(sheet: Sheet, row: int) -> range:
    """The rows right above headings in which one text stands alone."""
    first = row
    while first > 0 and len(_texts(sheet.rows[first - 1])) <= 1:
        first -= 1
    return range(first, row)


def _title(sheet: Sheet, row: int, which: int) -> str:
    """The first or the last such text, else the name that somebody gave to the sheet."""
    texts = [text for number in _title_rows(sheet, row) for text in _texts(sheet.rows[number])]
    named = sheet.name if sheet.name and not _DEFAULT_NAME.fullmatch(sheet.name) else ""
    return texts[which] if texts else named


def _texts(row: Sequence[str]) -> list[str]:
    """The different texts of a row; merged cells have one."""
    return list(dict.fromkeys(cell for cell in row if cell))


def _above(sheet: Sheet, row: int) -> Iterator[Doubt]:
    for number in range(_title_rows(sheet, row).start):
        texts = _texts(sheet.rows[number])
        if len(texts) > 1:
            yield Doubt(
                Place(sheet.name, number + 1), f"`{texts[0]}` and more stand above the first headings: not read", lost=True
            )


def _of_columns(sheet: Sheet, under: Headings, title: str, need: Need | None) -> Iterator[Doubt]:
    """What is to be said of a table as a whole."""
    row = under.row + 1
    for column, heading in under.unused:
        yield Doubt(Place(sheet.name, row, letters(column)), f"the column `{heading}` is not read", product=title)
    if need is None and not under.columns.keys() & {"need", "optional", "action"}:
        yield Doubt(
            Place(sheet.name, row), "no column says what is required, so nothing is: `--need required` makes all of it so"
        )


def _read_row(row: _Row, need: Need | None, lines: list[PortLine], doubts: list[Doubt]) -> None:
    """Adds the lines of a row, or says why there are none."""
    texts = _texts(row.cells)
    if not texts:
        return
    if len(texts) == 1:
        doubts.append(Doubt(row.place, f"`{texts[0]}` stands alone: taken for a heading", product=row.product))
        return
    read = Read()
    _services(row, read)
    sources, destinations = _parties(row, "source", read), _parties(row, "destination", read)
    if read.errors:
        doubts.append(Doubt(row.place, "; ".join(dict.fromkeys(read.errors)), lost=True, product=row.product))
        return
    for text in read.doubts:
        row.doubt(text)
    for text in read.remarks:
        row.doubt(f"`{text}` beside the ports is not read", "ports", decides=False)
    line = _line(row, need, sources, destinations, tuple(read.services))
    lines.extend(line)
    doubts.extend(row.doubts)


def _services(row: _Row, read: Read) -> None:
    protocols = read_protocols(row.text("protocol"), read)
    ports, service = row.text("ports"), row.text("service")
    if read.errors:
        return
    if ports or not service:
        read_services(ports, protocols, read)
        if service:
            _same_service(row, service, protocols, read)
    else:
        read_services(service, protocols, read)
    own = " ".join(row.text("source-ports").lower().translate(DASHES).split())
    if own not in ANY_SOURCE_PORT:
        row.doubt(f"the source port {own} is not read: a policy's flows come from any", "source-ports")


def _same_service(row: _Row, service: str, protocols: Sequence[str], read: Read) -> None:
    """A service's name beside ports says the same, or it is told that it does not."""
    other = Read()
    read_services(service, protocols, other)
    ports = {each.rpartition("/")[2] for each in read.services}
    if not other.errors and not {each.rpartition("/")[2] for each in other.services} <= ports:
        row.doubt(f"`{service}` is {', '.join(other.services)}, and the ports say {', '.join(read.services)}", "service")


def _parties(row: _Row, kind: Kind, read: Read) -> tuple[Party, ...]:
    """The roles of a cell: separated by line breaks, semicolons or commas outside of brackets."""
    text = row.text(kind)
    parts = [" ".join(part.split()) for part in re.split(r"[;\n]|,(?![^(]*\))", text)]
    found = []
    for title in dict.fromkeys(part for part in parts if part):
        role = slug(title, "role")
        if title.lower() in EVERYTHING:
            role = ANY_ROLE
        elif not role:
            role = f"role-{sha256(title.encode()).hexdigest()[:8]}"
            row.doubt(f"`{title}` has no letter that a role's name can have: it is called {role}", kind, decides=False)
        elif re.fullmatch(r"[0-9a-f.:/ -]+", title.lower()) and any(char.isdigit() for char in title):
            role = slug(title, "net")
            row.doubt(f"`{title}` is an address, which belongs into the site file: it became the role {role}", kind)
        found.append(Party(role, title))
    if text.startswith("="):
        read.errors.append(f"`{text}` is a formula without a result")
    if not found:
        read.errors.append(f"no {kind}")
    return tuple(found)


def slug(text: str, kind: str = "") -> str:
    """A name as policies have it: lower-case letters and numbers, joined by hyphens; the kind comes before a number."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = "-".join(re.findall(r"[a-z0-9]+", plain))
    return f"{kind}-{name}" if kind and name[:1].isdigit() else name


def _line(
    row: _Row,
    need: Need | None,
    sources: tuple[Party, ...],
    destinations: tuple[Party, ...],
    services: tuple[str, ...],
) -> list[PortLine]:
    """The row's line, and the one the other way where it goes both ways."""
    ends, back = _ends(row)
    on, off = _when(row)
    confidence = row.text("confidence").lower().replace(" ", "-")
    known = confidence in get_args(Confidence)
    if confidence and not known:
        row.doubt(f"`{confidence}` is no confidence that a policy has: `inferred` was taken", "confidence", decides=False)
    wanted = _need(row, need, bool(on or off))
    line = PortLine(
        row.place,
        sources,
        destinations,
        services,
        wanted,
        slug(row.text("flow"), "flow"),
        row.product,
        on,
        off,
        ends,
        " ".join(" ".join(row.cells[column] for column in row.under.notes if column < len(row.cells)).split()),
        row.text("reference"),
        cast("Confidence", confidence) if known else "inferred",
        tuple(name for each in row.text("parameter").split(",") if (name := slug(each, "parameter"))),
        row.sure,
    )
    if not row.sure and wanted in ("required", "conditional"):
        row.doubt("it is optional, because it is not sure", "need", decides=False)
        line = _doubtful(line)
    return [line, _doubtful(_turned(line))] if back else [line]


def _doubtful(line: PortLine) -> PortLine:
    return replace(line, need="blocked" if line.need == "blocked" else "optional", sure=False)


def _turned(line: PortLine) -> PortLine:
    return replace(line, sources=line.destinations, destinations=line.sources, flow=f"{line.flow}-back" if line.flow else "")


def _ends(row: _Row) -> tuple[tuple[Direction, ...], bool]:
    """The ends that are judged, and whether the row goes both ways. `Inbound` is one end's view of the same flow."""
    text = " ".join(row.text("direction").lower().translate(DASHES).split())
    words = {word.strip() for word in text.split(",")}
    if words <= set(EITHER_END) and "direction" in row.under.columns and text:
        return tuple(end for end in EITHER_END if end in words), False
    if text in TWO_WAYS:
        row.doubt("it goes both ways: a second, optional flow was made for the way back", "direction", decides=False)
        return EITHER_END, True
    if text and text not in ONE_WAY:
        row.doubt(f"`{text}` is no direction: from source to destination was taken", "direction")
    return EITHER_END, False


def _when(row: _Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The features that the row hangs on: names with commas between, `not` before those that have to be off."""
    on, off = [], []
    for part in row.text("feature").split(","):
        words = part.strip()
        if words.lower().startswith("not "):
            off.append(slug(words[4:], "feature"))
        elif words:
            on.append(slug(words, "feature"))
    return tuple(name for name in on if name), tuple(name for name in off if name)


def _need(row: _Row, default: Need | None, hangs: bool) -> Need:
    """What the row says of its need. A condition without a feature is no condition that a policy could hold."""
    action, text = row.text("action").lower().strip(), " ".join(row.text("need").lower().rstrip("?!. ").split())
    turned = row.text("optional").lower().strip()
    if not text and turned:
        text = "no" if turned in YES else "yes" if turned in NO else turned
    if text in CLOSED or action in CLOSED:
        return "blocked"
    if action and action not in OPEN:
        row.doubt(f"`{action}` neither allows nor denies", "action")
    if text in CONDITIONAL and not hangs:
        row.doubt(f"`{text}` without a feature that says when: it is optional", "need", decides=False)
        return "optional"
    if text in CONDITIONAL or text in YES:
        return "conditional" if hangs and text != "required" else "required"
    if text and text not in NO:
        row.doubt(f"`{text}` says neither yes nor no: it is optional", "need")
        return "optional"
    return "optional" if text else _unsaid(default, hangs)


def _unsaid(default: Need | None, hangs: bool) -> Need:
    return "conditional" if default == "required" and hangs else default or "optional"
