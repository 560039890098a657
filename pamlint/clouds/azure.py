"""What Azure network security groups mean, from resources in the attribute names of the Terraform provider.

Sources: the Azure documentation (network security groups overview, how it works, service tags, application security groups)
and the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

from pamlint.clouds.values import blocks, items, number, text, texts, unknown_extent
from pamlint.model.acl import ANYWHERE, Acl, Extent, Group, Peer, Rule, Symbol, Text
from pamlint.model.addresses import ANY, PUBLIC, format_ranges, parse_cidr
from pamlint.model.finding import Direction
from pamlint.model.identity import Names, foreign_key, key_of
from pamlint.model.ranges import EMPTY, Ranges, subtract, union
from pamlint.model.resource import Block, Location, Problem, Resource, Unknown
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS

NSG = "azurerm_network_security_group"
RULE = "azurerm_network_security_rule"
ASG = "azurerm_application_security_group"
PROTOCOLS: dict[str, Ranges] = {
    "tcp": ((6, 6),),
    "udp": ((17, 17),),
    "icmp": ((1, 1),),
    "esp": ((50, 50),),
    "ah": ((51, 51),),
    "*": ALL_PROTOCOLS,
    "any": ALL_PROTOCOLS,
}
WITH_PORTS: Ranges = ((6, 6), (17, 17))
PROBES = parse_cidr("168.63.129.16")
CLASSIC_TAGS = {"virtual_network": "VirtualNetwork", "azure_loadbalancer": "AzureLoadBalancer", "internet": "Internet"}
FIXED_TAGS = {"internet": ("Internet", PUBLIC), "azureloadbalancer": ("AzureLoadBalancer", PROBES)}

Action = Literal["allow", "deny"]
DEFAULTS: tuple[tuple[str, Direction, int, Action, str], ...] = (
    ("AllowVnetInBound", "ingress", 65000, "allow", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", "ingress", 65001, "allow", "AzureLoadBalancer"),
    ("DenyAllInBound", "ingress", 65500, "deny", "*"),
    ("AllowVnetOutBound", "egress", 65000, "allow", "VirtualNetwork"),
    ("AllowInternetOutBound", "egress", 65001, "allow", "Internet"),
    ("DenyAllOutBound", "egress", 65500, "deny", "*"),
)
"""The rules that every NSG ends with: name, direction, priority, action, peer."""


class Converter:
    """Turns the NSGs of one estate into ACLs; holds what it has found out on the way (names, symbols, problems)."""

    def __init__(self, resources: Sequence[Resource], names: Names, virtual_network: Ranges | None = None) -> None:
        self.resources = resources
        self.names = names
        self.virtual_network = virtual_network
        self.symbols: dict[str, Symbol] = {}
        self.groups: dict[str, Group] = {}
        self.problems: list[Problem] = []

    def acls(self) -> list[Acl]:
        """Every NSG with its inline, standalone and default rules, and a partial one for each that is defined elsewhere."""
        for resource in self._of((ASG,)):
            self._name_asg(resource)
        found = {key_of(resource): self._nsg(resource) for resource in self._of((NSG,))}
        attached: dict[str, list[Rule]] = defaultdict(list)
        for resource in self._of((RULE,)):
            acl = self._owner(resource, found)
            found.setdefault(acl.key, acl)
            attached[acl.key].extend(self._rules(resource.address, resource.body, resource))
        return [self._finish(acl, [*acl.rules, *attached[key]]) for key, acl in found.items()]

    def _of(self, types: Iterable[str]) -> list[Resource]:
        return [resource for resource in self.resources if resource.type in types]

    def _name_asg(self, resource: Resource) -> None:
        key, values = key_of(resource), resource.body.values
        self.symbols[key] = Symbol(key, "asg", resource.address)
        self.groups[key] = Group(
            key,
            resource.address,
            resource.root,
            name=text(values.get("name")),
            id=resource.id,
            tags=texts(values.get("tags")),
            location=resource.body.location,
        )

    # NSGs

    def _nsg(self, resource: Resource) -> Acl:
        values = resource.body.values
        value = values.get("security_rule")
        computed = isinstance(value, Unknown) and value.attribute == (resource.address, "security_rule")
        inline = [] if resource.mode == "data" or computed else blocks(resource.body, "security_rule")
        rules = [
            rule
            for position, block in enumerate(inline)
            for rule in self._rules(f"{resource.address}.security_rule[{position}]", block, resource)
        ]
        return Acl(
            key_of(resource),
            resource.address,
            "azure_nsg",
            resource.root,
            tuple(rules),
            name=text(values.get("name")),
            id=resource.id or _string(values.get("id")),
            tags=texts(values.get("tags")),
            partial=(resource.address,) if resource.mode == "data" else (),
            possible=resource.body.possible,
            location=resource.body.location,
            ignores=resource.body.ignores,
        )

    def _owner(self, resource: Resource, found: dict[str, Acl]) -> Acl:
        """The NSG of a standalone rule: by reference, else by name and resource group, else a partial one in its stead."""
        values = resource.body.values
        name, group = values.get("network_security_group_name"), values.get("resource_group_name")
        key = self.names.lead(name, resource.root)
        if key in found:
            return found[key]
        if isinstance(name, str):
            named = [acl for acl in found.values() if _same(acl.name, name)]
            exact = [acl for acl in named if _same_group(self.names.resources.get(acl.key), group)]
            if len(exact or named) == 1:
                return (exact or named)[0]
        because = name.because if isinstance(name, Unknown) else (str(name),)
        told = name.attribute[0] if isinstance(name, Unknown) and name.attribute else ", ".join(because)
        new_key = f"{resource.root}|{told}" if isinstance(name, Unknown) else foreign_key(f"nsg {told.lower()}")
        return Acl(new_key, told, "azure_nsg", resource.root, (), name=text(name), partial=because or (told,))

    def _finish(self, acl: Acl, rules: list[Rule]) -> Acl:
        """The NSG with its default rules, in the order in which rules are tried."""
        defaults = [
            Rule(
                f"{acl.address}.{name}",
                direction,
                action,
                Extent(ALL_PROTOCOLS),
                Extent(ALL_PORTS),
                (self._tag(peer, acl.root) if direction == "ingress" else ANYWHERE,)
                if direction == "ingress"
                else (self._tag(peer, acl.root),),
                priority=priority,
                default=True,
                location=acl.location,
            )
            for name, direction, priority, action, peer in DEFAULTS
        ]
        ordered = sorted([*rules, *defaults], key=lambda rule: (rule.direction, rule.priority or 0))
        return replace(acl, rules=tuple(ordered))

    # rules

    def _rules(self, name: str, body: Block, resource: Resource) -> list[Rule]:
        """One rule, or, where direction, action or priority is unknown, the possible rules that stand for it."""
        values = body.values
        try:
            direction = _word(values.get("direction"), {"inbound": "ingress", "outbound": "egress"}, "direction")
            action = _word(values.get("access"), {"allow": "allow", "deny": "deny"}, "access")
            priority = number(values.get("priority"))
            rules = [
                self._rule(name, each_direction, each_action, body, resource)
                for each_direction in _choices(direction, ("ingress", "egress"))
                for each_action in _choices(action, ("allow", "deny"))
            ]
        except ValueError as error:
            self._problem(resource, body.location, name, str(error))
            return self._unreadable(name, body)
        because = tuple(reference for value in (direction, action) if isinstance(value, Unknown) for reference in value.because)
        rules = [replace(rule, possible=(*rule.possible, *because)) for rule in rules]
        if isinstance(priority, Unknown):
            first = [replace(rule, priority=0, possible=(*rule.possible, *priority.because)) for rule in rules]
            last = [replace(rule, priority=4097) for rule in rules]
            return [*first, *last]
        if priority is None:
            self._problem(resource, body.location, name, "it has no priority")
        return [replace(rule, priority=priority) for rule in rules]

    def _unreadable(self, name: str, body: Block) -> list[Rule]:
        """What stands for a rule that could not be understood: anything may hang on it."""
        return [
            Rule(
                name,
                direction,
                action,
                Extent(ALL_PROTOCOLS),
                Extent(ALL_PORTS),
                (ANYWHERE,),
                priority=0,
                possible=(name,),
                location=body.location,
            )
            for direction in ("ingress", "egress")
            for action in ("allow", "deny")
        ]

    def _rule(self, name: str, direction: Direction, action: Action, body: Block, resource: Resource) -> Rule:
        values = body.values
        sources = self._side(values, "source", resource, body)
        destinations = self._side(values, "destination", resource, body)
        peers, local = (sources, destinations) if direction == "ingress" else (destinations, sources)
        ports = _ports(values, "destination")
        source_ports = _ports(values, "source")
        protocols = _protocols(text(values.get("protocol")), ports, source_ports)
        return Rule(
            name,
            direction,
            action,
            protocols,
            ports if protocols.known != ((50, 50),) and protocols.known != ((51, 51),) else Extent(ALL_PORTS),
            peers,
            tuple(ANYWHERE if self._is_virtual_network(peer) else peer for peer in local),
            source_ports,
            possible=body.possible,
            location=body.location,
            ignores=body.ignores,
        )

    def _side(self, values: Any, side: str, resource: Resource, body: Block) -> tuple[Peer, ...]:
        """The union of everything that the singular and plural fields of one side name."""
        peers = []
        for attribute in (f"{side}_address_prefix", f"{side}_address_prefixes"):
            value = values.get(attribute)
            if isinstance(value, Unknown) and value.attribute == (resource.address, attribute):
                continue
            for item in items(value):
                pieces = item.split(",") if isinstance(item, str) else [item]
                peers += [self._prefix(piece, resource, body) for piece in pieces]
        for item in items(values.get(f"{side}_application_security_group_ids")):
            peers.append(self._asg(item, resource.root))
        return tuple(dict.fromkeys(peers))

    def _prefix(self, item: Any, resource: Resource, body: Block) -> Peer:
        if isinstance(item, Unknown):
            return Peer(", ".join(item.because), because=item.because)
        word = str(item).strip()
        if word.lower() in ("*", "any"):
            return ANYWHERE
        try:
            addresses = parse_cidr(word)
        except ValueError as error:
            if word[:1].isdigit() or ":" in word:
                self._problem(resource, body.location, resource.address, str(error))
                return Peer(word, because=(resource.address,))
            return self._tag(word, resource.root)
        return Peer(format_ranges(addresses)[0], addresses)

    def _tag(self, word: str, root: str) -> Peer:
        """A service tag: known addresses for the fixed ones, else a symbol; `*` is every address."""
        if word == "*":
            return ANYWHERE
        lowered = CLASSIC_TAGS.get(word.lower(), word).lower()
        if lowered in FIXED_TAGS:
            told, addresses = FIXED_TAGS[lowered]
            return Peer(told, addresses)
        if lowered == "virtualnetwork":
            key = "tag|virtualnetwork"
            known = self.virtual_network if self.virtual_network is not None else self._spaces()
            most = self.virtual_network if self.virtual_network is not None else ANY
            self.symbols.setdefault(key, Symbol(key, "tag", "VirtualNetwork", known, most))
            return Peer("VirtualNetwork", symbol=key)
        key = f"tag|{lowered}"
        self.symbols.setdefault(key, Symbol(key, "tag", f"tag:{word}"))
        return Peer(f"tag:{word}", symbol=key)

    def _is_virtual_network(self, peer: Peer) -> bool:
        return peer.symbol == "tag|virtualnetwork"

    def _spaces(self) -> Ranges:
        """The address spaces of the virtual network, where the input holds just one and all of it is known."""
        networks = self._of(("azurerm_virtual_network",))
        if len(networks) != 1:
            return EMPTY
        known: Ranges = EMPTY
        for item in items(networks[0].body.values.get("address_space")):
            if isinstance(item, str):
                known = union(known, parse_cidr(item))
        return known

    def _asg(self, item: Any, root: str) -> Peer:
        key = self.names.lead(item, root)
        if key is not None and key in self.symbols:
            return Peer(self.symbols[key].text, symbol=key)
        if isinstance(item, Unknown):
            if item.attribute is None:
                return Peer(", ".join(item.because), because=item.because)
            key, told = f"{root}|{item.attribute[0]}", item.attribute[0]
        else:
            key, told = foreign_key(str(item)), str(item).rsplit("/", 1)[-1]
        self.symbols.setdefault(key, Symbol(key, "asg", told))
        self.groups.setdefault(key, Group(key, told, root, name=told, id=item if isinstance(item, str) else None))
        return Peer(told, symbol=key)

    def _problem(self, resource: Resource, location: Location | None, subject: str, message: str) -> None:
        self.problems.append(
            Problem(
                "unreadable-input",
                subject,
                f"{subject} cannot be understood: {message}",
                "Correct the value; until then what this rule lets through or stops is unproven.",
                location,
                resource.root,
            )
        )


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _same(name: Text | None, wanted: str) -> bool:
    return isinstance(name, str) and name.lower() == wanted.lower()


def _same_group(nsg: Resource | None, group: Any) -> bool:
    own = nsg.body.values.get("resource_group_name") if nsg else None
    if isinstance(own, str) and isinstance(group, str):
        return own.lower() == group.lower()
    return bool(own == group)


def _word(value: Any, words: dict[str, str], what: str) -> str | Unknown:
    if isinstance(value, Unknown):
        return value
    found = words.get(str(value).lower())
    if found is None:
        raise ValueError(f"its {what} is {value!r}; allowed are {' and '.join(word.capitalize() for word in words)}")
    return found


def _choices(value: str | Unknown, all_of: tuple[Any, ...]) -> tuple[Any, ...]:
    return all_of if isinstance(value, Unknown) else (value,)


def _ports(values: Any, side: str) -> Extent:
    """The union of the singular and the plural field. Raises ValueError for what is no port."""
    known: Ranges = EMPTY
    because: set[str] = set()
    for attribute in (f"{side}_port_range", f"{side}_port_ranges"):
        for item in items(values.get(attribute)):
            if isinstance(item, Unknown):
                because.update(item.because or (attribute,))
                continue
            for piece in str(item).split(","):
                known = union(known, _port_range(piece.strip()))
    if not known and not because:
        return Extent(ALL_PORTS) if side == "source" else Extent(EMPTY)
    return Extent(known, ALL_PORTS if because else EMPTY, tuple(sorted(because)))


def _port_range(text_: str) -> Ranges:
    if text_ in ("*", "any", "Any"):
        return ALL_PORTS
    low, dash, high = text_.partition("-")
    if not low.isdigit() or (dash and not high.isdigit()) or not 0 <= int(low) <= int(high or low) <= 65535:
        raise ValueError(f"{text_!r} is no port: numbers from 0 to 65535, runs written 1-9, or *")
    return ((int(low), int(high or low)),)


def _protocols(word: Text | None, ports: Extent, source_ports: Extent) -> Extent:
    """A rule for any protocol that names ports matches only the protocols that have ports."""
    if isinstance(word, Unknown):
        return unknown_extent(word, ALL_PROTOCOLS)
    found = PROTOCOLS.get((word or "").lower())
    if found is None:
        raise ValueError(f"its protocol is {word!r}; allowed are Tcp, Udp, Icmp, Esp, Ah and *")
    because = tuple(sorted({*ports.because, *source_ports.because}))
    if found == ALL_PROTOCOLS and because:
        return Extent(WITH_PORTS, subtract(ALL_PROTOCOLS, WITH_PORTS), because)
    if found == ALL_PROTOCOLS and (ports.known != ALL_PORTS or source_ports.known != ALL_PORTS):
        return Extent(WITH_PORTS)
    return Extent(found)


TYPES = frozenset({NSG, RULE, ASG, "azurerm_virtual_network", "azurerm_resource_group"})
"""The resource types (managed and data) that this module reads."""
