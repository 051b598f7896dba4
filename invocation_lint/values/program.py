"""The functions and classes of a program, and which of them have to be walked.

Demand chooses functions: those that hold a call site, and those that name one that does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from invocation_lint.source.tree import SourceFile
from invocation_lint.source.walk import children

SITE_ATTRIBUTES = frozenset({"invoke", "invoke_async", "invoke_with_response_stream"})


@dataclass(eq=False, slots=True)
class FunctionInfo:
    """A function, method, nested function or lambda of the program."""

    key: str
    name: str
    node: cst.FunctionDef | cst.Lambda
    module: ModuleInfo
    cls: ClassInfo | None = None
    parent: FunctionInfo | None = None
    holds_site: bool = False
    holds_query: bool = False
    mentions: frozenset[str] = frozenset()
    is_generator: bool = False
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()

    @property
    def is_async(self) -> bool:
        """Whether it is an `async def`."""
        return isinstance(self.node, cst.FunctionDef) and self.node.asynchronous is not None

    @property
    def decorators(self) -> list[cst.BaseExpression]:
        """The decorators' expressions, outermost first."""
        return [item.decorator for item in self.node.decorators] if isinstance(self.node, cst.FunctionDef) else []

    @property
    def title(self) -> str:
        """The name for messages: `Class.method` or `function`."""
        return f"{self.cls.name}.{self.name}" if self.cls else self.name


@dataclass(eq=False, slots=True)
class ClassInfo:
    """A class of the program."""

    key: str
    name: str
    node: cst.ClassDef
    module: ModuleInfo
    methods: dict[str, FunctionInfo] = field(default_factory=dict)
    writers: dict[str, list[FunctionInfo]] = field(default_factory=dict)  # attribute -> methods that assign it on self
    mutated: set[str] = field(default_factory=set)  # attributes whose object some method changes in place


_SAYS_NOTHING = frozenset(
    {"<lambda>", "__init__", "add", "all", "close", "count", "create", "delete", "execute", "filter", "find", "first",
     "get", "list", "load", "next", "open", "process", "query", "read", "run", "save", "select", "start", "update"}
)  # fmt: skip
"""Names by which a function cannot be told from the method of something else."""


_UNNAMED = frozenset({"<lambda>", "__init__", "__call__", "__new__", "__enter__", "__aenter__", "__post_init__"})
"""Functions that are called without their name."""


