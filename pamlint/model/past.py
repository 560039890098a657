"""What was found before: runs of audits, what they read, and since when each finding has been there."""

from __future__ import annotations

from typing import Literal

from pamlint.model.finding import Certainty, Severity
from pamlint.model.noun import noun
from pamlint.model.scope import Cloud

RunState = Literal["running", "interrupted", "ended"]
"""`running` is also what is left of a run that was killed."""


@noun
class Run:
    """One audit. Times are UTC, as `2026-11-23T04:05:06Z`; `ended` is empty while it goes on. `site` is the site file's path.

    `complete` says that everything was read; `scopes` and `unread` count what was to be read and what could not be.
    """

    number: int
    cloud: Cloud
    site: str
    started: str
    ended: str
    state: RunState
    complete: bool
    version: str
    scopes: int = 0
    unread: int = 0
    findings: int = 0


@noun
class Seen:
    """A finding as a run had it, and the first and the last run of the same site file that had it, by when they began."""

    fingerprint: str
    check: str
    severity: Severity
    certainty: Certainty
    estate: str | None
    acl: str | None
    rule: str | None
    message: str
    first_seen: str
    last_seen: str


@noun
class ScopeRead:
    """A scope of a run, and whether all of it was read."""

    name: str
    complete: bool


@noun
class Record:
    """All that is remembered of one run."""

    run: Run
    scopes: tuple[ScopeRead, ...]
    findings: tuple[Seen, ...]


@noun
class Change:
    """What differs between two runs: findings that came, went and stayed."""

    old: Record
    new: Record
    came: tuple[Seen, ...]
    went: tuple[Seen, ...]
    stayed: tuple[Seen, ...]


def change(old: Record, new: Record) -> Change:
    """The findings of two runs held against each other by their fingerprints."""
    before = {seen.fingerprint for seen in old.findings}
    after = {seen.fingerprint for seen in new.findings}
    return Change(
        old,
        new,
        tuple(seen for seen in new.findings if seen.fingerprint not in before),
        tuple(seen for seen in old.findings if seen.fingerprint not in after),
        tuple(seen for seen in new.findings if seen.fingerprint in before),
    )
