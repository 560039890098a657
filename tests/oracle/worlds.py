"""Every way to settle what an estate leaves open round one packet, and what each says of the packet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import collapse_addresses, ip_network
from itertools import chain, combinations, product
from typing import Literal

from tests.oracle.nouns import PUBLIC_CLIENTS, Address, Atom, Estate, Meeting, Member, Packet, Place, Player, Rule, Unit
from tests.oracle.packet_judge import STRANGERS, Mode, World, in_ranges, is_member, passes, peer_matches, reach, walk, within
from tests.oracle.policy_reader import Answer, asked, bears, blocked_at, is_peer, meetings, permitted_at, players
from tests.oracle.sampling import network_edges, places_of, symbolic

Pair = tuple[str, str]
"""A check, and the rule or ACL that it names."""


OWN_FAMILY = {58: 6}
"""Protocols of one address family only; every role here stands in IPv4."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What one world says of a packet that came through: who may tell it, whether someone must, and whether for sure.

    `beneath` are those who would tell it besides if the rules that hang on a variable were not there.
    """

    pairs: frozenset[Pair] = frozenset()
    must: bool = False
    sure: bool = True
    beneath: frozenset[Pair] = frozenset()


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


def open_symbols(place: Place, rules: list[Rule], atom: Atom) -> list[str]:
    """Symbols of these rules that may or may not hold the atom."""
    estate = place.estate
    settled = {"tag:Internet", "tag:AzureLoadBalancer", *(name for name, _ in estate.lists)}
    settled |= {"tag:VirtualNetwork"} if estate.vnet_settled else set()
    named = {peer for rule in rules for peer in rule.peers if symbolic(peer)} - settled - {atom.symbol}
    if not estate.vnet_settled and any("tag:VirtualNetwork" in rule.local or "tag:Internet" in rule.peers for rule in rules):
        named.add("tag:VirtualNetwork")
    denied = {peer for rule in rules if not rule.allow for peer in rule.peers}
    if atom.symbol and len(place.unit.layers) > 1 and estate.cloud == "azure":  # whoever wears one may wear the other
        denied |= {peer for rule in rules for peer in rule.peers}
    return sorted(each for each in named if not each.startswith(("group:", "asg:")) or each in denied)


def worlds(place: Place, packet: Packet, mode: Mode) -> list[World]:
    rules = place.rules()
    named = choices(rules, packet) | {variable: [1, 0] for _, variable in place.unit.loose}
    symbols = open_symbols(place, rules, packet.peer)
    subsets = chain.from_iterable(combinations(symbols, size) for size in range(len(symbols) + 1))
    return [
        World(dict(zip(named, values, strict=True)), frozenset(inside), mode)
        for inside in subsets
        for values in product(*named.values())
    ]


def opening(place: Place, packet: Packet, world: World) -> Opening:
    """What must be told of a packet in this world, missing access aside.

    A rule below another that hangs on a variable lets through what it matches whether that one is there or not.
    """
    found = told_of_it(place, packet, world)
    plain = without_perhaps(place, packet, world)
    return found if plain == world else replace(found, beneath=told_of_it(place, packet, plain).pairs)


def without_perhaps(place: Place, packet: Packet, world: World) -> World:
    """The world without the allow rules that hang on a variable."""
    rules = [rule for rule in place.rules() if rule.allow]
    none: dict[str, str | int | None] = {rule.port_variable: packet.port ^ 1 for rule in rules if rule.port_variable}
    none |= {rule.count_variable: 0 for rule in rules if rule.count_variable}
    none |= {peer: None for rule in rules for peer in rule.peers if peer.startswith("var")}
    return world._replace(variables=world.variables | none)


def told_of_it(place: Place, packet: Packet, world: World) -> Opening:
    """What must be told of a packet by the rules that match it first."""
    if not passes(place, packet, world):
        return Opening()
    steps = {each.layer: each.rules for each in walk(place, packet, world)}
    if any(rule.name.endswith(".AllowAzureLoadBalancerInBound") for rules in steps.values() for rule in rules):
        return Opening()
    named = [any(names(place, rule, packet.peer, world) for rule in rules) for rules in steps.values() if rules]
    must = any(named) if packet.peer.symbol else all(named)
    if packet.peer.symbol and permitted_at(place, packet._replace(peer=Atom(None, packet.peer.address))) == "yes":
        must = False  # whoever stands where somebody permitted does is told by the symbol's other places
    must = must and not goes_by_another_name(place, packet, steps, world)
    must = must and not is_of_two_families(place, packet, steps)
    answer = permitted(place, packet, world)
    if answer == "yes":
        return default_opening(place, packet, world)
    rules = [rule for found in steps.values() for rule in found]
    pairs = frozenset(("blocked-access", rule.name) for rule in rules)
    barred, sure = blocked(place, packet, world), answer == "no" and surely_there(place.estate, packet.peer)
    explicit = bearers(place, steps)
    named = blocked_at(place, packet) == "yes" and not is_mate(place, packet) and not is_itself(place, packet)
    if barred == "yes" and (not named or is_narrowed(place, packet, world)):
        # by all its places: by those that come through, or as a whole
        return Opening(pairs | explicit, must, sure)
    if barred == "yes":
        return Opening(pairs, must, sure)
    if barred == "maybe":
        return Opening(pairs | explicit, must, False)
    return Opening(explicit, must, sure)


def is_narrowed(place: Place, packet: Packet, world: World) -> bool:
    """Whether whoever is meant comes through here otherwise than at other places, and nobody who is known stands here: it may
    be somebody else who wears the group of a blocked role."""
    atom = packet.peer
    if atom.symbol is None or is_member(place.estate, *atom):
        return False
    there = (packet._replace(peer=atom._replace(address=spot)) for spot in stands(place, atom))
    return len({passes(place, each, world) and tuple(step.rules for step in walk(place, each, world)) for each in there}) > 1


def is_mate(place: Place, packet: Packet) -> bool:
    """Whether an address is blocked only as one of a group that a member of the blocked role wears besides."""
    if packet.peer.symbol is not None:
        return False
    parties = [meeting.other for meeting in barred_meetings(place, packet)]
    cidrs = [
        cidr
        for party in parties
        for cidrs in ((party.networks or ()), *(each.addresses for each in party.members))
        for cidr in cidrs
    ]
    return not any(within(cidr, packet.peer.address) for cidr in cidrs)


def is_itself(place: Place, packet: Packet) -> bool:
    """Whether nobody of a blocked role is meant by a group but the unit's own machine, which does not meet itself."""
    symbol, barred = packet.peer.symbol, barred_meetings(place, packet)
    meant = [(meeting, member) for meeting in barred for member in meeting.other.members if symbol in member.symbols]
    return bool(meant) and not any(member in others(place, meeting) for meeting, member in meant)


