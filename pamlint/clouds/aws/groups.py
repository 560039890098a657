"""What AWS security groups mean, from resources in the attribute names of the Terraform provider.

Sources: the EC2 service model (IpPermission), the Amazon VPC user guide (security group rules), and the provider's
documentation of each resource type.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pamlint.clouds.aws.network import VPCS, Vpcs
from pamlint.clouds.aws.ports import misunderstood, services
from pamlint.clouds.aws.prefix_lists import PrefixLists
from pamlint.clouds.aws.spoken import Spoken
from pamlint.clouds.ledger import Ledger, outside
from pamlint.clouds.ties import Tied, Ties, sure, tied, ties
from pamlint.clouds.values import (
    at_most,
    blocks,
    cidr_peer,
    computed,
    few,
    items,
    number,
    shown,
    string,
    tags,
    text,
    truth,
    written_empty,
)
from pamlint.model.acl import Acl, Group, Peer, Rule, Symbol, Text
from pamlint.model.addresses import IPV4, IPV6
from pamlint.model.finding import DIRECTIONS, Direction
from pamlint.model.identity import key_of
from pamlint.model.noun import replace
from pamlint.model.ranges import Ranges
from pamlint.model.resource import Block, Resource, Unknown

GROUP = "aws_security_group"
DEFAULT_GROUP = "aws_default_security_group"
ANY_RULE = "aws_security_group_rule"
NEW_RULES: Mapping[str, Direction] = {
    "aws_vpc_security_group_ingress_rule": "ingress",
    "aws_vpc_security_group_egress_rule": "egress",
}
ADDRESSES = (("cidr_blocks", IPV4), ("cidr_ipv4", IPV4), ("ipv6_cidr_blocks", IPV6), ("cidr_ipv6", IPV6))
OF_A_CLUSTER = "vpc_config[0].cluster_security_group_id"
"""The attribute that names the group which EKS makes for a cluster."""
OWNER = "security_group_id"
GROUP_PEERS = ("security_groups", "source_security_group_id", "referenced_security_group_id")

TYPES = frozenset({GROUP, DEFAULT_GROUP, ANY_RULE, *NEW_RULES})
_OF_A_CLUSTER = re.compile(rf"((?:.+\.)?aws_eks_cluster\..+)\.{re.escape(OF_A_CLUSTER)}")


class Groups:
    """The security groups of an estate: those that it defines, and those that it only refers to."""

    def __init__(self, ledger: Ledger, vpcs: Vpcs) -> None:
        self._ledger = ledger
        self._vpcs = vpcs
        self._lists = PrefixLists(ledger)
        self._found: dict[str, Acl] = {}
        self._worn: frozenset[str] = frozenset()
        self._defaults: dict[str, str] = {}
        self._owners_named = Spoken(ledger, (ANY_RULE, *NEW_RULES), (OWNER,))
        self._named = Spoken(ledger, (GROUP, DEFAULT_GROUP, ANY_RULE, *NEW_RULES), (OWNER, *GROUP_PEERS))
        for resource in ledger.of(GROUP, DEFAULT_GROUP):
            self._name(resource)

    def acls(self) -> list[Acl]:
        """Every security group with its inline and its standalone rules, and a partial one for each that is defined elsewhere."""
        self._worn = frozenset(self._found)
        for resource in self._ledger.of(GROUP, DEFAULT_GROUP):
            self._found[key_of(resource)] = self._group(resource)
        attached: dict[str, list[Rule]] = defaultdict(list)
        for resource in self._ledger.of(ANY_RULE, *NEW_RULES):
            for key, because in self._owners(resource):
                attached[key] += [rule.perhaps(because) for rule in self._standalone(resource, key)]
        return [replace(acl, rules=(*acl.rules, *attached[key])) for key, acl in self._found.items()]

    def _owners(self, rule: Resource) -> Ties:
        """The group that a rule belongs to, or those of which it does to one."""
        named = rule.body.values.get(OWNER)
        value, whichever = _given(named), _whichever(named, rule.root)
        several = self._perhaps(value, rule.root)
        own = sure([self.key(value, rule.root, rule.address)]) if several is None else several.ties
        return ties((*own, (whichever, ()))) if whichever in self._worn else own

    def worn(self, value: Any, root: str) -> Tied:
        """The group that a value names, or those of which it is one; of a list all that rules name of it.

        What is one of several is, whichever that is, what has the rules that name it by the very same reference.
        """
        several = self._perhaps(value, root)
        besides = [self.key(each, root) for each in self._named.elements(value, root)]
        if several is None:
            return tied([(key, ()) for key in (self.key(value, root), *besides)])
        if self._owners_named.names(value, root):
            besides.append(_whichever(value, root))
            unsaid = () if value.is_one_of_them else value.because
            self.add(Acl(besides[-1], value.known_as, "aws_security_group", root, (), partial=unsaid))
        return several.beside(Tied(sure(besides)))

    def key(self, value: Any, root: str, owned: str = "") -> str:
        """The key of the group that something wears, or an `owned` rule belongs to.

        One that the input does not define becomes a partial ACL.
        """
        known = self._lead(value, root)
        if known is not None:
            return known
        key, told, because = outside(_of_a_cluster(value), root, "group", owned)
        if key not in self._found:
            self._found[key] = Acl(key, told, "aws_security_group", root, (), id=string(value), partial=because)
            self._ledger.symbols.setdefault(key, Symbol(key, "group", told))
        return key

    def _perhaps(self, value: Any, root: str) -> Tied | None:
        """What a value that is not known may be, with what that hangs on; None where it is no group of the input for sure."""
        if not isinstance(value, Unknown) or self._lead(value, root) is not None:
            return None
        known, others = self._ledger.ways(value, root, GROUP, DEFAULT_GROUP)
        found = [(key_of(group), because) for group, because in known]
        found += [(self.key(other, root), because) for other, because in others] if known else []
        return tied(found, value.is_one_of_them) if known else None

    def default_of(self, vpc: Resource) -> str:
        """The default group of a VPC, which whatever names no group wears."""
        name = "default_security_group_id"
        known = None if key_of(vpc) in self._defaults else string(vpc.body.values.get(name))
        return self.key(known or Unknown((), attribute=(vpc.address, name)), vpc.root)

    def add(self, acl: Acl) -> None:
        """A group that AWS makes for a resource of the input."""
        self._found[acl.key] = acl
        self._ledger.symbols[acl.key] = Symbol(acl.key, "group", acl.address)

    def give(self, key: str, rules: Iterable[Rule]) -> None:
        """Rules that AWS gives to a group which it makes, where the input does not hold the group itself."""
        acl = self._found.get(key)
        if acl is not None and not acl.rules:
            self._found[key] = replace(acl, rules=tuple(rules))

    def _name(self, resource: Resource) -> None:
        key = key_of(resource)
        ids = (resource.id,) if resource.id else ()
        self._ledger.symbols[key] = Symbol(key, "group", resource.address, at_most=self._vpcs.of_group(resource), ids=ids)
        if resource.type == DEFAULT_GROUP or resource.body.values.get("name") == "default":
            self._vpcs.defaults.tie(
                resource.body.values.get("vpc_id"), resource.root, Tied(ties([(key, resource.body.possible)]))
            )
            vpc = self._vpcs.of(resource)
            if vpc is not None:
                self._defaults[key_of(vpc)] = key

    def _lead(self, value: Any, root: str) -> str | None:
        """The key of the group of the input that a value refers to."""
        key = self._ledger.names.lead(value, root)
        if key is not None and self._ledger.names.resources[key].type in (GROUP, DEFAULT_GROUP):
            return key
        if isinstance(value, str) and not value.startswith("sg-"):
            named = self._ledger.target(value, root, GROUP)
            return key_of(named) if named else None
        if not isinstance(value, Unknown) or value.attribute is None or value.attribute[1] != "default_security_group_id":
            return None
        vpc = self._ledger.target(Unknown((), attribute=(value.attribute[0], "id")), root, *VPCS)
        return self._defaults.get(key_of(vpc)) if vpc else None

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
            id=resource.id or string(body.values.get("id")),
            tags=tags(body.values),
            partial=(resource.address,) if data else (),
            possible=body.possible,
            location=body.location,
            ignores=body.ignores,
            whole=() if data else tuple(direction for direction in DIRECTIONS if written_empty(resource, direction)),
            kept=tuple(filter(resource.keeps, DIRECTIONS)),
        )

    # rules

    def _inline(self, resource: Resource, direction: Direction) -> list[Rule]:
        if computed(resource, direction):
            return []
        return [
            self._rule(f"{resource.address}.{direction}[{position}]", direction, block, resource, key_of(resource))
            for position, block in enumerate(blocks(resource.body, direction))
        ]

    def _standalone(self, resource: Resource, owner: str) -> list[Rule]:
        body = resource.body
        direction = NEW_RULES.get(resource.type) or body.values.get("type")
        if not isinstance(direction, Unknown) and direction not in DIRECTIONS:
            wrong = f"its type is {direction!r}, which is neither ingress nor egress"
            told = self._problem(resource.address, resource, body, wrong)
            direction = Unknown((told,))
        if isinstance(direction, Unknown):
            return [
                self._rule(resource.address, each, replace(body, possible=(*body.possible, *direction.because)), resource, owner)
                for each in DIRECTIONS
            ]
        return [self._rule(resource.address, direction, body, resource, owner)]

    def _rule(self, name: str, direction: Direction, body: Block, resource: Resource, owner: str) -> Rule:
        values = body.values
        protocol = values.get("ip_protocol") if resource.type in NEW_RULES else values.get("protocol")
        try:
            protocols, ports = services(text(protocol), number(values.get("from_port")), number(values.get("to_port")))
        except ValueError as error:
            protocols, ports = misunderstood(text(protocol), self._problem(name, resource, body, str(error)))
        return Rule(
            name,
            direction,
            "allow",
            protocols,
            ports,
            self._peers(name, resource, body, owner),
            possible=body.possible,
            location=body.location,
            ignores=body.ignores,
        )

    def _peers(self, name: str, resource: Resource, body: Block, owner: str) -> tuple[Peer, ...]:
        values = body.values
        peers: list[Peer] = []
        for attribute, line in ADDRESSES:
            if values.get(attribute) is not None:
                peers += [self._address(item, line, name, resource, body) for item in items(values.get(attribute))]
        for attribute in GROUP_PEERS:
            if values.get(attribute) is not None and not computed(resource, attribute) and not _left_out(resource, attribute):
                peers += [self.peer(item, resource.root, owner) for item in items(values.get(attribute))]
        for attribute in ("prefix_list_ids", "prefix_list_id"):
            if values.get(attribute) is not None:
                peers += [self._lists.peer(item, resource.root) for item in items(values.get(attribute))]
        own = truth(values.get("self"))
        if isinstance(own, Unknown):
            peers.append(Peer(few(own.because), because=own.because, members=True))
        elif own:
            peers.append(Peer(self._ledger.symbols[owner].text, symbol=owner))
        return tuple(dict.fromkeys(peers))

    def _address(self, item: Any, line: Ranges, name: str, resource: Resource, body: Block) -> Peer:
        if isinstance(item, Unknown):
            return Peer(few(item.because), because=item.because, at_most=at_most(item, line))
        try:
            return cidr_peer(shown(item))
        except ValueError as error:
            return Peer(shown(item), because=(self._problem(name, resource, body, str(error)),))

    def peer(self, item: Any, root: str, owner: str = "") -> Peer:
        """A group as the far side of a rule: one that is named by what is not known only where it is worn, or the rule's own."""
        if isinstance(item, str) and "/" in item:
            item = item.split("/")[-1]  # another account's group is written account/sg-id
        item = _of_a_cluster(item)
        key = self._lead(item, root)
        if key is not None:
            return Peer(self._ledger.symbols[key].text, symbol=key)
        key, told, _ = outside(item, root, "group")
        unsaid = isinstance(item, Unknown) and (item.attribute is None or not _is_group(item.attribute))
        if unsaid and not ((item.name or item.attribute) and key in {*self._worn, owner}):
            return Peer(few(item.because), because=item.because, members=True)
        self._ledger.symbols.setdefault(key, Symbol(key, "group", told))
        self._ledger.groups.setdefault(key, Group(key, told, root, id=string(item)))
        return Peer(told, symbol=key)

    def _problem(self, rule: str, resource: Resource, body: Block, message: str) -> str:
        return self._ledger.problem(resource, body.location, rule, message)


