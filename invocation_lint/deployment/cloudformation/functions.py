"""Functions, their layers and aliases, by CloudFormation and by SAM.

AWS: CloudFormation resource reference, AWS::Lambda; AWS SAM specification, AWS::Serverless::Function, Globals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from invocation_lint.deployment import images
from invocation_lint.deployment.cloudformation.made import ARCHIVES, Made, Reading, code_at, code_of
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.cloudformation.sam_events import triggers_of
from invocation_lint.deployment.cloudformation.sam_policies import sam_access
from invocation_lint.deployment.documents.nodes import below
from invocation_lint.deployment.model import (
    Access,
    Alias,
    Code,
    Function,
    InvokeConfig,
    Layer,
    Permission,
    Resource,
    Retries,
    Trigger,
)
from invocation_lint.deployment.values import Value, known


def lambda_function(made: Made) -> Iterator[Resource]:
    """A function of CloudFormation."""
    code = _asset(made) or code_at(made, made.properties.get("Code"))
    yield _function(made, code, made.value("DeadLetterConfig", "TargetArn"))


def _asset(made: Made) -> Code | None:
    """The code that the CDK has packed: a copy beside the template, and the folder that was packed where the template
    tells that (AWS: CDK developer guide, assets)."""
    where = made.resource.text("Metadata", "aws:asset:path") or made.reading.assets.get(made.properties.text(*_KEY), "")
    if not where:
        return None
    place = made.properties.get("Code").place
    original = made.resource.text("Metadata", "aws:asset:original-path")
    folders = list(_originals(made, original)) if original else []
    folders += [below(made.reading.base, where)] if not where.endswith(ARCHIVES) else []
    reason = "the CDK has packed the code"
    return Code("archive", handler_folders=tuple(folders), reason=reason, place=place)


_KEY = ("Code", "S3Key")


def _originals(made: Made, original: str) -> Iterator[str]:
    """The folders of the project that may be one of the machine on which the template was made: those that end alike,
    the most alike first, and hold the handler."""
    module = made.properties.text("Handler").rpartition(".")[0].replace(".", "/")
    parts = [part for part in original.replace("\\", "/").split("/") if part not in {"", "."}]
    above = made.reading.base.split("/")
    for begin in range(len(parts)):
        for depth in range(len(above), max(1, len(above) - MAX_ABOVE), -1):
            folder = below("/".join(above[:depth]), "/".join(parts[begin:]))
            if module and made.reading.read(f"{folder}/{module}.py") is not None:
                yield folder


MAX_ABOVE = 6
"""Folders above a template in which it is looked for what was packed."""


def sam_function(made: Made) -> Iterator[Resource]:
    """A function of SAM, with what its events and its alias make."""
    properties = made.properties
    image = properties.get("ImageUri").is_there or properties.text("PackageType") == "Image"
    if properties.get("InlineCode").is_there:
        code = Code("inline", place=properties.get("InlineCode").place)
    elif image:
        code = _image(made)
    else:
        code = code_at(made, properties.get("CodeUri"), default=".")
    built_by = made.resource.text("Metadata", "BuildMethod")
    if built_by and not built_by.startswith("python"):
        code = replace(code, built_by=built_by)
    made_of = _function(made, code, made.value("DeadLetterQueue", "TargetArn"))
    if image and code.folder is not None:
        dockerfile = made.resource.text("Metadata", "Dockerfile") or "Dockerfile"
        made_of = from_dockerfile(made.reading, made_of, code, dockerfile)
    function = replace(
        made_of,
        access=sam_access(made),
        retries=_retries(properties.get("EventInvokeConfig")),
        url=made.value("FunctionUrlConfig", "AuthType"),
    )
    yield function
    alias = properties.value("AutoPublishAlias")
    if alias is not None:
        id = f"{made.id}Alias{alias.text or ''}"
        yield Alias(
            made.reading.key(id), "AWS::Lambda::Alias", alias.place, made.when, alias, function=made.own("name")
        )
    if function.url is not None:
        key = made.reading.key(f"{made.id}Url")
        yield Trigger(
            key, "AWS::Lambda::Url", function.url.place, made.when, kind="function_url", function=made.own("arn")
        )
    yield from triggers_of(made)


def _image(made: Made) -> Code:
    """The code of an image: the folder from which it is built, where the template tells that."""
    context = made.resource.text("Metadata", "DockerContext")
    place = made.properties.get("ImageUri").place
    if not context:
        return Code("image", reason="the code is in an image that is built elsewhere", place=place)
    return Code("image", below(made.reading.base, context), place=place)


def from_dockerfile(reading: Reading, function: Function, code: Code, name: str) -> Function:
    """The function with the handler that its image runs by a Dockerfile in the folder of its code, and the folders from
    which that was copied."""
    assert code.folder is not None
    text = (reading.read(below(code.folder, name)) or b"").decode("utf-8", "replace")
    handler = function.handler
    if handler is None and (command := images.command_of(text)) is not None:
        handler = known(command, code.place or function.place)
    copied = images.folders_of(text, code.folder, handler.text, reading.read) if handler and handler.text else ()
    return replace(function, handler=handler, code=replace(code, handler_folders=copied))


def _function(made: Made, code: Code, dead_letter: Value | None) -> Function:
    properties = made.properties
    variables = properties.get("Environment", "Variables")
    environment = {name: value for name, part in variables.entries() if (value := part.value()) is not None}
    handler = made.value("Handler")
    if handler is None:
        command = made.items("ImageConfig", "Command")
        handler = command[0] if command else None
    return Function(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("FunctionName"),
        handler=handler,
        runtime=made.value("Runtime"),
        code=code,
        layers=made.items("Layers"),
        timeout_seconds=made.value("Timeout"),
        memory_mb=made.value("MemorySize"),
        environment=environment,
        environment_open=variables.unknown,
        role=made.value("Role"),
        access=Access(),
        concurrency=made.value("ReservedConcurrentExecutions"),
        dead_letter=dead_letter,
    )


def _retries(config: Part) -> Retries | None:
    if not config.is_there:
        return None
    destinations = config.get("DestinationConfig")
    return Retries(
        config.value("MaximumRetryAttempts"),
        config.value("MaximumEventAgeInSeconds"),
        on_failure=_destination(destinations.get("OnFailure")),
        on_success=_destination(destinations.get("OnSuccess")),
        place=config.place,
    )


def _destination(part: Part) -> Value | None:
    """Where a result goes. SAM makes a queue or a topic where only its type is told."""
    given = part.value("Destination")
    if given is not None or not part.is_there:
        return given
    kind = part.text("Type")
    return known(f"{kind} made by SAM", part.place) if kind in {"SQS", "SNS"} else None


def invoke_config(made: Made) -> Iterator[Resource]:
    """How a function is retried, by a resource of its own."""
    retries = _retries(made.properties) or Retries()
    yield InvokeConfig(made.key, made.type, made.place, made.when, function=made.value("FunctionName"), retries=retries)


def layer(made: Made) -> Iterator[Resource]:
    """A version of a layer."""
    where = made.properties.get("ContentUri" if made.type.startswith("AWS::Serverless") else "Content")
    code = code_at(made, where)
    if code.folder is None and where.text("S3Key"):
        code = replace(code_of(where.text("S3Key"), made.reading.base, where.place), kind="archive", folder=None)
    yield Layer(made.key, made.type, made.place, made.when, made.value("LayerName"), code=code)


def alias(made: Made) -> Iterator[Resource]:
    """An alias, or a version."""
    yield Alias(made.key, made.type, made.place, made.when, made.value("Name"), function=made.value("FunctionName"))


def url(made: Made) -> Iterator[Resource]:
    """A URL of a function."""
    function = made.value("TargetFunctionArn")
    yield Trigger(made.key, made.type, made.place, made.when, kind="function_url", function=function)


def permission(made: Made) -> Iterator[Resource]:
    """Who may invoke a function."""
    yield Permission(
        made.key,
        made.type,
        made.place,
        made.when,
        function=made.value("FunctionName"),
        principal=made.value("Principal"),
        action=made.value("Action"),
        source=made.value("SourceArn"),
    )
