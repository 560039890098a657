"""Reading side by side: whatever becomes of one scope, the others are read, and nothing is silent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

import pytest

from pamlint.model.errors import UserError
from pamlint.model.resource import Input, Problem, Reading
from pamlint.model.scope import Scope, Survey
from pamlint.sources.aws import Access
from pamlint.sources.fleet import Crew, crew, read_all, unlisted
from pamlint.sources.snapshot import pack

ONE, TWO = Scope("aws", "111122223333", "eu-west-1"), Scope("aws", "111122223333", "us-east-1")


class KilledWorker(Exception):  # noqa: N818
    """What Dask calls it when workers died over a task."""


class Hands(Executor):
    """Reads the first scope whole, and does with the second what a test wants: an error, or nothing for ever."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error
        self.given: list[tuple[Any, ...]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        """Take a task."""
        self.given.append(args)
        future: Future[Any] = Future()
        scope = args[1]
        if scope == ONE:
            future.set_result(pack(Reading(Input(scope.name, "live", "0" * 64, True), ())))
        elif self.error is not None:
            future.set_exception(self.error)
        return future


ENDS: dict[str, tuple[BaseException | None, str]] = {
    "dead workers": (KilledWorker("x"), "4 workers of the Dask cluster died over it"),
    "given up": (CancelledError(), "the Dask cluster gave the task up"),
    "no package": (
        ModuleNotFoundError("No module named 'pamlint'"),
        "the worker lacks a Python package: No module named 'pamlint'",
    ),
    "no credentials": (UserError("there are no AWS credentials"), "there are no AWS credentials"),
    "a bug": (KeyError("secret"), "this is a bug in pamlint (KeyError while reading it); please report it"),
    "nobody works": (None, "the cluster has no workers"),
}


@pytest.mark.parametrize(("error", "why"), ENDS.values(), ids=ENDS)
def test_one_scope_that_nobody_could_read(error: BaseException | None, why: str) -> None:
    """It is told with the reason, the other one is there, and both are handed on as they come."""
    hands = Hands(error)
    seen: list[tuple[str, bool]] = []
    crew = Crew(hands, lambda: "the cluster has no workers" if error is None else "", patience=0.1)
    access = Access(profile="x")
    found = read_all(
        access, [TWO, ONE], crew, "audit", lambda scope, reading, _: seen.append((scope.name, reading.input.complete))
    )
    whole, torn = found.readings
    assert (whole.input.name, whole.input.complete, found.interrupted) == (ONE.name, True, False)
    (problem,) = torn.problems
    assert problem.message == f"{TWO.name} was not read: {why}"
    assert (torn.input.complete, torn.unread, problem.check) == (False, (TWO.name,), "unreadable-input")
    assert sorted(seen) == sorted([(ONE.name, True), *([(TWO.name, False)] if error else [])])
    assert hands.given == [(access, TWO, "audit"), (access, ONE, "audit")]


def test_what_nobody_came_to_is_told_once_for_each_account() -> None:
    """However many scopes are left: each of them is incomplete, and one problem names all regions of an account."""
    left = [Scope("aws", account, f"region-{number}") for account in ("1", "2") for number in range(3)]
    others = [Scope("aws", "3", "region-0"), *(Scope("azure", f"sub-{number}") for number in range(2))]
    crew = Crew(Hands(None), lambda: "nobody works", patience=0.1)
    found = read_all(Access(), [*left, *others], crew, "audit", lambda *_: None)
    assert [(reading.input.complete, reading.unread) for reading in found.readings] == [
        (False, (scope.name,)) for scope in (*left, *others)
    ]
    assert [(problem.subject, problem.message) for reading in found.readings for problem in reading.problems] == [
        ("aws/1", "3 regions of aws/1 were not read: nobody works (region-0, region-1, region-2)"),
        ("aws/2", "3 regions of aws/2 were not read: nobody works (region-0, region-1, region-2)"),
        ("aws/3/region-0", "aws/3/region-0 was not read: nobody works"),
        ("azure", "2 subscriptions of azure were not read: nobody works (sub-0, sub-1)"),
    ]


def test_what_could_not_be_listed_is_a_reading_of_nothing() -> None:
    """An account that cannot be entered makes the estate incomplete, and any role may be bound in there."""
    (told,) = unlisted("aws", Survey((), (Problem("unreadable-input", "aws/1", "denied", "tip"),)))
    assert (told.input.kind, told.input.complete, told.unread, told.resources) == ("live", False, ("aws/1",), ())
    assert unlisted("aws", Survey((ONE,))) == ()


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask is an extra, and whoever lacks it has met no bug."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError) as caught, crew(1, "dask://127.0.0.1:1"):
        pass
    assert caught.value.message == "--executor needs the Python package `distributed`: `pip install 'pamlint[dask]'` brings it"
