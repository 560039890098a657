"""The resources of one estate while they are converted, and what was found out about them on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, TypeVar

from pamlint.clouds.ties import Because
from pamlint.clouds.values import few, shown, text, texts
from pamlint.model.acl import Group, Symbol
from pamlint.model.identity import IDENTIFIERS, Names, foreign_key, key_of, unknown_key
from pamlint.model.resource import NOT_UNDERSTOOD, Location, Problem, Resource, Unknown
from pamlint.model.service_tags import ServiceTags

Read = TypeVar("Read")
Name = str | tuple[str, str] | None
"""A text, or the root and the name of one that is not known; None where there is neither."""
NO_ATTRIBUTES: Mapping[str, Sequence[str]] = MappingProxyType({})


class Ledger:
    """Finds resources by type, reference and name; collects symbols, groups that are no ACLs, and problems."""

    def __init__(self, resources: Sequence[Resource], names: Names, tags: ServiceTags) -> None:
        self.names = names
        self.tags = tags
        self.symbols: dict[str, Symbol] = {}
        self.groups: dict[str, Group] = {}
        self.pools: dict[str, Group] = {}
        self.problems: dict[Problem, None] = {}
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        self._by_text: dict[tuple[str, str], dict[Name, list[Resource]]] = {}
        for resource in resources:
            self._by_type[resource.type].append(resource)

    def of(self, *types: str) -> list[Resource]:
        """The resources and data sources of these types."""
        return [resource for type_ in types for resource in self._by_type.get(type_, ())]

    def managed(self, *types: str) -> list[Resource]:
        """The resources of these types that are no data sources."""
        return [resource for resource in self.of(*types) if resource.mode == "managed"]

    def told(self, attribute: str, *types: str) -> list[Resource]:
        """The resources of these types, and the data sources of which a plan or a state tells what this list of theirs holds."""
        return [
            resource
            for resource in self.of(*types)
            if resource.mode == "managed" or isinstance(resource.body.values.get(attribute), list)
        ]

    def target(self, value: Any, root: str, *types: str, by: str = "name", group: Any = None) -> Resource | None:
        """The one resource of these types that a value refers to: by reference or id, else by its text in `by`.

        `group` is an Azure resource group: what stands in another has the name by chance.
        """
        found = self.names.resource(value, root)
        if found is not None:
            return found if found.type in types else None
        named = self.named(value, root, *types, by=by, group=group)
        return named[0] if len(named) == 1 else None

    def named(self, value: Any, root: str, *types: str, by: str = "name", group: Any = None) -> list[Resource]:
        """The resources of these types that have a text in `by`: several where it is not known in which group each stands.

        A text that is not known is that of what has it by the same name in its root, for sure in the same group.
        """
        names = ((type_, _name(value, root, type_)) for type_ in types)
        named = [resource for type_, name in names if name for resource in self._named(type_, by).get(name, ())]
        surely = [resource for resource in named if _same_group(resource, group, root)]
        if isinstance(value, Unknown):
            return surely
        named = surely or [resource for resource in named if not _other_group(resource, group)]
        return [resource for resource in named if resource.root == root] or named

    def candidates(
        self, value: Any, root: str, *types: str, named: Mapping[str, Sequence[str]] = NO_ATTRIBUTES
    ) -> list[tuple[Resource, Because]]:
        """The resources of these types that a value refers to: one for sure, or those that an unknown one may be.

        Whether it is one of those hangs on everything else that made it unknown, or on what decides about that one alone. `named`
        has attributes of other types that name such a thing as well.
        """
        return self.ways(value, root, *types, named=named)[0]

    def ways(
        self, value: Any, root: str, *types: str, named: Mapping[str, Sequence[str]] = NO_ATTRIBUTES
    ) -> tuple[list[tuple[Resource, Because]], list[tuple[Any, Because]]]:
        """The resources that a value may be, and what else it may be; the value itself where it is no resource of the input."""
        found = self.target(value, root, *types)
        if found is not None:
            return [(found, ())], []
        known: list[tuple[Resource, Because]] = []
        leading: set[str] = set()
        others: list[Any] = []
        each = self._ways(value, root, types, named) if isinstance(value, Unknown) else ()
        for way, hangs in zip_longest(each, value.hangs if each else (), fillvalue=()):
            resource = self._reached(way, root, types, named)
            if resource is not None:
                known.append((resource, hangs))
                leading.update(way.because if isinstance(way, Unknown) else ())
            elif way not in (None, ""):
                others.append(way)
        if not known:
            return [], [(value, ())]
        because = tuple(reference for reference in value.because if reference not in leading) or value.because
        own = [(resource, tuple(reference for reference in hangs if reference not in leading)) for resource, hangs in known]
        return [(resource, hangs or because) for resource, hangs in own], [(other, because) for other in others]

    def anybody(self, value: Any, root: str, *types: str) -> Because:
        """The references of a value that may be any resource of these types; none where the input says what it is, or where from.

        That is a variable that has no value: whoever gives it one may name what stands in the input.
        """
        others = self.ways(value, root, *types)[1]
        unset = [(other, because) for other, because in others if isinstance(other, Unknown) and _is_variable(other)]
        return tuple(dict.fromkeys(reference for other, because in unset for reference in (*because, *other.because)))

    def just_one(self, value: Any, root: str, *types: str) -> tuple[tuple[Resource | None, Because], ...]:
        """The resources of these types of which a value is just one, each once; None for one that the input does not hold."""
        found_one = self.target(value, root, *types)
        if found_one is not None:
            return ((found_one, ()),)
        known, others = self.ways(value, root, *types)
        found: dict[str, tuple[Resource | None, Because]] = {key_of(resource): (resource, because) for resource, because in known}
        doubt = next((because for _, because in known), ())
        settled = not others and (not doubt or (isinstance(value, Unknown) and value.is_one_of_them))
        ways = [*found.values(), *([] if settled else [(None, doubt)])]
        return tuple(ways) if len(ways) > 1 else ((ways[0][0], ()),)

    def _ways(self, value: Unknown, root: str, types: Sequence[str], named: Mapping[str, Sequence[str]]) -> Sequence[Any]:
        """What a value is one of, and what those are computed of; of one that was computed itself the references, and whatever
        was made of those that lead nowhere.
        """
        if value.either:
            computed = [way for way in value.either if isinstance(way, Unknown) and way.attribute is None]
            return [*value.either, *(lead for way in computed for lead in self._leading(way, root, types, named))]
        leading = self._leading(value, root, types, named)
        rest = tuple(reference for reference in value.because if not any(reference in lead.because for lead in leading))
        return [*leading, Unknown(rest)] if rest else leading

    def _leading(self, value: Unknown, root: str, types: Sequence[str], named: Mapping[str, Sequence[str]]) -> list[Unknown]:
        """The attributes that a value was computed of and that lead to a resource."""
        references = (_attribute_of(reference) for reference in value.because)
        return [way for way in references if self._reached(way, root, types, named) is not None]

    def _reached(self, way: Any, root: str, types: Sequence[str], named: Mapping[str, Sequence[str]]) -> Resource | None:
        """The resource that one of the ways leads to."""
        if not isinstance(way, Unknown) or way.attribute is None:
            return self.target(way, root, *types)
        address, attribute = way.attribute
        wanted = types if attribute in IDENTIFIERS else named.get(attribute, ())
        return self.target(Unknown((), (address, "id")), root, *wanted)

    def _named(self, type_: str, attribute: str) -> Mapping[Name, list[Resource]]:
        if (type_, attribute) not in self._by_text:
            found = self._by_text[type_, attribute] = defaultdict(list)
            for resource in self.of(type_):
                found[_name(resource.body.values.get(attribute), resource.root, type_)].append(resource)
        return self._by_text[type_, attribute]

    def tied(self, type_: str, attribute: str) -> Mapping[str, list[Resource]]:
        """The resources of a type by the key of what an attribute of theirs leads to."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.of(type_):
            key = self.names.lead(resource.body.values.get(attribute), resource.root)
            if key is not None:
                found[key].append(resource)
        return found

    def understood(self, resource: Resource, location: Location | None, subject: str, read: Callable[[], Read]) -> Read | Unknown:
        """What is read of a rule; unknown, and told, where that cannot be understood."""
        try:
            return read()
        except ValueError as error:
            return Unknown((self.problem(resource, location, subject, str(error)),))

    def problem(self, resource: Resource, location: Location | None, subject: str, message: str) -> str:
        """Tell of a value that cannot be what it is; gives back the reference on which hangs what it should be."""
        told = Problem(
            "unreadable-input",
            subject,
            f"{subject} cannot be understood: {message}",
            "Correct the value; until then what this rule lets through or stops is unproven.",
            location,
            resource.root,
        )
        self.problems[told] = None
        return f"{subject}{NOT_UNDERSTOOD}"

    def differs(self, resource: Resource, message: str) -> None:
        """Tell of something that is not as the clouds' documentation has it."""
        told = Problem(
            "unreadable-input",
            resource.address,
            f"{resource.address}: {message}",
            "Compare it with the documentation, and tell pamlint's maintainers.",
            resource.body.location,
            resource.root,
        )
        self.problems[told] = None


