"""What is noted of the answers of invocations."""

from __future__ import annotations

from invocation_lint.analysis.domain.events import Event, Use
from invocation_lint.findings import Place
from invocation_lint.records import record


@record
class AnswerUse(Use):
    """Something done with a part of an answer."""

    guarded: bool = False  # stands on a branch that the payload of a crash does not take
    required: bool = False  # a key that the payload of a crash lacks is read by subscript
    optional: bool = False  # a key is read by `.get(key)`, which gives None where it is not there


@record
class PayloadTest(Event):
    """A condition on the decoded payload. `evaded` says whether the payload of a crash takes the healthy branch;
    `guards` that it takes the other one, on which nothing happens: what stands behind the condition is not tested."""

    evaded: bool
    place: Place
    guards: bool = False


@record
class StatusTest(Event):
    """A comparison of a status: which of the codes 200, 202 and 204 pass as success; None when it cannot be told."""

    field: str  # StatusCode or HTTPStatusCode
    accepted: frozenset[int] | None
    decides: bool
    place: Place


@record
class ErrorLook(Event):
    """FunctionError is looked at; `behind_status` when only on the branch of a status that is not success."""

    place: Place
    behind_status: bool = False
