"""pamlint's report against the judge: each sampled packet must be told, or not told, by the finding that the judge expects."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from random import Random

from tests.oracle.findings import Json, bare, holds, is_reference, row_holds, witness_packet
from tests.oracle.nouns import DIRECTIONS, Direction, Estate, Flow, Packet, Player, Rule, Unit
from tests.oracle.packet_judge import in_ranges
from tests.oracle.policy_reader import active, players
from tests.oracle.sampling import Grid, packet_of, sensible, service_edges, symbolic
from tests.oracle.worlds import Opening, Unmet, co_located, from_clients, needs, opening, unmet, worlds

OPENINGS = ("blocked-access", "extra-access", "implicit-allow")
ORDINARY_CLIENTS = (49152, 65535)


def disagreements(estate: Estate, report: Json, seed: int, effort: int = 1) -> list[str]:
    """Each point where report and judge differ, in words; empty if they agree."""
    found = [*roles_told(estate, report), *pinned_told(estate, report), *references_told(report)]
    for unit in judged(estate):
        for direction in DIRECTIONS:
            found += at_unit(estate, unit, direction, report["findings"], Random(f"{seed}{unit.acls}{direction}"), effort)
    known = {address for unit in judged(estate) for address in unit.acls}
    found += [f"finding at an ACL that plays no role: {brief(each)}" for each in report["findings"] if each["acl"] not in {*known, None}]
    return list(dict.fromkeys(found))


def judged(estate: Estate) -> list[Unit]:
    played = {acl for player in players(estate) for acl in player.acls}
    return [unit for unit in estate.units if played & set(unit.acls)]


def brief(finding: Json) -> str:
    names = [finding[key] for key in ("check", "certainty", "flow", "direction", "rule") if finding[key]]
    return " ".join(names) if finding["rule"] else " ".join([*names, str(finding["acl"])])


def told_of(packet: Packet) -> str:
    peer = packet.peer.symbol or packet.peer.address
    return f"protocol {packet.protocol} port {packet.port} from port {packet.source_port}, peer {peer}, local {packet.local or '*'}"


def roles_told(estate: Estate, report: Json) -> list[str]:
    told = {role for each in report["findings"] if each["check"] == "unbound-role" for role in each["roles"]}
    named = {role for flow in active(estate) for role in (*flow.sources, *flow.destinations)}
    expected = set(estate.bare_roles) & named
    return [] if told == expected else [f"unbound-role: report {sorted(told)}, judge {sorted(expected)}"]


def pinned_told(estate: Estate, report: Json) -> list[str]:
    told = {each["rule"] for each in report["findings"] if each["check"] == "pinned-source-port"}
    acls = {address for unit in judged(estate) for address in unit.acls}
    pinned = [
        rule
        for address in sorted(acls)
        for rule in estate.acl(address).rules
        if rule.allow and rule.protocol in (None, 6, 17) and not all(in_ranges(rule.source_ports, port) for port in ORDINARY_CLIENTS)
    ]
    doubtful = {rule.name for rule in pinned if rule.protocol != 6}
    names = {rule.name for rule in pinned}
    return [f"pinned-source-port: differs at {name}" for name in sorted((told ^ names) - doubtful)]


def references_told(report: Json) -> list[str]:
    told = str([(each["message"], each["because"]) for each in report["findings"] if each["check"] == "unresolved-value"])
    because = {name for each in report["findings"] for name in each["because"] if name.startswith("var.")}
    return [f"unresolved-value: nothing says {name}" for name in sorted(because) if name not in told]


def rules_of(estate: Estate, unit: Unit, direction: Direction) -> list[Rule]:
    return [rule for address in unit.acls for rule in estate.acl(address).rules if rule.direction == direction]


def symbols_of(estate: Estate) -> set[str]:
    named = {peer for acl in estate.acls for rule in acl.rules for peer in rule.peers if symbolic(peer)}
    return named | {symbol for player in players(estate) for symbol in player.symbols}


def at_unit(estate: Estate, unit: Unit, direction: Direction, findings: list[Json], random: Random, effort: int) -> Iterable[str]:
    mine = [each for each in findings if each["direction"] == direction and each["acl"] in unit.acls and each["traffic"]]
    grid = Grid(estate, unit, direction)
    openings = [each for each in mine if each["check"] in OPENINGS]
    asked_for = grid.packets(random, 12 * effort, 60 * effort)
    asked_for += [packet for each in mine for packet in corners(estate, each, grid, random, 6 * effort)]
    for packet in asked_for:
        yield from compare_opening(estate, unit, direction, packet, openings)
    for each in openings:
        yield from witness_told(estate, unit, direction, each)
    missing = [each for each in mine if each["check"] == "missing-access"]
    keys: dict[tuple[str, str], list[tuple[Flow, Player, Player]]] = {}
    for meeting in needs(estate, unit, direction):
        keys.setdefault((meeting[0].id, meeting[1].role), []).append(meeting)
    for (flow, role), meetings in keys.items():
        told = [each for each in missing if each["flow"] == flow and role in each["roles"]]
        for packet in service_points(estate, direction, meetings, grid, random, 8 * effort):
            yield from compare_missing(estate, unit, direction, packet, meetings, told, grid)
    wanted = {(flow, role) for flow, role in keys}
    yield from (
        f"missing-access that nothing requires: {brief(each)}"
        for each in missing
        if not any((each["flow"], role) in wanted for role in each["roles"])
    )


def corners(estate: Estate, finding: Json, grid: Grid, random: Random, count: int) -> list[Packet]:
    """Packets that the finding's own rows hold, from the grid."""
    candidates = grid.packets(random, 2 * count, 10 * count)
    return [packet for packet in candidates if holds(estate, finding, packet)][: 4 * count]


