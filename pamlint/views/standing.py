"""What has become of each line of a matrix: a judgement's states, held against one pair of roles and one protocol."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pamlint.judging.judgement import FlowState, Judgement
from pamlint.model.acl import Network, Rule
from pamlint.model.certainty import Settled
from pamlint.model.finding import Direction, Row
from pamlint.model.matrix import LINE_STATES, LineEnd, LineState, Player, RuleTold
from pamlint.model.policy import Flow
from pamlint.model.ranges import EMPTY, Ranges, intersect, normal, union
from pamlint.model.rows import join, rows
from pamlint.model.services import Service
from pamlint.model.site import Instance
from pamlint.model.traffic import DESTINATION_PORT, PROTOCOL, SOURCE_PORT, Cube, Traffic, overlap
from pamlint.views.lacking import Lack, between
from pamlint.views.players import names
from pamlint.views.wires import Wire

REQUIRED: Mapping[LineState, Callable[[Settled], Traffic]] = {
    "missing": lambda settled: settled.proved,
    "unproven": lambda settled: settled.unproven,
}
"""What of a required flow makes its line so."""
TOO_MANY = "its rules are too many to be settled"
NO_REFERENCES: tuple[str, ...] = ()


class Standing(NamedTuple):
    """What has become of one line."""

    state: LineState
    ends: tuple[LineEnd, ...]
    missing: str
    asked: tuple[Player, Player] | None


class Standings:
    """Looks up what a judgement says of lines; the states are sorted once."""

    def __init__(self, judgement: Judgement, network: Network) -> None:
        self.judgement = judgement
        self._names = names(network)
        self._states: dict[tuple[str, str, Direction], list[FlowState]] = defaultdict(list)
        for state in judgement.states:
            self._states[state.flow.id, state.role, state.direction].append(state)
        self._unbound = {unbound.role for unbound in judgement.binding.unbound if not unbound.perhaps}

    def of(self, wire: Wire, needed: bool) -> Standing:
        """The line's state and that of each of its ends; `needed` is false for what this site does without."""
        ends = tuple(self._end(wire, direction, needed) for direction in wire.flow.ends)
        state = "half-open" if self._is_half_open(wire) else _together({end.state for end in ends})
        found = [state for direction in wire.flow.ends for state in self._found(wire, direction)]
        lacks = _lacks(wire, found) if needed else []
        asked = between(wire, lacks, found, self._names) if lacks else None
        return Standing(state, ends, wire.ports_written(_ports(wire, lacks)), asked)

    def _found(self, wire: Wire, direction: Direction) -> list[FlowState]:
        near, far = wire.seen_from(direction)
        return [state for state in self._states[wire.flow.id, near, direction] if _concerns(state, wire, direction, far)]

    def _end(self, wire: Wire, direction: Direction, needed: bool) -> LineEnd:
        near, far = wire.seen_from(direction)
        service, found = wire.service, self._found(wire, direction)
        if service is None or not found:
            return self._unseen(wire.flow, near, far, direction)
        told = [_of(state, service, needed) for state in found]
        worst = min((each.state for each in told), key=LINE_STATES.index)
        if worst == "not-judged":
            return self._unseen(wire.flow, near, far, direction)
        alike = [each for each in told if each.state == worst]
        return LineEnd(
            direction,
            worst,
            tuple(dict.fromkeys(rule for each in told for rule in each.rules)),
            join(row for each in alike for row in each.traffic),
            tuple(sorted({reference for each in alike for reference in each.because})),
            "; ".join(dict.fromkeys(each.remark for each in alike if each.remark)),
            self._blamed(found, service) if worst in ("missing", "unproven") else (),
        )

    def _unseen(self, flow: Flow, near: str, far: str, direction: Direction) -> LineEnd:
        """An end of which the judgement says nothing, and why."""
        nobody = [role for role in (near, far) if role in self._unbound]
        if nobody:
            return LineEnd(direction, "not-judged", remark=f"nobody plays {nobody[0]}")
        units = [unit for unit in self.judgement.binding.units if any(bearing.part.role == near for bearing in unit.bearings)]
        if not units:
            return LineEnd(direction, "not-judged", remark=f"{near} has no ACL here")
        overflowed = {(acl.key, way) for acl, way in self.judgement.overflowed}
        if any((acl.key, direction) in overflowed for unit in units for acl in unit.acls):
            return LineEnd(direction, "unproven", remark=TOO_MANY)
        if flow.need == "blocked" and direction == "egress":
            return LineEnd(direction, "not-judged", remark=f"it is judged at {far}")
        return LineEnd(direction, "not-judged", remark=f"{near} has nobody else to talk to here")

    def _blamed(self, found: Sequence[FlowState], service: Service) -> tuple[str, ...]:
        """The ACLs that do not admit it."""
        acls = {
            item.acl.address
            for state in found
            for item in self.judgement.missing
            if (item.flow, item.role, item.unit, item.view.direction) == (state.flow, state.role, state.unit, state.direction)
            and _touches((*item.residue.proved, *item.residue.unproven), service)
        }
        acls |= {reply.acl.address for state in found for reply in state.unanswered}
        return tuple(sorted(acls))

    def _is_half_open(self, wire: Wire) -> bool:
        """Whether a rule opens one end of it that the far one keeps closed."""
        if wire.service is None or wire.flow.need != "optional":
            return False
        return any(
            wire.seen_from(item.direction)[0] in item.unit.roles
            and wire.seen_from(item.direction)[1] == item.peer
            and _touches(item.residue.proved, wire.service)
            for item in self.judgement.half_open
        )


