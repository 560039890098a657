"""NSGs with their rules, and ASGs.

Source: the Azure REST reference of Microsoft.Network/networkSecurityGroups and applicationSecurityGroups.
"""

from __future__ import annotations

from typing import Any

from pamlint.model.resource import Block, Resource, Unknown
from pamlint.sources.arm import RULE_ATTRIBUTES, RULE_REFERENCES
from pamlint.sources.azure.calls import Item
from pamlint.sources.azure.items import MalformedError, identifier, named, properties, references, resource, several

SIDES = ("source", "destination")


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
    id_ = rule.get("id") or f"{group}/securityRules/{values['name']}"
    return Resource(
        id_,
        "azurerm_network_security_rule",
        "managed",
        root,
        Block({"id": id_, "network_security_group_name": group, **values}),
        id_,
    )


def _values(rule: Item, place: str) -> dict[str, Any]:
    """A rule in the provider's names. A side that Azure left out whole is not taken for everything or nothing: it is unknown."""
    body, name = properties(rule), rule.get("name")
    if not isinstance(name, str) or not name:
        raise MalformedError("a rule of it has no name")
    values: dict[str, Any] = {"name": name}
    for theirs, ours in RULE_ATTRIBUTES.items():
        value = body.get(theirs)
        values[ours] = sorted(value) if isinstance(value, list) else value
    for theirs, ours in RULE_REFERENCES.items():
        values[ours] = references(body, theirs)
    for side in SIDES:
        address, port = f"{side}_address_prefix", f"{side}_port_range"
        if not (values[address] or values[f"{address}es"] or values[f"{side}_application_security_group_ids"]):
            values[address] = Unknown((f"{place}/{name}.{address}",))
        if not (values[port] or values[f"{port}s"]):
            values[port] = Unknown((f"{place}/{name}.{port}",))
    return values
