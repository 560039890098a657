"""What is remembered of audits: in a file, and in a PostgreSQL server of the tests' own."""

from __future__ import annotations

import json
import multiprocessing
import os
import pwd
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pamlint.history import History, open_history
from pamlint.model.errors import UserError
from pamlint.model.finding import Finding
from pamlint.model.past import ScopeRead, change
from pamlint.model.scope import Scope
from tests.history.postgresql import server

SITE = "/etc/pamlint/pamlint.yaml"
A, B = Scope("aws", "111122223333", "eu-west-1"), Scope("aws", "111122223333", "us-east-1", "arn:aws:iam::1:role/x")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """One server for all tests of this file."""
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/history.sqlite"
    import psycopg

    given: str = request.getfixturevalue("postgresql")
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
    return given


def finding(acl: str, message: str = "said") -> Finding:
    """A finding that differs from others in its ACL."""
    return Finding("extra-access", "high", "proved", None, message, "tip", acl=acl, rule=f"{acl}-rule")


@contextmanager
def shared() -> Iterator[Path]:
    """A folder that all may enter; whoever gives rights up meanwhile has them back at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pamlint-history-"))
    folder.chmod(0o755)
    user = os.geteuid()
    try:
        yield folder
    finally:
        os.seteuid(user)
        shutil.rmtree(folder)


def audit(history: History, *acls: str, whole: tuple[Scope, ...] = (A, B), torn: tuple[Scope, ...] = ()) -> int:
    """One audit from its beginning to its end, with a finding for each ACL."""
    number = history.begin("aws", SITE)
    for scope in (*whole, *torn):
        history.keep(number, scope, scope in whole, f"{number} {scope.name}")
    scopes = [ScopeRead(scope.name, scope in whole) for scope in (*whole, *torn)]
    history.end(number, "ended", not torn, scopes, [finding(acl) for acl in acls])
    return number


def fingerprints(*acls: str) -> frozenset[str]:
    return frozenset(finding(acl).fingerprint for acl in acls)


def test_a_run_is_remembered(url: str) -> None:
    """Its scopes, whether all was read, and its findings with the first and the last time that they were seen."""
    history = open_history(url)
    first, second = audit(history, "sg-1", "sg-2"), audit(history, "sg-2", "sg-3", whole=(A,), torn=(B,))
    history = open_history(url)
    runs = history.runs()
    assert [(run.number, run.state, run.complete, run.scopes, run.unread, run.findings) for run in runs] == [
        (second, "ended", False, 2, 1, 2),
        (first, "ended", True, 2, 0, 2),
    ]
    record = history.record(second)
    assert record.scopes == (ScopeRead(A.name, True), ScopeRead(B.name, False))
    assert [(seen.acl, seen.first_seen, seen.last_seen) for seen in record.findings] == [
        ("sg-2", runs[1].started, runs[0].started),
        ("sg-3", runs[0].started, runs[0].started),
    ]
    seen = record.findings[0]
    assert (seen.fingerprint, seen.check, seen.severity, seen.certainty, seen.rule, seen.message) == (
        finding("sg-2").fingerprint,
        "extra-access",
        "high",
        "proved",
        "sg-2-rule",
        "said",
    )
    told = change(history.record(first), record)
    assert [[one.acl for one in part] for part in (told.came, told.went, told.stayed)] == [["sg-3"], ["sg-1"], ["sg-2"]]
    with pytest.raises(UserError, match="there is no run 99"):
        history.record(99)


def test_what_was_known_is_what_each_scope_s_last_whole_reading_had(url: str) -> None:
    """A region that could not be read is held against the run that read it; a new one against nothing; another site counts not."""
    history = open_history(url)
    assert history.baseline("aws", SITE, [A.name], None) == (frozenset(), "", (A.name,))
    old = audit(history, "sg-1")
    new = audit(history, "sg-2", whole=(A,), torn=(B,))
    assert history.baseline("aws", SITE, [A.name], None).fingerprints == fingerprints("sg-2")
    assert history.baseline("aws", SITE, [A.name], new).fingerprints == fingerprints("sg-1")
    both = history.baseline("aws", SITE, [A.name, B.name, "aws/new"], None)
    assert (both.fingerprints, both.unknown) == (fingerprints("sg-1", "sg-2"), ("aws/new",))
    assert both.since == next(run.started for run in history.runs() if run.number == old)
    assert history.baseline("aws", "/other.yaml", [A.name], None).fingerprints == frozenset()
    assert history.baseline("azure", SITE, [A.name], None).fingerprints == frozenset()
    killed = history.begin("aws", SITE)
    history.keep(killed, A, True, "x")
    assert history.baseline("aws", SITE, [A.name], None).fingerprints == fingerprints("sg-2")


def test_a_run_that_was_killed_goes_on(url: str) -> None:
    """What it read whole is there, by scope and role; what it read in part is not; the end takes it away."""
    history = open_history(url)
    assert history.resume("aws", SITE) is None
    number = history.begin("aws", SITE)
    history.keep(number, A, True, "ä {}")
    history.keep(number, B, False, "torn")
    run = open_history(url).resume("aws", SITE)
    assert run is not None
    assert (run.number, run.state, run.scopes, run.unread) == (number, "running", 2, 1)
    assert history.resume("aws", "/other.yaml") is None
    assert history.kept(number) == {(A.name, ""): "ä {}"}
    history.keep(number, B, True, "whole")
    assert history.kept(number) == {(A.name, ""): "ä {}", (B.name, B.role): "whole"}
    read = [ScopeRead(A.name, True), ScopeRead(B.name, True)]
    history.end(number, "interrupted", False, [*read, ScopeRead("aws/c", False)], [finding("sg-1")])
    run = history.resume("aws", SITE)
    assert run is not None
    assert (run.state, run.scopes, run.unread, run.findings) == ("interrupted", 3, 1, 1)
    history.end(number, "ended", True, read, [finding("sg-2")])
    assert history.kept(number) == {}
    assert [seen.acl for seen in history.record(number).findings] == ["sg-2"]
    assert history.resume("aws", SITE) is None


def test_a_run_covers_what_it_covered_when_it_ended(url: str) -> None:
    """An account that may be entered by now is no longer not read, and a region that is left out was not found to be clean."""
    history = open_history(url)
    first = audit(history, "sg-1")
    number = history.begin("aws", SITE)
    for scope in (A, B):
        history.keep(number, scope, True, "whole")
    history.end(number, "ended", False, [ScopeRead("aws", False), ScopeRead(A.name, True), ScopeRead(B.name, True)], [])
    history.resume("aws", SITE)
    history.end(number, "ended", True, [ScopeRead(A.name, True)], [])
    (run, _) = history.runs()
    assert (run.complete, run.scopes, run.unread) == (True, 1, 0)
    assert history.record(number).scopes == (ScopeRead(A.name, True),)
    known = history.baseline("aws", SITE, [B.name], None)
    assert (known.fingerprints, known.unknown) == (fingerprints("sg-1"), ())
    assert known.since == history.record(first).run.started


def test_what_is_old_is_read_again(tmp_path: Path) -> None:
    """A run that began half a day ago is not gone on with: what it has read may have changed."""
    path = tmp_path / "history.sqlite"
    history = open_history(f"sqlite:///{path}")
    number = history.begin("aws", SITE)
    for hours, goes_on in ((11, True), (13, False)):
        with sqlite3.connect(path) as connection:
            connection.execute("update run set started = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?)", (f"-{hours} hours",))
        assert (history.resume("aws", SITE) is not None) is goes_on, hours
    assert number == 1


def test_a_new_run_drops_what_older_ones_kept(url: str) -> None:
    """Who begins anew does not go on with what was; other sites keep theirs."""
    history = open_history(url)
    old, other = history.begin("aws", SITE), history.begin("aws", "/other.yaml")
    for number in (old, other):
        history.keep(number, A, True, "x")
    history.begin("aws", SITE)
    assert (history.kept(old), history.kept(other)) == ({}, {(A.name, ""): "x"})


def test_a_run_that_still_goes_on_is_not_taken_over(url: str) -> None:
    """Another process of this machine that is at it keeps what it has, and --resume says so."""
    program = f"from pamlint.history import open_history as o; print(o({url!r}).begin('aws', {SITE!r}), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        number = int(process.stdout.readline())
        history = open_history(url)
        history.keep(number, A, True, "x")
        with pytest.raises(UserError, match=rf"--resume: run {number} is still going on \(process {process.pid}\)"):
            history.resume("aws", SITE)
        history.begin("aws", SITE)
        assert history.kept(number) == {(A.name, ""): "x"}
        process.kill()


def _write(url: str, worker: int) -> None:
    history = open_history(url)
    for step in range(5):
        audit(history, f"sg-{worker}", f"sg-{worker}-{step}")


def test_audits_side_by_side(url: str) -> None:
    """Several processes open an empty database and write at once; none fails, and nothing is lost."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write, args=(url, worker)) for worker in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    runs = open_history(url).runs()
    assert [(run.complete, run.findings, run.scopes) for run in runs] == [(True, 2, 2)] * 15


