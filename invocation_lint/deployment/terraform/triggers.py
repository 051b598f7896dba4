"""What else invokes functions: APIs, state machines, other services (HashiCorp: provider aws)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.definitions import Definition, may_be_definition, read_definition
from invocation_lint.deployment.model import Api, Resource, StateMachine, Trigger
from invocation_lint.deployment.terraform.bodies import Body, Made, file_of
from invocation_lint.deployment.terraform.documents import read_document
from invocation_lint.deployment.terraform.expressions import evaluate
from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.parsing import attributes, parts
from invocation_lint.deployment.terraform.values import settled
from invocation_lint.deployment.triggers import with_tasks
from invocation_lint.deployment.values import Attribute, Text, Unknown, Value, known

if TYPE_CHECKING:
    from lark import Tree

_TOLD: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "aws_cloudwatch_log_subscription_filter": ("event", (("destination_arn",),)),
    "aws_iot_topic_rule": ("event", (("lambda", "function_arn"),)),
    "aws_secretsmanager_secret_rotation": ("event", (("rotation_lambda_arn",),)),
    "aws_config_config_rule": ("event", (("source", "source_identifier"),)),
    "aws_ses_receipt_rule": ("event", (("lambda_action", "function_arn"),)),
    "aws_lb_target_group_attachment": ("load_balancer", (("target_id",),)),
    "aws_alb_target_group_attachment": ("load_balancer", (("target_id",),)),
    "aws_appsync_datasource": ("service", (("lambda_config", "function_arn"),)),
    "aws_api_gateway_authorizer": ("service", (("authorizer_uri",),)),
    "aws_apigatewayv2_authorizer": ("service", (("authorizer_uri",),)),
    "aws_lex_intent": ("service", (("fulfillment_activity", "code_hook", "uri"),)),
    "aws_bedrockagent_agent_action_group": ("service", (("action_group_executor", "lambda"),)),
    "aws_cloudfront_distribution": (
        "service",
        (
            ("default_cache_behavior", "lambda_function_association", "lambda_arn"),
            ("ordered_cache_behavior", "lambda_function_association", "lambda_arn"),
        ),
    ),
}
"""Where resources of a type name a function, and how they invoke it."""

TYPES = tuple(_TOLD)  # in one order: what is deployed comes in that of the types


def told(made: Made) -> Iterator[Resource]:
    """A resource that names a function in one of its arguments."""
    kind, places = _TOLD[made.type]
    for *blocks, name in places:
        for body in _within(made.body, blocks):
            function = body.value(name)
            if function is not None:
                yield Trigger(*made.head, kind=kind, function=function)


def _within(body: Body, kinds: list[str]) -> Iterator[Body]:
    if not kinds:
        yield body
        return
    for one in body.blocks(kinds[0]):
        yield from _within(one, kinds[1:])


def user_pool(made: Made) -> Iterator[Resource]:
    """A user pool, and the functions that it invokes."""
    for body in made.body.blocks("lambda_config"):
        for node in body.nodes:
            for name, _, _ in attributes(node):
                function = body.value(name)
                if function is not None and name != "kms_key_id":
                    yield Trigger(*made.head, kind="cognito", function=function)


# -- APIs ------------------------------------------------------------------------------------------------------------


def rest_integration(made: Made) -> Iterator[Resource]:
    """An integration of a REST API."""
    uri = made.value("uri")
    if uri is not None:
        yield Trigger(
            *made.head,
            kind="rest_api",
            function=uri,
            source=made.value("rest_api_id"),
            method=made.value("http_method"),
            timeout_ms=made.value("timeout_milliseconds"),
            is_proxy=_is_proxy(made.value("type")),
            maps_errors=_type(made.value("type")) == "AWS",
        )


def _is_proxy(told: Value | None) -> bool:
    """Whether what the function returns is the response as it is."""
    return _type(told) == "AWS_PROXY"


def _type(told: Value | None) -> str:
    return (told.text or "").upper() if told is not None else ""


def integration(made: Made) -> Iterator[Resource]:
    """An integration of an HTTP or a WebSocket API."""
    uri = made.value("integration_uri")
    if uri is not None:
        yield Trigger(
            *made.head,
            kind="http",
            function=uri,
            source=made.value("api_id"),
            timeout_ms=made.value("timeout_milliseconds"),
        )


def api(made: Made) -> Iterator[Resource]:
    """An API, and the functions that its definition names."""
    protocol = made.value("protocol_type")
    kind = {"HTTP": "http_api", "WEBSOCKET": "websocket"}.get((protocol.text or "") if protocol is not None else "")
    kind = "rest_api" if made.type == "aws_api_gateway_rest_api" else kind or "http"
    cors = made.body.block("cors_configuration")
    definition = made.body.structure("body")
    is_cors = known("cors_configuration", cors.place) if cors.is_there else None
    yield Api(*made.head, made.value("name"), kind=kind, cors=is_cors, definition=definition)
    front = "http" if kind == "websocket" else kind
    target = made.value("target")
    named = [target] if target is not None else []
    for attribute in definition.attributes() if definition is not None else ():
        named.append(known(Text((attribute,)), made.place))
    for function in named:
        yield Trigger(*made.head, kind=front, function=function, source=made.own("id"))


# -- state machines --------------------------------------------------------------------------------------------------


def state_machine(made: Made, argument: str = "definition") -> Iterator[Resource]:
    """A state machine, and the functions that its tasks invoke."""
    definition, why = _definition(made, argument)
    machine = StateMachine(
        *made.head,
        made.value("name"),
        kind=made.value("type"),
        role=made.value("role_arn"),
        definition=definition,
        definition_unknown=why,
    )
    yield from with_tasks(machine, made.own("arn"))
    node = made.body.node(argument)
    for attribute in _attributes(made.body.frame, node) if definition is None and node is not None else ():
        yield Trigger(
            *made.head,
            kind="state_machine",
            function=known(Text((attribute,)), made.place),
            source=made.own("arn"),
        )


def _definition(made: Made, argument: str) -> tuple[Definition | None, str]:
    value, node = made.body.raw(argument), made.body.node(argument)
    if value is None or node is None:
        return None, "the definition is not there"
    path = file_of(made.body.frame, node)
    for content in value.contents:
        if isinstance(content, Unknown):
            return None, content.reason
        read = read_document(content, value.place, path)
        if read is not None and may_be_definition(read[0]):
            return read_definition(path or value.place.path, read[0], read[1]), ""
    return None, "the definition is no text that can be read"


def _attributes(frame: Frame, node: Tree[Any]) -> Iterator[Attribute]:
    """The attributes of resources that an expression names, however deep."""
    waiting, seen = [node], set()
    while waiting:
        current = waiting.pop()
        if current.data == "get_attr_expr_term":
            for one in settled(evaluate(frame, current)).attributes():
                if one not in seen:
                    seen.add(one)
                    yield one
            continue
        if current.data.startswith("heredoc"):
            for one in settled(evaluate(frame, current)).attributes():
                yield one
            continue
        waiting.extend(parts(current))


Builder = Callable[[Made], Iterator[Resource]]

OTHERS: dict[str, Builder] = {
    **dict.fromkeys(TYPES, told),
    "aws_cognito_user_pool": user_pool,
    "aws_api_gateway_integration": rest_integration,
    "aws_apigatewayv2_integration": integration,
    "aws_api_gateway_rest_api": api,
    "aws_apigatewayv2_api": api,
    "aws_sfn_state_machine": state_machine,
}
