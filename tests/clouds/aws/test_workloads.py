"""Which AWS workloads wear what, and where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.clouds import convert
from pamlint.model.resource import Unknown
from tests.clouds.building import block, ref, resource
from tests.clouds.reading import acl, chain, chains, cidrs, network_of, workloads

BASE = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "ops" { vpc_id = aws_vpc.main.id }
"""
WEB = [["aws_security_group.web"]]
BOTH = [["aws_security_group.ops", "aws_security_group.web"]]
A, B = "10.0.1.0/24", "10.0.2.0/24"

TEMPLATE = """
resource "aws_launch_template" "t" {
  name = "fleet"
  %s
}
resource "aws_autoscaling_group" "g" {
  vpc_zone_identifier = [aws_subnet.a.id, aws_subnet.b.id]
  %s
  tag {
    key                 = "Name"
    value               = "pam-fleet"
    propagate_at_launch = true
  }
}
"""
DATABASE = """
resource "aws_db_subnet_group" "d" {
  name       = "pam-db"
  subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
}
"""
CASES = {
    "an instance": (
        """resource "aws_instance" "x" {
             subnet_id              = aws_subnet.a.id
             vpc_security_group_ids = [aws_security_group.web.id, aws_security_group.ops.id]
           }""",
        "aws_instance.x", BOTH, [A],
    ),
    "an instance in a group that is named by its name": (
        """resource "aws_security_group" "named" { name = "old-style" }
           resource "aws_instance" "x" {
             subnet_id       = aws_subnet.a.id
             security_groups = ["old-style"]
           }""",
        "aws_instance.x", [["aws_security_group.named"]], [A],
    ),
    "an instance on an interface of its own": (
        """resource "aws_network_interface" "n" {
             subnet_id       = aws_subnet.b.id
             security_groups = [aws_security_group.web.id]
           }
           resource "aws_instance" "x" {
             network_interface {
               network_interface_id = aws_network_interface.n.id
               device_index         = 0
             }
           }""",
        "aws_instance.x", WEB, [B],
    ),
    "an instance whose first interface gets a group attached": (
        """resource "aws_instance" "x" {
             subnet_id              = aws_subnet.a.id
             vpc_security_group_ids = [aws_security_group.web.id]
           }
           resource "aws_network_interface_sg_attachment" "s" {
             security_group_id    = aws_security_group.ops.id
             network_interface_id = aws_instance.x.primary_network_interface_id
           }""",
        "aws_instance.x", BOTH, [A],
    ),
    "an interface that gets a group attached": (
        """resource "aws_network_interface" "x" {
             subnet_id       = aws_subnet.a.id
             security_groups = [aws_security_group.web.id]
           }
           resource "aws_network_interface_sg_attachment" "s" {
             security_group_id    = aws_security_group.ops.id
             network_interface_id = aws_network_interface.x.id
           }""",
        "aws_network_interface.x", BOTH, [A],
    ),
    "an instance of a launch template": (
        """resource "aws_launch_template" "t" { vpc_security_group_ids = [aws_security_group.web.id] }
           resource "aws_instance" "x" {
             subnet_id = aws_subnet.a.id
             launch_template { id = aws_launch_template.t.id }
           }""",
        "aws_instance.x", WEB, [A],
    ),
    "an autoscaling group": (
        TEMPLATE % ("vpc_security_group_ids = [aws_security_group.web.id]", "launch_template { id = aws_launch_template.t.id }"),
        "aws_autoscaling_group.g", WEB, [A, B],
    ),
    "an autoscaling group by the template's name, with the groups in a block": (
        TEMPLATE % ("network_interfaces { security_groups = [aws_security_group.web.id] }", "launch_template { name = aws_launch_template.t.name }"),
        "aws_autoscaling_group.g", WEB, [A, B],
    ),
    "an autoscaling group of mixed instances": (
        TEMPLATE % ("vpc_security_group_ids = [aws_security_group.web.id]", """mixed_instances_policy {
          launch_template {
            launch_template_specification { launch_template_id = aws_launch_template.t.id }
          }
        }"""),
        "aws_autoscaling_group.g", WEB, [A, B],
    ),
    "an autoscaling group of a launch configuration": (
        """resource "aws_launch_configuration" "c" { security_groups = [aws_security_group.web.id] }
           resource "aws_autoscaling_group" "g" {
             launch_configuration = aws_launch_configuration.c.name
             vpc_zone_identifier  = [aws_subnet.a.id]
           }""",
        "aws_autoscaling_group.g", WEB, [A],
    ),
    "an application load balancer": (
        """resource "aws_lb" "x" {
             subnets         = [aws_subnet.a.id, aws_subnet.b.id]
             security_groups = [aws_security_group.web.id]
           }""",
        "aws_lb.x", WEB, [A, B],
    ),
    "a network load balancer without groups, which none filters": (
        """resource "aws_lb" "x" {
             load_balancer_type = "network"
             subnet_mapping {
               subnet_id            = aws_subnet.a.id
               private_ipv4_address = "10.0.1.9"
             }
           }""",
        "aws_lb.x", [], [A],
    ),
    "a database instance": (
        DATABASE + """
        resource "aws_db_instance" "x" {
          identifier             = "pam"
          db_subnet_group_name   = aws_db_subnet_group.d.name
          vpc_security_group_ids = [aws_security_group.web.id]
        }""",
        "aws_db_instance.x", WEB, [A, B],
    ),
    "an instance of a database cluster": (
        DATABASE + """
        resource "aws_rds_cluster" "c" {
          cluster_identifier     = "pam"
          db_subnet_group_name   = aws_db_subnet_group.d.id
          vpc_security_group_ids = [aws_security_group.web.id]
        }
        resource "aws_rds_cluster_instance" "x" { cluster_identifier = aws_rds_cluster.c.cluster_identifier }""",
        "aws_rds_cluster_instance.x", WEB, [A, B],
    ),
    "a service of ECS": (
        """resource "aws_ecs_service" "x" {
             name = "vault"
             network_configuration {
               subnets         = [aws_subnet.b.id]
               security_groups = [aws_security_group.web.id]
             }
           }""",
        "aws_ecs_service.x", WEB, [B],
    ),
    "a function": (
        """resource "aws_lambda_function" "x" {
             function_name = "rotate"
             vpc_config {
               subnet_ids         = [aws_subnet.a.id]
               security_group_ids = [aws_security_group.web.id]
             }
           }""",
        "aws_lambda_function.x", WEB, [A],
    ),
    "a cache": (
        """resource "aws_elasticache_subnet_group" "e" {
             name       = "pam-cache"
             subnet_ids = [aws_subnet.a.id]
           }
           resource "aws_elasticache_replication_group" "x" {
             subnet_group_name  = aws_elasticache_subnet_group.e.name
             security_group_ids = [aws_security_group.web.id]
           }""",
        "aws_elasticache_replication_group.x", WEB, [A],
    ),
    "an interface endpoint": (
        """resource "aws_vpc_endpoint" "x" {
             vpc_id             = aws_vpc.main.id
             vpc_endpoint_type  = "Interface"
             subnet_ids         = [aws_subnet.a.id]
             security_group_ids = [aws_security_group.web.id]
           }
           resource "aws_vpc_endpoint_security_group_association" "s" {
             vpc_endpoint_id   = aws_vpc_endpoint.x.id
             security_group_id = aws_security_group.ops.id
           }
           resource "aws_vpc_endpoint_subnet_association" "s" {
             vpc_endpoint_id = aws_vpc_endpoint.x.id
             subnet_id       = aws_subnet.b.id
           }""",
        "aws_vpc_endpoint.x", BOTH, [A, B],
    ),
    "a Kubernetes cluster": (
        """resource "aws_eks_cluster" "x" {
             name = "pam"
             vpc_config {
               subnet_ids         = [aws_subnet.a.id]
               security_group_ids = [aws_security_group.web.id]
             }
           }""",
        "aws_eks_cluster.x", [["aws_eks_cluster.x.vpc_config[0].cluster_security_group_id", "aws_security_group.web"]], [A],
    ),
    "Kubernetes nodes of a launch template": (
        """resource "aws_launch_template" "t" { vpc_security_group_ids = [aws_security_group.web.id] }
           resource "aws_eks_node_group" "x" {
             subnet_ids = [aws_subnet.a.id]
             launch_template {
               id      = aws_launch_template.t.id
               version = 1
             }
           }""",
        "aws_eks_node_group.x", WEB, [A],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_worn_and_where_it_stands(case: str, tmp_path: Path) -> None:
    """Each kind of workload wears the groups that it names, in the subnets that it names."""
    code, address, layers, prefixes = CASES[case]
    (found,) = workloads(network_of(tmp_path, BASE + code), address)
    assert chain(found) == layers
    assert cidrs(found.within) == prefixes


DEFAULTS = {
    "the managed default group": (
        """resource "aws_default_security_group" "d" { vpc_id = aws_vpc.main.id }
           resource "aws_instance" "x" { subnet_id = aws_subnet.a.id }""",
        "aws_default_security_group.d",
    ),
    "the default group that AWS made": (
        """resource "aws_instance" "x" { subnet_id = aws_subnet.a.id }""",
        "aws_vpc.main.default_security_group_id",
    ),
    "the default group that is named as such": (
        """resource "aws_default_security_group" "d" { vpc_id = aws_vpc.main.id }
           resource "aws_instance" "x" {
             subnet_id              = aws_subnet.a.id
             vpc_security_group_ids = [aws_vpc.main.default_security_group_id]
           }""",
        "aws_default_security_group.d",
    ),
    "a group of a VPC that is not known": ("""resource "aws_instance" "x" {}""", "aws_instance.x.vpc_security_group_ids"),
    "groups that nobody sets": (
        """variable "ids" {}
           resource "aws_instance" "x" {
             subnet_id              = aws_subnet.a.id
             vpc_security_group_ids = var.ids
           }""",
        "?var.ids",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DEFAULTS)
def test_what_names_no_group(case: str, tmp_path: Path) -> None:
    """What names no group wears its VPC's default one; what is not known is a partial group, never nothing."""
    code, group = DEFAULTS[case]
    network = network_of(tmp_path, BASE + code)
    (found,) = workloads(network, "aws_instance.x")
    assert chain(found) == [[group]]
    (worn,) = (each for each in network.acls if (each.key,) in found.chain)
    assert bool(worn.partial) == (worn.address != "aws_default_security_group.d")


def test_interfaces_with_different_groups(tmp_path: Path) -> None:
    """An instance whose interfaces wear different groups is a workload for each of its chains, under one address."""
    network = network_of(
        tmp_path,
        BASE
        + """
        resource "aws_instance" "x" {
          subnet_id              = aws_subnet.a.id
          vpc_security_group_ids = [aws_security_group.web.id]
          private_ip             = "10.0.1.5"
        }
        resource "aws_network_interface" "n" {
          subnet_id       = aws_subnet.b.id
          security_groups = [aws_security_group.ops.id]
          private_ips     = ["10.0.2.5"]
          attachment {
            instance     = aws_instance.x.id
            device_index = 1
          }
        }
        """,
    )
    found = {str(chain(each)): cidrs(each.addresses) for each in workloads(network, "aws_instance.x")}
    assert found == {"[['aws_security_group.web']]": ["10.0.1.5/32"], "[['aws_security_group.ops']]": ["10.0.2.5/32"]}
    assert len({each.key for each in network.workloads}) == len(network.workloads) == 2


def test_a_subnet_that_is_not_known(tmp_path: Path) -> None:
    """Where one of several subnets is not known, neither is where the workload stands."""
    network = network_of(
        tmp_path,
        BASE
        + """
        variable "subnet" {}
        resource "aws_lb" "x" {
          subnets         = [aws_subnet.a.id, var.subnet]
          security_groups = [aws_security_group.web.id]
        }
        """,
    )
    (found,) = workloads(network, "aws_lb.x")
    assert (chain(found), found.within) == (WEB, ())


def test_what_stands_in_no_vpc(tmp_path: Path) -> None:
    """Functions, services and endpoints outside of any VPC are no workloads."""
    network = network_of(
        tmp_path,
        """
        resource "aws_lambda_function" "x" { function_name = "f" }
        resource "aws_ecs_service" "x" { name = "s" }
        resource "aws_vpc_endpoint" "x" { service_name = "com.amazonaws.eu-west-1.s3" }
        """,
    )
    assert network.workloads == ()


def test_remote_access_to_nodes(tmp_path: Path) -> None:
    """EKS makes a group that lets SSH through from the groups which remote access names."""
    network = network_of(
        tmp_path,
        BASE
        + """
        resource "aws_eks_cluster" "c" {
          name = "pam"
          vpc_config { subnet_ids = [aws_subnet.a.id] }
        }
        resource "aws_eks_node_group" "x" {
          cluster_name = aws_eks_cluster.c.name
          subnet_ids   = [aws_subnet.a.id]
          remote_access {
            ec2_ssh_key               = "key"
            source_security_group_ids = [aws_security_group.ops.id]
          }
        }
        """,
    )
    remote = "aws_eks_node_group.x.remote_access"
    assert chains(network, "aws_eks_node_group.x") == [[["aws_eks_cluster.c.vpc_config[0].cluster_security_group_id", remote]]]
    (ssh,) = acl(network, remote).rules
    assert (ssh.ports.known, [peer.text for peer in ssh.peers]) == (((22, 22),), ["aws_security_group.ops"])


RULE_OF_A_CLUSTER = """
resource "aws_eks_cluster" "c" {
  count = 1
  name  = "pam"
  vpc_config { subnet_ids = [aws_subnet.a.id] }
}
resource "aws_vpc_security_group_ingress_rule" "in" {
  security_group_id            = %s
  referenced_security_group_id = %s
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}
"""


@pytest.mark.parametrize(
    ("of", "peer"),
    [
        ("aws_eks_cluster.c[0].vpc_config[0].cluster_security_group_id", "aws_eks_cluster.c[0].vpc_config.0.%s"),
        ("try(aws_eks_cluster.c[0].vpc_config[0].cluster_security_group_id, null)", "aws_eks_cluster.c[0].vpc_config[0].%s"),
    ],
)
def test_rules_of_the_group_that_a_cluster_gets(of: str, peer: str, tmp_path: Path) -> None:
    """What is written of a cluster's own group means the group that its control plane wears, on both sides of a rule."""
    network = network_of(tmp_path, BASE + RULE_OF_A_CLUSTER % (of, peer % "cluster_security_group_id"))
    made = "aws_eks_cluster.c[0].vpc_config[0].cluster_security_group_id"
    assert chains(network, "aws_eks_cluster.c[0]") == [[[made]]]
    *_, written = acl(network, made).rules
    assert written.name == "aws_vpc_security_group_ingress_rule.in"
    assert [peer.symbol for peer in written.peers] == [acl(network, made).key]


@pytest.mark.parametrize(
    ("family", "everywhere"),
    [("", "0.0.0.0/0"), ('"ipv4"', "0.0.0.0/0"), ('"ipv6"', "::/0"), ("var.family", "any")],
)
def test_the_group_that_a_cluster_gets_has_the_rules_that_eks_gives_it(family: str, everywhere: str, tmp_path: Path) -> None:
    """All from and to itself, and all to everywhere, which may be taken away; further rules may be elsewhere."""
    code = RULE_OF_A_CLUSTER.partition('resource "aws_vpc')[0]
    config = f"kubernetes_network_config {{ ip_family = {family} }}\n  vpc_config" if family else "vpc_config"
    network = network_of(tmp_path, BASE + 'variable "family" {}\n' + code.replace("vpc_config", config))
    made = acl(network, "aws_eks_cluster.c[0].vpc_config[0].cluster_security_group_id")
    assert made.partial == (made.address,)
    assert [(rule.direction, [peer.text for peer in rule.peers], rule.possible) for rule in made.rules] == [
        ("ingress", [made.address], ()),
        ("egress", [made.address], ()),
        ("egress", [everywhere], (made.address,)),
    ]
    assert {(rule.protocols.known, rule.ports.known) for rule in made.rules} == {(((0, 255),), ((0, 65535),))}


def test_a_group_of_a_cluster_that_the_input_holds_has_its_own_rules_alone() -> None:
    """The account was read: what EKS gave the group is what is there."""
    cluster = resource("aws_eks_cluster.c", vpc_config=[block(subnet_ids=[], cluster_security_group_id="sg-1")])
    group = resource("aws_security_group.g", id="sg-1", ingress=[], egress=[])
    assert [each.rules for each in convert([cluster, group], {}).acls] == [()]


def test_a_cluster_of_a_plan_and_the_rules_of_its_group() -> None:
    """A plan names the attribute as a whole where it does not know it."""
    named = Unknown(("aws_eks_cluster.c.vpc_config[0].cluster_security_group_id",))
    cluster = resource("aws_eks_cluster.c", vpc_config=[block(subnet_ids=[])])
    rule = resource("aws_vpc_security_group_ingress_rule.in", security_group_id=named, ip_protocol="-1", cidr_ipv4="10.0.0.0/8")
    (made,) = convert([cluster, rule], {}).acls
    assert (made.address, made.rules[-1].name) == (named.because[0], rule.address)


def test_a_default_group_whose_id_is_known() -> None:
    """What names no group wears the group with the id that the VPC says, which rules may name."""
    network = convert(
        [
            resource("aws_vpc.v", default_security_group_id="sg-1", cidr_block="10.0.0.0/16"),
            resource("aws_subnet.s", vpc_id=ref("aws_vpc.v"), cidr_block="10.0.1.0/24"),
            resource("aws_instance.i", subnet_id=ref("aws_subnet.s")),
            resource(
                "aws_vpc_security_group_ingress_rule.in", security_group_id="sg-1", ip_protocol="-1", cidr_ipv4="10.0.0.0/8"
            ),
        ],
        {},
    )
    assert chains(network, "aws_instance.i") == [[["sg-1"]]]
    assert [rule.name for rule in acl(network, "sg-1").rules] == ["aws_vpc_security_group_ingress_rule.in"]


def test_what_a_plan_leaves_to_the_provider() -> None:
    """Blocks that the provider is to fill say nothing of groups."""
    group, mixed = "aws_autoscaling_group.g", "mixed_instances_policy"
    network = convert(
        [
            resource("aws_security_group.web", name="web"),
            resource("aws_launch_template.t", vpc_security_group_ids=[ref("aws_security_group.web")]),
            resource(group, launch_template=[{"id": ref("aws_launch_template.t")}], **{mixed: ref(group, mixed)}),
        ],
        {},
    )
    assert chains(network, group) == [WEB]


def test_names_and_numbers(tmp_path: Path) -> None:
    """An autoscaling group has the tags of its blocks, and stands for several machines."""
    code = TEMPLATE % (
        "vpc_security_group_ids = [aws_security_group.web.id]",
        "launch_template { id = aws_launch_template.t.id }",
    )
    (found,) = workloads(network_of(tmp_path, BASE + code), "aws_autoscaling_group.g")
    assert (found.tags["Name"], found.several) == ("pam-fleet", True)


def test_tags_of_launch_templates(tmp_path: Path) -> None:
    """What a launch template tags instances with is theirs, but for what the group itself says; not the tags of volumes."""
    specifications = """
    tag_specifications {
      resource_type = "instance"
      tags          = { Name = "of-the-template", pam-role = "manager" }
    }
    tag_specifications {
      resource_type = "volume"
      tags          = { disk = "fast" }
    }
    """
    code = TEMPLATE % (specifications, "launch_template { id = aws_launch_template.t.id }")
    code += 'resource "aws_instance" "x" {\n  launch_template { name = "fleet" }\n  tags = { Name = "own" }\n}\n'
    network = network_of(tmp_path, BASE + code)
    for address, name in (("aws_autoscaling_group.g", "pam-fleet"), ("aws_instance.x", "own")):
        assert workloads(network, address)[0].tags == {"Name": name, "pam-role": "manager"}


def test_a_load_balancer_has_no_address_of_a_block_that_may_not_be_there(tmp_path: Path) -> None:
    """The one that is sure is not all of them then."""
    code = """
    variable "on" { type = bool }
    resource "aws_lb" "x" {
      subnet_mapping {
        subnet_id            = aws_subnet.a.id
        private_ipv4_address = "10.0.1.9"
      }
      dynamic "subnet_mapping" {
        for_each = var.on ? [1] : []
        content {
          subnet_id            = aws_subnet.b.id
          private_ipv4_address = "10.0.2.9"
        }
      }
    }
    """
    (found,) = workloads(network_of(tmp_path, BASE + code), "aws_lb.x")
    assert cidrs(found.addresses) == []
