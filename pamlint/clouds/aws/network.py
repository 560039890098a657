"""VPCs and subnets: which addresses they have, and what stands at a subnet's edge.

Sources: the Amazon VPC user guide (CIDR blocks, route tables) and the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pamlint.clouds.elsewhere import Elsewhere
from pamlint.clouds.ledger import Ledger, outside
from pamlint.clouds.ties import Because, Tied, Ties, either, has_one
from pamlint.clouds.values import all_of, find, items, networks, truth
from pamlint.model.acl import Segment
from pamlint.model.addresses import ANY, IPV4, IPV6
from pamlint.model.identity import key_of
from pamlint.model.noun import record
from pamlint.model.ranges import EMPTY, Ranges, normal, subtract, union
from pamlint.model.resource import Block, Resource, Unknown

VPCS = ("aws_vpc", "aws_default_vpc")
SUBNETS = ("aws_subnet", "aws_default_subnet")
MORE_IPV4 = "aws_vpc_ipv4_cidr_block_association"
MORE_IPV6 = "aws_vpc_ipv6_cidr_block_association"
GROUP_VPCS = "aws_vpc_security_group_vpc_association"

TYPES = frozenset({*VPCS, *SUBNETS, MORE_IPV4, MORE_IPV6, GROUP_VPCS})


@record
class Subnet:
    """A subnet: its known prefixes, its VPC, its network ACLs, why the Internet cannot reach it.

    It has one network ACL; several where it is not known which. `one` is false of what is known of several of which it is one.
    `default` is the default group of a VPC that the input does not hold, where that is tied to it.
    `beyond` names the network ACL of one that the input does not hold, where it does not say either which that is.
    """

    segment: Segment
    prefixes: Ranges
    vpc: Resource | None
    acls: Tied = Tied()
    sheltered: str | None = None
    one: bool = True
    beyond: tuple[str, ...] = ()
    default: Tied = Tied()


class Vpcs:
    """Where the VPCs of an estate lie; `defaults` has the default groups of those that are elsewhere."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._more = [ledger.tied(MORE_IPV4, "vpc_id"), ledger.tied(MORE_IPV6, "vpc_id")]
        self._groups = ledger.tied(GROUP_VPCS, "security_group_id")
        self._lines: dict[str, Ranges] = {}
        self.defaults = Elsewhere(ledger, *VPCS)

    def of(self, resource: Resource) -> Resource | None:
        """The VPC that a resource names."""
        return self._ledger.target(resource.body.values.get("vpc_id"), resource.root, *VPCS)

    def of_group(self, group: Resource) -> Ranges:
        """Where members of a group can be: its VPCs' addresses, the whole line where they are not known."""
        line = self.line(self.of(group))
        for other in self._groups.get(key_of(group), ()):
            line = union(line, self.line(self.of(other)))
        return line

    def line(self, vpc: Resource | None) -> Ranges:
        """The addresses of a VPC, the whole line where they are not known."""
        if vpc is None:
            return ANY
        key = key_of(vpc)
        if key not in self._lines:
            self._lines[key] = _line(vpc, [other.body for tied in self._more for other in tied.get(key, ())])
        return self._lines[key]


def _line(vpc: Resource, more: list[Block]) -> Ranges:
    """The addresses of a VPC, all of a family's where its CIDRs of that family are not known."""
    line = networks([vpc.body.values.get("cidr_block")])
    if not line and vpc.mode == "data":
        return ANY
    line = union(line or IPV4, networks(find(vpc.body, "cidr_block_associations.cidr_block")))
    for body in (vpc.body, *more):
        if body is not vpc.body and body.values.get("ipv6_ipam_pool_id") is None and not _names_ipv6(body):
            line = union(line, networks([body.values.get("cidr_block")]) or IPV4)
        if _names_ipv6(body):
            line = union(line, networks([body.values.get("ipv6_cidr_block")]) or IPV6)
    return line


def _names_ipv6(body: Block) -> bool:
    values = body.values
    given = values.get("ipv6_cidr_block")
    if isinstance(given, str) and given:
        return True
    asked = truth(values.get("assign_generated_ipv6_cidr_block")) is not False
    return asked or any(values.get(name) not in (None, "") for name in ("ipv6_ipam_pool_id", "ipv6_pool"))


