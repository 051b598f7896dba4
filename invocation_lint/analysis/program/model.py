"""The functions and classes of a program, and which of them have to be walked.

Demand chooses functions: those that hold a call site, and those that name one that does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from typing import NamedTuple

import libcst as cst

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.analysis.domain.imported import Imported
from invocation_lint.analysis.program.demand import NOTHING, Demand
from invocation_lint.analysis.program.naming import BUILTINS
from invocation_lint.analysis.program.sites import NO_ENTRANCES, Entrances
from invocation_lint.findings import Place
from invocation_lint.records import mutable
from invocation_lint.source.files.test_paths import holds_test, is_in_test_folder, is_named_like_a_test
from invocation_lint.source.notebooks.cells import ENDING
from invocation_lint.source.parsing.tree import SourceFile
from invocation_lint.source.parsing.walk import children

_WORD = re.compile(r"\w+")


@mutable(eq=False)
class FunctionInfo:
    """A function, method, nested function or lambda of the program."""

    key: str
    name: str
    module: ModuleInfo
    start: int  # its offset in the text
    place: Place
    cls: ClassInfo | None = None
    parent: FunctionInfo | None = None
    is_lambda: bool = False
    is_async: bool = False
    positional: tuple[str, ...] = ()  # its parameters that may be given by position
    defaults: int = 0  # so many of the last ones of these have a default
    has_defaults: bool = False  # one that is given by name only, or one of these
    has_plain_defaults: bool = False  # all of them are constants
    is_decorated: bool = False
    needs_keyword: bool = False  # a parameter without a default is given by name only
    holds_site: bool = False
    holds_query: bool = False
    mentions: frozenset[str] = frozenset()
    quoted: frozenset[str] = frozenset()  # names in the texts of its annotations
    stores: frozenset[str] = frozenset()  # attributes that it assigns, of whatever
    is_generator: bool = False
    is_task: bool = False  # perhaps: a decorator has the name of one that sends its calls to Lambda
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    _words: frozenset[str] | None = None

    @property
    def node(self) -> cst.FunctionDef | cst.Lambda:
        """Its tree, which is parsed at the first question."""
        node = self.module.source.definition(self.start)
        assert isinstance(node, (cst.FunctionDef, cst.Lambda))
        return node

    @property
    def size(self) -> int:
        """The characters of its text."""
        start, end = self.module.source.offsets(self.place)
        return end - start

    @property
    def first_parameter(self) -> str:
        """The name of its first parameter, or empty."""
        return self.positional[0] if self.positional else ""

    @property
    def decorators(self) -> list[cst.BaseExpression]:
        """The decorators' expressions, outermost first."""
        node = self.node if self.is_decorated else None
        return [item.decorator for item in node.decorators] if isinstance(node, cst.FunctionDef) else []

    @property
    def words(self) -> frozenset[str]:
        """The words in its text and that of its decorators, in comments and texts, too."""
        if self._words is None:
            source = self.module.source
            self._words = self.mentions.union(_WORD.findall(source.text, *source.offsets(self.place)))
        return self._words

    @property
    def title(self) -> str:
        """The name for messages: `Class.method` or `function`."""
        return f"{self.cls.name}.{self.name}" if self.cls else self.name


@mutable(eq=False)
class ClassInfo:
    """A class of the program."""

    key: str
    name: str
    module: ModuleInfo
    start: int  # its offset in the text
    place: Place
    methods: dict[str, FunctionInfo] = field(default_factory=dict)
    writers: dict[str, list[FunctionInfo]] = field(default_factory=dict)  # attribute -> methods that assign it on self
    mutated: set[str] = field(default_factory=set)  # attributes whose object some method changes in place
    mentions: frozenset[str] = frozenset()  # in its own body, not in its methods
    quoted: frozenset[str] = frozenset()  # names in the texts of annotations in its body
    binds: frozenset[str] = frozenset()  # names that its body binds, but for those of its methods and classes
    annotated: frozenset[str] = frozenset()  # those of them that it annotates
    settled: Mapping[str, Value] = field(default_factory=dict)  # the constants among them, known without a walk
    bases: frozenset[str] = frozenset()  # the names in its bases
    plain_bases: tuple[str, ...] | None = None  # its bases, where all are single names
    has_keywords: bool = False  # such as a metaclass, beside its bases
    decorators: tuple[str, ...] = ()  # the dotted names of its decorators, called or not; empty for what has none
    can_wait: bool = False  # its body means the same whenever it is walked

    @property
    def node(self) -> cst.ClassDef:
        """Its tree, which is parsed at the first question."""
        node = self.module.source.definition(self.start)
        assert isinstance(node, cst.ClassDef)
        return node


_SAYS_NOTHING = frozenset(
    {"<lambda>", "__init__", "add", "all", "close", "count", "create", "delete", "execute", "filter", "find", "first",
     "get", "list", "load", "next", "open", "process", "query", "read", "run", "save", "select", "start", "update"}
)  # fmt: skip
"""Names by which a function cannot be told from the method of something else."""


