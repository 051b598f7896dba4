"""One fact for each message that is sent to a queue, a topic, a bus or a state machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.data.limits import limits
from invocation_lint.facts import message as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.messaging.calls import Code, is_spread, keywords
from invocation_lint.facts.building.messaging.encodings import encoding_of
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.messaging.sinks import sink_of
from invocation_lint.facts.building.messaging.takers import NOT_TOLD, Taken, taken_event, taken_message
from invocation_lint.facts.building.messaging.targets import Target, Targets
from invocation_lint.facts.building.scopes import called_name, text_of
from invocation_lint.findings import Place
from invocation_lint.records import record

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program


@record
class Operation:
    service: str
    part: str
    entries: str = ""  # the parameter that holds several messages
    target: tuple[str, ...] = ()  # the parameters that name the queue, topic, bus or machine; empty: of a resource


OPERATIONS = {
    "send_message": Operation("sqs", "MessageBody", target=("QueueUrl",)),
    "send_message_batch": Operation("sqs", "MessageBody", "Entries", ("QueueUrl",)),
    "send_messages": Operation("sqs", "MessageBody", "Entries"),
    "publish": Operation("sns", "Message", target=("TopicArn", "TargetArn", "PhoneNumber")),
    "publish_batch": Operation("sns", "Message", "PublishBatchRequestEntries", ("TopicArn",)),
    "put_events": Operation("events", "Detail", "Entries"),
    "start_execution": Operation("stepfunctions", "input", target=("stateMachineArn",)),
    "start_sync_execution": Operation("stepfunctions", "input", target=("stateMachineArn",)),
}
"""The operations that send messages, by the names of boto3's methods."""

_MUST_BE_JSON = frozenset({"Detail", "input"})
MAKERS = frozenset({"Queue", "get_queue_by_name", "create_queue", "Topic", "create_topic"})
_GIVEN = frozenset(name for one in OPERATIONS.values() for name in (*one.target, one.entries, one.part) if name)


@record
class Sent:
    """One message: where it stands, what is given of it by name, and whether more may be."""

    node: cst.CSTNode
    given: dict[str, cst.BaseExpression]
    is_open: bool


def messages(code: Code, program: Program | None, asked: Callable[..., bool]) -> Iterator[Fact]:
    """The facts of a module, in no order; who takes a message and where it goes only where that is `asked` for."""
    is_taken_asked = asked("message.taken", "message.not_taken_for")
    leading = program if asked("message.sink") else None
    targets = Targets(code.module, program)
    for call, function in code.calls(OPERATIONS, given=_GIVEN):
        operation = OPERATIONS[called_name(call)]
        if not isinstance(call.func, cst.Attribute) or code.named(called_name(call)):
            continue  # a method that the module defines itself
        resolver = Resolver(code, function)
        if not _is_meant(call, operation, resolver):
            continue
        target = _target(call, operation, resolver, targets)
        for sent in _sent(call, operation, resolver):
            taken = _taken(call, operation, sent, resolver, targets, program) if is_taken_asked else NOT_TOLD
            yield _fact(code, call, function, operation, sent, target, resolver, taken, leading)


def _is_meant(call: cst.Call, operation: Operation, resolver: Resolver) -> bool:
    """Whether it is that operation of AWS: the parameters that only it takes are there, or it is one of a resource."""
    given = keywords(call)
    if operation.target and any(one in given for one in operation.target):
        return True
    if operation.service == "events":
        return "Entries" in given
    receiver = call.func.value if isinstance(call.func, cst.Attribute) else None
    made = resolver.value_of(receiver) if receiver is not None else None
    return isinstance(made, cst.Call) and called_name(made) in MAKERS


def _target(call: cst.Call, operation: Operation, resolver: Resolver, targets: Targets) -> Target:
    if operation.service not in {"sqs", "sns"}:
        return Target()
    given = keywords(call)
    named = next((given[one].value for one in operation.target if one in given), None)
    if named is None and isinstance(call.func, cst.Attribute):
        named = call.func.value
    return targets.queue_or_topic(named, resolver) if named is not None else Target()


