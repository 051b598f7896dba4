"""The facts that the syntax of functions gives: of what they send, and of handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from invocation_lint.facts.base import Fact
from invocation_lint.facts.options import AnalysisOptions
from invocation_lint.source import scan

if TYPE_CHECKING:
    from invocation_lint.analysis.interpreter import Interpreter
    from invocation_lint.analysis.program.model import ModuleInfo
    from invocation_lint.analysis.project import Program
    from invocation_lint.facts.building.messaging.calls import Code

_OF_HANDLERS = ("handler", "handler_answer", "event_key", "wait_loop")


def of_syntax(
    module: ModuleInfo,
    options: AnalysisOptions,
    program: Program | None,
    interpreter: Interpreter,
    asked: Callable[..., bool],
) -> tuple[Fact, ...]:
    """The facts of a module by place; `asked` says whether one of some kinds of facts is asked for. What the bytes of
    the file rule out is not looked for."""
    found = _found(module, options, program, interpreter, asked)
    return tuple(sorted(found, key=lambda fact: fact.site))


def _found(
    module: ModuleInfo,
    options: AnalysisOptions,
    program: Program | None,
    interpreter: Interpreter,
    asked: Callable[..., bool],
) -> Iterator[Fact]:
    from invocation_lint.facts.building.messaging.calls import Code

    data = module.source.data
    code = Code(module)
    if asked("batch_call") and scan.may_send(data):
        from invocation_lint.facts.building.messaging.batch_calls import batch_calls

        yield from batch_calls(code, options, _unread(code, program))
    if asked("message") and (scan.may_write_messages(data) or scan.may_run_machines(data)):
        from invocation_lint.facts.building.messaging.messages import messages

        yield from messages(code, program, asked)
    if asked("execution") and scan.may_run_machines(data):
        from invocation_lint.facts.building.messaging.executions import executions

        yield from executions(code, options, program)
    if asked("object_key") and scan.may_read_keys(data):
        from invocation_lint.facts.building.handling.object_keys import object_keys

        yield from object_keys(code, options)
    if asked("handler") and scan.may_wrap(data):
        from invocation_lint.facts.building.handling.applications import applications

        yield from applications(code, program)
    if asked("item_loop") and (scan.may_handle(data) or scan.may_work_off(data)):
        from invocation_lint.facts.building.items.loops import item_loops

        yield from item_loops(code, program)
    if not (asked(*_OF_HANDLERS, "custom_resource") and scan.may_handle(data)):
        return
    if asked(*_OF_HANDLERS):
        from invocation_lint.facts.building.handling.handlers import handlers

        yield from handlers(code, program, interpreter)
    if asked("custom_resource") and (b"RequestType" in data or b"cfnresponse" in data):
        from invocation_lint.facts.building.handling.resources.custom_resources import custom_resources

        yield from custom_resources(code, program)


def _unread(code: Code, program: Program | None) -> Callable[[], frozenset[str]]:
    """The handlers of a module whose answers nobody reads, which are looked for when somebody asks."""

    @cache
    def found() -> frozenset[str]:
        if not scan.may_handle(code.module.source.data):
            return frozenset()
        from invocation_lint.facts.building.handling.error_answers import answers_nobody

        return answers_nobody(code, program)

    return found


__all__ = ["of_syntax"]
