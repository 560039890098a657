"""What judging says, before checks make findings of it: complete, so that no check computes anything again."""

from __future__ import annotations

from typing import Literal

from pamlint.binding import Binding, Part, Unit
from pamlint.model.acl import Acl, Rule
from pamlint.model.certainty import Settled
from pamlint.model.finding import Direction, VerdictState
from pamlint.model.noun import noun, replace
from pamlint.model.policy import Flow
from pamlint.model.resource import Problem
from pamlint.model.rows import View
from pamlint.model.site import Allowance, Site

Cause = Literal["closed", "denied", "pinned"]
"""Why a flow is not admitted: no rule does, a deny stands above it, or the rule that would pins its source ports."""
NOTHING_SETTLED = Settled((), (), ())
Share = tuple[Allowance, Settled]
"""What is open of an allowance that has expired."""


@noun
class Missing:
    """A required flow that an ACL does not admit in whole. `rule` is the deny that closes it or the allow that pins it."""

    flow: Flow
    role: str
    peers: tuple[str, ...]
    unit: Unit
    acl: Acl
    residue: Settled
    view: View
    rule: Rule | None
    cause: Cause
    partly: tuple[tuple[Acl, Rule], ...]


@noun
class Opening:
    """Traffic that a rule lets through and should not. `flow` is set where it is a blocked one; `beside` also let it through.

    `expired` are the allowances that would permit some of it if they were still valid.
    """

    rule: Rule
    acl: Acl
    unit: Unit
    direction: Direction
    residue: Settled
    view: View
    flow: Flow | None = None
    beside: tuple[tuple[Acl, Rule], ...] = ()
    expired: tuple[Share, ...] = ()


@noun
class Implicit:
    """What only a default rule opens: required flows that work only through it, and traffic that nobody asked for."""

    acl: Acl
    unit: Unit
    direction: Direction
    rules: tuple[Rule, ...]
    residue: Settled
    needed: tuple[Flow, ...]
    extra: bool
    view: View


@noun
class Pinned:
    """An allow rule that lacks source ports which ordinary clients use."""

    rule: Rule
    acl: Acl
    unit: Unit
    residue: Settled
    view: View


@noun
class Reply:
    """A network ACL that drops the replies of a required flow; the view is the replies' direction."""

    flow: Flow
    role: str
    peer: str
    unit: Unit
    acl: Acl
    residue: Settled
    view: View


@noun
class HalfOpen:
    """A rule that opens optional access which the far role keeps closed."""

    rule: Rule
    acl: Acl
    unit: Unit
    direction: Direction
    residue: Settled
    view: View
    peer: str


@noun
class Unreachable:
    """A rule that never decides anything; `earlier` take all that it matches, none if nothing stands behind it.

    `because` are the references on which that hangs.
    """

    acl: Acl
    rule: Rule
    earlier: tuple[Rule, ...]
    roles: tuple[str, ...] = ()
    because: tuple[str, ...] = ()

    def at(self, roles: tuple[str, ...], doubt: tuple[str, ...]) -> Unreachable:
        """The same where an ACL guards these roles; on the references hangs whether it does."""
        return replace(self, roles=roles, because=tuple(sorted({*self.because, *doubt})))


@noun
class Mixed:
    """A group whose rules stand inside its block and `beside` it; `because` are the references on which that hangs.

    `emptied` are the directions in which the block has no rule and is the whole list all the same.
    """

    acl: Acl
    roles: tuple[str, ...]
    because: tuple[str, ...]
    beside: tuple[Rule, ...]
    emptied: tuple[Direction, ...] = ()

    def at(self, roles: tuple[str, ...], doubt: tuple[str, ...]) -> Mixed:
        """The same where an ACL guards these roles; on the references hangs whether it does."""
        return replace(self, roles=roles, because=tuple(sorted({*self.because, *doubt})))


@noun
class FlowState:
    """What came out for one flow at one end, between a part of the role there and a part of the far one.

    `unit` and the parts are None where the end is not judged. `lacking` is what of a required flow is not admitted, `unanswered`
    what of it is not replied to, and `opened` what of any other flow is open.
    """

    flow: Flow
    role: str
    direction: Direction
    unit: Unit | None
    state: VerdictState
    rules: tuple[Rule, ...] = ()
    part: Part | None = None
    peer: Part | None = None
    view: View | None = None
    lacking: Settled = NOTHING_SETTLED
    unanswered: tuple[Reply, ...] = ()
    opened: Settled = NOTHING_SETTLED


@noun
class Served:
    """An allow rule at one unit: what it and the rest of the chain let through, and the flows and allowances that this is for.

    `platform` is true where the cloud permits it by itself, `internet` where it is open to the Internet at large; `remarks` say
    why what nothing asks for is not told as extra.
    """

    rule: Rule
    acl: Acl
    unit: Unit
    direction: Direction
    residue: Settled
    view: View
    roles: tuple[str, ...]
    flows: tuple[Flow, ...]
    allowances: tuple[Allowance, ...]
    platform: bool
    internet: bool
    remarks: tuple[str, ...]


@noun
class Judgement:
    """Everything that was judged in one estate; `served` is filled where it was asked for rule by rule.

    Of `overflowed` ACLs nothing is known, because they or others in their chains are `too_large`.
    """

    estate: str | None
    site: Site
    flows: tuple[Flow, ...]
    binding: Binding
    missing: tuple[Missing, ...]
    extra: tuple[Opening, ...]
    blocked: tuple[Opening, ...]
    implicit: tuple[Implicit, ...]
    pinned: tuple[Pinned, ...]
    states: tuple[FlowState, ...]
    expired: tuple[Share, ...]
    replies: tuple[Reply, ...]
    half_open: tuple[HalfOpen, ...]
    unreachable: tuple[Unreachable, ...]
    mixed: tuple[Mixed, ...]
    overflowed: tuple[tuple[Acl, Direction], ...] = ()
    problems: tuple[Problem, ...] = ()
    served: tuple[Served, ...] = ()
    too_large: tuple[tuple[Acl, Direction], ...] = ()
