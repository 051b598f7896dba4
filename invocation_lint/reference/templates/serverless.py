"""A serverless.yml as a template: its functions with the resources and names that the framework gives them.

https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serverless_events import REST_API, event_of
from invocation_lint.reference.templates.variables import Variables

_SECTIONS = ("Resources", "Conditions", "Mappings", "Outputs")
_TIMEOUT, _MEMORY = 6, 1024  # the framework's defaults
_NAMED = {"AWS::SNS::Topic": "TopicName", "AWS::S3::Bucket": "BucketName", "AWS::Events::EventBus": "Name"}


def is_serverless(document: Any) -> bool:
    """Whether a document is a serverless.yml."""
    return isinstance(document, dict) and "provider" in document and "Resources" not in document


def serverless_template(
    path: Path, document: Mapping[str, Any], place: Place, given: Mapping[str, str]
) -> tuple[dict[str, Any], Place]:
    """The template of SAM that stands for a serverless.yml, and the place of its stack, `SERVICE-STAGE`.

    `given` are values of its variables. Raises UsageError for what cannot be told.
    """
    variables = Variables(path, document, given, place)
    name = variables.filled(document.get("service") or place.stack)
    service = str(name.get("name") if isinstance(name, dict) else name)
    place = replace(place, stack=f"{service}-{variables.stage}")
    whole = Variables(path, document, given, place).filled(dict(document))
    provider = whole["provider"] if isinstance(whole["provider"], dict) else {"name": whole["provider"]}
    if provider.get("name", "aws") != "aws":
        raise UsageError(f"{path}: the provider {provider['name']} is not served")
    template: dict[str, Any] = {section: {} for section in _SECTIONS}
    for part in _listed(whole.get("resources")):
        for section in _SECTIONS:
            template[section].update(part.get(section) or {})
    functions = dict(_entries(whole.get("functions")))
    for key, layer in (whole.get("layers") or {}).items():
        properties = {"ContentUri": layer.get("path", ".")}
        template["Resources"][logical_id(key, "LambdaLayer")] = {
            "Type": "AWS::Serverless::LayerVersion",
            "Properties": properties,
        }
    for key, function in functions.items():
        resource = _function(key, function, provider, functions, f"{place.stack}-{key}")
        template["Resources"][logical_id(key, "LambdaFunction")] = resource
        for number, event in enumerate(function.get("events") or ()):
            made = event_of(event)
            resource["Properties"]["Events"][f"Event{number}"] = made.event
            for id, more in made.resources.items():
                if not _is_named(template, more):
                    template["Resources"].setdefault(id, more)
    if REST_API in template["Resources"]:
        template["Resources"][REST_API]["Properties"]["StageName"] = variables.stage
    for key, machine in (whole.get("stepFunctions") or {}).get("stateMachines", {}).items():
        template["Resources"][logical_id(key, "StepFunctionsStateMachine")] = _machine(key, machine, place)
    ids = {key: logical_id(key, "LambdaFunction") for key in functions}
    template["Resources"] = _with_ids(template["Resources"], ids)
    return template, place


def logical_id(name: str, kind: str) -> str:
    """The id that the framework gives to the function or the layer of a name."""
    changed = name.replace("-", "Dash").replace("_", "Underscore")
    return f"{changed[:1].upper()}{changed[1:]}{kind}"


def _function(
    key: str, own: Mapping[str, Any], provider: Mapping[str, Any], functions: Mapping[str, Any], name: str
) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "FunctionName": own.get("name", name),
        "Handler": own.get("handler"),
        "Runtime": own.get("runtime", provider.get("runtime", "python")),
        "CodeUri": own.get("module", "."),
        "Timeout": own.get("timeout", provider.get("timeout", _TIMEOUT)),
        "MemorySize": own.get("memorySize", provider.get("memorySize", _MEMORY)),
        "Environment": {"Variables": {**(provider.get("environment") or {}), **(own.get("environment") or {})}},
        "Layers": own.get("layers", provider.get("layers") or []),
        "Policies": [{"Statement": _statements(own, provider)}],
        "Events": {},
    }
    if "image" in own:
        properties["PackageType"] = "Image"
    if "reservedConcurrency" in own:
        properties["ReservedConcurrentExecutions"] = own["reservedConcurrency"]
    if "onError" in own:
        properties["DeadLetterQueue"] = {"TargetArn": own["onError"]}
    if own.get("url"):
        mode = own["url"].get("invokeMode", "BUFFERED") if isinstance(own["url"], dict) else "BUFFERED"
        properties["FunctionUrlConfig"] = {"InvokeMode": mode}
    if "role" in own or "role" in provider:
        properties["Role"] = own.get("role", provider.get("role"))
    retries = {"MaximumRetryAttempts": "maximumRetryAttempts", "MaximumEventAgeInSeconds": "maximumEventAge"}
    config: dict[str, Any] = {name: own[ours] for name, ours in retries.items() if ours in own}
    destinations = {
        side: {"Destination": _destination(own["destinations"][ours], functions)}
        for side, ours in (("OnSuccess", "onSuccess"), ("OnFailure", "onFailure"))
        if ours in (own.get("destinations") or {})
    }
    if destinations:
        config["DestinationConfig"] = destinations
    if config:
        properties["EventInvokeConfig"] = config
    return {"Type": "AWS::Serverless::Function", "Properties": properties}


def _statements(own: Mapping[str, Any], provider: Mapping[str, Any]) -> list[Any]:
    """What the role of a function may do: its own statements, or those that all functions share."""
    role = (provider.get("iam") or {}).get("role")
    shared = (role.get("statements") if isinstance(role, dict) else None) or provider.get("iamRoleStatements") or []
    if "iamRoleStatements" not in own:
        return list(shared)
    return [*own["iamRoleStatements"], *(shared if own.get("iamRoleStatementsInherit") else ())]


def _destination(value: Any, functions: Mapping[str, Any]) -> Any:
    if isinstance(value, dict) and "arn" in value:
        return value["arn"]
    return {"Fn::GetAtt": [logical_id(value, "LambdaFunction"), "Arn"]} if value in functions else value


def _machine(key: str, own: Mapping[str, Any], place: Place) -> dict[str, Any]:
    events = {f"Event{number}": event_of(event).event for number, event in enumerate(own.get("events") or ())}
    properties = {
        "Name": own.get("name", f"{place.stack}-{key}"),
        "Type": own.get("type", "STANDARD"),
        "Definition": own.get("definition"),
        "Events": events,
    }
    if "role" in own:
        properties["Role"] = own["role"]
    return {"Type": "AWS::Serverless::StateMachine", "Properties": properties}


def _is_named(template: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Whether the template has a resource of this type and name already."""
    key = _NAMED.get(resource["Type"], "")
    name = resource["Properties"].get(key)
    return name is not None and any(
        each.get("Type") == resource["Type"] and (each.get("Properties") or {}).get(key) == name
        for each in template["Resources"].values()
    )


def _with_ids(value: Any, ids: Mapping[str, str]) -> Any:
    """References to functions by their keys, as plugins allow them, as references by their ids."""
    if isinstance(value, list):
        return [_with_ids(each, ids) for each in value]
    if not isinstance(value, dict):
        return value
    target = value.get("Fn::GetAtt")
    target = target.split(".", 1) if isinstance(target, str) else target
    if isinstance(target, list) and target and target[0] in ids:
        return {"Fn::GetAtt": [ids[target[0]], *target[1:]]}
    if isinstance(target := value.get("Ref"), str) and target in ids:
        return {"Ref": ids[target]}
    return {key: _with_ids(each, ids) for key, each in value.items()}


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    for part in _listed(value):
        yield from part.items()


def _listed(value: Any) -> list[Any]:
    return [each for each in value if each] if isinstance(value, list) else [value] if value else []
