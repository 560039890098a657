"""What casts doubt on a verdict, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judging.amazon import NETWORK, group, machine, nearby, opens
from tests.judging.azure import MACHINE, PRIORITY, bare_nsg, security_rule
from tests.judging.building import FAR_CALLS, FLOW, ONE_ROLE, ROLES, findings, told

OPEN = opens(22, "10.9.0.0/24")
TIED = """
variable "acl" {}
resource "aws_network_acl_association" "a" {
  network_acl_id = var.acl
  subnet_id      = aws_subnet.a.id
}
"""


@pytest.mark.parametrize(("tied", "certainty"), [("", "proved"), (TIED, "unproven")])
def test_a_file_that_cannot_be_read_may_hold_the_rules_of_a_list_that_is_taken_as_absent(
    tied: str, certainty: str, tmp_path: Path
) -> None:
    """What a group opens is open, whatever else there is; the list before it is taken as absent only if all was read."""
    (tmp_path / "broken.tf").write_text("resource {")
    found = findings(
        tmp_path,
        FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress"),
        ROLES % ("", ""),
        NETWORK + nearby(OPEN) + tied,
    )
    assert told(found, "extra-access", "ingress") == [(certainty, "aws_security_group.near", ["10.9.0.0/24"])]


@pytest.mark.parametrize("worn", ["", ', "sg-0123"'])
def test_a_group_of_which_the_input_holds_no_rule_is_taken_as_absent_beside_another(worn: str, tmp_path: Path) -> None:
    """What no rule lets in is missing, although the machine wears a group that is defined elsewhere."""
    code = NETWORK + nearby().replace("[aws_security_group.near.id]", f"[aws_security_group.near.id{worn}]")
    flow = FLOW % ("call", "far", "near", "tcp/443", "required", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.9.0.0/24]"), code)
    assert told(found, "missing-access", "ingress") == [("proved", "aws_security_group.near", ["10.9.0.0/24"])]


def test_a_rule_that_may_not_exist_pins_source_ports_perhaps(tmp_path: Path) -> None:
    """Whether it is there decides: the finding is unproven and names it."""
    code = """
    variable "on" { type = bool }
    resource "azurerm_network_security_group" "near" { name = "near" }
    resource "azurerm_network_security_rule" "pinned" {
      count                       = var.on ? 1 : 0
      name                        = "pinned"
      priority                    = 110
      direction                   = "Inbound"
      access                      = "Allow"
      protocol                    = "Tcp"
      source_port_range           = "22"
      destination_port_range      = "22"
      source_address_prefix       = "10.0.2.0/24"
      destination_address_prefix  = "*"
      network_security_group_name = azurerm_network_security_group.near.name
    }
    """
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, MACHINE + code)
    pinned = [(each["certainty"], each["because"]) for each in found if each["check"] == "pinned-source-port"]
    assert pinned == [("unproven", ["var.on"])]


@pytest.mark.parametrize(("cidrs", "missing"), [("[10.0.1.10/32]", []), ("[10.9.0.0/24]", [["10.9.0.0/24"]])])
def test_a_machine_that_plays_both_roles_need_not_reach_itself_but_other_networks(
    cidrs: str, missing: list[list[str]], tmp_path: Path
) -> None:
    """One machine is all that is known of both roles: where the site says that the other one has other networks, these are meant."""
    site = ROLES.replace("name: far", "name: near") % (", cidrs: [10.0.1.10/32]", f", cidrs: {cidrs}")
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "required", "ingress"), site, NETWORK + nearby())
    assert [peers for *_, peers in told(found, "missing-access", "ingress")] == missing


def test_a_group_that_is_let_in_for_sure_hides_no_unknown_address_beside_it(tmp_path: Path) -> None:
    """Nobody is known to wear either group: one rule lets in the one, and besides an address that is not known."""
    code = """
    variable "cidr" { type = string }
    resource "aws_security_group" "other" { name = "other" }
    resource "aws_security_group" "near" {
      name = "near"
      ingress {
        protocol        = "tcp"
        from_port       = 22
        to_port         = 22
        security_groups = [aws_security_group.other.id]
        cidr_blocks     = [var.cidr]
      }
    }
    """
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    found = findings(tmp_path, flow, ROLES.replace("name: far", "name: other") % ("", ""), code)
    assert sorted((certainty, *peers) for certainty, _, peers in told(found, "extra-access", "ingress")) == [
        ("proved", "aws_security_group.other"),
        ("unproven", "var.cidr"),
    ]


def test_what_a_rule_lets_out_of_a_tag_may_be_let_out_of_the_machine(tmp_path: Path) -> None:
    """Whether the machine's address is one of the tag, nobody knows: the opening is unproven, and no silence."""
    rule = PRIORITY % ("100", "203.0.113.0/24")
    rule = rule.replace("Inbound", "Outbound").replace('"10.0.2.0/24"', '"Storage"')
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, MACHINE + rule)
    assert told(found, "extra-access", "egress") == [("unproven", "azurerm_network_security_group.near", ["203.0.113.0/24"])]


