"""The platform's connection to its database: SQLite unless `DATABASE_URL` names another, as a PostgreSQL."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from invocation_lint.reference.platform.models import Base

DEFAULT_URL = "sqlite:///stories.db"
BUSY_SECONDS = 30
TABLES_LOCK = 7_340_002  # any number that nothing else in the database locks
_making = threading.Lock()


def connect(url: str | None = None) -> Engine:
    """The engine for `url` (default: `DATABASE_URL`), with all tables made. One engine a process and address."""
    with _making:
        return _engine(url or os.environ.get("DATABASE_URL", DEFAULT_URL))


@contextmanager
def transaction(url: str | None = None) -> Iterator[Session]:
    """A session that commits at the end of the block and rolls back when it raises. Its objects stay readable."""
    with Session(connect(url), expire_on_commit=False) as session, session.begin():
        yield session


@cache
def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        _take_over_transactions(engine)
    make_tables(engine)
    return engine


def make_tables(engine: Engine) -> None:
    """Makes the tables that are not there, though others do the same: PostgreSQL would refuse the second of them."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(TABLES_LOCK)))
        Base.metadata.create_all(connection)


def _take_over_transactions(engine: Engine) -> None:
    """Makes SQLite lock for writing when a transaction begins: two that first read and then write would both fail.

    https://docs.sqlalchemy.org/en/20/dialects/sqlite.html, "Enabling Non-Legacy SQLite Transactional Modes".
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
