"""REST integrations that are no proxies (type AWS): a template makes the function's event out of a request, and a
response out of what the function gave or how it failed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html,
integration-passthrough-behaviors.html, handle-errors-in-lambda-integration.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from invocation_lint.reference.fronts.front import Answer
from invocation_lint.reference.fronts.mapping_templates import Input, filled
from invocation_lint.reference.service.functions import Mapped, MappedResponse

JSON = "application/json"
_STATIC = re.compile(r"'(.*)'", re.DOTALL)
_OF_BODY = "integration.response.body"


class Unsupported(Exception):
    """The integration takes no request of this content type."""


class Exchanged:
    """One request of such an integration. `event` is what a proxy would send: the variables of templates are in it."""

    def __init__(self, mapped: Mapped, event: Mapping[str, Any], content_type: str | None) -> None:
        self._mapped = mapped
        self._content_type = (content_type or JSON).split(";")[0].strip().lower()
        self._context = {**event["requestContext"], "responseOverride": {"header": {}}}
        self._variables = event["stageVariables"] or {}
        self._parameters = {
            "path": event["pathParameters"] or {},
            "querystring": event["queryStringParameters"] or {},
            "header": event["headers"],
        }
        self._body = event["body"] or ""

    def payload(self) -> bytes:
        """The event for the function. Raises Unsupported, and Unreadable for the template."""
        templates = {name.lower(): text for name, text in self._mapped.request_templates.items()}
        template = templates.get(self._content_type)
        if template is None:
            passes = {"NEVER": False, "WHEN_NO_TEMPLATES": not templates}.get(self._mapped.passthrough, True)
            if not passes:
                raise Unsupported(self._content_type)
            return self._body.encode() or b"{}"
        return self._filled(template, self._body).encode() or b"{}"

    def answer(self, body: str, error: str | None) -> Answer | None:
        """The response for what the function gave; `error` is the message of its failure. None where none fits."""
        response = self._response(error)
        if response is None:
            return None
        content_type, text = JSON, body
        if response.templates:
            content_type = JSON if JSON in response.templates else next(iter(response.templates))
            text = self._filled(response.templates[content_type], body)
        headers = {"Content-Type": content_type, **self._headers(response, body)}
        override = self._context["responseOverride"]
        headers |= {str(name): str(value) for name, value in (override.get("header") or {}).items()}
        return Answer(int(override.get("status", response.status)), tuple(headers.items()), text.encode())

    def _response(self, error: str | None) -> MappedResponse | None:
        """The response whose pattern matches the error, or the one without a pattern."""
        for response in self._mapped.responses:
            if response.pattern and error is not None and re.fullmatch(response.pattern, error):
                return response
        return next((each for each in self._mapped.responses if not each.pattern), None)

    def _headers(self, response: MappedResponse, body: str) -> dict[str, str]:
        headers: dict[str, str] = {}
        for target, source in response.parameters.items():
            name = target.removeprefix("method.response.header.")
            static = _STATIC.fullmatch(source)
            if static is not None:
                headers[name] = static[1]
            elif source.startswith(_OF_BODY):
                held = Input(body, {}).path(f"${source.removeprefix(_OF_BODY)}")
                headers[name] = held if isinstance(held, str) else json.dumps(held)
        return headers

    def _filled(self, template: str, body: str) -> str:
        return filled(template, Input(body, self._parameters), self._context, self._variables)
