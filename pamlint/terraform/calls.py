"""Function calls: most get values; `try`, `can` and `convert` get what is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pamlint.terraform.constraints import type_from_expression
from pamlint.terraform.functions import call
from pamlint.terraform.functions.signature import check_text
from pamlint.terraform.partial import one_of, ways
from pamlint.terraform.scope import Evaluate, Scope
from pamlint.terraform.syntax import Call
from pamlint.terraform.types import BOOL
from pamlint.terraform.values import (
    EvaluationError,
    LimitReached,
    ListValue,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    mark,
    reasons,
    unmark,
    walk,
)

_AT_ONCE = frozenset(("length", "lookup", "element", "one"))
"""Functions that take no longer for a large collection than for a small one."""


_CALL_COST = 4


def called(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    """The value of a call; raises EvaluationError where Terraform refuses it."""
    if scope.constant:
        raise EvaluationError(f"only a constant can stand here, and {node.name}() is a function call")
    special = _SPECIAL.get(node.name.removeprefix("core::"))
    if special is not None:
        return special(node, scope, evaluate)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.expand:
        spread, marks = unmark(arguments.pop())
        if isinstance(spread, UnknownValue):
            return mark(one_of((*arguments, spread)), marks)
        if not isinstance(spread, TupleValue | ListValue | SetValue):
            raise EvaluationError("the argument before '...' must be a list, set or tuple")
        arguments.extend(mark(item, marks) for item in spread.items)
    scope.budget.spend(_CALL_COST)
    if node.name not in _AT_ONCE:
        scope.budget.weigh(*arguments)
    result = call(node.name, tuple(arguments), scope.surroundings)
    if isinstance(result, str):
        check_text(len(result), node.name)
    return result


def _try(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    if not node.arguments:
        raise EvaluationError("try() takes at least 1 argument")
    found: list[Value] = []
    failures = []
    for argument in node.arguments:
        try:
            value = evaluate(argument, scope)
        except LimitReached:
            raise
        except EvaluationError as error:
            failures.append(error.message)
            continue
        scope.budget.weigh(value)
        found.append(value)
        if not _may_still_fail(value, scope):
            break
    if not found:
        raise EvaluationError(f"try() has no argument that works: {'; '.join(failures)}")
    if not _may_still_fail(found[0], scope):
        return found[0]
    return one_of(found, either=ways(*found))


def _can(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    if len(node.arguments) != 1:
        raise EvaluationError(f"can() takes 1 argument, not {len(node.arguments)}")
    try:
        value = evaluate(node.arguments[0], scope)
    except LimitReached:
        raise
    except EvaluationError:
        return False
    scope.budget.weigh(value)
    unknown = _may_still_fail(value, scope)
    return True if not unknown else UnknownValue(reasons(*unknown), BOOL, not_null=True)


def _may_still_fail(value: Value, scope: Scope) -> list[Value]:
    """Unknowns whose expression could turn out to be an error; an attribute of a resource that exists cannot."""
    prefix = scope.names.prefix if scope.names is not None else ""
    return [
        part
        for part in walk(value)
        if isinstance(part, UnknownValue) and (part.attribute is None or "[*]" in part.attribute[0].removeprefix(prefix))
    ]


def _convert(node: Call, scope: Scope, evaluate: Evaluate) -> Value:
    if len(node.arguments) != 2:
        raise EvaluationError(f"convert() takes 2 arguments, not {len(node.arguments)}")
    value, wanted = node.arguments
    return type_from_expression(wanted, lambda default: evaluate(default, scope)).apply(evaluate(value, scope))


_SPECIAL: Mapping[str, Callable[[Call, Scope, Evaluate], Value]] = {"try": _try, "can": _can, "convert": _convert}