BROUGHT = (
    """
variable "on" { type = bool }
variable "tail" {}
"""
    + group("own", name="%s")
    + group("loose", opens(443, "10.9.0.0/24"))
    + machine("far", "own", tag="far")
    + """
resource "aws_network_interface_sg_attachment" "loose" {
  count                = var.on ? 1 : 0
  security_group_id    = aws_security_group.loose.id
  network_interface_id = aws_instance.far.primary_network_interface_id
}
"""
)


@pytest.mark.parametrize(("own", "extra"), [("near", []), ("nea${var.tail}", [["var.on", "var.tail"]]), ("own", [["var.on"]])])
def test_a_group_that_is_worn_perhaps_serves_the_roles_that_it_brings_alone(
    own: str, extra: list[list[str]], tmp_path: Path
) -> None:
    """What it opens is another role's, which the machine plays by its own group's name: for sure, perhaps or not at all."""
    flow = FLOW % ("call", "any", "near", "tcp/443", "optional", "ingress")
    found = findings(tmp_path, flow, ROLES % ("", ""), NETWORK + BROUGHT % own)
    assert [each["because"] for each in found if each["check"] == "extra-access"] == extra


ELSEWHERE = """
variable "on" { type = bool }
data "azurerm_network_security_group" "near" {
  name                = "elsewhere"
  resource_group_name = "g"
}
"""
LOOSE = (
    bare_nsg("edge", security_rule("all", "Allow", 100, protocol="*"))
    + """
resource "azurerm_subnet_network_security_group_association" "edge" {
  %s
  subnet_id                 = azurerm_subnet.a.id
  network_security_group_id = azurerm_network_security_group.edge.id
}
"""
)
DATA_NSG = "data.azurerm_network_security_group.near"


@pytest.mark.parametrize(
    ("edge", "missing"),
    [("", [("unproven", DATA_NSG)]), (LOOSE % "", []), (LOOSE % "count = var.on ? 1 : 0", [("unproven", DATA_NSG)])],
    ids=["alone", "beside a list", "beside one that may not be there"],
)
def test_a_list_of_which_the_input_holds_no_rule_is_taken_as_absent_only_beside_another(
    edge: str, missing: list[tuple[str, str]], tmp_path: Path
) -> None:
    """What passes it is not known, unless there is another list for sure, by which the machine is judged then."""
    code = ELSEWHERE + MACHINE.replace("= azurerm_network_security_group.near.id", f"= {DATA_NSG}.id") + edge
    found = findings(tmp_path, FLOW % ("call", "far", "near", "tcp/443", "required", "ingress"), ONE_ROLE, code)
    assert [(certainty, acl) for certainty, acl, _ in told(found, "missing-access", "ingress")] == missing


