"""The platform's connection to its database: SQLite unless `DATABASE_URL` names another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from invocation_lint.reference.platform.models import Base

DEFAULT_URL = "sqlite:///stories.db"
BUSY_SECONDS = 30


def connect(url: str | None = None) -> Engine:
    """The engine for `url` (default: `DATABASE_URL`), with all tables made. One engine a process and address."""
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
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    return engine


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
