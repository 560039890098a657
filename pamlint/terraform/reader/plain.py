"""What most values are: strings, references, and strings that references fill. Regular expressions read them whole."""

from __future__ import annotations

import re
from functools import lru_cache

from pamlint.terraform.syntax import Expression, Literal, Parentheses, Reference, Step, Template

KEYWORDS = {"true": True, "false": False, "null": None}
NAME = r"[A-Za-z_][A-Za-z0-9_-]*+"
PLAIN = r'[^"\\$%\r\n]*+'
PATH = rf"(?!(?:true|false|null)\.){NAME}(?:\.{NAME})*+"
FILLED = rf'(?:[^"\\$%\r\n]++|\$\{{[ ]*+{PATH}[ ]*+\}})*+'
REFERENCE = rf'(?!(?:true|false|null)[.\[]){NAME}(?:\.{NAME}|\[[0-9]{{1,9}}\]|\["{PLAIN}"\])*+'

_ROOT = re.compile(NAME)
_STEP = re.compile(rf'\.({NAME})|\[(?:([0-9]++)|"({PLAIN})")\]')
_PART = re.compile(rf"\$\{{[ ]*+({PATH})[ ]*+\}}|[^$]++")


def path(text: str, start: int, end: int) -> Expression:
    """The tree of names with dots between them, or of a keyword."""
    if "." not in text:
        return Literal(KEYWORDS[text], start, end) if text in KEYWORDS else Reference(text, [], start, end)
    root, steps = _steps(text)
    return Reference(root, steps, start, end)


@lru_cache(maxsize=4096)
def _steps(text: str) -> tuple[str, list[Step]]:
    """The first of names with dots between them, and the steps that follow; a tree has many of the same."""
    root, *names = text.split(".")
    return root, [Step(name, False) for name in names]


def reference(text: str, start: int, end: int) -> Expression:
    """The tree of a text that REFERENCE matches."""
    if "[" not in text:
        return path(text, start, end)
    root = _ROOT.match(text)
    name = root[0] if root else ""
    return Reference(name, [_step(found) for found in _STEP.finditer(text, len(name))], start, end)


def _step(found: re.Match[str]) -> Step:
    name, number, key = found.groups()
    if name is not None:
        return Step(name, False)
    return Step(int(number) if key is None else key, True)


def filled(text: str, start: int, end: int) -> Expression:
    """The tree of what FILLED matches between quotes; `start` is the offset of the first quote."""
    parts: list[Expression] = []
    for found in _PART.finditer(text):
        first, last = found.span()
        if found[1] is None:
            parts.append(Literal(found[0], start + 1 + first, start + 1 + last))
        else:
            parts.append(path(found[1], start + 1 + found.start(1), start + 1 + found.end(1)))
    return Parentheses(parts[0], start, end) if len(parts) == 1 else Template(parts, start, end)
