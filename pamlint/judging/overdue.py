"""Allowances whose day has passed: what is open of them still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pamlint.judging.judgement import NOTHING_SETTLED, Opening, Share
from pamlint.model.certainty import Settled
from pamlint.model.traffic import Cube, Traffic, merge, minus, overlap


def taken_off(open_: Settled, left: Settled) -> Settled:
    """What of something that is open would not be if only the rest were, or not for sure."""
    names = {literal for cube in (*open_.proved, *open_.unproven) for literal in cube.guard}

    def of_same(cubes: Traffic) -> Traffic:
        return tuple(Cube(cube.sides, cube.guard & names) for cube in cubes)

    surely, all_ = of_same(left.proved), of_same((*left.proved, *left.unproven))
    proved, unproven, doubtful = minus(open_.proved, all_), minus(open_.unproven, all_), minus(open_.proved, surely)
    doubtful = minus(doubtful, proved)
    because = {*(open_.because if unproven else ()), *(left.because if doubtful else ())}
    return Settled(proved, (*unproven, *doubtful), tuple(sorted(because)))


def open_still(opening: Opening) -> Iterator[Share]:
    """What an opening leaves open of each allowance, as surely as it is open."""
    for allowance, share in opening.expired:
        proved = overlap(share.proved, opening.residue.proved)
        perhaps = (*minus(share.proved, opening.residue.proved), *share.unproven)
        doubt = opening.residue.because if opening.residue.unproven else ()
        yield allowance, Settled(proved, perhaps, tuple(sorted({*share.because, *doubt})) if perhaps else ())


def overdue(shares: Iterable[Share]) -> list[Share]:
    """Each allowance of which anything is open, once, with all that is."""
    found: dict[str, Share] = {}
    for allowance, here in shares:
        before = found[allowance.name][1] if allowance.name in found else NOTHING_SETTLED
        because = tuple(sorted({*before.because, *here.because}))
        proved, unproven = merge((*before.proved, *here.proved)), merge((*before.unproven, *here.unproven))
        if proved or unproven:
            found[allowance.name] = (allowance, Settled(proved, unproven, because))
    return list(found.values())
