"""Service tags: which of them rules name, and the networks that Azure says are behind those.

Source: the Azure REST reference of Microsoft.Network/locations/serviceTags.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from pamlint.model.addresses import FIXED_TAGS
from pamlint.model.resource import Block, Resource
from pamlint.model.service_tags import read_service_tags
from pamlint.sources.azure.admin_rules import RULE as ADMIN_RULE
from pamlint.sources.azure.calls import Item

GROUP = "azurerm_network_security_group"
RULE = "azurerm_network_security_rule"
TAGS = "azurerm_network_service_tags"
PREFIXES = ("source_address_prefix", "source_address_prefixes", "destination_address_prefix", "destination_address_prefixes")
KNOWN = frozenset({*FIXED_TAGS, "virtualnetwork", "virtual_network", "azure_loadbalancer", "any"})
"""What stands for addresses without the list of service tags."""


def named(resources: Iterable[Resource]) -> set[str]:
    """The service tags that rules name, in small letters."""
    return {text.lower() for each in resources for text in _prefixes(each) if _is_tag(text)} - KNOWN


def members(items: Sequence[Item], wanted: Collection[str], root: str) -> list[Resource]:
    """What Azure says of these tags, as the provider's data source has it. Raises ValueError for a malformed tag."""
    chosen = [item for item in items if str(item.get("name")).lower() in wanted]
    if not chosen:
        return []
    read_service_tags({"values": chosen})
    return [
        Resource(
            f"serviceTags/{item['name']}",
            TAGS,
            "data",
            root,
            Block({"name": item["name"], "address_prefixes": sorted(item["properties"]["addressPrefixes"])}),
        )
        for item in chosen
    ]


def _prefixes(resource: Resource) -> Iterator[str]:
    values = resource.body.values
    found: list[Any] = []
    if resource.type == RULE:
        for name in PREFIXES:
            value = values.get(name)
            found += value if isinstance(value, list) else [value]
    elif resource.type == ADMIN_RULE:
        for side in ("source", "destination"):
            entries = values.get(side)
            found += [each.get("address_prefix") for each in entries] if isinstance(entries, list) else []
    return (text for text in found if isinstance(text, str))


def _is_tag(text: str) -> bool:
    return text[:1].isalpha() and ":" not in text
