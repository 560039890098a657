"""A region of an account in, resources in Terraform's attribute names out."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from pamlint.clouds import convert
from pamlint.model.resource import Reading
from pamlint.model.scope import Scope
from pamlint.sources.aws import Access, Reader, survey
from tests.clouds.reading import acl, chains, told
from tests.servers.moto import OWN, REGION, Aws, moto_server

SCOPE = Scope("aws", OWN, REGION)


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """A server with one VPC."""
    with moto_server() as server:
        yield server


class Estate:
    """Makes what a test needs in a VPC of its own."""

    def __init__(self, aws: Aws) -> None:
        self.ec2 = aws.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]

    def group(self, name: str, **permissions: list[dict[str, Any]]) -> str:
        """A group with these rules and no others."""
        made = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
        (everything,) = self.ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]["IpPermissionsEgress"]
        self.ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[everything])
        for direction, rules in permissions.items():
            getattr(self.ec2, f"authorize_security_group_{direction}")(GroupId=made, IpPermissions=rules)
        return str(made)


def read(aws: Aws, scope: Scope = SCOPE) -> Reading:
    """What is read of a scope."""
    return Reader(Access(endpoint=aws.url)).read(scope)


def test_group(aws: Aws) -> None:
    """A group's rules stand one by one under their own ids, with the peers that they have, both directions, nothing added."""
    estate = Estate(aws)
    other = estate.group("other")
    made = estate.group(
        "manager",
        ingress=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]},
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 24, "UserIdGroupPairs": [{"GroupId": other}]},
            {"IpProtocol": "icmpv6", "FromPort": -1, "ToPort": -1, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]},
        ],
        egress=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    reading = read(aws)
    assert (reading.problems, reading.unread, reading.input.complete) == ((), (), True)
    network = convert(reading.resources, {})
    found = acl(network, made)
    assert (found.name, found.id, found.partial) == ("manager", made, ())
    assert sorted(told(rule) for rule in found.rules) == [
        ("egress", "allow", ["0-255", "0-65535"], ["0.0.0.0/0"], None),
        ("ingress", "allow", ["58-58", "0-65535"], ["2001:db8::/32"], None),
        ("ingress", "allow", ["6-6", "22-24"], [other], None),
        ("ingress", "allow", ["6-6", "443-443"], ["10.9.0.0/16"], None),
    ]
    assert all(rule.name.startswith("sgr-") for rule in found.rules)
    assert acl(network, other).rules == ()


def test_instance(aws: Aws) -> None:
    """An instance is a workload with its tags, and wears what its interfaces wear, before the network ACL of their subnets."""
    estate = Estate(aws)
    worn, late = estate.group("worn"), estate.group("late")
    (made,) = estate.ec2.run_instances(
        ImageId="ami-12345678", MinCount=1, MaxCount=1, SubnetId=estate.subnet, SecurityGroupIds=[worn]
    )["Instances"]
    card = made["NetworkInterfaces"][0]["NetworkInterfaceId"]
    estate.ec2.modify_network_interface_attribute(NetworkInterfaceId=card, Groups=[worn, late])
    network = convert(read(aws).resources, {})
    edge = next(
        each.address for each in network.acls if each.kind == "aws_network_acl" and estate.vpc == vpc_of(aws, each.address)
    )
    assert chains(network, made["InstanceId"]) == [[sorted([worn, late]), [edge]]]
    assert chains(network, card) == []


def vpc_of(aws: Aws, acl_id: str) -> str:
    """The VPC of a network ACL."""
    return str(aws.client("ec2").describe_network_acls(NetworkAclIds=[acl_id])["NetworkAcls"][0]["VpcId"])


def test_same_bytes(aws: Aws) -> None:
    """Two readings of one state are equal, hash and order, and what is asked of a worker survives the way there."""
    access = pickle.loads(pickle.dumps(Access(endpoint=aws.url)))
    assert Reader(access).read(SCOPE) == read(aws)


def test_survey(aws: Aws) -> None:
    """Without options every region is read that is enabled; with them those that are named."""
    everywhere = survey(Access(endpoint=aws.url)).scopes
    assert SCOPE in everywhere
    assert not any(scope.region == "ap-east-1" for scope in everywhere)
    assert survey(Access(endpoint=aws.url, regions=(REGION,))).scopes == (SCOPE,)
