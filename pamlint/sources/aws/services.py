"""What the services of AWS say of themselves, in Terraform's own attribute names: databases, functions, and anybody's tags.

Sources: the service models of RDS, Lambda and the tagging API, and the documentation of the Terraform provider.
"""

from __future__ import annotations

from collections.abc import Iterator

from pamlint.model.resource import Resource
from pamlint.sources.aws.items import Item, resource, tags
from pamlint.sources.aws.owners import of_arn

TAGS_OF = "tags"
"""The type of what the tagging API says; it is no resource of Terraform's, and goes to whom it is about."""


def database(item: Item, root: str) -> Iterator[Resource]:
    """A database, with the subnets that it may stand in."""
    subnets = item.get("DBSubnetGroup") or {}
    name = subnets.get("DBSubnetGroupName")
    if name:
        standing = {"name": name, "subnet_ids": sorted(each["SubnetIdentifier"] for each in subnets.get("Subnets") or ())}
        yield resource("aws_db_subnet_group", f"{root}/db-subnet-group/{name}", root, standing)
    values = {
        "identifier": item["DBInstanceIdentifier"],
        "vpc_security_group_ids": _worn(item),
        "db_subnet_group_name": name,
        "tags": tags(item, "TagList"),
    }
    yield resource("aws_db_instance", item["DBInstanceArn"], root, values)


def database_cluster(item: Item, root: str) -> Iterator[Resource]:
    """A cluster of databases; the subnets are told by those that it consists of."""
    values = {
        "cluster_identifier": item["DBClusterIdentifier"],
        "vpc_security_group_ids": _worn(item),
        "db_subnet_group_name": item.get("DBSubnetGroup"),
        "tags": tags(item, "TagList"),
    }
    yield resource("aws_rds_cluster", item["DBClusterArn"], root, values)


def function(item: Item, root: str) -> Iterator[Resource]:
    """A function that stands in a VPC; its tags are to be asked for."""
    arn, place = item["FunctionArn"], item.get("VpcConfig") or {}
    if place.get("SubnetIds"):
        config = {"security_group_ids": sorted(place["SecurityGroupIds"]), "subnet_ids": sorted(place["SubnetIds"])}
        values = {"function_name": item["FunctionName"], "vpc_config": [config]}
        yield resource("aws_lambda_function", arn, root, values)


def tagged(item: Item, root: str) -> Iterator[Resource]:
    """The tags of something, by what interfaces say of their owner."""
    yield resource(TAGS_OF, of_arn(item["ResourceARN"]), root, {"tags": tags(item)})


def _worn(item: Item) -> list[str]:
    """The groups that a database or a cluster of them wears."""
    return sorted(worn["VpcSecurityGroupId"] for worn in item.get("VpcSecurityGroups") or ())
