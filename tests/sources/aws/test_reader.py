"""A region of an account in, resources in Terraform's attribute names out."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.live_aws import answers
from pamlint.clouds import convert
from pamlint.model.addresses import format_ranges
from pamlint.model.resource import Reading
from pamlint.model.scope import Scope
from pamlint.sources.aws import Access, Reader, survey
from pamlint.sources.aws.inventory import CALLS
from tests.clouds.reading import acl, bounds, chains, told, workloads
from tests.servers.moto import OWN, REGION, Aws, moto_server
from tests.servers.proxy import Fault, proxy

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


@pytest.mark.parametrize("status", ["active", "deleted"])
def test_rule_over_a_peering(aws: Aws, status: str) -> None:
    """A rule that names a group of a peered VPC lets it in while the peering is there, and nobody once that is deleted."""
    estate = Estate(aws)
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}
    made = estate.group("manager", ingress=[rule])
    aws.backend().get_security_group_from_id(made).ingress_rules[-1].ip_range = {}
    aws.point(made, "sg-0far", "444455556666", status)
    (found,) = acl(convert(read(aws).resources, {}), made).rules
    assert told(found) == ("ingress", "allow", ["6-6", "443-443"], ["sg-0far"] if status == "active" else [], None)


def test_group_of_several_vpcs(aws: Aws) -> None:
    """A group that is tied to another VPC has members there as well; where that could not be read, anywhere."""
    estate = Estate(aws)
    group = estate.group("shared")
    other = estate.ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    gone = estate.ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    for vpc, state in ((other, "associated"), (gone, "disassociated")):
        aws.sharing.append({"GroupId": group, "VpcId": vpc, "State": state})
    assert bounds(convert(read(aws).resources, {}), group) == ([], ["10.0.0.0/16", "10.5.0.0/16"])
    with proxy(aws.url, Fault("denied", "DescribeSecurityGroupVpcAssociations")) as refusing:
        reading = Reader(Access(endpoint=refusing.url)).read(SCOPE)
    assert bounds(convert(reading.resources, {}), group) == ([], ["any"])


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


def test_interface_of_a_service(aws: Aws) -> None:
    """An interface that AWS keeps for a service is a workload by the service's name; one that wears no group wears none."""
    estate = Estate(aws)
    worn = estate.group("lb")
    cards = {}
    for description in ("ELB app/pam-front/50dc6c495c0c9188", "Interface for NAT Gateway nat-0aa", "RDSNetworkInterface"):
        cards[description] = aws.keep_interface(estate.subnet, description, worn)
    nat = aws.backend().get_network_interface(cards["Interface for NAT Gateway nat-0aa"])
    nat._group_set.clear()
    network = convert(read(aws).resources, {})
    found = {each.address: (each.name, len(each.chain), sorted(each.wears)) for each in network.workloads}
    key = f"{SCOPE.name}|{worn}"
    assert [found[card] for card in cards.values()] == [
        ("pam-front", 2, [key]),
        ("nat-0aa", 1, []),
        ("RDSNetworkInterface", 2, [key]),
    ]


