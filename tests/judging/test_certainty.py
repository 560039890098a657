"""Small estates in which who is meant, and where they may stand, decides what is proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, edge, machine, nearby, opens
from tests.judging.azure import ADMIN, MACHINE, bare_nsg, security_rule
from tests.judging.building import FAR_CALLS, FLOW, ONE_ROLE, ROLES, findings, told

GROUPS = "".join(
    f'resource "aws_security_group" "{name}" {{\n  name   = "{name}"\n  vpc_id = aws_vpc.v.id\n}}\n'
    for name in "far other".split()
)
FAR = """
resource "aws_instance" "far_%d" {
  subnet_id              = aws_subnet.%s.id
  %s
  vpc_security_group_ids = [%s]
}
"""
EDGE = edge()
FROM_OTHER = "security_groups = [aws_security_group.other.id]"
FROM_FAR = "security_groups = [aws_security_group.far.id]"


@pytest.mark.parametrize("way", ['cidr_blocks = ["10.0.0.0/16"]', FROM_FAR])
def test_each_service_of_a_flow_may_reach_a_member_in_a_way_of_its_own(way: str, tmp_path: Path) -> None:
    """TCP comes in by a second group that the member wears, GRE by its network or its first group: nothing is missing."""
    rules = (opens(443, FROM_OTHER), opens(0, way, protocol="47"))
    member = FAR % (0, "b", "", "aws_security_group.far.id, aws_security_group.other.id")
    flow = FLOW % ("call", "far", "near", 'tcp/443, "47"', "required", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ""), NETWORK + GROUPS + nearby(*rules) + member)
    assert told(found, "missing-access", "ingress") == []


def test_another_group_that_is_let_in_within_the_subnet_leaves_no_doubt_of_what_is_missing(tmp_path: Path) -> None:
    """The edge lets nothing in, the group another group: the members of the role are missing for sure at both."""
    code = NETWORK + EDGE + GROUPS + nearby(opens("0-65535", FROM_OTHER))
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "required", "ingress"), ROLES % ("", ""), code)
    assert {certainty for certainty, *_ in told(found, "missing-access", "ingress")} == {"proved"}


@pytest.mark.parametrize(("subnet", "missing"), [("a", []), ("b", [("proved", "aws_network_acl.edge", ["10.0.1.0/24"])])])
def test_machines_of_two_subnets_meet_the_edge_from_either(
    subnet: str, missing: list[tuple[str, str, list[str]]], tmp_path: Path
) -> None:
    """One group on two machines lets a subnet in, their network ACL nobody: one that stands in the other subnet is not reached."""
    code = NETWORK + edge(subnets="a b") + nearby(opens(443, "10.0.1.0/24"))
    code += machine("second", "near", subnet=subnet, ip="10.0.1.12")
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.0.1.0/24]") % ""
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, site, code)
    assert told(found, "missing-access", "ingress") == missing


def test_each_machine_is_open_to_its_own_subnet_past_the_edge(tmp_path: Path) -> None:
    """One group on machines of two subnets lets everybody in, their network ACL nobody: who stands beside one of them gets in."""
    code = NETWORK + edge(subnets="a b") + nearby(opens(443, "0.0.0.0/0"))
    code += machine("second", "near", subnet="b", ip="10.0.2.10")
    for need, check in (("optional", "extra-access"), ("blocked", "blocked-access")):
        flow = FLOW % ("call", "any" if need == "blocked" else "far", "near", "tcp/443", need, "ingress")
        found = findings(tmp_path, flow, ROLES.replace("match: [{name: far}]%s", "cidrs: [10.20.0.0/16]") % "", code)
        assert told(found, check, "ingress") == [("proved", "aws_security_group.near", ["10.0.1.0/24", "10.0.2.0/24"])]


def test_each_member_is_missed_where_it_stands_itself(tmp_path: Path) -> None:
    """One member is in the subnet and needs no edge, another is not: the edge stops it for sure, and its replies."""
    code = NETWORK + EDGE + GROUPS + nearby() + FAR % (0, "a", 'private_ip = "10.0.1.11"', "aws_security_group.far.id")
    code += FAR % (1, "b", "", "aws_security_group.far.id")
    site = ROLES % ("", ", cidrs: [10.0.2.0/24]")
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "required", "ingress"), site, code)
    missing = [(certainty, acl) for certainty, acl, _ in told(found, "missing-access", "ingress")]
    replies = [(certainty, acl) for certainty, acl, _ in told(found, "reply-blocked", "egress")]
    assert (missing, replies) == ([("proved", "aws_network_acl.edge")], [("proved", "aws_network_acl.edge")])


POSSIBLY_FROM_OTHER = """
variable "on" { type = set(string) }
resource "aws_security_group_rule" "other" {
  for_each                 = var.on
  type                     = "ingress"
  security_group_id        = aws_security_group.near.id
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  source_security_group_id = aws_security_group.other.id
}
"""


SOME_OF_FAR = opens(443, "10.0.2.0/25")


@pytest.mark.parametrize(
    ("place", "certainty"), [('private_ip = "10.0.2.10"', "unproven"), ('private_ip = "10.0.2.200"', "proved")]
)
def test_networks_are_missing_as_surely_as_members_are(place: str, certainty: str, tmp_path: Path) -> None:
    """The role's networks are not let in; its members may be, of whom one is known: if that one is not, all is sure."""
    code = NETWORK + GROUPS + nearby(SOME_OF_FAR) + FAR % (0, "b", place, "aws_security_group.far.id")
    code += FAR % (1, "b", "", "aws_security_group.far.id")
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.9.0.0/24]"), code)
    assert told(found, "missing-access", "ingress") == [(certainty, "aws_security_group.near", ["10.9.0.0/24"])]


