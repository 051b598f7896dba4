"""What values are while an application of the CDK is run.

Texts, numbers, truth values, `None` (undefined) and lists are those of Python; `values.Text` is a text with open parts,
`values.Hole` a value that is open as a whole: two of one name and scope are the same. The others are here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from itertools import count
from typing import Any

from invocation_lint.deployment.values import Case, Conditions, Hole, Key, both
from invocation_lint.findings import Place
from invocation_lint.records import mutable, record

MAX_CHOICES = 16

NAMELESS = "?"
"""How the names of values begin that are open and equal to no other."""


@record
class Choice:
    """One of several values, each with the conditions under which it is the one."""

    cases: tuple[Case, ...]


@record
class Seconds:
    """A Duration of the CDK."""

    seconds: float


@mutable(eq=False)
class Obj:
    """An object, or a Map. `open` says why there may be more entries; `when` is what held where it was made."""

    entries: dict[str, Any] = field(default_factory=dict)
    open: str = ""
    when: Conditions = ()


@mutable(eq=False)
class Scope:
    """The names of a block. `when` is what held where the block began."""

    names: dict[str, Any]
    around: Scope | None
    path: str  # of the file
    this: Any = None
    when: Conditions = ()
    owner: ClassOf | None = None  # whose method it is, for `super`

    def holder(self, name: str) -> Scope | None:
        """The block that has a name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.around
        return scope


@mutable(eq=False)
class Closure:
    """A function, with the names around it."""

    node: Any
    scope: Scope
    this: Any = None
    owner: ClassOf | None = None
    is_getter: bool = False


@mutable(eq=False)
class ClassOf:
    """A class of the application."""

    name: str
    node: Any
    scope: Scope
    base: Any = None  # ClassOf, Lib or None
    methods: dict[str, Closure] = field(default_factory=dict)
    statics: dict[str, Any] = field(default_factory=dict)
    was_made: bool = False

    def method(self, name: str) -> Closure | None:
        """The method of a name, its own or of a class above."""
        current: Any = self
        for _ in range(20):
            if not isinstance(current, ClassOf):
                return None
            if name in current.methods:
                return current.methods[name]
            current = current.base
        return None


@record
class Lib:
    """What a library has under a name: ("aws-cdk-lib/aws-lambda", "Runtime", "PYTHON_3_12")."""

    names: tuple[str, ...]

    @property
    def last(self) -> str:
        """The last of its names."""
        return self.names[-1]


@record
class Imported:
    """A name of another file, looked up when it is used. An empty name is the whole file."""

    path: str
    name: str


_WORKED_OUT = "its properties are worked out when the CDK runs"


@mutable(eq=False)
class Thing:
    """What `new` makes: of a class of the application, of a library, or of the first that extends the second.

    `kind` is the name of the library's class ("Function"; empty for none), `module` that of the library; `args` is what
    that class was given."""

    place: Place
    kind: str = ""
    module: str = ""
    args: tuple[Any, ...] = ()
    cls: ClassOf | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    when: Conditions = ()
    path: str = ""  # of constructs: the ids down to it
    parent: Thing | None = None
    deployment: str = ""  # which of several deployments of its stack it belongs to
    is_imported: bool = False  # made elsewhere: `Function.fromFunctionName`

    @property
    def key(self) -> Key:
        """Under which resources refer to it."""
        return Key(self.place.path, self.path)

    @property
    def props(self) -> Obj:
        """The properties that it was given."""
        found = next((one for one in reversed(self.args) if isinstance(one, Obj)), None)
        if found is not None:
            return found
        first = 1 if self.kind.endswith("EventSource") else 2  # behind a source, or a scope and an id
        return Obj(open=_WORKED_OUT if len(self.args) > first and self.args[-1] is not None else "")


@mutable(eq=False)
class Call:
    """A call of something in a library, or of a method of a Thing; `args` is None for a property that was read."""

    owner: Any  # Thing, Lib, Call
    name: str
    args: tuple[Any, ...] | None
    place: Place
    when: Conditions = ()

    @property
    def props(self) -> Obj:
        """The properties that it was given."""
        return next((one for one in reversed(self.args or ()) if isinstance(one, Obj)), Obj())


@record
class Native:
    """A method of a text, a list, a Map."""

    name: str
    owner: Any


_numbers = count()


def open_value(reason: str) -> Hole:
    """A value that cannot be told, and is equal to no other."""
    return Hole(f"{NAMELESS}{next(_numbers)}", "", reason)


def is_nameless(hole: Hole) -> bool:
    """Whether a value that is open has no name by which it could be told again."""
    return hole.name.startswith(NAMELESS)


def cases_of(value: Any) -> tuple[Case, ...]:
    """The cases of a value."""
    return value.cases if isinstance(value, Choice) else (Case(value),)


def choice_of(cases: list[Case]) -> Any:
    """The value of these cases."""
    flat = [
        Case(inner.content, when)
        for case in cases
        for inner in cases_of(case.content)
        if (when := both(case.when, inner.when)) is not None
    ]
    if not flat:
        return None
    first = flat[0].content
    if all(is_same(one.content, first) for one in flat):
        return first
    return Choice(tuple(flat)) if len(flat) <= MAX_CHOICES else open_value("it has too many alternatives")


def is_same(first: Any, second: Any) -> bool:
    """Whether two values are one."""
    return first is second or (type(first) is type(second) and bool(first == second))


def each(value: Any, change: Callable[[Any], Any]) -> Any:
    """What a value becomes, in each of its cases."""
    if not isinstance(value, Choice):
        return change(value)
    return choice_of([Case(change(case.content), case.when) for case in value.cases])


def truth(value: Any) -> bool | None:
    """Whether a value counts as true; None when that is open."""
    if isinstance(value, Choice):
        found = {truth(case.content) for case in value.cases}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, (Hole, Call)) or (isinstance(value, Lib) and not value.names[0]):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return bool(value)
    return True


def spread(found: Obj, value: Any) -> None:
    """Take the entries of a value into an object."""
    given = cases_of(value)
    if len(given) == 1:
        _take(found, given[0].content)
        return
    names = {name for case in given if isinstance(case.content, Obj) for name in case.content.entries}
    for name in names:
        cases = []
        for case in given:
            own = case.content.entries if isinstance(case.content, Obj) else {}
            cases.append(Case(own.get(name, found.entries.get(name)), case.when))
        found.entries[name] = choice_of(cases)
    for case in given:
        if not isinstance(case.content, Obj):
            _take(found, case.content)
        elif case.content.open:
            found.open = found.open or case.content.open


def _take(found: Obj, value: Any) -> None:
    if isinstance(value, Obj):
        found.entries.update(value.entries)
        found.open = found.open or value.open
    elif isinstance(value, Hole):
        found.open = found.open or value.reason
    elif value not in (None, False, ""):
        found.open = found.open or "it takes the entries of what a library makes"
