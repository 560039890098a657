"""`pamlint trace` against the judge: packets between machines and addresses that nothing else is known of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from pamlint import run
from pamlint.views.trace import question
from tests.oracle.linting import TODAY
from tests.oracle.nouns import OPPOSITE, Address, Estate, Packet, Place
from tests.oracle.packet_judge import PROTOCOLS, passes, within
from tests.oracle.render import write
from tests.oracle.sampling import Grid, local_samples, packet_of
from tests.oracle.worlds import worlds

NAMES = {number: name for name, number in PROTOCOLS.items()}
ECHO = 8 * 256
EACH = 4


def traces_that_differ(estate: Estate, seed: int) -> list[str]:
    """Where trace and judge say something else of a packet: allowed, denied, or unproven."""
    found = []
    with TemporaryDirectory() as folder, chdir(folder):
        write(estate, Path())
        options = run.Options(today=TODAY, environment={})
        for place, packet in packets(estate, Random(seed)):
            near, far = place.unit.machines[0], str(packet.peer.address)
            ends = (far, near) if place.direction == "ingress" else (near, far)
            port = f"icmp/{packet.port // 256}" if packet.protocol == 1 else f"{NAMES[packet.protocol]}/{packet.port}"
            asked = question(*ends, port, None if packet.protocol == 1 else packet.source_port)
            said, expected = run.trace((Path(),), options, asked)[0].outcome, outcome(place, packet)
            found += [f"{port} {' to '.join(ends)}: trace {said}, judge {expected}"] if said != expected else []
    return found


def packets(estate: Estate, random: Random) -> Iterator[tuple[Place, Packet]]:
    """A few packets at each machine in both directions; whoever is far is in no subnet and plays no role that has ACLs."""
    guarded = [cidr for subnet in estate.subnets for cidr in subnet.cidrs]
    guarded += [cidr for player in estate.players if player.acls or player.symbols for cidr in player.networks or ()]
    for unit in estate.units:
        for direction in OPPOSITE if unit.machines else ():
            place = Place(estate, unit, direction)
            found = Grid(place).packets(random, per_box=4, anywhere=8)
            found = [packet for packet in found if is_asked(packet, guarded) and spots(place, packet)]
            yield from ((place, packet) for packet in random.sample(found, min(EACH, len(found))))


def is_asked(packet: Packet, guarded: Iterable[str]) -> bool:
    """TCP, UDP and echo requests with an address that is no more than that."""
    sent = packet.protocol in (6, 17) or (packet.protocol == 1 and packet.port == ECHO)
    return sent and packet.peer.symbol is None and not any(within(cidr, packet.peer.address) for cidr in guarded)


def outcome(place: Place, packet: Packet) -> str:
    """What the judge says of the packet, and of the reply where a network ACL stands on its way."""
    said = [passing(place, packet)]
    stateless = tuple(layer for layer in place.unit.layers if place.estate.acl(layer[0]).kind == "nacl")
    if stateless:
        loose = tuple(each for each in place.unit.loose if (each[0],) in stateless)
        back = Place(place.estate, replace(place.unit, layers=stateless, loose=loose), OPPOSITE[place.direction])
        said.append(passing(back, packet_of(packet.protocol, packet.source_port, packet.port, packet.peer, None)))
    if {False} in said:
        return "denied"
    return "allowed" if all(each == {True} for each in said) else "unproven"


def passing(place: Place, packet: Packet) -> set[bool]:
    """Whether it passes, in each world and wherever the machine stands in its subnet."""
    sent = [packet._replace(local=spot) for spot in spots(place, packet)]
    return {passes(place, each, world) for each in sent for world in worlds(place, each, "need")}


def spots(place: Place, packet: Packet) -> list[Address | None]:
    """Where the machine may stand, in the address family of the packet."""
    local = local_samples(place.unit, place.rules()) if place.unit.local else [None]
    return [spot for spot in local if spot is None or spot.version == packet.peer.address.version]
