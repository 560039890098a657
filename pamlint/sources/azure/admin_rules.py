"""Security admin rules that Azure Virtual Network Manager has put before the NSGs of a virtual network.

Source: the Azure REST reference of listNetworkManagerEffectiveSecurityAdminRules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pamlint.model.resource import Block, Resource
from pamlint.sources.azure.calls import Item
from pamlint.sources.azure.items import identifier, perhaps, properties, resource

RULE = "azurerm_network_manager_admin_rule"
QUESTION = "listNetworkManagerEffectiveSecurityAdminRules"


def effective(item: Item, root: str, networks: Sequence[str]) -> Resource:
    """A rule with the virtual networks on which it takes effect."""
    id_, body = identifier(item), properties(item)
    values = {
        "name": id_.rpartition("/")[2],
        "action": body.get("access"),
        "direction": body.get("direction"),
        "priority": body.get("priority"),
        "protocol": body.get("protocol"),
        "source": _side(body, "sources"),
        "destination": _side(body, "destinations"),
        "source_port_ranges": body.get("sourcePortRanges"),
        "destination_port_ranges": body.get("destinationPortRanges"),
        "virtual_network_ids": sorted(networks),
    }
    return resource(root, RULE, id_, values)


def unreadable(network: str, root: str) -> Resource:
    """What stands for the rules of a virtual network that were not read: there may be any, and they may do anything."""
    address = f"{network}/{QUESTION}"
    return Resource(address, RULE, "managed", root, Block({"virtual_network_ids": [network]}, possible=(address,)))


def _side(body: Item, name: str) -> list[dict[str, Any]]:
    return [
        {"address_prefix": each.get("addressPrefix"), "address_prefix_type": each.get("addressPrefixType")}
        for each in perhaps(body, name)
    ]
