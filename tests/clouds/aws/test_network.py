"""Where members of AWS groups and prefix lists can be, and what the Internet cannot reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clouds.reading import bounds, network_of, workloads

GROUP = 'resource "aws_security_group" "g" { vpc_id = aws_vpc.v.id }\n'
SPACES = {
    'resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }': ["10.0.0.0/16"],
    """resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
       resource "aws_vpc_ipv4_cidr_block_association" "m" {
         vpc_id     = aws_vpc.v.id
         cidr_block = "100.64.0.0/16"
       }""": ["10.0.0.0/16", "100.64.0.0/16"],
    'variable "c" {}\nresource "aws_vpc" "v" { cidr_block = var.c }': ["0.0.0.0/0"],
    """resource "aws_vpc" "v" { ipv4_ipam_pool_id = "ipam-pool-1" }
       resource "aws_vpc_ipv4_cidr_block_association" "m" {
         vpc_id     = aws_vpc.v.id
         cidr_block = "100.64.0.0/16"
       }""": ["0.0.0.0/0"],
    """resource "aws_vpc" "v" {
         cidr_block                       = "10.0.0.0/16"
         assign_generated_ipv6_cidr_block = true
       }""": ["10.0.0.0/16", "::/0"],
    """resource "aws_vpc" "v" {
         cidr_block          = "10.0.0.0/16"
         ipv6_cidr_block     = "2001:db8::/56"
         ipv6_ipam_pool_id   = "ipam-pool-1"
       }""": ["10.0.0.0/16", "2001:db8::/56"],
    """resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
       resource "aws_vpc_ipv6_cidr_block_association" "m" {
         vpc_id              = aws_vpc.v.id
         ipv6_ipam_pool_id   = "ipam-pool-1"
       }""": ["10.0.0.0/16", "::/0"],
    """resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
       resource "aws_vpc" "w" { cidr_block = "10.9.0.0/16" }
       resource "aws_vpc_security_group_vpc_association" "a" {
         security_group_id = aws_security_group.g.id
         vpc_id            = aws_vpc.w.id
       }""": ["10.0.0.0/16", "10.9.0.0/16"],
}  # fmt: skip


@pytest.mark.parametrize("code", SPACES)
def test_where_members_can_be(code: str, tmp_path: Path) -> None:
    """Members of a group stand in its VPC; a CIDR that is not known may be any of its family."""
    assert bounds(network_of(tmp_path, code + "\n" + GROUP), "aws_security_group.g") == ([], SPACES[code])


def test_members_in_a_vpc_that_is_only_read_can_be_anywhere(tmp_path: Path) -> None:
    """Code does not know what a data source will find: neither its CIDRs nor its families."""
    code = 'data "aws_vpc" "v" { default = true }\n' + GROUP.replace("aws_vpc.v", "data.aws_vpc.v")
    assert bounds(network_of(tmp_path, code), "aws_security_group.g") == ([], ["any"])


def test_known_members(tmp_path: Path) -> None:
    """The addresses of members that surely exist are in the group; those of possible ones are not."""
    code = """
    variable "n" {}
    resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
    resource "aws_instance" "a" {
      vpc_security_group_ids = [aws_security_group.g.id]
      private_ip             = "10.0.0.5"
    }
    resource "aws_instance" "b" {
      count                  = var.n
      vpc_security_group_ids = [aws_security_group.g.id]
      private_ip             = "10.0.0.6"
    }
    """
    assert bounds(network_of(tmp_path, code + GROUP), "aws_security_group.g") == (["10.0.0.5/32"], ["10.0.0.0/16"])


LISTS = {
    "a list with its entries": (
        """resource "aws_ec2_managed_prefix_list" "l" {
             address_family = "IPv4"
             entry { cidr = "10.1.0.0/16" }
           }
           resource "aws_ec2_managed_prefix_list_entry" "e" {
             prefix_list_id = aws_ec2_managed_prefix_list.l.id
             cidr           = "10.3.0.0/16"
           }""",
        "aws_ec2_managed_prefix_list.l.id",
        ("prefix-list:aws_ec2_managed_prefix_list.l", ["10.1.0.0/16", "10.3.0.0/16"], ["10.1.0.0/16", "10.3.0.0/16"]),
    ),
    "a list with an entry that is not known": (
        """variable "c" {}
           resource "aws_ec2_managed_prefix_list" "l" {
             address_family = "IPv4"
             entry { cidr = "10.1.0.0/16" }
             entry { cidr = var.c }
           }""",
        "aws_ec2_managed_prefix_list.l.id",
        ("prefix-list:aws_ec2_managed_prefix_list.l", ["10.1.0.0/16"], ["0.0.0.0/0"]),
    ),
    "a list of AWS by its name": (
        'data "aws_ec2_managed_prefix_list" "l" { name = "com.amazonaws.eu-west-1.s3" }',
        "data.aws_ec2_managed_prefix_list.l.id",
        ("prefix-list:com.amazonaws.eu-west-1.s3", [], ["any"]),
    ),
    "a list of AWS by the older data source": (
        'data "aws_prefix_list" "l" { name = "com.amazonaws.eu-west-1.dynamodb" }',
        "data.aws_prefix_list.l.id",
        ("prefix-list:com.amazonaws.eu-west-1.dynamodb", [], ["any"]),
    ),
    "a list of AWS by a filter": (
        """data "aws_ec2_managed_prefix_list" "l" {
             filter {
               name   = "prefix-list-name"
               values = ["com.amazonaws.global.cloudfront.origin-facing"]
             }
           }""",
        "data.aws_ec2_managed_prefix_list.l.id",
        ("prefix-list:com.amazonaws.global.cloudfront.origin-facing", [], ["any"]),
    ),
    "the list of a gateway endpoint": (
        'resource "aws_vpc_endpoint" "l" { service_name = "com.amazonaws.eu-west-1.s3" }',
        "aws_vpc_endpoint.l.prefix_list_id",
        ("prefix-list:com.amazonaws.eu-west-1.s3", [], ["any"]),
    ),
    "a list by its id": ("", '"pl-0a1b"', ("prefix-list:pl-0a1b", [], ["any"])),
}  # fmt: skip


@pytest.mark.parametrize("case", LISTS)
def test_prefix_lists(case: str, tmp_path: Path) -> None:
    """A customer's list is its entries, one of AWS goes by its name and may be anywhere."""
    code, reference, (name, least, most) = LISTS[case]
    rule = f"""
    resource "aws_security_group" "g" {{
      ingress {{
        protocol        = "tcp"
        from_port       = 443
        to_port         = 443
        prefix_list_ids = [{reference}]
      }}
    }}
    """
    network = network_of(tmp_path, code + rule)
    assert [peer.text for rule in network.acls[0].rules for peer in rule.peers] == [name]
    assert bounds(network, name) == (least, most)


