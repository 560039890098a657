"""Workloads: machines with their interfaces in, one workload for each distinct chain out.

Sources: the Azure documentation (how network security groups work, private endpoints, Azure Bastion, security admin rules) and
the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pamlint.clouds.azure.cards import NIC, Card, Cards, just_one
from pamlint.clouds.azure.network import Networks, Place, Subnet
from pamlint.clouds.ledger import Ledger
from pamlint.clouds.ties import Because, Tied, Ties, either, keys, perhaps, sure, together
from pamlint.clouds.values import all_of, blocks, find, stated, string, text, texts
from pamlint.model.acl import Acl, Workload
from pamlint.model.identity import foreign_key, key_of
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import Resource

MACHINES = ("azurerm_linux_virtual_machine", "azurerm_virtual_machine", "azurerm_windows_virtual_machine")
SCALE_SETS: Mapping[str, str] = {
    "azurerm_linux_virtual_machine_scale_set": "network_interface",
    "azurerm_orchestrated_virtual_machine_scale_set": "network_interface",
    "azurerm_virtual_machine_scale_set": "network_profile",
    "azurerm_windows_virtual_machine_scale_set": "network_interface",
}
"""The block in which a scale set describes the interfaces of new instances."""
INSTANCES = "network_interface_ids"
"""Where the live reader puts the interfaces that a scale set's instances have: they may be older than its description."""
UNRULED = frozenset(
    {"azurebastionsubnet", "azurefirewallsubnet", "azurefirewallmanagementsubnet", "gatewaysubnet", "routeserversubnet"}
)
"""The subnets of services on which Azure puts no admin rules, in small letters."""
UNRULED_SERVICE = "azurerm_application_gateway"
"""A service with a subnet of its own, of any name, on which Azure puts none unless it is isolated.

Source: the Azure documentation (security admin rules in Azure Virtual Network Manager, nonapplication at subnet level).
"""
SERVICES: Mapping[str, str] = {
    "azurerm_application_gateway": "gateway_ip_configuration.subnet_id",
    "azurerm_bastion_host": "ip_configuration.subnet_id",
}
"""Where services that stand in a subnet, at addresses that they choose, name it. A gateway hands on packets as its own."""
ENDPOINT = "azurerm_private_endpoint"
OF_ENDPOINT = "private_endpoint_id"
"""Where the live reader puts the endpoint that an interface is of; in Terraform these interfaces are no resources."""
ENDPOINT_BLOCKS = ("ip_configuration", "private_service_connection")
"""Where an endpoint has its `private_ip_address`."""

TYPES = frozenset({*MACHINES, *SCALE_SETS, *SERVICES, ENDPOINT})

Chain = Tied
"""ACLs from the interface outwards, each tied to it surely or perhaps."""


def machines(ledger: Ledger, cards: Cards) -> Iterator[tuple[Resource, list[Card]]]:
    """Everything that has interfaces, with them; interfaces that are no known machine's stand for themselves."""
    used: set[str] = set()
    for resource in ledger.managed(*MACHINES):
        values = find(resource.body, "network_interface_ids")
        named = [ledger.just_one(value, resource.root, NIC) for value in values]
        used |= {key_of(nic) for ways in named for nic, because in ways if nic is not None and not because}
        own = [
            [(cards.named(nic, value, resource.root), because) for nic, because in ways]
            for value, ways in zip(values, named, strict=True)
        ]
        yield resource, [card for ways in own for card in just_one(ways)]
    for type_, place in SCALE_SETS.items():
        for resource in ledger.managed(type_):
            now = [ledger.target(value, resource.root, NIC) for value in find(resource.body, INSTANCES)]
            used |= {key_of(nic) for nic in now if nic is not None}
            new = [cards.templated(resource, block) for block in blocks(resource.body, place)]
            yield resource, [*new, *(cards.own[key_of(nic)] for nic in now if nic is not None)]
    of_endpoints: dict[str, list[Ranges]] = defaultdict(list)
    for resource in ledger.told("ip_configuration", NIC):
        card = cards.own[key_of(resource)]
        if (named_by := resource.body.values.get(OF_ENDPOINT)) is not None:
            of_endpoints[foreign_key(str(named_by))].append(card.addresses)
        elif key_of(resource) not in used:
            yield resource, [card]
    for type_, path in SERVICES.items():
        for resource in ledger.managed(type_):
            yield resource, [cards.in_subnet(resource, find(resource.body, path))]
    for resource in ledger.managed(ENDPOINT):
        card = cards.in_subnet(resource, find(resource.body, "subnet_id"), endpoint=True)
        seen = of_endpoints[foreign_key(resource.id or "")]
        yield resource, [replace(card, addresses=all_of(seen) or _of_endpoint(resource))]
    for resource, card in cards.strangers():
        yield resource, [card]


