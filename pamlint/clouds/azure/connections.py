"""What connects virtual networks and subnets with others: peerings, and the routes of their tables.

Sources: the Azure documentation (virtual network peering, route tables) and the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pamlint.clouds.ledger import Ledger
from pamlint.clouds.values import blocks, computed, items, networks, truth
from pamlint.model.addresses import ANY, IPV6
from pamlint.model.identity import key_of
from pamlint.model.noun import noun
from pamlint.model.ranges import Ranges
from pamlint.model.resource import Block, Resource

NETWORK = "azurerm_virtual_network"
PEERING = "azurerm_virtual_network_peering"
SUBNET = "azurerm_subnet"
TABLE = "azurerm_route_table"
ROUTE = "azurerm_route"
SUBNET_TABLE = "azurerm_subnet_route_table_association"
CARRIED = frozenset({"virtualappliance", "virtualnetworkgateway", "vnetlocal"})
"""The next hops whose prefixes count as VirtualNetwork."""

TYPES = frozenset({NETWORK, PEERING, SUBNET, TABLE, ROUTE, SUBNET_TABLE})


@noun
class Peering:
    """A peering with another network: of both as a whole, or of some subnets, by their names; in some address families."""

    network: str
    whole: bool
    near: frozenset[str]
    far: frozenset[str]
    families: Ranges


def peerings(ledger: Ledger) -> dict[str, list[Peering]]:
    """The peerings of each network, as far as both ends are in the input and the peering lets traffic through.

    One that just one of two networks of the input has begun connects nothing yet.
    """
    found: dict[str, list[Peering]] = defaultdict(list)
    sides = list(_sides(ledger))
    begun = {(key_of(near), key_of(far)) for near, far, _ in sides}
    for near, far, values in sides:
        open_ = values.get("allow_virtual_network_access") is None or truth(values["allow_virtual_network_access"]) is True
        if open_ and (far.mode == "data" or (key_of(far), key_of(near)) in begun):
            found[key_of(near)].append(_peering(key_of(far), values))
    return found


def _sides(ledger: Ledger) -> Iterable[tuple[Resource, Resource, Mapping[str, Any]]]:
    """Each peering that is there for sure, with the network that it stands in and the remote one."""
    for resource in ledger.managed(PEERING):
        values = resource.body.values
        group = values.get("resource_group_name")
        near = ledger.target(values.get("virtual_network_name"), resource.root, NETWORK, group=group)
        far = ledger.target(values.get("remote_virtual_network_id"), resource.root, NETWORK)
        if near is not None and far is not None and not resource.body.possible:
            yield near, far, values


def routes_of_tables(ledger: Ledger) -> dict[str, Ranges]:
    """What the routes of each table add to VirtualNetwork."""
    bodies = {key_of(table): _inline_routes(table) for table in ledger.of(TABLE)}
    for route in ledger.of(ROUTE):
        values = route.body.values
        group = values.get("resource_group_name")
        table = ledger.target(values.get("route_table_name"), route.root, TABLE, group=group)
        if table is not None:
            bodies[key_of(table)].append(route.body)
    return {key: networks(body.values.get("address_prefix") for body in own if _is_carried(body)) for key, own in bodies.items()}


def tables_of_subnets(ledger: Ledger) -> dict[str, str]:
    """The route table of each subnet that has one for sure, by their keys."""
    found = {}
    for tie in ledger.managed(SUBNET_TABLE):
        subnet = ledger.target(tie.body.values.get("subnet_id"), tie.root, SUBNET)
        table = ledger.target(tie.body.values.get("route_table_id"), tie.root, TABLE)
        if subnet is not None and table is not None and not tie.body.possible:
            found[key_of(subnet)] = key_of(table)
    for data in (subnet for subnet in ledger.of(SUBNET) if subnet.mode == "data"):
        table = ledger.target(data.body.values.get("route_table_id"), data.root, TABLE)
        if table is not None:
            found.setdefault(key_of(data), key_of(table))
    return found


def _peering(far: str, values: Mapping[str, Any]) -> Peering:
    complete = values.get("peer_complete_virtual_networks_enabled")
    near, far_names = (
        frozenset(name for item in items(values.get(attribute)) if (name := folded(item)) is not None)
        for attribute in ("local_subnet_names", "remote_subnet_names")
    )
    families = ANY if truth(values.get("only_ipv6_peering_enabled")) is False else IPV6
    return Peering(far, complete is None or truth(complete) is True, near, far_names, families)


def folded(name: Any) -> str | None:
    """Azure compares names without case."""
    return name.lower() if isinstance(name, str) else None


def _inline_routes(table: Resource) -> list[Block]:
    return [] if computed(table, "route") else blocks(table.body, "route")


def _is_carried(route: Block) -> bool:
    return not route.possible and str(route.values.get("next_hop_type")).lower() in CARRIED
