"""What AWS security groups mean, from resources in the attribute names of the Terraform provider.

Sources: the EC2 service model (IpPermission, protocols and port ranges), the Amazon VPC user guide (security group rules),
and the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pamlint.clouds.protocols import ALL, protocol_number
from pamlint.clouds.values import blocks, items, number, text, texts, truth, unknown_extent
from pamlint.model.acl import Acl, Extent, Group, Peer, Rule, Symbol, Text
from pamlint.model.addresses import ANY, IPV4, IPV6, format_ranges, parse_cidr
from pamlint.model.finding import Direction
from pamlint.model.identity import Names, foreign_key, key_of
from pamlint.model.ranges import EMPTY, Ranges, union
from pamlint.model.resource import Block, Problem, Resource, Unknown
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS

GROUPS = frozenset({"aws_security_group", "aws_default_security_group"})
NEW_RULES: Mapping[str, Direction] = {
    "aws_vpc_security_group_ingress_rule": "ingress",
    "aws_vpc_security_group_egress_rule": "egress",
}
RULES = frozenset({"aws_security_group_rule", *NEW_RULES})
PREFIX_LISTS = frozenset({"aws_ec2_managed_prefix_list", "aws_prefix_list"})
DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")


class Converter:
    """Turns the AWS resources of one estate into ACLs; holds what it has found out on the way (names, symbols, problems)."""

    def __init__(self, resources: Sequence[Resource], names: Names) -> None:
        self.resources = resources
        self.names = names
        self.symbols: dict[str, Symbol] = {}
        self.groups: dict[str, Group] = {}
        self.problems: list[Problem] = []

    def acls(self) -> list[Acl]:
        """Every security group, with its inline and its standalone rules, and a partial one for each defined elsewhere."""
        self._name_prefix_lists()
        for resource in self._of(GROUPS):
            self._name_group(resource)
        attached: dict[str, list[Rule]] = defaultdict(list)
        found: dict[str, Acl] = {}
        for resource in self._of(GROUPS):
            found[key_of(resource)] = self._group(resource)
        for resource in self._of(RULES):
            acl = self._owner(resource)
            found.setdefault(acl.key, acl)
            attached[acl.key].extend(self._standalone(resource, acl.key))
        return [replace(acl, rules=(*acl.rules, *attached[key])) for key, acl in found.items()]

    def _of(self, types: Iterable[str]) -> list[Resource]:
        return [resource for resource in self.resources if resource.type in types]

    # groups

    def _name_group(self, resource: Resource) -> None:
        key = key_of(resource)
        self.symbols[key] = Symbol(key, "group", resource.address, at_most=self._vpc_line(resource))

    def _vpc_line(self, resource: Resource) -> Ranges:
        """Where members of a group can be: the CIDRs of its VPC, the whole line where they are not known."""
        vpc = self.names.resource(resource.body.values.get("vpc_id"), resource.root)
        if vpc is None or vpc.type != "aws_vpc":
            return ANY
        associations = (
            other
            for other in self._of({"aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association"})
            if self.names.resource(other.body.values.get("vpc_id"), other.root) is vpc
        )
        line: Ranges = EMPTY
        for body in (vpc.body, *(other.body for other in associations)):
            for name, family in (("cidr_block", IPV4), ("ipv6_cidr_block", IPV6)):
                value = body.values.get(name)
                if isinstance(value, str) and value:
                    line = union(line, parse_cidr(value))
                elif isinstance(value, Unknown) and (name == "cidr_block" or _has_ipv6(body)):
                    line = union(line, family)
        if truth(vpc.body.values.get("assign_generated_ipv6_cidr_block")) is not False:
            line = union(line, IPV6)
        return line or ANY

    def _group(self, resource: Resource) -> Acl:
        body, key = resource.body, key_of(resource)
        data = resource.mode == "data"
        rules = [] if data else [rule for direction in DIRECTIONS for rule in self._inline(resource, direction)]
        return Acl(
            key,
            resource.address,
            "aws_security_group",
            resource.root,
            tuple(rules),
            name=_group_name(resource),
            id=resource.id or _string(body.values.get("id")),
            tags={**texts(body.values.get("tags")), **texts(body.values.get("tags_all"))},
            partial=(resource.address,) if data else (),
            possible=body.possible,
            location=body.location,
            ignores=body.ignores,
        )

    def _owner(self, resource: Resource) -> Acl:
        """The group that a standalone rule belongs to, or a partial one in its stead."""
        value = resource.body.values.get("security_group_id")
        key = self.names.lead(value, resource.root)
        if key is not None and self.names.resources[key].type in GROUPS:
            return self._group(self.names.resources[key])
        return self.elsewhere(value, resource.root)

    def elsewhere(self, value: Any, root: str) -> Acl:
        """A partial ACL for a group that the input does not define."""
        key, told, because = self._elsewhere(value, root)
        self.symbols.setdefault(key, Symbol(key, "group", told))
        return Acl(key, told, "aws_security_group", root, (), id=_string(value), partial=because or (told,))

    def _elsewhere(self, value: Any, root: str) -> tuple[str, str, tuple[str, ...]]:
        """Key, name and references of a group that the input does not define."""
        if isinstance(value, Unknown):
            if value.attribute:
                return f"{root}|{value.attribute[0]}", value.attribute[0], (value.attribute[0],)
            told = ", ".join(value.because) or "an unknown group"
            return f"{root}|?{told}", told, value.because
        return foreign_key(str(value)), str(value), (str(value),)

    # rules

    def _inline(self, resource: Resource, direction: Direction) -> list[Rule]:
        value = resource.body.values.get(direction)
        if isinstance(value, Unknown) and (value.attribute or ("", ""))[0] == resource.address:
            return []  # computed by the provider: the configuration sets no inline rules
        return [
            self._rule(f"{resource.address}.{direction}[{position}]", direction, block, resource, key_of(resource))
            for position, block in enumerate(blocks(resource.body, direction))
        ]

    def _standalone(self, resource: Resource, owner: str) -> list[Rule]:
        body = resource.body
        direction = NEW_RULES.get(resource.type) or body.values.get("type")
        if isinstance(direction, Unknown):
            return [
                self._rule(resource.address, each, replace(body, possible=(*body.possible, *direction.because)), resource, owner)
                for each in DIRECTIONS
            ]
        if direction not in DIRECTIONS:
            self._problem(resource, body, f"its type is {direction!r}, which is neither ingress nor egress")
            return []
        return [self._rule(resource.address, direction, body, resource, owner)]

    def _rule(self, name: str, direction: Direction, body: Block, resource: Resource, owner: str) -> Rule:
        values = body.values
        protocol = values.get("ip_protocol") if resource.type in NEW_RULES else values.get("protocol")
        try:
            protocols, ports = services(text(protocol), number(values.get("from_port")), number(values.get("to_port")))
        except ValueError as error:
            self._problem(resource, body, str(error))
            protocols, ports = Extent((), ALL_PROTOCOLS, (name,)), Extent(ALL_PORTS)
        return Rule(
            name,
            direction,
            "allow",
            protocols,
            ports,
            self._peers(resource, body, owner),
            possible=body.possible,
            location=body.location,
            ignores=body.ignores,
        )

    def _peers(self, resource: Resource, body: Block, owner: str) -> tuple[Peer, ...]:
        values = body.values
        peers: list[Peer] = []
        for attribute, line in (("cidr_blocks", IPV4), ("cidr_ipv4", IPV4), ("ipv6_cidr_blocks", IPV6), ("cidr_ipv6", IPV6)):
            peers += [self._address(item, line, resource, body) for item in items(values.get(attribute))]
        for attribute in ("security_groups", "source_security_group_id", "referenced_security_group_id"):
            value = values.get(attribute)
            if isinstance(value, Unknown) and value.attribute == (resource.address, attribute):
                continue  # computed by the provider: the configuration does not set it
            peers += [self._group_peer(item, resource.root) for item in items(value)]
        for attribute in ("prefix_list_ids", "prefix_list_id"):
            peers += [self._prefix_list(item, resource.root) for item in items(values.get(attribute))]
        own = truth(values.get("self"))
        if isinstance(own, Unknown):
            peers.append(Peer(", ".join(own.because), because=own.because))
        elif own:
            peers.append(Peer(self._told(owner), symbol=owner))
        return tuple(dict.fromkeys(peers))

    def _address(self, item: Any, line: Ranges, resource: Resource, body: Block) -> Peer:
        if isinstance(item, Unknown):
            return Peer(", ".join(item.because), because=item.because, at_most=line)
        try:
            addresses = parse_cidr(str(item))
        except ValueError as error:
            self._problem(resource, body, str(error))
            return Peer(str(item), because=(resource.address,))
        return Peer(format_ranges(addresses)[0], addresses)

    def _group_peer(self, item: Any, root: str) -> Peer:
        key = self.names.lead(item, root)
        if key is not None and key in self.symbols:
            return Peer(self._told(key), symbol=key)
        if isinstance(item, Unknown) and (item.attribute is None or not _is_group(item.attribute)):
            return Peer(", ".join(item.because), because=item.because)
        if isinstance(item, str) and "/" in item:
            item = item.split("/")[-1]  # another account's group is written account/sg-id
        key, told, _ = self._elsewhere(item, root)
        self.symbols.setdefault(key, Symbol(key, "group", told))
        self.groups.setdefault(key, Group(key, told, root, id=item if isinstance(item, str) else None))
        return Peer(told, symbol=key)

    def _told(self, key: str) -> str:
        return self.symbols[key].text if key in self.symbols else key.partition("|")[2]

    # prefix lists

    def _name_prefix_lists(self) -> None:
        for resource in self._of(PREFIX_LISTS):
            key, told = key_of(resource), f"prefix-list:{resource.address}"
            entries = blocks(resource.body, "entry") + [
                other.body
                for other in self._of({"aws_ec2_managed_prefix_list_entry"})
                if self.names.resource(other.body.values.get("prefix_list_id"), other.root) is resource
            ]
            family = resource.body.values.get("address_family")
            line = IPV4 if family == "IPv4" else IPV6 if family == "IPv6" else ANY
            known, complete = _entries(entries)
            settled = complete and resource.mode == "managed"
            self.symbols[key] = Symbol(key, "prefix-list", told, known, known if settled else line)

    def _prefix_list(self, item: Any, root: str) -> Peer:
        key = self.names.lead(item, root)
        if key is not None and key in self.symbols:
            return Peer(self.symbols[key].text, symbol=key)
        if isinstance(item, Unknown) and item.attribute is None:
            return Peer(", ".join(item.because), because=item.because)
        key, told, _ = self._elsewhere(item, root)
        self.symbols.setdefault(key, Symbol(key, "prefix-list", f"prefix-list:{told}"))
        return Peer(f"prefix-list:{told}", symbol=key)

    def _problem(self, resource: Resource, body: Block, message: str) -> None:
        self.problems.append(
            Problem(
                "unreadable-input",
                resource.address,
                f"{resource.address} cannot be understood: {message}",
                "Correct the value; until then what this rule admits is unproven.",
                body.location,
                resource.root,
            )
        )


def _has_ipv6(body: Block) -> bool:
    return any(
        truth(body.values.get(name)) is not False for name in ("assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id")
    ) or isinstance(body.values.get("ipv6_cidr_block"), str)


def _is_group(attribute: tuple[str, str]) -> bool:
    """Whether an attribute of a resource that the input lacks names a security group."""
    address, name = attribute
    return ("security_group" in address.rsplit(".", 2)[-2] and name in ("id", "arn")) or name.endswith("security_group_id")


def _group_name(resource: Resource) -> Text | None:
    """The group's name: as it is written, or unknown with the prefix that is."""
    values = resource.body.values
    if resource.type == "aws_default_security_group":
        return "default"
    name = text(values.get("name"))
    if name is None or (isinstance(name, Unknown) and name.attribute == (resource.address, "name")):
        if resource.mode == "data":
            return None
        prefix = text(values.get("name_prefix"))
        if isinstance(prefix, Unknown) and prefix.attribute == (resource.address, "name_prefix"):
            prefix = None
        if isinstance(prefix, Unknown):
            return prefix
        return Unknown((f"{resource.address}.name",), prefix=prefix or "terraform-")
    return name


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _entries(entries: Sequence[Block]) -> tuple[Ranges, bool]:
    """The CIDRs of a prefix list that are known, and whether these are all."""
    known: Ranges = EMPTY
    complete = True
    for entry in entries:
        cidr = entry.values.get("cidr")
        try:
            known = union(known, parse_cidr(cidr)) if isinstance(cidr, str) and not entry.possible else known
        except ValueError:
            complete = False
        complete = complete and isinstance(cidr, str) and not entry.possible
    return known, complete


