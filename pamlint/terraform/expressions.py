"""Evaluates expressions as Terraform does, with what cannot be known as a value of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from pamlint.terraform import operators
from pamlint.terraform.access import LazyObject, attribute, index, pairs
from pamlint.terraform.convert import convert
from pamlint.terraform.functions import call
from pamlint.terraform.partial import held, held_pairs
from pamlint.terraform.scope import MAX_STEPS, Scope, placed, weight
from pamlint.terraform.syntax import (
    MAX_TEXT,
    Attribute,
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Item,
    Join,
    Literal,
    ObjectOf,
    Parentheses,
    Reference,
    Splat,
    Template,
    TupleOf,
    Unary,
)
from pamlint.terraform.types import ANY, BOOL, STRING, ListType, SetType, TupleType, Type
from pamlint.terraform.values import (
    NULL,
    EvaluationError,
    LimitReached,
    ListValue,
    Null,
    ObjectValue,
    SetValue,
    TupleValue,
    UnknownValue,
    Value,
    mark,
    merge_marks,
    reasons,
    string,
    type_of,
    unmark,
    walk,
)
from pamlint.terraform.wrong_arms import type_in_spite

_TOO_LONG = f"more than {MAX_TEXT:,} characters"


def evaluate(node: Expression, scope: Scope) -> Value:
    """The value of an expression; raises an EvaluationError that knows its place where Terraform would refuse it."""
    try:
        return _EVALUATORS[type(node)](node, scope)
    except EvaluationError as error:
        raise placed(error, node, scope) from None


def _literal(node: Literal, scope: Scope) -> Value:
    value = node.value
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise LimitReached(_TOO_LONG)
        return string(value)
    return NULL if value is None else value


def _reference(node: Reference, scope: Scope) -> Value:
    if node.root in scope.local:
        return follow(scope.local[node.root], node, 0)
    if scope.names is None:
        raise EvaluationError(f'there is no variable named "{node.root}" here')
    return scope.names.resolve(node, scope)


def follow(value: Value, reference: Reference, done: int) -> Value:
    """What the steps of a reference lead to, from `done` on."""
    for step in reference.steps[done:]:
        value = index(value, _key(step.key)) if step.indexed else attribute(value, str(step.key))
    return value


def _key(key: Any) -> Value:
    return NULL if key is None else cast("Value", key)


def _item(node: Item, scope: Scope) -> Value:
    return cast("Value", scope.item)


def _attribute(node: Attribute, scope: Scope) -> Value:
    return attribute(evaluate(node.of, scope), node.name)


def _index(node: Index, scope: Scope) -> Value:
    return index(evaluate(node.of, scope), evaluate(node.key, scope))


def _parentheses(node: Parentheses, scope: Scope) -> Value:
    return evaluate(node.inner, scope)


def _tuple(node: TupleOf, scope: Scope) -> Value:
    return TupleValue([evaluate(item, scope) for item in node.items])


def _object(node: ObjectOf, scope: Scope) -> Value:
    items: dict[str, Value] = {}
    marks: tuple[str, ...] | None = None
    unknown: list[Value] = []
    for key_node, value_node in node.items:
        if isinstance(key_node, Reference):
            raise EvaluationError("a key that is a reference must stand in parentheses: (name) = value")
        key, key_marks = unmark(evaluate(key_node, scope))
        marks = merge_marks(marks, key_marks)
        value = evaluate(value_node, scope)
        if isinstance(key, UnknownValue):
            unknown.append(key)
        else:
            items[_object_key(key)] = value
    if unknown:
        return mark(UnknownValue(reasons(*unknown, *items.values()), not_null=True), marks)
    return mark(ObjectValue(items), marks)


def _object_key(key: Value) -> str:
    if isinstance(key, Null):
        raise EvaluationError("a key is null")
    return cast("str", convert(key, STRING))


def _binary(node: Binary, scope: Scope) -> Value:
    return operators.binary(node.operator, evaluate(node.left, scope), evaluate(node.right, scope))


def _unary(node: Unary, scope: Scope) -> Value:
    return operators.unary(node.operator, evaluate(node.operand, scope))


def _conditional(node: Conditional, scope: Scope) -> Value:
    """Both arms are evaluated, because they become one type; an error in the arm that is not chosen does not matter."""
    decision = operators.condition(evaluate(node.condition, scope), "the condition")
    bare, marks = unmark(decision)
    arms: list[Value] = []
    for arm, deciding in ((node.then, True), (node.otherwise, False)):
        try:
            arms.append(evaluate(arm, scope))
        except EvaluationError:
            if bare is deciding:
                raise
            arms.append(UnknownValue((), type_in_spite(arm, scope, evaluate)))
    if isinstance(bare, bool):
        picked = arms[0] if bare else arms[1]
        if isinstance(picked, LazyObject):
            return mark(picked, marks)
    return operators.choose(decision, arms[0], arms[1])


def _call(node: Call, scope: Scope) -> Value:
    if node.name in ("try", "core::try"):
        return _try(node, scope)
    if node.name in ("can", "core::can"):
        return _can(node, scope)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.expand:
        spread, marks = unmark(arguments.pop())
        if isinstance(spread, UnknownValue):
            return mark(UnknownValue(reasons(*arguments, spread)), marks)
        if not isinstance(spread, TupleValue | ListValue | SetValue):
            raise EvaluationError("the argument before '...' must be a list, set or tuple")
        arguments.extend(mark(item, marks) for item in spread.items)
    return call(node.name, tuple(arguments), scope.surroundings)


def _try(node: Call, scope: Scope) -> Value:
    if not node.arguments:
        raise EvaluationError("try() takes at least 1 argument")
    failures = []
    for argument in node.arguments:
        try:
            value = evaluate(argument, scope)
        except LimitReached:
            raise
        except EvaluationError as error:
            failures.append(error.message)
            continue
        unknown = _may_still_fail(value)
        return value if not unknown else UnknownValue(reasons(*unknown))
    raise EvaluationError(f"try() has no argument that works: {'; '.join(failures)}")


def _can(node: Call, scope: Scope) -> Value:
    if len(node.arguments) != 1:
        raise EvaluationError(f"can() takes 1 argument, not {len(node.arguments)}")
    try:
        value = evaluate(node.arguments[0], scope)
    except LimitReached:
        raise
    except EvaluationError:
        return False
    unknown = _may_still_fail(value)
    return True if not unknown else UnknownValue(reasons(*unknown), BOOL, not_null=True)


def _may_still_fail(value: Value) -> list[Value]:
    """Unknowns whose expression could turn out to be an error; an attribute of a resource that exists cannot."""
    return [part for part in walk(value) if isinstance(part, UnknownValue) and part.attribute is None]


def _for(node: For, scope: Scope) -> Value:
    source, marks = unmark(evaluate(node.source, scope))
    if isinstance(source, UnknownValue):
        if not _may_be_collection(source.type):
            pairs(source)
        loop = _Loop(node, scope, [source])
        elements = held_pairs(source)
    else:
        loop = _Loop(node, scope, [])
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

    __slots__ = ("grouped", "listed", "marks", "named", "node", "scope", "unknown")

    def __init__(self, node: For, scope: Scope, unknown: list[Value]) -> None:
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
            operators.condition(evaluate(self.node.condition, scope), "the condition of 'for'")

    def turn(self, key: Value, element: Value) -> None:
        """Evaluates one element."""
        node = self.node
        local = {node.value_name: element} if node.key_name is None else {node.key_name: key, node.value_name: element}
        scope = self.scope.with_local(local)
        if node.condition is not None and not self._included(node.condition, scope):
            self.scope.budget.spend(1)
            return
        value = evaluate(node.value, scope)
        self.scope.budget.spend(weight(value, MAX_STEPS))
        if node.key is None:
            self.listed.append(value)
        else:
            self._keep(evaluate(node.key, scope), value)

    def _included(self, condition: Expression, scope: Scope) -> bool:
        decision, marks = unmark(operators.condition(evaluate(condition, scope), "the condition of 'for'"))
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
        name = _object_key(bare)
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


def _splat(node: Splat, scope: Scope) -> Value:
    source, marks = unmark(evaluate(node.source, scope))
    if isinstance(source, UnknownValue):
        holds = TupleValue(evaluate(node.each, scope.with_item(element)) for element in held(source))
        return mark(UnknownValue(source.because, _splat_type(node, source, scope), holds=holds), marks)
    if isinstance(source, Null):
        if isinstance(source.type, ListType | SetType | TupleType):
            raise EvaluationError("[*] cannot be applied to a list that is null")
        return mark(TupleValue(()), marks)
    elements = source.items if isinstance(source, ListValue | SetValue | TupleValue) else (source,)
    results = [evaluate(node.each, scope.with_item(element)) for element in elements]
    scope.budget.spend(len(results))
    if isinstance(source, ListValue | SetValue):
        return mark(_list_of(results, source, node, scope), marks)
    return mark(TupleValue(results), marks)


def _splat_type(node: Splat, source: UnknownValue, scope: Scope) -> Type:
    if isinstance(source.type, ListType | SetType):
        return ListType(type_of(evaluate(node.each, scope.with_item(UnknownValue(source.because, source.type.element)))))
    return ANY


def _list_of(results: list[Value], source: ListValue | SetValue, node: Splat, scope: Scope) -> Value:
    if not results:
        return ListValue((), type_of(evaluate(node.each, scope.with_item(UnknownValue((), source.element)))))
    types = {type_of(result) for result in results}
    return ListValue(results, types.pop()) if len(types) == 1 else TupleValue(results)


def _template(node: Template, scope: Scope) -> Value:
    return _concatenated([evaluate(part, scope) for part in node.parts], "a part of the string")


def _join(node: Join, scope: Scope) -> Value:
    loop, marks = unmark(evaluate(node.loop, scope))
    if isinstance(loop, UnknownValue):
        return mark(UnknownValue(loop.because, STRING, not_null=True), marks)
    return mark(_concatenated(list(cast("TupleValue", loop).items), "a result of the loop"), marks)


def _concatenated(parts: list[Value], what: str) -> Value:
    """The parts as one string; what comes before the first unknown one is a prefix that is known."""
    texts: list[str] = []
    marks: tuple[str, ...] | None = None
    unknown: list[UnknownValue] = []
    prefix = ""
    for part in parts:
        bare, part_marks = unmark(part)
        marks = merge_marks(marks, part_marks)
        if isinstance(bare, Null):
            raise EvaluationError(f"{what} is null")
        converted = convert(bare, STRING)
        if isinstance(converted, UnknownValue):
            if not unknown:
                prefix = "".join(texts) + converted.prefix
            unknown.append(converted)
        else:
            texts.append(cast("str", converted))
    if unknown:
        return mark(UnknownValue(reasons(*unknown), STRING, prefix=prefix, not_null=True), marks)
    if sum(map(len, texts)) > MAX_TEXT:
        raise LimitReached(_TOO_LONG)
    return mark(string("".join(texts)), marks)


_EVALUATORS: Mapping[type, Callable[[Any, Scope], Value]] = {
    Literal: _literal,
    Reference: _reference,
    Item: _item,
    Attribute: _attribute,
    Index: _index,
    Splat: _splat,
    Call: _call,
    Conditional: _conditional,
    Binary: _binary,
    Unary: _unary,
    Parentheses: _parentheses,
    TupleOf: _tuple,
    ObjectOf: _object,
    For: _for,
    Template: _template,
    Join: _join,
}
