"""Ignore comments: those at a block, and those of a file that stand at nothing that could be ignored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pamlint.model.resource import Ignore
from pamlint.terraform.configuration import Declared
from pamlint.terraform.session import Session
from pamlint.terraform.syntax import BlockNode, SourceFile

_IGNORE = re.compile(r"pamlint:\s*ignore\b")
_IGNORE_FORM = re.compile(r"(?:#|//|/\*)\s*pamlint:\s*ignore\[([\w\s,-]+)\]\s+(\S.*?)\s*(?:\*/)?\s*$", re.DOTALL)


def ignores(file: SourceFile, node: BlockNode, session: Session) -> tuple[Ignore, ...]:
    """The ignore comments on a block's first line and on the comment lines directly above it."""
    if "pamlint:" not in file.text or file.json:
        return ()
    by_line = _comments_by_line(file)
    line = file.position(node.start)[0]
    found = [comment for comment in by_line.get(line, ()) if comment[0] > node.start]
    above = line - 1
    while any(_alone(file, start) for start, _ in by_line.get(above, ())):
        found = [*by_line[above], *found]
        above -= 1
    return tuple(ignore for start, text in found for ignore in _parsed(file, start, text, session))


@lru_cache(maxsize=16)
def _comments_by_line(file: SourceFile) -> dict[int, list[tuple[int, str]]]:
    lines: dict[int, list[tuple[int, str]]] = {}
    for start, text in file.comments:
        lines.setdefault(file.position(start + len(text.rstrip()) - 1)[0], []).append((start, text))
    return lines


def _alone(file: SourceFile, start: int) -> bool:
    return not file.text[file.text.rfind("\n", 0, start) + 1 : start].strip()


def _parsed(file: SourceFile, start: int, text: str, session: Session) -> Iterable[Ignore]:
    if not _IGNORE.search(text):
        return
    where = file.location(start, start + len(text))
    match = _IGNORE_FORM.match(text)
    if match is None:
        session.fail("pamlint: ignore", "the form is `# pamlint: ignore[CHECK] reason`, and the reason is required", where)
        return
    for check in match[1].split(","):
        if check.strip():
            yield Ignore(check.strip(), match[2], where)


def strays(file: SourceFile, declared: Iterable[Declared], session: Session) -> list[Ignore]:
    """The ignore comments of a file that stand neither at one of these blocks nor at any inside of them; what only speaks of
    such comments is none."""
    if "pamlint:" not in file.text or file.json:
        return []
    nodes = (node for each in declared for node in _nested(each.block))
    near = {ignore for node in nodes for ignore in ignores(file, node, session)}
    formed = ((start, text) for start, text in file.comments if _IGNORE_FORM.match(text))
    return [ignore for start, text in formed for ignore in _parsed(file, start, text, session) if ignore not in near]


def _nested(node: BlockNode) -> Iterator[BlockNode]:
    """A block and all inside of it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending += current.body.blocks
