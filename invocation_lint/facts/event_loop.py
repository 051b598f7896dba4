"""The fact `event_loop`: a handler runs coroutines in an event loop, and the clients that these use and others made.

asyncio.run makes a new loop and closes it. A connection belongs to the loop in which it was opened (Python: asyncio,
Runners; the documentation of httpx and aiohttp).
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record


@record
class LoopClient:
    name: str = fact_field("the name by which the coroutines use the client", default="")
    library: Text = fact_field("the library whose client it is")
    made: Text = fact_field(
        "where: in the module, when it is loaded; or cached, by the first event that needs it",
        words=("module", "cached"),
    )


@record
class Caller:
    kind: Text = fact_field(
        "what kind of function runs the loop",
        words=("lambda_handler", "view", "script", "library", "test", "task"),
    )


@record
class EventLoop:
    """One run of coroutines by a function that Lambda invokes, or by one that it calls."""

    starter: Text = fact_field("the call that runs them", words=("run", "run_until_complete"))
    loop: Text = fact_field("new for each call, or kept from one to the next", words=("new", "kept"))
    clients: tuple[LoopClient, ...] = fact_field(
        "the asynchronous clients that the coroutines use and that outlive the call", default=()
    )
    caller: Caller = fact_field("the function that runs the loop", default=Caller())