SUBNET = """
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_internet_gateway" "i" { vpc_id = aws_vpc.v.id }
resource "aws_nat_gateway" "n" { subnet_id = aws_subnet.s.id }
resource "aws_instance" "x" { subnet_id = aws_subnet.s.id }
resource "aws_lb" "x" {
  internal = true
  subnets  = [aws_subnet.s.id]
}
"""
TABLE = """
resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    %s
  }
}
resource "aws_route_table_association" "t" {
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.t.id
}
"""
NO_ROUTE, BLOCKED = "its subnet has no route to an internet gateway", "Block Public Access is on for its VPC"
OPTIONS = 'resource "aws_vpc_block_public_access_options" "o" { internet_gateway_block_mode = "block-ingress" }'
SHELTER = {
    "no route table": ("", None),
    "a NAT gateway": (TABLE % "nat_gateway_id = aws_nat_gateway.n.id", NO_ROUTE),
    "an internet gateway": (TABLE % "gateway_id = aws_internet_gateway.i.id", None),
    "an internet gateway by its id": (TABLE % 'gateway_id = "igw-1"', None),
    "a gateway that is not known": ('variable "g" {}' + TABLE % "gateway_id = var.g", None),
    "a route beside the table": (
        TABLE % "nat_gateway_id = aws_nat_gateway.n.id"
        + """resource "aws_route" "r" {
               route_table_id              = aws_route_table.t.id
               destination_ipv6_cidr_block = "::/0"
               gateway_id                  = aws_internet_gateway.i.id
             }""",
        None,
    ),
    "a route of a table that is not known": (
        'variable "t" {}'
        + TABLE % "nat_gateway_id = aws_nat_gateway.n.id"
        + """resource "aws_route" "r" {
               route_table_id         = var.t
               destination_cidr_block = "0.0.0.0/0"
               gateway_id             = "igw-1"
             }""",
        None,
    ),
    "a route of a table by its id": (
        TABLE % "nat_gateway_id = aws_nat_gateway.n.id"
        + 'resource "aws_route" "r" {\n route_table_id = "rtb-1"\n gateway_id = "igw-1"\n}',
        NO_ROUTE,
    ),
    "a route of one of two tables": (
        'variable "on" { type = bool }'
        + TABLE % "nat_gateway_id = aws_nat_gateway.n.id"
        + """resource "aws_route_table" "u" {}
             resource "aws_route" "r" {
               route_table_id = var.on ? aws_route_table.t.id : aws_route_table.u.id
               gateway_id     = aws_internet_gateway.i.id
             }""",
        None,
    ),
    "a table that is tied perhaps": (
        'variable "on" { type = bool }'
        + (TABLE % "nat_gateway_id = aws_nat_gateway.n.id").replace('ation" "t" {', 'ation" "t" {\ncount = var.on ? 1 : 0'),
        None,
    ),
    "one of two tables": (
        TABLE % "gateway_id = aws_internet_gateway.i.id"
        + (TABLE % "nat_gateway_id = aws_nat_gateway.n.id").replace('"t"', '"u"').replace("table.t.id", "table.u.id"),
        None,
    ),
    "Block Public Access": (OPTIONS, BLOCKED),
    "Block Public Access that spares what is not known": (
        OPTIONS
        + """
        variable "subnet" {}
        resource "aws_vpc_block_public_access_exclusion" "e" {
          subnet_id                       = var.subnet
          internet_gateway_exclusion_mode = "allow-bidirectional"
        }""",
        None,
    ),
    "Block Public Access that spares the subnet": (
        OPTIONS
        + """
        resource "aws_vpc_block_public_access_exclusion" "e" {
          subnet_id                       = aws_subnet.s.id
          internet_gateway_exclusion_mode = "allow-bidirectional"
        }""",
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SHELTER)
def test_what_the_internet_cannot_reach(case: str, tmp_path: Path) -> None:
    """A workload is sheltered only where the code shows that its subnet has no way out to the Internet."""
    code, clause = SHELTER[case]
    network = network_of(tmp_path, SUBNET + code)
    assert workloads(network, "aws_instance.x")[0].sheltered == clause
    assert workloads(network, "aws_lb.x")[0].sheltered == "it is an internal load balancer"
