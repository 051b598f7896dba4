"""The modules of a configuration, and what names mean in each (HashiCorp: Terraform language, references).

A folder is read once; a module is an `Instance` of it for each call, with what it is given. Values are worked out when
they are asked for, and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.terraform.expressions import elements_of, evaluate, text_key
from invocation_lint.deployment.terraform.folders import Folder, Program
from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.outside import account_or_region, attribute_of, data_of
from invocation_lint.deployment.terraform.parsing import Block, attributes, values_of
from invocation_lint.deployment.terraform.types import with_defaults
from invocation_lint.deployment.terraform.values import Absent, Reference, open_text, settled
from invocation_lint.deployment.values import (
    Attribute,
    Case,
    Conditions,
    Key,
    Text,
    Unknown,
    Value,
    known,
    text_of,
    unknown,
)
from invocation_lint.records import mutable

if TYPE_CHECKING:
    from lark import Tree

MAX_INSTANCES = 400
"""Modules that one configuration makes."""

MAX_SEVERAL = 64
"""Resources that `count` or `for_each` makes of one block; of more, one stands for all."""

MAX_LEVELS = 10


class Instance:
    """A module as it is made once: of a folder, at an address (`module.orders.`), with what it is given."""

    def __init__(
        self,
        program: Program,
        folder: Folder,
        template: str,
        prefix: str = "",
        given: Mapping[str, Value] | None = None,
        around: Instance | None = None,
        when: Conditions = (),
    ) -> None:
        self.program = program
        self.folder = folder
        self.scope = template
        self.prefix = prefix
        self.given = given
        self.root: Instance = around.root if around is not None else self
        self.level: int = around.level + 1 if around is not None else 0
        self.when = when
        self.made = 0  # how many modules a root has made
        self._values: dict[Any, Value] = {}
        self._several: dict[Any, list[Made] | None] = {}
        self._inner: dict[tuple[str, str], Instance | None] = {}
        self._waiting: set[Any] = set()
        self._set: dict[str, Value] | None = None

    # -- names -------------------------------------------------------------------------------------------------------

    def named(self, words: tuple[str, ...], frame: Frame, node: Tree[Any]) -> Any:
        """What a name means: `var.stage`, `aws_lambda_function.orders`, `data.aws_region.current`."""
        kind, name = words[0], words[-1]
        if kind == "var":
            return self.once(words, frame, node, lambda: self._typed(name, self._variable(name, frame, node)))
        if kind == "local":
            return self.once(words, frame, node, lambda: self._local(name, frame, node))
        if kind == "path":
            if name == "module":
                return self.folder.path
            return self.root.folder.path if name == "root" else Unknown("the folder where Terraform is run")
        if kind == "terraform":
            return open_text(f"terraform.{name}", self.scope, f"terraform.{name} is chosen when it is run", "default")
        if kind == "module":
            return self.held(Reference(self, "module", "", name, None))
        if kind == "data":
            return self.held(Reference(self, "data", words[1], name, None))
        return self.held(Reference(self, "resource", kind, name, None))

    def once(self, key: Any, frame: Frame, node: Tree[Any], act: Callable[[], Value]) -> Value:
        """A value that is worked out once; unknown while it is, for it refers to itself."""
        if key not in self._values:
            if key in self._waiting:
                return unknown("it refers to itself", frame.place(node))
            self._waiting.add(key)
            try:
                self._values[key] = act()
            finally:
                self._waiting.discard(key)
        return self._values[key]

    def _local(self, name: str, frame: Frame, node: Tree[Any]) -> Value:
        found = self.folder.local(name)
        if found is None:
            return unknown(f"there is no local value {name}", frame.place(node))
        block, value = found
        return evaluate(Frame(self, block, depth=frame.depth), value)

    def _typed(self, name: str, value: Value) -> Value:
        """The value of a variable with what its type adds."""
        block = self.folder.variables.get(name)
        body = block.body() if block is not None and "optional(" in block.source else None
        for key, _, type in attributes(body) if body is not None else ():
            if key == "type" and block is not None:
                return with_defaults(Frame(self, block), type, value)
        return value

    def _variable(self, name: str, frame: Frame, node: Tree[Any]) -> Value:
        if self.given is not None and name in self.given:
            return self.given[name]
        block = self.folder.variables.get(name)
        body = block.body() if block is not None else None
        place = block.place if block is not None else frame.place(node)
        default: Value | None = None
        for key, _, one in attributes(body) if body is not None else ():
            if key == "default" and block is not None:
                default = evaluate(Frame(self, block), one)
        reason = f"the variable {name} is given when it is deployed"
        if self.given is not None:
            if default is not None:
                return default
            return known(open_text(f"{self.prefix}var.{name}", self.scope, reason), place)
        default = self._set_values().get(name, default)
        content = default.content if default is not None else Unknown("")
        if isinstance(content, (dict, tuple)) and default is not None:
            return default
        if content is None:
            key_of = Key(self.scope, f"var.{name} is set")
            return Value(
                (Case(None, ((key_of, False),)), Case(open_text(f"var.{name}", self.scope, reason), ((key_of, True),))),
                place,
            )
        return known(open_text(f"var.{name}", self.scope, reason, text_of(content)), place)

    def _set_values(self) -> dict[str, Value]:
        """What files of values set that Terraform reads by itself (HashiCorp: Terraform language, input variables)."""
        if self._set is None:
            self._set = {}
            named = [f"{self.folder.path}/terraform.tfvars", f"{self.folder.path}/terraform.tfvars.json"]
            for path in (*named, *self.folder.values):  # each outdoes those before it
                data = self.program.file(path)
                found = values_of(path, data) if data is not None else None
                if found is not None:
                    block = Block("values", (), path, found[1], 1, (1, 1))
                    for key, _, one in attributes(found[0]):
                        self._set[key] = evaluate(Frame(self, block), one)
        return self._set

    # -- resources, data sources and modules, of which there may be several ------------------------------------------

    def block_of(self, one: Reference) -> Block | None:
        """The block that makes it."""
        if one.kind == "module":
            return self.folder.modules.get(one.name)
        return (self.folder.resources if one.kind == "resource" else self.folder.data).get((one.type, one.name))

    def made_of(self, one: Reference) -> list[Made] | None:
        """What a block makes: one, or what `count` and `for_each` say; None when that is not known."""
        key = (one.kind, one.type, one.name)
        if key not in self._several:
            self._several[key] = [Made("", {}, ())]  # while it is worked out
            block = self.block_of(one)
            body = block.body() if block is not None else None
            if body is not None and block is not None:
                told = {name: node for name, _, node in attributes(body) if name in {"count", "for_each"}}
                for name, node in told.items():
                    frame = Frame(self, block)
                    self._several[key] = self._counted(frame, node) if name == "count" else self._for_each(frame, node)
        return self._several[key]

    def _counted(self, frame: Frame, node: Tree[Any]) -> list[Made] | None:
        found: dict[int, list[Conditions]] = {}
        cases = evaluate(frame, node).cases
        for case in cases:
            told = text_of(case.content) if not isinstance(case.content, Text) else None
            if told is None or not told.isdigit():
                return None
            for index in range(min(int(told), MAX_SEVERAL)):
                found.setdefault(index, []).append(case.when)
        place = frame.place(node)
        return [
            Made(f"[{index}]", {"count": known({"index": known(index, place)}, place)}, _when(when, len(cases)))
            for index, when in found.items()
        ]

    def _for_each(self, frame: Frame, node: Tree[Any]) -> list[Made] | None:
        found: dict[str, tuple[Value, list[Conditions]]] = {}
        cases = evaluate(frame, node).cases
        place = frame.place(node)
        for case in cases:
            elements = elements_of(case.content, place)
            if elements is None or len(elements) > MAX_SEVERAL:
                return None
            for key, value in elements:
                name = text_key((value if isinstance(case.content, tuple) else key).content)
                if name is None:
                    return None
                found.setdefault(name, (value, []))[1].append(case.when)
        return [
            Made(
                f'["{name}"]',
                {"each": known({"key": known(name, place), "value": value}, place)},
                _when(when, len(cases)),
            )
            for name, (value, when) in found.items()
        ]

    def held(self, one: Reference) -> Reference:
        """A reference to the only one, or to all of several."""
        made = self.made_of(one)
        return replace(one, suffix="") if made is None or [each.suffix for each in made] == [""] else one

    def suffixes(self, one: Reference) -> list[tuple[Any, str]] | None:
        """The keys of several, and the suffixes of their addresses."""
        made = self.made_of(one)
        if made is None:
            return None
        return [(_key_of(each.suffix), each.suffix) for each in made]

    def one_of(self, one: Reference, key: Any) -> Any:
        """One of several, by its key."""
        if one.suffix is not None:
            return one  # of those of which nobody knows how many there are, one stands for all
        made = self.made_of(one) or []
        name = text_key(key)
        for each_made in made:
            if name is not None and str(_key_of(each_made.suffix)) == name:
                return replace(one, suffix=each_made.suffix)
        if name is not None:
            return Absent(f"there is no {one.name}[{name}]")
        return Unknown("which of several is meant is not known")

    def frame_of(self, one: Reference) -> Frame | None:
        """Where the arguments of a resource, a data source or a module are worked out."""
        block = self.block_of(one)
        if block is None or block.body() is None:
            return None
        made = self.made_of(one)
        if made is None:
            place = block.place
            name = f"{self.prefix}{one.type}.{one.name}"
            key, value = (
                known(open_text(f"{word} of {name}", self.scope, "how many there are is not known"), place)
                for word in ("each.key", "each.value")
            )
            index = known(open_text(f"count.index of {name}", self.scope, "how many there are is not known"), place)
            names = {"each": known({"key": key, "value": value}, place), "count": known({"index": index}, place)}
            return Frame(self, block, names)
        return next((Frame(self, block, each.names) for each in made if each.suffix == one.suffix), None)

    # -- what they have ----------------------------------------------------------------------------------------------

    def key(self, one: Reference) -> Key:
        """Under which others refer to a resource or a module: its address."""
        name = f"module.{one.name}" if one.kind == "module" else f"{one.type}.{one.name}"
        return Key(self.scope, f"{self.prefix}{'data.' if one.kind == 'data' else ''}{name}{one.suffix or ''}")

    def attribute(self, one: Reference, name: str, frame: Frame, node: Tree[Any]) -> Any:
        """What a resource, a data source or a module has under a name."""
        if one.suffix is None:
            made = self.made_of(one) or []
            if len(made) != 1:
                return Absent("which of several is meant is not told")
            one = replace(one, suffix=made[0].suffix)
        if one.kind == "module":
            return self._output(one, name, frame, node)
        if one.kind == "data":
            shared = account_or_region(one.type, name)
            return shared if shared is not None else data_of(self, one, name)
        told = attribute_of(self.key(one), one.type, name)
        if told is not None:
            return told
        found = self.argument(one, name)
        return found if found is not None else Text((Attribute(self.key(one), name),))

    def argument(self, one: Reference, name: str) -> Value | None:
        """An argument that a resource or a data source is given; None where it is not."""
        frame = self.frame_of(one)
        body = frame.block.body() if frame is not None else None
        for key, _, node in attributes(body) if body is not None else ():
            if key == name and frame is not None:
                own = frame
                return self.once((one, name), own, node, lambda: evaluate(own, node))  # noqa: B023 - called at once
        return None

    def _output(self, one: Reference, name: str, frame: Frame, node: Tree[Any]) -> Any:
        inner = self.inner(one)
        if inner is None:
            from invocation_lint.deployment.terraform.packages import output_of

            return output_of(self, one, name)
        block = inner.folder.outputs.get(name)
        body = block.body() if block is not None else None
        for key, _, value in attributes(body) if body is not None else ():
            if key == "value" and block is not None:
                own = Frame(inner, block, depth=frame.depth)
                return inner.once(("output", name), own, value, lambda: evaluate(own, value))  # noqa: B023 - at once
        return Absent(f"the module {one.name} has no output {name}")

    def inner(self, one: Reference) -> Instance | None:
        """The module that a call makes; None of one that lies elsewhere."""
        key = (one.name, one.suffix or "")
        if key not in self._inner:
            self._inner[key] = None
            block, frame = self.block_of(one), self.frame_of(one)
            path = self.program.source_of(self.folder, block) if block is not None else None
            if path is not None and frame is not None and self.level < MAX_LEVELS and self.root.made < MAX_INSTANCES:
                self.root.made += 1
                made = next((each for each in self.made_of(one) or () if each.suffix == one.suffix), None)
                body = frame.block.body()
                given = {
                    name: _Later(frame, node)
                    for name, _, node in (attributes(body) if body is not None else ())
                    if name not in {"source", "version", "count", "for_each", "providers", "depends_on"}
                }
                prefix = f"{self.prefix}module.{one.name}{one.suffix or ''}."
                when = (*self.when, *(made.when if made is not None else ()))
                self._inner[key] = Instance(
                    self.program, self.program.folders[path], self.scope, prefix, _Given(given), self, when
                )
        return self._inner[key]

    def text(self, one: Reference, name: str) -> Any:
        """The content of an argument, for who can use only that."""
        value = self.argument(one, name)
        return settled(value).content if value is not None else None


@mutable(eq=False)
class Made:
    """One of what a block makes: its suffix, the names in it, and the conditions under which it is there."""

    suffix: str
    names: dict[str, Value]
    when: Conditions


@mutable(eq=False)
class _Later:
    """An argument of a module that is worked out when it is asked for."""

    frame: Frame
    node: Tree[Any]


class _Given(dict[str, Any]):
    """What a module is given, worked out when it is asked for."""

    def __getitem__(self, name: str) -> Value:
        value = super().__getitem__(name)
        if isinstance(value, _Later):
            super().__setitem__(name, unknown("it refers to itself", value.frame.place(value.node)))
            value = evaluate(value.frame, value.node)
            super().__setitem__(name, value)
        assert isinstance(value, Value)
        return value


def _when(found: list[Conditions], cases: int) -> Conditions:
    """The conditions under which one of several is there."""
    return found[0] if len(found) == 1 and cases > 1 else ()


def _key_of(suffix: str) -> Any:
    inner = suffix[1:-1]
    return inner[1:-1] if inner.startswith('"') else int(inner or 0)
