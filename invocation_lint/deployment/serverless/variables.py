"""The variables of a serverless.yml: `${self:custom.table}`, `${file(config.yml):queue}`, `${opt:stage, 'dev'}`.

By the Serverless Framework's documentation, variables. What is set at deployment is a hole; of a mapping that has an
entry for each stage, each entry is an alternative.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from invocation_lint.deployment.cloudformation.scope import Scope
from invocation_lint.deployment.documents.nodes import below, get, items, mapping, text
from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_nodes
from invocation_lint.deployment.names import are_equal
from invocation_lint.deployment.references import resolved
from invocation_lint.deployment.serverless.expressions import keys_of, literal_of, parts_of, split, whole_of
from invocation_lint.deployment.values import (
    Attribute,
    Case,
    Conditions,
    Hole,
    Import,
    Key,
    Piece,
    Text,
    Unknown,
    both,
    pieces_of,
    text_of,
    together,
)
from invocation_lint.deployment.values import text as joined
from invocation_lint.documents.nodes import Node

MAX_DEPTH = 16
"""How far a variable is followed from one to the next."""

STAGE = "stage"
"""The name of the hole that the stage is: of `${opt:stage}`, `${sls:stage}` and `${self:provider.stage}`."""

_SOURCE = re.compile(r"(?s)([\w.-]+)(?:\((.*)\))?(?::(.*))?\Z")
_PSEUDO = re.compile(r"\$\{(AWS::\w+)\}")
_CIRCLE = "variables refer to each other in a circle"
_FILES = (".yml", ".yaml", ".json")

Found = list[tuple[Conditions, Node]]


class Variables(Scope):
    """The names of a serverless.yml. `functions` leads from the keys of its functions to their logical ids."""

    def __init__(self, path: str, root: Node, read: Callable[[str], bytes | None]) -> None:
        super().__init__(path, root)
        self.root = root
        self.read = read
        self.folder = path.rpartition("/")[0]
        self.functions: dict[str, str] = {}
        self._depth = 0
        self._followed: set[str] = set()
        self._files: dict[str, Node | Unknown] = {}

    def take(self, resources: Node) -> None:
        """Take the names of a template of CloudFormation that stands beside the functions."""
        super().__init__(self.path, resources)

    @cached_property
    def stage(self) -> Hole:
        """The stage, with the default that the provider gives."""
        given = get(self.root, "provider", "stage")
        content = text(given)
        default: str | None = content
        if given is not None and "${" in content:
            addresses = split(whole_of(content) or "", ",")[1:]
            told = [text_of(case.content) for _, one in self._first(addresses, given) for case in self.cases(one)]
            default = told[0] if len(told) == 1 else None
        return Hole(STAGE, "", "the stage is set at deployment", default or "dev")

    @cached_property
    def _named_stage(self) -> str:
        """What the provider takes its stage from, followed through the file: `env:STAGE`. The stage, wherever that is
        named; empty where it is a constant, an option, or in a table of stages."""
        content = text(get(self.root, "provider", "stage"))
        for _ in range(MAX_DEPTH):
            address = split(whole_of(content) or "", ",")[0]
            if not address.startswith("self:"):
                return address if address.startswith("env:") else ""
            content = text(get(self.root, *address.removeprefix("self:").split(".")))
        return ""

    @property
    def included(self) -> tuple[str, ...]:
        """The files that were read for variables."""
        return tuple(path for path, found in self._files.items() if isinstance(found, Node))

    # -- what a scope is asked ---------------------------------------------------------------------------------------

    def branches(self, node: Node | None) -> list[tuple[Conditions, Node | Unknown | None]]:
        """The nodes that may stand at a place, a variable being replaced by what it stands for."""
        expression = whole_of(node.value) if node is not None and isinstance(node.value, str) else None
        if expression is None or node is None:
            return super().branches(node)
        found: list[tuple[Conditions, Node | Unknown | None]] = []
        for when, one in self.stands_for(expression, node):
            if isinstance(one.value, Unknown):
                found.append((when, one.value))
                continue
            with self._following(expression) as is_new:
                inner = self.branches(one) if is_new else [((), Unknown(_CIRCLE))]
            found += [(told, branch) for more, branch in inner if (told := both(when, more)) is not None]
        return found

    def interpolate(self, content: str, node: Node) -> Iterable[Case]:
        """The cases of a text with the variables in it filled in."""
        if "${" not in content:
            return super().interpolate(content, node)
        parts: list[list[Case]] = []
        for part, expression in parts_of(content):
            if expression is None:
                parts.append([Case(joined(self._with_pseudo(part)))])
                continue
            with self._following(expression) as is_new:
                parts.append(list(self._cases_of(expression, node)) if is_new else [Case(Unknown(_CIRCLE))])
        every = parts[0] if len(parts) == 1 else together(parts)
        return [Case(resolved(case.content), case.when) for case in every]

    def _cases_of(self, expression: str, node: Node) -> Iterator[Case]:
        for when, one in self.stands_for(expression, node):
            for case in self.cases(one):
                told = both(when, case.when)
                if told is not None:
                    yield Case(case.content, told)

    @contextmanager
    def _following(self, expression: str) -> Iterator[bool]:
        """Follows a variable; what is yielded is whether it is not followed already."""
        is_new = expression not in self._followed
        self._followed.add(expression)
        try:
            yield is_new
        finally:
            if is_new:
                self._followed.discard(expression)

    def attribute(self, name: str, attribute: str) -> Piece | Unknown:
        """What `Fn::GetAtt` of a resource is; functions may be named by their keys."""
        return super().attribute(self.functions.get(name, name), attribute)

    def refer(self, name: str) -> Piece | Unknown | None:
        """What `Ref` of a name is, likewise."""
        return super().refer(self.functions.get(name, name))

    def _with_pseudo(self, part: str) -> Iterator[Piece]:
        end = 0
        for match in _PSEUDO.finditer(part):
            yield part[end : match.start()]
            end = match.end()
            told = super().refer(match[1])
            yield told if told is not None and not isinstance(told, Unknown) else match[0]
        yield part[end:]

    # -- what a variable stands for ----------------------------------------------------------------------------------

    def stands_for(self, expression: str, node: Node) -> Found:
        """The nodes that a variable stands for: the first of its addresses that is set."""
        if self._depth >= MAX_DEPTH:
            return [_unknown(_CIRCLE, node)]
        self._depth += 1
        try:
            return self._first(split(expression, ","), node)
        finally:
            self._depth -= 1

    def _first(self, addresses: list[str], node: Node) -> Found:
        for index, address in enumerate(addresses):
            rest = addresses[index + 1 :]
            if address and address == self._named_stage:
                return [((), self._stage(node))]
            literal = literal_of(address)
            if literal is not None:
                return [((), _node(literal[0], node))]
            match = _SOURCE.match(address.strip())
            if match is None:
                continue
            source, given, path = match[1], match[2], match[3] or ""
            told = self._of_source(source, given, path, rest, node)
            if told:
                return told
        return [_unknown(f"${{{', '.join(one.strip() for one in addresses)}}} is not set", node)]

    def _of_source(self, source: str, given: str | None, path: str, rest: list[str], node: Node) -> Found:
        """What an address stands for; empty where nothing is set."""
        if source == "self":
            return self._at(self.root, path, node) if path != "provider.stage" else [((), self._stage(node))]
        if source in {"sls", "opt"}:
            return [((), self._stage(node) if path == "stage" else self._hole(f"{source}:{path}", rest, node))]
        if source == "param":
            return self._param(path, node) or [((), self._hole(f"param:{path}", rest, node))]
        if source == "file" and given is not None:
            return self._of_file(given, path, rest, node)
        if source.partition(".")[0] in {"ssm", "cf"}:
            return [((), self._set_elsewhere(source.partition(".")[0], path, rest, node))]
        if source == "aws":
            name = {"accountId": "AWS::AccountId", "region": "AWS::Region"}.get(path, f"aws:{path}")
            return [((), _node(joined([Hole(name, "", f"{name} is known at deployment")]), node))]
        if source == "strToBool" and given is not None:
            truth = self._text(given, node)
            known = {"true": True, "1": True, "false": False, "0": False}.get(truth) if isinstance(truth, str) else None
            return [((), _node(known, node))] if known is not None else [_unknown("strToBool of what is open", node)]
        where = f"{source}({given})" if given is not None else source
        return [((), self._hole(f"{where}:{path}", rest, node))]

    def _set_elsewhere(self, source: str, path: str, rest: list[str], node: Node) -> Node:
        """A parameter of Systems Manager, or an output of a stack."""
        address = self._text(path.partition("~")[0], node)
        pieces = pieces_of(address) or (path,)
        if source == "ssm":
            if isinstance(address, str):
                return self._hole(f"ssm:{address}", rest, node)
            return _node(joined([Import(joined(pieces), "ssm", default=self._default(rest, node))]), node)
        last = pieces[-1]
        stack, _, output = last.rpartition(".") if isinstance(last, str) else ("", "", "")
        name = joined((*pieces[:-1], stack))
        if not output or not name:
            return self._hole(f"{source}:{path}", rest, node)
        return _node(joined([Import(name, "stack", output, self._default(rest, node))]), node)

    def _hole(self, name: str, rest: list[str], node: Node) -> Node:
        """What is set at deployment, with the default that the addresses behind it give."""
        default = self._default(rest, node)
        return _node(joined([Hole(name, "", f"${{{name}}} is set at deployment", default)]), node)

    def _default(self, rest: list[str], node: Node) -> str | None:
        if not rest:
            return None
        told = [text_of(case.content) for _, one in self._first(rest, node) for case in self.cases(one)]
        return told[0] if len(told) == 1 else None

    def _stage(self, node: Node) -> Node:
        return _node(joined([self.stage]), node)

    def _param(self, name: str, node: Node) -> Found:
        found: Found = []
        for section in (get(self.root, "params"), get(self.root, "stages")):
            for stage, params in mapping(section).items():
                one = get(params, name) or get(params, "params", name)
                if one is not None:
                    found.append((((Key("", STAGE), stage),), one))
        return found if len(found) != 1 else [((), found[0][1])]

    def _of_file(self, given: str, path: str, rest: list[str], node: Node) -> Found:
        told = self._text(given, node)
        name = told if isinstance(told, str) else told.filled() if isinstance(told, Text) else None
        when: Conditions = ()
        if name is None:
            return [_unknown("the name of a file is set at deployment", node)]
        if isinstance(told, Text):
            holes = [one for one in told.pieces if isinstance(one, Hole)]
            when = tuple((Key(one.scope, one.name), one.default or "") for one in holes)
        if not name.endswith(_FILES):
            return [_unknown(f"{name} is run at deployment", node)]
        root = self._file(below(self.folder, name.strip()))
        if isinstance(root, Unknown):
            return self._first(rest, node) if rest else [_unknown(root.reason, node)]
        found = self._at(root, path, node) if path else [((), root)]
        return [(joint, one) for more, one in found if (joint := both(when, more)) is not None]

    def _file(self, path: str) -> Node | Unknown:
        if path not in self._files:
            data = self.read(path)
            name = path.rpartition("/")[2]
            root = read_nodes(path, data) if data is not None else Unreadable(f"there is no file {name}", 1, 1)
            self._files[path] = Unknown(root.message) if isinstance(root, Unreadable) else root
        return self._files[path]

    def _text(self, content: str, node: Node) -> str | Text | Unknown:
        """The text of a part of an address."""
        cases = list(self.interpolate(content.strip().strip("'\""), node))
        pieces = pieces_of(cases[0].content) if len(cases) == 1 else None
        return joined(pieces) if pieces is not None else Unknown("it depends on a condition")

    def _at(self, root: Node, path: str, node: Node) -> Found:
        """What stands in a document under keys with dots between them; a key may be open."""
        content = self._text(path, node)
        if isinstance(content, Unknown):
            return [_unknown(content.reason, node)]
        current: list[tuple[Conditions, Node]] = [((), root)]
        for key in keys_of(pieces_of(content) or ()):
            if key == "":
                continue
            following: list[tuple[Conditions, Node]] = []
            for when, one in current:
                for more, inner in self.branches(one):
                    told = both(when, more)
                    if isinstance(inner, Node) and told is not None:
                        following += self._below(told, inner, key)
                    elif isinstance(inner, Unknown) and told is not None:
                        following.append((told, _unknown(inner.reason, node)[1]))
            current = following
        return current

    def _below(self, when: Conditions, node: Node, key: str | Text) -> Iterator[tuple[Conditions, Node]]:
        if isinstance(node.value, Unknown):
            yield when, node
        elif isinstance(key, str):
            inner = mapping(node).get(key)
            if inner is None and key.isdigit() and int(key) < len(items(node)):
                inner = items(node)[int(key)]
            if inner is not None:
                yield when, inner
        else:
            holes = [one for one in key.pieces if isinstance(one, (Hole, Attribute))]
            for name, inner in mapping(node).items():
                chosen = Key("", holes[0].name if isinstance(holes[0], Hole) else "")
                told = both(when, ((chosen, name),)) if are_equal(key, name) is not False else None
                if told is not None:
                    yield told, inner


def _node(value: object, node: Node) -> Node:
    """A node at the place of another."""
    made = Node(value, node.path, node.line, node.column)
    made.end = node.end
    return made


def _unknown(reason: str, node: Node) -> tuple[Conditions, Node]:
    return (), _node(Unknown(reason), node)
