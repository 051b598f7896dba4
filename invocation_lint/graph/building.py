"""Gathers nodes and edges: resources by their keys, edges of one kind between two nodes once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from invocation_lint.deployment.linking import SAMCONFIG
from invocation_lint.deployment.model import (
    Api,
    Bucket,
    Bus,
    Function,
    Queue,
    Resource,
    Rule,
    Schedule,
    Stack,
    StateMachine,
    Stream,
    Table,
    Topic,
)
from invocation_lint.deployment.values import Attribute, Hole, Key, Text, Value, pieces_of, text_of
from invocation_lint.facts.building.linked import title_of
from invocation_lint.facts.building.links.code import HANDLER
from invocation_lint.facts.building.links.inferred import Links, timeout_of
from invocation_lint.findings import Place
from invocation_lint.graph.model import Edge, Graph, Node

_KINDS: dict[type[Resource], str] = {
    Function: "function",
    Queue: "queue",
    Topic: "topic",
    Bus: "bus",
    Stream: "stream",
    Table: "table",
    Bucket: "bucket",
    Rule: "bus",
    Schedule: "schedule",
    Api: "api",
    StateMachine: "state_machine",
}
ROOT = "<graph>"
"""Who asks for handlers: no module of the project."""


class Builder:
    """A graph that grows. `links` are those of the project."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self.deployed = links.code.deployed
        self._nodes: dict[object, Node] = {}
        self._ids: dict[str, object] = {}  # to their keys
        self._edges: dict[tuple[object, ...], Edge] = {}

    def graph(self) -> Graph:
        """What was gathered; nodes that no edge reaches are left out, unless they are functions."""
        used = {end for edge in self._edges.values() for end in (edge.source, edge.target)}
        stacks = self._stacks()
        nodes = (
            replace(one, stacks=stacks.get(key.template, ())) if isinstance(key, Key) else one
            for key, one in self._nodes.items()
            if one.id in used or one.kind == "function"
        )
        return Graph(tuple(nodes), tuple(self._edges.values()))

    def _stacks(self) -> dict[str, tuple[str, ...]]:
        """The stacks that nest one template, by its path, where they are several."""
        found: dict[str, list[str]] = defaultdict(list)
        for stack in self.deployed.all(Stack):
            if stack.template is not None and self.deployed.templates[stack.key.template].language != SAMCONFIG:
                found[stack.template].append(stack.key.id)
        return {path: tuple(names) for path, names in found.items() if len(names) > 1}

    # -- nodes -------------------------------------------------------------------------------------------------------

    def node(self, key: object, kind: str, name: str, place: Place | None = None) -> str:
        """The id of the node that has a key, which is made where there is none."""
        if key not in self._nodes:
            self._nodes[key] = Node(self._free(name, place, key), kind, name, place)
        return self._nodes[key].id

    def kind_of(self, node: str) -> str:
        """The kind of a node."""
        return self._nodes[self._ids[node]].kind

    def _free(self, name: str, place: Place | None, key: object) -> str:
        found, number = name, 1
        while found in self._ids:
            number += 1
            found = f"{name} ({place.path})" if place is not None and number == 2 else f"{name} ({number})"
        self._ids[found] = key
        return found

    def function(self, function: Function) -> str:
        """The id of a function."""
        if function.key not in self._nodes:
            info = self.links.handler_of(function, ROOT)
            name = title_of(function)
            is_deployed = function.type != HANDLER
            place = self.links.shown(function.place) if is_deployed else None
            timeout = timeout_of(function) if is_deployed else None
            handler = info.module.source.place(info.node) if info is not None else None
            node = Node(self._free(name, place, function.key), "function", name, place, handler, timeout)
            self._nodes[function.key] = node
        return self._nodes[function.key].id

    def resource(self, key: Key) -> str | None:
        """The id of the resource with a key; None where no template has one that is drawn."""
        function = self.deployed.function(key)
        if function is not None:
            return self.function(function)
        for kind, word in _KINDS.items():
            found = self.deployed.get(key, kind)
            if found is not None:
                name = found.name.text if found.name is not None else None
                return self.node(key, word, name or found.key.id, self.links.shown(found.place))
        return None

    def meant(self, value: Value | None, kind: str) -> list[tuple[str, bool]]:
        """The ids of what a name, a URL or an ARN means in any of its cases, each with whether it is the only one. What
        no template of the project has is a node of the `kind` by its name; nothing where that is not known."""
        found: dict[str, None] = {}
        for content in value.contents if value is not None else ():
            functions = [one.function for one in self.deployed.functions_called(content)]
            found.update(dict.fromkeys(map(self.function, functions)))
            pieces = pieces_of(content) or ()
            held = [piece for piece in pieces if isinstance(piece, Attribute)]
            ids = [one for one in (self.resource(piece.resource) for piece in held) if one is not None]
            found.update(dict.fromkeys(ids[:1]))
            if functions or ids:
                continue
            name = _last_name(content)
            only = pieces[0] if len(pieces) == 1 else None
            if name:
                found.setdefault(self._named(name, kind))
            elif value is not None and isinstance(only, Hole):
                found.setdefault(self.open(value, kind, only.name))
        return [(one, len(found) == 1) for one in found]

    def open(self, value: Value, kind: str, name: str) -> str:
        """The id of the node of what is named at deployment: that of all which have this value."""
        return self.node((kind, repr(value.contents)), kind, name)

    def _named(self, name: str, kind: str) -> str:
        for key, node in self._nodes.items():
            if node.kind == kind and node.name == name:
                return self._nodes[key].id
        for resource, word in _KINDS.items():
            for one in self.deployed.all(resource) if word == kind else ():
                if one.name is not None and name in map(text_of, one.name.contents):
                    return self.resource(one.key) or name
        return self.node((kind, name), kind, name)

    def marked(self, node: str, mark: str) -> None:
        """Mark a node."""
        one = self._nodes[self._ids[node]]
        if mark not in one.marks:
            self._nodes[self._ids[node]] = replace(one, marks=(*one.marks, mark))

    # -- edges -------------------------------------------------------------------------------------------------------

    def edge(self, edge: Edge) -> None:
        """Add an edge; to one that is there already, its calls are added, and it is certain if one of them is."""
        key = edge.source, edge.target, edge.kind, edge.is_failure, edge.is_suggested, edge.label
        known = self._edges.get(key)
        if known is None:
            self._edges[key] = edge
            return
        calls = tuple(dict.fromkeys((*known.calls, *edge.calls)))
        waits = [one.waits_seconds for one in (known, edge) if one.waits_seconds is not None]
        least = [one.least_seconds for one in (known, edge) if one.least_seconds is not None]
        self._edges[key] = replace(
            known,
            calls=calls,
            certain=known.certain or edge.certain,
            waits_seconds=min(waits, default=None),
            least_seconds=max(least, default=None),
            marks=tuple(dict.fromkeys((*known.marks, *edge.marks))),
        )

    def edges(self) -> Iterable[Edge]:
        """The edges so far."""
        return tuple(self._edges.values())


def _last_name(content: object) -> str:
    """The name at the end of an ARN or a URL, or the name itself, with defaults for its open parts or what they are
    called; empty where its end is open."""
    pieces = list(pieces_of(content) or ()) if isinstance(content, (str, Text)) else []
    if not pieces or not isinstance(pieces[-1], str):
        return ""
    name = ""
    for piece in reversed(pieces):
        if isinstance(piece, str):
            end = max(piece.rfind(":"), piece.rfind("/")) + 1
            name = piece[end:] + name
            if end:
                break
        else:
            name = (text_of(Text((piece,))) or Text((piece,)).shown()) + name
    return name