def barred_meetings(place: Place, packet: Packet) -> list[Meeting]:
    """The blocked flows here that speak of the packet's service."""
    return [each for each in meetings(place) if each.flow.need == "blocked" and asked(place, each, packet)]


def goes_by_another_name(place: Place, packet: Packet, steps: dict[tuple[str, ...], tuple[Rule, ...]], world: World) -> bool:
    """Whether whoever is meant comes through by a group that he wears besides: the nearest rules name that one, or all who
    wear it come through. Then that group is told."""
    atom = packet.peer
    nearest = next((rules for layer in reversed(place.unit.layers) if (rules := explicit_of(steps[layer]))), ())
    other = {each for each in world.inside if each.startswith(("group:", "asg:"))} - {atom.symbol}
    if nearest and all(other & set(rule.peers) and atom.symbol not in rule.peers for rule in nearest):
        return True
    alone = world._replace(inside=frozenset())
    return any(passes(place, packet._replace(peer=atom._replace(symbol=each)), alone) for each in other)


def is_of_two_families(place: Place, packet: Packet, steps: dict[tuple[str, ...], tuple[Rule, ...]]) -> bool:
    """Whether somebody of whom no address is known would be of another family than all that stands behind the list: no packet
    has ends of two."""
    unknown = any(peer.startswith("var") for rules in steps.values() for rule in rules for peer in rule.peers)
    here = (families_of(player, place.unit.local) for player in players(place.estate) if bears(player, place.unit))
    named = unknown or packet.peer.symbol is not None
    return named and packet.peer.address.version not in set[int]().union(*here)


