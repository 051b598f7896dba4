"""The functions and classes of a file: where each is, what it mentions, and what it changes.

It reads Python's own tree, since that costs a tenth of libcst's; whoever walks a function asks for libcst's nodes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from invocation_lint.analysis.program.held import Body, held_by
from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.naming import (
    all_targets,
    as_bytes,
    changed_by,
    children,
    dotted_name,
    flat,
    is_attribute_of,
    last_name,
    may_name,
    names_in,
    parts_of_binding,
    quoted,
    root,
    sets_property,
    stored_by,
    targets,
    top_name,
    unique,
)
from invocation_lint.analysis.program.own import READERS, Own
from invocation_lint.analysis.program.settled import settle, settled_attributes
from invocation_lint.analysis.program.sites import clients_in, entrances_in, may_hand_on, may_invoke, takes_by_name
from invocation_lint.analysis.program.waiting import bound_by, does_nothing, unchanging
from invocation_lint.analysis.program.ways import users_of
from invocation_lint.source.parsing.tree import SourceFile
from invocation_lint.source.scan import SITE_ATTRIBUTES, may_query, may_query_jobs, speaks_of_lambda, spelled


def index_module(source: SourceFile, name: str, job_tables: tuple[str, ...] | None = None) -> ModuleInfo:
    """All functions and classes of a parsed file; `job_tables` are the globs of the user's tables of jobs."""
    path = source.name.rpartition("/")[2] if source.name.startswith("/") else source.name
    module = ModuleInfo(
        name,
        source,
        path=path,
        clients=clients_in(source.text) if speaks_of_lambda(source.data) else None,
        doors=entrances_in(source.data),
        speaks_of_queries=may_query_jobs(source.data, job_tables),
        job_tables=job_tables,
    )
    tree = source.syntax
    source.forget_syntax()
    index = _Index(module)
    own = index.read(tree)
    index.note_waiting(own, tree)
    settle(module, own, tree.body)
    if module.speaks_of_queries:
        index.note_queries(own)
    for body in (tree.body, *(cls.body for cls in index.classes)):
        for statement in body:
            index.note_aliases(statement)
    module.words = frozenset(re.findall(r"\w+", source.text))
    index.note_bindings(own)
    index.note_held(own)
    module.named_by, module.aliased, module.made_of = users_of(
        module.functions.values(), (cls.name for cls in module.classes.values()), module.aliases, module.bindings
    )
    return module


