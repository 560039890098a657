"""Stops of a packet that hang on what stands there perhaps, on the far end's answer, and on who is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamlint.model.addresses import format_ranges
from tests.clouds.reading import network_of
from tests.judging.azure import ADMIN, MACHINE
from tests.views.test_trace import AWS, CLIENT, NETWORK_ACL, SERVER, traced

NO_WAY_OUT = """
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
  network_security_group_name = azurerm_network_security_group.near.name
}
"""
PERHAPS = 'variable "on" { type = bool }\n'


@pytest.mark.parametrize(
    ("action", "count", "outcome", "because", "overruled"),
    [
        ("Allow", "1", "denied", (), False),
        ("AlwaysAllow", "1", "allowed", (), True),
        ("AlwaysAllow", "var.on ? 1 : 0", "unproven", ("var.on",), False),
    ],
)
def test_admin_rules_are_asked_first_on_the_way_out_too(
    action: str, count: str, outcome: str, because: tuple[str, ...], overruled: bool, tmp_path: Path
) -> None:
    """What they always allow no NSG stops; a rule that may not be there leaves it open."""
    rules = ADMIN.replace('admin_rule" "r" {', f'admin_rule" "r" {{\n  count = {count}').replace('"Allow"', f'"{action}"')
    (way,) = traced(network_of(tmp_path, PERHAPS + MACHINE + rules + NO_WAY_OUT), "10.0.1.10", "10.0.1.77", "tcp/22").ways
    out = [(stop.acls[0].kind, stop.overruled) for stop in way.stops if stop.direction == "egress"]
    assert out == [("azure_admin_rules", False), ("azure_nsg", overruled)]
    assert (way.outcome, way.because) == (outcome, because)


ASSOCIATED = """
resource "aws_network_acl_association" "far" {
  %s
  network_acl_id = aws_network_acl.far.id
  subnet_id      = aws_subnet.far.id
}
"""


@pytest.mark.parametrize(
    ("count", "outcome", "because"), [("", "denied", ()), ("count = var.on ? 1 : 0", "unproven", ("var.on",))]
)
def test_a_list_that_stands_there_perhaps_stops_perhaps(
    count: str, outcome: str, because: tuple[str, ...], tmp_path: Path
) -> None:
    """The list denies SSH, and the group lets it in."""
    edge = NETWORK_ACL.replace("  subnet_ids = [aws_subnet.far.id]\n", "").replace("443", "22") + ASSOCIATED % count
    (way,) = traced(network_of(tmp_path, PERHAPS + AWS + edge), CLIENT, SERVER, "tcp/22").ways
    assert (way.outcome, way.because) == (outcome, because)


def test_a_group_of_which_the_input_holds_no_rule_is_taken_as_absent_beside_another(tmp_path: Path) -> None:
    """What the other groups of the machine do not let in is denied; a group that stands alone would leave it open."""
    code = AWS.replace("aws_security_group.extra.id]", 'aws_security_group.extra.id, "sg-0123"]')
    assert traced(network_of(tmp_path, code), CLIENT, SERVER, "tcp/23").outcome == "denied"
    alone = AWS.replace("[aws_security_group.server.id, aws_security_group.extra.id]", '["sg-0123"]')
    assert traced(network_of(tmp_path, alone), CLIENT, SERVER, "tcp/23").outcome == "unproven"


def test_the_answer_must_come_back_through_the_edge_of_the_source(tmp_path: Path) -> None:
    """A network ACL before the client lets its packets out, and no answer in."""
    edge = NETWORK_ACL.replace("aws_subnet.far", "aws_subnet.near").replace("443", "1").replace("10.0.0.0/16", "10.9.0.0/16")
    edge = edge.replace("49152", "0").replace('cidr_block = "10.9.0.0/16"\n  }\n}', 'cidr_block = "10.0.0.0/16"\n  }\n}')
    (way,) = traced(network_of(tmp_path, AWS + edge), CLIENT, SERVER, "tcp/22").ways
    edges = [(stop.direction, stop.is_reply, stop.outcome) for stop in way.stops if stop.acls[0].kind == "aws_network_acl"]
    assert (way.outcome, edges) == ("denied", [("egress", False, "allowed"), ("ingress", True, "denied")])


@pytest.mark.parametrize(
    ("source", "destination", "edges"),
    [
        ("10.0.2.77", SERVER, []),
        ("10.0.3.77", SERVER, ["ingress"]),
        ("10.0.2.77", "10.0.2.78", []),
        ("10.0.3.77", "10.0.2.78", ["ingress"]),
        ("10.0.2.77", "10.0.3.78", ["egress"]),
    ],
)
def test_what_stays_in_a_subnet_does_not_meet_the_list_at_its_edge(
    source: str, destination: str, edges: list[str], tmp_path: Path
) -> None:
    """Neither the packet nor the answer: the list is met by what comes from elsewhere, or goes there."""
    (way,) = traced(network_of(tmp_path, AWS + NETWORK_ACL), source, destination, "tcp/22").ways
    lists = [stop for stop in way.stops if stop.acls[0].kind == "aws_network_acl"]
    assert [stop.direction for stop in lists if not stop.is_reply] == edges
    assert bool(edges) == bool([stop for stop in lists if stop.is_reply])


def test_a_machine_of_several_subnets_has_a_way_in_each(tmp_path: Path) -> None:
    """Whoever stands in one of them reaches what stands beside him past the list, and the rest through it."""
    pair = NETWORK_ACL.replace("[aws_subnet.far.id]", "[aws_subnet.far.id, aws_subnet.near.id]").replace("443", "22")
    group = """
    resource "aws_lb" "both" {
      subnets         = [aws_subnet.near.id, aws_subnet.far.id]
      security_groups = [aws_security_group.server.id]
    }
    """
    ways = traced(network_of(tmp_path, AWS + pair + group), "10.0.2.77", "aws_lb.both", "tcp/22").ways
    lists = ((way, [stop for stop in way.stops if stop.acls[0].kind == "aws_network_acl"]) for way in ways)
    met = {format_ranges(way.destination.place.addresses)[0]: len(stops) for way, stops in lists}
    assert met == {"10.0.1.0/24": 4, "10.0.2.0/24": 0}


WORN_PERHAPS = """
resource "aws_security_group" "loose" { vpc_id = aws_vpc.main.id }
resource "aws_security_group_rule" "loose" {
  type                     = "ingress"
  security_group_id        = aws_security_group.server.id
  protocol                 = "tcp"
  from_port                = 23
  to_port                  = 23
  source_security_group_id = aws_security_group.loose.id
}
resource "aws_network_interface_sg_attachment" "loose" {
  count                = var.on ? 1 : 0
  security_group_id    = aws_security_group.loose.id
  network_interface_id = aws_instance.client.primary_network_interface_id
}
"""


def test_whether_a_rule_for_a_group_matches_hangs_on_whether_it_is_worn(tmp_path: Path) -> None:
    """The client wears the group perhaps: the reference that decides is the reason."""
    (way,) = traced(network_of(tmp_path, PERHAPS + AWS + WORN_PERHAPS), CLIENT, SERVER, "tcp/23").ways
    assert (way.outcome, way.because) == ("unproven", ("var.on",))


def test_addresses_are_told_apart_by_what_lets_their_answers_out(tmp_path: Path) -> None:
    """The client has two addresses; the server's edge lets both in, and answers out to one of them."""
    code = AWS.replace('private_ip             = "10.0.1.5"', 'private_ip = "10.0.1.5"\n  secondary_private_ips = ["10.0.1.200"]')
    edge = NETWORK_ACL.replace('65535\n    cidr_block = "10.0.0.0/16"', '65535\n    cidr_block = "10.0.1.0/25"')
    found = traced(network_of(tmp_path, code + edge), "aws_instance.client", SERVER, "tcp/22")
    assert (found.outcome, sorted(way.outcome for way in found.ways)) == ("denied", ["allowed", "denied"])


def test_a_deny_of_some_addresses_does_not_reach_all_members_of_a_group(tmp_path: Path) -> None:
    """Some member of the group, wherever it stands, is let in; the deny is told as what may stop one that stands there."""
    edge = NETWORK_ACL.replace("443", "22").replace("0.0.0.0/0", "10.0.1.0/25")
    code = AWS.replace('  private_ip             = "10.0.1.5"\n', "").replace("[aws_security_group.client.id]\n}", "[]\n}")
    (way,) = traced(network_of(tmp_path, code + edge), "aws_security_group.client", SERVER, "tcp/22").ways
    (stop,) = (stop for stop in way.stops if stop.acls[0].kind == "aws_network_acl" and not stop.is_reply)
    assert (stop.outcome, [hit.rule.name for hit in stop.nearly]) == ("allowed", ["aws_network_acl.far.ingress[0]"])