def certain(states: list[Opening], pair: tuple[str, str]) -> str | None:
    """What the worlds say of one teller: proved, unproven, or None if it has nothing to tell."""
    inside = [state.sure for state in states if pair in state.pairs]
    if not inside:
        return None
    return "proved" if len(inside) == len(states) and all(inside) else "unproven"


def compare_opening(estate: Estate, unit: Unit, direction: Direction, packet: Packet, findings: list[Json]) -> Iterable[str]:
    rules = rules_of(estate, unit, direction)
    states = [opening(estate, unit, direction, packet, world) for world in worlds(estate, rules, packet)]
    pairs = {pair for state in states for pair in state.pairs}
    strongest = {certain(states, pair) for pair in pairs}
    always = all(state.pairs and state.sure for state in states)
    telling = []
    for each in findings:
        if not holds(estate, each, packet):
            continue
        pair = (each["check"], each["rule"] or each["acl"])
        said = certain(states, pair)
        telling.append(each["certainty"])
        if said is None:
            yield f"wrong {brief(each)}: it tells {told_of(packet)}"
        elif said != each["certainty"] and not (always and "proved" not in strongest):
            yield f"certainty of {brief(each)}: judge {said} for {told_of(packet)}"
    if not any(state.must for state in states):
        return
    expected = "proved" if "proved" in strongest else "unproven"
    vague = any(is_reference(peer, symbols_of(estate)) for each in findings for row in each["traffic"] for peer in row["peers"])
    if not telling and not vague:
        yield f"silent: {expected} {sorted(pairs)} for {told_of(packet)} {direction} at {unit.acls}"
    elif telling and expected == "proved" and "proved" not in telling:
        yield f"certainty: {sorted(pairs)} should be proved for {told_of(packet)} {direction} at {unit.acls}"


def witness_told(estate: Estate, unit: Unit, direction: Direction, finding: Json) -> Iterable[str]:
    if finding["witness"] is None:
        yield f"no witness: {brief(finding)}"
        return
    packet = witness_packet(finding, symbols_of(estate))
    if packet is None or not sensible(packet):
        return
    rules = rules_of(estate, unit, direction)
    states = [opening(estate, unit, direction, packet, world) for world in worlds(estate, rules, packet)]
    if certain(states, (finding["check"], finding["rule"] or finding["acl"])) is None:
        yield f"false witness of {brief(finding)}: {told_of(packet)}"