class Subnets:
    """The subnets of an estate, found by whatever refers to them."""

    def __init__(
        self, ledger: Ledger, vpcs: Vpcs, acls: Mapping[str, Ties], elsewhere: Elsewhere, sheltered: Mapping[str, str]
    ) -> None:
        self._ledger = ledger
        self._elsewhere = elsewhere
        self._by_key = {}
        taken = _taken(ledger, vpcs)
        for resource in ledger.of(*SUBNETS):
            key, vpc = key_of(resource), vpcs.of(resource)
            named = elsewhere.of(resource.body.values.get("id"), resource.root) if resource.mode == "data" else Tied()
            own = acls.get(key, ()) or named.ties
            beyond = () if own or resource.mode == "managed" else _beyond(resource.address)
            default = vpcs.defaults.tied(resource.body.values.get("vpc_id"), resource.root)
            segment = _segment(resource, subtract(vpcs.line(vpc), taken[key_of(vpc) if vpc else ""]))
            self._by_key[key] = Subnet(
                segment, segment.prefixes, vpc, Tied(own), sheltered.get(key), beyond=beyond, default=default
            )

    def find(self, value: Any, root: str, one: bool = False) -> Subnet | None:
        """The subnet that a value refers to, or what is known of all that it may be; None where it refers to none.

        `one`: the value is no list of which just nothing is known.
        """
        known = self._ledger.just_one(value, root, *SUBNETS)
        outside = self._outside(value, root, one)
        return one_of([(self._by_key[key_of(resource)] if resource else outside, because) for resource, because in known])

    def _outside(self, value: Any, root: str, one: bool) -> Subnet | None:
        """What is known of a subnet that the input does not hold: the network ACL that is tied to it."""
        if value in (None, ""):
            return None
        acls = self._elsewhere.tied(value, root)
        key, told, because = outside(value, root, "subnet")
        named = not isinstance(value, Unknown) or bool(value.known_as)
        segment = Segment(key, EMPTY, told, because, is_one=one and named)
        return Subnet(segment, EMPTY, None, acls, beyond=() if has_one(acls) else _beyond(told))


def unnamed(key: str, told: str) -> Subnet:
    """A subnet that nothing names, by a key and in words."""
    return Subnet(Segment(key, EMPTY, told), EMPTY, None, beyond=_beyond(told))


def _beyond(subnet: str) -> tuple[str, ...]:
    return (f"network ACL of {subnet}",)


def _taken(ledger: Ledger, vpcs: Vpcs) -> Mapping[str, Ranges]:
    """The prefixes that subnets of the input have in each VPC: no other subnet of it can have them."""
    found: dict[str, Ranges] = defaultdict(lambda: EMPTY)
    for resource in ledger.managed(*SUBNETS):
        if (vpc := vpcs.of(resource)) is not None:
            found[key_of(vpc)] = union(found[key_of(vpc)], prefixes(resource.body))
    return found


def _segment(resource: Resource, at_most: Ranges) -> Segment:
    """What is known of where a subnet lies."""
    found = prefixes(resource.body)
    named = resource.body.values.get("cidr_block")
    because = named.because if isinstance(named, Unknown) else (f"{resource.address}.cidr_block",)
    one, made = "[*]" not in resource.address, resource.mode == "managed"
    return Segment(key_of(resource), found, resource.address, () if found else because, at_most, one, made)


def one_of(ways: Sequence[tuple[Subnet | None, Because]]) -> Subnet | None:
    """What is known of a subnet that is one of several: of a single one that one itself, or None where the input lacks it."""
    if len(ways) == 1 or len({subnet for subnet, _ in ways}) == 1:
        return ways[0][0]
    subnets = [subnet for subnet, _ in ways]
    vpcs = [subnet.vpc if subnet else None for subnet in subnets]
    clauses = [subnet.sheltered if subnet else None for subnet in subnets]
    deciding = tuple(sorted({reference for _, because in ways for reference in because}))
    return Subnet(
        _either([subnet.segment for subnet in subnets if subnet], deciding),
        all_of([subnet.prefixes if subnet else EMPTY for subnet in subnets]) or EMPTY,
        vpcs[0] if all(vpc is vpcs[0] for vpc in vpcs) else None,
        either((subnet.acls if subnet else Tied(), because) for subnet, because in ways),
        clauses[0] if all(clauses) else None,
        one=False,
        beyond=tuple(sorted({each for subnet in subnets if subnet for each in subnet.beyond})),
    )


def _either(segments: Sequence[Segment], because: Because) -> Segment:
    """One of several subnets."""
    text = " or ".join(sorted(segment.text for segment in segments))
    at_most = normal(pair for segment in segments for pair in segment.prefixes or segment.at_most)
    return Segment("|or|".join(sorted(segment.key for segment in segments)), EMPTY, text, because, at_most, is_one=False)


def prefixes(body: Block) -> Ranges:
    """The CIDRs of a subnet, of which a live one may have several of IPv6; none where the IPv4 one is unknown."""
    if isinstance(body.values.get("cidr_block"), Unknown):
        return EMPTY
    return networks([body.values.get("cidr_block"), *items(body.values.get("ipv6_cidr_block"))])
