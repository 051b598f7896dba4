"""A resource while it is read: its arguments and the blocks in it, those that are `dynamic` too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.terraform.expressions import elements_of, evaluate
from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.modules import Instance
from invocation_lint.deployment.terraform.parsing import attributes, below, blocks_in, label_of, parts
from invocation_lint.deployment.terraform.values import Partly, Reference, open_text, settled
from invocation_lint.deployment.values import (
    Attribute,
    Case,
    Conditions,
    Key,
    Text,
    Unknown,
    Value,
    both,
    known,
    value_of,
)
from invocation_lint.findings import Place
from invocation_lint.records import mutable

if TYPE_CHECKING:
    from lark import Tree


@mutable(eq=False)
class Body:
    """The arguments and blocks of a block; of none, where it is not there."""

    frame: Frame
    nodes: tuple[Tree[Any], ...]
    when: Conditions = ()

    @property
    def is_there(self) -> bool:
        """Whether there is such a block."""
        return bool(self.nodes)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.frame.place(self.nodes[0]) if self.nodes else self.frame.block.place

    def raw(self, name: str) -> Value | None:
        """An argument, with what only Terraform has."""
        for node in self.nodes:
            for key, _, one in attributes(node):
                if key == name:
                    value = evaluate(self.frame, one)
                    return None if all(content is None for content in value.contents) else self._here(value)
        return None

    def node(self, name: str) -> Tree[Any] | None:
        """The expression of an argument."""
        return next((one for node in self.nodes for key, _, one in attributes(node) if key == name), None)

    def _here(self, value: Value) -> Value:
        """A value that is there when the block is."""
        if not self.when:
            return value
        cases = [Case(one.content, when) for one in value.cases if (when := both(one.when, self.when)) is not None]
        if len(self.when) == 1 and isinstance(self.when[0][1], bool):
            cases.append(Case(None, ((self.when[0][0], not self.when[0][1]),)))
        return value_of(cases, value.place)

    def value(self, *names: str) -> Value | None:
        """An argument by the first of these names that is there."""
        found = next((one for name in names if (one := self.raw(name)) is not None), None)
        return settled(found) if found is not None else None

    def structure(self, name: str) -> Value | None:
        """An argument of which texts of JSON are what they were made of."""
        from invocation_lint.deployment.terraform.documents import structured

        found = self.raw(name)
        return structured(found) if found is not None else None

    def text(self, name: str) -> str:
        """An argument that is a text; empty where it is none, or open."""
        found = self.value(name)
        return (found.text or "") if found is not None else ""

    def items(self, name: str) -> tuple[Value, ...]:
        """The elements of an argument; one that is not known as a list is the only one."""
        found = self.value(name)
        if found is None:
            return ()
        content = found.content
        return content if isinstance(content, tuple) else (found,)

    def entries(self, name: str) -> tuple[dict[str, Value], str]:
        """The entries of an argument that is a mapping, and why there may be more."""
        found = self.value(name)
        if found is None:
            return {}, ""
        contents = [one for one in found.cases if one.content is not None]
        names = dict.fromkeys(name for one in contents for name in _entries(one.content))
        reason = next((one.content.reason for one in contents if isinstance(one.content, Unknown)), "")
        if not reason and any(not isinstance(one.content, dict) for one in contents):
            reason = "it is given when it is deployed"
        return {name: _entry(found, name) for name in names}, reason

    def blocks(self, kind: str) -> list[Body]:
        """The blocks of a kind in it."""
        found: list[Body] = []
        for node in self.nodes:
            for name, labels, inner in blocks_in(node):
                if name == kind:
                    found.append(Body(self.frame, (inner,), self.when))
                elif name == "dynamic" and labels == (kind,):
                    found += self._dynamic(kind, inner)
        return found

    def block(self, *kinds: str) -> Body:
        """The first block of a kind, of which a second stands in the first."""
        current = self
        for kind in kinds:
            current = next(iter(current.blocks(kind)), Body(self.frame, ()))
        return current

    def _dynamic(self, kind: str, node: Tree[Any]) -> Iterator[Body]:
        told = {name: one for name, _, one in attributes(node)}
        content = next((inner for name, _, inner in blocks_in(node) if name == "content"), None)
        if content is None or "for_each" not in told:
            return
        iterator = label_of(told["iterator"]) if "iterator" in told else kind
        over = evaluate(self.frame, told["for_each"])
        for case in over.cases:
            when = both(self.when, case.when)
            elements = elements_of(case.content, over.place)
            if when is None:
                continue
            if elements is None:
                open_key, open_value = (
                    known(open_text(f"{iterator}.{word}", self.frame.instance.scope, "it is not known"), over.place)
                    for word in ("key", "value")
                )
                elements = [(open_key, open_value)] if case.content is not None else []
            for key, value in elements:
                names = {iterator: known({"key": key, "value": value}, over.place)}
                yield Body(self.frame.with_names(names), (content,), when)


def _entries(content: Any) -> dict[str, Value]:
    """The entries of a mapping that are known."""
    entries: Any = content.entries if isinstance(content, Partly) else content
    return entries if isinstance(entries, dict) else {}


def _entry(value: Value, name: str) -> Value:
    cases: list[Case] = []
    for case in value.cases:
        inner = _entries(case.content).get(name)
        for one in inner.cases if inner is not None else (Case(None),):
            when = both(case.when, one.when)
            if when is not None:
                cases.append(Case(one.content, when))
    return value_of(cases, value.place)


@mutable(eq=False)
class Made:
    """A resource: where it is, under which conditions, and its arguments."""

    reference: Reference
    type: str
    place: Place
    when: Conditions
    body: Body

    @property
    def instance(self) -> Instance:
        """The module in which it is made."""
        return self.reference.instance

    @property
    def key(self) -> Key:
        """Under which others refer to it."""
        return self.instance.key(self.reference)

    @property
    def head(self) -> tuple[Key, str, Place, Conditions]:
        """What each resource of the model begins with."""
        return self.key, self.type, self.place, self.when

    def value(self, *names: str) -> Value | None:
        """An argument, by the first of these names that is there."""
        return self.body.value(*names)

    def own(self, attribute: str) -> Value:
        """The value that is an attribute of it."""
        return known(Text((Attribute(self.key, attribute),)), self.place)


def made_in(instance: Instance, one: Reference) -> Iterator[Made]:
    """What a block of a module makes, once for each."""
    block = instance.block_of(one)
    if block is None or block.body() is None:
        return
    several = instance.made_of(one)
    for suffix, when in [("", ())] if several is None else [(each.suffix, each.when) for each in several]:
        reference = Reference(instance, one.kind, one.type, one.name, suffix)
        frame, body = instance.frame_of(reference), block.body()
        conditions = both(instance.when, when)
        if frame is not None and body is not None and conditions is not None:
            yield Made(reference, one.type, block.place, conditions, Body(frame, (body,)))


def file_of(frame: Frame, node: Tree[Any]) -> str:
    """The file from which a text is read; empty when it stands here."""
    while node.data == "expr_term" and len(parts(node)) == 1:
        node = parts(node)[0]
    if node.data != "function_call" or label_of(parts(node)[0]) not in {"templatefile", "file"}:
        return ""
    where = settled(evaluate(frame, parts(parts(node)[1])[0])).text
    return below(frame.instance.root.folder.path, where) if where else ""