def explicit_of(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if not rule.default)


def surely_there(estate: Estate, atom: Atom) -> bool:
    """Whether somebody is meant: those of whom nothing but the name is known count as IPv4, where any of them may have that."""
    if atom.symbol is None or atom.address.version == 4 or is_member(estate, *atom):
        return True
    return not any(version(cidr) == 4 or cidr == "any" for cidr in reach(estate, atom.symbol))


def permitted(place: Place, packet: Packet, world: World) -> Answer:
    """Whether the packet may come through. A symbol is permitted by its name, at the known address of a member that
    is permitted, or wherever its members may stand and come through."""
    return "yes" if wears_permitted(place, packet, world) else by_name_or_place(permitted_at, place, packet, world)


def wears_permitted(place: Place, packet: Packet, world: World) -> bool:
    """Whether the far side comes through only because it wears a group besides, or is in a tag, that is permitted."""
    worn = {each for each in world.inside if each.startswith(("group:", "asg:", "tag:"))}
    other = {each for each in worn if permitted_at(place, packet._replace(peer=packet.peer._replace(symbol=each))) == "yes"}
    return bool(other) and not passes(place, packet, world._replace(inside=world.inside - other))


def blocked(place: Place, packet: Packet, world: World) -> Answer:
    """Whether the packet must not come through; what is blocked in one family may be open in the other."""
    return by_name_or_place(blocked_at, place, packet, world)


def by_name_or_place(ask: Callable[[Place, Packet], Answer], place: Place, packet: Packet, world: World) -> Answer:
    named = ask(place, packet)
    if packet.peer.symbol is None or named == "yes":
        return named
    if is_member(place.estate, *packet.peer) and ask(place, packet._replace(peer=Atom(None, packet.peer.address))) == "yes":
        return "yes"
    for spot in stands(place, packet.peer):
        there = packet._replace(peer=packet.peer._replace(address=spot))
        apart = ask is blocked_at and spot.version != packet.peer.address.version
        if not apart and ask(place, packet._replace(peer=Atom(None, spot))) != "yes" and passes(place, there, world):
            return named
    return "yes"


def stands(place: Place, atom: Atom) -> list[Address]:
    """Where whoever is meant may stand: for a symbol, at every edge of a network that is named, as far as members can be there."""
    if atom.symbol is None:
        return [atom.address]
    return stands_of(place, atom.symbol)


@lru_cache(maxsize=512)
def stands_of(place: Place, symbol: str) -> list[Address]:
    cidrs = [*place.estate.vnet, *place.unit.subnet, *(peer for rule in place.rules() for peer in rule.peers if "/" in peer)]
    edges = [min(network_edges(cidr), key=str) for cidr in cidrs if network_edges(cidr)]
    inner = [ip_network(cidr)[-2 if ip_network(cidr).num_addresses > 1 else 0] for cidr in cidrs]
    spots = {*STRANGERS, *edges, *inner, *places_of(place.estate, symbol)}
    return [spot for spot in spots if may_be(place, Atom(symbol, spot))]


def may_be(place: Place, atom: Atom) -> bool:
    """Whether a member of the atom's symbol may stand at its address."""
    assert atom.symbol is not None
    return any(within(cidr, atom.address) for cidr in reach(place.estate, atom.symbol))


def names(place: Place, rule: Rule, atom: Atom, world: World) -> bool:
    """Whether the rule itself names the packet's far side: by its symbol, or by addresses; an address of a member is told by the
    member's name."""
    if atom.symbol:
        return atom.symbol in rule.peers
    return any(peer_matches(place, rule, peer, atom, world) for peer in rule.peers if not peer.startswith(("group:", "asg:")))


def bearers(place: Place, steps: dict[tuple[str, ...], tuple[Rule, ...]]) -> frozenset[Pair]:
    """Who may tell what is open: the rules of the layer that is nearest to the workload and has one for it.

    Where the nearest NSG has none but its default, it tells that, or the next layer its own rule.
    """
    found: set[Pair] = set()
    for layer in reversed(place.unit.layers):
        own = {("extra-access", rule.name) for rule in steps[layer] if not rule.default}
        if own:
            return frozenset(found | own)
        if layer is place.unit.layers[-1] and steps[layer]:
            found.add(("implicit-allow", layer[0]))
    return frozenset(found)


