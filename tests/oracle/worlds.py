"""Every way to settle what an estate leaves open round one packet, and what each says of the packet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations, product

from tests.oracle.nouns import PUBLIC_CLIENTS, Atom, Estate, Meeting, Packet, Place, Rule, Unit
from tests.oracle.packet_judge import STRANGERS, Mode, World, in_ranges, walk, within
from tests.oracle.policy_reader import asked, blocked, is_peer, meetings, permitted
from tests.oracle.sampling import symbolic

Pair = tuple[str, str]
"""A check, and the rule or ACL that it names."""


OWN_FAMILY = {58: 6}
"""Protocols of one address family only; every role here stands in IPv4."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What one world says of a packet that came through: who may tell it, whether someone must, and whether for sure."""

    pairs: frozenset[Pair] = frozenset()
    must: bool = False
    sure: bool = True


def choices(rules: list[Rule], packet: Packet) -> dict[str, list[str | int | None]]:
    """Each variable that these rules use, with the values that could make a difference to the packet."""
    found: dict[str, list[str | int | None]] = {}
    addresses: dict[str, list[str | int | None]] = {
        "var4": ["0.0.0.0/0", None],
        "var6": ["::/0", None],
        "var": ["0.0.0.0/0", "::/0", None],
    }
    for rule in rules:
        if rule.port_variable:
            found[rule.port_variable] = [packet.port, packet.port ^ 1]
        if rule.count_variable:
            found[rule.count_variable] = [1, 0]
        for peer in rule.peers:
            if peer.startswith("var"):
                found[peer] = addresses[peer.partition(":")[0]]
    return found


def open_symbols(estate: Estate, rules: list[Rule], atom: Atom) -> list[str]:
    """Symbols of these rules that may or may not hold the atom."""
    settled = {"tag:Internet", "tag:AzureLoadBalancer"} | ({"tag:VirtualNetwork"} if estate.vnet_settled else set())
    named = {peer for rule in rules for peer in (*rule.peers, *rule.local) if symbolic(peer)} - settled - {atom.symbol}
    if not estate.vnet_settled and any("tag:Internet" in rule.peers for rule in rules):
        named.add("tag:VirtualNetwork")
    denied = {peer for rule in rules if not rule.allow for peer in rule.peers}
    return sorted(each for each in named if not each.startswith(("group:", "asg:")) or each in denied)


def worlds(place: Place, packet: Packet, mode: Mode) -> list[World]:
    rules = place.rules()
    named = choices(rules, packet)
    symbols = open_symbols(place.estate, rules, packet.peer)
    subsets = chain.from_iterable(combinations(symbols, size) for size in range(len(symbols) + 1))
    return [
        World(dict(zip(named, values, strict=True)), frozenset(inside), mode)
        for inside in subsets
        for values in product(*named.values())
    ]


def opening(place: Place, packet: Packet, world: World) -> Opening:
    """What must be told of a packet in this world, missing access aside."""
    unit, steps = place.unit, walk(place, packet, world)
    if not passes(place, packet, world):
        return Opening()
    symbol, deciding = packet.peer.symbol, [rule for rules in steps.values() for rule in rules]
    must = symbol is None or any(symbol in rule.peers for rule in deciding)
    nearest, others = unit.acls[-1], [rule for address in unit.acls[:-1] for rule in steps[address]]
    if any(rule.name.endswith(".AllowAzureLoadBalancerInBound") for rule in deciding):
        return Opening()
    answer = permitted(place, packet)
    if answer == "yes":
        return default_opening(place, packet, steps)
    pairs = frozenset(("blocked-access", rule.name) for rule in [*steps[nearest], *others])
    barred = blocked(place, packet)
    if barred == "yes":
        return Opening(pairs, must, answer == "no")
    explicit = {("extra-access", rule.name) for rule in steps[nearest] if not rule.default}
    if not explicit:
        explicit = {("implicit-allow", nearest)} | {("extra-access", rule.name) for rule in others if not rule.default}
    if barred == "maybe":
        return Opening(pairs | explicit, must, False)
    return Opening(frozenset(explicit), must, answer == "no")


