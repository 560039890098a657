"""What is asked of one end of a flow, and what an allowance permits there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, edge, entry, group, machine, opens
from tests.judging.azure import MACHINE, bare_nsg, security_rule
from tests.judging.building import FLOW, POLICY, ROLES, findings, told
from tests.twins import lint

AMAZON = group("near", "%s")
AZURE = bare_nsg("near", security_rule("nothing", "Deny", 4000, way="Outbound", protocol="*"))


@pytest.mark.parametrize(
    ("platform", "code"),
    [("169.254.169.253/32", NETWORK + AMAZON % ""), ("168.63.129.16/32", MACHINE + AZURE)],
    ids=["aws", "azure"],
)
def test_what_no_list_filters_is_never_missing_on_the_way_out(platform: str, code: str, tmp_path: Path) -> None:
    """No rule lets a call of the platform out, and none need: of the role's networks only the other one is missing."""
    site = ROLES.replace("match: [{name: far}]%s", f"cidrs: [{platform}, 10.9.0.0/24]") % ""
    found = findings(tmp_path, FLOW % ("call", "near", "far", "udp/53", "required", "egress"), site, code)
    assert [(certainty, peers) for certainty, _, peers in told(found, "missing-access", "egress")] == [
        ("proved", ["10.9.0.0/24"])
    ]


OUT = 'egress {\nprotocol = "-1"\nfrom_port = 0\nto_port = 0\ncidr_blocks = ["%s"]\n}'
ALL_OUT = AZURE.replace('"Deny"', '"Allow"').replace('destination_address_prefix = "*"', 'destination_address_prefix = "%s"')


@pytest.mark.parametrize(
    ("platform", "code"),
    [("169.254.169.253/32", NETWORK + AMAZON % OUT), ("168.63.129.16/32", MACHINE + ALL_OUT)],
    ids=["aws", "azure"],
)
@pytest.mark.parametrize(("more", "opened"), [("", []), (", 10.9.0.0/24", ["10.9.0.0/24"])], ids=["alone", "beside others"])
def test_what_no_list_filters_cannot_be_blocked_on_the_way_out(
    platform: str, code: str, more: str, opened: list[str], tmp_path: Path
) -> None:
    """No deny would stop a call of the platform: of the role's networks only the other one is open and should not be."""
    site = ROLES.replace("match: [{name: far}]%s", f"cidrs: [{platform}{more}]") % ""
    flow = FLOW % ("call", "near", "far", "tcp/53", "blocked", "egress")
    found = findings(tmp_path, flow, site, code % "0.0.0.0/0")
    assert [peers for _, _, peers in told(found, "blocked-access", "egress")] == ([opened] if opened else [])


def test_what_calls_no_list_filters_may_still_be_let_in_too_widely(tmp_path: Path) -> None:
    """Nobody at the platform's addresses calls a machine on SSH: a rule that lets them in is extra."""
    rule = 'ingress {\nprotocol = "tcp"\nfrom_port = 22\nto_port = 22\ncidr_blocks = ["169.254.169.253/32"]\n}'
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ""), NETWORK + AMAZON % rule)
    assert told(found, "extra-access", "ingress") == [("proved", "aws_security_group.near", ["169.254.169.253/32"])]


PEERS = """
resource "aws_security_group" "near" {
  count  = 2
  name   = "near-${count.index}"
  vpc_id = aws_vpc.v.id
}
resource "aws_instance" "near" {
  count                  = 2
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.0.1.${10 + count.index}"
  vpc_security_group_ids = [aws_security_group.near[count.index].id]
}
resource "aws_security_group_rule" "near" {
  count                    = %d
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  security_group_id        = aws_security_group.near[count.index].id
  source_security_group_id = aws_security_group.near[1 - count.index].id
}
"""


