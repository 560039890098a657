"""A PostgreSQL server of one's own: from the system's packages, in a directory of its own, on a socket there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")


def programs() -> Path | None:
    """The directory of the newest server's programs; None where there is none."""
    found = [path.parent for place in PLACES for path in Path("/").glob(f"{place[1:]}/initdb")]
    on_path = shutil.which("initdb")
    return max(found) if found else Path(on_path).parent if on_path else None


@contextmanager
def server() -> Iterator[str]:
    """A server that runs meanwhile; gives the URL of its database. It refuses to run as root, so another user has to."""
    folder = programs()
    assert folder is not None, "PostgreSQL's server is not installed (Debian and Ubuntu: apt-get install postgresql)"
    user = _user()
    data = Path(tempfile.mkdtemp(prefix="pamlint-pg-", dir="/tmp"))
    try:
        if user is not None:
            os.chown(data, pwd.getpwnam(user).pw_uid, -1)
        _run(user, data, folder / "initdb", "-D", data / "data", "-U", "pamlint", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses='' -c fsync=off -k {data}"
        _run(user, data, folder / "pg_ctl", "-D", data / "data", "-w", "-l", data / "log", "-o", options, "start")
        try:
            yield f"postgresql://pamlint:not-a-secret@/postgres?host={data}"
        finally:
            _run(user, data, folder / "pg_ctl", "-D", data / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(user: str | None, folder: Path, *command: str | Path) -> None:
    with (folder / "said").open("ab") as said:  # the server keeps what it is given open, so no pipe may be read to its end
        done = subprocess.run(
            command, user=user, cwd=folder, env={"PATH": os.defpath, "LC_ALL": "C"}, stdout=said, stderr=said, check=False
        )
    assert done.returncode == 0, (folder / "said").read_text()
