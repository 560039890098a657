"""The sections of an evidence document that findings make: what is missing, left out, not proved, and the rest."""

from __future__ import annotations

from collections.abc import Iterable

from pamlint.model.evidence import Evidence
from pamlint.model.finding import Finding, Suppressed
from pamlint.report.evidence_parts import Cell, Section, place, row
from pamlint.report.summary import not_judged
from pamlint.report.tables import Column

MISSING = ("missing-access", "reply-blocked", "unbound-role")
"""The checks that tell required access which is not there."""
FINDING_COLUMNS = (
    Column("Check", 16), Column("What", 70), Column("Where", 40),
)  # fmt: skip


def missing(evidence: Evidence) -> Section:
    """What the product needs and does not get."""
    found = [each for each in evidence.report.findings if each.check in MISSING and each.certainty == "proved"]
    about = "What the policy requires and the rules do not let through. No requirement of PCI DSS asks for it; the product does."
    none = "Nothing that is required is proved to be missing."
    return _listed("missing", "Required access that is missing", about, found, none)


def others(evidence: Evidence) -> Section:
    """What is in no other section."""
    told = {*MISSING, "extra-access", "blocked-access", "unresolved-value", "unreadable-input"}
    found = [each for each in evidence.report.findings if each.check not in told and each.certainty == "proved"]
    about = "Rules that do nothing, overwrite each other or serve no ordinary client, and the like."
    return _listed("others", "What else was found", about, found, "Nothing else was found.")


def _listed(name: str, title: str, about: str, found: Iterable[Finding], none: str) -> Section:
    """A section of findings, one a row."""
    return Section(name, title, (), about, FINDING_COLUMNS, tuple(_finding(each) for each in found), none)


def suppressed(evidence: Evidence) -> Section:
    """Findings that somebody chose to leave out."""
    return Section(
        "suppressed",
        "Findings that are left out",
        (),
        "Findings that the site file or a comment beside the code says to leave out. What they tell of is so nevertheless.",
        (Column("Check", 16), Column("What", 60), Column("Reason", 40), Column("Last day", 12), Column("Said at", 24)),
        tuple(_left_out(each) for each in evidence.suppressed),
        "No finding is left out.",
    )


def _left_out(each: Suppressed) -> tuple[Cell, ...]:
    finding = each.finding
    return row(
        (finding.check, *((finding.estate,) if finding.estate else ())),
        (finding.message,),
        (each.reason,),
        (str(each.until or "none"),),
        place(each.location),
    )


def unproven(evidence: Evidence) -> Section:
    """What is neither right nor wrong, and who is not judged."""
    report = evidence.report
    found = [
        each for each in report.findings if each.certainty == "unproven" or each.check in ("unresolved-value", "unreadable-input")
    ]
    rows = [row(*_finding(each)[:2], (*each.because, *place(each.location))) for each in found]
    rows += [row(("not judged",), (f"{each.acl}: {each.why}",), ()) for each in report.unjudged]
    peers, flows = not_judged(report)
    rows += [row(("not judged",), (f"{role} at its own end: it has no ACL here",), ()) for role in peers]
    rows += [row(("not judged",), (f"flow {flow}: nobody else is at its other end",), ()) for flow in flows]
    assumed = sorted({acl for verdict in report.verdicts for acl in verdict.assumed})
    rows += [row(("taken as absent",), (f"{acl}: its rules are not in the input",), ()) for acl in assumed]
    return Section(
        "unproven",
        "What could not be proved, and why",
        (),
        "Nothing of this is said to be right or wrong. Values that are named would settle it.",
        (Column("Check", 16), Column("What", 80), Column("It hangs on", 40)),
        tuple(rows),
        "Everything was proved.",
    )


def _finding(finding: Finding) -> tuple[Cell, ...]:
    return row(
        (finding.check, *((finding.estate,) if finding.estate else ())),
        (finding.message, *((finding.source,) if finding.source else ())),
        (*filter(None, (finding.rule or finding.acl,)), *place(finding.location)),
    )
