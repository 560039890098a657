"""What an interface of a workload wears and where it stands, whichever resource says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pamlint.clouds.aws.groups import Groups
from pamlint.clouds.aws.network import Subnet, Subnets, Vpcs
from pamlint.clouds.ledger import Ledger
from pamlint.clouds.ties import Because, Ties, doubted, has_sure, reasons, sure, ties
from pamlint.clouds.values import all_of, networks, written
from pamlint.model.noun import noun
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import Resource, Unknown

_FOUND = re.compile(r"(^|\.)data\.aws_security_groups\.[\w-]+(\[[^\]]*\])?\.ids")


@noun
class Interface:
    """One interface, or several alike: its groups, the subnets that it may stand in (None where unknown), its addresses.

    `possible` are the references that decide whether its machine has it at all.
    """

    groups: Ties
    subnets: tuple[Subnet | None, ...]
    addresses: Ranges = EMPTY
    possible: Because = ()


@noun
class Surroundings:
    """What every workload is looked up in."""

    ledger: Ledger
    vpcs: Vpcs
    subnets: Subnets
    groups: Groups

    def standing(self, values: Iterable[Any], root: str) -> tuple[Subnet | None, ...]:
        """The subnets that values refer to, None for each that the input does not hold."""
        return tuple(dict.fromkeys(self.subnets.find(value, root) for value in values))

    def wearing(self, values: Iterable[Any], root: str) -> Ties:
        """The groups that values refer to; in place of one that is not known those that it may be, perhaps.

        Where groups that a data source finds are among what it may be, they stand beside these.
        """
        found: list[tuple[str, Because]] = []
        for value in values:
            perhaps = self.groups.perhaps(value, root)
            elsewhere = [Unknown((name,), name=name) for name in _found_elsewhere(value)] if perhaps else [value]
            found += [*perhaps, *((self.groups.key(one, root), ()) for one in elsewhere)]
        return ties(found)

    def or_default(self, worn: Ties, resource: Resource, standing: Iterable[Subnet | None], attribute: str) -> Ties:
        """What a resource wears, and the default group of its VPC where it names none, or perhaps none."""
        if has_sure(worn):
            return worn
        return ties((*worn, *doubted(self._default(resource, standing, attribute), reasons(worn))))

    def _default(self, resource: Resource, standing: Iterable[Subnet | None], attribute: str) -> Ties:
        """The default group of the VPC, as far as it is known which VPC that is; the code of a data source names nothing."""
        vpc = self.vpcs.of(resource) or next((subnet.vpc for subnet in standing if subnet and subnet.vpc), None)
        if vpc is not None and resource.mode == "managed":
            return sure([self.groups.default_of(vpc)])
        unsaid = Unknown((f"{resource.address}.{attribute}",), attribute=(resource.address, attribute))
        return sure([self.groups.key(unsaid, resource.root)])


def _found_elsewhere(value: Any) -> Iterable[str]:
    """The ids of groups of which a data source says which they are, among what made a value unknown."""
    return (name for name in value.because if _FOUND.search(name)) if isinstance(value, Unknown) else ()


def addresses(resource: Resource, paths: Iterable[str]) -> Ranges:
    """The addresses that a resource names, none where one that it names is unknown."""
    return all_of([networks([value]) for path in paths for value in written(resource, path)]) or EMPTY


def first_written(resource: Resource, paths: Iterable[str]) -> list[Any]:
    """What stands at the first of these paths at which anything is written."""
    return next((values for path in paths if (values := written(resource, path))), [])