BOTH = """
variable "tail" {}
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
  tags   = { Role = "fa${var.tail}" }
  ingress {
    protocol    = "tcp"
    from_port   = %s
    to_port     = %s
    cidr_blocks = ["10.9.0.0/24"]
  }
  %s
}
"""
MAYBE_FAR = ROLES.replace("{name: far}", "{tags: {Role: far}}") % ("", "")
BESIDE = """
resource "aws_security_group_rule" "beside" {
  security_group_id = aws_security_group.near.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["10.9.0.0/24"]
}
"""


@pytest.mark.parametrize(
    ("port", "name", "certainty", "roles"),
    [
        (22, "near", "proved", ["near"]),
        (443, "near", "unproven", ["far", "near"]),
        (22, "ne${var.tail}", "unproven", ["far", "near"]),
    ],
)
def test_what_is_proved_is_told_of_the_roles_that_are_borne_for_sure(
    port: int, name: str, certainty: str, roles: list[str], tmp_path: Path
) -> None:
    """One group that is the near role by its name and perhaps the far one, which is called on one of the ports."""
    flow = FLOW % ("call", "any", "far", "tcp/443", "optional", "ingress")
    code = NETWORK + BOTH.replace('"near"\n', f'"{name}"\n', 1) % (port, port, "") + BESIDE.replace("22", str(port))
    found = findings(tmp_path, flow, MAYBE_FAR, code)
    mine = [each for each in found if each["check"] in ("extra-access", "mixed-rule-styles")]
    mixed = "proved" if name == "near" else "unproven"
    assert [(each["check"], each["certainty"]) for each in mine] == [
        *(("extra-access", certainty) for _ in range(2)),
        ("mixed-rule-styles", mixed),
    ]
    assert [each["roles"] for each in mine[:2]] == [roles, roles]
    assert mine[2]["roles"] == (["near"] if name == "near" else ["far", "near"])
    assert all(("`far`" in each["message"]) == ("far" in roles) for each in mine[:2])


LISTED = """
variable "tail" {}
resource "azurerm_network_security_group" "near" {
  name = "near"
  tags = { Role = "fa${var.tail}" }
  security_rule {
    name                       = "pinned"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "22"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "again"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "22"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
"""


def test_every_check_tells_what_is_proved_of_sure_roles_alone(tmp_path: Path) -> None:
    """Defaults, pinned ports, blocked access and rules that never take effect of an NSG that is another role's perhaps."""
    flows = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    flows += FLOW % ("never", "any", "near", "tcp/22", "blocked", "ingress")
    found = findings(tmp_path, flows, MAYBE_FAR, MACHINE + LISTED)
    proved = {(each["check"], *each["roles"]) for each in found if each["certainty"] == "proved"}
    assert proved == {
        ("blocked-access", "near"),
        ("implicit-allow", "near"),
        ("pinned-source-port", "near"),
        ("unreachable-rule", "near"),
    }


EITHER_LIST = """
variable "on" { type = bool }
resource "azurerm_network_security_group" "first" { name = "first" }
""" + bare_nsg("second", security_rule("no-ssh", "Deny", 100, "*", "22"))


@pytest.mark.parametrize(
    ("tied", "opened"),
    [
        ("azurerm_network_security_group.first.id", [("first", "proved", [])]),
        (
            "var.on ? azurerm_network_security_group.first.id : azurerm_network_security_group.second.id",
            [("first", "unproven", ["var.on"])],
        ),
    ],
)
def test_what_the_default_of_one_of_two_lists_lets_in_that_is_to_be_blocked_is_told(
    tied: str, opened: list[tuple[str, str, list[str]]], tmp_path: Path
) -> None:
    """The caller stands in the network of the machine: what the tag holds is known, and whether this list is there is not."""
    flow = FLOW % ("never", "far", "near", "tcp/22", "blocked", "ingress")
    machine = MACHINE.replace("= azurerm_network_security_group.near.id", f"= {tied}")
    found = findings(tmp_path, flow, ONE_ROLE, machine + EITHER_LIST)
    blocked = [each for each in found if each["check"] == "blocked-access"]
    assert all(each["rule"] == f"{each['acl']}.AllowVnetInBound" for each in blocked)
    assert [(each["acl"].rpartition(".")[2], each["certainty"], each["because"]) for each in blocked] == opened


