"""Functions that a framework calls: views, handlers of events, tasks, commands; and what becomes of their errors.

A table each, by the names of decorators, base classes and parameters. Some of these names stand for other things in
other frameworks, so a module has to speak of the one that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.records import record


@record
class Entry:
    """A kind of function that a framework calls. `kind` and `event_source` are words of `Caller`; `boundary` is what
    takes an error: None where it goes to whoever waits (a response with status 500, an error in GraphQL)."""

    kind: str
    framework: str = "web"
    event_source: str | None = None
    boundary: Any = None


VIEW = Entry("view", "web", "http")
RESOLVER = Entry("view", "graphql", "direct")
SCHEDULED = Entry("task", "scheduler", None, "scheduler")
RUN_AGAIN = Entry("task", "lambda", None, "redelivered")
BY_A_RUNNER = Entry("task", "runner", None, UnknownAnswer("the task runner takes it"))
COMMAND = Entry("script", "command", None, "script")


def _event(source: str) -> Entry:
    """A function that Lambda runs again when it raises."""
    return Entry("lambda_handler", "lambda", source, "redelivered")


_INVOKED = Entry("lambda_handler", "lambda", "direct")

_BY_DECORATOR: tuple[tuple[str, dict[str, Entry]], ...] = (
    (
        r"\bchalice\b",
        {
            "on_sqs_message": _event("queue"),
            "on_kinesis_record": _event("stream"),
            "on_dynamodb_record": _event("stream"),
            "on_sns_message": _event("sns"),
            "on_s3_event": _event("s3"),
            "on_cw_event": _event("eventbridge"),
            "schedule": _event("schedule"),
            "lambda_function": _INVOKED,
            "authorizer": _INVOKED,
            "on_ws_connect": VIEW,
            "on_ws_message": VIEW,
            "on_ws_disconnect": VIEW,
        },
    ),
    (
        r"\baws_lambda_powertools\b",
        {
            "resolver": RESOLVER,
            "batch_resolver": RESOLVER,
            "async_batch_resolver": RESOLVER,
            "on_publish": RESOLVER,
            "async_on_publish": RESOLVER,
            "on_subscribe": RESOLVER,
        },
    ),
    (r"\bzappa\b", {"task": RUN_AGAIN, "task_sns": RUN_AGAIN}),
    (r"\bairflow\b", {"task": SCHEDULED, "task_group": SCHEDULED}),
    (r"\bprefect\b", {"task": SCHEDULED, "flow": SCHEDULED}),
    (r"\bdagster\b", {"op": SCHEDULED, "asset": SCHEDULED, "job": SCHEDULED, "sensor": SCHEDULED, "solid": SCHEDULED}),
    (r"\b(?:strawberry|ariadne)\b", dict.fromkeys(("field", "mutation", "subscription"), RESOLVER)),
    (r"\bslack_bolt\b", dict.fromkeys(("command", "action", "event", "message", "shortcut", "view"), VIEW)),
    (
        "",
        {
            **dict.fromkeys(("shared_task", "task", "celery_task", "actor", "job", "periodic_task"), BY_A_RUNNER),
            **dict.fromkeys(("db_task", "db_periodic_task", "scheduled_job", "cron", "repeat_every"), BY_A_RUNNER),
            **dict.fromkeys(("command", "group", "callback"), COMMAND),
        },
    ),
)
"""What a module names, and the last parts of the names of decorators there."""

_ROUTES = frozenset(
    {"route", "get", "post", "put", "delete", "patch", "head", "options", "websocket", "api_route", "websocket_route"}
)
_BARE_ROUTES = re.compile(r"\b(?:bottle|litestar|starlite|sanic)\b")

_VIEW_BASE = re.compile(r"(?:View|ViewSet|ViewSetMixin|RequestHandler|HTTPEndpoint)\Z|\A(?:Controller|Resource)\Z")
"""Base classes whose methods answer requests: of Django, DRF, Flask, Tornado, Starlette, aiohttp, Sanic, Litestar."""

_VIEW_METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "create", "update", "partial_update", "list",
     "retrieve", "destroy", "dispatch", "dispatch_request", "form_valid", "form_invalid", "perform_create",
     "perform_update", "perform_destroy", "get_queryset", "get_context_data", "prepare", "on_message"}
)  # fmt: skip
_FALCON = frozenset(f"on_{method}" for method in ("get", "post", "put", "patch", "delete", "head", "options"))

_OPERATOR_BASE = re.compile(r"(?:Operator|Sensor)\Z")
_TASK_BASE = re.compile(r"(?:\A|\.)(?:Task|RequestTask|BaseTask)\Z")

_AS_VIEW = frozenset({"view_func", "endpoint"})
_ADD_ROUTE = re.compile(
    r"(?:^|\.)(?:add_(?:get|post|put|patch|delete|head|view|route|url_rule|api_route|websocket_route)|"
    r"Route|WebSocketRoute)\Z"
)
_AIOHTTP_ROUTE = re.compile(r"(?:^|\.)web\.(?:get|post|put|patch|delete|head|route)\Z")
_URL = re.compile(r"(?:^|\.)(?:path|re_path|url)\Z")
_PROCESSING = re.compile(r"(?:^|[._])(?:process_partial_response|processor)\Z")
_AS_TASK = frozenset({"python_callable", "on_failure_callback", "on_success_callback"})


def entry_of(module: ModuleInfo, function: FunctionInfo) -> Entry | None:
    """The kind of function that a framework calls, None where none does."""
    return _by_decorator(module, function) or _by_class(module, function) or _by_use(module, function)


def decorator_names(function: FunctionInfo) -> list[str]:
    """The dotted names of the decorators."""
    return [dotted(item.func if isinstance(item, cst.Call) else item) for item in function.decorators]


_STACK_EVENTS = frozenset({"create", "update", "delete", "poll_create", "poll_update", "poll_delete"})
"""Decorators of crhelper's CfnResource (github.com/aws-cloudformation/custom-resource-helper)."""


