"""Follows the references that a plan's configuration names, so that an unknown value leads to the resource it will come from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from pamlint.model.identity import IDENTIFIERS
from pamlint.model.noun import noun, replace
from pamlint.model.resource import Unknown
from pamlint.sources.picking import Path, Picker

_STEP = re.compile(r'module\.([\w-]+)((?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?)\.?')
_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_RESOURCE = re.compile(r'((?:data\.)?[A-Za-z_][\w-]*\.[\w-]+)((?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?)(?:\.([\w-]+))?')
_PLACE = re.compile(r"\[\d+\]")
_NAMES = ("each.", "count.", "local.", "var.", "module.", "path.", "terraform.", "self.")
_NEVER_UNKNOWN = ("count.", "path.", "terraform.", "each.key", "self.")
_DEEPEST = 50
_MANY = 100
"""Of more instances than so many it is not told which one may be meant."""


class Index(Enum):
    """By what an expression picks instances of what it refers to; a plan does not tell what it makes of that.

    KEY is `each.key` alone: where both have the same keys, that is the instance of the same key. SOME is any.
    """

    NONE = "none"
    KEY = "key"
    SOME = "some"


@noun
class Place:
    """Where a reference stands: a resource (`x.y`) of a module instance, the key of its instance (`["a"]`, `[0]`), an attribute.

    Where it stands in a module call, the name is the call's (`module.m`); in an output it is empty.
    """

    module: str
    name: str
    key: str
    attribute: str = ""

    @property
    def address(self) -> str:
        """The instance's address."""
        return below(self.module, self.name + self.key)


@noun
class _End:
    """Where a chain of references ends: what it is called there, and which attribute of which instance it is, if it is one.

    A plan does not tell what an expression makes of what it refers to. Only where that is one id there is nothing to make of it:
    `name` has an element of a list of ids.
    """

    told: str
    attribute: tuple[str, str] | None = None
    name: str = ""

    @property
    def whole(self) -> tuple[str, str] | None:
        """The attribute, where it is one id."""
        return self.attribute if self.attribute is not None and not self.name and _is_id(self.attribute[1]) else None