def group_of(resource: Resource) -> Group:
    """A resource that is no ACL as something that roles can be matched to."""
    values = resource.body.values
    return Group(
        key_of(resource),
        resource.address,
        resource.root,
        name=text(values.get("name")),
        id=resource.id,
        tags=texts(values.get("tags")),
        location=resource.body.location,
    )


def outside(value: Any, root: str, what: str, owned: str = "") -> tuple[str, str, tuple[str, ...]]:
    """Key, name and references of something that the input refers to and does not define.

    What is computed may be another thing wherever it stands: `owned` is the address of a rule that belongs to it, and to
    nothing else for sure.
    """
    if not isinstance(value, Unknown):
        return foreign_key(shown(value)), shown(value), (shown(value),)
    if value.attribute is None:
        whole = value.name or ", ".join(value.because) or f"an unknown {what}"
        told = whole if value.name else few(value.because) or whole
        key = unknown_key(root, whole if told == whole else f"{whole}|?{told}", None if value.name else owned)
        return key, told, value.because or (told,)
    address, attribute = value.attribute
    told = address if attribute in IDENTIFIERS else f"{address}.{attribute}"
    return f"{root}|{told}", told, (told,)


def _is_variable(value: Unknown) -> bool:
    """Whether a value is made of variables alone."""
    return value.attribute is None and bool(value.because) and all(".var." in f".{reference}" for reference in value.because)


