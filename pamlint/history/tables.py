"""The tables of a history database. Whoever changes them raises VERSION."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

VERSION = 1

METADATA = MetaData()

MARK = Table("pamlint_history", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

RUN = Table(
    "run",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("cloud", String(16), nullable=False),
    Column("site", Text, nullable=False),
    Column("started", String(20), nullable=False),
    Column("ended", String(20), nullable=False),
    Column("state", String(16), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("version", String(32), nullable=False),
    Column("process", String(255), nullable=False),  # host and process that write it, so that no other goes on with it meanwhile
    sqlite_autoincrement=True,
)

SCOPE = Table(
    "scope",
    METADATA,
    Column("run", Integer, ForeignKey("run.number"), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("role", String(255), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("kept", LargeBinary),  # what was read, compressed, until the run has read everything
)

FINDING = Table(
    "finding",
    METADATA,
    Column("run", Integer, ForeignKey("run.number"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("fingerprint", String(32), nullable=False),
    Column("check_name", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("certainty", String(16), nullable=False),
    Column("estate", Text),
    Column("acl", Text),
    Column("rule", Text),
    Column("message", Text, nullable=False),
    Index("finding_fingerprint", "fingerprint"),
)