def test_prefix_lists(aws: Aws) -> None:
    """A list that a rule names is just its entries; one of AWS is known by its name, and by its id in a site file."""
    estate = Estate(aws)
    entries = [{"Cidr": "192.0.2.0/25"}, {"Cidr": "192.0.2.128/25"}]
    own = estate.ec2.create_managed_prefix_list(
        PrefixListName="own", MaxEntries=5, AddressFamily="IPv4", Entries=entries, TagSpecifications=[]
    )["PrefixList"]["PrefixListId"]
    lists = estate.ec2.describe_managed_prefix_lists()["PrefixLists"]
    s3, dynamodb = (next(one for one in lists if one["PrefixListName"].endswith(name)) for name in (".s3", ".dynamodb"))
    named = [{"PrefixListId": own}, {"PrefixListId": s3["PrefixListId"]}]
    estate.group("g", egress=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": named}])
    network = convert(read(aws).resources, {})
    assert bounds(network, f"prefix-list:{own}") == (["192.0.2.0/24"], ["192.0.2.0/24"])
    least, most = bounds(network, f"prefix-list:{s3['PrefixListName']}")
    assert least == most != []
    symbol = network.symbols[f"prefix-list|{s3['PrefixListName']}"]
    assert symbol.ids == (s3["PrefixListId"],)
    assert bounds(network, f"prefix-list:{dynamodb['PrefixListName']}") == ([], ["0.0.0.0/0"])


def test_network(aws: Aws) -> None:
    """A group's members are anywhere in its VPC's blocks; a network ACL has its rules in order, and AWS's own last one left out."""
    estate = Estate(aws)
    estate.ec2.associate_vpc_cidr_block(VpcId=estate.vpc, CidrBlock="10.1.0.0/16")
    group = estate.group("members")
    edge = estate.ec2.create_network_acl(VpcId=estate.vpc)["NetworkAcl"]["NetworkAclId"]
    for number, action, cidr in ((200, "allow", "10.0.0.0/8"), (100, "deny", "10.9.0.0/16")):
        entry = {"RuleNumber": number, "RuleAction": action, "CidrBlock": cidr, "Protocol": "6"}
        estate.ec2.create_network_acl_entry(NetworkAclId=edge, Egress=False, PortRange={"From": 443, "To": 444}, **entry)
    network = convert(read(aws).resources, {})
    assert bounds(network, group) == ([], ["10.0.0.0/15"])
    assert [(rule.name, *told(rule)) for rule in acl(network, edge).rules] == [
        (f"{edge}/ingress/100", "ingress", "deny", ["6-6", "443-444"], ["10.9.0.0/16"], 100),
        (f"{edge}/ingress/200", "ingress", "allow", ["6-6", "443-444"], ["10.0.0.0/8"], 200),
    ]


def test_every_block_of_a_subnet(aws: Aws) -> None:
    """A machine of which no address is known is somewhere in the blocks of its subnet, of both families."""
    estate = Estate(aws)
    card = estate.ec2.create_network_interface(SubnetId=estate.subnet, Groups=[estate.group("worn")])["NetworkInterface"]
    for block in ("2001:db8:1::/64", "2001:db8:2::/64"):
        aws.add_ipv6(estate.subnet, block)
    (found,) = workloads(convert(read(aws).resources, {}), card["NetworkInterfaceId"])
    assert format_ranges(found.within) == ("10.0.1.0/24", "2001:db8:1::/64", "2001:db8:2::/64")


def test_what_shelters_a_subnet(aws: Aws) -> None:
    """A subnet is sheltered by its VPC's main route table until that leads to a gateway, and by Block Public Access after."""
    estate = Estate(aws)
    worn = estate.group("worn")
    card = estate.ec2.create_network_interface(SubnetId=estate.subnet, Groups=[worn])["NetworkInterface"]["NetworkInterfaceId"]

    def sheltered() -> str | None:
        (found,) = workloads(convert(read(aws).resources, {}), card)
        return found.sheltered

    assert sheltered() == "its subnet has no route to an internet gateway"
    gateway = estate.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    estate.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=estate.vpc)
    filters = [{"Name": "vpc-id", "Values": [estate.vpc]}]
    (table,) = estate.ec2.describe_route_tables(Filters=filters)["RouteTables"]
    estate.ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert sheltered() is None
    aws.blocking[OWN, REGION] = "block-ingress"
    assert sheltered() == "Block Public Access is on for its VPC"
    del aws.blocking[OWN, REGION]


def test_the_benchmark_answers_every_call() -> None:
    """Its server knows each call of a region, so that a new one is not forgotten there."""
    asked = {call.permission.partition(":")[2] for call in CALLS.values()}
    assert {action for action, _ in answers(1, 1)} == asked
