"""What is open and should not be: extra and blocked traffic, defaults that open, source ports that are pinned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pamlint.binding import Unit
from pamlint.judging.admission import ADMIN, OPEN_SYMBOLS, Admission, Piece, less, localise, through
from pamlint.judging.cubes import SERVICE_FIRST, Table, sides
from pamlint.judging.demand import PROBES, UNFILTERED, Ask, Demand, Permitted
from pamlint.judging.judgement import NOTHING_SETTLED, FlowState, Implicit, Opening, Pinned, Reply
from pamlint.model.acl import ANYWHERE, Acl, Extent, Rule
from pamlint.model.addresses import families
from pamlint.model.certainty import Own, Predicate, Purpose, Settled, settle
from pamlint.model.finding import Direction, VerdictState
from pamlint.model.policy import Flow
from pamlint.model.ranges import Ranges, holds, intersect, subtract, union
from pamlint.model.rows import View
from pamlint.model.traffic import (
    ALL_PORTS,
    ALL_PROTOCOLS,
    DESTINATION,
    PROTOCOL,
    SOURCE,
    SOURCE_PORT,
    Cube,
    Traffic,
    merge,
    minus,
    overlap,
    touch,
)

ORDINARY = ((49152, 65535),)
"""The source ports that every client system uses."""
PINNED_BY_NATURE = ((53, 53), (67, 68), (123, 123), (500, 500))
"""The UDP services whose clients may speak from a fixed port."""


@dataclass(frozen=True, slots=True)
class Front:
    """One unit in one direction, with what its layers let through (nearest first) and what is asked of it."""

    unit: Unit
    direction: Direction
    layers: tuple[tuple[Piece, ...], ...]
    asks: tuple[Ask, ...]
    permitted: Permitted
    view: View
    passes: tuple[Traffic, ...]
    """What passes each layer, nearest first."""
    passed: Traffic
    """What passes the whole chain."""
    denied: Mapping[str, Traffic]
    """The predicates that deny rules of the chain name, with what is denied."""
    named: Mapping[str, Traffic]
    """The predicates that any rules of the chain name, with what these match."""
    perhaps: tuple[Traffic, ...]
    """What passes each layer where rules stand on it of which nobody knows where they stand."""
    perhaps_passed: Traffic
    """What passes the whole chain then."""

    def seen_at(self, acl: Acl) -> View:
        """The view from one ACL of the chain."""
        return self.view._replace(local_name=acl.address)

    def state(
        self,
        ask: Ask,
        state: VerdictState,
        rules: tuple[Rule, ...],
        lacking: Settled = NOTHING_SETTLED,
        unanswered: tuple[Reply, ...] = (),
        opened: Settled = NOTHING_SETTLED,
    ) -> FlowState:
        """What came out for an ask here."""
        part = ask.bearing.part
        return FlowState(
            ask.flow, part.role, self.direction, self.unit, state, rules, part, ask.peer, self.view, lacking, unanswered, opened
        )  # fmt: skip

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the unit bears."""
        return tuple(sorted({bearing.part.role for bearing in self.unit.bearings}))


Working = tuple[Flow, Traffic, Own]
"""A required flow that is satisfied, with the predicates that hold for whoever is meant."""


def openings(front: Front, blocked: Traffic, demand: Demand, admission: Admission, table: Table) -> list[Opening]:
    """Every explicit rule that lets through what nothing permits, nearest layer first; blocked traffic is told elsewhere."""
    besides = (*blocked, *demand.of_unbound(front.unit, front.direction, front.named.keys()))
    allowed = merge((*front.permitted.traffic, *besides)) if besides else front.permitted.merged
    if not minus(front.passed, allowed):
        return []
    expired = [
        (allowance, demand.of_allowance(allowance, front.unit, front.direction))
        for allowance in demand.site.allow
        if demand.is_expired(allowance)
    ]
    if expired:  # groups are to be told apart by what permits them
        allowed = merge((*allowed, *demand.permitted(front.unit, front.direction).traffic))
    found = []
    for place, layer in enumerate(front.layers):
        for piece in layer:
            passing = () if piece.rule.default else _passing(front, place, piece, admission)
            besides = demand.along(front.unit, front.direction, piece.acl, front.named.keys())
            residue = _not_allowed(passing, (*allowed, *besides), front.direction, table)
            settled = settle(residue, table.predicates, Purpose.OPEN, denied=front.denied)
            if settled.proved or settled.unproven:
                beside = _beside(front, place, residue)
                passed = tuple(allowance for allowance, cubes in expired if overlap(residue, cubes))
                found.append(
                    Opening(
                        piece.rule, piece.acl, front.unit, front.direction, settled, front.seen_at(piece.acl), front.roles, None,
                        beside, passed,
                    )
                )  # fmt: skip
    for acl, passing in _unguarded(front, admission):
        settled = settle(_not_allowed(passing, allowed, front.direction, table), table.predicates, Purpose.OPEN)
        if settled.unproven:
            rule = _absent(acl, front.direction)
            found.append(Opening(rule, acl, front.unit, front.direction, settled, front.seen_at(acl), front.roles))
    return found


