"""Reads the conditions and templates of a rule and checks every name in them against the facts."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import field, replace

from invocation_lint.documents.nodes import Node, kind_of, unknown_name
from invocation_lint.errors import UsageError
from invocation_lint.records import mutable, record
from invocation_lint.rulebook.model import Condition, Operand, Option, OptionName, PathTest, Reference, Template, When
from invocation_lint.rulebook.paths import FieldInfo, fields_of, siblings
from invocation_lint.rulebook.template import TemplateError, split

COMPARISONS = ("over", "at_least", "under", "at_most")
OPERATORS = (*COMPARISONS, "like", "not", "is", "some", "none", "not_known_to_be")
STATES = ("present", "absent", "known")

_OPTION = re.compile(r"\$([a-z][a-z0-9_]*)\Z")
_BARE_PATH = re.compile(r"[a-z][a-z0-9_.]*\Z")
_PATH = re.compile(r"=([a-z][a-z0-9_.]*)\Z")


@record
class Where:
    """Where a condition stands: `element` is the list that a some/none looks at, `negative` is under unless or none."""

    element: FieldInfo | None = None
    inside_element: bool = False
    inside_any: bool = False
    negative: bool = False


@mutable
class Scope:
    """The names that a rule may use. `checked` skips the look-ups, for rules that were checked when compiled."""

    fact: str
    each: Reference | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    checked: bool = False
    closed_world: list[Node] = field(default_factory=list)  # where not_known_to_be is used

    @property
    def paths(self) -> Mapping[str, FieldInfo]:
        return fields_of(self.fact)

    @property
    def item_paths(self) -> Mapping[str, FieldInfo]:
        if self.each is None:
            return {}
        return self.paths[self.each.text].element or {}

    # -- names

    def reference(self, text: str, node: Node, where: Where, key: str | None = None) -> tuple[Reference, FieldInfo]:
        """The path `text` with what is known of it. The error stands at the key of that name, else at the node."""
        parts = tuple(text.split("."))
        if where.inside_element:
            reference = Reference("element", parts)
            known: Mapping[str, FieldInfo] = (where.element.element if where.element else None) or {}
            of = f"elements of {where.element.path}" if where.element else "element"
        elif parts[0] == "item":
            reference = Reference("item", parts[1:])
            if self.each is None:
                raise _error(node, key, f'"{text}" needs `each`: there is no item without it')
            known = {} if self.checked else self.item_paths
            of = f"item of {self.each.text}"
        else:
            reference = Reference("fact", parts)
            known = {} if self.checked else self.paths
            of = f"fact {self.fact}"
        if self.checked:
            return reference, FieldInfo(text, "text")
        path = ".".join(reference.parts)
        if not path:
            return reference, FieldInfo(text, "group")
        if path not in known:
            prefix = "item." if reference.scope == "item" else ""
            allowed = [prefix + name for name in siblings(known, path)]
            raise _error(node, key, unknown_name(f"field of the {of}:", text, allowed))
        return reference, known[path]

    def operand(self, node: Node, info: FieldInfo) -> Operand:
        """A number, text, `$option` or `=path` that fits the field."""
        value = node.value
        if isinstance(value, str):
            option, path = _OPTION.match(value), _PATH.match(value)
            if option:
                return self._option(option[1], node, info)
            if path:
                reference, other = self.reference(path[1], node, Where())
                if not self.checked and other.type != info.type:
                    raise node.error(f'"{path[1]}" is a {other.type}, "{info.path}" a {info.type}')
                return reference
        return self._literal(node, info)

    def _option(self, name: str, node: Node, info: FieldInfo) -> OptionName:
        if self.checked:
            return OptionName(name)
        if name not in self.options:
            raise node.error(unknown_name("option", name, tuple(self.options)))
        type_ = self.options[name].type
        if (type_ == "number") != (info.type == "number"):
            raise node.error(f'the option "{name}" is a {type_}, "{info.path}" a {info.type}')
        return OptionName(name)

    def _literal(self, node: Node, info: FieldInfo) -> str | int | float:
        value = node.value
        if self.checked:
            return value  # type: ignore[no-any-return]
        if info.type == "number":
            return node.number()
        if isinstance(value, bool) and "yes" in info.words:
            raise node.error(f'expected text, found {kind_of(value)}; write "{"yes" if value else "no"}"')
        return node.text(info.words, f'word for "{info.path}":')

    # -- conditions

    def when(self, node: Node, where: Where | None = None, may_be_empty: bool = False) -> When:
        """A `when`: paths with their tests, and `any`."""
        where = where or Where()
        conditions: list[Condition] = []
        alternatives: tuple[When, ...] = ()
        entries = node.mapping()
        if not entries and not may_be_empty:
            raise node.error("an empty condition always holds")
        for key, value in entries.items():
            if key == "any":
                if where.inside_any:
                    raise node.key_error(key, "`any` inside `any`: one level is all there is")
                branches = value.items()
                if len(branches) < 2:
                    raise value.error("`any` needs two conditions or more")
                alternatives = tuple(self.when(branch, replace(where, inside_any=True)) for branch in branches)
            else:
                reference, info = self.reference(key, node, where, key)
                conditions.append(Condition(reference, self._tests(value, info, where)))
        return When(tuple(conditions), alternatives)

    def _tests(self, node: Node, info: FieldInfo, where: Where) -> tuple[PathTest, ...]:
        if isinstance(node.value, dict):
            if not node.value:
                raise node.error(f"expected an operator ({', '.join(OPERATORS)})")
            return tuple(self._operator(operator, value, node, info, where) for operator, value in node.value.items())
        self._needs(("text", "number"), info, node, None, "a value")
        return (PathTest("equals", self._operands(node, info)),)

    def _operands(self, node: Node, info: FieldInfo) -> tuple[Operand, ...]:
        if not isinstance(node.value, list):
            return (self.operand(node, info),)
        if not node.value:
            raise node.error("an empty list matches nothing")
        for entry in node.value:
            if isinstance(entry.value, str) and (_OPTION.match(entry.value) or _PATH.match(entry.value)):
                raise entry.error("a list may hold only values, no $option and no =path")
        return tuple(self._literal(entry, info) for entry in node.value)

    def _operator(self, operator: str, value: Node, node: Node, info: FieldInfo, where: Where) -> PathTest:
        if operator not in OPERATORS:
            raise node.key_error(operator, unknown_name("operator", operator, OPERATORS))
        if operator in ("some", "none"):
            self._needs(("list",), info, node, operator, f"`{operator}`")
            if where.inside_element:
                raise node.key_error(operator, f"`{operator}` inside some or none: quantifiers do not nest")
            negative = where.negative != (operator == "none")
            inner = replace(where, element=info, inside_element=True, negative=negative)
            return PathTest(operator, when=self.when(value, inner))
        if operator == "is":
            state = value.text(STATES, "state")
            if state == "known" and where.negative:
                raise value.error(
                    "`is: known` under unless or none would make the rule fire because the analysis cannot tell",
                    "ask for `is: present`, or say it with not_known_to_be",
                )
            return PathTest(operator, (state,))
        if operator in COMPARISONS:
            self._needs(("number",), info, node, operator, f"`{operator}`")
            return PathTest(operator, (self._single(value, info, operator),))
        if operator == "like":
            return self._like(value, node, info)
        self._needs(("text", "number"), info, node, operator, f"`{operator}`")
        if operator == "not_known_to_be":
            self.closed_world.append(value)
        return PathTest(operator, self._operands(value, info))

    def _single(self, node: Node, info: FieldInfo, operator: str) -> Operand:
        if isinstance(node.value, (list, dict)):
            raise node.error(f"`{operator}` expects one value, found {kind_of(node.value)}")
        return self.operand(node, info)

    def _like(self, value: Node, node: Node, info: FieldInfo) -> PathTest:
        self._needs(("text",), info, node, "like", "`like`")
        glob = self._single(value, replace(info, words=()), "like")
        if isinstance(glob, str) and info.words and not fnmatch.filter(info.words, glob):
            raise value.error(f'"{glob}" matches none of the words of "{info.path}" ({", ".join(info.words)})')
        return PathTest("like", (glob,))

    def _needs(self, types: tuple[str, ...], info: FieldInfo, node: Node, key: str | None, what: str) -> None:
        if self.checked or info.type in types:
            return
        use = {
            "text": "a value, not, like, is",
            "number": "a value, not, over, at_least, under, at_most, is",
            "list": "some, none, is",
            "group": "is, or name one of its fields",
        }[info.type]
        raise _error(node, key, f'{what} does not fit "{info.path}", which is a {info.type} (test it with: {use})')

    # -- templates

    def template(self, text: str, node: Node) -> Template:
        """A message: its texts, references and option names."""
        try:
            pieces = split(text)
        except TemplateError as error:
            raise node.error(str(error)) from None
        found: list[str | Reference | OptionName] = []
        for piece, named in pieces:
            if not named:
                found.append(piece)
            elif option := _OPTION.match(piece):
                if not self.checked and option[1] not in self.options:
                    raise node.error(unknown_name("option", option[1], tuple(self.options)))
                found.append(OptionName(option[1]))
            else:
                if not _BARE_PATH.match(piece):
                    raise node.error(f'"{piece}" in braces is not a path; write {{{{ and }}}} for literal braces')
                reference, info = self.reference(piece, node, Where())
                if info.type == "group" and not self.checked:
                    raise node.error(f'"{piece}" is a group of fields and has no text of its own')
                found.append(reference)
        return tuple(found)


def _error(node: Node, key: str | None, message: str) -> UsageError:
    return node.key_error(key, message) if key is not None else node.error(message)