def test_the_file_is_its_user_s_alone(tmp_path: Path) -> None:
    """A new file and its new directory can be read by nobody else."""
    folder = tmp_path / "state" / "pamlint"
    before = os.umask(0)
    try:
        audit(open_history(f"sqlite:///{folder}/history.sqlite"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "history.sqlite").stat().st_mode) == 0o600


def newer(path: Path) -> None:
    open_history(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("update pamlint_history set version = 7")


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table run (x int)")


REFUSED: dict[str, tuple[Any, str]] = {
    "newer": (newer, r"sqlite:.*history was written by another version of pamlint \(its tables are of version 7, this one knows"),
    "foreign": (foreign, r"sqlite:.*history holds tables of something else; give pamlint a database of its own"),
    "no database": (lambda path: path.write_text("{}" * 4096), "cannot be used: file is not a database"),
    "a directory": (lambda path: path.mkdir(), "cannot be opened: Is a directory"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_a_database_that_is_not_ours_stays_as_it_is(make: Any, message: str, tmp_path: Path) -> None:
    """What was written by a newer version, by something else, or is no database is refused and not touched."""
    path = tmp_path / "history"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(UserError, match=message):
        open_history(f"sqlite:///{path}")
    assert (path.read_bytes() if path.is_file() else b"") == before


WRONG = {
    "history.sqlite": "--history: this is no database URL",
    "nonsense://x:hunter2@y/z": "there is no database of the kind `nonsense`",
    "mysql://x:hunter2@y/z": "needs the Python package `MySQLdb`, which is not installed",
    "postgresql://pamlint:hunter2@127.0.0.1:1/x?password=hunter2": "--history: postgresql://127.0.0.1:1/x cannot be used: connection",
    "postgresql://u:p@hunter2@127.0.0.1:1/x": "--history: write each @ of the user name and the password as %40",
    "postgresql://u:hunter2@h:port/x": "--history: this is no database URL",
}


@pytest.mark.parametrize(("given", "message"), WRONG.items(), ids=list(WRONG))
def test_a_wrong_url_is_told_without_its_password(given: str, message: str) -> None:
    """What cannot be reached is named by its place; the password stands nowhere."""
    with pytest.raises(UserError) as caught:
        open_history(given)
    assert message in caught.value.message
    assert "hunter2" not in caught.value.message
    assert "hunter2" not in json.dumps([str(caught.value), repr(caught.value.__cause__)])


def test_who_may_only_read_can_look() -> None:
    """A file that is another user's, and may be read by all, is shown; an audit by it is refused, and nothing is made beside it."""
    with shared() as folder:
        url = f"sqlite:///{folder}/history.sqlite"
        number = audit(open_history(url), "sg-1")
        Path(f"{folder}/history.sqlite").chmod(0o444)
        if os.geteuid() == 0:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        assert open_history(url, make=False).record(number).run.complete
        with pytest.raises(UserError, match="cannot be opened: Permission denied"):
            open_history(url)
        assert [path.name for path in folder.iterdir()] == ["history.sqlite"]


def test_an_empty_database_is_no_history(url: str) -> None:
    """Who looks into one is told that nothing is in it yet, and leaves it empty."""
    if url.startswith("sqlite"):
        sqlite3.connect(url.removeprefix("sqlite:///")).execute("vacuum").close()
    for _ in range(2):
        with pytest.raises(UserError, match=r"no audit has been recorded in .* yet"):
            open_history(url, make=False)
