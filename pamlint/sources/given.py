"""Values that the user gives for what nothing declares: nobody would notice that they do nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from os.path import normpath, realpath
from pathlib import Path

from pamlint.model.errors import InputError, UserError, together
from pamlint.model.resource import Location
from pamlint.model.site import VIRTUAL_NETWORK, Site
from pamlint.sources.code import find_roots
from pamlint.sources.estates import Estate, boundary_of
from pamlint.terraform.facts import declared_addresses, is_declared
from pamlint.terraform.files import Files
from pamlint.terraform.inputs import Settings
from pamlint.terraform.library import Library
from pamlint.terraform.modules import Module, Tree


def refuse_undeclared(
    estates: Sequence[Estate], site: Site | None, variables: Collection[str], modules: Path | None = None
) -> None:
    """Raises UserError for a fact or variable that no root of the estates declares, nor any other that the site file stands for.

    Plans and states do not say what was declared: where one is read, nothing is refused.
    """
    given = {**_facts(estates, site), **{f"var.{name}": None for name in variables}}
    if not given or any(estate.documents for estate in estates):
        return
    ours = [(root, estate.boundary) for estate in estates for root in estate.roots]
    left, seen = _undeclared(given, ours, modules)
    if left and site is not None:
        others = [(root, boundary) for root, boundary in _roots_of(site, estates) if (root, boundary) not in ours]
        left, more = _undeclared(left, others, modules)
        seen += more
    if left:
        raise together([_error(address, given[address], address[4:] in variables, seen) for address in left])


def _facts(estates: Sequence[Estate], site: Site | None) -> dict[str, Location | None]:
    sites = [each for estate in estates if (each := estate.site or site) is not None]
    return {
        address: each.places.get(f"values.{address}", each.location)
        for each in sites
        for address in each.values
        if address != VIRTUAL_NETWORK
    }


def _roots_of(site: Site, estates: Sequence[Estate]) -> Iterator[tuple[Path, Path]]:
    """All roots that a site file may hold for: facts are for them too, though only some are read now."""
    folder = site.path.parent
    boundary = boundary_of(folder, site.path)
    named = [root for each in site.estates for root in each.roots]
    yield from ((root, boundary) for root in find_roots((folder,), boundary, named))


def _undeclared(given: Iterable[str], roots: Iterable[tuple[Path, Path]], modules: Path | None) -> tuple[list[str], list[Module]]:
    left: list[str] = list(given)
    seen: list[Module] = []
    for root, boundary in roots:
        if not left:
            break
        files = Files(Path(realpath(boundary)), Path.cwd(), [modules] if modules else [])
        try:
            tree = Tree(Library(Path(normpath(Path.cwd() / root)), files, modules), Settings())
        except InputError:
            return [], seen
        left = [address for address in left if not is_declared(tree.root, address)]
        seen.append(tree.root)
    return left, seen


def _error(address: str, location: Location | None, typed: bool, roots: Sequence[Module]) -> UserError:
    from difflib import get_close_matches

    declared = sorted({name for root in roots for name in declared_addresses(root, address.rpartition(".")[2])})
    close = get_close_matches(address, [name for name in declared if not typed or name.startswith("var.")], 1)
    told, *nearest = [name.removeprefix("var.") if typed else name for name in (address, *close)]
    instead = f"; perhaps {nearest[0]} is meant" if nearest else ""
    if typed:
        return UserError(f"--var {told}: no root module has such a variable{instead}")
    return UserError(f"no root module declares {told}{instead}", location)
