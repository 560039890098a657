"""Site, ACLs and workloads in; who plays which role out, and the chains that are to be judged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pamlint.model.acl import Acl, Group, Network, Text, Workload
from pamlint.model.addresses import ANY, families, parse_cidr, parse_cidrs
from pamlint.model.finding import Direction
from pamlint.model.policy import ANY_ROLE, Role
from pamlint.model.ranges import EMPTY, Ranges, intersect, union
from pamlint.model.resource import Unknown
from pamlint.model.site import Instance, MatchEntry, Site

Because = tuple[str, ...]
"""References on which something hangs; empty means that it is certain."""


@dataclass(frozen=True, slots=True)
class Member:
    """One machine (or a group that stands for machines) that bears a role: what it wears and the addresses known for it."""

    key: str
    symbols: tuple[str, ...]
    addresses: Ranges = EMPTY
    because: Because = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What bears a role in one way: an instance of the site file, here or on another role's machines.

    `networks` are None where they are unknown. `hosts` are the keys of all that was matched (ACLs, workloads, groups).
    `cloud` is set where the part exists for one cloud alone.
    """

    role: str
    instance: Instance | None
    members: tuple[Member, ...] = ()
    networks: Ranges | None = None
    hosts: Mapping[str, Because] = field(default_factory=dict)
    cidrs: tuple[str, ...] = ()
    cloud: str | None = None

    @property
    def families(self) -> frozenset[int]:
        """The address families in which the part has networks or members; members that are symbols alone count as IPv4."""
        found = families(self.networks or EMPTY)
        for member in self.members:
            found |= families(member.addresses) or frozenset({4})
        return found or frozenset({4} if self.hosts else ())


@dataclass(frozen=True, slots=True)
class Bearing:
    """That a unit bears a role, by which part, and how sure that is."""

    part: Part
    because: Because = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """What is judged as one: a distinct chain of ACLs with the workloads behind it, or an ACL that no known workload wears.

    `layers` run from the nearest to the farthest. `behind` are the addresses that stand behind the chain, None where they
    are unknown; `within` is where they can be. `wears` are the symbols that all workloads wear, `may_wear` those that some do.
    """

    layers: tuple[tuple[Acl, ...], ...]
    workloads: tuple[Workload, ...]
    bearings: tuple[Bearing, ...]
    behind: Ranges | None
    within: Ranges
    wears: frozenset[str] = frozenset()
    may_wear: frozenset[str] | None = None

    @property
    def acls(self) -> tuple[Acl, ...]:
        """All ACLs of the chain, nearest first."""
        return tuple(acl for layer in self.layers for acl in layer)

    @property
    def cloud(self) -> str:
        """`aws` or `azure`."""
        return "azure" if self.acls[0].kind.startswith("azure") else "aws"

    @property
    def hosts(self) -> frozenset[str]:
        """The keys of what the unit consists of."""
        return frozenset({acl.key for acl in self.acls} | {workload.key for workload in self.workloads})

    def path(self, direction: Direction) -> tuple[tuple[Acl, ...], ...]:
        """The layers in the order in which a packet meets them."""
        return tuple(reversed(self.layers)) if direction == "ingress" else self.layers


@dataclass(frozen=True, slots=True)
class Unbound:
    """A role that is needed and bound to nothing, and why; `because` names the files that might bind it and could not be read."""

    role: str
    reason: str
    because: Because = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """Who plays what in one estate."""

    parts: Mapping[str, tuple[Part, ...]]
    units: tuple[Unit, ...]
    unbound: tuple[Unbound, ...]
    idle: tuple[Acl, ...]


def bind(site: Site, network: Network, roles: Mapping[str, Role], needed: Iterable[str], unread: Iterable[str] = ()) -> Binding:
    """Find out who plays what; `needed` are the roles that an active flow names, `unread` the files that could not be read."""
    matcher = _Matcher(network)
    parts: dict[str, tuple[Part, ...]] = {}
    for role in sorted({*site.roles, *needed} - {ANY_ROLE}):
        parts[role] = _parts(role, site, roles, matcher, ())
    lost = tuple(sorted(unread))
    unbound = tuple(replace(one, because=lost) for one in _unbound(site, parts, roles, needed))
    units = _units(network, parts)
    judged = {acl.key for unit in units for acl in unit.acls}
    parts[ANY_ROLE] = (Part(ANY_ROLE, None, networks=ANY),)
    return Binding(parts, units, unbound, tuple(acl for acl in network.acls if acl.key not in judged))


