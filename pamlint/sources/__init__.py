"""Reading: whatever an estate consists of in, resources in Terraform's own attribute names out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pamlint.model.resource import Reading
from pamlint.sources.code import read_root
from pamlint.sources.estates import Estate, boundary_of
from pamlint.terraform.inputs import Settings


def read(estate: Estate, types: Collection[str], settings: Settings) -> tuple[Reading, ...]:
    """Every root module, plan and state of an estate; only resources of these types are evaluated."""
    readings = [read_root(root, boundary=estate.boundary, wanted=types.__contains__, settings=settings) for root in estate.roots]
    if estate.documents:
        from pamlint.sources.documents import read_document

        site = estate.site.path if estate.site else None
        readings += [
            read_document(path, types.__contains__, boundary=boundary_of(path, site), settings=settings)
            for path in estate.documents
        ]
    return tuple(replace(reading, input=replace(reading.input, estate=estate.name)) for reading in readings)
