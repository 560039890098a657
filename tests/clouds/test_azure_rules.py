"""NSG rules in every spelling that the provider takes, and the lists that they stand in."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pamlint.model.acl import Extent, Rule
from pamlint.model.addresses import ANY, IPV4, IPV6, PUBLIC, parse_cidrs
from pamlint.model.ranges import EMPTY, Ranges, subtract
from pamlint.model.resource import Resource, Unknown
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS
from tests.clouds.building import acl, addresses, block, exactly, explicit, network, ref, resource, unset
from tests.clouds.reading import network_of

NSG = "azurerm_network_security_group.n"
EVERYTHING, PORTS = exactly((0, 255)), exactly((0, 65535))
TCP = exactly((6, 6))
WITH_PORTS = exactly((6, 6), (17, 17))
PLAIN: dict[str, Any] = {
    "name": "x",
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "source_port_range": "*",
    "destination_port_range": "443",
    "source_address_prefix": "10.0.0.0/8",
    "destination_address_prefix": "*",
}


def nsg(*rules: dict[str, Any], **values: Any) -> Resource:
    return resource(NSG, name="n", resource_group_name="g", security_rule=[block(**rule) for rule in rules], **values)


def only_rule(**changes: Any) -> Rule:
    found = network(nsg({**PLAIN, **changes}))
    assert found.problems == ()
    (rule,) = explicit(acl(found, NSG))
    return rule


@pytest.mark.parametrize(
    ("changes", "protocols", "ports", "source_ports"),
    [
        ({}, TCP, exactly((443, 443)), PORTS),
        ({"protocol": "TCP"}, TCP, exactly((443, 443)), PORTS),
        ({"protocol": "udp"}, exactly((17, 17)), exactly((443, 443)), PORTS),
        ({"protocol": "*"}, WITH_PORTS, exactly((443, 443)), PORTS),
        ({"protocol": "Any"}, WITH_PORTS, exactly((443, 443)), PORTS),
        ({"protocol": "*", "destination_port_range": "*"}, EVERYTHING, PORTS, PORTS),
        ({"protocol": "*", "destination_port_range": "0-65535"}, EVERYTHING, PORTS, PORTS),
        ({"protocol": "*", "destination_port_range": "*", "source_port_range": "53"}, WITH_PORTS, PORTS, exactly((53, 53))),
        ({"protocol": "Icmp", "destination_port_range": "*"}, exactly((1, 1)), PORTS, PORTS),
        ({"protocol": "Esp", "destination_port_range": "443"}, exactly((50, 50)), PORTS, PORTS),
        ({"protocol": "Ah", "destination_port_range": "*"}, exactly((51, 51)), PORTS, PORTS),
        ({"destination_port_range": "1-9"}, TCP, exactly((1, 9)), PORTS),
        ({"destination_port_range": 22}, TCP, exactly((22, 22)), PORTS),
        ({"destination_port_range": Decimal(22)}, TCP, exactly((22, 22)), PORTS),
        ({"destination_port_range": None, "destination_port_ranges": ["22", "80-81"]}, TCP, exactly((22, 22), (80, 81)), PORTS),
        ({"destination_port_ranges": ["22"]}, TCP, exactly((22, 22), (443, 443)), PORTS),
        ({"destination_port_range": "", "destination_port_ranges": ["*"]}, TCP, PORTS, PORTS),
        ({"destination_port_range": "22,80"}, TCP, exactly((22, 22), (80, 80)), PORTS),
        ({"source_port_range": None}, TCP, exactly((443, 443)), PORTS),
        ({"source_port_range": None, "source_port_ranges": ["1024-65535"]}, TCP, exactly((443, 443)), exactly((1024, 65535))),
        ({"source_port_range": "443"}, TCP, exactly((443, 443)), exactly((443, 443))),
    ],
)
def test_protocols_and_ports(changes: dict[str, Any], protocols: Extent, ports: Extent, source_ports: Extent) -> None:
    """Names in any case; singular and plural fields united; any protocol with ports means those that have ports."""
    rule = only_rule(**changes)
    assert (rule.protocols, rule.ports, rule.source_ports) == (protocols, ports, source_ports)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, parse_cidrs(["10.0.0.0/8"])),
        ({"source_address_prefix": "*"}, ANY),
        ({"source_address_prefix": "Any"}, ANY),
        ({"source_address_prefix": "0.0.0.0/0"}, IPV4),
        ({"source_address_prefix": "::/0"}, IPV6),
        ({"source_address_prefix": "Internet"}, PUBLIC),
        ({"source_address_prefix": "INTERNET"}, PUBLIC),
        ({"source_address_prefix": "internet"}, PUBLIC),
        ({"source_address_prefix": "AzureLoadBalancer"}, parse_cidrs(["168.63.129.16"])),
        ({"source_address_prefix": "AZURE_LOADBALANCER"}, parse_cidrs(["168.63.129.16"])),
        ({"source_address_prefix": None, "source_address_prefixes": ["0.0.0.0/1", "128.0.0.0/1"]}, IPV4),
        ({"source_address_prefixes": ["192.168.0.0/16"]}, parse_cidrs(["10.0.0.0/8", "192.168.0.0/16"])),
        ({"source_address_prefix": "10.1.2.3"}, parse_cidrs(["10.1.2.3"])),
        ({"source_address_prefix": " 10.1.2.3/24 "}, parse_cidrs(["10.1.2.0/24"])),
        ({"source_address_prefix": "10.1.0.0/16,10.2.0.0/16"}, parse_cidrs(["10.1.0.0/16", "10.2.0.0/16"])),
    ],
)
def test_sources_in_addresses(changes: dict[str, Any], line: Ranges) -> None:
    """`*` is both families, the tags that are fixed are their addresses, singular and plural are united."""
    rule = only_rule(**changes)
    assert addresses(rule.peers) == line
    assert not any(peer.symbol or peer.because for peer in rule.peers)


@pytest.mark.parametrize("spelling", ["VirtualNetwork", "virtualnetwork", "VIRTUAL_NETWORK"])
def test_virtual_network_is_a_symbol(spelling: str) -> None:
    """Whichever way it is written, new or classic."""
    found = network(nsg({**PLAIN, "source_address_prefix": spelling}))
    (rule,) = explicit(acl(found, NSG))
    (peer,) = rule.peers
    assert (peer.text, peer.addresses) == ("VirtualNetwork", EMPTY)
    assert peer.symbol is not None and found.symbols[peer.symbol].at_most == ANY


@pytest.mark.parametrize(
    ("spelling", "key"),
    [("Storage", "tag|storage"), ("Storage.WestEurope", "tag|storage.westeurope"), ("CorpNetSaw", "tag|corpnetsaw")],
)
def test_other_tags_are_symbols_whatever_they_are_called(spelling: str, key: str) -> None:
    """Regional and undocumented ones too; never the empty set."""
    rule = only_rule(source_address_prefix=spelling)
    assert [(peer.text, peer.symbol) for peer in rule.peers] == [(f"tag:{spelling}", key)]


@pytest.mark.parametrize(
    ("spaces", "given", "least", "most"),
    [
        ([], None, [], ["any"]),
        ([["10.0.0.0/16", "10.1.0.0/16"]], None, ["10.0.0.0/16", "10.1.0.0/16"], ["any"]),
        ([["10.0.0.0/16"], ["10.9.0.0/16"]], None, [], ["any"]),
        ([["10.0.0.0/16"]], ["10.0.0.0/8"], ["10.0.0.0/8"], ["10.0.0.0/8"]),
    ],
)
def test_virtual_network_holds_what_is_known(
    spaces: list[list[str]], given: list[str] | None, least: list[str], most: list[str]
) -> None:
    """The one network of the input for sure, everything perhaps; the site's word is exact."""
    vnets = [
        resource(f"azurerm_virtual_network.v{place}", name=f"v{place}", address_space=space) for place, space in enumerate(spaces)
    ]
    facts = {"VirtualNetwork": given} if given else {}
    found = network(nsg({**PLAIN, "source_address_prefix": "VirtualNetwork"}), *vnets, **facts)
    symbol = found.symbols[explicit(acl(found, NSG))[0].peers[0].symbol or ""]
    assert (symbol.at_least, symbol.at_most) == (parse_cidrs(least), parse_cidrs(most))


