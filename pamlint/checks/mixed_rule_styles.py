"""Inline and standalone rules on one group overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import names_text, place_of, related_rules
from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding

ID = "mixed-rule-styles"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each ACL."""
    for mixed in judgement.mixed:
        acl, because = mixed.acl, mixed.because
        perhaps = f", perhaps (it hangs on {names_text(because)})" if because else ""
        yield Finding(
            ID,
            "low",
            "unproven" if because else "proved",
            judgement.estate,
            f"{acl.address} has rules inside its block and in resources of their own{perhaps}: "
            "each apply removes what the other added.",
            "Write all rules of a group in one style; resources of their own are the one that the providers recommend.",
            roles=mixed.roles,
            acl=acl.address,
            because=because,
            location=place_of(acl),
            related=related_rules(((acl, rule) for rule in mixed.beside), "stands beside the block"),
        )
