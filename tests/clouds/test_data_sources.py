"""What a plan or a state tells of data sources is fact; what code alone does not tell of them is open."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.clouds import convert
from pamlint.judging.order import mixed
from pamlint.model.acl import Workload
from pamlint.model.resource import Resource
from tests.clouds.building import acl, block, explicit, network, ref, resource
from tests.clouds.reading import bounds, chain, cidrs, network_of, workloads

RULE = {
    "name": "ssh",
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "source_port_range": "*",
    "destination_port_range": "22",
    "source_address_prefix": "10.0.0.0/8",
    "destination_address_prefix": "*",
}
NSG = "data.azurerm_network_security_group.d"
NSG_ID = "/subscriptions/1/networkSecurityGroups/d"


def nsg(*rules: dict[str, object]) -> Resource:
    return resource(NSG, name="d", resource_group_name="rg", id_=NSG_ID, security_rule=[block(**rule) for rule in rules])


def only(found: list[Workload]) -> Workload:
    (workload,) = found
    return workload


def test_an_nsg_that_was_read_has_its_rules() -> None:
    """They are all of its rules, and those that the input adds; one without any has none but the default ones."""
    found = acl(network(nsg(RULE)), NSG)
    assert (found.partial, [(rule.name, rule.priority) for rule in explicit(found)]) == ((), [(f"{NSG}.security_rule[0]", 100)])
    added = resource("azurerm_network_security_rule.x", network_security_group_name="d", **{**RULE, "name": "x", "priority": 90})
    names = [rule.name for rule in explicit(acl(network(nsg(RULE), added), NSG))]
    assert names == ["azurerm_network_security_rule.x", f"{NSG}.security_rule[0]"]
    assert mixed(acl(network(nsg(RULE), added), NSG)) is None  # nobody writes what was read there
    empty = acl(network(nsg()), NSG)
    assert (empty.partial, explicit(empty), len(empty.rules)) == ((), [], 6)


def test_what_a_data_source_shows_again_is_one_thing() -> None:
    """Where another input makes the NSG, that is the one that counts, whichever root refers to it and by what."""
    made = resource("azurerm_network_security_group.d", root="made", id_=NSG_ID.upper(), name="d", resource_group_name="rg")
    tied = resource(
        "azurerm_subnet_network_security_group_association.t",
        subnet_id=ref("azurerm_subnet.s"),
        network_security_group_id=ref(NSG),
    )
    subnet = resource("azurerm_subnet.s", name="s", address_prefixes=["10.0.1.0/24"])
    found = convert([nsg(RULE), made, tied, subnet], {})
    assert [(each.address, cidrs(each.local or ())) for each in found.acls] == [
        ("azurerm_network_security_group.d", ["10.0.1.0/24"])
    ]


def test_a_subnet_that_was_read_has_its_nsg_and_its_routes() -> None:
    """Unless the input ties another NSG to it."""
    subnet = resource(
        "data.azurerm_subnet.s",
        id_="/subnets/s",
        name="s",
        address_prefixes=["10.0.1.0/24"],
        virtual_network_name="v",
        network_security_group_id=NSG_ID,
        route_table_id="/tables/t",
    )
    network_ = resource("data.azurerm_virtual_network.v", name="v", address_space=["10.0.0.0/16"])
    table = resource(
        "data.azurerm_route_table.t",
        id_="/tables/t",
        route=[block(address_prefix="192.168.0.0/16", next_hop_type="VirtualAppliance")],
    )
    card = resource(
        "azurerm_network_interface.c", ip_configuration=[block(subnet_id="/subnets/s", private_ip_address="10.0.1.4")]
    )
    base = (subnet, network_, table, card, nsg(RULE))
    found = network(*base)
    assert chain(only(workloads(found, "azurerm_network_interface.c"))) == [[NSG]]
    assert bounds(found, "VirtualNetwork")[0] == ["10.0.0.0/16", "192.168.0.0/16"]
    other = resource("azurerm_network_security_group.o", name="o")
    tie = resource(
        "azurerm_subnet_network_security_group_association.t",
        subnet_id=ref("data.azurerm_subnet.s"),
        network_security_group_id=ref("azurerm_network_security_group.o"),
    )
    replaced = network(*base, other, tie)
    assert chain(only(workloads(replaced, "azurerm_network_interface.c"))) == [["azurerm_network_security_group.o"]]


def test_an_interface_of_azure_that_was_read_is_a_workload() -> None:
    """With its NSG, its ASGs and its address; one of which the input only has the code is none."""
    told = block(subnet_id="/subnets/s", private_ip_address="10.0.1.4", application_security_group_ids=["/asgs/a"])
    card = resource("data.azurerm_network_interface.c", name="c", network_security_group_id=NSG_ID, ip_configuration=[told])
    group = resource("azurerm_application_security_group.a", id_="/asgs/a", name="a")
    found = network(card, group, nsg(RULE))
    workload = only(workloads(found, "data.azurerm_network_interface.c"))
    assert (chain(workload), cidrs(workload.addresses)) == ([[NSG]], ["10.0.1.4/32"])
    assert bounds(found, "azurerm_application_security_group.a")[0] == ["10.0.1.4/32"]
    assert network(resource("data.azurerm_network_interface.c", name="c")).workloads == ()


GROUP = resource("aws_security_group.g", id_="sg-1", vpc_id=ref("data.aws_vpc.v"))


def test_where_members_stand_in_a_vpc_that_was_read() -> None:
    """In all of its CIDRs; anywhere where nothing is known of them."""
    secondary = [
        {"association_id": "a-1", "cidr_block": cidr, "state": "associated"} for cidr in ("10.0.0.0/16", "100.64.0.0/16")
    ]
    read = resource("data.aws_vpc.v", cidr_block="10.0.0.0/16", ipv6_cidr_block="", cidr_block_associations=secondary)
    assert bounds(network(read, GROUP), "aws_security_group.g") == ([], ["10.0.0.0/16", "100.64.0.0/16"])
    assert bounds(network(resource("data.aws_vpc.v"), GROUP), "aws_security_group.g") == ([], ["any"])


def test_instances_and_interfaces_of_aws_that_were_read_are_workloads() -> None:
    """They wear what they are told to wear; one of which the input only has the code is none."""
    machine = resource("data.aws_instance.i", id_="i-1", vpc_security_group_ids=["sg-1"], private_ip="10.0.0.4")
    card = resource("data.aws_network_interface.n", id_="eni-1", security_groups=["sg-1"], private_ips=["10.0.0.5"])
    found = network(GROUP, machine, card)
    told = [(each.address, chain(each), cidrs(each.addresses)) for each in found.workloads]
    assert told == [
        ("data.aws_instance.i", [["aws_security_group.g"]], ["10.0.0.4/32"]),
        ("data.aws_network_interface.n", [["aws_security_group.g"]], ["10.0.0.5/32"]),
    ]
    assert bounds(found, "aws_security_group.g")[0] == ["10.0.0.4/31"]
    assert network(resource("data.aws_instance.i"), resource("data.aws_network_interface.n")).workloads == ()


def test_an_interface_on_an_instance_that_is_not_known_stands_for_itself() -> None:
    """The data source of the instance is no workload, so the interface is not part of one."""
    card = resource(
        "aws_network_interface.n", security_groups=[ref("aws_security_group.g")], attachment=[block(instance=ref("data.aws_instance.i"))]
    )  # fmt: skip
    found = network(GROUP, card, resource("data.aws_instance.i"))
    assert chain(only(workloads(found, "aws_network_interface.n"))) == [["aws_security_group.g"]]


@pytest.mark.parametrize(
    ("worn", "wanted"),
    [
        ("concat([aws_security_group.g.id], data.aws_security_groups.d.ids)", ["aws_security_group.g", "data.aws_security_groups.d.ids"]),
        ("[aws_security_group.g.id, data.aws_security_groups.d.ids[0]]", ["?data.aws_security_groups.d.ids[0]", "aws_security_group.g"]),
        ("data.aws_security_groups.d.ids", ["data.aws_security_groups.d.ids"]),
        ("[var.on ? aws_security_group.g.id : aws_security_group.h.id]", ["aws_security_group.g", "aws_security_group.h"]),
    ],
)  # fmt: skip
def test_groups_that_a_data_source_finds_are_worn_beside_those_of_the_input(worn: str, wanted: list[str], tmp_path: Path) -> None:
    """Where a list holds both, what is worn besides stands in the chain, so that its rules are told as assumed."""
    code = """
