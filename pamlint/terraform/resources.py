"""Resources and data sources: their instances, what is read back from them, and their bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pamlint.model.noun import replace
from pamlint.model.resource import EMPTY, Block, Resource, Unknown
from pamlint.terraform.access import REMOTE_STATE, LazyObject, completed
from pamlint.terraform.blocks import META_ARGUMENTS, BodyReader
from pamlint.terraform.configuration import Declared
from pamlint.terraform.lifecycle import IGNORED, LIFECYCLE, kept
from pamlint.terraform.naming import attributed
from pamlint.terraform.providers import Owned, default_tags, provider_of, stated
from pamlint.terraform.repetition import Expansion, Instance, repeating
from pamlint.terraform.session import joined
from pamlint.terraform.types import ANY, STRING
from pamlint.terraform.values import NULL, Mappish, ObjectValue, Sequence, TupleValue, UnknownValue, Value, is_null, unmark

if TYPE_CHECKING:
    from pamlint.terraform.modules import Module

_IDENTITIES = ("id", "arn")

PLACES = ("region", "subscription_id")
"""The arguments of a provider that say where its resources are."""


class ResourceNode:
    """One `resource` or `data` block of one module instance."""

    __slots__ = ("_expansion", "address", "declared", "mode", "module", "type")

    def __init__(self, module: Module, declared: Declared) -> None:
        kind, name = declared.block.labels
        self.module = module
        self.declared = declared
        self.type = kind
        self.mode: Literal["managed", "data"] = "data" if declared.block.type == "data" else "managed"
        self.address = f"{module.prefix}{'data.' if self.mode == 'data' else ''}{kind}.{name}"
        self._expansion: Expansion | None = None

    def expansion(self) -> Expansion:
        """The instances; a single possible one where their number cannot be known."""
        if self._expansion is None:
            once = not self.module.prefix and repeating(self.declared.block.body) is None
            single = Expansion("one", {None: Instance()})
            self._expansion = single if once else self.module.expand(self.address, self.declared)
        return self._expansion

    def value(self) -> Value:
        """The whole resource, as a reference without further steps has it."""
        expansion = self.expansion()
        if expansion.because:
            return UnknownValue(expansion.because, like=tuple(map(self.instance_value, expansion.instances.values())))
        if expansion.form == "one":
            return self.instance_value(expansion.instances[None]) if expansion.instances else NULL
        values = {key: self.instance_value(instance) for key, instance in expansion.instances.items()}
        if expansion.form == "count":
            return TupleValue(values.values())
        return ObjectValue({str(key): value for key, value in values.items()})

    def instance_value(self, instance: Instance) -> LazyObject:
        """One instance; its attributes are computed when they are asked for."""
        return LazyObject(lambda name: self.attribute(instance, name), lambda: self._attributes(instance))

    def _attributes(self, instance: Instance) -> Mapping[str, Value]:
        names = [name for name in self.declared.block.body.arguments if name not in META_ARGUMENTS]
        return {name: self.attribute(instance, name) for name in (*names, *_IDENTITIES)}

    def attribute(self, instance: Instance, name: str) -> Value:
        """An argument that the body sets, as it sets it; anything else is for the provider to say.

        What a data source is asked with comes back as it is, but a collection may come back with more in it.
        """
        address = self.address + instance.suffix
        argument = self.declared.block.body.arguments.get(name)
        if argument is not None and name not in META_ARGUMENTS:
            value = self._reader(instance).argument(argument)
            if not is_null(value) and (self.mode == "managed" or _is_scalar(value)):
                return self._as_given(value, address, name)
        fact = self.module.session.fact(f"{address}.{name}")
        if fact is not None:
            return fact
        reference = f"{address}.{name}"
        of = STRING if name in _IDENTITIES else ANY
        told = self.module.session.facts_below(reference) if self.type == REMOTE_STATE else {}
        holds = ObjectValue(told) if told else None
        return UnknownValue((reference,), of, attribute=(address, name), not_null=name in _IDENTITIES, holds=holds)

    def _as_given(self, value: Value, address: str, name: str) -> Value:
        """An argument as others see it: a name is the resource's own, and the provider may add to an object."""
        if self.mode == "data":
            return value
        return attributed(value, address, name) if name == "name" else completed(value, f"{address}.{name}")

    def resources(self, root: str) -> Iterator[Resource]:
        """The instances as sources hand them on."""
        owned = provider_of(self.module, self.declared, self.type)
        file = self.declared.file_of(f"{LIFECYCLE}.{IGNORED}")
        left = kept(self.declared.block.body, file, self.address, self.module.session)
        for instance in self.expansion().instances.values():
            possible = joined(self.module.possible, instance.possible)
            block = self._reader(instance).block(possible)
            inherited = self._inherited(block, owned) if owned else EMPTY
            if inherited:
                values = {**block.values, **inherited}
                block = Block(values, block.location, block.possible, block.places, block.ignores)
            address = self.address + instance.suffix
            given = self._given(address)
            if given:
                block = replace(block, values={**given, **block.values})
            identifier = given.get("id") or self.module.tree.imported.get(address)
            yield Resource(address, self.type, self.mode, root, block, identifier, left)

    def _given(self, address: str) -> Mapping[str, str]:
        """The texts that the user has supplied for attributes: the resource's own, as they are for whoever refers to it."""
        found = self.module.session.facts_below(address) if self.module.session.has_facts else {}
        return {name: value for name, value in found.items() if isinstance(value, str) and "." not in name}

    def _inherited(self, block: Block, owned: Owned) -> Mapping[str, Any]:
        """What comes from the provider: its region or subscription, and the resource's tags over the default ones."""
        places = {name: stated(owned, name) for name in PLACES if name not in block.values}
        found = {name: place for name, place in places.items() if place is not None}
        defaults = default_tags(owned) if self.mode == "managed" and "tags_all" not in block.values else None
        if defaults is None:
            return found
        own = block.values.get("tags") or {}
        unknown = [tags for tags in (defaults, own) if isinstance(tags, Unknown)]
        all_ = Unknown(joined(*(tags.because for tags in unknown))) if unknown else {**defaults, **own}
        return {**found, "tags_all": all_}

    def _reader(self, instance: Instance) -> BodyReader:
        scope = self.module.scope(self.declared.file, instance)
        return BodyReader(self.address + instance.suffix, self.declared, scope, self.module.session)


def _is_scalar(value: Value) -> bool:
    return not isinstance(unmark(value)[0], Sequence | Mappish)
