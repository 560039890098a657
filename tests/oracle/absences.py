"""What is required and not admitted, replies among it: the findings of one unit against the judge, service by service."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, combinations
from random import Random

from tests.oracle.findings import Json, brief, holds, seen_from, tells, told_of, witness_packet
from tests.oracle.nouns import OPPOSITE, Atom, Meeting, Packet, Place
from tests.oracle.openings import symbols_of
from tests.oracle.packet_judge import World, in_ranges, passes, path, step, walk
from tests.oracle.policy_reader import asked
from tests.oracle.sampling import Grid, packet_of, sensible, service_edges
from tests.oracle.worlds import Goes, Names, Unmet, may_be, needs, open_symbols, stands, unmet, worlds

Way = dict[str, set[Names]]
"""What is missing, proved and unproven, in one of the ways to name it."""


def missing_told(place: Place, findings: list[Json], random: Random) -> Iterable[str]:
    """What is required and not admitted: the unit's findings against the judge, flow by flow and role by role."""
    told = [each for each in findings if each["check"] == "missing-access"]
    grid, groups = Grid(place), dict[tuple[str, str], list[Meeting]]()
    for meeting in needs(place):
        groups.setdefault((meeting.flow.id, meeting.me.role), []).append(meeting)
    for (flow, role), meetings in groups.items():
        mine = [each for each in told if each["flow"] == flow and role in each["roles"]]
        for packet in service_points(place, meetings, grid, random):
            yield from compare_missing(place, packet, meetings, mine, grid)
    for each in told:
        yield from blame_told(place, each)
        needed = {(meeting.flow.id, meeting.me.role) for other in seen_from(place, each) for meeting in needs(other)}
        if not any((each["flow"], role) in needed for role in each["roles"]):
            yield f"missing-access that nothing requires: {brief(each)}"


def service_points(place: Place, meetings: list[Meeting], grid: Grid, random: Random) -> list[Packet]:
    """Packets of a required flow, their peer left open: at the boundaries of its services and of the rules."""
    found = []
    for flow, me, other in meetings:
        listener = me if place.direction == "ingress" else other
        parameters = dict(place.estate.parameters) | dict(listener.parameters)
        for service in flow.services:
            protocol, ranges = service_edges(service, parameters)
            ports = [port for port in grid.ports if in_ranges(ranges, port)] or [ranges[0][0]]
            sources = [port for port in grid.source_ports if port >= 1024]
            for _ in range(8):
                number = random.choice([each for each in grid.protocols if each != 58]) if protocol is None else protocol
                found.append(
                    packet_of(number, random.choice(ports), random.choice(sources), grid.atoms[0], random.choice(grid.locals))
                )
    return list(dict.fromkeys(found))


def compare_missing(place: Place, packet: Packet, meetings: list[Meeting], told: list[Json], grid: Grid) -> Iterable[str]:
    """One service point of one flow and role: what the rows hold there against what is not admitted."""
    if told_with_the_rest(packet, meetings):
        return
    spots = [Atom(None, atom.address) for atom in grid.atoms if atom.symbol]
    atoms = [atom for atom in dict.fromkeys((*grid.atoms, *spots)) if sensible(packet._replace(peer=atom))]
    expected = [expected_ways(place, packet, meeting, atoms) for meeting in meetings if asked(place, meeting, packet)]
    if any(ways is None for ways in expected):
        return
    for ways in expected:
        if ways and not any(told_fully(place, way, told, packet) for way in ways):
            yield f"silent: missing-access {meetings[0].flow.id} {place.direction} at {place.unit.acls}: {told_of(packet)}, judge {short(ways)}"
    yield from told_wrongly(place, packet, told, atoms, [ways for ways in expected if ways])


def told_with_the_rest(packet: Packet, meetings: list[Meeting]) -> bool:
    """Whether the packet is ICMP of a flow of any protocol, which is told with the other protocols of both families."""
    return packet.protocol in (1, 58) and all("any" in meeting.flow.services for meeting in meetings)


def expected_ways(place: Place, packet: Packet, meeting: Meeting, atoms: list[Atom]) -> list[Way] | None:
    """What is missing in the ways to name it: networks, members. Empty if nothing is; None if nobody can tell."""
    everywhere = worlds(place, packet, "need")
    states = [unmet(place, meeting, packet, atoms, goes(place, world)) for world in everywhere]
    if any(state.vague for state in states):
        return None
    if all(state.satisfied for state in states):
        return []
    return [expected_of(states, [each.atoms for each in states]), expected_of(states, [each.members for each in states])]


def goes(place: Place, world: World) -> Goes:
    """Whether a packet passes: by what serves it, or whoever is in the groups that these lists both allow and deny."""
    return lambda packet: (
        passes(place, packet, world) or all(passes(place, packet, each) for each in memberships(place, packet, world))
    )


def memberships(place: Place, packet: Packet, world: World) -> list[World]:
    """The world with every choice of groups that hold the far side."""
    symbols = open_symbols(place, place.rules(), packet.peer)
    groups = [each for each in symbols if each.startswith(("group:", "asg:"))]
    others = world.inside.difference(groups)
    chosen = chain.from_iterable(combinations(groups, size) for size in range(len(groups) + 1))
    return [world._replace(inside=others.union(each), mode="either") for each in chosen]