def _of_endpoint(resource: Resource) -> Ranges:
    """The addresses of a private endpoint: those that its code gives it, else those that it was given."""
    given = next((found for name in ENDPOINT_BLOCKS if (found := blocks(resource.body, name))), [])
    return all_of(stated(given, "private_ip_address")) or EMPTY


def workloads(resource: Resource, own: Sequence[Card], cards: Cards, above: Mapping[str, str]) -> list[Workload]:
    """The workloads of one resource; `above` holds the admin rules of each virtual network."""
    ruling = {} if resource.type == UNRULED_SERVICE else above
    alike: dict[tuple[Chain, Ties, Ties, Because], list[Card]] = defaultdict(list)
    for card in own:
        alike[_chain(card, cards, ruling), card.asgs, card.pools, card.possible].append(card)
    several = len(alike) > 1
    return [
        replace(
            _workload(resource, chain, found, f"#{number}" if several else ""),
            beyond=tuple(sorted({name for card in found for name in cards.beyond(card)})),
        )
        for number, ((chain, *_), found) in enumerate(sorted(alike.items(), key=lambda item: item[0]))
    ]


def _chain(card: Card, cards: Cards, above: Mapping[str, str]) -> Chain:
    """The layers from the interface outwards: its NSG, its subnet's, the admin rules of its network."""

    def edge(subnet: Subnet) -> Tied:
        return cards.of_subnets[subnet.key]

    def ruled(subnet: Subnet) -> Tied:
        rules = _ruling(subnet, above)
        return Tied(sure([rules])) if rules is not None else Tied()

    edges = [_at(place, card, edge) for place in card.places]
    found = (card.nsgs, *edges, *(_at(place, card, ruled) for place in card.places))
    whole = together(found)
    surest = dict(whole.ties)
    outwards = dict.fromkeys(key for each in found for key in keys(each.ties))
    return whole._replace(ties=tuple((key, surest[key]) for key in outwards))


def ruled(nsgs: Iterable[Acl], cards: Cards, around: Networks, above: Mapping[str, str]) -> Iterator[Acl]:
    """NSGs with the admin rules that stand before them: for sure where all that they guard is in subnets which have the same."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for subnet in around.all_subnets() if above else ():
        for key, _ in cards.of_subnets[subnet.key].ties:
            found[key].add(_ruling(subnet, above))
    for nsg in nsgs:
        standing = cards.standing(nsg.key) if above else ()
        here = found[nsg.key].union(_ruling(each.subnet, above) for each in standing)
        here |= {None} if standing and all(each.because for each in standing) else set()
        doubt = (nsg.address,) if len(here) > 1 else ()
        yield replace(nsg, ruled=tuple((rules, doubt) for rules in sorted(rules for rules in here if rules is not None)))


def _ruling(subnet: Subnet | None, above: Mapping[str, str]) -> str | None:
    """The admin rules of a subnet's network, where Azure puts them on the subnet; None where it is not known."""
    return above.get(subnet.network or "") if subnet is not None and subnet.name not in UNRULED else None


def _at(place: Place, card: Card, told: Callable[[Subnet], Tied]) -> Tied:
    """What stands before a card at one of its places, as it is told of each subnet that this may be."""

    def there(subnet: Subnet | None) -> Tied:
        if subnet is None or (card.endpoint and subnet.guards_endpoints is None):
            return Tied()
        return told(subnet).doubted(subnet.guards_endpoints or ()) if card.endpoint else told(subnet)

    return either((there(subnet), because) for subnet, because in place)


def _workload(resource: Resource, chain: Chain, own: Sequence[Card], mark: str) -> Workload:
    values = resource.body.values
    nsgs, asgs, pools = chain.ties, own[0].asgs, own[0].pools
    return Workload(
        key_of(resource) + mark,
        resource.address,
        resource.type,
        resource.root,
        tuple((key,) for key in keys(nsgs)),
        frozenset(keys(asgs)),
        name=text(values.get("name")),
        id=resource.id or string(values.get("id")),
        tags=texts(values.get("tags")),
        addresses=all_of([card.addresses for card in own]) or EMPTY,
        within=all_of([card.within for card in own]) or EMPTY,
        settled=all(card.settled for card in own),
        adrift=tuple(sorted({reference for card in own for reference in card.adrift})),
        possible=(*resource.body.possible, *own[0].possible),
        machine=resource.body.possible,
        several=resource.type in SCALE_SETS,
        perhaps=perhaps((*nsgs, *asgs, *pools)),
        one_of=chain.one_of,
        behind=frozenset(keys(pools)),
        location=resource.body.location,
    )
