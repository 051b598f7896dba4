"""The APIs of a template: their routes are in events of functions, OpenAPI documents, or resources of API Gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from invocation_lint.reference.service.functions import HttpApi, RestApi, Route
from invocation_lint.reference.templates.apis import routes_of_document, routes_of_http_api, routes_of_rest_api
from invocation_lint.reference.templates.names import Names
from invocation_lint.reference.templates.reading import read_yaml

_SAM = {"AWS::Serverless::Api": "Api", "AWS::Serverless::HttpApi": "HttpApi"}
_REST, _HTTP = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
_PARTS = (
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Integration",
)
_AUTHORIZERS = ("Authorizers", "DefaultAuthorizer")
API_TYPES = (*_SAM, _REST, _HTTP, *_PARTS, "AWS::ApiGateway::Account", "AWS::ApiGatewayV2::Stage")


class ApiReader:
    """Gathers the APIs of one template. `resolve` resolves a value of it, `say` takes a note."""

    def __init__(
        self,
        template: Mapping[str, Any],
        base: Path,
        names: Names,
        resolve: Callable[[Any], Any],
        say: Callable[[str], None],
    ) -> None:
        self._template = template
        self._base = base
        self._names = names
        self._resolve = resolve
        self._say = say
        self._routes: dict[tuple[str, str], list[Route]] = {}  # (Api or HttpApi, logical id)
        self._guarded: set[tuple[str, str]] = set()  # those of which an event names an authorizer
        self._plain: list[str] = []
        self._parts: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def add(self, logical_id: str) -> None:
        """Add a resource of one of `API_TYPES` that is there."""
        kind = self._template["Resources"][logical_id]["Type"]
        if kind in _SAM:
            routes = self._routes.setdefault((_SAM[kind], logical_id), [])
            routes += routes_of_document(
                self._document(self._own(logical_id)), self._leaving(logical_id), rest=_SAM[kind] == "Api"
            )
        elif kind in (_REST, _HTTP):
            self._plain.append(logical_id)
        elif kind in _PARTS:
            self._parts[self._names.reference(logical_id)] = (kind, self._resolve(self._own(logical_id)))

    def add_event(self, function: str, event: Mapping[str, Any]) -> bool:
        """Add the route of an event of a function; False when it is another kind of event."""
        kind, properties = event.get("Type"), event.get("Properties") or {}
        if kind not in ("Api", "HttpApi"):
            return False
        api = properties.get("RestApiId" if kind == "Api" else "ApiId")
        logical_id = api.get("Ref") if isinstance(api, dict) else None
        implicit = "ServerlessRestApi" if kind == "Api" else "ServerlessHttpApi"
        method = str(self._resolve(properties.get("Method", "ANY"))).upper()
        method = "ANY" if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" else method
        path = str(self._resolve(properties.get("Path", "/{proxy+}")))
        if ((properties.get("Auth") or {}).get("Authorizer") or "NONE") != "NONE":
            self._guarded.add((str(kind), logical_id or implicit))
        routes = self._routes.setdefault((str(kind), logical_id or implicit), [])
        routes.append(Route(method, path, function))
        if "Path" not in properties:  # HttpApi without a path: everything
            routes.append(Route(method, "/", function))
        return True

    def read(self) -> tuple[list[RestApi], list[HttpApi]]:
        """The APIs with at least one route."""
        rest_apis: list[RestApi] = []
        http_apis: list[HttpApi] = []
        for (kind, logical_id), routes in self._routes.items():
            if not routes:
                continue
            shared = (self._template.get("Globals") or {}).get(kind) or {}
            properties = {**shared, **self._own(logical_id)}
            auth = properties.get("Auth") or {}
            if (kind, logical_id) in self._guarded or any(auth.get(key) for key in _AUTHORIZERS):
                self._say(f"{logical_id}: authorizers are not served, every request comes through")
            if kind == "Api":
                stage = str(self._resolve(properties.get("StageName", "Prod")))
                rest_apis.append(RestApi(logical_id, routes, stage=stage, binary_media_types=_binary(properties)))
            else:
                http_apis.append(HttpApi(logical_id, routes))
        for logical_id in self._plain:
            own, reference = self._own(logical_id), self._names.reference(logical_id)
            leave = self._leaving(logical_id)
            rest = self._template["Resources"][logical_id]["Type"] == _REST
            routes = routes_of_document(self._document(own), leave, rest=rest)
            if rest:
                root = self._names.attribute(logical_id, "RootResourceId")
                routes += routes_of_rest_api(reference, root, self._parts, leave)
                if routes:
                    stage = self._stage(reference)
                    rest_apis.append(RestApi(logical_id, routes, stage=stage, binary_media_types=_binary(own)))
                continue
            routes += routes_of_http_api(reference, self._resolve(own), self._parts, leave)
            if routes:
                http_apis.append(HttpApi(logical_id, routes))
        return rest_apis, http_apis

    def _leaving(self, logical_id: str) -> Callable[[str], None]:
        def leave(route: str) -> None:
            self._say(f"{logical_id}: {route} is not served, its integration is not a function")

        return leave

    def _own(self, logical_id: str) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = (self._template["Resources"].get(logical_id) or {}).get("Properties") or {}
        return properties

    def _document(self, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        """The OpenAPI document of an API, resolved; an empty one where there is none beside the template."""
        body = properties.get("DefinitionBody", properties.get("Body"))
        location: Any = properties.get("DefinitionUri")
        if isinstance(body, dict) and isinstance(transform := body.get("Fn::Transform"), dict):
            location = (transform.get("Parameters") or {}).get("Location")
            body = None
        if body is None and isinstance(location, str) and (self._base / location).is_file():
            body = read_yaml(self._base / location)
        document = self._resolve(body or {})
        return document if isinstance(document, dict) else {}

    def _stage(self, api: str) -> str:
        for kind, properties in self._parts.values():
            if kind in ("AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment"):
                named = properties.get("StageName")
                if properties.get("RestApiId") == api and named:
                    return str(named)
        return "prod"


def _binary(properties: Mapping[str, Any]) -> list[str]:
    return [str(each).replace("~1", "/") for each in properties.get("BinaryMediaTypes") or ()]
