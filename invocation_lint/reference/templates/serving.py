"""Puts stacks onto a service, anew when their templates have changed, and takes away what their functions made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.service.stacks import DescribedStack
from invocation_lint.reference.templates.content import Stack
from invocation_lint.reference.templates.custom_resources import (
    Conversation,
    CustomResource,
    Response,
    filled,
    in_order,
    waits_for,
)
from invocation_lint.reference.templates.made import Resource
from invocation_lint.reference.templates.resources import make_resource

if TYPE_CHECKING:
    from invocation_lint.reference.service.functions import Function, HttpApi, RestApi
    from invocation_lint.reference.service.service import LambdaService


def serve_stack(stack: Stack, service: LambdaService) -> None:
    """Make what the stack asks for. Raises UsageError, one line, for what the service refuses."""
    Deployment(service).serve(stack)


@dataclass
class _Served:
    """What stands of a stack: its resources and links as they were made, and its custom resources in the order in
    which they were."""

    made: list[Resource] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)
    apis: list[RestApi | HttpApi] = field(default_factory=list)
    custom: dict[str, tuple[CustomResource, Response]] = field(default_factory=dict)

    def keep(self, before: _Served) -> None:
        """Go on with what stood before as well: no more was made."""
        self.made = before.made + self.made
        self.apis = before.apis + self.apis
        self.functions = {**before.functions, **self.functions}
        self.custom = {**before.custom, **self.custom}


class Deployment:
    """The stacks of a service, by their names."""

    def __init__(self, service: LambdaService) -> None:
        self._service = service
        self._served: dict[str, _Served] = {}

    def serve(self, stack: Stack) -> None:
        """Make what the stack asks for; of one that is served already, what has changed.

        Functions are replaced, and custom resources told of Update and Delete. Other resources that have changed stay
        as they are, and a note says so. Raises UsageError, one line, for what the service refuses.
        """
        before = self._served.get(stack.name, _Served())
        making = _Making(stack, self._service, before)
        try:
            making.make_what_waits_for_none()
            with Conversation(self._service) as conversation:
                for custom in in_order(stack.custom):
                    making.settle(custom, conversation)
                making.make_the_rest()
                making.make_apis_and_links()
                making.clean_up(conversation)
        except UsageError:
            making.now.keep(before)
            raise
        finally:
            self._served[stack.name] = making.now
        for one in (stack, *stack.nested):
            self._service.stacks.add(_described(one, making.known, self._service))

    def end(self) -> list[str]:
        """Tell the functions of custom resources of Delete, the last made first; sentences about those that failed."""
        notes: list[str] = []
        held = [each for served in self._served.values() for each in served.custom.values()]
        self._served.clear()
        if held:
            with Conversation(self._service) as conversation:
                for custom, response in reversed(held):
                    if not custom.stays:
                        _delete(custom, response.physical_id, conversation, notes)
        return notes


def _delete(custom: CustomResource, physical_id: str, conversation: Conversation, notes: list[str]) -> None:
    response = conversation.delete(custom, physical_id)
    if response.failure:
        notes.append(f"{custom.logical_id}: {custom.kind} was not deleted: {response.failure}")


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
    """Makes resources and functions, each as soon as the custom resources whose values it holds are there.

    `before` is what stands of the stack, `now` what stands of it then.
    """

    def __init__(self, stack: Stack, service: LambdaService, before: _Served) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.now = _Served()
        self._before = before
        self._stack = stack
        self._service = service
        self._resources, self._functions = list(stack.resources), list(stack.functions)
        self._outdated: list[tuple[CustomResource, str]] = []

    def make_what_waits_for_none(self) -> None:
        """Make everything whose values are known."""
        known = self.known.keys()
        for resource in [each for each in self._resources if waits_for(each.properties) <= known]:
            self._resources.remove(resource)
            self._make(resource)
        for function in [each for each in self._functions if waits_for(each.environment) <= known]:
            self._functions.remove(function)
            self._add(replace(function, environment=filled(function.environment, self.known)))

    def settle(self, custom: CustomResource, conversation: Conversation) -> None:
        """Create a custom resource, or update it where it has changed, and make what has waited for it; that this
        failed is noted."""
        custom = replace(custom, properties=filled(custom.properties, self.known))
        if custom.function.split(":")[6] in {function.name for function in self._functions}:
            self._stack.notes.append(f"{custom.logical_id}: not created, its function waits for a custom resource")
            return
        old, held = self._before.custom.get(custom.key, (None, None))
        if old is None or held is None:
            response = conversation.create(custom)
        elif old.kind != custom.kind:
            response = Response(failure="the type of a resource cannot be changed")
        elif old.properties == custom.properties:
            response = held
        else:
            response = conversation.update(custom, old, held.physical_id)
        if response.failure:
            self._stack.notes.append(f"{custom.logical_id}: {custom.kind} failed: {response.failure}")
            if old is None or held is None:
                return
            custom, response = old, held  # CloudFormation would go back to it
        if old is not None and held is not None and response.physical_id != held.physical_id:
            self._outdated.append((old, held.physical_id))
        self.now.custom[custom.key] = (custom, response)
        self.known[custom.key] = response.values
        owner = next(one for one in (self._stack, *self._stack.nested) if one.name == custom.stack)
        owner.made[custom.logical_id] = (custom.kind, response.physical_id)
        self.make_what_waits_for_none()

    def make_the_rest(self) -> None:
        """Make what waits for custom resources that have failed, with made-up texts for their values."""
        held = [*(each.properties for each in self._resources), *(each.environment for each in self._functions)]
        for one in waits_for(held):
            self.known.setdefault(one, {})
        self.make_what_waits_for_none()

    def make_apis_and_links(self) -> None:
        """Make what leads to functions."""
        for rest_api in self._stack.rest_apis:
            self.now.apis.append(rest_api)
            if rest_api not in self._before.apis:
                self._service.add_rest_api(rest_api)
        for http_api in self._stack.http_apis:
            self.now.apis.append(http_api)
            if http_api not in self._before.apis:
                self._service.add_http_api(http_api)
        for link in self._stack.links:
            self._make(link)

    def clean_up(self, conversation: Conversation) -> None:
        """Delete what was replaced, and what the template has no more: CloudFormation does so when all else is made."""
        for old, physical_id in self._outdated:
            if not old.stays_when_replaced:
                _delete(old, physical_id, conversation, self._stack.notes)
        gone = [each for key, each in self._before.custom.items() if key not in self.now.custom]
        for old, response in reversed(gone):
            if not old.stays:
                _delete(old, response.physical_id, conversation, self._stack.notes)
        for name in self._before.functions.keys() - self.now.functions.keys():
            self._service.remove_function(name)
        kept = {(each.kind, each.name) for each in self.now.made}
        for resource in self._before.made:
            if (resource.kind, resource.name) not in kept:
                self._stack.notes.append(f"{resource.name}: {resource.kind} is there until the next start")

    def _make(self, resource: Resource) -> None:
        filled_in = replace(resource, properties=filled(resource.properties, self.known))
        others = [each for each in self._before.made if (each.kind, each.name) == (resource.kind, resource.name)]
        self.now.made.append(filled_in)
        if filled_in in others:
            return
        if others and all(each not in self._stack.links and each not in self._stack.resources for each in others):
            self._stack.notes.append(f"{resource.name}: {resource.kind} is as it was until the next start")
            return
        make_resource(filled_in, self._service.shared_client, self._service.region)

    def _add(self, function: Function) -> None:
        if self._before.functions.get(function.name) == function:
            self._service.forget_sandboxes(function.name)  # its code may have changed
        else:
            try:
                self._service.add_function(function)
            except ValueError as error:
                raise UsageError(str(error)) from None
        self.now.functions[function.name] = function


def _with_url(stack: Stack) -> list[tuple[str, str]]:
    """The logical ids and names of functions that have a URL."""
    names = {function.name for function in stack.functions if function.url}
    return [(logical_id, name) for logical_id, (_, name) in stack.made.items() if name in names]