@mutable(eq=False)
class ModuleInfo:
    """One module: its source and all that it defines."""

    name: str
    source: SourceFile
    functions: dict[str, FunctionInfo] = field(default_factory=dict)
    classes: dict[str, ClassInfo] = field(default_factory=dict)
    by_start: dict[int, FunctionInfo | ClassInfo] = field(default_factory=dict)  # by offset in the text
    aliases: dict[str, frozenset[str]] = field(default_factory=dict)  # module names to the names in their values
    mutated_globals: set[str] = field(default_factory=set)  # module names whose object a function changes in place
    holds_site: bool = False  # in its own body
    held: frozenset[tuple[str, str]] = frozenset()  # names bound to the method of a client, with their class or ""
    mentions: frozenset[str] = frozenset()
    settled: Mapping[str, Imported | str | Value] = field(default_factory=dict)  # its names, known without a walk
    hides: frozenset[str] = BUILTINS  # the builtins of which it may bind the names
    path: str = ""  # below the project's root
    speaks_of_queries: bool = False  # in its bytes
    job_tables: tuple[str, ...] | None = None  # what the user calls tables of jobs
    clients: frozenset[str] | None = frozenset()  # names of clients of Lambda; None where its bytes do not speak of it
    doors: Entrances = NO_ENTRANCES  # names by which libraries invoke for their callers
    foreign: Demand = NOTHING  # by what a call site is reached in other modules
    bindings: dict[str, frozenset[str]] = field(default_factory=dict)  # its names, and all that their makers name
    made_of: dict[str, list[str]] = field(default_factory=dict)  # its names to those that are made of them
    named_by: dict[str, list[FunctionInfo]] = field(default_factory=dict)  # its names to the functions that name them
    aliased: dict[str, list[str]] = field(default_factory=dict)  # its names to their aliases
    words: frozenset[str] = frozenset()  # all that stand in its text
    passes_everything: bool = False  # it imports all names of another module
    _spans: list[Span] | None = None
    _mentioned: Counter[str] | None = None  # how many functions mention a name
    _is_test: bool | None = None

    @property
    def is_imported(self) -> bool:
        """Whether other modules may ask for its names: nobody imports a notebook."""
        return not self.source.name.endswith(ENDING)

    @property
    def is_test(self) -> bool:
        """Whether it is a test, or something that tests share."""
        if self._is_test is None:
            named = is_named_like_a_test(self.path) and holds_test(self.source.text.encode("utf-8", "surrogatepass"))
            self._is_test = named or is_in_test_folder(self.path)
        return self._is_test

    @property
    def runs(self) -> frozenset[str]:
        """The names in its own body."""
        return self.mentions

    def querying(self) -> list[FunctionInfo]:
        """The functions that may query a table of jobs, and those of the module that name one of these, in order of
        their definition."""
        names = {info.name for info in self.functions.values() if info.holds_query} - _SAYS_NOTHING
        return [info for info in self.functions.values() if info.holds_query or info.mentions & names]

    def is_mentioned_outside(self, function: FunctionInfo) -> bool:
        """Whether code of the module that is not the function's own mentions its name."""
        if self._mentioned is None:
            self._mentioned = Counter(name for info in self.functions.values() for name in info.mentions)
        own = function.name in function.mentions and self.functions.get(function.key) is function
        return function.name in self.mentions or self._mentioned[function.name] > own

    def defined_by(self, node: cst.CSTNode) -> FunctionInfo | ClassInfo:
        """What a function, lambda or class of this module's tree defines."""
        return self.by_start[self.source.span(node)[0]]

    def function_at(self, place: Place) -> FunctionInfo | None:
        """The innermost function around a place of this module, or None at its own level."""
        if self._spans is None:
            self._spans = _spans(self)
        at = bisect_right(self._spans, (place.line, place.column), key=lambda span: span.start) - 1
        while at >= 0 and self._spans[at].end < (place.line, place.column):
            at = self._spans[at].around
        return self._spans[at].function if at >= 0 else None


class Span(NamedTuple):
    """Where a function starts and ends, by lines and columns; `around` is the index of the one around it, or -1."""

    start: tuple[int, int]
    end: tuple[int, int]
    function: FunctionInfo
    around: int


def _spans(module: ModuleInfo) -> list[Span]:
    """Those of all functions of a module, in order of their starts."""
    places = [(info.place, info) for info in module.functions.values()]
    places.sort(key=lambda one: (one[0].line, one[0].column))
    found: list[Span] = []
    for place, info in places:
        start, around = (place.line, place.column), len(found) - 1
        while around >= 0 and found[around].end < start:
            around = found[around].around
        found.append(Span(start, (place.end_line, place.end_column), info, around))
    return found


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


def names_within(*nodes: cst.CSTNode) -> set[str]:
    """The names at and below some nodes, where these are code of their own."""
    return {part.value for node in nodes for part in (node, *own_nodes(node)) if isinstance(part, cst.Name)}


@lru_cache(maxsize=8192)
def all_mentions(info: FunctionInfo) -> frozenset[str]:
    """The names that a function and those inside it mention."""
    inner = [other for other in info.module.functions.values() if other.parent is info]
    return info.mentions.union(*(all_mentions(other) for other in inner))


def self_name(info: FunctionInfo) -> str:
    """The name of a method's first parameter, or empty."""
    return info.first_parameter
