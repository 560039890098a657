"""One evaluation of a root module: every value is computed once, when it is first needed; cycles, errors and limits end here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pamlint.model.resource import Location, Problem
from pamlint.terraform.plain import from_plain
from pamlint.terraform.scope import Budget, ExpressionError, ExpressionLimit, MissingFileError, weight
from pamlint.terraform.syntax import Body
from pamlint.terraform.values import EvaluationError, LimitReached, Null, UnknownValue, Value

MAX_ELEMENTS = 500_000
_SMALL = frozenset((str, int, bool, Null, UnknownValue))
_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]')


class Session:
    """What all modules of a root share while they are evaluated; `places` are those of all instances that one body makes."""

    __slots__ = ("_facts", "_is_spent_told", "_pending", "_problems", "_values", "budget", "places", "provided")

    def __init__(self, facts: Mapping[str, Any], estate: Budget | None) -> None:
        self.budget = Budget(estate)
        self._is_spent_told = False
        self._facts = facts
        self._values: dict[str, Value] = {}
        self._pending: dict[str, None] = {}
        self._problems: dict[tuple[object, ...], Problem] = {}
        self.provided: dict[tuple[object, ...], Any] = {}
        self.places: dict[Body, Mapping[str, Location]] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that went wrong so far, each thing once."""
        return tuple(self._problems.values())

    def report(self, problem: Problem) -> None:
        """Notes a problem, unless the same is known of its subject."""
        self._problems.setdefault((problem.check, without_keys(problem.subject), problem.location), problem)

    def fact(self, address: str) -> Value | None:
        """The value that the user has supplied for an address, with or without instance keys."""
        if not self._facts:
            return None
        for name in (address, without_keys(address)):
            if name in self._facts:
                return from_plain(self._facts[name])
        return None

    def facts_below(self, address: str) -> dict[str, Value]:
        """The values that the user has supplied for attributes of what stands at an address, by their names."""
        found: dict[str, Value] = {}
        for prefix in (f"{without_keys(address)}.", f"{address}."):
            found |= {name.removeprefix(prefix): from_plain(self._facts[name]) for name in self._facts if name.startswith(prefix)}
        return found

    @property
    def has_facts(self) -> bool:
        """Whether the user has supplied any value."""
        return bool(self._facts)

    def settle(self, address: str, compute: Callable[[], Value], *, fixed: bool = False) -> Value:
        """The value of an address, computed at most once. One that has none is unknown because of itself, and is reported.

        A fact takes the place of the computation, unless that is `fixed` to see to it itself. Raises EvaluationError where
        the address depends on itself.
        """
        known = self._values.get(address)
        if known is None:
            fact = None if fixed or not self._facts else self.fact(address)
            known = self._values[address] = self._computed(address, compute) if fact is None else fact
        return known

    def attempt(self, address: str, compute: Callable[[], Value]) -> UnknownValue | None:
        """Computes something that is kept elsewhere; what it is unknown for, if it could not be computed."""
        value = self._computed(address, compute)
        return value if isinstance(value, UnknownValue) else None

    def _computed(self, address: str, compute: Callable[[], Value]) -> Value:
        if address in self._pending:
            cycle = [*self._pending][[*self._pending].index(address) :]
            raise EvaluationError(f"{address} depends on itself: {' -> '.join([*cycle, address])}")
        self._pending[address] = None
        before, self.budget.here = self.budget.here, 0
        try:
            return self._bounded(compute())
        except EvaluationError as error:
            return self._failed(address, error)
        except RecursionError:
            return self._failed(address, LimitReached("nested too deeply"))
        finally:
            del self._pending[address]
            self.budget.here = before

    def _bounded(self, value: Value) -> Value:
        if type(value) not in _SMALL and weight(value, MAX_ELEMENTS) > MAX_ELEMENTS:
            raise LimitReached(f"more than {MAX_ELEMENTS:,} elements")
        return value

    def _failed(self, address: str, error: EvaluationError) -> UnknownValue:
        where = error.location if isinstance(error, ExpressionError | ExpressionLimit | MissingFileError) else None
        if isinstance(error, LimitReached):
            because = f"{address} ({error.what})"
            message = f"{address} is not evaluated: {error.what}"
            tip = "Make the value smaller, or give it under `values` in the site file."
            if self.budget.spent:
                if self._is_spent_told:
                    return UnknownValue((because,))
                self._is_spent_told = True
                message += "; nothing else of this size is, from here on"
            self.report(Problem("unresolved-value", because, message, tip, where))
            return UnknownValue((because,))
        if isinstance(error, MissingFileError):
            tip = "Create the file before pamlint runs, or give the value under `values` in the site file."
            self.report(Problem("unresolved-value", address, error.message, tip, where))
            return UnknownValue((address,))
        self.fail(address, error.message, where)
        return UnknownValue((address,))

    def fail(self, subject: str, message: str, where: Location | None) -> None:
        """Reports what Terraform would refuse."""
        tip = "Correct it; `terraform validate` or `terraform plan` refuses the same place."
        self.report(Problem("unreadable-input", subject, f"{subject}: {message}", tip, where))


def without_keys(address: str) -> str:
    """The address without any instance keys."""
    return _KEY.sub("", address) if "[" in address else address


def as_key(key: str | int) -> str:
    """An instance key as addresses have it."""
    if isinstance(key, int):
        return f"[{key}]"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return '["' + escaped.replace("${", "$${").replace("%{", "%%{") + '"]'


def joined(*because: Iterable[str]) -> tuple[str, ...]:
    """All reasons, each once."""
    return tuple(dict.fromkeys(reason for reasons in because for reason in reasons))
