"""A value that decides verdicts could not be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pamlint.checks.wording import Judged, place_of, supply_text
from pamlint.judging.judgement import Judgement
from pamlint.model.acl import Acl
from pamlint.model.finding import Finding
from pamlint.model.resource import NOT_UNDERSTOOD, Location

ID = "unresolved-value"


def check(judgement: Judgement) -> Iterable[Finding]:
    """One finding for each reference and root, with how much hangs on it; limits of evaluation are told as they are."""
    told = {problem.subject for problem in judgement.problems}
    counts: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], Location | None] = {}
    for acls, because in _unproven(judgement):
        root = acls[0].root
        for reference in set(because):
            counts[reference, root] += 1
            places.setdefault((reference, root), _place(acls, reference))
    for (reference, root), count in sorted(counts.items()):
        if reference.removesuffix(NOT_UNDERSTOOD) in told:
            continue
        where = f" (root {root})" if root else ""
        yield Finding(
            ID,
            "info",
            "unproven",
            judgement.estate,
            f"`{reference}` is not known{where}, and {_verdicts(count)} on it.",
            supply_text((reference,)),
            because=(reference,),
            location=places[reference, root],
            subject=f"{reference} {root}",
        )
    for problem in judgement.problems:
        if problem.check == ID:
            hanging = sum(count for (reference, _), count in counts.items() if reference == problem.subject)
            yield Finding(
                ID,
                "info",
                "unproven",
                judgement.estate,
                f"{problem.message}; {_verdicts(hanging)} on it." if hanging else problem.message,
                problem.tip,
                location=problem.location,
                subject=problem.subject,
            )


def _verdicts(count: int) -> str:
    return "1 verdict hangs" if count == 1 else f"{count} verdicts hang"


def _unproven(judgement: Judgement) -> Iterator[tuple[tuple[Acl, ...], tuple[str, ...]]]:
    """What is not proved: the ACLs that it is about, and the references on which it hangs."""
    items: Iterable[Judged] = (
        *judgement.missing,
        *judgement.extra,
        *judgement.blocked,
        *judgement.implicit,
        *judgement.pinned,
        *judgement.replies,
        *judgement.half_open,
    )
    yield from ((item.unit.acls, item.residue.because) for item in items if item.residue.unproven)
    yield from (((hidden.acl,), hidden.because) for hidden in judgement.unreachable)
    yield from (((mixed.acl,), mixed.because) for mixed in judgement.mixed)


def _place(acls: Sequence[Acl], reference: str) -> Location | None:
    """The first rule that hangs on the reference."""
    for acl in acls:
        for rule in acl.rules:
            if reference in rule.unknown:
                return place_of(acl, rule)
    return place_of(acls[0])
