"""Boxes of ports and addresses, held against every packet of a small universe."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pamlint.model.addresses import cidr_blocks
from pamlint.model.ranges import Ranges, normal, size
from pamlint.views.covering import Box, by_addresses, by_block

Shape = Callable[[Iterable[Box]], list[Box]]
PORTS, ADDRESSES = 6, 8
SOME_PORTS = st.lists(st.tuples(st.integers(0, PORTS - 1), st.integers(0, 2)), min_size=1, max_size=2)
SOME_ADDRESSES = st.lists(st.tuples(st.integers(0, ADDRESSES - 1), st.sampled_from([0, 1, 3, 7])), min_size=1, max_size=2)
BOXES = st.lists(st.builds(lambda ports, blocks: Box(runs(ports), aligned(blocks)), SOME_PORTS, SOME_ADDRESSES), max_size=4)
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHAPES = pytest.mark.parametrize("shape", [by_addresses, by_block])


def runs(pairs: Iterable[tuple[int, int]]) -> Ranges:
    return normal((low, min(PORTS - 1, low + more)) for low, more in pairs)


def aligned(pairs: Iterable[tuple[int, int]]) -> Ranges:
    return normal((start & ~mask, start & ~mask | mask) for start, mask in pairs)


def points(boxes: Iterable[Box]) -> set[tuple[int, int]]:
    """Every port with every address of each box."""
    return {
        (port, address)
        for box in boxes
        for first, last in box.ports
        for port in range(first, last + 1)
        for low, high in box.addresses
        for address in range(low, high + 1)
    }


@SHAPES
@EXAMPLES
@given(BOXES)
def test_the_same_packets(shape: Shape, boxes: list[Box]) -> None:
    """No packet is lost and none is added."""
    assert points(shape(boxes)) == points(boxes)


@SHAPES
@EXAMPLES
@given(BOXES)
def test_no_box_can_be_spared_or_cut(shape: Shape, boxes: list[Box]) -> None:
    """Without a box, or without the first or last port of one of its runs, a packet is lost."""
    made = shape(boxes)
    for box in made:
        others = [other for other in made if other is not box]
        for low, high in box.ports:
            rest = tuple(run for run in box.ports if run != (low, high))
            for less in ((low + 1, high), (low, high - 1)):
                cut = normal([*rest, less] if less[0] <= less[1] else rest)
                assert points([*others, Box(cut, box.addresses)]) != points(made)


@EXAMPLES
@given(BOXES)
def test_a_box_of_one_rule(boxes: list[Box]) -> None:
    """A box by block is one CIDR and one run of ports."""
    assert all(len(box.ports) == 1 == len(cidr_blocks(box.addresses)) for box in by_block(boxes))


@EXAMPLES
@given(BOXES)
def test_boxes_by_addresses_are_apart(boxes: list[Box]) -> None:
    """Boxes by addresses have no port in common, so each port's addresses stand in one place."""
    made = by_addresses(boxes)
    assert size(normal(run for box in made for run in box.ports)) == sum(size(box.ports) for box in made)


def test_a_run_passes_over_what_a_larger_block_has() -> None:
    """Two rules do where cutting would need three."""
    boxes = [Box(((443, 443),), ((0, 255),)), Box(((442, 444),), ((16, 31),))]
    assert by_block(boxes) == [Box(((442, 444),), ((16, 31),)), Box(((443, 443),), ((0, 255),))]
