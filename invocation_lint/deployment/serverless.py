"""serverless.yml: functions with their events, and the state machines of the plugin serverless-step-functions.

By the Serverless Framework's documentation (Serverless.yml reference) and the plugin's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from invocation_lint.deployment.cloudformation import (
    Stack,
    is_python,
    layers_in,
    note_invokers,
    note_variables,
    used_layers,
)
from invocation_lint.deployment.model import DeployedFunction, Template, in_order
from invocation_lint.deployment.nodes import below, get, items, mapping, number, references, text, texts
from invocation_lint.deployment.state_machines import tasks_in
from invocation_lint.documents import Node

_EVENTS = {
    "http": "http", "httpApi": "http", "websocket": "http", "alb": "http", "cloudFront": "service",
    "alexaSkill": "service", "sqs": "queue", "activemq": "queue", "rabbitmq": "queue", "stream": "stream",
    "kafka": "stream", "msk": "stream", "s3": "s3", "sns": "sns", "schedule": "schedule",
    "eventBridge": "eventbridge", "cloudwatchEvent": "eventbridge", "cloudwatchLog": "event", "iot": "event",
    "cognitoUserPool": "cognito",
}  # fmt: skip


def read_serverless(path: str, root: Node, folder: str, read: Callable[[str], str]) -> Template:
    """What a serverless.yml deploys. `read` gives the text of a file beside it, empty where there is none."""
    layers = {
        _logical_id(name, "LambdaLayer"): below(folder, text(get(layer, "path")))
        for name, layer in mapping(get(root, "layers")).items()
        if text(get(layer, "path"))
    }
    resources = mapping(get(root, "resources", "Resources"))
    stack = Stack(folder, read, {**layers_in(resources, folder), **layers})
    functions = dict(_functions(root))
    names = {_logical_id(key, "LambdaFunction"): key for key in functions}
    note_invokers(resources, stack, names)
    _note_tasks(root, stack, names)
    environments = [get(root, "provider", "environment"), *(get(one, "environment") for one in functions.values())]
    note_variables(environments, stack, names)
    given = items(get(root, "provider", "layers"))
    provider = get(root, "provider")
    made = [
        _function(key, node, provider, [*given, *items(get(node, "layers"))], stack) for key, node in functions.items()
    ]
    return Template(path, tuple(made), tuple(stack.layers.values()))


def _functions(root: Node) -> Iterator[tuple[str, Node]]:
    """The functions by their keys; they may be given as a list of mappings."""
    given = get(root, "functions")
    for part in [given, *items(given)]:
        yield from mapping(part).items()


def _logical_id(name: str, kind: str) -> str:
    """The id that the Serverless Framework gives to the layer or the function of a name."""
    changed = name.replace("-", "Dash").replace("_", "Underscore")
    return f"{changed[:1].upper()}{changed[1:]}{kind}"


def _note_tasks(root: Node, stack: Stack, names: dict[str, str]) -> None:
    """Note the functions that the plugin's state machines refer to: by key, by logical id, or at the end of an ARN."""
    for machine in mapping(get(root, "stepFunctions", "stateMachines")).values():
        definition = get(machine, "definition")
        called = {*references(definition), *tasks_in("\n".join(texts(definition)))}
        arns = [one for one in texts(definition) if "function:" in one]
        for logical, key in names.items():
            if called & {logical, key} or any(one.endswith(f"-{key}") for one in arns):
                stack.invoked[key].add("state_machine")


def _function(key: str, node: Node, provider: Node | None, used: list[Node], stack: Stack) -> DeployedFunction:
    folders, others = used_layers(used, stack.layers)
    invoked = stack.invoked[key]
    for event in items(get(node, "events")):
        named = [text(event)] if text(event) else list(mapping(event))
        invoked.update(kind for kind in map(_EVENTS.get, named) if kind is not None)
    if get(node, "url") is not None:
        invoked.add("http")
    if get(node, "onError") is not None or get(node, "destinations") is not None:
        invoked.add("event")
    return DeployedFunction(
        key,
        handler=text(get(node, "handler")) if is_python(node, provider) else "",
        code=stack.folder,
        timeout_seconds=number(get(node, "timeout")),
        layers=folders,
        other_layers=others,
        invoked_by=in_order(invoked),
        known_as=in_order(stack.known_as[key]),
    )
