"""Workloads: resources with their interfaces in, one workload for each distinct chain out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pamlint.clouds.aws import kubernetes, services
from pamlint.clouds.aws.interfaces import Interface, Surroundings
from pamlint.clouds.aws.machines import Machines, scaling_tags
from pamlint.clouds.aws.network import Subnet
from pamlint.clouds.aws.services import Services, is_internal
from pamlint.clouds.ties import Because, Tied, keys, perhaps
from pamlint.clouds.values import all_of, overlaid, string, tags, text
from pamlint.model.acl import NOWHERE, Segment, Text, Workload
from pamlint.model.addresses import IPV4, IPV6
from pamlint.model.identity import key_of
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges, intersect, normal, union
from pamlint.model.resource import Resource

INTERNAL = "it is an internal load balancer"
MANY = frozenset({"aws_autoscaling_group", "aws_eks_node_group", "aws_ecs_service"})
"""What stands for several machines alike."""

LARGEST = 16
"""So many bits of an IPv4 address the largest subnet has to itself (Amazon VPC user guide, subnet sizing)."""
Place = tuple[Interface, Subnet | None]


def workloads(around: Surroundings) -> list[Workload]:
    """All workloads of an estate. What has interfaces with different chains is a workload for each of them."""
    machines = Machines(around)
    found: list[Workload] = []
    for resource, interfaces in (*machines.interfaces(), *kubernetes.clusters(around)):
        found += _workloads(resource, interfaces, tags(resource.body.values))
    for resource, interfaces in machines.instances():
        found += _workloads(resource, interfaces, overlaid(machines.template_tags(resource), tags(resource.body.values)))
    for resource, interfaces in kubernetes.nodes(around, machines):
        told = overlaid(machines.template_tags(resource), tags(resource.body.values))
        found += _workloads(resource, interfaces, told, "node_group_name")
    for resource, interfaces in machines.scaling_groups():
        found += _workloads(resource, interfaces, overlaid(machines.template_tags(resource), scaling_tags(resource)))
    for resource, interfaces, name in Services(around).all():
        found += _workloads(resource, interfaces, tags(resource.body.values), name)
    return found


def _workloads(
    resource: Resource, interfaces: Sequence[Interface], told: Mapping[str, Text], name: str = "name"
) -> list[Workload]:
    chains: dict[tuple[Tied, Tied, Because], list[Place]] = defaultdict(list)
    for interface in interfaces:
        for subnet in interface.subnets:
            chains[interface.groups, subnet.acls if subnet else Tied(), interface.possible].append((interface, subnet))
    several = len(chains) > 1
    return [
        _workload(resource, tied, places, told, name, f"#{number}" if several else "")
        for number, (tied, places) in enumerate(sorted(chains.items(), key=lambda item: item[0]))
    ]


def _workload(
    resource: Resource, tied: tuple[Tied, Tied, Because], places: Sequence[Place], told: Mapping[str, Text], name: str, mark: str
) -> Workload:
    body = resource.body
    (groups, one_of), (edges, one_edge), because = tied
    chain = (*((keys(groups),) if groups else ()), *((key,) for key, _ in edges))
    unnamed = (f"network ACL of {resource.address}'s subnet",)
    return Workload(
        key_of(resource) + mark,
        resource.address,
        resource.type,
        resource.root,
        chain,
        frozenset(keys(groups)),
        name=text(body.values.get(name)) or told.get("Name"),
        id=resource.id or string(body.values.get("id")),
        tags=told,
        addresses=all_of([interface.addresses for interface, _ in places]) or EMPTY,
        within=all_of([subnet.prefixes if subnet else EMPTY for _, subnet in places]) or EMPTY,
        settled=all(subnet is None or subnet.one for _, subnet in places),
        possible=(*body.possible, *because),
        machine=body.possible,
        subnets=_apart([subnet for _, subnet in places], [interface.addresses for interface, _ in places]),
        sheltered=INTERNAL if is_internal(resource) else _sheltered(subnet for _, subnet in places),
        several=resource.type in MANY,
        beyond=tuple(sorted({each for _, subnet in places for each in (subnet.beyond if subnet else unnamed)})),
        perhaps=perhaps((*groups, *edges)),
        one_of=tuple(sorted((*one_of, *one_edge))),
        location=body.location,
    )


def _apart(subnets: Sequence[Subnet | None], addresses: Sequence[Ranges]) -> tuple[Segment, ...]:
    """Each subnet that a workload stands in. One that it is alone in holds its addresses, and no more than a /16 around them."""
    found = tuple(dict.fromkeys(subnet.segment if subnet is not None else NOWHERE for subnet in subnets))
    own = intersect(all_of(addresses) or EMPTY, IPV4)
    if len(found) > 1 or not own:
        return found
    around = normal((low >> LARGEST << LARGEST, (low >> LARGEST << LARGEST) + (1 << LARGEST) - 1) for low, _ in own)
    return tuple(replace(segment, at_most=intersect(segment.at_most, union(around, IPV6))) for segment in found)


def _sheltered(subnets: Iterable[Subnet | None]) -> str | None:
    """Why the Internet cannot reach a workload: every subnet that it may stand in must be sheltered."""
    clauses = [subnet.sheltered if subnet else None for subnet in subnets]
    return clauses[0] if clauses and all(clauses) else None


TYPES = services.TYPES | kubernetes.TYPES
