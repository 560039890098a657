"""The sections of an evidence document: a title, the PCI DSS requirements that it speaks to, and a table each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pamlint.model.evidence import AllowanceEvidence, Commit, Evidence, RuleEvidence
from pamlint.model.finding import Direction, Finding, Row, Suppressed
from pamlint.model.matrix import Line
from pamlint.model.resource import Input, Location
from pamlint.report.matrix_words import estates, players, remarks, service
from pamlint.report.summary import not_judged
from pamlint.report.tables import Column
from pamlint.report.wording import plain_sentence

STANDARD = "PCI DSS v4.0 (PCI Security Standards Council, March 2022); v4.0.1 (June 2024) numbers these requirements alike"
"""What the numbers are of."""
MISSING = ("missing-access", "reply-blocked", "unbound-role")
"""The checks that tell required access which is not there."""

Cell = tuple[str, ...]
"""The lines of a cell."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section; `requirements` are numbers of PCI DSS. `nothing` is what is said where the table would be empty."""

    key: str
    title: str
    requirements: tuple[str, ...]
    about: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    nothing: str


def sections(evidence: Evidence) -> tuple[Section, ...]:
    """All sections, in the order in which an auditor reads them."""
    return tuple(make(evidence) for make in SECTIONS)


def _inputs(evidence: Evidence) -> Section:
    report = evidence.report
    rows = [_row(("policy",), (f"{used.id} {used.version}",), (used.sha256,)) for used in report.policies]
    rows += [_row(("site file",), (site.path,), (site.sha256,)) for site in evidence.sites]
    rows += [_input(read) for read in report.inputs]
    rows += [_row(("commit",), (commit.place,), _commit(commit)) for commit in evidence.commits]
    return Section(
        "inputs",
        "What was judged",
        (),
        "Each hash is SHA-256: of a policy, a site file or a document over its bytes, of a root module over its files. A commit "
        "is the one that is checked out; whether files were changed since, their hashes tell.",
        (Column("What", 14), Column("Name", 46), Column("Hash or commit", 70)),
        tuple(rows),
        "Nothing was read.",
    )


def _input(read: Input) -> tuple[Cell, ...]:
    estate = (f"estate {read.estate}",) if read.estate else ()
    return _row((read.kind,), (read.name, *estate), (read.sha256, *(() if read.complete else ("not read in whole",))))


def _commit(commit: Commit) -> Cell:
    if commit.sha is None:
        return (f"none: {commit.unknown}",)
    return (commit.sha, f"branch {commit.branch}" if commit.branch else "no branch is checked out")


def _scope(evidence: Evidence) -> Section:
    rows = [
        _row((one.role, *((estate,) if estate else ())), one.networks or ("not known",), one.groups or ("none",))
        for estate, lines in estates(evidence.lines)
        for one in players(lines)
    ]
    return Section(
        "scope",
        "Scope: who plays which role",
        (),
        "The roles of the policy at this site, with their networks, and the groups, machines and names that they are bound to.",
        (Column("Role", 22), Column("Networks", 28), Column("Groups, machines and names", 70)),
        tuple(rows),
        "No role is in use.",
    )


def _review(evidence: Evidence) -> Section:
    rows = [("Reviewed on", str(evidence.report.today)), ("To be reviewed again by", str(evidence.review))]
    rows += [("Reviewed by", ""), ("Approved by", "")]
    return Section(
        "review",
        "Review",
        ("1.2.7",),
        "The rules are looked at again six months after this day at the latest.",
        (Column("What", 24), Column("Who or when", 76)),
        tuple(_row((what,), (who,)) for what, who in rows),
        "",
    )


def _needed(evidence: Evidence) -> Section:
    return Section(
        "needed",
        "Services, protocols and ports that are needed, and why",
        ("1.2.5",),
        "Every flow of the policy that this site uses, with its business need, where that is written, and what has become of it.",
        (
            Column("From", 20), Column("To", 20), Column("Service", 16), Column("Need", 12, coloured=True),
            Column("State", 13, coloured=True), Column("Why", 60),
        ),
        tuple(_line(line) for line in evidence.lines),
        "No flow is in use.",
    )  # fmt: skip


