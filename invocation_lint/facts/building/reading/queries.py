"""From a chain of calls to a query, whatever its dialect."""

from __future__ import annotations

from collections.abc import Sequence

from invocation_lint.analysis.domain.atoms import Chain, Step
from invocation_lint.facts.building.dialects import django, dynamodb, peewee, pymongo, sql, sqlalchemy, supabase
from invocation_lint.facts.building.dialects.models import Models
from invocation_lint.facts.building.dialects.shape import Query, line_of

_OF_A_CURSOR = sql.ROWS | sql.ONE | {"fetchmany"}


class QueryReader:
    """Reads chains of calls, each once. `tables` are the names of tables of jobs, None for the usual ones."""

    def __init__(self, models: Models, tables: Sequence[str] | None) -> None:
        self._models = models
        self._tables = tables
        self._known: dict[Chain, Query | None] = {}
        self._executed: dict[Chain, Step] = {}
        self._asked: dict[Chain, Step] = {}

    def begin(self) -> None:
        """Another function begins: what cursors did before is over."""
        self._executed.clear()
        self._asked.clear()

    def read(self, chain: Chain) -> Query | None:
        """The query that a chain tells, in the first dialect that knows it; None when none does.

        A cursor's `fetchall()` is told with the statement that the cursor executed last.
        """
        last = chain.steps[-1]
        if last.name == "execute" and last.is_call:
            self._executed[Chain(chain.root, chain.steps[:-1])] = last
        elif self._executed:
            chain = self._behind_cursor(chain)
        if chain not in self._known:
            line = line_of(chain)
            self._known[chain] = (
                supabase.read(line, chain)
                or dynamodb.read(line, self._tables)
                or django.read(line, chain, self._models)
                or peewee.read(line, chain, self._models)
                or sqlalchemy.read(line, chain, self._models)
                or pymongo.read(line)
                or sql.read(line, self._tables)
            )
        return self._known[chain]

    def _behind_cursor(self, chain: Chain) -> Chain:
        for index, step in enumerate(chain.steps):
            if step.name in _OF_A_CURSOR:
                asked = Chain(chain.root, chain.steps[: index + 1])
                executed = self._asked.get(asked) or self._executed.get(Chain(chain.root, chain.steps[:index]))
                if executed is not None:
                    self._asked.setdefault(asked, executed)  # a loop over the rows may execute something else
                    return Chain(chain.root, (*chain.steps[:index], executed, *chain.steps[index:]))
                return chain
        return chain
