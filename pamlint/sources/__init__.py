"""Reading: whatever an estate consists of in, resources in Terraform's own attribute names out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from os import getpid
from pathlib import Path

from pamlint.model.errors import UserError
from pamlint.model.noun import replace
from pamlint.model.resource import Reading
from pamlint.sources.code import read_root
from pamlint.sources.echoes import apart
from pamlint.sources.estates import Estate, boundary_of
from pamlint.terraform.inputs import Settings
from pamlint.terraform.scope import MAX_STEPS_IN_ESTATE, Budget
from pamlint.workers import MANY, each


def read(estate: Estate, types: Collection[str], settings: Settings) -> tuple[Reading, ...]:
    """Every root module, plan, state and live document of an estate; only resources of these types are evaluated."""
    readings = _read_roots(estate, types, settings)
    if estate.documents:
        from pamlint.sources.documents import read_document

        site = estate.site.path if estate.site else None
        readings += [
            reading
            for path in estate.documents
            for reading in read_document(path, types.__contains__, boundary=boundary_of(path, site), settings=settings)
        ]
    _refuse_twins(readings)
    return tuple(replace(reading, input=replace(reading.input, estate=estate.name)) for reading in apart(readings))


def _read_roots(estate: Estate, types: Collection[str], settings: Settings) -> list[Reading]:
    """The root modules of an estate. What they cost together is bounded: where that is too much, it counts who came first."""
    budget = Budget()

    def read_one(root: Path) -> tuple[Reading, int, int]:
        before = budget.in_all
        reading = read_root(root, boundary=estate.boundary, wanted=types.__contains__, settings=settings, estate=budget)
        return reading, budget.in_all - before, getpid()

    found = each(read_one, estate.roots, at_once=len(estate.roots) >= MANY)
    if sum(steps for _, steps, _ in found) > MAX_STEPS_IN_ESTATE and {process for *_, process in found} != {getpid()}:
        budget.in_all = 0
        found = [read_one(root) for root in estate.roots]
    return [reading for reading, *_ in found]


def _refuse_twins(readings: Sequence[Reading]) -> None:
    """One scope of a live estate at two times is two estates; together they would hide each other's changes."""
    places: dict[str, tuple[str, ...]] = {}
    for reading in readings:
        read = reading.input
        if read.kind == "live" and read.name in places:
            told = " and ".join(dict.fromkeys((*places[read.name], *read.files)))
            raise UserError(f"{read.name} is there twice, in {told}: lint one live document of it at a time")
        if read.kind == "live":
            places[read.name] = read.files