@pytest.mark.parametrize(("rules", "missing"), [(2, []), (1, [("proved", "aws_security_group.near[1]")])])
def test_a_machine_with_a_group_of_its_own_need_not_let_itself_in(
    rules: int, missing: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Two machines of one role, each with a group of its own, call each other: each has to admit the other alone."""
    site = ROLES.replace("name: near", "name: near-*") % ("", "")
    found = findings(tmp_path, FLOW % ("mesh", "near", "near", "tcp/443", "required", "ingress"), site, NETWORK + PEERS % rules)
    assert [(certainty, acl) for certainty, acl, _ in told(found, "missing-access", "ingress")] == missing


BOTH_WAYS = "".join(
    f"""{direction} {{
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["10.9.0.0/24"]
  }}
  """
    for direction in ("ingress", "egress")
)


@pytest.mark.parametrize(("direction", "extra"), [("ingress", ["egress"]), ("egress", ["ingress"]), (None, [])])
def test_an_allowance_for_one_direction_permits_nothing_in_the_other(
    direction: str | None, extra: list[str], tmp_path: Path
) -> None:
    """The same traffic is open both ways: what the allowance does not speak of is extra."""
    way = f", direction: {direction}" if direction else ""
    site = ROLES % ("", "") + f"allow: [{{name: jump, roles: [near], peers: [10.9.0.0/24], reason: jump hosts{way}}}]\n"
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    found = findings(tmp_path, flow, site, NETWORK + AMAZON % BOTH_WAYS)
    assert [each["direction"] for each in found if each["check"] == "extra-access"] == extra


@pytest.mark.parametrize(("until", "told_of"), [("2026-11-23", []), ("2026-11-22", ["expired-allowance", "extra-access"])])
def test_an_allowance_permits_on_its_last_day(until: str, told_of: list[str], tmp_path: Path) -> None:
    """The day after, what is open still is extra, and the allowance has expired."""
    site = ROLES % ("", "") + f"allow: [{{name: jump, roles: [near], peers: [10.9.0.0/24], reason: r, until: {until}}}]\n"
    rule = BOTH_WAYS.partition("egress")[0]
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress"), site, NETWORK + AMAZON % rule)
    assert sorted(each["check"] for each in found if each["acl"] or each["check"] == "expired-allowance") == told_of


@pytest.mark.parametrize(
    ("allow", "told_of"),
    [("", ["blocked-access"]), ("allow: [{name: jump, roles: [near], peers: [10.9.0.0/24], reason: r}]\n", [])],
)
def test_what_an_allowance_permits_is_not_told_as_blocked(allow: str, told_of: list[str], tmp_path: Path) -> None:
    """SSH from anywhere must be blocked; where the site allows it to some addresses, that it is open to these is no finding."""
    flow = FLOW % ("direct", "any", "near", "tcp/22", "blocked", "ingress")
    site = ROLES % ("", "") + allow
    found = findings(tmp_path, flow, site, NETWORK + AMAZON % BOTH_WAYS)
    assert [each["check"] for each in found if each["direction"] == "ingress"] == told_of


BRANCHES = """
data "aws_ec2_managed_prefix_list" "branches" { name = "branches" }
""" + group("near", opens(22, "prefix_list_ids = [data.aws_ec2_managed_prefix_list.branches.id]"))
BY_ID = "allow: [{name: branches, roles: [near], peers: ['prefix-list:pl-1'], reason: r}]\n"
OF_BRANCHES = "prefix-list:data.aws_ec2_managed_prefix_list.branches"


@pytest.mark.parametrize(
    ("services", "allow", "certainty", "because"),
    [
        ("tcp/22", "", "unproven", [OF_BRANCHES]),
        ("tcp/443", "", "proved", []),
        ("tcp/443", BY_ID, "unproven", ["pl-1", OF_BRANCHES]),
    ],
    ids=["its networks may hold all of it", "nobody is permitted", "it may be the list of that id"],
)
def test_a_list_that_was_not_read_may_hold_whom_something_permits(
    services: str, allow: str, certainty: str, because: list[str], tmp_path: Path
) -> None:
    """A plan would tell its id and its entries: what it lets in is extra for sure only where nothing at all is permitted."""
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]") % "" + allow
    found = findings(tmp_path, FLOW % ("call", "far", "near", services, "optional", "ingress"), site, NETWORK + BRANCHES)
    extra = [(each["certainty"], each["because"]) for each in found if each["check"] == "extra-access"]
    assert extra == [(certainty, because)]


LEFT_OPEN = (
    group("stranger")
    + """
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
  egress {
    protocol  = "tcp"
    from_port = 22
    to_port   = 22
    %s
  }
}
"""
)
GROUP = "security_groups = [aws_security_group.stranger.id]"


@pytest.mark.parametrize(
    ("peer", "let_out", "certainty"),
    [
        ("prefix-list:pl-1", GROUP, None),
        ("prefix-list:pl-1", 'prefix_list_ids = ["pl-1"]', "proved"),
        ("prefix-list:pl-1", 'prefix_list_ids = ["pl-2"]', None),
        ("prefix-list:pl-1", 'cidr_blocks = ["10.9.0.0/24"]', "unproven"),
        ("group:stranger", 'prefix_list_ids = ["pl-1"]', None),
        ("group:aws_security_group.stranger", GROUP, "proved"),
        ("10.0.0.0/8", GROUP, "proved"),
        ("10.9.0.0/16", GROUP, None),
        ("10.9.0.0/16", 'cidr_blocks = ["10.9.0.0/24"]', "proved"),
        ("10.9.0.0/16", 'prefix_list_ids = ["pl-1"]', None),
    ],
)
def test_an_expired_allowance_is_told_of_what_it_would_permit_still(
    peer: str, let_out: str, certainty: str | None, tmp_path: Path
) -> None:
    """What is open for somebody of whom it does not speak has nothing to do with it, whoever may stand at one address."""
    allow = f"allow: [{{name: old, roles: [near], peers: ['{peer}'], reason: r, until: 2026-11-22}}]\n"
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", "") + allow, NETWORK + LEFT_OPEN % let_out)
    assert [each["certainty"] for each in found if each["check"] == "expired-allowance"] == ([certainty] if certainty else [])
    (extra,) = (each["message"] for each in found if each["check"] == "extra-access")
    assert ("allowance `old` has expired" in extra) == (certainty is not None)


PAIR = (
    group("near") + group("twin", name="near") + machine("near", "near", ip="10.0.1.10") + machine("twin", "twin", ip="10.0.1.11")
)


@pytest.mark.parametrize(
    ("cidrs", "near", "twin"),
    [("", ["10.0.1.11/32"], ["10.0.1.10/32"]), (", cidrs: [10.0.1.10/31]", ["10.0.1.11/32"], ["10.0.1.10/32"])],
)
def test_a_machine_is_not_missing_from_its_own_address(cidrs: str, near: list[str], twin: list[str], tmp_path: Path) -> None:
    """Each of two machines with groups of their own must be reached from the other, and by nobody else of their role."""
    site = ROLES.replace("  far: {match: [{name: far}]%s}\n", "") % cidrs
    found = findings(tmp_path, FLOW % ("call", "near", "near", "tcp/22", "required", "ingress"), site, NETWORK + PAIR)
    assert told(found, "missing-access", "ingress") == [
        ("proved", "aws_security_group.near", near),
        ("proved", "aws_security_group.twin", twin),
    ]


ALIKE = (
    group("near", opens(22, "10.0.1.0/24", "egress"))
    + group("more")
    + machine("first", "near", subnet=None)
    + machine("second", "near", "more", subnet="b", ip="10.0.2.10")
)


def test_a_machine_is_no_member_of_the_group_that_it_must_reach(tmp_path: Path) -> None:
    """It wears the group as well: whether the other one stands where the rule leads is a question, it itself is none."""
    site = ROLES.replace("  far: {match: [{name: far}]%s}\n", "") % ""
    found = findings(tmp_path, FLOW % ("call", "near", "near", "tcp/22", "required", "egress"), site, NETWORK + ALIKE)
    missing = [(each["workloads"], each["certainty"]) for each in found if each["check"] == "missing-access"]
    assert missing == [(["aws_instance.first"], "proved"), (["aws_instance.second"], "unproven")]


ONE_FAMILY = (
    """
