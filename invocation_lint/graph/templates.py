"""The edges that templates say: what invokes functions, and what hands events, messages and failures on."""

from __future__ import annotations

from invocation_lint.analysis.domain.atoms import unknown
from invocation_lint.deployment.kinds import FRONTS
from invocation_lint.deployment.model import (
    Bucket,
    EventSourceMapping,
    Function,
    Queue,
    Rule,
    Schedule,
    Subscription,
    Trigger,
)
from invocation_lint.deployment.values import Hole, Import, Value, pieces_of
from invocation_lint.facts.building.around.patience import HTTP_API_SECONDS, REST_API_SECONDS
from invocation_lint.graph.building import Builder
from invocation_lint.graph.model import Edge

_EDGES = {
    "queue": ("queue", "queue"),
    "stream": ("stream", "stream"),
    "s3": ("storage", "bucket"),
    "sns": ("topic", "topic"),
    "eventbridge": ("bus", "bus"),
    "schedule": ("schedule", "schedule"),
    "event": ("async", "service"),
    "http": ("http", "api"),
    "rest_api": ("http", "api"),
    "http_api": ("http", "api"),
    "function_url": ("http", "api"),
    "load_balancer": ("http", "api"),
    "service": ("sync", "service"),
    "cognito": ("sync", "service"),
    "custom_resource": ("async", "service"),
    "state_machine": ("state_machine", "state_machine"),
}
"""The kinds of triggers with those of edges, and of the nodes from which these lead."""

_NAMES = {
    "http": "API",
    "rest_api": "REST API",
    "http_api": "HTTP API",
    "function_url": "function URL",
    "load_balancer": "load balancer",
    "cognito": "Cognito",
    "custom_resource": "CloudFormation",
    "s3": "S3",
    "sns": "SNS",
    "queue": "SQS",
    "stream": "stream",
    "eventbridge": "default bus",
    "schedule": "schedule",
    "event": "AWS service",
    "service": "AWS service",
    "state_machine": "Step Functions",
}
"""What sources are called that no template names."""

_EVERYWHERE = frozenset({"cognito", "custom_resource", "event", "service", "eventbridge"})
"""Triggers whose source is one for all templates."""

_BATCHES = {"queue": 10.0, "stream": 100.0}
"""Batch sizes of mappings for which none is set (AWS: Lambda API reference, CreateEventSourceMapping)."""

_ASYNCHRONOUS = frozenset({"s3", "sns", "eventbridge", "schedule", "event"})


def add(builder: Builder) -> None:
    """All edges that the templates of the project say."""
    deployed = builder.deployed
    for function in deployed.all(Function):
        builder.function(function)
    for trigger in deployed.all(Trigger):
        _trigger(builder, trigger)
    for subscription in deployed.all(Subscription):
        _hands_on(builder, subscription.topic, "topic", subscription.endpoint, "topic", subscription.key)
    for rule in deployed.all(Rule):
        _rule(builder, rule)
    for schedule in deployed.all(Schedule):
        source = builder.resource(schedule.key)
        for target, only in builder.meant(schedule.target.arn, "service") if schedule.target is not None else ():
            if source is not None and builder.kind_of(target) != "function":
                builder.edge(Edge(source, target, "schedule", _told(schedule.expression), certain=only))
    for bucket in deployed.all(Bucket):
        source = builder.resource(bucket.key)
        for notification in bucket.notifications:
            for target, only in builder.meant(notification.target, "queue"):
                if source is not None and builder.kind_of(target) != "function":
                    builder.edge(Edge(source, target, "storage", certain=only))
    _failures(builder)


def _trigger(builder: Builder, trigger: Trigger) -> None:
    kind, source_kind = _EDGES.get(trigger.kind, ("unknown", "service"))
    targets = [one for one in builder.deployed.functions_of(trigger.function) if one.certain]
    if not targets:
        _start(builder, trigger, kind, source_kind)
        return
    sources = builder.meant(trigger.source, source_kind) if trigger.source is not None else []
    if trigger.kind == "schedule":
        name = _told(trigger.expression) or _NAMES["schedule"]
        sources = [(builder.node(trigger.key, "schedule", name, builder.links.shown(trigger.place)), True)]
    sources = sources or [(_source_of(builder, trigger, source_kind), True)]
    label = " ".join(filter(None, (_told(trigger.method).upper(), _told(trigger.path))))
    batch_size = None
    marks: tuple[str, ...] = ()
    if isinstance(trigger, EventSourceMapping):
        given = trigger.batch_size
        batch_size = given.number if given is not None else _BATCHES.get(trigger.kind)
        marks = ("no_failure_destination",) if trigger.kind == "stream" and trigger.on_failure is None else ()
    for source, only in sources:
        for one in targets:
            builder.edge(
                Edge(
                    source,
                    builder.function(one.function),
                    kind,
                    label,
                    certain=only,
                    place=builder.links.shown(trigger.place),
                    batch_size=batch_size,
                    waits_seconds=_waits(trigger),
                    least_seconds=_least(builder, one.function) if kind == "http" else None,
                    marks=marks,
                )
            )


