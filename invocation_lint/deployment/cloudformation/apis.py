"""APIs, and what else refers to a function and so invokes it (AWS: CloudFormation resource reference)."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.kinds import FRONTS
from invocation_lint.deployment.model import Api, Resource, Trigger
from invocation_lint.deployment.values import Attribute, Text, Value, known

APIS = {
    "AWS::ApiGateway::RestApi": "rest_api", "AWS::Serverless::Api": "rest_api", "AWS::ApiGatewayV2::Api": "http",
    "AWS::Serverless::HttpApi": "http_api", "AWS::AppSync::GraphQLApi": "graphql",
    "AWS::Serverless::GraphQLApi": "graphql", "AWS::Serverless::WebSocketApi": "websocket",
}  # fmt: skip

REFERRING = {
    "AWS::Logs::SubscriptionFilter": "event", "AWS::IoT::TopicRule": "event", "AWS::ApiGateway::Method": "rest_api",
    "AWS::ApiGatewayV2::Integration": "http", "AWS::ElasticLoadBalancingV2::TargetGroup": "load_balancer",
    "AWS::AppSync::DataSource": "service", "AWS::Bedrock::Agent": "service", "AWS::Lex::BotAlias": "service",
    "AWS::Connect::IntegrationAssociation": "service", "AWS::Cognito::UserPool": "cognito",
    "AWS::KinesisFirehose::DeliveryStream": "service", "AWS::SES::ReceiptRule": "event",
    "AWS::S3ObjectLambda::AccessPoint": "service", "AWS::SecretsManager::RotationSchedule": "event",
    "AWS::Config::ConfigRule": "event", "AWS::ApiGateway::Authorizer": "service",
    "AWS::ApiGatewayV2::Authorizer": "service", "AWS::BedrockAgentCore::GatewayTarget": "service",
}  # fmt: skip
"""What the resources of a type do to the functions that they refer to."""

_FUNCTIONS = {
    "AWS::AppSync::DataSource": ("LambdaConfig", "LambdaFunctionArn"),
    "AWS::Logs::SubscriptionFilter": ("DestinationArn",),
    "AWS::SecretsManager::RotationSchedule": ("RotationLambdaARN",),
    "AWS::ApiGateway::Authorizer": ("AuthorizerUri",),
    "AWS::ApiGatewayV2::Authorizer": ("AuthorizerUri",),
    "AWS::Config::ConfigRule": ("Source", "SourceIdentifier"),
}
"""The properties that name the function of those that have one; what else they refer to is none."""

_TRIGGERS = {"graphql": "service", "websocket": "http"}
"""What an API of a kind is to its functions, where that has another name."""

_SOURCES = {"AWS::ApiGateway::Method": "RestApiId", "AWS::ApiGatewayV2::Integration": "ApiId",
            "AWS::Logs::SubscriptionFilter": "LogGroupName", "AWS::AppSync::DataSource": "ApiId"}  # fmt: skip


def api(made: Made) -> Iterator[Resource]:
    """An API; the functions to which an inline definition leads are invoked by it."""
    kind = APIS[made.type]
    if made.type == "AWS::ApiGatewayV2::Api":
        protocol = made.properties.text("ProtocolType")
        kind = {"WEBSOCKET": "websocket", "HTTP": "http_api"}.get(protocol, kind)
    definition = made.value("DefinitionBody") or made.value("Body")
    yield Api(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("Name"),
        kind=kind,
        cors=made.value("CorsConfiguration") or made.value("Cors"),
        definition=definition,
    )
    whole = made.properties.value()
    if whole is not None:
        yield from _triggers(made, whole, _TRIGGERS.get(kind, kind), made.own("id"))


def referring(made: Made) -> Iterator[Resource]:
    """A resource that invokes the functions to which it refers."""
    yield Resource(made.key, made.type, made.place, made.when)
    kind = REFERRING[made.type]
    source = made.value(_SOURCES[made.type]) if made.type in _SOURCES else None
    whole = made.properties.value()
    if made.type == "AWS::ApiGatewayV2::Integration":
        whole = made.value("IntegrationUri")
    elif made.type == "AWS::ApiGateway::Method":
        whole = made.value("Integration", "Uri")
    elif made.type in _FUNCTIONS:
        named = made.value(*_FUNCTIONS[made.type])
        if named is not None:
            yield _trigger(made, named, kind, source)
        return
    if whole is not None:
        yield from _triggers(made, whole, kind, source)


def _triggers(made: Made, whole: Value, kind: str, source: Value | None) -> Iterator[Resource]:
    """A trigger for each resource to which a value refers; those that are no functions concern nobody."""
    told = whole.attributes()
    for attribute in told:
        function = known(Text((Attribute(attribute.resource, attribute.name),)), whole.place)
        yield _trigger(made, function, kind, source)
    if not told and kind in FRONTS and made.type not in APIS:
        yield _trigger(made, whole, kind, source)


def _trigger(made: Made, function: Value, kind: str, source: Value | None) -> Trigger:
    return Trigger(
        made.key,
        made.type,
        made.place,
        made.when,
        kind=kind,
        function=function,
        source=source,
        method=made.value("HttpMethod"),
        timeout_ms=made.value("TimeoutInMillis") or made.value("Integration", "TimeoutInMillis"),
        # in a definition, each path says it for itself
        is_proxy=made.type not in APIS and _type(made) in {"", "AWS_PROXY"},
        maps_errors=_type(made) == "AWS",
    )


def _type(made: Made) -> str:
    """The type of the integration: what the function returns is the response as it is (AWS_PROXY), or mapped (AWS);
    empty where it is not given."""
    told = made.value("IntegrationType") or made.value("Integration", "Type")
    return (told.text or "?").upper() if told is not None else ""
