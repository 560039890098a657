"""Whether the addresses that a user gives values for are declared anywhere."""

from __future__ import annotations

from pamlint.terraform.modules import Module
from pamlint.terraform.repetition import Instance
from pamlint.terraform.session import without_keys


def is_declared(root: Module, address: str) -> bool:
    """Whether a root has what an address names: a variable, a local, an output, or an attribute of a declared resource.

    Everything in a module that is not on disk counts as declared, because nobody can tell.
    """
    module, parts = root, without_keys(address).split(".")
    while parts[0] == "module" and len(parts) > 2:
        declared = module.configuration.declared["module"].get((parts[1],))
        if declared is None:
            return False
        below = module.call(parts[1], declared).module(Instance())
        parts = parts[2:]
        if below is None:
            return True
        if len(parts) == 1:
            return (parts[0],) in below.configuration.declared["output"]
        module = below
    return _is_declared_in(module, parts)


def _is_declared_in(module: Module, parts: list[str]) -> bool:
    declared = module.configuration.declared
    if parts[0] == "var":
        return len(parts) == 2 and (parts[1],) in declared["variable"]
    if parts[0] == "local":
        return len(parts) == 2 and parts[1] in module.configuration.locals
    kind = "data" if parts[0] == "data" else "resource"
    name = parts[1:] if kind == "data" else parts
    return len(name) == 3 and (name[0], name[1]) in declared[kind]
