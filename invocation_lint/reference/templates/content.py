"""What a template asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from invocation_lint.reference.service.functions import Function, HttpApi, RestApi
from invocation_lint.reference.templates.custom_resources import CustomResource
from invocation_lint.reference.templates.made import Resource


@dataclass
class Stack:
    """What a template asks for: `resources` are made before functions are added, `custom` resources and `links`
    afterwards, in their order.

    `notes` are sentences about what is not served. CloudFormation tells of its `name`, `parameters`, `outputs` and
    resources (`made`: logical id -> type and physical id), and of those of the stacks that are `nested` in it. Stacks
    that are served later may import its `exports`.
    """

    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    made: dict[str, tuple[str, str]] = field(default_factory=dict)

    functions: list[Function] = field(default_factory=list)
    rest_apis: list[RestApi] = field(default_factory=list)
    http_apis: list[HttpApi] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    custom: list[CustomResource] = field(default_factory=list)
    links: list[Resource] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    nested: list[Stack] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)

    def take_in(self, nested: Stack) -> None:
        """Make what a nested stack asks for together with this one, since each may name what the other makes."""
        for name in ("functions", "rest_apis", "http_apis", "resources", "custom", "links", "notes"):
            getattr(self, name).extend(getattr(nested, name))
        self.nested += [nested, *nested.nested]
        self.exports |= nested.exports
