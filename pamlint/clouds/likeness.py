"""Groups that may be one another: which one a variable names, or a data source reads, nobody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pamlint.clouds.ties import Because
from pamlint.model.acl import Acl, Group, Symbol, Text
from pamlint.model.identity import is_anybody
from pamlint.model.noun import noun
from pamlint.model.resource import Unknown


@noun
class _Named:
    """A group or an ASG with what is known of it."""

    symbol: Symbol
    name: Text | None = None
    id: str | None = None

    @property
    def is_anybody(self) -> bool:
        return self.id is None and not self.symbol.ids and is_anybody(self.symbol.key, self.symbol.text)


def alike(acls: Sequence[Acl], groups: Sequence[Group], symbols: Mapping[str, Symbol]) -> dict[str, dict[str, Because]]:
    """For each group and ASG, by its key, those that rules name and that it may be, with the references that decide."""
    told: dict[str, Acl | Group] = {each.key: each for each in acls} | {each.key: each for each in groups}
    known = [
        _Named(symbol, told[key].name if key in told else None, told[key].id if key in told else None)
        for key, symbol in symbols.items()
        if symbol.kind in ("group", "asg")
    ]
    if not any(each.is_anybody for each in known):
        return {}
    named = {peer.symbol for acl in acls for rule in acl.rules for peer in (*rule.peers, *rule.local)}
    others = [each for each in known if each.symbol.key in named]
    if any(each.is_anybody for each in others):
        others = known  # a rule that names its own group names another where it may stand on that
    unsettled = [each for each in others if each.is_anybody]
    found: dict[str, dict[str, Because]] = defaultdict(dict)
    for one in known:
        for other in others if one.is_anybody else unsettled:
            if _may_be(one, other):
                found[one.symbol.key][other.symbol.key] = tuple(each.symbol.text for each in (one, other) if each.is_anybody)
    return dict(found)


def _may_be(one: _Named, other: _Named) -> bool:
    """Whether two, of which one may be anybody, may be the same: nothing says that their names differ."""
    return one.symbol.key != other.symbol.key and one.symbol.kind == other.symbol.kind and _agree(one.name, other.name)


def _agree(one: Text | None, other: Text | None) -> bool:
    """Whether two names may be one."""
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if isinstance(one, Unknown) and isinstance(other, str):
        return other.startswith(one.prefix)
    return not (isinstance(one, str) and isinstance(other, Unknown)) or _agree(other, one)
