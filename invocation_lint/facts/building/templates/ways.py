"""The ways on which a deployed function makes another one run: it invokes it, or sends to what hands on to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.ways import demanded
from invocation_lint.deployment.model import (
    Bucket,
    EventSourceMapping,
    Function,
    Queue,
    Resource,
    Stream,
    Subscription,
    Topic,
    Trigger,
)
from invocation_lint.deployment.values import Key, Value
from invocation_lint.facts.building import arguments
from invocation_lint.facts.building.around.conditions import is_made_always, is_made_in
from invocation_lint.facts.building.links.inferred import Links, links_of
from invocation_lint.facts.building.messaging.calls import Code, keywords
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.messaging.targets import variable_of
from invocation_lint.facts.building.scopes import called_name, text_of
from invocation_lint.facts.building.sent import modes
from invocation_lint.facts.building.templates.context import called
from invocation_lint.facts.building.templates.handlers import reached
from invocation_lint.facts.building.templates.told import truth
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program
    from invocation_lint.deployment.deployed import Deployed


@record
class Way:
    """One way from a function to another one. `over` is what hands on, in words, empty where the function invokes it;
    `always` where neither a condition nor a filter decides; `place` that of the call."""

    source: Function
    target: Function
    over: str
    always: bool
    place: Place
    is_followed: bool = True  # by Lambda's detection of loops

    @property
    def words(self) -> str:
        """The way for a message."""
        if not self.over:
            return f"{called(self.source)} invokes {called(self.target)}"
        return f"{called(self.source)} {self.over}, which invokes {called(self.target)}"


@record
class _Operation:
    does: str  # what the function does, for a message
    parameter: str  # that names where it goes
    index: int | None  # of that parameter, by position
    kind: type[Resource]
    is_followed: bool = True


_SENDS = {
    "send_message": _Operation("sends to the queue", "QueueUrl", None, Queue),
    "send_message_batch": _Operation("sends to the queue", "QueueUrl", None, Queue),
    "publish": _Operation("publishes to the topic", "TopicArn", None, Topic),
    "publish_batch": _Operation("publishes to the topic", "TopicArn", None, Topic),
    "put_record": _Operation("writes to the stream", "StreamName", None, Stream, is_followed=False),
    "put_records": _Operation("writes to the stream", "StreamName", None, Stream, is_followed=False),
    "put_object": _Operation("writes to the bucket", "Bucket", None, Bucket),
    "copy_object": _Operation("writes to the bucket", "Bucket", None, Bucket),
    "upload_file": _Operation("writes to the bucket", "Bucket", 1, Bucket),
    "upload_fileobj": _Operation("writes to the bucket", "Bucket", 1, Bucket),
}
"""The methods of boto3's clients after which something may be invoked. A write to a table is none: one that changes
nothing leaves no record in its stream, so that it may end by itself."""

_KEYS = {"upload_file": 2, "upload_fileobj": 2}
_EVENTS = {
    "put_object": {"s3:ObjectCreated:*", "s3:ObjectCreated:Put"},
    "copy_object": {"s3:ObjectCreated:*", "s3:ObjectCreated:Copy"},
    "upload_file": {"s3:ObjectCreated:*", "s3:ObjectCreated:Put"},
    "upload_fileobj": {"s3:ObjectCreated:*", "s3:ObjectCreated:Put"},
}


_SENT = re.compile(rb"\b(?:" + b"|".join(sorted(name.encode() for name in _SENDS)) + rb")\b")
"""What stands in a module that sends something."""


class Ways:
    """The ways between the functions of a project, found once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: tuple[Way, ...] | None = None

    def asked_by(self, asker: str) -> tuple[Way, ...]:
        """All ways, as far as handlers are in sight, looked at for a template."""
        links = links_of(self._program)
        entries = filter(None, map(links.code.entry_of, links.code.deployed.all(Function)))
        self._program.modules.files.record.lead(asker, sorted({one.module for one in entries}))
        if self._known is None:
            self._known = tuple(_ways(self._program, links, asker))
        return self._known


def _ways(program: Program, links: Links, asker: str) -> Iterator[Way]:
    for function in links.code.deployed.all(Function):
        handler = links.handler_of(function, asker) if _may_hand_on(program, links, function) else None
        if handler is not None and not handler.module.is_test:
            yield from _invoked(program, links, function, handler)
            yield from _Sending(links.code.deployed, function, handler).ways()


def _may_hand_on(program: Program, links: Links, function: Function) -> bool:
    """Whether the module of a handler may send or invoke anything; one that it imports is read in any case."""
    entry = links.code.entry_of(function)
    if entry is None:
        return False
    files = program.modules.files
    data = files.read(entry.module) or b""
    if re.search(rb"\bdef\s+" + re.escape(entry.name.encode()) + rb"\b", data) is None:
        return True
    return _SENT.search(data) is not None or files.holds_seed(entry.module) or program.modules.reach.leads(entry.module)


