"""Reads a serverless.yml: from its nodes to what it deploys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from invocation_lint.deployment.cloudformation.access import statement_of
from invocation_lint.deployment.cloudformation.conditions import when_of
from invocation_lint.deployment.cloudformation.functions import from_dockerfile
from invocation_lint.deployment.cloudformation.made import Made, Reading, code_of
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.cloudformation.reader import add_resources, outputs_of
from invocation_lint.deployment.definitions import may_be_definition, read_definition
from invocation_lint.deployment.documents.nodes import below, mapping
from invocation_lint.deployment.documents.yaml_nodes import place_of
from invocation_lint.deployment.model import (
    Access,
    Code,
    Function,
    Layer,
    Output,
    Problem,
    Resource,
    Retries,
    Role,
    StateMachine,
    Template,
    Trigger,
)
from invocation_lint.deployment.serverless.events import name_of, triggers_of
from invocation_lint.deployment.serverless.variables import Variables
from invocation_lint.deployment.triggers import with_tasks
from invocation_lint.deployment.values import Conditions, Hole, Value, known, pieces_of, text
from invocation_lint.documents.nodes import Node
from invocation_lint.findings import Place

DEFAULT_TIMEOUT = 6
DEFAULT_MEMORY = 1024
ROLE = "IamRoleLambdaExecution"
"""The logical id of the role that the framework makes for all functions."""

_SECTIONS = ("Resources", "Parameters", "Mappings", "Conditions", "Outputs")
_GENERATED = {
    ROLE: "AWS::IAM::Role",
    "ApiGatewayRestApi": "AWS::ApiGateway::RestApi",
    "HttpApi": "AWS::ApiGatewayV2::Api",
    "WebsocketsApi": "AWS::ApiGatewayV2::Api",
    "ServerlessDeploymentBucket": "AWS::S3::Bucket",
}


def read_serverless(path: str, root: Node, read: Callable[[str], bytes | None]) -> Template:
    """What the serverless.yml at an absolute path deploys. `read` gives the bytes of another file, if there is one."""
    scope = Variables(path, root, read)
    reading = Reading(path, scope, read)
    whole = Part.of(scope, root, place_of(root))
    provider = whole.get("provider")
    if provider.text("name") not in {"", "aws"}:
        return Template(path, "serverless")
    functions = list(_entries(whole.get("functions")))
    layers = list(whole.get("layers").entries())
    beside = _resources(reading, whole.get("resources"))
    scope.take(beside)
    scope.functions = {key: logical_id(key, "LambdaFunction") for key, _ in functions}
    scope.types.update(dict.fromkeys(scope.functions.values(), "AWS::Lambda::Function"))
    scope.types.update({logical_id(key, "LambdaLayer"): "AWS::Lambda::LayerVersion" for key, _ in layers})
    machines = list(_entries(whole.get("stepFunctions", "stateMachines")))
    scope.types.update({_machine_id(key, part): "AWS::StepFunctions::StateMachine" for key, part in machines})
    scope.types.update({id: type for id, type in _GENERATED.items() if id not in scope.types})
    named = whole.get("service")
    service = named.value("name") if named.get("name").is_there and not named.text() else named.value()
    for key, part in layers:
        reading.resources.append(_layer(reading, key, part))
    for key, part in functions:
        made = _made(reading, key, part)
        reading.resources += _function(made, key, provider, name_of(service, scope.stage, key, made))
    reading.resources += _role(reading, provider)
    add_resources(reading, beside)
    for key, part in machines:
        reading.resources += _machine(reading, key, part, provider)
    constructs = whole.get("constructs")
    if constructs.is_there:
        reading.problems.append(Problem("what the plugin Lift makes of constructs is not read", constructs.place))
    return Template(
        path,
        "serverless",
        tuple(reading.resources),
        outputs=(*outputs_of(scope, beside), *_qualified(reading)),
        problems=tuple(reading.problems),
        stack=provider.value("stackName") or _stack_of(service, scope.stage, whole.place),
        includes=scope.included,
    )


def _stack_of(service: Value | None, stage: Hole, place: Place) -> Value | None:
    """The name that the framework gives to a stack: service and stage."""
    pieces = pieces_of(service.content) if service is not None else None
    return known(text((*pieces, "-", stage)), place) if pieces is not None else None


def _qualified(reading: Reading) -> Iterator[Output]:
    """The outputs that the framework makes: the version of each function."""
    for one in reading.resources:
        if isinstance(one, Function):
            yield Output(f"{one.key.id}QualifiedArn", reading.refer(one.key.id, "arn", one.place), one.place)


def logical_id(name: str, kind: str) -> str:
    """The id that the framework gives to the layer or the function of a name."""
    changed = name.replace("-", "Dash").replace("_", "Underscore")
    return f"{changed[:1].upper()}{changed[1:]}{kind}"


def _entries(part: Part) -> Iterator[tuple[str, Part]]:
    """The entries of a mapping, or of a list of mappings."""
    for one in part.elements():
        yield from one.entries()


def _resources(reading: Reading, part: Part) -> Node:
    """The CloudFormation beside the functions, of one or several documents, as one template."""
    sections = {name: Node({}, reading.path, part.place.line, part.place.column) for name in _SECTIONS}
    for document in part.elements():
        if document.unknown:
            reading.problems.append(Problem(f"resources: {document.unknown}", document.place))
        for name, section in sections.items():
            for id, entry in document.get(name).entries():
                for _, node in entry.branches:
                    if isinstance(node, Node):
                        section.value[id] = node
                        section.keys[id] = (node.line, node.column)
        for id, entry in document.get("extensions").entries():
            reading.problems.append(Problem(f"what is changed of {id} is not read", entry.place))
        for _, node in document.branches:  # the places of keys, where they stand in the document itself
            for name, given in mapping(node if isinstance(node, Node) else None).items():
                if name in sections:
                    own = sections[name]
                    own.keys.update({id: place for id, place in given.keys.items() if id in own.keys})
    return Node(sections, reading.path, part.place.line, part.place.column)


def _made(reading: Reading, key: str, part: Part) -> Made:
    place = part.place
    for _, node in part.branches:
        if isinstance(node, Node):
            place = place_of(node)
    when: Conditions = ()
    condition = part.text("condition")
    if condition:
        when = when_of(reading.scope.condition(_text_node(condition, part)), holds=True) or ()
    return Made(reading, logical_id(key, "LambdaFunction"), "serverless function", place, when, part, part)


def _text_node(content: str, part: Part) -> Node:
    return Node(content, part.place.path, part.place.line, part.place.column)


def _function(made: Made, key: str, provider: Part, named: Value) -> Iterator[Resource]:
    own = made.properties
    variables = {}
    for part in (provider.get("environment"), own.get("environment")):
        variables.update({name: value for name, one in part.entries() if (value := one.value()) is not None})
    command = own.items("image", "command")
    function = Function(
        made.key,
        made.type,
        made.place,
        made.when,
        own.value("name") or named,
        called=key,
        handler=own.value("handler") or (command[0] if command else None),
        runtime=own.value("runtime") or provider.value("runtime"),
        code=_code(made, provider),
        layers=own.items("layers") or provider.items("layers"),
        timeout_seconds=own.value("timeout") or provider.value("timeout") or known(DEFAULT_TIMEOUT, made.place),
        memory_mb=own.value("memorySize") or provider.value("memorySize") or known(DEFAULT_MEMORY, made.place),
        environment=variables,
        environment_open=own.get("environment").unknown or provider.get("environment").unknown,
        role=_role_of(made, provider),
        access=_own_access(own, provider),
        concurrency=own.value("reservedConcurrency"),
        dead_letter=own.value("onError"),
        retries=_retries(made),
        url=own.value("url"),
    )
    if function.code.kind == "image" and function.code.folder is not None:
        image = own.get("image")
        name = image.text() or image.text("name")
        dockerfile = provider.text("ecr", "images", name, "file") or "Dockerfile"
        function = from_dockerfile(made.reading, function, function.code, dockerfile)
    yield function
    url = own.get("url")
    if url.is_there:
        id = made.reading.key(f"{made.id}Url")
        yield Trigger(id, "AWS::Lambda::Url", url.place, made.when, kind="function_url", function=made.own("arn"))
    yield from triggers_of(made, provider)


def _code(made: Made, provider: Part) -> Code:
    """Where the code lies: in the folder of the serverless.yml, in that of a plugin's module, in an image."""
    own = made.properties
    image = own.get("image")
    if image.is_there:
        name = image.text() or image.text("name")
        folder = provider.text("ecr", "images", name, "path") if name else ""
        if folder:
            return Code("image", below(made.reading.base, folder), place=image.place)
        return Code("image", reason="the code is in an image that is built elsewhere", place=image.place)
    artifact = own.get("package", "artifact")
    if artifact.is_there:
        return code_of(artifact.text() or ".zip", made.reading.base, artifact.place)
    return Code("folder", below(made.reading.base, own.text("module") or "."), place=made.place)


