"""Reads a SAM or CloudFormation template: from its nodes to what it deploys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from invocation_lint.deployment.cloudformation import (
    access,
    apis,
    foreach,
    functions,
    machines,
    mappings,
    messaging,
    stacks,
    storage,
)
from invocation_lint.deployment.cloudformation.conditions import when_of
from invocation_lint.deployment.cloudformation.made import Made, Reading
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.cloudformation.scope import Scope
from invocation_lint.deployment.documents.nodes import get, items, mapping, text
from invocation_lint.deployment.documents.yaml_nodes import key_place, place_of
from invocation_lint.deployment.model import Api, Output, Parameter, Problem, Resource, Template, Trigger
from invocation_lint.deployment.values import Conditions, known, text_of
from invocation_lint.documents.nodes import Node
from invocation_lint.findings import Place

BUILDERS: Mapping[str, Callable[[Made], Iterator[Resource]]] = {
    "AWS::Lambda::Function": functions.lambda_function,
    "AWS::Serverless::Function": functions.sam_function,
    "AWS::Lambda::LayerVersion": functions.layer,
    "AWS::Serverless::LayerVersion": functions.layer,
    "AWS::Lambda::Alias": functions.alias,
    "AWS::Lambda::Version": functions.alias,
    "AWS::Lambda::Url": functions.url,
    "AWS::Lambda::Permission": functions.permission,
    "AWS::Lambda::EventInvokeConfig": functions.invoke_config,
    "AWS::Lambda::EventSourceMapping": mappings.event_source_mapping,
    "AWS::SQS::Queue": messaging.queue,
    "AWS::SNS::Topic": messaging.topic,
    "AWS::SNS::Subscription": messaging.subscription,
    "AWS::Events::EventBus": messaging.bus,
    "AWS::Events::Rule": messaging.rule,
    "AWS::Scheduler::Schedule": messaging.schedule,
    "AWS::DynamoDB::Table": storage.table,
    "AWS::DynamoDB::GlobalTable": storage.table,
    "AWS::Serverless::SimpleTable": storage.table,
    "AWS::Kinesis::Stream": storage.stream,
    "AWS::S3::Bucket": storage.bucket,
    "AWS::SSM::Parameter": storage.setting,
    "AWS::IAM::Role": access.role,
    "AWS::IAM::Policy": access.policy,
    "AWS::IAM::ManagedPolicy": access.policy,
    "AWS::StepFunctions::StateMachine": machines.state_machine,
    "AWS::Serverless::StateMachine": machines.state_machine,
    "AWS::CloudFormation::Stack": stacks.stack,
    "AWS::Serverless::Application": stacks.stack,
    **dict.fromkeys(apis.APIS, apis.api),
    **dict.fromkeys(apis.REFERRING, apis.referring),
}
"""What is made of a resource of a type; of all others, a plain `Resource`."""

_GLOBALS = {
    "AWS::Serverless::Function": "Function", "AWS::Serverless::Api": "Api", "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::SimpleTable": "SimpleTable", "AWS::Serverless::StateMachine": "StateMachine",
    "AWS::Serverless::LayerVersion": "LayerVersion",
}  # fmt: skip


def read_cloudformation(path: str, root: Node, read: Callable[[str], bytes | None]) -> Template:
    """What the template at an absolute path deploys. `read` gives the bytes of another file, if there is one."""
    reading = Reading(path, Scope(path, root, read), read)
    add_resources(reading, root)
    parameters = tuple(
        _parameter(name, node, key_place(section, name))
        for section in [get(root, "Parameters")]
        for name, node in mapping(section).items()
        if section is not None
    )
    return Template(
        path,
        "cloudformation",
        tuple(reading.resources),
        parameters,
        outputs_of(reading.scope, root),
        tuple(reading.problems),
    )


def add_resources(reading: Reading, root: Node) -> None:
    """Add the resources of a template, and the problems that were met."""
    section = get(root, "Resources")
    if section is not None and section.value is not None and not isinstance(section.value, dict):
        reading.problems.append(Problem("Resources is not a mapping", place_of(section), is_error=True))
        return
    entries, left = foreach.unrolled(root, section)
    for reason, node in left:
        reading.problems.append(Problem(reason, place_of(node)))
    # The loops are unrolled before anything is looked up, so that what they make can be referred to.
    reading.scope.types.update({id: text(get(node, "Type")) for id, node, _ in entries})
    for id, node, (line, column) in entries:
        place = Place(node.path, line, column, line, column + len(id))
        if not isinstance(node.value, dict) or not text(get(node, "Type")):
            reading.problems.append(Problem(f"the resource {id} has no type", place))
            continue
        _add(reading, id, node, place, root)
    _add_implicit_apis(reading, root)


def _add(reading: Reading, id: str, node: Node, place: Place, root: Node) -> None:
    type = text(get(node, "Type"))
    when: Conditions = ()
    condition = get(node, "Condition")
    if condition is not None:
        told = when_of(reading.scope.condition(condition), holds=True)
        if told is None:
            return  # a resource that is never there
        when = told
    properties = get(node, "Properties")
    common = get(root, "Globals", _GLOBALS.get(type, ""))
    merged = merge(common, properties) if common is not None else properties
    made = Made(
        reading,
        id,
        type,
        place,
        when,
        Part.of(reading.scope, merged, place),
        Part.of(reading.scope, node, place),
    )
    builder = BUILDERS.get(type)
    if builder is not None:
        reading.resources += builder(made)
    else:
        reading.resources.append(Resource(made.key, type, place, when))
        _add_custom(made)


def _add_custom(made: Made) -> None:
    """A custom resource: CloudFormation invokes the function behind it."""
    if not made.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource")):
        return
    token = made.value("ServiceToken")
    if token is not None:
        made.reading.resources.append(
            Trigger(made.key, made.type, made.place, made.when, kind="custom_resource", function=token)
        )


def _add_implicit_apis(reading: Reading, root: Node) -> None:
    """The APIs that SAM makes for events that name none."""
    used = {
        attribute.resource.id
        for one in reading.resources
        if isinstance(one, Trigger) and one.source is not None
        for attribute in one.source.attributes()
    }
    for id, word, type, kind in (
        ("ServerlessRestApi", "Api", "AWS::Serverless::Api", "rest_api"),
        ("ServerlessHttpApi", "HttpApi", "AWS::Serverless::HttpApi", "http_api"),
    ):
        if id in used:
            common = get(root, "Globals", word)
            place = place_of(common if common is not None else root)
            part = Part.of(reading.scope, common, place)
            cors = part.value("CorsConfiguration") or part.value("Cors")
            reading.resources.append(Api(reading.key(id), type, place, kind=kind, cors=cors))


def merge(common: Node | None, own: Node | None) -> Node | None:
    """The properties of a resource with those of Globals: mappings are merged, lists joined, all else overridden (AWS:
    AWS SAM specification, Globals section)."""
    if common is None or own is None:
        return own if own is not None else common
    if isinstance(common.value, dict) and isinstance(own.value, dict) and not _is_function(own):
        merged = Node(dict(common.value), own.path, own.line, own.column)
        merged.keys = {**common.keys, **own.keys}
        merged.end = own.end
        for key, node in own.value.items():
            merged.value[key] = merge(common.value.get(key), node)
        return merged
    if isinstance(common.value, list) and isinstance(own.value, list):
        merged = Node([*common.value, *own.value], own.path, own.line, own.column)
        merged.end = own.end
        return merged
    return own


def _is_function(node: Node) -> bool:
    return any(key == "Ref" or key.startswith("Fn::") for key in node.value)


def _parameter(name: str, node: Node, place: Place) -> Parameter:
    default = get(node, "Default")
    allowed = tuple(told for one in items(get(node, "AllowedValues")) if (told := text_of(one.value)) is not None)
    value = known(default.value, place_of(default)) if default is not None else None
    return Parameter(name, text(get(node, "Type")), place, value, allowed)


def outputs_of(scope: Scope, root: Node) -> tuple[Output, ...]:
    """What a template hands to the outside."""
    found = []
    section = get(root, "Outputs")
    for name, node, (line, column) in foreach.unrolled(root, section)[0]:
        value = get(node, "Value")
        condition = get(node, "Condition")
        when = when_of(scope.condition(condition), holds=True) if condition is not None else ()
        if value is None or when is None:
            continue
        export = get(node, "Export", "Name")
        place = Place(scope.path, line, column, line, column + len(name))
        found.append(Output(name, scope.value(value), place, scope.value(export) if export is not None else None, when))
    return tuple(found)