@pytest.mark.parametrize(("port", "certainty"), [(22, "proved"), (443, "unproven")])
def test_a_group_is_told_from_its_networks_by_a_rule_for_the_same_service(port: int, certainty: str, tmp_path: Path) -> None:
    """Some of the VPC is let in: that is the group perhaps only where a rule for this service tells it from its role's networks."""
    perhaps = f"""
    variable "on" {{ type = set(string) }}
    resource "aws_security_group_rule" "far" {{
      for_each                 = var.on
      type                     = "ingress"
      security_group_id        = aws_security_group.near.id
      protocol                 = "tcp"
      from_port                = {port}
      to_port                  = {port}
      source_security_group_id = aws_security_group.far.id
    }}
    """
    code = NETWORK + GROUPS + nearby(SOME_OF_FAR) + perhaps
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.9.0.0/24]"), code)
    assert [each for each, *_ in told(found, "missing-access", "ingress")] == [certainty]


def test_what_is_missing_hangs_on_no_rule_for_another_group(tmp_path: Path) -> None:
    """Whether a rule for another group exists decides nothing: only where the role's members stand does."""
    plain = """
resource "aws_security_group_rule" "plain" {
  type              = "ingress"
  security_group_id = aws_security_group.near.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["10.0.0.0/17"]
}
"""
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ""), NETWORK + GROUPS + nearby() + POSSIBLY_FROM_OTHER + plain)
    because = [each["because"] for each in found if each["check"] == "missing-access"]
    assert because == [["aws_security_group.far"]]


def test_what_is_missing_of_one_member_hangs_on_no_group_that_another_wears_besides(tmp_path: Path) -> None:
    """One member may come in by a second group; the other does not wear that, and where it stands alone is a question."""
    code = NETWORK + GROUPS + nearby() + POSSIBLY_FROM_OTHER
    code += FAR % (0, "b", 'private_ip = "10.0.2.10"', "aws_security_group.far.id, aws_security_group.other.id")
    code += FAR % (1, "b", "", "aws_security_group.far.id")
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "required", "ingress"), ROLES % ("", ""), code)
    because = [each["because"] for each in found if each["check"] == "missing-access"]
    assert because == [["aws_security_group.far", "var.on"]]


