"""The decorators of classes that only hold fields: `record`, and `noun`, a frozen dataclass in all that counts.

There are 130 such classes, and a run makes tens of thousands of some. A frozen dataclass takes half a millisecond to define,
because Python writes and compiles six methods for it, and a microsecond to make, because every field is set behind the back of
its own `__setattr__`. Here the type checker holds that nothing is set once a noun was made; comparing, hashing and printing are
the same few lines for all; and of a constructor, nothing is compiled but the lines that set the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

Class = TypeVar("Class", bound=type[Any])


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def record(cls: Class) -> Class:
    """Makes a class with annotated fields one with slots and a constructor; each one made is equal to itself alone."""
    made: Any = dataclass(init=False, slots=True, eq=False, repr=False)(cls)
    made.__init__ = _constructor(made)
    return cast("Class", made)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def noun(cls: Class) -> Class:
    """Makes a class with annotated fields a noun: equal to another with equal fields, hashable if they are, with slots."""
    made: Any = record(cls)
    names = made.__match_args__
    values = _values(names)
    hashed_values = _values(each.name for each in fields(made) if each.hash is not False)

    def equal(self: Any, other: object) -> Any:
        return values(self) == values(other) if type(other) is made else NotImplemented

    def hashed(self: Any) -> int:
        return hash(hashed_values(self))

    def told(self: Any) -> str:
        return f"{made.__qualname__}({', '.join(f'{name}={value!r}' for name, value in zip(names, values(self), strict=True))})"

    for name, method in {"__eq__": equal, "__hash__": hashed, "__repr__": told}.items():
        if name not in vars(cls):
            setattr(made, name, method)
    return cast("Class", made)


def _values(names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads these fields of a noun."""
    several = tuple(names)
    if len(several) > 1:
        return attrgetter(*several)
    return lambda noun: tuple(getattr(noun, name) for name in several)


def _constructor(made: Any) -> Callable[..., None]:
    """Sets all fields, and goes on with `__post_init__` where there is one."""
    known: dict[str, Any] = {"MISSING": MISSING}
    defaults: list[Any] = []
    steps: list[str] = []
    for each in fields(made):
        name = each.name
        if each.default_factory is not MISSING:
            known[f"make_{name}"] = each.default_factory
            steps.append(f"self.{name} = make_{name}() if {name} is MISSING else {name}")
        else:
            steps.append(f"self.{name} = {name}")
        if defaults or each.default is not MISSING or each.default_factory is not MISSING:
            defaults.append(each.default)
    if hasattr(made, "__post_init__"):
        steps.append("self.__post_init__()")
    exec(f"def __init__(self, {', '.join(made.__match_args__)}): {'; '.join(steps) or 'pass'}", known)
    known["__init__"].__defaults__ = tuple(defaults)
    return cast("Callable[..., None]", known["__init__"])
