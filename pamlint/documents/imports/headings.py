"""What the columns of a port table are called, and which rows are the headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pamlint.model.noun import noun

Kind = Literal[
    "source", "destination", "ports", "service", "source-ports", "protocol", "direction", "need", "optional", "action", "feature",
    "parameter", "flow", "note", "reference", "confidence", "product",
]  # fmt: skip

HEADINGS: Mapping[Kind, str] = {
    "source": "source | src | from | source role | source host | source system | source server | source component | "
    "source zone | source name | source device | origin | initiator | initiated by | originator",
    "destination": "destination | dest | dst | to | target | destination role | destination host | destination system | "
    "destination server | destination component | destination zone | destination name | destination device | target host | "
    "target system | target server | dest host",
    "ports": "port | ports | dst port | dst ports | dest port | dest ports | destination port | destination ports | "
    "destination port s | target port | target ports | port number | port numbers | port range | listening port | tcp port | "
    "tcp ports | port protocol | ports protocol | protocol port | protocol ports | protocol and port | destination port range",
    "service": "service | services | service name | application | app | service port",
    "source-ports": "src port | src ports | source port | source ports | source port range",
    "protocol": "protocol | protocols | proto | transport | transport protocol | ip protocol | l4 protocol | tcp udp",
    "direction": "direction | dir | flow direction | traffic direction | inbound outbound",
    "need": "need | required | mandatory | req | is required | requirement | required optional | mandatory optional | necessity",
    "optional": "optional | is optional",
    "action": "action | allow deny | permit deny | rule action",
    "feature": "feature | features | when | condition | only if | module",
    "parameter": "parameter | parameters",
    "flow": "flow | flow id | flow name | rule | rule name | rule id | id | connection",
    "note": "note | notes | comment | comments | description | why | justification | business justification | reason | purpose | "
    "remark | remarks | usage | explanation | business need | details",
    "reference": "reference | references | source document | documentation | source url | evidence | citation",
    "confidence": "confidence",
    "product": "policy | product | solution | vendor product",
}
"""The headings of each kind, as `spelled` writes them. `Source` with a column of networks beside it is the role."""
_KINDS: Mapping[str, Kind] = {name.strip(): kind for kind, names in HEADINGS.items() for name in names.split("|")}
NUMBERING = frozenset(("", "no", "nr", "number", "item", "row", "line"))
"""Columns that count rows, and say nothing else."""


@noun
class Headings:
    """A row of headings: the column of each kind (the first of several), the notes' columns, and what is not used."""

    row: int
    columns: Mapping[Kind, int]
    notes: tuple[int, ...]
    unused: tuple[tuple[int, str], ...]


def spelled(heading: str) -> str:
    """A heading in small letters, with single spaces in the place of all else: `Dst. Port(s)` is `dst ports`."""
    return " ".join(re.findall(r"[a-z0-9]+", heading.lower().replace("(s)", "s")))


def loosely(heading: str) -> Kind | None:
    """The kind of a heading by the words in it, where all of it is none that is known."""
    words = set(heading.split())
    if len(words) > MOST_WORDS:
        return None
    return next((kind for kind, wanted, unwanted in _WORDS if words & wanted and not words & unwanted), None)


MOST_WORDS = 5
_FAR = frozenset("destination dest dst target to".split())
_NEAR = frozenset("source src from".split())
_PORT = frozenset("port ports".split())
_WORDS: tuple[tuple[Kind, frozenset[str], frozenset[str]], ...] = (
    ("ports", _PORT, _NEAR),
    ("source-ports", _PORT, frozenset()),
    ("source", _NEAR, frozenset()),
    ("destination", _FAR, frozenset()),
    ("protocol", frozenset("protocol protocols proto".split()), frozenset()),
    ("need", frozenset("required mandatory".split()), frozenset()),
    ("direction", frozenset(("direction",)), frozenset()),
    ("note", frozenset("justification comment comments description remark remarks reason purpose notes".split()), frozenset()),
)
"""The words of each kind, and those that make it another."""


def headings(rows: Sequence[Sequence[str]]) -> Iterator[Headings]:
    """Every row that names a source, a destination, and ports, a service or a protocol, two of its cells in so many words."""
    for number, row in enumerate(rows):
        names = [spelled(cell) for cell in row]
        if sum(name in _KINDS for name in names) < 2 or any(cell.isdigit() for cell in row):
            continue
        found: dict[Kind, int] = {}
        notes: list[int] = []
        for kind_of in (_KINDS.get, loosely):
            for column, name in enumerate(names):
                kind = kind_of(name)
                if kind == "note" and column not in notes:
                    notes.append(column)
                elif kind and kind != "note" and kind not in found and column not in found.values():
                    found[kind] = column
        if "source" in found and "destination" in found and found.keys() & {"ports", "service", "protocol"}:
            used = {*found.values(), *notes}
            unused = tuple(
                (column, row[column]) for column, name in enumerate(names) if column not in used and name not in NUMBERING
            )
            yield Headings(number, found, tuple(notes), unused)
