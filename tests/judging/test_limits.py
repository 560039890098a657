"""Lists that cannot be worked out: that is said, and no run ends in it."""

from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tests.twins import FIXTURES, lint

SITE = """\
pamlint: site/1
policy: policy.yaml
features: [works]
roles:
  admin: {cidrs: [10.20.0.0/24]}
  host: {match: [{name: vm}]}
"""
BITS = range(8)
PASSED = "allow: [{name: old, roles: [host], peers: [10.0.0.0/8], reason: it has passed, until: 2026-01-31}]\n"


def rule(priority: int, access: str, **sides: Any) -> dict[str, Any]:
    plain = {
        "source_address_prefix": "*",
        "destination_address_prefix": "*",
        "source_port_range": "*",
        "destination_port_range": "*",
    }
    kept = {name: value for name, value in plain.items() if f"{name}s" not in sides and f"{name}es" not in sides}
    return {
        "name": f"r{priority}",
        "priority": priority,
        "direction": "Inbound",
        "access": access,
        "protocol": "*",
        **kept,
        **sides,
    }


def ports(bit: int) -> list[str]:
    """The ports in which a bit is set, the first of sixteen being the highest."""
    run = 1 << 15 - bit
    return [f"{start}-{start + run - 1}" for start in range(run, 1 << 16, 2 * run)]


def networks(bit: int) -> list[str]:
    """The networks of 10.0.0.0/8 in which a bit is set, the first of 24 being the highest."""
    run = 1 << 23 - bit
    return [f"{ip_address((10 << 24) + start)}/{9 + bit}" for start in range(run, 1 << 24, 2 * run)]


def estate(folder: Path, rules: list[dict[str, Any]], site: str = SITE) -> Path:
    """A machine with an NSG of its own that has these rules, in a subnet whose NSG lets administrators in and nobody else."""
    edge = [
        rule(100, "Allow", source_address_prefix="10.20.0.0/24", destination_port_range="22", protocol="Tcp"),
        rule(4096, "Deny"),
    ]
    nsgs = {"own": {"name": "own", "security_rule": rules}, "edge": {"name": "edge", "security_rule": edge}}
    address = {"name": "i", "subnet_id": "${azurerm_subnet.s.id}", "private_ip_address": "10.0.0.4"}
    own = {
        "network_interface_id": "${azurerm_network_interface.n.id}",
        "network_security_group_id": "${azurerm_network_security_group.own.id}",
    }
    tied = {"subnet_id": "${azurerm_subnet.s.id}", "network_security_group_id": "${azurerm_network_security_group.edge.id}"}
    resources = {
        "azurerm_network_security_group": nsgs,
        "azurerm_subnet": {"s": {"name": "s", "address_prefixes": ["10.0.0.0/24"]}},
        "azurerm_network_interface": {"n": {"name": "vm", "ip_configuration": [address]}},
        "azurerm_network_interface_security_group_association": {"own": own},
        "azurerm_subnet_network_security_group_association": {"edge": tied},
    }
    (folder / "main.tf.json").write_text(json.dumps({"resource": resources}))
    (folder / "policy.yaml").write_text((FIXTURES / "accuracy" / "policy.yaml").read_text())
    (folder / "pamlint.yaml").write_text(site)
    return folder


@pytest.mark.parametrize("site", [SITE, SITE + PASSED], ids=["alone", "beside an allowance that has passed"])
def test_a_list_that_cannot_be_worked_out_is_named(site: str, tmp_path: Path) -> None:
    """Eight denies cut an allow into sixty thousand pieces: nothing is said of that NSG, and it alone is named, not its neighbour."""
    denies = [
        rule(
            100 + bit,
            "Deny",
            source_address_prefixes=networks(bit),
            destination_address_prefixes=networks(bit),
            source_port_ranges=ports(bit),
            destination_port_ranges=ports(bit),
        )
        for bit in BITS
    ]
    report = lint(estate(tmp_path, [*denies, rule(4096, "Allow")], site)).report()
    told = [(each["check"], each["certainty"], each["direction"], each["acl"]) for each in report["findings"]]
    assert ("unreadable-input", "unproven", "ingress", "azurerm_network_security_group.own") in told
    assert [each for each in told if each[0] == "unreadable-input"] == [
        ("unreadable-input", "unproven", "ingress", "azurerm_network_security_group.own")
    ]
    ingress = [(each["flow"], each["state"]) for each in report["verdicts"] if each["direction"] == "ingress"]
    assert ("ssh-needed", "unproven") in ingress
    assert not any(state == "satisfied" for _, state in ingress)