def _left_out(resource: Resource, attribute: str) -> bool:
    """Whether an unknown group can be none: the provider refuses one beside addresses or the group itself.

    A plan does not say that of a rule whose code sets the group to null, because the provider is to fill it in.
    """
    values = resource.body.values
    if attribute != "source_security_group_id" or not isinstance(values.get(attribute), Unknown):
        return False
    addresses = [item for name, _ in ADDRESSES for item in items(values.get(name))]
    return truth(values.get("self")) is True or not all(isinstance(item, Unknown) for item in addresses)


def _whichever(value: Any, root: str) -> str:
    """The key of that one of several groups which a reference names."""
    return f"{root}|{value.known_as}" if isinstance(value, Unknown) and value.known_as else ""


def _given(value: Any) -> Any:
    """What stands where something has to be given: of what is one thing or nothing, that one thing."""
    ways = [way for way in value.either if way not in (None, "")] if isinstance(value, Unknown) else []
    return ways[0] if len(ways) == 1 else value


def _of_a_cluster(value: Any) -> Any:
    """The group that EKS makes for a cluster as the attribute that it is: it stands in a block, which only the provider fills."""
    if not isinstance(value, Unknown) or value.attribute is not None or value.either:
        return value
    found = _OF_A_CLUSTER.fullmatch(value.name or ", ".join(value.because))
    return Unknown(value.because, (found[1], OF_A_CLUSTER)) if found else value


def _is_group(attribute: tuple[str, str]) -> bool:
    """Whether an attribute of a resource that the input lacks names a security group."""
    address, name = attribute
    return ("security_group" in address.rsplit(".", 2)[-2] and name in ("id", "arn")) or name.endswith("security_group_id")


def _group_name(resource: Resource) -> Text | None:
    """The group's name: as it is written, or unknown with the prefix that is."""
    values = resource.body.values
    if resource.type == DEFAULT_GROUP:
        return "default"
    name = text(values.get("name"))
    if name is None or computed(resource, "name"):
        if resource.mode == "data":
            return None
        prefix = None if computed(resource, "name_prefix") else text(values.get("name_prefix"))
        if isinstance(prefix, Unknown):
            return prefix
        return Unknown((f"{resource.address}.name",), prefix=prefix or "terraform-")
    return name
