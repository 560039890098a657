"""Security admin rules of Azure Virtual Network Manager: they come before NSGs, on the virtual networks of a network group.

Sources: the Azure documentation (security admin rules, network groups, deployments) and the provider's documentation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pamlint.clouds.azure.connections import NETWORK
from pamlint.clouds.azure.groups import Groups
from pamlint.clouds.azure.network import Networks
from pamlint.clouds.azure.rules import DIRECTIONS, either, ports, services, unreadable
from pamlint.clouds.ledger import Ledger
from pamlint.clouds.ordered import chosen, word
from pamlint.clouds.values import blocks, find, number, string, text
from pamlint.model.acl import ANYWHERE, Acl, Action, Peer, Rule
from pamlint.model.finding import Direction
from pamlint.model.identity import key_of
from pamlint.model.noun import replace
from pamlint.model.resource import Block, Resource, Unknown
from pamlint.model.traffic import ALL_PORTS

RULE = "azurerm_network_manager_admin_rule"
COLLECTION = "azurerm_network_manager_admin_rule_collection"
CONFIGURATION = "azurerm_network_manager_security_admin_configuration"
DEPLOYMENT = "azurerm_network_manager_deployment"
GROUP = "azurerm_network_manager_network_group"
MEMBER = "azurerm_network_manager_static_member"
ACTIONS: Mapping[str, Action] = {"Allow": "allow", "Deny": "deny", "AlwaysAllow": "always-allow"}
LAST = 4097
EFFECTIVE = "virtual_network_ids"
"""Where the live reader puts the networks that a rule is in effect on, whatever it took to bring it there."""

TYPES = frozenset({RULE, COLLECTION, CONFIGURATION, DEPLOYMENT, GROUP, MEMBER})

Because = tuple[str, ...]
Applied = tuple[str, Because]
"""The key of a rule collection that applies to a network, and the references on which it hangs whether it does."""


class AdminRules:
    """The admin rules of an estate: an ACL for each distinct set of rule collections that some network has."""

    def __init__(self, ledger: Ledger, around: Networks, nsgs: Groups) -> None:
        self._ledger = ledger
        self._reader = nsgs.reader
        self._nsgs = nsgs
        self._rules = ledger.tied(RULE, "admin_rule_collection_id")
        self._collections = {key_of(resource): resource for resource in ledger.managed(COLLECTION)}
        self._members = ledger.tied(MEMBER, "network_group_id")
        effective = self._effective()
        found: dict[tuple[Applied, ...], Acl] = {}
        self.above: dict[str, str] = {}
        for key, network in around.known.items():
            applied = tuple(sorted(self._applied(network)))
            if key in effective:
                applied = tuple((key_of(rule), ()) for rule in effective[key])
            if applied and applied not in found:
                found[applied] = self._told(effective[key]) if key in effective else self._acl(applied)
            if applied:
                self.above[key] = found[applied].key
        self.acls = list(found.values())

    def _effective(self) -> Mapping[str, list[Resource]]:
        """The rules that the account says to be in effect, by virtual network."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for rule in sorted(self._ledger.managed(RULE), key=key_of):
            for value in find(rule.body, EFFECTIVE):
                network = self._ledger.target(value, rule.root, NETWORK)
                if network is not None:
                    found[key_of(network)].append(rule)
        return found

    def _told(self, resources: list[Resource]) -> Acl:
        """The rules that are in effect together; they are told by their collections, which are the beginnings of their ids."""
        rules = [rule for resource in resources for rule in self._read(resource)]
        collections = dict.fromkeys(resource.address.partition("/rules/")[0] for resource in resources)
        return Acl(
            "+".join(key_of(resource) for resource in resources),
            ", ".join(collections),
            "azure_admin_rules",
            resources[0].root,
            tuple(sorted(rules, key=lambda rule: (rule.direction, rule.priority or 0))),
            name=next(iter(collections)).rpartition("/")[2],
        )

    def _applied(self, network: Resource) -> Iterable[Applied]:
        """The rule collections that apply to a network, surely or perhaps."""
        for key, collection in self._collections.items():
            deployed = self._deployed(collection, network)
            if deployed is None:
                continue
            groups = find(collection.body, "network_group_ids")
            held = [because for value in groups if (because := self._holds(value, collection.root, network)) is not None]
            if held:
                yield key, tuple(sorted({*deployed, *min(held, key=len), *collection.body.possible}))

    def _deployed(self, collection: Resource, network: Resource) -> Because | None:
        """Whether a collection is deployed where the network lies: () surely, references if perhaps, None if not."""
        perhaps: Because | None = None
        for deployment in self._ledger.managed(DEPLOYMENT):
            values = deployment.body.values
            named, scope = self._names(deployment, collection), values.get("scope_access")
            if named is None or (scope != "SecurityAdmin" and not isinstance(scope, Unknown)):
                continue
            places = [values.get("location"), network.body.values.get("location")]
            unknown = [value for value in places if isinstance(value, Unknown)]
            if not unknown and len({str(place).lower().replace(" ", "") for place in places}) > 1:
                continue
            doubts = [*unknown, *([scope] if isinstance(scope, Unknown) else [])]
            because = (*named, *(reference for value in doubts for reference in value.because), *deployment.body.possible)
            if not because:
                return ()
            perhaps = because
        return perhaps

    def _names(self, deployment: Resource, collection: Resource) -> Because | None:
        """Whether a deployment names the configuration of a collection."""
        wanted = collection.body.values.get("security_admin_configuration_id")
        configuration = self._ledger.target(wanted, collection.root, CONFIGURATION)
        perhaps = _unnamed(wanted)
        for value in find(deployment.body, "configuration_ids"):
            if configuration is not None and self._ledger.target(value, deployment.root, CONFIGURATION) is configuration:
                return ()
            perhaps = perhaps or _unnamed(value)
        return perhaps

    def _holds(self, value: object, root: str, network: Resource) -> Because | None:
        """Whether a network group holds a network. One without static members is filled by a policy, which nobody knows here."""
        group = self._ledger.target(value, root, GROUP)
        if group is None:
            return value.because if isinstance(value, Unknown) else (str(value),)
        members = self._members.get(key_of(group), [])
        if not members:
            return (group.address,)
        perhaps: Because | None = None
        for member in members:
            named = member.body.values.get("target_virtual_network_id")
            if self._ledger.target(named, member.root, NETWORK) is network:
                return member.body.possible
            perhaps = _unnamed(named) or perhaps
        return perhaps

    def _acl(self, applied: tuple[Applied, ...]) -> Acl:
        """The collections' rules in the order of their priorities."""
        resources = [self._collections[key] for key, _ in applied]
        rules = [
            rule.perhaps(because)
            for key, because in applied
            for resource in self._rules.get(key, [])
            for rule in self._read(resource)
        ]
        first = resources[0]
        return Acl(
            "+".join([key_of(resource) for resource in resources] + [text for _, because in applied for text in because]),
            ", ".join(resource.address for resource in resources),
            "azure_admin_rules",
            first.root,
            tuple(sorted(rules, key=lambda rule: (rule.direction, rule.priority or 0))),
            name=text(first.body.values.get("name")),
            id=first.id or string(first.body.values.get("id")),
            location=first.body.location,
            ignores=first.body.ignores,
        )

    def _read(self, resource: Resource) -> list[Rule]:
        body = resource.body
        if body.possible and "action" not in body.values:
            return unreadable(resource.address, body, ("deny", "always-allow"), resource.address)
        try:
            direction = word(body.values.get("direction"), DIRECTIONS, "direction")
            action = word(body.values.get("action"), ACTIONS, "action")
            priority = number(body.values.get("priority"))
            read = [self._rule(resource, each, body) for each in either(direction)]
        except ValueError as error:
            told = self._ledger.problem(resource, body.location, resource.address, str(error))
            return unreadable(resource.address, body, tuple(ACTIONS.values()), told)
        because = direction.because if isinstance(direction, Unknown) else ()
        doubted = [replace(rule, possible=(*rule.possible, *because)) for rule in read]
        return [rule for each in doubted for rule in chosen(each, action, priority, LAST, tuple(ACTIONS.values()))]

    def _rule(self, resource: Resource, direction: Direction, body: Block) -> Rule:
        sources, destinations = self._side(resource, "source"), self._side(resource, "destination")
        peers, local = (sources, destinations) if direction == "ingress" else (destinations, sources)
        source_ports = ports(body.values, ("source_port_ranges",), ALL_PORTS)
        destination_ports = ports(body.values, ("destination_port_ranges",), ALL_PORTS)
        return Rule(
            resource.address,
            direction,
            "allow",
            *services(text(body.values.get("protocol")), destination_ports, source_ports),
            peers=peers,
            local=local,
            source_ports=source_ports,
            possible=body.possible,
            location=body.location,
            ignores=body.ignores,
            called=string(body.values.get("name")),
        )

    def _side(self, resource: Resource, side: str) -> tuple[Peer, ...]:
        """Prefixes and service tags; without any, every address. The members of a network group are not known here."""
        peers = []
        inside = self._nsgs.inside(key_of(resource))
        for block in blocks(resource.body, side):
            kind = block.values.get("address_prefix_type")
            if kind in ("IPPrefix", "ServiceTag"):
                peers.append(self._reader.prefix(block.values.get("address_prefix"), resource.address, resource, block, inside))
            else:
                reference = f"{resource.address}.{side}"
                peers.append(Peer(reference, because=kind.because if isinstance(kind, Unknown) else (reference,)))
        return tuple(dict.fromkeys(peers)) or (ANYWHERE,)


def _unnamed(value: object) -> Because | None:
    """The references of a value that may name anything, None if it names something."""
    return value.because or ("an unknown value",) if isinstance(value, Unknown) and value.attribute is None else None
