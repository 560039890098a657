"""Sets of integers, against Python's own sets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, normal, size, subtract, union
from tests.model.universe import PROPERTY, as_ranges, numbers_of

pair = st.tuples(st.integers(0, 24), st.integers(0, 5)).map(lambda drawn: (drawn[0], drawn[0] + drawn[1]))
ranges = st.sets(st.integers(0, 24)).map(as_ranges)


def is_normal(found: Ranges) -> bool:
    """Sorted, none backwards, none touching the next."""
    return all(low <= high for low, high in found) and all(left[1] + 1 < right[0] for left, right in pairwise(found))


@PROPERTY
@given(st.lists(pair, max_size=8))
def test_normal_covers_the_same_numbers_in_one_form(pairs: list[tuple[int, int]]) -> None:
    """Order, overlap and touching ends do not matter."""
    found = normal(pairs)
    assert is_normal(found)
    assert numbers_of(found) == {number for low, high in pairs for number in range(low, high + 1)}


@PROPERTY
@given(ranges, ranges)
def test_union_intersection_and_difference_are_those_of_sets(a: Ranges, b: Ranges) -> None:
    """Each result is exact and in the one form, so that equal sets are equal."""
    for found, wanted in (
        (union(a, b), numbers_of(a) | numbers_of(b)),
        (intersect(a, b), numbers_of(a) & numbers_of(b)),
        (subtract(a, b), numbers_of(a) - numbers_of(b)),
    ):
        assert found == as_ranges(wanted)


@PROPERTY
@given(ranges, ranges)
def test_holds_and_size_are_those_of_sets(a: Ranges, b: Ranges) -> None:
    """A set holds its subsets; sizes count numbers, not ranges."""
    assert holds(a, b) == (numbers_of(b) <= numbers_of(a))
    assert size(a) == len(numbers_of(a))


@PROPERTY
@given(ranges)
def test_a_set_and_itself(a: Ranges) -> None:
    """The shortcuts for one and the same object, and for nothing, give what the long way gives."""
    assert (union(a, a), intersect(a, a), subtract(a, a)) == (a, a, EMPTY)
    assert (union(a, EMPTY), union(EMPTY, a), intersect(a, EMPTY), subtract(EMPTY, a), subtract(a, EMPTY)) == (
        a,
        a,
        EMPTY,
        EMPTY,
        a,
    )


def test_huge_numbers_are_exact() -> None:
    """Nothing goes through floating point."""
    last = (1 << 128) - 1
    assert subtract(((0, last),), ((1 << 127, 1 << 127),)) == ((0, (1 << 127) - 1), ((1 << 127) + 1, last))
    assert size(((0, last),)) == 1 << 128
