"""Graphs as Mermaid, DOT and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from invocation_lint.findings import Place
from invocation_lint.graph.model import Edge, Graph, Node

_SHAPES = {
    "function": ("[", "]"), "queue": ("[[", "]]"), "topic": (">", "]"), "bus": ("{{", "}}"), "stream": ("[[", "]]"),
    "table": ("[(", ")]"), "bucket": ("[(", ")]"), "schedule": ("((", "))"), "api": ("([", "])"),
    "state_machine": ("[/", "/]"), "service": ("([", "])"), "code": ("[\\\\", "\\\\]"), "unknown": ("{", "}"),
}  # fmt: skip
_DOT_SHAPES = {
    "function": "box", "queue": "cds", "topic": "house", "bus": "hexagon", "stream": "cds", "table": "cylinder",
    "bucket": "cylinder", "schedule": "circle", "api": "oval", "state_machine": "parallelogram", "service": "oval",
    "code": "note", "unknown": "diamond",
}  # fmt: skip
BAD = ("cycle", "deadline", "no_failure_destination")
"""Marks that are drawn red at an edge."""

WORDS = {
    "cycle": "cycle",
    "deadline": "waits too short",
    "deadline_possible": "may wait too short",
    "no_failure_destination": "no failure destination",
}
"""The marks, as pictures say them."""


MAX_ROUTES = 3
"""Ways from one node to another of one kind that are drawn one by one."""


def gathered(graph: Graph) -> Graph:
    """The graph as pictures have it: where a front has many routes to one function, they are one edge that names the
    first, and a route of which nothing is told is left out beside those that are."""
    groups: dict[tuple[object, ...], list[Edge]] = {}
    for edge in graph.edges:
        key = replace(edge, label="", place=None) if not edge.calls else edge
        groups.setdefault(tuple(getattr(key, part.name) for part in fields(key)), []).append(edge)
    groups = {key: [one for one in group if one.label] or group for key, group in groups.items()}
    edges = [one for group in groups.values() for one in (group if len(group) <= MAX_ROUTES else [_joined(group)])]
    return replace(graph, edges=tuple(edges))


def _joined(edges: Sequence[Edge]) -> Edge:
    first, *others = edges
    return replace(first, label=f"{first.label} and {len(others)} more")


def mermaid(graph: Graph) -> Iterator[str]:
    """Lines of a flowchart that GitHub draws."""
    graph = gathered(graph)
    ids = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    for node in graph.nodes:
        begin, end = (one.replace("\\\\", "\\") for one in _SHAPES[node.kind])
        yield f'  {ids[node.id]}{begin}"{"<br>".join(map(_escaped, words_of_node(node))) or "?"}"{end}'
    colored: list[int] = []
    dotted: list[int] = []
    for number, edge in enumerate(graph.edges):
        line = "-.->" if edge.is_failure or not edge.certain else "-->"
        label = "<br>".join(map(_escaped, words_of_edge(edge)))
        yield f'  {ids[edge.source]} {line}|"{label}"| {ids[edge.target]}'
        if any(mark in BAD for mark in edge.marks):
            colored.append(number)
        if edge.is_suggested:
            dotted.append(number)
    yield "  classDef marked stroke:#c0392b,stroke-width:2px"
    yield "  classDef unknown stroke-dasharray:4"
    for node in graph.nodes:
        if node.marks:
            yield f"  class {ids[node.id]} marked"
        elif node.kind == "unknown":
            yield f"  class {ids[node.id]} unknown"
    if colored:
        yield f"  linkStyle {','.join(map(str, colored))} stroke:#c0392b,stroke-width:2px"
    if dotted:
        yield f"  linkStyle {','.join(map(str, dotted))} stroke:#888,stroke-dasharray:1 5"


def _escaped(text: str) -> str:
    """A text inside quotes of Mermaid: its own entities, since quotes and brackets end a label."""
    return "".join(one if one.isalnum() or one in " -_.:/," or ord(one) > 127 else f"#{ord(one)};" for one in text)


def dot(graph: Graph) -> Iterator[str]:
    """Lines for Graphviz."""
    graph = gathered(graph)
    yield "digraph invocations {"
    yield '  graph [rankdir=LR]; node [fontname="Helvetica"]; edge [fontname="Helvetica", fontsize=10];'
    for node in graph.nodes:
        color = ', color="#c0392b"' if node.marks else ""
        style = ", style=dashed" if node.kind == "unknown" else ""
        label = _quoted("\n".join(words_of_node(node)))
        yield f"  {_quoted(node.id)} [shape={_DOT_SHAPES[node.kind]}, label={label}{color}{style}];"
    for edge in graph.edges:
        color = ', color="#c0392b"' if any(mark in BAD for mark in edge.marks) else ""
        style = ", style=dashed" if edge.is_failure or not edge.certain else ""
        style = ', style=dotted, color="#888888"' if edge.is_suggested else style
        label = _quoted("\n".join(words_of_edge(edge)))
        yield f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={label}{color}{style}];"
    yield "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def words_of_node(node: Node) -> list[str]:
    """What a picture says of a node: its name, the stacks that have one each, its timeout, its marks."""
    timeout = [f"{node.timeout_seconds:g} s"] if node.timeout_seconds is not None else []
    stacks = [f"one in each of {', '.join(node.stacks)}"] if node.stacks else []
    return [node.name, *stacks, *timeout, *(WORDS[mark] for mark in node.marks)]


def words_of_edge(edge: Edge) -> list[str]:
    """What a picture says of an edge: its kind, what is told of it, how long is waited, its marks."""
    kind = "state machine" if edge.kind == "state_machine" else edge.kind
    found = [f"{kind} {edge.label}".strip()]
    if edge.batch_size is not None:
        found.append(f"batches of {edge.batch_size:g}")
    if edge.waits_seconds is not None:
        found.append(f"waits {edge.waits_seconds:g} s")
    if not edge.certain:
        found.append("suggested" if edge.is_suggested else "not certain")
    return [*found, *(WORDS[mark] for mark in edge.marks)]


def as_json(graph: Graph) -> dict[str, Any]:
    """The graph as data, version 1."""
    return {
        "version": 1,
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "name": node.name,
        "template": _where(node.place),
        "handler": _where(node.handler),
        "timeout_seconds": node.timeout_seconds,
        "marks": list(node.marks),
        "stacks": list(node.stacks),
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "label": edge.label,
        "certain": edge.certain,
        "calls": [_where(place) for place in edge.calls],
        "template": _where(edge.place),
        "batch_size": edge.batch_size,
        "waits_seconds": edge.waits_seconds,
        "least_seconds": edge.least_seconds,
        "is_failure": edge.is_failure,
        "is_suggested": edge.is_suggested,
        "marks": list(edge.marks),
    }


def _where(place: Place | None) -> dict[str, Any] | None:
    return {"path": place.path, "line": place.line} if place is not None else None
