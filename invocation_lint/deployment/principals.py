"""What services do to the functions that a permission lets them invoke."""

PRINCIPALS = {
    "apigateway": "http", "elasticloadbalancing": "load_balancer", "s3": "s3", "sns": "sns", "events": "eventbridge",
    "scheduler": "schedule", "logs": "event", "iot": "event", "ses": "event", "config": "event",
    "secretsmanager": "event", "lex": "service", "lexv2": "service", "connect": "service", "bedrock": "service",
    "appsync": "service", "alexa-appkit": "service", "cognito-idp": "cognito", "states": "state_machine",
}  # fmt: skip
"""By the first part of the service's name: `sns.amazonaws.com` (AWS: Lambda developer guide, function policies)."""


def kind_of_principal(principal: str) -> str | None:
    """What the service of a principal does; None for an account, and for a service of which that is not known."""
    return PRINCIPALS.get(principal.partition(".")[0])
