"""Rules of ordered lists whose action or place is not known: the possible rules that stand for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pamlint.model.acl import Action, Rule
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

    A rule of unknown priority is surely there, at the `last` place if nowhere before, and perhaps the first of all.
    """
    if isinstance(action, Unknown):
        doubted = replace(rule, possible=(*rule.possible, *action.because))
        rules = [replace(doubted, action=each) for each in actions]
    else:
        rules = [replace(rule, action=action)]
    if isinstance(priority, Unknown):
        first = [replace(each, priority=0, possible=(*each.possible, *priority.because)) for each in rules]
        return [*first, *(replace(each, priority=last) for each in rules)]
    return [replace(each, priority=priority) for each in rules]
