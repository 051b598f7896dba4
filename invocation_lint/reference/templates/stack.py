"""A template as a stack: its functions, HTTP APIs, and the resources that moto is to make."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.service.permissions import OPEN, STRICT
from invocation_lint.reference.service.registry import split_name
from invocation_lint.reference.templates import made
from invocation_lint.reference.templates.api_reader import API_TYPES, ApiReader
from invocation_lint.reference.templates.content import Stack
from invocation_lint.reference.templates.custom_resources import CustomResource, is_custom, leave_out_unserved
from invocation_lint.reference.templates.events import made_by_event
from invocation_lint.reference.templates.functions import code_folder, function_of, has_own_runtime, merge
from invocation_lint.reference.templates.intrinsics import NO_EXPORTS, Resolver
from invocation_lint.reference.templates.made import Resource, dead_letters_first
from invocation_lint.reference.templates.names import FUNCTIONS, Names, Place, plain_type, with_generated
from invocation_lint.reference.templates.nested import NESTED, parameters_of, template_of
from invocation_lint.reference.templates.notifications import notification_configuration
from invocation_lint.reference.templates.reading import read_yaml
from invocation_lint.reference.templates.roles import ROLE_TYPES, Roles, permission
from invocation_lint.reference.templates.serverless import is_serverless, serverless_template
from invocation_lint.reference.templates.shapes import check_shapes
from invocation_lint.reference.templates.state_machines import MACHINES, definition_of

_LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
# They have nothing to do on a local service, so nothing is said about them.
_SILENT = (
    *_LAYERS,
    *API_TYPES,
    *ROLE_TYPES,
    "AWS::Serverless::Connector",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Url",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Logs::LogGroup",
    "AWS::Scheduler::ScheduleGroup",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::S3::BucketPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
)


def read_stack(
    path: Path,
    place: Place,
    *,
    parameters: Mapping[str, str],
    made: Path,
    permissions: str = OPEN,
    exports: Mapping[str, str] = NO_EXPORTS,
    document: Any = None,
) -> Stack:
    """The stack of the template (of SAM, CloudFormation, or a serverless.yml) at `path`.

    Code that stands in the template itself is written into `made`. `parameters` are those of the template, or values of
    variables of a serverless.yml. Roles and permissions are read where `permissions` are strict. `exports` are what
    other stacks export. `document` is what `read_yaml` gave for `path`, if it was read before.

    Raises UsageError, one line, for a mistake in the template or in `parameters`.
    """
    document = read_yaml(path) if document is None else document
    if is_serverless(document):
        document, place = serverless_template(path, document, place, parameters)
        parameters = {}
    stack = _Reader(path, document, place, parameters, made, permissions, exports).read()
    leave_out_unserved(stack.custom, {function.name for function in stack.functions}, stack.notes.append)
    return stack


class _Reader:
    def __init__(
        self,
        path: Path,
        template: Mapping[str, Any],
        place: Place,
        parameters: Mapping[str, str],
        made: Path,
        permissions: str,
        exports: Mapping[str, str],
    ) -> None:
        check_shapes(path, template)
        self._path = path
        self._permissions = permissions
        self._exports = exports
        self._nested: dict[str, Stack | None] = {}
        self._place = place
        self._template = template
        self._resources: dict[str, Any] = template["Resources"]
        self._made = made
        known = with_generated(self._resources, place.stack)
        self._names = Names(known, place, self._resolve)
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
            resources=known,
            reference=self._names.reference,
            attribute=self._attribute,
            exports=exports,
        )
        self._stack = Stack(name=place.stack)
        self._stack.parameters = {
            name: "****" if (template.get("Parameters") or {})[name].get("NoEcho") else _as_text(value)
            for name, value in self._parameters(parameters).items()
        }
        self._roles = None
        if permissions == STRICT:
            self._roles = Roles(self._resources, place, self._names, self._resolve, self._stack.notes.append)
        self._apis = ApiReader(self._template, path.parent, self._names, self._resolve, self._stack.notes.append)

    def read(self) -> Stack:
        """The stack, with those that are nested in it."""
        for logical_id, resource in self._resources.items():
            if "Condition" in resource and not self._holds(resource):
                continue
            kind = resource["Type"]
            if kind in FUNCTIONS:
                self._read_function(logical_id, kind)
            elif kind in MACHINES:
                self._read_machine(logical_id)
            elif kind in made.STORES:
                self._read_store(logical_id, kind)
            elif self._roles is not None and kind in ROLE_TYPES:
                self._roles.add(logical_id)
            elif kind in made.LINKS and kind != made.PERMISSION:
                properties = self._properties(logical_id)
                if self._roles is not None and kind == made.PIPE:
                    properties["RoleArn"] = self._roles.of(logical_id, self._resources[logical_id]["Properties"])
                self._stack.links.append(Resource(kind, self._names.name(logical_id), properties))
            elif kind in API_TYPES:
                self._apis.add(logical_id)
            elif kind in NESTED:
                self._read_nested(logical_id)
            elif is_custom(kind):
                self._read_custom(logical_id, kind)
            elif kind not in _SILENT:
                self._stack.notes.append(f"{logical_id}: {kind} is not served")
        self._stack.rest_apis, self._stack.http_apis = self._apis.read()
        if self._roles is not None:
            self._read_permissions()
            self._stack.resources += self._roles.made()
        self._stack.resources = dead_letters_first(self._stack.resources)
        self._stack.links.sort(key=lambda link: made.LINKS.index(link.kind))
        self._describe()
        return self._stack

    def _describe(self) -> None:
        """Note what CloudFormation tells of the stack. What cannot be told here is left out."""
        known = (*FUNCTIONS, *MACHINES, *made.STORES, made.PIPE, *API_TYPES, *NESTED)
        for logical_id, resource in self._resources.items():
            kind = resource["Type"]
            if kind in known and ("Condition" not in resource or self._holds(resource)):
                self._stack.made[logical_id] = (plain_type(kind), self._names.reference(logical_id))
        for name, output in (self._template.get("Outputs") or {}).items():
            try:
                if "Condition" not in output or self._holds(output):
                    value = str(self._resolver.resolve(output.get("Value")))
                    self._stack.outputs[name] = (value, str(output.get("Description") or ""))
                    if "Export" in output:
                        self._stack.exports[str(self._resolver.resolve(output["Export"]["Name"]))] = value
            except UsageError:
                continue

    def _properties(self, logical_id: str) -> dict[str, Any]:
        properties: dict[str, Any] = self._resolver.resolve(self._resources[logical_id].get("Properties") or {})
        return properties

    def _read_store(self, logical_id: str, kind: str) -> None:
        properties, name = self._properties(logical_id), self._names.name(logical_id)
        self._stack.resources.append(Resource(kind, name, properties))
        if kind == made.TOPIC:
            for each in properties.get("Subscription") or ():
                held = {"TopicArn": self._names.arn(logical_id), **each}
                self._stack.links.append(Resource(made.SUBSCRIPTION, f"{name}-subscription", held))
        if kind == made.BUCKET and (told := properties.get("NotificationConfiguration")):
            self._stack.links.append(Resource(made.NOTIFICATION, name, notification_configuration(told)))

    def _attribute(self, logical_id: str, attribute: str) -> Any:
        """What GetAtt gives: of a nested stack one of its outputs."""
        output = attribute.removeprefix("Outputs.")
        if self._resources.get(logical_id, {}).get("Type") in NESTED and output != attribute:
            nested = self._read_nested(logical_id)
            if nested is None or output in nested.outputs:
                return f"{logical_id}.{output}" if nested is None else nested.outputs[output][0]
            raise UsageError(f"{self._path}: GetAtt {logical_id}.{attribute}: no output of that name")
        return self._names.attribute(logical_id, attribute)

    def _read_nested(self, logical_id: str) -> Stack | None:
        """A nested stack, read when it is first asked for; None where its template is elsewhere."""
        if logical_id not in self._nested:
            self._nested[logical_id] = None  # one that asks for its own outputs gets none
            properties = self._properties(logical_id)
            path = template_of(properties, self._path)
            if path is None:
                self._stack.notes.append(f"{logical_id}: not served, its template is not beside this one")
                return None
            place = replace(self._place, stack=f"{self._place.stack}-{logical_id}")
            given, made = parameters_of(properties), self._made / logical_id
            nested = _Reader(path, read_yaml(path), place, given, made, self._permissions, self._exports).read()
            self._nested[logical_id] = nested
            self._stack.take_in(nested)
        return self._nested[logical_id]

    def _read_custom(self, logical_id: str, kind: str) -> None:
        properties = self._properties(logical_id)
        function, resource = str(properties.get("ServiceToken")), self._resources[logical_id]
        stays = resource.get("DeletionPolicy") == "Retain", resource.get("UpdateReplacePolicy") == "Retain"
        self._stack.custom.append(CustomResource(self._place.stack, logical_id, kind, function, properties, *stays))

    def _read_permissions(self) -> None:
        """The permissions of the template; those of functions that are not served are left out."""
        served = {function.name for function in self._stack.functions}
        for logical_id, resource in self._resources.items():
            if resource.get("Type") != made.PERMISSION or ("Condition" in resource and not self._holds(resource)):
                continue
            try:
                properties = self._properties(logical_id)
            except UsageError as error:  # it may name what a local service does not have
                self._stack.notes.append(f"{logical_id}: left out, {error.message}")
                continue
            if split_name(str(properties.get("FunctionName")))[0] in served:
                self._stack.links.append(Resource(made.PERMISSION, logical_id, properties))

    def _holds(self, resource: Mapping[str, Any]) -> bool:
        return self._resolver.holds(resource["Condition"])

    def _read_machine(self, logical_id: str) -> None:
        raw = self._resources[logical_id].get("Properties") or {}
        unused = ("Events", "Policies", "Role", "RoleArn", "Tags", "Logging", "LoggingConfiguration", "Tracing")
        properties = self._resolver.resolve({key: value for key, value in raw.items() if key not in unused})
        where, name = f"{self._path}: state machine {logical_id}", self._names.name(logical_id)
        if self._roles is not None:
            role = self._roles.of(logical_id, raw)
        else:
            role = self._resolver.resolve(raw.get("Role", raw.get("RoleArn")))
        definition = definition_of(properties, self._path.parent, where, self._resolve)
        if definition is None:
            self._stack.notes.append(f"{logical_id}: not served, its definition is not beside the template")
            return
        held = {
            "DefinitionString": definition,
            "RoleArn": role or f"arn:aws:iam::{self._place.account}:role/{name}Role",
            "StateMachineType": properties.get("StateMachineType", properties.get("Type", "STANDARD")),
        }
        self._stack.links.append(Resource(made.MACHINE, name, held))
        for event_id, event in (raw.get("Events") or {}).items():
            self._read_event(logical_id, event_id, self._names.arn(logical_id), event)

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
        custom = has_own_runtime(properties)
        if not (runtime.startswith("python") or custom) or properties.get("PackageType") == "Image":
            what = "an image" if properties.get("PackageType") == "Image" else runtime
            self._stack.notes.append(f"{logical_id}: not served, it is {what} and not Python")
            return
        for attached in self._attached(logical_id, "AWS::Lambda::EventInvokeConfig"):
            properties["EventInvokeConfig"] = attached
        for attached in self._attached(logical_id, "AWS::Lambda::Url"):
            properties["FunctionUrlConfig"] = attached
        name = self._names.name(logical_id)
        for alias in self._attached(logical_id, "AWS::Lambda::Alias"):
            properties["AutoPublishAlias"] = alias.get("Name")
        self._make_default_destinations(name, properties)
        code = code_folder(logical_id, properties, self._path.parent, self._made, where)
        if custom and not os.access(code / "bootstrap", os.X_OK):
            self._stack.notes.append(f"{logical_id}: not served, there is no program `bootstrap` in its folder")
            return
        layers = self._layers(raw.get("Layers") or [])
        role = "" if self._roles is None else self._roles.of(logical_id, raw)
        function = function_of(logical_id, name, properties, code=code, layers=layers, role=role, where=where)
        self._stack.functions.append(function)
        target = ":".join([self._names.arn(logical_id), *function.aliases])  # what SAM gives events to
        for event_id, event in events.items():
            if not self._apis.add_event(name, event):
                self._read_event(logical_id, event_id, target, event)
            elif self._roles is not None:
                self._stack.links.append(permission(self._names.arn(logical_id), "apigateway", None))

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
            if not isinstance(content, str) or content.startswith("s3:"):
                self._stack.notes.append(f"layer {logical_id}: not beside the template")
                continue
            folder = (self._path.parent / content).resolve()
            if not folder.is_dir():
                raise UsageError(f"{self._path}: layer {logical_id}: {content}: no folder there")
            folders += [folder / "python", folder]
        return tuple(folders)

    def _read_event(self, logical_id: str, event_id: str, target: str, event: Mapping[str, Any]) -> None:
        kind = str(event.get("Type"))
        properties = self._resolver.resolve(event.get("Properties") or {})
        name = f"{self._place.stack}-{logical_id}{event_id}"
        links = made_by_event(name, target, kind, properties)
        if links is None:
            self._stack.notes.append(f"{logical_id}.{event_id}: events of the type {kind} are not served")
            return
        if self._roles is not None:
            links += [each for link in links for each in self._roles.give(link, target)]
        self._stack.links += links


def _as_text(value: Any) -> str:
    """The value of a parameter, of which some are lists."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