def crhelper_resources(module: ModuleInfo, function: FunctionInfo) -> set[str]:
    """The names of crhelper's resources that call a function when CloudFormation asks for something."""
    if "crhelper" not in module.source.text:
        return set()
    parts = (name.rpartition(".") for name in decorator_names(function))
    return {resource for resource, _, event in parts if event in _STACK_EVENTS}


def _by_decorator(module: ModuleInfo, function: FunctionInfo) -> Entry | None:
    text = module.source.text
    names = decorator_names(function)
    for item, name in zip(function.decorators, names, strict=True):
        owner, _, last = name.rpartition(".")
        if last == "api_view":
            return Entry("view", "django", "http")
        is_route = last in _ROUTES and isinstance(item, cst.Call) and _has_path(item)
        if is_route and (owner or _BARE_ROUTES.search(text)):
            return VIEW
    lasts = [name.rpartition(".")[2] for name in names]
    for pattern, table in _BY_DECORATOR:
        found = next((table[last] for last in lasts if last in table), None)
        if found is not None and re.search(pattern, text):
            return found
    first = names[0].split(".")[0] if names else ""
    return SCHEDULED if first == "task" and re.search(r"\bairflow\b", text) else None  # @task.branch and its like


def _by_class(module: ModuleInfo, function: FunctionInfo) -> Entry | None:
    if function.cls is None:
        return None
    bases = _bases(module, function)
    name = function.name
    answers = name in _VIEW_METHODS or "action" in decorator_names(function)
    if answers and any(_VIEW_BASE.search(base.rpartition(".")[2]) for base in bases):
        return VIEW
    if name in _FALCON and len(function.node.params.params) >= 3:
        return VIEW
    if name == "mutate" and any(base.rpartition(".")[2].endswith("Mutation") for base in bases):
        return RESOLVER
    if name == "handle" and any(base.rpartition(".")[2].endswith("BaseCommand") for base in bases):
        return COMMAND
    text = module.source.text
    if name in {"execute", "poke"} and any(map(_OPERATOR_BASE.search, bases)) and "airflow" in text:
        return SCHEDULED
    if name == "run" and any(map(_TASK_BASE.search, bases)):
        return SCHEDULED if "luigi" in text else BY_A_RUNNER
    return None


