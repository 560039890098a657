"""What the policy and the site say of one packet: asked for, permitted, blocked. Read line by line, flow by flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from tests.oracle.nouns import Allowance, Atom, Estate, Flow, Meeting, Member, Packet, Place, Player, Unit
from tests.oracle.packet_judge import PROTOCOLS, World, in_vnet, is_member, public, wearing, within

Answer = Literal["yes", "maybe", "no"]
ANYBODY = Player("any", networks=("0.0.0.0/0", "::/0"))


def active(estate: Estate) -> list[Flow]:
    on = {name for name, state in estate.features if state}
    return [flow for flow in estate.flows if flow.when is None or flow.when in on]


def service_holds(estate: Estate, service: str, listener: Player, packet: Packet) -> bool:
    protocol, _, ports = service.partition("/")
    if ports.startswith("{"):
        ports = str((dict(estate.parameters) | dict(listener.parameters))[ports[1:-1]])
    if protocol != "any" and packet.protocol != (int(protocol) if protocol.isdigit() else PROTOCOLS[protocol]):
        return False
    if protocol.startswith("icmp") and ports:
        kind, _, code = ports.partition("/")
        return packet.port // 256 == int(kind) and (not code or packet.port % 256 == int(code))
    low, _, high = ports.partition("-")
    return not ports or int(low) <= packet.port <= int(high or low)


@lru_cache(maxsize=16)
def players(estate: Estate) -> tuple[Player, ...]:
    """Who plays, with members and networks; a role `on` another has the machines of that one."""
    hosts = {player.role: player for player in estate.players if player.on is None}
    found = []
    for player in estate.players:
        host = hosts.get(player.on or "", player)
        members = members_of(estate, host)
        said = host.networks if player.networks is None else player.networks
        networks = standing(estate, host, members) if said is None else said
        symbols = {*host.symbols, *(symbol for member in members for symbol in member.symbols)}
        found.append(
            replace(
                player, acls=host.acls, symbols=tuple(sorted(symbols)), networks=networks, members=members, matched=host.symbols
            )
        )
    return tuple(found)


def members_of(estate: Estate, player: Player) -> tuple[Member, ...]:
    """The machines that wear what the role matches, and each matched group or ASG that no known machine wears."""
    matched = {*player.acls, *(symbol.partition(":")[2] for symbol in player.symbols)}
    subnets = {subnet.name: subnet for subnet in estate.subnets}
    found = []
    for machine in estate.machines:
        worn = {*machine.acls, *machine.asgs}
        if matched & (worn | {subnets[machine.subnet].acl}):
            groups = machine.acls if estate.cloud == "aws" else ()
            symbols = (*(f"group:{each}" for each in groups), *(f"asg:{each}" for each in machine.asgs))
            found.append(Member(symbols, (f"{machine.ip}/32",) if machine.ip else (), machine.address))
    return (*found, *(Member((symbol,)) for symbol in player.symbols if not wearing(estate, symbol)))


def standing(estate: Estate, player: Player, members: tuple[Member, ...]) -> tuple[str, ...] | None:
    """Where a role stands of which the site does not say it: its members' addresses; else their subnets and those it matches."""
    subnets = {subnet.name: subnet for subnet in estate.subnets}
    machines = {machine.address: machine for machine in estate.machines}
    homes = {machine.subnet for machine in estate.machines}
    empty = [subnet.cidrs for subnet in estate.subnets if subnet.acl in player.acls and subnet.name not in homes]
    empty += [() for acl in player.acls if estate.cloud == "azure" and not bound(estate, acl)]
    places = [
        member.addresses or (subnets[machines[member.machine].subnet].cidrs if member.machine else ()) for member in members
    ]
    places += empty
    if not places or not all(places):
        return None
    return tuple(dict.fromkeys(cidr for place in places for cidr in place))


def bound(estate: Estate, acl: str) -> bool:
    """Whether an NSG guards a subnet or an interface."""
    return any(acl == subnet.acl for subnet in estate.subnets) or any(acl in machine.acls for machine in estate.machines)


def is_peer(estate: Estate, player: Player, atom: Atom) -> Answer:
    """Whether the packet's far side is one of the role, by a symbol that names it or, without one, by its address."""
    if any(is_member(estate, symbol, atom.address) for symbol in player.symbols):
        return "yes"
    if atom.symbol:
        return "yes" if atom.symbol in player.symbols else "no"
    if any(within(cidr, atom.address) for member in player.members for cidr in member.addresses):
        return "yes"
    if player.networks is None:
        return "no" if public(atom.address) else "maybe"
    return "yes" if any(within(cidr, atom.address) for cidr in player.networks) else "no"


