"""NSGs and their rules as `azapi_resource` writes them: the API's own spelling, turned into the provider's.

Source: the Azure REST reference of Microsoft.Network/networkSecurityGroups.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pamlint.clouds.values import items
from pamlint.model.noun import replace
from pamlint.model.resource import Block, Resource, Unknown
from pamlint.sources.arm import RULE_ATTRIBUTES, RULE_REFERENCES

AZAPI = "azapi_resource"
GROUPS = "microsoft.network/networksecuritygroups"
RULES = f"{GROUPS}/securityrules"

TYPES = frozenset({AZAPI})


def translated(resources: Sequence[Resource]) -> list[Resource]:
    """The resources, with those NSGs and rules that `azapi_resource` makes as the provider's own types would have them."""
    return [_translated(resource) if resource.type == AZAPI else resource for resource in resources]


def _translated(resource: Resource) -> Resource:
    kind = str(resource.body.values.get("type")).partition("@")[0].lower()
    if kind == GROUPS:
        kept = frozenset(("security_rule",)) if resource.keeps("body.properties.securityRules") else frozenset[str]()
        return replace(resource, type="azurerm_network_security_group", body=_group(resource), kept=kept)
    if kind == RULES:
        return replace(resource, type="azurerm_network_security_rule", body=_standalone(resource))
    return resource


def _group(resource: Resource) -> Block:
    values = resource.body.values
    properties = _at(_body(values.get("body")), "properties")
    rules = _at(properties, "securityRules")
    read = rules if isinstance(rules, Unknown) else [_rule(rule) for rule in items(rules)]
    plain = {name: values.get(name) for name in ("id", "name", "location", "tags")}
    return replace(resource.body, values={**plain, "security_rule": read}, places=_places(resource))


def _standalone(resource: Resource) -> Block:
    values = resource.body.values
    own = _rule(_body(values.get("body")))
    attributes = own if isinstance(own, Mapping) else dict.fromkeys([*RULE_ATTRIBUTES.values(), *RULE_REFERENCES.values()], own)
    told = {"id": values.get("id"), "name": values.get("name"), "network_security_group_name": values.get("parent_id")}
    return replace(resource.body, values={**attributes, **told})


def _places(resource: Resource) -> Mapping[str, Any]:
    """Where the rules are written: in the body."""
    place = resource.body.places.get("body")
    return {**resource.body.places, "security_rule": place} if place else resource.body.places


def _body(value: Any) -> Any:
    """The body as an object; it may be written as JSON. What is no JSON is told by Terraform, and unknown here."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return Unknown(("body",))


def _rule(rule: Any) -> Any:
    """One rule in the provider's attribute names."""
    properties = _at(rule, "properties")
    if isinstance(properties, Unknown):
        return properties
    if not isinstance(properties, Mapping):
        return {}
    found = {theirs: properties.get(ours) for ours, theirs in RULE_ATTRIBUTES.items()}
    for ours, theirs in RULE_REFERENCES.items():
        found[theirs] = [_at(item, "id") for item in items(properties.get(ours))]
    return {"name": _at(rule, "name"), **found}


def _at(value: Any, name: str) -> Any:
    """A field of an object, of which all is unknown if the object is."""
    if isinstance(value, Unknown):
        return Unknown(value.because)
    return value.get(name) if isinstance(value, Mapping) else None
