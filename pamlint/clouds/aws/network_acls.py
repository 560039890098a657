"""Network ACLs: numbered rules at the edge of subnets, stateless, the first match decides.

Sources: the Amazon VPC user guide (network ACLs), the EC2 service model (NetworkAclEntry), and the provider's documentation
of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pamlint.clouds.aws.network import SUBNETS, VPCS, Vpcs, prefixes
from pamlint.clouds.aws.ports import entry_services, misunderstood
from pamlint.clouds.elsewhere import Elsewhere
from pamlint.clouds.ledger import Ledger, outside
from pamlint.clouds.ordered import chosen, in_order, word
from pamlint.clouds.ties import Because, Tied, Ties, doubted, has_sure, reasons, sure, ties
from pamlint.clouds.values import (
    all_of,
    at_most,
    blocks,
    cidr_peer,
    computed,
    few,
    items,
    number,
    string,
    tags,
    text,
    truth,
    written_empty,
)
from pamlint.model.acl import Acl, Action, Extent, Peer, Rule
from pamlint.model.addresses import IPV4, IPV6
from pamlint.model.finding import DIRECTIONS, Direction
from pamlint.model.identity import key_of
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import Block, Resource, Unknown

ACL = "aws_network_acl"
DEFAULT_ACL = "aws_default_network_acl"
RULE = "aws_network_acl_rule"
ASSOCIATION = "aws_network_acl_association"
ACTIONS: Mapping[str, Action] = {"allow": "allow", "deny": "deny"}
LAST = 32767
"""The number of the final deny, which AWS adds itself: rules of this number and above are not the customer's."""

TYPES = frozenset({ACL, DEFAULT_ACL, RULE, ASSOCIATION})


