"""The fewest boxes of ports and addresses that cover what is needed, and no more: each edge of each box is there for a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from pamlint.model.addresses import ANY, format_ranges, parse_cidrs
from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, normal, union

Run = tuple[int, int]


class Box(NamedTuple):
    """Some ports to or from some addresses, all with all."""

    ports: Ranges
    addresses: Ranges


def slices(boxes: Iterable[Box]) -> list[tuple[Run, Ranges]]:
    """The runs of ports between which nothing changes, ascending, each with all addresses that any box has there."""
    boxes = list(boxes)
    starts = {low for box in boxes for low, _ in box.ports} | {high + 1 for box in boxes for _, high in box.ports}
    edges = sorted(starts)
    found = []
    for low, after in pairwise(edges):
        addresses: Ranges = EMPTY
        for box in boxes:
            if intersect(box.ports, ((low, low),)):
                addresses = union(addresses, box.addresses)
        if addresses:
            found.append(((low, after - 1), addresses))
    return found


def by_addresses(boxes: Iterable[Box]) -> list[Box]:
    """Boxes of any shape: one for each set of addresses, with all ports that just these have; no two have a port in common."""
    ports: dict[Ranges, list[Run]] = defaultdict(list)
    for run, addresses in slices(boxes):
        ports[addresses].append(run)
    return sorted(Box(normal(runs), addresses) for addresses, runs in ports.items())


def by_block(boxes: Iterable[Box]) -> list[Box]:
    """Boxes of one CIDR and one run of ports each.

    A run passes over ports at which a larger block has the CIDR already, and ends where none has.
    """
    cut = slices(boxes)
    exact: dict[str, list[Run]] = defaultdict(list)
    for run, addresses in cut:
        for text in blocks(addresses):
            exact[text].append(run)
    found = []
    for text, needed in exact.items():
        block = parse_cidrs([text])
        for covered in normal(run for run, addresses in cut if holds(addresses, block)):
            inside = [run for run in needed if covered[0] <= run[0] <= covered[1]]
            if inside:
                found.append(Box(((inside[0][0], inside[-1][1]),), block))
    return sorted(found)


def blocks(addresses: Ranges) -> tuple[str, ...]:
    """The fewest CIDRs; all addresses are one of each family."""
    return ("0.0.0.0/0", "::/0") if addresses == ANY else format_ranges(addresses)


def ports_held(boxes: Iterable[Box], addresses: Ranges) -> Ranges:
    """The ports at which the boxes together hold all of the addresses."""
    return normal(run for run, there in slices(boxes) if holds(there, addresses))