@pytest.mark.parametrize(
    ("line", "certainty"), [('cidr_blocks = ["0.0.0.0/0"]', "proved"), ('ipv6_cidr_blocks = ["::/0"]', "unproven")]
)
def test_nobody_knows_whether_a_role_of_unknown_networks_has_ipv6(line: str, certainty: str, tmp_path: Path) -> None:
    """A blocked role stands somewhere in IPv4; what is open to IPv6 alone reaches it only if it has that."""
    code = nearby(opens(22, line, "egress")).replace("  vpc_id = aws_vpc.v.id\n", "")
    code += 'resource "aws_security_group" "far" { name = "far" }\n'
    found = findings(tmp_path, FLOW % ("call", "near", "far", "tcp/22", "blocked", "egress"), ROLES % ("", ""), NETWORK + code)
    assert {each for each, *_ in told(found, "blocked-access", "egress")} == {certainty}


@pytest.mark.parametrize(
    ("network", "extra"),
    [("10.0.0.0/16", []), ("10.0.0.0/16 and IPv6", [("proved", "aws_security_group.near", ["aws_security_group.other"])])],
)
def test_a_strange_group_is_permitted_where_all_of_its_network_is_or_not_at_all(
    network: str, extra: list[tuple[str, str, list[str]]], tmp_path: Path
) -> None:
    """The role's networks hold all of IPv4 that the group can have: where the VPC has IPv6 as well, they do not hold the group."""
    six = "\n  assign_generated_ipv6_cidr_block = true\n" if "IPv6" in network else ""
    code = NETWORK.replace('cidr_block = "10.0.0.0/16"', f'\n  cidr_block = "10.0.0.0/16"\n{six}')
    code += GROUPS + nearby(opens(443, FROM_OTHER))
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.0.0.0/16]") % ""
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress"), site, code)
    assert told(found, "extra-access", "ingress") == extra


AZURE = """
resource "azurerm_application_security_group" "other" { name = "other" }
resource "azurerm_network_interface" "other" {
  name = "other"
  ip_configuration {
    name      = "main"
    subnet_id = azurerm_subnet.a.id
    %s
  }
}
resource "azurerm_network_interface_application_security_group_association" "other" {
  network_interface_id          = azurerm_network_interface.other.id
  application_security_group_id = azurerm_application_security_group.other.id
}
resource "azurerm_network_security_group" "near" {
  name = "near"
%s}
"""


SUBNET_NSG = """
resource "azurerm_network_security_group" "edge" {
  name = "edge"
%s}
resource "azurerm_subnet_network_security_group_association" "edge" {
  subnet_id                 = azurerm_subnet.a.id
  network_security_group_id = azurerm_network_security_group.edge.id
}
"""


def test_a_known_address_of_a_group_may_be_in_a_tag_that_is_permitted(tmp_path: Path) -> None:
    """One NSG admits a group, the other the address of its only member: whether the permitted tag holds that, nobody knows."""
    near = security_rule("one", "Allow", 110, "10.0.1.20")
    code = (
        MACHINE
        + AZURE % ('private_ip_address = "10.0.1.20"', near)
        + SUBNET_NSG % security_rule("all", "Allow", 110, "asg:other")
    )
    site = ONE_ROLE + 'allow: [{name: storage, roles: [near], peers: ["tag:Storage"], reason: backups}]\n'
    found = findings(tmp_path, FAR_CALLS, site, code)
    here = [each for each in told(found, "extra-access", "ingress") if each[1] == "azurerm_network_security_group.near"]
    assert here == [("unproven", "azurerm_network_security_group.near", ["10.0.1.20/32"])]


def test_a_group_that_is_open_for_sure_silences_no_addresses_that_are_open_perhaps(tmp_path: Path) -> None:
    """One of two NSGs admits a group for sure and, perhaps, addresses of the network: whoever else stands there is told of."""
    near = security_rule("group", "Allow", 110, "asg:other")
    perhaps = security_rule("perhaps", "Allow", 110, 'source_address_prefix = var.on ? "10.0.2.0/24" : "10.0.3.0/24"')
    near += perhaps.replace("110", "120")
    everything = security_rule("all", "Allow", 110)
    code = 'variable "on" { type = bool }\n' + MACHINE + AZURE % ("", near) + SUBNET_NSG % everything
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, code)
    here = {(certainty, *peers) for certainty, acl, peers in told(found, "extra-access", "ingress") if acl.endswith("near")}
    assert here == {("proved", "azurerm_application_security_group.other"), ("unproven", "var.on")}


