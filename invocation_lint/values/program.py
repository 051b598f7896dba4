"""The functions and classes of a program, and which of them have to be walked.

Demand chooses functions: those that hold a call site, and those that name one that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from invocation_lint.source.scan import may_query, may_query_jobs, speaks_of_lambda
from invocation_lint.source.tree import SourceFile
from invocation_lint.source.walk import children, walk

SITE_ATTRIBUTES = frozenset({"invoke", "invoke_async", "invoke_with_response_stream"})

MUTATORS = frozenset(
    {"update", "append", "extend", "insert", "pop", "popitem", "clear", "setdefault", "add", "remove", "discard",
     "sort", "reverse", "__setitem__", "__delitem__"}
)  # fmt: skip


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
        own = {info.cls.name if info.name == "__init__" and info.cls else info.name for info in self.demanded()}
        own -= {"<lambda>"}
        passed = self.foreign_names if self._passes_everything() else self.foreign_names & self.mentions
        passed |= {alias for alias, mentioned in self.aliases.items() if mentioned & self.foreign_names}
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
        """The functions that hold a call site or name one that does, in order of their definition."""
        wanted = {info for info in self.functions.values() if info.holds_site}
        names = {info.name for info in wanted} | self.foreign_names
        while True:
            names |= {name for name, mentioned in self.aliases.items() if mentioned & names}
            more = {info for info in self.functions.values() if info not in wanted and info.mentions & names}
            more |= {info.parent for info in wanted if info.parent is not None and info.parent not in wanted}
            if not more:
                return [info for info in self.functions.values() if info in wanted]
            wanted |= more
            names |= {info.name for info in more if info.name != "__init__"}
            names |= {info.cls.name for info in more if info.name == "__init__" and info.cls}


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


def index_module(source: SourceFile, name: str, job_tables: tuple[str, ...] | None = None) -> ModuleInfo:
    """All functions and classes of a parsed file; `job_tables` are the globs of the user's tables of jobs."""
    path = source.name.rpartition("/")[2] if source.name.startswith("/") else source.name
    module = ModuleInfo(
        name,
        source,
        path=path,
        speaks_of_lambda=speaks_of_lambda(source.data),
        speaks_of_queries=may_query_jobs(source.data, job_tables),
        job_tables=job_tables,
    )
    _index(module, source.module, "", None, None)
    classes = frozenset(info.name for info in module.classes.values() if module.speaks_of_queries and _holds_jobs(info))
    names = classes | _named_after_tables(module) if module.speaks_of_queries else classes
    for info in module.functions.values():
        _note_mutations(module, info)
        if info.mentions & names:
            info.holds_query = info.holds_query or may_query("\n".join(f".{name}" for name in info.mentions).encode())
    queried = {info.name for info in module.functions.values() if info.holds_query} - {"__init__"}
    for info in module.functions.values():
        info.holds_query = info.holds_query or bool(info.mentions & queried)  # what is read there is worked on here
    for statement in source.module.body:
        if isinstance(statement, cst.SimpleStatementLine):
            _note_aliases(module, statement)
    return module


def _note_aliases(module: ModuleInfo, statement: cst.SimpleStatementLine) -> None:
    for small in statement.body:
        if isinstance(small, cst.Assign) and isinstance(small.value, (cst.Call, cst.Name, cst.Attribute)):
            mentioned = frozenset(node.value for node in walk(small.value) if isinstance(node, cst.Name))
            for target in _flat(_targets(small)):
                if isinstance(target, cst.Name):
                    module.aliases[target.value] = mentioned - {target.value}


def _note_import_as(module: ModuleInfo, node: cst.ImportAlias) -> None:
    """`import a as b`: whoever names `b` names `a`."""
    alias = node.asname.name if node.asname is not None else None
    if isinstance(alias, cst.Name):
        last = node.name.attr if isinstance(node.name, cst.Attribute) else node.name
        module.aliases[alias.value] = frozenset({last.value})


