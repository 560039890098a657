"""Reading attribute values: whatever may be a list, a string of digits, or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

from pamlint.model.acl import Extent, Peer, Text
from pamlint.model.addresses import format_ranges, parse_cidr
from pamlint.model.ranges import EMPTY, Ranges, intersect, union
from pamlint.model.resource import Block, Resource, Unknown

_LONG = 1000
NAMED = 3
"""The references that a name is made of; of more the last are counted."""
_FEW = 100


def items(value: Any) -> list[Any]:
    """The elements of a list that may be absent, a single value or unknown as a whole."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def blocks(body: Block, name: str) -> list[Block]:
    """The nested blocks of this name, whichever syntax they are written in; an unknown list is one block that may exist."""
    value = body.values.get(name)
    found: list[Block] = []
    for item in () if value is None else items(value):
        place = body.places.get(name, body.location)
        if isinstance(item, Block):
            found.append(item)
        elif isinstance(item, Mapping):
            found.append(Block(item, place))
        elif isinstance(item, Unknown):
            found.append(Block(_AllUnknown(item), place, item.because))
    return found


class _AllUnknown(dict[str, Any]):
    """The attributes of an object that is unknown as a whole: each of them is."""

    def __init__(self, value: Unknown) -> None:
        super().__init__()
        self._value = Unknown(value.because)

    def get(self, key: str, default: Any = None) -> Any:
        return self._value


def doubts(found: Iterable[Block]) -> tuple[str, ...]:
    """What it hangs on whether any of these blocks is there; nothing where one is for sure, or there is none."""
    possible = [block.possible for block in found]
    return tuple(dict.fromkeys(reference for because in possible for reference in because)) if all(possible) else ()


def nested(body: Block, path: str) -> list[Block]:
    """The blocks to which a dotted path leads through others; the body itself where there is no path."""
    bodies = [body]
    for step in path.split(".") if path else ():
        if not bodies:
            break
        bodies = [inner for outer in bodies for inner in blocks(outer, step)]
    return bodies


def find(body: Block, path: str) -> list[Any]:
    """The elements of an attribute to which a dotted path leads through nested blocks."""
    through, _, last = path.rpartition(".")
    if not through:
        return list(items(body.values.get(last)))
    return [item for inner in nested(body, through) for item in items(inner.values.get(last))]


def computed(resource: Resource, attribute: str) -> bool:
    """Whether the provider is to say what an attribute is: the configuration does not set it."""
    value = resource.body.values.get(attribute)
    return value is not None and isinstance(value, Unknown) and value.attribute == (resource.address, attribute)


def written(resource: Resource, path: str) -> list[Any]:
    """What the configuration sets at a path, element by element."""
    first = path.partition(".")[0]
    return [] if resource.body.values.get(first) is None or computed(resource, first) else find(resource.body, path)


def written_empty(resource: Resource, attribute: str) -> bool:
    """Whether code sets a list to nothing: `egress = []`. A plan or a state alone says only what is there."""
    return resource.body.values.get(attribute) == [] and attribute in resource.body.places


def number(value: Any) -> int | Unknown | None:
    """A whole number that may be written as a string; None if it is absent. Raises ValueError if it is something else."""
    if value is None or value == "":
        return None
    if isinstance(value, Unknown):
        return value
    if isinstance(value, int | Decimal | float) and not isinstance(value, bool) and value == int(value):
        return int(value)
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    raise ValueError(f"{str(value)!r} is not a whole number")


def text(value: Any) -> Text | None:
    """A string, an unknown, or None."""
    if value is None or value == "":
        return None
    return value if isinstance(value, Unknown) else str(value)


def few(because: Sequence[str]) -> str:
    """References as a name that can be read: the first of many."""
    if len(because) <= NAMED:
        return ", ".join(because)
    return f"{', '.join(because[: NAMED - 1])} and {len(because) - NAMED + 1} more"


