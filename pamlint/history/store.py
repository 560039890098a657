"""Runs, their scopes and findings: written as an audit goes on, and asked about later."""

from __future__ import annotations

import os
import socket
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from pamlint import __version__
from pamlint.history.database import default_url, open_engine, reason, shown
from pamlint.history.tables import FINDING, RUN, SCOPE
from pamlint.model.errors import UserError
from pamlint.model.finding import Finding
from pamlint.model.past import Record, Run, RunState, ScopeRead, Seen
from pamlint.model.scope import Cloud, Scope

Value = TypeVar("Value", int, str)
STALE = 12
"""After so many hours what an unfinished run has read is read again."""


class Baseline(NamedTuple):
    """What was known before a run: the fingerprints that the last complete reading of each scope had, and when that began.

    `since` is the oldest of those runs' beginnings, empty if there is none; `unknown` are the scopes never read whole before.
    """

    fingerprints: frozenset[str]
    since: str
    unknown: tuple[str, ...]


def open_history(url: str | None = None, make: bool = True) -> History:
    """The history at a URL, else the user's own file, made where there is none; UserError where it cannot be used."""
    return History(open_engine(url or default_url(), make))


class History:
    """A database of runs. Every method is one transaction; UserError where the database does not do what it should."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, cloud: Cloud, site: str) -> int:
        """Remember that an audit begins; gives its number. What earlier runs of the site have kept to be resumed is dropped."""
        row = {"cloud": cloud, "site": site, "started": _moment(), "ended": "", "state": "running", "complete": False}
        with self._writing() as connection:
            kept = select(RUN.c.number, RUN.c.process).join(SCOPE, SCOPE.c.run == RUN.c.number)
            kept = kept.where(RUN.c.cloud == cloud, RUN.c.site == site, SCOPE.c.kept.is_not(None)).distinct()
            left = [earlier for earlier, process in connection.execute(kept) if not _alive(process)]
            for part in _parts(left):
                connection.execute(update(SCOPE).where(SCOPE.c.run.in_(part)).values(kept=None))
            made = connection.execute(insert(RUN).values(**row, version=__version__, process=_process()))
            return int((made.inserted_primary_key or (0,))[0])

    def resume(self, cloud: Cloud, site: str) -> Run | None:
        """Go on with the last run of the site, if it has not read everything; UserError while another process is at it.

        One that began more than STALE hours ago is none to go on with: what it has read is no longer what is live.
        """
        with self._writing() as connection:
            last = select(func.max(RUN.c.number)).where(RUN.c.cloud == cloud, RUN.c.site == site).scalar_subquery()
            found = connection.execute(_runs().where(RUN.c.number == last)).one_or_none()
            if found is None or (found.state == "ended" and found.complete) or found.started < _moment(-STALE):
                return None
            process = connection.scalars(select(RUN.c.process).where(RUN.c.number == found.number)).one()
            if _alive(process):
                raise UserError(f"--resume: run {found.number} is still going on (process {process.rpartition(':')[2]})")
            going = update(RUN).where(RUN.c.number == found.number)
            connection.execute(going.values(state="running", ended="", process=_process()))
            return _run(found)

    def kept(self, number: int) -> Mapping[tuple[str, str], str]:
        """What a run has read whole, by the name and the role of each scope."""
        with self._reading() as connection:
            query = select(SCOPE.c.name, SCOPE.c.role, SCOPE.c.kept).where(
                SCOPE.c.run == number, SCOPE.c.complete, SCOPE.c.kept.is_not(None)
            )
            return {(name, role): zlib.decompress(kept).decode() for name, role, kept in connection.execute(query)}

    def keep(self, number: int, scope: Scope, complete: bool, text: str) -> None:
        """Remember what was read of a scope until the run has read everything."""
        kept = zlib.compress(text.encode()) if complete else None
        with self._writing() as connection:
            connection.execute(delete(SCOPE).where(SCOPE.c.run == number, SCOPE.c.name == scope.name))
            row = {"run": number, "name": scope.name, "role": scope.role, "complete": complete, "kept": kept}
            connection.execute(insert(SCOPE).values(row))

    def end(self, number: int, state: RunState, complete: bool, scopes: Sequence[ScopeRead], findings: Sequence[Finding]) -> None:
        """Remember what came out of a run that covers these scopes; what it has kept is dropped if nothing is left to be read."""
        rows = [_finding_row(number, place, finding) for place, finding in enumerate(findings)]
        with self._writing() as connection:
            told = set(connection.scalars(select(SCOPE.c.name).where(SCOPE.c.run == number)))
            left = [
                {"run": number, "name": scope.name, "role": "", "complete": scope.complete, "kept": None}
                for scope in scopes
                if scope.name not in told
            ]
            for part in _parts(sorted(told - {scope.name for scope in scopes})):
                connection.execute(delete(SCOPE).where(SCOPE.c.run == number, SCOPE.c.name.in_(part)))
            connection.execute(delete(FINDING).where(FINDING.c.run == number))
            for table, new in ((SCOPE, left), (FINDING, rows)):
                if new:
                    connection.execute(insert(table), new)
            if complete:
                connection.execute(update(SCOPE).where(SCOPE.c.run == number).values(kept=None))
            ended = update(RUN).where(RUN.c.number == number)
            connection.execute(ended.values(state=state, ended=_moment(), complete=complete, version=__version__))

    def baseline(self, cloud: Cloud, site: str, names: Collection[str], before: int | None) -> Baseline:
        """What the last run of the site that read each of these scopes whole had found, before a run (None: before now)."""
        wanted = set(names)
        with self._reading() as connection:
            query = (
                select(SCOPE.c.name, func.max(SCOPE.c.run))
                .join(RUN, RUN.c.number == SCOPE.c.run)
                .where(RUN.c.cloud == cloud, RUN.c.site == site, RUN.c.state == "ended", SCOPE.c.complete)
                .group_by(SCOPE.c.name)
            )
            if before is not None:
                query = query.where(RUN.c.number < before)
            last = {name: number for name, number in connection.execute(query) if name in wanted}
            runs = sorted(set(last.values()))
            found: set[str] = set()
            for part in _parts(runs):
                found.update(connection.scalars(select(FINDING.c.fingerprint).where(FINDING.c.run.in_(part)).distinct()))
            since = connection.scalar(select(RUN.c.started).where(RUN.c.number == runs[0])) if runs else ""
        return Baseline(frozenset(found), since or "", tuple(sorted(wanted - last.keys())))

    def runs(self) -> tuple[Run, ...]:
        """Every run, the newest first."""
        with self._reading() as connection:
            return tuple(_run(row) for row in connection.execute(_runs().order_by(RUN.c.number.desc())))

    def record(self, number: int) -> Record:
        """All that is remembered of a run; UserError if there is no such run."""
        with self._reading() as connection:
            row = connection.execute(_runs().where(RUN.c.number == number)).one_or_none()
            if row is None:
                raise UserError(f"there is no run {number}; `pamlint history` lists those that there are")
            scopes = connection.execute(
                select(SCOPE.c.name, SCOPE.c.complete).where(SCOPE.c.run == number).order_by(SCOPE.c.name)
            )
            read = tuple(ScopeRead(name, complete) for name, complete in scopes)
            findings = tuple(Seen(*found) for found in connection.execute(_seen(number, row.site)))
            return Record(_run(row), read, findings)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise UserError(f"--history: {shown(self._engine.url)} cannot be used: {reason(error)}") from None

    _reading = _writing


def _runs() -> Select[Any]:
    """Every run with how much it read, could not read and found."""
    scopes = select(func.count()).where(SCOPE.c.run == RUN.c.number).scalar_subquery()
    unread = select(func.count()).where(SCOPE.c.run == RUN.c.number, SCOPE.c.complete.is_(False)).scalar_subquery()
    findings = select(func.count()).where(FINDING.c.run == RUN.c.number).scalar_subquery()
    columns = (RUN.c.number, RUN.c.cloud, RUN.c.site, RUN.c.started, RUN.c.ended, RUN.c.state, RUN.c.complete, RUN.c.version)
    return select(*columns, scopes.label("scopes"), unread.label("unread"), findings.label("findings"))


def _run(row: Any) -> Run:
    return Run(*row)


def _seen(number: int, site: str) -> Select[Any]:
    """The findings of a run with the first and the last time that the same site file had them."""
    times = (
        select(FINDING.c.fingerprint, func.min(RUN.c.started).label("first"), func.max(RUN.c.started).label("last"))
        .join(RUN, RUN.c.number == FINDING.c.run)
        .where(RUN.c.site == site)
        .group_by(FINDING.c.fingerprint)
        .subquery()
    )
    told = (FINDING.c.fingerprint, FINDING.c.check_name, FINDING.c.severity, FINDING.c.certainty, FINDING.c.estate)
    return (
        select(*told, FINDING.c.acl, FINDING.c.rule, FINDING.c.message, times.c.first, times.c.last)
        .join(times, times.c.fingerprint == FINDING.c.fingerprint)
        .where(FINDING.c.run == number)
        .order_by(FINDING.c.place)
    )


def _finding_row(number: int, place: int, finding: Finding) -> dict[str, Any]:
    return {
        "run": number,
        "place": place,
        "fingerprint": finding.fingerprint,
        "check_name": finding.check,
        "severity": finding.severity,
        "certainty": finding.certainty,
        "estate": finding.estate,
        "acl": finding.acl,
        "rule": finding.rule,
        "message": finding.message,
    }


def _parts(values: Sequence[Value], most: int = 500) -> Iterator[Sequence[Value]]:
    """So many at a time as every database takes in one statement."""
    return (values[start : start + most] for start in range(0, len(values), most))


def _moment(hours: int = 0) -> str:
    """The time in so many hours."""
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _process() -> str:
    return f"{socket.gethostname()[:200]}:{os.getpid()}"


def _alive(process: str) -> bool:
    """Whether another process of this machine still runs; of other machines nobody knows, and a killed one cannot say."""
    host, _, number = process.rpartition(":")
    if os.name != "posix" or host != socket.gethostname()[:200] or not number.isdigit() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
