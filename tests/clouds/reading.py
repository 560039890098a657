"""Terraform code in, the network that it means out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pamlint.clouds import TYPES, convert
from pamlint.model.acl import Acl, Network, Rule, Workload
from pamlint.model.addresses import format_ranges
from pamlint.model.ranges import Ranges
from pamlint.sources.code import Settings, read_root


def network_of(directory: Path, code: str, **values: Any) -> Network:
    """What code means, with the site's facts as `values`; it must be free of errors of its own."""
    (directory / "main.tf").write_text(code)
    reading = read_root(directory, boundary=directory, wanted=TYPES.__contains__, settings=Settings())
    assert reading.problems == ()
    return convert(reading.resources, values)


def acl(network: Network, address: str) -> Acl:
    """The one ACL of an address."""
    (found,) = (each for each in network.acls if each.address == address)
    return found


def workloads(network: Network, address: str) -> list[Workload]:
    """The workloads of an address."""
    return [each for each in network.workloads if each.address == address]


def chain(workload: Workload) -> list[list[str]]:
    """The layers of a chain, by the addresses of their ACLs."""
    return [[key.partition("|")[2] for key in layer] for layer in workload.chain]


def chains(network: Network, address: str) -> list[list[list[str]]]:
    """The chains of all workloads of an address."""
    return [chain(each) for each in workloads(network, address)]


def cidrs(addresses: Ranges) -> list[str]:
    """Addresses as people write them."""
    return list(format_ranges(addresses))


def bounds(network: Network, text: str) -> tuple[list[str], list[str]]:
    """What a symbol holds at least and at most."""
    (found,) = (symbol for symbol in network.symbols.values() if symbol.text == text)
    return cidrs(found.at_least), cidrs(found.at_most)


def told(rule: Rule) -> tuple[str, str, list[str], list[str], int | None]:
    """Direction, action, numbers of protocols and ports, peers and priority of a rule."""
    numbers = [f"{low}-{high}" for extent in (rule.protocols, rule.ports) for low, high in (*extent.known, *extent.perhaps)]
    return rule.direction, rule.action, numbers, [peer.text for peer in rule.peers], rule.priority
