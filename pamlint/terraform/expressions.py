"""Evaluates expressions as Terraform does, with what cannot be known as a value of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from pamlint.terraform import operators
from pamlint.terraform.access import LazyObject, attribute, index
from pamlint.terraform.calls import called
from pamlint.terraform.convert import convert, object_key
from pamlint.terraform.loops import looped
from pamlint.terraform.partial import any_of, held, one_of, picks, ways
from pamlint.terraform.pieces import put_together
from pamlint.terraform.scope import Scope, placed
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
    Unread,
)
from pamlint.terraform.types import ANY, STRING, ListType, SetType, TupleType, Type
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
)
from pamlint.terraform.wrong_arms import left_of

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


def _unread(node: Unread, scope: Scope) -> Value:
    raise LimitReached(node.limit)


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
    loose: list[Value] = []
    for key_node, value_node in node.items:
        if isinstance(key_node, Reference):
            raise EvaluationError("a key that is a reference must stand in parentheses: (name) = value")
        key, key_marks = unmark(evaluate(key_node, scope))
        marks = merge_marks(marks, key_marks)
        value = evaluate(value_node, scope)
        if isinstance(key, UnknownValue):
            loose += (key, value)
        else:
            items[object_key(key)] = value
    if loose:
        values = (*loose[1::2], *items.values())
        return mark(one_of((*loose, *items.values()), not_null=True, either=picks(values)), marks)
    return mark(ObjectValue(items), marks)


def _binary(node: Binary, scope: Scope) -> Value:
    left, right = evaluate(node.left, scope), evaluate(node.right, scope)
    if node.operator in ("==", "!="):
        scope.budget.weigh(left, right, left, right)  # they are looked through for their types as well
    return operators.binary(node.operator, left, right)


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
            arms.append(left_of(arm, scope, evaluate))
    if isinstance(bare, bool):
        picked = arms[0] if bare else arms[1]
        if isinstance(picked, LazyObject):
            return mark(picked, marks)
    scope.budget.weigh(*arms, *arms, *arms)  # they are looked through for their types, which are made one
    return operators.choose(decision, arms[0], arms[1])


def _call(node: Call, scope: Scope) -> Value:
    return called(node, scope, evaluate)


def _for(node: For, scope: Scope) -> Value:
    return looped(node, scope, evaluate)


def _splat(node: Splat, scope: Scope) -> Value:
    source, marks = unmark(evaluate(node.source, scope))
    if isinstance(source, UnknownValue):
        holds = TupleValue(evaluate(node.each, scope.with_item(element)) for element in held(source))
        some = evaluate(node.each, scope.with_item(any_of(source)))
        either = ways(some) if source.like or source.either else ()
        return mark(one_of((source, some), _splat_type(node, source, scope), holds=holds, either=either), marks)
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
    parts = [evaluate(part, scope) for part in node.parts]
    scope.budget.weigh(*parts)
    return _concatenated(parts, "a part of the string")


def _join(node: Join, scope: Scope) -> Value:
    loop, marks = unmark(evaluate(node.loop, scope))
    if isinstance(loop, UnknownValue):
        return mark(UnknownValue(reasons(loop), STRING, not_null=True), marks)
    return mark(_concatenated(list(cast("TupleValue", loop).items), "a result of the loop"), marks)


def _concatenated(parts: list[Value], what: str) -> Value:
    """The parts as one string; of an unknown one it is known what it is put together of."""
    texts: list[str | UnknownValue] = []
    marks: tuple[str, ...] | None = None
    for part in parts:
        if type(part) is str:
            texts.append(part)
            continue
        bare, part_marks = unmark(part)
        marks = merge_marks(marks, part_marks)
        if isinstance(bare, Null):
            raise EvaluationError(f"{what} is null")
        texts.append(cast("str | UnknownValue", convert(bare, STRING)))
    if sum(len(text) for text in texts if isinstance(text, str)) > MAX_TEXT:
        raise LimitReached(_TOO_LONG)
    if any(isinstance(text, UnknownValue) for text in texts):
        return mark(put_together(texts), marks)
    return mark(string("".join(map(str, texts))), marks)


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
    Unread: _unread,
}
