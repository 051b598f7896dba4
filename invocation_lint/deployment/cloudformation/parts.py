"""A part of a template in all its branches: what builders of resources look into."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.cloudformation.intrinsics import function_in
from invocation_lint.deployment.cloudformation.scope import Scope
from invocation_lint.deployment.documents.nodes import mapping, text
from invocation_lint.deployment.documents.yaml_nodes import key_place, place_of
from invocation_lint.deployment.values import Case, Conditions, Unknown, Value, both, value_of
from invocation_lint.documents.nodes import Node
from invocation_lint.findings import Place

Branch = tuple[Conditions, "Node | Unknown | None"]


class Part:
    """What may stand at one place: nodes with the conditions under which each does. A place at which nothing stands is
    a part, too; it has no `value`."""

    __slots__ = ("branches", "place", "scope")

    def __init__(self, scope: Scope, branches: list[Branch], place: Place) -> None:
        self.scope = scope
        self.branches = branches
        self.place = place

    @classmethod
    def of(cls, scope: Scope, node: Node | None, place: Place) -> Part:
        """The part that a node is."""
        return cls(scope, scope.branches(node), place_of(node) if node is not None else place)

    @property
    def is_there(self) -> bool:
        """Whether anything stands there in some branch."""
        return any(node is not None for _, node in self.branches)

    @property
    def unknown(self) -> str:
        """Why what stands there cannot be looked into; empty where it can."""
        for _, node in self.branches:
            if isinstance(node, Unknown):
                return node.reason
            name = function_in(node) if node is not None else None
            if name is not None:
                return f"{name} is worked out at deployment"
        return ""

    def get(self, *keys: str) -> Part:
        """What stands under keys, one below the other."""
        current = self
        for key in keys:
            current = current._below(key)
        return current

    def _below(self, key: str) -> Part:
        found: list[Branch] = []
        place = self.place
        for when, node in self.branches:
            if node is None or isinstance(node, Unknown):
                found.append((when, node))
            elif (name := function_in(node)) is not None:
                found.append((when, Unknown(f"{name} is worked out at deployment")))
            else:
                inner = mapping(node).get(key)
                if inner is not None:
                    place = place_of(inner)
                for more, one in self.scope.branches(inner):
                    together = both(when, more)
                    if together is not None:
                        found.append((together, one))
        return Part(self.scope, found, place)

    def value(self, *keys: str) -> Value | None:
        """The value that is set there, or under keys; None where none is in any branch."""
        part = self.get(*keys) if keys else self
        if not part.is_there:
            return None
        cases: list[Case] = []
        for when, node in part.branches:
            if node is None or isinstance(node, Unknown):
                cases.append(Case(node, when))
                continue
            for case in self.scope.cases(node):
                together = both(when, case.when)
                if together is not None:
                    cases.append(Case(case.content, together))
        return value_of(cases, part.place)

    def text(self, *keys: str) -> str:
        """The literal text there; empty where there is another value, or none."""
        part = self.get(*keys) if keys else self
        nodes = [node for _, node in part.branches if isinstance(node, Node)]
        return text(nodes[0]) if len(nodes) == 1 else ""

    def entries(self) -> Iterator[tuple[str, Part]]:
        """The entries of the mappings that stand there, by key."""
        keys: dict[str, None] = {}
        for _, node in self.branches:
            if isinstance(node, Node) and function_in(node) is None:
                keys.update(dict.fromkeys(mapping(node)))
        return ((key, self._below(key)) for key in keys)

    def key_place(self, key: str) -> Place:
        """Where a key of the mappings that stand there is written."""
        found = (node for _, node in self.branches if isinstance(node, Node) and key in mapping(node))
        node = next(found, None)
        return key_place(node, key) if node is not None else self.place

    def elements(self) -> Iterator[Part]:
        """The elements of the lists that stand there; a single value that is no list is one element."""
        for when, node in self.branches:
            if node is None:
                continue
            inner = node.value if isinstance(node, Node) and isinstance(node.value, list) else [node]
            for one in inner:
                if isinstance(one, Unknown):
                    yield Part(self.scope, [(when, one)], self.place)
                    continue
                found: list[Branch] = []
                for more, branch in self.scope.branches(one):
                    together = both(when, more)
                    if together is not None and branch is not None:
                        found.append((together, branch))
                if found:
                    yield Part(self.scope, found, place_of(one))

    def values(self) -> tuple[Value, ...]:
        """The values of the elements."""
        found = (one.value() for one in self.elements())
        return tuple(one for one in found if one is not None)

    def items(self, *keys: str) -> tuple[Value, ...]:
        """The values of the elements under keys."""
        return self.get(*keys).values()