def default_opening(place: Place, packet: Packet, steps: dict[str, tuple[Rule, ...]]) -> Opening:
    """A packet that is permitted: to be told only if it is required and nothing but a default rule lets it in."""
    acls = [address for address, rules in steps.items() if all(rule.default for rule in rules)]
    needed = [
        meeting
        for meeting in needs(place)
        if asked(place, meeting, packet) and from_clients(packet) and is_peer(meeting.other, packet.peer) == "yes"
    ]
    if not acls or not any(packet.peer.address.version in shared_families(place.unit, each) for each in needed):
        return Opening()
    plain = len(place.unit.acls) == 1 and packet.peer.symbol is None
    plain = plain and not any(each.other.symbols or co_located(each) for each in needed)
    return Opening(frozenset(("implicit-allow", address) for address in acls), plain)


def from_clients(packet: Packet) -> bool:
    return packet.protocol not in (6, 17) or in_ranges((PUBLIC_CLIENTS,), packet.source_port)


def needs(place: Place) -> list[Meeting]:
    """The meetings that the policy requires at this unit in this direction."""
    wanted = ("required", "conditional")
    return [each for each in meetings(place) if each.flow.need in wanted and place.direction in each.flow.ends]


def families_of(networks: tuple[str, ...] | None) -> set[int]:
    return {6 if ":" in cidr else 4 for cidr in networks} if networks else {4}


def shared_families(unit: Unit, meeting: Meeting) -> set[int]:
    """The address families in which both roles stand; a role of symbols alone counts as IPv4."""
    return families_of(meeting.me.networks or unit.local) & families_of(meeting.other.networks)


@dataclass(frozen=True, slots=True)
class Unmet:
    """What of one required service is not admitted in one world. `vague`: known members or networks do not settle it."""

    atoms: frozenset[Atom] = frozenset()
    members: frozenset[Atom] = frozenset()
    satisfied: bool = False
    sure: bool = True
    vague: bool = False


def unmet(place: Place, meeting: Meeting, packet: Packet, atoms: list[Atom], world: World) -> Unmet:
    """One required service point (the packet, its peer aside) towards one player, in one world."""
    other, families = meeting.other, shared_families(place.unit, meeting)
    plain = [atom for atom in atoms if not atom.symbol and atom.address.version in families]
    networks = [atom for atom in plain if any(within(cidr, atom.address) for cidr in other.networks or ())]
    stands = {atom.address for atom in networks} or set(STRANGERS)
    members = [Atom(symbol, spot) for symbol in other.symbols for spot in stands if spot.version in families]
    shut = {atom for atom in {*plain, *members} if not passes(place, packet._replace(peer=atom), world)}
    lacking, absent = shut.intersection(networks), shut.intersection(members)
    unheld = frozenset(atom for atom in members if atom.symbol in {each.symbol for each in absent})
    if (members and not absent) or not (lacking or other.networks is None) or OWN_FAMILY.get(packet.protocol, 4) not in families:
        return Unmet(satisfied=True)
    split = len(unheld) != len(absent)
    if other.networks is None:
        nowhere = shut.issuperset(plain)
        return Unmet(members=unheld, sure=nowhere, vague=split or not members or shut.isdisjoint(plain))
    named = any(symbol in rule.peers for rule in place.rules() for symbol in other.symbols)
    return Unmet(frozenset(lacking), unheld, vague=split or (named and len(lacking) < len(networks)))


def passes(place: Place, packet: Packet, world: World) -> bool:
    steps = walk(place, packet, world)
    return len(steps) == len(place.unit.acls) and all(steps.values())


def co_located(meeting: Meeting) -> bool:
    """Two roles of one machine, or a role and itself: whether another member exists is nobody's to know."""
    return bool(set(meeting.me.acls) & set(meeting.other.acls))
