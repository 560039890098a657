"""pamlint's report against the judge: each sampled packet must be told, or not told, by the finding that the judge expects."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.oracle.absences import missing_told, replies_told
from tests.oracle.findings import Json, bare, brief, concerns, judged
from tests.oracle.nouns import DIRECTIONS, OPPOSITE, Allowance, Atom, Estate, Place
from tests.oracle.openings import openings_told
from tests.oracle.packet_judge import in_ranges
from tests.oracle.policy_reader import active, allowed_peer, players, speaks_of, undecided
from tests.oracle.sampling import Grid, network_edges, packet_of, symbolic
from tests.oracle.worlds import needs, opening, worlds

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
            told = [each for each in report["findings"] if concerns(each, unit)]
            here = [each for each in told if each["direction"] == direction]
            back = [each for each in told if each["direction"] == OPPOSITE[direction] and each["check"] == "reply-blocked"]
            random = Random(f"{seed}{unit.acls}{direction}")
            found += [
                *openings_told(place, here, random),
                *missing_told(place, here, random),
                *replies_told(place, back, random),
                *verdicts_told(place, here, back, report),
            ]
    known = {address for unit in judged(estate) for address in unit.acls}
    found += [
        f"finding at an ACL that plays no role: {brief(each)}" for each in report["findings"] if each["acl"] not in {*known, None}
    ]
    return list(dict.fromkeys(found))


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
    doubtful |= {each["rule"] for each in report["findings"] if each["check"] == "unreachable-rule"}
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
    """Every name that an unproven verdict may hang on: variables, symbols of unknown members, groups of a machine
    whose address nobody knows, roles of unknown networks."""
    rules = [rule for acl in estate.acls for rule in acl.rules]
    barred = {role for flow in active(estate) if flow.need == "blocked" for role in (*flow.sources, *flow.destinations)}
    names = {f"var.{peer.partition(':')[2]}" for rule in rules for peer in rule.peers if peer.startswith("var")}
    names |= {f"var.{name}" for rule in rules for name in (rule.port_variable, rule.count_variable) if name}
    names |= {f"var.{tie.variable}" for tie in estate.ties}
    lists = {peer for rule in rules for peer in rule.peers if peer.startswith(("pl:", "tag:"))} - {
        "tag:AzureLoadBalancer",
        "tag:Internet",
        "tag:VirtualNetwork",
    }
    lists |= {peer for allowance in estate.allowances for peer in allowance.peers if peer.startswith(("pl:", "tag:"))}
    lists |= {peer for rule in rules if not rule.allow for peer in rule.peers if peer.startswith("asg:")}
    lists |= {symbol for player in players(estate) if player.networks is None for symbol in player.symbols}
    lists |= {
        symbol for player in players(estate) for each in player.members if not each.addresses for symbol in each.symbols
    }  # where in its role's networks such a member stands
    deep = {address for unit in estate.units if len(unit.layers) > 1 for address in unit.acls}
    shared = [rule for acl in estate.acls if acl.address in deep for rule in acl.rules]
    lists |= {peer for rule in shared for peer in rule.peers if peer.startswith(("group:", "asg:"))}
    if estate.cloud == "aws":
        lists |= {group for machine in estate.machines if machine.ip is None for group in machine.acls}
    lists |= {symbol for player in players(estate) if player.role in barred for symbol in player.symbols}
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
        and not undecided(place, packet)
        and any(allowed_peer(place.estate, peer, packet.peer) == "yes" for peer in fresh.peers)
        and any(
            ("extra-access" in str(state.pairs))
            for world in worlds(place, packet, "extra")
            for state in [opening(place, packet, world)]
        )
        for packet in packets
    )


def verdicts_told(place: Place, told: list[Json], back: list[Json], report: Json) -> list[str]:
    """Every required flow has a verdict for this unit, and the verdict says what the findings say."""
    found = []
    for flow, role in sorted({(each.flow.id, each.me.role) for each in needs(place)}):
        mine = [each for each in told if each["check"] == "missing-access" and each["flow"] == flow and role in each["roles"]]
        mine += [each for each in back if each["flow"] == flow and role in each["roles"]]
        certainties = {each["certainty"] for each in mine}
        expected = "missing" if "proved" in certainties else "unproven" if certainties else "satisfied"
        states = {
            each["state"]
            for each in report["verdicts"]
            if each["flow"] == flow
            and each["role"] == role
            and each["direction"] == place.direction
            and set(each["acls"]) == set(place.unit.acls)
            and set(each["workloads"]) == set(place.unit.machines)
        }
        found += (
            [f"verdict: {flow} {role} {place.direction} {place.unit.acls} is {states}, findings {expected}"]
            if states != {expected}
            else []
        )
    return found
