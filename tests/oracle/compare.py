"""pamlint's report against the judge: each sampled packet must be told, or not told, by the finding that the judge expects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_network
from random import Random

from tests.oracle.findings import Json, bare, holds, tells, witness_packet
from tests.oracle.nouns import DIRECTIONS, Allowance, Atom, Estate, Meeting, Packet, Place, Unit
from tests.oracle.packet_judge import STRANGERS, World, in_ranges, in_vnet
from tests.oracle.policy_reader import active, allowed_peer, asked, permitted, players, speaks_of, undecided
from tests.oracle.sampling import Grid, network_edges, packet_of, sensible, service_edges, symbolic
from tests.oracle.worlds import Opening, Unmet, co_located, needs, opening, unmet, worlds

OPENINGS = ("blocked-access", "extra-access", "implicit-allow")
ORDINARY_CLIENTS = (49152, 65535)


def disagreements(estate: Estate, report: Json, seed: int) -> list[str]:
    """Each point where report and judge differ, in words; empty if they agree."""
    found = [
        *roles_told(estate, report),
        *pinned_told(estate, report),
        *references_told(estate, report),
        *allowances_told(estate, report),
    ]
    for unit in judged(estate):
        for direction in DIRECTIONS:
            place = Place(estate, unit, direction)
            told = [each for each in report["findings"] if each["direction"] == direction and each["acl"] in unit.acls]
            random = Random(f"{seed}{unit.acls}{direction}")
            found += [
                *openings_told(place, told, random),
                *missing_told(place, told, random),
                *verdicts_told(place, told, report),
            ]
    known = {address for unit in judged(estate) for address in unit.acls}
    found += [
        f"finding at an ACL that plays no role: {brief(each)}" for each in report["findings"] if each["acl"] not in {*known, None}
    ]
    return list(dict.fromkeys(found))


def judged(estate: Estate) -> list[Unit]:
    played = {acl for player in players(estate) for acl in player.acls}
    return [unit for unit in estate.units if played & set(unit.acls)]


def brief(finding: Json) -> str:
    names = [finding[key] for key in ("check", "certainty", "flow", "direction", "rule") if finding[key]]
    return " ".join(names) if finding["rule"] else " ".join([*names, str(finding["acl"])])


def told_of(packet: Packet) -> str:
    peer = packet.peer.symbol or packet.peer.address
    return (
        f"protocol {packet.protocol} port {packet.port} from port {packet.source_port}, peer {peer}, local {packet.local or '*'}"
    )


def roles_told(estate: Estate, report: Json) -> list[str]:
    told = {role for each in report["findings"] if each["check"] == "unbound-role" for role in each["roles"]}
    named = {role for flow in active(estate) for role in (*flow.sources, *flow.destinations)}
    expected = set(estate.bare_roles) & named
    return [] if told == expected else [f"unbound-role: report {sorted(told)}, judge {sorted(expected)}"]


def pinned_told(estate: Estate, report: Json) -> list[str]:
    told = {each["rule"].removesuffix("[*]") for each in report["findings"] if each["check"] == "pinned-source-port"}
    acls = {address for unit in judged(estate) for address in unit.acls}
    pinned = [
        rule
        for address in sorted(acls)
        for rule in estate.acl(address).rules
        if rule.allow
        and rule.protocol in (None, 6, 17)
        and not all(in_ranges(rule.source_ports, port) for port in ORDINARY_CLIENTS)
    ]
    doubtful = {rule.name for rule in pinned if rule.protocol != 6}
    names = {rule.name for rule in pinned}
    return [f"pinned-source-port: differs at {name}" for name in sorted((told ^ names) - doubtful)]


def references_told(estate: Estate, report: Json) -> list[str]:
    """What is unproven names something that is open, and `unresolved-value` says it again."""
    told = {name for each in report["findings"] if each["check"] == "unresolved-value" for name in each["because"]}
    known = open_values(estate)
    found = [f"unresolved-value: {name} decides nothing" for name in sorted(told) if bare(name) not in known]
    for finding in report["findings"]:
        because = finding["because"]
        found += [f"unresolved-value: nothing says {name}" for name in because if name not in told]
        hangs = finding["certainty"] == "unproven" and finding["check"] != "unresolved-value"
        if hangs and not any(bare(name) in known for name in because):
            found.append(f"because: {brief(finding)} hangs on {' and '.join(because) or 'nothing'}")
    return found


def open_values(estate: Estate) -> set[str]:
    """Every name that an unproven verdict may hang on: variables, symbols of unknown members, roles of unknown networks."""
    rules = [rule for acl in estate.acls for rule in acl.rules]
    names = {f"var.{peer.partition(':')[2]}" for rule in rules for peer in rule.peers if peer.startswith("var")}
    names |= {f"var.{name}" for rule in rules for name in (rule.port_variable, rule.count_variable) if name}
    lists = {peer for rule in rules for peer in rule.peers if peer.startswith(("pl:", "tag:"))} - {
        "tag:Internet",
        "tag:VirtualNetwork",
    }
    lists |= {peer for allowance in estate.allowances for peer in allowance.peers if peer.startswith(("pl:", "tag:"))}
    lists |= {peer for rule in rules if not rule.allow for peer in rule.peers if peer.startswith("asg:")}
    lists |= {symbol for player in players(estate) if player.networks is None for symbol in player.symbols}
    names |= {f"roles.{player.role}.cidrs" for player in players(estate) if player.networks is None}
    return {bare(name) for name in names | lists | (set() if estate.vnet_settled else {"tag:VirtualNetwork"})}


def allowances_told(estate: Estate, report: Json) -> list[str]:
    """An expired allowance is named once if any of its traffic is open and nothing else permits it."""
    messages = [each["message"] for each in report["findings"] if each["check"] == "expired-allowance"]
    found = []
    for allowance in estate.allowances:
        fresh = replace(allowance, expired=False)
        opened = allowance.expired and any(
            missed_allowance(Place(estate, unit, way), fresh) for unit in judged(estate) for way in DIRECTIONS
        )
        told = sum(f"`{allowance.name}`" in message for message in messages)
        symbols = any(symbolic(peer) for acl in estate.acls for rule in acl.rules for peer in rule.peers)
        if symbols and told == 1 and allowance.expired:
            continue
        found += [f"expired-allowance: {allowance.name} is told {told} times, judge {opened}"] if told != opened else []
    return found


def missed_allowance(place: Place, fresh: Allowance) -> bool:
    """Whether a packet comes through that only this allowance would permit."""
    grid = Grid(place)
    peers = [Atom(None, address) for cidr in fresh.peers if "/" in cidr for address in sorted(network_edges(cidr), key=str)]
    packets = [packet_of(6, port, 50000, peer, local) for port in fresh.ports for peer in peers for local in grid.locals[:1]]
    return any(
        speaks_of(place, fresh, packet)
        and any(allowed_peer(place.estate, peer, packet.peer) == "yes" for peer in fresh.peers)
        and any(
            ("extra-access" in str(state.pairs))
            for world in worlds(place, packet, "extra")
            for state in [opening(place, packet, world)]
        )
        for packet in packets
    )


def verdicts_told(place: Place, told: list[Json], report: Json) -> list[str]:
    """Every required flow has a verdict for this unit, and the verdict says what the findings say."""
    found = []
    for flow, role in sorted({(each.flow.id, each.me.role) for each in needs(place) if not co_located(each)}):
        mine = [each for each in told if each["check"] == "missing-access" and each["flow"] == flow and role in each["roles"]]
        certainties = {each["certainty"] for each in mine}
        expected = "missing" if "proved" in certainties else "unproven" if certainties else "satisfied"
        states = {
            each["state"]
            for each in report["verdicts"]
            if each["flow"] == flow
            and each["role"] == role
            and each["direction"] == place.direction
            and set(each["acls"]) & set(place.unit.acls)
        }
        found += (
            [f"verdict: {flow} {role} {place.direction} {place.unit.acls} is {states}, findings {expected}"]
            if states != {expected}
            else []
        )
    return found


def symbols_of(estate: Estate) -> set[str]:
    named = {peer for acl in estate.acls for rule in acl.rules for peer in rule.peers if symbolic(peer)}
    return named | {symbol for player in players(estate) for symbol in player.symbols}


def openings_told(place: Place, findings: list[Json], random: Random) -> Iterable[str]:
    """What is open and should not be, or is open by default: the unit's findings against the judge."""
    told = [each for each in findings if each["check"] in OPENINGS]
    unmet_told = any(each["check"] == "missing-access" for each in findings)
    grid = Grid(place)
    packets = grid.packets(random, per_box=12, anywhere=60)
    for each in told:
        inside = [packet for packet in grid.packets(random, per_box=12, anywhere=60) if holds(place.estate, each, packet)]
        packets += inside[:24]
        yield from witness_told(place, each)
    for packet in packets:
        yield from compare_opening(place, packet, told, unmet_told)


