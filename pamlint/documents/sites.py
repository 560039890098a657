"""Which site file holds for a path, and site files that are read while the rest of a run is still being imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pamlint.model.site import Site
from pamlint.workers import ahead

SITE_FILE = "pamlint.yaml"


def find_site(path: Path) -> Path | None:
    """The site file that holds for a file or directory: the nearest one beside it or above."""
    start = path.resolve()
    return next((folder / SITE_FILE for folder in (start, *start.parents) if (folder / SITE_FILE).is_file()), None)


def read_site(place: Path) -> Site:
    """Reads a site file here and now; UserError holds all that is wrong in it."""
    from pamlint.documents.site import load_site  # brings PyYAML, which takes longer than most of what a run imports

    return load_site(place)


@contextmanager
def reading(places: Iterable[Path | None]) -> Iterator[Callable[[Path], Site]]:
    """Gives what reads a site file, as `read_site` does; these ones another process reads from now on, where there may be one."""
    with ahead(lambda: {place: read_site(place) for place in places if place is not None}) as known:

        def read(place: Path) -> Site:
            sites = known()
            return sites[place] if place in sites else read_site(place)

        yield read
