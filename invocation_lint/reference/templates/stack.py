"""A template as a stack: its functions, HTTP APIs, and the resources that moto is to make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.service.functions import Function, HttpApi, RestApi, Route
from invocation_lint.reference.templates.functions import code_folder, function_of, merge
from invocation_lint.reference.templates.intrinsics import Resolver
from invocation_lint.reference.templates.names import FUNCTIONS, TABLES, Names, Place
from invocation_lint.reference.templates.reading import read_template

MADE = ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::S3::Bucket", "AWS::Events::EventBus", *TABLES)
_LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
# They have nothing to do on a local service, so nothing is said about them.
_SILENT = (
    *_LAYERS,
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Url",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Logs::LogGroup",
)


@dataclass
class Resource:
    """A resource for moto: its type, name and resolved properties."""

    kind: str
    name: str
    properties: dict[str, Any]


@dataclass
class Stack:
    """What a template asks for. `notes` are sentences about what is not served."""

    functions: list[Function] = field(default_factory=list)
    rest_apis: list[RestApi] = field(default_factory=list)
    http_apis: list[HttpApi] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_stack(path: Path, place: Place, *, parameters: Mapping[str, str], made: Path) -> Stack:
    """The stack of the template at `path`; code that stands in the template itself is written into `made`.

    Raises UsageError, one line, for a mistake in the template or in `parameters`.
    """
    return _Reader(path, place, parameters, made).read()


class _Reader:
    def __init__(self, path: Path, place: Place, parameters: Mapping[str, str], made: Path) -> None:
        self._path = path
        self._template = read_template(path)
        self._resources: dict[str, Any] = self._template["Resources"]
        self._made = made
        self._names = Names(self._resources, place, self._resolve)
        pseudo = {
            "AWS::Region": place.region,
            "AWS::AccountId": place.account,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": place.stack,
            "AWS::StackId": f"arn:aws:cloudformation:{place.region}:{place.account}:stack/{place.stack}/local",
        }
        self._resolver = Resolver(
            self._template,
            where=str(path),
            pseudo=pseudo,
            parameters=self._parameters(parameters),
            reference=self._names.reference,
            attribute=self._names.attribute,
        )
        self._stack = Stack()
        self._routes: dict[tuple[str, str], list[Route]] = {}

    def read(self) -> Stack:
        for logical_id, resource in self._resources.items():
            if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
                raise UsageError(f"{self._path}: resource {logical_id}: no `Type`")
            if "Condition" in resource and not self._resolver.holds(resource["Condition"]):
                continue
            kind = resource["Type"]
            if kind in FUNCTIONS:
                self._read_function(logical_id, kind)
            elif kind in MADE:
                properties = self._resolver.resolve(resource.get("Properties") or {})
                self._stack.resources.append(Resource(kind, self._names.name(logical_id), properties))
            elif kind not in _SILENT:
                self._stack.notes.append(f"{logical_id}: {kind} is not served")
        self._read_apis()
        return self._stack

    def _resolve(self, value: Any) -> Any:
        return self._resolver.resolve(value)

    def _parameters(self, given: Mapping[str, str]) -> dict[str, Any]:
        declared = self._template.get("Parameters") or {}
        for name in given:
            if name not in declared:
                raise UsageError(f"{self._path}: no parameter {name!r}", f"it has: {', '.join(declared) or 'none'}")
        values: dict[str, Any] = {}
        for name, description in declared.items():
            value = given.get(name, description.get("Default"))
            if value is None:
                raise UsageError(f"{self._path}: parameter {name} has no value", f"add --parameter {name}=VALUE")
            is_list = str(description.get("Type", "")).startswith(("CommaDelimitedList", "List<"))
            values[name] = str(value).split(",") if is_list else value
        return values

    def _read_function(self, logical_id: str, kind: str) -> None:
        where = f"{self._path}: function {logical_id}"
        serverless = kind == "AWS::Serverless::Function"
        own = self._resources[logical_id].get("Properties") or {}
        shared = (self._template.get("Globals") or {}).get("Function") or {}
        raw = merge(shared, own) if serverless else own
        events = raw.get("Events") or {}
        # Policies and the like may refer to what a local service does not have.
        unused = ("Events", "Policies", "Role", "VpcConfig", "Tags", "AssumeRolePolicyDocument", "Layers")
        properties = self._resolver.resolve({key: value for key, value in raw.items() if key not in unused})
        runtime = str(properties.get("Runtime", "python"))
        if not runtime.startswith("python") or properties.get("PackageType") == "Image":
            what = "an image" if properties.get("PackageType") == "Image" else runtime
            self._stack.notes.append(f"{logical_id}: not served, it is {what} and not Python")
            return
        for attached in self._attached(logical_id, "AWS::Lambda::EventInvokeConfig"):
            properties["EventInvokeConfig"] = attached
        if self._attached(logical_id, "AWS::Lambda::Url"):
            properties["FunctionUrlConfig"] = {}
        name = self._names.name(logical_id)
        for alias in self._attached(logical_id, "AWS::Lambda::Alias"):
            properties["AutoPublishAlias"] = alias.get("Name")
        self._make_default_destinations(name, properties)
        code = code_folder(logical_id, properties, self._path.parent, self._made, where)
        layers = self._layers(raw.get("Layers") or [])
        function = function_of(logical_id, name, properties, code=code, layers=layers, where=where)
        self._stack.functions.append(function)
        for event_id, event in events.items():
            self._read_event(f"{logical_id}.{event_id}", name, event)

    def _make_default_destinations(self, name: str, properties: dict[str, Any]) -> None:
        """SAM makes a queue or topic for a destination that has a type and no ARN."""
        destinations = (properties.get("EventInvokeConfig") or {}).get("DestinationConfig") or {}
        for side, destination in destinations.items():
            kind = {"SQS": "AWS::SQS::Queue", "SNS": "AWS::SNS::Topic"}.get(destination.get("Type", ""))
            if kind is not None and "Destination" not in destination:
                made = f"{name}-{side}"
                self._stack.resources.append(Resource(kind, made, {}))
                place = self._resolver.sub("${AWS::Region}:${AWS::AccountId}")
                destination["Destination"] = f"arn:aws:{destination['Type'].lower()}:{place}:{made}"

    def _attached(self, logical_id: str, kind: str) -> list[dict[str, Any]]:
        """The resolved properties of resources of `kind` that name the function."""
        found = []
        for resource in self._resources.values():
            if isinstance(resource, dict) and resource.get("Type") == kind:
                properties = self._resolver.resolve(resource.get("Properties") or {})
                target = str(properties.get("FunctionName", properties.get("TargetFunctionArn", "")))
                if target in (self._names.name(logical_id), self._names.arn(logical_id)):
                    found.append(properties)
        return found

    def _layers(self, values: list[Any]) -> tuple[Path, ...]:
        """The folders of layers that stand in the template; layers elsewhere are left out."""
        folders: list[Path] = []
        for value in values:
            logical_id = value.get("Ref") if isinstance(value, dict) else None
            layer = self._resources.get(logical_id) if isinstance(logical_id, str) else None
            if not isinstance(layer, dict) or layer.get("Type") not in _LAYERS:
                self._stack.notes.append(
                    f"layer {value}: not in the template; its packages are those of the interpreter"
                )
                continue
            properties = self._resolver.resolve(layer.get("Properties") or {})
            content = properties.get("ContentUri", properties.get("Content"))
            folder = (self._path.parent / str(content)).resolve()
            if not folder.is_dir():
                raise UsageError(f"{self._path}: layer {logical_id}: {content}: no folder there")
            folders += [folder / "python", folder]
        return tuple(folders)

    def _read_event(self, where: str, function: str, event: Mapping[str, Any]) -> None:
        kind, properties = event.get("Type"), event.get("Properties") or {}
        if kind not in ("Api", "HttpApi"):
            self._stack.notes.append(f"{where}: events of the type {kind} are not served")
            return
        api = properties.get("RestApiId" if kind == "Api" else "ApiId")
        logical_id = api.get("Ref") if isinstance(api, dict) else None
        implicit = "ServerlessRestApi" if kind == "Api" else "ServerlessHttpApi"
        method = str(self._resolver.resolve(properties.get("Method", "ANY"))).upper()
        method = "ANY" if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" else method
        path = str(self._resolver.resolve(properties.get("Path", "/{proxy+}")))
        routes = self._routes.setdefault((str(kind), logical_id or implicit), [])
        routes.append(Route(method, path, function))
        if "Path" not in properties:  # HttpApi without a path: everything
            routes.append(Route(method, "/", function))

    def _read_apis(self) -> None:
        for (kind, logical_id), routes in self._routes.items():
            own = (self._resources.get(logical_id) or {}).get("Properties") or {}
            shared = (self._template.get("Globals") or {}).get(kind) or {}
            properties = {**shared, **own}
            if kind == "Api":
                stage = str(self._resolver.resolve(properties.get("StageName", "Prod")))
                binary = [str(each).replace("~1", "/") for each in properties.get("BinaryMediaTypes", ())]
                self._stack.rest_apis.append(RestApi(logical_id, routes, stage=stage, binary_media_types=binary))
            else:
                self._stack.http_apis.append(HttpApi(logical_id, routes))