@dataclass(eq=False, slots=True)
class ModuleInfo:
    """One module: its source and all that it defines."""

    name: str
    source: SourceFile
    functions: dict[str, FunctionInfo] = field(default_factory=dict)
    classes: dict[str, ClassInfo] = field(default_factory=dict)
    by_node: dict[cst.CSTNode, FunctionInfo | ClassInfo] = field(default_factory=dict)
    aliases: dict[str, frozenset[str]] = field(default_factory=dict)  # module names to the names in their values
    mutated_globals: set[str] = field(default_factory=set)  # module names whose object a function changes in place
    holds_site: bool = False  # in its own body
    mentions: frozenset[str] = frozenset()
    path: str = ""  # below the project's root
    speaks_of_queries: bool = False  # in its bytes
    job_tables: tuple[str, ...] | None = None  # what the user calls tables of jobs
    speaks_of_lambda: bool = True  # in its bytes
    foreign_names: frozenset[str] = frozenset()  # names of other modules by which a call site is reached
    foreign_methods: frozenset[tuple[str, str]] = frozenset()  # those that are methods, with the names of their classes
    passes_everything: bool = False  # it imports all names of another module

    def demanded_names(self) -> frozenset[str]:
        """The names by which other modules reach a call site through this one, those that it passes on included."""
        calling, making = self._demand()
        own = {info.name for info in calling | making} - _UNNAMED
        own |= {info.cls.name for info in calling if info.name in _UNNAMED and info.cls is not None}
        passed = self.foreign_names if self._passes_everything() else self.foreign_names & self.mentions
        known = own | self.foreign_names | self._classes(calling)
        passed |= self._with_aliases(known) & self.aliases.keys()
        return frozenset(own) | passed | {method for _, method in self._passed_methods()}

    def demanded_methods(self) -> frozenset[tuple[str, str]]:
        """Those of the demanded names that are methods, with the names of their classes."""
        own = {(info.cls.name, info.name) for info in self.demanded() if info.cls is not None}
        return frozenset(own) | self._passed_methods()

    def _passed_methods(self) -> frozenset[tuple[str, str]]:
        """The methods of classes of other modules that this one names, and so may pass on."""
        if self._passes_everything():
            return self.foreign_methods
        return frozenset(pair for pair in self.foreign_methods if pair[0] in self.mentions)

    def _passes_everything(self) -> bool:
        """A package hands on what its modules define: `package.module.Class().method()` names neither there."""
        return self.passes_everything or self.name.endswith("/__init__.py")

    def querying(self) -> list[FunctionInfo]:
        """The functions that may query a table of jobs, and those of the module that name one of these, in order of
        their definition."""
        names = {info.name for info in self.functions.values() if info.holds_query} - _SAYS_NOTHING
        return [info for info in self.functions.values() if info.holds_query or info.mentions & names]

    def demanded(self) -> list[FunctionInfo]:
        """The functions that hold a call site, name one that does, or make or name an object with a method that does,
        in order of their definition."""
        calling, making = self._demand()
        return [info for info in self.functions.values() if info in calling or info in making]

    def _demand(self) -> tuple[set[FunctionInfo], set[FunctionInfo]]:
        """The functions that name a call site, however far; and those that make the object of such a method, or name
        one that the module keeps: where its method is called, the name of the method need not be one that tells."""
        calling = {info for info in self.functions.values() if info.holds_site}
        names = ({info.name for info in calling} - _UNNAMED) | self.foreign_names
        while True:
            names |= {info.cls.name for info in calling if info.name in _UNNAMED and info.cls is not None}
            names = self._with_aliases(names)
            more = {info for info in self.functions.values() if info not in calling and info.mentions & names}
            more |= {info.parent for info in calling if info.parent is not None and info.parent not in calling}
            if not more:
                break
            calling |= more
            names |= {info.name for info in more} - _UNNAMED
        classes = self._classes(calling)
        making = {info for info in self.functions.values() if info not in calling and info.mentions & classes}
        kept = self._with_aliases(classes | {info.name for info in making} - _UNNAMED) & self.aliases.keys()
        making |= {info for info in self.functions.values() if info not in calling and info.mentions & kept}
        return calling, making

    def _classes(self, calling: set[FunctionInfo]) -> frozenset[str]:
        """The classes that have a method by which a call site is reached."""
        own = {info.cls.name for info in calling if info.cls is not None}
        return frozenset(own) | {cls for cls, _ in self.foreign_methods}

    def _with_aliases(self, names: set[str] | frozenset[str]) -> set[str]:
        """The names, and those of the module that are bound to what they name."""
        known = set(names)
        while more := {alias for alias, mentioned in self.aliases.items() if mentioned & known} - known:
            known |= more
        return known


@lru_cache(maxsize=8192)
def own_nodes(node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    """The nodes of a function's or module's own code: nested functions and classes are given, not entered."""
    found: list[cst.CSTNode] = []
    waiting: list[cst.CSTNode] = list(reversed(children(node)))
    while waiting:
        child = waiting.pop()
        found.append(child)
        kind = type(child)  # nodes have no subclasses, and an instance check costs ten times as much
        if kind is cst.FunctionDef or kind is cst.ClassDef:
            assert isinstance(child, (cst.FunctionDef, cst.ClassDef))
            waiting.extend(reversed(child.decorators))
            if isinstance(child, cst.FunctionDef):
                waiting.extend(reversed(children(child.params)))
        elif kind is not cst.Lambda:
            waiting.extend(reversed(children(child)))
    return tuple(found)


@lru_cache(maxsize=8192)
def all_mentions(info: FunctionInfo) -> frozenset[str]:
    """The names that a function and those inside it mention."""
    inner = [other for other in info.module.functions.values() if other.parent is info]
    return info.mentions.union(*(all_mentions(other) for other in inner))


def self_name(info: FunctionInfo) -> str:
    """The name of a method's first parameter, or empty."""
    params = info.node.params
    first = [*params.posonly_params, *params.params]
    return first[0].name.value if first else ""