def test_a_group_that_stands_elsewhere_perhaps_is_open_for_sure_but_where_it_is_denied(tmp_path: Path) -> None:
    """A deny above takes some addresses of the network: what the other NSG lets through of the group is what is left of it."""
    deny = security_rule("no", "Deny", 100, "10.0.2.0/24")
    everything = security_rule("all", "Allow", 110)
    code = MACHINE + AZURE % ("", deny + security_rule("group", "Allow", 110, "asg:other")) + SUBNET_NSG % everything
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, code)
    here = [each for each in told(found, "extra-access", "ingress") if each[1] == "azurerm_network_security_group.near"]
    assert here == [("proved", "azurerm_network_security_group.near", ["azurerm_application_security_group.other"])]


def test_known_members_of_a_group_are_told_at_the_nearest_list_alone(tmp_path: Path) -> None:
    """The inner NSG names the group, the outer one the address of its only member: that is the same access."""
    one = security_rule("one", "Allow", 110, "10.0.1.20")
    code = (
        MACHINE
        + AZURE % ('private_ip_address = "10.0.1.20"', security_rule("group", "Allow", 110, "asg:other"))
        + SUBNET_NSG % one
    )
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE + "values: {VirtualNetwork: [10.0.0.0/16]}\n", code)
    group = "azurerm_application_security_group.other"
    assert told(found, "extra-access", "ingress") == [("proved", "azurerm_network_security_group.near", [group])]


def test_a_group_that_is_denied_another_service_is_no_question_where_it_is_permitted(tmp_path: Path) -> None:
    """Whoever else stands in the network is let in for sure, wherever the members of the permitted group are."""
    deny = security_rule("no", "Deny", 100, "asg:other", "22")
    allow = security_rule("web", "Allow", 110, "10.0.0.0/16", "443")
    site = ONE_ROLE.replace("cidrs: [10.0.2.0/24]", "match: [{name: other}]")
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    found = findings(tmp_path, flow, site, MACHINE + AZURE % ("", deny + allow))
    here = [each for each, *_ in told(found, "extra-access", "ingress")]
    assert here == ["proved"]


def test_a_group_that_is_denied_one_port_and_let_in_elsewhere_is_a_question_at_that_port_alone(tmp_path: Path) -> None:
    """SSH is denied the group, the rest it is let in by a rule of its own: whoever it is, the network comes in at other ports."""
    deny = security_rule("no", "Deny", 100, "asg:other", "22")
    group = security_rule("group", "Allow", 110, "asg:other")
    network = security_rule("network", "Allow", 120, "10.0.0.0/16")
    found = findings(tmp_path, FAR_CALLS.replace("tcp/22", "tcp/443"), ONE_ROLE, MACHINE + AZURE % ("", deny + group + network))
    here = [each for each in found if each["check"] == "extra-access" and (each["rule"] or "").endswith("[2]")]
    assert [(each["certainty"], each["traffic"][0]["ports"]) for each in here] == [
        ("proved", "0-21,23-442,444-65535"),
        ("unproven", "22"),
    ]


@pytest.mark.parametrize("above", ["Deny", "Allow"])
def test_what_a_deny_surely_takes_is_missing_whatever_a_tag_holds(above: str, tmp_path: Path) -> None:
    """The network is denied: whether an open tag denies it already, or would admit it if it were not, decides nothing."""
    tag = security_rule("tag", above, 100 if above == "Deny" else 130, "Storage")
    network = security_rule("network", "Deny", 110, "VirtualNetwork")
    rest = security_rule("rest", "Allow", 140, "10.0.0.0/8")
    rules = tag + network + (rest if above == "Deny" else "")
    code = MACHINE + 'resource "azurerm_network_security_group" "near" {\n  name = "near"\n' + rules + "}\n"
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/22", "required", "ingress"), ONE_ROLE, code)
    assert told(found, "missing-access", "ingress") == [("proved", "azurerm_network_security_group.near", ["10.0.2.0/24"])]


def test_a_denied_group_may_be_all_that_a_default_lets_in(tmp_path: Path) -> None:
    """Above the default a group is denied of which not all members are known: TCP from the network is open only perhaps."""
    code = MACHINE + AZURE % ("", security_rule("no", "Deny", 110, "asg:other"))
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, code)
    doubtful = [each for each in found if (each["check"], each["direction"]) == ("implicit-allow", "ingress") and each["because"]]
    assert [each["because"] for each in doubtful] == [["azurerm_application_security_group.other"]]
    assert {row["protocol"] for row in doubtful[0]["traffic"]} == {"tcp"}


