"""What an interface of a workload wears and where it stands, whichever resource says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pamlint.clouds.aws.groups import Groups
from pamlint.clouds.aws.network import Subnet, Subnets, Vpcs, one_of
from pamlint.clouds.ledger import Ledger
from pamlint.clouds.ties import Because, Tied, Ties, doubted, either, has_sure, reasons, sure, ties, together
from pamlint.clouds.values import all_of, blocks, networks, written
from pamlint.model.noun import noun
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import Resource, Unknown


@noun
class Interface:
    """One interface, or several alike: its groups, the subnets that it may stand in (None where unknown), its addresses.

    `possible` are the references that decide whether its machine has it at all.
    """

    groups: Tied
    subnets: tuple[Subnet | None, ...]
    addresses: Ranges = EMPTY
    possible: Because = ()


def any_of(ways: Sequence[tuple[Interface, Because]]) -> Interface | None:
    """What a machine has that has just one of several interfaces: one that is as any of them, if they wear alike or one each.

    None where they do not: it has each of them perhaps.
    """
    own = [card for card, _ in ways]
    single = all(len(card.groups.ties) == 1 and has_sure(card.groups.ties) for card in own)
    if any(card.possible or len(card.subnets) > 1 for card in own) or not (single or len({card.groups for card in own}) == 1):
        return None
    worn = either((card.groups, because) for card, because in ways) if single else own[0].groups
    place = one_of([(card.subnets[0], because) for card, because in ways])
    return Interface(worn, (place,), own[0].addresses if len({card.addresses for card in own}) == 1 else EMPTY)


@noun
class Surroundings:
    """What every workload is looked up in."""

    ledger: Ledger
    vpcs: Vpcs
    subnets: Subnets
    groups: Groups

    def standing(self, values: Iterable[Any], root: str, one: bool = False) -> tuple[Subnet | None, ...]:
        """The subnets that values refer to, None for each that the input does not hold; `one`: no value stands for a list."""
        return tuple(dict.fromkeys(self.subnets.find(value, root, one) for value in values))

    def wearing(self, values: Iterable[Any], root: str) -> Tied:
        """The groups that values refer to; in place of one that is not known those that it may be, perhaps."""
        return together(self.groups.worn(value, root) for value in values)

    def or_default(self, worn: Tied, resource: Resource, standing: Iterable[Subnet | None], attribute: str) -> Tied:
        """What a resource wears, and the default group of its VPC where it names none, or perhaps none."""
        if has_sure(worn.ties) or worn.one_of:
            return worn
        return worn.beside(Tied(doubted(self._default(resource, standing, attribute), reasons(worn.ties))))

    def _default(self, resource: Resource, standing: Iterable[Subnet | None], attribute: str) -> Ties:
        """The default group of the VPC, as far as it is known which VPC that is; the code of a data source names nothing."""
        subnets = [subnet for subnet in standing if subnet]
        vpc = self.vpcs.of(resource) or next((subnet.vpc for subnet in subnets if subnet.vpc), None)
        if vpc is not None and resource.mode == "managed":
            return sure([self.groups.default_of(vpc)])
        unsaid = Unknown((f"{resource.address}.{attribute}",), attribute=(resource.address, attribute))
        if resource.mode == "data":
            return sure([self.groups.key(unsaid, resource.root)])
        named = self.vpcs.defaults.tied(resource.body.values.get("vpc_id"), resource.root).ties
        outer = named or next((subnet.default.ties for subnet in subnets if subnet.default.ties), ())
        return outer if has_sure(outer) else ties((*outer, (self.groups.key(unsaid, resource.root), reasons(outer))))


def addresses(resource: Resource, paths: Iterable[str]) -> Ranges:
    """The addresses that a resource names, none where one that it names is unknown, or in a block that may not be there."""
    paths = tuple(paths)
    if any(block.possible for path in paths if "." in path for block in blocks(resource.body, path.partition(".")[0])):
        return EMPTY
    return all_of([networks([value]) for path in paths for value in written(resource, path)]) or EMPTY


def first_written(resource: Resource, paths: Iterable[str]) -> list[Any]:
    """What stands at the first of these paths at which anything is written."""
    return next((values for path in paths if (values := written(resource, path))), [])
