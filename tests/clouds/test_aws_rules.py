"""Security group rules in every spelling that the provider takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pamlint.model.acl import Extent, Rule
from pamlint.model.addresses import ANY, IPV4, IPV6, parse_cidrs
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import Resource, Unknown
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS
from tests.clouds.building import acl, addresses, block, exactly, explicit, network, ref, resource, unset

EVERYTHING, PORTS = exactly((0, 255)), exactly((0, 65535))
TCP, UDP, ICMP, ICMP6 = exactly((6, 6)), exactly((17, 17)), exactly((1, 1)), exactly((58, 58))
HOST = "aws_security_group.a"


def in_group(**values: Any) -> Resource:
    return resource(HOST, ingress=[block(**{"cidr_blocks": ["10.0.0.0/8"], **values})])


def only_rule(*resources: Resource) -> Rule:
    found = network(*resources)
    assert found.problems == ()
    (rule,) = acl(found, HOST).rules
    return rule


@pytest.mark.parametrize(
    ("protocol", "start", "end", "protocols", "ports"),
    [
        ("tcp", 443, 443, TCP, exactly((443, 443))),
        ("TCP", "443", "443", TCP, exactly((443, 443))),
        ("6", Decimal(443), "445", TCP, exactly((443, 445))),
        (6, 443, 443, TCP, exactly((443, 443))),
        (Decimal(17), 53, 53, UDP, exactly((53, 53))),
        ("udp", 0, 65535, UDP, PORTS),
        ("tcp", -1, -1, TCP, PORTS),
        ("tcp", 0, 0, TCP, exactly((0, 0))),
        ("-1", 0, 0, EVERYTHING, PORTS),
        ("-1", None, None, EVERYTHING, PORTS),
        (-1, 0, 0, EVERYTHING, PORTS),
        ("all", 22, 22, EVERYTHING, PORTS),
        ("ALL", 22, 22, EVERYTHING, PORTS),
        ("gre", 22, 22, exactly((47, 47)), PORTS),
        ("47", 22, 22, exactly((47, 47)), PORTS),
        ("50", 0, 0, exactly((50, 50)), PORTS),
        ("sctp", 22, 22, exactly((132, 132)), PORTS),
        ("icmp", -1, -1, ICMP, PORTS),
        ("icmp", 8, 0, ICMP, exactly((2048, 2048))),
        ("icmp", "8", "-1", ICMP, exactly((2048, 2303))),
        ("icmp", 3, 4, ICMP, exactly((772, 772))),
        ("1", 0, 0, ICMP, exactly((0, 0))),
        ("icmpv6", None, None, ICMP6, PORTS),
        ("58", 128, 0, ICMP6, exactly((32768, 32768))),
        ("ipv6-icmp", -1, -1, ICMP6, PORTS),
        ("0", 0, 0, exactly((0, 0)), PORTS),
        ("255", 0, 0, exactly((255, 255)), PORTS),
    ],
)
def test_protocols_and_ports(protocol: Any, start: Any, end: Any, protocols: Extent, ports: Extent) -> None:
    """Names in any case, numbers, -1; ports as numbers or strings; ICMP holds type and code; other numbers mean all ports."""
    rule = only_rule(in_group(protocol=protocol, from_port=start, to_port=end))
    assert (rule.protocols, rule.ports) == (protocols, ports)


ANY_PROTOCOL = Extent(EMPTY, ALL_PROTOCOLS, (f"{HOST}.ingress[0] (not understood)",))


@pytest.mark.parametrize(
    ("values", "protocols"),
    [
        ({"protocol": "tpc", "from_port": 1, "to_port": 1}, ANY_PROTOCOL),
        ({"protocol": "256", "from_port": 1, "to_port": 1}, ANY_PROTOCOL),
        ({"protocol": None, "from_port": 1, "to_port": 1}, ANY_PROTOCOL),
        ({"protocol": "tcp", "from_port": 443, "to_port": 80}, TCP),
        ({"protocol": "tcp", "from_port": 1, "to_port": 65536}, TCP),
        ({"protocol": "tcp", "from_port": 70000, "to_port": unset("q")}, TCP),
        ({"protocol": "tcp", "from_port": "ssh", "to_port": "ssh"}, TCP),
        ({"protocol": "tcp", "from_port": Decimal("1.5"), "to_port": 2}, TCP),
        ({"protocol": "icmp", "from_port": 256, "to_port": 0}, exactly((1, 1))),
    ],
)
def test_what_aws_refuses_is_told_and_admits_nothing_for_sure(values: dict[str, Any], protocols: Extent) -> None:
    """A problem names the rule; it stands, what is right in it is known, and all the rest may be."""
    found = network(in_group(**values))
    assert [(problem.check, problem.subject) for problem in found.problems] == [("unreadable-input", f"{HOST}.ingress[0]")]
    (rule,) = acl(found, HOST).rules
    ports = PORTS if protocols is ANY_PROTOCOL else Extent(EMPTY, ALL_PORTS, ANY_PROTOCOL.because)
    assert (rule.direction, rule.protocols, rule.ports) == ("ingress", protocols, ports)


@pytest.mark.parametrize(
    ("values", "protocols", "ports"),
    [
        ({"protocol": unset("p"), "from_port": 1, "to_port": 1}, Extent(EMPTY, ALL_PROTOCOLS, ("var.p",)), PORTS),
        ({"protocol": "tcp", "from_port": unset("p"), "to_port": unset("q")}, TCP, Extent(EMPTY, ALL_PORTS, ("var.p", "var.q"))),
        ({"protocol": "tcp", "from_port": 22, "to_port": unset("q")}, TCP, Extent(EMPTY, ((22, 65535),), ("var.q",))),
        ({"protocol": "tcp", "from_port": unset("p"), "to_port": 22}, TCP, Extent(EMPTY, ((0, 22),), ("var.p",))),
        ({"protocol": "tcp", "from_port": unset("p"), "to_port": -1}, TCP, Extent(EMPTY, ALL_PORTS, ("var.p",))),
        ({"protocol": "tcp", "from_port": -1, "to_port": unset("q")}, TCP, Extent(EMPTY, ALL_PORTS, ("var.q",))),
        ({"protocol": "icmp", "from_port": 8, "to_port": unset("q")}, ICMP, Extent(EMPTY, ((2048, 2303),), ("var.q",))),
        ({"protocol": "icmp", "from_port": unset("p"), "to_port": 0}, ICMP, Extent(EMPTY, ALL_PORTS, ("var.p",))),
        ({"protocol": "-1", "from_port": unset("p"), "to_port": unset("p")}, EVERYTHING, PORTS),
    ],
)
def test_unknown_protocols_and_ports_keep_what_is_known(values: dict[str, Any], protocols: Extent, ports: Extent) -> None:
    """What is not known lies within its bounds and names its references."""
    rule = only_rule(in_group(**values))
    assert (rule.protocols, rule.ports) == (protocols, ports)


ALL_OF: dict[str, Any] = {"protocol": "-1", "from_port": 0, "to_port": 0}


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"cidr_blocks": ["0.0.0.0/0"]}, IPV4),
        ({"ipv6_cidr_blocks": ["::/0"]}, IPV6),
        ({"cidr_blocks": ["0.0.0.0/1", "128.0.0.0/1"]}, IPV4),
        ({"cidr_blocks": ["10.1.2.3/24"]}, parse_cidrs(["10.1.2.0/24"])),
        ({"cidr_blocks": ["10.0.0.0/8"], "ipv6_cidr_blocks": ["::/0"]}, parse_cidrs(["10.0.0.0/8", "::/0"])),
        ({"cidr_blocks": []}, EMPTY),
        ({}, EMPTY),
    ],
)
def test_addresses_of_both_families_are_united(values: dict[str, Any], line: Ranges) -> None:
    """Inline rules; no peers are no addresses."""
    rule = only_rule(resource(HOST, ingress=[block(**ALL_OF, **values)]))
    assert addresses(rule.peers) == line


@pytest.mark.parametrize("syntax", ["block", "attribute"])
def test_attribute_syntax_is_the_same(syntax: str) -> None:
    """`ingress = [{...}]` with all its nulls and empty lists says what a block says."""
    values: dict[str, Any] = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/8"]}
    rest: dict[str, Any] = {
        "description": "",
        "ipv6_cidr_blocks": [],
        "prefix_list_ids": None,
        "security_groups": [],
        "self": False,
    }
    given = block(**values) if syntax == "block" else {**values, **rest}
    rule = only_rule(resource(HOST, ingress=[given]))
    assert (rule.name, rule.protocols, rule.ports, addresses(rule.peers)) == (
        f"{HOST}.ingress[0]", TCP, exactly((22, 22)), parse_cidrs(["10.0.0.0/8"])
    )  # fmt: skip


def test_self_stands_beside_addresses() -> None:
    """`self = true` hides nothing: the group itself and 0.0.0.0/0 are both peers."""
    rule = only_rule(resource(HOST, ingress=[block(**ALL_OF, cidr_blocks=["0.0.0.0/0"], self=True)]))
    assert addresses(rule.peers) == IPV4
    assert [peer.symbol for peer in rule.peers if peer.symbol] == [f"r|{HOST}"]


@pytest.mark.parametrize("value", [True, "true"])
def test_self_of_a_standalone_rule_is_the_group_that_it_belongs_to(value: Any) -> None:
    """Not the rule, and not nobody."""
    rule = resource("aws_security_group_rule.x", type="ingress", security_group_id=ref(HOST), self=value, **ALL_OF)
    assert [peer.symbol for peer in only_rule(resource(HOST), rule).peers] == [f"r|{HOST}"]


def test_an_unknown_self_is_an_unknown_peer() -> None:
    """Neither the group nor nobody."""
    rule = only_rule(resource(HOST, ingress=[block(**ALL_OF, self=unset("s"))]))
    assert [(peer.symbol, peer.because) for peer in rule.peers] == [(None, ("var.s",))]


def test_an_unknown_address_is_of_the_family_of_its_argument() -> None:
    """And stands beside those that are known."""
    rule = only_rule(
        resource(HOST, ingress=[block(**ALL_OF, cidr_blocks=["10.0.0.0/8", unset("c")], ipv6_cidr_blocks=unset("d"))])
    )
    assert addresses(rule.peers) == parse_cidrs(["10.0.0.0/8"])
    assert [(peer.because, peer.at_most) for peer in rule.peers if peer.because] == [(("var.c",), IPV4), (("var.d",), IPV6)]


def test_an_address_that_is_none_is_told() -> None:
    """It is an unknown value, never nothing."""
    found = network(resource(HOST, ingress=[block(**ALL_OF, cidr_blocks=["10.0.0.0/33"])]))
    assert [problem.subject for problem in found.problems] == [f"{HOST}.ingress[0]"]
    (rule,) = acl(found, HOST).rules
    assert [(peer.addresses, bool(peer.because)) for peer in rule.peers] == [(EMPTY, True)]


OTHER = resource("aws_security_group.b", id_="sg-0b", name="b", arn="arn:aws:ec2:eu-west-1:1:security-group/sg-0b")


@pytest.mark.parametrize(
    "value",
    [ref("aws_security_group.b"), ref("aws_security_group.b", "arn"), "sg-0b", "123456789012/sg-0b"],
)
@pytest.mark.parametrize("attribute", ["security_groups", "source_security_group_id", "referenced_security_group_id"])
def test_a_group_is_a_peer_by_whatever_names_it(attribute: str, value: Any) -> None:
    """By reference, by id, by account and id: one symbol, and no address."""
    given = [value] if attribute == "security_groups" else value
    if attribute == "security_groups":
        found = only_rule(OTHER, resource(HOST, ingress=[block(**ALL_OF, security_groups=given)]))
    elif attribute == "source_security_group_id":
        rule = resource(
            "aws_security_group_rule.x", type="ingress", security_group_id=ref(HOST), source_security_group_id=value, **ALL_OF
        )
        found = only_rule(OTHER, resource(HOST), rule)
    else:
        rule = resource(
            "aws_vpc_security_group_ingress_rule.x",
            security_group_id=ref(HOST),
            ip_protocol="-1",
            referenced_security_group_id=value,
        )
        found = only_rule(OTHER, resource(HOST), rule)
    assert [(peer.symbol, peer.addresses) for peer in found.peers] == [("r|aws_security_group.b", EMPTY)]


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({"cidr_blocks": ["10.0.0.0/8"]}, ["10.0.0.0/8"]),
        ({"cidr_blocks": [Unknown(("var.x",)), "10.0.0.0/8"]}, ["var.x", "10.0.0.0/8"]),
        ({"ipv6_cidr_blocks": ["2001:db8::/32"]}, ["2001:db8::/32"]),
        ({"self": True}, [HOST]),
        ({"cidr_blocks": [Unknown(("var.x",))]}, ["var.x", "local.g"]),
        ({"cidr_blocks": []}, ["local.g"]),
        ({"self": Unknown(("var.self",))}, ["local.g", "var.self"]),
        ({"prefix_list_ids": ["pl-1"]}, ["local.g", "prefix-list:pl-1"]),
    ],
)
def test_no_group_stands_beside_addresses(others: dict[str, Any], told: list[str]) -> None:
    """The provider takes a group or addresses or the group itself: a plan leaves open what it fills in, and that is nothing."""
    rule = resource(
        "aws_security_group_rule.x",
        type="ingress",
        security_group_id=ref(HOST),
        source_security_group_id=Unknown(("local.g",)),
        **ALL_OF,
        **others,
    )
    assert [peer.text for peer in only_rule(resource(HOST), rule).peers] == told


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("sg-0f", "id|sg-0f"),
        ("123456789012/sg-0f", "id|sg-0f"),
        (ref("data.aws_security_group.x"), "r|data.aws_security_group.x"),
    ],
)
def test_a_group_that_the_input_lacks_is_a_symbol_of_its_own(value: Any, key: str) -> None:
    """It can be matched to a role, and it is never nobody."""
    found = network(resource(HOST, ingress=[block(**ALL_OF, security_groups=[value])]))
    (rule,) = acl(found, HOST).rules
    assert [peer.symbol for peer in rule.peers] == [key]
    assert [group.key for group in found.groups] == [key]
    assert (found.symbols[key].kind, found.symbols[key].at_least, found.symbols[key].at_most) == ("group", EMPTY, ANY)


@pytest.mark.parametrize("value", [unset("g"), Unknown(("module.x.groups",))])
def test_an_unknown_group_is_an_unknown_peer(value: Unknown) -> None:
    """It may be any address or none."""
    rule = only_rule(resource(HOST, ingress=[block(**ALL_OF, security_groups=[value])]))
    assert [(peer.symbol, peer.because, peer.at_most) for peer in rule.peers] == [(None, value.because, ANY)]


def test_new_rules_read_ip_protocol_and_single_cidrs() -> None:
    """`ip_protocol = "-1"` opens all; `cidr_ipv4` and `cidr_ipv6` are the peers; the direction is the type's."""
    rules = [
        resource("aws_vpc_security_group_ingress_rule.a", security_group_id=ref(HOST), ip_protocol="-1", cidr_ipv4="0.0.0.0/0"),
        resource(
            "aws_vpc_security_group_egress_rule.b", security_group_id=ref(HOST), ip_protocol="tcp", from_port=1, to_port=2, cidr_ipv6="::/0"
        ),
    ]  # fmt: skip
    first, second = acl(network(resource(HOST), *rules), HOST).rules
    assert (first.direction, first.protocols, first.ports, addresses(first.peers)) == ("ingress", EVERYTHING, PORTS, IPV4)
    assert (second.direction, second.protocols, second.ports, addresses(second.peers)) == ("egress", TCP, exactly((1, 2)), IPV6)