def _parts(role: str, site: Site, roles: Mapping[str, Role], matcher: _Matcher, above: tuple[str, ...]) -> tuple[Part, ...]:
    """The parts of a role: one for each instance, and for each role that it shares machines with, that role's."""
    found = []
    binding = site.roles.get(role)
    for instance in binding.instances if binding else ():
        if instance.match or instance.cidrs is not None or not instance.on:
            found.append(matcher.part(role, instance))
        for host in instance.on:
            if host not in above and host != role:
                shared = _parts(host, site, roles, matcher, (*above, role))
                found += [replace(part, role=role, instance=instance) for part in shared]
    for cloud, peers in (roles[role].peers if role in roles else {}).items():
        found.append(matcher.fixed(role, cloud, peers))
    return tuple(found)


def _unbound(
    site: Site, parts: Mapping[str, tuple[Part, ...]], roles: Mapping[str, Role], needed: Iterable[str]
) -> Iterable[Unbound]:
    for role in sorted({*needed, *site.roles} - {ANY_ROLE}):
        binding = site.roles.get(role)
        if binding is None:
            if role in needed and not (role in roles and roles[role].peers):
                yield Unbound(role, "the site file does not say who plays it")
            continue
        if role not in needed:
            continue
        empty = [
            instance
            for instance in binding.instances
            if instance.match and not any(part.hosts for part in parts[role] if part.instance is instance)
        ]
        if empty:
            where = f" (instance {empty[0].index + 1})" if len(binding.instances) > 1 else ""
            yield Unbound(role, f"its `match`{where} finds nothing")
        elif not any(part.hosts or part.members or part.networks is not None for part in parts[role]):
            yield Unbound(role, "the site file gives it neither `match` nor `cidrs` nor `on`")


class _Matcher:
    """Finds what match entries mean; holds who wears what, so that it is worked out once."""

    def __init__(self, network: Network) -> None:
        self.acls = [acl for acl in network.acls if acl.kind in ("aws_security_group", "azure_nsg")]
        self.network = network
        self.wearers: dict[str, list[Workload]] = defaultdict(list)
        for workload in network.workloads:
            for key in {*workload.wears, *(key for layer in workload.chain for key in layer)}:
                self.wearers[key].append(workload)

    def part(self, role: str, instance: Instance) -> Part:
        """Everything that an instance matches, with its members and networks."""
        hosts: dict[str, Because] = {}
        members: dict[str, Member] = {}
        standing: list[Ranges] = []
        for acl in self.acls:
            because = _any_match(instance.match, acl, acl.kind == "azure_nsg")
            if because is None:
                continue
            hosts[acl.key] = (*because, *acl.possible)
            if acl.kind == "azure_nsg" and not self.wearers[acl.key]:
                standing.append(acl.local or EMPTY)
            self._wearing(acl.key, hosts[acl.key], members, is_peer=acl.kind != "azure_nsg")
        for group in self.network.groups:
            because = _any_match(instance.match, group, azure=True)
            if because is not None:
                hosts[group.key] = because
                self._wearing(group.key, because, members, is_peer=True)
        for workload in self.network.workloads:
            because = _any_match(instance.match, workload, workload.kind.startswith("azurerm"))
            if because is not None:
                hosts[workload.key] = (*because, *workload.possible)
                members[workload.key] = _member(workload, hosts[workload.key])
        networks = _networks(instance, members, self.network, standing)
        told = tuple(_matched_first(member, hosts) for member in members.values())
        return Part(role, instance, told, networks, hosts, instance.cidrs or ())

    def _wearing(self, key: str, because: Because, members: dict[str, Member], is_peer: bool) -> None:
        """The members that a matched ACL or group brings: who wears it, or, where nobody is known to, the group itself."""
        for workload in self.wearers[key]:
            members.setdefault(workload.key, _member(workload, (*because, *workload.possible)))
        if is_peer and not self.wearers[key]:
            members.setdefault(key, Member(key, (key,), because=because))

    def fixed(self, role: str, cloud: str, peers: Iterable[str]) -> Part:
        """Who plays a role where the product fixes it: service tags and CIDRs of one cloud."""
        members = []
        networks: Ranges = EMPTY
        for peer in peers:
            if peer.startswith("tag:"):
                key = f"tag|{peer[4:].lower()}"
                members.append(Member(key, (key,)))
            else:
                networks = union(networks, parse_cidrs([peer]))
        return Part(role, None, tuple(members), networks or None, cloud=cloud)