def shown(value: Any) -> str:
    """A value as it is told where a string should stand: what is in it, and the references of what is not known.

    Long collections are told in part; a string is always told whole, for it may be what it should be.
    """
    if isinstance(value, Unknown):
        return ", ".join(value.because)
    if isinstance(value, list):
        return f"[{_cut(', '.join(map(shown, value[:_FEW])), len(value) > _FEW)}]"
    if isinstance(value, Mapping):
        items = islice(value.items(), _FEW)
        return f"{{{_cut(', '.join(f'{key} = {shown(item)}' for key, item in items), len(value) > _FEW)}}}"
    return str(value)


def _cut(text: str, more: bool) -> str:
    return f"{text[:_LONG]}..." if more or len(text) > _LONG else text


def string(value: Any) -> str | None:
    """A string that is known and not empty, or None."""
    return value if isinstance(value, str) and value else None


class _AnyTags(dict[str, Text]):
    """Tags of which not all are known: whatever else is asked for may be there, with any text."""

    def __init__(self, known: Mapping[str, Text], because: tuple[str, ...]) -> None:
        super().__init__(known)
        self.because = because

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else Unknown(self.because)


def texts(value: Any) -> dict[str, Text]:
    """A map of strings, as tags are; what is no map has none, and what is not known any."""
    if isinstance(value, Unknown):
        return _AnyTags({}, value.because)
    if not isinstance(value, Mapping):
        return {}
    return {str(key): item for key, raw in value.items() if (item := text(raw)) is not None}


def tags(values: Mapping[str, Any]) -> dict[str, Text]:
    """The tags of a resource of AWS with those that its provider adds; what it adds may be known only when it has added it."""
    own, added = texts(values.get("tags")), texts(values.get("tags_all"))
    return overlaid(own, added) if added or not isinstance(added, _AnyTags) else own


def overlaid(*layers: Mapping[str, Text]) -> dict[str, Text]:
    """Tags of which later ones replace earlier ones; what is not known of one may be anything there, but for what replaces it."""
    known: dict[str, Text] = {}
    because: list[str] = []
    for layer in layers:
        if isinstance(layer, _AnyTags):
            known, because = {}, [*because, *layer.because]
        known |= layer
    return _AnyTags(known, tuple(dict.fromkeys(because))) if because else known


def truth(value: Any) -> bool | Unknown:
    """A bool that may be absent (false) or written as a string."""
    if isinstance(value, Unknown):
        return value
    return value is True or (isinstance(value, str) and value.lower() == "true")


def unknown_extent(value: Unknown, line: Ranges) -> Extent:
    """A side that is not known at all."""
    return Extent((), line, value.because or ("an unknown value",))


def at_most(value: Unknown, line: Ranges) -> Ranges:
    """Where an address that is not known can be within a line: at those that it is one of, where all of these are known."""
    found: Ranges = EMPTY
    for way in value.either:
        if way in (None, ""):
            continue
        try:
            found = union(found, parse_cidr(way)) if isinstance(way, str) else line
        except ValueError:
            return line
    return intersect(found, line) or line


def networks(values: Iterable[Any]) -> Ranges:
    """The addresses of those that are CIDRs or addresses."""
    found: Ranges = EMPTY
    for value in values:
        if isinstance(value, str):
            try:
                found = union(found, parse_cidr(value))
            except ValueError:
                continue
    return found


def stated(found: Iterable[Block], attribute: str) -> list[Ranges]:
    """The addresses that blocks state in an attribute, one by one: none of a block that may not be there."""
    return [EMPTY if block.possible else networks([block.values.get(attribute)]) for block in found]


@lru_cache(maxsize=65536)
def cidr_peer(text: str) -> Peer:
    """A CIDR or an address as one side of a rule. Raises ValueError for what is neither."""
    addresses = parse_cidr(text)
    return Peer(format_ranges(addresses)[0], addresses)


def all_of(lines: Sequence[Ranges]) -> Ranges | None:
    """The union of what is known in parts; None where there are no parts, or one of them is unknown (empty)."""
    found: Ranges = EMPTY
    for line in lines:
        if not line:
            return None
        found = union(found, line)
    return found or None
