"""A judgement rule by rule: what each one opens, for which flow or allowance, and what for none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from pamlint.judging.judgement import Implicit, Judgement, Opening, Served
from pamlint.model.acl import Acl
from pamlint.model.certainty import Settled
from pamlint.model.evidence import AllowanceEvidence, RuleEvidence, Standing
from pamlint.model.finding import Direction, Row
from pamlint.model.matrix import RuleTold
from pamlint.model.rows import join, rows
from pamlint.model.services import format_service
from pamlint.model.site import Allowance
from pamlint.model.traffic import overlap

Key = tuple[str, str, Direction]
"""An ACL's key, a rule's name, and a direction."""
Found = Opening | Implicit
AtUnit = Mapping[tuple[int, Direction], Sequence[Found]]
"""What has no justification, by the identity of the unit and the direction."""


def rules(judgement: Judgement) -> tuple[RuleEvidence, ...]:
    """One line for each allow rule of every judged ACL, by ACL, direction and rule."""
    grouped: dict[Key, list[Served]] = {}
    for each in judgement.served:
        grouped.setdefault((each.acl.key, each.rule.name, each.direction), []).append(each)
    wrong = _wrong(judgement)
    at_unit: dict[tuple[int, Direction], list[Found]] = {}
    for one in (one for found_here in wrong.values() for one in found_here):
        at_unit.setdefault((id(one.unit), one.direction), []).append(one)
    found = [_rule(judgement, group, wrong.get(key, []), at_unit) for key, group in grouped.items()]
    told = {(each.acl, each.rule.name, each.direction) for each in found}
    found += [each for each in _overflowed(judgement) if (each.acl, each.rule.name, each.direction) not in told]
    return tuple(sorted(found, key=lambda each: (each.acl, each.direction, each.rule.name)))


def _wrong(judgement: Judgement) -> dict[Key, list[Found]]:
    """What has no justification, by rule."""
    wrong: dict[Key, list[Found]] = {}
    for opening in (*judgement.extra, *judgement.blocked):
        wrong.setdefault((opening.acl.key, opening.rule.name, opening.direction), []).append(opening)
    for implicit in (each for each in judgement.implicit if each.extra):
        for rule in implicit.rules:
            wrong.setdefault((implicit.acl.key, rule.name, implicit.direction), []).append(implicit)
    return wrong


def _rule(judgement: Judgement, group: Sequence[Served], wrong: Sequence[Found], at_unit: AtUnit) -> RuleEvidence:
    first = group[0]
    open_ = join(row for each in group for row in rows((*each.residue.proved, *each.residue.unproven), each.view))
    beside = _beside(at_unit, group)
    surely = join(
        [row for each in wrong for row in rows(each.residue.proved, each.view)]
        + [row for each, found in beside for row in rows(found.proved, each.view)]
    )
    perhaps = join(
        [row for each in wrong for row in rows(each.residue.unproven, each.view)]
        + [row for each, found in beside for row in rows(found.unproven, each.view)]
    )
    flows = tuple(sorted({flow.id for each in group for flow in each.flows}))
    allowances = tuple(sorted({allowance.name for each in group for allowance in each.allowances}))
    because = {*first.rule.unknown, *(name for each in wrong for name in each.residue.because if each.residue.unproven)}
    because |= {name for _, found in beside for name in found.because if found.unproven}
    certain = any(each.residue.proved for each in group)
    platform = any(each.platform for each in group)
    remarks = [remark for each in group for remark in each.remarks] if not surely else []
    remarks += [f"flow {each.flow.id} must be blocked" for each in wrong if isinstance(each, Opening) and each.flow]
    remarks += [f"allowance {past.name} has expired" for each in wrong if isinstance(each, Opening) for past, _ in each.expired]
    return RuleEvidence(
        judgement.estate,
        first.acl.address,
        RuleTold(first.rule.name, first.rule.location or first.acl.location, first.rule.unknown),
        first.direction,
        tuple(sorted({role for each in group for role in each.roles})),
        _standing(open_, surely, perhaps, certain, bool(flows or allowances or platform)),
        open_,
        flows,
        allowances,
        platform,
        surely,
        perhaps,
        tuple(sorted(because)),
        any(each.internet for each in group),
        first.rule.default,
        tuple(dict.fromkeys(remarks)),
    )


def _beside(at_unit: AtUnit, group: Sequence[Served]) -> list[tuple[Served, Settled]]:
    """What of other layers' openings without a justification goes through these rules as well: a finding blames the nearest."""
    found = []
    for each in group:
        open_ = (*each.residue.proved, *each.residue.unproven)
        layer = next(layer for layer in each.unit.layers if each.acl in layer)
        for other in at_unit.get((id(each.unit), each.direction), ()):
            if other.acl not in layer:
                surely, perhaps = overlap(other.residue.proved, open_), overlap(other.residue.unproven, open_)
                found.append((each, Settled(surely, perhaps, other.residue.because)))
    return [(each, settled) for each, settled in found if settled.proved or settled.unproven]


def _standing(
    open_: Sequence[Row], surely: Sequence[Row], perhaps: Sequence[Row], certain: bool, has_reason: bool
) -> Standing:  # fmt: skip
    if surely:
        return "unjustified"
    if not open_:
        return "idle"
    if perhaps or not certain:
        return "unproven"
    return "justified" if has_reason else "not-judged"


def _overflowed(judgement: Judgement) -> Iterable[RuleEvidence]:
    """The rules of ACLs that are too many to be settled: nothing is proved of them."""
    acls: dict[tuple[str, Direction], Acl] = {(acl.key, direction): acl for acl, direction in judgement.overflowed}
    for (_, direction), acl in acls.items():
        roles = {bearing.part.role for unit in judgement.binding.units if acl in unit.acls for bearing in unit.bearings}
        for rule in acl.rules:
            if rule.direction == direction and rule.action != "deny":
                told = RuleTold(rule.name, rule.location or acl.location, rule.unknown)
                yield RuleEvidence(
                    judgement.estate, acl.address, told, direction, tuple(sorted(roles)), "unproven", (), (), (), False, (), (),
                    rule.unknown, False, rule.default, ("the rules of its ACL are too many to be settled",),
                )  # fmt: skip


def allowances(judgement: Judgement, found: Iterable[RuleEvidence], today: date) -> tuple[AllowanceEvidence, ...]:
    """What the site file permits besides the policy, in its order; an expired one with the rules that keep it open still."""
    rules_of: dict[str, list[str]] = {}
    for rule in found:
        for name in rule.allowances:
            rules_of.setdefault(name, []).append(str(rule.rule))
    for opening in judgement.extra:
        for allowance, _ in opening.expired:
            told = RuleTold(opening.rule.name, opening.rule.location or opening.acl.location, opening.rule.unknown)
            rules_of.setdefault(allowance.name, []).append(str(told))
    return tuple(_allowance(judgement.estate, each, rules_of.get(each.name, ()), today) for each in judgement.site.allow)


def _allowance(estate: str | None, allowance: Allowance, used: Iterable[str], today: date) -> AllowanceEvidence:
    return AllowanceEvidence(
        estate,
        allowance.name,
        allowance.roles,
        allowance.direction,
        format_service(allowance.service),
        allowance.peers,
        allowance.reason,
        allowance.until,
        allowance.until is not None and allowance.until < today,
        tuple(dict.fromkeys(used)),
    )
