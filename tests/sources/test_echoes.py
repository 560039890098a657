"""Rules that are told twice count once."""

from __future__ import annotations

from typing import Any

import pytest

from pamlint.model.resource import Block, Resource, Unknown
from pamlint.sources.echoes import without_echoes


def resource(address: str, **values: Any) -> Resource:
    return Resource(address, address.split(".", maxsplit=1)[0], "managed", "root", Block(values), values.get("id"))


def row(**values: Any) -> dict[str, Any]:
    """An inline rule of a group as the provider reads it back."""
    return {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": [], "ipv6_cidr_blocks": [], "self": False, **values}


GROUP = "aws_security_group.g"
CASES: list[tuple[str, list[Resource], list[dict[str, Any]], list[dict[str, Any]]]] = [
    (
        "a rule of its own",
        [
            resource(
                "aws_security_group_rule.r",
                security_group_id="sg-1",
                type="ingress",
                protocol="tcp",
                from_port=22,
                to_port=22,
                cidr_blocks=["10.0.0.0/8"],
            )
        ],
        [row(cidr_blocks=["10.0.0.0/8"])],
        [],
    ),
    (
        "one peer of several",
        [
            resource(
                "aws_vpc_security_group_ingress_rule.r",
                security_group_id="sg-1",
                ip_protocol="tcp",
                from_port=22,
                to_port=22,
                cidr_ipv4="10.0.0.0/8",
            )
        ],
        [row(cidr_blocks=["10.0.0.0/8", "0.0.0.0/0"])],
        [row(cidr_blocks=["0.0.0.0/0"])],
    ),
    (
        "itself as peer",
        [
            resource(
                "aws_security_group_rule.r",
                security_group_id="sg-1",
                type="ingress",
                protocol="tcp",
                from_port=22,
                to_port=22,
                self=True,
            )
        ],
        [row(self=True, cidr_blocks=["10.0.0.0/8"])],
        [row(cidr_blocks=["10.0.0.0/8"])],
    ),
    (
        "all protocols, whatever ports",
        [
            resource(
                "aws_security_group_rule.r",
                security_group_id="sg-1",
                type="ingress",
                protocol="-1",
                from_port=0,
                to_port=65535,
                source_security_group_id="sg-2",
            )
        ],
        [row(protocol="-1", from_port=0, to_port=0, security_groups=["sg-2"])],
        [],
    ),
    (
        "other ports",
        [
            resource(
                "aws_security_group_rule.r",
                security_group_id="sg-1",
                type="ingress",
                protocol="tcp",
                from_port=22,
                to_port=23,
                cidr_blocks=["10.0.0.0/8"],
            )
        ],
        [row(cidr_blocks=["10.0.0.0/8"])],
        [row(cidr_blocks=["10.0.0.0/8"])],
    ),
    (
        "the other direction",
        [
            resource(
                "aws_security_group_rule.r",
                security_group_id="sg-1",
                type="egress",
                protocol="tcp",
                from_port=22,
                to_port=22,
                cidr_blocks=["10.0.0.0/8"],
            )
        ],
        [row(cidr_blocks=["10.0.0.0/8"])],
        [row(cidr_blocks=["10.0.0.0/8"])],
    ),
    (
        "another group",
        [
            resource(
                "aws_security_group_rule.r",
                security_group_id="sg-9",
                type="ingress",
                protocol="tcp",
                from_port=22,
                to_port=22,
                cidr_blocks=["10.0.0.0/8"],
            )
        ],
        [row(cidr_blocks=["10.0.0.0/8"])],
        [row(cidr_blocks=["10.0.0.0/8"])],
    ),
    (
        "a group whose id is not known yet",
        [
            resource(
                "aws_security_group_rule.r",
                security_group_id=Unknown(("x",), (GROUP, "id")),
                type="ingress",
                protocol="tcp",
                from_port=22,
                to_port=22,
                cidr_blocks=["10.0.0.0/8"],
            )
        ],
        [row(cidr_blocks=["10.0.0.0/8"])],
        [],
    ),
]


@pytest.mark.parametrize(("what", "rules", "rows", "left"), CASES, ids=[case[0] for case in CASES])
def test_groups(what: str, rules: list[Resource], rows: list[dict[str, Any]], left: list[dict[str, Any]]) -> None:
    """What a rule's own resource says is taken out of the group's rows, and nothing else."""
    group, *others = without_echoes([resource(GROUP, id="sg-1", ingress=rows), *rules])
    assert group.body.values["ingress"] == left
    assert others == rules


def test_network_acls_and_nsgs() -> None:
    """Rules of network ACLs go by number and direction, those of NSGs by name, in whatever case."""
    acl, nsg, *_ = without_echoes(
        [
            resource("aws_network_acl.a", id="acl-1", ingress=[{"rule_no": 100}, {"rule_no": 200}], egress=[{"rule_no": 100}]),
            resource(
                "azurerm_network_security_group.n",
                name="N",
                resource_group_name="rg",
                security_rule=[{"name": "ssh"}, {"name": "own"}],
            ),
            resource("aws_network_acl_rule.r", network_acl_id="acl-1", rule_number=100, egress=False),
            resource("azurerm_network_security_rule.s", name="SSH", network_security_group_name="n", resource_group_name="RG"),
        ]
    )
    assert (acl.body.values["ingress"], acl.body.values["egress"]) == ([{"rule_no": 200}], [{"rule_no": 100}])
    assert nsg.body.values["security_rule"] == [{"name": "own"}]
