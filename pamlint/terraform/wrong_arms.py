"""The type of an expression that is wrong: Terraform unifies both arms of a condition, also one that has no value.

Only the arm that is not chosen comes here, and only its type counts; what shows no type in spite of the error has any.
"""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.terraform.access import pairs
from pamlint.terraform.convert import convert
from pamlint.terraform.scope import Evaluate, Scope
from pamlint.terraform.syntax import (
    Attribute,
    Binary,
    Conditional,
    Expression,
    For,
    Index,
    Join,
    Literal,
    ObjectOf,
    Parentheses,
    Splat,
    Template,
    TupleOf,
    Unary,
)
from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, ListType, ObjectType, SetType, TupleType, Type
from pamlint.terraform.unify import unify
from pamlint.terraform.values import EvaluationError, Null, UnknownValue, Value, type_of, unmark

_COST = 100
_ARITHMETIC = frozenset("+-*/%")


def type_in_spite(node: Expression, scope: Scope, evaluate: Evaluate) -> Type:
    """The type of an expression, which may be wrong; raises LimitReached where finding out costs too much."""
    scope.budget.spend(_COST)
    try:
        return type_of(evaluate(node, scope))
    except EvaluationError:
        return _Guess(scope, evaluate).of(node)


class _Guess:
    """Guesses in one scope."""

    __slots__ = ("_evaluate", "_scope")

    def __init__(self, scope: Scope, evaluate: Evaluate) -> None:
        self._scope = scope
        self._evaluate = evaluate

    def of(self, node: Expression) -> Type:
        """The type of a wrong expression."""
        if isinstance(node, Binary):
            return NUMBER if node.operator in _ARITHMETIC else BOOL
        if isinstance(node, Unary):
            return NUMBER if node.operator == "-" else BOOL
        if isinstance(node, Template | Join):
            return STRING
        if isinstance(node, Parentheses):
            return self._inner(node.inner)
        if isinstance(node, TupleOf):
            return TupleType(tuple(map(self._inner, node.items)))
        if isinstance(node, ObjectOf):
            return self._object(node)
        if isinstance(node, Conditional):
            return self._conditional(node)
        if isinstance(node, Splat):
            return self._splat(node)
        if isinstance(node, Attribute):
            return self._element(node.of, Literal(node.name, node.start, node.end))
        if isinstance(node, Index):
            return self._element(node.of, node.key)
        return self._for(node) if isinstance(node, For) else ANY

    def _inner(self, node: Expression, scope: Scope | None = None) -> Type:
        return type_in_spite(node, scope or self._scope, self._evaluate)

    def _conditional(self, node: Conditional) -> Type:
        """Where one arm has any type, the one that is chosen keeps its own; a null has that of the other arm."""
        arms = (self._arm(node.then), self._arm(node.otherwise))
        told = tuple(arm for arm in arms if arm is not None)
        if told and ANY not in told:
            return unify(told) or ANY
        try:
            return (arms[0] if self._known(node.condition, self._scope, BOOL) else arms[1]) or ANY
        except EvaluationError:
            return ANY

    def _arm(self, node: Expression) -> Type | None:
        """The type of an arm; None of a null, which has that of the other arm."""
        self._scope.budget.spend(_COST)
        try:
            value = self._evaluate(node, self._scope)
        except EvaluationError:
            return self.of(node)
        return None if isinstance(unmark(value)[0], Null) else type_of(value)

    def _object(self, node: ObjectOf) -> Type:
        try:
            return ObjectType({str(self._known(key, self._scope, STRING)): self._inner(value) for key, value in node.items})
        except EvaluationError:
            return ANY

    def _element(self, of: Expression, by: Expression) -> Type:
        """What is right in an object or tuple of which another part is wrong has its type."""
        whole = self._inner(of)
        try:
            if isinstance(whole, ObjectType):
                return whole.attributes.get(str(self._known(by, self._scope, STRING)), ANY)
            place = self._known(by, self._scope, NUMBER) if isinstance(whole, TupleType) else None
            if isinstance(whole, TupleType) and isinstance(place, int) and 0 <= place < len(whole.elements):
                return whole.elements[place]
        except EvaluationError:
            pass
        return ANY

    def _splat(self, node: Splat) -> Type:
        try:
            source = type_of(unmark(self._evaluate(node.source, self._scope))[0])
        except EvaluationError:
            return ANY
        if isinstance(source, ListType | SetType):
            return ListType(self._each(node, source.element))
        elements = source.elements if isinstance(source, TupleType) else (source,)
        return TupleType(tuple(self._each(node, element) for element in elements))

    def _each(self, node: Splat, element: Type) -> Type:
        return self._inner(node.each, self._scope.with_item(UnknownValue((), element)))

    def _for(self, node: For) -> Type:
        listed: list[Type] = []
        named: dict[str, list[Type]] = {}
        try:
            elements = self._pairs(node.source)
            if not elements:
                return ANY
            for key, element in elements:
                local = {node.value_name: element} | ({node.key_name: key} if node.key_name else {})
                scope = self._scope.with_local(local)
                if node.condition is not None and self._known(node.condition, scope, BOOL) is not True:
                    continue
                listed.append(self._inner(node.value, scope))
                if node.key is not None:
                    name = str(self._known(node.key, scope, STRING))
                    named.setdefault(name, []).append(listed[-1])
        except EvaluationError:
            return ANY
        if node.key is None:
            return TupleType(tuple(listed))
        return ObjectType({name: TupleType(tuple(types)) if node.group else types[0] for name, types in named.items()})

    def _pairs(self, source: Expression) -> Sequence[tuple[Value, Value]]:
        """The keys and values of what a loop goes through; of an object or tuple that is wrong the values are not known."""
        try:
            return pairs(unmark(self._evaluate(source, self._scope))[0])
        except EvaluationError:
            whole = self._inner(source)
            if isinstance(whole, ObjectType):
                return [(name, UnknownValue((), element)) for name, element in sorted(whole.attributes.items())]
            if isinstance(whole, TupleType):
                return [(place, UnknownValue((), element)) for place, element in enumerate(whole.elements)]
            raise

    def _known(self, node: Expression, scope: Scope, of: Type) -> Value:
        value = convert(self._evaluate(node, scope), of)
        if isinstance(value, Null | UnknownValue):
            raise EvaluationError("not known")
        return value
