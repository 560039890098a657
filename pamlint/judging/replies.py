"""Stateless network ACLs: whether the replies of a required flow come back."""

from __future__ import annotations

from pamlint.binding import Unit
from pamlint.judging.admission import Admission, together
from pamlint.judging.answers import OPPOSITE, answers
from pamlint.judging.demand import Ask
from pamlint.judging.floating import Floating
from pamlint.judging.judgement import Reply
from pamlint.judging.pooling import passing
from pamlint.judging.required import Wants, unmet
from pamlint.judging.staying import neighbours, staying
from pamlint.model.finding import Direction
from pamlint.model.rows import View


def replies(ask: Ask, unit: Unit, direction: Direction, wants: Wants, admission: Admission, floating: Floating) -> list[Reply]:
    """The network ACLs of a unit that drop replies of a flow which is admitted; replies go to the client's own port."""
    back = OPPOSITE[direction]
    stateless = [acl for layer in unit.path(back) for acl in layer if acl.kind == "aws_network_acl"]
    want = wants.wanted(ask, unit, back) if stateless else None
    if want is None:
        return []
    answer = want._replace(
        networks=None if want.networks is None else answers(want.networks),
        members=tuple(reach.each(answers) for reach in want.members),
    )
    found = []
    for acl in stateless:
        held = together(floating.held(unit, admission.pieces(acl, back), back))
        besides = (
            *staying(unit, back, admission.table),
            *neighbours(unit, back, ask.peer, admission.table),
            *admission.untied(acl, unit, back),
            *floating.beside([acl], unit, back),
        )
        passed = passing((*held, *besides), f"{acl.place}/{'+'.join(sorted(unit.hosts))}/{ask.flow.id} replies", admission.table)
        residue = unmet(answer, passed, {}, admission.table, back)
        if residue.proved or residue.unproven:
            view = View(back, admission.table.predicates, unit.within, acl.address, admission.table.lists)
            found.append(Reply(ask.flow, ask.bearing.part.role, ask.peer.role, unit, acl, residue, view))
    return found