def test_what_stands_behind_is_the_local_side() -> None:
    """Inbound the destination is local, outbound the source; VirtualNetwork there means all that stands behind."""
    inbound = only_rule(destination_address_prefix="10.1.0.0/16")
    outbound = only_rule(direction="Outbound", destination_address_prefix="10.2.0.0/16")
    everything = only_rule(destination_address_prefix="VirtualNetwork")
    assert (inbound.direction, addresses(inbound.peers), addresses(inbound.local)) == (
        "ingress", parse_cidrs(["10.0.0.0/8"]), parse_cidrs(["10.1.0.0/16"])
    )  # fmt: skip
    assert (outbound.direction, addresses(outbound.peers), addresses(outbound.local)) == (
        "egress", parse_cidrs(["10.2.0.0/16"]), parse_cidrs(["10.0.0.0/8"])
    )  # fmt: skip
    assert addresses(everything.local) == ANY


ASG = resource("azurerm_application_security_group.s", id_="/subscriptions/1/asg/S", name="s")


@pytest.mark.parametrize(
    "value", [ref("azurerm_application_security_group.s"), "/subscriptions/1/asg/S", "/SUBSCRIPTIONS/1/asg/s"]
)
def test_asgs_are_symbols_on_both_sides(value: Any) -> None:
    """By reference or id, ids without case; beside addresses."""
    found = network(
        ASG,
        nsg({**PLAIN, "source_application_security_group_ids": [value], "destination_application_security_group_ids": [value]}),
    )
    (rule,) = explicit(acl(found, NSG))
    key = "r|azurerm_application_security_group.s"
    assert key in {peer.symbol for peer in rule.peers} and key in {peer.symbol for peer in rule.local}
    assert addresses(rule.peers) == parse_cidrs(["10.0.0.0/8"])
    assert [group.key for group in found.groups] == [key]


