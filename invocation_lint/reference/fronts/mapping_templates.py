"""Mapping templates of a REST API: Velocity, read by airspeed, with the variables that API Gateway gives them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, unquote_plus


class Unreadable(Exception):
    """A template that is no Velocity, or that cannot be filled."""


@dataclass(frozen=True)
class Input:
    """What `$input` stands for: a body, and the parameters of the request by where they are."""

    body: str
    parameters: Mapping[str, Mapping[str, str]]

    def json(self, path: str) -> str:
        """The part of the body at a JSONPath, as JSON."""
        return json.dumps(_at(_read(self.body), path), separators=(",", ":"), ensure_ascii=False)

    def path(self, path: str) -> Any:
        """The part of the body at a JSONPath, to be walked through."""
        return _shown(_at(_read(self.body), path))

    def params(self, name: str | None = None) -> Any:
        """All parameters, or the one of this name: of the path, the query, or a header."""
        if name is None:
            return _shown({where: dict(held) for where, held in self.parameters.items()})
        for where in ("path", "querystring", "header"):
            if name in self.parameters[where]:
                return self.parameters[where][name]
        return ""


class Utilities:
    """What `$util` stands for; the names are API Gateway's."""

    def escapeJavaScript(self, text: Any) -> str:
        """A text for a JSON string; a single quote is escaped as well, which JSON does not allow."""
        return json.dumps(str(text), ensure_ascii=False)[1:-1].replace("'", "\\'")

    def parseJson(self, text: str) -> Any:
        """What JSON stands for."""
        return _shown(_read(text))

    def urlEncode(self, text: Any) -> str:
        """A text for a form."""
        return quote_plus(str(text))

    def urlDecode(self, text: Any) -> str:
        """The text in a form."""
        return unquote_plus(str(text))

    def base64Encode(self, text: Any) -> str:
        """A text in base64."""
        return base64.b64encode(str(text).encode()).decode()

    def base64Decode(self, text: Any) -> str:
        """The text in base64."""
        return base64.b64decode(str(text)).decode(errors="replace")


def filled(template: str, given: Input, context: dict[str, Any], variables: Mapping[str, str]) -> str:
    """The text that a template makes. It may set `$context.responseOverride`. Raises Unreadable."""
    names = {"input": given, "util": Utilities(), "context": context, "stageVariables": dict(variables)}
    try:
        return str(_template(template).merge(names))
    except Exception as error:  # airspeed raises what comes to hand
        raise Unreadable(f"{type(error).__name__}: {error}") from None


@lru_cache
def _template(text: str) -> Any:
    import airspeed  # type: ignore[import-untyped]

    return airspeed.Template(text)


class _Truth(int):
    """A boolean, written as in Java and JSON."""

    def __str__(self) -> str:
        return "true" if self else "false"


class _Map(dict[str, Any]):
    """An object, written as Java writes a map, with the methods of one."""

    def keySet(self) -> list[str]:
        return list(self)

    def entrySet(self) -> list[dict[str, Any]]:
        return [_Map({"key": name, "value": value}) for name, value in self.items()]

    def containsKey(self, name: str) -> bool:
        return name in self

    def size(self) -> int:
        return len(self)

    def isEmpty(self) -> bool:
        return not self

    def put(self, name: str, value: Any) -> str:
        self[name] = value
        return ""

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}={'null' if value is None else value}" for name, value in self.items()) + "}"


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return _Truth(value)
    if isinstance(value, dict):
        return _Map({name: _shown(each) for name, each in value.items()})
    return [_shown(each) for each in value] if isinstance(value, list) else value


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return text


def _at(value: Any, path: str) -> Any:
    from jsonpath_ng.ext.parser import parse

    if path.strip() in ("$", ""):
        return value
    found = [match.value for match in parse(path).find(value)]
    if any(mark in path for mark in ("*", "..", "?", ":")):
        return found
    return found[0] if found else ""
