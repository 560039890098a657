"""What `ignore_changes` of a `lifecycle` names: what Terraform sets when it makes a resource, and leaves alone from then on.

Source: Terraform's documentation of the `lifecycle` meta-argument, and what Terraform 1.11 makes of every form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pamlint.model.errors import InputError
from pamlint.model.resource import ALL
from pamlint.terraform.reader import read_expression
from pamlint.terraform.session import Session
from pamlint.terraform.syntax import Argument, BlockNode, Body, Expression, Literal, Reference, SourceFile, TupleOf

_ARGUMENT = "ignore_changes"


def lifecycles(body: Body) -> list[BlockNode]:
    """The `lifecycle` blocks of a resource; more than one is an error."""
    return [block for block in body.blocks if block.type == "lifecycle"]


def kept(blocks: Sequence[BlockNode], file: SourceFile, address: str, session: Session) -> frozenset[str]:
    """The paths that are left alone once they are set, or ALL. What Terraform refuses is reported, and keeps nothing."""
    for second in blocks[1:]:
        session.fail(address, "a resource has one lifecycle block", file.location(second.start, second.end))
    argument = blocks[0].body.arguments.get(_ARGUMENT) if blocks else None
    if argument is None:
        return frozenset()
    if _is_all(argument, file):
        return frozenset((ALL,))
    if not isinstance(argument.value, TupleOf):
        where = file.location(argument.value.start, argument.value.end)
        session.fail(address, f"{_ARGUMENT} is a list of arguments that is written out, or all", where)
        return frozenset()
    return frozenset(_named(argument.value.items, file, address, session))


def overrides(before: Body, after: Body) -> bool:
    """Whether the `ignore_changes` of an override file takes the place of that of the resource: it names something anew."""
    ours, theirs = ([each.body.arguments.get(_ARGUMENT) for each in lifecycles(body)] for body in (before, after))
    if not any(ours):
        return bool(theirs)
    names_all = any(argument is not None and _names_all(argument.value) for argument in ours)
    names_something = any(argument is not None and not _is_empty(argument.value) for argument in theirs)
    return names_something and not names_all


def _names_all(node: Expression) -> bool:
    return isinstance(node, Reference) and node.root == "all" and not node.steps


def _is_all(argument: Argument, file: SourceFile) -> bool:
    """JSON has the keyword as a text."""
    node = argument.value
    return _names_all(_in_quotes(node) or node) if file.json else _names_all(node)


def _is_empty(node: Expression) -> bool:
    return isinstance(node, TupleOf) and not node.items


def _named(items: Iterable[Expression], file: SourceFile, address: str, session: Session) -> Iterable[str]:
    """The paths that are named, each with its keys."""
    for item in items:
        node = _in_quotes(item) or item
        if not isinstance(node, Reference):
            where = file.location(item.start, item.end)
            session.fail(address, f"{_ARGUMENT} names arguments, with constant keys at most", where)
        else:
            yield ".".join((node.root, *(str(step.key) for step in node.steps)))


def _in_quotes(node: Expression) -> Expression | None:
    """What a text says: the names of arguments stand in quotes in JSON, and in what was written for Terraform 0.11."""
    if not isinstance(node, Literal) or not isinstance(node.value, str):
        return None
    try:
        return read_expression("", node.value)[0]
    except InputError:
        return None
