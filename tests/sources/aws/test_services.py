"""Services that keep interfaces in an account: they are known by the names and the tags that they have themselves."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pamlint.clouds import convert
from pamlint.model.acl import Workload
from pamlint.model.resource import Reading
from pamlint.model.scope import Scope
from pamlint.sources.aws import Access, Reader
from pamlint.sources.snapshot import render
from tests.servers.moto import OWN, REGION, Aws, moto_server
from tests.servers.proxy import Fault, proxy
from tests.twins import lint

SCOPE = Scope("aws", OWN, REGION)
TAGS = {"pam-role": "agent"}
LISTED = [{"Key": key, "Value": value} for key, value in TAGS.items()]


@dataclass(frozen=True)
class Estate:
    """A VPC with two subnets, a group, and a service of each kind with the interface that AWS keeps for it."""

    aws: Aws
    subnets: list[str]
    group: str
    cards: dict[str, str]


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    """A load balancer, a database in a cluster and one without, a function, all tagged; and a gateway that has no tags."""
    with moto_server() as aws:
        ec2 = aws.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        group = ec2.create_security_group(GroupName="worn", Description="worn", VpcId=vpc)["GroupId"]
        balancer = aws.client("elbv2").create_load_balancer(Name="front", Subnets=subnets, SecurityGroups=[group], Tags=LISTED)
        arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        _databases(aws.client("rds"), subnets, group)
        _function(aws, subnets, group)
        descriptions = {
            "front": f"ELB {arn.partition('loadbalancer/')[2]}",
            "database": "RDSNetworkInterface",
            "function": "AWS Lambda VPC ENI-rotate-0f1e2d3c-0a1b-4c5d-8e9f-0123456789ab",
            "gateway": "Interface for NAT Gateway nat-0aa",
        }
        cards = {name: aws.keep_interface(subnets[0], description, group) for name, description in descriptions.items()}
        yield Estate(aws, subnets, group, cards)


def _databases(rds: Any, subnets: list[str], group: str) -> None:
    rds.create_db_subnet_group(DBSubnetGroupName="inner", DBSubnetGroupDescription="inner", SubnetIds=subnets)
    placed = {"DBSubnetGroupName": "inner", "VpcSecurityGroupIds": [group], "Tags": LISTED}
    login = {"MasterUsername": "pam", "MasterUserPassword": "not-a-secret"}
    rds.create_db_cluster(DBClusterIdentifier="vault", Engine="aurora-postgresql", **placed, **login)
    rds.create_db_instance(
        DBInstanceIdentifier="audit", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20, **placed, **login
    )


def _function(aws: Aws, subnets: list[str], group: str) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = aws.client("iam").create_role(RoleName="rotate", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", "")
    for name, place in (("rotate", {"SubnetIds": subnets, "SecurityGroupIds": [group]}), ("outside", {})):
        aws.client("lambda").create_function(
            FunctionName=name, Runtime="python3.11", Handler="main.main", Role=role, Code={"ZipFile": packed.getvalue()},
            VpcConfig=place, Tags=TAGS,
        )  # fmt: skip


def read(url: str) -> Reading:
    """What is read of the region."""
    return Reader(Access(endpoint=url, attempts=1)).read(SCOPE)


def by_name(reading: Reading) -> dict[tuple[str, str], Workload]:
    """The workloads by their kind and name."""
    return {(each.kind, str(each.name)): each for each in convert(reading.resources, {}).workloads}


def test_services_are_known_by_their_own_tags(estate: Estate) -> None:
    """Each has its tags and wears its group; what stands in no VPC is no workload, and what has no tags has none."""
    reading = read(estate.aws.url)
    assert (reading.problems, reading.unread) == ((), ())
    found = by_name(reading)
    worn = f"{SCOPE.name}|{estate.group}"
    tagged = {("aws_network_interface", "front"), ("aws_network_interface", "rotate"), ("aws_lambda_function", "rotate"),
              ("aws_db_instance", "audit"), ("aws_rds_cluster", "vault")}  # fmt: skip
    assert {key for key, each in found.items() if each.tags == TAGS} == tagged
    assert all(each.wears == {worn} for each in found.values())
    assert {key for key in found if key[1] in ("outside", "nat-0aa")} == {("aws_network_interface", "nat-0aa")}
    standing = found["aws_db_instance", "audit"]
    assert [(f"{low:x}", f"{high:x}") for low, high in standing.within] == [(f"{10 << 24:x}", f"{(10 << 24) + 511:x}")]


def test_what_is_not_there_is_not_asked(estate: Estate) -> None:
    """Where no interface is a service's, no service is asked; where one is, those that it may be of."""
    with proxy(estate.aws.url) as asked:
        Reader(Access(endpoint=asked.url)).read(Scope("aws", OWN, "eu-north-1"))
        assert not {"DescribeDBInstances", "DescribeDBClusters", "ListFunctions", "GetResources"}.intersection(asked.calls)
        asked.expect()
        read(asked.url)
        assert asked.calls[-4:] == ["DescribeDBInstances", "DescribeDBClusters", "ListFunctions", "GetResources"]


