"""What was found before, as text to read or as JSON: the list of runs, one run, the difference of two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pamlint.model.past import Change, Record, Run, Seen
from pamlint.report.escaping import visible
from pamlint.report.screen import PLAIN, SEVERITY_STYLES, Line, Screen, aligned, line, paint, wrapped
from pamlint.report.summary import count
from pamlint.report.wording import names

MARK = "history/1"


def runs_text(runs: Sequence[Run], screen: Screen = PLAIN) -> str:
    """A line a run, the newest first."""
    rows = [("run", "began", "", "read", "findings", "site")]
    rows += [
        (str(run.number), _moment(run.started), _state(run), _read(run), str(run.findings), f"{run.cloud}, {run.site}")
        for run in runs
    ]
    return paint(aligned([tuple(visible(cell) for cell in row) for row in rows]), screen)


def runs_json(runs: Sequence[Run]) -> str:
    """The list of runs as an object."""
    return _json({"runs": [_run(run) for run in runs]})


def record_text(record: Record, screen: Screen = PLAIN) -> str:
    """One run: when, what was read, what was not, and each finding with the time since which it is there."""
    unread = [scope.name for scope in record.scopes if not scope.complete]
    lines = [*_heading(record.run)]
    lines += wrapped(visible(f"not read: {names(unread, len(unread))}"), screen.width, (("  ", ""),), "    ") if unread else []
    lines += [line(), *_section("", record.findings, screen)]
    return paint(lines, screen)


def record_json(record: Record) -> str:
    """One run as an object."""
    scopes = [{"scope": scope.name, "complete": scope.complete} for scope in record.scopes]
    return _json({"run": _run(record.run), "scopes": scopes, "findings": [_seen(seen) for seen in record.findings]})


def change_text(change: Change, screen: Screen = PLAIN) -> str:
    """What came and what went between two runs, and how much stayed."""
    lines = [*_heading(change.old.run), *_heading(change.new.run), line()]
    for word, findings in (("came", change.came), ("went", change.went)):
        lines += _section(f"{word}  ", findings, screen)
    lines.append(line(f"{len(change.came)} came, {len(change.went)} went, {len(change.stayed)} stayed.", "bold"))
    for text in _cautions(change):
        lines += wrapped(visible(text), screen.width, indent="  ")
    return paint(lines, screen)


def change_json(change: Change) -> str:
    """The difference of two runs as an object."""
    parts = {"came": change.came, "went": change.went, "stayed": change.stayed}
    told = {name: [_seen(seen) for seen in findings] for name, findings in parts.items()}
    return _json({"old": _run(change.old.run), "new": _run(change.new.run), **told})


def _cautions(change: Change) -> Iterator[str]:
    """Why a finding may be in one run alone, without anything having changed."""
    if (change.old.run.cloud, change.old.run.site) != (change.new.run.cloud, change.new.run.site):
        yield "The two runs are of different site files, so their findings are hardly the same."
    for record, word in ((change.old, "came"), (change.new, "went")):
        unread = [scope.name for scope in record.scopes if not scope.complete]
        if not record.run.complete:
            told = f": {names(unread)}" if unread else ""
            yield f"Run {record.run.number} has not read everything{told}. What {word} there may only not have been seen."
    old, new = ({scope.name for scope in record.scopes} for record in (change.old, change.new))
    if old and new and old != new:
        yield f"Only in run {change.old.run.number}: {names(sorted(old - new)) or 'no scope'}; " + (
            f"only in run {change.new.run.number}: {names(sorted(new - old)) or 'no scope'}."
        )


def _heading(run: Run) -> list[Line]:
    ended = f" to {_moment(run.ended)}" if run.ended else ""
    text = f"{run.cloud}, {_moment(run.started)}{ended} UTC, {_state(run)}, {_read(run)}"
    return [((f"run {run.number}: ", "bold"), (visible(text), "")), line(f"  judged by {visible(run.site)}")]


def _section(lead: str, findings: Iterable[Seen], screen: Screen) -> list[Line]:
    lines: list[Line] = []
    for seen in findings:
        title = ((f"{lead}{seen.severity}[{seen.check}]", SEVERITY_STYLES[seen.severity]), (f" {seen.certainty}: ", ""))
        lines += wrapped(visible(seen.message), screen.width, title, "    ")
        lines += [
            line(f"    seen from {_moment(seen.first_seen)} to {_moment(seen.last_seen)}, {seen.fingerprint}", "dim"),
            line(),
        ]
    return lines or ([] if lead else [line("No findings.")])


def _moment(time: str) -> str:
    return time.replace("T", " ").removesuffix("Z")


def _state(run: Run) -> str:
    if run.state == "running":
        return "not ended"
    if run.state == "interrupted":
        return "interrupted"
    return "complete" if run.complete else "not complete"


def _read(run: Run) -> str:
    return f"{run.scopes - run.unread} of {count(run.scopes, 'scope')}" if run.unread else count(run.scopes, "scope")


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.number,
        "cloud": run.cloud,
        "site": run.site,
        "started": run.started,
        "ended": run.ended or None,
        "state": run.state,
        "complete": run.complete,
        "version": run.version,
        "scopes": run.scopes,
        "unread": run.unread,
        "findings": run.findings,
    }


def _seen(seen: Seen) -> dict[str, Any]:
    return {
        "fingerprint": seen.fingerprint,
        "check": seen.check,
        "severity": seen.severity,
        "certainty": seen.certainty,
        "estate": seen.estate,
        "acl": seen.acl,
        "rule": seen.rule,
        "message": seen.message,
        "first_seen": seen.first_seen,
        "last_seen": seen.last_seen,
    }


def _json(document: dict[str, Any]) -> str:
    import json

    return json.dumps({"pamlint": MARK, **document}, indent=2, ensure_ascii=True) + "\n"
