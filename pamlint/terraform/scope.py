"""What an expression can see while it is evaluated, and how much it may cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, cast

from pamlint.model.resource import EMPTY, Location
from pamlint.terraform.functions.signature import Surroundings
from pamlint.terraform.syntax import Expression, Reference, SourceFile
from pamlint.terraform.values import (
    EvaluationError,
    LimitReached,
    ListValue,
    Mappish,
    MapValue,
    ObjectValue,
    Sensitive,
    Sequence,
    SetValue,
    TupleValue,
    Value,
    children,
)

MAX_STEPS = 300_000
MAX_STEPS_IN_ALL = 2_000_000
MAX_STEPS_IN_ESTATE = 5_000_000
MAX_DEPTH = 200
_LOOKED_AT_IN_A_STEP = 3
_CHARACTERS_LIKE_ONE = 64
_SEQUENCES = frozenset((ListValue, SetValue, TupleValue))
_MAPS = frozenset((MapValue, ObjectValue))
_LEAVES = frozenset((str, int, bool))


class Names(Protocol):
    """What is declared around an expression: a module, or nothing. `prefix` is what its addresses begin with."""

    prefix: str

    def resolve(self, reference: Reference, scope: Scope) -> Value:
        """The value of a whole reference; raises EvaluationError if nothing of that name is declared."""


class Budget:
    """Counts the elements that loops make, and what else takes time: for one value, for a root and for an estate."""

    __slots__ = ("_estate", "here", "in_all")

    def __init__(self, estate: Budget | None = None) -> None:
        self.here = 0
        self.in_all = 0
        self._estate = estate

    def spend(self, steps: int) -> None:
        """Counts steps; raises LimitReached if they are too many."""
        self.here += steps
        if self.here > MAX_STEPS:
            raise LimitReached(f"more than {MAX_STEPS:,} elements")
        self.repeat(steps)

    def repeat(self, steps: int) -> None:
        """Counts steps that are no part of one value, such as those of repeated blocks; raises LimitReached as well."""
        self.in_all += steps
        if self._estate is not None:
            self._estate.in_all += steps
        if self.spent:
            raise LimitReached(self.spent)

    @property
    def spent(self) -> str:
        """The limit beyond which nothing more can be evaluated in the root; empty before."""
        if self.in_all > MAX_STEPS_IN_ALL:
            return f"more than {MAX_STEPS_IN_ALL:,} elements in all"
        if self._estate is not None and self._estate.in_all > MAX_STEPS_IN_ESTATE:
            return f"more than {MAX_STEPS_IN_ESTATE:,} elements in all roots together"
        return ""

    def weigh(self, *values: Value) -> None:
        """Counts the steps of looking through values."""
        self.spend(1 + size(values) // _LOOKED_AT_IN_A_STEP)


class Scope:
    """The surroundings of an expression; never changed, only extended.

    `local` holds names that stand before the module's (`each`, `count`, the variables of a `for`), `item` a splat's element.
    No function can be called where only a `constant` may stand.
    """

    __slots__ = ("budget", "constant", "file", "item", "local", "names", "surroundings")

    def __init__(
        self,
        file: SourceFile,
        budget: Budget,
        *,
        names: Names | None = None,
        surroundings: Surroundings | None = None,
        local: Mapping[str, Value] = EMPTY,
        item: Value | None = None,
        constant: bool = False,
    ) -> None:
        self.file = file
        self.budget = budget
        self.names = names
        self.surroundings = surroundings
        self.local = local
        self.item = item
        self.constant = constant

    def with_local(self, local: Mapping[str, Value]) -> Scope:
        """The scope with more names."""
        return self._but(self.file, {**self.local, **local}, self.item)

    def with_item(self, item: Value) -> Scope:
        """The scope inside a splat."""
        return self._but(self.file, self.local, item)

    def in_file(self, file: SourceFile) -> Scope:
        """The scope for an expression of another file."""
        return self if file is self.file else self._but(file, self.local, self.item)

    def _but(self, file: SourceFile, local: Mapping[str, Value], item: Value | None) -> Scope:
        return Scope(
            file,
            self.budget,
            names=self.names,
            surroundings=self.surroundings,
            local=local,
            item=item,
            constant=self.constant,
        )


Evaluate = Callable[[Expression, Scope], Value]
"""The evaluator, as those parts of it take it that stand in files of their own."""


class ExpressionError(EvaluationError):
    """An EvaluationError with its place."""

    def __init__(self, message: str, location: Location) -> None:
        super().__init__(message)
        self.location = location


class MissingFileError(EvaluationError):
    """A file that a function reads is not there; it may be one that is made before Terraform runs."""

    location: Location | None = None


class ExpressionLimit(LimitReached):
    """A LimitReached with its place."""

    def __init__(self, what: str, location: Location) -> None:
        super().__init__(what)
        self.location = location


def placed(error: EvaluationError, node: Expression, scope: Scope) -> EvaluationError:
    """The error with the node's place, unless a node inside has claimed it already."""
    if isinstance(error, ExpressionError | ExpressionLimit):
        return error
    location = scope.file.location(node.start, node.end)
    if isinstance(error, MissingFileError):
        error.location = error.location or location
        return error
    if isinstance(error, LimitReached):
        return ExpressionLimit(error.what, location)
    return ExpressionError(error.message, location)


def size(values: Iterable[Value]) -> int:
    """About how much there is to look through in values, counted until it is far too much; resources count as one."""
    pending = list(values)
    count = 0
    while pending and count <= MAX_STEPS_IN_ALL:
        value = pending.pop()
        kind = type(value)
        if kind is str:
            count += len(cast("str", value)) // _CHARACTERS_LIKE_ONE
        elif kind in _SEQUENCES:
            count += len(cast("Sequence", value).items)
            pending.extend(cast("Sequence", value).items)
        elif kind in _MAPS:
            count += len(cast("Mappish", value).items)
            pending.extend(cast("Mappish", value).items.values())
        elif kind is Sensitive:
            pending.append(cast("Sensitive", value).value)
    return count


def weight(value: Value, limit: int) -> int:
    """How many values stand inside one, itself too, counted up to the limit only; raises LimitReached for deep nesting."""
    count = depth = 0
    level: list[Value] = [value]
    while level and count <= limit:
        count += len(level)
        depth += 1
        if depth > MAX_DEPTH:
            raise LimitReached(f"nested more than {MAX_DEPTH} levels deep")
        level = [inner for outer in level if type(outer) not in _LEAVES for inner in children(outer)]
    return count
