"""What invokes functions: event sources, integrations, data sources, custom resources, triggers of other services.

AWS: CDK API reference, version 2; the modules aws-lambda-event-sources, aws-apigateway, aws-apigatewayv2-integrations,
aws-appsync, aws-cognito, custom-resources, aws-logs-destinations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.cdk_constructs.functions import FUNCTIONS, destination
from invocation_lint.deployment.cdk_constructs.making import Making, function_of, items, prop, refer, told, valued
from invocation_lint.deployment.cdk_constructs.messaging import event_names, notified, subscribed
from invocation_lint.deployment.cdk_constructs.things import Call, Choice, Closure, Obj, Thing, cases_of
from invocation_lint.deployment.model import EventSourceMapping, Permission, Resource, Trigger
from invocation_lint.deployment.values import Attribute, Text, Value, known, unknown
from invocation_lint.findings import Place

_POLLED = {
    "SqsEventSource": "queue", "DynamoEventSource": "stream", "KinesisEventSource": "stream",
    "KinesisConsumerEventSource": "stream", "ManagedKafkaEventSource": "stream",
    "SelfManagedKafkaEventSource": "stream",
}  # fmt: skip
_PUSHED = {"S3EventSource": "s3", "S3EventSourceV2": "s3", "SnsEventSource": "sns", "ApiEventSource": "rest_api"}

_GIVEN_FIRST = {
    "LambdaIntegration": "rest_api", "LambdaTarget": "load_balancer", "LambdaDestination": "event",
}  # fmt: skip
_GIVEN_SECOND = {"HttpLambdaIntegration": "http_api", "WebSocketLambdaIntegration": "http"}
_GIVEN_BY = {
    "LambdaRestApi": ("rest_api", ("handler",)),
    "LambdaProxyIntegration": ("http_api", ("handler",)),
    "LambdaWebSocketIntegration": ("http", ("handler",)),
    "TokenAuthorizer": ("service", ("handler",)),
    "RequestAuthorizer": ("service", ("handler",)),
    "LambdaDataSource": ("service", ("lambdaFunction",)),
    "Provider": ("custom_resource", ("onEventHandler", "isCompleteHandler")),
    "CustomResource": ("custom_resource", ("serviceToken",)),
    "LambdaInvoke": ("state_machine", ("lambdaFunction",)),
    "RunLambdaTask": ("state_machine", ("lambdaFunction",)),
    "LambdaInvocation": ("rest_api", ("handler",)),
}  # fmt: skip
_CALLS = {"addFunctionUrl": "function_url", "addLambdaDataSource": "service", "addTrigger": "cognito"}
_OWN_STATE_MACHINE = re.compile(r"(?:StateMachine|StepFunctions?)(?:Construct)?\Z")
"""How a project, or a library, calls constructs that hold a state machine: they are given its tasks."""


def is_function(value: Any) -> bool:
    """Whether a value is a function, an alias or a version of one."""
    thing = function_of(value)
    return thing is not None and (
        thing.kind in FUNCTIONS or (thing.kind in {"Alias", "Version"} and "lambda" in thing.module)
    )


def of_thing(making: Making, thing: Thing, calls: list[Call]) -> Iterator[Resource]:
    """What a construct, or another object of a library, does to functions that it is given."""
    if thing.kind in _GIVEN_FIRST and thing.args and not thing.path:
        if "s3" not in thing.module and "lambda-destinations" not in thing.module:
            yield from _trigger(making, thing, _GIVEN_FIRST[thing.kind], thing.args[0])
    elif thing.kind in _GIVEN_SECOND and len(thing.args) > 1:
        yield from _trigger(making, thing, _GIVEN_SECOND[thing.kind], thing.args[1])
    elif thing.kind in _GIVEN_BY:
        kind, names = _GIVEN_BY[thing.kind]
        for name in names:
            yield from _trigger(making, thing, kind, prop(thing, name))
    elif thing.kind == "UserPool":
        for one in cases_of(prop(thing, "lambdaTriggers")):
            for function in one.content.entries.values() if isinstance(one.content, Obj) else ():
                yield from _trigger(making, thing, "cognito", function)
    elif thing.kind == "EventSourceMapping":
        yield _mapping(making, thing, refer(prop(thing, "target"), thing.place), thing)
    elif thing.kind == "Distribution":
        for function in functions_in(thing.args):
            yield from _trigger(making, thing, "service", function)
    elif _OWN_STATE_MACHINE.search(thing.kind) and thing.cls is None and not prop(thing, "definition"):
        for function in functions_in(thing.args):
            yield from _trigger(making, thing, "state_machine", function)


def functions_in(value: Any, depth: int = 0) -> Iterator[Any]:
    """The functions in a value, and the texts that are the name or the ARN of one."""
    if depth > 8 or isinstance(value, Closure):
        return
    if is_function(value) or (isinstance(value, Text) and isinstance(value.attribute, Attribute)):
        yield value
    elif isinstance(value, Choice):
        for case in value.cases:
            yield from functions_in(case.content, depth + 1)
    elif isinstance(value, Obj):
        for one in value.entries.values():
            yield from functions_in(one, depth + 1)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from functions_in(one, depth + 1)
    elif isinstance(value, Call) or (isinstance(value, Thing) and not value.path):
        yield from functions_in(value.args or (), depth + 1)


def _trigger(making: Making, thing: Thing, kind: str, function: Any) -> Iterator[Trigger]:
    if function is None:
        return
    machine = making.machine_around(thing) if kind == "state_machine" else None
    yield Trigger(
        thing.key if thing.path else making.key_at(None, thing.kind, thing.place),
        f"aws_cdk.{thing.kind}",
        thing.place,
        thing.when,
        kind=kind,
        function=refer(function, thing.place),
        source=refer(machine, thing.place) if machine is not None else None,
        timeout_ms=_milliseconds(told(thing, "timeout") if kind in {"rest_api", "http_api"} else None),
        input=_payload(thing) if kind == "state_machine" else None,
        is_proxy=kind != "rest_api" or _is_proxy(thing),
    )


def _is_proxy(thing: Thing) -> bool:
    """Whether what the function returns is the response as it is: LambdaIntegrationOptions, proxy, by default true."""
    options: Any = thing
    if thing.kind == "LambdaRestApi":  # whose own `proxy` is about the paths that it serves
        options = prop(thing, "integrationOptions")
        if options is None:
            return not thing.props.open
    given = options.props if isinstance(options, Thing) else options
    return isinstance(given, Obj) and given.entries.get("proxy", not given.open) is True


def _milliseconds(value: Value | None) -> Value | None:
    return known(value.number * 1000, value.place) if value is not None and value.number is not None else None


def _payload(thing: Thing) -> Value | None:
    """The constant input of a task, or of a target: `TaskInput.fromObject({..})`."""
    return constant_input(prop(thing, "payload") or prop(thing, "payloadResponseOnly"), thing.place)


def constant_input(value: Any, place: Place) -> Value | None:
    """What `fromObject({..})` or `fromText("..")` gives."""
    if isinstance(value, Call) and value.name in {"fromObject", "fromText"} and value.args:
        return valued(value.args[0], place)
    return None


def of_call(making: Making, call: Call) -> Iterator[Resource]:
    """What the call of a method does to functions."""
    given = list(call.args or ())
    owner = function_of(call.owner)
    if call.name == "addSubscription" and given:
        yield from subscribed(making, call)
    elif call.name.startswith("add") and call.name.endswith("Notification"):
        yield from notified(making, call)
    elif call.name == "addEventSource" and owner is not None and given:
        for case in cases_of(given[0]):
            if isinstance(case.content, Thing):
                yield from _event_source(making, call, owner, case.content)
    elif call.name == "addEventSourceMapping" and owner is not None:
        yield _mapping(making, call, refer(owner, call.place), owner)
    elif call.name in _CALLS and (call.name == "addFunctionUrl" or len(given) > 1):
        function = owner if call.name == "addFunctionUrl" else given[1]
        yield _by(making, call, _CALLS[call.name], function)
    elif call.name in {"addPermission", "grantInvoke"} and owner is not None and given:
        yield from _permission(making, call, owner)


def _by(making: Making, call: Call, kind: str, function: Any) -> Trigger:
    owner = call.owner if isinstance(call.owner, Thing) else None
    key = making.key_at(owner, call.name, call.place)
    return Trigger(key, f"aws_cdk.{call.name}", call.place, call.when, kind=kind, function=refer(function, call.place))


def _permission(making: Making, call: Call, owner: Thing) -> Iterator[Permission]:
    given = list(call.args or ())
    principal = call.props.entries.get("principal") if call.name == "addPermission" else given[0]
    if not isinstance(principal, Thing) or principal.kind not in {"ServicePrincipal", "AccountPrincipal"}:
        return
    source = call.props.entries.get("sourceArn")
    yield Permission(
        making.key_at(owner, "Permission", call.place),
        f"aws_cdk.{call.name}",
        call.place,
        call.when,
        function=refer(owner, call.place),
        principal=valued(principal.args[0], call.place) if principal.args else None,
        action=told(call, "action") or known("lambda:InvokeFunction", call.place),
        source=valued(source, call.place) if source is not None else None,
    )


# -- event sources ---------------------------------------------------------------------------------------------------


def _event_source(making: Making, call: Call, function: Thing, source: Thing) -> Iterator[Resource]:
    if source.kind in _POLLED:
        yield _mapping(making, source, refer(function, call.place), function, source.args[0] if source.args else None)
        return
    kind = _PUSHED.get(source.kind)
    if kind is None:
        return
    is_api = kind == "rest_api"
    given = [valued(one, source.place) for one in source.args[:2]] if is_api else []
    yield Trigger(
        making.key_at(function, source.kind, source.place),
        f"aws_cdk.{source.kind}",
        source.place,
        call.when,
        kind=kind,
        function=refer(function, call.place),
        source=refer(source.args[0], source.place) if source.args and not is_api else None,
        pattern=told(source, "filterPolicy", "filters"),
        events=event_names(prop(source, "events"), source.place),
        method=given[0] if given else None,
        path=given[1] if len(given) > 1 else None,
        dead_letter=refer(prop(source, "deadLetterQueue"), source.place),
    )


def _mapping(
    making: Making, one: Thing | Call, function: Value | None, owner: Thing, source: Any = None
) -> EventSourceMapping:
    """What Lambda polls, from an event source or a mapping by itself."""
    kind = one.kind if isinstance(one, Thing) else one.name
    starting = told(one, "startingPosition")
    arn = refer(source, one.place, "stream_arn" if kind == "DynamoEventSource" else "arn") or told(
        one, "eventSourceArn"
    )
    polled = _POLLED.get(kind) or ("stream" if starting is not None else "queue")
    reports = prop(one, "reportBatchItemFailures")
    response = valued(["ReportBatchItemFailures"], one.place) if reports is True else None
    if reports is not None and not isinstance(reports, bool):
        response = valued(reports, one.place)
    if reports is None and one.props.open:
        response = unknown(one.props.open, one.place)
    is_construct = isinstance(one, Thing) and bool(one.path)
    return EventSourceMapping(
        one.key if isinstance(one, Thing) and is_construct else making.key_at(owner, kind, one.place),
        f"aws_cdk.{kind}",
        one.place,
        one.when,
        kind=polled,
        function=function,
        source=arn,
        is_enabled=told(one, "enabled"),
        batch_size=told(one, "batchSize"),
        window_seconds=told(one, "maxBatchingWindow"),
        reports_item_failures=response,
        filters=tuple(_filter(each, one.place) for each in items(prop(one, "filters"))),
        on_failure=destination(prop(one, "onFailure"), one.place),
        max_attempts=told(one, "retryAttempts"),
        max_age_seconds=told(one, "maxRecordAge"),
        bisects=told(one, "bisectBatchOnError", "bisectBatchOnFunctionError"),
        parallel_batches=told(one, "parallelizationFactor"),
        max_concurrency=told(one, "maxConcurrency"),
        starting_position=starting,
    )


def _filter(value: Any, place: Place) -> Value:
    if isinstance(value, Call) and value.name == "filter" and value.args:
        return valued(value.args[0], place)
    pattern = value.entries.get("pattern") if isinstance(value, Obj) else None
    return valued(pattern if pattern is not None else value, place)
