"""Rules that a plan or a state tells twice: as resources of their own, and again in the group that they belong to.

The providers read back all rules of a group, network ACL or NSG into the group's own attributes, whichever way they were made.
What a rule's own resource says is taken out there; whatever is left was written inline, or by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pamlint.model.noun import replace
from pamlint.model.resource import Reading, Resource, Unknown
from pamlint.model.services import NUMBERS
from pamlint.terraform.session import without_keys

Key = tuple[str, ...]
Row = Mapping[str, Any]

_OWNER = {
    "aws_security_group_rule": "security_group_id",
    "aws_vpc_security_group_ingress_rule": "security_group_id",
    "aws_vpc_security_group_egress_rule": "security_group_id",
    "aws_network_acl_rule": "network_acl_id",
    "azurerm_network_security_rule": "network_security_group_name",
}
_NEW_DIRECTION = {"aws_vpc_security_group_ingress_rule": "ingress", "aws_vpc_security_group_egress_rule": "egress"}
_PEERS = {
    "cidr_blocks": ("cidr_blocks", "cidr_ipv4"),
    "ipv6_cidr_blocks": ("ipv6_cidr_blocks", "cidr_ipv6"),
    "prefix_list_ids": ("prefix_list_ids", "prefix_list_id"),
    "security_groups": ("source_security_group_id", "referenced_security_group_id"),
    "self": ("self",),
}


_SHOWN = {"all": "-1", **{name: str(number) for name, number in NUMBERS.items()}}
"""What network ACLs show of protocols that rules call by name."""
STANDALONE = frozenset(_OWNER)
"""The types of rules that are resources of their own."""


def without_echoes(
    resources: Iterable[Resource], earlier: Iterable[Resource] = (), writes: Collection[str] = frozenset()
) -> list[Resource]:
    """The resources, each rule once.

    `earlier` are rules as they stood before a plan: a group shows them still, though the plan takes them away or changes them.
    They are no rules of a group unless it is one that `writes` rules inline, where the same rule may just have been moved to.
    """
    given = list(resources)
    owners = _owners(given)
    rules: dict[str, list[Resource]] = defaultdict(list)
    for resource in given:
        owner = owners.get(_owner_name(resource)) if resource.type in _OWNER else None
        if owner is not None:
            rules[owner].append(resource)
    for resource in earlier:
        owner = owners.get(_owner_name(resource))
        if owner is not None and without_keys(owner) not in writes:
            rules[owner].append(resource)
    return [_cleared(resource, rules[resource.address]) if resource.address in rules else resource for resource in given]


def apart(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of an estate, each rule once: a group of a plan, a state or an account shows the rules of other inputs too.

    Only an id says which group of another input a rule is of, and just a rule that is there for sure and says the same is one.
    """
    if len(readings) < 2 or all(reading.input.kind == "code" for reading in readings):
        return list(readings)
    rules: dict[str, list[tuple[int, Resource]]] = defaultdict(list)
    for place, reading in enumerate(readings):
        for rule in filter(_names_owner, (*reading.resources, *reading.before)):
            rules[_owner_id(rule)].append((place, rule))

    def once(place: int, reading: Reading, resource: Resource) -> Resource:
        written = resource.id is None or without_keys(resource.address) in reading.inline
        known = () if written else rules.get(str(resource.id).lower(), ())
        own = [rule for other, rule in known if other != place and _is_told(rule, resource)]
        return _cleared(resource, own) if own else resource

    return [
        reading
        if reading.input.kind == "code" or not rules
        else replace(reading, resources=tuple(once(place, reading, resource) for resource in reading.resources))
        for place, reading in enumerate(readings)
    ]


def _names_owner(resource: Resource) -> bool:
    named = resource.type in _OWNER and isinstance(resource.body.values.get(_OWNER[resource.type]), str)
    return named and not resource.body.possible


def _owner_id(rule: Resource) -> str:
    """The id of the group that a rule of another input belongs to; the name of an NSG is one of many subscriptions."""
    if rule.type == "azurerm_network_security_rule":
        return (rule.id or "").lower().partition("/securityrules/")[0]
    return str(rule.body.values[_OWNER[rule.type]]).lower()


