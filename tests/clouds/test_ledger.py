"""What stands for things that the input refers to and does not define."""

from __future__ import annotations

import pytest

from pamlint.clouds.ledger import outside
from pamlint.model.identity import is_anybody
from pamlint.model.resource import Unknown

FOUR = ("var.a", "var.b", "var.c", "var.d")


@pytest.mark.parametrize(
    ("because", "name"),
    [(FOUR[:1], "var.a"), (FOUR[:3], "var.a, var.b, var.c"), (FOUR, "var.a, var.b and 2 more"), ((), "an unknown group")],
)
def test_what_hangs_on_many_references_has_a_name_that_can_be_read(because: tuple[str, ...], name: str) -> None:
    """All of them stay its reasons, and it may be any group still."""
    key, told, reasons = outside(Unknown(because), "r", "group")
    assert (told, reasons, is_anybody(key, told)) == (name, because or (name,), True)


def test_two_of_one_short_name_are_two() -> None:
    """The references that are only counted tell them apart."""
    keys = {outside(Unknown((*FOUR[:3], last)), "r", "group")[:2] for last in ("var.d", "var.e")}
    assert len(keys) == 2
    assert {told for _, told in keys} == {"var.a, var.b and 2 more"}
