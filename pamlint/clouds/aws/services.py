"""The services of AWS that stand in subnets and wear security groups: where each says so.

Source: the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pamlint.clouds.aws.interfaces import Interface, Surroundings, addresses
from pamlint.clouds.aws.network import Subnet, one_of
from pamlint.clouds.ties import Tied, together
from pamlint.clouds.values import blocks, doubts, written
from pamlint.model.identity import key_of
from pamlint.model.noun import noun
from pamlint.model.resource import Resource

CLUSTER = "aws_rds_cluster"
CLUSTER_INSTANCE = "aws_rds_cluster_instance"
REPLICATION_GROUP = "aws_elasticache_replication_group"
ENDPOINT = "aws_vpc_endpoint"
ENDPOINT_GROUP = "aws_vpc_endpoint_security_group_association"
ENDPOINT_SUBNET = "aws_vpc_endpoint_subnet_association"
SUBNET_GROUPS = ("aws_db_subnet_group", "aws_elasticache_subnet_group")


@noun
class Kind:
    """Where a resource type says what it wears and where it stands; paths lead through blocks.

    `optional`: where it says neither, it stands in no VPC.
    """

    groups: str
    subnets: tuple[str, ...] = ()
    subnet_group: str = ""
    addresses: tuple[str, ...] = ()
    name: str = "name"
    optional: bool = False


LOAD_BALANCER = Kind(
    "security_groups", ("subnets", "subnet_mapping.subnet_id"), addresses=("subnet_mapping.private_ipv4_address",)
)
KINDS: Mapping[str, Kind] = {
    "aws_alb": LOAD_BALANCER,
    "aws_lb": LOAD_BALANCER,
    "aws_elb": Kind("security_groups", ("subnets",)),
    "aws_db_instance": Kind("vpc_security_group_ids", subnet_group="db_subnet_group_name", name="identifier"),
    "aws_ecs_service": Kind("network_configuration.security_groups", ("network_configuration.subnets",), optional=True),
    "aws_elasticache_cluster": Kind("security_group_ids", subnet_group="subnet_group_name", name="cluster_id"),
    "aws_lambda_function": Kind(
        "vpc_config.security_group_ids", ("vpc_config.subnet_ids",), name="function_name", optional=True
    ),
    CLUSTER: Kind("vpc_security_group_ids", subnet_group="db_subnet_group_name", name="cluster_identifier"),
    CLUSTER_INSTANCE: Kind("", subnet_group="db_subnet_group_name", name="identifier"),
    ENDPOINT: Kind(
        "security_group_ids", ("subnet_ids", "subnet_configuration.subnet_id"), addresses=("subnet_configuration.ipv4",)
    ),
    REPLICATION_GROUP: Kind("security_group_ids", subnet_group="subnet_group_name", name="replication_group_id"),
}  # fmt: skip
TYPES = frozenset({*KINDS, *SUBNET_GROUPS, ENDPOINT_GROUP, ENDPOINT_SUBNET})


class Services:
    """The services of an estate with their interfaces."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._ledger = around.ledger
        self._endpoint_groups = around.ledger.tied(ENDPOINT_GROUP, "vpc_endpoint_id")
        self._endpoint_subnets = around.ledger.tied(ENDPOINT_SUBNET, "vpc_endpoint_id")

    def all(self) -> Iterable[tuple[Resource, list[Interface], str]]:
        """Every service that stands in a VPC, with its interfaces and the attribute that holds its name."""
        for type_, kind in KINDS.items():
            for resource in self._ledger.managed(type_):
                if self._stands_in_a_vpc(resource, kind):
                    yield resource, [self._interface(resource, kind)], kind.name

    def _stands_in_a_vpc(self, resource: Resource, kind: Kind) -> bool:
        values = resource.body.values
        if resource.type == ENDPOINT:
            return values.get("vpc_endpoint_type") not in (None, "", "Gateway", "GatewayLoadBalancer")
        if resource.type == "aws_elasticache_cluster" and values.get("replication_group_id") is not None:
            return False
        if not kind.optional:
            return True
        return bool(written(resource, kind.groups) or any(written(resource, path) for path in kind.subnets))

    def _interface(self, resource: Resource, kind: Kind) -> Interface:
        if resource.type == CLUSTER_INSTANCE:
            named = resource.body.values.get("cluster_identifier")
            cluster = self._ledger.target(named, resource.root, CLUSTER, by="cluster_identifier")
            if cluster is not None:
                return self._interface(cluster, KINDS[CLUSTER])
        places = [(value, resource.root) for path in kind.subnets for value in written(resource, path)]
        places += [
            (tied.body.values.get("subnet_id"), tied.root)
            for tied in (self._endpoint_subnets.get(key_of(resource), ()) if resource.type == ENDPOINT else ())
        ]
        standing = tuple(dict.fromkeys(self._around.subnets.find(value, root) for value, root in places))
        if kind.subnet_group:
            standing = self._of_subnet_group(resource, kind.subnet_group)
        worn = self._wears(resource, kind)
        if not _may_wear_none(resource):
            worn = self._around.or_default(worn, resource, standing, kind.groups or "vpc_security_group_ids")
        there = doubts(blocks(resource.body, kind.groups.partition(".")[0])) if kind.optional else ()
        return Interface(worn, standing or (None,), addresses(resource, kind.addresses), there)

    def _of_subnet_group(self, resource: Resource, attribute: str) -> tuple[Subnet | None, ...]:
        """The subnets of the group that a service names; of several of which it is one what is known of all their subnets."""
        known = self._ledger.just_one(resource.body.values.get(attribute), resource.root, *SUBNET_GROUPS)
        standing = [self._around.standing(written(group, "subnet_ids"), group.root) if group else () for group, _ in known]
        if len(standing) == 1:
            return standing[0]
        ways = [(subnet, because) for places, (_, because) in zip(standing, known, strict=True) for subnet in places or (None,)]
        return (one_of(ways),)

    def _wears(self, resource: Resource, kind: Kind) -> Tied:
        own = self._around.wearing(written(resource, kind.groups), resource.root) if kind.groups else Tied()
        others = self._endpoint_groups.get(key_of(resource), ()) if resource.type == ENDPOINT else ()
        attached = (
            self._around.wearing([other.body.values.get("security_group_id")], other.root).doubted(other.body.possible)
            for other in others
        )
        return together((own, *attached))


def _may_wear_none(resource: Resource) -> bool:
    """A network load balancer without groups is not filtered by any."""
    return resource.body.values.get("load_balancer_type") in ("network", "gateway")


def is_internal(resource: Resource) -> bool:
    """Whether a load balancer has no public address."""
    return resource.type in ("aws_lb", "aws_alb", "aws_elb") and resource.body.values.get("internal") is True