def test_a_rule_of_unknown_direction_is_possible_in_both() -> None:
    """Each names what decides."""
    rule = resource(
        "aws_security_group_rule.x", type=unset("t"), security_group_id=ref(HOST), cidr_blocks=["10.0.0.0/8"], **ALL_OF
    )
    found = acl(network(resource(HOST), rule), HOST).rules
    assert [(each.direction, each.possible) for each in found] == [("ingress", ("var.t",)), ("egress", ("var.t",))]


def test_possible_blocks_are_possible_rules() -> None:
    """A `dynamic` over an unset value, an unknown `ingress` as a whole, a rule whose count is unknown."""
    inline = acl(network(resource(HOST, ingress=[block(("var.d",), **ALL_OF, cidr_blocks=["10.0.0.0/8"])])), HOST)
    whole = acl(network(resource(HOST, ingress=unset("all"))), HOST)
    rule = resource(
        "aws_security_group_rule.x[*]", ("var.n",), type="ingress", security_group_id=ref(HOST), cidr_blocks=[], **ALL_OF
    )
    assert [each.possible for each in inline.rules] == [("var.d",)]
    assert [(each.possible, each.protocols.because, each.direction) for each in whole.rules] == [
        (("var.all",), ("var.all",), "ingress")
    ]
    assert all(peer.because == ("var.all",) for peer in whole.rules[0].peers) and whole.rules[0].peers
    assert [each.possible for each in acl(network(resource(HOST), rule), HOST).rules] == [("var.n",)]


