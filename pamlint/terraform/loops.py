"""`for` expressions: one run over a collection, and what is known of its result."""

from __future__ import annotations

from pamlint.terraform import operators
from pamlint.terraform.access import pairs
from pamlint.terraform.convert import object_key
from pamlint.terraform.partial import held_pairs
from pamlint.terraform.scope import MAX_STEPS, Evaluate, Scope, weight
from pamlint.terraform.syntax import Expression, For
from pamlint.terraform.types import ANY, BOOL, STRING, Type
from pamlint.terraform.values import (
    EvaluationError,
    ObjectValue,
    TupleValue,
    UnknownValue,
    Value,
    mark,
    merge_marks,
    reasons,
    unmark,
)


def looped(node: For, scope: Scope, evaluate: Evaluate) -> Value:
    """The value of a `for`; raises EvaluationError where Terraform refuses it."""
    source, marks = unmark(evaluate(node.source, scope))
    if isinstance(source, UnknownValue):
        if not _may_be_collection(source.type):
            pairs(source)
        loop = _Loop(node, scope, evaluate, [source])
        elements = held_pairs(source)
    else:
        loop = _Loop(node, scope, evaluate, [])
        elements = pairs(source)
        if not elements:
            loop.check()
    for key, element in elements:
        loop.turn(key, element)
    return loop.result(marks)


def _may_be_collection(of: Type) -> bool:
    return of not in (STRING, BOOL) and (of is ANY or not hasattr(of, "name"))


class _Loop:
    """One run of a `for`: the elements so far, and what became of keys and conditions."""

    __slots__ = ("evaluate", "grouped", "listed", "marks", "named", "node", "scope", "unknown")

    def __init__(self, node: For, scope: Scope, evaluate: Evaluate, unknown: list[Value]) -> None:
        self.evaluate = evaluate
        self.node = node
        self.scope = scope
        self.listed: list[Value] = []
        self.named: dict[str, Value] = {}
        self.grouped: dict[str, list[Value]] = {}
        self.unknown = unknown
        self.marks: tuple[str, ...] | None = None

    def check(self) -> None:
        """Raises what Terraform finds wrong with the condition before it looks at any element."""
        if self.node.condition is not None:
            names = (self.node.value_name, *([self.node.key_name] if self.node.key_name else []))
            scope = self.scope.with_local(dict.fromkeys(names, UnknownValue(())))
            operators.condition(self.evaluate(self.node.condition, scope), "the condition of 'for'")

    def turn(self, key: Value, element: Value) -> None:
        """Evaluates one element."""
        node = self.node
        local = {node.value_name: element} if node.key_name is None else {node.key_name: key, node.value_name: element}
        scope = self.scope.with_local(local)
        if node.condition is not None and not self._included(node.condition, scope):
            self.scope.budget.spend(1)
            return
        value = self.evaluate(node.value, scope)
        self.scope.budget.spend(weight(value, MAX_STEPS))
        if node.key is None:
            self.listed.append(value)
        else:
            self._keep(self.evaluate(node.key, scope), value)

    def _included(self, condition: Expression, scope: Scope) -> bool:
        decision, marks = unmark(operators.condition(self.evaluate(condition, scope), "the condition of 'for'"))
        self.marks = merge_marks(self.marks, marks)
        if isinstance(decision, UnknownValue):
            self.unknown.append(decision)
            return False
        return decision is True

    def _keep(self, key: Value, value: Value) -> None:
        bare, marks = unmark(key)
        self.marks = merge_marks(self.marks, marks)
        if isinstance(bare, UnknownValue):
            self.unknown.append(bare)
            return
        name = object_key(bare)
        if self.node.group:
            self.grouped.setdefault(name, []).append(value)
        elif name in self.named:
            shown = f'"{name}"' if marks is None else "of the same (sensitive) value"
            raise EvaluationError(f"two elements have the key {shown}; add ... after the value to group them")
        else:
            self.named[name] = value

    def result(self, marks: tuple[str, ...] | None) -> Value:
        """The tuple or object; unknown if the source, a key or a condition is, but for what it surely holds."""
        marks = merge_marks(marks, self.marks)
        if self.unknown:
            holds = None if self.node.group else ObjectValue(self.named) if self.node.key else TupleValue(self.listed)
            return mark(UnknownValue(reasons(*self.unknown), not_null=True, holds=holds), marks)
        if self.node.key is None:
            return mark(TupleValue(self.listed), marks)
        grouped: dict[str, Value] = {name: TupleValue(values) for name, values in self.grouped.items()}
        return mark(ObjectValue(grouped if self.node.group else self.named), marks)
