"""Puts a stack onto a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.service.stacks import DescribedStack
from invocation_lint.reference.templates.content import Stack
from invocation_lint.reference.templates.custom_resources import Creation, CustomResource, filled, in_order, waits_for
from invocation_lint.reference.templates.made import Resource
from invocation_lint.reference.templates.resources import make_resource

if TYPE_CHECKING:
    from invocation_lint.reference.service.service import LambdaService


def serve_stack(stack: Stack, service: LambdaService) -> None:
    """Make what the stack asks for. Raises UsageError, one line, for what the service refuses."""
    making = _Making(stack, service)
    making.make_what_waits_for_none()
    if stack.custom:
        with Creation(service) as creation:
            for custom in in_order(stack.custom):
                making.create(custom, creation)
    making.make_the_rest()
    for rest_api in stack.rest_apis:
        service.add_rest_api(rest_api)
    for http_api in stack.http_apis:
        service.add_http_api(http_api)
    for link in stack.links:
        make_resource(making.filled(link), service.shared_client, service.region)
    for one in (stack, *stack.nested):
        service.stacks.add(_described(one, making.known, service))


def _described(stack: Stack, known: Mapping[str, Mapping[str, Any]], service: LambdaService) -> DescribedStack:
    """What CloudFormation tells of a stack."""
    urls = {f"{stack.name}-{name}Url.FunctionUrl": service.function_url(each) for name, each in _with_url(stack)}
    outputs = filled({name: value for name, (value, _) in stack.outputs.items()}, known)
    return DescribedStack(
        stack.name,
        f"arn:aws:cloudformation:{service.region}:{service.account}:stack/{stack.name}/local",
        service.clock.stamp(),
        {name: (urls.get(value, value), stack.outputs[name][1]) for name, value in outputs.items()},
        stack.parameters,
        stack.made,
    )


class _Making:
    """Makes resources and functions, each as soon as the custom resources whose values it holds are there."""

    def __init__(self, stack: Stack, service: LambdaService) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self._stack = stack
        self._service = service
        self._resources, self._functions = list(stack.resources), list(stack.functions)

    def filled(self, resource: Resource) -> Resource:
        """A resource with the values of custom resources."""
        return replace(resource, properties=filled(resource.properties, self.known))

    def make_what_waits_for_none(self) -> None:
        """Make everything whose values are known."""
        known = self.known.keys()
        for resource in [each for each in self._resources if waits_for(each.properties) <= known]:
            self._resources.remove(resource)
            make_resource(self.filled(resource), self._service.shared_client, self._service.region)
        for function in [each for each in self._functions if waits_for(each.environment) <= known]:
            self._functions.remove(function)
            try:
                self._service.add_function(replace(function, environment=filled(function.environment, self.known)))
            except ValueError as error:
                raise UsageError(str(error)) from None

    def create(self, custom: CustomResource, creation: Creation) -> None:
        """Create a custom resource, and make what has waited for it; that it failed is noted."""
        custom = replace(custom, properties=filled(custom.properties, self.known))
        if custom.function.split(":")[6] in {function.name for function in self._functions}:
            self._stack.notes.append(f"{custom.logical_id}: not created, its function waits for a custom resource")
            return
        values, failure = creation.create(custom)
        if failure:
            self._stack.notes.append(f"{custom.logical_id}: {custom.kind} failed: {failure}")
            return
        self.known[custom.key] = values
        owner = next(one for one in (self._stack, *self._stack.nested) if one.name == custom.stack)
        owner.made[custom.logical_id] = (custom.kind, values[""])
        self.make_what_waits_for_none()

    def make_the_rest(self) -> None:
        """Make what waits for custom resources that have failed, with made-up texts for their values."""
        held = [*(each.properties for each in self._resources), *(each.environment for each in self._functions)]
        for one in waits_for(held):
            self.known.setdefault(one, {})
        self.make_what_waits_for_none()


def _with_url(stack: Stack) -> list[tuple[str, str]]:
    """The logical ids and names of functions that have a URL."""
    names = {function.name for function in stack.functions if function.url}
    return [(logical_id, name) for logical_id, (_, name) in stack.made.items() if name in names]