variable "on" { type = bool }
resource "aws_security_group" "g" { name = "g" }
resource "aws_security_group" "h" { name = "h" }
data "aws_security_groups" "d" { tags = { a = "b" } }
resource "aws_instance" "i" { vpc_security_group_ids = %s }
"""
    assert chain(only(workloads(network_of(tmp_path, code % worn), "aws_instance.i"))) == [wanted]


def test_what_a_launch_template_elsewhere_gives_is_not_known() -> None:
    """Not the default group of the VPC, which its code could name just as little."""
    vpc = resource("aws_vpc.v", cidr_block="10.0.0.0/16")
    subnet = resource("aws_subnet.s", vpc_id=ref("aws_vpc.v"), cidr_block="10.0.1.0/24")
    scaling = resource(
        "aws_autoscaling_group.a",
        vpc_zone_identifier=[ref("aws_subnet.s")],
        launch_template=[block(id=ref("data.aws_launch_template.t"))],
    )
    template = "data.aws_launch_template.t"
    found = network(vpc, subnet, scaling, resource(template))
    told = [[f"{template}.vpc_security_group_ids"]]
    assert chain(only(workloads(found, "aws_autoscaling_group.a"))) == told
    read = resource(template, vpc_security_group_ids=["sg-1"])
    found = network(vpc, subnet, scaling, read, GROUP)
    assert chain(only(workloads(found, "aws_autoscaling_group.a"))) == [["aws_security_group.g"]]


def test_prefix_lists_that_were_read_are_what_they_hold() -> None:
    """Whichever data source read them; two that read one list agree on it, and one that was not read takes nothing back."""
    entries = [{"cidr": "10.1.0.0/16", "description": ""}, {"cidr": "10.3.0.0/16", "description": ""}]
    own = network(resource("data.aws_ec2_managed_prefix_list.l", name="mine", entries=entries))
    assert bounds(own, "prefix-list:data.aws_ec2_managed_prefix_list.l") == (["10.1.0.0/16", "10.3.0.0/16"],) * 2
    name = "com.amazonaws.eu-west-1.s3"
    read = resource("data.aws_prefix_list.a", name=name, cidr_blocks=["52.218.0.0/17"])
    again = resource("data.aws_prefix_list.b", name=name)
    for resources in ([read, again], [again, read]):
        assert bounds(network(*resources), f"prefix-list:{name}") == (["52.218.0.0/17"],) * 2


def test_what_is_read_by_a_value_that_is_not_known_is_what_that_names(tmp_path: Path) -> None:
    """A rule that names the group by the variable is one of the group that the data source reads by it, as is what is worn."""
    found = network_of(
        tmp_path,
        """
        variable "group" {}
        data "aws_security_group" "d" { id = var.group }
        resource "aws_vpc_security_group_ingress_rule" "in" {
          security_group_id = var.group
          ip_protocol       = "-1"
          cidr_ipv4         = "10.0.0.0/8"
        }
        resource "aws_instance" "i" { vpc_security_group_ids = [data.aws_security_group.d.id] }
        resource "aws_instance" "j" { vpc_security_group_ids = [data.aws_security_group.d.arn] }
        """,
    )
    (group,) = found.acls
    assert (group.address, [rule.name for rule in group.rules]) == (
        "data.aws_security_group.d", ["aws_vpc_security_group_ingress_rule.in"],
    )  # fmt: skip
    assert [chain(each) for each in found.workloads] == [[["data.aws_security_group.d"]]] * 2