def test_what_the_provider_computes_is_not_set() -> None:
    """A plan's unknown `ingress` of the group itself holds no rule."""
    assert explicit(acl(network(resource(HOST, ingress=ref(HOST, "ingress"), egress=ref(HOST, "egress"))), HOST)) == []


# Groups


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (ref("data.aws_security_group.x"), "data.aws_security_group.x"),
        ("sg-0f", "sg-0f"),
        (unset("group"), "var.group"),
    ],
)
def test_rules_of_a_group_that_the_input_lacks_make_a_partial_acl(value: Any, because: str) -> None:
    """Further rules may stand elsewhere, and the reference says where."""
    rule = resource("aws_security_group_rule.x", type="ingress", security_group_id=value, cidr_blocks=["10.0.0.0/8"], **ALL_OF)
    (found,) = network(rule).acls
    assert (found.partial, len(found.rules)) == ((because,), 1)


def test_a_data_source_is_partial_and_takes_rules() -> None:
    """What the account holds of it is not known here."""
    rule = resource("aws_security_group_rule.x", type="egress", security_group_id=ref("data.aws_security_group.x"), **ALL_OF)
    found = acl(network(resource("data.aws_security_group.x", name="x"), rule), "data.aws_security_group.x")
    assert (found.partial, len(found.rules), found.name) == (("data.aws_security_group.x",), 1, "x")