def _concerns(state: FlowState, wire: Wire, direction: Direction, far: str) -> bool:
    """Whether a state is about one of a wire's pairs of seats."""
    if state.part is None or state.peer is None:
        return True
    if state.peer.role != far:
        return False
    near, other = _index(state.part.instance), _index(state.peer.instance)
    wanted = (other, near) if direction == "ingress" else (near, other)
    return any((_index(source.instance), _index(destination.instance)) == wanted for source, destination in wire.pairs)


def _lacks(wire: Wire, found: Sequence[FlowState]) -> list[Lack]:
    """The ends at which some of a required flow is surely not admitted, or not answered."""
    lacks: list[Lack] = []
    if wire.service is None or wire.flow.need not in ("required", "conditional"):
        return lacks
    for state in found:
        lacking = overlap(state.lacking.proved, _cubes(wire.service))
        mute = any(_touches(each.residue.proved, wire.service, SOURCE_PORT) for each in state.unanswered)
        if lacking or mute:
            lacks.append(Lack(state, lacking, mute))
    return lacks


def _ports(wire: Wire, lacks: Sequence[Lack]) -> Ranges:
    """The ports that are missing at some end; all of the line's where answers are dropped."""
    if wire.service is None or any(lack.mute for lack in lacks):
        return wire.service.ports if wire.service else EMPTY
    return normal(pair for lack in lacks for cube in lack.traffic for pair in cube.sides[DESTINATION_PORT])


def _index(instance: Instance | None) -> int | None:
    return None if instance is None else instance.index


def _of(state: FlowState, service: Service, needed: bool) -> LineEnd:
    """What one state says of one protocol of its flow."""
    if state.view is None:
        return LineEnd(state.direction, "unproven", remark=TOO_MANY) if state.unit else LineEnd(state.direction, "not-judged")
    rules = tuple(RuleTold(rule.name, rule.location, rule.unknown) for rule in state.rules if _serves(rule, service))
    if needed and state.flow.need in ("required", "conditional"):
        return _required(state, service, rules)
    traffic, because = state.opened.proved, NO_REFERENCES
    verdict: LineState = "wrongly-open" if state.flow.need == "blocked" else "open"
    if not _touches(traffic, service):
        traffic, because = state.opened.unproven, state.opened.because
        verdict = "unproven" if _touches(traffic, service) else "closed"
    told = _rows(traffic, state, service) if verdict != "open" else ()
    return LineEnd(state.direction, verdict, rules if verdict != "closed" else (), told, because if verdict == "unproven" else ())


def _required(state: FlowState, service: Service, rules: tuple[RuleTold, ...]) -> LineEnd:
    """What one state says of a required flow: admitted, and answered, or not."""
    for verdict, traffic in REQUIRED.items():
        lacking = traffic(state.lacking)
        mute = [each for each in state.unanswered if _touches(traffic(each.residue), service, SOURCE_PORT)]
        if _touches(lacking, service) or mute:
            because = {*state.lacking.because, *(name for each in mute for name in each.residue.because)}
            remark = f"the answers are dropped by {', '.join(sorted({each.acl.address for each in mute}))}" if mute else ""
            sure = tuple(sorted(because)) if verdict == "unproven" else ()
            return LineEnd(state.direction, verdict, rules, _rows(lacking, state, service), sure, remark)
    return LineEnd(state.direction, "open", rules)


def _rows(traffic: Traffic, state: FlowState, service: Service) -> tuple[Row, ...]:
    """The part of the traffic that a service is about, in rows."""
    return rows(overlap(traffic, _cubes(service)), state.view) if state.view else ()


def _cubes(service: Service, side: int = DESTINATION_PORT) -> Traffic:
    return (Cube().replace(PROTOCOL, service.protocols).replace(side, service.ports),)


def _touches(traffic: Traffic, service: Service, side: int = DESTINATION_PORT) -> bool:
    """Whether some of the traffic is of the service, whose ports stand on that side."""
    return bool(overlap(traffic, _cubes(service, side)))


def _serves(rule: Rule, service: Service) -> bool:
    """Whether a rule speaks of the service at all."""
    protocols = intersect(union(rule.protocols.known, rule.protocols.perhaps), service.protocols)
    return bool(protocols) and bool(intersect(union(rule.ports.known, rule.ports.perhaps), service.ports))


def _together(states: set[LineState]) -> LineState:
    """The state of a line by those of its ends; an end that is not judged says nothing."""
    judged = states - {"not-judged"}
    if not judged:
        return "not-judged"
    shut = judged & {"missing", "closed"}
    if "wrongly-open" not in judged and "open" in judged and shut:
        return "half-open"
    return min(judged, key=LINE_STATES.index)
