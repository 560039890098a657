"""Errors of the user, one or many."""

from __future__ import annotations

from pamlint.model.errors import UserError, together
from pamlint.model.resource import Location


def test_one_error_stays_itself() -> None:
    """Nothing is wrapped that stands alone."""
    error = UserError("wrong", Location("a", 3))
    assert together([error]) is error


def test_several_errors_are_told_once_each_in_order_of_their_places() -> None:
    """Parts come sorted by file, line and column; equal ones are one; nested ones are taken apart."""
    late, early = UserError("late", Location("a", 10)), UserError("early", Location("a", 9))
    nowhere = UserError("nowhere")
    error = together([together([late, early]), nowhere, UserError("late", Location("a", 10))])
    assert str(error) == "nowhere\na:9:1: early\na:10:1: late"
    assert [part.message for part in error.parts] == ["nowhere", "early", "late"]