def _start(builder: Builder, trigger: Trigger, kind: str, source_kind: str) -> None:
    """The edges of an API to the state machines that it starts; other starts are targets of rules and schedules."""
    if trigger.kind not in FRONTS:
        return
    label = " ".join(filter(None, (_told(trigger.method).upper(), _told(trigger.path))))
    for target, only in builder.meant(trigger.function, "state_machine"):
        if builder.kind_of(target) == "state_machine":
            named = builder.meant(trigger.source, source_kind) if trigger.source is not None else []
            source = named[0][0] if named else _source_of(builder, trigger, source_kind)
            builder.edge(Edge(source, target, kind, label, certain=only, place=builder.links.shown(trigger.place)))


def _source_of(builder: Builder, trigger: Trigger, kind: str) -> str:
    """The node of a source that no template deploys: one for all where there is but one, one for each name, or for each
    function where it is not named."""
    name = _NAMES.get(trigger.kind, trigger.kind)
    if trigger.kind in _EVERYWHERE and trigger.source is None:
        return builder.node((kind, name), kind, name)
    if trigger.source is not None:
        pieces = [piece for content in trigger.source.contents for piece in pieces_of(content) or ()]
        holes = [piece for piece in pieces if isinstance(piece, (Hole, Import))]
        told = next((one.name for one in holes if isinstance(one.name, str)), name)
        return builder.open(trigger.source, kind, told)
    if kind == "api" and trigger.kind != "function_url":
        return builder.node((trigger.key.template, trigger.kind), kind, name)
    return builder.node((trigger.key, trigger.kind), kind, name)


def _least(builder: Builder, function: Function) -> float | None:
    """How long a function surely takes, whatever AWS sends it."""
    return builder.links.least_seconds(function, unknown("an event of AWS"))[0] or None


def _waits(trigger: Trigger) -> float | None:
    """How long an API waits for the function behind it."""
    if trigger.timeout_ms is not None and trigger.timeout_ms.number is not None:
        return trigger.timeout_ms.number / 1000
    return {"rest_api": REST_API_SECONDS, "http_api": HTTP_API_SECONDS}.get(trigger.kind)


def _rule(builder: Builder, rule: Rule) -> None:
    buses = builder.meant(rule.bus, "bus") if rule.bus is not None else []
    is_schedule = rule.expression is not None and rule.pattern is None
    for target in rule.targets:
        for node, only in builder.meant(target.arn, "service"):
            if builder.kind_of(node) == "function":  # its triggers are edges of their own
                continue
            if is_schedule:
                source = builder.node(rule.key, "schedule", _told(rule.expression) or _NAMES["schedule"])
                builder.edge(Edge(source, node, "schedule", certain=only, place=builder.links.shown(rule.place)))
                continue
            default = (builder.node(("bus", _NAMES["eventbridge"]), "bus", _NAMES["eventbridge"]), True)
            for bus, _ in buses or [default]:
                builder.edge(Edge(bus, node, "bus", certain=only, place=builder.links.shown(rule.place)))


def _hands_on(
    builder: Builder, source: Value | None, source_kind: str, target: Value | None, kind: str, key: object
) -> None:
    """Messages that one resource hands to another one that is no function."""
    for one, only in builder.meant(source, source_kind):
        for other, alone in builder.meant(target, "queue"):
            if builder.kind_of(other) != "function":
                builder.edge(Edge(one, other, kind, certain=only and alone))


def _failures(builder: Builder) -> None:
    """Where failed events go, and marks at what has no such place."""
    for function in builder.deployed.all(Function):
        node = builder.function(function)
        on_failure = function.retries.on_failure if function.retries is not None else None
        for value in (function.dead_letter, on_failure):
            for target, only in builder.meant(value, "queue"):
                builder.edge(Edge(node, target, _kind_to(builder, target), "on failure", certain=only, is_failure=True))
        on_success = function.retries.on_success if function.retries is not None else None
        for target, only in builder.meant(on_success, "queue"):
            builder.edge(Edge(node, target, _kind_to(builder, target), "on success", certain=only))
        asked = {trigger.kind for trigger in builder.deployed.triggers_of(function)}
        if asked & _ASYNCHRONOUS and function.dead_letter is None and on_failure is None:
            builder.marked(node, "no_failure_destination")
    for mapping in builder.deployed.all(EventSourceMapping):
        for target, only in builder.meant(mapping.on_failure, "queue"):
            for one in builder.deployed.functions_of(mapping.function):
                node, kind = builder.function(one.function), _kind_to(builder, target)
                builder.edge(Edge(node, target, kind, "on failure", certain=only and one.certain, is_failure=True))
    for queue in builder.deployed.all(Queue):
        source = builder.resource(queue.key)
        for target, only in builder.meant(queue.dead_letter, "queue"):
            if source is not None:
                builder.edge(Edge(source, target, "queue", "redrive", certain=only, is_failure=True))
    consumed = {edge.source for edge in builder.edges() if edge.kind == "queue" and not edge.is_failure}
    for queue in builder.deployed.all(Queue):
        source = builder.resource(queue.key)
        if source in consumed and queue.dead_letter is None:
            builder.marked(source or "", "no_failure_destination")


def _kind_to(builder: Builder, node: str) -> str:
    """The kind of an edge by which something is sent to a node."""
    return {"queue": "queue", "topic": "topic", "bus": "bus", "function": "async", "bucket": "storage"}.get(
        builder.kind_of(node), "unknown"
    )


def _told(value: Value | None) -> str:
    """A text of a template; empty where it is open."""
    return (value.text if value is not None else None) or ""