def bears(player: Player, unit: Unit) -> bool:
    """Whether a role is borne there: the unit has an ACL that the role matches, or its machines wear what it matches."""
    matched = {symbol.partition(":")[2] for symbol in player.matched}
    return bool(set(player.acls) & set(unit.acls) or matched & set(unit.wears or ()))


def meetings(place: Place) -> Iterator[Meeting]:
    """Every active flow that speaks of this unit in this direction."""
    estate, unit, direction = place
    everyone = [*players(estate), ANYBODY]
    for flow in active(estate):
        near, far = (flow.destinations, flow.sources) if direction == "ingress" else (flow.sources, flow.destinations)
        for me in everyone:
            if me.role in near and bears(me, unit):
                yield from (Meeting(flow, me, other) for other in everyone if other.role in far)


def asked(place: Place, meeting: Meeting, packet: Packet) -> bool:
    listener = meeting.me if place.direction == "ingress" else meeting.other
    return any(service_holds(place.estate, service, listener, packet) for service in meeting.flow.services)


def permitted_at(place: Place, packet: Packet) -> Answer:
    """Whether any active flow or allowance lets the packet be; maybe, where nobody says in which networks a role stands."""
    peer = Atom(None, packet.peer.address) if is_known(place, packet.peer) else packet.peer
    answers = {
        is_peer(place.estate, meeting.other, peer)
        for meeting in meetings(place)
        if meeting.flow.need != "blocked" and asked(place, meeting, packet)
    }
    answers |= {
        allowed_peer(place.estate, text, peer)
        for allowance in place.estate.allowances
        if speaks_of(place, allowance, packet)
        for text in allowance.peers
    }
    return strongest(answers)


def is_known(place: Place, atom: Atom) -> bool:
    """Whether the atom is an address of which everybody knows that VirtualNetwork holds it: then it is one among addresses."""
    vnet = not place.estate.vnet_settled and atom.symbol == "tag:VirtualNetwork"
    return vnet and in_vnet(place, Atom(None, atom.address), World({}))


def speaks_of(place: Place, allowance: Allowance, packet: Packet) -> bool:
    estate, unit, direction = place
    here = {player.role for player in players(estate) if bears(player, unit)}
    return (
        not allowance.expired
        and allowance.direction in (None, direction)
        and ("*" in allowance.roles or bool(here & set(allowance.roles)))
        and (allowance.protocol is None or PROTOCOLS[allowance.protocol] == packet.protocol)
        and (not allowance.ports or packet.port in allowance.ports)
    )


def allowed_peer(estate: Estate, peer: str, atom: Atom) -> Answer:
    if peer.startswith("role:"):
        answers = {is_peer(estate, player, atom) for player in players(estate) if player.role == peer[5:]}
        return strongest(answers)
    if "/" in peer:
        return is_peer(estate, Player("", networks=(peer,)), atom)
    return "yes" if peer == atom.symbol else "no" if atom.symbol else "maybe"


def blocked_at(place: Place, packet: Packet) -> Answer:
    """Whether a blocked flow is judged here and speaks of the packet: at its listener, else at its sender."""
    answers = {
        is_peer(place.estate, meeting.other, packet.peer)
        for meeting in meetings(place)
        if meeting.flow.need == "blocked"
        and place.direction in meeting.flow.ends
        and (place.direction == "ingress" or "ingress" not in meeting.flow.ends or not is_judged(place.estate, meeting.flow))
        and asked(place, meeting, packet)
    }
    return strongest(answers)


def is_judged(estate: Estate, flow: Flow) -> bool:
    """Whether the destination of a flow has ACLs of its own."""
    ends = [player for player in players(estate) if player.role in flow.destinations]
    return any(bears(player, unit) for player in ends for unit in estate.units)


def strongest(answers: set[Answer]) -> Answer:
    return "yes" if "yes" in answers else "maybe" if "maybe" in answers else "no"


def undecided(place: Place, packet: Packet) -> bool:
    """Whether the packet is of a flow whose far role is bound to nothing: whose it is, is not settled."""
    estate, unit, direction = place
    lost = set(estate.bare_roles)
    if packet.peer.symbol is None and public(packet.peer.address):
        return False
    for flow in active(estate):
        near, far = (flow.destinations, flow.sources) if direction == "ingress" else (flow.sources, flow.destinations)
        here = [player for player in players(estate) if player.role in near and bears(player, unit)]
        listeners = here if direction == "ingress" else here and [Player("")]
        asked = any(service_holds(estate, service, each, packet) for service in flow.services for each in listeners)
        if asked and lost & set(far) and flow.need != "blocked":
            return True
    return False
