"""Which resource of one input is which of another: code and plans against what is live.

An id decides where both have one. Else names do: a group's name within its VPC, an NSG's within its resource group, the tag
`Name` of what has no name. Where several may be meant, none is: in a wrong pair everything differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pamlint.model.identity import Names, foreign_key, index, key_of
from pamlint.model.noun import noun
from pamlint.model.resource import Resource, Unknown

GROUPS = frozenset({"aws_security_group", "aws_default_security_group"})
NETWORK_ACLS = frozenset({"aws_network_acl", "aws_default_network_acl"})
PLACES = frozenset({"aws_vpc", "aws_default_vpc", "azurerm_virtual_network"})
KINDS: tuple[frozenset[str], ...] = (
    PLACES,
    GROUPS,
    NETWORK_ACLS,
    frozenset({"aws_ec2_managed_prefix_list"}),
    frozenset({"azurerm_network_security_group"}),
    frozenset({"azurerm_application_security_group"}),
)
"""The types that are one kind of thing each; networks come first, because others stand in them."""


@noun
class Pairs:
    """The live key of each key of the other input.

    `doubtful` are those that may be one of several live ones, whose keys stand beside them, or any: those of which no name is
    known, with nothing beside them.
    """

    twins: Mapping[str, str]
    doubtful: Mapping[str, tuple[str, ...]]


def pair(given: Sequence[Resource], live: Sequence[Resource]) -> Pairs:
    """Find the live twin of each resource of another input; no live one is the twin of two."""
    pairing = _Pairing(index(given), index(live))
    for kind in KINDS:
        own = [resource for resource in given if resource.type in kind]
        there = [resource for resource in live if resource.type in kind]
        pairing.settle({key_of(one): pairing.candidates(one, there) for one in own})
    return Pairs(pairing.twins, pairing.doubtful)


class _Pairing:
    """What is known of pairs so far."""

    def __init__(self, names: Names, live: Names) -> None:
        self._names = names
        self._live = live
        self.twins: dict[str, str] = {}
        self.doubtful: dict[str, tuple[str, ...]] = {}

    def settle(self, found: Mapping[str, Sequence[str] | None]) -> None:
        """Keep what is sure: one candidate, and nobody else whose only candidate it is."""
        claims = Counter(candidates[0] for candidates in found.values() if candidates and len(candidates) == 1)
        for key, candidates in found.items():
            if candidates and len(candidates) == 1 and claims[candidates[0]] == 1:
                self.twins[key] = candidates[0]
            elif candidates is None or candidates:
                self.doubtful[key] = tuple(sorted(candidates or ()))

    def candidates(self, resource: Resource, there: Iterable[Resource]) -> list[str] | None:
        """The live resources of its kind that it can be; None where nothing is known that could tell."""
        ids = [one for one in (resource.id, resource.body.values.get("id")) if isinstance(one, str) and one]
        if ids:
            found = [self._live.ids[foreign_key(one)] for one in ids if foreign_key(one) in self._live.ids]
            return found[:1]
        near = [other for other in there if self._same_place(resource, other)]
        ways = _ways(resource)
        if not ways:
            return None
        return next((keys for way in ways if (keys := [key_of(other) for other in near if way(other)])), [])

    def _same_place(self, resource: Resource, other: Resource) -> bool:
        """Whether both may stand in one VPC, or in one resource group; what is not known may be so."""
        if resource.type.startswith("azurerm_"):
            group = resource.body.values.get("resource_group_name")
            return not isinstance(group, str) or _same(group, other.body.values.get("resource_group_name"), fold=True)
        mine = resource.body.values.get("vpc_id")
        its = self._live.lead(other.body.values.get("vpc_id"), other.root)
        if isinstance(mine, str):
            return mine == other.body.values.get("vpc_id")
        key = self._names.lead(mine, resource.root)
        return key is None or key not in self.twins or its is None or self.twins[key] == its


def _ways(resource: Resource) -> list[Callable[[Resource], bool]]:
    """How to know it again among others of its kind, the surest way first: the first that finds any decides."""
    values, tag, name = resource.body.values, _tag(resource), resource.body.values.get("name")
    if resource.type == "aws_default_security_group":
        return [lambda other: other.type == resource.type or other.body.values.get("name") == "default"]
    if isinstance(name, str) and resource.type not in NETWORK_ACLS | PLACES - {"azurerm_virtual_network"}:
        fold = resource.type.startswith("azurerm_")
        return [lambda other: _same(name, other.body.values.get("name"), fold)]
    ways: list[Callable[[Resource], bool]] = []
    beginning = _beginning(resource) if resource.type in GROUPS else ""
    if tag and beginning:
        ways.append(lambda other: _tag(other) == tag and _begins(other, beginning))
    if tag:
        ways.append(lambda other: _tag(other) == tag)
    if beginning:
        ways.append(lambda other: _begins(other, beginning))
    cidr = values.get("cidr_block")
    if resource.type in PLACES and isinstance(cidr, str):
        ways.append(lambda other: _same(cidr, other.body.values.get("cidr_block")))
    return ways


def _tag(resource: Resource) -> str | None:
    """The tag `Name`, if it is known."""
    for attribute in ("tags", "tags_all"):
        tags = resource.body.values.get(attribute)
        if isinstance(tags, Mapping) and isinstance(tags.get("Name"), str):
            return str(tags["Name"])
    return None


def _beginning(resource: Resource) -> str:
    """What a name that is not known begins with."""
    name, prefix = resource.body.values.get("name"), resource.body.values.get("name_prefix")
    return prefix if isinstance(prefix, str) else name.prefix if isinstance(name, Unknown) else ""


def _begins(resource: Resource, beginning: str) -> bool:
    return str(resource.body.values.get("name")).startswith(beginning)


def _same(a: Any, b: Any, fold: bool = False) -> bool:
    if not isinstance(a, str) or not isinstance(b, str):
        return False
    return a.lower() == b.lower() if fold else a == b
