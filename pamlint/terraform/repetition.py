"""How often something exists: `count`, `for_each`, OpenTofu's `enabled`, and what a `dynamic` block goes over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pamlint.model.noun import field, record
from pamlint.terraform.access import pairs
from pamlint.terraform.convert import convert
from pamlint.terraform.expressions import evaluate
from pamlint.terraform.lifecycle import ENABLED, lasting
from pamlint.terraform.numeric import SizedInt
from pamlint.terraform.partial import any_of, held_pairs
from pamlint.terraform.scope import Scope, placed
from pamlint.terraform.session import as_key, joined
from pamlint.terraform.syntax import Argument, BlockNode, Body, Conditional, Expression, Parentheses, Reference
from pamlint.terraform.types import BOOL, NUMBER, STRING, friendly_name
from pamlint.terraform.values import (
    NULL,
    EvaluationError,
    LimitReached,
    MapValue,
    Null,
    ObjectValue,
    Sensitive,
    SetValue,
    UnknownValue,
    Value,
    reasons,
    type_of,
    unmark,
)

MAX_INSTANCES = 20_000
_REPEATED = ("count", "for_each")
_BLOCK_COST = 50


@record
class Instance:
    """One instance: its key as addresses have it, the names that its body sees, and the references it may not exist for."""

    suffix: str = ""
    local: Mapping[str, Value] = field(default_factory=dict)
    possible: tuple[str, ...] = ()


@record
class Expansion:
    """All instances by key; None is the key of a single one, "*" of the possible one that stands for those not known.

    `at_most_one`: whatever the count turns out to be, it is 0 or 1, so the possible instance is number 0.
    """

    form: Literal["one", "count", "each"]
    instances: dict[str | int | None, Instance]
    because: tuple[str, ...] = ()
    at_most_one: bool = False

    def lead(self, reference: Reference, at: int) -> tuple[Instance | None, int]:
        """The one instance that a reference leads to, and which of its steps is next; none where it means all of them."""
        key = reference.steps[at].key if len(reference.steps) > at else None
        if not isinstance(key, str | int):
            return None, at
        if self.form == "one":
            return self.instances.get(None), at
        instance = self._find(key)
        return instance, at if instance is None else at + 1

    def _find(self, key: str | int) -> Instance | None:
        """The instance that a known key leads to."""
        if isinstance(key, str) and self.form == "each" and key != "*":
            return self.instances.get(key)
        if isinstance(key, int) and self.form == "count":
            return self.instances.get("*" if self.because and self.at_most_one and key == 0 else key)
        return None


def cost_of(block: BlockNode, instances: int, in_module: bool) -> int:
    """The steps that the instances of a resource are counted as, all their blocks included, or of a module call by itself.

    A resource of a module counts once more, because it is there for every instance of the module.
    """
    if block.type == "module":
        return instances
    count, pending = 0, [block]
    while pending:
        inner = pending.pop()
        count += _BLOCK_COST
        pending += inner.body.blocks
    return instances * count + (_BLOCK_COST if in_module else 0)


def expand(body: Body, scope: Scope) -> Expansion:
    """The instances of a resource or module; raises EvaluationError where Terraform refuses their number."""
    argument = repeating(body)
    if argument is None:
        return Expansion("one", {None: Instance()})
    value = evaluate(argument.value, scope)
    try:
        if argument.name == ENABLED:
            if not body.arguments.keys().isdisjoint(_REPEATED):
                raise EvaluationError(f"{ENABLED} stands beside no count and no for_each")
            return _by_condition(value)
        return _by_count(argument.value, value, scope) if argument.name == "count" else _by_each(value)
    except EvaluationError as error:
        raise placed(error, argument.value, scope) from None


def repeating(body: Body) -> Argument | None:
    """The argument that decides how often a resource or module is there."""
    return lasting(body, ENABLED) or next((body.arguments[name] for name in _REPEATED if name in body.arguments), None)


def _by_condition(value: Value) -> Expansion:
    if isinstance(value, Sensitive):
        value = _hidden(value)
    try:
        on = convert(value, BOOL)
    except EvaluationError:
        on = NULL
    if isinstance(on, Null):
        raise EvaluationError(f"{ENABLED} must be true or false")
    if isinstance(on, UnknownValue):
        star = Instance("[*]", possible=on.because or (ENABLED,))
        return Expansion("one", {None: star}, star.possible)
    return Expansion("one", {None: Instance()} if on else {})


def _by_count(node: Expression, value: Value, scope: Scope) -> Expansion:
    if isinstance(value, Sensitive):
        value = _hidden(value)
    number = convert(value, NUMBER)
    if isinstance(number, UnknownValue):
        local: dict[str, Value] = {"count": ObjectValue({"index": UnknownValue(number.because, NUMBER, not_null=True)})}
        star = Instance("[*]", local, number.because or ("count",))
        return Expansion("count", {"*": star}, star.possible, _at_most_one(node, scope))
    if isinstance(number, Null) or not isinstance(number, int) or number < 0:
        raise EvaluationError("count must be a whole number that is not negative")
    if number > MAX_INSTANCES:
        raise LimitReached(f"more than {MAX_INSTANCES:,} instances")
    return Expansion("count", {at: Instance(as_key(at), {"count": ObjectValue({"index": SizedInt(at)})}) for at in range(number)})


def _hidden(value: Sensitive) -> UnknownValue:
    return UnknownValue(tuple(f"{reference} (sensitive)" for reference in value.because))


def _at_most_one(node: Expression, scope: Scope) -> bool:
    while isinstance(node, Parentheses):
        node = node.inner
    if not isinstance(node, Conditional):
        return False
    try:
        return all(unmark(evaluate(arm, scope))[0] in (0, 1) for arm in (node.then, node.otherwise))
    except EvaluationError:
        return False


def _by_each(value: Value) -> Expansion:
    if isinstance(value, Sensitive):
        value = _hidden(value)
    if isinstance(value, UnknownValue):
        star = _possible_each(value.because, any_of(value))
        known: dict[str | int | None, Instance] = {
            key: _each(key, element) for key, element in held_pairs(value) if isinstance(key, str)
        }
        return Expansion("each", {**known, "*": star}, star.possible)
    if not isinstance(value, MapValue | ObjectValue | SetValue):
        raise EvaluationError(f"for_each must be a map or a set of strings, not {_kind(value)}")
    if len(value.items) > MAX_INSTANCES:
        raise LimitReached(f"more than {MAX_INSTANCES:,} instances")
    instances: dict[str | int | None, Instance] = {}
    because: tuple[str, ...] = ()
    for key, element in pairs(value):
        name = convert(key, STRING)
        if isinstance(name, UnknownValue):
            because = joined(because, name.because)
        elif isinstance(name, Null) or not isinstance(key, str):
            raise EvaluationError("for_each over a set needs strings in it, and no null")
        else:
            instances[key] = _each(key, element)
    if because:
        instances["*"] = _possible_each(because, UnknownValue(because, STRING))
    return Expansion("each", instances, because)


def _each(key: str, element: Value) -> Instance:
    return Instance(as_key(key), {"each": ObjectValue({"key": key, "value": element})})


def _kind(value: Value) -> str:
    return "null" if isinstance(value, Null) else friendly_name(type_of(value))


def _possible_each(because: tuple[str, ...], element: Value) -> Instance:
    key = UnknownValue(because, STRING, not_null=True)
    return Instance("[*]", {"each": ObjectValue({"key": key, "value": element})}, because or ("for_each",))


def elements(node: Expression, iterator: str, scope: Scope) -> list[Instance]:
    """What a `dynamic` block makes a block of each of; one possible block where the collection is not known."""
    value, marks = unmark(evaluate(node, scope))
    if marks is not None:
        value = _hidden(Sensitive(value, marks))
    if isinstance(value, UnknownValue):
        surely = [_element(iterator, key, element) for key, element in held_pairs(value)]
        return [*surely, possible_element(iterator, value.because, any_of(value))]
    found = pairs(value)
    if len(found) > MAX_INSTANCES:
        raise LimitReached(f"more than {MAX_INSTANCES:,} blocks")
    scope.budget.repeat(_BLOCK_COST * len(found))
    blocks = []
    for key, element in found:
        possible = reasons(key) if isinstance(value, SetValue) and isinstance(key, UnknownValue) else ()
        blocks.append(_element(iterator, key, element, possible))
    return blocks


def _element(iterator: str, key: Value, value: Value, possible: tuple[str, ...] = ()) -> Instance:
    return Instance("", {iterator: ObjectValue({"key": key, "value": value})}, possible)


def possible_element(iterator: str, because: tuple[str, ...], element: Value | None = None) -> Instance:
    """The one block that stands for those of a collection that is not known, for one of its elements."""
    unknown = UnknownValue(because)
    local = ObjectValue({"key": unknown, "value": element or unknown})
    return Instance("", {iterator: local}, because or ("for_each",))
