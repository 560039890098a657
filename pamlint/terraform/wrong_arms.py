"""What Terraform goes on with where an expression is wrong: it unifies both arms of a condition, also one that has no value.

Only the arm that is not chosen comes here, and only its type counts. Each function does what HCL does behind the error: parts
that are right keep their values, and what has none is unknown, with a type where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pamlint.terraform import operators
from pamlint.terraform.access import attribute, index, pairs
from pamlint.terraform.convert import convert, object_key
from pamlint.terraform.scope import Evaluate, Scope
from pamlint.terraform.syntax import (
    Attribute,
    Binary,
    Conditional,
    Expression,
    For,
    Index,
    Join,
    ObjectOf,
    Parentheses,
    Reference,
    Splat,
    Template,
    TupleOf,
    Unary,
)
from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, ListType, ObjectType, SetType, TupleType, Type
from pamlint.terraform.values import (
    EvaluationError,
    Null,
    ObjectValue,
    TupleValue,
    UnknownValue,
    Value,
    mark,
    merge_marks,
    type_of,
    unmark,
)

_COST = 100
_ARITHMETIC = frozenset("+-*/%")
_UNKNOWN = UnknownValue(())


def left_of(node: Expression, scope: Scope, evaluate: Evaluate) -> Value:
    """The null, or the unknown of some type, that a wrong expression leaves; raises LimitReached where that costs too much."""
    value, marks = unmark(_left_of(node, scope, evaluate))
    return mark(value if isinstance(value, Null) else UnknownValue((), type_of(value)), marks)


def _left_of(node: Expression, scope: Scope, evaluate: Evaluate) -> Value:
    scope.budget.spend(_COST)
    leave = _LEAVING.get(type(node))
    return leave(node, scope, evaluate) if leave else _UNKNOWN


def _judged(node: Expression, scope: Scope, evaluate: Evaluate) -> tuple[Value, bool]:
    """What a part comes to, and whether it is right."""
    try:
        return evaluate(node, scope), True
    except EvaluationError:
        return _left_of(node, scope, evaluate), False


def _part(node: Expression, scope: Scope, evaluate: Evaluate) -> Value:
    """What a part comes to, be it right or wrong."""
    return _judged(node, scope, evaluate)[0]


def _or_unknown(operation: Callable[..., Value], *operands: Any) -> Value:
    try:
        return operation(*operands)
    except EvaluationError:
        return _UNKNOWN


def _operation(node: Binary | Unary, scope: Scope, evaluate: Evaluate) -> Value:
    return UnknownValue((), NUMBER if node.operator in _ARITHMETIC else BOOL)


def _parentheses(node: Parentheses, scope: Scope, evaluate: Evaluate) -> Value:
    return _part(node.inner, scope, evaluate)


def _template(node: Template, scope: Scope, evaluate: Evaluate) -> Value:
    """The text before the error, unless a part is not known."""
    parts = [(*unmark(value), right) for value, right in (_judged(part, scope, evaluate) for part in node.parts)]
    marks = merge_marks(*(because for _, because, _ in parts))
    if any(isinstance(part, UnknownValue) for part, _, _ in parts):
        return mark(UnknownValue((), STRING), marks)
    text = ""
    for part, _, right in parts:
        written = _or_unknown(convert, part, STRING)
        if not right or not isinstance(written, str):
            break
        text += written
    return mark(text, marks)


def _join(node: Join, scope: Scope, evaluate: Evaluate) -> Value:
    """The results that can be written, unless one is not known."""
    results, marks = unmark(_part(node.loop, scope, evaluate))
    if not isinstance(results, TupleValue):
        return UnknownValue((), STRING)
    text = ""
    for result in results.items:
        bare, because = unmark(result)
        if isinstance(bare, UnknownValue):
            return mark(UnknownValue((), STRING), marks)
        written = _or_unknown(convert, bare, STRING)
        if isinstance(written, str):
            text, marks = text + written, merge_marks(marks, because)
    return mark(text, marks)


def _tuple(node: TupleOf, scope: Scope, evaluate: Evaluate) -> Value:
    return TupleValue([_part(item, scope, evaluate) for item in node.items])


def _object(node: ObjectOf, scope: Scope, evaluate: Evaluate) -> Value:
    items: dict[str, Value] = {}
    marks: tuple[str, ...] | None = None
    for key_node, value_node in node.items:
        value, right = _judged(key_node, scope, evaluate)
        key, because = unmark(value)
        marks = merge_marks(marks, because)
        name = _or_unknown(object_key, key)
        if not right or isinstance(key_node, Reference) or not isinstance(name, str):
            return _UNKNOWN
        items[name] = _part(value_node, scope, evaluate)
    return mark(ObjectValue(items), marks)


def _conditional(node: Conditional, scope: Scope, evaluate: Evaluate) -> Value:
    then, otherwise = _part(node.then, scope, evaluate), _part(node.otherwise, scope, evaluate)
    try:
        shared = operators.shared_type(then, otherwise)
    except EvaluationError:
        return _UNKNOWN
    arms = [unmark(then)[0], unmark(otherwise)[0]]
    try:
        decision, marks = unmark(operators.condition(_part(node.condition, scope, evaluate), "the condition"))
        result = convert(arms[0 if decision else 1], shared) if isinstance(decision, bool) else UnknownValue((), shared)
    except EvaluationError:
        return UnknownValue((), shared)
    if all(isinstance(arm, Null) for arm in arms):
        result = Null(shared)
    return mark(result, merge_marks(marks, unmark(then)[1], unmark(otherwise)[1]))


def _attribute(node: Attribute, scope: Scope, evaluate: Evaluate) -> Value:
    return _or_unknown(attribute, _part(node.of, scope, evaluate), node.name)


def _index(node: Index, scope: Scope, evaluate: Evaluate) -> Value:
    """Of a list or tuple that is not known there are types; no index leads into such an object."""
    whole, marks = unmark(_part(node.of, scope, evaluate))
    key, of = _part(node.key, scope, evaluate), type_of(whole)
    if type_of(key) is not ANY and isinstance(of, ListType | TupleType):
        key = _or_unknown(convert, key, NUMBER)
    if type_of(key) is ANY or (isinstance(whole, UnknownValue) and isinstance(of, ObjectType)):
        return mark(_UNKNOWN, marks)
    if isinstance(whole, UnknownValue) and isinstance(of, TupleType):
        whole = TupleValue(UnknownValue((), element) for element in of.elements)
    return _or_unknown(index, mark(whole, marks), key)


def _splat(node: Splat, scope: Scope, evaluate: Evaluate) -> Value:
    value, right = _judged(node.source, scope, evaluate)
    source, marks = unmark(value)
    of = type_of(source)

    def each(element: Type) -> Type:
        return type_of(_part(node.each, scope.with_item(UnknownValue((), element)), evaluate))

    if not right or of is ANY or isinstance(source, Null):
        return _UNKNOWN
    if isinstance(of, ListType | SetType):
        return mark(UnknownValue((), ListType(each(of.element))), marks)
    if isinstance(of, TupleType):
        return mark(UnknownValue((), TupleType(tuple(map(each, of.elements)))), marks)
    return mark(_UNKNOWN if isinstance(source, UnknownValue) else UnknownValue((), TupleType((each(of),))), marks)


def _for(node: For, scope: Scope, evaluate: Evaluate) -> Value:
    source, marks = unmark(_part(node.source, scope, evaluate))
    try:
        elements = pairs(source)
    except EvaluationError:
        return mark(_UNKNOWN, marks)
    if not _is_condition(node, scope, evaluate):
        return _UNKNOWN
    listed: list[Value] = []
    named: dict[str, list[Value]] = {}
    for key, element in elements:
        scope.budget.spend(1)
        inside = scope.with_local({node.value_name: element} | ({node.key_name: key} if node.key_name else {}))
        included, because = _is_included(node, inside, evaluate)
        marks = merge_marks(marks, because)
        if included is False:
            continue
        name, because = unmark(_part(node.key, inside, evaluate)) if node.key else ("", None)
        marks = merge_marks(marks, because)
        name = _or_unknown(object_key, name)
        if included is None or not isinstance(name, str):
            return mark(_UNKNOWN, marks)
        listed.append(_part(node.value, inside, evaluate))
        named.setdefault(name, []).append(listed[-1])
    if node.key is None:
        return mark(TupleValue(listed), marks)
    return mark(ObjectValue({name: TupleValue(values) if node.group else values[0] for name, values in named.items()}), marks)


def _is_condition(node: For, scope: Scope, evaluate: Evaluate) -> bool:
    """Whether there is nothing wrong with the condition as long as no element is known."""
    if node.condition is None:
        return True
    names = (node.value_name, node.key_name) if node.key_name else (node.value_name,)
    try:
        operators.condition(evaluate(node.condition, scope.with_local(dict.fromkeys(names, _UNKNOWN))), "the condition")
    except EvaluationError:
        return False
    return True


def _is_included(node: For, scope: Scope, evaluate: Evaluate) -> tuple[bool | None, tuple[str, ...] | None]:
    """None where that is not known; with its marks."""
    if node.condition is None:
        return True, None
    decision, marks = unmark(_or_unknown(operators.condition, _part(node.condition, scope, evaluate), "the condition"))
    return decision if isinstance(decision, bool) else None, marks


_LEAVING: Mapping[type, Callable[[Any, Scope, Evaluate], Value]] = {
    Attribute: _attribute,
    Binary: _operation,
    Conditional: _conditional,
    For: _for,
    Index: _index,
    Join: _join,
    ObjectOf: _object,
    Parentheses: _parentheses,
    Splat: _splat,
    Template: _template,
    TupleOf: _tuple,
    Unary: _operation,
}
"""What is not in here leaves nothing."""