def services(protocol: Text | None, start: int | Unknown | None, end: int | Unknown | None) -> tuple[Extent, Extent]:
    """Protocols and ports (or ICMP types and codes) of a security group rule. Raises ValueError for what AWS refuses."""
    if protocol is None:
        raise ValueError("it names no protocol")
    if isinstance(protocol, Unknown):
        return unknown_extent(protocol, ALL_PROTOCOLS), Extent(ALL_PORTS)
    code = protocol_number(protocol)
    if code == ALL:
        return Extent(ALL_PROTOCOLS), Extent(ALL_PORTS)
    protocols = Extent(((code, code),))
    if code in (1, 58):
        return protocols, _icmp(start, end)
    if code not in (6, 17) or (start in (None, -1) and end in (None, -1)):
        return protocols, Extent(ALL_PORTS)
    return protocols, _ports(start, end)


def _ports(start: int | Unknown | None, end: int | Unknown | None) -> Extent:
    low = start if isinstance(start, int) else 0 if start is None else start
    high = end if isinstance(end, int) else low if end is None else end
    if isinstance(low, Unknown) or isinstance(high, Unknown):
        because = tuple(sorted({reference for side in (low, high) if isinstance(side, Unknown) for reference in side.because}))
        floor, ceiling = low if isinstance(low, int) else 0, high if isinstance(high, int) else 65535
        return Extent(EMPTY, ((max(floor, 0), min(ceiling, 65535)),), because)
    if not 0 <= low <= high <= 65535:
        raise ValueError(f"its ports run from {low} to {high}; ports are numbers from 0 to 65535, the lower one first")
    return Extent(((low, high),))


