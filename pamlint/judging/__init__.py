"""Chains and flows in, a Judgement out: what is required and missing, what is open and should not be. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from pamlint.binding import Binding, Part, Unit, is_absent
from pamlint.judging.admission import Admission, Piece, localise, placed, worn_perhaps
from pamlint.judging.blame import missing_at
from pamlint.judging.cubes import Table
from pamlint.judging.defaults import Working, implicit
from pamlint.judging.demand import Ask, Demand
from pamlint.judging.floating import Floating
from pamlint.judging.halves import half_open
from pamlint.judging.judgement import FlowState, Implicit, Judgement, Missing, Opening, Pinned, Reply, Served, Share
from pamlint.judging.loosely import told_once, where_asked
from pamlint.judging.opened import Front, barred, blocked_openings, openings
from pamlint.judging.order import guarded, mixed, unreachable
from pamlint.judging.overdue import open_still, overdue
from pamlint.judging.pinning import pinned
from pamlint.judging.platform import closed_by_name
from pamlint.judging.pooling import passing
from pamlint.judging.replies import replies
from pamlint.judging.required import Wanted, Wants, asked_by_name, by_name, doubted, unmet
from pamlint.judging.serving import served
from pamlint.judging.strangers import of_strangers
from pamlint.judging.strays import Told, stray_openings
from pamlint.model.acl import Acl, Network, Rule
from pamlint.model.addresses import ANY
from pamlint.model.certainty import Purpose, Settled, settle
from pamlint.model.finding import DIRECTIONS, Direction, VerdictState
from pamlint.model.noun import replace
from pamlint.model.policy import ANY_ROLE, Flow, Policy
from pamlint.model.resource import Problem
from pamlint.model.rows import View
from pamlint.model.site import Site
from pamlint.model.traffic import PieceLimitError, Traffic, broadest, minus, overlap, touch

NOTHING_UNREAD: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def judge(
    estate: str | None,
    site: Site,
    flows: Sequence[tuple[Policy, Flow]],
    binding: Binding,
    network: Network,
    today: date,
    problems: tuple[Problem, ...] = (),
    unread: Mapping[str, tuple[str, ...]] = NOTHING_UNREAD,
    by_rule: bool = False,
) -> Judgement:
    """Judge every unit of an estate in both directions against the active flows.

    `by_rule` asks for what every single rule serves as well, which nothing but evidence needs. `unread` names by the key of an
    ACL the files and modules that could not be read and may hold what the ACL lacks. `problems` are handed on.
    """
    table = Table(network.symbols, network.service_tags)
    judge_ = _Judge(Demand(site, flows, binding, table, today), Admission(table), network.acls, table, unread)
    for place, unit in enumerate(binding.units):
        for direction in DIRECTIONS:
            try:
                judge_.front(place, unit, direction)
            except PieceLimitError:
                judge_.give_up(unit, direction)
    halves = half_open(judge_.fronts, judge_.demand, table, judge_.overflow)
    by_rules = judge_.by_rules() if by_rule else ()
    active = tuple(flow for _, flow in flows)
    acls = {acl.key: acl for unit in binding.units for acl in unit.acls}.values()
    bearers = guarded(binding.units)
    return Judgement(
        estate,
        site,
        active,
        binding,
        tuple(judge_.missing),
        tuple(told_once(judge_.extra)),
        tuple(told_once(judge_.blocked)),
        tuple(judge_.implicit),
        tuple(judge_.pinned),
        (*judge_.states, *_not_judged(active, binding, judge_.states)),
        tuple(overdue(judge_.overdue)),
        tuple(judge_.replies),
        tuple(halves),
        tuple(found.at(*bearers[acl.key]) for acl in acls if acl.ordered for found in unreachable(acl, table)),
        tuple(found.at(*bearers[acl.key]) for acl in acls if (found := mixed(acl)) is not None),
        tuple({(acl.key, direction): (acl, direction) for acl, direction in judge_.overflowed}.values()),
        problems,
        by_rules,
        tuple({(acl.key, direction): (acl, direction) for acl, direction in judge_.too_large}.values()),
    )


class _Judge:
    """Collects what comes out, unit by unit."""

    def __init__(
        self, demand: Demand, admission: Admission, acls: Sequence[Acl], table: Table, unread: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.unread = unread
        self.acls = {acl.key: acl for acl in acls}
        self.floating = Floating(acls, table)
        self.strays: Told = set()
        self.demand = demand
        self.wants = Wants(demand)
        self.admission = admission
        self.table = table
        self.missing: list[Missing] = []
        self.extra: list[Opening] = []
        self.blocked: list[Opening] = []
        self.overdue: list[Share] = []
        self.implicit: list[Implicit] = []
        self.pinned: list[Pinned] = []
        self.states: list[FlowState] = []
        self.replies: list[Reply] = []
        self.fronts: dict[tuple[int, Direction], Front] = {}
        self.overflowed: list[tuple[Acl, Direction]] = []
        self.too_large: list[tuple[Acl, Direction]] = []
        self._bearers = {bearing.part.role for unit in demand.binding.units for bearing in unit.bearings}

    def front(self, place: int, unit: Unit, direction: Direction) -> None:
        """Judge one unit, the one at a place of the binding, in one direction."""
        asks = self.demand.asks(unit, direction)
        for key, because in unit.perhaps_wears.items():
            self.table.unknown(worn_perhaps(unit, key), None, ANY, key, because)
        layers = tuple(self.admission.layer(unit, layer, direction) for layer in unit.layers)
        view = View(direction, self.table.predicates, unit.within, unit.acls[0].address, self.table.lists)
        always = self.admission.always(unit, direction)
        passes = tuple(self.admission.passing(unit, layer, pieces, direction, always) for layer, pieces in enumerate(layers))
        passed = self.admission.chain(unit, passes)
        denied = by_name(localise(cubes, unit, direction) for cubes in self._cubes(unit, direction, "deny"))
        named = by_name(self.table.rule(acl, rule) for acl in unit.acls for rule in acl.rules if rule.direction == direction)
        permitted = self.demand.permitted(unit, direction, named.keys())
        perhaps = self.floating.passing(unit, self._held(unit, layers, passes, direction, always), direction)
        widest = passed if perhaps is passes else self.admission.chain(unit, perhaps)
        front = Front(unit, direction, layers, asks, permitted, view, passes, passed, denied, named, perhaps, widest)
        self.fronts[place, direction] = front
        needed = self._required(front)
        blocked = self._blocked(front)
        found = self._sure(openings(front, blocked, self.demand, self.admission, self.table))
        self.extra += found
        self.overdue += [share for opening in found for share in open_still(opening)]
        self.extra += stray_openings(front, blocked, self.demand, self.floating, self.table, self.strays)
        by_default = implicit(front, blocked, needed, self.demand, self.admission, self.table)
        self.implicit += [self._default(found) for found in by_default]
        narrow = ((found, placed(found.residue, unit, direction)) for found in pinned(front))
        self.pinned += [replace(found, residue=doubted(residue, unit.doubt)) for found, residue in narrow]
        self._optional(front)

    def _held(
        self,
        unit: Unit,
        layers: tuple[tuple[Piece, ...], ...],
        passes: tuple[Traffic, ...],
        direction: Direction,
        always: Traffic,
    ) -> tuple[Traffic, ...]:
        """What each layer lets through whichever denies stand on it of which nobody knows where they stand."""
        held = tuple(self.floating.held(unit, pieces, direction) for pieces in layers)
        if held == layers:
            return passes
        return tuple(self.admission.passing(unit, place, pieces, direction, always) for place, pieces in enumerate(held))

    def overflow(self, unit: Unit, direction: Direction) -> None:
        """Note that nothing is known of a unit, and the ACL of it that is too large by itself, or all where none is."""
        alone = [acl for acl in unit.acls if self.admission.is_beyond(acl, direction)]
        self.overflowed += [(acl, direction) for acl in unit.acls]
        self.too_large += [(acl, direction) for acl in alone or unit.acls]

    def give_up(self, unit: Unit, direction: Direction) -> None:
        """Say of a unit whose traffic is beyond the limits that what is asked of it and not told yet is unproven."""
        self.overflow(unit, direction)
        here = [state for state in self.states if state.unit is unit and state.direction == direction]
        told = {(state.flow.id, id(state.part), id(state.peer)) for state in here}
        for ask in self.demand.asks(unit, direction):
            part = ask.bearing.part
            if ask.judged and _exists(ask.peer) and (ask.flow.id, id(part), id(ask.peer)) not in told:
                self.states.append(FlowState(ask.flow, part.role, direction, unit, "unproven", (), part, ask.peer))

    def by_rules(self) -> tuple[Served, ...]:
        """What every allow rule serves, unit by unit."""
        found: list[Served] = []
        for front in self.fronts.values():
            try:
                found += served(front, self.demand, self.table)
            except PieceLimitError:
                self.overflow(front.unit, front.direction)
        return tuple(found)

    def _sure(self, found: Sequence[Opening]) -> list[Opening]:
        """The openings with doubt in those that what was not read may stop, or may give to a role that permits them."""
        out = []
        for opening in found:
            near = (*opening.unit.acls, *opening.unit.assumed)
            lost = [name for acl in near if acl.ordered for name in self.unread.get(acl.key, ())]
            lost += [*self._hidden(opening.unit.acls, [opening.rule]), *opening.unit.doubt, *opening.unit.crossed]
            residue = placed(opening.residue, opening.unit, opening.direction)
            residue = self.floating.stopped(opening.unit, residue, opening.acl, opening.rule)
            out.append(replace(opening, residue=doubted(residue, lost)))
        return out

    def _default(self, found: Implicit) -> Implicit:
        """What default rules open, with doubt in what other rules may stop or where the unit stands in doubt."""
        residue = placed(found.residue, found.unit, found.direction)
        for rule in found.rules:
            residue = self.floating.stopped(found.unit, residue, found.acl, rule)
        return replace(found, residue=doubted(residue, found.unit.doubt))

    def _hidden(self, acls: Sequence[Acl], rules: Iterable[Rule]) -> tuple[str, ...]:
        """What is hidden of the estate, if these ACLs stand there or these rules name a group that may."""
        binding = self.demand.binding
        near = any(acl.root in binding.hidden for acl in acls)
        far = any(peer.symbol and binding.may_play(peer.symbol) for rule in rules for peer in rule.peers)
        return binding.hidden if near or far else ()

    # required

    def _required(self, front: Front) -> list[Working]:
        """Judge the required flows; gives back those that are satisfied, with their traffic."""
        satisfied = []
        named = by_name(self._cubes(front.unit, front.direction, "allow"))
        named |= {name: (*named.get(name, ()), *cubes) for name, cubes in front.denied.items()}
        for ask in front.asks:
            if not ask.judged or not self.demand.is_required(ask.flow) or not _exists(ask.peer):
                continue
            want = self.wants.wanted(ask, front.unit, front.direction)
            if want is None:
                continue
            passes = where_asked(front, ask, self.acls, self.admission) if ask.bearing.because else front.perhaps
            passes = self.admission.within_subnet(front.unit, front.direction, ask.peer, passes)
            passed = front.perhaps_passed if passes is front.perhaps else self.admission.chain(front.unit, passes)
            if closed := closed_by_name(front.unit, front.direction, self.table):
                want, passed = asked_by_name(want, closed), minus(passed, closed)
                passes = tuple(minus(each, closed) for each in passes)
            passed, *each = self._few_doubts(front, ask, (passed, *passes), "passes")
            passes = tuple(each)
            settled = self._settled(front, want, passed, named, passes)
            settled = doubted(settled, (*front.unit.helped, *self.demand.perhaps_own(ask, front.unit)))
            if settled.proved or settled.unproven:
                self._blame(front, ask, want, settled, named, passes)
            else:
                satisfied.append((ask.flow, want.networks or want.whole, want.own))
            answers = [
                replace(answer, residue=self._doubt(answer.residue, ((answer.acl,),)))
                for answer in replies(ask, front.unit, front.direction, self.wants, self.admission, self.floating)
            ]
            self.replies += answers
            proved = settled.proved or any(answer.residue.proved for answer in answers)
            state: VerdictState = "missing" if proved else "unproven" if settled.unproven or answers else "satisfied"
            whole = want.whole
            rules = tuple(piece.rule for layer in front.layers for piece in layer if touch(piece.traffic, whole))
            self.states.append(front.state(ask, state, rules, settled, tuple(answers)))
        return satisfied

    def _settled(
        self, front: Front, want: Wanted, passed: Traffic, named: Mapping[str, Traffic], passes: Sequence[Traffic]
    ) -> Settled:
        """What of a flow does not pass the chain; it is proved where a layer of which nothing is elsewhere stops it by itself."""
        whole = unmet(want, passed, named, self.table, front.direction)
        settled = self._doubt(whole, front.unit.layers)
        if not whole.proved or settled.proved or len(passes) < 2:
            return settled
        alone = (
            self._doubt(unmet(want, each, named, self.table, front.direction), (layer,))
            for each, layer in zip(passes, front.unit.layers, strict=True)
        )
        proved = broadest(overlap(whole.proved, tuple(cube for stopped in alone for cube in stopped.proved)))
        left = minus(settled.unproven, proved)
        return Settled(proved, left, settled.because if left else ())

    def _few_doubts(self, front: Front, ask: Ask, passes: Iterable[Traffic], what: str) -> list[Traffic]:
        """What passes, with what is in doubt because nobody knows who stands there, and as few doubts as are worked out."""
        place = f"{'+'.join(sorted(front.unit.hosts))}/{front.direction}/{ask.flow.id}/{what}"
        asked = (of_strangers(each, front.unit, front.direction, self.table) for each in passes)
        return [passing(each, f"{place} {number}", self.table) for number, each in enumerate(asked)]

    def _cubes(self, unit: Unit, direction: Direction, action: str) -> Iterator[Traffic]:
        """What each of the allow or the deny rules says."""
        rules = ((acl, rule) for acl in unit.acls for rule in acl.rules)
        return (self.table.rule(acl, rule) for acl, rule in rules if (rule.direction, rule.action) == (direction, action))

    def _doubt(self, settled: Settled, layers: Sequence[Sequence[Acl]]) -> Settled:
        """Where an ACL is partial the rest of its rules is elsewhere: what it does not admit is unproven.

        One of several in a layer of which the input holds no rule at all is taken as absent, and the verdict says so.
        """
        because = [reference for layer in layers for acl in layer if not is_absent(acl, layer) for reference in acl.partial]
        because += [name for layer in layers for acl in layer for name in self.unread.get(acl.key, ())]
        because += self._hidden((), (rule for layer in layers for acl in layer for rule in acl.rules))
        return doubted(settled, because)

    def _blame(
        self,
        front: Front,
        ask: Ask,
        want: Wanted,
        whole: Settled,
        named: Mapping[str, Traffic],
        passes: Sequence[Traffic],
    ) -> None:
        """Lay what is missing at the first layers of the packet's way that do not admit it."""
        if len(front.unit.layers) == 1:
            self.missing.append(missing_at(front.unit.layers[0], front, ask, want, whole, self.table))
            return
        left = whole
        for layer in front.unit.path(front.direction):
            place = front.unit.layers.index(layer)
            alone = self._doubt(unmet(want, passes[place], named, self.table, front.direction), (layer,))
            alone = doubted(alone, self.demand.perhaps_own(ask, front.unit))
            proved, unproven = overlap(left.proved, alone.proved), overlap(left.unproven, alone.unproven)
            here = Settled(broadest(proved), broadest(unproven), alone.because)
            if here.proved or here.unproven:
                self.missing.append(missing_at(layer, front, ask, want, here, self.table))
                left = Settled(minus(left.proved, here.proved), minus(left.unproven, here.unproven), left.because)
        self._blame_for(front, ask, want, left)

    def _blame_for(self, front: Front, ask: Ask, want: Wanted, left: Settled) -> None:
        """Lay what each layer admits in a way of its own, by members or by networks, at the first that lacks what is told."""
        path = front.unit.path(front.direction)
        passes = self._few_doubts(front, ask, front.passes, "lets through")
        for layer in path:
            place = front.unit.layers.index(layer)
            passed = passes[place] if layer is not path[-1] else ()
            here = Settled(minus(left.proved, passed), minus(left.unproven, passed), left.because)
            if here.proved or here.unproven:
                self.missing.append(missing_at(layer, front, ask, want, here, self.table))
                left = Settled(minus(left.proved, here.proved), minus(left.unproven, here.unproven), left.because)

    # what is open

    def _blocked(self, front: Front) -> Traffic:
        """Judge the blocked flows that are judged at this end; gives back all their traffic."""
        out: list[Traffic] = []
        for flow in dict.fromkeys(ask.flow for ask in front.asks if ask.judged and ask.flow.need == "blocked"):
            if front.direction == "egress" and "ingress" in flow.ends and self._judged(flow.destinations):
                continue
            told, beside = blocked_openings(front, flow, self.demand, self.admission, self.table)
            found = self._sure(told)
            self.blocked += found
            out.append(tuple(cube for opening in found for cube in (*opening.residue.proved, *opening.residue.unproven)))
            asks = (ask for ask in front.asks if ask.flow is flow and ask.judged)
            self.states += [barred(ask, self.demand, front, (*found, *beside)) for ask in asks]
        return tuple(cube for cubes in out for cube in cubes)

    def _judged(self, roles: Sequence[str]) -> bool:
        """Whether one of the roles has a unit that is judged."""
        return not self._bearers.isdisjoint(roles)

    def _optional(self, front: Front) -> None:
        """Tell whether what is optional is open."""
        for ask in front.asks:
            if ask.flow.need in ("required", "conditional", "blocked") and self.demand.is_required(ask.flow):
                continue
            if ask.flow.need == "blocked" or not ask.judged or not _exists(ask.peer):
                continue
            traffic = self.demand.of_flow(ask, front.unit, front.direction, front.named.keys(), widest=True)
            rules = tuple(piece.rule for layer in front.layers for piece in layer if touch(piece.traffic, traffic))
            passing = overlap(front.passed, traffic)
            state: VerdictState = "open" if passing else "blocked"
            settled = settle(passing, self.table.predicates, Purpose.OPEN, denied=front.denied)
            opened = placed(settled, front.unit, front.direction)
            self.states.append(front.state(ask, state, rules, opened=opened))


def _exists(part: Part) -> bool:
    """Whether anything plays the part at all."""
    return bool(part.hosts or part.members or part.networks is not None)


def _not_judged(flows: Sequence[Flow], binding: Binding, states: Sequence[FlowState]) -> list[FlowState]:
    """The ends of active flows that have no ACL of their own to judge; `any` address is nobody's end.

    Of a blocked flow that is judged where it is listened for, the sender's own ACLs are not asked.
    """
    told = {(state.flow.id, state.role, state.direction) for state in states}
    listened = {state.flow.id for state in states if state.flow.need == "blocked" and state.direction == "ingress"}
    roles = set(binding.parts) - {ANY_ROLE}
    guarded = {bearing.part.role for unit in binding.units for bearing in unit.bearings}
    ends = (
        (flow, role, direction)
        for flow in flows
        for direction in flow.ends
        for role in (flow.destinations if direction == "ingress" else flow.sources)
        if direction == "ingress" or flow.id not in listened or role not in guarded
    )
    return [
        FlowState(flow, role, direction, None, "not-judged")
        for flow, role, direction in ends
        if role in roles and (flow.id, role, direction) not in told
    ]


__all__ = ["Judgement", "judge"]
