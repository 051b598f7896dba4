"""Applications of Chalice: what `.chalice/config.json` and the decorators in `app.py` deploy.

AWS: Chalice documentation, configuration file, API reference (Chalice.route, lambda_function, on_s3_event, ...).
Functions are named by application, stage and function; what differs between stages are alternatives.
"""

from __future__ import annotations

import ast
import json
import posixpath
from collections.abc import Callable, Collection, Iterator
from dataclasses import field
from typing import Any

from invocation_lint.deployment.chalice.code import Decorated, decorated_in, parsed
from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_nodes
from invocation_lint.deployment.model import Code, EventSourceMapping, Function, Problem, Resource, Template, Trigger
from invocation_lint.deployment.values import Attribute, Case, Conditions, Hole, Key, Text, Value, known, value_of
from invocation_lint.findings import Place
from invocation_lint.records import mutable

LANGUAGE = "chalice"
CONFIGURATION = ".chalice/config.json"
DEFAULT_TIMEOUT = 60
"""Seconds (AWS: Chalice documentation, lambda_timeout)."""

_POLLED = {"on_sqs_message": "queue", "on_kinesis_record": "stream", "on_dynamodb_record": "stream"}
_PUSHED = {"schedule": "schedule", "on_s3_event": "s3", "on_sns_message": "sns", "on_cw_event": "eventbridge"}
_PLAIN = frozenset({"lambda_function", "authorizer"})
_API = frozenset({
    "route", "get", "post", "put", "patch", "delete", "on_ws_connect", "on_ws_message", "on_ws_disconnect",
})  # fmt: skip


@mutable
class _Settings:
    """What the configuration says for one stage."""

    name: str
    values: dict[str, Any]
    when: Conditions = ()
    variables: dict[str, Any] = field(default_factory=dict)


def read_chalice(path: str, data: bytes, read: Callable[[str], bytes | None]) -> Template | None:
    """What the application in an `app.py` at an absolute path deploys; None when it is none. `read` gives the bytes of
    another file."""
    tree = parsed(data)
    if tree is None:
        return None
    made = _application(tree)
    if made is None:
        return None
    variable, name = made
    folder = posixpath.dirname(path)
    configured = f"{folder}/{CONFIGURATION}"
    told, problem = _configuration(configured, read(configured))
    reading = _Reading(path, str(told.get("app_name") or name), _stages(told, configured), is_configured=bool(told))
    resources = list(reading.resources(list(decorated_in(tree, variable, path, read)), Place(path, 1, 1, 1, 2)))
    return Template(path, LANGUAGE, tuple(resources), problems=(problem,) if problem is not None else ())


def _application(tree: ast.Module) -> tuple[str, str] | None:
    """The variable of the application, and its name."""
    for one in tree.body:
        call = one.value if isinstance(one, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "Chalice":
            target = one.targets[0] if isinstance(one, ast.Assign) else getattr(one, "target", None)
            given = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "app_name")]
            name = given[0].value if given and isinstance(given[0], ast.Constant) else ""
            return (target.id, str(name)) if isinstance(target, ast.Name) else None
    return None


def _configuration(path: str, data: bytes | None) -> tuple[dict[str, Any], Problem | None]:
    if data is None:
        return {}, None
    root = read_nodes(path, data)
    if isinstance(root, Unreadable):
        place = Place(path, root.line, root.column, root.line, root.column + 1)
        return {}, Problem(root.message, place)
    plain = root.plain()
    return (plain if isinstance(plain, dict) else {}), None


def _stages(told: dict[str, Any], path: str) -> list[_Settings]:
    stages = told.get("stages")
    named = {name: one for name, one in stages.items() if isinstance(one, dict)} if isinstance(stages, dict) else {}
    found = []
    for name, own in (named or {"dev": {}}).items():
        when: Conditions = ((Key(path, "stage"), str(name)),) if len(named) > 1 else ()
        found.append(_Settings(str(name), {**told, **own}, when, _merged(told, own)))
    return found


