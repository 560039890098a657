"""What the site file's match entries mean: the ACLs, groups and workloads that they find, perhaps or for sure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import chain

from pamlint.binding.nouns import Because, Member, Part
from pamlint.model.acl import Acl, Group, Network, Text, Workload
from pamlint.model.addresses import FIXED_TAGS, parse_cidrs
from pamlint.model.identity import is_anybody
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges, union
from pamlint.model.resource import Unknown
from pamlint.model.site import Instance, MatchEntry

_KEYS = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]')
"""The keys of instances in an address: numbers, `*`, and strings, in which brackets and quotes may stand."""


class Matcher:
    """Finds what match entries mean; holds who wears what, so that it is worked out once.

    Where the network is known in part, a role's networks are only what the site file says.
    """

    def __init__(self, network: Network, partial: bool = False) -> None:
        self._partial = partial
        self.there: set[int] = set()
        """The instances that a machine plays which is there for sure, whichever interfaces it has."""
        targets: Iterable[Acl | Group | Workload] = (*network.acls, *network.groups, *network.workloads)
        self._ids = frozenset(target.id for target in targets if target.id is not None)
        self.acls = [acl for acl in network.acls if acl.kind in ("aws_security_group", "azure_nsg")]
        self.network = network
        self.wearers: dict[str, list[tuple[Workload, Because]]] = defaultdict(list)
        for workload in network.workloads:
            for key in {*workload.wears, *workload.behind, *(key for layer in workload.chain for key in layer)}:
                self.wearers[key].append((workload, workload.perhaps.get(key, ())))

    def part(self, role: str, instance: Instance) -> Part:
        """Everything that an instance matches, with its members and networks."""
        hosts: dict[str, Because] = {}
        members: dict[str, Member] = {}
        standing: list[Ranges] = []
        for acl in self.acls:
            because = self._matched(instance, acl, acl.kind == "azure_nsg")
            if because is None:
                continue
            hosts[acl.key] = (*because, *acl.possible)
            if acl.kind == "azure_nsg" and not self.wearers[acl.key]:
                standing.append(acl.local or EMPTY)
            self._wearing(acl.key, hosts[acl.key], members, is_peer=acl.kind != "azure_nsg")
        for group in self.network.groups:
            because = self._matched(instance, group, azure=True)
            if because is not None:
                hosts[group.key] = because
                self._wearing(group.key, because, members, is_peer=True)
        for workload in self.network.workloads:
            because = self._matched(instance, workload, workload.kind.startswith("azurerm"))
            if because is not None:
                hosts[workload.key] = (*because, *workload.possible)
                _add(members, self._member(workload, hosts[workload.key]))
                if not because and not workload.machine:
                    self.there.add(id(instance))
        unsaid = self._partial and instance.cidrs is None
        networks = None if unsaid else _networks(instance, members, self.network, standing)
        for pool in self.network.pools:
            because = self._matched(instance, pool, azure=True)
            for workload, doubt in self.wearers[pool.key] if because is not None else ():
                hosts.setdefault(workload.key, (*(because or ()), *doubt, *workload.possible))
                _add(members, self._member(workload, hosts[workload.key]))
        told = tuple(_matched_first(member, hosts) for member in members.values())
        return Part(role, instance, told, networks, hosts, instance.cidrs or ())

    def _matched(self, instance: Instance, target: Acl | Group | Workload, azure: bool) -> Because | None:
        """() if an entry of an instance holds, references if one perhaps does, None if none can."""
        perhaps: Because | None = None
        for entry in instance.match:
            because = _match(entry, target, azure, self._ids)
            if because == ():
                return ()
            if because is not None:
                perhaps = tuple(sorted({*(perhaps or ()), *because}))
        return perhaps

    def _spellings(self, key: str) -> tuple[str, ...]:
        """The symbols that a tag is in the estate: VirtualNetwork is another in each NSG."""
        return tuple(sorted(other for other in self.network.symbols if other.startswith(f"{key}|"))) or (key,)

    def _lists(self, pattern: str) -> list[str]:
        """The prefix lists whose names fit."""
        lists = [symbol for symbol in self.network.symbols.values() if symbol.kind == "prefix-list"]
        return sorted(symbol.key for symbol in lists if _glob(pattern, False).fullmatch(symbol.text))

    def _wearing(self, key: str, because: Because, members: dict[str, Member], is_peer: bool) -> None:
        """The members that a matched ACL or group brings: who wears it, or, where nobody is known to, the group itself.

        Where somebody perhaps wears it and nobody does for sure, both are members perhaps.
        """
        for workload, doubt in self.wearers[key]:
            _add(members, self._member(workload, (*because, *doubt, *workload.possible)))
        doubts = [doubt for _, doubt in self.wearers[key]]
        if is_peer and all(doubts):
            told = tuple(dict.fromkeys((*because, *chain(*doubts))))
            members.setdefault(key, Member(key, (key,), EMPTY, told, self.network.perhaps_worn({key}, {})))

    def _member(self, workload: Workload, because: Because) -> Member:
        sure = tuple(sorted(key for key in workload.wears if key not in workload.perhaps))
        perhaps = {key: workload.perhaps[key] for key in sorted(workload.wears) if key in workload.perhaps}
        besides = self.network.perhaps_worn(workload.wears, workload.perhaps)
        return Member(workload.key, sure, workload.addresses, because, {**perhaps, **besides})

    def fixed(self, role: str, cloud: str, peers: Iterable[str]) -> Part:
        """Who plays a role where the product fixes it: service tags, prefix lists and CIDRs of one cloud."""
        members: list[Member] = []
        networks: Ranges = EMPTY
        for peer in peers:
            kind, _, name = peer.partition(":")
            tag = name.lower()
            if kind == "tag" and tag not in FIXED_TAGS:
                members.append(Member(f"tag|{tag}", self._spellings(f"tag|{tag}")))
            elif kind == "prefix-list":
                members += [Member(key, (key,)) for key in self._lists(peer)]
            else:
                networks = union(networks, FIXED_TAGS[tag] if kind == "tag" else parse_cidrs([peer]))
        return Part(role, None, tuple(members), networks or None, cloud=cloud)


def _add(members: dict[str, Member], member: Member) -> None:
    """Add a member, or keep it as it is where it was found in a surer way."""
    known = members.get(member.key)
    if known is None or len(member.because) < len(known.because):
        members[member.key] = member


def _matched_first(member: Member, hosts: Collection[str]) -> Member:
    """The member with the symbols that the site names it by before the others that it wears."""
    return replace(member, symbols=tuple(sorted(member.symbols, key=lambda key: (key not in hosts, key))))


def _networks(instance: Instance, members: Mapping[str, Member], network: Network, standing: list[Ranges]) -> Ranges | None:
    """The site's word; else the addresses of all members; else the subnets that they stand in; else unknown.

    What is a member perhaps adds nothing that is sure.
    """
    if instance.cidrs is not None:
        return parse_cidrs(instance.cidrs)
    members = {key: member for key, member in members.items() if not member.because}
    workloads = {workload.key: workload for workload in network.workloads}
    for lines in (
        [member.addresses for member in members.values()] + [EMPTY for _ in standing],
        [workloads[key].standing if key in workloads else EMPTY for key in members] + standing,
    ):
        if lines and all(lines):
            found: Ranges = EMPTY
            for line in lines:
                found = union(found, line)
            return found
    return None


def _match(entry: MatchEntry, target: Acl | Group | Workload, azure: bool, ids: Collection[str]) -> Because | None:
    """The same of one entry; `ids` are all that are known in the estate."""
    because: list[str] = []
    conditions: list[Because | None] = []
    if entry.address is not None:
        plain = "[" not in entry.address
        address = _KEYS.sub("", target.address) if plain else target.address
        conditions.append(() if _glob(entry.address, False).fullmatch(address) else None)
    if entry.id is not None:
        conditions.append(_id_match(entry.id, target, azure) if target.id is not None or entry.id not in ids else None)
    if entry.name is not None:
        names: list[Text | None] = [target.name]
        if not azure and "Name" in target.tags:  # tags of which nothing is known are no names beside one that is
            names.append(target.tags["Name"])
        conditions.append(_first([_text_match(entry.name, name, azure) for name in names]))
    for tag, wanted in entry.tags.items():
        conditions.append(_text_match(wanted, target.tags.get(tag), False))
    for condition in conditions:
        if condition is None:
            return None
        because += condition
    return tuple(sorted(set(because)))


def _id_match(pattern: str, target: Acl | Group | Workload, azure: bool) -> Because | None:
    """What is named by what is not known, or read by a data source that was not asked, may have any id."""
    if target.id is not None:
        return () if _glob(pattern, azure).fullmatch(target.id) else None
    if not is_anybody(target.key, target.address):
        return None
    if not target.key.endswith(f"?{target.address}"):
        return (f"{target.address}.id",)
    return (target.partial if isinstance(target, Acl) else ()) or (target.address,)


def _first(found: Iterable[Because | None]) -> Because | None:
    """The surest of several."""
    told = [one for one in found if one is not None]
    return min(told, key=len) if told else None


def _text_match(pattern: str, value: Text | None, ignore_case: bool) -> Because | None:
    if isinstance(value, Unknown):
        if value.prefix and pattern.endswith("*") and _glob(pattern, ignore_case).fullmatch(value.prefix):
            return ()  # whatever follows; of what nothing is known may not be there at all
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
