"""Findings that the site file or a comment beside the block says to leave out; every one is counted, stale ones are said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from pamlint.model.acl import Acl, Network
from pamlint.model.finding import CHECKS, Finding, Suppressed
from pamlint.model.resource import Ignore, Location
from pamlint.model.site import IgnoreEntry, Site

UNRESOLVED = "unresolved-value"
_NOWHERE = ", which is at no group, NSG or rule; it has to stand on the first line of such a block, or right above it"


class Kept(NamedTuple):
    """What is told, which findings were left out, and what to say of entries that left out nothing."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    notes: tuple[str, ...]


def suppress(findings: Sequence[Finding], site: Site, network: Network, today: date, written: Iterable[Ignore] = ()) -> Kept:
    """Apply the site's `ignore` entries and the inline comments; `written` are comments wherever they stand."""
    entries = [entry for entry in site.ignore if entry.until is None or entry.until >= today]
    past = [entry for entry in site.ignore if entry not in entries]
    comments = list(_comments(network.acls))
    used: set[object] = set()
    kept: list[Finding] = []
    left_out: list[Suppressed] = []
    for finding in findings:
        by: list[IgnoreEntry | Ignore] = [entry for entry in entries if _matches(entry, finding)]
        by += [comment.ignore for comment in comments if comment.is_about(finding)]
        used.update(by)
        if by:
            left_out.append(_suppressed(finding, by[0]))
        else:
            kept.append(finding)
    kept = _still_asked(kept, [each.finding for each in left_out])
    notes = [f"{entry.location}: ignored {entry.check} until {entry.until}, which has passed: {entry.reason}" for entry in past]
    notes += [
        f"{entry.location}: nothing is ignored by this entry ({entry.check}); remove it" for entry in entries if entry not in used
    ]
    near = dict.fromkeys(comment.ignore for comment in comments)
    stale = {ignore: "; remove it" for ignore in near if ignore not in used}
    stale |= {ignore: _NOWHERE for ignore in written if ignore not in near}
    notes += [_stale(ignore, stale[ignore]) for ignore in sorted(stale, key=lambda ignore: ignore.location)]
    return Kept(tuple(kept), tuple(left_out), tuple(notes))


def _stale(ignore: Ignore, what_to_do: str) -> str:
    if ignore.check in CHECKS:
        return f"{ignore.location}: nothing is ignored by this comment ({ignore.check}){what_to_do}"
    from difflib import get_close_matches

    nearest = "".join(f"; perhaps `{name}` is meant" for name in get_close_matches(ignore.check, CHECKS, 1))
    return f"{ignore.location}: nothing is ignored by this comment, for there is no check `{ignore.check}`{nearest}"


def _suppressed(finding: Finding, by: IgnoreEntry | Ignore) -> Suppressed:
    """The finding with what the first entry or comment that leaves it out says."""
    return Suppressed(finding, by.reason, by.until if isinstance(by, IgnoreEntry) else None, by.location)


def _still_asked(kept: Sequence[Finding], left_out: Sequence[Finding]) -> list[Finding]:
    """The findings without the unknown values on which only findings that are left out hang."""
    asked = {reference for finding in kept if finding.check != UNRESOLVED for reference in finding.because}
    moot = {reference for finding in left_out for reference in finding.because} - asked
    return [
        finding for finding in kept if finding.check != UNRESOLVED or not finding.because or not moot.issuperset(finding.because)
    ]


class _Comment(NamedTuple):
    """An inline comment with the ACL, and the rule, that it stands beside; the places that tell the ACL from its namesakes."""

    acl: str
    rule: str | None
    ignore: Ignore
    places: frozenset[Location]

    def is_about(self, finding: Finding) -> bool:
        """Whether it is written for a finding."""
        if finding.check != self.ignore.check or finding.acl != self.acl or self.rule not in (None, finding.rule):
            return False
        return not self.places or finding.location is None or finding.location in self.places


def _comments(acls: Sequence[Acl]) -> Iterable[_Comment]:
    """Every inline comment. ACLs of several roots may have one address."""
    named = Counter(acl.address for acl in acls)
    for acl in acls:
        found = (acl.location, *(rule.location for rule in acl.rules)) if named[acl.address] > 1 else ()
        places = frozenset(place for place in found if place)
        yield from (_Comment(acl.address, None, ignore, places) for ignore in acl.ignores)
        for rule in acl.rules:
            yield from (_Comment(acl.address, rule.name, ignore, places) for ignore in rule.ignores)


def _matches(entry: IgnoreEntry, finding: Finding) -> bool:
    return entry.check == finding.check and _glob(entry.acl, finding.acl or "") and _glob(entry.rule, finding.rule or "")


def _glob(pattern: str, text: str) -> bool:
    """`*` is any run of characters, `?` one, nothing else is special; the whole string."""
    parts = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch(parts, text, re.DOTALL) is not None
