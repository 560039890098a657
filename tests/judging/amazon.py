"""Small estates of AWS, piece by piece."""

from __future__ import annotations

from tests.judging.building import Told

Ports = int | str | tuple[int, int]
"""A port, `1-1024`, or the type and code of ICMP."""
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


def opens(ports: Ports, peers: str, way: str = "ingress", *, protocol: str = "tcp") -> str:
    """A rule of a security group, for a network or for what an argument says (`security_groups = [...]`)."""
    first, last = _run(ports)
    kind, _, value = peers.partition(" = ") if " = " in peers else ("cidr_blocks", "", f'["{peers}"]')
    return _block(way, {"protocol": f'"{protocol}"', "from_port": first, "to_port": last, kind: value})


def group(label: str, *rules: str, name: str = "") -> str:
    """A security group of the network; it is called by its label where it has no other name."""
    inside = "".join(f"  {rule}\n" for rule in rules)
    return f'resource "aws_security_group" "{label}" {{\n  name   = "{name or label}"\n  vpc_id = aws_vpc.v.id\n{inside}}}\n'


def machine(label: str, *groups: str, subnet: str | None = "a", ip: str = "", tag: str = "") -> str:
    """An instance that wears these groups; `tag` is what its Name says."""
    arguments = {
        "tags": f'{{ Name = "{tag}" }}' if tag else "",
        "subnet_id": f"aws_subnet.{subnet}.id" if subnet else "",
        "private_ip": f'"{ip}"' if ip else "",
        "vpc_security_group_ids": f"[{', '.join(f'aws_security_group.{name}.id' for name in groups)}]",
    }
    return _block(f'resource "aws_instance" "{label}"', {name: value for name, value in arguments.items() if value}, "") + "\n"


def entry(way: str, number: int, ports: Ports, cidr: str, *, action: str = "allow", protocol: str = "tcp") -> str:
    """An entry of a network ACL."""
    first, last = _run(ports)
    arguments = {"rule_no": str(number), "action": f'"{action}"', "protocol": f'"{protocol}"'}
    return _block(way, {**arguments, "from_port": first, "to_port": last, "cidr_block": f'"{cidr}"'})


def edge(*entries: str, subnets: str = "a") -> str:
    """A network ACL at the edge of subnets of the network."""
    guarded = ", ".join(f"aws_subnet.{subnet}.id" for subnet in subnets.split())
    inside = "".join(f"  {one}\n" for one in entries)
    return f'resource "aws_network_acl" "edge" {{\n  vpc_id     = aws_vpc.v.id\n  subnet_ids = [{guarded}]\n{inside}}}\n'


def _run(ports: Ports) -> tuple[str, str]:
    if isinstance(ports, tuple):
        return str(ports[0]), str(ports[1])
    first, _, last = str(ports).partition("-")
    return first, last or first


def _block(head: str, arguments: dict[str, str], indent: str = "  ") -> str:
    width = max(map(len, arguments))
    return f"{head} {{\n" + "".join(f"{indent}  {name:{width}} = {value}\n" for name, value in arguments.items()) + indent + "}"


def nearby(*rules: str) -> str:
    """A machine with a known address, and a group of its own with these rules."""
    return group("near", *rules) + machine("near", "near", ip="10.0.1.10")


GROUPS = group("own", "%s") + group("loose", "%s")
GROUPS += machine("near", "own", ip="10.0.1.10", tag="near").replace("[aws_security_group.own.id]", "%s")
OWN = "[aws_security_group.own.id]"
EXTRA = [Told("extra-access", "unproven", "aws_security_group.loose", "aws_security_group.loose.ingress[0]", ["var.on"])]
MISSING = [Told("missing-access", "unproven", "aws_security_group.own", None, ["var.on"])]
