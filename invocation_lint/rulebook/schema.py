"""JSON Schemas for what people write: rules, contracts, the configuration. For editors, and for tests of our own files.

`python -m invocation_lint.rulebook.schema` writes them to `invocation_lint/data/schemas/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from invocation_lint.contracts import loader as contracts
from invocation_lint.rulebook.loader import load_shipped
from invocation_lint.rulebook.model import Option, Rule
from invocation_lint.rulebook.schema_rule import DIALECT, TEXT, Schema, rule_schema
from invocation_lint.settings.keys import KEYS, OVERRIDE_KEYS

FOLDER = Path(__file__).parents[1] / "data" / "schemas"


class KeyDescription(Protocol):
    """What the schema needs to know of a key of the configuration."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def doc(self) -> str: ...
    @property
    def words(self) -> tuple[str, ...]: ...


def all_schemas() -> dict[str, Schema]:
    """Every schema, by the name of its file."""
    return {
        "rule.schema.json": rule_schema(),
        "contracts.schema.json": contracts_schema(),
        "configuration.schema.json": configuration_schema(KEYS, OVERRIDE_KEYS, load_shipped().rules),
    }


def text_of(schema: Schema) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _object(properties: Mapping[str, Schema], required: Sequence[str] = (), doc: str = "") -> Schema:
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return {"description": doc, **schema} if doc else schema


def _described(schema: Schema, doc: str) -> Schema:
    return {"description": doc, **schema}


def contracts_schema() -> Schema:
    """The schema of a document with contracts."""
    seconds: Schema = {"type": "number", "minimum": 0}
    duration: Schema = {
        "description": "the run time, in seconds",
        "anyOf": [seconds, _object({"min": seconds, "max": seconds}, ("min", "max"))],
    }
    variable: Schema = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
    glob: Schema = {"type": "string", "pattern": "^[a-zA-Z0-9_.*?-]*[a-zA-Z0-9_.-][a-zA-Z0-9_.*?-]*$"}
    field = _object(
        {
            "required": _described({"type": "boolean"}, "whether the function fails or does harm without the field"),
            "type": {"enum": list(contracts.FIELD_TYPES)},
            "role": _described({"enum": list(contracts.ROLES)}, "what the field identifies"),
            "fallback": _described(TEXT, "the field accepted instead"),
            "forbidden_sources": _described(
                {"type": "array", "items": TEXT}, "globs for names of values that must not be sent as this field"
            ),
            "why": _described(
                TEXT, "what the field is for, and what goes wrong without it; shown in findings after a colon"
            ),
        }
    )
    fields: Schema = {
        "type": "object",
        "additionalProperties": field,
        "description": "the fields that the function reads",
    }
    returns: Schema = _described({"type": "array", "items": TEXT}, "the keys of the response")
    action = _object(
        {
            "duration_seconds": duration,
            "mode": _described({"enum": list(contracts.MODES)}, "how the action should be invoked; used in messages"),
            "fields": fields,
            "returns": returns,
        }
    )
    match = _object(
        {
            "names": _described({"type": "array", "items": glob}, "globs for the unqualified function name"),
            "environment": _described(
                {"type": "array", "items": variable}, "environment variables that hold the name of the function"
            ),
        },
        doc="what identifies the function",
    )
    function = _object(
        {
            "name": {"type": "string", "pattern": "^[a-zA-Z0-9][a-zA-Z0-9_-]*$"},
            "match": {**match, "minProperties": 1},
            "discriminator": _described(TEXT, 'the path that names the action: "action", or "action | intent.type"'),
            "decodes": _described({"enum": list(contracts.DECODES)}, "where the function looks for its payload"),
            "actions": {"type": "object", "additionalProperties": action},
            "fields": fields,
            "returns": returns,
            "schema": _described(
                TEXT, "the JSON Schema of the payload, relative to the folder of this file; replaces fields"
            ),
            "duration_seconds": duration,
            "timeout_seconds": _described(seconds, "the function's timeout"),
            "idempotent": _described({"type": "boolean"}, "whether running it twice does no harm"),
            "other_actions": _described(TEXT, "what happens to any other action; shown in findings"),
            "failure_answer": _described({"enum": list(contracts.FAILURE_ANSWERS)}, "how it reports a failure"),
            "unknown_fields": {"enum": list(contracts.UNKNOWN_FIELDS)},
        },
        ("name", "match"),
    )
    function["dependentRequired"] = {"discriminator": ["actions"], "actions": ["discriminator"]}
    parameter: Schema = variable
    mode = {"enum": list(contracts.INVOCATION_TYPES)}
    wrapper = _object(
        {
            "call": _described({"type": "string", "pattern": r"^[A-Za-z_][\w.]*$"}, "the dotted name of the wrapper"),
            "function": _described(parameter, "the parameter with the name of the function"),
            "payload": _described(parameter, "the parameter with the payload"),
            "invocation_type": {
                "description": "the parameter that decides the mode",
                "anyOf": [
                    parameter,
                    _object({"parameter": parameter, "yes": mode, "no": mode}, ("parameter", "yes", "no")),
                ],
            },
        },
        ("call",),
    )
    properties: Schema = {
        "version": {"const": contracts.VERSION},
        "functions": {"type": "array", "items": function},
        "wrappers": _described({"type": "array", "items": wrapper}, "library functions that invoke on your behalf"),
        "job_tables": _described(
            {"type": "array", "items": TEXT},
            "tables and ORM classes that hold jobs, in addition to those of the configuration",
        ),
    }
    return {
        "$schema": DIALECT,
        "title": "Contracts of invocation-lint",
        "description": "what functions expect from their callers",
        **_object(properties, ("version",)),
    }