def _named(call: cst.Call, operation: Operation, sent: Sent) -> tuple[str, cst.BaseExpression] | None:
    """The parameter that names the queue, topic, bus or machine, with its value."""
    if operation.service == "events":
        bus = sent.given.get("EventBusName")
        return ("EventBusName", bus) if bus is not None else None
    given = keywords(call)
    return next(((one, given[one].value) for one in operation.target if one in given and one != "PhoneNumber"), None)


def _sent(call: cst.Call, operation: Operation, resolver: Resolver) -> Iterator[Sent]:
    given = keywords(call)
    if not operation.entries:
        if operation.part in given or "MessageGroupId" in given:
            yield Sent(call, {name: arg.value for name, arg in given.items()}, is_spread(call))
        return
    entries = given.get(operation.entries)
    if entries is None:
        return
    for entry in _entries(entries.value, resolver):
        held = {
            text_of(one.key): one.value
            for one in entry.elements
            if isinstance(one, cst.DictElement) and text_of(one.key)
        }
        yield Sent(entry, held, len(held) != len(entry.elements) or _is_filled_later(entry, resolver))


def _entries(value: cst.BaseExpression, resolver: Resolver) -> Iterator[cst.Dict]:
    """The entries of a list that are written: in it, or where they are appended to it."""
    if isinstance(value, cst.Name):
        for call in resolver.scope.calls:
            if called_name(call) == "append" and isinstance(call.func, cst.Attribute) and call.args:
                holder = call.func.value
                if isinstance(holder, cst.Name) and holder.value == value.value:
                    yield from _dicts(call.args[0].value, resolver)
    made = resolver.value_of(value)
    if isinstance(made, (cst.List, cst.Tuple)):
        for one in made.elements:
            yield from _dicts(one.value, resolver)
    elif isinstance(made, (cst.ListComp, cst.GeneratorExp)):
        yield from _dicts(made.elt, resolver)


def _dicts(value: cst.BaseExpression, resolver: Resolver) -> Iterator[cst.Dict]:
    made = resolver.value_of(value)
    if isinstance(made, cst.Dict):
        yield made


def _is_filled_later(entry: cst.Dict, resolver: Resolver) -> bool:
    """Whether more may be put into an entry after it was made: it has a name."""
    parent = resolver.scope.parents.get(entry)
    return parent is None or isinstance(parent, (cst.Assign, cst.AnnAssign))


def _fact(
    code: Code,
    call: cst.Call,
    function: FunctionInfo | None,
    operation: Operation,
    sent: Sent,
    target: Target,
    resolver: Resolver,
    taken: Taken,
    program: Program | None,  # absent where nobody asks who sends
) -> Fact:
    source = code.module.source
    assert isinstance(call.func, cst.Attribute)
    named = source.place(call.func.attr)
    holder = code.holder(call, function)
    site = source.place(sent.node)
    places: dict[str, Place] = dict.fromkeys(("operation", "service", "part", "fifo", "content_deduplication"), named)
    if target.place is not None:
        places["content_deduplication"] = target.place
    places["group"] = places["deduplication"] = site
    for path, name in (("group", "MessageGroupId"), ("deduplication", "MessageDeduplicationId")):
        if name in sent.given:
            places[path] = source.place(sent.given[name])
    encoding = None
    body = sent.given.get(operation.part)
    if body is not None:
        encoding = encoding_of(body, resolver)
        places["encoding"] = source.place(body)
    event_source = detail_type = None
    if operation.service == "events":
        event_source = _text(sent.given.get("Source"), resolver)
        detail_type = _text(sent.given.get("DetailType"), resolver)
        for path, name in (("event_source", "Source"), ("detail_type_length", "DetailType")):
            if name in sent.given:
                places[path] = source.place(sent.given[name])
    garbled = _garbled_by(operation, encoding, event_source, detail_type)
    places["garbled_by"] = places.get(garbled[0], site)
    ordered = operation.service in {"sqs", "sns"}
    group, deduplication = _given("MessageGroupId", sent), _given("MessageDeduplicationId", sent)
    refused = _refused_for(target, group, deduplication) if ordered else None
    places["refused_for"] = places["deduplication"]
    places["taken"], places["not_taken_for"] = site, taken.place or site
    sink = sink_of(call, _named(call, operation, sent), resolver, function, program, places)
    data = facts.Message(
        service=operation.service,
        operation=called_name(call),
        part=operation.part,
        encoding=encoding if body is None or encoding is not None else UnknownAnswer("what the body is, is not seen"),
        garbled_by=garbled[1],
        event_source=event_source,
        detail_type_length=len(detail_type) if detail_type is not None else None,
        fifo=(target.fifo or UnknownAnswer("which queue or topic it is, is not known")) if ordered else None,
        group=group if ordered else None,
        deduplication=deduplication if ordered else None,
        content_deduplication=target.content_deduplication,
        refused_for=refused,
        taken=taken.state,
        not_taken_for=taken.why,
        sink=sink,
    )
    return Fact("message", data, site, places, (), holder.title if holder is not None else "")


