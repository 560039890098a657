"""What is tied to what, surely or perhaps."""

from __future__ import annotations

import pytest

from pamlint.clouds.ties import Ties, doubted, ties


@pytest.mark.parametrize(
    ("found", "tied"),
    [
        ([("a", ()), ("a", ("x",))], (("a", ()),)),
        ([("a", ("x",)), ("a", ())], (("a", ()),)),
        ([("b", ("y",)), ("a", ("x",)), ("b", ("x",))], (("a", ("x",)), ("b", ("x", "y")))),
    ],
)
def test_a_tie_is_as_sure_as_its_surest(found: list[tuple[str, tuple[str, ...]]], tied: Ties) -> None:
    """One that is there for sure settles it, whichever comes first; several that may be there hang on all references."""
    assert ties(found) == tied


def test_doubt_is_cast_on_sure_ties_too() -> None:
    """What hangs on further references hangs on all of them."""
    assert doubted((("a", ()), ("b", ("y",))), ["x"]) == (("a", ("x",)), ("b", ("x", "y")))
