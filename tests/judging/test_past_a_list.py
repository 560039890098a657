"""A group that a security group lets in, past a network ACL that lets in addresses: only whom both surely do is proved open."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, edge, entry, group, machine, opens
from tests.judging.building import INTO_NEAR, SITE, Told, findings, inwards

GROUPS = (
    group("foreign")
    + group("near", opens(443, "10.20.0.0/16"), opens(22, "security_groups = [aws_security_group.foreign.id]"))
    + machine("near", "near", ip="10.0.1.10")
    + edge("%s", entry("ingress", 200, 443, "10.20.0.0/16"), entry("egress", 100, 0, "0.0.0.0/0", protocol="-1"))
)
MEMBER = """
resource "aws_instance" "foreign" {
  subnet_id              = aws_subnet.b.id
  private_ip             = "10.0.2.%s"
  vpc_security_group_ids = [aws_security_group.foreign.id]
}
"""


def entry(number: int, action: str, cidr: str, port: int = 0) -> str:
    """An entry of the network ACL; port 0 is any protocol."""
    return f"""ingress {{
    rule_no    = {number}
    action     = "{action}"
    protocol   = "{"tcp" if port else "-1"}"
    from_port  = {port}
    to_port    = {port}
    cidr_block = "{cidr}"
  }}
  """


LISTS = {
    "all of the network": ([entry(100, "allow", "10.0.0.0/8")], "", "proved"),
    "all of the network in two parts": ([entry(100, "allow", "10.0.0.0/17"), entry(101, "allow", "10.0.128.0/17")], "", "proved"),
    "all, but for others": ([entry(90, "deny", "10.9.0.0/16"), entry(100, "allow", "0.0.0.0/0")], "", "proved"),
    "all of the network for that service": ([entry(100, "allow", "10.0.0.0/16", 22)], "", "proved"),
    "a part of the network": ([entry(100, "allow", "10.0.2.0/25")], "", "unproven"),
    "all of the network but a part": ([entry(90, "deny", "10.0.2.0/25"), entry(100, "allow", "0.0.0.0/0")], "", "unproven"),
    "all of the network but for that service": ([entry(90, "deny", "10.0.0.0/17", 22), entry(100, "allow", "0.0.0.0/0")], "", "unproven"),
    "all of the network but for another service": ([entry(90, "deny", "10.0.0.0/17", 23), entry(100, "allow", "0.0.0.0/0")], "", "proved"),
    "its own subnet alone": ([], "", "unproven"),
    "a member that is known": ([entry(100, "allow", "10.0.2.0/25")], MEMBER % "10", "proved"),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "more", "certainty"), LISTS.values(), ids=LISTS)
def test_a_group_past_a_network_acl_is_open_for_sure_where_its_members_surely_pass(
    entries: list[str], more: str, certainty: str, tmp_path: Path
) -> None:
    """Members stand somewhere in the VPC: where the list stops a part of it, nobody knows whether one of them passes."""
    found = inwards(tmp_path, INTO_NEAR, SITE, NETWORK + GROUPS % "".join(entries) + more)
    rule = "aws_security_group.near.ingress[1]"
    because = ["aws_security_group.foreign"] if certainty == "unproven" else []
    first = Told("extra-access", certainty, "aws_security_group.near", rule, because)
    assert first in found
    assert {each.certainty for each in found if each.check == "extra-access"} <= {certainty, "unproven"}


def test_a_member_that_the_list_stops_is_not_open(tmp_path: Path) -> None:
    """The only member that is known does not pass; whether there are others is not known."""
    code = NETWORK + GROUPS % entry(100, "allow", "10.0.2.0/25") + MEMBER % "200"
    assert [each.certainty for each in inwards(tmp_path, INTO_NEAR, SITE, code)] == ["unproven"]


ICMP = {
    "icmp past a list that lets in IPv6": ("icmp", "::/0", ["unproven"]),
    "icmp past a list that lets in IPv4": ("icmp", "0.0.0.0/0", ["proved"]),
    "icmpv6 past a list that lets in IPv4": ("icmpv6", "0.0.0.0/0", []),
    "icmpv6 past a list that lets in IPv6": ("icmpv6", "::/0", ["unproven"]),
}


@pytest.mark.parametrize(("protocol", "cidr", "expected"), ICMP.values(), ids=ICMP)
def test_icmp_goes_between_addresses_of_its_own_family_alone(
    protocol: str, cidr: str, expected: list[str], tmp_path: Path
) -> None:
    """A list that lets in the other family lets in none of it; who of the group has IPv6, or stands in the subnet, nobody knows."""
    network = NETWORK.replace(
        '{ cidr_block = "10.0.0.0/16" }', '{\n  cidr_block = "10.0.0.0/16"\n  ipv6_cidr_block = "2001:db8::/56"\n}'
    )
    line = "ipv6_cidr_block" if ":" in cidr else "cidr_block"
    groups = GROUPS.replace('protocol        = "tcp"', f'protocol        = "{protocol}"')
    groups = groups.replace("from_port       = 22", "from_port       = -1").replace(
        "to_port         = 22", "to_port         = -1"
    )
    found = findings(tmp_path, INTO_NEAR, SITE, network + groups % entry(100, "allow", cidr).replace("cidr_block", line))
    assert [each["certainty"] for each in found if each["check"] == "extra-access"] == expected