def _line(line: Line) -> tuple[Cell, ...]:
    return _row(
        (line.source.role, *(line.source.networks or line.source.groups)),
        (line.destination.role, *(line.destination.networks or line.destination.groups)),
        (service(line), *((line.estate,) if line.estate else ())),
        (line.need,),
        (line.state or "",),
        (f"{line.flow}: {line.why}", f"{line.reference} ({line.confidence})", *remarks(line)),
    )


RULE_COLUMNS = (
    Column("Rule", 40), Column("Roles", 18), Column("What it opens", 40), Column("Justified by", 28),
)  # fmt: skip


def _justified(evidence: Evidence) -> Section:
    return Section(
        "justified",
        "Open access, and what justifies it",
        ("1.2.5",),
        "Every allow rule that opens something, with what it and the rest of its chain let through, and the flows and allowances "
        "that ask for it. The part that nothing asks for is in the next section.",
        (*RULE_COLUMNS, Column("Standing", 13, coloured=True)),
        tuple((*_rule(rule), _standing(rule)) for rule in evidence.rules if rule.standing != "idle"),
        "No rule opens anything.",
    )


def _standing(rule: RuleEvidence) -> Cell:
    return (rule.standing, *rule.remarks, *(("added by the cloud",) if rule.default else ()))


def _unjustified(evidence: Evidence) -> Section:
    found = [rule for rule in evidence.rules if rule.unjustified]
    return Section(
        "unjustified",
        "Open access without a justification",
        ("1.2.5", "1.3.1", "1.3.2"),
        "What is proved to be open and no flow and no allowance asks for, and what must be blocked and is open. 1.3.1 and 1.3.2 "
        "are about traffic into and out of the cardholder data environment, where a role stands in it.",
        (Column("Rule", 40), Column("Roles", 18), Column("What nothing asks for", 60)),
        tuple(_row(*_rule(rule)[:2], (*_traffic(rule.unjustified, rule.direction), *rule.remarks)) for rule in found),
        "Nothing is open that no flow and no allowance asks for.",
    )


def _internet(evidence: Evidence) -> Section:
    found = [rule for rule in evidence.rules if rule.internet and rule.direction == "ingress"]
    return Section(
        "internet",
        "Open to the Internet",
        ("1.4.2",),
        "Rules that let the Internet at large in, justified or not.",
        (*RULE_COLUMNS, Column("Standing", 13, coloured=True)),
        tuple((*_rule(rule), _standing(rule)) for rule in found),
        "No rule lets the Internet at large in.",
    )


def _missing(evidence: Evidence) -> Section:
    found = [each for each in evidence.report.findings if each.check in MISSING and each.certainty == "proved"]
    return Section(
        "missing",
        "Required access that is missing",
        (),
        "What the policy requires and the rules do not let through. No requirement of PCI DSS asks for it; the product does.",
        FINDING_COLUMNS,
        tuple(_finding(each) for each in found),
        "Nothing that is required is proved to be missing.",
    )


FINDING_COLUMNS = (
    Column("Check", 16), Column("What", 70), Column("Where", 40),
)  # fmt: skip


def _finding(finding: Finding) -> tuple[Cell, ...]:
    return _row(
        (finding.check, *((finding.estate,) if finding.estate else ())),
        (finding.message, *((finding.source,) if finding.source else ())),
        (*filter(None, (finding.rule or finding.acl,)), *_place(finding.location)),
    )


def _others(evidence: Evidence) -> Section:
    told = {*MISSING, "extra-access", "blocked-access", "unresolved-value", "unreadable-input"}
    found = [each for each in evidence.report.findings if each.check not in told and each.certainty == "proved"]
    return Section(
        "others",
        "What else was found",
        (),
        "Rules that do nothing, overwrite each other or serve no ordinary client, and the like.",
        FINDING_COLUMNS,
        tuple(_finding(each) for each in found),
        "Nothing else was found.",
    )


