"""Who wears which security group: instances and network interfaces, with their subnets and addresses."""

from __future__ import annotations

from typing import Any

from pamlint.clouds.aws import GROUPS, Converter
from pamlint.clouds.values import blocks, items, text, texts
from pamlint.model.acl import Acl, Workload
from pamlint.model.addresses import parse_cidr
from pamlint.model.identity import key_of
from pamlint.model.ranges import EMPTY, Ranges, union
from pamlint.model.resource import Block, Resource, Unknown

INSTANCE = "aws_instance"
INTERFACE = "aws_network_interface"
ATTACHMENT = "aws_network_interface_sg_attachment"
SUBNET = "aws_subnet"

TYPES = frozenset({INSTANCE, INTERFACE, ATTACHMENT, SUBNET})


def workloads(converter: Converter, acls: list[Acl]) -> tuple[list[Workload], list[Acl]]:
    """The machines that wear groups, and a partial ACL for every group of theirs that the input does not define.

    An instance on interfaces of its own wears what they wear, so the interfaces are left out where an instance names them.
    """
    known = {acl.key for acl in acls}
    elsewhere: dict[str, Acl] = {}
    found = []
    used: set[str] = set()
    machines = [resource for resource in converter.resources if resource.type == INSTANCE and resource.mode == "managed"]
    interfaces = [resource for resource in converter.resources if resource.type == INTERFACE and resource.mode == "managed"]
    for machine in machines:
        parts = _interfaces(converter, machine)
        used.update(key_of(part) for part in parts)
        found.append(_workload(converter, machine, [machine, *parts], known, elsewhere))
    found += [
        _workload(converter, resource, [resource], known, elsewhere) for resource in interfaces if key_of(resource) not in used
    ]
    return [workload for workload in found if workload.wears], list(elsewhere.values())


def _interfaces(converter: Converter, machine: Resource) -> list[Resource]:
    names = [
        converter.names.resource(block.values.get("network_interface_id"), machine.root)
        for block in [*blocks(machine.body, "network_interface"), *blocks(machine.body, "primary_network_interface")]
    ]
    return [resource for resource in names if resource is not None and resource.type == INTERFACE]


def _workload(
    converter: Converter, resource: Resource, parts: list[Resource], known: set[str], elsewhere: dict[str, Acl]
) -> Workload:
    groups: list[str] = []
    addresses: Ranges = EMPTY
    within: Ranges = EMPTY
    for part in parts:
        values = part.body.values
        attribute = "vpc_security_group_ids" if part.type == INSTANCE else "security_groups"
        value = values.get(attribute)
        computed = isinstance(value, Unknown) and value.attribute == (part.address, attribute)
        attached = [] if computed else items(value)
        attached = attached + [
            other.body.values.get("security_group_id")
            for other in converter.resources
            if other.type == ATTACHMENT
            and converter.names.resource(other.body.values.get("network_interface_id"), other.root) is part
        ]
        groups += [_group(converter, item, part.root, known, elsewhere) for item in attached]
        addresses = union(addresses, _addresses(part))
        within = union(within, _subnet(converter, part))
    body = resource.body
    tags = {**texts(body.values.get("tags")), **texts(body.values.get("tags_all"))}
    layer = tuple(sorted(set(groups)))
    return Workload(
        key_of(resource),
        resource.address,
        resource.type,
        resource.root,
        (layer,) if layer else (),
        frozenset(layer),
        name=tags.get("Name"),
        id=resource.id or _string(body.values.get("id")),
        tags=tags,
        addresses=addresses,
        within=within,
        possible=body.possible,
        location=body.location,
    )


def _group(converter: Converter, item: Any, root: str, known: set[str], elsewhere: dict[str, Acl]) -> str:
    key = converter.names.lead(item, root)
    if key is not None and converter.names.resources[key].type in GROUPS:
        return key
    acl = converter.elsewhere(item, root)
    if acl.key not in known:
        elsewhere.setdefault(acl.key, acl)
    return acl.key


def _addresses(part: Resource) -> Ranges:
    found: Ranges = EMPTY
    for attribute in ("private_ip", "private_ips", "ipv6_addresses"):
        for item in items(part.body.values.get(attribute)):
            if isinstance(item, str):
                found = union(found, parse_cidr(item))
    return found


def _subnet(converter: Converter, part: Resource) -> Ranges:
    subnet = converter.names.resource(part.body.values.get("subnet_id"), part.root)
    return prefixes(subnet.body) if subnet is not None and subnet.type == SUBNET else EMPTY


def prefixes(body: Block) -> Ranges:
    """The CIDRs of a subnet that are known."""
    found: Ranges = EMPTY
    for attribute in ("cidr_block", "ipv6_cidr_block"):
        value = text(body.values.get(attribute))
        if isinstance(value, str):
            found = union(found, parse_cidr(value))
    return found


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