def one_of(*ways: Any) -> Unknown:
    """A value that is one of these."""
    return Unknown(("var.o",), either=ways)


WRONG = (f"{NSG}.security_rule[0] (not understood)",)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("protocol", "Tpc"),
        ("protocol", None),
        ("direction", "Sideways"),
        ("access", "Maybe"),
        ("priority", "first"),
        ("priority", None),
        ("destination_port_range", "ssh"),
        ("destination_port_range", "443-80"),
        ("destination_port_range", "65536"),
        ("source_port_range", "-1"),
    ],
)
def test_a_field_that_cannot_be_understood_is_told_and_may_be_anything(field: str, value: str | None) -> None:
    """One problem at the rule, which is what it is where that field alone is not known."""
    found = network(nsg({**PLAIN, field: value}))
    name = f"{NSG}.security_rule[0]"
    assert [(problem.check, problem.subject) for problem in found.problems] == [("unreadable-input", name)]
    assert explicit(acl(found, NSG)) == explicit(acl(network(nsg({**PLAIN, field: Unknown(WRONG)})), NSG))


@pytest.mark.parametrize("prefix", ["10.0.0.0/33", "2001:db8::/200"])
def test_an_address_that_is_none_is_told(prefix: str) -> None:
    """It is an unknown value, never a tag and never nothing."""
    found = network(nsg({**PLAIN, "source_address_prefix": prefix}))
    assert [problem.subject for problem in found.problems] == [f"{NSG}.security_rule[0]"]
    assert [(peer.symbol, peer.text, peer.because) for peer in explicit(acl(found, NSG))[0].peers] == [(None, prefix, WRONG)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"direction": unset("d")}, [("ingress", "allow", 100, ("var.d",)), ("egress", "allow", 100, ("var.d",))]),
        ({"access": unset("a")}, [("ingress", "allow", 100, ("var.a",)), ("ingress", "deny", 100, ("var.a",))]),
        ({"priority": unset("p")}, [("ingress", "allow", 0, ("var.p",)), ("ingress", "allow", 4096, ())]),
        ({"access": "Deny", "priority": unset("p")}, [("ingress", "deny", 0, ("var.p",)), ("ingress", "deny", 4096, ())]),
        ({"priority": "200"}, [("ingress", "allow", 200, ())]),
        (
            {"priority": one_of(300, "100", 200)},
            [("ingress", "allow", 100, ("var.o",)), ("ingress", "allow", 300, ())],
        ),
        ({"priority": one_of(300, unset("p"))}, [("ingress", "allow", 0, ("var.o",)), ("ingress", "allow", 4096, ())]),
        (
            {"priority": None},
            [("ingress", "allow", 0, WRONG), ("ingress", "allow", 4096, ())],
        ),
    ],
)
def test_unknown_heads_make_possible_rules(changes: dict[str, Any], told: list[tuple[Any, ...]]) -> None:
    """Both directions, both actions; an unknown priority is perhaps the first that it can be, and surely the last of these."""
    rules = explicit(acl(network(nsg({**PLAIN, **changes})), NSG))
    assert sorted((rule.direction, rule.action, rule.priority, rule.possible) for rule in rules) == sorted(told)