class References:
    """The configuration of a plan, and what the plan does not know of each resource instance."""

    def __init__(self, configuration: Mapping[str, Any], unknown: Mapping[str, Any]) -> None:
        self._root: Mapping[str, Any] = configuration.get("root_module") or {}
        self._unknown = unknown
        self._resources: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._found: dict[tuple[Place, str, tuple[int, ...]], list[_End]] = {}
        self._followed: dict[tuple[int, Place], list[_End]] = {}
        self._picker = Picker()
        self._repeated: Mapping[str, tuple[str, ...]] | None = None

    def expressions(self, place: Place) -> Mapping[str, Any]:
        """What the configuration sets of a resource, by attribute; empty where it is not in there."""
        return self._resource(place).get("expressions") or {}

    def unknown(self, place: Place, path: Path, values: Any) -> Unknown:
        """The Unknown for a place in the values of a resource instance."""
        ends = self._ends_at(place, path, values)
        if not ends:
            own = (place.address, str(path[0])) if len(path) == 1 else None
            return Unknown((f"{place.address}.{path[0]}",), own)
        whole, *others = dict.fromkeys((end.whole, end.name) for end in ends)
        because = tuple(dict.fromkeys(end.told for end in ends))
        if not others:
            return Unknown(because, whole[0], name=whole[1])
        one = isinstance(path[-1], int) or path[-1].endswith("_id")
        ways = (Unknown((end.told,), end.whole, name=end.name) for end in ends)
        return Unknown(because, either=(*ways, *(() if one else (None,))))

    def each_unknown(self, place: Place, path: Path, values: Any, count: int) -> list[Unknown] | None:
        """One Unknown for each of so many unknown elements of a list, if the configuration names just as many attributes.

        Variables are known in a plan: they decide what is in the list, and are no elements that are unknown.
        """
        ends = [end for end in self._ends_at(place, path, values) if end.attribute is not None or ".var." not in f".{end.told}"]
        if len(ends) != count or any(end.attribute is None for end in ends):
            return None
        return [Unknown((end.told,), end.whole, name=end.name) for end in ends]

    def sensitive(self, place: Place, path: Path, values: Any) -> Unknown:
        """The Unknown for a value that must not be shown."""
        variables = self._module(place.module).get("variables") or {}
        found = self._picker.at(place, self.expressions(place), values, path)
        told = [
            f"{below(without_keys(place.module), reference)} (sensitive)"
            for reference in _references(found)
            if reference.startswith("var.") and (variables.get(_variable_name(reference)) or {}).get("sensitive")
        ]
        return Unknown(tuple(dict.fromkeys(told)) or (f"{place.address}.{path[0] if path else '*'} (sensitive)",))

    def _module(self, module: str) -> Mapping[str, Any]:
        found = self._root
        for step in _STEP.finditer(module):
            found = ((found.get("module_calls") or {}).get(step[1]) or {}).get("module") or {}
        return found

    def _resource(self, place: Place) -> Mapping[str, Any]:
        module = without_keys(place.module)
        if module not in self._resources:
            listed = self._module(module).get("resources") or []
            self._resources[module] = {resource.get("address", ""): resource for resource in listed}
        return self._resources[module].get(place.name, {})

    def _ends_at(self, place: Place, path: Path, values: Any) -> list[_End]:
        found = self._picker.at(place, self.expressions(place), values, path)
        attribute = next((step for step in reversed(path) if isinstance(step, str)), "")
        same = (place, attribute, tuple(map(id, found)))
        known = self._found.get(same)
        if known is None:
            at = replace(place, attribute=attribute)
            known = self._ends(found, at, 0)
            if len(known) == 1 and known[0].told == below(
                without_keys(place.module), known[0].told[known[0].told.rfind("local.") :]
            ):
                known = [_End(known[0].told, self._only_candidate(at))]
            self._found[same] = known
        return known

    def _only_candidate(self, place: Place) -> tuple[str, str] | None:
        """What a local value must be that a plan does not spell out: the one unknown id that can come to its module, if its
        type goes by the attribute's name (`security_group_id` by `aws_security_group`)."""
        stem = re.sub(r"_ids?\Z", "", place.attribute)
        fits = {address for address in self._unknown if _goes_by(address, stem) and _at(self._unknown[address], "id") is True}
        inside = [address for address in fits if not place.module or address.startswith(f"{place.module}.")]
        if stem == place.attribute or len(inside) != 1:
            return None
        given = self._given(place)
        outside = any(end.attribute is None or end.attribute[0] in fits for end in given)
        return None if outside else (inside[0], "id")

    def _given(self, place: Place) -> list[_End]:
        """The ends of all that the caller of the module gives it."""
        if not place.module:
            return []
        parent, call, key = _split(place.module)
        expressions = ((self._module(parent).get("module_calls") or {}).get(call) or {}).get("expressions") or {}
        return self._ends(list(expressions.values()), Place(parent, f"module.{call}", key), 0)

    def _ends(self, expression: Any, place: Place, depth: int) -> list[_End]:
        """The ends of all references of an expression that are not known, each once, in order."""
        known = self._followed.get((id(expression), place))
        if known is not None:
            return known
        references = _references(expression) if depth < _DEEPEST else []
        index = _index(references)
        followed = (end for reference in references for end in self._follow(reference, place, index, depth))
        found = list(dict.fromkeys(followed))
        if isinstance(expression, dict):  # of the document itself, which lasts
            self._followed[id(expression), place] = found
        return found

    def _follow(self, reference: str, place: Place, index: Index, depth: int) -> Iterable[_End]:
        if reference.startswith(_NEVER_UNKNOWN):
            return ()
        if reference.startswith("each.value"):
            ends = self._ends(self._resource(place).get("for_each_expression"), place, depth + 1)
            return [_End(end.told) for end in ends] if len(ends) > 1 else ends or [self._unfollowed(reference, place)]
        if reference.startswith("var."):
            return self._variable(reference, place, depth)
        if reference.startswith("module."):
            return self._output(reference, place, index, depth)
        if reference.startswith("local."):
            return [self._unfollowed(reference, place)]
        return self._attribute(reference, place, index)

    def _unfollowed(self, reference: str, place: Place) -> _End:
        return _End(below(without_keys(place.module), reference))

    def _variable(self, reference: str, place: Place, depth: int) -> Iterable[_End]:
        if not place.module:
            return ()
        parent, call, key = _split(place.module)
        expressions = ((self._module(parent).get("module_calls") or {}).get(call) or {}).get("expressions") or {}
        caller = Place(parent, f"module.{call}", key, place.attribute)
        ends = self._ends(expressions.get(_variable_name(reference)), caller, depth + 1)
        return [_End(end.told) for end in ends] if len(ends) > 1 and "." in reference[4:] else ends

    def _output(self, reference: str, place: Place, index: Index, depth: int) -> Iterable[_End]:
        step = _STEP.match(reference)
        output = re.match(r"[\w-]+", reference[step.end() :]) if step else None
        if step is None:
            return [self._unfollowed(reference, place)]
        if output is None:
            return self._any_output(step, place, index, depth) or [self._unfollowed(reference, place)]
        call = (self._module(place.module).get("module_calls") or {}).get(step[1]) or {}
        repeated = "count_expression" in call or "for_each_expression" in call
        module = below(place.module, f"module.{step[1]}{step[2] or (place.key if repeated else '')}")
        expression = (((call.get("module") or {}).get("outputs") or {}).get(output[0]) or {}).get("expression")
        if expression is None:
            return [self._unfollowed(reference, place)]
        return self._ends(expression, Place(module, "", "", place.attribute), depth + 1)

    def _any_output(self, step: re.Match[str], place: Place, index: Index, depth: int) -> list[_End]:
        """What an output may be of which a plan tells neither instance nor name: no id of another type than wanted."""
        call = (self._module(place.module).get("module_calls") or {}).get(step[1]) or {}
        address = below(place.module, f"module.{step[1]}")
        instances = (address + step[2],) if step[2] else self._instances().get(address, (address,))
        if index is Index.KEY and self._keys_of(below(place.module, place.name)) == self._keys_of(address):
            instances = (address + place.key,)
        outputs = [output.get("expression") for output in ((call.get("module") or {}).get("outputs") or {}).values()]
        places = [Place(module, "", "", place.attribute) for module in instances if len(instances) <= _MANY]
        ends = (end for at in places for output in outputs for end in self._ends(output, at, depth + 1))
        wanted = re.sub(r"_ids?\Z|s\Z", "", place.attribute)
        return [end for end in ends if end.attribute is None or not _is_id_of_another(end.attribute, wanted)]

    def _attribute(self, reference: str, place: Place, index: Index) -> Iterable[_End]:
        found = _RESOURCE.match(reference)
        if found is None:
            return ()
        address = below(place.module, found[1] + found[2])
        if found[2] or address in self._unknown:
            return self._of_instance(reference, place, address, found)
        instances = self._instances().get(address, ())
        if index is Index.NONE or len(instances) > _MANY:
            return [self._unfollowed(reference, place)] if instances else ()
        if index is Index.KEY and self._keys_of(below(place.module, place.name)) == self._keys_of(address):
            instances = (address + place.key,)
        return [end for each in instances for end in self._of_instance(reference, place, each, found)]

    def _of_instance(self, reference: str, place: Place, address: str, found: re.Match[str]) -> Iterable[_End]:
        """The attribute of one instance, where that is not known."""
        if address not in self._unknown:
            return ()
        end = self._unfollowed(reference, place)
        name = found[3] or ("id" if place.attribute.endswith(("_id", "_ids", "security_groups")) else "")
        missing = _at(self._unknown[address], name) if name else self._unknown[address]
        if missing is not True:
            return [end] if holds_true(missing) else ()
        rest = reference[found.end() :]
        element = f"{address}.{name}{rest}" if name.endswith("ids") and _PLACE.fullmatch(rest) else ""
        return [_End(end.told, (address, name), element)]

    def _instances(self) -> Mapping[str, tuple[str, ...]]:
        """The instances of every resource and module that is repeated, by its address without the last key."""
        if self._repeated is None:
            found: dict[str, dict[str, None]] = defaultdict(dict)
            for address in self._unknown:
                for key in _KEY.finditer(address) if "[" in address else ():
                    found[address[: key.start()]][address[: key.end()]] = None
            self._repeated = {address: tuple(instances) for address, instances in found.items()}
        return self._repeated

    def _keys_of(self, address: str) -> frozenset[str]:
        return frozenset(instance.removeprefix(address) for instance in self._instances().get(address, ()))