def _member(workload: Workload, because: Because) -> Member:
    return Member(workload.key, tuple(sorted(workload.wears)), workload.addresses, because)


def _matched_first(member: Member, hosts: Collection[str]) -> Member:
    """The member with the symbols that the site names it by before the others that it wears."""
    return replace(member, symbols=tuple(sorted(member.symbols, key=lambda key: (key not in hosts, key))))


def _networks(instance: Instance, members: Mapping[str, Member], network: Network, standing: list[Ranges]) -> Ranges | None:
    """The site's word; else the addresses of all members; else the subnets that they stand in; else unknown."""
    if instance.cidrs is not None:
        return parse_cidrs(instance.cidrs)
    workloads = {workload.key: workload for workload in network.workloads}
    for lines in (
        [member.addresses for member in members.values()] + [EMPTY for _ in standing],
        [workloads[key].addresses or workloads[key].within if key in workloads else EMPTY for key in members] + standing,
    ):
        if lines and all(lines):
            found: Ranges = EMPTY
            for line in lines:
                found = union(found, line)
            return found
    return None


def _any_match(entries: Iterable[MatchEntry], target: Acl | Group | Workload, azure: bool) -> Because | None:
    """() if an entry holds, references if one perhaps does, None if none can."""
    perhaps: Because | None = None
    for entry in entries:
        because = _match(entry, target, azure)
        if because == ():
            return ()
        if because is not None:
            perhaps = tuple(sorted({*(perhaps or ()), *because}))
    return perhaps


def _match(entry: MatchEntry, target: Acl | Group | Workload, azure: bool) -> Because | None:
    because: list[str] = []
    conditions: list[Because | None] = []
    if entry.address is not None:
        plain = "[" not in entry.address
        address = re.sub(r"\[[^\]]*\]", "", target.address) if plain else target.address
        conditions.append(() if _glob(entry.address, False).fullmatch(address) else None)
    if entry.id is not None:
        conditions.append(() if target.id is not None and _glob(entry.id, azure).fullmatch(target.id) else None)
    if entry.name is not None:
        names: list[Text | None] = [target.name] if azure else [target.name, target.tags.get("Name")]
        conditions.append(_first(_text_match(entry.name, name, azure) for name in names))
    for tag, wanted in entry.tags.items():
        conditions.append(_text_match(wanted, target.tags.get(tag), False))
    for condition in conditions:
        if condition is None:
            return None
        because += condition
    return tuple(sorted(set(because)))


def _first(found: Iterable[Because | None]) -> Because | None:
    """The surest of several."""
    return min((one for one in found if one is not None), key=len, default=None)


def _text_match(pattern: str, value: Text | None, ignore_case: bool) -> Because | None:
    if isinstance(value, Unknown):
        return value.because if _can_begin(pattern, value.prefix, ignore_case) else None
    return () if value is not None and _glob(pattern, ignore_case).fullmatch(value) else None


def _can_begin(pattern: str, prefix: str, ignore_case: bool) -> bool:
    """Whether something that begins with the prefix can match the pattern."""
    literal = re.split(r"[*?]", pattern, maxsplit=1)[0]
    if ignore_case:
        literal, prefix = literal.lower(), prefix.lower()
    if len(literal) == len(pattern):
        return pattern.startswith(prefix)
    return literal.startswith(prefix) or prefix.startswith(literal)