def _invoked(program: Program, links: Links, function: Function, handler: FunctionInfo) -> Iterator[Way]:
    files, module = program.modules.files, handler.module
    if not (files.holds_seed(module.name) or program.modules.reach.leads(module.name)):
        return
    root = program.interpreter.root(handler) if handler in demanded(module) else None
    for visit in (event for event in (root.events if root is not None else ()) if isinstance(event, Visit)):
        name = arguments.find(visit, "FunctionName")
        targets = links.targets(name.value if name is not None else None, module.name, handler)
        if not targets.certain or targets.named_by == "self" or modes.sent_mode(visit) == "DryRun":
            continue
        always = is_made_always(program.interpreter, visit.site)
        yield Way(function, targets.functions[0], "", always, visit.site[-1])


class _Sending:
    """What the handler of one function sends."""

    def __init__(self, deployed: Deployed, function: Function, handler: FunctionInfo) -> None:
        self._deployed = deployed
        self._function = function
        self._module = handler.module
        self._handler = handler
        self._code = Code(handler.module)

    def ways(self) -> Iterator[Way]:
        """The ways over what is sent to queues, topics, streams and buckets."""
        sent = [(call, holder) for call, holder in self._code.calls(_SENDS) if holder is not None]
        within = {one.key for one in reached(self._code, self._handler)} if sent else set()
        for call, holder in sent:
            if holder.key not in within or self._code.named(called_name(call)):
                continue
            operation = _SENDS[called_name(call)]
            node = _given(call, operation.parameter, operation.index)
            resolver = Resolver(self._code, holder)
            value = resolver.value_of(node) if node is not None else None
            if value is None:
                continue
            always = self._is_always(call, holder)
            place = self._module.source.place(call)
            for name, target, unfiltered in self._handed_on(operation, value, call, resolver):
                over = f"{operation.does} {name}"
                yield Way(self._function, target, over, always and unfiltered, place, operation.is_followed)

    def _is_always(self, call: cst.Call, holder: FunctionInfo) -> bool:
        """Whether each run of the handler makes a call of its own, or of a helper that it calls itself."""
        if not is_made_in(holder, call):
            return False
        if holder.key == self._handler.key:
            return True
        scope = self._code.scope_of(self._handler)
        calls = [one for one in scope.calls if holder in self._code.named(called_name(one))]
        return any(is_made_in(self._handler, one) for one in calls)

    def _handed_on(
        self, operation: _Operation, value: cst.BaseExpression, call: cst.Call, resolver: Resolver
    ) -> Iterator[tuple[str, Function, bool]]:
        """The functions to which something is handed on, each with the name of what does it, and whether it hands on
        all that it is sent."""
        if operation.kind is Bucket:
            yield from self._by_bucket(value, call, resolver)
            return
        variable = variable_of(value)
        given = self._function.environment.get(variable) if variable is not None else None
        attribute = given.attribute if given is not None else None
        resource = self._deployed.get(attribute.resource, operation.kind) if attribute is not None else None
        if resource is not None:
            for target, unfiltered in self._behind(resource.key):
                yield called(resource), target, unfiltered

    def _behind(self, key: Key) -> Iterator[tuple[Function, bool]]:
        for trigger in self._deployed.all(Trigger):
            if _is_of(trigger.source, key) and trigger.kind != "s3" and truth(trigger.is_enabled, True) == "yes":
                filters = trigger.filters if isinstance(trigger, EventSourceMapping) else ()
                for one in self._deployed.functions_of(trigger.function):
                    if one.certain:
                        yield one.function, not filters and trigger.pattern is None
        for subscription in self._deployed.all(Subscription):
            attribute = subscription.endpoint.attribute if subscription.endpoint is not None else None
            queue = self._deployed.get(attribute.resource, Queue) if attribute is not None else None
            if queue is not None and _is_of(subscription.topic, key):
                for function, unfiltered in self._behind(queue.key):
                    yield function, unfiltered and subscription.filter_policy is None

    # -- buckets -----------------------------------------------------------------------------------------------------

    def _by_bucket(
        self, value: cst.BaseExpression, call: cst.Call, resolver: Resolver
    ) -> Iterator[tuple[str, Function, bool]]:
        variable = variable_of(value)
        given = self._function.environment.get(variable) if variable is not None else None
        written = text_of(value) if isinstance(value, cst.SimpleString) else None
        is_own = _is_read(value, "bucket", "name")
        bucket = _identity(self._deployed, given) if given is not None else _named(self._deployed, written)
        node = _given(call, "Key", _KEYS.get(called_name(call)))
        key = resolver.value_of(node) if node is not None else None
        for trigger in self._deployed.all(Trigger):
            if trigger.kind != "s3" or trigger.source is None:
                continue
            source = _identity(self._deployed, trigger.source)
            for one in self._deployed.functions_of(trigger.function):
                own = is_own and one.function.key == self._function.key
                if one.certain and (own or (bucket is not None and source == bucket)) and self._asks(trigger, call):
                    name = source.id if isinstance(source, Key) else source if isinstance(source, str) else "bucket"
                    yield name, one.function, self._passes(trigger, one.function, key)

    @staticmethod
    def _asks(trigger: Trigger, call: cst.Call) -> bool:
        wanted = _EVENTS[called_name(call)]
        return any(content in wanted for value in trigger.events for content in value.within())

    def _passes(self, trigger: Trigger, function: Function, key: cst.BaseExpression | None) -> bool:
        """Whether the filter of a notification surely lets an object through that is written under a key."""
        filters = self._filters(trigger, function)
        if filters is None:
            return False
        if not any(filters):
            return True
        if key is None:
            return False
        if function.key == self._function.key and _is_read(_unquoted(key), "object", "key"):
            return True
        start, end = _ends(key)
        prefix, suffix = filters
        return (not prefix or start.startswith(prefix)) and (not suffix or end.endswith(suffix))

    def _filters(self, trigger: Trigger, function: Function) -> tuple[str, str] | None:
        """The prefix and the suffix of a notification, empty where it has none; None where they are not known."""
        if trigger.pattern is not None:
            return _written(trigger.pattern.plain())
        source = trigger.source.attribute if trigger.source is not None else None
        bucket = self._deployed.get(source.resource, Bucket) if source is not None else None
        told = [
            one
            for one in (bucket.notifications if bucket is not None else ())
            if any(meant.function.key == function.key for meant in self._deployed.functions_of(one.target))
        ]
        if not told:
            return None if bucket is not None and bucket.notifications else ("", "")
        if len(told) > 1 or told[0].place != trigger.place:
            return None
        found = [value.text if value is not None else "" for value in (told[0].prefix, told[0].suffix)]
        return None if None in found else (found[0] or "", found[1] or "")


