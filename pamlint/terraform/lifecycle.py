"""What stands in a `lifecycle` block, merged with that of an override, and what of a resource is left alone once it is made.

Sources: Terraform's documentation of `lifecycle`, and what Terraform 1.11 makes of every form; OpenTofu's of `enabled`.
"""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.model.errors import InputError
from pamlint.model.resource import ALL
from pamlint.terraform.reader import read_expression
from pamlint.terraform.session import Session
from pamlint.terraform.syntax import Argument, BlockNode, Body, Expression, Literal, Reference, SourceFile, TupleOf

LIFECYCLE = "lifecycle"
ENABLED = "enabled"
IGNORED = "ignore_changes"


def lasting(body: Body, name: str) -> Argument | None:
    """An argument of the lifecycle of a resource or module call."""
    return next((block.body.arguments.get(name) for block in body.blocks if block.type == LIFECYCLE), None)


def kept(body: Body, file: SourceFile, address: str, session: Session) -> frozenset[str]:
    """The paths that are left alone once they are set, or ALL. What Terraform refuses is reported, and keeps nothing."""
    argument = lasting(body, IGNORED)
    if argument is None:
        return frozenset()
    if _is_all(argument, file):
        return frozenset((ALL,))
    if not isinstance(argument.value, TupleOf):
        where = file.location(argument.value.start, argument.value.end)
        session.fail(address, f"{IGNORED} is a list of arguments that is written out, or all", where)
        return frozenset()
    return frozenset(_named(argument.value.items, file, address, session))


def merged(before: Body, after: Body) -> tuple[list[BlockNode], list[str]]:
    """The lifecycle of a resource with what an override file says anew, argument by argument, and the names of what it does."""
    ours, theirs = ([block for block in body.blocks if block.type == LIFECYCLE] for body in (before, after))
    said = theirs[0].body.arguments if theirs else {}
    new = {name: argument for name, argument in said.items() if name != IGNORED or _names_anew(lasting(before, name), argument)}
    if not ours or not new:
        return ours or theirs, [*new]
    first = ours[0]
    body = Body({**first.body.arguments, **new}, first.body.blocks)
    return [BlockNode(first.type, first.labels, body, first.start, first.end)], [*new]


def _names_anew(before: Argument | None, after: Argument) -> bool:
    """What is ignored stays so where an override names nothing; and nothing can be taken from all."""
    return before is None or not (_names_all(before.value) or _is_empty(after.value))


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
            session.fail(address, f"{IGNORED} names arguments, with constant keys at most", where)
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
