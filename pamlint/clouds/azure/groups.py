"""Network security groups: inline, standalone and default rules, and what stands behind them.

Sources: the Azure documentation (network security groups overview) and the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from pamlint.clouds.azure.cards import NSG, Cards
from pamlint.clouds.azure.network import Networks
from pamlint.clouds.azure.rules import VIRTUAL_NETWORK, RuleReader
from pamlint.clouds.ledger import Ledger, outside
from pamlint.clouds.ordered import in_order
from pamlint.clouds.ties import Because
from pamlint.clouds.values import all_of, blocks, computed, string, text, texts, written_empty
from pamlint.model.acl import ANYWHERE, Acl, Action, Extent, Peer, Rule, Symbol
from pamlint.model.addresses import ANY, is_internet
from pamlint.model.finding import DIRECTIONS, Direction
from pamlint.model.identity import foreign_key, key_of, names_in, unknown_key
from pamlint.model.noun import replace
from pamlint.model.ranges import EMPTY, Ranges
from pamlint.model.resource import Block, Resource, Unknown
from pamlint.model.traffic import ALL_PORTS, ALL_PROTOCOLS

RULE = "azurerm_network_security_rule"
DEFAULTS: tuple[tuple[str, Direction, int, Action, str], ...] = (
    ("AllowVnetInBound", "ingress", 65000, "allow", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", "ingress", 65001, "allow", "AzureLoadBalancer"),
    ("DenyAllInBound", "ingress", 65500, "deny", "*"),
    ("AllowVnetOutBound", "egress", 65000, "allow", "VirtualNetwork"),
    ("AllowInternetOutBound", "egress", 65001, "allow", "Internet"),
    ("DenyAllOutBound", "egress", 65500, "deny", "*"),
)
"""The rules that every NSG ends with: name, direction, priority, action, peer."""
SHOWN = "default_security_rule"
"""Where the live reader puts an NSG's default rules; in Terraform they are no attribute of anything."""

TYPES = frozenset({RULE})


