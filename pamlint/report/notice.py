"""New findings in the few lines that a chat, a ticket or a pager takes."""

from __future__ import annotations

from collections.abc import Sequence

from pamlint.model.finding import SEVERITIES, Finding
from pamlint.report.escaping import visible
from pamlint.report.summary import count

MOST = 20
"""So many findings are told one by one."""


def notice(findings: Sequence[Finding], cloud: str) -> tuple[str, str]:
    """A title and a text; the worst findings first."""
    worst = sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    numbers = {severity: sum(finding.severity == severity for finding in findings) for severity in SEVERITIES}
    told = ", ".join(f"{number} {severity}" for severity, number in numbers.items() if number)
    lines = [f"{finding.severity}[{finding.check}] {finding.certainty}: {visible(finding.message)}" for finding in worst[:MOST]]
    if len(worst) > MOST:
        lines.append(f"and {len(worst) - MOST} more")
    return f"pamlint audit {cloud}: {count(len(findings), 'new finding')} ({told})", "\n".join(lines)