def _unguarded(front: Front, admission: Admission) -> Iterator[tuple[Acl, Traffic]]:
    """What passes if none of a unit's lists stands there, and no rule of theirs names; the nearest tells it."""
    lists = [layer[0] for layer in front.unit.layers]
    if all(acl.loose and acl.ordered for acl in lists):
        passing = through(admission.untied(acl, front.unit, front.direction) for acl in lists)
        rules = tuple(cube for layer in front.layers for piece in layer for cube in piece.traffic)
        yield lists[0], less(passing, rules, admission.table)


def _absent(acl: Acl, direction: Direction) -> Rule:
    """What stands for a list that may not be there, as a rule: it has the list's own name."""
    everything = Extent(ALL_PROTOCOLS), Extent(ALL_PORTS), (ANYWHERE,)
    return Rule(acl.address, direction, "allow", *everything, possible=acl.loose, location=acl.location)


def _not_allowed(passing: Traffic, allowed: Traffic, direction: Direction, table: Table) -> Traffic:
    """What passes and nothing allows."""
    peer_side, _ = sides(direction)
    out: list[Cube] = []
    for cube in passing:
        if direction == "egress" and any(holds(line, cube.sides[peer_side]) for line in UNFILTERED.values()):
            continue  # it opens what is open whatever rules say
        meant = any(sign and table.predicates[name].side in (SOURCE, DESTINATION) for name, sign in cube.guard)
        if meant and families(cube.sides[SOURCE]).isdisjoint(families(cube.sides[DESTINATION])):
            continue  # whoever it is, no packet has ends of two families
        out += _as_a_whole(cube, allowed, direction, table)
    return tuple(out)


def _as_a_whole(cube: Cube, allowed: Traffic, direction: Direction, table: Table) -> Traffic:
    """The cube less what is allowed, where a symbol that it names is allowed as a whole or, but for known members, not at all."""
    peer_side, _ = sides(direction)
    named = [table.predicates[name] for name, sign in cube.guard if sign and _is_whole(table.predicates[name], peer_side)]
    left = minus((cube,), allowed, SERVICE_FIRST[direction])
    return tuple(piece.replace(peer_side, _but_known(cube, piece, named, peer_side)) for piece in left) if named else left


def _but_known(cube: Cube, piece: Cube, named: Sequence[Predicate], peer_side: int) -> Ranges:
    """Where members of what is named may be: all that passes, but for the known ones that are allowed."""
    allowed = subtract(cube.sides[peer_side], piece.sides[peer_side])
    for predicate in named:
        allowed = intersect(allowed, predicate.at_least)
    return subtract(cube.sides[peer_side], allowed)


def _is_whole(predicate: Predicate, peer_side: int) -> bool:
    """Whether it is a symbol that is told by its name: a group, or a list of which no address is known."""
    return predicate.side == peer_side and (predicate.kind == "group" or (predicate.kind == "list" and not predicate.at_least))


def _passing(front: Front, place: int, piece: Piece, admission: Admission) -> Traffic:
    """What a rule of a layer decides and the other layers let through, where no nearer layer has an explicit rule for it."""
    passing = localise(admission.decided(piece), front.unit, front.direction)
    for other, layer in enumerate(front.layers):
        if other == place:
            continue
        passing = overlap(passing, front.passes[other])
        if other < place:
            explicit = (cube for near in layer if not near.rule.default for cube in near.traffic)
            passing = less(passing, tuple(explicit), admission.table)
    return merge(passing)


