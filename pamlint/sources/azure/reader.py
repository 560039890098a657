"""One subscription: every list that network rules hang on, page by page, and what could not be read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

from pamlint.model.noun import field, record
from pamlint.model.resource import Input, Problem, Reading, Resource
from pamlint.model.scope import Scope
from pamlint.sources.azure import admin_rules, groups, machines, networks, service_tags, unread
from pamlint.sources.azure.access import Access
from pamlint.sources.azure.calls import Calls, Item, RefusalError
from pamlint.sources.azure.items import MalformedError, identifier

NETWORK, COMPUTE = "Microsoft.Network", "Microsoft.Compute"
VERSIONS: Mapping[str, str] = {NETWORK: "2024-05-01", COMPUTE: "2024-07-01"}
"""The versions of the API that are asked; what later ones add is not needed."""
SCALE_SET_INTERFACES = "2018-10-01"
ROLE = "docs/permissions/azure-role.json"


class Listed(NamedTuple):
    """One kind of resource: the provider it belongs to, and what an item of its list is."""

    provider: str
    kind: str
    read: Callable[[Item, str], list[Resource]]

    @property
    def action(self) -> str:
        """The permission that the list takes."""
        return f"{self.provider}/{self.kind}/read"


LISTS = (
    Listed(NETWORK, "networkSecurityGroups", groups.nsg),
    Listed(NETWORK, "virtualNetworks", networks.network),
    Listed(NETWORK, "applicationSecurityGroups", groups.asg),
    Listed(NETWORK, "routeTables", networks.route_table),
    Listed(NETWORK, "networkInterfaces", machines.interface),
    Listed(NETWORK, "privateEndpoints", machines.endpoint),
    Listed(NETWORK, "bastionHosts", machines.bastion),
    Listed(COMPUTE, "virtualMachines", machines.machine),
)
FIRST = 2
"""Where these many lists are empty, and the inventory has nothing, nothing is there."""
SCALE_SETS = Listed(COMPUTE, "virtualMachineScaleSets", machines.scale_set)
SERVICE_TAGS_ACTION = f"{NETWORK}/locations/serviceTags/read"
ADMIN_RULES_ACTION = f"{NETWORK}/virtualNetworks/{admin_rules.QUESTION}/action"


@record
class _Found:
    """What was read of a subscription so far. `gaps` are the kinds of which a part is missing."""

    root: str
    resources: list[Resource] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    gaps: set[str] = field(default_factory=set)

    def lack(self, what: str, error: RefusalError | MalformedError, action: str) -> None:
        """Tell of something that was not read, or not all of it."""
        denied = isinstance(error, RefusalError) and error.denied
        told = error.message if isinstance(error, RefusalError) else f"an answer is malformed: {error}"
        self.problems.append(
            Problem(
                "unreadable-input",
                self.root,
                f"{self.root}: {what} could not be read: {told}",
                f"Allow {action} on the subscription; {ROLE} holds all that an audit needs."
                if denied
                else "Read the subscription again; what hangs on this is unproven until then.",
                root=self.root,
            )
        )


class Reader:
    """Reads subscriptions, from many threads if need be."""

    def __init__(self, access: Access) -> None:
        self._calls = Calls(access)
        self._known_tags: Sequence[Item] = ()

    def read(self, scope: Scope) -> Reading:
        """All that network rules hang on in one subscription. What could not be read is told, and never taken for empty."""
        found = _Found(scope.name)
        for kind in LISTS[:FIRST]:
            found.resources += self._list(found, kind, scope.account)
        if not scope.idle or found.resources or found.problems:
            for kind in LISTS[FIRST:]:
                found.resources += self._list(found, kind, scope.account)
            self._scale_sets(found, scope.account)
            self._admin_rules(found)
            self._tags(found, scope.account)
        found.resources += unread.stand_ins(found.resources, found.gaps, found.root)
        resources = tuple(sorted(found.resources, key=lambda each: (each.type, each.address)))
        complete = not found.problems
        told = Input(scope.name, "live", digest(resources), complete)
        return Reading(told, resources, tuple(found.problems), (scope.name,) if found.gaps else ())

    def _list(self, found: _Found, kind: Listed, subscription: str) -> Iterator[Resource]:
        for item in self._items(found, kind, subscription):
            yield from _read(found, kind, item)

    def _items(self, found: _Found, kind: Listed, subscription: str) -> Iterator[Item]:
        """The items of a list, each once, as far as it could be read."""
        path = f"/subscriptions/{subscription}/providers/{kind.provider}/{kind.kind}"
        pages = self._calls.listed(path, VERSIONS[kind.provider])
        yield from self._each(found, pages, kind.kind, kind.action)

    def _each(self, found: _Found, pages: Iterator[Sequence[Item]], what: str, action: str) -> Iterator[Item]:
        seen: set[str] = set()
        try:
            for item in (item for page in pages for item in page):
                name = str(item.get("id")).lower()
                if name not in seen:
                    seen.add(name)
                    yield item
        except RefusalError as error:
            found.gaps.add(what.rpartition("/")[2])
            found.lack(what, error, action)

    def _scale_sets(self, found: _Found, subscription: str) -> None:
        """Scale sets, whose instances' interfaces stand in no other list."""
        for item in self._items(found, SCALE_SETS, subscription):
            own: list[Resource] = []
            try:
                if machines.is_uniform(item):
                    own = self._instances(found, identifier(item))
            except MalformedError:
                pass
            found.resources += own
            ids = [each.address for each in own if each.type == "azurerm_network_interface"]
            found.resources += _read(found, SCALE_SETS._replace(read=partial(machines.scale_set, interfaces=ids)), item)

    def _instances(self, found: _Found, scale_set: str) -> list[Resource]:
        kind = Listed(COMPUTE, "virtualMachineScaleSets/networkInterfaces", machines.interface)
        pages = self._calls.listed(f"{scale_set}/networkInterfaces", SCALE_SET_INTERFACES)
        return [each for item in self._each(found, pages, kind.kind, kind.action) for each in _read(found, kind, item)]

    def _admin_rules(self, found: _Found) -> None:
        """What Virtual Network Manager puts before the NSGs; where that cannot be read, there may be any such rule."""
        ids = [each.address for each in found.resources if each.type == "azurerm_virtual_network"]
        rules: dict[str, tuple[Item, list[str]]] = {}
        for network in ids:
            try:
                for page in self._calls.asked(f"{network}/{admin_rules.QUESTION}", VERSIONS[NETWORK], {}):
                    for item in page:
                        rules.setdefault(identifier(item).lower(), (item, []))[1].append(network)
            except (RefusalError, MalformedError) as error:
                found.lack(f"the security admin rules of {network}", error, ADMIN_RULES_ACTION)
                found.resources.append(admin_rules.unreadable(network, found.root))
        for item, named in rules.values():
            try:
                found.resources.append(admin_rules.effective(item, found.root, named))
            except MalformedError as error:
                found.lack("a security admin rule", error, ADMIN_RULES_ACTION)
                found.resources += [admin_rules.unreadable(network, found.root) for network in named]

    def _tags(self, found: _Found, subscription: str) -> None:
        """Who is behind the service tags that rules name. They are the same all over a cloud, so they are read once."""
        named = service_tags.named(found.resources)
        locations = [each.body.values["location"] for each in found.resources if each.type == service_tags.GROUP]
        places = sorted(quote(location, safe="") for location in locations if isinstance(location, str))
        if named and places and not self._known_tags:
            path = f"/subscriptions/{subscription}/providers/{NETWORK}/locations/{places[-1]}/serviceTags"
            try:
                pages = self._calls.listed(path, VERSIONS[NETWORK], field="values")
                self._known_tags = [item for page in pages for item in page]
            except RefusalError as error:
                found.lack("service tags", error, SERVICE_TAGS_ACTION)
        try:
            found.resources += service_tags.members(self._known_tags, named, found.root)
        except ValueError as error:
            found.lack("service tags", MalformedError(str(error)), SERVICE_TAGS_ACTION)


def _read(found: _Found, kind: Listed, item: Item) -> Iterable[Resource]:
    try:
        return kind.read(item, found.root)
    except MalformedError as error:
        found.gaps.add(kind.kind.rpartition("/")[2])
        found.lack(f"{kind.kind} {item.get('id', '')}".strip(), error, kind.action)
        return ()


def digest(resources: Iterable[Resource]) -> str:
    """The hash of all that the resources say, in whatever order and pages it came; the attributes of a type have an order."""
    digest = sha256()
    for each in resources:
        digest.update(repr((each.type, each.address, *each.body.values.values())).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()