class NetworkAcls:
    """The network ACLs of an estate, and which subnet each of them guards, be it `elsewhere`."""

    def __init__(self, ledger: Ledger, vpcs: Vpcs) -> None:
        self._ledger = ledger
        self._found = {key_of(resource): self._acl(resource) for resource in ledger.of(ACL, DEFAULT_ACL)}
        self._defaults: dict[str, str] = {}
        self._outer_defaults = Elsewhere(ledger, *VPCS)
        self._stray_defaults: Ties = ()
        for resource in ledger.of(DEFAULT_ACL):
            vpc = self._default_owner(resource.body.values.get("default_network_acl_id"), resource.root) or vpcs.of(resource)
            if vpc is not None:
                self._defaults[key_of(vpc)] = key_of(resource)
            elif (named := resource.body.values.get("vpc_id")) is not None:
                self._outer_defaults.tie(named, resource.root, Tied(ties([(key_of(resource), resource.body.possible)])))
            else:
                hangs = (f"{resource.address}.vpc_id", *resource.body.possible)
                self._stray_defaults = ties((*self._stray_defaults, (key_of(resource), hangs)))
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        for resource in ledger.of(RULE):
            for key, because in self._owners(resource):
                self._rules[key] += [rule.perhaps(because) for rule in self._standalone(resource)]
        self.elsewhere = Elsewhere(ledger, *SUBNETS)
        self.guards = self._guards(vpcs)

    def acls(self) -> list[Acl]:
        """Every network ACL with its rules in the order in which they are tried, and the prefixes of its subnets."""
        places: dict[str, list[tuple[Ranges, Because]]] = defaultdict(list)
        for resource in self._ledger.of(*SUBNETS):
            for key, because in self.guards.get(key_of(resource), ()):
                places[key].append((prefixes(resource.body), because))
        for key, because in (tie for tied in self.elsewhere.all() for tie in tied.ties):
            places[key].append((EMPTY, because))
        found = []
        for key, acl in self._found.items():
            behind = all_of([EMPTY if because else line for line, because in places[key]])
            found.append(replace(acl, rules=in_order([*acl.rules, *self._rules[key]]), local=behind, places=tuple(places[key])))
        return found

    def _acl(self, resource: Resource) -> Acl:
        body = resource.body
        rules = [] if resource.mode == "data" else [rule for each in DIRECTIONS for rule in self._inline(resource, each)]
        told = tags(body.values)
        return Acl(
            key_of(resource),
            resource.address,
            "aws_network_acl",
            resource.root,
            tuple(rules),
            name=told.get("Name"),
            id=resource.id or string(body.values.get("id")),
            tags=told,
            partial=(resource.address,) if resource.mode == "data" else (),
            possible=body.possible,
            location=body.location,
            ignores=body.ignores,
            whole=tuple(direction for direction in DIRECTIONS if _is_whole(resource, direction)),
            kept=tuple(filter(resource.keeps, DIRECTIONS)),
        )

    def _default_owner(self, value: Any, root: str) -> Resource | None:
        """The VPC whose default network ACL a value names."""
        if not isinstance(value, Unknown) or value.attribute is None or value.attribute[1] != "default_network_acl_id":
            return self._ledger.target(value, root, *VPCS, by="default_network_acl_id") if isinstance(value, str) else None
        return self._ledger.target(Unknown((), attribute=(value.attribute[0], "id")), root, *VPCS)

    def _owners(self, rule: Resource) -> list[tuple[str, Because]]:
        """The network ACL that a rule belongs to, or those of which it does to one."""
        value = rule.body.values.get("network_acl_id")
        known, others = self._ledger.ways(value, rule.root, ACL, DEFAULT_ACL) if isinstance(value, Unknown) else ([], [])
        if not known:
            return [(self._key(value, rule.root, rule.address), ())]
        unknown = [(self._key(other, rule.root), because) for other, because in others]
        return [*((key_of(each), because) for each, because in known), *unknown]

    def _key(self, value: Any, root: str, owned: str = "") -> str:
        """The key of the network ACL that a value refers to; one that the input does not define becomes a partial ACL.

        `owned` is a rule that belongs to it.
        """
        key = self._ledger.names.lead(value, root)
        if key in self._found and key is not None:
            return key
        vpc = self._default_owner(value, root)
        if vpc is not None and key_of(vpc) in self._defaults:
            return self._defaults[key_of(vpc)]
        key, told, because = outside(value, root, "network ACL", owned)
        self._found.setdefault(key, Acl(key, told, "aws_network_acl", root, (), id=string(value), partial=because))
        if vpc is not None:
            self._defaults[key_of(vpc)] = key
        return key

    def _guards(self, vpcs: Vpcs) -> Mapping[str, Ties]:
        """The network ACL of each subnet: the one that it is tied to, else its VPC's default one; several where that is open.

        A default one of which nobody knows the VPC is perhaps that of any VPC that the input does not make.
        """
        found: dict[str, Ties] = {}
        for subnet in self._ledger.of(*SUBNETS):
            vpc = vpcs.of(subnet)
            if vpc is not None and key_of(vpc) in self._defaults:
                found[key_of(subnet)] = sure([self._defaults[key_of(vpc)]])
            elif vpc is None or vpc.mode == "data":
                outer = self._outer_defaults.tied(subnet.body.values.get("vpc_id"), subnet.root).ties
                found[key_of(subnet)] = outer if has_sure(outer) else ties((*outer, *self._stray_defaults))
        for own in (self._named_subnets(), self._associated()):
            for key, told in own.items():
                tied = ties(told)
                found[key] = tied if has_sure(tied) else ties((*tied, *doubted(found.get(key, ()), reasons(tied))))
        return found

    def _named_subnets(self) -> Mapping[str, list[tuple[str, Because]]]:
        """The network ACLs that name each subnet."""
        found: dict[str, list[tuple[str, Because]]] = defaultdict(list)
        for resource in self._ledger.of(ACL, DEFAULT_ACL):
            for item in [] if computed(resource, "subnet_ids") else items(resource.body.values.get("subnet_ids")):
                self.elsewhere.tie(item, resource.root, Tied(ties([(key_of(resource), resource.body.possible)])))
                for subnet, because in self._ledger.candidates(item, resource.root, *SUBNETS):
                    found[key_of(subnet)].append((key_of(resource), (*because, *resource.body.possible)))
        return found

    def _associated(self) -> Mapping[str, list[tuple[str, Because]]]:
        """The network ACLs that an association ties to each subnet."""
        found: dict[str, list[tuple[str, Because]]] = defaultdict(list)
        anywhere: Ties = ()
        for resource in self._ledger.of(ASSOCIATION):
            value = resource.body.values.get("network_acl_id")
            known, others = self._ledger.ways(value, resource.root, ACL, DEFAULT_ACL)
            edges = [(key_of(edge), because) for edge, because in known]
            edges += [(self._key(other, resource.root), because) for other, because in others]
            named = resource.body.values.get("subnet_id")
            self.elsewhere.tie(named, resource.root, Tied(doubted(ties(edges), resource.body.possible)))
            for subnet, because in self._ledger.candidates(named, resource.root, *SUBNETS):
                found[key_of(subnet)] += doubted(ties(edges), (*because, *resource.body.possible))
            if unset := self._ledger.anybody(named, resource.root, *SUBNETS):
                anywhere = ties((*anywhere, *doubted(ties(edges), (*unset, *resource.body.possible))))
        for subnet in self._ledger.of(*SUBNETS) if anywhere else ():
            if not has_sure(ties(found[key_of(subnet)])):
                found[key_of(subnet)] += anywhere
        return found

    # rules

    def _inline(self, resource: Resource, direction: Direction) -> Iterator[Rule]:
        if computed(resource, direction):
            return
        for position, block in enumerate(blocks(resource.body, direction)):
            told = (block.values.get("rule_no"), block.values.get("action"))
            yield from self._entry(
                f"{resource.address}.{direction}[{position}]",
                direction,
                told,
                block,
                resource,
            )

    def _standalone(self, resource: Resource) -> Iterator[Rule]:
        values = resource.body.values
        egress = truth(values.get("egress"))
        told = (values.get("rule_number"), values.get("rule_action"))
        if not isinstance(egress, Unknown):
            yield from self._entry(resource.address, "egress" if egress else "ingress", told, resource.body, resource)
            return
        doubted = replace(resource.body, possible=(*resource.body.possible, *egress.because))
        for direction in DIRECTIONS:
            yield from self._entry(resource.address, direction, told, doubted, resource)

    def _entry(self, name: str, direction: Direction, told: tuple[Any, Any], body: Block, resource: Resource) -> Iterator[Rule]:
        """One rule, or, where action or number is unknown, the possible rules that stand for it; `told` are number and action."""
        field = partial(self._ledger.understood, resource, body.location, name)
        position = field(lambda: _position(told[0]))
        action = field(lambda: word(told[1], ACTIONS, "action"))
        served, peers = field(lambda: self._services(body)), field(lambda: self._peers(body))
        if isinstance(served, Unknown):
            served = misunderstood(text(body.values.get("protocol")), served.because[0])
        if isinstance(peers, Unknown):
            peers = (Peer(peers.because[0], because=peers.because),)
        rule = Rule(name, direction, "allow", *served, peers)
        if isinstance(position, int) and position >= LAST:
            return
        rule = replace(rule, possible=body.possible, location=body.location, ignores=body.ignores)
        yield from chosen(rule, action, position, LAST - 1)

    def _services(self, body: Block) -> tuple[Extent, Extent]:
        values = body.values
        return entry_services(
            text(values.get("protocol")),
            (number(values.get("from_port")), number(values.get("to_port"))),
            (number(values.get("icmp_type")), number(values.get("icmp_code"))),
            ipv6=text(values.get("ipv6_cidr_block")) is not None,
        )

    def _peers(self, body: Block) -> tuple[Peer, ...]:
        """The far side of an entry. Raises ValueError for what is no CIDR."""
        peers = []
        for attribute, line in (("cidr_block", IPV4), ("ipv6_cidr_block", IPV6)):
            value = text(body.values.get(attribute))
            if isinstance(value, Unknown):
                peers.append(Peer(few(value.because), because=value.because, at_most=at_most(value, line)))
            elif value is not None:
                peers.append(cidr_peer(value))
        return tuple(peers)


def _is_whole(resource: Resource, direction: Direction) -> bool:
    """Whether a block is the whole list even if it holds no rule: it says so, or takes the default list over."""
    return written_empty(resource, direction) or (resource.type == DEFAULT_ACL and resource.body.location is not None)


def _position(value: Any) -> int | Unknown:
    """The number of an entry. Raises ValueError where it has none."""
    found = number(value)
    if found is None:
        raise ValueError("it has no number")
    return found