def default_opening(place: Place, packet: Packet, world: World) -> Opening:
    """A packet that is permitted: to be told only if it is required and nothing but a default rule lets it in.

    A rule for a group of which nobody knows whether the far side wears it serves no requirement.
    """
    bare = world._replace(inside=frozenset(each for each in world.inside if not each.startswith(("group:", "asg:"))))
    way = walk(place, packet, bare if passes(place, packet, bare) else world)
    steps = {each.layer: each.rules for each in way}
    acls = [layer[0] for layer, rules in steps.items() if rules and all(rule.default for rule in rules)]
    needed = [
        meeting
        for meeting in needs(place)
        if asked(place, meeting, packet) and from_clients(packet) and is_peer(place.estate, meeting.other, packet.peer) == "yes"
    ]
    if not acls or not any(packet.peer.address.version in shared_families(place.unit, each) for each in needed):
        return Opening()
    plain = len(place.unit.acls) == 1 and packet.peer.symbol is None
    plain = plain and not any(each.other.symbols for each in needed)
    return Opening(frozenset(("implicit-allow", address) for address in acls), plain)


def from_clients(packet: Packet) -> bool:
    return packet.protocol not in (6, 17) or in_ranges((PUBLIC_CLIENTS,), packet.source_port)


def needs(place: Place) -> list[Meeting]:
    """The meetings that the policy requires at this unit in this direction."""
    wanted = ("required", "conditional")
    found = (each for each in meetings(place) if each.flow.need in wanted and place.direction in each.flow.ends)
    return [each for each in found if not speaks_to_itself(place, each)]


def families_of(player: Player, local: tuple[str, ...] = ()) -> set[int]:
    """The families in which a role has networks or members; members that are symbols alone count as IPv4."""
    found = {version(cidr) for cidr in player.networks or local}
    for member in player.members:
        found |= {version(cidr) for cidr in member.addresses} or {4}
    return found or {4}


def version(cidr: str) -> int:
    return 6 if ":" in cidr else 4


def shared_families(unit: Unit, meeting: Meeting) -> set[int]:
    """The address families in which both roles stand."""
    return families_of(meeting.me, unit.local) & families_of(meeting.other)


