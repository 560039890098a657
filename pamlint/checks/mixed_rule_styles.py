"""Inline and standalone rules on one group overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.checks.wording import names_text, place_of, related_rules
from pamlint.judging.judgement import Judgement
from pamlint.model.acl import Acl
from pamlint.model.finding import Direction, Finding

ID = "mixed-rule-styles"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each ACL."""
    for mixed in judgement.mixed:
        acl, because = mixed.acl, mixed.because
        perhaps = f", perhaps (it hangs on {names_text(because)})" if because else ""
        written = " and ".join(_emptied(acl, mixed.emptied)) or "rules"
        yield Finding(
            ID,
            "low",
            "unproven" if because else "proved",
            judgement.estate,
            f"{acl.address} has {written} inside its block and {'rules ' if mixed.emptied else ''}in resources of their own"
            f"{perhaps}: each apply removes what the other added.",
            "Write all rules of a group in one style; resources of their own are the one that the providers recommend.",
            roles=mixed.roles,
            acl=acl.address,
            because=because,
            location=place_of(acl),
            related=related_rules(((acl, rule) for rule in mixed.beside), "stands beside the block"),
        )


def _emptied(acl: Acl, directions: Iterable[Direction]) -> Iterable[str]:
    """What stands in a block that has no rule; the one that takes a default list over need not say so."""
    if acl.kind == "azure_nsg":
        return ("`security_rule = []`",) if directions else ()
    if ".aws_default_network_acl." in f".{acl.address}":
        return (f"no {direction} rule" for direction in directions)
    return (f"`{direction} = []`" for direction in directions)