class _Index:
    """Fills a module from its tree."""

    def __init__(self, module: ModuleInfo) -> None:
        self.module = module
        self.classes: list[ast.ClassDef] = []
        self._own: dict[str, Own] = {}  # of functions, by key
        self._bodies: dict[str, Own] = {}  # of classes, by key
        self._lambdas: dict[ast.Lambda, FunctionInfo] = {}

    def read(self, tree: ast.Module) -> Own:
        """Note all functions and classes of the module; the answer is what is in none of them."""
        own = self._read(tree.body, "", None, None)
        self.module.holds_site, self.module.mentions = own.holds_site, frozenset(own.mentions)
        for info in self.module.functions.values():
            self._note_mutations(info)
        return own

    def _read(
        self, roots: Sequence[ast.AST | None], prefix: str, cls: ClassInfo | None, parent: FunctionInfo | None
    ) -> Own:
        own = Own()
        mentions = own.mentions
        callees: set[ast.AST] = set()
        stack: list[Any] = [node for node in reversed(roots) if node is not None]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is ast.Name:
                mentions.add(node.id)
                continue
            if kind is ast.Attribute:
                mentions.add(node.attr)
                if node.attr in SITE_ATTRIBUTES and node not in callees:
                    own.holds_site = own.holds_site or may_hand_on(last_name(node.value), self.module.clients)
                stack.append(node.value)
                continue
            if kind is ast.Constant:
                if self.module.speaks_of_queries and isinstance(node.value, (str, bytes)):
                    own.texts.append(str(node.value))
                continue
            read = READERS.get(kind)
            if read is not None:
                read(own, node)
            elif kind is ast.Call:
                self._note_call(own, node, callees)
            elif kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
                self._add_function(node, prefix, cls, parent)
                stack.append(node.args)
                stack.extend(reversed(node.decorator_list))
                continue
            elif kind is ast.Lambda:
                inner = self._add_function(node, prefix, cls, parent)
                own.holds_site = own.holds_site or inner.holds_site
                own.mentions |= inner.mentions
                continue
            elif kind is ast.ClassDef:
                self._add_class(node, prefix, parent)
                above = [*node.bases, *(one.value for one in node.keywords)]
                asked = [one for one in above if not isinstance(one, (ast.Name, ast.Attribute))]
                stack.extend(reversed([*asked, *node.decorator_list]))
                continue
            elif kind is ast.JoinedStr:
                own.texts += [str(one.value) for one in node.values if isinstance(one, ast.Constant)]
                stack.extend(one for one in reversed(node.values) if not isinstance(one, ast.Constant))
                continue
            elif kind is ast.Import or kind is ast.ImportFrom:
                self._note_import(own, node)
                continue
            stack.extend(reversed(children(node)))
        return own

    def _note_call(self, own: Own, node: ast.Call, callees: set[ast.AST]) -> None:
        own.calls.append(node)
        own.holds_site = own.holds_site or last_name(node.func) in self.module.doors.calls
        if isinstance(node.func, ast.Attribute) and node.func.attr in SITE_ATTRIBUTES:
            callees.add(node.func)
            keywords = [keyword.arg for keyword in node.keywords]
            receiver = last_name(node.func.value)
            own.holds_site = own.holds_site or may_invoke(receiver, keywords, self.module.clients)
        else:
            own.holds_site = own.holds_site or takes_by_name(node, self.module.clients)

    def _note_import(self, own: Own, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            own.mentions.update(node.module.split("."))
        for alias in node.names:
            if alias.name == "*":
                self.module.passes_everything = True
                continue
            parts = alias.name.split(".")
            own.mentions.update(parts)
            own.imported.append(alias.asname or parts[0])
            if alias.asname is not None:  # whoever names it names what it stands for
                own.mentions.add(alias.asname)
                self.module.aliases[alias.asname] = frozenset({parts[-1]})

    # -- definitions -------------------------------------------------------------------------------------------------

    def _add_function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        prefix: str,
        cls: ClassInfo | None,
        parent: FunctionInfo | None,
    ) -> FunctionInfo:
        module = self.module
        start, end = module.source.syntax_span(node)
        place = module.source.place_of(start, end)
        is_lambda = isinstance(node, ast.Lambda)
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        key = unique(f"{module.name}:{prefix}{name}", module.functions, place.line)
        while key in module.functions:
            key += f".{place.column}"
        args = node.args
        info = FunctionInfo(
            key,
            name,
            module,
            start,
            place,
            cls,
            parent,
            is_lambda=is_lambda,
            is_async=isinstance(node, ast.AsyncFunctionDef),
            positional=tuple(one.arg for one in (*args.posonlyargs, *args.args)),
            defaults=len(args.defaults),
            has_defaults=bool(args.defaults) or any(one is not None for one in args.kw_defaults),
            has_plain_defaults=all(
                one is None or type(one) is ast.Constant for one in (*args.defaults, *args.kw_defaults)
            ),
            needs_keyword=None in args.kw_defaults,
            is_decorated=not isinstance(node, ast.Lambda) and bool(node.decorator_list),
        )
        module.functions[key] = info
        module.by_start[start] = info
        if isinstance(node, ast.Lambda):
            self._lambdas[node] = info
            own = self._read([node.args, node.body], f"{prefix}{name}.<locals>.", None, info)
        else:
            if cls is not None:
                cls.methods[f"{name}.setter" if sets_property(node) else name] = info
            parts = [node.args, *node.body, *node.decorator_list, node.returns, *getattr(node, "type_params", ())]
            own = self._read(parts, f"{prefix}{name}.<locals>.", None, info)
            own.mentions.add(name)
        self._own[key] = own
        if not isinstance(node, ast.Lambda) and module.doors.decorators:
            info.is_task = any(last_name(one) in module.doors.decorators for one in node.decorator_list)
        info.holds_site, info.mentions = own.holds_site or info.is_task, frozenset(own.mentions)
        info.quoted = frozenset((*own.quoted, *quoted(getattr(node, "returns", None))))
        info.stores = frozenset(stored_by(own.changing))
        info.globals, info.nonlocals = frozenset(own.declared), frozenset(own.rebound)
        info.is_generator = own.is_generator
        return info

    def _add_class(self, node: ast.ClassDef, prefix: str, parent: FunctionInfo | None) -> None:
        module = self.module
        start, end = module.source.syntax_span(node)
        place = module.source.place_of(start, end)
        key = unique(f"{module.name}:{prefix}{node.name}", module.classes, place.line)
        info = ClassInfo(key, node.name, module, start, place)
        module.classes[key] = info
        module.by_start[start] = info
        self.classes.append(node)
        own = self._bodies[key] = self._read(node.body, f"{prefix}{node.name}.", info, parent)
        info.mentions, info.binds = frozenset(own.mentions), frozenset(own.bound())
        info.quoted = frozenset(own.quoted)
        annotated = (one.target for one in node.body if isinstance(one, ast.AnnAssign))
        info.annotated = frozenset(one.id for one in annotated if isinstance(one, ast.Name))
        info.settled = settled_attributes(info, own, node.body)
        info.bases = frozenset().union(*map(names_in, node.bases))
        written = tuple(one.id for one in node.bases if isinstance(one, ast.Name))
        info.has_keywords = bool(node.keywords)
        info.plain_bases = written if len(written) == len(node.bases) else None
        made_by = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
        info.decorators = tuple(map(dotted_name, made_by))
        for method in info.methods.values():
            self._note_self_writes(info, method)

    def note_waiting(self, own: Own, tree: ast.Module) -> None:
        """Note the classes whose bodies mean the same whenever they are walked."""
        module = self.module
        bound = bound_by(own.changing)
        changed = {name for name, times in bound.items() if times > 1}
        declared = {name for info in module.functions.values() for name in info.globals}
        functions = {info.name: info for info in module.functions.values() if info.cls is None and info.parent is None}
        made = set(bound) - unchanging(own.changing, set(own.imported) - set(bound), changed | declared)
        named = made | set(functions)
        for name, one in functions.items():
            if one.globals or one.holds_site or not one.mentions.isdisjoint(named - {name}):
                made.add(name)
        classes = {top_name(module.name, key) for key in module.classes}
        waiting = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        while waiting:
            node = waiting.pop()
            info = module.by_start[module.source.syntax_span(node)[0]]
            assert isinstance(info, ClassInfo)
            body = self._bodies[info.key]
            may_start = body.holds_site or (module.speaks_of_queries and body.calls)
            is_fixed = not (may_start or body.declared) and body.mentions.isdisjoint(changed)
            info.can_wait = is_fixed and does_nothing(node, body.calls, made, classes, body.mentions)
            if info.can_wait:  # so that its body need not be walked for what stands in it
                waiting += [inner for inner in node.body if isinstance(inner, ast.ClassDef)]

    # -- what is changed ---------------------------------------------------------------------------------------------

    def _note_self_writes(self, cls: ClassInfo, method: FunctionInfo) -> None:
        own, name = self._own[method.key], method.first_parameter
        for target in all_targets(own.changing):
            if is_attribute_of(target, name) or is_attribute_of(target, cls.name):
                assert isinstance(target, ast.Attribute)
                cls.writers.setdefault(target.attr, []).append(method)
            elif isinstance(target, ast.Subscript) and is_attribute_of(target.value, name):
                assert isinstance(target.value, ast.Attribute)
                cls.mutated.add(target.value.attr)
        for changed in changed_by(own.calls):
            if isinstance(changed, ast.Attribute) and is_attribute_of(changed, name):
                cls.mutated.add(changed.attr)

    def _note_mutations(self, info: FunctionInfo) -> None:
        own = self._own[info.key]
        changed = [target.value for target in all_targets(own.changing) if isinstance(target, ast.Subscript)]
        self.module.mutated_globals.update(
            node.id for node in (*changed, *changed_by(own.calls)) if isinstance(node, ast.Name)
        )

    # -- queries -----------------------------------------------------------------------------------------------------

    def note_queries(self, own: Own) -> None:
        """Note the functions that may query a table of jobs."""
        module = self.module
        for info in module.functions.values():
            said = [*spelled(info.mentions), *self._own[info.key].texts]
            info.holds_query = self._asks_for_jobs(*said)
        mapped = {module.classes[key].name for key, body in self._bodies.items() if self._holds_jobs(body)}
        names = mapped | self._named_after_tables(own)
        for info in module.functions.values():
            if info.mentions & names:
                info.holds_query = info.holds_query or may_query(as_bytes(spelled(info.mentions)))
        queried = {info.name for info in module.functions.values() if info.holds_query} - {"__init__"}
        for info in module.functions.values():
            info.holds_query = info.holds_query or bool(info.mentions & queried)  # what is read there is worked on here

    def _holds_jobs(self, body: Own) -> bool:
        """Whether a class of another name is mapped to a table of jobs."""
        return self._asks_for_jobs(".select", *body.texts)

    def _asks_for_jobs(self, *said: str) -> bool:
        """Whether names and texts may make a query of a table of jobs."""
        return may_query_jobs(as_bytes(said), self.module.job_tables)

    def _named_after_tables(self, own: Own) -> set[str]:
        """The names of the module, and the attributes of its objects, that are bound to something which a table of jobs
        names: `collection = db["jobs"]`, `WAITING = select(Job).where(..)`."""
        functions = self.module.functions.values()
        found: set[str] = set()
        for one in (own, *(self._own[info.key] for info in functions if info.cls is not None)):
            for node in one.changing:
                if isinstance(node, ast.Assign) and (
                    any(map(self._is_table, ast.walk(node.value))) or (one is own and self._is_statement(node))
                ):
                    bound = list(flat(node.targets))
                    found |= {target.id for target in bound if isinstance(target, ast.Name)}
                    found |= {target.attr for target in bound if isinstance(target, ast.Attribute)}
        return found

    def _is_statement(self, node: ast.Assign) -> bool:
        """Whether a module's own name is bound to a whole statement, to be executed elsewhere."""
        source = self.module.source
        written = source.text[source.syntax_span(node.targets[-1])[1] : source.syntax_span(node)[1]]
        return self._asks_for_jobs(written if "(" in written else f".select {written}")

    def _is_table(self, node: ast.AST) -> bool:
        """Whether a text is the name of a table of jobs, and nothing else."""
        name = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(name, str) or not name.replace("-", "_").isidentifier():
            return False
        return self._asks_for_jobs(f".select {name}")

    # -- what names stand for ----------------------------------------------------------------------------------------

    def note_aliases(self, statement: ast.stmt) -> None:
        """Note the names that a statement of the module or of a class binds to what may name a function."""
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        if value is None or not may_name(value):
            return
        names = names_in(value)
        inner = self._lambdas.get(value) if isinstance(value, ast.Lambda) else None
        for target in flat(targets(statement)):
            if isinstance(target, ast.Name) and inner is not None:
                inner.name = target.id
            elif isinstance(target, ast.Name):
                known = self.module.aliases.get(target.id, frozenset())
                self.module.aliases[target.id] = known | (names - {target.id})

    def note_bindings(self, own: Own) -> None:
        """Note the names of the module, and all that is named by the code that makes each or may put something in."""
        module = self.module
        found: dict[str, set[str]] = {alias: set(mentioned) for alias, mentioned in module.aliases.items()}
        for info in module.functions.values():
            for name in (top_name(module.name, info.key), *info.globals):
                found.setdefault(name, set()).update(info.mentions)
        for cls in module.classes.values():
            found.setdefault(top_name(module.name, cls.key), set()).update(cls.mentions, cls.bases)
        for node in (*own.changing, *own.binding):
            for target, value in parts_of_binding(node):
                for one in flat([target]):
                    found.setdefault(root(one), set()).update(names_in(value))
        for call in own.calls:  # registry.add(Sender())
            name = root(call.func)
            if name in found and isinstance(call.func, ast.Attribute):
                found[name].update(*map(names_in, call.args), *(names_in(one.value) for one in call.keywords))
        module.bindings = {name: frozenset(named_by) for name, named_by in found.items() if name}

    def note_held(self, own: Own) -> None:
        """Note the names of the module, of its classes and of their objects that hold the method of a client."""
        module = self.module
        bodies = [Body(own.changing)] if own.holds_site else []
        bodies += [Body(one.changing, module.classes[key].name) for key, one in self._bodies.items() if one.holds_site]
        for info in module.functions.values():
            if info.holds_site and not info.is_lambda:
                cls = info.cls.name if info.cls is not None else ""
                bodies.append(Body(self._own[info.key].changing, cls, info.first_parameter, info.globals))
        module.held = held_by(bodies, module.clients)