def _icmp(kind: int | Unknown | None, code: int | Unknown | None) -> Extent:
    """ICMP: from is the type and to the code, -1 stands for all; without a range it is all types."""
    if isinstance(kind, Unknown) or isinstance(code, Unknown):
        because = tuple(sorted({reference for side in (kind, code) if isinstance(side, Unknown) for reference in side.because}))
        line = ALL_PORTS if not isinstance(kind, int) or kind < 0 else ((kind * 256, kind * 256 + 255),)
        return Extent(EMPTY, line, because)
    if kind is None or kind == -1:
        return Extent(ALL_PORTS)
    if not 0 <= kind <= 255 or not -1 <= (code if code is not None else -1) <= 255:
        raise ValueError(f"ICMP type {kind} and code {code} are not in -1 to 255")
    if code is None or code == -1:
        return Extent(((kind * 256, kind * 256 + 255),))
    return Extent(((kind * 256 + code, kind * 256 + code),))


TYPES = (
    GROUPS
    | RULES
    | PREFIX_LISTS
    | {
        "aws_ec2_managed_prefix_list_entry",
        "aws_vpc",
        "aws_vpc_ipv4_cidr_block_association",
        "aws_vpc_ipv6_cidr_block_association",
    }
)
"""The resource types (managed and data) that this module reads."""