def _holds_jobs(info: ClassInfo) -> bool:
    """Whether a class of another name is mapped to a table of jobs."""
    texts = [node.value for node in own_nodes(info.node.body) if isinstance(node, cst.SimpleString)]
    return may_query_jobs("\n".join([".select", *texts]).encode(), info.module.job_tables)


def _named_after_tables(module: ModuleInfo) -> frozenset[str]:
    """The names of the module, and the attributes of its objects, that are bound to something which a table of jobs
    names: `collection = db["jobs"]`."""
    bodies = [module.source.module, *(info.node for info in module.functions.values() if info.cls is not None)]
    found: set[str] = set()
    for node in (node for body in bodies for node in own_nodes(body)):
        if isinstance(node, cst.Assign) and any(_is_table(module, part) for part in walk(node.value)):
            targets = list(_flat(_targets(node)))
            found |= {target.value for target in targets if isinstance(target, cst.Name)}
            found |= {target.attr.value for target in targets if isinstance(target, cst.Attribute)}
    return frozenset(found)


def _is_table(module: ModuleInfo, node: cst.CSTNode) -> bool:
    """Whether a text is the name of a table of jobs, and nothing else."""
    name = node.evaluated_value if isinstance(node, cst.SimpleString) else getattr(node, "value", None)
    if not isinstance(node, (cst.SimpleString, cst.FormattedStringText)) or not isinstance(name, str):
        return False
    return name.replace("-", "_").isidentifier() and may_query_jobs(f".select {name}".encode(), module.job_tables)


_INDEXED = frozenset(
    {cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.Call, cst.Attribute, cst.Name, cst.SimpleString,
     cst.FormattedStringText, cst.Global, cst.Yield, cst.ImportAlias, cst.ImportStar}
)  # fmt: skip
_CHANGING = frozenset({cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Del, cst.Call})
"""Nodes that are looked at, by type: asking each node for its kind would take half of the time."""


def _index(
    module: ModuleInfo, node: cst.CSTNode, prefix: str, cls: ClassInfo | None, parent: FunctionInfo | None
) -> None:
    holds_site = False
    mentions: set[str] = set()
    declared: set[str] = set()
    generator = False
    callees: set[cst.CSTNode] = set()
    texts: list[str] = []
    for child in own_nodes(node):
        if type(child) not in _INDEXED:
            continue
        if isinstance(child, (cst.FunctionDef, cst.Lambda)):
            _add_function(module, child, prefix, cls, parent)
            if isinstance(child, cst.Lambda):
                inner = module.by_node[child]
                assert isinstance(inner, FunctionInfo)
                holds_site = holds_site or inner.holds_site
                mentions |= inner.mentions
        elif isinstance(child, cst.ClassDef):
            _add_class(module, child, prefix, parent)
        elif isinstance(child, cst.Call):
            if isinstance(child.func, cst.Attribute) and child.func.attr.value in SITE_ATTRIBUTES:
                callees.add(child.func)
                holds_site = holds_site or module.speaks_of_lambda or _may_name_a_function(child)
        elif isinstance(child, cst.Attribute):
            mentions.add(child.attr.value)
            handed_on = child.attr.value in SITE_ATTRIBUTES and child not in callees
            holds_site = holds_site or (handed_on and module.speaks_of_lambda)
        elif isinstance(child, cst.Name):
            mentions.add(child.value)
        elif isinstance(child, (cst.SimpleString, cst.FormattedStringText)) and module.speaks_of_queries:
            texts.append(child.value)
        elif isinstance(child, cst.ImportAlias) and child.asname is not None:
            _note_import_as(module, child)
        elif isinstance(child, cst.ImportStar):
            module.passes_everything = True
        elif isinstance(child, cst.Global):
            declared |= {item.name.value for item in child.names}
        elif isinstance(child, cst.Yield):
            generator = True
    owner = module.by_node.get(node)
    if isinstance(owner, FunctionInfo):
        owner.holds_site, owner.mentions = holds_site, frozenset(mentions)
        owner.globals, owner.is_generator = frozenset(declared), generator
        if module.speaks_of_queries:
            owner.holds_query = may_query_jobs(
                "\n".join([*(f".{name}" for name in mentions), *texts]).encode(), module.job_tables
            )
    elif owner is None:
        module.holds_site, module.mentions = holds_site, frozenset(mentions)


