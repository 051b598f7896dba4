"""Routes of APIs that are described beside their functions: in OpenAPI, or by resources of API Gateway.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from invocation_lint.reference.service.functions import Mapped, MappedResponse, Route

_INVOCATION_TYPE = "integration.request.header.X-Amz-Invocation-Type"
_FUNCTION = re.compile(r"function:([A-Za-z0-9_-]+)")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method")
Resources = Mapping[str, tuple[str, Mapping[str, Any]]]
Leave = Callable[[str], None]
"""Takes the method and path of a route that is not served."""


def routes_of_document(document: Mapping[str, Any], leave: Leave, *, rest: bool) -> list[Route]:
    """The routes of an OpenAPI document whose integrations are functions; of a REST API also those by templates."""
    routes: list[Route] = []
    for path, operations in (document.get("paths") or {}).items():
        for method, operation in operations.items():
            if str(method).lower() not in _METHODS or not isinstance(operation, Mapping):
                continue
            integration = operation.get("x-amazon-apigateway-integration") or {}
            word = "ANY" if str(method).lower() == _METHODS[-1] else str(method).upper()
            plain = {_capital(name): value for name, value in integration.items()}
            mapped = _mapped(plain, _responses_of_document(integration)) if rest else None
            if (name := function_in(plain.get("Uri"))) is not None and (mapped is not None) == _is_mapped(plain):
                called = str(integration.get("httpMethod", "POST")).upper()
                routes.append(Route(word, "/{proxy+}" if path == "/$default" else str(path), name, called, mapped))
            elif str(integration.get("type", "mock")).lower() != "mock":
                leave(f"{word} {path}")
    return routes


def routes_of_rest_api(api: str, root: str, resources: Resources, leave: Leave) -> list[Route]:
    """The routes of a REST API by its methods. `api` is what Ref gives for it, `root` its RootResourceId; `resources`
    are all, with what Ref gives as keys: type and resolved properties."""
    paths = {root: ""}
    pending = {
        reference: properties
        for reference, (kind, properties) in resources.items()
        if kind == "AWS::ApiGateway::Resource" and properties.get("RestApiId") == api
    }
    while ready := {each for each, properties in pending.items() if properties.get("ParentId") in paths}:
        for each in ready:
            properties = pending.pop(each)
            paths[each] = f"{paths[properties['ParentId']]}/{properties.get('PathPart')}"
    routes: list[Route] = []
    for kind, properties in resources.values():
        if kind != "AWS::ApiGateway::Method" or properties.get("RestApiId") != api:
            continue
        integration = properties.get("Integration") or {}
        name, mapped = function_in(integration.get("Uri")), _mapped(integration, _responses(integration))
        method, path = str(properties.get("HttpMethod", "ANY")).upper(), paths.get(str(properties.get("ResourceId")))
        served = (mapped is not None) == _is_mapped(integration)
        if name is not None and path is not None and served:
            called = str(integration.get("IntegrationHttpMethod", "POST")).upper()
            routes.append(Route(method, path or "/", name, called, mapped))
        elif str(integration.get("Type", "MOCK")).upper() != "MOCK":
            leave(f"{method} {path or '/'}")
    return routes


def routes_of_http_api(api: str, properties: Mapping[str, Any], resources: Resources, leave: Leave) -> list[Route]:
    """The routes of an HTTP API by its routes and integrations; arguments as those of `routes_of_rest_api`."""
    if (name := function_in(properties.get("Target"))) is not None:  # quick create
        return list(_route(str(properties.get("RouteKey", "$default")), name))
    routes: list[Route] = []
    for kind, own in resources.values():
        if kind != "AWS::ApiGatewayV2::Route" or own.get("ApiId") != api:
            continue
        target = str(own.get("Target", "")).removeprefix("integrations/")
        _, integration = resources.get(target, ("", {}))
        key = str(own.get("RouteKey", "$default"))
        if (name := function_in(integration.get("IntegrationUri"))) is not None:
            routes += _route(key, name)
        else:
            leave(key)
    return routes


def function_in(uri: Any) -> str | None:
    """The name of the function that the URI of an integration, or an ARN, names."""
    match = _FUNCTION.search(uri) if isinstance(uri, str) else None
    return None if match is None else match[1]


def _is_mapped(integration: Mapping[str, Any]) -> bool:
    """Whether an integration (CloudFormation's names) is no proxy: templates make its events."""
    return str(integration.get("Type") or "AWS_PROXY").upper() == "AWS"


def _mapped(integration: Mapping[str, Any], responses: list[MappedResponse]) -> Mapped | None:
    """An integration by templates; None for a proxy, and where no library reads templates."""
    if not _is_mapped(integration) or find_spec("airspeed") is None:
        return None
    kind = str((integration.get("RequestParameters") or {}).get(_INVOCATION_TYPE, "")).strip("'")
    templates = {str(name): _text(text) for name, text in (integration.get("RequestTemplates") or {}).items()}
    passthrough = str(integration.get("PassthroughBehavior") or "WHEN_NO_MATCH").upper()
    return Mapped(templates, responses, passthrough, kind == "Event")


def _responses(integration: Mapping[str, Any]) -> list[MappedResponse]:
    """The responses of an integration of CloudFormation."""
    return [
        MappedResponse(
            int(each.get("StatusCode", 200)),
            str(each.get("SelectionPattern") or ""),
            {str(name): _text(text) for name, text in (each.get("ResponseTemplates") or {}).items()},
            {str(name): str(value) for name, value in (each.get("ResponseParameters") or {}).items()},
        )
        for each in integration.get("IntegrationResponses") or ()
    ]


def _responses_of_document(integration: Mapping[str, Any]) -> list[MappedResponse]:
    """The responses of an integration of an OpenAPI document, where the pattern is the key."""
    return _responses(
        {
            "IntegrationResponses": [
                {
                    "SelectionPattern": "" if pattern == "default" else pattern,
                    **{_capital(name): value for name, value in each.items()},
                }
                for pattern, each in (integration.get("responses") or {}).items()
            ]
        }
    )


def _capital(name: Any) -> str:
    return str(name)[:1].upper() + str(name)[1:]


def _text(template: Any) -> str:
    """A template, which YAML may have read as an object."""
    return template if isinstance(template, str) else json.dumps(template)


def _route(key: str, function: str) -> Iterator[Route]:
    if key == "$default":
        yield Route("ANY", "/{proxy+}", function)
        yield Route("ANY", "/", function)
        return
    method, _, path = key.partition(" ")
    yield Route(method.upper(), path, function)