resource "aws_security_group" "far" { name = "far" }
resource "aws_security_group" "near" {
  name = "near"
  ingress {
    protocol        = "tcp"
    from_port       = 22
    to_port         = 22
    security_groups = [aws_security_group.far.id]
  }
}
"""
    + machine("near", "near")
    + edge(entry("ingress", 1, 0, "10.9.0.0/24", protocol="-1"))
)


def test_a_member_must_be_reached_in_each_family_of_its_networks(tmp_path: Path) -> None:
    """Wherever in them it stands, IPv4 is open and IPv6 is not: that is missing for sure, and no question."""
    site = ROLES % (", cidrs: [10.8.0.0/24, '2001:db8:8::/64']", ", cidrs: [10.9.0.0/24, '2001:db8:9::/64']")
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/22", "required", "ingress"), site, NETWORK + ONE_FAMILY)
    missing = [(each["certainty"], each["because"]) for each in found if each["check"] == "missing-access"]
    assert missing == [("proved", [])]


WORN_PERHAPS = (
    """
variable "on" { type = bool }
"""
    + group("near")
    + group("far", opens(22, "10.9.0.0/24"))
    + machine("far", "far")
    + """
resource "aws_network_interface_sg_attachment" "near" {
  count                = var.on ? 1 : 0
  security_group_id    = aws_security_group.near.id
  network_interface_id = aws_instance.far.primary_network_interface_id
}
"""
)


@pytest.mark.parametrize(
    ("role", "extra"), [("far", []), ("'*'", []), ("near", [("unproven", ["var.on"])]), (None, [("proved", [])])]
)
def test_an_allowance_of_a_role_that_a_machine_plays_perhaps_permits_perhaps(
    role: str | None, extra: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    """The machine is `far` for sure, and `near` if it wears a second group: that it may be does not permit anything by itself."""
    allow = f"allow: [{{name: jump, roles: [{role}], peers: [10.9.0.0/24], reason: r}}]\n" if role else ""
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", "") + allow, NETWORK + WORN_PERHAPS)
    assert [(each["certainty"], each["because"]) for each in found if each["check"] == "extra-access"] == extra


@pytest.mark.parametrize(("need", "extra"), [("required", 0), ("optional", 0), ("blocked", 1)])
def test_a_role_that_nobody_plays_excuses_what_may_be_its_flows_and_not_what_must_be_blocked(
    need: str, extra: int, tmp_path: Path
) -> None:
    """Who is let in may be meant to play it, but to nobody is that permitted which is to be blocked."""
    site = ROLES.replace("name: far", "name: nobody") % ("", "")
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/22", need, "ingress"), site, NETWORK + AMAZON % BOTH_WAYS)
    assert len([each for each in found if (each["check"], each["direction"]) == ("extra-access", "ingress")]) == extra


FIXED = POLICY.replace(
    "far: {title: far}", 'far: {title: far, external: true, peers: {azure: ["10.9.0.0/24"], aws: ["10.8.0.0/24"]}}'
)


def test_peers_that_the_product_fixes_for_one_cloud_are_none_in_another(tmp_path: Path) -> None:
    """On AWS the role stands at one address range, on Azure at another: that one is missing nowhere else, and extra."""
    site = ROLES.replace("  far: {match: [{name: far}]%s}\n", "") % ""
    flow = FLOW % ("call", "far", "near", "tcp/22", "required", "ingress")
    found = findings(tmp_path, flow, site, NETWORK + AMAZON % BOTH_WAYS, FIXED)
    told_of = [(check, peers) for check in ("missing-access", "extra-access") for *_, peers in told(found, check, "ingress")]
    assert told_of == [("missing-access", ["10.8.0.0/24"]), ("extra-access", ["10.9.0.0/24"])]


ROUTED = """
resource "azurerm_route_table" "t" {
  name = "t"
  route {
    name           = "all"
    address_prefix = "0.0.0.0/0"
    next_hop_type  = "VirtualAppliance"
  }
}
resource "azurerm_subnet_route_table_association" "t" {
  subnet_id      = azurerm_subnet.a.id
  route_table_id = azurerm_route_table.t.id
}
"""
NETWORK_AT_LARGE = POLICY.replace(
    "far: {title: far}", 'far: {title: far, external: true, peers: {azure: ["tag:VirtualNetwork"]}}'
)


@pytest.mark.parametrize("routes", ["", ROUTED])
def test_the_network_that_must_be_blocked_is_told_by_its_name(routes: str, tmp_path: Path) -> None:
    """All of it is let in, but for the platform's probes, which nothing blocks: whether it is known to hold those or not.

    The product says who plays the role: where it stands besides is no question.
    """
    code = MACHINE + AZURE.replace("Outbound", "Inbound").replace('"Deny"', '"Allow"') + routes
    site = ROLES.replace("  far: {match: [{name: far}]%s}\n", "") % ""
    flow = FLOW % ("round", "far", "near", "tcp/22", "blocked", "ingress")
    found = findings(tmp_path, flow, site, code, NETWORK_AT_LARGE)
    blocked = told(found, "blocked-access", "ingress")
    assert [(certainty, peers) for certainty, _, peers in blocked] == [("proved", ["VirtualNetwork"])]
    assert {reference for each in found for reference in each["because"]} == {"VirtualNetwork"}


HALF = (
    """