def _retries(made: Made) -> Retries | None:
    own = made.properties
    destinations = own.get("destinations")
    found = Retries(
        own.value("maximumRetryAttempts"),
        own.value("maximumEventAge"),
        on_failure=_destination(made, destinations.get("onFailure")),
        on_success=_destination(made, destinations.get("onSuccess")),
        place=destinations.place,
    )
    told = (found.attempts, found.age_seconds, found.on_failure, found.on_success)
    return found if any(one is not None for one in told) else None


def _destination(made: Made, part: Part) -> Value | None:
    """Where a result goes: an ARN, or the key of a function."""
    functions = made.reading.scope.functions if isinstance(made.reading.scope, Variables) else {}
    if part.text() in functions:
        return made.reading.refer(functions[part.text()], "arn", part.place)
    return part.value("arn") if part.text() == "" and part.get("arn").is_there else part.value()


def _statements(part: Part) -> Access:
    """What the statements of a list allow."""
    if not part.is_there:
        return Access()
    found, unknown = [], [part.unknown] if part.unknown else []
    for one in part.elements():
        statements, why = statement_of(one)
        found += statements
        unknown += why
    return Access(tuple(found), tuple(unknown))


def _own_access(own: Part, provider: Part) -> Access:
    """What the role may do that a plugin makes for one function."""
    access = _statements(own.get("iamRoleStatements"))
    if own.get("iamRoleStatementsInherit").is_there:
        shared = _shared(provider)
        return Access(access.statements + shared.statements, access.open + shared.open)
    return access


