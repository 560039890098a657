"""What the resources of Azure mean."""

from __future__ import annotations

from pamlint.clouds.azure import admin_rules, azapi, cards, groups, network, pools, service_tags, workloads
from pamlint.clouds.azure.admin_rules import AdminRules
from pamlint.clouds.azure.cards import Card, Cards, name_asgs
from pamlint.clouds.azure.groups import Groups
from pamlint.clouds.azure.network import Networks, Place
from pamlint.clouds.ledger import Ledger
from pamlint.model.acl import Acl, Workload
from pamlint.model.noun import replace
from pamlint.model.ranges import Ranges

TYPES = (
    admin_rules.TYPES
    | azapi.TYPES
    | cards.TYPES
    | groups.TYPES
    | network.TYPES
    | pools.TYPES
    | service_tags.TYPES
    | workloads.TYPES
)
"""The resource types (managed and data) that are read."""


def convert(ledger: Ledger, virtual_network: Ranges | None) -> tuple[list[Acl], list[Workload]]:
    """The NSGs, the admin rules and what they guard. Symbols, groups and problems go to the ledger.

    `virtual_network` is what the site file says that the tag VirtualNetwork holds.
    """
    name_asgs(ledger)
    around = Networks(ledger)
    own = Cards(ledger, around)
    machines = list(workloads.machines(ledger, own))
    nsgs = Groups(ledger, around, own, virtual_network)
    above = AdminRules(ledger, around, nsgs)
    found = [workload for resource, cards_ in machines for workload in workloads.workloads(resource, cards_, own, above.above)]
    _bound_asgs(ledger, around, [card for _, cards_ in machines for card in cards_])
    return [*workloads.ruled(nsgs.acls(), own, around, above.above), *above.acls], found


def _bound_asgs(ledger: Ledger, around: Networks, cards_: list[Card]) -> None:
    """All members of an ASG stand in one virtual network: that of a member which is known."""
    for card in cards_:
        for key in (asg for asg, because in card.asgs if not because):
            standing = [_network(place) for place in card.places]
            known = [network for network in standing if network is not None]
            space = around.space(known[0]) if known else None
            if space is not None:
                ledger.symbols[key] = replace(ledger.symbols[key], at_most=space)


def _network(place: Place) -> str | None:
    """The virtual network of a place, whichever subnet it is."""
    found = {subnet.network if subnet else None for subnet, _ in place}
    return found.pop() if len(found) == 1 else None