def certain(states: list[Opening], pair: tuple[str, str]) -> str | None:
    """What the worlds say of one teller: proved, unproven, or None if it has nothing to tell."""
    inside = [state.sure for state in states if pair in state.pairs]
    if not inside:
        return None
    return "proved" if len(inside) == len(states) and all(inside) else "unproven"


def teller(finding: Json) -> tuple[str, str]:
    return finding["check"], finding["acl"] if finding["check"] == "implicit-allow" else finding["rule"].removesuffix("[*]")


def compare_opening(place: Place, packet: Packet, findings: list[Json], unmet_told: bool) -> Iterable[str]:
    """One packet; where a required flow is told missing, what of it passes by default need not be told."""
    if doubtful(place, packet):
        return
    states = [opening(place, packet, world) for world in worlds(place, packet, "extra")]
    pairs = {pair for state in states for pair in state.pairs}
    strongest = {certain(states, pair) for pair in pairs}
    always = all(state.pairs and state.sure for state in states) and "proved" not in strongest
    telling = [each for each in findings if tells(place.estate, each, packet)]
    for each in findings:
        if not holds(place.estate, each, packet):
            continue
        said = {certain(states, teller(each))}
        said = anywhere(place, packet, each) if packet.peer.symbol else said - {None}
        if not said:
            yield f"wrong {brief(each)}: it tells {told_of(packet)}"
        elif each["certainty"] not in said and not always:
            yield f"certainty of {brief(each)}: judge {said} for {told_of(packet)}"
    if not any(state.must for state in states) or (unmet_told and permitted(place, packet) == "yes"):
        return
    where, certainties = f"{told_of(packet)} {place.direction} at {place.unit.acls}", {each["certainty"] for each in telling}
    if not telling:
        yield f"silent: {'proved' if 'proved' in strongest else 'unproven'} {sorted(pairs)} for {where}"
    elif telling and "proved" in strongest and "proved" not in certainties:
        yield f"certainty: {sorted(pairs)} should be proved for {where}"


