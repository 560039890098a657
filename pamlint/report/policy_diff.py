"""What came, went and changed between two policies: a screen to read, and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pamlint.model.noun import noun
from pamlint.model.policy import Policy
from pamlint.report.escaping import visible
from pamlint.report.policies import plain
from pamlint.report.screen import PLAIN, Line, Screen, aligned, line, paint, wrapped

SECTIONS = ("flows", "roles", "features", "parameters", "sources")
HEAD = ("id", "product", "version", "reviewed")
_STYLES = {"+": "green", "-": "red", "~": "yellow"}

Item = Mapping[str, Any]
"""A flow, role, feature, parameter or source as plain values."""


@noun
class Difference:
    """What differs in one section; `changed` holds the item before and after. Items are the same if their ids are."""

    came: tuple[Item, ...]
    went: tuple[Item, ...]
    changed: tuple[tuple[Item, Item], ...]
    stayed: int


def compare(old: Policy, new: Policy) -> dict[str, Difference]:
    """The difference of every section, in the order in which each policy tells its items."""
    before, after = plain(old), plain(new)
    return {section: _difference(before[section], after[section]) for section in SECTIONS}


def as_json(old: Policy, new: Policy) -> str:
    """The differences as plain values: what came and went whole, of what changed each field before and after."""
    import json

    told: dict[str, Any] = {"pamlint": "policy-diff/1"}
    for name, policy in (("old", plain(old)), ("new", plain(new))):
        told[name] = {key: policy[key] for key in (*HEAD, "sha256")}
    for section, found in compare(old, new).items():
        told[section] = {
            "came": found.came,
            "went": found.went,
            "changed": [
                {"id": new["id"], "fields": {key: {"old": old[key], "new": new[key]} for key in _fields(old, new)}}
                for old, new in found.changed
            ],
        }
    return json.dumps(told, indent=2) + "\n"


def as_text(old: Policy, new: Policy, screen: Screen = PLAIN) -> str:
    """A heading, then a section for everything that differs, then the counts."""
    before, after = plain(old), plain(new)
    lines: list[Line] = []
    for key in HEAD:
        lines += wrapped(visible(_changed(before[key], after[key])), screen.width, ((f"{key + ':':<10} ", "blue"),), " " * 11)
    found = compare(old, new)
    for section, difference in found.items():
        marked = _marked(difference)
        width = max((len(item["id"]) for _, item, _ in marked), default=0)
        lines += [line(), line(section.capitalize(), "bold")] if marked else []
        for sign, item, told in marked:
            lines += _entry(sign, item["id"].ljust(width), told, screen)
    counts = [("", "came", "went", "changed", "stayed"), *(_counts(section, each) for section, each in found.items())]
    return paint([*lines, line(), *aligned(counts)], screen)


def _difference(old: Sequence[Item], new: Sequence[Item]) -> Difference:
    before, after = ({item["id"]: item for item in items} for items in (old, new))
    both = [(item, after[name]) for name, item in before.items() if name in after]
    changed = tuple((old, new) for old, new in both if old != new)
    came = tuple(item for name, item in after.items() if name not in before)
    return Difference(came, tuple(item for name, item in before.items() if name not in after), changed, len(both) - len(changed))


def _fields(old: Item, new: Item) -> list[str]:
    return [key for key in new if old[key] != new[key]]


def _marked(difference: Difference) -> list[tuple[str, Item, list[str]]]:
    """Every item that differs, with its sign and what is said of it, a line each."""
    came = [("+", item, [_summary(item)]) for item in difference.came]
    went = [("-", item, [_summary(item)]) for item in difference.went]
    changed = [
        ("~", new, [f"{key.replace('_', '-')}: {_changed(old[key], new[key])}" for key in _fields(old, new)])
        for old, new in difference.changed
    ]
    return [*came, *went, *changed]


def _entry(sign: str, name: str, told: Sequence[str], screen: Screen) -> list[Line]:
    lead = f"  {sign} {name}  "
    blank = " " * len(lead)
    lines: list[Line] = []
    for number, text in enumerate(told):
        first = ((blank, ""),) if number else ((lead, _STYLES[sign]),)
        lines += wrapped(visible(text), max(screen.width, len(lead) + 20), first, blank)
    return lines


def _summary(item: Item) -> str:
    """What an item is, in one line: a flow's services, ends and need; else its title."""
    if "services" not in item:
        return str(item["title"])
    return f"{_told(item['services'])}, {_told(item['from'])} -> {_told(item['to'])}, {item['need']}{_while(item['when'])}"


def _while(when: Mapping[str, Sequence[str]]) -> str:
    parts = [f"{name} is on" for name in when["all_on"]] + [f"{name} is off" for name in when["all_off"]]
    return f", while {' and '.join(parts)}" if parts else ""


def _changed(old: Any, new: Any) -> str:
    return _told(new) if old == new else f"{_told(old) or 'none'} -> {_told(new) or 'none'}"


def _told(value: Any) -> str:
    """A plain value in words; empty for none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key.replace('_', '-')} {_told(inner)}" for key, inner in value.items() if inner)
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _counts(section: str, found: Difference) -> tuple[str, ...]:
    numbers = (len(found.came), len(found.went), len(found.changed), found.stayed)
    return section, *(
        str(number).rjust(len(name)) for name, number in zip(("came", "went", "changed", "stayed"), numbers, strict=True)
    )
