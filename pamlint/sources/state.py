"""States: what `terraform show -json` writes of one, and `.tfstate` files as they lie on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from typing import Any

from pamlint.model.errors import InputError
from pamlint.model.resource import Block, Resource, Unknown
from pamlint.sources.attributes import Reasons, merge
from pamlint.sources.picking import Path
from pamlint.sources.references import below

Wanted = Callable[[str], bool]
_VERSION = 4


def read_shown(document: Mapping[str, Any], root: str, wanted: Wanted) -> list[Resource]:
    """The resources of the wanted types in the output of `terraform show -json`."""
    found = []
    pending = [(document.get("values") or {}).get("root_module") or {}]
    while pending:
        module = pending.pop()
        pending += reversed(module.get("child_modules") or [])
        found += [
            _resource(instance["address"], instance, instance.get("values"), instance.get("sensitive_values"), root)
            for instance in module.get("resources") or []
            if wanted(instance.get("type", "")) and "deposed_key" not in instance
        ]
    return found


def read_raw(document: Mapping[str, Any], root: str, wanted: Wanted) -> list[Resource]:
    """The resources of the wanted types in a state file of version 4; raises InputError for another version."""
    if document.get("version") != _VERSION:
        raise InputError(
            f"the state file is of version {document.get('version')}, not {_VERSION}; `terraform state pull` writes it anew"
        )
    return [
        resource
        for listed in document.get("resources") or []
        if wanted(listed.get("type", ""))
        for resource in _raw_instances(listed, root)
    ]


def _raw_instances(listed: Mapping[str, Any], root: str) -> Iterable[Resource]:
    prefix = "data." if listed.get("mode") == "data" else ""
    name = below(listed.get("module", ""), f"{prefix}{listed.get('type')}.{listed.get('name')}")
    for instance in listed.get("instances") or []:
        if "deposed" in instance:
            continue
        address = f"{name}{_key(instance.get('index_key'))}"
        hidden = _tree(instance.get("sensitive_attributes") or [])
        yield _resource(address, listed, instance.get("attributes"), hidden, root)


def _key(key: Any) -> str:
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    from json import dumps

    return f"[{dumps(key, ensure_ascii=False)}]"


def _tree(paths: Iterable[Any]) -> Any:
    """Paths to sensitive values as a tree; what stands below an element of a list makes the whole list sensitive."""
    tree: dict[Any, Any] = {}
    for path in paths:
        names = list(takewhile(lambda name: isinstance(name, str), (step.get("value") for step in path)))
        node: Any = tree
        for name in names[:-1]:
            node = node.setdefault(name, {})
            if node is True:
                break
        else:
            if names:
                node[names[-1]] = True
    return tree


def _resource(address: str, instance: Mapping[str, Any], values: Any, sensitive: Any, root: str) -> Resource:
    def hidden(path: Path) -> Unknown:
        return Unknown((f"{address}.{path[0] if path else '*'} (sensitive)",))

    merged = merge(values or {}, None, sensitive, Reasons(hidden, hidden, lambda path, count: None))
    identifier = merged.get("id")
    return Resource(
        address,
        instance.get("type", ""),
        "data" if instance.get("mode") == "data" else "managed",
        root,
        Block(merged),
        identifier if isinstance(identifier, str) else None,
    )