variable "tail" {}
"""
    + group("near", opens(443, "security_groups = [aws_security_group.far.id]", "egress"), name="%s")
    + group("far", name="%s")
)


@pytest.mark.parametrize(
    ("near", "far", "half_open"), [("near", "far", 1), ("nea${var.tail}", "far", 0), ("near", "fa${var.tail}", 0)]
)
def test_half_of_a_way_is_told_only_where_a_role_is_played_for_sure(near: str, far: str, half_open: int, tmp_path: Path) -> None:
    """One end opens what is optional, the other does not: unless nobody knows whether one of them is an end at all."""
    flow = FLOW % ("call", "near", "far", "tcp/443", "optional", "egress, ingress")
    found = findings(tmp_path, flow, ROLES % ("", ""), NETWORK + HALF % (near, far))
    assert len([each for each in found if each["check"] == "half-open-flow"]) == half_open


LISTENING = POLICY.replace("roles:", "parameters: {door: {type: port, default: 22}}\nroles:", 1)


def test_a_service_is_where_the_role_that_listens_has_it(tmp_path: Path) -> None:
    """The site gives one role a port of its own; what the other has is its own targets' port."""
    site = (
        ROLES.replace("{match: [{name: near}]%s}", "[{match: [{name: near}], parameters: {door: 2222}}]")
        % ", cidrs: [10.9.0.0/24]"
    )
    rule = 'ingress {\nprotocol = "tcp"\nfrom_port = 2222\nto_port = 2222\ncidr_blocks = ["10.9.0.0/24"]\n}'
    flow = FLOW % ("call", "far", "near", "{parameter: door, protocol: tcp}", "required", "ingress")
    found = findings(tmp_path, flow, site, NETWORK + AMAZON % rule, LISTENING)
    assert [each["check"] for each in found if each["direction"] == "ingress"] == []


