"""Whether the addresses that a user gives values for are declared anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from pamlint.terraform.access import REMOTE_STATE
from pamlint.terraform.modules import Module
from pamlint.terraform.repetition import Instance
from pamlint.terraform.session import without_keys


def is_declared(root: Module, address: str) -> bool:
    """Whether a root has what an address names: a variable, a local, an output, or an attribute of a declared resource.

    Everything counts as declared in a module that is not on disk or of which a file cannot be read: nobody can tell.
    """
    module, parts = root, without_keys(address).split(".")
    while parts[0] == "module" and len(parts) > 2:
        declared = module.configuration.declared["module"].get((parts[1],))
        if declared is None:
            return not module.configuration.whole
        below = module.call(parts[1], declared).module(Instance())
        parts = parts[2:]
        if below is None:
            return True
        if len(parts) == 1:
            return (parts[0],) in below.configuration.declared["output"] or not below.configuration.whole
        module = below
    return _is_declared_in(module, parts)


def _is_declared_in(module: Module, parts: list[str]) -> bool:
    declared = module.configuration.declared
    if not module.configuration.whole:
        return True
    if parts[0] == "var":
        return len(parts) == 2 and (parts[1],) in declared["variable"]
    if parts[0] == "local":
        return len(parts) == 2 and parts[1] in module.configuration.locals
    kind = "data" if parts[0] == "data" else "resource"
    name = parts[1:] if kind == "data" else parts
    whole = 4 if name[0] == REMOTE_STATE and name[2:3] == ["outputs"] else 3
    return 3 <= len(name) <= whole and (name[0], name[1]) in declared[kind]


def declared_addresses(module: Module, attribute: str) -> Iterator[str]:
    """What a user could give values for in a module and below it; resources with the attribute that is asked for."""
    declared = module.configuration.declared
    prefix = without_keys(module.prefix)
    yield from (f"{prefix}var.{name}" for (name,) in declared["variable"])
    yield from (f"{prefix}local.{name}" for name in module.configuration.locals)
    if module.caller is not None:
        yield from (f"{prefix}{name}" for (name,) in declared["output"])
    yield from (f"{prefix}{kind}.{name}.{attribute}" for kind, name in declared["resource"])
    yield from (f"{prefix}data.{kind}.{name}.{attribute}" for kind, name in declared["data"])
    for call in module.calls():
        below = call.module(Instance())
        if below is not None:
            yield from declared_addresses(below, attribute)