@pytest.mark.parametrize(
    ("changes", "references"),
    [
        ({"source_address_prefix": unset("s")}, ("var.s",)),
        ({"source_address_prefixes": ["10.0.0.0/8", unset("s")]}, ("var.s",)),
        ({"destination_port_range": unset("p")}, ("var.p",)),
        ({"source_port_ranges": [unset("p")]}, ("var.p",)),
        ({"protocol": unset("q")}, ("var.q",)),
        ({"destination_address_prefix": unset("d")}, ("var.d",)),
        ({"source_application_security_group_ids": unset("g")}, ("var.g",)),
    ],
)
def test_unknown_values_carry_their_references(changes: dict[str, Any], references: tuple[str, ...]) -> None:
    """Wherever they stand."""
    assert only_rule(**changes).unknown == references


def test_known_ports_beside_an_unknown_one_stay_known() -> None:
    """The rest of the ports is open; for any protocol so are the protocols without ports."""
    rule = only_rule(protocol="*", destination_port_range=None, destination_port_ranges=["22", unset("p")])
    assert rule.ports == Extent(((22, 22),), ALL_PORTS, ("var.p",))
    assert rule.protocols == Extent(WITH_PORTS.known, subtract(ALL_PROTOCOLS, WITH_PORTS.known), ("var.p",))


def test_rules_stand_in_the_order_of_their_priorities_above_the_defaults() -> None:
    """Unique per direction, lowest first, then the six that every NSG ends with."""
    rules = [
        {**PLAIN, "priority": 300},
        {**PLAIN, "priority": 200, "access": "Deny"},
        {**PLAIN, "priority": 4096, "direction": "Outbound"},
    ]
    found = acl(network(nsg(*rules)), NSG)
    assert found.ordered and found.partial == ()
    names = {d: [rule.name.removeprefix(f"{NSG}.") for rule in found.rules if rule.direction == d] for d in ("ingress", "egress")}
    assert names == {
        "ingress": [
            "security_rule[1]",
            "security_rule[0]",
            "AllowVnetInBound",
            "AllowAzureLoadBalancerInBound",
            "DenyAllInBound",
        ],
        "egress": ["security_rule[2]", "AllowVnetOutBound", "AllowInternetOutBound", "DenyAllOutBound"],
    }


def test_default_rules_say_what_azure_says() -> None:
    """Direction, priority, action and peer of each; every protocol and port."""
    found = network(nsg())
    told = {
        rule.name.removeprefix(f"{NSG}."): (rule.direction, rule.priority, rule.action, rule.peers[0].text)
        for rule in acl(found, NSG).rules
        if rule.default and (rule.protocols, rule.ports, rule.source_ports) == (EVERYTHING, PORTS, PORTS)
    }
    assert told == {
        "AllowVnetInBound": ("ingress", 65000, "allow", "VirtualNetwork"),
        "AllowAzureLoadBalancerInBound": ("ingress", 65001, "allow", "AzureLoadBalancer"),
        "DenyAllInBound": ("ingress", 65500, "deny", "any"),
        "AllowVnetOutBound": ("egress", 65000, "allow", "VirtualNetwork"),
        "AllowInternetOutBound": ("egress", 65001, "allow", "Internet"),
        "DenyAllOutBound": ("egress", 65500, "deny", "any"),
    }


