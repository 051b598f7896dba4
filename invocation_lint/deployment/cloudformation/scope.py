"""What names mean in one template: parameters, resources, conditions, mappings, and the functions over them.

By the CloudFormation user guide (intrinsic function reference, condition functions, pseudo parameters reference).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

from invocation_lint.deployment.cloudformation.attributes import named_by_attribute, named_by_ref
from invocation_lint.deployment.cloudformation.conditions import Condition, Decisions, when_of
from invocation_lint.deployment.cloudformation.intrinsics import FUNCTIONS, function_in
from invocation_lint.deployment.documents.nodes import below, get, items, mapping, text
from invocation_lint.deployment.documents.yaml_nodes import place_of, read_nodes
from invocation_lint.deployment.values import (
    Case,
    Conditions,
    Hole,
    Import,
    Piece,
    Unknown,
    Value,
    both,
    pieces_of,
    value_of,
)
from invocation_lint.deployment.values import text as joined
from invocation_lint.documents.nodes import Node

NOTHING = "AWS::NoValue"
SAME_EVERYWHERE = frozenset({"AWS::Region", "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix"})
"""Pseudo parameters that stacks of one application share. A partition and its suffix are hardly ever others."""

_PSEUDO = SAME_EVERYWHERE | {"AWS::StackName", "AWS::StackId", "AWS::NotificationARNs"}
_DEFAULTS = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


_DYNAMIC = re.compile(r"\{\{resolve:(ssm-secure|ssm|secretsmanager):([^:}$]+)(:[^}$]*)?\}\}")


class Scope:
    """The names of one template. `interpolate` splits a plain text into pieces, for dialects that fill them in; `read`
    gives the bytes of another file, for what the template includes."""

    def __init__(self, path: str, root: Node, read: Callable[[str], bytes | None] = lambda _: None) -> None:
        self.path = path
        self._read = read
        self._including: list[str] = []
        self.parameters = mapping(get(root, "Parameters"))
        self.mappings = get(root, "Mappings")
        self.types = {id: text(get(one, "Type")) for id, one in mapping(get(root, "Resources")).items()}
        self._decisions = Decisions(path, mapping(get(root, "Conditions")), self._literal)

    def interpolate(self, content: str, node: Node) -> Iterable[Case]:
        """The cases of a text as it stands in the template, with dynamic references as holes (AWS: CloudFormation user
        guide, dynamic references)."""
        if "{{resolve:" not in content:
            return (Case(content),)
        pieces: list[Piece] = []
        end = 0
        for match in _DYNAMIC.finditer(content):
            # A version of a parameter says little, while a secret has a value for each of its keys.
            name = f"ssm:{match[2]}" if match[1].startswith("ssm") else f"{match[1]}:{match[2]}{match[3] or ''}"
            reason = f"{match[0]} is read at deployment"
            pieces += [content[end : match.start()], Hole(name, "", reason)]
            end = match.end()
        return (Case(joined([*pieces, content[end:]])),)

    # -- values ------------------------------------------------------------------------------------------------------

    def value(self, node: Node) -> Value:
        """What a node stands for."""
        return value_of(self.cases(node), place_of(node))

    def cases(self, node: Node) -> list[Case]:
        """The cases of what a node stands for."""
        if isinstance(node.value, str):
            return list(self.interpolate(node.value, node))
        if isinstance(node.value, list):
            return [Case(tuple(map(self.value, node.value)))]
        if not isinstance(node.value, dict):
            return [Case(node.value)]  # a scalar; in other dialects also a `Text` or `Unknown`
        name = function_in(node)
        if name is None:
            return [Case({key: self.value(one) for key, one in node.value.items()})]
        function = FUNCTIONS.get(name)
        if name == "Fn::Transform":
            return self._transformed(node.value[name])
        if function is None:
            return [Case(Unknown(f"{name} is worked out at deployment"))]
        return function(self, node.value[name])

    def _transformed(self, node: Node) -> list[Case]:
        """What a macro makes: AWS::Include puts a file there (AWS: CloudFormation user guide, AWS::Include)."""
        where = text(get(node, "Parameters", "Location")) if text(get(node, "Name")) == "AWS::Include" else ""
        path = below(posixpath.dirname(self.path), where) if where and "://" not in where else ""
        data = self._read(path) if path and path not in self._including else None
        found = read_nodes(path, data) if data is not None else None
        if not isinstance(found, Node):
            return [Case(Unknown("Fn::Transform is worked out at deployment"))]
        self._including.append(path)
        cases = self.cases(found)
        self._including.pop()
        return cases

    def branches(self, node: Node | None) -> list[tuple[Conditions, Node | Unknown | None]]:
        """The nodes that may stand at a place, each with its conditions; None where nothing is set there."""
        name = function_in(node) if node is not None else None
        if node is None or name is None:
            return [((), node)]
        inner = mapping(node)[name]
        if name == "Ref" and text(inner) == NOTHING:
            return [((), None)]
        if name == "Fn::If" and len(items(inner)) == 3:
            condition = self.condition(items(inner)[0])
            found: list[tuple[Conditions, Node | Unknown | None]] = []
            for holds, branch in ((True, items(inner)[1]), (False, items(inner)[2])):
                when = when_of(condition, holds)
                if when is None:
                    continue
                for more, one in self.branches(branch):
                    together = both(when, more)
                    if together is not None:
                        found.append((together, one))
            return found
        return [((), node)]

    # -- references --------------------------------------------------------------------------------------------------

    def refer(self, name: str) -> Piece | Unknown | None:
        """What `Ref` of a name is; None for no value at all."""
        if name == NOTHING:
            return None
        if name in self.parameters:
            return self._parameter(name)
        if name in _PSEUDO:
            scope = "" if name in SAME_EVERYWHERE else self.path
            return Hole(name, scope, f"{name} is known at deployment", _DEFAULTS.get(name))
        return named_by_ref(self.path, name, self.types)

    def attribute(self, name: str, attribute: str) -> Piece | Unknown:
        """What `Fn::GetAtt` of a resource is."""
        return named_by_attribute(self.path, name, attribute, self.types)

    def _parameter(self, name: str) -> Hole | Import:
        node = self.parameters[name]
        kind = text(get(node, "Type"))
        default = get(node, "Default")
        if kind.startswith("AWS::SSM::Parameter::Value"):  # it is given the name of a parameter there
            if text(default):
                return Import(text(default), "ssm")
            reason = f"the parameter {name} is read from Systems Manager at deployment"
            return Hole(name, f"ssm:{self.path}", reason)
        pieces = pieces_of(default.value) if default is not None else None
        told = pieces[0] if pieces and isinstance(pieces[0], str) else None
        return Hole(name, self.path, f"the parameter {name} is set at deployment", told)

    def condition(self, node: Node) -> Condition:
        """The condition that a node names, or is."""
        return self._decisions.of(node)

    def _literal(self, node: Node) -> str | None:
        """The text of a constant; None for what a parameter or a lookup decides."""
        cases = self.cases(node)
        pieces = pieces_of(cases[0].content) if len(cases) == 1 else None
        content = joined(pieces) if pieces is not None else None
        return content if isinstance(content, str) else None
