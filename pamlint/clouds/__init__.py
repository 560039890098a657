"""What the clouds mean: resources in, access lists and workloads out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pamlint.clouds import aws, azure
from pamlint.clouds.azure.azapi import translated
from pamlint.clouds.azure.service_tags import with_told
from pamlint.clouds.ledger import Ledger
from pamlint.clouds.likeness import alike
from pamlint.clouds.values import items
from pamlint.model.acl import NOWHERE, Acl, Group, Network, Symbol, Workload
from pamlint.model.addresses import parse_cidrs
from pamlint.model.identity import index, is_seen_again
from pamlint.model.noun import replace
from pamlint.model.ranges import union
from pamlint.model.resource import Resource
from pamlint.model.service_tags import NO_TAGS, ServiceTags

TYPES = aws.TYPES | azure.TYPES
"""Every resource type that means something here; sources need to read no other."""


def convert(resources: Sequence[Resource], values: Mapping[str, Any], tags: ServiceTags = NO_TAGS) -> Network:
    """The access lists, workloads and symbols of one estate. `values` are the site's facts (`VirtualNetwork` is one),
    `tags` what is known of Azure's service tags."""
    given = values.get("VirtualNetwork")
    virtual_network = None if given is None else parse_cidrs(str(item) for item in items(given))
    read = translated(resources)
    known_tags = with_told(tags, read)
    names = index(read)
    ledger = Ledger([resource for resource in read if not is_seen_again(resource, names)], names, known_tags)
    amazon_acls, amazon_workloads = aws.convert(ledger)
    azure_acls, azure_workloads = azure.convert(ledger, virtual_network)
    workloads = [*amazon_workloads, *azure_workloads]
    acls = sorted([*amazon_acls, *azure_acls], key=lambda acl: (acl.root, acl.address, acl.key))
    groups = _unowned(ledger.groups.values(), acls)
    return Network(
        tuple(acls),
        tuple(sorted(workloads, key=lambda workload: (workload.root, workload.address, workload.key))),
        tuple(groups),
        _with_members(ledger.symbols, workloads),
        tuple(ledger.problems),
        known_tags,
        tuple(sorted(ledger.pools.values(), key=lambda pool: (pool.root, pool.address))),
        alike(acls, groups, ledger.symbols),
    )


def _unowned(groups: Iterable[Group], acls: Sequence[Acl]) -> list[Group]:
    """The groups that are no ACL of the input: ASGs, and what rules only refer to."""
    keys = {acl.key for acl in acls}
    return sorted((group for group in groups if group.key not in keys), key=lambda group: (group.root, group.address))


def _standing(symbols: Mapping[str, Symbol], workloads: Sequence[Workload]) -> dict[str, Symbol]:
    """The symbols of which all members that there are or may be stand in one subnet, and some do for sure."""
    segments: dict[str, set[str]] = defaultdict(set)
    sure: set[str] = set()
    for workload in workloads:
        for key in workload.wears:
            segments[key].update(subnet.key if subnet.is_one else "" for subnet in workload.subnets or (NOWHERE,))
            if not workload.possible and key not in workload.perhaps:
                sure.add(key)
    inside = {key: found.pop() for key, found in segments.items() if len(found) == 1 and key in sure and key in symbols}
    return {key: replace(symbols[key], inside=subnet) for key, subnet in inside.items() if subnet}


def _with_members(symbols: Mapping[str, Symbol], workloads: Sequence[Workload]) -> dict[str, Symbol]:
    """The symbols with the addresses and the subnet of the workloads that are known to be their members."""
    out = {**symbols, **_standing(symbols, workloads)}
    for workload in workloads:
        for key in workload.wears:
            if key in out and workload.addresses and not workload.possible and key not in workload.perhaps:
                known = union(out[key].at_least, workload.addresses)
                out[key] = replace(out[key], at_least=known, at_most=union(out[key].at_most, known))
    return out