def _is_told(rule: Resource, owner: Resource) -> bool:
    """Whether a group shows the rule as it is; of a security group's rows only what is the same counts anyway."""
    if "security_group" in owner.type and owner.type.startswith("aws_"):
        return True
    names: Mapping[str, str] = {"rule_no": "rule_number", "action": "rule_action"}
    names = names if owner.type.startswith("aws_") else {}
    told = rule.body.values
    rows = [row for name in ("ingress", "egress", "security_rule") for row in _items(owner.body.values.get(name))]
    return any(
        all(_same(value, told.get(names.get(str(name), str(name)))) for name, value in row.items() if name != "description")
        for row in rows
        if isinstance(row, Mapping)
    )


def _same(one: Any, other: Any) -> bool:
    """Whether two values say the same, whatever says that there is none."""
    if not one or not other:
        return not one and not other
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    texts = [str(value).lower() for value in (one, other)]
    return texts[0] == texts[1] or _SHOWN.get(texts[0], texts[0]) == _SHOWN.get(texts[1], texts[1])


def _owners(resources: Iterable[Resource]) -> dict[Any, str]:
    """The address that an id, an unknown id, or an NSG's resource group and name lead to."""
    found: dict[Any, str] = {}
    for resource in resources:
        found[resource.address, "id"] = resource.address
        if resource.id:
            found[resource.id] = resource.address
        if resource.type == "azurerm_network_security_group":
            found[_folded(resource.body.values.get("resource_group_name"), resource.body.values.get("name"))] = resource.address
    return found


def _owner_name(rule: Resource) -> Any:
    value = rule.body.values.get(_OWNER[rule.type])
    if isinstance(value, Unknown):
        return value.attribute
    return _folded(rule.body.values.get("resource_group_name"), value) if rule.type.startswith("azurerm_") else value


def _folded(*parts: Any) -> Key:
    return tuple(str(part).lower() for part in parts)


def _cleared(owner: Resource, rules: list[Resource]) -> Resource:
    values = dict(owner.body.values)
    for name in ("ingress", "egress", "security_rule"):
        rows = values.get(name)
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            continue
        if owner.type == "aws_security_group" or owner.type == "aws_default_security_group":
            values[name] = _without_peers(rows, [rule for rule in rules if _direction(rule) == name])
        elif owner.type == "azurerm_network_security_group":
            told = {_folded(rule.body.values.get("name")) for rule in rules}
            values[name] = [row for row in rows if _folded(row.get("name")) not in told]
        else:
            told = {_folded(rule.body.values.get("rule_number")) for rule in rules if _direction(rule) == name}
            values[name] = [row for row in rows if _folded(row.get("rule_no")) not in told]
    return replace(owner, body=replace(owner.body, values=values))


def _direction(rule: Resource) -> Any:
    if rule.type == "aws_network_acl_rule":
        return "egress" if rule.body.values.get("egress") is True else "ingress"
    return _NEW_DIRECTION.get(rule.type) or rule.body.values.get("type")


def _without_peers(rows: list[Row], rules: list[Resource]) -> list[Row]:
    """Rows without the peers that rules of their own have; a row that has none left is gone."""
    told: dict[Key, set[tuple[str, str]]] = defaultdict(set)
    for rule in rules:
        values = rule.body.values
        for kind, names in _PEERS.items():
            told[_extent(values)].update((kind, str(peer)) for name in names for peer in _items(values.get(name)))
    kept = ((row, _row_without(row, told.get(_extent(row), set()))) for row in rows)
    return [less for row, less in kept if less is row or _has_peers(less)]


def _row_without(row: Row, told: set[tuple[str, str]]) -> Row:
    changed = {
        kind: [peer for peer in _items(row.get(kind)) if (kind, str(peer)) not in told]
        for kind in _PEERS
        if any((kind, str(peer)) in told for peer in _items(row.get(kind)))
    }
    if "self" in changed:
        return {**row, **changed, "self": False}
    return {**row, **changed} if changed else row


def _has_peers(row: Row) -> bool:
    return any(_items(row.get(kind)) for kind in _PEERS)


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value in (None, "", False) else [value]


def _extent(values: Row) -> Key:
    protocol = str(values.get("ip_protocol") or values.get("protocol") or "").lower()
    if protocol in ("-1", "all"):
        return ("-1",)
    return (protocol, str(values.get("from_port")), str(values.get("to_port")))
