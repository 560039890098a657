"""The decorators of classes that only hold fields: `record`, and `noun`, a frozen dataclass in all that counts.

There are 130 such classes, and a run makes tens of thousands of some. A frozen dataclass takes half a millisecond to define,
because Python writes and compiles six methods for it, and a microsecond to make, because every field is set behind the back of
its own `__setattr__`; and before the first of them, `dataclasses` imports what takes source code apart. Here the type checker
holds that nothing is set once a noun was made; comparing, hashing and printing are the same few lines for all; and of a class,
nothing is compiled but the constructor, when the first one is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast, dataclass_transform

__all__ = ["field", "noun", "record", "replace", "values"]

Class = TypeVar("Class", bound=type[Any])
_NONE: Any = object()


class _Field(NamedTuple):
    """What is said of a field besides its name and type."""

    default: Any
    default_factory: Any
    is_hashed: bool


if TYPE_CHECKING:
    from dataclasses import field, replace  # noqa: TID251 -- as the type checker knows them
else:

    def field(*, default=_NONE, default_factory=_NONE, hash=True):  # noqa: A002 -- as in `dataclasses`
        """What a field is where nothing is given, or what makes that, and whether the noun is hashed by it."""
        return _Field(default, default_factory, hash)

    def replace(of, /, **changes):
        """A noun or record like another, but for some fields."""
        kind = type(of)
        return kind(**{**dict(zip(kind.__match_args__, kind.__values__(of), strict=True)), **changes})


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def record(cls: Class) -> Class:
    """Makes a class with annotated fields one with slots and a constructor; each one made is equal to itself alone."""
    names = tuple(cls.__annotations__)
    told = {name: _told(vars(cls).get(name, _NONE)) for name in names}
    rest = {name: value for name, value in vars(cls).items() if name not in {*names, "__dict__", "__weakref__"}}
    made: Any = type(
        cls.__name__,
        cls.__bases__,
        {**rest, "__qualname__": cls.__qualname__, "__slots__": names, "__match_args__": names, "__fields__": told},
    )
    made.__values__ = _values(names)

    def first(self: Any, *given: Any, **named: Any) -> None:
        made.__init__ = _constructor(made)
        made.__init__(self, *given, **named)

    made.__init__ = first
    return cast("Class", made)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def noun(cls: Class) -> Class:
    """Makes a class with annotated fields a noun: equal to another with equal fields, hashable if they are, with slots."""
    made: Any = record(cls)
    read = made.__values__
    hashed_values = _values(name for name, told in made.__fields__.items() if told.is_hashed)

    def equal(self: Any, other: object) -> Any:
        return read(self) == read(other) if type(other) is made else NotImplemented

    def hashed(self: Any) -> int:
        return hash(hashed_values(self))

    def told(self: Any) -> str:
        shown = zip(made.__match_args__, read(self), strict=True)
        return f"{made.__qualname__}({', '.join(f'{name}={value!r}' for name, value in shown)})"

    for name, method in {"__eq__": equal, "__hash__": hashed, "__repr__": told}.items():
        if name not in vars(cls):
            setattr(made, name, method)
    return cast("Class", made)


def values(of: Any) -> tuple[Any, ...]:
    """All fields of a noun or record, in the order in which its class takes them."""
    return cast("tuple[Any, ...]", type(of).__values__(of))


def _told(said: Any) -> _Field:
    return said if isinstance(said, _Field) else _Field(said, _NONE, True)


def _values(names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads these fields of a noun."""
    several = tuple(names)
    if len(several) > 1:
        return attrgetter(*several)
    return lambda noun: tuple(getattr(noun, name) for name in several)


def _constructor(made: Any) -> Callable[..., None]:
    """Sets all fields, and goes on with `__post_init__` where there is one."""
    known: dict[str, Any] = {"NONE": _NONE}
    defaults: list[Any] = []
    steps: list[str] = []
    for name, told in made.__fields__.items():
        if told.default_factory is not _NONE:
            known[f"make_{name}"] = told.default_factory
            steps.append(f"self.{name} = make_{name}() if {name} is NONE else {name}")
        else:
            steps.append(f"self.{name} = {name}")
        if defaults or told.default is not _NONE or told.default_factory is not _NONE:
            defaults.append(told.default)
    if hasattr(made, "__post_init__"):
        steps.append("self.__post_init__()")
    exec(f"def __init__(self, {', '.join(made.__match_args__)}): {'; '.join(steps) or 'pass'}", known)
    known["__init__"].__defaults__ = tuple(defaults)
    return cast("Callable[..., None]", known["__init__"])