CLUSTER = """
resource "aws_eks_cluster" "c" {
  name = "c"
  vpc_config { subnet_ids = [aws_subnet.a.id] }
}
resource "aws_security_group" "near" {
  name   = "near"
  vpc_id = aws_vpc.v.id
}
resource "aws_instance" "node" {
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.near.id, aws_eks_cluster.c.vpc_config[0].cluster_security_group_id]
}
"""


def test_a_node_has_the_rules_of_the_group_that_its_cluster_gets(tmp_path: Path) -> None:
    """It is open to all that wear the group; out it may call whom it must, unless somebody took that away."""
    flow = FLOW % ("call", "near", "far", "tcp/443", "required", "egress")
    found = findings(tmp_path, flow, ROLES % ("", ", cidrs: [10.9.0.0/24]"), NETWORK + CLUSTER)
    made = "aws_eks_cluster.c.vpc_config[0].cluster_security_group_id"
    kept = {(each["check"], each["certainty"], each["rule"], *each["because"]) for each in found if each["acl"]}
    assert kept == {
        ("extra-access", "proved", "aws_eks_cluster.c.from_itself"),
        ("extra-access", "proved", "aws_eks_cluster.c.to_itself"),
        ("extra-access", "unproven", "aws_eks_cluster.c.to_everywhere", made),
        ("missing-access", "unproven", None, made),
    }


CHOSEN = """
variable "on" { type = bool }
variable "key" { type = string }
locals { nets = { one = "10.9.1.0/24", two = "10.9.2.0/24" } }
resource "aws_security_group" "near" {
  name = "near"
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = %s
  }
}
"""


@pytest.mark.parametrize(
    ("cidrs", "severities"),
    [
        ('[var.on ? "10.9.1.0/24" : "10.9.2.0/24"]', []),
        ("[local.nets[var.key]]", []),
        ('var.on ? ["10.9.1.0/24"] : []', []),
        ('[var.on ? "10.9.1.0/24" : "10.10.0.0/16"]', ["medium"]),
        ('[var.on ? "10.9.1.0/24" : "0.0.0.0/0"]', ["critical"]),
        ('[var.on ? "10.9.1.0/24" : var.key]', ["critical"]),
        ("[var.key]", ["critical"]),
    ],
)
def test_an_address_that_is_one_of_several_is_nowhere_else(cidrs: str, severities: list[str], tmp_path: Path) -> None:
    """What each of them permits is permitted, and how bad the rest is hangs on where it can be."""
    flow = FLOW % ("call", "far", "near", "tcp/443", "optional", "ingress")
    site = ROLES.replace("match: [{name: far}]%s", "cidrs: [10.9.0.0/16]") % ""
    found = findings(tmp_path, flow, site, CHOSEN % cidrs)
    assert [each["severity"] for each in found if each["check"] == "extra-access"] == severities
    assert all(each["certainty"] == "unproven" for each in found)


@pytest.mark.parametrize(
    ("source", "reachable"),
    [
        ('var.n > 5 ? "10.0.2.0/25" : "10.0.2.128/25"', False),
        ('var.n > 5 ? "10.0.2.0/25" : "10.0.3.0/24"', True),
        ('var.n > 5 ? "10.0.2.0/25" : "VirtualNetwork"', True),
    ],
)
def test_a_rule_for_one_of_several_networks_is_beneath_what_decides_all_of_them(
    source: str, reachable: bool, tmp_path: Path
) -> None:
    """Whichever it is, the rule above takes it; a tag may be anything."""
    code = (PRIORITY % ("300", "*")).replace('source_address_prefix = "10.0.2.0/24"', f"source_address_prefix = {source}")
    code = code.replace('source_address_prefix = "*"', 'source_address_prefix = "10.0.2.0/24"', 1)
    found = findings(tmp_path, FAR_CALLS, ONE_ROLE, MACHINE + code)
    assert ("unreachable-rule" not in {each["check"] for each in found}) == reachable
