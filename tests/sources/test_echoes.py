"""Rules that are told twice count once."""

from __future__ import annotations

from typing import Any

import pytest

from pamlint.model.noun import replace
from pamlint.model.resource import Block, Input, Reading, Resource, Unknown
from pamlint.sources.echoes import apart, without_echoes


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


OPEN = {"protocol": "tcp", "from_port": 22, "to_port": 22}
SSH = resource(
    "aws_security_group_rule.r", security_group_id="sg-1", type="ingress", cidr_blocks=["10.0.0.0/8", "10.9.0.0/16"], **OPEN
)
UNTOLD = replace(SSH, body=Block({**SSH.body.values, "security_group_id": Unknown((), (GROUP, "id"))}))


@pytest.mark.parametrize(
    ("other", "left"),
    [
        ({"kind": "state", "resources": (SSH,)}, ["0.0.0.0/0"]),
        ({"kind": "code", "resources": (SSH,)}, ["0.0.0.0/0"]),
        ({"kind": "plan", "before": (SSH,)}, ["0.0.0.0/0"]),
        ({"kind": "state", "resources": (UNTOLD,)}, ["10.0.0.0/8", "0.0.0.0/0"]),
    ],
    ids=["of a state", "of code", "that a plan takes away", "of a group of the other input"],
)
@pytest.mark.parametrize("inline", [False, True], ids=["not written", "written inline"])
def test_rules_of_other_inputs(other: dict[str, Any], left: list[str], inline: bool) -> None:
    """A group shows the rules that other inputs have of its id as well, but for one into which its own plan writes the same."""
    group = resource(GROUP, id="sg-1", ingress=[row(cidr_blocks=["10.0.0.0/8", "0.0.0.0/0"])])
    own = Reading(Input("a", "plan", "", True), (group,), inline=frozenset({GROUP}) if inline else frozenset())
    others = Reading(Input("b", other["kind"], "", True), other.get("resources", ()), before=other.get("before", ()))
    for readings in ([own, others], [others, own]):
        (found,) = (each.resources[0] for each in apart(readings) if each.input.name == "a")
        (found_row,) = found.body.values["ingress"]
        assert found_row["cidr_blocks"] == (["10.0.0.0/8", "0.0.0.0/0"] if inline else left)


def test_the_rules_of_one_input_alone() -> None:
    """An input that stands alone was told apart when it was read, and code says what is written."""
    group = resource(GROUP, id="sg-1", ingress=[row(cidr_blocks=["10.0.0.0/8"])])
    code = Reading(Input("a", "code", "", True), (group,))
    assert apart([code, Reading(Input("b", "state", "", True), (SSH,))])[0] == code
    assert apart([code]) == [code]


NSG = "/subscriptions/%s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/g"
AZURE_ROW = {"name": "ssh", "priority": 100, "access": "Allow", "source_address_prefix": "*", "source_address_prefixes": []}


@pytest.mark.parametrize(
    ("subscription", "possible", "more", "once"),
    [
        ("a", (), {}, True),
        ("b", (), {}, False),
        ("a", ("var.on",), {}, False),
        ("a", (), {"source_address_prefix": "10.0.0.0/8"}, False),
        (None, (), {}, False),
    ],
    ids=["the same", "of another subscription", "perhaps", "with other content", "of no id"],
)
def test_an_nsgs_rule_of_another_input(
    subscription: str | None, possible: tuple[str, ...], more: dict[str, Any], once: bool
) -> None:
    """Names are those of every subscription, and a rule that says otherwise, or may not be there, is not what the NSG shows."""
    nsg = resource(
        "azurerm_network_security_group.g", id=NSG % "a", name="g", resource_group_name="rg", security_rule=[AZURE_ROW]
    )
    named = {"network_security_group_name": "g", "resource_group_name": "rg", **AZURE_ROW, **more}
    identifier = {} if subscription is None else {"id": f"{NSG % subscription}/securityRules/ssh"}
    rule = resource("azurerm_network_security_rule.s", **named, **identifier)
    rule = replace(rule, body=replace(rule.body, possible=possible))
    readings = [Reading(Input("a", "state", "", True), (nsg,)), Reading(Input("b", "state", "", True), (rule,))]
    assert (apart(readings)[0].resources[0].body.values["security_rule"] == []) is once


@pytest.mark.parametrize(("protocol", "once"), [("6", True), ("tcp", True), ("udp", False)])
def test_a_network_acls_rule_of_another_input(protocol: str, once: bool) -> None:
    """A network ACL shows protocols by their numbers, and ports that there are none of as 0."""
    told = {"protocol": "6", "from_port": 22, "to_port": 22, "cidr_block": "10.0.0.0/8", "ipv6_cidr_block": ""}
    acl = resource("aws_network_acl.a", id="acl-1", ingress=[{"rule_no": 100, "action": "allow", "icmp_code": 0, **told}])
    own = {**told, "protocol": protocol, "ipv6_cidr_block": None, "rule_number": 100, "rule_action": "allow", "egress": False}
    rule = resource("aws_network_acl_rule.r", network_acl_id="acl-1", **own)
    readings = [Reading(Input("a", "state", "", True), (acl,)), Reading(Input("b", "state", "", True), (rule,))]
    assert (apart(readings)[0].resources[0].body.values["ingress"] == []) is once


def test_a_group_without_an_id_shows_no_rules_of_other_inputs() -> None:
    """A rule that names its NSG alone is not that of one whose id nobody knows."""
    nsg = resource("azurerm_network_security_group.g", name="g", resource_group_name="rg", security_rule=[AZURE_ROW])
    rule = resource("azurerm_network_security_rule.s", network_security_group_name="g", resource_group_name="rg", **AZURE_ROW)
    readings = [Reading(Input("a", "plan", "", True), (nsg,)), Reading(Input("b", "code", "", True), (rule,))]
    assert apart(readings)[0].resources[0] == nsg
