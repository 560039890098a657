"""The `import` blocks of a root module: the ids of what is there already, by the addresses that it gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pamlint.terraform.configuration import Declared
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.repetition import Instance
from pamlint.terraform.scope import Scope
from pamlint.terraform.session import as_key
from pamlint.terraform.syntax import Attribute, Expression, Index, Literal, Reference, Step
from pamlint.terraform.values import EvaluationError, Value

if TYPE_CHECKING:
    from pamlint.terraform.modules import Module


def imported(module: Module) -> Mapping[str, str]:
    """The id that each address is imported with, as far as both are known."""
    found: dict[str, str] = {}
    for declared in module.configuration.imports:
        to, identifier = (declared.block.body.arguments.get(name) for name in ("to", "id"))
        if to is None or identifier is None:
            continue
        for instance in _instances(module, declared):
            scope = module.scope(declared.file, instance)
            address = _address(to.value, scope)
            value = _settled(f"import {address}", identifier.value, scope, module)
            if address and isinstance(value, str):
                found[address] = value
    return found


def _settled(address: str, node: Expression, scope: Scope, module: Module) -> Value:
    return module.session.settle(address, lambda: evaluate(node, scope))


def _instances(module: Module, declared: Declared) -> Iterator[Instance]:
    if "for_each" not in declared.block.body.arguments:
        yield Instance()
        return
    where = declared.file.location(declared.block.start, declared.block.end)
    yield from module.expand(f"import at {where}", declared).instances.values()


def _address(node: Expression, scope: Scope) -> str:
    """The address of an instance as it is written; empty where a key in it is not known."""
    if isinstance(node, Literal):
        return str(node.value)
    if isinstance(node, Reference):
        return node.root + "".join(_step(step) for step in node.steps)
    if isinstance(node, Attribute):
        of = _address(node.of, scope)
        return f"{of}.{node.name}" if of else ""
    if isinstance(node, Index):
        key = _key(node.key, scope)
        of = _address(node.of, scope)
        return of + key if key and of else ""
    return ""


def _step(step: Step) -> str:
    return as_key(step.key) if step.indexed and isinstance(step.key, str | int) else f".{step.key}"


def _key(node: Expression, scope: Scope) -> str:
    try:
        key = evaluate(node, scope)
    except EvaluationError:
        return ""
    return as_key(key) if isinstance(key, str | int) else ""
