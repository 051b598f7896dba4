"""A graph of functions and of what invokes them."""

from __future__ import annotations

from invocation_lint.findings import Place
from invocation_lint.records import record

KINDS = (
    "sync", "async", "queue", "topic", "bus", "stream", "schedule", "http", "state_machine", "storage", "unknown",
)  # fmt: skip
"""How something is invoked: by Invoke, waiting (sync) or not (async) or in a mode that is not known (unknown); or
through something that hands messages, events, records or requests on."""


@record
class Node:
    """Something that invokes or is invoked. `id` is what edges call it: its name, told apart where another one has the
    same. `stacks` are those that nest its template, where there are several: each has one of its own. `kind` is
    function, queue, topic, bus, stream, table, bucket, schedule, api, state_machine, service, code (of which no
    function is known that runs it) or unknown. `marks`: no_failure_destination."""

    id: str
    kind: str
    name: str
    place: Place | None = None  # in its template
    handler: Place | None = None
    timeout_seconds: float | None = None
    marks: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()


@record
class Edge:
    """One way on which something is invoked. `calls` are its places in code, `place` that in a template.

    `waits_seconds` is how long the one who waits does so at most, `least_seconds` what the target surely takes. An
    `is_failure` edge leads to where something goes that failed. One that `is_suggested` leads to a function that may be
    meant, as far as names, tables and scripts tell; it is never certain, and nothing is concluded from it.
    `marks`: cycle, deadline (the target surely takes longer than is waited for it), deadline_possible (its timeout is
    no shorter), no_failure_destination.
    """

    source: str
    target: str
    kind: str
    label: str = ""
    certain: bool = True
    calls: tuple[Place, ...] = ()
    place: Place | None = None
    batch_size: float | None = None
    waits_seconds: float | None = None
    least_seconds: float | None = None
    is_failure: bool = False
    is_suggested: bool = False
    marks: tuple[str, ...] = ()


@record
class Graph:
    """Nodes by their ids, in order, and the edges between them."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
