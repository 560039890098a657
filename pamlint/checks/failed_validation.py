"""A variable's validation fails."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.judging.judgement import Judgement
from pamlint.model.finding import Finding

ID = "failed-validation"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each variable."""
    for problem in judgement.problems:
        if problem.check == ID:
            yield Finding(
                ID,
                "medium",
                "proved",
                judgement.estate,
                problem.message,
                problem.tip,
                location=problem.location,
                subject=problem.subject,
            )
