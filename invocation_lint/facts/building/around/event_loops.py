"""Facts about event loops that a handler runs, and about the clients that coroutines use in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building.handlers import is_handler
from invocation_lint.facts.event_loop import Caller, EventLoop, LoopClient
from invocation_lint.findings import Place

_CLIENTS = {
    "ClientSession": (r"\baiohttp\b", "aiohttp"),
    "AsyncClient": (r"\bhttpx\.AsyncClient\b|from\s+httpx\s+import\b[^\n]*\bAsyncClient\b", "httpx"),
    "AsyncOpenAI": (r"\bopenai\b", "openai"),
    "AsyncAzureOpenAI": (r"\bopenai\b", "openai"),
    "AsyncAnthropic": (r"\banthropic\b", "anthropic"),
    "AsyncIOMotorClient": (r"\bmotor\b", "motor"),
    "AsyncMongoClient": (r"\bpymongo\b", "pymongo"),
    "AsyncElasticsearch": (r"\belasticsearch\b", "elasticsearch"),
    "create_pool": (r"\b(?:asyncpg|aiomysql|aiopg)\b", "a pool of connections"),
    "create_async_engine": (r"\bsqlalchemy\b(?!(?:.|\n)*\bNullPool\b)", "sqlalchemy"),
}
"""What makes a client whose connections belong to a loop: what its module must name, and the library."""

_ENTERED = frozenset({"client", "create_client", "resource"})
_CACHES = frozenset({"lru_cache", "cache", "alru_cache", "cached"})


class _Made(NamedTuple):
    library: str
    made: str
    place: Place


def event_loops(module: ModuleInfo) -> tuple[Fact, ...]:
    """The runs of event loops behind the handlers of a module, in order of their places."""
    builder = _Builder(module)
    return tuple(sorted(builder.build(), key=lambda fact: fact.site))


class _Builder:
    def __init__(self, module: ModuleInfo) -> None:
        self.module = module
        self.by_name: dict[str, list[FunctionInfo]] = {}
        for info in module.functions.values():
            if not info.is_lambda:
                self.by_name.setdefault(info.name, []).append(info)
        self.kept = self._kept()

    def build(self) -> Iterator[Fact]:
        """All facts; none where no client outlives a call."""
        if not self.kept:
            return
        seen: set[Place] = set()
        for handler in filter(is_handler, self.module.functions.values()):
            for function in self._reached([handler]):
                for call, starter, loop in _runs(function):
                    place = self.module.source.place(call)
                    if place not in seen:
                        seen.add(place)
                        yield self._fact(handler, call, place, starter, loop)

    def _fact(self, handler: FunctionInfo, call: cst.Call, place: Place, starter: str, loop: str) -> Fact:
        names = {node.value for arg in call.args for node in (arg, *own_nodes(arg)) if isinstance(node, cst.Name)}
        asked = [info for name in sorted(names) for info in self.by_name.get(name, ())]
        places = {"loop": place, "starter": place, "caller": self.module.source.place(handler.node)}
        clients: dict[str, LoopClient] = {}
        for info in self._reached(asked):
            for name in sorted(self.kept.keys() & info.mentions):
                if name not in clients and self._uses(info, name):
                    made = self.kept[name]
                    clients[name] = LoopClient(name, made.library, made.made)
                    places[f"clients[{name}]"] = made.place
                    places.setdefault("clients", made.place)
        data = EventLoop(starter, loop, tuple(clients.values()), Caller("lambda_handler"))
        return Fact("event_loop", data, place, places, function=handler.title)

    def _reached(self, functions: list[FunctionInfo]) -> list[FunctionInfo]:
        """These, and all that they name, in the module."""
        found: dict[str, FunctionInfo] = {}
        waiting = list(functions)
        while waiting:
            info = waiting.pop()
            if info.key not in found:
                found[info.key] = info
                waiting += [other for name in sorted(info.mentions) for other in self.by_name.get(name, ())]
        return list(found.values())

    def _uses(self, info: FunctionInfo, name: str) -> bool:
        """Whether a name means that of the module in a function."""
        return name in info.globals or name in self.by_name or name not in _bound(info)

    def _kept(self) -> dict[str, _Made]:
        """The clients that outlive a call, by the name of the variable, or of the cached function that gives them."""
        found: dict[str, _Made] = {}
        for node in own_nodes(self.module.source.module):
            for name, value in _bindings(node):
                library = self._library(value)
                if library:
                    found[name] = _Made(library, "module", self.module.source.place(value))
        for info in self.module.functions.values():
            if info.is_lambda:
                continue
            if _CACHES & {_last(item) for item in info.decorators}:
                returned = (node.value for node in own_nodes(info.node) if isinstance(node, cst.Return) and node.value)
                for value in returned:
                    if library := self._library(value):
                        found[info.name] = _Made(library, "cached", self.module.source.place(value))
            for name in info.globals:
                made = self._made_once(info, name)
                if made is not None:
                    found[name] = made
                elif self._is_made_anew(info, name):
                    found.pop(name, None)
        return found

    def _made_once(self, info: FunctionInfo, name: str) -> _Made | None:
        """The client that a function makes for a global where there is none yet: below a test of the name."""
        for node in own_nodes(info.node):
            if isinstance(node, cst.If) and any(
                isinstance(part, cst.Name) and part.value == name for part in (node.test, *own_nodes(node.test))
            ):
                for inner in own_nodes(node.body):
                    for bound, value in _bindings(inner):
                        if bound == name and (library := self._library(value)):
                            return _Made(library, "cached", self.module.source.place(value))
        return None

    def _is_made_anew(self, info: FunctionInfo, name: str) -> bool:
        nodes = own_nodes(info.node)
        return any(bound == name and self._library(value) for node in nodes for bound, value in _bindings(node))

    def _library(self, value: cst.BaseExpression) -> str:
        """The library whose client an expression makes; empty for anything else."""
        while isinstance(value, cst.Await):
            value = value.expression
        if not isinstance(value, cst.Call):
            return ""
        name = _last(value)
        if name in _CLIENTS:
            pattern, library = _CLIENTS[name]
            return library if re.search(pattern, self.module.source.text) else ""
        entered = value.func.value if isinstance(value.func, cst.Attribute) else None
        if name == "__aenter__" and isinstance(entered, cst.Call) and _last(entered) in _ENTERED:
            found = re.search(r"\b(?:aioboto3|aiobotocore)\b", self.module.source.text)
            return found[0] if found else ""
        inner = next((arg.value for arg in value.args), None)  # run(session.create_client(..).__aenter__())
        return self._library(inner) if name in {"run", "run_until_complete"} and inner is not None else ""


def _last(item: cst.BaseExpression) -> str:
    func = item.func if isinstance(item, cst.Call) else item
    return func.attr.value if isinstance(func, cst.Attribute) else dotted(func)


def _bindings(node: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression]]:
    """The names that a statement binds, with the value."""
    if isinstance(node, cst.Assign):
        yield from ((one.target.value, node.value) for one in node.targets if isinstance(one.target, cst.Name))
    elif isinstance(node, cst.AnnAssign) and node.value is not None and isinstance(node.target, cst.Name):
        yield node.target.value, node.value


def _bound(info: FunctionInfo) -> set[str]:
    """The names that a function binds itself: its parameters, assignments, `with` and `for`."""
    params = info.node.params
    found = {param.name.value for param in (*params.posonly_params, *params.params, *params.kwonly_params)}
    for node in own_nodes(info.node):
        target: cst.CSTNode | None = None
        if isinstance(node, cst.AsName):
            target = node.name
        elif isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.For, cst.NamedExpr)):
            target = node.target
        if isinstance(target, cst.Name):
            found.add(target.value)
    return found


def _runs(function: FunctionInfo) -> Iterator[tuple[cst.Call, str, str]]:
    """The calls in a function that run coroutines to their end, with the call's name, and whether the loop is new."""
    nodes = own_nodes(function.node)
    called = {_last(node) for node in nodes if isinstance(node, cst.Call)}
    is_new = "new_event_loop" in called and not called & {"get_event_loop", "get_running_loop"}
    for node in nodes:
        if not isinstance(node, cst.Call) or not isinstance(node.func, (cst.Attribute, cst.Name)):
            continue
        name = dotted(node.func)
        if name in {"asyncio.run", "anyio.run", "uvloop.run"}:
            yield node, "run", "new"
        elif node.func.value == "run" and isinstance(node.func, cst.Name):
            if re.search(r"from\s+asyncio\s+import\b[^\n]*\brun\b", function.module.source.text):
                yield node, "run", "new"
        elif isinstance(node.func, cst.Attribute) and node.func.attr.value == "run_until_complete":
            yield node, "run_until_complete", "new" if is_new else "kept"


__all__ = ["event_loops"]