class Groups:
    """The NSGs of an estate. `given` is what the site file says that VirtualNetwork holds."""

    def __init__(self, ledger: Ledger, around: Networks, cards: Cards, given: Ranges | None) -> None:
        self._ledger = ledger
        self._around = around
        self._cards = cards
        self._given = given
        self.reader = RuleReader(ledger)

    def acls(self) -> list[Acl]:
        """Every NSG with its rules in the order in which they are tried, and a partial one for each that is defined elsewhere."""
        found = {key_of(resource): self._nsg(resource) for resource in self._ledger.of(NSG)}
        attached: dict[str, list[tuple[Resource, Because]]] = defaultdict(list)
        for resource in self._ledger.of(RULE):
            for acl, because in self._owners(resource, found):
                found.setdefault(acl.key, acl)
                attached[acl.key].append((resource, because))
        for key, acl in self._cards.elsewhere.items():
            found.setdefault(key, acl)
        return [self._finish(acl, attached[key]) for key, acl in found.items()]

    def inside(self, nsg: str) -> Peer:
        """What VirtualNetwork means in an NSG: as much as is sure in every subnet that it guards, at most everything."""
        key, known, own = self._inside(nsg)
        most = ANY if self._given is None else self._given
        self._ledger.symbols.setdefault(key, Symbol(key, "tag", "VirtualNetwork", known, most))
        self.reader.own[key] = EMPTY if is_internet(own) else own
        return Peer("VirtualNetwork", symbol=key)

    def _inside(self, nsg: str) -> tuple[str, Ranges, Ranges]:
        """The key of what the tag means, what it holds for sure, and what of that are the virtual networks themselves."""
        if self._given is not None:
            return VIRTUAL_NETWORK, self._given, self._given
        subnets = [each.subnet for each in self._cards.standing(nsg)]
        known = [subnet for subnet in subnets if subnet is not None and (subnet.network or subnet.outer)]
        if subnets and len(known) < len(subnets):
            one = {subnet.key for subnet in subnets if subnet is not None} if None not in subnets else ()
            return f"{VIRTUAL_NETWORK}|{''.join(one) if len(one) == 1 else nsg}", EMPTY, EMPTY
        if not subnets:
            only = list(self._around.known) if len(self._around.known) == 1 else []
            space = (self._around.space(only[0]) or EMPTY) if only else EMPTY
            return VIRTUAL_NETWORK, space, space
        places = sorted({subnet.network or subnet.outer or "" for subnet in known})
        apart = sorted({subnet.key for subnet in known}) if any(map(self._around.is_of_its_own, known)) else []
        key = "|".join([VIRTUAL_NETWORK, *places, *apart])
        return key, self._around.inside_all(known), self._around.inside_all(replace(subnet, routes=EMPTY) for subnet in known)

    def _nsg(self, resource: Resource) -> Acl:
        values = resource.body.values
        return Acl(
            key_of(resource),
            resource.address,
            "azure_nsg",
            resource.root,
            (),
            name=text(values.get("name")),
            id=resource.id or string(values.get("id")),
            tags=texts(values.get("tags")),
            partial=() if _is_told(resource) else (resource.address,),
            possible=resource.body.possible,
            location=resource.body.location,
            ignores=resource.body.ignores,
            whole=DIRECTIONS if written_empty(resource, "security_rule") else (),
            kept=DIRECTIONS if resource.keeps("security_rule") else (),
        )

    def _owners(self, resource: Resource, found: dict[str, Acl]) -> list[tuple[Acl, Because]]:
        """The NSG of a standalone rule: by reference, else by name and resource group, else those that it may be of."""
        values = resource.body.values
        name = values.get("network_security_group_name")
        nsg = self._ledger.target(name, resource.root, NSG, group=values.get("resource_group_name"))
        if nsg is not None:
            return [(found[key_of(nsg)], ())]
        known, others = self._ledger.ways(name, resource.root, NSG) if isinstance(name, Unknown) else ([], [(name, ())])
        owners = [(found[key_of(each)], because) for each, because in known]
        return [*owners, *((self._elsewhere(other, resource), because) for other, because in others)]

    def _elsewhere(self, name: Any, resource: Resource) -> Acl:
        """A partial NSG in the stead of one that the input does not define, by the name that a rule of it has."""
        key, told, because = outside(name, resource.root, "NSG", resource.address)
        if not isinstance(name, Unknown):
            worn = self._worn(told, resource.body.values.get("resource_group_name"))
            if worn is not None:
                return worn
            key, because = self._one_of(told, resource) or (foreign_key(f"nsg {told.lower()}"), because)
        return Acl(key, told, "azure_nsg", resource.root, (), name=text(name), partial=because)

    def _worn(self, name: str, group: Any) -> Acl | None:
        """The NSG that something has by an id which is made of a name and of that of a resource group."""
        if not isinstance(group, str):
            return None
        wanted = ("networksecuritygroups", group.lower(), "", name.lower())
        return next((acl for acl in self._cards.elsewhere.values() if names_in(acl.address) == wanted), None)

    def _one_of(self, name: str, resource: Resource) -> tuple[str, tuple[str, ...]] | None:
        """The key of what stands for one of several NSGs of a name, where it is not known in which group each is."""
        group = resource.body.values.get("resource_group_name")
        named = self._ledger.named(name, resource.root, NSG, group=group)
        groups = [each for each in (group, *(nsg.body.values.get("resource_group_name") for nsg in named)) if named]
        because = tuple(dict.fromkeys(reference for each in groups if isinstance(each, Unknown) for reference in each.because))
        return (unknown_key(resource.root, name, resource.address), because) if because else None

    def _finish(self, acl: Acl, attached: list[tuple[Resource, Because]]) -> Acl:
        """The NSG with its rules, the default ones at the end, and what stands behind it, where all of that is known."""
        inside = self.inside(acl.key)
        resource = self._ledger.names.resources.get(acl.key)
        rules = self._inline(resource, inside) if resource is not None else []
        for standalone, because in attached:
            read = self.reader.rules(standalone.address, standalone.body, standalone, inside)
            rules += [rule.perhaps(because) for rule in read]
        standing = self._cards.standing(acl.key)
        behind = all_of([EMPTY if each.because else each.addresses for each in standing])
        places = tuple((each.addresses, each.because) for each in standing)
        return replace(acl, rules=in_order([*rules, *self._defaults(acl, resource, inside)]), local=behind, places=places)

    def _inline(self, resource: Resource, inside: Peer) -> list[Rule]:
        if not _is_told(resource) or computed(resource, "security_rule"):
            return []
        return [
            rule
            for position, block in enumerate(blocks(resource.body, "security_rule"))
            for rule in self.reader.rules(f"{resource.address}.security_rule[{position}]", block, resource, inside)
        ]

    def _defaults(self, acl: Acl, resource: Resource | None, inside: Peer) -> list[Rule]:
        """The rules at the end as the account shows them, else as Azure gives them to every NSG."""
        documented = [
            Rule(
                f"{acl.address}.{name}",
                direction,
                action,
                Extent(ALL_PROTOCOLS),
                Extent(ALL_PORTS),
                (ANYWHERE if peer == "*" else self.reader.tag(peer, inside),),
                priority=priority,
                default=True,
                location=acl.location,
            )
            for name, direction, priority, action, peer in DEFAULTS
        ]
        shown = blocks(resource.body, SHOWN) if resource is not None else []
        return self._shown(resource, shown, documented, inside) if resource is not None and shown else documented

    def _shown(self, resource: Resource, shown: list[Block], documented: list[Rule], inside: Peer) -> list[Rule]:
        """Default rules are data of the account: they are judged as they are, and told where they are not as documented."""
        rules = [
            replace(rule, default=True, called=None)
            for block in shown
            for rule in self.reader.rules(f"{resource.address}.{block.values.get('name')}", block, resource, inside)
        ]
        if len(rules) != len(documented) or set(rules) != set(documented):
            self._ledger.differs(
                resource,
                "its default rules are not those that Azure documents for every NSG; they are judged as the account shows them",
            )
        return rules


def _is_told(resource: Resource) -> bool:
    """Whether the input holds the rules of an NSG: its own code does, and a plan or a state that has read a data source."""
    return resource.mode == "managed" or isinstance(resource.body.values.get("security_rule"), list)