def _shared(provider: Part) -> Access:
    """What the role may do that all functions share."""
    parts = (provider.get("iam", "role", "statements"), provider.get("iamRoleStatements"))
    found = [_statements(part) for part in parts]
    managed = (*provider.items("iam", "role", "managedPolicies"), *provider.items("iamManagedPolicies"))
    names = tuple(f"the managed policy {one.text or 'of another template'}" for one in managed)
    return Access(
        tuple(one for access in found for one in access.statements),
        (*(one for access in found for one in access.open), *names),
    )


def _role_of(made: Made, provider: Part) -> Value | None:
    """The role of a function: its own, that of the provider, or the one that all share; None when a plugin makes it."""
    if made.properties.get("iamRoleStatements").is_there:
        return None
    shared = provider.get("iam", "role")
    has_name = any(True for _ in shared.entries())
    given = made.value("role") or provider.value("role") or (None if has_name else shared.value())
    if given is not None and given.text in made.reading.scope.types:
        return made.reading.refer(given.text, "arn", given.place)
    return given or made.reading.refer(ROLE, "arn", made.place)


def _role(reading: Reading, provider: Part) -> Iterator[Resource]:
    """The role that the framework makes for all functions that have no other."""
    yield Role(reading.key(ROLE), "AWS::IAM::Role", provider.place, access=_shared(provider))


def _layer(reading: Reading, key: str, part: Part) -> Layer:
    artifact, path = part.text("package", "artifact"), part.text("path")
    code = (
        code_of(artifact or path, reading.base, part.place) if artifact or path else Code("unknown", reason="no path")
    )
    id = logical_id(key, "LambdaLayer")
    return Layer(reading.key(id), "serverless layer", part.place, name=part.value("name"), code=code)


def _machine_id(key: str, part: Part) -> str:
    """The logical id that the plugin gives to a state machine."""
    name = part.text("name")
    return part.text("id") or (logical_id(name, "") if name else logical_id(key, "StepFunctionsStateMachine"))


def _machine(reading: Reading, key: str, part: Part, provider: Part) -> Iterator[Resource]:
    """A state machine of the plugin serverless-step-functions, the functions that it invokes, and what starts it."""
    definition = None
    for _, node in part.get("definition").branches:
        if isinstance(node, Node) and may_be_definition(node):
            definition = read_definition(reading.path, node, reading.scope.value)
    id = _machine_id(key, part)
    why = part.get("definition").unknown or "the definition is not there"
    machine = StateMachine(
        reading.key(id),
        "serverless state machine",
        part.place,
        name=part.value("name"),
        kind=part.value("type"),
        role=part.value("role"),
        definition=definition,
        definition_unknown="" if definition is not None else why,
    )
    yield from with_tasks(machine, reading.refer(id, "arn", part.place))
    yield from triggers_of(Made(reading, id, machine.type, part.place, (), part, part), provider)
