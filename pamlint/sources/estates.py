"""Which inputs are judged together: paths and site files in, estates out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pamlint.model.noun import noun
from pamlint.model.site import Site
from pamlint.sources.code import find_roots

STANDARD_INPUT = Path("-")


@noun
class Estate:
    """The inputs that are judged together: root modules, documents (plans and states), and the site that holds for them."""

    name: str | None
    site: Site | None
    roots: tuple[Path, ...]
    documents: tuple[Path, ...] = ()
    variable_files: tuple[Path, ...] = ()
    workspace: str | None = None
    boundary: Path = Path()


def boundary_of(path: Path, site: Path | None) -> Path:
    """Nothing outside of this is read: the repository around the path, else the site file's directory around it, else itself."""
    here = path.resolve()
    here = here if here.is_dir() else here.parent
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return folder
    return site.parent.resolve() if site is not None and here.is_relative_to(site.parent.resolve()) else here


def choose(paths: Sequence[Path], site: Site | None) -> tuple[list[Estate], list[str]]:
    """The estates that the paths touch, and what to say of roots that belong to none of a site's estates.

    An estate is judged as a whole: a path that touches one of its roots brings all of them.
    """
    documents = tuple(path for path in paths if is_document(path))
    site_path = site.path if site is not None else None
    folders = [_scope(path, site_path) for path in paths if path not in documents]
    settings = site.estates if site is not None else ()
    named = tuple(root for each in settings for root in each.roots)
    roots: dict[Path, Path] = {}
    for path in folders:
        boundary = boundary_of(path, site_path)
        for root in find_roots((path,), boundary, named):
            roots.setdefault(root.resolve(), boundary)
    if not settings:
        boundary = next(iter(roots.values()), boundary_of(Path(), site_path))
        return [Estate(None, site, tuple(sorted(roots)), documents, boundary=boundary)], []
    estates = []
    for each in settings:
        own = tuple(sorted(root.resolve() for root in each.roots))
        if any(root in roots for root in own) or documents:
            boundary = next((roots[root] for root in own if root in roots), boundary_of(own[0] if own else Path(), site_path))
            estates.append(Estate(each.name, each.site, own, documents, each.var_files, each.workspace, boundary))
    claimed = {root.resolve() for root in named}
    left = [
        f"root {_told(root)} belongs to no estate of {site_path} and is not judged"
        for root in sorted(roots)
        if root not in claimed
    ]
    return estates, left


def _scope(path: Path, site: Path | None) -> Path:
    """A site file stands for everything that it may hold for."""
    return path.parent if site is not None and path.is_file() and path.samefile(site) else path


def is_document(path: Path) -> bool:
    """Whether a path is a plan or a state (told by its ending; its content decides which) or standard input."""
    if path == STANDARD_INPUT:
        return True
    name = path.name.lower()
    return path.is_file() and (name.endswith((".tfstate", ".tfstate.backup")) or _is_json(name))


def _is_json(name: str) -> bool:
    return name.endswith(".json") and not name.endswith((".tf.json", ".tofu.json", ".tfvars.json"))


def _told(path: Path) -> str:
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
