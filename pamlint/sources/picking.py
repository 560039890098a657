"""Which block of a resource's configuration made which element of a plan's values: a plan tells both, and not which is whose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]
Blocks = list[Any]


class Picker:
    """The expressions at a path of one resource instance; the blocks of a list are told apart once."""

    def __init__(self) -> None:
        self._told: dict[tuple[object, Path], list[Blocks]] = {}

    def at(self, owner: object, expressions: Mapping[str, Any], values: Any, path: Path) -> Blocks:
        """The expressions that an attribute of the owner comes from: of each block that may have made the element there."""
        found: Blocks = [expressions]
        for place, step in enumerate(path):
            if isinstance(step, int):
                found = self._those_of(owner, found, values, path[:place], step)
                values = values[step] if isinstance(values, list) and step < len(values) else None
            else:
                found = [part for block in found for part in _inside(block, step)]
                values = values.get(step) if isinstance(values, dict) else None
        return found

    def _those_of(self, owner: object, blocks: Blocks, values: Any, path: Path, place: int) -> Blocks:
        if not isinstance(values, list) or len(values) < 2 or len(blocks) != len(values) or any(map(_is_leaf, blocks)):
            return blocks
        if (owner, path) not in self._told:
            self._told[owner, path] = _told_apart(blocks, values)
        return self._told[owner, path][place]


def _inside(block: Any, name: str) -> Blocks:
    if _is_leaf(block):
        return [block]
    found = block.get(name) if isinstance(block, dict) else None
    return found if isinstance(found, list) else [] if found is None else [found]


def _is_leaf(expression: Any) -> bool:
    return not isinstance(expression, dict) or "references" in expression or "constant_value" in expression


def _told_apart(blocks: Blocks, values: Sequence[Any]) -> list[Blocks]:
    """For each element the blocks that have the same constants; all of them for each, unless each has one, and each block too.

    Providers spell some values in a way of their own: then an element may look like another's block, and its own block like none.
    """
    names = [name for name, first in blocks[0].items() if isinstance(first, dict) and "constant_value" in first]
    names = [name for name in names if all(_is_constant(block.get(name)) for block in blocks)]
    alike: dict[str, Blocks] = defaultdict(list)
    for block in blocks:
        alike[_spelled([block[name]["constant_value"] for name in names])].append(block)
    found = [alike.get(_spelled([value.get(name) for name in names])) if isinstance(value, dict) else None for value in values]
    taken = {id(block) for own in found for block in own or ()}
    return [own or [] for own in found] if all(found) and len(taken) == len(blocks) else [blocks for _ in values]


def _is_constant(expression: Any) -> bool:
    return isinstance(expression, dict) and "constant_value" in expression


def _spelled(values: Sequence[Any]) -> str:
    """Constants as text: a number is what its text is, and lists may be sets."""
    return repr([sorted(map(str, value)) if isinstance(value, list) else str(value) for value in values])
