"""What the policy and the site say of one packet: asked for, permitted, blocked. Read line by line, flow by flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from tests.oracle.nouns import Allowance, Atom, Estate, Flow, Meeting, Packet, Place, Player
from tests.oracle.packet_judge import PROTOCOLS, STRANGERS, public, within

Answer = Literal["yes", "maybe", "no"]


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


def players(estate: Estate) -> list[Player]:
    """Who plays, with `on` followed: a role on another stands where that one stands."""
    hosts = {player.role: player for player in estate.players if player.on is None}
    found = []
    for player in estate.players:
        host = hosts.get(player.on or "", player)
        networks = host.networks if player.networks is None else player.networks
        found.append(replace(player, acls=host.acls, symbols=host.symbols, networks=networks))
    return found


def is_peer(player: Player, atom: Atom) -> Answer:
    if atom.symbol in player.symbols:
        return "yes"
    if player.networks is None:
        return "no" if atom.symbol or public(atom.address) else "maybe"
    spots = [each for each in STRANGERS if atom.symbol != "tag:Internet" or public(each)] if atom.symbol else [atom.address]
    return "yes" if all(any(within(cidr, spot) for cidr in player.networks) for spot in spots) else "no"


def meetings(place: Place) -> Iterator[Meeting]:
    """Every active flow that speaks of this unit in this direction."""
    estate, unit, direction = place
    everyone = [*players(estate), Player("any", networks=("0.0.0.0/0", "::/0"))]
    for flow in active(estate):
        near, far = (flow.destinations, flow.sources) if direction == "ingress" else (flow.sources, flow.destinations)
        for me in everyone:
            if me.role in near and set(me.acls) & set(unit.acls):
                yield from (Meeting(flow, me, other) for other in everyone if other.role in far)


def asked(place: Place, meeting: Meeting, packet: Packet) -> bool:
    listener = meeting.me if place.direction == "ingress" else meeting.other
    return any(service_holds(place.estate, service, listener, packet) for service in meeting.flow.services)


def permitted(place: Place, packet: Packet) -> Answer:
    """Whether any active flow or allowance lets the packet be; maybe, where nobody says in which networks a role stands."""
    answers = {
        is_peer(meeting.other, packet.peer)
        for meeting in meetings(place)
        if meeting.flow.need != "blocked" and asked(place, meeting, packet)
    }
    answers |= {
        allowed_peer(place.estate, peer, packet.peer)
        for allowance in place.estate.allowances
        if speaks_of(place, allowance, packet)
        for peer in allowance.peers
    }
    return strongest(answers)


def speaks_of(place: Place, allowance: Allowance, packet: Packet) -> bool:
    estate, unit, direction = place
    here = {player.role for player in players(estate) if set(player.acls) & set(unit.acls)}
    return (
        not allowance.expired
        and allowance.direction in (None, direction)
        and ("*" in allowance.roles or bool(here & set(allowance.roles)))
        and (allowance.protocol is None or PROTOCOLS[allowance.protocol] == packet.protocol)
        and (not allowance.ports or packet.port in allowance.ports)
    )


def allowed_peer(estate: Estate, peer: str, atom: Atom) -> Answer:
    if peer.startswith("role:"):
        answers = {is_peer(player, atom) for player in players(estate) if player.role == peer[5:]}
        return strongest(answers)
    if "/" in peer:
        return is_peer(Player("", networks=(peer,)), atom)
    return "yes" if peer == atom.symbol else "no" if atom.symbol else "maybe"


def blocked(place: Place, packet: Packet) -> Answer:
    """Whether a blocked flow is judged here and speaks of the packet: at its listener, else at its sender."""
    answers = {
        is_peer(meeting.other, packet.peer)
        for meeting in meetings(place)
        if meeting.flow.need == "blocked"
        and place.direction in meeting.flow.ends
        and (place.direction == "ingress" or "ingress" not in meeting.flow.ends or not meeting.other.acls)
        and asked(place, meeting, packet)
    }
    return strongest(answers)


def strongest(answers: set[Answer]) -> Answer:
    return "yes" if "yes" in answers else "maybe" if "maybe" in answers else "no"


def undecided(place: Place, packet: Packet) -> bool:
    """Whether the packet is of a flow whose far role is bound to nothing: whose it is, is not settled."""
    lost = set(place.estate.bare_roles)
    flows = [flow for flow in active(place.estate) if lost & {*flow.sources, *flow.destinations}]
    return any(service_holds(place.estate, service, Player(""), packet) for flow in flows for service in flow.services)
