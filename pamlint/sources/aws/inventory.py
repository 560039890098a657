"""What is asked of a region: every call, the permission that it needs, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pamlint.model.noun import field, noun
from pamlint.model.resource import EMPTY, Resource
from pamlint.sources.aws import items, services
from pamlint.sources.aws.calls import NEXT
from pamlint.sources.aws.owners import TAGGED

Convert = Callable[..., Iterator[Resource]]


@noun
class Call:
    """A call: the permission that it needs, the list that it answers, how many items a page holds (0: as it comes), its service.

    Where an API does not have an `optional` call yet, there is nothing that it would tell. Without a `naming` call it is not
    known who plays a role, or what the rules are; unknowns stand for what the others would have told.
    """

    permission: str
    key: str
    convert: Convert
    page: int = 1000
    optional: bool = False
    naming: bool = False
    service: str = "ec2"
    size_name: str = "MaxResults"
    token_names: tuple[str, str] = NEXT
    arguments: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


SHARING = "describe_security_group_vpc_associations"
CALLS: Mapping[str, Call] = {
    "describe_vpcs": Call("ec2:DescribeVpcs", "Vpcs", items.vpc),
    "describe_subnets": Call("ec2:DescribeSubnets", "Subnets", items.subnet),
    "describe_security_groups": Call("ec2:DescribeSecurityGroups", "SecurityGroups", items.group, naming=True),
    "describe_security_group_rules": Call("ec2:DescribeSecurityGroupRules", "SecurityGroupRules", items.rule, naming=True),
    SHARING: Call("ec2:DescribeSecurityGroupVpcAssociations", "SecurityGroupVpcAssociations", items.group_vpc, optional=True),
    "describe_network_acls": Call("ec2:DescribeNetworkAcls", "NetworkAcls", items.network_acl),
    "describe_managed_prefix_lists": Call("ec2:DescribeManagedPrefixLists", "PrefixLists", items.prefix_list, 100),
    "describe_network_interfaces": Call("ec2:DescribeNetworkInterfaces", "NetworkInterfaces", items.interface, naming=True),
    "describe_instances": Call("ec2:DescribeInstances", "Reservations", items.reservation, naming=True),
    "describe_route_tables": Call("ec2:DescribeRouteTables", "RouteTables", items.route_table, 100),
    "describe_internet_gateways": Call("ec2:DescribeInternetGateways", "InternetGateways", items.internet_gateway),
    "describe_vpc_block_public_access_options": Call(
        "ec2:DescribeVpcBlockPublicAccessOptions", "VpcBlockPublicAccessOptions", items.public_access_options, 0, True
    ),
    "describe_vpc_block_public_access_exclusions": Call(
        "ec2:DescribeVpcBlockPublicAccessExclusions",
        "VpcBlockPublicAccessExclusions",
        items.public_access_exclusion,
        optional=True,
    ),
}
LIST = "aws_ec2_managed_prefix_list"
ENTRIES = "get_managed_prefix_list_entries"
ENTRIES_CALL = Call("ec2:GetManagedPrefixListEntries", "Entries", items.prefix_list_entry, 100)
"""The entries of one prefix list; asked for each that a rule names."""
TAGS = "get_resources"
SERVICES: Mapping[str, Call] = {
    "describe_db_instances": Call(
        "rds:DescribeDBInstances", "DBInstances", services.database, 100, naming=True, service="rds",
        size_name="MaxRecords", token_names=("Marker", "Marker"),
    ),
    "describe_db_clusters": Call(
        "rds:DescribeDBClusters", "DBClusters", services.database_cluster, 100, naming=True, service="rds",
        size_name="MaxRecords", token_names=("Marker", "Marker"),
    ),
    "list_functions": Call(
        "lambda:ListFunctions", "Functions", services.function, 0, naming=True, service="lambda",
        token_names=("Marker", "NextMarker"),
    ),
    TAGS: Call(
        "tag:GetResources", "ResourceTagMappingList", services.tagged, 100, naming=True, service="resourcegroupstaggingapi",
        size_name="ResourcesPerPage", token_names=("PaginationToken", "PaginationToken"),
        arguments={"ResourceTypeFilters": TAGGED},
    ),
}  # fmt: skip
"""What EC2 does not know of the services that keep interfaces: asked where there is an interface of theirs."""


def services_of(interfaces: Iterable[Resource]) -> list[str]:
    """The calls that interfaces of services give reason to make."""
    owners = {owner.partition(":")[0] for each in interfaces if (owner := each.body.values.get("owner"))}
    wanted = owners | ({SERVICES[TAGS].service} if owners - {"rds"} else set())
    return [operation for operation, call in SERVICES.items() if call.service in wanted]


_ALL = (*CALLS.values(), ENTRIES_CALL, *SERVICES.values())
READ = frozenset(call.service for call in _ALL)
"""The services that are asked for what a region holds. Any other may be one that botocore itself asks for credentials."""
ASKED = frozenset(call.permission.partition(":")[2] for call in _ALL) | {"DescribeRegions"}
"""All operations that they are asked for."""