def service_points(
    estate: Estate, direction: Direction, meetings: list[tuple[Flow, Player, Player]], grid: Grid, random: Random, count: int
) -> list[Packet]:
    """Packets of a required flow, their peer left open: at the boundaries of its services and of the rules."""
    found = []
    for flow, me, other in meetings:
        listener = me if direction == "ingress" else other
        parameters = dict(estate.parameters) | dict(listener.parameters)
        for service in flow.services:
            protocol, ranges = service_edges(service, parameters)
            ports = [port for port in grid.ports if in_ranges(ranges, port)] or [ranges[0][0]]
            sources = [port for port in grid.source_ports if port >= 1024]
            for _ in range(count):
                number = random.choice(grid.protocols) if protocol is None else protocol
                point = packet_of(number, random.choice(ports), random.choice(sources), grid.atoms[0], random.choice(grid.locals))
                found.append(point)
    return list(dict.fromkeys(found))


def compare_missing(
    estate: Estate,
    unit: Unit,
    direction: Direction,
    packet: Packet,
    meetings: list[tuple[Flow, Player, Player]],
    told: list[Json],
    grid: Grid,
) -> Iterable[str]:
    """One service point of one flow and role: what the rows hold there against what is not admitted."""
    rules = rules_of(estate, unit, direction)
    right: dict[str, set[object]] = {"proved": set(), "unproven": set()}
    vague = False
    for flow, me, other in meetings:
        if not point_of(estate, flow, direction, me, other, packet):
            continue
        atoms = [atom for atom in grid.atoms if sensible(packet._replace(peer=atom))]
        everywhere = worlds(estate, rules, packet._replace(peer=grid.atoms[0]))
        states = [unmet(estate, unit, direction, packet, (me, other), atoms, world) for world in everywhere]
        vague = vague or any(state.vague for state in states) or co_located(me, other)
        expected = [expected_atoms(states, "atoms"), expected_atoms(states, "members")]
        for each in expected:
            right["proved"] |= each["proved"]
            right["unproven"] |= each["unproven"]
        if vague or all(state.satisfied for state in states):
            continue
        if not any(told_fully(estate, each, told, packet) for each in expected):
            yield f"silent: missing-access {flow.id} {direction} at {unit.acls}: {told_of(packet)}, judge {short(expected)}"
    if vague:
        return
    for each in told:
        for atom in grid.atoms:
            point = packet._replace(peer=atom)
            if sensible(point) and holds(estate, each, point) and atom not in right[each["certainty"]]:
                if atom.symbol and any(atom.symbol == getattr(other, "symbol", None) for other in right[each["certainty"]]):
                    continue
                yield f"wrong {brief(each)}: it tells {told_of(point)}"


def point_of(estate: Estate, flow: Flow, direction: Direction, me: Player, other: Player, packet: Packet) -> bool:
    from tests.oracle.policy_reader import asked

    return asked(estate, flow, direction, me, other, packet) and from_clients(packet)


def expected_atoms(states: list[Unmet], side: str) -> dict[str, set[object]]:
    """Atoms that are missing in every world, and those that are missing in some."""
    sets = [getattr(state, side) for state in states]
    union = set().union(*sets)
    sure = all(state.sure for state in states)
    proved = {atom for atom in union if sure and all(atom in each for each in sets)}
    return {"proved": proved, "unproven": union - proved}


def told_fully(estate: Estate, expected: dict[str, set[object]], told: list[Json], packet: Packet) -> bool:
    """Whether the rows hold all that is expected of one way to name the peers, each with its certainty."""
    if not expected["proved"] and not expected["unproven"]:
        return False
    return all(
        any(holds(estate, each, packet._replace(peer=atom)) for each in told if each["certainty"] == certainty)
        for certainty, atoms in expected.items()
        for atom in atoms
    )


def short(expected: list[dict[str, set[object]]]) -> str:
    return str([{key: [str(atom[0] or atom[1]) for atom in sorted(atoms, key=str)[:4]] for key, atoms in each.items()} for each in expected])
