"""The kinds of facts that rules can ask about, by name."""

from __future__ import annotations

from invocation_lint.facts.invocation import Invocation
from invocation_lint.facts.job_query import JobQuery
from invocation_lint.facts.list_read import ListRead

KINDS: dict[str, type] = {"invocation": Invocation, "job_query": JobQuery, "list_read": ListRead}
