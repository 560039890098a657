"""Something to be linted could not be read."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding

ID = "unreadable-input"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each problem, and for each ACL that is too large to be proved."""
    for problem in judgement.problems:
        if problem.check == ID:
            yield Finding(
                ID,
                "high",
                "proved",
                judgement.estate,
                problem.message,
                problem.tip,
                location=problem.location,
                subject=problem.subject,
            )
    for acl, direction in judgement.too_large:
        yield Finding(
            ID,
            "high",
            "unproven",
            judgement.estate,
            f"The {direction} rules of {acl.address} fall into too many pieces to be proved; nothing is said about them.",
            "Split the ACL, or replace its many small denies by fewer, larger ones.",
            direction=direction,
            acl=acl.address,
            because=(acl.address,),
            location=acl.location,
        )
