"""One name for one thing: the same group is an address in code, an unknown id in a plan, and `sg-0a1b` in the account.

This is the one place where pamlint could be silently wrong. A key stands for one thing everywhere; a value leads to a key
if it is an attribute of a resource that the input holds, or an id that one of them has. Anything else leads nowhere here, and
the caller says what it is: a foreign id is a symbol of its own, an unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pamlint.model.resource import Resource, Unknown

IDENTIFIERS = frozenset({"id", "arn", "group_id", "name", "resource_id"})
"""The attributes that stand for the resource itself when another resource refers to it."""


FOREIGN = "id"
"""What stands in a key for the root of a thing that the input only names."""


def key_of(resource: Resource) -> str:
    """The key of a resource: unique over all inputs of a run."""
    return f"{resource.root}|{resource.address}"


def is_live(resource: Resource) -> bool:
    """Whether a resource was read from the cloud itself, where its id is all the address that it has."""
    return resource.address == resource.id


def foreign_key(identifier: str) -> str:
    """The key of something that the input only names by an id."""
    return f"{FOREIGN}|{identifier.lower() if identifier.startswith('/') else identifier}"


@dataclass(frozen=True, slots=True)
class Names:
    """Which key an address (with its root) or an id leads to, and the resource behind a key."""

    addresses: Mapping[tuple[str, str], str]
    ids: Mapping[str, str]
    resources: Mapping[str, Resource]

    def lead(self, value: Any, root: str) -> str | None:
        """The key of the resource that a value refers to, or None."""
        if isinstance(value, Unknown):
            if value.attribute is None or value.attribute[1] not in IDENTIFIERS:
                return None
            return self.addresses.get((root, value.attribute[0]))
        if isinstance(value, str):
            return self.ids.get(foreign_key(value))
        return None

    def resource(self, value: Any, root: str) -> Resource | None:
        """The resource that a value refers to, or None."""
        key = self.lead(value, root)
        return self.resources[key] if key else None


def index(resources: Iterable[Resource]) -> Names:
    """The names of all resources of an estate.

    Where two inputs hold the same id, the first is the one that it leads to, a data source only if there is nothing else; and
    its own address leads where its id does.
    """
    addresses: dict[tuple[str, str], str] = {}
    ids: dict[str, str] = {}
    by_key: dict[str, Resource] = {}
    for resource in sorted(resources, key=lambda each: each.mode == "data"):
        key = key_of(resource)
        by_key[key] = resource
        for identifier in (resource.id, resource.body.values.get("id"), resource.body.values.get("arn")):
            if isinstance(identifier, str) and identifier:
                ids.setdefault(foreign_key(identifier), key)
        addresses[resource.root, resource.address] = key
    names = Names(addresses, ids, by_key)
    for key, resource in by_key.items():
        if resource.mode == "data":
            addresses[resource.root, resource.address] = _seen(resource, names) or key
    return names


def is_seen_again(resource: Resource, names: Names) -> bool:
    """Whether a data source shows what another resource of the estate is."""
    return resource.mode == "data" and _seen(resource, names) is not None


def _seen(resource: Resource, names: Names) -> str | None:
    """The key of another resource of the same type and id."""
    identifier = resource.id or resource.body.values.get("id")
    key = names.ids.get(foreign_key(identifier)) if isinstance(identifier, str) and identifier else None
    if key is None or key == key_of(resource):
        return None
    kind = names.resources[key].type.replace("aws_default_", "aws_")
    return key if kind == resource.type else None
