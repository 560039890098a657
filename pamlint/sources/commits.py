"""Which commit is checked out, read from the files of `.git`: no command runs, and nothing outside of the tree is read."""

from __future__ import annotations

import re
from pathlib import Path

from pamlint.model.evidence import Commit

LIMIT = 8 << 20
"""No file of `.git` that is longer is read."""
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REFERENCE = re.compile(r"ref: (refs/(?:heads|tags|remotes)/[^\s\x00-\x1f~^:?*\[\\]+)")


def commit_of(path: Path) -> Commit:
    """The commit of the working tree around a path, or why it is not known. Whether its files were changed since is not said."""
    here = path.resolve()
    for folder in (here, *here.parents):
        git = folder / ".git"
        if git.is_dir():
            return _read(folder, git)
        if git.exists():
            return Commit(_told(folder), None, unknown="its .git is a file that points out of the tree")
    return Commit(_told(here), None, unknown="it is in no git working tree")


def _read(folder: Path, git: Path) -> Commit:
    head = _text(git, "HEAD")
    if head is None:
        return Commit(_told(folder), None, unknown="its .git/HEAD cannot be read")
    if _SHA.fullmatch(head.strip()):
        return Commit(_told(folder), head.strip())
    match = _REFERENCE.fullmatch(head.strip())
    if match is None or ".." in match[1]:
        return Commit(_told(folder), None, unknown="its .git/HEAD names no branch")
    branch = match[1].partition("/")[2].partition("/")[2]
    loose = (_text(git, match[1]) or "").strip()
    sha = loose if _SHA.fullmatch(loose) else _packed(git, match[1])
    return Commit(_told(folder), sha, branch, "" if sha else "its branch has no commit")


def _packed(git: Path, reference: str) -> str | None:
    """A reference's commit in the file of packed ones."""
    for line in (_text(git, "packed-refs") or "").splitlines():
        sha, _, name = line.partition(" ")
        if name == reference and _SHA.fullmatch(sha):
            return sha
    return None


def _text(git: Path, name: str) -> str | None:
    """A file of `.git`; None where it is missing, elsewhere, too long or no text."""
    path = git / name
    try:
        if not path.resolve().is_relative_to(git.resolve()) or path.stat().st_size > LIMIT:
            return None
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _told(folder: Path) -> str:
    here = Path.cwd()
    return folder.relative_to(here).as_posix() if folder.is_relative_to(here) else folder.as_posix()