def test_a_group_without_rules_admits_nothing() -> None:
    """Terraform removes the API's allow-all egress; the group is whole and empty."""
    found = acl(network(resource(HOST, name="a")), HOST)
    assert (found.rules, found.partial, found.ordered) == ((), (), False)


def test_the_default_group_is_emptied_and_called_default() -> None:
    """`aws_default_security_group` takes over the VPC's default group."""
    found = acl(network(resource("aws_default_security_group.d", vpc_id=ref("aws_vpc.v"))), "aws_default_security_group.d")
    assert (found.name, found.rules, found.partial) == ("default", (), ())


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"name": "fm"}, "fm"),
        ({"name_prefix": "fm-"}, Unknown((f"{HOST}.name",), prefix="fm-")),
        ({}, Unknown((f"{HOST}.name",), prefix="terraform-")),
        ({"name": unset("n")}, unset("n")),
        ({"name": ref(HOST, "name"), "name_prefix": "fm-"}, Unknown((f"{HOST}.name",), prefix="fm-")),
    ],
)
def test_names_of_groups(values: dict[str, Any], name: Any) -> None:
    """As written, or unknown with the beginning that is known."""
    assert acl(network(resource(HOST, **values)), HOST).name == name


def test_tags_are_united_with_those_of_the_provider() -> None:
    """`tags_all` holds the default tags."""
    assert acl(network(resource(HOST, tags={"a": "1"}, tags_all={"a": "1", "b": "2"})), HOST).tags == {"a": "1", "b": "2"}


