"""Small estates of AWS, piece by piece."""

from __future__ import annotations

from tests.judging.building import Told

NETWORK = """
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.2.0/24"
}
"""
VARIABLES = """
variable "on" { type = bool }
variable "ids" { type = set(string) }
"""
GROUPS = """
resource "aws_security_group" "own" {
  name   = "own"
  vpc_id = aws_vpc.v.id
  %s
}
resource "aws_security_group" "loose" {
  name   = "loose"
  vpc_id = aws_vpc.v.id
  %s
}
resource "aws_instance" "near" {
  tags                   = { Name = "near" }
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = %s
}
"""
OWN = "[aws_security_group.own.id]"
NEAR = """
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
%s}
resource "aws_instance" "near" {
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.10"
  vpc_security_group_ids = [aws_security_group.near.id]
}
"""
RULE = """  %s {
    protocol  = "%s"
    from_port = %s
    to_port   = %s
    %s
  }
"""


def opens(port: int, cidr: str) -> str:
    """A rule of a security group."""
    return f"""ingress {{
    protocol    = "tcp"
    from_port   = {port}
    to_port     = {port}
    cidr_blocks = ["{cidr}"]
  }}"""


EXTRA = [Told("extra-access", "unproven", "aws_security_group.loose", "aws_security_group.loose.ingress[0]", ["var.on"])]
MISSING = [Told("missing-access", "unproven", "aws_security_group.own", None, ["var.on"])]