def test_admin_rules_bear_what_they_close_both_ways(tmp_path: Path) -> None:
    """What an admin rule and an NSG deny is missing at the admin rules, which come first on the way out too."""
    deny = """
resource "azurerm_network_security_rule" "no" {
  name                        = "no"
  priority                    = 110
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "pam"
  network_security_group_name = azurerm_network_security_group.near.name
}
"""
    admin = ADMIN.replace('"Allow"', '"Deny"').replace('"10.0.1.0/24"', '"10.0.2.0/24"')
    found = findings(tmp_path, FLOW % ("call", "near", "far", "tcp/22", "required", "egress"), ONE_ROLE, MACHINE + admin + deny)
    assert [acl for _, acl, _ in told(found, "missing-access", "egress")] == ["azurerm_network_manager_admin_rule_collection.r"]


@pytest.mark.parametrize("others", [0, 1])
def test_a_role_of_one_machine_that_wears_its_group_owes_itself_nothing(others: int, tmp_path: Path) -> None:
    """The machines that wear the application security group which the role matches reach one another, and none itself."""
    edge = SUBNET_NSG % security_rule("no", "Deny", 110)
    second = "".join(f"resource {block}" for block in AZURE.split("resource ")[2:4]).replace('" "other"', '" "more"')
    code = MACHINE + AZURE % ("", "") + edge + second.replace("interface.other.id", "interface.more.id") % "" * others
    site = ROLES.replace("name: near", "address: azurerm_application_security_group.other").replace(
        "{match: [{name: far}]%s}", "{}"
    )
    flow = FLOW % ("call", "near", "near", "tcp/22", "required", "ingress")
    missing = told(findings(tmp_path, flow, site % "", code), "missing-access", "ingress")
    assert [(certainty, acl) for certainty, acl, _ in missing] == [("proved", "azurerm_network_security_group.edge")] * others


def test_a_list_that_stops_at_the_edge_is_told_without_what_is_permitted_there(tmp_path: Path) -> None:
    """Of a prefix list of unknown entries only those of the subnet come in, and one of these may: the others are open perhaps."""
    code = NETWORK + EDGE + nearby(opens("0-65535", 'prefix_list_ids = ["pl-1"]'))
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.0.1.20/32]") % ""
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    (finding,) = (each for each in findings(tmp_path, flow, site, code) if each["check"] == "extra-access")
    apart = [{peer for hole in row["except"] for peer in hole["peers"]} for row in finding["traffic"]]
    assert ["10.0.1.20/32" in peers for peers in apart] == [row["ports"] == "443" for row in finding["traffic"]]


@pytest.mark.parametrize(("permitted", "blocked"), [("10.0.0.0/16", []), ("10.0.0.0/17", ["proved", "unproven"])])
def test_a_blocked_group_is_open_where_it_comes_in_and_nothing_else_permits_it(
    permitted: str, blocked: list[str], tmp_path: Path
) -> None:
    """The rule lets IPv4 in, and somebody else may call from all IPv4 addresses of the group's network, or from half of them."""
    network = NETWORK.replace('cidr_block = "10.0.0.0/16"', 'cidr_block = "10.0.0.0/16"\n  ipv6_cidr_block = "2001:db8::/56"')
    code = network.replace("{ cidr_block", "{\n  cidr_block").replace('/56" }', '/56"\n}')
    code += GROUPS + nearby(opens(443, "10.0.0.0/16"))
    flows = FLOW % ("no", "far", "near", "tcp/443", "blocked", "ingress")
    site = ROLES % ("", "") + f"allow: [{{name: some, roles: [near], peers: [{permitted}], reason: backups}}]\n"
    assert [certainty for certainty, *_ in told(findings(tmp_path, flows, site, code), "blocked-access", "ingress")] == blocked


