"""A custom resource that migrates a database while a stack is deployed, and always answers CloudFormation.

Without an answer a stack waits for an hour. So an error is answered, and so is time that runs out. The event may come
again after a failure: each migration is applied in one transaction with the note of it, and skipped where it is noted.
The physical id is the database's own, so that an update never has CloudFormation delete anything.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import urllib.request
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, event, text

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PHYSICAL_ID = "stories-schema"
SPARE_SECONDS = 5.0
ANSWER_SECONDS = 10.0
LOCK = 7_340_001  # any number that nothing else in the database locks
MIGRATIONS: Mapping[str, str] = {
    "001_stories": "CREATE TABLE stories (id VARCHAR(36) PRIMARY KEY, title VARCHAR(200) NOT NULL)",
    "002_status": "ALTER TABLE stories ADD COLUMN status VARCHAR(20) NOT NULL DEFAULT 'ready'",
    "003_by_status": "CREATE INDEX stories_by_status ON stories (status)",
}
logger = logging.getLogger(__name__)


def handler(event: Mapping[str, Any], context: LambdaContext) -> None:
    """An event of CloudFormation in; the answer goes to its `ResponseURL`. What could not be answered is raised."""
    answered = threading.Lock()  # whoever takes it answers: the work, or the time that runs out

    def give_up() -> None:
        if answered.acquire(blocking=False):
            _answer(event, context, "FAILED", "the migrations took too long")

    timer = threading.Timer(context.get_remaining_time_in_millis() / 1000 - SPARE_SECONDS, give_up)
    timer.daemon = True
    timer.start()
    try:
        applied = [] if event["RequestType"] == "Delete" else migrate(os.environ["DATABASE_URL"])
        outcome = ("SUCCESS", f"applied: {', '.join(applied) or 'nothing'}")
    except Exception as error:
        logger.exception("the migrations failed")
        outcome = ("FAILED", f"{type(error).__name__}: {error}"[:500])
    finally:
        timer.cancel()
    if answered.acquire(blocking=False):
        _answer(event, context, *outcome)


def migrate(url: str, migrations: Mapping[str, str] = MIGRATIONS) -> list[str]:
    """Applies the migrations that the database at `url` has not seen, in their order; the names of these."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _begin_by_writing(engine)
    try:
        applied = []
        for name, statement in migrations.items():
            with engine.begin() as connection:
                if _is_to_be_applied(connection, name):
                    connection.execute(text(statement))
                    applied.append(name)
        return applied
    finally:
        engine.dispose()


def _is_to_be_applied(connection: Connection, name: str) -> bool:
    """Notes a migration, in the transaction that will apply it; False when it is noted. One at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.execute(text("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(100) PRIMARY KEY)"))
    if connection.scalar(text("SELECT 1 FROM migrations WHERE name = :name"), {"name": name}):
        return False
    connection.execute(text("INSERT INTO migrations VALUES (:name)"), {"name": name})
    return True


def _begin_by_writing(engine: Any) -> None:
    """Makes SQLite's transactions hold changes of tables too, and lock from their beginning."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _entry: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _answer(event: Mapping[str, Any], context: LambdaContext, status: str, reason: str) -> None:
    answer = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId") or PHYSICAL_ID,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    body = json.dumps(answer).encode("utf-8")
    request = urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):
        logger.info("answered %s: %s", status, reason)
