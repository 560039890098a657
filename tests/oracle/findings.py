"""pamlint's report as the comparison reads it: what a finding's rows hold, packet by packet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from tests.oracle.nouns import Address, Atom, Estate, Packet, Place, Range, Unit
from tests.oracle.packet_judge import PROBES, PROTOCOLS, STRANGERS, World, in_ranges, in_vnet, internet, reach, within
from tests.oracle.policy_reader import bears, players
from tests.oracle.sampling import packet_of, sensible

Json = dict[str, Any]


@lru_cache(maxsize=50_000)
def numbers(text: str) -> tuple[Range, ...]:
    """`0-5,47` or `tcp,udp` as ranges."""
    found = []
    for part in text.split(","):
        low, _, high = part.strip().partition("-")
        first = PROTOCOLS[low] if low in PROTOCOLS else int(low)
        found.append((first, int(high) if high else first))
    return tuple(found)


@lru_cache(maxsize=50_000)
def icmp_ranges(text: str) -> tuple[Range, ...]:
    """`8/0,3/4,0-5` as ranges of type * 256 + code."""
    found = []
    for part in text.split(","):
        kinds, _, codes = part.partition("/")
        low, _, high = kinds.partition("-")
        code, _, last = (codes or "0-255").partition("-")
        found += [(kind * 256 + int(code), kind * 256 + int(last or code)) for kind in range(int(low), int(high or low) + 1)]
    return tuple(found)


def bare(symbol: str) -> str:
    """A symbol as it is printed, without its kind."""
    kind, colon, name = symbol.partition(":")
    return name.lower() if colon and kind in ("group", "asg", "tag", "pl", "prefix-list") else symbol.lower()


def peer_holds(place: Place, peer: str, atom: Atom) -> bool:
    if atom.symbol:
        return bare(peer) == bare(atom.symbol)
    if bare(peer) == "virtualnetwork":
        return in_vnet(place, atom, World({}))
    if bare(peer) == "internet":
        return internet(place, atom, World({}))
    if bare(peer) == "azureloadbalancer":
        return within(PROBES, atom.address)
    return (peer == "any" or "/" in peer) and within(peer, atom.address)


def is_reference(peer: str, symbols: set[str]) -> bool:
    """Whether a row names an unknown value where addresses would stand."""
    return peer != "any" and "/" not in peer and bare(peer) not in {bare(symbol) for symbol in symbols}


def row_holds(place: Place, row: Json, packet: Packet, perhaps: bool = False) -> bool:
    """Whether a row of a report holds the packet, or perhaps holds it: a symbol's unknown members may stand anywhere."""
    if row["protocol"] != "any" and not in_ranges(numbers(row["protocol"]), packet.protocol):
        return False
    if row["ports"] is not None and not (packet.protocol in (6, 17) and in_ranges(numbers(row["ports"]), packet.port)):
        return False
    if row["icmp"] is not None and not (packet.protocol in (1, 58) and in_ranges(icmp_ranges(row["icmp"]), packet.port)):
        return False
    sources = numbers(row["source_ports"]) if row["source_ports"] is not None and packet.protocol in (6, 17) else ((0, 65535),)
    if not in_ranges(sources, packet.source_port):
        return False
    open_peer = perhaps and any(peer != "any" and "/" not in peer for peer in row["peers"])
    if not open_peer and not any(peer_holds(place, peer, packet.peer) for peer in row["peers"]):
        return False
    if packet.local is not None and not any(local == "any" or within(local, packet.local) for local in row["local"]):
        return False
    plain = packet._replace(peer=Atom(None, packet.peer.address))
    return not any(row_holds(place, hole, each) for hole in row.get("except") or () for each in (packet, plain))


def holds(place: Place, finding: Json, packet: Packet) -> bool:
    """Whether the finding's traffic holds the packet."""
    return any(row_holds(place, row, packet) for row in finding["traffic"])


def tells(place: Place, finding: Json, packet: Packet, strangers: Sequence[Address] = STRANGERS) -> bool:
    """Whether a reader learns of the packet: by its symbol, by every address where that may stand, by an open symbol.

    A symbol that may stand anywhere may stand at any of the `strangers`.
    """
    rows, perhaps = finding["traffic"], finding["certainty"] == "unproven"
    if any(row_holds(place, row, packet, perhaps) for row in rows):
        return True
    symbol, address = packet.peer
    if perhaps and symbol and any(row_holds(place, row, packet._replace(peer=Atom(None, address))) for row in rows):
        return True
    if symbol == "tag:VirtualNetwork":  # of whoever is in it and in an open list besides, the list may be told
        lists = {peer for rule in place.rules() for peer in rule.peers if peer.startswith("tag:")}
        if any(row_holds(place, row, packet._replace(peer=Atom(each, address))) for row in rows for each in lists):
            return True
    anywhere = symbol is not None and reach(place.estate, symbol) == ("any",)
    everywhere = [packet._replace(peer=Atom(None, spot)) for spot in (strangers if anywhere else [address]) if symbol]
    spots = [spot for spot in everywhere if sensible(spot)]
    return bool(spots) and all(any(row_holds(place, row, spot) for row in rows) for spot in spots)


def witness_packet(finding: Json, symbols: set[str]) -> Packet | None:
    """The finding's witness; None if it names something that is neither an address nor a symbol of the estate."""
    witness = finding["witness"]
    far, near = ("source", "destination") if finding["direction"] == "ingress" else ("destination", "source")
    protocol = numbers(witness["protocol"])[0][0]
    port = icmp_ranges(witness["icmp"])[0][0] if witness["icmp"] else witness["destination_port"] or 0
    named = {bare(symbol): symbol for symbol in symbols}
    name = bare(witness[far])
    local = ip_address(witness[near]) if all(sign in "0123456789abcdef.:" for sign in witness[near]) else None
    if name in named:
        alike = (each for each in STRANGERS if local is None or each.version == local.version)
        atom = Atom(named[name], next(alike))
    elif all(sign in "0123456789abcdef.:" for sign in name):
        atom = Atom(None, ip_address(name))
    else:
        return None
    return packet_of(protocol, port, witness["source_port"] or 0, atom, local)


def judged(estate: Estate) -> list[Unit]:
    """The units that bear a role."""
    return [unit for unit in estate.units if any(bears(player, unit) for player in players(estate))]


def concerns(finding: Json, unit: Unit) -> bool:
    """Whether a finding is told of the unit: of its ACLs, and of its machines where these are known."""
    return finding["acl"] in unit.acls and (not unit.machines or bool(set(unit.machines) & set(finding["workloads"])))


def seen_from(place: Place, finding: Json) -> list[Place]:
    """The places that one finding tells of together: a rule that several units share is told once."""
    units = (unit for unit in judged(place.estate) if concerns(finding, unit))
    return [place, *(place._replace(unit=unit) for unit in units if unit is not place.unit)]


def brief(finding: Json) -> str:
    names = [finding[key] for key in ("check", "certainty", "flow", "direction", "rule") if finding[key]]
    return " ".join(names) if finding["rule"] else " ".join([*names, str(finding["acl"])])


def told_of(packet: Packet) -> str:
    peer = packet.peer.symbol or packet.peer.address
    return (
        f"protocol {packet.protocol} port {packet.port} from port {packet.source_port}, peer {peer}, local {packet.local or '*'}"
    )
