"""Network interfaces and subnets with the NSGs and ASGs that are tied to them.

Sources: the Azure documentation (how network security groups work, application security groups) and the provider's
documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from pamlint.clouds.azure.connections import SUBNET
from pamlint.clouds.azure.network import Networks, Place, Subnet
from pamlint.clouds.azure.pools import Pools
from pamlint.clouds.elsewhere import Elsewhere
from pamlint.clouds.ledger import Ledger, group_of, outside
from pamlint.clouds.ties import Because, Tied, Ties, either, has_one, tied, ties, together, whichever
from pamlint.clouds.values import all_of, blocks, find, items, stated, string
from pamlint.model.acl import Acl, Group, Symbol
from pamlint.model.identity import is_anybody, key_of
from pamlint.model.noun import noun, replace
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import Block, Resource, Unknown

NSG = "azurerm_network_security_group"
ASG = "azurerm_application_security_group"
NIC = "azurerm_network_interface"
NIC_NSG = "azurerm_network_interface_security_group_association"
NIC_ASG = "azurerm_network_interface_application_security_group_association"
SUBNET_NSG = "azurerm_subnet_network_security_group_association"

POOL_IDS = "load_balancer_backend_address_pool_ids"


class Standing(NamedTuple):
    """A place behind an NSG: the subnet, the addresses (none where they are not known), and the references that decide whether
    it is there."""

    subnet: Subnet | None
    addresses: Ranges
    because: Because


NOWHERE: Place = ((None, ()),)
"""A place that the input does not hold."""

TYPES = frozenset({NSG, ASG, NIC, NIC_NSG, NIC_ASG, SUBNET_NSG})


@noun
class Card:
    """One interface, or several alike: its NSGs, the places that it stands in, its ASGs, its addresses.

    `pools` are those of load balancers that it is in; `endpoint` is true of that of a private endpoint, before which ACLs stand
    only where its subnet has them guard endpoints; `possible` are the references that decide whether its machine has it at all.
    """

    nsgs: Tied
    places: tuple[Place, ...]
    asgs: Ties
    addresses: Ranges = EMPTY
    pools: Ties = ()
    endpoint: bool = False
    possible: Because = ()

    @property
    def subnets(self) -> tuple[Subnet | None, ...]:
        """The subnets that it may stand in, None where one is unknown."""
        return tuple(dict.fromkeys(subnet for place in self.places for subnet, _ in place))

    @property
    def settled(self) -> bool:
        """Whether it is known in which subnets it stands, as far as the input holds them."""
        return not self.adrift

    @property
    def adrift(self) -> Because:
        """The references that decide in which subnets it stands, none where that is known."""
        return tuple(sorted({reference for place in self.places for _, because in place for reference in because}))

    @property
    def within(self) -> Ranges:
        """The prefixes of its subnets, none where they are not all known."""
        return all_of([subnet.prefixes if subnet else EMPTY for subnet in self.subnets]) or EMPTY


class Cards:
    """The interfaces of an estate and what guards them."""

    def __init__(self, ledger: Ledger, around: Networks) -> None:
        self._ledger = ledger
        self._around = around
        self.pools = Pools(ledger)
        self.elsewhere: dict[str, Acl] = {}
        self._outer_nsgs, self._outer_asgs = Elsewhere(ledger, NIC), Elsewhere(ledger, NIC)
        self._nsgs = self._pairs(NIC_NSG, "network_security_group_id", NSG, self._outer_nsgs)
        self._asgs = self._pairs(NIC_ASG, "application_security_group_id", ASG, self._outer_asgs)
        self.of_subnets: dict[str, Tied] = defaultdict(Tied)
        self._outer_subnets = Elsewhere(ledger, SUBNET)
        self._standing: dict[str, list[Standing]] = defaultdict(list)
        self._tie_subnets()
        self._tie_elsewhere()
        self.own = {key_of(resource): self._card(resource) for resource in ledger.told("ip_configuration", NIC)}
        for card in self.own.values():
            self._stand(card)

    def standing(self, nsg: str) -> list[Standing]:
        """Every place behind an NSG."""
        return self._standing[nsg]

    def beyond(self, card: Card) -> tuple[str, ...]:
        """What may stand at the edge of its subnets, by name, where the input does not say what does."""
        untold = (subnet for subnet in card.subnets if subnet and subnet.told and not has_one(self.of_subnets[subnet.key]))
        return tuple(f"NSG of {subnet.told}" for subnet in untold)

    def templated(self, resource: Resource, block: Block) -> Card:
        """The interfaces that a scale set gives to its machines."""
        configurations = blocks(block, "ip_configuration")
        nsgs, asgs = self._inside(resource, block, configurations)
        named = [item for inner in configurations for item in items(inner.values.get(POOL_IDS))]
        pools = self.pools.of(named, resource.root)
        card = Card(nsgs, self._places(configurations, resource), asgs, pools=pools, possible=block.possible)
        self._stand(card)
        return card

    def in_subnet(self, resource: Resource, values: Iterable[Any], endpoint: bool = False) -> Card:
        """An interface of a service, which has no NSG of its own."""
        places = tuple(dict.fromkeys(self._place(value, resource) for value in values))
        return Card(Tied(), places or (NOWHERE,), (), endpoint=endpoint)

    def strangers(self) -> Iterator[tuple[Resource, Card]]:
        """What is in the pool of a load balancer by an address that no known interface has; what guards it is not known."""
        for resource, address in self.pools.strangers():
            yield resource, Card(Tied(), (NOWHERE,), (), address, self.pools.of_address(resource))

    def named(self, nic: Resource | None, value: Any, root: str) -> Card:
        """The interface that a value refers to; of one that the input does not describe, what is tied to it."""
        if nic is None:
            key, told, _ = outside(value, root, "interface")
            nsgs, asgs = self._outer_nsgs.tied(value, root), self._outer_asgs.tied(value, root)
        else:
            key, told = key_of(nic), nic.address
            nsgs, asgs = self._nsgs[key], self._asgs[key]
        somewhere = Subnet(f"{key}|subnet", EMPTY, None, told=f"the subnet of {told}")
        return self.own.get(key) or Card(nsgs, (((somewhere, ()),),), asgs.ties)

    def _card(self, resource: Resource) -> Card:
        key = key_of(resource)
        configurations = blocks(resource.body, "ip_configuration")
        nsgs, asgs = self._nsgs[key], self._asgs[key].ties
        if resource.mode == "data":
            read = self._inside(resource, resource.body, configurations)
            nsgs, asgs = nsgs if nsgs.ties else read[0], ties((*asgs, *read[1]))
        card = Card(
            nsgs, self._places(configurations, resource), asgs, all_of(stated(configurations, "private_ip_address")) or EMPTY
        )
        return replace(card, pools=self.pools.behind(key, card.addresses, card.subnets))

    def _inside(self, resource: Resource, body: Block, configurations: Iterable[Block]) -> tuple[Tied, Ties]:
        """The NSGs and ASGs that the description of an interface names itself."""
        asgs = [item for inner in configurations for item in items(inner.values.get("application_security_group_ids"))]
        nsgs = items(body.values.get("network_security_group_id"))
        return self._lead(nsgs, resource.root, NSG), self._lead(asgs, resource.root, ASG).ties

    def _places(self, configurations: Iterable[Block], owner: Resource) -> tuple[Place, ...]:
        """Where configurations stand; what may not be there stands nowhere perhaps, unless all there are name one place."""
        found = [(self._place(value, owner), block.possible) for block in configurations for value in find(block, "subnet_id")]
        places = dict.fromkeys(place for place, _ in found)
        if len(places) > 1:
            places = dict.fromkeys(_perhaps(place, because) for place, because in found)
        return tuple(places) or (NOWHERE,)

    def _place(self, value: Any, owner: Resource) -> Place:
        """Where something stands that names its subnet by a value; one that the input does not hold has what is tied to it."""
        place = self._around.place(value, owner)
        for subnet, _ in place:
            if subnet is not None and not self._around.holds(subnet):
                self.of_subnets[subnet.key] = self._outer_subnets.tied(value, owner.root)
        return place

    def _stand(self, card: Card) -> None:
        for nsg, because in card.nsgs.ties:
            for subnet, doubts in dict.fromkeys(each for place in card.places for each in place):
                addresses = card.addresses or (subnet.prefixes if subnet else EMPTY)
                hangs = because if card.addresses else (*because, *doubts)
                self._standing[nsg].append(Standing(subnet, addresses, hangs))

    def _tie_subnets(self) -> None:
        """Which NSG each subnet has; an NSG on a subnet that the input lacks guards addresses that are unknown."""
        anywhere: list[Tied] = []
        for tie in self._ledger.managed(SUBNET_NSG):
            nsgs = self._lead([tie.body.values.get("network_security_group_id")], tie.root, NSG)
            self._outer_subnets.tie(tie.body.values.get("subnet_id"), tie.root, nsgs.doubted(tie.body.possible))
            for subnet, because in self._around.subnets_of(tie.body.values.get("subnet_id"), tie.root, tie.address):
                self._tie(subnet, nsgs.doubted((*because, *tie.body.possible)))
            if unset := self._ledger.anybody(tie.body.values.get("subnet_id"), tie.root, SUBNET):
                anywhere.append(nsgs.doubted((*unset, *tie.body.possible)))
        for subnet, block, network in self._around.inline:
            self._tie(subnet, self._lead(items(block.values.get("security_group")), network.root, NSG).doubted(block.possible))
        for data, key in self._around.read():
            if not self.of_subnets[key].ties:
                nsgs = self._lead(items(data.body.values.get("network_security_group_id")), data.root, NSG)
                self._tie(self._around.subnets[key], nsgs)
        for subnet in [each for each in self._around.all_subnets() if anywhere and not has_one(self.of_subnets[each.key])]:
            self._tie(subnet, together(anywhere))

    def _tie_elsewhere(self) -> None:
        """NSGs of interfaces that the input does not hold, or may not hold: nobody knows where they stand."""
        told = {key_of(card) for card in self._ledger.told("ip_configuration", NIC)}
        for tie in self._ledger.managed(NIC_NSG):
            known, others = self._ledger.ways(tie.body.values.get("network_interface_id"), tie.root, NIC)
            nsgs = self._lead([tie.body.values.get("network_security_group_id")], tie.root, NSG)
            for because in [
                *(because for card, because in known if key_of(card) not in told),
                *(because for _, because in others),
            ]:
                self._tie(None, nsgs.doubted((*because, *tie.body.possible)))

    def _tie(self, subnet: Subnet | None, nsgs: Tied) -> None:
        for nsg, because in nsgs.ties:
            prefixes = subnet.prefixes if subnet else EMPTY
            self._standing[nsg].append(Standing(subnet, prefixes, because))
        if subnet is not None and self._around.holds(subnet):
            self.of_subnets[subnet.key] = self.of_subnets[subnet.key].beside(nsgs)

    def _lead(self, values: Iterable[Any], root: str, type_: str) -> Tied:
        """What values refer to: what the input lacks is an NSG whose rules are elsewhere, or an ASG with a key."""
        return together(self._leading(value, root, type_) for value in values if value not in (None, ""))

    def _leading(self, value: Any, root: str, type_: str) -> Tied:
        known, others = self._ledger.ways(value, root, type_)
        found = [(key_of(resource), because) for resource, because in known]
        name = self._foreign if type_ == NSG else partial(name_asg, self._ledger)
        found += [(name(other, root), because) for other, because in others]
        return tied(found, isinstance(value, Unknown) and value.is_one_of_them)

    def _foreign(self, value: Any, root: str) -> str:
        """The key of an NSG that the input does not define: it is kept as one whose rules are elsewhere."""
        key, told, because = outside(value, root, "NSG")
        self.elsewhere.setdefault(key, Acl(key, told, "azure_nsg", root, (), partial=because))
        return key

    def _pairs(self, type_: str, other: str, far: str, outer: Elsewhere) -> dict[str, Tied]:
        """What associations tie to interfaces, by their keys; what they tie to those that the input does not hold is in `outer`.

        What is tied to a variable that has no value is perhaps tied to any: an NSG only to what has none for sure.
        """
        found: dict[str, Tied] = defaultdict(Tied)
        anywhere: list[Tied] = []
        for resource in self._ledger.managed(type_):
            value = resource.body.values.get("network_interface_id")
            right = self._lead(items(resource.body.values.get(other)), resource.root, far).doubted(resource.body.possible)
            outer.tie(value, resource.root, right)
            for left, because in self._ledger.candidates(value, resource.root, NIC):
                found[key_of(left)] = found[key_of(left)].beside(right.doubted(because))
            if unset := self._ledger.anybody(value, resource.root, NIC):
                anywhere.append(right.doubted(unset))
        lacking = [key_of(each) for each in self._ledger.of(NIC) if far == ASG or not has_one(found[key_of(each)])]
        for left_key in lacking if anywhere else ():
            found[left_key] = together((found[left_key], *anywhere))
        return found


def just_one(ways: Sequence[tuple[Card, Because]]) -> list[Card]:
    """What a machine has that has just one of several interfaces: one that is as any of them, where they are guarded alike.

    Where they are not, it has each of them perhaps.
    """
    own = [card for card, _ in ways]
    apart = len({has_one(card.nsgs) for card in own}) > 1 or any(len(card.places) > 1 or None in card.subnets for card in own)
    if len(ways) < 2 or apart:
        return [replace(card, possible=because) for card, because in ways]
    one_place = len({card.places for card in own}) == 1
    place = [(subnet, (*doubts, *because)) for card, because in ways for subnet, doubts in card.places[0]]
    return [
        Card(
            either((card.nsgs, because) for card, because in ways),
            own[0].places if one_place else (tuple(dict.fromkeys(place)),),
            whichever((card.asgs, because) for card, because in ways),
            own[0].addresses if len({card.addresses for card in own}) == 1 else EMPTY,
            whichever((card.pools, because) for card, because in ways),
        )
    ]


def _perhaps(place: Place, because: Because) -> Place:
    """A place at which something stands perhaps."""
    return tuple((subnet, (*own, *because)) for subnet, own in place)


def name_asgs(ledger: Ledger) -> None:
    """The ASGs of the input as symbols, and as groups that roles can be matched to."""
    for resource in ledger.of(ASG):
        key = key_of(resource)
        ledger.symbols[key] = Symbol(key, "asg", resource.address)
        ledger.groups[key] = group_of(resource)


def name_asg(ledger: Ledger, value: Any, root: str) -> str:
    """The key of an ASG that the input does not define, as a symbol and as a group that roles can be matched to."""
    key, whole, _ = outside(value, root, "ASG")
    told = whole.rsplit("/", 1)[-1]
    name = None if is_anybody(key, whole) else told
    ledger.symbols.setdefault(key, Symbol(key, "asg", told))
    ledger.groups.setdefault(key, Group(key, told, root, name=name, id=string(value)))
    return key
