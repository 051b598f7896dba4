"""A task service: POST /tasks writes a task and starts its work, GET /tasks/{id} tells its state.

    pending ──▶ processing ──▶ completed
       │            └────────▶ failed       the work cannot be done, or was given up after Lambda's retries
       └─────────────────────▶ failed       the work could not be started

A state is changed by one statement that names the states before it, so that a run which comes late changes nothing.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import (
    JSON,
    Column,
    CursorResult,
    DateTime,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    select,
)

from invocation_lint.reference.patterns.parts.http import answer, json_body
from invocation_lint.reference.patterns.parts.upstream import RefusedError, call

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MODEL_SECONDS = 90.0
BUSY_SECONDS = 30
TABLES_LOCK = 7_340_003  # any number that nothing else in the database locks
OPEN_STATES = ("pending", "processing")
logger = logging.getLogger(__name__)
aws_lambda = boto3.client("lambda", config=Config(connect_timeout=2, read_timeout=5))
tables = MetaData()
tasks = Table(
    "tasks",
    tables,
    Column("id", String(36), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("type", String(50), nullable=False),
    Column("status", String(20), nullable=False),
    Column("input", JSON),
    Column("result", JSON),
    Column("error", String),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)


@cache
def database() -> Engine:
    """The engine for `DATABASE_URL`, made when a process first needs it and kept, with the table."""
    url = os.environ["DATABASE_URL"]
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {})
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # where the second of two that make a table at one time would fail
            connection.execute(select(func.pg_advisory_xact_lock(TABLES_LOCK)))
        tables.create_all(connection)
    return engine


def create(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """POST /tasks with `type` and `input`: 201 and the task's id, 503 with it when its work could not be started."""
    try:
        body = json_body(event)
        kind, given = str(body["type"]), body.get("input")
    except (ValueError, KeyError) as error:
        return answer(400, {"error": f"no task: {error}"})
    task_id = str(uuid.uuid4())
    user = event["headers"].get("x-user-id", "nobody")
    with database().begin() as connection:
        row = {"id": task_id, "user_id": user, "type": kind, "status": "pending", "input": given}
        connection.execute(tasks.insert().values(**row, updated_at=datetime.now(timezone.utc)))
    payload = json.dumps({"taskId": task_id, "type": kind, "input": given})
    try:
        aws_lambda.invoke(FunctionName=os.environ["PROCESSOR_FUNCTION"], InvocationType="Event", Payload=payload)
    except (ClientError, BotoCoreError) as error:
        logger.error("task %s was not started: %s", task_id, error)
        change(task_id, "failed", ("pending",), error=f"not started: {type(error).__name__}")
        return answer(503, {"taskId": task_id, "status": "failed"})
    return answer(201, {"taskId": task_id, "status": "pending"})


def read(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """GET /tasks/{id}: 200 with the task, 404 when there is none."""
    with database().connect() as connection:
        row = connection.execute(select(tasks).where(tasks.c.id == event["pathParameters"]["id"])).one_or_none()
    if row is None:
        return answer(404, {"error": "no such task"})
    return answer(200, {name: getattr(row, name) for name in ("id", "type", "status", "result", "error")})


def process(event: Mapping[str, Any], context: LambdaContext) -> None:
    """Does the work of a task. What may pass is raised, so that Lambda tries again; what will not is its end."""
    task_id = event["taskId"]
    if not change(task_id, "processing", OPEN_STATES):
        logger.info("task %s has ended", task_id)
        return
    try:
        done = call(os.environ["MODEL_URL"], {"question": event["input"], "reference": task_id}, timeout=MODEL_SECONDS)
    except RefusedError as error:
        change(task_id, "failed", OPEN_STATES, error=str(error))
        return
    change(task_id, "completed", OPEN_STATES, result=done["answer"])


def give_up(event: Mapping[str, Any], context: object) -> None:
    """Fails a task whose work Lambda has given up: the function's destination for failures."""
    outcome = event["requestContext"]["condition"]
    change(event["requestPayload"]["taskId"], "failed", OPEN_STATES, error=f"given up: {outcome}")


def change(task_id: str, status: str, before: tuple[str, ...], **more: Any) -> bool:
    """Changes the state of a task that is in one of the states `before`; whether it was."""
    statement = tasks.update().where(tasks.c.id == task_id, tasks.c.status.in_(before))
    with database().begin() as connection:
        result = connection.execute(statement.values(status=status, updated_at=datetime.now(timezone.utc), **more))
        assert isinstance(result, CursorResult)
        return result.rowcount == 1
