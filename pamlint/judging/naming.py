"""How rules can name who plays a role: by addresses, and by the groups and lists that its members wear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from pamlint.binding import Member, Part, Unit
from pamlint.judging.cubes import Option, Table
from pamlint.model.addresses import ANY
from pamlint.model.certainty import PRIVATE
from pamlint.model.ranges import Ranges, normal

Names = AbstractSet[str]
"""The names of predicates."""


class Naming:
    """The ways to name members of roles in an estate; `doubts` are the literals of all that holds perhaps."""

    def __init__(self, table: Table, hidden: tuple[str, ...]) -> None:
        self.table = table
        self.doubts: set[tuple[str, bool]] = set()
        self._hidden = hidden
        self._peers: dict[tuple[int, int, str], tuple[list[Option], dict[str, list[Option]]]] = {}
        self._lines: dict[tuple[int, int, str, bool], list[Option]] = {}

    def member_options(self, member: Member, side: int, cloud: str) -> list[Option]:
        """The ways in which a rule can name a member: a symbol of the rule's cloud that it wears, or all its addresses."""
        doubt = self.doubt(f"member:{member.key}", member.because)
        found: list[Option] = []
        for key in member.symbols:
            symbol = self.table.symbols.get(key)
            fits = symbol is None or (symbol.kind in ("asg", "tag")) == (cloud == "azure")
            if fits:
                line, literals = self.table.symbol(key, side)
                found.append((line, (*literals, *doubt)))
        if member.addresses:
            found.append((member.addresses, doubt))
        return found

    def perhaps_options(self, member: Member, side: int, cloud: str) -> list[tuple[Option, tuple[str, bool]]]:
        """The ways to name a member by symbols of the rule's cloud that it wears perhaps, each with the literal of that."""
        doubt = self.doubt(f"member:{member.key}", member.because)
        found = []
        for key, because in member.perhaps.items():
            symbol = self.table.symbols.get(key)
            if symbol is None or (symbol.kind in ("asg", "tag")) == (cloud == "azure"):
                line, literals = self.table.symbol(key, side)
                (worn,) = self.doubt(f"wears:{member.key}:{key}", because)
                found.append(((line, (*literals, *doubt)), worn))
        return found

    def perhaps_networks(self, part: Part) -> list[Option]:
        """What the networks of a role hold besides if those are its members that perhaps are, where its members tell them."""
        doubtful = [member for member in part.members if member.because and member.addresses and not part.cidrs]
        return [(member.addresses, self.doubt(f"member:{member.key}", member.because)) for member in doubtful]

    def symbols_of(self, parts: Iterable[Part], side: int) -> frozenset[str]:
        """The predicates by which rules name the members of parts, surely or perhaps."""
        members = (member for part in parts for member in part.members)
        return frozenset(f"{side}:{key}" for member in members for key in (*member.symbols, *member.perhaps))

    def doubt(self, place: str, because: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
        """The literal under which something holds that is not certain; none where it is."""
        if not because:
            return ()
        literal = self.table.unknown(f"{place}/{because}", None, ANY, place, because)
        self.doubts.add(literal)
        return (literal,)

    def networks_unknown(self, part: Part, side: int, at_most: Ranges) -> Option:
        """A role's networks where nobody says what they are."""
        because = (f"roles.{part.role}.cidrs",)
        return at_most, (self.table.some_set(f"{side}:networks:{part.role}", side, at_most, because),)

    def _hidden_members(self, part: Part, side: int) -> Option:
        """Where members of a role may be besides its networks: they may stand in what was not read."""
        return PRIVATE, (self.table.some_set(f"{side}:hidden:{part.role}", side, PRIVATE, self._hidden),)

    def permitted_peers(
        self, part: Part, side: int, unit: Unit, named: Names | None = None, widest: bool = False
    ) -> list[Option]:
        """Everything that may stand as the role's peer: its networks, and its members by symbol and by address.

        Where `named` says which predicates there are at the unit, groups that are not among them are the addresses that are known
        of them, for nothing else hangs on them; or, `widest`, all that they can have.
        """
        others, groups = self._options(part, side, unit)
        if named is None:
            return [*others, *(option for options in groups.values() for option in options)]
        key = (id(part), side, unit.cloud, widest)
        if key not in self._lines:
            self._lines[key] = self._bounds(groups, widest)
        return [*others, *self._lines[key], *(option for name in sorted(groups.keys() & named) for option in groups[name])]

    def _bounds(self, groups: Mapping[str, Sequence[Option]], widest: bool) -> list[Option]:
        """What groups hold at least, or, `widest`, at most; together as far as nothing else is in doubt."""
        lines: dict[tuple[tuple[str, bool], ...], list[tuple[int, int]]] = defaultdict(list)
        for name, options in groups.items():
            each = self.table.predicates[name]
            for _, literals in options:
                doubts = tuple(literal for literal in literals if literal[0] != name)
                lines[doubts] += each.at_most if widest else each.at_least
        return [(normal(pairs), doubts) for doubts, pairs in lines.items() if pairs]

    def _options(self, part: Part, side: int, unit: Unit) -> tuple[list[Option], dict[str, list[Option]]]:
        """What may stand as a role's peer but for groups, and those by their predicates."""
        key = (id(part), side, unit.cloud)
        if key not in self._peers:
            others: list[Option] = [] if part.networks is None else [(part.networks, ())]
            groups: dict[str, list[Option]] = {}
            fixed = part.cloud is not None  # the product says all of who plays it
            if part.networks is None and (part.hosts or part.members) and not fixed:
                others.append(self.networks_unknown(part, side, PRIVATE))
            elif self._hidden and part.instance is not None and part.instance.match:
                others.append(self._hidden_members(part, side))
            meant = [option for member in part.members for option in self._any_options(member, side, unit.cloud)]
            for option in (*meant, *self._matched_options(part, side, unit.cloud)):
                named = [name for name, _ in option[1] if self.table.predicates[name].kind == "group"]
                if named:
                    groups.setdefault(named[0], []).append(option)
                else:
                    others.append(option)
            own = {name: self._surest(options) for name, options in groups.items()}
            self._peers[key] = (list(dict.fromkeys(others)), own)
        return self._peers[key]

    def _matched_options(self, part: Part, side: int, cloud: str) -> Iterator[Option]:
        """The groups that the role is matched to: whoever wears one bears the role, whether or not it is known who does."""
        for key, because in part.hosts.items():
            symbol = self.table.symbols.get(key)
            if symbol is not None and symbol.kind == ("asg" if cloud == "azure" else "group"):
                line, literals = self.table.symbol(key, side)
                yield line, (*literals, *self.doubt(f"host:{key}", because))

    def _any_options(self, member: Member, side: int, cloud: str) -> list[Option]:
        """The ways in which a rule can name a member, surely or perhaps."""
        worn = self.perhaps_options(member, side, cloud)
        perhaps = [(line, (*literals, literal)) for (line, literals), literal in worn]
        return [*self.member_options(member, side, cloud), *perhaps]

    def _surest(self, options: Iterable[Option]) -> list[Option]:
        """Those about which there is no doubt; all if there are none."""
        distinct = list(dict.fromkeys(options))
        return [option for option in distinct if self.doubts.isdisjoint(option[1])] or distinct
