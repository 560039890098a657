"""Virtual networks and subnets: what stands where, and what the tag VirtualNetwork means there.

Sources: the Azure documentation (service tags, private endpoints) and the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pamlint.clouds.azure import connections
from pamlint.clouds.azure.connections import NETWORK, SUBNET, TABLE, Peering, folded
from pamlint.clouds.ledger import Ledger, outside
from pamlint.clouds.ties import Because
from pamlint.clouds.values import all_of, blocks, computed, find, networks, string, truth
from pamlint.model.identity import TIES, foreign_key, key_of
from pamlint.model.noun import noun
from pamlint.model.ranges import EMPTY, Ranges, intersect, union
from pamlint.model.resource import Block, Resource, Unknown

POLICY, OLD_POLICY = "private_endpoint_network_policies", "private_endpoint_network_policies_enabled"
POLICED = frozenset({"enabled", "networksecuritygroupenabled"})

TYPES = connections.TYPES | {"azurerm_resource_group", *TIES}


@noun
class Subnet:
    """A subnet: its prefixes (none where one is unknown), its network, what its routes add to the tag.

    `guards_endpoints` are the references because of which ACLs may stand before private endpoints in it, none where they do for
    sure; None where they do not. `told` is how one is called of which the input does not say whether it has an NSG; `outer`
    stands for a network that the input does not hold, and is the same for all its subnets.
    """

    key: str
    prefixes: Ranges
    network: str | None
    routes: Ranges = EMPTY
    guards_endpoints: Because | None = None
    name: str | None = None
    told: str = ""
    outer: str | None = None


Place = tuple[tuple[Subnet | None, Because], ...]
"""The subnets of which something stands in just one, None for one that the input does not hold; the references that decide it."""


class Networks:
    """The virtual networks and subnets of an estate."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.known = {key_of(resource): resource for resource in ledger.of(NETWORK)}
        self._routes = connections.routes_of_tables(ledger)
        self._tables = connections.tables_of_subnets(ledger)
        self._peers = connections.peerings(ledger)
        self._named: dict[tuple[str, str], Ranges] = {}
        self.subnets = {key_of(resource): self._subnet(resource) for resource in ledger.of(SUBNET)}
        self.inline: list[tuple[Subnet, Block, Resource]] = []
        for resource in self.known.values():
            for block in [] if computed(resource, "subnet") else blocks(resource.body, "subnet"):
                # a state tells a network's subnets once more inside of it
                if ledger.names.lead(block.values.get("id"), resource.root) not in self.subnets:
                    self.inline.append((self._inline(block, resource), block, resource))
        self._outer: dict[str, Ranges] = defaultdict(lambda: EMPTY)
        for subnet in self.all_subnets():
            if subnet.network is not None and subnet.name is not None:
                self._named[subnet.network, subnet.name] = subnet.prefixes
            if subnet.outer is not None:
                self._outer[subnet.outer] = union(self._outer[subnet.outer], subnet.prefixes)
        self._by_id = {
            foreign_key(identifier): subnet
            for subnet, block, _ in self.inline
            if (identifier := string(block.values.get("id"))) is not None
        }

    def all_subnets(self) -> tuple[Subnet, ...]:
        """The subnets that the input holds, of their own and inside the block of their network."""
        return (*self.subnets.values(), *(subnet for subnet, _, _ in self.inline))

    def subnet(self, value: Any, root: str) -> Subnet | None:
        """The subnet that a value refers to; None where the input does not hold it."""
        found = self._ledger.target(value, root, SUBNET)
        if found is not None:
            return self.subnets[key_of(found)]
        return self._by_id.get(foreign_key(value)) if isinstance(value, str) else None

    def holds(self, subnet: Subnet) -> bool:
        """Whether the input holds a subnet."""
        return subnet.key in self.subnets or subnet.network is not None

    def read(self) -> Iterable[tuple[Resource, str]]:
        """The data sources of subnets with their keys: a plan or a state tells what is tied to them."""
        return ((resource, key_of(resource)) for resource in self._ledger.of(SUBNET) if resource.mode == "data")

    def subnets_of(self, value: Any, root: str, owner: str) -> list[tuple[Subnet | None, Because]]:
        """The subnet that a value refers to, or those that it may be, in the input or not; None where it names none."""
        found = self.subnet(value, root)
        if found is not None:
            return [(found, ())]
        known, others = self._ledger.ways(value, root, SUBNET)
        subnets = [(self.subnets[key_of(resource)], because) for resource, because in known]
        return [*subnets, *((_outside(other, root, owner), because) for other, because in others)]

    def place(self, value: Any, owner: Resource) -> Place:
        """Where something stands that names its subnet by a value."""
        root = owner.root
        found = self.subnet(value, root)
        if found is not None:
            return ((found, ()),)
        known = self._ledger.just_one(value, root, SUBNET)
        elsewhere = _outside(value, root, owner.address)
        return tuple((self.subnets[key_of(resource)] if resource else elsewhere, because) for resource, because in known)

    def space(self, key: str) -> Ranges | None:
        """All addresses of a network; None where one of its prefixes is unknown."""
        return all_of([networks([item]) for item in find(self.known[key].body, "address_space")])

    def surely_inside(self, subnet: Subnet) -> Ranges:
        """What VirtualNetwork holds for sure in a subnet: the networks that are known to be connected, and its routes."""
        if subnet.network is None:
            return union(subnet.routes, self._outer[subnet.outer] if subnet.outer else EMPTY)
        found = union(subnet.routes, self._addresses(subnet.network))
        for peering in self._peers[subnet.network]:
            found = union(found, intersect(self._reached(peering, subnet), peering.families))
        return found

    def is_of_its_own(self, subnet: Subnet) -> bool:
        """Whether VirtualNetwork holds in a subnet what it does not in others of its network: by routes, or by a peering."""
        partial = self._peers[subnet.network] if subnet.network else ()
        return bool(subnet.routes) or any(not peering.whole for peering in partial)

    def _addresses(self, network: str) -> Ranges:
        return networks(find(self.known[network].body, "address_space"))

    def _reached(self, peering: Peering, subnet: Subnet) -> Ranges:
        """What a peering surely connects a subnet with."""
        if peering.whole:
            return self._addresses(peering.network)
        found: Ranges = EMPTY
        for name in peering.far if subnet.name in peering.near else ():
            found = union(found, self._named.get((peering.network, name), EMPTY))
        return found

    def inside_all(self, subnets: Iterable[Subnet]) -> Ranges:
        """What VirtualNetwork holds for sure in each of several subnets."""
        lines = [self.surely_inside(subnet) for subnet in subnets]
        found = lines[0] if lines else EMPTY
        for line in lines[1:]:
            found = intersect(found, line)
        return found

    def _subnet(self, resource: Resource) -> Subnet:
        values = resource.body.values
        key = key_of(resource)
        group = values.get("resource_group_name")
        network = self._ledger.target(values.get("virtual_network_name"), resource.root, NETWORK, group=group)
        return Subnet(
            key,
            _prefixes(resource.body),
            key_of(network) if network else None,
            self._routes.get(self._tables.get(key, ""), EMPTY),
            _guarding(values, f"{resource.address}.{POLICY}" if resource.mode == "data" else None),
            folded(values.get("name")),
            resource.address if resource.mode == "data" and values.get("network_security_group_id") is None else "",
            None if network else _outer(values.get("virtual_network_name"), group, resource),
        )

    def _inline(self, block: Block, network: Resource) -> Subnet:
        table = self._ledger.target(block.values.get("route_table_id"), network.root, TABLE)
        return Subnet(
            f"{key_of(network)}/{block.values.get('name')}",
            _prefixes(block),
            key_of(network),
            self._routes.get(key_of(table), EMPTY) if table else EMPTY,
            _guarding(block.values),
            folded(block.values.get("name")),
        )