SHARED = bare_nsg(
    "near",
    security_rule("web", "Allow", 110, "10.9.0.0/24", "443", to="%s"),
    security_rule("nothing", "Deny", 4000, protocol="*"),
)
ON_SUBNET = """
resource "azurerm_subnet_network_security_group_association" "near" {
  subnet_id                 = azurerm_subnet.a.id
  network_security_group_id = azurerm_network_security_group.near.id
}
"""
BARE_SUBNET = MACHINE.partition('resource "azurerm_network_interface"')[0]
TWO_ROLES = ROLES.replace("name: far", "name: near") % (", cidrs: [10.0.1.10/32]", ", cidrs: [10.0.1.11/32]")


@pytest.mark.parametrize(
    ("to", "told_of"),
    [("10.0.1.10", []), ("10.0.1.11", ["extra-access", "missing-access"]), ("*", ["extra-access"])],
)
def test_roles_that_share_an_nsg_need_and_permit_each_on_its_own_part(to: str, told_of: list[str], tmp_path: Path) -> None:
    """Two roles stand behind one NSG at addresses of their own: what the one is called on is nothing for the other."""
    flow = FLOW % ("call", "any", "near", "tcp/443", "required", "ingress")
    code = BARE_SUBNET + SHARED.replace("10.9.0.0/24", "*") % to + ON_SUBNET
    found = findings(tmp_path, flow, TWO_ROLES, code)
    checks = sorted(each["check"] for each in found if each["direction"] == "ingress")
    assert [check for check in checks if check.endswith("-access")] == told_of


