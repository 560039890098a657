"""Every way to settle what an estate leaves open round one packet, and what each says of the packet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations, product

from tests.oracle.nouns import PUBLIC_CLIENTS, Atom, Direction, Estate, Flow, Packet, Player, Rule, Unit
from tests.oracle.packet_judge import STRANGERS, World, in_ranges, walk, within
from tests.oracle.policy_reader import asked, blocked, is_peer, meetings, permitted
from tests.oracle.sampling import symbolic

Pair = tuple[str, str]
"""A check, and the rule or ACL that it names."""


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


def worlds(estate: Estate, rules: list[Rule], packet: Packet) -> list[World]:
    named = choices(rules, packet)
    symbols = open_symbols(estate, rules, packet.peer)
    subsets = chain.from_iterable(combinations(symbols, size) for size in range(len(symbols) + 1))
    return [
        World(dict(zip(named, values, strict=True)), frozenset(inside))
        for inside in subsets
        for values in product(*named.values())
    ]


def opening(estate: Estate, unit: Unit, direction: Direction, packet: Packet, world: World) -> Opening:
    """What must be told of a packet in this world, missing access aside."""
    steps = walk(estate, unit, direction, packet, world, "extra")
    if len(steps) < len(unit.acls) or not all(steps.values()):
        return Opening()
    nearest, others = unit.acls[-1], [rule for address in unit.acls[:-1] for rule in steps[address]]
    if any(rule.name.endswith(".AllowAzureLoadBalancerInBound") for rules in steps.values() for rule in rules):
        return Opening()
    answer = permitted(estate, unit, direction, packet)
    if answer == "yes":
        return default_opening(estate, unit, direction, packet, steps)
    if blocked(estate, unit, direction, packet):
        return Opening(frozenset(("blocked-access", rule.name) for rule in [*steps[nearest], *others]), True, answer == "no")
    explicit = {("extra-access", rule.name) for rule in steps[nearest] if not rule.default}
    if not explicit:
        explicit = {("implicit-allow", nearest)} | {("extra-access", rule.name) for rule in others if not rule.default}
    return Opening(frozenset(explicit), True, answer == "no")


def default_opening(
    estate: Estate, unit: Unit, direction: Direction, packet: Packet, steps: dict[str, tuple[Rule, ...]]
) -> Opening:
    """A packet that is permitted: to be told only if it is required and nothing but a default rule lets it in."""
    acls = [address for address, rules in steps.items() if all(rule.default for rule in rules)]
    if not acls:
        return Opening()
    needed = [
        (me, other)
        for flow, me, other in needs(estate, unit, direction)
        if asked(estate, flow, direction, me, other, packet) and is_peer(other, packet.peer) == "yes"
    ]
    pairs = frozenset(("implicit-allow", address) for address in acls)
    families = [packet.peer.address.version in shared_families(unit, me, other) for me, other in needed]
    if not needed or not any(families) or not from_clients(packet):
        return Opening()
    plain = len(unit.acls) == 1 and packet.peer.symbol is None and not any(other.symbols for _, other in needed)
    return Opening(pairs, plain)


def from_clients(packet: Packet) -> bool:
    return packet.protocol not in (6, 17) or in_ranges((PUBLIC_CLIENTS,), packet.source_port)


def needs(estate: Estate, unit: Unit, direction: Direction) -> list[tuple[Flow, Player, Player]]:
    """The meetings that the policy requires at this unit in this direction."""
    return [
        (flow, me, other)
        for flow, me, other in meetings(estate, unit, direction)
        if flow.need in ("required", "conditional") and direction in flow.ends
    ]


def families_of(networks: tuple[str, ...] | None) -> set[int]:
    return {6 if ":" in cidr else 4 for cidr in networks} if networks else {4}


def shared_families(unit: Unit, me: Player, other: Player) -> set[int]:
    mine = families_of(me.networks) if me.networks else families_of(unit.local or None)
    return mine & families_of(other.networks)


@dataclass(frozen=True, slots=True)
class Unmet:
    """What of one required service is not admitted in one world. `vague`: known members or networks do not settle it."""

    atoms: frozenset[Atom] = frozenset()
    members: frozenset[Atom] = frozenset()
    satisfied: bool = True
    sure: bool = True
    vague: bool = False


def unmet(
    estate: Estate, unit: Unit, direction: Direction, packet: Packet, pair: tuple[Player, Player], atoms: list[Atom], world: World
) -> Unmet:
    """One required service point (the packet, its peer aside) towards one player, in one world."""
    me, other = pair

    def admitted(atom: Atom) -> bool:
        steps = walk(estate, unit, direction, packet._replace(peer=atom), world, "need")
        return len(steps) == len(unit.acls) and all(steps.values())

    families = shared_families(unit, me, other)
    wanted = [
        atom
        for atom in atoms
        if not atom.symbol and atom.address.version in families and any(within(cidr, atom.address) for cidr in other.networks or ())
    ]
    members = [Atom(symbol, spot) for symbol in other.symbols for spot in STRANGERS if spot.version == 4]
    lacking, absent = {atom for atom in wanted if not admitted(atom)}, {atom for atom in members if not admitted(atom)}
    unheld = {atom for atom in members if atom.symbol in {each.symbol for each in absent}}
    if (members and not absent) or (wanted and not lacking):
        return Unmet()
    anything = any(admitted(atom) for atom in atoms if not atom.symbol and atom.address.version in families)
    named = any(symbol in rule.peers for address in unit.acls for rule in estate.acl(address).rules for symbol in other.symbols)
    if other.networks is None:
        everything = all(admitted(atom) for atom in atoms if not atom.symbol and atom.address.version in families)
        return Unmet(frozenset(), frozenset(unheld), False, not anything, everything or not members)
    mixture = bool(members) and named and len(lacking) < len(wanted)
    return Unmet(frozenset(lacking), frozenset(unheld), False, True, mixture or len(unheld) != len(absent))


def co_located(me: Player, other: Player) -> bool:
    """Two roles of one machine, or a role and itself: whether another member exists is nobody's to know."""
    return bool(set(me.acls) & set(other.acls))
