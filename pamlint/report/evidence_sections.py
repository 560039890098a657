"""The sections of an evidence document: a title, the PCI DSS requirements that it speaks to, and a table each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pamlint.model.evidence import AllowanceEvidence, Commit, Evidence, RuleEvidence
from pamlint.model.finding import Direction, Row
from pamlint.model.matrix import Line
from pamlint.model.resource import Input
from pamlint.report.evidence_findings import missing, others, suppressed, unproven
from pamlint.report.evidence_parts import Cell, Section, place, row
from pamlint.report.matrix_words import estates, players, remarks, service
from pamlint.report.tables import Column
from pamlint.report.wording import plain_sentence

STANDARD = "PCI DSS v4.0 (PCI Security Standards Council, March 2022); v4.0.1 (June 2024) numbers these requirements alike"
"""What the numbers are of."""


def sections(evidence: Evidence) -> tuple[Section, ...]:
    """All sections, in the order in which an auditor reads them."""
    return tuple(make(evidence) for make in SECTIONS)


def _inputs(evidence: Evidence) -> Section:
    report = evidence.report
    rows = [row(("policy",), (f"{used.id} {used.version}",), (used.sha256,)) for used in report.policies]
    rows += [row(("site file",), (site.path,), (site.sha256,)) for site in evidence.sites]
    rows += [_input(read) for read in report.inputs]
    rows += [row(("commit",), (commit.place,), _commit(commit)) for commit in evidence.commits]
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
    return row((read.kind,), (read.name, *estate), (read.sha256, *(() if read.complete else ("not read in whole",))))


def _commit(commit: Commit) -> Cell:
    if commit.sha is None:
        return (f"none: {commit.unknown}",)
    return (commit.sha, f"branch {commit.branch}" if commit.branch else "no branch is checked out")


def _scope(evidence: Evidence) -> Section:
    rows = [
        row((one.role, *((estate,) if estate else ())), one.networks or ("not known",), one.groups or ("none",))
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
        tuple(row((what,), (who,)) for what, who in rows),
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
    return row(
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
        tuple(row(*_rule(rule)[:2], (*_traffic(rule.unjustified, rule.direction), *rule.remarks)) for rule in found),
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
    return row(
        (each.name, *((each.estate,) if each.estate else ())),
        each.roles,
        (f"{each.direction or 'both ways'}, {each.service}", *each.peers),
        (each.reason,),
        (str(each.until or "none"), *(("expired",) if each.expired else ())),
        (*each.rules, *(("open still",) if each.expired else ())) if each.rules else ("no rule",),
    )


def _rule(rule: RuleEvidence) -> tuple[Cell, ...]:
    """The rule, its roles, what it opens, and for what."""
    perhaps = ("perhaps, by values that are not known",) if rule.rule.because else ()
    estate = (f"estate {rule.estate}",) if rule.estate else ()
    why = [f"flow {flow}" for flow in rule.flows] + [f"allowance {name}" for name in rule.allowances]
    why += ["the cloud's own health probes"] if rule.platform else []
    return row(
        (rule.rule.name, *place(rule.rule.location), *perhaps, *estate),
        rule.roles,
        _traffic(rule.traffic, rule.direction),
        why or ["nothing"],
    )


def _traffic(found: Iterable[Row], direction: Direction) -> Cell:
    return tuple(f"{direction} {plain_sentence(row, direction)}" for row in found)


SECTIONS: tuple[Callable[[Evidence], Section], ...] = (
    _inputs,
    _scope,
    _needed,
    _justified,
    _unjustified,
    _internet,
    missing,
    _allowances,
    suppressed,
    unproven,
    others,
    _review,
)
"""What makes each section, in their order."""
