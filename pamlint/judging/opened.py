"""What is open and should not be: extra and blocked traffic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pamlint.binding import Unit
from pamlint.judging.admission import Admission, Piece, is_chosen, less, localise, through
from pamlint.judging.crossing import NARROWED, in_both, past_a_list
from pamlint.judging.cubes import SERVICE_FIRST, Table, sides, spoken
from pamlint.judging.demand import PROBES, UNFILTERED, Ask, Demand, Permitted
from pamlint.judging.judgement import NOTHING_SETTLED, FlowState, Opening, Reply, Share
from pamlint.judging.overdue import taken_off
from pamlint.judging.staying import staying, staying_somewhere
from pamlint.model.acl import ANYWHERE, Acl, Extent, Rule
from pamlint.model.addresses import ANY, families
from pamlint.model.certainty import Own, Predicate, Purpose, Settled, bare, settle
from pamlint.model.finding import Direction, VerdictState
from pamlint.model.noun import noun, replace
from pamlint.model.policy import Flow
from pamlint.model.ranges import EMPTY, Ranges, holds, intersect, subtract, union
from pamlint.model.rows import View
from pamlint.model.site import Allowance
from pamlint.model.traffic import (
    ALL_PORTS,
    ALL_PROTOCOLS,
    DESTINATION,
    SOURCE,
    Cube,
    Traffic,
    broadest,
    merge,
    minus,
    overlap,
    touch,
)


@noun
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

    def opening(
        self,
        rule: Rule,
        acl: Acl,
        residue: Settled,
        flow: Flow | None = None,
        beside: tuple[tuple[Acl, Rule], ...] = (),
        expired: tuple[Share, ...] = (),
    ) -> Opening:
        """What a rule of an ACL opens here."""
        return Opening(rule, acl, self.unit, self.direction, residue, self.seen_at(acl), flow, beside, expired)

    def instead_of(self, place: int) -> tuple[int, ...]:
        """The places of the lists that stand in the chain where the one at a place does not, if just one of them does."""
        here = self.unit.layers[place][0]
        lists = ((other, layer[0]) for other, layer in enumerate(self.unit.layers) if other != place)
        return tuple(other for other, acl in lists if is_chosen(here) and is_chosen(acl) and acl.one_of == here.one_of)


def openings(front: Front, blocked: Traffic, demand: Demand, admission: Admission, table: Table) -> list[Opening]:
    """Every explicit rule that lets through what nothing permits, nearest layer first; blocked traffic is told elsewhere."""
    front = _within_subnets(front, admission)
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
            passing = () if piece.rule.default else broadest(_passing(front, place, piece, admission))
            besides = demand.along(front.unit, front.direction, piece.acl, front.named.keys())
            residue = not_allowed(passing, (*allowed, *besides), front.direction, table)
            settled = settle(residue, table.predicates, Purpose.OPEN, denied=front.denied)
            if settled.proved or settled.unproven:
                beside = _beside(front, place, residue)
                past = tuple(_past(residue, settled, expired, front, table))
                found.append(front.opening(piece.rule, piece.acl, settled, None, beside, past))
    for acl, passing in _unguarded(front, admission):
        settled = settle(not_allowed(passing, allowed, front.direction, table), table.predicates, Purpose.OPEN)
        if settled.unproven:
            found.append(front.opening(_absent(acl, front.direction), acl, settled))
    return list(_by_one(found)) if front.unit.cloud == "azure" and len(front.layers) > 1 else found


def _within_subnets(front: Front, admission: Admission) -> Front:
    """The front where whoever stands in the same subnet as one of the unit's machines reaches that past the network ACL."""
    inside = staying_somewhere(front.unit, front.direction, admission.table)
    lists = [layer[0].kind == "aws_network_acl" for layer in front.unit.layers]
    if not any(lists) or inside == staying(front.unit, front.direction, admission.table):
        return front
    passes = tuple((*passed, *inside) if is_list else passed for is_list, passed in zip(lists, front.passes, strict=True))
    return replace(front, passes=passes, passed=admission.chain(front.unit, passes))


def _past(
    residue: Traffic, settled: Settled, expired: Iterable[tuple[Allowance, Traffic]], front: Front, table: Table
) -> Iterator[Share]:
    """The allowances that would take something off what is open if they were still valid, and what."""
    for allowance, cubes in expired:
        if overlap(residue, cubes):
            left = not_allowed(residue, cubes, front.direction, table)
            share = taken_off(settled, settle(left, table.predicates, Purpose.OPEN, denied=front.denied))
            if share.proved or share.unproven:
                yield allowance, share


