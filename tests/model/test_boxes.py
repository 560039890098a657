"""Which boxes overlap, against asking each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pamlint.model.boxes import Box, Boxes
from tests.model.universe import PROPERTY

SIDES = 3
runs = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda ends: (min(ends), max(ends)))
boxes = st.lists(runs, min_size=SIDES, max_size=SIDES).map(tuple)


def overlapping(many: dict[int, Box], box: Box, below: int) -> list[int]:
    return [
        number
        for number, other in sorted(many.items())
        if number < below and all(a <= d and c <= b for (a, b), (c, d) in zip(box, other, strict=True))
    ]


@PROPERTY
@given(st.lists(boxes, max_size=30), st.lists(boxes, max_size=10), st.sets(st.integers(0, 39)), boxes, st.integers(0, 45))
def test_what_overlaps(first: list[Box], added: list[Box], removed: set[int], box: Box, below: int) -> None:
    """Boxes that were there from the beginning and those that were added, but for those that were taken out again."""
    found = Boxes(enumerate(first), (0, 2))
    many = dict(enumerate(first))
    for number, other in enumerate(added, len(first)):
        found.add(number, other)
        many[number] = other
    for number in removed & many.keys():
        found.remove(number)
        del many[number]
    assert found.overlapping(box) == overlapping(many, box, len(first) + len(added))
    assert found.overlapping(box, below) == overlapping(many, box, below)
