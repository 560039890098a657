"""Load balancers and their pools: what stands behind them gets the packets of clients, with the source addresses that they have.

Sources: the Azure documentation (load balancer components, outbound and inbound connections, network security groups) and the
provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pamlint.clouds.azure.connections import NETWORK
from pamlint.clouds.azure.network import Subnet
from pamlint.clouds.ledger import Ledger, group_of
from pamlint.clouds.ties import Because, Ties, doubted, ties
from pamlint.clouds.values import networks
from pamlint.model.identity import key_of
from pamlint.model.ranges import Ranges, holds
from pamlint.model.resource import Resource

BALANCER = "azurerm_lb"
POOL = "azurerm_lb_backend_address_pool"
MEMBER = "azurerm_network_interface_backend_address_pool_association"
ADDRESS = "azurerm_lb_backend_address_pool_address"

TYPES = frozenset({BALANCER, POOL, MEMBER, ADDRESS})


class Pools:
    """The pools of an estate, and who is in them: interfaces by association or by their description, and addresses."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        for resource in ledger.of(BALANCER, POOL):
            ledger.pools[key_of(resource)] = group_of(resource)
        self._members: dict[str, list[tuple[str, Because]]] = defaultdict(list)
        for tie in ledger.managed(MEMBER):
            found = doubted(self.of([tie.body.values.get("backend_address_pool_id")], tie.root), tie.body.possible)
            value = tie.body.values.get("network_interface_id")
            for nic, because in ledger.candidates(value, tie.root, "azurerm_network_interface"):
                self._members[key_of(nic)] += doubted(found, because)
        self.addresses = [(resource, _address(resource)) for resource in ledger.managed(ADDRESS)]
        self._taken: set[str] = set()

    def of(self, values: Iterable[Any], root: str) -> Ties:
        """The pools that values refer to, and the load balancers that these are of."""
        return ties(pair for value in values for pair in self._of(value, root))

    def behind(self, nic: str, addresses: Ranges, subnets: Iterable[Subnet | None]) -> Ties:
        """The pools that an interface is in: those that it is tied to, and those that have its address."""
        found = list(self._members[nic])
        here = {subnet.network for subnet in subnets if subnet is not None and subnet.network is not None}
        for resource, address in self.addresses:
            network = self._ledger.target(resource.body.values.get("virtual_network_id"), resource.root, NETWORK)
            if address and addresses and holds(addresses, address) and (network is None or not here or key_of(network) in here):
                found += self.of_address(resource)
                self._taken.add(key_of(resource))
        return ties(found)

    def of_address(self, resource: Resource) -> Ties:
        """The pools that have an address."""
        return doubted(self.of([resource.body.values.get("backend_address_pool_id")], resource.root), resource.body.possible)

    def strangers(self) -> Iterator[tuple[Resource, Ranges]]:
        """The addresses in pools that no known interface has."""
        return (pair for pair in self.addresses if key_of(pair[0]) not in self._taken)

    def _of(self, value: Any, root: str) -> Iterator[tuple[str, Because]]:
        for pool, because in self._ledger.candidates(value, root, POOL):
            yield key_of(pool), because
            balancer = self._ledger.target(pool.body.values.get("loadbalancer_id"), pool.root, BALANCER)
            if balancer is not None:
                yield key_of(balancer), because


def _address(resource: Resource) -> Ranges:
    return networks([resource.body.values.get("ip_address")])