def _beside(front: Front, place: int, residue: Traffic) -> tuple[tuple[Acl, Rule], ...]:
    """The rules of the other layers that let the residue through as well."""
    return tuple(
        (piece.acl, piece.rule)
        for other, layer in enumerate(front.layers)
        if other != place
        for piece in layer
        if touch(piece.traffic, residue)
    )


def blocked_openings(front: Front, flow: Flow, forbidden: Traffic, admission: Admission, table: Table) -> list[Opening]:
    """Every rule that opens a blocked flow."""
    found = []
    for place, layer in enumerate(front.layers):
        for piece in layer:
            residue = merge(overlap(_passing(front, place, piece, admission), forbidden))
            settled = settle(residue, table.predicates, Purpose.OPEN, _somebody(residue, table), front.denied)
            settled = Settled(settled.proved, _beside_names(settled.unproven, table), settled.because)
            if settled.proved or settled.unproven:
                found.append(
                    Opening(
                        piece.rule, piece.acl, front.unit, front.direction, settled, front.seen_at(piece.acl), front.roles, flow,
                        _beside(front, place, residue),
                    )
                )  # fmt: skip
    for acl, passing in _unguarded(front, admission):
        settled = settle(merge(overlap(passing, forbidden)), table.predicates, Purpose.OPEN, denied=front.denied)
        if settled.unproven:
            rule = _absent(acl, front.direction)
            found.append(Opening(rule, acl, front.unit, front.direction, settled, front.seen_at(acl), front.roles, flow))
    return found


def barred(ask: Ask, demand: Demand, front: Front, found: Sequence[Opening]) -> FlowState:
    """What has become of a blocked flow between one pair of parts; `found` are all openings of the flow at the unit."""
    traffic = demand.of_flow(ask, front.unit, front.direction)
    shares = [(each, overlap(each.residue.proved, traffic), overlap(each.residue.unproven, traffic)) for each in found]
    shares = [(each, proved, unproven) for each, proved, unproven in shares if proved or unproven]
    opened = Settled(
        tuple(cube for _, proved, _ in shares for cube in proved),
        tuple(cube for _, _, unproven in shares for cube in unproven),
        tuple(sorted({reference for each, _, _ in shares for reference in each.residue.because})),
    )
    state: VerdictState = "open" if opened.proved else "unproven" if opened.unproven else "blocked"
    rules = tuple(each.rule for each, _, _ in shares)
    return front.state(ask, state, rules, opened=opened)


def _somebody(residue: Traffic, table: Table) -> Own:
    """The predicates of a residue behind which there is somebody, with the line on which that counts.

    Known members of a group that is taken away are nobody else: only those that two groups share count for both.
    """
    literals = {literal for cube in residue for literal in cube.guard}
    elsewhere = PROBES
    for name, sign in literals:
        elsewhere = elsewhere if sign else union(elsewhere, table.predicates[name].at_least)
    found = {name: table.predicates[name] for name, _ in literals}
    kinds = ("group", "list", "set")
    return {
        name: subtract(each.at_most, subtract(elsewhere, subtract(each.at_least, PROBES)))
        for name, each in found.items()
        if each.kind in kinds
    }


def _beside_names(unproven: Traffic, table: Table) -> Traffic:
    """Not what names a group or list that may hold a blocked peer: that is extra access by itself."""
    named = ("group", "list")
    return tuple(cube for cube in unproven if not any(sign and table.predicates[name].kind in named for name, sign in cube.guard))