@lru_cache(maxsize=4096)
def _glob(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    """`*` is any run of characters, `?` one, nothing else is special."""
    text = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _units(network: Network, parts: Mapping[str, tuple[Part, ...]]) -> tuple[Unit, ...]:
    """Every distinct chain of a role-bearing workload, and every ACL that a role is matched to and no known workload wears."""
    acls = {acl.key: acl for acl in network.acls}
    bearers: dict[str, list[Bearing]] = defaultdict(list)
    for role_parts in parts.values():
        for part in role_parts:
            for key, because in part.hosts.items():
                bearers[key].append(Bearing(part, because))
    chains: dict[tuple[object, ...], list[Workload]] = defaultdict(list)
    roles: dict[tuple[object, ...], tuple[Bearing, ...]] = {}
    worn = {key for workload in network.workloads for layer in workload.chain for key in layer}
    for workload in network.workloads:
        keys = [workload.key, *(key for layer in workload.chain for key in layer), *sorted(workload.wears)]
        bearings = _distinct(bearing for key in keys for bearing in bearers.get(key, ()))
        chain = tuple(layer for layer in (tuple(key for key in layer if key in acls) for layer in workload.chain) if layer)
        if bearings and chain:
            place = (chain, tuple((bearing.part.role, id(bearing.part.instance)) for bearing in bearings))
            chains[place].append(workload)
            roles[place] = bearings
    found = [
        _unit(tuple(tuple(acls[key] for key in layer) for layer in place[0]), tuple(workloads), roles[place])  # type: ignore[attr-defined]
        for place, workloads in chains.items()
    ]
    alone = (acl for acl in network.acls if acl.key in bearers and acl.key not in worn)
    found += [_unit(((acl,),), (), _distinct(bearers[acl.key])) for acl in alone]
    return tuple(sorted(found, key=lambda unit: ([acl.key for acl in unit.acls], [workload.key for workload in unit.workloads])))


def _distinct(bearings: Iterable[Bearing]) -> tuple[Bearing, ...]:
    """One bearing a part, the surest."""
    best: dict[tuple[str, int], Bearing] = {}
    for bearing in bearings:
        place = (bearing.part.role, id(bearing.part.instance))
        if place not in best or len(bearing.because) < len(best[place].because):
            best[place] = bearing
    return tuple(
        sorted(
            best.values(), key=lambda bearing: (bearing.part.role, bearing.part.instance.index if bearing.part.instance else 0)
        )
    )


def _unit(layers: tuple[tuple[Acl, ...], ...], workloads: tuple[Workload, ...], bearings: tuple[Bearing, ...]) -> Unit:
    if not layers[0][0].kind.startswith("azure"):
        return Unit(layers, workloads, bearings, None, ANY)
    if workloads:
        exact = [workload.addresses for workload in workloads]
        places = [workload.addresses or workload.within for workload in workloads]
        wears = frozenset.intersection(*(workload.wears for workload in workloads))
        may_wear = frozenset.union(*(workload.wears for workload in workloads))
        return Unit(layers, workloads, bearings, _all_of(exact), _all_of(places) or ANY, wears, may_wear)
    acl = layers[0][0]
    claims = [bearing.part.networks if bearing.part.cidrs else None for bearing in bearings]
    behind = acl.local or _all_of([claim or EMPTY for claim in claims])
    return Unit(layers, workloads, bearings, behind, behind or ANY)


def _all_of(lines: list[Ranges]) -> Ranges | None:
    """Their union, or None where one of them is unknown (empty)."""
    if not lines or not all(lines):
        return None
    found: Ranges = EMPTY
    for line in lines:
        found = union(found, line)
    return found


def own_local(part: Part, unit: Unit) -> Ranges | None:
    """The part of what stands behind the unit that is the role's own, where roles share it; None is all of it."""
    members = {member.key: member.addresses for member in part.members}
    mine = _all_of([members[workload.key] for workload in unit.workloads if workload.key in members])
    if mine is None and part.cidrs:
        mine = parse_cidrs(part.cidrs)
    return intersect(mine, unit.within) or None if mine is not None else None


def peer_addresses(text: str) -> Ranges | None:
    """The addresses of an allowance's peer that is a CIDR or `any`; None for a symbol."""
    if text == "any":
        return ANY
    try:
        return parse_cidr(text)
    except ValueError:
        return None