def standalone(**values: Any) -> Resource:
    return resource("azurerm_network_security_rule.x", **{**PLAIN, "resource_group_name": "g", **values})


@pytest.mark.parametrize(
    ("named", "group"),
    [("n", "g"), ("N", "G"), (ref(NSG, "name"), "g"), (ref(NSG), "g"), ("n", unset("g"))],
)
def test_a_standalone_rule_finds_its_nsg(named: Any, group: Any) -> None:
    """By reference or by name, without case, where nothing says that it is in another resource group."""
    found = network(nsg(), standalone(network_security_group_name=named, resource_group_name=group))
    assert [rule.name for rule in explicit(acl(found, NSG))] == ["azurerm_network_security_rule.x"]
    assert len(found.acls) == 1


def test_what_the_provider_is_to_say_of_a_rule_is_what_the_configuration_says() -> None:
    """A plan may leave the plural field of a standalone rule to the provider: it holds nothing besides."""
    rule = standalone(
        network_security_group_name="n", source_address_prefixes=ref("azurerm_network_security_rule.x", "source_address_prefixes")
    )
    (found,) = explicit(acl(network(nsg(), rule), NSG))
    assert [(peer.text, peer.because) for peer in found.peers] == [("10.0.0.0/8", ())]


def test_a_standalone_rule_of_another_resource_group_has_another_nsg() -> None:
    """It is a partial one of the same name."""
    found = network(nsg(), standalone(network_security_group_name="n", resource_group_name="elsewhere"))
    assert explicit(acl(found, NSG)) == []
    assert [each.partial for each in found.acls if each.address != NSG] == [("n",)]


def test_the_resource_group_tells_nsgs_of_one_name_apart() -> None:
    """Two NSGs are called alike; the rule is that one's whose resource group it names."""
    twin = resource("azurerm_network_security_group.m", name="n", resource_group_name="h")
    found = network(nsg(), twin, standalone(network_security_group_name="n", resource_group_name="H"))
    assert explicit(acl(found, NSG)) == []
    assert len(explicit(acl(found, "azurerm_network_security_group.m"))) == 1


def test_a_standalone_rule_that_may_be_of_either_of_two_nsgs_is_neithers() -> None:
    """Two NSGs are called alike, and nobody knows the rule's resource group: it stands for one of which the rest is elsewhere."""
    twin = resource("azurerm_network_security_group.m", name="n", resource_group_name="h")
    found = network(nsg(), twin, standalone(network_security_group_name="n", resource_group_name=unset("g")))
    assert sorted((each.address, len(explicit(each)), each.partial) for each in found.acls) == [
        ("azurerm_network_security_group.m", 0, ()),
        (NSG, 0, ()),
        ("n", 1, ("var.g",)),
    ]


@pytest.mark.parametrize(
    ("named", "because"),
    [
        ("other", "other"),
        (unset("nsg"), "var.nsg"),
        (ref("data.azurerm_network_security_group.d", "name"), "data.azurerm_network_security_group.d"),
    ],
)
def test_rules_of_an_nsg_that_the_input_lacks_make_a_partial_acl(named: Any, because: str) -> None:
    """With the default rules that every NSG has."""
    (found,) = network(standalone(network_security_group_name=named)).acls
    assert (found.partial, len(explicit(found)), len(found.rules)) == ((because,), 1, 7)


def test_a_data_source_is_partial() -> None:
    """What the account holds of it is not known to its code."""
    address = "data.azurerm_network_security_group.d"
    for told in ({}, {"security_rule": ref(address, "security_rule")}):
        found = acl(network(resource(address, name="d", **told)), address)
        assert (found.partial, explicit(found)) == ((address,), [])