def told_wrongly(place: Place, packet: Packet, told: list[Json], atoms: list[Atom], expected: list[list[Way]]) -> Iterable[str]:
    """Rows that hold what is not missing, or not as surely. A symbol may stand for the addresses that members of it may have."""
    right = {
        key: {atom for ways in expected for way in ways for names in way[key] for atom in names} for key in ("proved", "unproven")
    }
    for each in told:
        rightly = right[each["certainty"]] | (right["proved"] if len(place.unit.layers) > 1 else set())
        symbols = {atom.symbol for atom in rightly} - {None}
        for atom in atoms:
            point = packet._replace(peer=atom)
            shared = len(seen_from(place, each)) > 1
            if not holds(place, each, point) or atom in rightly or atom.symbol in symbols or shared:
                continue
            member = atom.symbol and each["certainty"] == "unproven" and may_be(place, atom)
            if not (member and Atom(None, atom.address) in rightly):
                yield f"wrong {brief(each)}: it tells {told_of(point)}"


def blame_told(place: Place, finding: Json) -> Iterable[str]:
    """The ACL that is blamed is the first of the way that stops the witness, and lets the flow through in no other way."""
    packet = witness_packet(finding, symbols_of(place.estate))
    if packet is None or not sensible(packet) or len(place.unit.layers) == 1:
        return
    stops = {
        layer
        for other in seen_from(place, finding)
        for spot in stands(other, packet.peer)
        for there in [packet._replace(peer=Atom(packet.peer.symbol, spot))]
        for world in worlds(other, there, "need")
        for layer in stops_at(other, there, world, finding)
    }
    if not any(finding["acl"] in layer for layer in stops):
        yield f"blame: {brief(finding)} for {told_of(packet)}, judge {sorted(stops)}"


def stops_at(place: Place, packet: Packet, world: World, finding: Json) -> Iterable[tuple[str, ...]]:
    """The first layer of the way that stops the packet, and of each flow that it belongs to the first that stops that."""
    way = walk(place, packet, world)
    if way[-1].open:
        return
    yield way[-1].layer
    atoms = [atom for atom in Grid(place).atoms if sensible(packet._replace(peer=atom))]
    mine = [each for each in needs(place) if each.flow.id == finding["flow"] and each.me.role in finding["roles"]]
    for meeting in mine:
        for layer in path(place):
            alone = unmet(place, meeting, packet, atoms, lambda one, layer=layer: step(place, layer, one, world).open)  # type: ignore[misc]
            if asked(place, meeting, packet) and not step(place, layer, packet, world).open and not alone.satisfied:
                yield layer
                break


def replies_told(place: Place, findings: list[Json], random: Random) -> Iterable[str]:
    """Replies of required flows that a network ACL drops, with the place's findings of that."""
    edges = [layer for layer in place.unit.layers if place.estate.acl(layer[0]).kind == "nacl"]
    back = place._replace(direction=OPPOSITE[place.direction])
    if not edges:
        return
    grid, answers = Grid(place), Grid(back)
    for meeting in needs(place):
        flow, role = meeting.flow.id, meeting.me.role
        mine = [each for each in findings if each["flow"] == flow and role in each["roles"]]
        for packet in service_points(place, [meeting], grid, random):
            clients = [port for port in (*answers.ports, 1024, 65535) if port >= 1024]
            if packet.protocol in (6, 17) and asked(place, meeting, packet):
                reply = packet._replace(port=random.choice(clients), source_port=packet.port)
                yield from compare_reply(back, edges[0], meeting, reply, mine, answers)


def compare_reply(
    back: Place, edge: tuple[str, ...], meeting: Meeting, reply: Packet, told: list[Json], grid: Grid
) -> Iterable[str]:
    """One reply of one flow against the rows that tell of it."""
    atoms = [atom for atom in grid.atoms if sensible(reply._replace(peer=atom))]
    states = [
        unmet(back, meeting, reply, atoms, lambda packet, world=world: step(back, edge, packet, world).open)  # type: ignore[misc]
        for world in worlds(back, reply, "need")
    ]
    if any(state.vague for state in states):
        return
    ways = [expected_of(states, [each.atoms for each in states]), expected_of(states, [each.members for each in states])]
    if all(state.satisfied for state in states):
        ways = []
    elif not any(told_fully(back, way, told, reply) for way in ways):
        yield f"silent: reply-blocked {meeting.flow.id} {back.direction} at {edge}: {told_of(reply)}, judge {short(ways)}"
    if (
        sum(
            each.flow is meeting.flow and each.me.role == meeting.me.role
            for each in needs(back._replace(direction=OPPOSITE[back.direction]))
        )
        == 1
    ):
        yield from told_wrongly(back, reply, told, atoms, [ways])


def expected_of(states: list[Unmet], sets: list[frozenset[Names]]) -> Way:
    """What is missing in every world, and what in some."""
    union = set[Names]().union(*sets)
    sure = all(state.sure for state in states)
    proved = {names for names in union if sure and all(names in each for each in sets)}
    return {"proved": proved, "unproven": union - proved}


def told_fully(place: Place, expected: Way, told: list[Json], packet: Packet) -> bool:
    """Whether the rows hold all that is expected of one way to name the peers, each with its certainty, by any of its names."""
    wanted = [(certainty, names) for certainty, found in expected.items() for names in found]
    return bool(wanted) and all(
        any(tells(place, each, packet._replace(peer=atom)) for each in told if each["certainty"] == certainty for atom in names)
        for certainty, names in wanted
    )


def short(ways: list[Way]) -> str:
    """The first names of each way, for a reader."""
    firsts = [
        {key: sorted(min(str(atom[0] or atom[1]) for atom in names) for names in found)[:4] for key, found in way.items()}
        for way in ways
    ]
    return str(firsts)
