"""What is left of a program's run: the service's log of it, the database, and how its process ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from invocation_lint.reference.service.records import Execution, FrontRecord, RequestRecord

PROOF_FUNCTION = "proof"
Row = Mapping[str, Any]
Database = Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One run. `exit_code` is that of the process that ran `main`, None when it had to be ended."""

    exit_code: int | None
    requests: tuple[RequestRecord, ...]
    executions: tuple[Execution, ...]
    front_requests: tuple[FrontRecord, ...]
    database: Database

    def rows(self, table: str, where: Callable[[Row], bool] = lambda row: True) -> list[Row]:
        """The rows of a table for which `where` holds."""
        return [row for row in self.database.get(table, ()) if where(row)]

    @property
    def callee_requests(self) -> list[RequestRecord]:
        """The requests for functions other than the program's own handler."""
        return [request for request in self.requests if request.function != PROOF_FUNCTION]

    @property
    def callee_executions(self) -> list[Execution]:
        """The runs of functions other than the program's own handler."""
        return [execution for execution in self.executions if execution.function != PROOF_FUNCTION]

    def executions_of(self, request: RequestRecord) -> list[Execution]:
        """The runs that a request led to."""
        return [execution for execution in self.executions if execution.request_id == request.request_id]


def read_database(url: str) -> Database:
    """All rows of all tables, by a connection of its own."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return {
            table: tuple(dict(row) for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings())
            for table in inspect(connection).get_table_names()
        }