def _merged(*levels: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in levels:
        variables = one.get("environment_variables")
        found.update(variables if isinstance(variables, dict) else {})
    return found


class _Reading:
    """One application: its file, name and stages."""

    def __init__(self, path: str, name: str, stages: list[_Settings], *, is_configured: bool) -> None:
        self.path, self.name, self.stages, self.is_configured = path, name, stages, is_configured
        self.code = Code("folder", posixpath.dirname(path))

    def resources(self, decorated: list[Decorated], start: Place) -> Iterator[Resource]:
        """The functions of the application, and what invokes them."""
        fronts = [one for one in decorated if one.word in _API]
        if fronts:
            yield self._function("", "app.app", fronts[0].place, "api_handler")
            kind = "http" if fronts[0].word.startswith("on_ws") else "rest_api"
            for number, one in enumerate(fronts):
                id = f"api_handler/{number}"
                yield Trigger(
                    Key(self.path, id), f"chalice.{one.word}", one.place, kind=kind, function=self._arn("api_handler"),
                    path=self._path(one),
                )  # fmt: skip
        for one in decorated:
            if one.word not in _PLAIN | _POLLED.keys() | _PUSHED.keys():
                continue
            called = one.given.get("name")
            called = f"{one.prefix}{called if isinstance(called, str) else one.function}"
            yield self._function(called, f"{one.module}.{one.function}", one.place, called)
            if one.word not in _PLAIN:
                yield self._trigger(one, called)
            elif one.word == "authorizer":
                key = Key(self.path, f"{called}/authorizer")
                yield Trigger(key, "chalice.authorizer", one.place, kind="service", function=self._arn(called))

    def _function(self, called: str, function: str, place: Place, id: str) -> Function:
        variables = [{**one.variables, **_merged(self._own(one, id))} for one in self.stages]
        told = dict.fromkeys(name for one in variables for name in one)
        names = [name for name in told if any(one.get(name) not in (None, "") for one in variables)]
        return Function(
            Key(self.path, id),
            "chalice function",
            place,
            name=self._each(lambda one: f"{self.name}-{one.name}{'-' if called else ''}{called}", place),
            called=called or id,
            handler=known(function, place),
            runtime=known("python", place),
            code=self.code,
            timeout_seconds=self._each(lambda one: self._setting(one, id, "lambda_timeout") or DEFAULT_TIMEOUT, place),
            memory_mb=self._each(lambda one: self._setting(one, id, "lambda_memory_size"), place),
            environment={
                name: self._each_of([one.get(name) for one in variables], place) or known(None, place) for name in names
            },
            environment_open=self._open(names, told),
            concurrency=self._each(lambda one: self._setting(one, id, "reserved_concurrency"), place),
        )

    def _open(self, names: Collection[str], told: Collection[str]) -> str:
        """Why a function may have other variables than those that are named."""
        if not self.is_configured:
            return "its configuration is not in sight"
        return "" if len(names) == len(told) else "variables that are empty here are filled in elsewhere"

    def _own(self, stage: _Settings, id: str) -> dict[str, Any]:
        functions = stage.values.get("lambda_functions")
        own = functions.get(id) if isinstance(functions, dict) else None
        return own if isinstance(own, dict) else {}

    def _setting(self, stage: _Settings, id: str, name: str) -> Any:
        return self._own(stage, id).get(name, stage.values.get(name))

    def _each(self, tell: Callable[[_Settings], Any], place: Place) -> Value | None:
        return self._each_of([tell(one) for one in self.stages], place)

    def _each_of(self, contents: list[Any], place: Place) -> Value | None:
        """What holds in each stage; None where no stage says anything."""
        if all(content is None for content in contents):
            return None
        plain = [json.dumps(one) if isinstance(one, (dict, list)) else one for one in contents]
        return value_of([Case(content, stage.when) for content, stage in zip(plain, self.stages, strict=True)], place)

    def _arn(self, id: str) -> Value:
        return known(Text((Attribute(Key(self.path, id), "arn"),)), Place(self.path, 1, 1, 1, 2))

    def _told(self, one: Decorated, *names: str) -> Value | None:
        for name in names:
            value = one.given.get(name)
            if value is not None:
                return known(Text((value,)) if isinstance(value, Hole) else _content(value, one.place), one.place)
        return None

    def _path(self, one: Decorated) -> Value | None:
        """The path of a route, behind that at which its blueprint is registered."""
        told = self._told(one, "path", "0")
        if not one.path or told is None or not isinstance(told.text, str):
            return told
        return known(f"{one.path.rstrip('/')}/{told.text.strip('/')}".rstrip("/"), one.place)

    def _trigger(self, one: Decorated, called: str) -> Trigger:
        key, type, function = Key(self.path, f"{called}/{one.word}"), f"chalice.{one.word}", self._arn(called)
        source = self._told(one, "queue_arn", "queue", "stream_arn", "stream", "topic", "bucket", "event_bus")
        if one.word in _POLLED:
            size = 1 if one.word == "on_sqs_message" else 100
            return EventSourceMapping(
                key,
                type,
                one.place,
                kind=_POLLED[one.word],
                function=function,
                source=source,
                batch_size=self._told(one, "batch_size") or known(size, one.place),
                window_seconds=self._told(one, "maximum_batching_window_in_seconds"),
                starting_position=self._told(one, "starting_position"),
            )
        return Trigger(
            key,
            type,
            one.place,
            kind=_PUSHED[one.word],
            function=function,
            source=source,
            expression=self._told(one, "expression", "0") if one.word == "schedule" else None,
            pattern=self._told(one, "event_pattern", "0") if one.word == "on_cw_event" else None,
            events=tuple(known(event, one.place) for event in one.given.get("events") or () if isinstance(event, str)),
        )


def _content(value: Any, place: Place) -> Any:
    if isinstance(value, dict):
        return {str(name): known(_content(one, place), place) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(known(_content(one, place), place) for one in value)
    return value if isinstance(value, (str, int, float, bool)) else None
