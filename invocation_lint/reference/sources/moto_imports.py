"""What moto's server comes to need, for the process that such servers are forked from (service/workers/forks.py)."""

from __future__ import annotations

from importlib import import_module

_SERVICES = (
    "cloudformation",
    "dynamodb",
    "dynamodbstreams",
    "events",
    "iam",
    "kinesis",
    "pipes",
    "s3",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "stepfunctions",
    "sts",
)


def import_all() -> None:
    """Import the server, the services that templates have most, and the interpreter of state machines."""
    import_module("moto.moto_server.werkzeug_app")
    for service in _SERVICES:
        import_module(f"moto.{service}.urls")
    from invocation_lint.reference.machines.moto_machines import interpreter

    interpreter()