ACTIONS = {
    "DescribeDBInstances": "rds:DescribeDBInstances",
    "DescribeDBClusters": "rds:DescribeDBClusters",
    "ListFunctions": "lambda:ListFunctions",
    "GetResources": "tag:GetResources",
}


@pytest.mark.parametrize("operation", ACTIONS)
@pytest.mark.parametrize("kind", ["denied", "html-200", "reset", "truncated", "error-500", "no-list", "same-token", "bad-item"])
def test_what_a_service_does_not_say(estate: Estate, operation: str, kind: str) -> None:
    """Where it does not answer, nobody knows who plays a role there: the region is incomplete, and the call is named."""
    with proxy(estate.aws.url, Fault(kind, operation)) as failing:
        reading = read(failing.url)
    (problem,) = reading.problems
    assert (reading.input.complete, reading.unread) == (False, (SCOPE.name,))
    assert f"was not read in full: {operation}: " in problem.message
    assert (f"`{ACTIONS[operation]}`" in problem.tip) == (kind == "denied")


def test_tags_of_another_description(estate: Estate) -> None:
    """An interface of one's own that is described as a service's is not taken for one."""
    ec2 = estate.aws.client("ec2")
    (balancer,) = estate.aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
    description = f"ELB {balancer['LoadBalancerArn'].partition('loadbalancer/')[2]}"
    made = ec2.create_network_interface(SubnetId=estate.subnets[0], Groups=[estate.group], Description=description)
    card = made["NetworkInterface"]["NetworkInterfaceId"]
    (found,) = (each for each in convert(read(estate.aws.url).resources, {}).workloads if each.address == card)
    assert (found.name, found.tags) == (None, {})


CODE = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "own" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.${count.index}.0/24"
}
resource "aws_security_group" "worn" {
  name   = "worn"
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
locals { tags = { pam-role = "agent" } }
resource "aws_lb" "front" {
  name            = "front"
  security_groups = [aws_security_group.worn.id]
  subnets         = aws_subnet.own[*].id
  tags            = local.tags
}
resource "aws_db_subnet_group" "inner" {
  name       = "inner"
  subnet_ids = aws_subnet.own[*].id
}
resource "aws_db_instance" "audit" {
  identifier             = "audit"
  vpc_security_group_ids = [aws_security_group.worn.id]
  db_subnet_group_name   = aws_db_subnet_group.inner.name
  tags                   = local.tags
}
resource "aws_rds_cluster" "vault" {
  cluster_identifier     = "vault"
  vpc_security_group_ids = [aws_security_group.worn.id]
  db_subnet_group_name   = aws_db_subnet_group.inner.name
  tags                   = local.tags
}
resource "aws_lambda_function" "rotate" {
  function_name = "rotate"
  vpc_config {
    security_group_ids = [aws_security_group.worn.id]
    subnet_ids         = aws_subnet.own[*].id
  }
  tags = local.tags
}
"""
SITE = """
pamlint: site/1
policy: netiq-pam-3
features: [{my-access: off}]
roles:
  framework-manager: {cidrs: [10.9.0.0/24]}
  admin: {cidrs: [10.8.0.0/24]}
  agent: {match: [{tags: {pam-role: agent}}]}
"""


def test_a_role_of_tagged_services_is_the_same_in_code(estate: Estate, tmp_path: Path) -> None:
    """Whoever plays a role by the tags of services gets the findings of the code that makes them."""
    (tmp_path / "pamlint.yaml").write_text(SITE)
    (tmp_path / "main.tf").write_text(CODE)
    (tmp_path / "live.json").write_text(render([read(estate.aws.url)]))
    code, live = (lint(tmp_path, form).report() for form in ("main.tf", "live.json"))
    keys = ("check", "severity", "certainty", "roles", "flow", "direction", "traffic")
    found = [sorted(json.dumps([each[key] for key in keys]) for each in report["findings"]) for report in (code, live)]
    assert found[0] == found[1]
    assert {each["check"] for each in live["findings"]} == {"missing-access", "extra-access"}