def implicit(
    front: Front, blocked: Traffic, needed: Sequence[Working], demand: Demand, admission: Admission, table: Table
) -> list[Implicit]:
    """What only default rules open: required flows that pass by defaults alone, and extra traffic that no layer names."""
    by_default = [_by_default(front, place) for place in range(len(front.layers))]
    if not any(by_default):
        return []
    unsaid = [
        (*cubes, *admission.untied(layer[0], front.unit, front.direction))
        for cubes, layer in zip(by_default, front.unit.layers, strict=True)
    ]
    explicit = [_explicit(front, place, table) for place in range(len(front.layers))]
    allowed = (*front.permitted.traffic, *blocked, *demand.of_unbound(front.unit, front.direction, front.named.keys()))
    extra = minus(through(less(cubes, told, table) for cubes, told in zip(unsaid, explicit, strict=True)), allowed)
    standing = (
        place
        for place, layer in enumerate(front.layers)
        if any(piece.rule.default and touch(piece.traffic, extra) for piece in layer)
    )
    first = next(standing, None)
    own = {name: line for _, _, known in needed for name, line in known.items()}
    found = []
    for place, layer in enumerate(front.layers):
        if front.unit.layers[place][0].kind == ADMIN:
            continue  # what admin rules leave to NSGs is no opening of theirs
        working = [
            (flow, less(overlap(overlap(want, front.passed), by_default[place]), explicit[place], table, OPEN_SYMBOLS))
            for flow, want, _ in needed
        ]
        there = admission.standing(front.unit.layers[place][0])
        residue = (*(extra if place == first else ()), *(cube.where(*there) for _, cubes in working for cube in cubes))
        settled = settle(residue, table.predicates, Purpose.OPEN, own, front.denied)
        if settled.proved or settled.unproven:
            pieces = [piece for piece in layer if piece.rule.default and touch(piece.traffic, residue)]
            flows = tuple(dict.fromkeys(flow for flow, cubes in working if cubes))
            found.append(
                Implicit(
                    pieces[0].acl, front.unit, front.direction, tuple(piece.rule for piece in pieces), settled, flows,
                    bool(extra) and place == first, front.seen_at(pieces[0].acl), front.roles,
                )
            )  # fmt: skip
    return found


def _by_default(front: Front, place: int) -> Traffic:
    """What a layer lets through by its default rules; admin rules have none, so theirs is all that they do not stop."""
    if front.unit.layers[place][0].kind == ADMIN:
        return front.passes[place]
    return tuple(cube for piece in front.layers[place] if piece.rule.default for cube in piece.traffic)


def _explicit(front: Front, place: int, table: Table) -> Traffic:
    """What the explicit allow rules of a layer match: no default decides it, even where a deny above them has taken it.

    An admin rule that allows leaves it to the NSGs.
    """
    acls = front.unit.layers[place]
    rules = ((acl, rule) for acl in acls for rule in acl.rules if rule.direction == front.direction and not rule.default)
    opening = ((acl, rule) for acl, rule in rules if rule.action == ("always-allow" if acl.kind == ADMIN else "allow"))
    cubes = (cube for acl, rule in opening for cube in table.rule(acl, rule))
    return localise(tuple(cubes), front.unit, front.direction)


def pinned(front: Front) -> list[Pinned]:
    """The allow rules of the chain that lack some of the source ports of ordinary clients."""
    found = []
    for layer in front.layers:
        for piece in layer:
            rule = piece.rule
            if rule.action != "allow" or rule.default or not _speaks_to_clients(rule):
                continue
            lacking = subtract(ORDINARY, rule.source_ports.known)
            if not lacking:
                continue
            known = not rule.possible and not intersect(lacking, rule.source_ports.perhaps)
            traffic = merge(
                Cube(
                    tuple(lacking if side == SOURCE_PORT else line for side, line in enumerate(cube.sides)),
                    cube.guard,
                ).replace(PROTOCOL, intersect(cube.sides[PROTOCOL], ((6, 6), (17, 17))))
                for cube in piece.traffic
            )
            because = rule.unknown
            residue = Settled(traffic, (), ()) if known else Settled((), traffic, because)
            found.append(Pinned(rule, piece.acl, front.unit, residue, front.seen_at(piece.acl), front.roles))
    return found


def _speaks_to_clients(rule: Rule) -> bool:
    protocols = intersect(union(rule.protocols.known, rule.protocols.perhaps), ((6, 6), (17, 17)))
    if not protocols:
        return False
    by_nature = holds(((17, 17),), protocols) and rule.ports.known and holds(PINNED_BY_NATURE, rule.ports.known)
    return not by_nature


def forbidden(demand: Demand, asks: Sequence[Ask], flow: Flow, unit: Unit, direction: Direction, table: Table) -> Traffic:
    """A blocked flow's traffic at a unit, less what something else that is active permits for the same addresses."""
    permitted = demand.permitted(unit, direction).traffic
    cubes = (cube for ask in asks if ask.flow is flow for cube in demand.of_flow(ask, unit, direction))
    return tuple(piece for cube in cubes for piece in _as_a_whole(cube, permitted, direction, table))
