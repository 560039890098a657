"""The ends of a packet's way: what a role, an address or a symbol stands for, and the ACLs that guard it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pamlint.binding import Binding, Part, Unit, guards, guards_alone
from pamlint.model.acl import Acl, Network, Segment, Workload
from pamlint.model.addresses import ANY, parse_cidr
from pamlint.model.noun import noun, replace
from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, union
from pamlint.views.packets import Place

Layers = tuple[tuple[Acl, ...], ...]


@noun
class End:
    """One end: the place that rules see, the layers of ACLs that guard it (nearest first), and who stands there.

    `absent` are ACLs that should guard it and that the input lacks. `because` are the references on which it hangs whether this
    is an end that was asked for; `alternative` says that it is one of several of which only one can be.
    """

    place: Place
    layers: Layers = ()
    workloads: tuple[Workload, ...] = ()
    absent: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    alternative: bool = False

    def at(self, addresses: Ranges) -> End:
        """The same end for some of its addresses, with the workloads that may have them."""
        there = [each for each in self.workloads if not each.addresses or intersect(each.addresses, addresses)]
        return replace(self, place=replace(self.place, addresses=addresses), workloads=tuple(there))


def subnets_of(end: End) -> tuple[Ranges, ...]:
    """The prefixes of the subnets that an end is known to stand in, or those of its network ACL."""
    edges = (acl for layer in end.layers for acl in layer if acl.kind == "aws_network_acl")
    behind = (line for acl in edges for line, because in acl.places if not because)
    known = (subnet.prefixes for subnet in _segments(end))
    return tuple(dict.fromkeys(line for line in (known if end.workloads else behind) if line))


def _segments(end: End) -> tuple[Segment, ...]:
    return tuple(dict.fromkeys(subnet for workload in end.workloads for subnet in workload.subnets))


def share_a_subnet(one: End, other: End) -> tuple[str, ...] | None:
    """The references that decide whether both ends stand in one subnet: none where they do for sure; None where they do not."""
    lines = (one.place.addresses, other.place.addresses)
    if any(all(holds(subnet, line) for line in lines) for subnet in (*subnets_of(one), *subnets_of(other))):
        return ()
    near, far = _segments(one), _segments(other)
    if len(near) == len(far) == 1 and near[0].key == far[0].key and near[0].is_one:
        return ()
    because = {reference for each in (*near, *far) if _may_hold(each, one, other) for reference in each.because}
    return tuple(sorted(because)) or None


def _may_hold(subnet: Segment, one: End, other: End) -> bool:
    """Whether both ends may stand in a subnet of which nobody knows the prefixes: neither is known to stand in others alone."""
    standing = (_segments(end) for end in (one, other))
    near = all(not found or any(subnet.may_be(each) for each in found) for found in standing)
    return near and all(intersect(end.place.addresses, subnet.at_most) for end in (one, other))


def ends_of(asked: str, network: Network, binding: Binding) -> tuple[End, ...]:
    """Everything that an address, a role or the name of something stands for; nothing where nobody knows it."""
    finder = _Finder(network, binding)
    address = address_of(asked)
    if address is not None:
        return tuple(finder.at_address(asked, address))
    if asked in binding.parts:
        return tuple(finder.in_role(asked))
    return tuple(finder.named(asked))


def address_of(asked: str) -> Ranges | None:
    """The one address that somebody asks for; None if it is none."""
    found = _line_of(asked)
    return found if found and found[0][0] == found[0][1] else None


def is_network(asked: str) -> bool:
    """Whether somebody asks for more than one address."""
    return bool(_line_of(asked)) and address_of(asked) is None


def _line_of(asked: str) -> Ranges:
    try:
        return parse_cidr(asked)
    except ValueError:
        return EMPTY


def names_of(network: Network, binding: Binding) -> tuple[str, ...]:
    """Everything that can be asked for by name, sorted."""
    found = {*binding.parts, *(symbol.text for symbol in network.symbols.values())}
    found |= {acl.address for acl in network.acls} | {workload.address for workload in network.workloads}
    return tuple(sorted(found))


class _Finder:
    """Looks up ends in one estate."""

    def __init__(self, network: Network, binding: Binding) -> None:
        self.network = network
        self.binding = binding
        self.acls = {acl.key: acl for acl in network.acls}
        self.wearers: dict[str, list[Workload]] = defaultdict(list)
        for workload in network.workloads:
            for key in {*workload.wears, *(key for layer in workload.chain for key in layer)}:
                self.wearers[key].append(workload)

    # addresses

    def at_address(self, asked: str, address: Ranges) -> Iterator[End]:
        """The workloads that have the address; else what its subnet or the site file makes of it; else nobody known."""
        having = [each for each in self.network.workloads if holds(each.addresses, address)]
        found = [self._standing(alike, asked, address, True) for alike in self._alike(having)]
        if not found:
            found = self._in_subnet(asked, address) or self._claimed(asked, address) or [End(Place(asked, address))]
            found = [replace(end, alternative=len(found) > 1) for end in found]
        yield from found

    def _in_subnet(self, asked: str, address: Ranges) -> list[End]:
        """The workloads that may have the address and the ACLs that nobody wears there; else all ordered ACLs of its subnet."""
        may = [each for each in self.network.workloads if not each.addresses and each.within and holds(each.within, address)]
        edges = [acl for acl in self.network.acls if acl.ordered and acl.local and holds(acl.local, address)]
        found = [self._standing(alike, asked, address, True) for alike in self._alike(may)]
        found += [End(Place(asked, address, faceless=True), ((acl,),)) for acl in edges if not self.wearers[acl.key]]
        if edges and not found:
            found.append(End(Place(asked, address, faceless=True), tuple((acl,) for acl in edges)))
        return found

    def _claimed(self, asked: str, address: Ranges) -> list[End]:
        """The units of unknown place whose role the site file gives the address to."""
        found: list[End] = []
        for unit in self.binding.units:
            claims = (bearing.part.networks or EMPTY for bearing in unit.bearings if bearing.part.cidrs)
            if any(holds(claim, address) for claim in claims):
                unplaced = [each for each in unit.workloads if not each.addresses and not each.within]
                found += [self._standing(alike, asked, address, True) for alike in self._alike(unplaced)]
                if not unit.workloads:
                    alone = self._alone(unit.acls[0], address, None)
                    found.append(replace(alone, place=replace(alone.place, text=asked, addresses=address, placed=True)))
        return found

    # roles

    def in_role(self, role: str) -> Iterator[End]:
        """The units that bear the role, its members that no known ACL guards, and the networks of those that have no machine."""
        told: set[str] = set()
        for unit in self.binding.units:
            for bearing in unit.bearings:
                if bearing.part.role == role:
                    told |= unit.hosts
                    for end in self._of_unit(unit, bearing.part):
                        told |= end.place.wears if end.place.faceless else set()
                        yield replace(end, because=bearing.because)
        for part in self.binding.parts[role]:
            for member in part.members:
                if member.key not in told:
                    told.add(member.key)
                    yield from (replace(end, because=member.because) for end in self._of_key(member.key, part))
            if not part.members and not part.hosts and part.networks:
                yield End(Place(role, part.networks))

    def _of_unit(self, unit: Unit, part: Part) -> Iterator[End]:
        """The unit's machines; where nobody is known behind an NSG, the site file may say which ASGs they are in."""
        claim = part.networks if part.cidrs else None
        for alike in self._alike(unit.workloads):
            yield self._of_workloads(alike, claim)
        if not unit.workloads:
            alone = self._alone(unit.acls[0], unit.behind, claim)
            unseen = [member.key for member in part.members if member.key in self.network.symbols] if alone.place.faceless else []
            for wears in [frozenset({key}) for key in unseen] or [alone.place.wears]:
                yield replace(alone, place=replace(alone.place, wears=wears))

    def _of_key(self, key: str, part: Part) -> Iterator[End]:
        """A member that no unit holds: a workload without ACLs of the input, or a symbol that nobody known wears."""
        claim = part.networks if part.cidrs else None
        found = [workload for workload in self.network.workloads if workload.key == key]
        if found:
            yield self._of_workloads(found, claim)
        else:
            yield self._symbol((key,), claim)

    # things with names

    def named(self, asked: str) -> Iterator[End]:
        """The workloads, ACLs and symbols of that name or id, or a value that is not known."""
        for alike in self._alike(each for each in self.network.workloads if asked in (each.address, each.id)):
            yield self._of_workloads(alike, None)
        known = {acl.key for acl in self.network.acls if asked in (acl.address, acl.id)}
        known |= {group.key for group in self.network.groups if asked in (group.address, group.id)}
        named = {key for key, symbol in self.network.symbols.items() if symbol.text == asked} - known
        worn = {key for key in named if self.wearers[key]}
        for key in sorted(known | worn):
            yield from self._wearing(key)
        if named and not worn:
            yield self._symbol(tuple(sorted(named)), None)
        if not known and not named and asked in self._unknown_values():
            yield End(Place(asked, ANY, placed=False))

    def _wearing(self, key: str) -> Iterator[End]:
        """Everybody known behind an ACL or in a group, surely or perhaps; the thing itself where nobody is for sure."""
        doubts: list[tuple[str, ...]] = []
        for alike in self._alike(self.wearers[key]):
            doubts.append(alike[0].perhaps.get(key, ()))
            yield replace(self._of_workloads(alike, None), because=doubts[-1])
        if not all(doubts):
            return
        because = tuple(sorted({reference for doubt in doubts for reference in doubt}))
        for end in self._lonely(self.acls[key]) if key in self.acls else [self._symbol((key,), None)]:
            yield replace(end, because=because)

    def _lonely(self, acl: Acl) -> Iterator[End]:
        """An ACL that nobody known wears, with what the site file says of where its role stands."""
        units = [unit for unit in self.binding.units if unit.acls[0] == acl and not unit.workloads]
        yield self._alone(acl, units[0].behind if units else acl.local, None)

    def _unknown_values(self) -> set[str]:
        sides = (peer for acl in self.network.acls for rule in acl.rules for peer in (*rule.peers, *rule.local))
        return {name for peer in sides if peer.because for name in (peer.text, *peer.because)}

    # making ends

    def _alike(self, workloads: Iterable[Workload]) -> list[list[Workload]]:
        """Workloads that no rule tells apart but by their addresses, together."""
        found: dict[tuple[object, ...], list[Workload]] = defaultdict(list)
        for workload in workloads:
            place = EMPTY if workload.addresses else workload.within
            doubts = tuple(sorted(workload.perhaps.items()))
            found[workload.chain, workload.wears, doubts, bool(workload.addresses), place].append(workload)
        return list(found.values())

    def _of_workloads(self, alike: Sequence[Workload], claim: Ranges | None) -> End:
        """Machines at their own addresses; else somewhere in their subnets, the role's networks or their groups' VPC."""
        first = alike[0]
        text = first.address if len(alike) == 1 else f"{first.address} and {len(alike) - 1} more"
        if first.addresses:
            line: Ranges = EMPTY
            for workload in alike:
                line = union(line, workload.addresses)
            return self._standing(alike, text, line, True)
        return self._standing(alike, text, first.within or claim or self._line(first.wears - first.perhaps.keys()), False)

    def _standing(self, alike: Sequence[Workload], text: str, addresses: Ranges, placed: bool) -> End:
        layers, assumed = guards(alike[0].chain, self.acls, alike[0].perhaps, alike[0].one_of)
        absent = tuple(key.rpartition("|")[2] for layer in alike[0].chain for key in layer if key not in self.acls)
        absent += tuple(acl.address for acl in assumed)
        absent += tuple(sorted({name for workload in alike for name in workload.beyond}))
        doubted = {key: because for key, because in alike[0].perhaps.items() if key in alike[0].wears}
        besides = self.network.perhaps_worn(alike[0].wears, doubted)
        place = Place(text, addresses, alike[0].wears.difference(doubted), placed, seen=True, perhaps=_sorted(doubted | besides))
        return End(place, layers, tuple(alike), absent)

    def _alone(self, acl: Acl, behind: Ranges | None, claim: Ranges | None) -> End:
        """An ACL behind which nobody is known."""
        if not acl.ordered:
            return replace(self._symbol((acl.key,), claim), layers=((acl,),))
        line = behind or claim or ANY
        return End(Place(acl.address, line, placed=behind is not None, faceless=True), guards_alone(acl, self.acls))

    def _symbol(self, keys: tuple[str, ...], claim: Ranges | None) -> End:
        """Any member of something: where it is known who that is, all of them."""
        symbol = self.network.symbols.get(keys[0])
        text = symbol.text if symbol else keys[0].partition("|")[2]
        if symbol and symbol.settled:
            return End(Place(text, symbol.at_least))
        besides = _sorted(self.network.perhaps_worn(keys, {}))
        return End(Place(text, claim or self._line(keys), frozenset(keys), placed=False, symbolic=True, perhaps=besides))

    def _line(self, keys: Iterable[str]) -> Ranges:
        """Where members of all of these can be."""
        line = ANY
        for key in keys:
            if key in self.network.symbols:
                line = intersect(line, self.network.symbols[key].at_most) or line
        return line


def _sorted(doubts: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted(doubts.items()))
