"""Whether the parts of a template are objects where CloudFormation and SAM want objects.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.templates.names import FUNCTIONS
from invocation_lint.reference.templates.state_machines import MACHINES

# Sections of objects, and keys below a resource's properties that hold an object; `*` is each member.
_SECTIONS = ("Parameters.*", "Conditions", "Mappings", "Outputs.*", "Globals.*")
_OF_FUNCTIONS = (
    "Events.*.Properties.DestinationConfig.*",
    "Environment.Variables",
    "EventInvokeConfig.DestinationConfig.*",
    "FunctionUrlConfig",
    "DeadLetterQueue",
    "DeadLetterConfig",
)


def check_shapes(path: Path, template: Any) -> None:
    """Raises UsageError for a part of the template at `path` that is no object where one is needed."""
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise UsageError(f"{path}: no template: it has no `Resources`")
    for section in _SECTIONS:
        _check(template, section.split("."), str(path), "")
    for logical_id, resource in template["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise UsageError(f"{path}: resource {logical_id}: no `Type`")
        where = f"{path}: resource {logical_id}"
        _check(resource, ["Properties"], where, "")
        properties = resource.get("Properties") or {}
        if resource["Type"] in (*FUNCTIONS, *MACHINES):
            for keys in _OF_FUNCTIONS:
                _check(properties, keys.split("."), where, "Properties")
            for name, event in (properties.get("Events") or {}).items():
                if not isinstance(event, dict) or not isinstance(event.get("Type"), str):
                    raise UsageError(f"{where}: event {name}: no `Type`")


def _check(value: Mapping[Any, Any], keys: list[str], where: str, parent: str) -> None:
    """Raises UsageError where something on the way of `keys` below `value` is there and no object."""
    if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::If"):  # what it stands for is not known yet
        return
    for name in value if keys[0] == "*" else keys[:1]:
        held, shown = value.get(name), f"{parent}.{name}".lstrip(".")
        if held is None and shown != f"Parameters.{name}":
            continue
        if not isinstance(held, dict):
            raise UsageError(f"{where}: `{shown}` is not an object")
        if keys[1:]:
            _check(held, keys[1:], where, shown)
