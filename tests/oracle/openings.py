"""What is open and should not be: the findings of one unit against the judge, packet by packet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address
from random import Random

from tests.oracle.findings import Json, brief, holds, seen_from, tells, told_of, witness_packet
from tests.oracle.nouns import Address, Atom, Estate, Packet, Place
from tests.oracle.packet_judge import STRANGERS, World, in_vnet, is_member, passes
from tests.oracle.policy_reader import permitted_at, players, undecided
from tests.oracle.sampling import Grid, sensible, symbolic
from tests.oracle.worlds import Opening, may_be, opening, permitted, stands, worlds

PRIVATE = tuple(map(ip_address, ("10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255")))
OPENINGS = ("blocked-access", "extra-access", "implicit-allow")


def openings_told(place: Place, findings: list[Json], random: Random) -> Iterable[str]:
    """What is open and should not be, or is open by default: the unit's findings against the judge.

    Whoever stands in a subnet of one of the machines reaches that one past the network ACL.
    """
    place = in_any_subnet(place)
    told = [each for each in findings if each["check"] in OPENINGS]
    unmet_told = any(each["check"] == "missing-access" for each in findings)
    grid = Grid(place)
    packets = grid.packets(random, per_box=12, anywhere=60)
    for each in told:
        inside = [packet for packet in grid.packets(random, per_box=12, anywhere=60) if holds(place, each, packet)]
        packets += inside[:24]
        yield from witness_told(place, each)
    for packet in packets:
        yield from compare_opening(place, packet, told, unmet_told)


def in_any_subnet(place: Place) -> Place:
    """The place, where whoever stands in the subnet of one of its machines stands in its subnet."""
    return place._replace(unit=replace(place.unit, subnet=place.unit.subnets))


def told_from(place: Place, finding: Json) -> list[Place]:
    """The places that a finding of what is open tells of together."""
    return [in_any_subnet(here) for here in seen_from(place, finding)]


def certain(states: list[Opening], pair: tuple[str, str]) -> str | None:
    """What the worlds say of one teller: proved, unproven, or None if it has nothing to tell."""
    inside = [state.sure and bool(state.pairs) for state in states if pair in state.pairs | state.beneath]
    if not inside:
        return None
    return "proved" if len(inside) == len(states) and all(inside) else "unproven"


def said_of(place: Place, packet: Packet, pair: tuple[str, str]) -> str | None:
    """What is certain of one teller of a packet; what is open whether or not a list stands there, any of its tellers tells."""
    states = [opening(place, packet, world) for world in worlds(place, packet, "extra")]
    anyway = place.unit.loose and all(state.pairs and state.sure for state in states)
    return "proved" if anyway and any(pair in state.pairs for state in states) else certain(states, pair)


def teller(finding: Json) -> tuple[str, str]:
    return finding["check"], finding["acl"] if finding["check"] == "implicit-allow" else finding["rule"].removesuffix("[*]")


def compare_opening(place: Place, packet: Packet, findings: list[Json], unmet_told: bool) -> Iterable[str]:
    """One packet; where a required flow is told missing, what of it passes by default need not be told.

    What is open for sure, and let through by one rule or another, by the values of variables, is told by any of them; a default
    is no other. What is open whether or not a list stands there is told by a rule of that list, where it stands.
    """
    if doubtful(place, packet):
        return
    states = [opening(place, packet, world) for world in worlds(place, packet, "extra")]
    pairs = {pair for state in states for pair in state.pairs}
    strongest = {certain(states, pair) for pair in pairs}
    by_rules = {certain(states, pair) for pair in pairs if pair[0] != "implicit-allow"}
    always = all(state.pairs and state.sure for state in states) and ("proved" not in by_rules or bool(place.unit.loose))
    strangers = coming(place, packet) if packet.peer.symbol and findings else []
    telling = [each for each in findings if tells(place, each, packet, strangers)]
    for each in findings:
        if not holds(place, each, packet):
            continue
        said = {certain(states, teller(each))} - {None}
        if packet.peer.symbol or not said:
            said = anywhere(place, packet, each)
        if not said and each["certainty"] == "unproven":
            said = as_member(place, packet, each)
        elif said and each["certainty"] not in said:
            said |= at_units(place, packet, each)
        if not said:
            yield f"wrong {brief(each)}: it tells {told_of(packet)}"
        elif each["certainty"] not in said and not (
            always
            or in_parts(place, packet)
            or any(open_anyway(here, packet) for here in told_from(place, each))
            or is_told_surely(place, packet, each, telling)
            or is_met_anywhere(place, packet, each)
            or is_extra_anyhow(place, packet, each)
        ):
            yield f"certainty of {brief(each)}: judge {said} for {told_of(packet)}"
    if not is_owed(place, packet, states) or (unmet_told and permitted_at(place, packet) == "yes"):
        return
    where, certainties = f"{told_of(packet)} {place.direction} at {place.unit.acls}", {each["certainty"] for each in telling}
    if not telling:
        yield f"silent: {'proved' if 'proved' in strongest else 'unproven'} {sorted(pairs)} for {where}"
    elif (
        "proved" in strongest
        and "proved" not in certainties
        and not any("unproven" in anywhere(place, packet, each) for each in telling)
        and not any(each["certainty"] == "proved" and tells_of_member(place, packet, each) for each in findings)
    ):
        yield f"certainty: {sorted(pairs)} should be proved for {where}"


def is_owed(place: Place, packet: Packet, states: list[Opening]) -> bool:
    """Whether it must be told what comes through, in some world; where a list stands perhaps, in all. Nobody calls himself."""
    musts = [state.must for state in states if state.pairs]
    to_itself = packet.local is not None and packet.peer.address == packet.local
    return not to_itself and any(musts) and (all(musts) or not place.unit.loose)


def coming(place: Place, packet: Packet) -> list[Address]:
    """The strangers' addresses at which whoever is meant comes through, in some world."""
    places = [packet._replace(peer=Atom(packet.peer.symbol, spot)) for spot in STRANGERS]
    return [each.peer.address for each in places if any(passes(place, each, world) for world in worlds(place, each, "extra"))]