VPC = resource("aws_vpc.v", cidr_block="10.0.0.0/16")


@pytest.mark.parametrize(
    ("vpc", "more", "line"),
    [
        (VPC, (), ["10.0.0.0/16"]),
        (resource("aws_vpc.v", cidr_block="10.0.0.0/16", ipv6_cidr_block="2001:db8::/56"), (), ["10.0.0.0/16", "2001:db8::/56"]),
        (resource("aws_vpc.v", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True), (), ["10.0.0.0/16", "::/0"]),
        (resource("aws_vpc.v", cidr_block=unset("c")), (), ["0.0.0.0/0"]),
        (
            VPC,
            (resource("aws_vpc_ipv4_cidr_block_association.m", vpc_id=ref("aws_vpc.v"), cidr_block="10.7.0.0/16"),),
            ["10.0.0.0/16", "10.7.0.0/16"],
        ),
        (resource("aws_vpc.w", cidr_block="10.0.0.0/16"), (), ["any"]),
    ],
)
def test_members_of_a_group_are_in_its_vpc(vpc: Resource, more: tuple[Resource, ...], line: list[str]) -> None:
    """The whole line where the VPC is not in the input, a whole family where its CIDRs are not known."""
    found = network(resource(HOST, vpc_id=ref("aws_vpc.v")), vpc, *more)
    assert found.symbols[f"r|{HOST}"].at_most == parse_cidrs(line)


