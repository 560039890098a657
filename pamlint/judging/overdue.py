"""Allowances whose day has passed: what is open of them still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pamlint.judging.cubes import Table
from pamlint.judging.demand import Demand
from pamlint.judging.judgement import NOTHING_SETTLED, Opening
from pamlint.model.certainty import Purpose, Settled, settle
from pamlint.model.site import Allowance
from pamlint.model.traffic import merge, overlap

Share = tuple[Allowance, Settled]
"""What is open of an allowance."""


def open_still(opening: Opening, demand: Demand, table: Table) -> Iterator[Share]:
    """What an opening leaves open of each; whether members of a group stand in its networks is nobody's question."""
    for allowance in opening.expired:
        cubes = demand.of_allowance(allowance, opening.unit, opening.direction)
        residue = merge(overlap((*opening.residue.proved, *opening.residue.unproven), cubes))
        settled = settle(residue, table.predicates, Purpose.OPEN)
        if not opening.residue.unproven:
            yield allowance, Settled(settled.proved, (), ())
        else:
            because = tuple(name for name in settled.because if name in opening.residue.because)
            yield allowance, settled._replace(because=because)


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
