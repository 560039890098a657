"""Rules of which nobody knows to which ACL they are attached: they may belong to any that their root makes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pamlint.judging.cubes import Table
from pamlint.model.acl import Acl
from pamlint.model.addresses import ANY
from pamlint.model.finding import Direction
from pamlint.model.traffic import Traffic


class Floating:
    """The ACLs of an estate that stand for one which is not known, by the root and kind of those that it may be.

    An id that is written out, and what a data source reads, is another ACL than one that the root makes.
    """

    def __init__(self, acls: Iterable[Acl], table: Table) -> None:
        self._table = table
        self._acls: dict[tuple[str, str], list[Acl]] = defaultdict(list)
        for acl in acls:
            named = acl.location is not None or acl.key.startswith("id|") or _is_read(acl.address)
            if acl.partial and acl.rules and not named:
                self._acls[acl.root, acl.kind].append(acl)

    def near(self, acl: Acl) -> list[Acl]:
        """The ACLs of unknown identity whose rules may be this one's."""
        return [other for other in self._acls.get((acl.root, acl.kind), ()) if other.key != acl.key and not acl.partial]

    def cubes(self, acl: Acl, direction: Direction, action: str) -> Traffic:
        """What the allow or the deny rules that may belong to an ACL say, where they do."""
        out = []
        for other in self.near(acl):
            here = self._table.unknown(f"{acl.key}/{other.key}", None, ANY, other.address, other.partial)
            rules = (rule for rule in other.rules if (rule.direction, rule.action) == (direction, action) and not rule.default)
            out += [cube.where(here) for rule in rules for cube in self._table.rule(other, rule)]
        return tuple(out)


def _is_read(address: str) -> bool:
    """Whether an address is of a data source."""
    while address.startswith("module."):
        address = address.split(".", 2)[-1]
    return address.startswith("data.")
