"""Contracts that are JSON Schemas: the fields of a payload, and its actions, as a schema says them.

Understood are `properties`, `required`, `type`, `description`, references inside the document, `allOf`, and a choice
(`oneOf` or `anyOf`) of objects that are told apart by one property with a constant. What else a schema asks for is not
looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from invocation_lint.contracts.model import Action, Field
from invocation_lint.documents.nodes import Node
from invocation_lint.records import record

_TYPES = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "object": "object",
    "array": "array",
}
MAX_DEPTH = 6
"""Levels of fields, and references that lead on to references."""


@record
class Described:
    """What a schema says of a payload: its fields, or the actions that a property of it chooses between."""

    fields: tuple[Field, ...] = ()
    discriminator: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()


def described_by(node: Node) -> Described:
    """What a JSON Schema says of a payload. UsageError at its place where it describes no object."""
    document = node.plain()
    if not isinstance(document, dict):
        raise node.error("expected a JSON Schema, which is a mapping")
    schema = _resolved(document, document)
    choices = [_resolved(one, document) for one in _choices(schema)]
    if choices:
        common = _fields(schema, document)
        name = _told_by(choices)
        if name is None:
            raise node.error("no property has a different constant in each of the oneOf schemas")
        actions = []
        for choice in choices:
            inner = (one for one in _fields(choice, document) if one.name != name)
            fields = {one.name: one for one in (*common, *inner) if one.name != name}
            actions += [Action(str(value), fields=tuple(fields.values())) for value in _constants(choice, name)]
        return Described((), (name,), tuple(actions))
    if "properties" not in schema and "required" not in schema and "allOf" not in schema:
        raise node.error("the schema does not describe an object: it has no properties")
    return Described(tuple(_fields(schema, document)))


def _choices(schema: Mapping[str, Any]) -> list[Any]:
    for key in ("oneOf", "anyOf"):
        found = schema.get(key)
        if isinstance(found, list) and all(isinstance(one, dict) for one in found):
            return found
    return []


def _resolved(schema: Any, document: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with the one that it refers to inside the document."""
    for _ in range(MAX_DEPTH):
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#"):
            break
        found: Any = document
        for step in filter(None, reference[1:].split("/")):
            found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
        schema = found
    return schema if isinstance(schema, dict) else {}


def _fields(
    schema: Mapping[str, Any], document: Mapping[str, Any], prefix: str = "", *, needed: bool = True
) -> Iterator[Field]:
    """The fields of an object, those of objects in it with dotted names."""
    for part in schema.get("allOf", ()) if isinstance(schema.get("allOf"), list) else ():
        yield from _fields(_resolved(part, document), document, prefix, needed=needed)
    own = schema.get("properties")
    required = schema.get("required")
    names = [one for one in required if isinstance(one, str)] if isinstance(required, list) else []
    properties = own if isinstance(own, dict) else {}
    for name in dict.fromkeys((*properties, *names)):
        inner = _resolved(properties.get(name, {}), document)
        told = inner.get("type")
        is_needed = needed and name in names
        yield Field(
            f"{prefix}{name}",
            required=is_needed,
            type=_TYPES.get(told) if isinstance(told, str) else None,
            why=str(inner["description"]).strip() if isinstance(inner.get("description"), str) else "",
        )
        if prefix.count(".") < MAX_DEPTH:
            yield from _fields(inner, document, f"{prefix}{name}.", needed=is_needed)


def _told_by(choices: list[dict[str, Any]]) -> str | None:
    """The property that has a constant in each of several schemas."""
    names = [
        [name for name in choice.get("properties", {}) if _constants(choice, name)]
        for choice in choices
        if isinstance(choice.get("properties"), dict)
    ]
    if len(names) != len(choices):
        return None
    return next((name for name in names[0] if all(name in others for others in names)), None)


def _constants(schema: Mapping[str, Any], name: str) -> list[Any]:
    found = schema["properties"].get(name)
    if not isinstance(found, dict):
        return []
    if "const" in found:
        return [found["const"]]
    return list(found["enum"]) if isinstance(found.get("enum"), list) else []