# What NSGs guard

NIC = "azurerm_network_interface.c"
SUBNET = "azurerm_subnet.b"


def card(**configuration: Any) -> Resource:
    return resource(NIC, name="c", ip_configuration=[block(subnet_id=ref(SUBNET), **configuration)])


GUARDED = (
    resource(SUBNET, name="b", address_prefixes=["10.0.1.0/24"]),
    resource("azurerm_network_security_group.s", name="s"),
    resource("azurerm_subnet_network_security_group_association.t", subnet_id=ref(SUBNET), network_security_group_id=ref("azurerm_network_security_group.s")),
)  # fmt: skip
ON_CARD = resource(
    "azurerm_network_interface_security_group_association.t", network_interface_id=ref(NIC), network_security_group_id=ref(NSG)
)
IN_ASG = resource(
    "azurerm_network_interface_application_security_group_association.t",
    network_interface_id=ref(NIC),
    application_security_group_id=ref("azurerm_application_security_group.s"),
)


def test_both_nsgs_guard_an_interface_the_nearest_first() -> None:
    """The NIC's own, then its subnet's; the ASGs are what it wears; its address is known, or where it stands."""
    fixed = network(nsg(), ASG, card(private_ip_address="10.0.1.4"), *GUARDED, ON_CARD, IN_ASG)
    (workload,) = fixed.workloads
    assert workload.chain == ((f"r|{NSG}",), ("r|azurerm_network_security_group.s",))
    assert workload.wears == {"r|azurerm_application_security_group.s"}
    assert workload.addresses == parse_cidrs(["10.0.1.4"])
    assert fixed.symbols["r|azurerm_application_security_group.s"].at_least == parse_cidrs(["10.0.1.4"])
    (loose,) = network(nsg(), card(), *GUARDED, ON_CARD).workloads
    assert (loose.addresses, loose.within) == (EMPTY, parse_cidrs(["10.0.1.0/24"]))


def test_what_stands_behind_an_nsg_is_known_if_all_of_it_is() -> None:
    """A subnet's prefixes; unknown as soon as one of them is."""
    known = acl(network(*GUARDED), "azurerm_network_security_group.s")
    unknown = acl(
        network(resource(SUBNET, name="b", address_prefixes=["10.0.1.0/24", unset("p")]), *GUARDED[1:]),
        "azurerm_network_security_group.s",
    )
    assert (known.local, unknown.local) == (parse_cidrs(["10.0.1.0/24"]), None)


def test_nothing_is_known_behind_an_nsg_that_an_interface_has_which_the_input_lacks() -> None:
    """It guards the subnet, and somebody of whom nothing is known."""
    tie = {"network_interface_id": "/nics/elsewhere", "network_security_group_id": ref("azurerm_network_security_group.s")}
    stranger = resource("azurerm_network_interface_security_group_association", **tie)
    assert acl(network(*GUARDED, stranger), "azurerm_network_security_group.s").local is None


@pytest.mark.parametrize("name", ['"${var.site}-nsg"', "local.name", '"nsg-${random_id.r.hex}"'])
def test_a_rule_is_of_the_nsg_whose_name_it_refers_to(name: str, tmp_path: Path) -> None:
    """Whatever that name is."""
    code = f"""
variable "site" {{ type = string }}
locals {{ name = "nsg-${{var.site}}" }}
resource "random_id" "r" {{ byte_length = 2 }}
resource "azurerm_network_security_group" "n" {{
  name                = {name}
  resource_group_name = "g"
}}
resource "azurerm_network_security_rule" "ssh" {{
  name                        = "ssh"
  resource_group_name         = "g"
  network_security_group_name = azurerm_network_security_group.n.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "10.0.0.0/8"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "22"
}}
"""
    found = network_of(tmp_path, code).acls
    assert [(each.address, each.partial, [rule.name for rule in explicit(each)]) for each in found] == [
        ("azurerm_network_security_group.n", (), ["azurerm_network_security_rule.ssh"])
    ]
