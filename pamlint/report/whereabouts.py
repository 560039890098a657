"""A place for every finding, for services that show none without one."""

from __future__ import annotations

from pamlint.model.finding import Finding, Report
from pamlint.model.resource import Location


def whereabouts(finding: Finding, report: Report) -> Location | None:
    """The finding's own place, else the beginning of the first file that was read."""
    if finding.location is not None:
        return finding.location
    files = [file for read in report.inputs for file in read.files or (read.name,)]
    return Location(files[0], 1) if files else None
