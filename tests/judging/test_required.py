"""What is missing of a required flow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.estate import SITE
from benchmarks.tree import write_estates
from pamlint.judging.admission import Admission, together
from pamlint.judging.cubes import Table
from pamlint.judging.demand import Demand
from pamlint.judging.required import Wants, by_name, unmet
from pamlint.model.certainty import Settled
from pamlint.model.finding import DIRECTIONS
from pamlint.run import Options, chosen, look
from tests.judging.azure import MACHINE, bare_nsg, security_rule
from tests.judging.building import FLOW, ROLES, findings

TODAY = date(2026, 11, 23)


def in_any_order(settled: Settled) -> tuple[frozenset[object], frozenset[object], tuple[str, ...]]:
    return frozenset(settled.proved), frozenset(settled.unproven), settled.because


def test_members_that_differ_in_their_symbols_alone_are_told_as_if_each_were_judged(tmp_path: Path) -> None:
    """Two roots that share one site lack each other's members: one stands for all of them, and all are told."""
    write_estates(tmp_path, 100)
    (tmp_path / "pamlint.yaml").write_text(SITE)
    ((estate, site),), _ = chosen([tmp_path], Options(TODAY))
    seen = look(estate, site, Options(TODAY))
    table = Table(seen.network.symbols, seen.network.service_tags)
    demand = Demand(site, seen.flows, seen.binding, table, TODAY)
    wants, admission = Wants(demand), Admission(table)
    together_told = []
    for unit in seen.binding.units:
        for direction in DIRECTIONS:
            passed = together(piece for layer in unit.layers for piece in admission.layer(unit, layer, direction))
            named = by_name([passed])
            for ask in demand.asks(unit, direction):
                want = wants.wanted(ask, unit, direction)
                if want is not None and demand.is_required(ask.flow):
                    one_by_one = unmet(want._replace(alike=()), passed, named, table, direction)
                    assert in_any_order(unmet(want, passed, named, table, direction)) == in_any_order(one_by_one)
                    together_told.append(len(one_by_one.proved))
    assert max(together_told) == 29


SHOWN = """
variable "port" { type = number }
resource "azurerm_application_security_group" "far" { name = "far" }
resource "azurerm_network_interface" "far" {
  name = "far"
  ip_configuration {
    name      = "main"
    subnet_id = azurerm_subnet.a.id
  }
}
resource "azurerm_network_interface_application_security_group_association" "far" {
  network_interface_id          = azurerm_network_interface.far.id
  application_security_group_id = azurerm_application_security_group.far.id
}
""" + bare_nsg(
    "near",
    security_rule(
        "perhaps",
        "Allow",
        130,
        "*",
        "var.port",
        to="asg:far",
        way="Outbound",
        protocol="Udp",
    ),
    security_rule(
        "remote",
        "Deny",
        120,
        "*",
        "3389",
        to="asg:far",
        way="Outbound",
        protocol="*",
    ),
    security_rule("rest", "Deny", 4000, way="Outbound", protocol="*"),
)


def test_a_port_that_is_not_known_may_be_the_one_that_members_need(tmp_path: Path) -> None:
    """A rule for a group on a port without a value lets the flow through perhaps, whatever is denied to the group besides."""
    flow = FLOW % ("log", "near", "far", "udp/514", "required", "egress")
    site = ROLES.replace("match: [{name: far}]", "match: [{address: azurerm_application_security_group.far}]") % ("", "")
    found = findings(tmp_path, flow, site, MACHINE + SHOWN)
    missing = [(each["certainty"], each["because"]) for each in found if each["check"] == "missing-access"]
    assert missing == [("unproven", ["var.port"])]
