"""Estates in which nobody knows whether an ACL is tied to something: a group to a machine, a list to a subnet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from tests.oracle.nouns import Estate, Tie, Unit

DEFAULT_ACL = "aws_default_network_acl"


def loosened(random: Random, estate: Estate) -> Estate:
    """Now and then an estate with a tie that hangs on an unset variable; one of which the judge can tell what it decides."""
    found = list(candidates(estate))
    if not found or random.random() > 0.35:
        return estate
    tie = random.choice(found)
    return replace(estate, ties=(tie,), units=tuple(with_tie(estate, unit, tie) for unit in estate.units))


def candidates(estate: Estate) -> Iterator[Tie]:
    """Groups of machines that stand in a unit by themselves, which nobody names; lists of subnets with another ACL inside."""
    named = {peer.partition(":")[2] for acl in estate.acls for rule in acl.rules for peer in rule.peers}
    named |= {name for player in estate.players for name in (*player.acls, *(each.partition(":")[2] for each in player.symbols))}
    alone = {unit.machines[0] for unit in estate.units if len(unit.machines) == 1}
    for machine in estate.machines:
        groups = [acl for acl in machine.acls if estate.acl(acl).kind == "group"]
        for acl in groups if len(groups) > 1 and machine.address in alone else ():
            if acl not in named:
                yield Tie(machine.address, acl, "tied")
    default = any(acl.address.startswith(DEFAULT_ACL) for acl in estate.acls)
    for subnet in estate.subnets:
        inside = [unit for unit in estate.units if standing(estate, unit) & {subnet.name}]
        apart = all(standing(estate, unit) == {subnet.name} for unit in inside)
        deep = all(len(unit.layers) > 1 and subnet.acl in unit.acls for unit in inside)
        if subnet.acl and subnet.acl not in named and inside and apart and deep and not default and estate.vnet_settled:
            yield Tie(subnet.name, subnet.acl, "tied")


def standing(estate: Estate, unit: Unit) -> set[str]:
    """The subnets in which the machines of a unit stand."""
    return {machine.subnet for machine in estate.machines if machine.address in unit.machines}


def with_tie(estate: Estate, unit: Unit, tie: Tie) -> Unit:
    """The unit as it hangs on the tie."""
    hangs = tie.what in unit.machines or tie.what in standing(estate, unit)
    return replace(unit, loose=((tie.acl, tie.variable),)) if hangs and tie.acl in unit.acls else unit