def _given(call: cst.Call, name: str, index: int | None) -> cst.BaseExpression | None:
    """What is given to a parameter, by name or by position."""
    given = keywords(call)
    if name in given:
        return given[name].value
    plain = [one for one in call.args if one.keyword is None and not one.star]
    return plain[index].value if index is not None and len(plain) == len(call.args) > index else None


def _is_of(value: Value | None, key: Key) -> bool:
    attribute = value.attribute if value is not None else None
    return attribute is not None and attribute.resource == key


def _identity(deployed: Deployed, value: Value) -> Any:
    """What tells one bucket from others: the key of its resource, else its name; None where that is open."""
    attribute = value.attribute
    if attribute is not None:
        return attribute.resource
    return _named(deployed, value.content if isinstance(value.content, str) else None)


def _named(deployed: Deployed, name: str | None) -> Any:
    """The key of the bucket of a name, else the name."""
    own = next((one for one in deployed.all(Bucket) if one.name is not None and one.name.content == name), None)
    return own.key if own is not None and name is not None else name


def _written(plain: Any) -> tuple[str, str] | None:
    """Prefix and suffix in the form of SAM (`S3Key: Rules`) or of a serverless.yml (`rules`)."""
    rules = plain.get("S3Key", {}).get("Rules") if isinstance(plain, dict) else plain
    if not isinstance(rules, list):
        return None
    found = {"prefix": "", "suffix": ""}
    for rule in rules:
        if not isinstance(rule, dict):
            return None
        pairs = {rule["Name"]: rule.get("Value")} if "Name" in rule else rule
        for name, text in pairs.items():
            if not isinstance(text, str) or str(name).lower() not in found:
                return None
            found[str(name).lower()] = text
    return found["prefix"], found["suffix"]


def _is_read(node: cst.BaseExpression, *keys: str) -> bool:
    """Whether an expression reads these keys of the event of a bucket: `record["s3"]["object"]["key"]`."""
    if not isinstance(node, cst.Subscript):
        return False
    texts = [text_of(one) for one in walk(node) if isinstance(one, cst.SimpleString)]
    return "s3" in texts and set(keys) <= set(texts)


def _unquoted(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, cst.Call) and called_name(node) in {"unquote_plus", "unquote"} and node.args:
        return node.args[0].value
    return node


def _ends(key: cst.BaseExpression) -> tuple[str, str]:
    """The start and the end of a text, as far as they are written."""
    if isinstance(key, cst.SimpleString):
        text = text_of(key) or ""
        return text, text
    if isinstance(key, cst.FormattedString) and key.parts:
        first, last = key.parts[0], key.parts[-1]
        return (
            first.value if isinstance(first, cst.FormattedStringText) else "",
            last.value if isinstance(last, cst.FormattedStringText) else "",
        )
    if isinstance(key, cst.BinaryOperation) and isinstance(key.operator, cst.Add):
        return _ends(key.left)[0], _ends(key.right)[1]
    return "", ""


__all__ = ["Way", "Ways"]
