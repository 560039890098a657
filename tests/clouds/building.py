"""Resources as a source hands them on, in few words."""

from __future__ import annotations

from typing import Any

from pamlint.clouds import convert
from pamlint.model.acl import Acl, Extent, Network, Peer, Rule
from pamlint.model.ranges import EMPTY, Ranges, union
from pamlint.model.resource import Block, Location, Resource, Unknown

HERE = Location("main.tf", 1)
ROOT = "r"


def resource(address: str, possible: tuple[str, ...] = (), id_: str | None = None, root: str = ROOT, **values: Any) -> Resource:
    """A resource instance, or a data source where the address begins with `data.`."""
    parts = address.split(".")
    data = parts[0] == "data"
    return Resource(address, parts[1 if data else 0], "data" if data else "managed", root, Block(values, HERE, possible), id_)


def block(possible: tuple[str, ...] = (), **values: Any) -> Block:
    """A nested block."""
    return Block(values, HERE, possible)


def ref(address: str, attribute: str = "id") -> Unknown:
    """An attribute of a resource that is not known before it is there."""
    return Unknown((f"{address}.{attribute}",), (address, attribute))


def unset(name: str) -> Unknown:
    """A variable without a value."""
    return Unknown((f"var.{name}",))


def network(*resources: Resource, **values: Any) -> Network:
    """What the clouds make of the resources and the site's facts."""
    return convert(resources, values)


def acl(found: Network, address: str) -> Acl:
    """The one ACL of an address."""
    (only,) = (each for each in found.acls if each.address == address)
    return only


def explicit(found: Acl) -> list[Rule]:
    """The rules that somebody wrote."""
    return [rule for rule in found.rules if not rule.default]


def addresses(peers: tuple[Peer, ...]) -> Ranges:
    """All known addresses of a side."""
    line: Ranges = EMPTY
    for peer in peers:
        line = union(line, peer.addresses)
    return line


def exactly(*pairs: tuple[int, int]) -> Extent:
    """Numbers that are known."""
    return Extent(tuple(pairs))
