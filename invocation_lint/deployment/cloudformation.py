"""SAM and CloudFormation templates: the functions, their layers, and the resources that invoke them.

What invokes a function is read from what refers to it: a rule of EventBridge whose target it is, a permission for a
service, a state machine that has its ARN (AWS: CloudFormation resource and property types reference; AWS SAM
specification, event sources).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from invocation_lint.deployment.model import DeployedFunction, Template, in_order
from invocation_lint.deployment.nodes import below, get, items, mapping, number, references, text, texts
from invocation_lint.deployment.state_machines import tasks_in
from invocation_lint.documents import Node

FUNCTIONS = {"AWS::Serverless::Function": "CodeUri", "AWS::Lambda::Function": "Code"}
_LAYER_VERSIONS = {"AWS::Serverless::LayerVersion": "ContentUri", "AWS::Lambda::LayerVersion": "Content"}
_STATE_MACHINES = {
    "AWS::Serverless::StateMachine": "DefinitionUri",
    "AWS::StepFunctions::StateMachine": "DefinitionS3Location",
}

_SAM_EVENTS = {
    "Api": "http", "HttpApi": "http", "AlexaSkill": "service", "SQS": "queue", "MQ": "queue", "Kinesis": "stream",
    "DynamoDB": "stream", "MSK": "stream", "SelfManagedKafka": "stream", "DocumentDB": "stream", "S3": "s3",
    "SNS": "sns", "Schedule": "schedule", "ScheduleV2": "schedule", "EventBridgeRule": "eventbridge",
    "CloudWatchEvent": "eventbridge", "CloudWatchLogs": "event", "IoTRule": "event", "Cognito": "cognito",
}  # fmt: skip

_REFERRING = {
    "AWS::SNS::Subscription": "sns", "AWS::SNS::Topic": "sns", "AWS::S3::Bucket": "s3",
    "AWS::Scheduler::Schedule": "schedule", "AWS::Logs::SubscriptionFilter": "event", "AWS::IoT::TopicRule": "event",
    "AWS::Lambda::EventInvokeConfig": "event", "AWS::Lambda::Url": "http", "AWS::ApiGateway::Method": "http",
    "AWS::ApiGateway::RestApi": "http", "AWS::ApiGatewayV2::Integration": "http", "AWS::ApiGatewayV2::Api": "http",
    "AWS::Serverless::Api": "http", "AWS::Serverless::HttpApi": "http",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "http", "AWS::AppSync::DataSource": "service",
    "AWS::Serverless::GraphQLApi": "service", "AWS::Bedrock::Agent": "service", "AWS::Lex::BotAlias": "service",
    "AWS::Connect::IntegrationAssociation": "service", "AWS::Cognito::UserPool": "cognito",
    "AWS::StepFunctions::StateMachine": "state_machine", "AWS::Serverless::StateMachine": "state_machine",
}  # fmt: skip
"""What the resources of a type do to the functions that they refer to."""

PRINCIPALS = {
    "apigateway": "http", "elasticloadbalancing": "http", "s3": "s3", "sns": "sns", "events": "eventbridge",
    "scheduler": "schedule", "logs": "event", "iot": "event", "ses": "event", "config": "event",
    "lex": "service", "lexv2": "service", "connect": "service", "bedrock": "service", "appsync": "service",
    "alexa-appkit": "service", "cognito-idp": "cognito", "states": "state_machine",
}  # fmt: skip
"""What the services do that a permission lets invoke a function, by the first part of their names."""


@dataclass(slots=True)
class Stack:
    """The functions and layers of a template while it is read, by the names under which others refer to them."""

    folder: str
    read: Callable[[str], str]
    layers: dict[str, str] = field(default_factory=dict)
    invoked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    known_as: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def read_cloudformation(path: str, root: Node, folder: str, read: Callable[[str], str]) -> Template:
    """What a template deploys. `read` gives the text of a file beside it, empty where there is none."""
    resources = mapping(get(root, "Resources"))
    standard = get(root, "Globals", "Function")
    stack = Stack(folder, read, layers_in(resources, folder))
    found: dict[str, Node] = {name: one for name, one in resources.items() if text(get(one, "Type")) in FUNCTIONS}
    given = {name: text(get(one, "Properties", "FunctionName")) for name, one in found.items()}
    names = {called: name for name, called in given.items() if called} | {name: name for name in found}
    note_invokers(resources, stack, names)
    for name, key in names.items():
        if name != key:
            stack.known_as[key].add(name)
    settings = [standard, *(get(one, "Properties") for one in resources.values())]
    note_variables([get(one, "Environment", "Variables") for one in settings], stack, names)
    functions = tuple(_function(name, one, standard, stack) for name, one in found.items())
    return Template(path, functions, tuple(stack.layers.values()))


def layers_in(resources: dict[str, Node], folder: str) -> dict[str, str]:
    """The folders of the layers that resources make, by their names."""
    layers: dict[str, str] = {}
    for name, resource in resources.items():
        where = text(get(resource, "Properties", _LAYER_VERSIONS.get(text(get(resource, "Type")), "")))
        if where:
            layers[name] = below(folder, where)
    return layers


def _function(name: str, resource: Node, standard: Node | None, stack: Stack) -> DeployedFunction:
    properties = get(resource, "Properties")
    key = FUNCTIONS[text(get(resource, "Type"))]
    code = get(properties, key) or get(standard, key)
    where = text(code) if code is not None else "."
    handler = text(get(properties, "Handler")) or text(get(standard, "Handler"))
    if not is_python(properties, standard) or get(code, "ZipFile") is not None:
        handler = ""
    used = [*items(get(standard, "Layers")), *items(get(properties, "Layers"))]
    folders, others = used_layers(used, stack.layers)
    invoked = stack.invoked[name]
    invoked.update(_of_events(get(properties, "Events")))
    if get(properties, "FunctionUrlConfig") is not None:
        invoked.add("http")
    if any(get(properties, one) is not None for one in ("DeadLetterQueue", "DeadLetterConfig", "EventInvokeConfig")):
        invoked.add("event")
    return DeployedFunction(
        name,
        handler=handler,
        code=below(stack.folder, where) if where and not where.endswith((".zip", ".jar")) else None,
        timeout_seconds=number(get(properties, "Timeout") or get(standard, "Timeout")),
        layers=folders,
        other_layers=others,
        invoked_by=in_order(invoked),
        known_as=in_order(stack.known_as[name]),
    )


def is_python(*settings: Node | None) -> bool:
    """Whether the first runtime that is told, if any is, may be one of Python."""
    told = next((text(one) for one in (get(node, "Runtime") or get(node, "runtime") for node in settings) if one), "")
    return not told or "python" in told or "$" in told


def _of_events(events: Node | None) -> Iterator[str]:
    for event in mapping(events).values():
        kind = _SAM_EVENTS.get(text(get(event, "Type")))
        if kind is not None:
            yield kind


def used_layers(used: list[Node], layers: dict[str, str]) -> tuple[tuple[str, ...], bool]:
    """The folders of the layers that a list refers to, and whether it has others."""
    named = [[ref for ref in references(node) if ref in layers] for node in used]
    folders = dict.fromkeys(layers[ref] for refs in named for ref in refs)
    return tuple(folders), not all(named)


def note_invokers(resources: dict[str, Node], stack: Stack, names: dict[str, str]) -> None:
    """Note what resources invoke which functions; `names` leads from all that a function may be called to its key."""
    for resource in resources.values():
        kind = _kind(resource)
        if kind is None:
            continue
        properties = get(resource, "Properties")
        called = set(references(properties))
        if kind == "state_machine":
            called.update(tasks_in("\n".join([*texts(properties), _definition(resource, stack)])))
        for name in called & names.keys():
            stack.invoked[names[name]].add(kind)


def note_variables(environments: Iterable[Node | None], stack: Stack, names: dict[str, str]) -> None:
    """Note the variables of environments that hold the name or the ARN of a function."""
    for environment in environments:
        for variable, value in mapping(environment).items():
            for name in {*references(value), text(value)} & names.keys():
                stack.known_as[names[name]].add(variable)


def _definition(resource: Node, stack: Stack) -> str:
    """The text of the file in which a state machine is defined."""
    where = text(get(resource, "Properties", _STATE_MACHINES.get(text(get(resource, "Type")), "")))
    return stack.read(below(stack.folder, where)) if where else ""


def _kind(resource: Node) -> str | None:
    """How a resource invokes the functions that it refers to; None when it does not, or nothing is known of it."""
    named = text(get(resource, "Type"))
    properties = get(resource, "Properties")
    if named == "AWS::Events::Rule":
        return "schedule" if get(properties, "ScheduleExpression") is not None else "eventbridge"
    if named == "AWS::Lambda::EventSourceMapping":
        return "stream" if get(properties, "StartingPosition") is not None else "queue"
    if named == "AWS::Lambda::Permission":
        return PRINCIPALS.get(text(get(properties, "Principal")).partition(".")[0])
    return _REFERRING.get(named)