def _taken(
    call: cst.Call, operation: Operation, sent: Sent, resolver: Resolver, targets: Targets, program: Program | None
) -> Taken:
    """Whether a rule or a subscription of the project takes what is sent."""
    asker = resolver.code.module.name
    if program is None or operation.service not in {"events", "sns"}:
        return Taken()
    if operation.service == "events":
        source, kind = (_text(sent.given.get(one), resolver) for one in ("Source", "DetailType"))
        return taken_event(source, kind, program, asker)
    named = keywords(call).get("TopicArn")
    topics = targets.topics(named.value, resolver) if named is not None else []
    return taken_message(_attributes(sent, resolver), topics, program, asker) if topics else Taken()


def _attributes(sent: Sent, resolver: Resolver) -> frozenset[str] | None:
    """The names of the attributes of a message; None where more may be sent."""
    if "MessageAttributes" not in sent.given:
        return None if sent.is_open else frozenset()
    made = resolver.value_of(sent.given["MessageAttributes"])
    if not isinstance(made, cst.Dict) or made is not sent.given["MessageAttributes"]:
        return None
    names = [text_of(one.key) if isinstance(one, cst.DictElement) else "" for one in made.elements]
    return frozenset(names) if all(names) else None


def _garbled_by(
    operation: Operation, encoding: str | None, event_source: str | None, detail_type: str | None
) -> tuple[str, str | None]:
    """The field that says it, and what it is, in words."""
    part = operation.part
    if encoding == "object":
        return "encoding", f"{part} is an object, not a string: botocore rejects the call, and nothing is sent"
    if encoding == "bytes":
        return "encoding", f"{part} is bytes, not a string: botocore rejects the call, and nothing is sent"
    if encoding == "python" and part in _MUST_BE_JSON:
        return "encoding", f"{part} is the repr of an object, which is not JSON: it is rejected"
    if encoding == "quotes_replaced":
        return "encoding", (
            f"{part} is the repr of an object with its quotes replaced: an apostrophe, None or True in it makes it"
            " invalid JSON"
        )
    if encoding == "json_twice":
        harm = "EventBridge rejects it" if part == "Detail" else "whoever receives it decodes it to a string"
        return "encoding", f"{part} is JSON within JSON: {harm}"
    if event_source is not None and event_source.startswith("aws."):
        return "event_source", f'Source "{event_source}" begins with aws., which AWS reserves: EventBridge rejects it'
    longest = limits()["eventbridge_detail_type_characters"]
    if detail_type is not None and len(detail_type) > longest:
        return "detail_type_length", f"DetailType has {len(detail_type)} characters, but EventBridge accepts {longest}"
    return "encoding", None


def _refused_for(target: Target, group: str | UnknownAnswer, deduplication: str | UnknownAnswer) -> str | None:
    if target.fifo == "yes" and group == "no":
        return "the target is FIFO, and no MessageGroupId is given"
    if target.fifo == "yes" and deduplication == "no" and target.content_deduplication == "off":
        return "the target is FIFO without content-based deduplication, and no MessageDeduplicationId is given"
    if target.fifo == "no" and deduplication == "yes":
        return "the target is not FIFO, and a MessageDeduplicationId is given"
    return None


def _given(name: str, sent: Sent) -> str | UnknownAnswer:
    if name in sent.given:
        return "yes"
    return UnknownAnswer("more may be given than is written") if sent.is_open else "no"


def _text(node: cst.BaseExpression | None, resolver: Resolver) -> str | None:
    value = resolver.value_of(node) if node is not None else None
    told = value.evaluated_value if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)) else None
    return told if isinstance(told, str) else None


__all__ = ["OPERATIONS", "messages"]
