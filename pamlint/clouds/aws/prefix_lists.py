"""Managed prefix lists: those of the customer with their entries, those of AWS by their names.

Sources: the Amazon VPC user guide (managed prefix lists) and the provider's documentation of each resource type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pamlint.clouds.ledger import Ledger, outside
from pamlint.clouds.values import blocks, computed, few, find, networks, string
from pamlint.model.acl import Peer, Symbol
from pamlint.model.addresses import ANY, IPV4, IPV6
from pamlint.model.identity import is_live, key_of
from pamlint.model.ranges import EMPTY, Ranges, union
from pamlint.model.resource import Block, Resource, Unknown

LISTS = ("aws_ec2_managed_prefix_list", "aws_prefix_list")
ENTRY = "aws_ec2_managed_prefix_list_entry"
ENDPOINT = "aws_vpc_endpoint"
OF_AWS = "com.amazonaws."

TYPES = frozenset({*LISTS, ENTRY, ENDPOINT})


class PrefixLists:
    """The prefix lists of an estate, as symbols."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._keys: dict[str, str] = {}
        entries: dict[str, list[Block]] = defaultdict(list)
        for entry in ledger.of(ENTRY):
            value = entry.body.values.get("prefix_list_id")
            entries[ledger.names.lead(value, entry.root) or outside(value, entry.root, "list", entry.address)[0]].append(
                entry.body
            )
        for resource in ledger.of(*LISTS):
            self._name(resource, entries.pop(key_of(resource), []))
        self._elsewhere = entries

    def _name(self, resource: Resource, entries: Sequence[Block]) -> None:
        """The list as a symbol. It is known to be all of it where code writes it, or a plan or a state has read it."""
        name = _aws_name(resource)
        key, told = (f"prefix-list|{name}", name) if name else (key_of(resource), resource.address)
        own = [] if computed(resource, "entry") else [*blocks(resource.body, "entry"), *blocks(resource.body, "entries")]
        known, complete = _entries([*own, *entries])
        because = tuple(sorted({reference for entry in (*own, *entries) for reference in _undecided(entry)}))
        listed = networks(find(resource.body, "cidr_blocks"))
        family = {"IPv4": IPV4, "IPv6": IPV6}.get(str(resource.body.values.get("address_family")), ANY)
        before = self._ledger.symbols.get(key)
        settled = complete and (resource.mode == "managed" or _is_read(resource) or (before is not None and before.settled))
        known = union(union(known, listed), before.at_least if before else EMPTY)
        ids = tuple(sorted({*(before.ids if before else ()), *((resource.id,) if resource.id else ())}))
        at_most = known if settled else family
        self._ledger.symbols[key] = Symbol(key, "prefix-list", f"prefix-list:{told}", known, at_most, ids, because)
        self._keys[key_of(resource)] = key

    def peer(self, item: Any, root: str) -> Peer:
        """The list that a rule names."""
        found = self._keys.get(self._ledger.names.lead(item, root) or "")
        if found is not None:
            return self._symbol(found)
        if isinstance(item, Unknown):
            service = self._endpoint_service(item, root)
            if service is not None:
                return self._symbol(f"prefix-list|{service}", f"prefix-list:{service}")
        key, told, because = outside(item, root, "prefix list")
        if key in self._elsewhere:
            known, _ = _entries(self._elsewhere[key])
            self._ledger.symbols[key] = Symbol(key, "prefix-list", f"prefix-list:{told}", known, because=because)
        elif isinstance(item, Unknown) and item.attribute is None:
            return Peer(few(item.because), because=item.because, members=True)
        return self._symbol(key, f"prefix-list:{told}")

    def _symbol(self, key: str, told: str = "") -> Peer:
        symbol = self._ledger.symbols.setdefault(key, Symbol(key, "prefix-list", told))
        return Peer(symbol.text, symbol=key)

    def _endpoint_service(self, item: Unknown, root: str) -> str | None:
        """The service whose prefix list a gateway endpoint of the input stands for."""
        if item.attribute is None or item.attribute[1] != "prefix_list_id":
            return None
        key = self._ledger.names.addresses.get((root, item.attribute[0]))
        endpoint = self._ledger.names.resources.get(key or "")
        return string(endpoint.body.values.get("service_name")) if endpoint and endpoint.type == ENDPOINT else None


def _is_read(resource: Resource) -> bool:
    """Whether a data source has been asked, and has said what the list holds."""
    return any(isinstance(resource.body.values.get(name), list) for name in ("entries", "cidr_blocks"))


def _aws_name(resource: Resource) -> str | None:
    """The name of a list that AWS keeps, where the data source asks for it by name, or AWS itself says so."""
    if resource.mode != "data" and not is_live(resource):
        return None
    asked = [resource.body.values.get("name")]
    for block in blocks(resource.body, "filter"):
        if block.values.get("name") == "prefix-list-name":
            asked += find(block, "values")
    names = [name for name in asked if isinstance(name, str) and name.startswith(OF_AWS)]
    return names[0] if names else None


def _undecided(entry: Block) -> tuple[str, ...]:
    """The references that decide whether an entry is there, and what it holds."""
    cidr = entry.values.get("cidr")
    return (*entry.possible, *(cidr.because if isinstance(cidr, Unknown) else ()))


def _entries(entries: Sequence[Block]) -> tuple[Ranges, bool]:
    """The CIDRs of a prefix list that are known, and whether these are all."""
    known: Ranges = EMPTY
    complete = True
    for entry in entries:
        own = EMPTY if entry.possible else networks([entry.values.get("cidr")])
        known = union(known, own)
        complete = complete and bool(own)
    return known, complete
