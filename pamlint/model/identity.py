"""One name for one thing: the same group is an address in code, an unknown id in a plan, and `sg-0a1b` in the account.

This is the one place where pamlint could be silently wrong. A key stands for one thing everywhere; a value leads to a key
if it is an attribute of a resource that the input holds, or an id that one of them has. Anything else leads nowhere here, and
the caller says what it is: a foreign id is a symbol of its own, an unknown stays unknown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pamlint.model.noun import field, noun
from pamlint.model.resource import Resource, Unknown

IDENTIFIERS = frozenset({"id", "arn", "group_id", "name", "resource_id"})
"""The attributes that stand for the resource itself when another resource refers to it."""


LOOKED_UP_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "aws_security_group": ("name",),
        "azurerm_network_security_group": ("name", "resource_group_name"),
        "azurerm_application_security_group": ("name", "resource_group_name"),
        "azurerm_virtual_network": ("name", "resource_group_name"),
        "azurerm_subnet": ("name", "virtual_network_name", "resource_group_name"),
    }
)
"""What a data source asks for that one thing alone answers to: its cloud has no two with these names, in a region at least."""

TIES: Mapping[str, str] = MappingProxyType(
    {f"azurerm_subnet_{kind}_association": "subnet_id" for kind in ("network_security_group", "route_table", "nat_gateway")}
)
"""What has no id of its own but that of the thing that it ties something to, by the attribute which names that."""

MADE_OF_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "azurerm_application_security_group": "applicationsecuritygroups",
        "azurerm_network_interface": "networkinterfaces",
        "azurerm_network_security_group": "networksecuritygroups",
        "azurerm_subnet": "subnets",
        "azurerm_virtual_network": "virtualnetworks",
    }
)
"""What the ids of Azure call the types whose names they are made of."""

FOREIGN = "id"
"""What stands in a key for the root of a thing that the input only names."""
_READ = re.compile(r'(?:module\.[\w-]+(?:\[(?:\d+|\*|"(?:[^"\\]|\\.)*")\])?\.)*data\.')
"""How the address of a data source begins, in whatever module."""
_ID = re.compile(r"/subscriptions/[^/]+/resourcegroups/([^/]+)/providers/microsoft\.network/([^/]+/[^/]+)(?:/([^/]+/[^/]+))?")
"""An id of Azure, in small letters."""


def key_of(resource: Resource) -> str:
    """The key of a resource: unique over all inputs of a run."""
    return f"{resource.root}|{resource.address}"


def is_live(resource: Resource) -> bool:
    """Whether a resource was read from the cloud itself, where its id is all the address that it has."""
    return resource.address == resource.id


def foreign_key(identifier: str) -> str:
    """The key of something that the input only names by an id."""
    return f"{FOREIGN}|{identifier.lower() if identifier.startswith('/') else identifier}"


def unknown_key(root: str, told: str, owner: str | None = None) -> str:
    """The key of something that is named by what is not known; by its owner as well where nobody else means it for sure."""
    place = "" if owner is None else f"|{owner}"
    return f"{root}{place}|?{told}"


def is_anybody(key: str, address: str) -> bool:
    """Whether a thing that the input does not define may be any: it is named by what is not known, or a data source reads it."""
    return key.endswith(f"|?{address}") or _READ.match(address) is not None


def is_read(key: str) -> bool:
    """Whether a key is that of what a data source reads."""
    return _READ.match(key.partition("|")[2]) is not None


@noun
class Names:
    """Which key an address (with its root) or an id leads to, and the resource behind a key.

    `made` has what is not there yet by the names of which Azure will make its id. What is not known leads by its name, in its
    root, to the data source that is `read` by it.
    """

    addresses: Mapping[tuple[str, str], str]
    ids: Mapping[str, str]
    resources: Mapping[str, Resource]
    read: Mapping[tuple[str, str], str]
    made: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def lead(self, value: Any, root: str) -> str | None:
        """The key of the resource that a value refers to, or None."""
        if isinstance(value, Unknown):
            stands_for = value.attribute[0] if value.attribute is not None and value.attribute[1] in IDENTIFIERS else ""
            return self.addresses.get((root, stands_for)) or self.read.get((root, value.known_as))
        if isinstance(value, str):
            return self.ids.get(foreign_key(value)) or (self._to_be(value) if self.made else None)
        return None

    def _to_be(self, identifier: str) -> str | None:
        """What will have an id of Azure, if nothing says that it will be in another subscription."""
        key = self.made.get(names_in(identifier))
        place = self.resources[key].body.values.get("subscription_id") if key else None
        apart = isinstance(place, str) and place.lower() != identifier.split("/")[2].lower()
        return None if apart else key

    def resource(self, value: Any, root: str) -> Resource | None:
        """The resource that a value refers to, or None."""
        key = self.lead(value, root)
        return self.resources[key] if key else None


def index(resources: Iterable[Resource]) -> Names:
    """The names of all resources of an estate.

    Where two inputs hold the same id, the first is the one that it leads to, a data source only if there is nothing else; and
    its own address leads where its id does, or to the one thing of another root that has the names it asks for. An id that is
    not known leads to the data source that is read by it.
    """
    addresses: dict[tuple[str, str], str] = {}
    ids: dict[str, str] = {}
    by_key: dict[str, Resource] = {}
    named: dict[tuple[str, ...], list[Resource]] = defaultdict(list)
    for resource in sorted(resources, key=lambda each: each.mode == "data"):
        key = key_of(resource)
        by_key[key] = resource
        for identifier in (resource.id, resource.body.values.get("id"), resource.body.values.get("arn")):
            if isinstance(identifier, str) and identifier and resource.type not in TIES:
                ids.setdefault(foreign_key(identifier), key)
        addresses[resource.root, resource.address] = key
        if resource.mode == "managed" and resource.type in LOOKED_UP_BY:
            named[_asked(resource)].append(resource)
    read: dict[tuple[str, str], str] = {}
    names = Names(addresses, ids, by_key, read, _to_be_made(by_key.values()))
    for key, resource in by_key.items():
        if resource.mode == "data":
            addresses[resource.root, resource.address] = _seen(resource, names) or _found(resource, named, names) or key
    for resource in by_key.values():
        given, own = resource.body.values.get("id"), (resource.root, resource.address)
        if resource.mode == "data" and isinstance(given, Unknown) and not given.either:
            addresses[own] = _seen(resource, names) or addresses[own]
            if given.known_as and not resource.body.possible:
                read.setdefault((resource.root, given.known_as), addresses[own])
    for key, resource in by_key.items():
        if resource.type in TIES:
            addresses[resource.root, resource.address] = _tied(resource, names) or key
    return names


def names_in(identifier: str) -> tuple[str, ...]:
    """The names that an id of Azure is made of: what is told of the type, the resource group, the name above it and its own."""
    found = _ID.fullmatch(identifier.lower()) if identifier.startswith("/") else None
    if found is None:
        return ()
    kind, name = (found[3] or found[2]).split("/")
    return (kind, found[1], found[2].split("/")[1] if found[3] else "", name)


def _to_be_made(resources: Iterable[Resource]) -> dict[tuple[str, ...], str]:
    """The keys of the resources of Azure whose names are known and whose ids are not; none of two that have the same."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for resource in resources:
        values = resource.body.values
        if resource.type not in MADE_OF_NAMES or resource.mode == "data" or resource.id or isinstance(values.get("id"), str):
            continue
        above = values.get("virtual_network_name") if resource.type == "azurerm_subnet" else ""
        texts = (values.get("resource_group_name"), above, values.get("name"))
        if all(isinstance(text, str) for text in texts):
            found[MADE_OF_NAMES[resource.type], *(str(text).lower() for text in texts)].append(key_of(resource))
    return {names: keys[0] for names, keys in found.items() if len(keys) == 1}


