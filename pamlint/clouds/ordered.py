"""Rules of ordered lists whose action or place is not known: the possible rules that stand for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pamlint.clouds.values import number
from pamlint.model.acl import Action, Rule
from pamlint.model.finding import Direction
from pamlint.model.noun import replace
from pamlint.model.resource import Unknown

Word = TypeVar("Word", bound=str)


def word(value: Any, words: Mapping[str, Word], what: str) -> Word | Unknown:
    """What a word stands for, however its letters are written. Raises ValueError for one that is not among the words."""
    if isinstance(value, Unknown):
        return value
    found = next((meant for written, meant in words.items() if written.lower() == str(value).lower()), None)
    if found is None:
        raise ValueError(f"its {what} is {value!r}; allowed are {' and '.join(words)}")
    return found


def chosen(
    rule: Rule,
    action: Action | Unknown,
    priority: int | Unknown | None,
    last: int,
    actions: tuple[Action, ...] = ("allow", "deny"),
) -> list[Rule]:
    """The rule with its action and priority, or the possible ones.

    A rule of unknown priority is surely there, at the `last` place that it can have if nowhere before, and perhaps at the first.
    """
    if isinstance(action, Unknown):
        rules = [rule.placed(action.because, each, None) for each in actions]
    else:
        rules = [replace(rule, action=action)]
    if isinstance(priority, Unknown):
        first, last = _between(priority, last)
        early = [each.placed(priority.because, each.action, first) for each in rules]
        return [*early, *(replace(each, priority=last) for each in rules)]
    return [replace(each, priority=priority) for each in rules]


def _between(priority: Unknown, last: int) -> tuple[int, int]:
    """The least and the greatest that a priority can be."""
    try:
        ways = [number(way) for way in priority.either] if priority.is_one_of_them else []
    except ValueError:
        ways = []
    known = [way for way in ways if isinstance(way, int)]
    return (min(known), max(known)) if known and len(known) == len(ways) else (0, last)


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules as they are tried: no two have one priority, so that one whose priority is not known stands before the others."""
    found = list(rules)
    places: dict[tuple[str, Direction], set[int | None]] = defaultdict(set)
    for rule in found:
        places[rule.name, rule.direction].add(rule.priority)
    return tuple(
        sorted(found, key=lambda rule: (rule.direction, rule.priority or 0, len(places[rule.name, rule.direction]) == 1))
    )
