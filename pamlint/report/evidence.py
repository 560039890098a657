"""The evidence document: HTML and Markdown to read, JSON to work with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from pamlint.model.evidence import Commit, Evidence, RuleEvidence
from pamlint.report import web
from pamlint.report.escaping import in_markdown
from pamlint.report.evidence_parts import Section
from pamlint.report.evidence_sections import STANDARD, sections
from pamlint.report.json import document as report_document
from pamlint.report.json import finding_document, location, row
from pamlint.report.matrix_json import line_document
from pamlint.report.summary import count, not_judged


def html(evidence: Evidence) -> str:
    """One page that needs nothing else."""
    return web.render("evidence.html", evidence=evidence, sections=sections(evidence), facts=facts(evidence), standard=STANDARD)


def markdown(evidence: Evidence) -> str:
    """The same sections, each table as a pipe table."""
    lines = ["# Evidence: network rules of privileged access management", ""]
    lines += [f"- {name}: {in_markdown(text)}" for name, text in facts(evidence)]
    for number, section in enumerate(sections(evidence), 1):
        lines += ["", f"## {number}. {section.title}", ""]
        if section.requirements:
            lines += [f"PCI DSS {', '.join(section.requirements)}", ""]
        lines += [in_markdown(section.about), "", *_table(section)]
    return "\n".join([*lines, "", f"Requirement numbers: {in_markdown(STANDARD)}."]) + "\n"


def _table(section: Section) -> list[str]:
    if not section.rows:
        return [section.nothing]
    head = [f"| {' | '.join(column.heading for column in section.columns)} |", "|---" * len(section.columns) + "|"]
    return head + [f"| {' | '.join('<br>'.join(in_markdown(part) for part in cell) for cell in line)} |" for line in section.rows]


def facts(evidence: Evidence) -> list[tuple[str, str]]:
    """What stands at the top: the day, the review, the counts, and whether everything was read and settled."""
    report = evidence.report
    standing = Counter(rule.standing for rule in evidence.rules)
    states = Counter(line.state for line in evidence.lines)
    told = [f"{number} {name}" for name, number in sorted(standing.items())]
    return [
        ("Day of this review (PCI DSS 1.2.7)", report.today.isoformat()),
        ("To be reviewed again by (PCI DSS 1.2.7)", evidence.review.isoformat()),
        ("Policy", ", ".join(f"{used.id} {used.version}" for used in report.policies)),
        ("Allow rules", f"{count(sum(standing.values()), 'rule')}: {', '.join(told)}" if told else "none that opens anything"),
        ("Lines of the port matrix", ", ".join(f"{number} {state}" for state, number in sorted(states.items(), key=str))),
        ("Findings", f"{len(report.findings)}, and {len(evidence.suppressed)} left out"),
        ("Everything was read", "yes" if report.complete else "no: see what could not be proved"),
        ("Everything was settled", _settled(evidence)),
        ("Made by", f"pamlint {report.version}"),
    ]


def _settled(evidence: Evidence) -> str:
    if not evidence.report.settled:
        return "no: see what could not be proved"
    return "yes, but for the ends of those who are outside" if any(not_judged(evidence.report)) else "yes"


def json(evidence: Evidence) -> str:
    """One object in ASCII, indented, with a line end; `pamlint schema evidence` describes it."""
    import json as standard

    return standard.dumps(document(evidence), indent=2, ensure_ascii=True) + "\n"


def document(evidence: Evidence) -> dict[str, Any]:
    """The evidence as plain values; `report` is what `lint --format json` tells."""
    return {
        "pamlint": "evidence/1",
        "tool": {"version": evidence.report.version},
        "today": evidence.report.today.isoformat(),
        "review": evidence.review.isoformat(),
        "standard": STANDARD,
        "sections": [
            {"section": each.key, "title": each.title, "requirements": list(each.requirements)} for each in sections(evidence)
        ],
        "sites": [{"path": site.path, "sha256": site.sha256} for site in evidence.sites],
        "commits": [_commit(commit) for commit in evidence.commits],
        "lines": [line_document(line) for line in evidence.lines],
        "rules": [_rule(rule) for rule in evidence.rules],
        "allowances": [
            {
                "estate": each.estate,
                "name": each.name,
                "roles": list(each.roles),
                "direction": each.direction,
                "service": each.service,
                "peers": list(each.peers),
                "reason": each.reason,
                "until": each.until.isoformat() if each.until else None,
                "expired": each.expired,
                "rules": list(each.rules),
            }
            for each in evidence.allowances
        ],
        "suppressed": [
            {
                "finding": finding_document(each.finding),
                "reason": each.reason,
                "until": each.until.isoformat() if each.until else None,
                "location": location(each.location),
            }
            for each in evidence.suppressed
        ],
        "report": report_document(evidence.report),
    }


def _commit(commit: Commit) -> dict[str, Any]:
    return {"place": commit.place, "sha": commit.sha, "branch": commit.branch, "unknown": commit.unknown or None}


def _rule(rule: RuleEvidence) -> dict[str, Any]:
    return {
        "estate": rule.estate,
        "acl": rule.acl,
        "rule": rule.rule.name,
        "location": location(rule.rule.location),
        "direction": rule.direction,
        "roles": list(rule.roles),
        "standing": rule.standing,
        "traffic": [row(each) for each in rule.traffic],
        "flows": list(rule.flows),
        "allowances": list(rule.allowances),
        "platform": rule.platform,
        "unjustified": [row(each) for each in rule.unjustified],
        "doubtful": [row(each) for each in rule.doubtful],
        "because": list(rule.because),
        "internet": rule.internet,
        "default": rule.default,
        "remarks": list(rule.remarks),
    }


FORMATS: dict[str, Callable[[Evidence], str]] = {"markdown": markdown, "html": html, "json": json}
"""Each format's name and what makes evidence into it. All of them are pure: the same evidence gives the same string."""
