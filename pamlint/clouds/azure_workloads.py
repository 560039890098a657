"""What NSGs guard: network interfaces with their subnets, addresses and application security groups."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from pamlint.clouds.azure import Converter
from pamlint.clouds.values import blocks, items, text, texts
from pamlint.model.acl import Acl, Workload
from pamlint.model.addresses import parse_cidr
from pamlint.model.identity import key_of
from pamlint.model.ranges import EMPTY, Ranges, union
from pamlint.model.resource import Resource

NIC = "azurerm_network_interface"
SUBNET = "azurerm_subnet"
NIC_NSG = "azurerm_network_interface_security_group_association"
SUBNET_NSG = "azurerm_subnet_network_security_group_association"
NIC_ASG = "azurerm_network_interface_application_security_group_association"

TYPES = frozenset({NIC, SUBNET, NIC_NSG, SUBNET_NSG, NIC_ASG})


def workloads(converter: Converter, acls: list[Acl]) -> tuple[list[Workload], list[Acl]]:
    """The interfaces that NSGs guard, and the NSGs with what stands behind them."""
    known = {acl.key for acl in acls}
    subnets = _pairs(converter, SUBNET_NSG, "subnet_id", "network_security_group_id", known)
    cards = _pairs(converter, NIC_NSG, "network_interface_id", "network_security_group_id", known)
    asgs = _pairs(converter, NIC_ASG, "network_interface_id", "application_security_group_id", set(converter.symbols))
    found = []
    for resource in converter.resources:
        if resource.type == NIC and resource.mode == "managed":
            found.append(_workload(converter, resource, subnets, cards, asgs))
    behind: dict[str, list[Ranges]] = defaultdict(list)
    for key, nsgs in subnets.items():
        for nsg in nsgs:
            behind[nsg].append(prefixes(converter.names.resources[key]))
    for workload in found:
        for nsg in cards.get(workload.key, ()):
            behind[nsg].append(workload.addresses or workload.within)
    return [workload for workload in found if workload.chain], [_with_local(acl, behind.get(acl.key, [])) for acl in acls]


def _with_local(acl: Acl, behind: list[Ranges]) -> Acl:
    """What stands behind an NSG is known if all of it is."""
    if not behind or not all(behind):
        return acl
    local: Ranges = EMPTY
    for addresses in behind:
        local = union(local, addresses)
    return replace(acl, local=local)


def _pairs(converter: Converter, type_: str, one: str, other: str, known: set[str]) -> dict[str, list[str]]:
    """Which resource an association ties to which, by key; pairs that lead nowhere tie nothing."""
    found: dict[str, list[str]] = defaultdict(list)
    for resource in converter.resources:
        if resource.type != type_:
            continue
        left = converter.names.lead(resource.body.values.get(one), resource.root)
        right = converter.names.lead(resource.body.values.get(other), resource.root)
        if left is not None and right in known and right is not None:
            found[left].append(right)
    return found


def _workload(
    converter: Converter,
    resource: Resource,
    subnets: dict[str, list[str]],
    cards: dict[str, list[str]],
    asgs: dict[str, list[str]],
) -> Workload:
    values = resource.body.values
    key = key_of(resource)
    layers: list[tuple[str, ...]] = [(nsg,) for nsg in cards.get(key, [])]
    addresses: Ranges = EMPTY
    within: Ranges = EMPTY
    for block in blocks(resource.body, "ip_configuration"):
        address = block.values.get("private_ip_address")
        if isinstance(address, str) and address:
            addresses = union(addresses, parse_cidr(address))
        subnet = converter.names.resource(block.values.get("subnet_id"), resource.root)
        if subnet is None or subnet.type != SUBNET:
            continue
        within = union(within, prefixes(subnet))
        layers += [(nsg,) for nsg in subnets.get(key_of(subnet), []) if (nsg,) not in layers]
    return Workload(
        key,
        resource.address,
        resource.type,
        resource.root,
        tuple(layers),
        frozenset(asgs.get(key, [])),
        name=text(values.get("name")),
        id=resource.id or _string(values.get("id")),
        tags=texts(values.get("tags")),
        addresses=addresses,
        within=within,
        possible=resource.body.possible,
        location=resource.body.location,
    )


def prefixes(subnet: Resource) -> Ranges:
    """The address prefixes of a subnet that are known."""
    found: Ranges = EMPTY
    for item in [*items(subnet.body.values.get("address_prefixes")), *items(subnet.body.values.get("address_prefix"))]:
        if isinstance(item, str):
            found = union(found, parse_cidr(item))
    return found


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
