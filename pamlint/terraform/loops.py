"""`for` expressions: one run over a collection, and what is known of its result."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain

from pamlint.terraform import operators
from pamlint.terraform.access import pairs
from pamlint.terraform.convert import object_key
from pamlint.terraform.partial import any_of, held_pairs, one_of, picks
from pamlint.terraform.scope import MAX_STEPS, Evaluate, Scope, weight
from pamlint.terraform.syntax import Expression, For
from pamlint.terraform.types import ANY, BOOL, STRING, ListType, MapType, SetType, Type
from pamlint.terraform.values import (
    EvaluationError,
    ObjectValue,
    TupleValue,
    UnknownValue,
    Value,
    mark,
    merge_marks,
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
        loop.perhaps(any_of(source, _element_type(source.type)))
    else:
        loop = _Loop(node, scope, evaluate, [])
        elements = pairs(source)
        if not elements:
            loop.check()
    for key, element in elements:
        loop.turn(key, element)
    return loop.result(marks)


def _element_type(of: Type) -> Type:
    return of.element if isinstance(of, ListType | SetType | MapType) else ANY


def _may_be_collection(of: Type) -> bool:
    return of not in (STRING, BOOL) and (of is ANY or not hasattr(of, "name"))


class _Loop:
    """One run of a `for`: the elements so far, and what became of keys and conditions."""

    __slots__ = ("evaluate", "grouped", "listed", "marks", "named", "node", "possible", "scope", "unknown")

    def __init__(self, node: For, scope: Scope, evaluate: Evaluate, unknown: list[Value]) -> None:
        self.evaluate = evaluate
        self.node = node
        self.scope = scope
        self.listed: list[Value] = []
        self.named: dict[str, Value] = {}
        self.grouped: dict[str, list[Value]] = {}
        self.possible: list[Value] = []
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
        scope = self._inside(key, element)
        included = node.condition is None or self._included(node.condition, scope)
        if included is not True:
            self.scope.budget.spend(1)
            if isinstance(included, UnknownValue):
                self.unknown.append(included)
                self._add_possible(scope)
            return
        value = self.evaluate(node.value, scope)
        self.scope.budget.spend(weight(value, MAX_STEPS))
        if node.key is None:
            self.listed.append(value)
        else:
            self._keep(self.evaluate(node.key, scope), value)

    def perhaps(self, element: UnknownValue) -> None:
        """Evaluates what stands for the elements that are not known."""
        scope = self._inside(UnknownValue(element.because, not_null=True), element)
        with suppress(EvaluationError):
            if self.node.condition is not None and self._included(self.node.condition, scope) is False:
                return
        self._add_possible(scope)

    def _inside(self, key: Value, element: Value) -> Scope:
        name = self.node.key_name
        return self.scope.with_local({self.node.value_name: element, **({} if name is None else {name: key})})

    def _included(self, condition: Expression, scope: Scope) -> Value:
        decision, marks = unmark(operators.condition(self.evaluate(condition, scope), "the condition of 'for'"))
        self.marks = merge_marks(self.marks, marks)
        return decision

    def _add_possible(self, scope: Scope) -> None:
        """What the result may have besides; Terraform finds nothing wrong there yet."""
        for node in (self.node.value, *([self.node.key] if self.node.key else [])):
            with suppress(EvaluationError):
                self.possible.append(self.evaluate(node, scope))

    def _keep(self, key: Value, value: Value) -> None:
        bare, marks = unmark(key)
        self.marks = merge_marks(self.marks, marks)
        if isinstance(bare, UnknownValue):
            self.unknown.append(bare)
            self.possible.append(value)
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
            listed = (*self.listed, *self.named.values(), *chain.from_iterable(self.grouped.values()))
            loose = (*self.unknown, *listed, *self.possible)
            return mark(one_of(loose, not_null=True, holds=holds, either=picks((*listed, *self.possible))), marks)
        if self.node.key is None:
            return mark(TupleValue(self.listed), marks)
        grouped: dict[str, Value] = {name: TupleValue(values) for name, values in self.grouped.items()}
        return mark(ObjectValue(grouped if self.node.group else self.named), marks)
