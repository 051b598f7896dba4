"""Which functions are Lambda handlers, what invokes them, and what becomes of an error that leaves them.

Templates say it where they name the handler. Where none does, the parameters and the name of a function make it a
handler, and what it reads of its event tells where that comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.deployment.kinds import FRONTS, REDELIVERING, WAITING
from invocation_lint.facts.building.handling.event_reads import (
    constants,
    event_name,
    keys_read,
    paths_read,
    takes_body_apart,
)
from invocation_lint.records import record
from invocation_lint.source.names import ImportMap

_EVENT_NAMES = re.compile(r"^_*(event|evt|e|ev|input_event|lambda_event)_*$")
_CONTEXT_NAMES = re.compile(r"^_*(context|ctx|ctxt|c|lambda_context|unused_context|_)?_*$")

HTTP_READS = frozenset(
    {"httpMethod", "requestContext", "body", "pathParameters", "queryStringParameters", "rawPath", "headers",
     "multiValueHeaders", "routeKey", "isBase64Encoded"}
)  # fmt: skip
"""Keys of the events of APIs."""

_OF_DESTINATIONS = frozenset({"requestPayload", "responsePayload"})
"""Keys of the record that Lambda sends to a destination (Lambda developer guide, asynchronous invocation records)."""

_BUS_READS = frozenset({"detail", "detail-type"})
"""Keys of the events of EventBridge, and of no request."""

_SOURCE_MARKS = {
    "aws:sqs": "queue",
    "messageId": "queue",
    "receiptHandle": "queue",
    "kinesis": "stream",
    "dynamodb": "stream",
    "NewImage": "stream",
    "s3": "s3",
    "Sns": "sns",
    "detail": "eventbridge",
    "detail-type": "eventbridge",
}

_SOURCE_WORDS = {"queue": "queue", "sqs": "queue", "kinesis": "stream", "stream": "stream", "sns": "sns"}
"""Words in the name of a function that is given an event, and what delivers it."""

_STATE_MACHINE = re.compile(r"(?i)(?:^|[/_.-])(?:state[_-]?machines?|step[_-]?(?:functions?|fns?)|sfn)(?:[/_.-]|$)")
"""Names of folders and files that hold the tasks of a state machine, which answers for their errors itself."""

_TASK_TOKENS = frozenset({"taskToken", "TaskToken", "task_token"})
"""Keys under which a state machine hands a token to a task that it waits for (AWS: Step Functions, callbacks)."""

_ITERATOR = frozenset({"index", "count", "step"})
"""What a state machine keeps under `iterator` for a task that counts (AWS: Step Functions, iterating with Lambda)."""

_COGNITO = frozenset({"triggerSource", "userPoolId"})
"""Keys of each event of a Cognito trigger; an error refuses what the user asks for, which is what it is for."""

_BY_THE_CLOCK = re.compile(r"(?i)(?<![a-z])(?:daily|hourly|nightly|weekly|monthly|cron|cronjob|scheduled)(?![a-z])")
"""Words in the name of a handler, its file or the folder of it, that say when it runs."""

_BY_HAND = re.compile(r"(?:^|_)(?:local|locally|manual|manually|debug|offline)(?:_|$)")
"""Words in the name of a function that a developer runs."""


@record
class Invoked:
    """What triggers a handler, and what takes an error that leaves it; None where nothing tells, or nothing does."""

    source: str | None
    boundary: Any


NOT_TOLD = Invoked(None, None)
"""Nothing tells what invokes a handler."""


def invoked(module: ModuleInfo, function: FunctionInfo, kinds: frozenset[str]) -> Invoked:
    """What invokes a handler: `kinds`, by the templates that name it, else as its path and what it reads tell."""
    if kinds:
        return _as_told(kinds)
    source = event_source(module, function)
    if source in REDELIVERING:
        return Invoked(source, "redelivered")
    if source == "cognito":
        return Invoked("direct", "trigger")
    if source is None and (_STATE_MACHINE.search(module.path) or _is_given_a_task(function)):
        return Invoked(None, "state_machine")
    return Invoked(source, None)


def _as_told(kinds: frozenset[str]) -> Invoked:
    waiting, again = kinds & WAITING, sorted(kinds & REDELIVERING)
    if waiting:  # whatever else invokes it, there is somebody who gets the error for an answer
        return Invoked("http" if FRONTS & waiting else "direct", None)
    if "state_machine" in kinds:
        return Invoked("direct", "state_machine")
    if again:
        return Invoked("direct" if again[0] == "event" else again[0], "redelivered")
    return Invoked("direct", "trigger")


def _is_given_a_task(handler: FunctionInfo) -> bool:
    """Whether a handler reads of its event what only a state machine gives."""
    paths = {path for path in paths_read(handler) if path[0] not in HTTP_READS}
    return any(path[-1] in _TASK_TOKENS or (path[0] == "iterator" and path[-1] in _ITERATOR) for path in paths)


def _request_keys(handler: FunctionInfo) -> frozenset[str]:
    """The keys of a request that a handler may read: the body of one is text, and has no keys."""
    return HTTP_READS - {"body"} if takes_body_apart(handler) else HTTP_READS


_OF_BROWSERS = re.compile(r"(?i)access-control-\w|content-type|set-cookie")
"""Names of headers, which nobody but a client of an API is answered."""


def is_asked_over_http(module: ModuleInfo, handler: FunctionInfo) -> bool:
    """Whether more than a `statusCode` in the result, which functions behind schedules and events return as well, tells
    that an API invokes a handler: a key of a request that it or a function near it reads, a header that it answers."""
    if told_by_type(handler) == "http":
        return True
    near = [info for info in module.functions.values() if info.name in handler.mentions and info is not handler]
    return any(
        keys_read(info) & _request_keys(info) or any(map(_OF_BROWSERS.match, constants(_deep_nodes(info))))
        for info in (handler, *near)
    )


def answers_nobody(handler: FunctionInfo) -> bool:
    """Whether a handler returns nothing, an exit status or a word (`"done"`): it was hardly written for an invoker who
    waits for it."""
    returns = (node.value for node in own_nodes(handler.node) if isinstance(node, cst.Return))
    return all(
        value is None or (isinstance(value, cst.Name) and value.value in {"None", "True"}) or _is_word(value)
        for value in returns
    )


def _is_word(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.SimpleString) or (isinstance(value, cst.Integer) and value.value == "0")


def may_be_handler(function: FunctionInfo) -> bool:
    """Whether Lambda could invoke a function: it stands in no other, and takes an event and a context by position."""
    if function.parent is not None or function.is_lambda:
        return False
    count = len(function.positional) - (function.cls is not None)
    return count >= 2 and count - min(count, function.defaults) <= 2 and not function.needs_keyword


_OF_CHALICE = frozenset({
    "on_sqs_message", "on_sns_message", "on_s3_event", "on_dynamodb_record", "on_kinesis_record", "on_cw_event",
    "schedule",
})  # fmt: skip
"""Decorators of Chalice whose functions take one object for the event (Chalice documentation, API, event sources)."""


def takes_event_of_chalice(function: FunctionInfo) -> bool:
    """Whether Chalice calls a function with the event, wrapped in an object that yields the records."""
    if function.parent is not None or function.cls is not None or len(function.positional) != 1:
        return False
    given = (one.func for one in function.decorators if isinstance(one, cst.Call))
    return any(isinstance(one, cst.Attribute) and one.attr.value in _OF_CHALICE for one in given)


def is_handler(function: FunctionInfo) -> bool:
    """Whether a function is a Lambda handler where no template tells: by what it takes, and a name that says so."""
    if not may_be_handler(function):
        return False
    names = function.positional[function.cls is not None :]
    named = function.name.lower()
    if _BY_HAND.search(named):
        return False
    says_handler = "handler" in named or named in {"main", "lambda_function", "run", "invoke", "entrypoint", "entry"}
    event, context = bool(_EVENT_NAMES.match(names[0])), bool(_CONTEXT_NAMES.match(names[1]))
    if event and context and names[1] not in {"c", "e", ""}:
        return True
    return says_handler and (event or context) and function.cls is None


def _deep_nodes(function: FunctionInfo) -> Iterator[cst.CSTNode]:
    yield from own_nodes(function.node)


_DATA_CLASSES = (
    (re.compile(r"(?:SQSEvent|SqsModel|SqsEnvelope)\Z"), "queue"),
    (re.compile(r"(?:Kinesis\w*|DynamoDB\w*|Kafka\w*|DynamoDBStream)(?:Event|Model|Envelope)\Z"), "stream"),
    (re.compile(r"S3EventBridge\w+\Z|EventBridge(?:Event|Model|Envelope)\Z"), "eventbridge"),
    (re.compile(r"S3(?:Event|Model)\Z"), "s3"),
    (re.compile(r"(?:SNSEvent|SnsModel|SnsEnvelope)\Z"), "sns"),
    (re.compile(r"(?:APIGateway|Api[Gg]ateway|ALB|Alb|LambdaFunctionUrl|VPCLattice|VpcLattice)\w*"
                r"(?:Event|EventV2|Model|ModelV2|V2Model|Envelope|EnvelopeV2|V2Envelope)\Z"), "http"),
    (re.compile(r"CloudFormationCustomResource\w*\Z"), "custom_resource"),
)  # fmt: skip
"""Data classes, models and envelopes of Powertools, and what delivers such an event."""


def told_by_type(handler: FunctionInfo) -> str | None:
    """What a decorator (`event_source`, `event_parser`) or the annotation of the event says that delivers it."""
    params = [*handler.node.params.posonly_params, *handler.node.params.params]
    first = next(iter(params[1:] if handler.cls is not None else params), None)
    parts: list[cst.CSTNode] = [item for item in handler.decorators if isinstance(item, cst.Call)]
    parts += [first.annotation] if first is not None and first.annotation is not None else []
    return _told_by_class(node for part in parts for node in own_nodes(part))


def _told_by_class(nodes: Iterable[cst.CSTNode]) -> str | None:
    """What the first data class among the names says that delivers the event."""
    names = (node.value for node in nodes if isinstance(node, cst.Name))
    return next((source for name in names for pattern, source in _DATA_CLASSES if pattern.match(name)), None)


_PROCESSING = frozenset({"process_partial_response", "async_process_partial_response", "batch_processor",
                         "async_batch_processor", "SqsFifoPartialProcessor"})  # fmt: skip
_PROCESSED = {"SQS": "queue", "SqsFifoPartialProcessor": "queue", "KinesisDataStreams": "stream",
              "DynamoDBStreams": "stream"}  # fmt: skip
"""What Powertools calls batches, and what delivers them: `BatchProcessor(event_type=EventType.SQS)`."""


def _hands_to_processor(module: ModuleInfo, handler: FunctionInfo) -> bool:
    """Whether a handler hands its event to Powertools, under whichever name."""
    if _PROCESSING & handler.words:
        return True
    imports = ImportMap.of(module.source.module)
    calls = (dotted(node.func) for node in own_nodes(handler.node) if isinstance(node, cst.Call))
    return any(one.rpartition(".")[2] in _PROCESSING for name in calls for one in imports.meanings(name))


def _told_by_processor(module: ModuleInfo) -> str | None:
    """What the processors of a module say that delivers their batches; None where they differ."""
    if not module.mentions & {"EventType", "SqsFifoPartialProcessor"}:
        return None
    told = {source for name, source in _PROCESSED.items() if name in module.mentions}
    return told.pop() if len(told) == 1 else None


@lru_cache(maxsize=64)  # each fact of a handler asks it, and it takes the whole handler to answer
def event_source(module: ModuleInfo, handler: FunctionInfo) -> str | None:
    """What triggers a handler, from the keys that it and the functions it names read; None when nothing tells."""
    told = told_by_type(handler)
    if told is not None:
        return told
    if _polls(handler):
        return None
    texts = constants(_deep_nodes(handler))
    near = [info for info in module.functions.values() if info.name in handler.mentions and info is not handler]
    helpers = set().union(*(constants(_deep_nodes(info)) for info in near)) if near else set()
    if _is_of_stack(texts | helpers):
        return "custom_resource"
    if any("Records" in constants(_deep_nodes(info)) - _only_written(info) for info in (handler, *near)):
        for mark, source in _SOURCE_MARKS.items():
            if mark in texts | helpers and source not in {"eventbridge"}:
                return source
        told = _told_by_class(_deep_nodes(handler)) or _told_by_processor(module)
        return told or ("queue" if "body" in texts | helpers else "event")
    if module.mentions & _PROCESSING and _hands_to_processor(module, handler):
        return _told_by_processor(module)
    named = _named_source(handler)
    if named is not None:
        return named
    read = keys_read(handler)
    if read & _OF_DESTINATIONS:
        return "event"
    if read & _BUS_READS and not read & HTTP_READS:
        return "eventbridge"  # whatever it returns
    if (texts & _request_keys(handler) and not texts & {"Payload"}) or "statusCode" in texts:
        return "http"
    if "statusCode" in helpers:
        return "http"
    if {"detail"} <= texts:
        return "eventbridge"
    if "aws.events" in texts or ("statusCode" not in texts and _runs_by_the_clock(module, handler)):
        return "schedule"
    return "cognito" if any(path[0] in _COGNITO for path in paths_read(handler)) else None


def _runs_by_the_clock(module: ModuleInfo, handler: FunctionInfo) -> bool:
    """Whether a name says when a handler runs that looks at nothing of its event: `daily_report.py`."""
    names = "/".join([*module.path.split("/")[-2:], handler.name])
    return bool(_BY_THE_CLOCK.search(names)) and _times_named(handler) <= 1


def _only_written(function: FunctionInfo) -> set[str]:
    """The texts that are keys of what a function makes, such as the event that it sends, and that it never reads."""
    nodes = list(_deep_nodes(function))
    keys = {node.key for node in nodes if isinstance(node, cst.DictElement)}
    return constants(keys) - constants(node for node in nodes if node not in keys)


def _polls(handler: FunctionInfo) -> bool:
    """Whether a handler asks a queue for messages by itself and looks at nothing of its event: what it reads are
    records of a message."""
    if "receive_message" not in handler.words:
        return False
    return _times_named(handler) <= 1


def _times_named(handler: FunctionInfo) -> int:
    """How often a handler names its event; once is the parameter."""
    event = event_name(handler)
    return sum(isinstance(node, cst.Name) and node.value == event for node in own_nodes(handler.node))


def _is_of_stack(texts: set[str]) -> bool:
    """Whether keys are read that only the event of a CloudFormation custom resource has."""
    return "ResponseURL" in texts or {"RequestType", "ResourceProperties"} <= texts


def _named_source(handler: FunctionInfo) -> str | None:
    """What the name of a function says that gets the event: `messages_of_queue(event)`."""
    event = event_name(handler)
    for node in own_nodes(handler.node):
        if isinstance(node, cst.Call) and any(getattr(arg.value, "value", "") == event for arg in node.args):
            words = set(re.split(r"[^a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", dotted(node.func)).lower()))
            for word, source in _SOURCE_WORDS.items():
                if word in words:
                    return source
    return None