@pytest.mark.parametrize(("code", "certainty"), [("", "unproven"), (BARE_SUBNET + ON_SUBNET, "proved")])
def test_where_nobody_knows_who_stands_behind_an_nsg_nobody_is_missed_for_sure(code: str, certainty: str, tmp_path: Path) -> None:
    """A rule lets one address be reached: that is all that there is, or not."""
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]") % ""
    found = findings(
        tmp_path, FLOW % ("call", "far", "near", "tcp/443", "required", "ingress"), site, code + SHARED % "10.0.1.10"
    )
    assert [each for each, *_ in told(found, "missing-access", "ingress")] == [certainty]


def test_what_may_play_no_role_at_all_opens_nothing_for_sure(tmp_path: Path) -> None:
    """The name of the NSG is not known: whether its defaults open too much, or its rules too little, hangs on it."""
    code = 'variable "tail" {}\n' + BARE_SUBNET + ON_SUBNET + (SHARED % "*").replace('name = "near"', 'name = "nea${var.tail}"')
    code = code.replace('source_port_range      = "*"', 'source_port_range      = "1"', 1)
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]") % ""
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress"), site, code)
    here = {
        each["check"]: (each["certainty"], each["because"])
        for each in found
        if each["check"] in ("implicit-allow", "pinned-source-port")
    }
    assert here == {check: ("unproven", ["var.tail"]) for check in ("implicit-allow", "pinned-source-port")}


TOWARDS = (
    """
variable "on" { type = bool }
"""
    + group("near")
    + """
resource "aws_security_group_rule" "near" {
  count             = %s
  type              = "egress"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  security_group_id = aws_security_group.near.id
  %s
}
resource "aws_security_group" "other" { name = "other" }
"""
    + group("far")
    + machine("far", "far")
)


@pytest.mark.parametrize(
    ("count", "peer", "half_open"),
    [
        ("1", 'cidr_blocks = ["10.9.0.0/24"]', 1),
        ("var.on ? 1 : 0", 'cidr_blocks = ["10.9.0.0/24"]', 0),
        ("1", "source_security_group_id = aws_security_group.other.id", 0),
    ],
)
def test_half_a_way_to_all_networks_of_a_role_is_told_only_where_it_is_open_for_sure(
    count: str, peer: str, half_open: int, tmp_path: Path
) -> None:
    """Nobody knows where the role's machine stands: who opens all of its networks opens the way to it, and no other group does."""
    flow = FLOW % ("call", "near", "far", "tcp/443", "optional", "egress, ingress")
    found = findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.9.0.0/24]"), NETWORK + TOWARDS % (count, peer))
    assert len([each for each in found if each["check"] == "half-open-flow"]) == half_open