def tells_of_member(place: Place, packet: Packet, finding: Json) -> bool:
    """Whether a finding tells a symbol by the address of a member that is known."""
    known = (ip_address(machine.ip) for machine in place.estate.machines if machine.ip)
    members = (spot for spot in known if packet.peer.symbol and is_member(place.estate, packet.peer.symbol, spot))
    return any(holds(place, finding, packet._replace(peer=Atom(None, spot))) for spot in members)


def is_told_surely(place: Place, packet: Packet, finding: Json, telling: list[Json]) -> bool:
    """Whether the same rule is told to open another blocked flow to the packet for sure: each flow is told by itself."""
    others = (each for each in telling if each["flow"] != finding["flow"] and teller(each) == teller(finding))
    return any(each["certainty"] == "proved" and holds(place, each, packet) for each in others)


def is_met_anywhere(place: Place, packet: Packet, finding: Json) -> bool:
    """Whether the rule opens a blocked flow wherever a role of unknown networks may stand: for sure, whatever the address."""
    if finding["check"] != "blocked-access" or packet.peer.symbol is not None:
        return False
    there = (packet._replace(peer=Atom(None, spot)) for spot in PRIVATE)
    return all(teller(finding) in opening(place, each, world).pairs for each in there for world in worlds(place, each, "extra"))


def is_extra_anyhow(place: Place, packet: Packet, finding: Json) -> bool:
    """Whether nothing permits what surely comes through: that it is extra is sure, whether or not a blocked flow speaks of it."""
    return finding["check"] != "blocked-access" and all(
        teller(finding) in opening(place, packet, world).pairs and permitted(place, packet, world) == "no"
        for world in worlds(place, packet, "extra")
    )


def in_parts(place: Place, packet: Packet) -> bool:
    """Whether VirtualNetwork, of which only a part is known, is opened as a whole, and a role may stand in it somewhere."""
    named = any("tag:VirtualNetwork" in rule.peers for rule in place.rules())
    return named and not place.estate.vnet_settled and permitted_at(place, packet) == "maybe"


def open_anyway(place: Place, packet: Packet) -> bool:
    """Whether a member of the packet's symbol comes through for sure at some place, whichever rule it is that bears it."""
    places = [packet._replace(peer=Atom(packet.peer.symbol, spot)) for spot in stands(place, packet.peer) if packet.peer.symbol]
    states = ([opening(place, each, world) for world in worlds(place, each, "extra")] for each in places)
    return any(all(state.pairs and state.sure for state in found) for found in states)


def as_member(place: Place, packet: Packet, finding: Json) -> set[str | None]:
    """An address is told where members of an open symbol may be: what is said of a member that stands there, at any unit of
    which it is told."""
    found = set()
    for here in told_from(place, finding):
        for symbol in {peer for rule in here.rules() for peer in rule.peers if symbolic(peer)}:
            member = packet._replace(peer=Atom(symbol, packet.peer.address))
            if may_be(here, member.peer):
                states = [opening(here, member, world) for world in worlds(here, member, "extra")]
                found.add(certain(states, teller(finding)))
    return {"unproven"} if found - {None} else set()


def at_units(place: Place, packet: Packet, finding: Json) -> set[str | None]:
    """What is certain of the finding at each unit of which it is told: their traffic is told together."""
    units = told_from(place, finding)
    return {said_of(each, packet, teller(finding)) for each in units}


def anywhere(place: Place, packet: Packet, finding: Json) -> set[str | None]:
    """What is certain of the finding wherever the members of the packet's symbol may stand, at any unit of which it is told."""
    found = set()
    for other in told_from(place, finding):
        for spot in stands(other, packet.peer):
            there = packet._replace(peer=Atom(packet.peer.symbol, spot))
            if not sensible(there):
                continue
            found.add(said_of(other, there, teller(finding)))
    partly = {"unproven"} if None in found and len(found) > 1 else set()
    return (found | partly) - {None}


def doubtful(place: Place, packet: Packet) -> bool:
    """Packets of which the design leaves open who tells them: those of an unbound role, and outside a VNet of unknown extent."""
    estate, atom = place.estate, packet.peer
    beyond = not estate.vnet_settled and not in_vnet(place, Atom(None, atom.address), World({}))
    tagged = atom.symbol in (None, "tag:VirtualNetwork", "tag:Internet")
    named = any(peer in ("tag:VirtualNetwork", "tag:Internet") for rule in place.rules() for peer in rule.peers)
    return undecided(place, packet) or (beyond and tagged and named)


def witness_told(place: Place, finding: Json) -> Iterable[str]:
    if finding["witness"] is None:
        yield f"no witness: {brief(finding)}"
        return
    packet = witness_packet(finding, symbols_of(place.estate))
    if packet is None or not sensible(packet) or doubtful(place, packet):
        return
    perhaps = finding["certainty"] == "unproven" and any(as_member(each, packet, finding) for each in told_from(place, finding))
    if not anywhere(place, packet, finding) and not perhaps:
        yield f"false witness of {brief(finding)}: {told_of(packet)}"


def symbols_of(estate: Estate) -> set[str]:
    named = {peer for acl in estate.acls for rule in acl.rules for peer in rule.peers if symbolic(peer)}
    return named | {symbol for player in players(estate) for symbol in player.symbols}
