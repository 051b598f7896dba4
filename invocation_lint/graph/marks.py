"""Marks what is wrong in a graph: circles, deadlines that are too short, events that go nowhere when they fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from invocation_lint.graph.model import Edge, Graph, Node


def marked(graph: Graph) -> Graph:
    """The graph with the marks of its edges and nodes."""
    nodes = {node.id: node for node in graph.nodes}
    circles = _circles(nodes, (edge for edge in graph.edges if not (edge.is_failure or edge.is_suggested)))
    asynchronous = {
        edge.target for edge in graph.edges if edge.kind == "async" and edge.calls and not edge.is_suggested
    }
    saved = {edge.source for edge in graph.edges if edge.is_failure}
    edges = tuple(replace(edge, marks=(*edge.marks, *_of_edge(edge, nodes, circles))) for edge in graph.edges)
    return Graph(tuple(_of_node(node, asynchronous - saved) for node in graph.nodes), edges)


def _of_node(node: Node, lacking: Iterable[str]) -> Node:
    if node.kind != "function" or node.id not in lacking or "no_failure_destination" in node.marks:
        return node
    return replace(node, marks=(*node.marks, "no_failure_destination"))


def _of_edge(edge: Edge, nodes: Mapping[str, Node], circles: Mapping[str, int]) -> Iterable[str]:
    if edge.is_suggested:
        return
    if not edge.is_failure and edge.source in circles and circles.get(edge.target) == circles[edge.source]:
        yield "cycle"
    if edge.waits_seconds is None or edge.kind not in {"sync", "http"}:
        return
    timeout = nodes[edge.target].timeout_seconds
    if edge.least_seconds is not None and edge.least_seconds >= edge.waits_seconds:
        yield "deadline"
    elif timeout is not None and timeout >= edge.waits_seconds:
        yield "deadline_possible"


def _circles(nodes: Iterable[str], edges: Iterable[Edge]) -> dict[str, int]:
    """The nodes that lie on a circle, each with the number of what it is strongly connected with (Tarjan)."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    alone: set[str] = set()
    for edge in edges:
        after[edge.source].append(edge.target)
        if edge.source == edge.target:
            alone.add(edge.source)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: dict[str, int] = {}
    for start, following in after.items():
        work = [(start, iter(following))] if start not in index else []
        while work:
            node, rest = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            for other in rest:
                if other not in index:
                    work.append((other, iter(after[other])))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = stack[stack.index(node) :]
                    del stack[stack.index(node) :]
                    on_stack.difference_update(members)
                    if len(members) > 1 or node in alone:
                        found.update(dict.fromkeys(members, index[node]))
    return found