TWO_LISTS = "".join(
    f"""
resource "azurerm_network_security_group" "{name}" {{
  name = "{name}"
  security_rule {{
    name                       = "web"
    priority                   = 110
    direction                  = "{direction}"
    access                     = "{access}"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "*"
    destination_address_prefix = "10.0.2.0/24"
  }}
}}
"""
    for name, direction, access in (("near", "Outbound", "Allow"), ("edge", "Outbound", "Allow"), ("far", "Inbound", "Deny"))
)


@pytest.mark.parametrize(("far", "told_at"), [("far", ["azurerm_network_security_group.near"]), ("fa${var.tail}", [])])
def test_half_a_way_is_told_at_the_nearest_list_that_opens_it(far: str, told_at: list[str], tmp_path: Path) -> None:
    """Both NSGs of a machine let it out, that of the other role, if it is that, does not let it in: one, at the interface."""
    flow = FLOW % ("call", "near", "far", "tcp/443", "optional", "egress, ingress")
    code = MACHINE + TWO_LISTS.replace('name = "far"', f'name = "{far}"') + ON_SUBNET.replace("group.near.id", "group.edge.id")
    found = findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.0.2.0/24]"), code + 'variable "tail" {}\n')
    assert [each["acl"] for each in found if each["check"] == "half-open-flow"] == told_at


IN_ANOTHER_CLOUD = """
resource "azurerm_application_security_group" "far" { name = "asg" }
resource "azurerm_network_interface" "far" {
  name = "far"
  ip_configuration {
    name = "main"
  }
}
resource "azurerm_network_interface_application_security_group_association" "far" {
  network_interface_id          = azurerm_network_interface.far.id
  application_security_group_id = azurerm_application_security_group.far.id
}
"""


def test_what_a_machine_wears_in_another_cloud_decides_nothing_here(tmp_path: Path) -> None:
    """No rule here can name it: whether some addresses are the machine's hangs on where its role stands."""
    rule = 'ingress {\nprotocol = "tcp"\nfrom_port = 443\nto_port = 443\ncidr_blocks = ["10.8.2.0/25"]\n}'
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ""), NETWORK + AMAZON % rule + IN_ANOTHER_CLOUD)
    missing = [
        (each["certainty"], each["because"])
        for each in found
        if (each["check"], each["direction"]) == ("missing-access", "ingress")
    ]
    assert missing == [("unproven", ["roles.far.cidrs"])]


MAYBE_FAR = """
variable "on" { type = bool }
resource "aws_security_group" "far" {
  name   = "far"
  vpc_id = aws_vpc.v.id
}
resource "aws_instance" "far" {
  count                  = var.on ? 1 : 0
  subnet_id              = aws_subnet.b.id
  private_ip             = "10.0.2.10"
  vpc_security_group_ids = [aws_security_group.far.id]
}
"""
WEB = 'ingress {\nprotocol = "tcp"\nfrom_port = 443\nto_port = 443\ncidr_blocks = ["%s"]\n}'


@pytest.mark.parametrize(("cidrs", "missing"), [(", cidrs: [10.9.0.0/24]", []), ("", ["unproven"])])
def test_where_the_site_says_what_a_roles_networks_are_a_machine_that_may_be_there_adds_none(
    cidrs: str, missing: list[str], tmp_path: Path
) -> None:
    """All of the networks are let in, the address of the machine is not: it may stand anywhere else where nobody says."""
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", cidrs), NETWORK + AMAZON % (WEB % "10.9.0.0/24") + MAYBE_FAR)
    assert [certainty for certainty, *_ in told(found, "missing-access", "ingress")] == missing


@pytest.mark.parametrize(("cidr", "certainty"), [("8.8.8.0/24", "proved"), ("10.3.0.0/24", "unproven")])
def test_a_role_whose_networks_are_not_known_has_none_that_are_public(cidr: str, certainty: str, tmp_path: Path) -> None:
    """Who is let in from a private address may play the role; from a public one nobody does."""
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    code = AMAZON % (WEB % cidr) + 'resource "aws_security_group" "far" { name = "far" }\n'
    found = findings(tmp_path, flow, ROLES % ("", ""), NETWORK + code)
    assert told(found, "extra-access", "ingress") == [(certainty, "aws_security_group.near", [cidr])]