def test_a_default_serves_those_who_are_meant(tmp_path: Path) -> None:
    """An NSG lets in the networks of a role and a group besides, the other NSG both by default: the flow goes by its networks."""
    near = security_rule("far", "Allow", 110, "10.0.2.0/24")
    near += security_rule("group", "Allow", 120, "asg:other")
    near += security_rule("no", "Deny", 130)
    code = MACHINE + AZURE % ('private_ip_address = "10.0.1.20"', near) + SUBNET_NSG % ""
    found = findings(tmp_path, FAR_CALLS.replace("optional", "required"), ONE_ROLE, code)
    defaults = [each for each in told(found, "implicit-allow", "ingress") if each[1].endswith("edge")]
    assert defaults == [("proved", "azurerm_network_security_group.edge", ["10.0.2.0/24"])]


def test_a_group_is_open_for_sure_at_the_ports_that_no_admin_rule_closes_to_one_of_its_places(tmp_path: Path) -> None:
    """An admin rule closes port 22 to one address at which members of a group may be: at other ports the group is open."""
    rule = security_rule("other", "Allow", 110, "*", "20-22", to="asg:other", way="Outbound")
    admin = ADMIN.replace('"Allow"', '"Deny"').replace('"10.0.1.0/24"', '"10.0.1.99/32"')
    admin = admin.replace('"Any"', '"Tcp"\n  destination_port_ranges = ["22"]')
    admin = admin.replace('resource "azurerm_network_security_group" "near" { name = "near" }', bare_nsg("near", rule))
    admin += 'resource "azurerm_application_security_group" "other" { name = "other" }\n'
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, MACHINE + admin)
    ports = {each["certainty"]: [row["ports"] for row in each["traffic"]] for each in found if each["check"] == "extra-access"}
    assert ports == {"proved": ["20-21"], "unproven": ["22"]}


def test_a_group_is_open_for_sure_at_the_ports_that_no_other_list_closes_to_some_of_its_places(tmp_path: Path) -> None:
    """The subnet's NSG closes port 22 to the Internet, where members of a group may be: at other ports the group is open."""
    rule = security_rule("other", "Allow", 110, "*", "20-22", to="asg:other", way="Outbound")
    deny = security_rule("no", "Deny", 100, "*", "22", to="Internet", way="Outbound")
    code = MACHINE + 'resource "azurerm_application_security_group" "other" { name = "other" }\n'
    code += bare_nsg("near", rule) + SUBNET_NSG % (deny + rule)
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE + "values: {VirtualNetwork: [10.0.0.0/16]}\n", code)
    ports = {each["certainty"]: {row["ports"] for row in each["traffic"]} for each in found if each["check"] == "extra-access"}
    assert ports == {"proved": {"20-21"}, "unproven": {"22"}}


GROUP_FIRST, GROUP_NEXT = security_rule("first", "Allow", 110, "asg:other"), security_rule("next", "Deny", 120, "asg:other")
ALL_FAR, REST = security_rule("far", "Allow", 200, "10.0.2.0/24"), security_rule("rest", "Deny", 300)
SERVED = {
    "denied": (GROUP_NEXT + ALL_FAR, [("unproven", ["22-24"])]),
    "allowed before it is denied": (GROUP_FIRST + GROUP_NEXT + ALL_FAR, []),
    "denied before it is allowed": (GROUP_FIRST.replace("110", "130") + GROUP_NEXT + ALL_FAR, [("unproven", ["22-24"])]),
    "in part": (security_rule("first", "Allow", 110, "asg:other", "22-23") + GROUP_NEXT + ALL_FAR, [("unproven", ["24"])]),
    "allowed, and nobody else": (GROUP_FIRST + GROUP_NEXT, [("proved", ["22-24"])]),
}


@pytest.mark.parametrize(("rules", "missing"), SERVED.values(), ids=SERVED)
def test_whoever_is_in_a_group_that_is_allowed_before_it_is_denied_passes(
    rules: str, missing: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    """Who of the network is in the group passes by the first rule, and who is not by the last: nobody need know which."""
    flow = FLOW % ("call", "far", "near", "tcp/22-24", "required", "ingress")
    found = findings(tmp_path, flow, ONE_ROLE, MACHINE + AZURE % ("", rules + REST))
    here = [each for each in found if each["check"] == "missing-access"]
    assert [(each["certainty"], [row["ports"] for row in each["traffic"]]) for each in here] == missing