def anywhere(place: Place, packet: Packet, finding: Json) -> set[str | None]:
    """What is certain of the finding, wherever the members of the packet's symbol may stand."""
    networks = [*place.estate.vnet, *(peer for rule in place.rules() for peer in rule.peers if "/" in peer)]
    edges = [min(network_edges(cidr), key=str) for cidr in networks if network_edges(cidr)]
    inner = [ip_network(cidr)[-2 if ip_network(cidr).num_addresses > 1 else 0] for cidr in networks]
    spots = [*STRANGERS, *edges, *inner] if packet.peer.symbol else [packet.peer.address]
    packets = [packet._replace(peer=Atom(packet.peer.symbol, spot)) for spot in spots]
    states = [[opening(place, each, world) for world in worlds(place, each, "extra")] for each in packets]
    return {certain(each, teller(finding)) for each in states} - {None}


def doubtful(place: Place, packet: Packet) -> bool:
    """Packets of which the design leaves open who tells them: those of an unbound role, and outside a VNet of unknown extent."""
    estate, atom = place.estate, packet.peer
    beyond = not estate.vnet_settled and not in_vnet(estate, Atom(None, atom.address), World({}))
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
    if not anywhere(place, packet, finding):
        yield f"false witness of {brief(finding)}: {told_of(packet)}"


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
        if not any((each["flow"], role) in groups for role in each["roles"]):
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
    right: dict[str, set[Atom]] = {"proved": set(), "unproven": set()}
    everywhere = worlds(place, packet, "need")
    atoms = [atom for atom in grid.atoms if sensible(packet._replace(peer=atom))]
    for meeting in meetings:
        if not asked(place, meeting, packet):
            continue
        states = [unmet(place, meeting, packet, atoms, world) for world in everywhere]
        if any(state.vague for state in states) or co_located(meeting):
            return
        ways = [
            expected_atoms(states, [each.atoms for each in states]),
            expected_atoms(states, [each.members for each in states]),
        ]
        for way in ways:
            right = {certainty: right[certainty] | way[certainty] for certainty in right}
        unsatisfied = not all(state.satisfied for state in states)
        if unsatisfied and not any(told_fully(place.estate, way, told, packet) for way in ways):
            yield f"silent: missing-access {meeting.flow.id} {place.direction} at {place.unit.acls}: {told_of(packet)}, judge {short(ways)}"
    for each in told:
        rightly = right[each["certainty"]] | (right["proved"] if len(place.unit.acls) > 1 else set())
        symbols = {atom.symbol for atom in rightly} - {None}
        for atom in atoms:
            point = packet._replace(peer=atom)
            if holds(place.estate, each, point) and atom not in rightly and atom.symbol not in symbols:
                yield f"wrong {brief(each)}: it tells {told_of(point)}"


def expected_atoms(states: list[Unmet], sets: list[frozenset[Atom]]) -> dict[str, set[Atom]]:
    """Atoms that are missing in every world, and those that are missing in some."""
    union = set[Atom]().union(*sets)
    sure = all(state.sure for state in states)
    proved = {atom for atom in union if sure and all(atom in each for each in sets)}
    return {"proved": proved, "unproven": union - proved}


def told_fully(estate: Estate, expected: dict[str, set[Atom]], told: list[Json], packet: Packet) -> bool:
    """Whether the rows hold all that is expected of one way to name the peers, each with its certainty."""
    wanted = [(certainty, atom) for certainty, atoms in expected.items() for atom in atoms]
    return bool(wanted) and all(
        any(tells(estate, each, packet._replace(peer=atom)) for each in told if each["certainty"] == certainty)
        for certainty, atom in wanted
    )


def short(ways: list[dict[str, set[Atom]]]) -> str:
    """The first atoms of each way, for a reader."""
    return str(
        [{key: [str(atom[0] or atom[1]) for atom in sorted(atoms, key=str)[:4]] for key, atoms in way.items()} for way in ways]
    )