def is_seen_again(resource: Resource, names: Names) -> bool:
    """Whether a data source shows what another resource of the estate is."""
    return resource.mode == "data" and names.addresses[resource.root, resource.address] != key_of(resource)


def _tied(resource: Resource, names: Names) -> str | None:
    """The key of what a tie is tied to, or what the tie is tied to that it names."""
    seen: set[str] = set()
    found: Resource | None = resource
    while found is not None and found.type in TIES and found.address not in seen:
        seen.add(found.address)
        found = names.resource(found.body.values.get(TIES[found.type]), found.root)
    return key_of(found) if found is not None else None


def _seen(resource: Resource, names: Names) -> str | None:
    """The key of another resource of the same type and id."""
    key = names.lead(resource.id or resource.body.values.get("id"), resource.root)
    if key is None or key == key_of(resource):
        return None
    kind = names.resources[key].type.replace("aws_default_", "aws_")
    return key if kind == resource.type else None


def _asked(resource: Resource) -> tuple[str, ...]:
    """The type of a resource with the names that it is looked up by, empty where one is not known; Azure's have no case."""
    texts = [resource.body.values.get(name) for name in LOOKED_UP_BY[resource.type]]
    if not all(isinstance(text, str) and text for text in texts):
        return ()
    azure = resource.type.startswith("azurerm_")
    return (resource.type, *(str(text).lower() if azure else str(text) for text in texts))


def _found(resource: Resource, named: Mapping[tuple[str, ...], list[Resource]], names: Names) -> str | None:
    """The key of the one resource that a data source finds, where code of another root makes it.

    What Azure has just one of by these names is found in its own root as well: nothing else can be meant, whenever it is read.
    """
    values = resource.body.values
    if resource.type not in LOOKED_UP_BY or resource.id or isinstance(values.get("id"), str) or values.get("filter"):
        return None
    found = named.get(_asked(resource), ()) if _asked(resource) else ()
    if len(found) != 1 or found[0].body.possible or resource.body.possible:
        return None
    if found[0].root == resource.root and not resource.type.startswith("azurerm_"):
        return None
    return key_of(found[0]) if _agrees(resource, found[0], names) else None


def _agrees(asking: Resource, found: Resource, names: Names) -> bool:
    """Whether nothing else that a data source asks for, or where it does, is otherwise for what it may find."""
    for name in ("region", "vpc_id"):
        ours, theirs = (each.body.values.get(name) for each in (asking, found))
        if isinstance(ours, str) and isinstance(theirs, str) and ours != theirs:
            return False
        led = names.resource(ours, asking.root), names.resource(theirs, found.root)
        if all(each is not None and each.mode == "managed" for each in led) and led[0] is not led[1]:
            return False
    tags, all_ = asking.body.values.get("tags") or {}, found.body.values.get("tags_all", found.body.values.get("tags")) or {}
    return not isinstance(tags, dict) or (isinstance(all_, dict) and tags.items() <= all_.items())
