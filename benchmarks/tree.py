"""Trees of root modules to measure on: the estate of `benchmarks/estate.py`, and roots that run services of other kinds."""

from __future__ import annotations

from pathlib import Path

from benchmarks import estate

FILES_A_ROOT = 50

GROUP = """\
resource "aws_security_group" "service" {
  name        = "service-NN"
  description = "Service NN"
  vpc_id      = aws_vpc.main.id

  ingress {
    from_port   = 8443
    to_port     = 8443
    protocol    = "tcp"
    cidr_blocks = var.clients
  }
}
"""

VARIABLES = """\
variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "clients" {
  type    = list(string)
  default = ["10.70.0.0/16"]
}

variable "network" {
  type    = object({ cidr = string })
  default = { cidr = "10.71.0.0/16" }
}
"""

SERVICE = """\
locals {
  name_MM = "service-NN-MM"
  ports_MM = {
    for port in [8080, 8081, 8082] : tostring(port) => port
  }
}

resource "aws_instance" "host_MM" {
  count                  = 2
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.hosts[count.index].id
  vpc_security_group_ids = [aws_security_group.service.id]

  root_block_device {
    encrypted   = true
    volume_size = 20
  }

  tags = { Name = "${local.name_MM}-${count.index}" }
}

resource "aws_iam_role" "host_MM" {
  name = local.name_MM
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_cloudwatch_log_group" "host_MM" {
  for_each          = local.ports_MM
  name              = "/service/${local.name_MM}/${each.key}"
  retention_in_days = 30
}
"""


def write_estates(directory: Path, files: int) -> int:
    """Writes so many `.tf` files, each root an estate of its own, and one site file above; returns how many roots there are."""
    names = [f"root-{number:02}" for number in range(1, files // FILES_A_ROOT + 1)]
    for name in names:
        estate.write(directory / name)
        (directory / name / "pamlint.yaml").unlink()
    estates = "".join(f"  {name}: {{roots: [{name}]}}\n" for name in names)
    (directory / "pamlint.yaml").write_text(f"{estate.SITE}estates:\n{estates}", encoding="utf-8")
    return len(names)


def write(directory: Path, files: int) -> int:
    """Writes so many `.tf` files, 50 to a root, and a site file above them; returns how many roots there are."""
    roots = files // FILES_A_ROOT
    estate.write(directory / "root-01")
    (directory / "root-01" / "pamlint.yaml").rename(directory / "pamlint.yaml")
    for number in range(2, roots + 1):
        _write_service(directory / f"root-{number:02}", f"{number:02}")
    return roots


def _write_service(directory: Path, number: str) -> None:
    directory.mkdir(parents=True)
    texts = {
        "versions.tf": estate.VERSIONS,
        "provider.tf": estate.PROVIDER.replace("local.tags", f'{{ service = "{number}" }}'),
        "variables.tf": VARIABLES,
        "network.tf": estate.NETWORK % 2,
        "group.tf": GROUP.replace("NN", number),
    }
    for place in range(len(texts), FILES_A_ROOT):
        texts[f"service_{place:02}.tf"] = SERVICE.replace("NN", number).replace("MM", f"{place:02}")
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
