provider "aws" {
  region = "eu-central-1"
}

data "aws_vpc" "corp" {
  tags = { Name = "corp" }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.corp.id]
  }
}

data "aws_subnet" "private" {
  for_each = toset(data.aws_subnets.private.ids)

  id = each.value
}

data "aws_security_group" "monitored" {
  name   = "monitored"
  vpc_id = data.aws_vpc.corp.id
}

data "aws_security_groups" "agents" {
  tags = { calls = "gateway" }
}

data "aws_ec2_managed_prefix_list" "branches" {
  name = "branches"
}

data "aws_network_acls" "corp" {
  vpc_id = data.aws_vpc.corp.id
}

resource "aws_security_group" "gateway" {
  name   = "gateway"
  vpc_id = data.aws_vpc.corp.id
}

resource "aws_security_group" "store" {
  name   = "store"
  vpc_id = data.aws_vpc.corp.id
}

resource "aws_vpc_security_group_ingress_rule" "branches" {
  security_group_id = aws_security_group.gateway.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = data.aws_ec2_managed_prefix_list.branches.id
}

resource "aws_vpc_security_group_ingress_rule" "agents" {
  count = length(data.aws_security_groups.agents.ids)

  security_group_id            = aws_security_group.gateway.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = data.aws_security_groups.agents.ids[count.index]
}

resource "aws_vpc_security_group_egress_rule" "store" {
  for_each = data.aws_subnet.private

  security_group_id = aws_security_group.gateway.id
  ip_protocol       = "tcp"
  from_port         = 3025
  to_port           = 3025
  cidr_ipv4         = each.value.cidr_block
}

resource "aws_security_group_rule" "store" {
  type              = "ingress"
  security_group_id = aws_security_group.store.id
  protocol          = "tcp"
  from_port         = 3025
  to_port           = 3025
  cidr_blocks       = [for subnet in data.aws_subnet.private : subnet.cidr_block]
}

resource "aws_instance" "gateway" {
  count = length(data.aws_subnets.private.ids)

  subnet_id              = data.aws_subnets.private.ids[count.index]
  vpc_security_group_ids = [aws_security_group.gateway.id, data.aws_security_group.monitored.id]
}

resource "aws_instance" "store" {
  for_each = data.aws_subnet.private

  subnet_id              = each.key
  vpc_security_group_ids = concat([aws_security_group.store.id], data.aws_security_group.monitored[*].id)
}

resource "aws_network_interface" "second" {
  subnet_id       = data.aws_subnets.private.ids[1]
  security_groups = [data.aws_security_group.monitored.id]
}

resource "aws_network_interface_sg_attachment" "second" {
  count = contains(data.aws_vpc.corp.cidr_block_associations[*].cidr_block, "100.64.0.0/16") ? 1 : 0

  network_interface_id = aws_network_interface.second.id
  security_group_id    = aws_security_group.store.id
}

resource "aws_network_acl_rule" "ingress" {
  network_acl_id = one(data.aws_network_acls.corp.ids)
  rule_number    = 100
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
}