def _by_one(openings_: Sequence[Opening]) -> Iterator[Opening]:
    """The openings of a chain of lists without what one of them opens perhaps and another for sure: only one decides."""
    proved = [cube for opening in openings_ for cube in opening.residue.proved]
    for opening in openings_:
        left = tuple(piece for cube in opening.residue.unproven for piece in minus((cube,), bare(proved, cube.guard)))
        if left or opening.residue.proved:
            yield replace(opening, residue=opening.residue._replace(unproven=left))


def _unguarded(front: Front, admission: Admission) -> Iterator[tuple[Acl, Traffic]]:
    """What passes if none of a unit's lists stands there, and no rule of theirs names; the nearest tells it."""
    lists = [layer[0] for layer in front.unit.layers]
    if all(acl.loose and acl.ordered and not acl.one_of for acl in lists):
        passing = through(admission.untied(acl, front.unit, front.direction) for acl in lists)
        rules = tuple(cube for layer in front.layers for piece in layer for cube in piece.traffic)
        yield lists[0], less(passing, rules, admission.table)


def _absent(acl: Acl, direction: Direction) -> Rule:
    """What stands for a list that may not be there, as a rule: it has the list's own name."""
    everything = Extent(ALL_PROTOCOLS), Extent(ALL_PORTS), (ANYWHERE,)
    return Rule(acl.address, direction, "allow", *everything, possible=acl.loose, location=acl.location)


def not_allowed(passing: Traffic, allowed: Traffic, direction: Direction, table: Table) -> Traffic:
    """What passes and nothing allows."""
    out: list[Cube] = []
    for cube in spoken(passing, sides(direction)[0]):
        if _is_unfiltered(cube, direction):
            continue
        meant = any(sign and table.predicates[name].side in (SOURCE, DESTINATION) for name, sign in cube.guard)
        if meant and families(cube.sides[SOURCE]).isdisjoint(families(cube.sides[DESTINATION])):
            continue  # whoever it is, no packet has ends of two families
        out += _as_a_whole(cube, allowed, direction, table)
    return tuple(out)


def _as_a_whole(cube: Cube, allowed: Traffic, direction: Direction, table: Table) -> Traffic:
    """The cube less what is allowed, where a symbol that it names is allowed as a whole or, but for known members, not at all."""
    peer_side, _ = sides(direction)
    narrowed = {name for name, _ in cube.guard if name.startswith(NARROWED)}
    named = [
        table.predicates[name]
        for name, sign in cube.guard
        if sign and _is_whole(table.predicates[name], cube, peer_side) and not any(name in each for each in narrowed)
    ]
    left = minus((cube,), allowed, SERVICE_FIRST[direction])
    for name in sorted(name for name, sign in cube.guard if sign and table.predicates[name].unread):
        left = tuple(part for piece in left for part in _of_unread(name, cube, piece, peer_side, table))
    return tuple(piece.replace(peer_side, _but_known(cube, piece, named, peer_side)) for piece in left) if named else left


def _of_unread(name: str, cube: Cube, piece: Cube, peer_side: int, table: Table) -> Iterator[Cube]:
    """What nothing permits of a list whose members may all be permitted ones: where some are, that others are is a question."""
    if (piece.guard, piece.sides[peer_side]) == (cube.guard, cube.sides[peer_side]):
        yield piece
        return
    each = table.predicates[name]
    others = table.unknown(f"{NARROWED[1:]}{name} beside what is permitted", None, ANY, each.text, each.because)
    for line, guard in ((each.at_least, ()), (subtract(ANY, each.at_least), (others,))):
        part = piece.within(peer_side, line)
        if part is not None:
            yield part.where(*guard)


def _but_known(cube: Cube, piece: Cube, named: Sequence[Predicate], peer_side: int) -> Ranges:
    """Where members of what is named may be: all that passes, but for the known ones that are allowed."""
    allowed = subtract(cube.sides[peer_side], piece.sides[peer_side])
    for predicate in named:
        allowed = intersect(allowed, predicate.at_least)
    return subtract(cube.sides[peer_side], allowed)


def _is_whole(predicate: Predicate, cube: Cube, peer_side: int) -> bool:
    """Whether it is a symbol that is told by its name: a group, or a list of which no address is known and none is left out."""
    if predicate.kind == "list" and (predicate.at_least or not holds(cube.sides[peer_side], predicate.at_most)):
        return False
    return predicate.side == peer_side and predicate.kind in ("group", "list")


