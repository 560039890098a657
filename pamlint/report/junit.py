"""JUnit XML, which build servers show as a table of tests: what was proved passes, what was found fails."""

from __future__ import annotations

from pamlint.model.finding import Finding, Report, Verdict
from pamlint.report.escaping import visible
from pamlint.report.wording import sentence


def render(report: Report) -> str:
    """One suite; kept verdicts are passed tests, proved findings failures, unproven and not judged ones skipped."""
    from xml.etree import ElementTree as Xml

    suite = Xml.Element("testsuite", name="pamlint", timestamp=f"{report.today}T00:00:00")
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for verdict in report.verdicts:
        if verdict.state in ("satisfied", "blocked", "not-judged"):
            case = Xml.SubElement(suite, "testcase", classname=visible(verdict.role), name=_verdict_name(verdict))
            totals["tests"] += 1
            if verdict.state == "not-judged":
                Xml.SubElement(case, "skipped", message="not judged: the role is a peer only")
                totals["skipped"] += 1
    for finding in report.findings:
        classname = visible(", ".join(finding.roles)) or "pamlint"
        case = Xml.SubElement(suite, "testcase", classname=classname, name=_finding_name(finding))
        outcome = _outcome(finding)
        element = Xml.SubElement(case, outcome, message=visible(finding.message))
        element.text = _body(finding)
        totals["tests"] += 1
        totals[{"failure": "failures", "error": "errors", "skipped": "skipped"}[outcome]] += 1
    suite.attrib.update({name: str(number) for name, number in totals.items()})
    root = Xml.Element("testsuites", suite.attrib | {"name": "pamlint"})
    root.attrib.pop("timestamp")
    root.append(suite)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _outcome(finding: Finding) -> str:
    if finding.check == "unreadable-input":
        return "error"
    return "failure" if finding.certainty == "proved" and finding.severity != "info" else "skipped"


def _verdict_name(verdict: Verdict) -> str:
    estate = f"{verdict.estate}: " if verdict.estate else ""
    where = f" at {', '.join(verdict.acls)}" if verdict.acls else ""
    return visible(f"{estate}{verdict.flow} {verdict.direction}{where}")


def _finding_name(finding: Finding) -> str:
    where = finding.rule or finding.acl or (str(finding.location) if finding.location else finding.fingerprint[:8])
    what = " ".join(part for part in (finding.check, finding.flow, finding.direction) if part)
    return visible(f"{f'{finding.estate}: ' if finding.estate else ''}{what} at {where}")


def _body(finding: Finding) -> str:
    lines = [f"{finding.severity}, {finding.certainty}", str(finding.location or "")]
    lines += [sentence(row, finding.direction) for row in finding.traffic]
    lines += [f"unknown: {', '.join(finding.because)}" if finding.because else "", f"tip: {finding.tip}" if finding.tip else ""]
    lines.append(f"policy: {finding.source}" if finding.source else "")
    return "\n".join(visible(text) for text in lines if text)
