"""zappa_settings: which application Zappa deploys, and the functions that it runs for events.

By Zappa's documentation (advanced settings). The settings are JSON, TOML or YAML with a mapping for each stage; in a
package that Zappa has built they are the constants of zappa_settings.py.
"""

from __future__ import annotations

import ast
import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from invocation_lint.deployment.sketch import Application, DeployedFunction, Template, in_order

_ARNS = {
    "sqs": "queue",
    "sns": "sns",
    "s3": "s3",
    "dynamodb": "stream",
    "kinesis": "stream",
    "events": "eventbridge",
}
"""Services by their part of an ARN, and how they invoke."""


def read_zappa(path: str, data: bytes) -> Template:
    """What the settings of Zappa at an absolute path deploy."""
    folder = posixpath.dirname(path)
    applications: dict[Application, None] = {}
    functions: dict[str, set[str]] = {}
    for stage in _stages(path, data):
        application = _text(stage.get("app_function"))
        settings = _text(stage.get("django_settings"))
        if application:
            applications[Application(application, folder)] = None
        if settings:
            applications[Application(settings, folder, is_django=True)] = None
        for handler, kind in _events(stage):
            functions.setdefault(handler, set()).add(kind)
    found = tuple(
        DeployedFunction(handler, handler=handler, code=folder, invoked_by=in_order(kinds))
        for handler, kinds in sorted(functions.items())
    )
    return Template(path, found, applications=tuple(applications))


def _stages(path: str, data: bytes) -> Iterator[Mapping[str, Any]]:
    """The settings of each stage; nothing where they cannot be read."""
    try:
        text = data.decode("utf-8")
        if path.endswith(".py"):
            yield _of_code(text)
            return
        told = _parsed(path, text)
    except (ValueError, SyntaxError, RecursionError):
        return
    if isinstance(told, dict):
        yield from (stage for stage in told.values() if isinstance(stage, dict))


def _parsed(path: str, text: str) -> Any:
    if path.endswith(".json"):
        return json.loads(text)
    from invocation_lint.documents.nodes import read_toml, read_yaml
    from invocation_lint.errors import UsageError

    try:
        root = read_toml(path, text) if path.endswith(".toml") else read_yaml(path, text)
    except UsageError:
        return None
    return root.plain()


def _of_code(text: str) -> Mapping[str, Any]:
    """The constants of a zappa_settings.py, by the names that the other forms give them."""
    found: dict[str, Any] = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                found[statement.targets[0].id] = ast.literal_eval(statement.value)
            except ValueError:
                continue
    module, function = _text(found.get("APP_MODULE")), _text(found.get("APP_FUNCTION"))
    application = f"{module}.{function}" if module and function else ""
    return {"app_function": application, "django_settings": found.get("DJANGO_SETTINGS")}


def _events(stage: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The functions that a stage runs for events, each with what invokes it."""
    for event in _mappings(stage.get("events")):
        handler = _text(event.get("function"))
        if not handler:
            continue
        if event.get("expression") or event.get("expressions"):
            yield handler, "schedule"
        source = event.get("event_source")
        if isinstance(source, dict):
            parts = _text(source.get("arn")).split(":")
            yield handler, _ARNS.get(parts[2], "event") if len(parts) > 2 else "event"
        if event.get("event_pattern"):
            yield handler, "eventbridge"
    cognito = stage.get("cognito")
    for trigger in _mappings(cognito.get("triggers") if isinstance(cognito, dict) else None):
        if _text(trigger.get("function")):
            yield _text(trigger.get("function")), "cognito"


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