def _allowances(evidence: Evidence) -> Section:
    return Section(
        "allowances",
        "Allowances",
        ("1.2.5",),
        "What this site permits besides the policy, with the reason that it gives and the last day.",
        (
            Column("Allowance", 20), Column("Roles", 18), Column("Traffic", 34), Column("Reason", 40), Column("Last day", 14),
            Column("Open by", 40),
        ),
        tuple(_allowance(each) for each in evidence.allowances),
        "The site permits nothing besides the policy.",
    )  # fmt: skip


def _allowance(each: AllowanceEvidence) -> tuple[Cell, ...]:
    return _row(
        (each.name, *((each.estate,) if each.estate else ())),
        each.roles,
        (f"{each.direction or 'both ways'}, {each.service}", *each.peers),
        (each.reason,),
        (str(each.until or "none"), *(("expired",) if each.expired else ())),
        (*each.rules, *(("open still",) if each.expired else ())) if each.rules else ("no rule",),
    )


def _suppressed(evidence: Evidence) -> Section:
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
    return _row(
        (finding.check, *((finding.estate,) if finding.estate else ())),
        (finding.message,),
        (each.reason,),
        (str(each.until or "none"),),
        _place(each.location),
    )


def _unproven(evidence: Evidence) -> Section:
    report = evidence.report
    found = [
        each for each in report.findings if each.certainty == "unproven" or each.check in ("unresolved-value", "unreadable-input")
    ]
    rows = [_row(*_finding(each)[:2], (*each.because, *_place(each.location))) for each in found]
    rows += [_row(("not judged",), (f"{each.acl}: {each.why}",), ()) for each in report.unjudged]
    peers, flows = not_judged(report)
    rows += [_row(("not judged",), (f"{role} at its own end: it has no ACL here",), ()) for role in peers]
    rows += [_row(("not judged",), (f"flow {flow}: nobody else is at its other end",), ()) for flow in flows]
    assumed = sorted({acl for verdict in report.verdicts for acl in verdict.assumed})
    rows += [_row(("taken as absent",), (f"{acl}: its rules are not in the input",), ()) for acl in assumed]
    return Section(
        "unproven",
        "What could not be proved, and why",
        (),
        "Nothing of this is said to be right or wrong. Values that are named would settle it.",
        (Column("Check", 16), Column("What", 80), Column("It hangs on", 40)),
        tuple(rows),
        "Everything was proved.",
    )


def _row(*cells: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(tuple(cell) for cell in cells)


def _rule(rule: RuleEvidence) -> tuple[Cell, ...]:
    """The rule, its roles, what it opens, and for what."""
    place = _place(rule.rule.location)
    perhaps = ("perhaps, by values that are not known",) if rule.rule.because else ()
    estate = (f"estate {rule.estate}",) if rule.estate else ()
    why = [f"flow {flow}" for flow in rule.flows] + [f"allowance {name}" for name in rule.allowances]
    why += ["the cloud's own health probes"] if rule.platform else []
    return _row(
        (rule.rule.name, *place, *perhaps, *estate), rule.roles, _traffic(rule.traffic, rule.direction), why or ["nothing"]
    )


def _traffic(found: Iterable[Row], direction: Direction) -> Cell:
    return tuple(f"{direction} {plain_sentence(row, direction)}" for row in found)


def _place(location: Location | None) -> Cell:
    return (f"{location.file}:{location.line}",) if location else ()


SECTIONS: tuple[Callable[[Evidence], Section], ...] = (
    _inputs,
    _scope,
    _needed,
    _justified,
    _unjustified,
    _internet,
    _missing,
    _allowances,
    _suppressed,
    _unproven,
    _others,
    _review,
)
"""What makes each section, in their order."""
