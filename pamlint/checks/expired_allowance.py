"""An allowance has passed its last day and its traffic is open still."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding

ID = "expired-allowance"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each allowance."""
    for allowance, residue in judgement.expired:
        yield Finding(
            ID,
            "medium",
            "proved" if residue.proved else "unproven",
            judgement.estate,
            f"Allowance `{allowance.name}` ended on {allowance.until} and what it permitted is open still ({allowance.reason}).",
            "Close the access, or agree on a new date and write it under `until`.",
            roles=() if "*" in allowance.roles else tuple(sorted(allowance.roles)),
            direction=allowance.direction,
            because=() if residue.proved else residue.because,
            location=allowance.location,
            subject=allowance.name,
        )
