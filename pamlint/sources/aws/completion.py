"""What calls leave out: what AWS takes for granted, and what stands for that which was not read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pamlint.model.noun import replace
from pamlint.model.resource import Block, Resource, Unknown
from pamlint.sources.aws.inventory import SHARING
from pamlint.sources.aws.services import TAGS_OF

Gathered = Mapping[tuple[str, str], Resource]
FUNCTION = "aws_lambda_function"
OPTIONS = "aws_vpc_block_public_access_options"


def complete(gathered: Gathered, failed: Collection[str], root: str) -> tuple[Resource, ...]:
    """All resources of a scope, sorted.

    Where a call failed, unknowns stand for what it would have told, so that nothing rests on its absence: a subnet whose network
    ACL is not known has one that may do anything, and a group whose wearers were not read may be worn anywhere.
    """
    found = dict(gathered)
    if "describe_vpc_block_public_access_exclusions" in failed:
        found = {key: resource for key, resource in found.items() if resource.type != OPTIONS}
    if "describe_route_tables" not in failed:
        _add(found, _main_ties(found, root))
    if SHARING in failed:
        _add(found, _sharing(found, root))
    if "describe_network_interfaces" in failed:
        _add(found, _wearers(found, root))
    _add(found, _instances(found, root))
    _add(found, _subnets(found, root))
    _add(found, _network_acl(found, root))
    found = _with_tags(found)
    return tuple(found[key] for key in sorted(found))


def _add(found: dict[tuple[str, str], Resource], more: Iterator[Resource]) -> None:
    for resource in list(more):
        found.setdefault((resource.type, resource.address), resource)


def _with_tags(found: Gathered) -> dict[tuple[str, str], Resource]:
    """What services keep, with the tags of whom it belongs to, and the tags themselves left out."""
    told = {each.address: each.body.values["tags"] for each in _of(found, TAGS_OF)}
    return {key: _tagged(each, told) for key, each in found.items() if each.type != TAGS_OF}


def _tagged(resource: Resource, told: Mapping[str, dict[str, str]]) -> Resource:
    """A resource with its owner's tags below its own."""
    values = resource.body.values
    owner = f"lambda:function:{values['function_name']}" if resource.type == FUNCTION else str(values.get("owner"))
    if owner not in told:
        return resource
    both = {**told[owner], **(values.get("tags") or {})}
    return replace(resource, body=replace(resource.body, values={**values, "tags": dict(sorted(both.items()))}))


def _main_ties(found: Gathered, root: str) -> Iterator[Resource]:
    """A tie to the VPC's main route table for each subnet that has none of its own."""
    main = {table.body.values["vpc_id"]: table.address for table in _of(found, "aws_route_table") if table.body.values["main"]}
    tied = {tie.body.values["subnet_id"] for tie in _of(found, "aws_route_table_association")}
    for subnet in _of(found, "aws_subnet"):
        table = main.get(subnet.body.values["vpc_id"])
        if table is not None and subnet.address not in tied:
            values = {"route_table_id": table, "subnet_id": subnet.address}
            yield _made("aws_route_table_association", f"{table}/{subnet.address}", root, values)


def _sharing(found: Gathered, root: str) -> Iterator[Resource]:
    """For each group a VPC of which nothing is known, where it may be worn as well."""
    for group in _of(found, "aws_security_group"):
        values = {"security_group_id": group.address, "vpc_id": f"{root}/unread"}
        yield _made("aws_vpc_security_group_vpc_association", f"{group.address}/unread", root, values)


def _wearers(found: Gathered, root: str) -> Iterator[Resource]:
    """For each group that no known interface wears one that may be, in a subnet of which nothing is known."""
    because = (f"the network interfaces of {root}",)
    worn = {name for card in _of(found, "aws_network_interface") for name in card.body.values["security_groups"]}
    for group in _of(found, "aws_security_group"):
        if group.address not in worn:
            values = {"security_groups": [group.address], "subnet_id": f"{root}/unread", "private_ips": Unknown(because)}
            yield _made("aws_network_interface", f"{group.address}/unread", root, values, because)


def _instances(found: Gathered, root: str) -> Iterator[Resource]:
    """The instances that interfaces are attached to and nothing else is known of."""
    cards: dict[str, list[dict[str, str]]] = {}
    for card in _of(found, "aws_network_interface"):
        for tie in card.body.values.get("attachment") or ():
            cards.setdefault(tie["instance"], []).append({"network_interface_id": card.address})
    for name, own in cards.items():
        yield _made("aws_instance", name, root, {"network_interface": own})


def _subnets(found: Gathered, root: str) -> Iterator[Resource]:
    """The subnets that interfaces and network ACLs name and nothing else is known of."""
    named = {card.body.values.get("subnet_id"): card.body.values.get("vpc_id") for card in _of(found, "aws_network_interface")}
    for acl in _of(found, "aws_network_acl"):
        named |= dict.fromkeys(acl.body.values["subnet_ids"], acl.body.values["vpc_id"])
    for name, vpc in named.items():
        if name is not None:
            cidr = Unknown((f"{name}.cidr_block",))
            yield _made("aws_subnet", name, root, {"vpc_id": vpc, "cidr_block": cidr})


def _network_acl(found: Gathered, root: str) -> Iterator[Resource]:
    """A network ACL of which nothing is known, before the subnets whose own was not read: each subnet has one."""
    guarded = {subnet for acl in _of(found, "aws_network_acl") for subnet in acl.body.values["subnet_ids"]}
    bare = sorted(subnet.address for subnet in _of(found, "aws_subnet") if subnet.address not in guarded)
    if bare:
        rules = _anything(f"the network ACLs of {root}")
        yield _made("aws_network_acl", f"{root}/unread", root, {"subnet_ids": bare, "ingress": rules, "egress": rules})


def _anything(because: str) -> list[Block]:
    """Rules of which nobody knows whether they stop anything: perhaps everything, and what they do not stop they let through."""
    lines = ({"cidr_block": "0.0.0.0/0"}, {"ipv6_cidr_block": "::/0"})
    stops = [Block({"rule_no": 1, "action": "deny", "protocol": "-1", **line}, possible=(because,)) for line in lines]
    return [*stops, *(Block({"rule_no": 2, "action": "allow", "protocol": "-1", **line}) for line in lines)]


def _of(found: Gathered, type_: str) -> Iterator[Resource]:
    return (resource for resource in found.values() if resource.type == type_)


def _made(type_: str, address: str, root: str, values: dict[str, Any], possible: tuple[str, ...] = ()) -> Resource:
    return Resource(address, type_, "managed", root, Block({**values, "id": address}, possible=possible), address)
