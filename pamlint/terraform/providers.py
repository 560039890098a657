"""Which provider block a resource is configured by, and the tags and region that it gives to all its resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pamlint.terraform.configuration import Declared, alias
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.plain import to_plain
from pamlint.terraform.syntax import Expression, Literal, ObjectOf, Reference

if TYPE_CHECKING:
    from pamlint.terraform.modules import Module


Owned = tuple["Module", Declared]
"""A provider block with the module that it stands in."""


def provider_of(module: Module, declared: Declared, resource_type: str) -> Owned | None:
    """The provider block that a resource is configured by; None if there is none."""
    argument = declared.block.body.arguments.get("provider")
    name, chosen = _named(argument.value) if argument else (resource_type.partition("_")[0], None)
    return _provider(module, name, chosen)


def default_tags(owned: Owned) -> Any:
    """The tags of a provider's `default_tags` block, plain; None if there is none."""
    _, provider = owned
    block = next((block for block in provider.block.body.blocks if block.type == "default_tags"), None)
    tags = block.body.arguments.get("tags") if block else None
    return None if tags is None else _settled(owned, "default_tags", tags.value)


def stated(owned: Owned, name: str) -> Any:
    """What a provider says for all its resources, such as the region; plain, None if it does not."""
    _, provider = owned
    argument = provider.block.body.arguments.get(name)
    return None if argument is None else _settled(owned, name, argument.value)


def _settled(owned: Owned, name: str, node: Expression) -> Any:
    owner, provider = owned
    provided = owner.session.provided
    if (owner.prefix, provider, name) in provided:
        return provided[owner.prefix, provider, name]
    address = f"{owner.prefix}provider.{'.'.join((*provider.block.labels, alias(provider) or ''))}.{name}"
    scope = owner.scope(provider.file_of(name))
    settled = provided[owner.prefix, provider, name] = to_plain(owner.session.settle(address, lambda: evaluate(node, scope)))
    return settled


def _named(node: Expression) -> tuple[str, str | None]:
    """`aws.west`, also as the string that JSON and old code have."""
    if isinstance(node, Reference):
        return node.root, str(node.steps[0].key) if node.steps else None
    name, _, chosen = str(node.value if isinstance(node, Literal) else "").partition(".")
    return name, chosen or None


def _provider(module: Module, name: str, chosen: str | None) -> Owned | None:
    """The provider block of that name and alias: the module's own, the one that its call passes, or the caller's default."""
    for provider in module.configuration.providers:
        if provider.block.labels == [name] and alias(provider) == chosen:
            return module, provider
    if module.caller is None:
        return None
    passed = module.caller.arguments.get("providers")
    if passed is not None and isinstance(passed.value, ObjectOf):
        for key, value in passed.value.items:
            if _named(key) == (name, chosen):
                return _provider(module.caller.module, *_named(value))
    return _provider(module.caller.module, name, None) if chosen is None else None