# Prefix lists


@pytest.mark.parametrize(
    ("lists", "least", "most"),
    [
        ([resource("aws_ec2_managed_prefix_list.p", entry=[block(cidr="10.1.0.0/16"), block(cidr="10.2.0.0/16")])], ["10.1.0.0/16", "10.2.0.0/16"], None),
        ([resource("aws_ec2_managed_prefix_list.p", address_family="IPv4", entry=[block(cidr="10.1.0.0/16"), block(cidr=unset("c"))])], ["10.1.0.0/16"], IPV4),
        ([resource("aws_ec2_managed_prefix_list.p", address_family="IPv6", entry=[block(("var.d",), cidr="::/8")])], [], IPV6),
        (
            [
                resource("aws_ec2_managed_prefix_list.p"),
                resource("aws_ec2_managed_prefix_list_entry.e", prefix_list_id=ref("aws_ec2_managed_prefix_list.p"), cidr="10.9.0.0/16"),
            ],
            ["10.9.0.0/16"],
            None,
        ),
        ([], [], ANY),
    ],
)  # fmt: skip
def test_prefix_lists_are_symbols_with_their_entries(lists: list[Resource], least: list[str], most: Ranges | None) -> None:
    """All of it is known only where every entry is; one that the input lacks may hold anything. CIDRs beside it stay."""
    rule = resource(
        HOST, ingress=[block(**ALL_OF, prefix_list_ids=[ref("aws_ec2_managed_prefix_list.p")], cidr_blocks=["0.0.0.0/0"])]
    )
    found = network(rule, *lists)
    (symbol,) = (peer.symbol for peer in acl(found, HOST).rules[0].peers if peer.symbol)
    known = parse_cidrs(least)
    assert (found.symbols[symbol].kind, found.symbols[symbol].at_least, found.symbols[symbol].at_most) == (
        "prefix-list", known, known if most is None else most
    )  # fmt: skip
    assert addresses(acl(found, HOST).rules[0].peers) == IPV4


@pytest.mark.parametrize("value", ["pl-1", ref("data.aws_prefix_list.s3")])
def test_a_foreign_prefix_list_is_a_symbol(value: Any) -> None:
    """Never the empty set."""
    rule = only_rule(resource(HOST, egress=[block(**ALL_OF, prefix_list_ids=[value])]))
    assert all(peer.symbol and peer.text.startswith("prefix-list:") for peer in rule.peers) and rule.peers


# Who wears what


