"""NSGs with their rules, and ASGs.

Source: the Azure REST reference of Microsoft.Network/networkSecurityGroups and applicationSecurityGroups.
"""

from __future__ import annotations

from typing import Any

from pamlint.model.resource import Block, Resource, Unknown
from pamlint.sources.arm import RULE_ATTRIBUTES, RULE_REFERENCES
from pamlint.sources.azure.calls import Item
from pamlint.sources.azure.items import MalformedError, identifier, named, properties, references, resource, several, texts

THEIRS, OURS = tuple(RULE_ATTRIBUTES), tuple(RULE_ATTRIBUTES.values())
PLURAL = tuple(attribute for attribute in OURS if attribute.endswith(("prefixes", "ranges")))
SIDES = (
    ("source_address_prefix", ("source_address_prefixes", "source_application_security_group_ids")),
    ("source_port_range", ("source_port_ranges",)),
    ("destination_address_prefix", ("destination_address_prefixes", "destination_application_security_group_ids")),
    ("destination_port_range", ("destination_port_ranges",)),
)
"""Attributes with others that may stand in their stead."""


def nsg(item: Item, root: str) -> list[Resource]:
    """An NSG and its own rules; the default ones, which are no resources, stand in it as `default_security_rule`."""
    id_, body = identifier(item), properties(item)
    defaults = [_values(rule, f"{id_}/defaultSecurityRules") for rule in several(body, "defaultSecurityRules")]
    group = resource(root, "azurerm_network_security_group", id_, {**named(item, id_), "default_security_rule": defaults})
    return [group, *(_rule(rule, id_, root) for rule in several(body, "securityRules"))]


def asg(item: Item, root: str) -> list[Resource]:
    """An ASG."""
    id_ = identifier(item)
    return [resource(root, "azurerm_application_security_group", id_, named(item, id_))]


def _rule(rule: Item, group: str, root: str) -> Resource:
    """A rule, which names its NSG by the id: no other NSG can be meant."""
    values = _values(rule, f"{group}/securityRules")
    id_ = identifier(rule) if rule.get("id") else f"{group}/securityRules/{values['name']}"
    values["id"] = id_
    values["network_security_group_name"] = group
    return Resource(id_, "azurerm_network_security_rule", "managed", root, Block(values), id_)


def _values(rule: Item, place: str) -> dict[str, Any]:
    """A rule in the provider's names. A side that Azure left out whole is not taken for everything or nothing: it is unknown."""
    body, name = properties(rule), rule.get("name")
    if not isinstance(name, str) or not name:
        raise MalformedError("a rule of it has no name")
    values: dict[str, Any] = dict(zip(OURS, map(body.get, THEIRS), strict=True))
    values["name"] = name
    for ours in PLURAL:
        if values[ours]:
            values[ours] = texts(values[ours], ours)
    for theirs, ours in RULE_REFERENCES.items():
        values[ours] = references(body, theirs) if theirs in body else []
    for attribute, others in SIDES:
        if not values[attribute] and not any(values[other] for other in others):
            values[attribute] = Unknown((f"{place}/{name}.{attribute}",))
    return values