Names = frozenset[Atom]
"""The ways to name one address or member."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """What of one required service is not admitted in one world: addresses of the far role's networks, or members of it.

    Each has one or several names, of which one must be told. `vague`: known members or networks do not settle it.
    """

    atoms: frozenset[Names] = frozenset()
    members: frozenset[Names] = frozenset()
    satisfied: bool = False
    sure: bool = True
    vague: bool = False


Goes = Callable[[Packet], bool]
"""Whether a packet goes its way in one world."""


def unmet(place: Place, meeting: Meeting, packet: Packet, atoms: list[Atom], goes: Goes) -> Unmet:
    """One required service point (the packet, its peer aside) towards one player, in one world."""
    other, families = meeting.other, shared_families(place.unit, meeting)
    plain = [atom for atom in atoms if not atom.symbol and atom.address.version in families]
    networks = [atom for atom in plain if any(within(cidr, atom.address) for cidr in other.networks or ())]
    own = own_addresses(place, meeting)
    networks = [atom for atom in networks if atom.address not in own] or networks
    if OWN_FAMILY.get(packet.protocol, 4) not in families:
        return Unmet(satisfied=True)
    shut = {atom for atom in plain if not goes(packet._replace(peer=atom))}
    lacking = shut.intersection(networks)
    if other.networks is not None and not lacking:
        return Unmet(satisfied=True)
    inside = {spot for cidr in place.unit.subnet for spot in network_edges(cidr)}
    places = {
        spot for spot in {atom.address for atom in networks} | inside if any(within(cidr, spot) for cidr in other.networks or ())
    }
    named_members = [member for member in others(place, meeting) if member.symbols or member.addresses]
    states = [reached(packet, member, places or unknown_places(place, member), families, goes) for member in named_members]
    failing = frozenset(found for state, found in states if state != "yes")
    split = any(state == "maybe" for state, _ in states)
    if states and not failing:
        return Unmet(satisfied=True)
    if other.networks is None:
        known = all(reach(place.estate, symbol) != ("any",) for member in named_members for symbol in member.symbols)
        denied = {symbol for rule in place.rules() if not rule.allow for symbol in rule.peers}
        refused = not split and all(not denied.isdisjoint(member.symbols) for member in named_members)
        return Unmet(
            members=failing,
            sure=known or refused or shut.issuperset(plain),
            vague=split or not states or (shut.isdisjoint(plain) and not known),
        )
    named = any(symbol in rule.peers for rule in place.rules() for symbol in other.symbols)
    mixture = named and len(lacking) < len(networks)
    return Unmet(frozenset(frozenset({atom}) for atom in lacking), failing, vague=split or mixture)


def unknown_places(place: Place, member: Member) -> set[Address]:
    """Where a member may stand of whose role nobody says where it stands: also where a rule lets somebody in."""
    return {spot for symbol in member.symbols for spot in stands_of(place, symbol)}


def reached(
    packet: Packet, member: Member, places: set[Address], families: set[int], goes: Goes
) -> tuple[Literal["yes", "maybe", "no"], Names]:
    """Whether one member is reached: by a symbol that it wears, or at all its addresses; and the ways to name it."""
    known = {ip_network(cidr)[0] for cidr in member.addresses}
    stands = {spot for spot in known or places if spot.version in families}
    ways = [[Atom(symbol, spot) for spot in stands] for symbol in member.symbols]
    ways += [[Atom(None, spot) for spot in stands]] if known else []
    open_ways = [[goes(packet._replace(peer=atom)) for atom in way] for way in ways]
    state: Literal["yes", "maybe", "no"] = (
        "yes" if any(all(way) for way in open_ways) else "maybe" if any(any(way) for way in open_ways) else "no"
    )
    return state, frozenset(atom for way in ways for atom in way)


def others(place: Place, meeting: Meeting) -> list[Member]:
    """The members of the far role that are not the unit itself."""
    found = meeting.other.members
    return list(found) if are_several(place, meeting) else [member for member in found if not is_here(place.unit, member)]


def own_addresses(place: Place, meeting: Meeting) -> set[Address]:
    """The addresses of the unit's own machine, which nobody else of the far role has: it need not reach itself."""
    meant = others(place, meeting)
    here, there = (
        {ip_network(cidr)[0] for member in members for cidr in member.addresses}
        for members in ([member for member in meeting.other.members if member not in meant], meant)
    )
    return here - there


def are_several(place: Place, meeting: Meeting) -> bool:
    """Whether each of the unit is another to the rest. Where no machine is known one may play several roles, but of a role
    that speaks to itself there is more than one."""
    machines = place.unit.machines
    return len(machines) > 1 or (not machines and meeting.me.role == meeting.other.role)


def is_here(unit: Unit, member: Member) -> bool:
    """Whether a member is the unit: its one machine, or the group of which nobody knows who wears it."""
    if member.machine is not None:
        return member.machine in unit.machines
    return not unit.machines and {symbol.partition(":")[2] for symbol in member.symbols} <= {*unit.acls, *(unit.wears or ())}


def speaks_to_itself(place: Place, meeting: Meeting) -> bool:
    """Whether the far role is nobody but the unit: all that it matches is here, and no networks of its own tell it apart."""
    me, other, unit = meeting.me, meeting.other, place.unit
    matched = {*other.acls, *(symbol.partition(":")[2] for symbol in other.matched)}
    here = bool(matched) and matched <= {*unit.acls, *(unit.wears or ())}
    if not here or are_several(place, meeting) or others(place, meeting):
        return False
    return None in (me.networks, other.networks) or collapsed(me.networks) == collapsed(other.networks)


def collapsed(cidrs: tuple[str, ...] | None) -> set[str]:
    """The same addresses in the fewest networks."""
    networks = [ip_network(cidr) for cidr in cidrs or ()]
    fewest = [
        *collapse_addresses(n for n in networks if n.version == 4),
        *collapse_addresses(n for n in networks if n.version == 6),
    ]
    return {str(network) for network in fewest}
