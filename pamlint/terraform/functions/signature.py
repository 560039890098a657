"""What a function takes and gives, and how a call treats nulls, unknowns and sensitive values before it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Literal, Protocol

from pamlint.model.noun import noun
from pamlint.terraform.convert import convert
from pamlint.terraform.partial import joined, one_of, picks, ways
from pamlint.terraform.types import ANY, NUMBER, STRING, ListType, MapType, Type
from pamlint.terraform.values import (
    EvaluationError,
    LimitReached,
    Null,
    ObjectValue,
    TupleValue,
    UnknownValue,
    Value,
    mark,
    merge_marks,
    reasons,
    type_of,
    unmark,
    unmark_deep,
)

MAX_ITEMS = 200_000
MAX_TEXT = 16_000_000


class Surroundings(Protocol):
    """What functions see of the module that calls them. Paths are relative to the working directory, as in Terraform."""

    def read(self, path: str) -> bytes | UnknownValue:
        """A file's content; raises EvaluationError if there is none, unknown if it must not be read."""

    def is_file(self, path: str) -> bool | UnknownValue:
        """Whether a regular file is there; raises EvaluationError for a directory."""

    def files_below(self, path: str) -> Iterable[str] | UnknownValue:
        """All regular files below a directory, relative to it, with `/`."""

    def absolute(self, path: str) -> str:
        """The absolute form of a path."""

    def render(self, template: str, name: str, variables: Mapping[str, Value], *, files: bool) -> Value:
        """The value of a template; `files` says whether functions in it may read files."""

    def parse_arguments(self, text: str) -> Mapping[str, Value]:
        """The arguments of a tfvars text; raises EvaluationError for a wrong one."""


@noun
class Parameter:
    """One parameter. `marks` says which marks the call takes off and puts on the result: all, the argument's own, or none."""

    type: Type = ANY
    null: bool = False
    unknown: bool = False
    marks: Literal["all", "own", "none"] = "all"


@noun
class Function:
    """A function: `run` gets the arguments, converted and known where the parameter says nothing else.

    `result` is the type of an unknown result; where it depends on the arguments, a function of them. `nullable` says that null
    may come out; `surroundings` that `run` wants them as its first argument. `holds` says what an unknown result surely holds;
    `picks` that a result is one of the arguments, or one of their elements, or made of these alone; `joins` that it has all their
    elements.
    """

    run: Callable[..., Value]
    parameters: tuple[Parameter, ...]
    result: Type | Callable[..., Type] = ANY
    rest: Parameter | None = None
    nullable: bool = False
    picks: bool = False
    joins: bool = False
    surroundings: bool = False
    holds: Callable[..., TupleValue | ObjectValue] | None = None


TEXT = Parameter(STRING)
WHOLE = Parameter(NUMBER)
TEXTS = Parameter(ListType(STRING))
ITEMS = Parameter(ListType(ANY))
VALUE = Parameter()
CONTAINER = Parameter(marks="own")
ANYTHING = Parameter(null=True, unknown=True)
UNTOUCHED = Parameter(null=True, unknown=True, marks="none")
LIST_OF_STRING = ListType(STRING)
MAP_OF_LISTS = MapType(LIST_OF_STRING)


def apply(name: str, function: Function, arguments: tuple[Value, ...], surroundings: Surroundings | None) -> Value:
    """The value of a call; raises EvaluationError where Terraform refuses it, LimitReached where the result would be huge."""
    _check_count(name, function, len(arguments))
    ready: list[Value] = []
    marks: list[tuple[str, ...] | None] = []
    known = True
    for place, argument in enumerate(arguments):
        parameter = function.parameters[place] if place < len(function.parameters) else function.rest or VALUE
        value, because = _prepare(name, place, parameter, argument)
        ready.append(value)
        marks.append(because)
        known = known and (parameter.unknown or not isinstance(value, UnknownValue))
    if not known:
        return mark(_unknown_result(function, ready), merge_marks(*marks))
    try:
        result = function.run(surroundings, *ready) if function.surroundings else function.run(*ready)
    except EvaluationError as error:
        if type(error) is not EvaluationError:
            raise
        if merge_marks(*marks) is not None:
            raise EvaluationError(f"{name}() refuses an argument that is sensitive") from None
        raise EvaluationError(f"{name}(): {error.message}") from None
    return mark(result, merge_marks(*marks))


def _check_count(name: str, function: Function, given: int) -> None:
    wanted = len(function.parameters)
    if given < wanted or (given > wanted and function.rest is None):
        at_least = "at least " if function.rest else ""
        raise EvaluationError(f"{name}() takes {at_least}{wanted} argument{'' if wanted == 1 else 's'}, not {given}")


def _prepare(name: str, place: int, parameter: Parameter, argument: Value) -> tuple[Value, tuple[str, ...] | None]:
    because = None
    if parameter.marks != "none":
        argument, because = (unmark_deep if parameter.marks == "all" else unmark)(argument)
    try:
        value = convert(argument, parameter.type)
    except EvaluationError as error:
        raise EvaluationError(f"{name}(): argument {place + 1}: {error.message}") from None
    if isinstance(value, Null) and not parameter.null:
        raise EvaluationError(f"{name}(): argument {place + 1} must not be null")
    return value, because


def _unknown_result(function: Function, arguments: list[Value]) -> UnknownValue:
    of = function.result
    if callable(of):
        untyped = any(isinstance(argument, UnknownValue) and argument.type is ANY for argument in arguments)
        of = ANY if untyped else of(*arguments)
    holds = function.holds(*arguments) if function.holds else None
    if not function.picks:
        return UnknownValue(reasons(*arguments), of, not_null=not function.nullable, holds=holds)
    if function.joins:
        found = joined(arguments)
        either, hangs = tuple(way for way, _ in found), tuple(because for _, because in found)
        return one_of(arguments, of, not_null=not function.nullable, holds=holds, either=either, hangs=hangs)
    given = [argument for argument in arguments if type_of(argument) is not NUMBER]
    either = ways(*given) if of is STRING else picks(given)
    return one_of(arguments, of, not_null=not function.nullable, holds=holds, either=either)


def whole(value: Value, what: str) -> int:
    """A number that must be whole and fit into 64 bits, as sizes and places must."""
    if isinstance(value, Decimal) and value == 0:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise EvaluationError(f"{what} must be a whole number")
    return value


def check_items(count: int, name: str) -> None:
    """Raises LimitReached before a collection of that many elements is built."""
    if count > MAX_ITEMS:
        raise LimitReached(f"{name}() with more than {MAX_ITEMS:,} elements")


def check_text(length: int, name: str) -> None:
    """Raises LimitReached before a string of that many characters is built."""
    if length > MAX_TEXT:
        raise LimitReached(f"{name}() with more than {MAX_TEXT:,} characters")