def _passing(front: Front, place: int, piece: Piece, admission: Admission) -> Traffic:
    """What a rule of a layer decides and the other layers let through, where no nearer layer has an explicit rule for it."""
    passing = localise(admission.decided(piece), front.unit, front.direction)
    both = in_both if front.unit.cloud == "azure" else past_a_list
    instead = front.instead_of(place)
    for other in range(len(front.layers)):
        if other != place and other not in instead:
            passing = both(passing, front.passes[other], front.direction, admission.table)
    if instead:
        anyway = passing
        for other in instead:
            passed = admission.where_it_stands(front.unit.layers[other][0], front.passes[other])
            anyway = both(anyway, passed, front.direction, admission.table) if anyway else ()
        there = admission.table.standing(piece.acl)
        passing = (*anyway, *(cube.where(*there) for cube in passing))
    for layer in front.layers[:place]:
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


def blocked_openings(
    front: Front, flow: Flow, demand: Demand, admission: Admission, table: Table
) -> tuple[list[Opening], list[Opening]]:
    """Every rule that opens a blocked flow, but for what something else that is active permits for the same addresses.

    What is permitted is taken from what comes through: of a symbol that comes in at some of its places, these alone count.
    Apart from them stand those that only name who may hold a blocked peer: they are extra access by themselves, but the flow
    is not proved to be blocked.
    """
    unit, direction = front.unit, front.direction
    front = _within_subnets(front, admission)
    asked = (cube for ask in front.asks if ask.flow is flow for cube in demand.of_flow(ask, unit, direction))
    barred_ = _filtered(asked, unit, direction, table)
    allowed = demand.permitted(unit, direction).traffic

    def open_still(passing: Traffic) -> Traffic:
        opened = overlap(passing, barred_)
        left = (piece for cube in opened for piece in _as_a_whole(cube, allowed, direction, table))
        return merge(piece for piece in left if not _is_unfiltered(piece, direction))

    found, beside = [], []
    for place, layer in enumerate(front.layers):
        for piece in layer:
            residue = open_still(_passing(front, place, piece, admission))
            settled = settle(residue, table.predicates, Purpose.OPEN, _somebody(residue, table), front.denied)
            named = tuple(cube for cube in settled.unproven if _is_named(cube, table))
            told = settled._replace(unproven=tuple(cube for cube in settled.unproven if cube not in named))
            if told.proved or told.unproven:
                found.append(front.opening(piece.rule, piece.acl, told, flow, _beside(front, place, residue)))
            if named:
                beside.append(front.opening(piece.rule, piece.acl, Settled((), named, settled.because), flow))
    for acl, passing in _unguarded(front, admission):
        settled = settle(open_still(passing), table.predicates, Purpose.OPEN, denied=front.denied)
        if settled.unproven:
            found.append(front.opening(_absent(acl, direction), acl, settled, flow))
    return found, beside


def _filtered(asked: Iterable[Cube], unit: Unit, direction: Direction, table: Table) -> Traffic:
    """What ACLs can stop of traffic; whoever is told by a name stands somewhere else as well."""
    peer_side, _ = sides(direction)
    stopped = subtract(ANY, UNFILTERED[unit.cloud] if direction == "egress" else EMPTY)
    named = (cube if _names_anybody(cube, peer_side, table) else cube.within(peer_side, stopped) for cube in asked)
    return tuple(cube for cube in named if cube is not None)


def _names_anybody(cube: Cube, side: int, table: Table) -> bool:
    return any(sign and table.predicates[name].side == side for name, sign in cube.guard)


def _is_unfiltered(cube: Cube, direction: Direction) -> bool:
    """Whether it leads to nothing but what is open whatever rules say."""
    peer_side, _ = sides(direction)
    return direction == "egress" and any(holds(line, cube.sides[peer_side]) for line in UNFILTERED.values())


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
    rules = tuple(dict.fromkeys(each.rule for each, _, _ in shares))
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


def _is_named(cube: Cube, table: Table) -> bool:
    """Whether it is of a group or list that may hold a blocked peer: that is extra access by itself."""
    named = [table.predicates[name] for name, sign in cube.guard if sign]
    return any(
        each.kind in ("group", "list") and each.side is not None and not holds(each.at_least, cube.sides[each.side])
        for each in named
    )