def _bases(module: ModuleInfo, function: FunctionInfo) -> list[str]:
    """The dotted names of the bases of a method's class, and of those of the same module, however far."""
    found: list[str] = []
    waiting = [function.cls] if function.cls is not None else []
    by_name = {info.name: info for info in module.classes.values()}
    while waiting and len(found) < 50:
        for argument in waiting.pop().node.bases:
            value = argument.value.value if isinstance(argument.value, cst.Subscript) else argument.value
            name = dotted(value)
            if name and name not in found:
                found.append(name)
                if name in by_name:
                    waiting.append(by_name[name])
    return found


def _by_use(module: ModuleInfo, function: FunctionInfo) -> Entry | None:
    """Told by who is handed the function: a router, a batch processor, an operator; or by what it takes and gives."""
    if function.cls is None and function.parent is None and not function.is_lambda:
        for call, keyword in _handed_to(module, function.name):
            found = _taken_by(call, keyword, module.source.text)
            if found is not None:
                return found
    names = [param.name.value for param in [*function.node.params.posonly_params, *function.node.params.params]]
    if names[:1] == ["request"] and function.cls is None and _returns_response(function):
        return Entry("view", "django", "http")
    return None


def _handed_to(module: ModuleInfo, name: str) -> Iterator[tuple[cst.Call, str]]:
    """The calls in a module, in its own body and its functions, that are handed a function by its name."""
    if name in module.mentions:
        yield from _handed_in_body(module).get(name, ())
    for info in module.named_by.get(name, ()):
        if info.name != name:
            yield from ((call, keyword) for handed, call, keyword in _handed(info.node) if handed == name)


@lru_cache(maxsize=8)
def _handed_in_body(module: ModuleInfo) -> dict[str, list[tuple[cst.Call, str]]]:
    """The calls in the body of a module by the names that they are handed."""
    found: dict[str, list[tuple[cst.Call, str]]] = {}
    for name, call, keyword in _handed(module.source.module):
        found.setdefault(name, []).append((call, keyword))
    return found


def _handed(body: cst.CSTNode) -> Iterator[tuple[str, cst.Call, str]]:
    for call in (node for node in own_nodes(body) if isinstance(node, cst.Call)):
        for argument in call.args:
            if isinstance(argument.value, cst.Name):
                yield argument.value.value, call, argument.keyword.value if argument.keyword is not None else ""


def _taken_by(call: cst.Call, keyword: str, text: str) -> Entry | None:
    name = dotted(call.func)
    if keyword in _AS_VIEW or (not keyword and (_ADD_ROUTE.search(name) or _AIOHTTP_ROUTE.search(name))):
        return VIEW
    if not keyword and _URL.search(name) and "django" in text:
        return Entry("view", "django", "http")
    takes_records = keyword == "record_handler" or bool(_PROCESSING.search(name))
    if takes_records and "aws_lambda_powertools" in text:
        return _event(_batch_source(text))
    if keyword in _AS_TASK and "airflow" in text:
        return SCHEDULED
    if name.endswith((".enqueue", ".enqueue_in", ".enqueue_at", ".add_job")):
        return BY_A_RUNNER
    return None


def _batch_source(text: str) -> str:
    """Where the records come from that a batch processor of Powertools is handed."""
    return "stream" if re.search(r"EventType\.(?:KinesisDataStreams|DynamoDBStreams)", text) else "queue"


def _has_path(call: cst.Call) -> bool:
    first = call.args[0].value if call.args else None
    return isinstance(first, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)) and (
        not isinstance(first, cst.SimpleString) or str(first.raw_value).startswith("/") or str(first.raw_value) == ""
    )


def _returns_response(function: FunctionInfo) -> bool:
    for node in own_nodes(function.node):
        if isinstance(node, cst.Return) and isinstance(node.value, cst.Call):
            name = dotted(node.value.func).rpartition(".")[2]
            if name in {"render", "redirect", "json_response"} or name.endswith("Response"):
                return True
    return False


__all__ = ["Entry", "decorator_names", "entry_of"]
