"""Which of many boxes overlap another, without asking each of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

Box = tuple[tuple[int, int], ...]
"""A closed range for each side."""
Begins = list[tuple[int, int]]
"""Where ranges begin, with the numbers of their boxes; ascending."""

FEW = 8
"""So many candidates need not be made fewer by another side."""


class Boxes:
    """Boxes by where they begin on some of their sides, ranges of like length together.

    A range that is shorter than 2^n overlaps another only if it begins less than that before it, so few have to be looked at.
    """

    def __init__(self, boxes: Iterable[tuple[int, Box]], sides: Sequence[int]) -> None:
        """The boxes with the numbers that they are known by; `sides` are those on which they differ."""
        self._boxes: dict[int, Box] = {}
        self._sides = sides
        self._begins: list[dict[int, Begins]] = [{} for _ in sides]
        for number, box in boxes:
            self._boxes[number] = box
            for begins, begin in self._places(number, box):
                begins.append(begin)
        for sizes in self._begins:
            for begins in sizes.values():
                begins.sort()

    def add(self, number: int, box: Box) -> None:
        """Put one more in."""
        self._boxes[number] = box
        for begins, begin in self._places(number, box):
            insort(begins, begin)

    def remove(self, number: int) -> None:
        """Take one out."""
        for begins, begin in self._places(number, self._boxes.pop(number)):
            del begins[bisect_left(begins, begin)]

    def overlapping(self, box: Box, below: int | None = None) -> list[int]:
        """The numbers of the boxes that overlap this one, ascending; only those below a number if one is given."""
        found = sorted(number for begins, start, end in self._fewest(box) for _, number in begins[start:end])
        if below is not None:
            found = found[: bisect_left(found, below)]
        return [number for number in found if _overlap(self._boxes[number], box)]

    def _places(self, number: int, box: Box) -> Iterable[tuple[Begins, tuple[int, int]]]:
        """Where a box stands on each of the sides."""
        for side, sizes in zip(self._sides, self._begins, strict=True):
            low, high = box[side]
            yield sizes.setdefault((high - low).bit_length(), []), (low, number)

    def _fewest(self, box: Box) -> list[tuple[Begins, int, int]]:
        """The candidates by the side on which there are the fewest."""
        best: list[tuple[Begins, int, int]] = []
        least = -1
        for side, sizes in zip(self._sides, self._begins, strict=True):
            low, high = box[side]
            runs = [
                (begins, bisect_left(begins, (low - (1 << size) + 1,)), bisect_left(begins, (high + 1,)))
                for size, begins in sizes.items()
            ]
            count = sum(end - start for _, start, end in runs)
            if least < 0 or count < least:
                best, least = runs, count
            if count <= FEW:
                break
        return best


def _overlap(a: Box, b: Box) -> bool:
    return all(low <= other_high and other_low <= high for (low, high), (other_low, other_high) in zip(a, b, strict=True))
