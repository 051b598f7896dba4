"""Functions and layers of the CDK (AWS: CDK API reference, aws-lambda, aws-lambda-python-alpha, version 2)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment import images
from invocation_lint.deployment.cdk_constructs.bundling import bundled
from invocation_lint.deployment.cdk_constructs.making import Making, items, prop, refer, told, valued
from invocation_lint.deployment.cdk_constructs.things import (
    Call,
    Choice,
    Lib,
    Obj,
    Thing,
    cases_of,
    spread,
)
from invocation_lint.deployment.model import Access, Alias, Code, Function, Layer, Retries, Statement
from invocation_lint.deployment.paths import archive_at
from invocation_lint.deployment.values import Case, Hole, Value, archive_of, known, unknown, value_of
from invocation_lint.findings import Place

FUNCTIONS = frozenset(
    {"Function", "PythonFunction", "DockerImageFunction", "NodejsFunction", "SingletonFunction", "GoFunction"}
)
LAYERS = frozenset({"LayerVersion", "PythonLayerVersion"})

_RUNTIME = re.compile(r"(PYTHON)_(\d+)_(\d+)\Z|(NODEJS)_(\d+)_X\Z")
_GRANTS = "what other constructs grant is not all known"


def function(making: Making, thing: Thing, calls: list[Call]) -> Function:
    """A function, with what is done to it later."""
    place = thing.place
    environment, is_open = _environment(making, thing, calls)
    code, handler = _code(making, thing)
    layers = [*items(prop(thing, "layers")), *(one for c in calls if c.name == "addLayers" for one in c.args or ())]
    return Function(
        thing.key,
        f"aws_cdk.{thing.kind}",
        place,
        thing.when,
        told(thing, "functionName"),
        handler=handler,
        runtime=_runtime(thing),
        code=code,
        layers=tuple(one for layer in layers if (one := refer(layer, place)) is not None),
        timeout_seconds=told(thing, "timeout"),
        memory_mb=told(thing, "memorySize"),
        environment=environment,
        environment_open=is_open,
        role=refer(prop(thing, "role"), place),
        access=_access(thing, calls),
        concurrency=told(thing, "reservedConcurrentExecutions"),
        dead_letter=_dead_letter(thing),
        retries=_retries(thing, calls),
        url=_url(calls),
    )


def _environment(making: Making, thing: Thing, calls: list[Call]) -> tuple[dict[str, Value], str]:
    held = Obj(when=thing.when)
    given = prop(thing, "environment")
    if given is not None:
        spread(held, given)
    elif thing.props.open:
        held.open = thing.props.open
    for call in calls:
        if call.name == "addEnvironment" and len(call.args or ()) > 1:
            name, value = (call.args or ())[:2]
            if not isinstance(name, str):
                held.open = held.open or "a variable is added whose name is not known"
                continue
            making.run.when = call.when
            making.run.assign(held.entries, name, value, thing.when)
            making.run.when = ()
    return {name: valued(value, thing.place) for name, value in held.entries.items()}, held.open


def _runtime(thing: Thing) -> Value | None:
    if thing.kind == "NodejsFunction":
        return known("nodejs", thing.place)
    if thing.kind == "GoFunction":
        return known("go", thing.place)
    value = prop(thing, "runtime")
    if value is None:
        return None
    return value_of([Case(_runtime_word(one.content), one.when) for one in cases_of(value)], thing.place)


def _runtime_word(value: Any) -> Any:
    if isinstance(value, Thing) and value.kind == "Runtime" and value.args:
        value = value.args[0]
    if isinstance(value, Lib):
        if value.last == "FROM_IMAGE":
            return None
        match = _RUNTIME.match(value.last)
        if match is None:
            return value.last.lower()
        return f"python{match[2]}.{match[3]}" if match[1] else f"nodejs{match[5]}.x"
    return valued(value, Place("", 1, 1, 1, 1)).content


# -- code ------------------------------------------------------------------------------------------------------------


def _code(making: Making, thing: Thing) -> tuple[Code, Value | None]:
    """Where the code is, and the handler."""
    if thing.kind in {"PythonFunction", "NodejsFunction", "GoFunction"}:
        return _of_entry(making, thing)
    given = prop(thing, "code")
    handler = told(thing, "handler")
    if thing.kind == "DockerImageFunction" or (isinstance(given, Call) and "Image" in given.name):
        return _of_image(making, thing, given)
    return code_of(making, thing, given, handler), handler


def _of_entry(making: Making, thing: Thing) -> tuple[Code, Value | None]:
    entry, index, name = prop(thing, "entry"), prop(thing, "index"), prop(thing, "handler")
    index = "index.py" if index is None and not thing.props.open else index
    name = "handler" if name is None and not thing.props.open else name
    is_python = thing.kind == "PythonFunction"
    handler = unknown("the handler is not known", thing.place)
    if isinstance(index, str) and isinstance(name, str):
        handler = known(f"{index.removesuffix('.py')}.{name}" if is_python else name, thing.place)
    elif isinstance(index, Choice) or isinstance(name, Choice):
        handler = unknown("the handler depends on a condition", thing.place)
    return _asset(making, thing, entry, handler), handler


def _of_image(making: Making, thing: Thing, given: Any) -> tuple[Code, Value | None]:
    place = given.place if isinstance(given, Call) else thing.place
    if not isinstance(given, Call) or given.name not in {"fromImageAsset", "fromAssetImage"}:
        return Code("image", reason="the code is in an image that is built elsewhere", place=place), None
    folder = _folder(making, thing, (given.args or (None,))[0], "Dockerfile")
    command = prop(given, "cmd")
    handler = valued(command[0], place) if isinstance(command, list) and command else None
    if folder is None:
        return Code("image", reason="the folder of the image is not known", place=place), handler
    file = prop(given, "file")
    if file is not None and not isinstance(file, str):
        return Code("image", folder, place=place), handler
    path = posixpath.normpath(f"{folder}/{file or 'Dockerfile'}")
    dockerfile = (making.program.read(path) or b"").decode("utf-8", "replace")
    if handler is None:
        found = images.command_of(dockerfile)
        handler = known(found, place) if found is not None else None
    name = handler.text if handler is not None else None
    copied = images.folders_of(dockerfile, folder, name, making.program.read) if name else ()
    return Code("image", folder, handler_folders=copied, place=place), handler


def code_of(making: Making, thing: Thing, given: Any, handler: Value | None) -> Code:
    """The code that a property names."""
    if isinstance(given, Choice):
        found = [code_of(making, thing, one.content, handler) for one in given.cases if one.content is not None]
        same = {one.folder for one in found}
        if found and len(same) == 1:
            return found[0]
        return Code("unknown", reason="the code depends on a condition", place=thing.place)
    name = given.name if isinstance(given, Call) else given.kind if isinstance(given, Thing) else ""
    arguments = (given.args or ()) if isinstance(given, (Call, Thing)) else ()
    place = given.place if isinstance(given, (Call, Thing)) else thing.place
    if name in {"fromAsset", "asset", "AssetCode", "fromDockerBuild"} and arguments:
        made = _asset(making, thing, arguments[0], handler, place)
        return made if made.kind == "folder" else bundled(making, made, prop(given, "bundling"), handler)
    if name in {"fromInline", "inline", "InlineCode"}:
        return Code("inline", place=place)
    asset = next((one for one in _assets_in(arguments)), None)
    if asset is not None:
        return _asset(making, thing, prop(asset, "path"), handler, place)
    if name in {"fromBucket", "fromBucketV2", "S3Code", "bucket", "fromCfnParameters"}:
        key = arguments[1] if len(arguments) > 1 else None
        named = archive_of(valued(key, place)) if key is not None else ""
        return Code("archive", reason="the code is an archive in S3", place=place, archive=named)
    reason = given.reason if isinstance(given, Hole) else "the code is made in a way that is not followed"
    return Code("unknown", handler_folders=_folders_in(making, given, handler), reason=reason, place=place)


def _asset(making: Making, thing: Thing, given: Any, handler: Value | None, place: Place | None = None) -> Code:
    place = place or thing.place
    if isinstance(given, str) and given.endswith((".zip", ".jar")):
        named = posixpath.basename(given)
        return Code("archive", reason=f"{named} is made by a build", place=place, archive=archive_at(given))
    module = (handler.text or "").rpartition(".")[0] if handler is not None else ""
    file = f"{module if '/' in module else module.replace('.', '/')}.py" if module else ""
    folder = _folder(making, thing, given, file)
    if folder is None:
        reason = given.reason if isinstance(given, Hole) else "the path of the code is not known"
        return Code("unknown", reason=reason, place=place)
    if file and making.program.read(f"{folder}/{file}") is None and thing.kind != "NodejsFunction":
        return Code("archive", folder, reason="the handler is put there by a build", place=place)
    return Code("folder", folder, place=place)


def _folder(making: Making, thing: Thing, given: Any, file: str) -> str | None:
    """The folder that a path names: from the folder where the application runs, else from one above the file."""
    if not isinstance(given, str) or not given:
        return None
    base = making.program.base_of(thing.place.path)
    found = posixpath.normpath(posixpath.join(base, given)).rstrip("/")
    if given.startswith("/") or not file or making.program.read(f"{found}/{file}") is not None:
        return found
    current = posixpath.dirname(thing.place.path)
    while current and current != "/":
        other = posixpath.normpath(posixpath.join(current, given)).rstrip("/")
        if making.program.read(f"{other}/{file}") is not None:
            return other
        current = posixpath.dirname(current)
    return found


def _assets_in(arguments: tuple[Any, ...]) -> Iterator[Thing]:
    """The assets whose bucket and key are given."""
    for one in arguments:
        owner = one.owner if isinstance(one, Call) else one
        if isinstance(owner, Thing) and owner.kind == "Asset":
            yield owner


def _folders_in(making: Making, given: Any, handler: Value | None) -> tuple[str, ...]:
    """The folders among the arguments of a call that is not followed, that hold the handler."""
    module = (handler.text or "").rpartition(".")[0] if handler is not None else ""
    waiting, found = [given], []
    while waiting:
        current = waiting.pop()
        if isinstance(current, (Call, Thing)):
            waiting.extend(current.args or ())
        elif isinstance(current, str) and current.startswith("/") and module:
            path = f"{current.rstrip('/')}/{module.replace('.', '/')}.py"
            if making.program.read(path) is not None:
                found.append(current.rstrip("/"))
    return tuple(dict.fromkeys(found))


# -- what it may do, and what becomes of failures --------------------------------------------------------------------


def _dead_letter(thing: Thing) -> Value | None:
    given = prop(thing, "deadLetterQueue")
    given = prop(thing, "deadLetterTopic") if given is None else given
    if given is not None:
        return refer(given, thing.place)
    enabled = prop(thing, "deadLetterQueueEnabled")
    return known("a queue made by the CDK", thing.place) if enabled is True else None


def _retries(thing: Thing, calls: list[Call]) -> Retries | None:
    configured: list[Thing | Call] = [thing, *(call for call in calls if call.name == "configureAsyncInvoke")]
    for one in configured:
        found = Retries(
            told(one, "retryAttempts") if prop(one, "retryAttempts") is not None else None,
            told(one, "maxEventAge") if prop(one, "maxEventAge") is not None else None,
            on_failure=destination(prop(one, "onFailure"), one.place),
            on_success=destination(prop(one, "onSuccess"), one.place),
            place=one.place,
        )
        if any(part is not None for part in (found.attempts, found.age_seconds, found.on_failure, found.on_success)):
            return found
    return None


def destination(value: Any, place: Place) -> Value | None:
    """The ARN of where something goes: the first argument of SqsDestination and its like."""
    if isinstance(value, Thing) and not value.path and value.args:
        return refer(value.args[0], place)
    return refer(value, place)


def _url(calls: list[Call]) -> Value | None:
    for call in calls:
        if call.name == "addFunctionUrl":
            return told(call, "authType") or known("AWS_IAM", call.place)
    return None


def _access(thing: Thing, calls: list[Call]) -> Access:
    found: list[Statement] = []
    given = [prop(thing, "initialPolicy"), *(list(c.args or ()) for c in calls if c.name == "addToRolePolicy")]
    for one in given:
        for statement in one if isinstance(one, list) else ():
            made = statement_of(statement)
            if made is not None:
                found.append(made)
    for call in calls:
        if call.name == "grantInvoke" and isinstance(call.owner, Thing):
            resource = refer(call.owner, call.place)
            if resource is not None:
                found.append(Statement(True, (known("lambda:InvokeFunction", call.place),), (resource,), call.place))
    return Access(tuple(found), (_GRANTS,))


def statement_of(value: Any) -> Statement | None:
    """The statement of a policy that is an object of the CDK."""
    if not isinstance(value, Thing) or value.kind != "PolicyStatement":
        return None
    lists = {name: prop(value, name) for name in ("actions", "resources", "notActions", "notResources", "conditions")}
    effect = prop(value, "effect")
    return Statement(
        not (isinstance(effect, Lib) and effect.last == "DENY"),
        tuple(valued(one, value.place) for one in items(lists["actions"])),
        tuple(valued(one, value.place) for one in items(lists["resources"])),
        value.place,
        any(lists[name] is not None for name in ("notActions", "notResources", "conditions")),
    )


def layer(making: Making, thing: Thing) -> Layer:
    """A version of a layer."""
    given = prop(thing, "entry") if thing.kind == "PythonLayerVersion" else prop(thing, "code")
    if thing.kind == "PythonLayerVersion":
        code = _asset(making, thing, given, None)
    else:
        code = code_of(making, thing, given, None)
    return Layer(
        thing.key, f"aws_cdk.{thing.kind}", thing.place, thing.when, told(thing, "layerVersionName"), code=code
    )


def alias(thing: Thing) -> Alias:
    """An alias, or a version."""
    target = prop(thing, "version") if thing.kind == "Alias" else prop(thing, "lambda")
    return Alias(
        thing.key,
        f"aws_cdk.{thing.kind}",
        thing.place,
        thing.when,
        told(thing, "aliasName"),
        function=refer(target, thing.place),
    )
