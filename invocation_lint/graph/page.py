"""The graph as one page of HTML that needs nothing else: its data, its style, and the library that draws it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from invocation_lint.graph.model import KINDS, Graph
from invocation_lint.graph.rendering import BAD, WORDS, as_json, gathered, words_of_edge, words_of_node

_DATA = Path(__file__).parents[1] / "data"
_NODES = (
    "function", "queue", "topic", "bus", "stream", "table", "bucket", "schedule", "api", "state_machine", "service",
    "code", "unknown",
)  # fmt: skip


def page_of(graph: Graph) -> str:
    """The text of the page."""
    page = _DATA / "graph"
    parts = {
        "style": (page / "page.css").read_text("utf-8"),
        "library": (_DATA / "vendor" / "cytoscape.min.js").read_text("utf-8"),
        "script": (page / "page.js").read_text("utf-8"),
        "graph": _inside(json.dumps(_told(graph))),
    }
    text = (page / "page.html").read_text("utf-8")
    before, *rest = text.split("{{")
    filled = [before]
    for part in rest:
        name, _, after = part.partition("}}")
        filled += [parts[name].strip(), after]
    return "".join(filled)


def _told(graph: Graph) -> dict[str, Any]:
    """The data of the page: that of the JSON, and what the picture says of each node and edge."""
    graph = gathered(graph)
    data = as_json(graph)
    for node, told in zip(graph.nodes, data["nodes"], strict=True):
        told["says"] = words_of_node(node)[1:]
    for edge, told in zip(graph.edges, data["edges"], strict=True):
        told["says"] = words_of_edge(edge)
        told["is_bad"] = any(mark in BAD for mark in edge.marks)
    data["words"] = {
        "kinds": {kind: kind.replace("_", " ") for kind in KINDS},
        "nodes": {kind: kind.replace("_", " ") for kind in _NODES},
        "marks": WORDS,
    }
    return data


def _inside(text: str) -> str:
    """A text of JSON that stands inside a script of HTML: nothing in it ends the script, or begins a comment."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
