"""Groups that are worn perhaps: what is known of them wherever they are worn, and what is told of them only once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pamlint.judging.admission import Admission, localise, together
from pamlint.judging.demand import Ask
from pamlint.judging.judgement import Opening
from pamlint.judging.opened import Front
from pamlint.model.acl import Acl
from pamlint.model.certainty import Settled
from pamlint.model.noun import replace
from pamlint.model.traffic import PieceLimitError, Traffic, minus


def where_asked(front: Front, ask: Ask, acls: Mapping[str, Acl], admission: Admission) -> tuple[Traffic, ...]:
    """What each layer lets through wherever something is asked: where a group brings the role, its rules are there as well."""
    brings = {key for key, because in ask.bearing.part.hosts.items() if not because} if ask.bearing.because else set()
    out = []
    for layer, passed in zip(front.unit.layers, front.perhaps, strict=True):
        brought = [acls[acl.key] for acl in layer if acl.loose and not acl.ordered and acl.key in brings]
        rules = together(piece for acl in brought for piece in admission.pieces(acl, front.direction))
        out.append((*passed, *localise(rules, front.unit, front.direction)))
    return tuple(out)


def told_once(openings: Sequence[Opening]) -> Iterable[Opening]:
    """The openings without what a rule opens where its group is worn perhaps, if the group is told to open it by itself.

    Nor is it told where the very rule is one of another group that is worn for sure.
    """
    alone = {_what(opening): opening.residue.proved for opening in openings if not opening.unit.workloads}
    surely = {_where(opening): opening.residue.proved for opening in openings if not opening.acl.loose}
    for opening in openings:
        proved = (*alone.get(_what(opening), ()), *surely.get(_where(opening), ())) if opening.acl.loose else ()
        left = _untold(opening.residue.unproven, proved)
        if left or opening.residue.proved:
            yield replace(opening, residue=Settled(opening.residue.proved, left, opening.residue.because))


def _untold(unproven: Traffic, proved: Traffic) -> Traffic:
    """What is not told as proved; all of it where that would be more pieces than can be worked out."""
    try:
        return minus(unproven, (cube.bare for cube in proved)) if proved else unproven
    except PieceLimitError:
        return unproven


def _what(opening: Opening) -> tuple[object, ...]:
    """What one finding tells of."""
    return opening.acl.key, opening.rule.name, opening.direction, opening.flow


def _where(opening: Opening) -> tuple[object, ...]:
    """Which rule opens something, and for whom, whichever of their groups it is a rule of."""
    return id(opening.unit), opening.rule.name, opening.rule.location, opening.direction, opening.flow