def _index(references: Sequence[str]) -> Index:
    """By what an expression picks instances, as far as a plan tells."""
    if {"each.key", "count.index"}.isdisjoint(references):
        return Index.NONE
    others = (each for each in references if each != "each.key")
    return Index.KEY if all(_STEP.fullmatch(each) or _is_resource(each) for each in others) else Index.SOME


def _is_resource(reference: str) -> bool:
    return _RESOURCE.fullmatch(reference) is not None and not reference.startswith(_NAMES)


def holds_true(tree: Any) -> bool:
    """Whether anything in a tree of truths is true."""
    if isinstance(tree, dict):
        return any(map(holds_true, tree.values()))
    return any(map(holds_true, tree)) if isinstance(tree, list) else tree is True


def below(module: str, address: str) -> str:
    """The address of what stands in a module."""
    return f"{module}.{address}" if module else address


def without_keys(address: str) -> str:
    """An address without the keys of instances."""
    return _KEY.sub("", address) if "[" in address else address


def _is_id(attribute: str) -> bool:
    return attribute in IDENTIFIERS or attribute.endswith(("_id", "_arn"))


def _is_id_of_another(attribute: tuple[str, str], stem: str) -> bool:
    """Whether an attribute says which resource it is of, and that is one of another type than a name ends with."""
    return attribute[1] in IDENTIFIERS and not _goes_by(attribute[0], stem)


