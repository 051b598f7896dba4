"""Modules of the registry that are known: terraform-aws-modules/lambda, and those like it that have a handler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.model import (
    Access,
    Code,
    EventSourceMapping,
    Function,
    Layer,
    Permission,
    Resource,
    Retries,
    Statement,
    Trigger,
)
from invocation_lint.deployment.terraform.access import access_of, managed_of
from invocation_lint.deployment.terraform.bodies import Made
from invocation_lint.deployment.terraform.lambdas import code_at
from invocation_lint.deployment.terraform.outside import invoke_arn
from invocation_lint.deployment.terraform.triggers import state_machine
from invocation_lint.deployment.terraform.values import Reference
from invocation_lint.deployment.values import Attribute, Hole, Key, Text, Value, known

if TYPE_CHECKING:
    from invocation_lint.deployment.terraform.modules import Instance

_FUNCTION = {
    "lambda_function_arn": "arn", "lambda_function_name": "name", "this_lambda_function_arn": "arn",
    "this_lambda_function_name": "name", "lambda_function_arn_static": "arn", "lambda_layer_arn": "arn",
}  # fmt: skip
_OTHERS = {"state_machine_arn": "arn", "queue_arn": "arn", "queue_url": "url", "queue_id": "url", "topic_arn": "arn"}


def output_of(instance: Instance, one: Reference, name: str) -> Any:
    """What a module that lies elsewhere gives."""
    key = instance.key(one)
    if name in {"lambda_function_invoke_arn", "this_lambda_function_invoke_arn"}:
        return Text(invoke_arn(Attribute(key, "arn")))
    if name in {"lambda_function_qualified_arn", "this_lambda_function_qualified_arn"}:
        version = Hole(f"version of {key.id}", key.template, "a version is made when it is deployed")
        return Text((Attribute(key, "arn"), ":", version))
    return Text((Attribute(key, _FUNCTION.get(name) or _OTHERS.get(name) or name),))


def package(made: Made) -> Iterator[Resource]:
    """What a module that lies elsewhere makes, as far as it is known."""
    source = made.body.text("source")
    if made.body.node("definition") is not None and "step-functions" in source:
        yield from state_machine(made)
    elif made.value("create_layer") is not None and made.body.text("create_layer") == "true":
        yield Layer(*made.head, made.value("layer_name"), code=_code(made))
    elif made.body.node("handler") is not None or ("/lambda/aws" in source and made.body.node("image_uri") is not None):
        yield from _function(made)


def _function(made: Made) -> Iterator[Resource]:
    body = made.body
    variables, is_open = body.entries("environment_variables")
    retries = Retries(
        made.value("maximum_retry_attempts"),
        made.value("maximum_event_age_in_seconds"),
        on_failure=made.value("destination_on_failure"),
        on_success=made.value("destination_on_success"),
        place=made.place,
    )
    has_url = _is_on(made, "create_lambda_function_url")
    is_retried = body.text("create_async_event_config") == "true"
    url = made.value("authorization_type") or known("NONE", made.place)
    handler = made.value("handler")
    if handler is None:
        command = body.items("image_config_command")
        handler = command[0] if command else None
    function = Function(
        *made.head,
        made.value("function_name"),
        called=made.reference.name,
        handler=handler,
        runtime=made.value("runtime"),
        code=_code(made),
        layers=body.items("layers"),
        timeout_seconds=made.value("timeout"),
        memory_mb=made.value("memory_size"),
        environment=variables,
        environment_open=is_open,
        role=made.value("lambda_role"),
        access=_access(made),
        concurrency=made.value("reserved_concurrent_executions"),
        dead_letter=made.value("dead_letter_target_arn"),
        retries=retries if is_retried else None,
        url=url if has_url else None,
    )
    yield function
    own = made.own("arn")
    for name, one in body.entries("event_source_mapping")[0].items():
        told = one.entries
        starting = told.get("starting_position")
        yield EventSourceMapping(
            Key(made.key.template, f"{made.key.id}.{name}"),
            made.type,
            one.place,
            made.when,
            kind="stream" if starting is not None else "queue",
            function=own,
            source=told.get("event_source_arn"),
            batch_size=told.get("batch_size"),
            window_seconds=told.get("maximum_batching_window_in_seconds"),
            reports_item_failures=told.get("function_response_types"),
            max_attempts=told.get("maximum_retry_attempts"),
            bisects=told.get("bisect_batch_on_function_error"),
            starting_position=starting,
        )
    for name, one in body.entries("allowed_triggers")[0].items():
        told = one.entries
        service = told.get("service")
        principal = told.get("principal")
        if principal is None and service is not None and service.text is not None:
            principal = known(f"{service.text}.amazonaws.com", service.place)
        yield Permission(
            Key(made.key.template, f"{made.key.id}.{name}"),
            made.type,
            one.place,
            made.when,
            function=own,
            principal=principal,
            source=told.get("source_arn"),
        )
    if has_url:
        yield Trigger(*made.head, kind="function_url", function=own)


def _is_on(made: Made, name: str) -> bool:
    value = made.value(name)
    return value is not None and value.truth is True


def _access(made: Made) -> Access:
    document = access_of(made.body.structure("policy_json"))
    found = list(document.statements)
    for one in made.body.entries("policy_statements")[0].values():
        told = one.entries
        effect = told.get("effect")
        lists = [told.get(name) for name in ("actions", "resources")]
        actions, resources = (one.items if one is not None else () for one in lists)
        is_conditional = any(name in told for name in ("condition", "not_actions", "not_resources"))
        allows = effect is None or (effect.text or "").lower() != "deny"
        found.append(Statement(allows, actions, resources, one.place, is_conditional))
    managed = made.body.items("policies") or made.body.items("policy")
    return Access(tuple(found), (*document.open, *managed_of(managed)))


def _code(made: Made) -> Code:
    body = made.body
    if body.node("image_uri") is not None:
        return Code("image", reason="the code is in an image that is built elsewhere", place=made.place)
    given = made.value("source_path")
    content = given.content if given is not None else None
    first = content[0] if isinstance(content, tuple) and content else given
    path = _path(first)
    if path:
        return code_at(made, path, made.place)
    archive = body.text("local_existing_package")
    if archive:
        return code_at(made, archive, made.place)
    if body.node("s3_existing_package") is not None:
        return Code("archive", reason="the code is an archive in S3", place=made.place)
    why = "; ".join(given.reasons) if given is not None else ""
    return Code("unknown", reason=why or "no code is named", place=made.place)


def _path(value: Value | None) -> str:
    if value is None:
        return ""
    inner = value.entries.get("path")
    return (inner.text if inner is not None else value.text) or ""
