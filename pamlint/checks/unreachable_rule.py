"""A rule that never decides anything."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import names_text, place_of, related_rules, rule_text, shortened
from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding

ID = "unreachable-rule"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each rule."""
    for item in judgement.unreachable:
        names = shortened([rule_text(item.acl, rule) for rule in item.earlier])
        verb = "decides" if len(item.earlier) == 1 else "decide"
        why = (
            f"{names} {verb} all that it matches" if item.earlier else f"it matches nothing that stands behind {item.acl.address}"
        )
        because = item.because
        never = f"may never take effect (it hangs on {names_text(because)})" if because else "never takes effect"
        yield Finding(
            ID,
            "low",
            "unproven" if because else "proved",
            judgement.estate,
            f"{rule_text(item.acl, item.rule)} {never}: {why}.",
            "Remove the rule, or give it a lower number if it was meant to come first.",
            roles=item.roles,
            direction=item.rule.direction,
            acl=item.acl.address,
            rule=item.rule.name,
            because=because,
            location=place_of(item.acl, item.rule),
            related=related_rules([(item.acl, rule) for rule in item.earlier], "is tried before it"),
            subject=item.rule.name,
        )
