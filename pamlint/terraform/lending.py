"""What a module call hands to its module: the resources that its arguments lead to, followed without evaluating anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pamlint.terraform.configuration import Declared
from pamlint.terraform.session import without_keys
from pamlint.terraform.syntax import Expression, Reference

if TYPE_CHECKING:
    from pamlint.terraform.modules import Module, ModuleCall

_OWN = frozenset(("source", "version", "providers", "depends_on"))
Place = tuple["Module", Expression]


def lent(call: ModuleCall) -> tuple[str, ...]:
    """The addresses, without instance keys, of all resources that a call's arguments lead to, sorted.

    Locals, variables, outputs and what data sources are asked with are followed; more may be named than is really handed on.
    """
    found: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    pending = list(_arguments(call.caller, call.declared))
    while pending:
        module, node = pending.pop()
        for reference in _references(node):
            name = (module.prefix, reference.root, *(str(step.key) for step in reference.steps[:2]))
            if name not in seen:
                seen.add(name)
                pending += _followed(module, reference, found)
    return tuple(sorted(found))


def _references(node: Expression) -> Iterator[Reference]:
    pending: list[Any] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Reference):
            yield part
        elif isinstance(part, list | tuple):
            pending += part
        elif isinstance(part, Expression):
            pending += [getattr(part, name) for name in part.__match_args__]


def _followed(module: Module, reference: Reference, found: set[str]) -> Iterable[Place]:
    """Where a reference leads on to; a resource that it leads to is found."""
    names = [str(step.key) for step in reference.steps]
    declared = module.configuration.declared
    if reference.root == "var":
        return _given(module, names)
    if reference.root == "local":
        local = module.configuration.locals.get(names[0]) if names else None
        return [(module, local[0].value)] if local else ()
    if reference.root == "module":
        return _outputs(module, names)
    if reference.root == "data":
        asked = declared["data"].get(tuple(names[:2]))
        return _arguments(module, asked) if asked else ()
    name = tuple(names[:2]) if reference.root == "resource" else (reference.root, *names[:1])
    if name in declared["resource"]:
        found.add(without_keys(module.prefix) + ".".join(name))
    return ()


def _arguments(module: Module, declared: Declared) -> Iterable[Place]:
    return [(module, argument.value) for name, argument in declared.block.body.arguments.items() if name not in _OWN]


def _given(module: Module, names: list[str]) -> Iterable[Place]:
    """What a variable is given; `each` in it stands for what its call is repeated for."""
    if module.caller is None or not names:
        return ()
    arguments = (module.caller.arguments.get(name) for name in (names[0], "for_each"))
    return [(module.caller.module, argument.value) for argument in arguments if argument is not None]


def _outputs(module: Module, names: list[str]) -> Iterable[Place]:
    declared = module.configuration.declared["module"].get(tuple(names[:1]))
    if declared is None:
        return ()
    call = module.call(names[0], declared)
    below = [inner for instance in call.expansion().instances.values() if (inner := call.module(instance)) is not None]
    return [
        (inner, output.block.body.arguments["value"].value)
        for inner in below
        for output in inner.configuration.declared["output"].values()
        if "value" in output.block.body.arguments
    ]