@pytest.mark.parametrize(("cidr", "state"), [("10.0.2.0/24", "open"), ("10.9.0.0/25", "open"), ("10.3.0.0/24", "blocked")])
def test_an_optional_flow_is_open_wherever_its_role_may_stand(cidr: str, state: str, tmp_path: Path) -> None:
    """That is in its networks, and at any address that members of its group can have, of whom none is known."""
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    far = MAYBE_FAR.partition('resource "aws_instance"')[0]
    findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.9.0.0/24]"), NETWORK + AMAZON % (WEB % cidr) + far)
    assert [each["state"] for each in lint(tmp_path).report()["verdicts"] if each["role"] == "near"] == [state]


@pytest.mark.parametrize(
    ("peer", "state", "rules"),
    [
        ("10.1.0.0/16", "blocked", []),
        ("VirtualNetwork", "unproven", ["azurerm_network_security_group.near.security_rule[0]"]),
    ],
)
def test_a_flow_is_not_proved_to_be_blocked_where_a_name_that_is_let_in_may_hold_its_peer(
    peer: str, state: str, rules: list[str], tmp_path: Path
) -> None:
    """The virtual network may be peered with more: all from there is extra, and whether the peer is part of it is not known."""
    code = MACHINE + SHARED.replace('"10.9.0.0/24"', f'"{peer}"') % "*"
    flow = FLOW % ("round", "far", "near", "tcp/443", "blocked", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.9.0.0/24]"), code)
    assert told(found, "blocked-access", "ingress") == []
    assert [certainty for certainty, *_ in told(found, "extra-access", "ingress")] == ["proved"]
    states = [each for each in lint(tmp_path).report()["verdicts"] if each["role"] == "near"]
    assert [(each["state"], each["rules"]) for each in states] == [(state, rules)]
    without = "Unproven without a finding of its own: round; see `pamlint matrix --verify`."
    assert (without in lint(tmp_path, "--format", "text").out) == (state == "unproven")


def test_a_rule_for_a_group_that_a_machine_does_not_wear_is_none_of_its_rules(tmp_path: Path) -> None:
    """The NSG lets the members of an ASG be reached, and the machine behind it is no member: it is not reached."""
    group = 'resource "azurerm_application_security_group" "other" { name = "other" }\n'
    rules = (SHARED % "x").replace(
        'destination_address_prefix = "x"',
        "destination_application_security_group_ids = [azurerm_application_security_group.other.id]",
    )
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/24]") % ""
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "required", "ingress"), site, MACHINE + group + rules)
    assert [certainty for certainty, *_ in told(found, "missing-access", "ingress")] == ["proved"]
    assert told(found, "extra-access", "ingress") == []


ANSWERING = """
resource "aws_security_group" "far" { name = "far" }
resource "aws_security_group" "other" {
  name = "other"
  ingress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    security_groups = [%s]
  }
}
resource "aws_security_group" "near" {
  name = "near"
  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.9.0.0/24"]
  }
}
"""


@pytest.mark.parametrize(("peer", "half_open"), [("aws_security_group.near.id", 0), ("", 1)])
def test_half_a_way_to_one_instance_of_a_role_is_none_to_another(peer: str, half_open: int, tmp_path: Path) -> None:
    """Each instance has networks of its own: that the one whose networks are open lets it in is enough."""
    instances = "[{match: [{name: far}], cidrs: [10.8.0.0/24]}, {match: [{name: other}], cidrs: [10.9.0.0/24]}]"
    site = ROLES.replace("{match: [{name: far}]%s}", instances) % ""
    flow = FLOW % ("call", "near", "far", "tcp/443", "optional", "egress, ingress")
    found = findings(tmp_path, flow, site, ANSWERING % peer)
    assert len([each for each in found if (each["check"], each["direction"]) == ("half-open-flow", "egress")]) == half_open