def _guarding(values: Mapping[str, Any], untold: str | None = None) -> Because | None:
    """Whether ACLs guard private endpoints in a subnet; where nothing is said, that hangs on what is `untold`, or they do not."""
    policy, old = values.get(POLICY), truth(values.get(OLD_POLICY))
    if old is True or str(policy).lower() in POLICED:
        return ()
    because = [reference for value in (policy, old) if isinstance(value, Unknown) for reference in value.because]
    if untold is not None and policy is None and values.get(OLD_POLICY) is None:
        because.append(untold)
    return tuple(because) or None


def _outer(name: Any, group: Any, subnet: Resource) -> str:
    """What stands for a network that the input does not hold: its name in its resource group, else that it has this subnet."""
    told = [f"?{part.name}" if isinstance(part, Unknown) and part.name else folded(part) for part in (group, name)]
    place = subnet.body.values.get("subscription_id")
    place = place.lower() if isinstance(place, str) and not any("?" in str(part) for part in told) else subnet.root
    return "network " + "/".join(map(str, (place, *told))) if all(told) else f"network of {key_of(subnet)}"


def _outside(value: Any, root: str, owner: str) -> Subnet | None:
    """A subnet that the input does not hold, as it is named by a value; one that is computed is its owner's alone."""
    if value in (None, ""):
        return None
    key, told, _ = outside(value, root, "subnet", owner)
    return Subnet(key, EMPTY, None, guards_endpoints=(f"{told}.{POLICY}",), told=told)


def _prefixes(body: Block) -> Ranges:
    """The prefixes of a subnet, whichever of the provider's attributes holds them; none where one is unknown."""
    return all_of([networks([item]) for name in ("address_prefixes", "address_prefix") for item in find(body, name)]) or EMPTY