@pytest.mark.parametrize(
    ("machines", "wears", "known"),
    [
        ([resource("aws_instance.i", vpc_security_group_ids=[ref(HOST)], private_ip="10.0.0.5")], {f"r|{HOST}"}, ["10.0.0.5"]),
        (
            [resource("aws_network_interface.n", security_groups=[ref(HOST)], private_ips=["10.0.0.5", "10.0.0.6"])],
            {f"r|{HOST}"},
            ["10.0.0.5", "10.0.0.6"],
        ),
        (
            [
                resource("aws_network_interface.n"),
                resource(
                    "aws_network_interface_sg_attachment.t",
                    network_interface_id=ref("aws_network_interface.n"),
                    security_group_id=ref(HOST),
                ),
            ],
            {f"r|{HOST}"},
            [],
        ),
        ([resource("aws_instance.i", vpc_security_group_ids=["sg-0f"])], {"id|sg-0f"}, []),
    ],
)
def test_machines_wear_groups(machines: list[Resource], wears: set[str], known: list[str]) -> None:
    """By argument and by attachment; a group that the input lacks is worn all the same, as a partial ACL."""
    found = network(resource(HOST), *machines)
    (workload,) = (each for each in found.workloads if each.wears & wears)
    assert workload.addresses == parse_cidrs(known)
    assert wears <= {key for layer in workload.chain for key in layer}
    assert all(key in {each.key for each in found.acls} for key in wears)
    if known:
        assert found.symbols[f"r|{HOST}"].at_least == parse_cidrs(known)


def test_a_possible_machine_is_no_sure_member() -> None:
    """Its addresses are not known to be the group's."""
    found = network(
        resource(HOST), resource("aws_instance.i", ("var.n",), vpc_security_group_ids=[ref(HOST)], private_ip="10.0.0.5")
    )
    assert found.symbols[f"r|{HOST}"].at_least == EMPTY


def test_roots_are_apart() -> None:
    """The same address in two roots is two groups; a reference leads to that of its own root."""
    rule = resource(
        "aws_security_group_rule.x", root="s", type="ingress", security_group_id=ref(HOST), cidr_blocks=["10.0.0.0/8"], **ALL_OF
    )
    found = network(resource(HOST), resource(HOST, root="s"), rule)
    assert {each.root: len(each.rules) for each in found.acls} == {"r": 0, "s": 1}


def test_a_rule_of_no_direction_may_be_of_either() -> None:
    """A type that Terraform refuses is told, and the rule may stand on both sides."""
    rule = resource(
        "aws_security_group_rule.r", type="inbound", security_group_id=ref(HOST), protocol="tcp", from_port=1, to_port=1
    )
    found = network(resource(HOST), rule)
    assert [problem.subject for problem in found.problems] == ["aws_security_group_rule.r"]
    told = [(one.direction, one.possible) for one in explicit(acl(found, HOST))]
    assert told == [(direction, ("aws_security_group_rule.r (not understood)",)) for direction in ("ingress", "egress")]


def test_nonsense_is_told_as_it_is_written() -> None:
    """What stands where an address should is told in Terraform's words, and what is unknown in it by its name."""
    given = [[Unknown(("var.x",)), "10.0.0.0/8"], {"a": 1}]
    rule = resource(
        "aws_security_group_rule.r", type="ingress", security_group_id=ref(HOST), cidr_blocks=given, protocol="tcp",
        from_port=1, to_port=1,
    )  # fmt: skip
    found = network(resource(HOST), rule)
    assert [peer.text for peer in explicit(acl(found, HOST))[0].peers] == ["[var.x, 10.0.0.0/8]", "{a = 1}"]
    assert [problem.message.partition("understood: ")[2] for problem in found.problems] == [
        "'[var.x, 10.0.0.0/8]' has no number of bits after the slash",
        "'{a = 1}' is neither an IPv4 nor an IPv6 address or network",
    ]


def test_a_peer_that_hangs_on_much_is_told_by_the_first_of_it() -> None:
    """All that it hangs on is kept beside."""
    many = Unknown(tuple(f"var.v{number}" for number in range(5)))
    ingress = block(protocol="tcp", from_port=22, to_port=22, cidr_blocks=[many])
    (peer,) = acl(network(resource("aws_security_group.g", ingress=[ingress])), "aws_security_group.g").rules[0].peers
    assert (peer.text, peer.because) == ("var.v0, var.v1 and 3 more", many.because)
