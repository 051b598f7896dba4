"""Puts a stack onto a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invocation_lint.errors import UsageError
from invocation_lint.reference.service.stacks import DescribedStack
from invocation_lint.reference.templates.resources import make_resource
from invocation_lint.reference.templates.stack import Stack

if TYPE_CHECKING:
    from invocation_lint.reference.service.service import LambdaService


def serve_stack(stack: Stack, service: LambdaService) -> None:
    """Make what the stack asks for. Raises UsageError, one line, for what the service refuses."""
    for resource in stack.resources:
        make_resource(resource, service.shared_client, service.region)
    for function in stack.functions:
        try:
            service.add_function(function)
        except ValueError as error:
            raise UsageError(str(error)) from None
    for rest_api in stack.rest_apis:
        service.add_rest_api(rest_api)
    for http_api in stack.http_apis:
        service.add_http_api(http_api)
    for link in stack.links:
        make_resource(link, service.shared_client, service.region)
    urls = {f"{stack.name}-{name}Url.FunctionUrl": service.function_url(each) for name, each in _with_url(stack)}
    service.stacks.add(
        DescribedStack(
            stack.name,
            f"arn:aws:cloudformation:{service.region}:{service.account}:stack/{stack.name}/local",
            service.clock.stamp(),
            {name: (urls.get(value, value), described) for name, (value, described) in stack.outputs.items()},
            stack.parameters,
            stack.made,
        )
    )


def _with_url(stack: Stack) -> list[tuple[str, str]]:
    """The logical ids and names of functions that have a URL."""
    names = {function.name for function in stack.functions if function.url}
    return [(logical_id, name) for logical_id, (_, name) in stack.made.items() if name in names]
