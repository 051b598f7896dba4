"""Handlers that an adapter makes of a web application: `handler = Mangum(app)`.

Of such a handler it is told what invokes it, how long its function may run, how long the API in front of it waits, and
how long its routes let one thing take.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.facts import handler as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.handling.mappings import timeout_of_all
from invocation_lint.facts.building.handling.timing.durations import front_waits, outlasts
from invocation_lint.facts.building.handling.timing.inner_timeouts import longest_of_routes
from invocation_lint.facts.building.links.inferred import links_of
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import called_name

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

_ADAPTERS = frozenset({"Mangum", "make_lambda_handler"})
"""mangum.fastapiexpert.com, Mangum; github.com/logandk/apig-wsgi, make_lambda_handler."""


def applications(code: Code, program: Program | None) -> Iterator[Fact]:
    """The facts of the handlers of a module that adapters make, where a template deploys them."""
    module = code.module
    told = program.handlers_of(module) if program is not None else None
    if program is None or told is None or module.is_test:
        return
    files = program.modules.files
    files.deployed_for(module.name)
    for name, kinds in told.invoked_by.items():
        made = _made_as(module.source.module, name)
        functions = list(links_of(program).code.entered_by(module.name, name)) if made is not None else []
        if made is None or not functions or len(kinds) != 1:
            continue
        front = front_waits(told, name, kinds)
        own = timeout_of_all(functions)
        inner = longest_of_routes(code, program)
        data = facts.Handler(
            event_source=next(iter(kinds)),
            known_by="template",
            timeout_seconds=UnknownAnswer("no template tells the timeout") if own is None else own,
            front_seconds=front,
            outlasts=outlasts(None, own, front),
            inner_timeout_seconds=inner[0] if inner is not None else None,
            inner_wait=inner[2] if inner is not None else None,
        )
        site = module.source.place(made)
        places = dict.fromkeys(("timeout_seconds", "front_seconds", "outlasts"), site)
        if inner is not None:
            places["inner_timeout_seconds"] = places["inner_wait"] = inner[1]
        yield Fact("handler", data, site, places, (), name)


def _made_as(tree: cst.Module, name: str) -> cst.Name | None:
    """The name where the module gives it what an adapter makes, once; None otherwise."""
    found: list[cst.Name | None] = []
    for line in tree.body:
        for one in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if not isinstance(one, cst.Assign):
                continue
            is_made = isinstance(one.value, cst.Call) and called_name(one.value) in _ADAPTERS
            targets = [each.target for each in one.targets if isinstance(each.target, cst.Name)]
            found += [each if is_made else None for each in targets if each.value == name]
    return found[0] if len(found) == 1 else None


__all__ = ["applications"]
