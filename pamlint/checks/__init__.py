"""A Judgement in, findings out: one check, one file, one id. No check computes anything again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pamlint.checks import (
    blocked_access,
    expired_allowance,
    extra_access,
    failed_validation,
    half_open_flow,
    implicit_allow,
    missing_access,
    mixed_rule_styles,
    pinned_source_port,
    reply_blocked,
    unbound_role,
    unreachable_rule,
    unreadable_input,
    unresolved_value,
)
from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding

CHECKS: Mapping[str, Callable[[Judgement], Iterable[Finding]]] = {
    missing_access.ID: missing_access.check,
    extra_access.ID: extra_access.check,
    blocked_access.ID: blocked_access.check,
    implicit_allow.ID: implicit_allow.check,
    pinned_source_port.ID: pinned_source_port.check,
    half_open_flow.ID: half_open_flow.check,
    reply_blocked.ID: reply_blocked.check,
    unreachable_rule.ID: unreachable_rule.check,
    mixed_rule_styles.ID: mixed_rule_styles.check,
    unbound_role.ID: unbound_role.check,
    expired_allowance.ID: expired_allowance.check,
    failed_validation.ID: failed_validation.check,
    unresolved_value.ID: unresolved_value.check,
    unreadable_input.ID: unreadable_input.check,
}
"""Every check by its id. A new check is one file and one line here."""


def check(judgement: Judgement) -> tuple[Finding, ...]:
    """Every finding of every check."""
    return tuple(finding for run in CHECKS.values() for finding in run(judgement))
