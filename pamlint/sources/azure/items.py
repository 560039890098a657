"""Parts of the resource manager's answers: what must be there is there, or the answer is malformed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pamlint.model.resource import Block, Resource
from pamlint.sources.azure.calls import Item


class MalformedError(Exception):
    """An item that is not what its kind is."""


def properties(item: Item) -> Item:
    """The properties of an item."""
    found = item.get("properties")
    if not isinstance(found, Mapping):
        raise MalformedError("it has no properties")
    return found


def identifier(item: Item) -> str:
    """The id of an item, as Azure gives it."""
    found = item.get("id")
    if not isinstance(found, str) or not found.startswith("/"):
        raise MalformedError("it has no id")
    return found


def several(part: Item, name: str) -> Sequence[Item]:
    """A list of objects that must be there."""
    found = part.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise MalformedError(f"it has no list {name}")
    return found


def perhaps(part: Item, name: str) -> Sequence[Item]:
    """A list of objects that is left out where it would be empty."""
    return [] if part.get(name) is None else several(part, name)


def leading(part: Item, name: str) -> str | None:
    """The id of what a reference leads to; None without one."""
    found = part.get(name)
    if found is None:
        return None
    if not isinstance(found, Mapping):
        raise MalformedError(f"its {name} is no reference")
    return identifier(found)


def references(part: Item, name: str) -> list[str]:
    """The ids that a list of references leads to, sorted."""
    return sorted(identifier(each) for each in perhaps(part, name))


def prefixes(part: Item, name: str) -> list[str]:
    """The union of a singular and a plural field of address prefixes."""
    one = part.get(name)
    return sorted({*texts([one] if one else [], name), *texts(part.get(f"{name}es"), f"{name}es")})


def texts(value: Any, name: str) -> list[str]:
    """A list of strings that is left out where it would be empty, sorted."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise MalformedError(f"its {name} is no list of strings")
    return sorted(value)


def segment(path: str, kind: str) -> str | None:
    """The name that follows a kind in an id, in whatever case the kind is written."""
    parts = path.split("/")
    lowered = [part.lower() for part in parts]
    place = lowered.index(kind.lower()) + 1 if kind.lower() in lowered else len(parts)
    return parts[place] if place < len(parts) else None


def resource(root: str, type_: str, id_: str, values: Mapping[str, Any]) -> Resource:
    """A resource whose address is its id."""
    return Resource(id_, type_, "managed", root, Block({"id": id_, **values}), id_)


def named(item: Item, id_: str) -> dict[str, Any]:
    """What nearly every resource has besides its own."""
    tags = item.get("tags")
    return {
        "name": item.get("name") or id_.rpartition("/")[2],
        "location": item.get("location"),
        "resource_group_name": segment(id_, "resourceGroups"),
        "tags": dict(sorted(tags.items())) if isinstance(tags, dict) else tags,
    }


def tie(root: str, type_: str, ends: Mapping[str, str]) -> Resource:
    """An association, whose id is that of both its ends, as the provider writes it."""
    return resource(root, type_, "|".join(ends.values()), ends)


def flat(parts: Iterable[Iterable[Resource]]) -> list[Resource]:
    """The resources of several items."""
    return [each for part in parts for each in part]
