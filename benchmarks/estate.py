"""An estate to measure on: one root module of 50 files with 30 security groups, as people write them."""

from __future__ import annotations

from pathlib import Path

AGENTS = 29
HOST_FILES = 14

SITE = """\
pamlint: site/1
policy: netiq-pam-3
roles:
  framework-manager: {match: [{name: pam-manager}]}
  agent: {match: [{name: "pam-agent-*"}]}
  admin: {cidrs: [10.20.0.0/24]}
  user: {cidrs: [10.21.0.0/16]}
allow:
  - {name: dns, roles: [agent], direction: egress, protocol: udp, ports: [53], peers: [10.40.0.0/16], reason: resolver}
  - {name: time, roles: [agent], direction: egress, protocol: udp, ports: [123], peers: [10.40.0.0/16], reason: clocks}
  - {name: packages, roles: [agent], direction: egress, protocol: tcp, ports: [443], peers: [10.50.0.0/24], reason: mirror}
  - {name: metrics, roles: [agent], direction: ingress, protocol: tcp, ports: [9100], peers: [10.60.0.0/24], reason: metrics}
"""

VERSIONS = """\
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}
"""

PROVIDER = """\
provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}
"""

VARIABLES = """\
variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "framework_port" {
  description = "Where managers and agents listen."
  type        = number
  default     = 29120
}

variable "consoles" {
  description = "Who opens the consoles."
  type        = list(string)
}

variable "network" {
  type = object({
    cidr    = string
    mirror  = optional(string, "10.50.0.0/24")
    metrics = optional(string, "10.60.0.0/24")
  })
}
"""

VALUES = """\
consoles = ["10.20.0.0/24", "10.21.0.0/16"]
network  = { cidr = "10.40.0.0/16" }
"""

LOCALS = """\
locals {
  tags   = { service = "pam", stage = "production" }
  agents = [%s]

  agent_egress = {
    dns      = { protocol = "udp", port = 53, cidr = var.network.cidr }
    time     = { protocol = "udp", port = 123, cidr = var.network.cidr }
    packages = { protocol = "tcp", port = 443, cidr = var.network.mirror }
  }
}
"""

NETWORK = """\
resource "aws_vpc" "main" {
  cidr_block           = var.network.cidr
  enable_dns_hostnames = true
}

resource "aws_subnet" "hosts" {
  count      = %d
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(var.network.cidr, 8, count.index)
}
"""

MANAGER = """\
resource "aws_security_group" "manager" {
  name        = "pam-manager"
  description = "Framework manager"
  vpc_id      = aws_vpc.main.id

  ingress {
    description = "Consoles"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = var.consoles
  }

  dynamic "ingress" {
    for_each = local.agents
    content {
      description     = "Agent ${ingress.key}"
      from_port       = var.framework_port
      to_port         = var.framework_port
      protocol        = "tcp"
      security_groups = [ingress.value]
    }
  }

  egress {
    description     = "Agents"
    from_port       = var.framework_port
    to_port         = var.framework_port
    protocol        = "tcp"
    security_groups = local.agents
  }
}
"""

INLINE_AGENT = """\
resource "aws_security_group" "agent_NN" {
  name        = "pam-agent-NN"
  description = "Framework agent NN"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "Managers command agents"
    from_port       = var.framework_port
    to_port         = var.framework_port
    protocol        = "tcp"
    security_groups = [aws_security_group.manager.id]
  }

  ingress {
    description = "Metrics"
    from_port   = 9100
    to_port     = 9100
    protocol    = "tcp"
    cidr_blocks = [var.network.metrics]
  }

  egress {
    description     = "Agents report to managers"
    from_port       = var.framework_port
    to_port         = var.framework_port
    protocol        = "tcp"
    security_groups = [aws_security_group.manager.id]
  }

  dynamic "egress" {
    for_each = local.agent_egress
    content {
      description = egress.key
      from_port   = egress.value.port
      to_port     = egress.value.port
      protocol    = egress.value.protocol
      cidr_blocks = [egress.value.cidr]
    }
  }
}
"""

STANDALONE_AGENT = """\
resource "aws_security_group" "agent_NN" {
  name        = "pam-agent-NN"
  description = "Framework agent NN"
  vpc_id      = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "agent_NN_manager" {
  security_group_id            = aws_security_group.agent_NN.id
  description                  = "Managers command agents"
  ip_protocol                  = "tcp"
  from_port                    = var.framework_port
  to_port                      = var.framework_port
  referenced_security_group_id = aws_security_group.manager.id
}

resource "aws_vpc_security_group_ingress_rule" "agent_NN_metrics" {
  security_group_id = aws_security_group.agent_NN.id
  description       = "Metrics"
  ip_protocol       = "tcp"
  from_port         = 9100
  to_port           = 9100
  cidr_ipv4         = var.network.metrics
}

resource "aws_vpc_security_group_egress_rule" "agent_NN_manager" {
  security_group_id            = aws_security_group.agent_NN.id
  description                  = "Agents report to managers"
  ip_protocol                  = "tcp"
  from_port                    = var.framework_port
  to_port                      = var.framework_port
  referenced_security_group_id = aws_security_group.manager.id
}

resource "aws_vpc_security_group_egress_rule" "agent_NN" {
  for_each = local.agent_egress

  security_group_id = aws_security_group.agent_NN.id
  description       = each.key
  ip_protocol       = each.value.protocol
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
}
"""

HOST = """\
resource "aws_instance" "host_NN" {
  count                  = 2
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.hosts[PLACE].id
  vpc_security_group_ids = [aws_security_group.agent_NN.id]

  root_block_device {
    encrypted = true
  }

  tags = { Name = "pam-host-NN-${count.index}" }
}
"""


def write(directory: Path) -> int:
    """Writes the estate with its site file and values; returns how many `.tf` files it has."""
    numbers = [f"{number:02}" for number in range(1, AGENTS + 1)]
    groups = ", ".join(f"aws_security_group.agent_{number}.id" for number in numbers)
    files = {
        "versions.tf": VERSIONS,
        "provider.tf": PROVIDER,
        "variables.tf": VARIABLES,
        "locals.tf": LOCALS % groups,
        "network.tf": NETWORK % HOST_FILES,
        "manager.tf": MANAGER,
        "outputs.tf": 'output "manager" {\n  value = aws_security_group.manager.id\n}\n',
    }
    for place, number in enumerate(numbers):
        text = INLINE_AGENT if place % 2 else STANDALONE_AGENT
        files[f"agent_{number}.tf"] = text.replace("NN", number)
    for place in range(HOST_FILES):
        hosts = [HOST.replace("NN", number) for number in numbers[place::HOST_FILES]]
        files[f"hosts_{place + 1:02}.tf"] = "\n".join(hosts).replace("PLACE", str(place))
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in {**files, "terraform.tfvars": VALUES, "pamlint.yaml": SITE}.items():
        (directory / name).write_text(text, encoding="utf-8")
    return len(files)