def _attribute_of(reference: str) -> Unknown:
    """What a reference stands for if it is the attribute of a resource."""
    address, _, attribute = reference.rpartition(".")
    return Unknown((reference,), (address, attribute))


def _name(value: Any, root: str, type_: str) -> Name:
    """By what a resource of a type is found that has a value for a name: Azure compares texts without case."""
    if isinstance(value, Unknown):
        return (root, value.known_as) if value.known_as else None
    if not isinstance(value, str) or not value:
        return None
    return value.lower() if type_.startswith("azurerm_") else value


def _other_group(resource: Resource, group: Any) -> bool:
    """Whether a resource stands in another resource group for sure: the names differ as far as they are known."""
    own = resource.body.values.get("resource_group_name")
    if not isinstance(own, str | Unknown) or not isinstance(group, str | Unknown):
        return False
    (one, more), (other, others) = _beginning(own), _beginning(group)
    return not (one == other or (more and other.startswith(one)) or (others and one.startswith(other)))


def _beginning(name: str | Unknown) -> tuple[str, bool]:
    """What is known of a name of Azure, and whether more may follow."""
    return (name.prefix.lower(), True) if isinstance(name, Unknown) else (name.lower(), False)


def _same_group(resource: Resource, group: Any, root: str) -> bool:
    """Whether a resource stands in a resource group for sure: by its name, by its root's very same reference, or both in none."""
    own = resource.body.values.get("resource_group_name")
    if isinstance(own, Unknown) and isinstance(group, Unknown):
        return resource.root == root and bool(own.known_as) and own.known_as == group.known_as
    return own is group or (isinstance(own, str) and isinstance(group, str) and own.lower() == group.lower())