def _goes_by(address: str, stem: str) -> bool:
    """Whether the type of a resource, without its provider, is what a name ends with."""
    own = _STEP.sub("", address).removeprefix("data.")
    kind = own.partition(".")[0].partition("_")[2]
    return bool(kind) and (stem.endswith(kind) or kind.endswith(stem))


def _at(tree: Any, name: str) -> Any:
    return tree.get(name) if isinstance(tree, dict) else None


def _variable_name(reference: str) -> str:
    return re.split(r"[.\[]", reference, maxsplit=2)[1]


def _references(expression: Any) -> list[str]:
    """The references in an expression or a block, without those that are the beginning of the one before them."""
    if isinstance(expression, list):
        return [reference for part in expression for reference in _references(part)]
    if not isinstance(expression, dict):
        return []
    if "references" not in expression:
        return [reference for part in expression.values() for reference in _references(part)]
    kept: list[str] = []
    for reference in expression["references"]:
        if not (kept and kept[-1].startswith((f"{reference}.", f"{reference}["))):
            kept.append(reference)
    return kept


def _split(module: str) -> tuple[str, str, str]:
    """The module instance above, the call's name and the instance's key."""
    steps = list(_STEP.finditer(module))
    return module[: steps[-1].start()].removesuffix("."), steps[-1][1], steps[-1][2]