def _may_name_a_function(call: cst.Call) -> bool:
    """Whether keywords of a call, known or not, may name a function."""
    return any(
        arg.star == "**" or (arg.keyword is not None and arg.keyword.value.lower().startswith("function"))
        for arg in call.args
    )


def _unique(key: str, taken: dict[str, FunctionInfo] | dict[str, ClassInfo], line: int) -> str:
    return f"{key}:{line}" if key in taken else key


def _add_function(
    module: ModuleInfo,
    node: cst.FunctionDef | cst.Lambda,
    prefix: str,
    cls: ClassInfo | None,
    parent: FunctionInfo | None,
) -> None:
    place = module.source.place(node)
    name = node.name.value if isinstance(node, cst.FunctionDef) else "<lambda>"
    key = _unique(f"{module.name}:{prefix}{name}", module.functions, place.line)
    while key in module.functions:
        key += f".{place.column}"
    info = FunctionInfo(key, name, node, module, cls, parent)
    module.functions[key] = info
    module.by_node[node] = info
    if cls is not None and isinstance(node, cst.FunctionDef):
        cls.methods[name] = info
    _index(module, node, f"{prefix}{name}.<locals>.", None, info)


def _add_class(module: ModuleInfo, node: cst.ClassDef, prefix: str, parent: FunctionInfo | None) -> None:
    key = _unique(f"{module.name}:{prefix}{node.name.value}", module.classes, module.source.place(node).line)
    info = ClassInfo(key, node.name.value, node, module)
    module.classes[key] = info
    module.by_node[node] = info
    _index(module, node.body, f"{prefix}{node.name.value}.", info, parent)
    for method in info.methods.values():
        _note_self_writes(info, method)


def self_name(info: FunctionInfo) -> str:
    """The name of a method's first parameter, or empty."""
    params = info.node.params
    first = [*params.posonly_params, *params.params]
    return first[0].name.value if first else ""


def _targets(node: cst.CSTNode) -> Sequence[cst.BaseExpression]:
    if isinstance(node, cst.Assign):
        return [target.target for target in node.targets]
    if isinstance(node, (cst.AnnAssign, cst.AugAssign)):
        return [node.target]
    if isinstance(node, cst.Del):
        return [node.target]
    return []


def _flat(targets: Sequence[cst.BaseExpression]) -> Iterator[cst.BaseExpression]:
    for target in targets:
        if isinstance(target, (cst.Tuple, cst.List)):
            yield from _flat([element.value for element in target.elements])
        else:
            yield target


def _note_self_writes(cls: ClassInfo, method: FunctionInfo) -> None:
    name = self_name(method)
    for node in own_nodes(method.node):
        if type(node) not in _CHANGING:
            continue
        for target in _flat(_targets(node)):
            if _is_self_attribute(target, name) or _is_self_attribute(target, cls.name):
                assert isinstance(target, cst.Attribute)
                cls.writers.setdefault(target.attr.value, []).append(method)
            elif isinstance(target, cst.Subscript) and _is_self_attribute(target.value, name):
                assert isinstance(target.value, cst.Attribute)
                cls.mutated.add(target.value.attr.value)
        changed = _mutated_by_call(node)
        if changed is not None and _is_self_attribute(changed, name):
            assert isinstance(changed, cst.Attribute)
            cls.mutated.add(changed.attr.value)


def _is_self_attribute(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == name


def _mutated_by_call(node: cst.CSTNode) -> cst.BaseExpression | None:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in MUTATORS:
        return node.func.value
    return None


def _note_mutations(module: ModuleInfo, info: FunctionInfo) -> None:
    for node in own_nodes(info.node):
        if type(node) not in _CHANGING:
            continue
        for target in _flat(_targets(node)):
            if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
                module.mutated_globals.add(target.value.value)
        changed = _mutated_by_call(node)
        if isinstance(changed, cst.Name):
            module.mutated_globals.add(changed.value)
