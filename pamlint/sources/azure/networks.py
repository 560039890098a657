"""Virtual networks with their subnets and peerings, and route tables.

Source: the Azure REST reference of Microsoft.Network/virtualNetworks and routeTables.
"""

from __future__ import annotations

from pamlint.model.resource import Resource
from pamlint.sources.azure.calls import Item
from pamlint.sources.azure.items import (
    MalformedError,
    identifier,
    leading,
    named,
    perhaps,
    prefixes,
    properties,
    resource,
    several,
    tie,
)

CONNECTED = "connected"


def network(item: Item, root: str) -> list[Resource]:
    """A virtual network, and what stands in it. A peering that is not connected lets nothing through."""
    id_, body = identifier(item), properties(item)
    space = body.get("addressSpace")
    if not isinstance(space, dict):
        raise MalformedError("it has no addressSpace")
    own = resource(root, "azurerm_virtual_network", id_, {**named(item, id_), "address_space": prefixes(space, "addressPrefix")})
    subnets = [each for subnet in several(body, "subnets") for each in _subnet(subnet, id_, root)]
    return [own, *subnets, *(_peering(peering, id_, root) for peering in perhaps(body, "virtualNetworkPeerings"))]


def route_table(item: Item, root: str) -> list[Resource]:
    """A route table with its routes."""
    id_ = identifier(item)
    routes = []
    for route in perhaps(properties(item), "routes"):
        body = properties(route)
        routes.append(
            {"name": route.get("name"), "address_prefix": body.get("addressPrefix"), "next_hop_type": body.get("nextHopType")}
        )
    return [resource(root, "azurerm_route_table", id_, {**named(item, id_), "route": routes})]


def _subnet(item: Item, network_id: str, root: str) -> list[Resource]:
    id_, body = identifier(item), properties(item)
    values = {
        **named(item, id_),
        "virtual_network_name": network_id,
        "address_prefixes": prefixes(body, "addressPrefix"),
        "private_endpoint_network_policies": body.get("privateEndpointNetworkPolicies"),
    }
    found = [resource(root, "azurerm_subnet", id_, values)]
    for kind, end in (("networkSecurityGroup", "network_security_group"), ("routeTable", "route_table")):
        other = leading(body, kind)
        if other is not None:
            found.append(tie(root, f"azurerm_subnet_{end}_association", {"subnet_id": id_, f"{end}_id": other}))
    return found


def _peering(item: Item, network_id: str, root: str) -> Resource:
    id_, body = identifier(item), properties(item)
    connected = str(body.get("peeringState")).lower() == CONNECTED
    values = {
        "name": item.get("name"),
        "virtual_network_name": network_id,
        "remote_virtual_network_id": leading(body, "remoteVirtualNetwork"),
        "allow_virtual_network_access": connected and body.get("allowVirtualNetworkAccess") is not False,
    }
    return resource(root, "azurerm_virtual_network_peering", id_, values)