def configuration_schema(
    keys: Iterable[KeyDescription], override_keys: Sequence[str], rules: Iterable[Rule] = ()
) -> Schema:
    """The schema of the configuration: the keys as described, and the options of the rules."""
    rules = tuple(rules)
    by_name = {key.name: _key(key, rules) for key in keys}
    some = {name: by_name[name] for name in override_keys}
    paths = _described({"type": "array", "items": TEXT}, "the files that these values apply to")
    if "overrides" in by_name:
        override = _object({"paths": paths, **_both_spellings(some)}, ("paths",))
        by_name["overrides"] = {**by_name["overrides"], "items": override}
    return {
        "$schema": DIALECT,
        "title": "The configuration of invocation-lint",
        **_object(_both_spellings(by_name)),
    }


def _both_spellings(by_name: Mapping[str, Schema]) -> dict[str, Schema]:
    """Keys may be written with _ for -."""
    return {spelling: schema for name, schema in by_name.items() for spelling in (name, name.replace("-", "_"))}


def _key(key: KeyDescription, rules: Sequence[Rule]) -> Schema:
    shapes: dict[str, Schema] = {
        "texts": {"type": "array", "items": TEXT},
        "paths": {"type": "array", "items": TEXT},
        "file": TEXT,
        "yes_no": {"type": "boolean"},
        "word": {"enum": list(key.words)},
        "overrides": {"type": "array"},
        "functions": {"type": "object", "additionalProperties": TEXT},
        "rule_options": {
            "type": "object",
            "properties": {
                word: _described(_object({option.name: _option(option) for option in rule.options}), rule.summary)
                for rule in rules
                if rule.options
                for word in (rule.id, rule.name)
            },
            "additionalProperties": {"type": "object"},
        },
    }
    return _described(shapes[key.kind], key.doc)


def _option(option: Option) -> Schema:
    shape: Schema = {"number": {"type": "number"}, "text": TEXT, "texts": {"type": "array", "items": TEXT}}[option.type]
    default: Any = list(option.default) if option.type == "texts" else option.default
    return {**shape, "default": default, "description": option.help}


def main() -> None:
    """Writes all schemas."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in all_schemas().items():
        (FOLDER / name).write_text(text_of(schema), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
