"""Routes of APIs that are described beside their functions: in OpenAPI, or by resources of API Gateway.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from invocation_lint.reference.service.functions import Route

_FUNCTION = re.compile(r"function:([A-Za-z0-9_-]+)")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method")
Resources = Mapping[str, tuple[str, Mapping[str, Any]]]
Leave = Callable[[str], None]
"""Takes the method and path of a route that is not served."""


def routes_of_document(document: Mapping[str, Any], leave: Leave) -> list[Route]:
    """The routes of an OpenAPI document with proxy integrations of functions."""
    routes: list[Route] = []
    for path, operations in (document.get("paths") or {}).items():
        for method, operation in operations.items():
            if str(method).lower() not in _METHODS or not isinstance(operation, Mapping):
                continue
            integration = operation.get("x-amazon-apigateway-integration") or {}
            word = "ANY" if str(method).lower() == _METHODS[-1] else str(method).upper()
            if (name := _behind(integration.get("uri"), integration.get("type"))) is not None:
                called = str(integration.get("httpMethod", "POST")).upper()
                routes.append(Route(word, "/{proxy+}" if path == "/$default" else str(path), name, called))
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
        name = _behind(integration.get("Uri"), integration.get("Type"))
        method, path = str(properties.get("HttpMethod", "ANY")).upper(), paths.get(str(properties.get("ResourceId")))
        if name is not None and path is not None:
            called = str(integration.get("IntegrationHttpMethod", "POST")).upper()
            routes.append(Route(method, path or "/", name, called))
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


def _behind(uri: Any, kind: Any) -> str | None:
    """The name of the function behind a proxy integration; another integration (`AWS`) makes its own events."""
    return None if str(kind or "AWS_PROXY").upper() == "AWS" else function_in(uri)


def _route(key: str, function: str) -> Iterator[Route]:
    if key == "$default":
        yield Route("ANY", "/{proxy+}", function)
        yield Route("ANY", "/", function)
        return
    method, _, path = key.partition(" ")
    yield Route(method.upper(), path, function)
