"""The functions and classes of a parsed file: where each is, what it mentions, and what it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from invocation_lint.analysis.program.demand import users_of
from invocation_lint.analysis.program.model import (
    ClassInfo,
    FunctionInfo,
    ModuleInfo,
    own_nodes,
    self_name,
)
from invocation_lint.analysis.program.sites import clients_in, may_invoke
from invocation_lint.source.scan import SITE_ATTRIBUTES, may_query, may_query_jobs, speaks_of_lambda
from invocation_lint.source.tree import SourceFile
from invocation_lint.source.walk import walk

MUTATORS = frozenset(
    {"update", "append", "extend", "insert", "pop", "popitem", "clear", "setdefault", "add", "remove", "discard",
     "sort", "reverse", "__setitem__", "__delitem__"}
)  # fmt: skip


def index_module(source: SourceFile, name: str, job_tables: tuple[str, ...] | None = None) -> ModuleInfo:
    """All functions and classes of a parsed file; `job_tables` are the globs of the user's tables of jobs."""
    path = source.name.rpartition("/")[2] if source.name.startswith("/") else source.name
    module = ModuleInfo(
        name,
        source,
        path=path,
        clients=clients_in(source.text) if speaks_of_lambda(source.data) else None,
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
    for body in (source.module.body, *(info.node.body.body for info in module.classes.values())):
        for statement in body:
            if isinstance(statement, cst.SimpleStatementLine):
                _note_aliases(module, statement)
    module.words = frozenset(re.findall(r"\w+", source.text))
    _note_bindings(module)
    module.named_by, module.aliased, module.made_of = users_of(
        module.functions.values(), (cls.name for cls in module.classes.values()), module.aliases, module.bindings
    )
    return module


def _note_bindings(module: ModuleInfo) -> None:
    """Note the names of the module, and all that is named by the code that makes each or may put something into it."""
    found: dict[str, set[str]] = {alias: set(mentioned) for alias, mentioned in module.aliases.items()}
    for info in module.functions.values():
        for name in (_top(module, info.key), *info.globals):
            found.setdefault(name, set()).update(info.mentions)
    for cls in module.classes.values():
        bases = set().union(*(_named(arg.value) for arg in cls.node.bases))
        found.setdefault(_top(module, cls.key), set()).update(cls.mentions, bases)
    calls: list[cst.Call] = []
    for node in own_nodes(module.source.module):
        for target, value in _parts_of_binding(node):
            for one in _flat([target]):
                found.setdefault(_root(one), set()).update(_named(value))
        if isinstance(node, cst.Call):
            calls.append(node)
    for call in calls:  # registry.add(Sender())
        name = _root(call.func)
        if name in found and isinstance(call.func, cst.Attribute):
            found[name].update(*(_named(arg.value) for arg in call.args))
    module.bindings = {name: frozenset(named) for name, named in found.items() if name}


def _top(module: ModuleInfo, key: str) -> str:
    """The name at the top of the module under which something is defined."""
    return key[len(module.name) + 1 :].partition(".")[0].partition(":")[0]


def _named(node: cst.CSTNode) -> set[str]:
    return {part.value for part in walk(node) if isinstance(part, cst.Name)}


def _root(node: cst.BaseExpression) -> str:
    """The name at the beginning of `name.attribute[key]`; empty when there is none."""
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _parts_of_binding(node: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """What a statement binds, with what it is bound to."""
    if isinstance(node, (cst.Assign, cst.AnnAssign, cst.AugAssign)) and node.value is not None:
        for target in _targets(node):
            yield target, node.value
    elif isinstance(node, cst.NamedExpr):
        yield node.target, node.value
    elif isinstance(node, cst.For):
        yield node.target, node.iter
    elif isinstance(node, cst.WithItem) and node.asname is not None:
        yield node.asname.name, node.item


_NAMING = (cst.Call, cst.Name, cst.Attribute, cst.Dict, cst.List, cst.Tuple, cst.Lambda)
"""Values by which a name may stand for a function: what makes one, holds some, or is one."""


def _note_aliases(module: ModuleInfo, statement: cst.SimpleStatementLine) -> None:
    for small in statement.body:
        if not isinstance(small, (cst.Assign, cst.AnnAssign)) or not isinstance(small.value, _NAMING):
            continue
        names = {node.value for node in walk(small.value) if isinstance(node, cst.Name)}
        inner = module.by_node.get(small.value)
        for target in _flat(_targets(small)):
            if isinstance(target, cst.Name) and isinstance(inner, FunctionInfo):
                inner.name = target.value
            elif isinstance(target, cst.Name):
                known = module.aliases.get(target.value, frozenset())
                module.aliases[target.value] = known | (names - {target.value})


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
    names: `collection = db["jobs"]`, `WAITING = select(Job).where(..)`."""
    bodies = [module.source.module, *(info.node for info in module.functions.values() if info.cls is not None)]
    found: set[str] = set()
    own = frozenset(own_nodes(module.source.module))
    for node in (node for body in bodies for node in own_nodes(body)):
        if isinstance(node, cst.Assign) and (
            any(_is_table(module, part) for part in walk(node.value)) or (node in own and _is_statement(module, node))
        ):
            targets = list(_flat(_targets(node)))
            found |= {target.value for target in targets if isinstance(target, cst.Name)}
            found |= {target.attr.value for target in targets if isinstance(target, cst.Attribute)}
    return frozenset(found)


def _is_statement(module: ModuleInfo, node: cst.Assign) -> bool:
    """Whether a module's own name is bound to a whole statement, to be executed elsewhere."""
    written = module.source.module.code_for_node(node.value).encode()
    return may_query_jobs(written if b"(" in written else b".select " + written, module.job_tables)


def _is_table(module: ModuleInfo, node: cst.CSTNode) -> bool:
    """Whether a text is the name of a table of jobs, and nothing else."""
    name = node.evaluated_value if isinstance(node, cst.SimpleString) else getattr(node, "value", None)
    if not isinstance(node, (cst.SimpleString, cst.FormattedStringText)) or not isinstance(name, str):
        return False
    return name.replace("-", "_").isidentifier() and may_query_jobs(f".select {name}".encode(), module.job_tables)


_INDEXED = frozenset(
    {cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.Call, cst.Attribute, cst.Name, cst.SimpleString,
     cst.FormattedStringText, cst.Global, cst.Nonlocal, cst.Yield, cst.ImportAlias, cst.ImportStar}
)  # fmt: skip
_CHANGING = frozenset({cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Del, cst.Call})
"""Nodes that are looked at, by type: asking each node for its kind would take half of the time."""


def _index(
    module: ModuleInfo, node: cst.CSTNode, prefix: str, cls: ClassInfo | None, parent: FunctionInfo | None
) -> None:
    holds_site = False
    mentions: set[str] = set()
    declared: set[str] = set()
    rebound: set[str] = set()
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
                holds_site = holds_site or _may_invoke(module, child.func.value, child.args)
        elif isinstance(child, cst.Attribute):
            mentions.add(child.attr.value)
            handed_on = child.attr.value in SITE_ATTRIBUTES and child not in callees
            holds_site = holds_site or (handed_on and _may_invoke(module, child.value, ()))
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
        elif isinstance(child, cst.Nonlocal):
            rebound |= {item.name.value for item in child.names}
        elif isinstance(child, cst.Yield):
            generator = True
    owner = module.by_node.get(node)
    if isinstance(owner, FunctionInfo):
        owner.holds_site, owner.mentions = holds_site, frozenset(mentions)
        owner.globals, owner.nonlocals, owner.is_generator = frozenset(declared), frozenset(rebound), generator
        if module.speaks_of_queries:
            owner.holds_query = may_query_jobs(
                "\n".join([*(f".{name}" for name in mentions), *texts]).encode(), module.job_tables
            )
    elif cls is not None and node is cls.node.body:
        cls.mentions = frozenset(mentions)
    else:
        module.holds_site, module.mentions = holds_site, frozenset(mentions)


def _may_invoke(module: ModuleInfo, receiver: cst.BaseExpression, args: Sequence[cst.Arg]) -> bool:
    keywords = [
        None if arg.keyword is None else arg.keyword.value
        for arg in args
        if arg.keyword is not None or arg.star == "**"
    ]
    return may_invoke(_last(receiver), keywords, module.clients)


def _last(receiver: cst.BaseExpression) -> str:
    """The last name of what a method is called on; empty where it has none."""
    while isinstance(receiver, (cst.Call, cst.Subscript, cst.Await)):
        if isinstance(receiver, cst.Call):
            receiver = receiver.func
        else:
            receiver = receiver.value if isinstance(receiver, cst.Subscript) else receiver.expression
    if isinstance(receiver, cst.Attribute):
        return receiver.attr.value
    return receiver.value if isinstance(receiver, cst.Name) else ""


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
        cls.methods[f"{name}.setter" if _sets_property(node) else name] = info
    _index(module, node, f"{prefix}{name}.<locals>.", None, info)


def _sets_property(node: cst.FunctionDef) -> bool:
    """Whether it is decorated with `@name.setter`, or with what deletes the property."""
    decorators = (item.decorator for item in node.decorators)
    return any(isinstance(item, cst.Attribute) and item.attr.value in {"setter", "deleter"} for item in decorators)


def _add_class(module: ModuleInfo, node: cst.ClassDef, prefix: str, parent: FunctionInfo | None) -> None:
    key = _unique(f"{module.name}:{prefix}{node.name.value}", module.classes, module.source.place(node).line)
    info = ClassInfo(key, node.name.value, node, module)
    module.classes[key] = info
    module.by_node[node] = info
    _index(module, node.body, f"{prefix}{node.name.value}.", info, parent)
    for method in info.methods.values():
        _note_self_writes(info, method)


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
