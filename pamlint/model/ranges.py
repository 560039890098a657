"""Exact algebra on sets of integers, held as sorted, disjoint, non-touching closed ranges."""

from __future__ import annotations

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]
EMPTY: Ranges = ()


def normal(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """The set that these closed ranges cover together, whatever their order or overlap."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if out and low <= out[-1][1] + 1:
            if high > out[-1][1]:
                out[-1] = (out[-1][0], high)
        else:
            out.append((low, high))
    return tuple(out)


def union(a: Ranges, b: Ranges) -> Ranges:
    """The numbers in either."""
    if not a or a is b:
        return b
    if not b:
        return a
    return normal(a + b)


def intersect(a: Ranges, b: Ranges) -> Ranges:
    """The numbers in both."""
    if a is b:
        return a
    if len(a) == 1 == len(b):
        ((a_low, a_high),), ((b_low, b_high),) = a, b
        if a_low >= b_low and a_high <= b_high:
            return a
        if b_low >= a_low and b_high <= a_high:
            return b
        if a_low <= b_high and b_low <= a_high:
            return ((b_low, a_high),) if a_low < b_low else ((a_low, b_high),)
        return EMPTY
    out: list[tuple[int, int]] = []
    i = j = 0
    while i < len(a) and j < len(b):
        (a_low, a_high), (b_low, b_high) = a[i], b[j]
        # the innermost loop of all: max() and min() would cost half as much again
        low = a_low if a_low > b_low else b_low  # noqa: FURB136
        high = a_high if a_high < b_high else b_high  # noqa: FURB136
        if low <= high:
            out.append((low, high))
        if a_high < b_high:
            i += 1
        else:
            j += 1
    return tuple(out)


def subtract(a: Ranges, b: Ranges) -> Ranges:
    """The numbers in a and not in b."""
    if a is b:
        return EMPTY
    out: list[tuple[int, int]] = []
    j = 0
    for start, high in a:
        low = start
        while j < len(b) and b[j][1] < low:
            j += 1
        k = j
        while k < len(b) and b[k][0] <= high:
            if b[k][0] > low:
                out.append((low, b[k][0] - 1))
            low = b[k][1] + 1
            k += 1
        if low <= high:
            out.append((low, high))
    return tuple(out)


def holds(a: Ranges, b: Ranges) -> bool:
    """Whether every number of b is in a."""
    return not subtract(b, a)


def size(a: Ranges) -> int:
    """How many numbers there are."""
    return sum(high - low + 1 for low, high in a)
