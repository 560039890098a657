"""Opening a history database: a SQLite file of one's own by default, any SQLAlchemy URL by option."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Inspector, create_engine, event, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, OperationalError, ProgrammingError, SQLAlchemyError

from pamlint.history.tables import MARK, METADATA, VERSION
from pamlint.model.errors import UserError

PATIENCE = 60
"""So many seconds a writer waits for another one of the same SQLite file."""


def default_url() -> str:
    """The SQLite file in the user's XDG state directory."""
    from platformdirs import user_state_path

    return f"sqlite:///{user_state_path('pamlint') / 'history.sqlite'}"


def open_engine(text: str, make: bool = True) -> Engine:
    """An engine whose database has the tables; UserError where it cannot be opened, or is not pamlint's or of this version.

    What is not there is made, or told (`make` false); whoever makes nothing needs no more than to read the file.
    """
    url = _url(text)
    told = shown(url)
    try:
        if url.get_backend_name() == "sqlite":
            _private(url, make)
        engine = _engine(url, make)
        with suppress(IntegrityError, OperationalError, ProgrammingError):  # another audit makes the tables at this moment
            _prepare(engine, told, make)
        _prepare(engine, told, make)
    except OSError as error:
        raise UserError(f"--history: {told} cannot be opened: {error.strerror}") from None
    except ModuleNotFoundError as error:
        raise UserError(f"--history: {told} needs the Python package `{error.name}`, which is not installed") from None
    except SQLAlchemyError as error:
        raise UserError(f"--history: {told} cannot be used: {reason(error)}") from None
    return engine


def shown(url: URL) -> str:
    """Where a database is, without who may use it."""
    host = f"//{url.host}{f':{url.port}' if url.port else ''}/" if url.host else ""
    return f"{url.get_backend_name()}:{host}{url.database or ''}"


def reason(error: SQLAlchemyError) -> str:
    """What the database itself says, on one line; SQLAlchemy's own words hold the values of a statement."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split()) or type(cause).__name__


def _url(text: str) -> URL:
    """The URL, with psycopg for PostgreSQL where nothing else is said."""
    try:
        url = make_url(text)
        if "@" in (url.host or ""):
            raise UserError("--history: write each @ of the user name and the password as %40")
        if url.drivername in ("postgresql", "postgres"):
            return url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except NoSuchModuleError:
        raise UserError(f"--history: there is no database of the kind `{url.drivername}`") from None
    except (ArgumentError, ValueError):
        raise UserError(
            "--history: this is no database URL; write it as sqlite:////var/lib/pamlint/history.sqlite "
            "or postgresql://USER@HOST/NAME"
        ) from None
    return url


def _private(url: URL, make: bool) -> None:
    """A new SQLite file and its directory are their user's alone; what is there already stays as it is."""
    path = Path(url.database or ":memory:")
    if path == Path(":memory:"):
        return
    if not make:
        if not path.exists():
            raise UserError(_NOTHING_YET.format(shown(url)))
        os.close(os.open(path, os.O_RDONLY))
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


_NOTHING_YET = "--history: no audit has been recorded in {} yet"


def _engine(url: URL, writes: bool) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": PATIENCE})
    event.listen(engine, "connect", _without_own_transactions)
    event.listen(engine, "begin", partial(_begin, "BEGIN IMMEDIATE" if writes else "BEGIN"))
    return engine


def _without_own_transactions(connection: Any, _record: Any) -> None:
    """sqlite3 begins transactions late; two that have read then both want to write, and neither can wait for the other."""
    connection.isolation_level = None


def _begin(statement: str, connection: Connection) -> None:
    connection.exec_driver_sql(statement)


def _prepare(engine: Engine, told: str, make: bool) -> None:
    """Make the tables in an empty database (or tell that it is empty), or see that they are the ones that this version knows."""
    with engine.begin() as connection:
        names = set(_names(inspect(connection)))
        if not names and not make:
            raise UserError(_NOTHING_YET.format(told))
        if not names:
            METADATA.create_all(connection)
            connection.execute(insert(MARK).values(version=VERSION))
            return
        if MARK.name not in names:
            raise UserError(f"--history: {told} holds tables of something else; give pamlint a database of its own")
        version = connection.scalar(select(MARK.c.version))
    if version != VERSION:
        raise UserError(
            f"--history: {told} was written by another version of pamlint (its tables are of version {version}, "
            f"this one knows version {VERSION}): use that version, or another database"
        )


def _names(inspector: Inspector) -> list[str]:
    return inspector.get_table_names()
