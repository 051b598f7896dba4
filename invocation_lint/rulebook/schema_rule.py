"""The JSON Schema of `rule.yaml`, with the paths and words of every fact, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from invocation_lint.facts.kinds import KINDS
from invocation_lint.rulebook.language import COMPARISONS, STATES
from invocation_lint.rulebook.loader import (
    KEYS,
    KEYS_OF_ALSO,
    OPTION_TYPES,
    PROFILES,
    REQUIRED_OF_ALL,
    REQUIRED_OF_ALSO,
    REQUIRED_OF_SHIPPED,
    SAFETIES,
    SEVERITIES,
    proof_words,
)
from invocation_lint.rulebook.paths import FieldInfo, fields_of
from invocation_lint.rulebook.requests import fixes_of

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = {"type": "string", "pattern": r"^(\$[a-z]|=[a-z])", "description": "$option, or =path of another field"}
TEXT: Schema = {"type": "string", "pattern": r"\S"}
DOCS = {
    "id": "INV and three digits for shipped rules, INX001 to INX999 for your own; never changes",
    "name": "lower-case words and digits, separated by -",
    "summary": "what the rule finds, in one line",
    "severity": "error: fails every time the code runs; warning: fails after some other fault; advice: a practice",
    "profile": "strict if the rule is off by default",
    "fact": "the kind of fact that the rule checks",
    "each": "the path of a list: one finding for each matching element, available as item.",
    "when": "all tests must hold, and one of `any` if present",
    "unless": "the rule applies if `when` is yes and `unless` is no",
    "options": "values that users can configure for this rule, available as $name",
    "supersedes": "rules whose findings on the same call become notes of this one: ids, families (INV2xx) or all",
    "message": "one line, with {path} and {$option}",
    "labels": "labels for related places, by path",
    "help": "what to do about it; a line with an absent path is omitted",
    "fix": "the fix to offer",
    "also": "further kinds of facts that show the same harm, each with its own conditions and message",
    "why": "why it hurts; a rule that uses not_known_to_be says why reporting unknown values is right",
    "source": "where the facts come from",
    "proof": "what the reference runtime observes in the bad program but not in the good one",
    "since": "the release that added the rule",
}


def rule_schema() -> Schema:
    """The schema of a rule. Which paths and words may be used follows from `fact` and `each`."""
    definitions: Schema = {
        "reference": REFERENCE,
        "value:text": _one_or_more(TEXT),
        "value:number": _one_or_more({"type": "number"}),
    }
    branches = []
    for kind in KINDS:
        branches += _branches(kind, definitions)
    definitions["about"] = {"allOf": branches}
    properties: Schema = {key: {**_KEY_SCHEMAS[key], "description": DOCS[key]} for key in KEYS}
    properties["fact"]["enum"] = list(KINDS)
    properties["also"]["items"] = {
        "type": "object",
        "properties": {key: properties[key] for key in KEYS_OF_ALSO},
        "required": list(REQUIRED_OF_ALSO),
        "additionalProperties": False,
        "allOf": [_ref("about")],
    }
    shipped = {"properties": {"id": {"pattern": "^INV"}}, "required": ["id"]}
    return {
        "$schema": DIALECT,
        "title": "A rule of invocation-lint",
        "type": "object",
        "properties": properties,
        "required": list(REQUIRED_OF_ALL),
        "additionalProperties": False,
        "allOf": [{"if": shipped, "then": {"required": list(REQUIRED_OF_SHIPPED)}}, _ref("about")],
        "$defs": definitions,
    }


_WORD: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"}
_OPTION: Schema = {
    "type": "object",
    "properties": {
        "type": {"enum": list(OPTION_TYPES)},
        "default": {"type": ["number", "string", "array"], "items": TEXT},
        "help": TEXT,
    },
    "required": ["type", "default", "help"],
    "additionalProperties": False,
}
_OBSERVED = {
    word: {
        "type": "object",
        "properties": {word: {"enum": list(proof_words())}},
        "required": [word],
        "additionalProperties": False,
    }
    for word in ("observe", "absent")
}
_KEY_SCHEMAS: Mapping[str, Schema] = {
    "id": {"type": "string", "pattern": "^IN[VX](?!000)[0-9]{3}$"},
    "name": _NAME,
    "summary": TEXT,
    "severity": {"type": ["string", "object"]},
    "profile": {"enum": list(PROFILES)},
    "fact": {},
    "each": {"type": "string"},
    "when": {"type": "object"},
    "unless": {"type": "object", "minProperties": 1},
    "options": {"type": "object", "propertyNames": _WORD, "additionalProperties": _OPTION},
    "supersedes": {"type": "array", "items": {"type": "string", "pattern": "^(all|IN[VX][0-9]([0-9]{2}|xx))$"}},
    "message": TEXT,
    "labels": {"type": "object", "additionalProperties": TEXT},
    "help": TEXT,
    "fix": {
        "type": "object",
        "properties": {
            "name": {"enum": [name for kind in KINDS for name in fixes_of(kind)]},
            "safety": {"enum": list(SAFETIES)},
        },
        "required": ["name", "safety"],
        "additionalProperties": False,
    },
    "also": {"type": "array", "minItems": 1},
    "why": TEXT,
    "source": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
    "proof": {
        "anyOf": [
            {
                "type": "object",
                "properties": {"bad": _OBSERVED["observe"], "good": _OBSERVED["absent"]},
                "required": ["bad", "good"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"none": {**TEXT, "description": "why there is no proof; for advice only"}},
                "required": ["none"],
                "additionalProperties": False,
            },
        ]
    },
    "since": TEXT,
}


def _branches(kind: str, definitions: Schema) -> list[Schema]:
    """What holds for rules about one kind of fact: without `each`, and with each list of the fact."""
    paths = fields_of(kind)
    for path, info in paths.items():
        definitions[f"{kind}:{path}"] = _test(info, f"{kind}:{path}", definitions)
    lists = {path: info for path, info in paths.items() if info.type == "list"}
    definitions[f"names:{kind}"] = {"enum": list(paths)}
    everywhere = {path: _ref(f"{kind}:{path}") for path in paths}
    definitions[f"paths:{kind}"] = {
        **_operators({**everywhere, "any": {"type": "array", "minItems": 2}}),
        "patternProperties": {"^item[.]": {}},
        "minProperties": 0,
    }
    branches: list[Schema] = []
    about = {"fact": {"const": kind}}
    for each in (None, *lists):
        own: Schema = {}
        named = f"when:{kind}" if each is None else f"when:{kind}:{each}"
        if each is not None:
            own = {f"item.{path}": _ref(f"{kind}:{each}:{path}") for path in lists[each].element or {}}
        definitions[named] = _when_with_items(_ref(f"paths:{kind}"), own, named)
        then = _conditions(_ref(named), may_be_empty=each is not None)
        label_paths = [_ref(f"names:{kind}"), {"enum": ["item", *own]}] if each else [_ref(f"names:{kind}")]
        then["properties"]["labels"] = {"propertyNames": {"anyOf": label_paths}}
        if each is None:
            condition: Schema = {"properties": about, "not": {"required": ["each"]}, "required": ["fact"]}
            then["properties"]["each"] = {"enum": list(lists)}
        else:
            condition = {"properties": {**about, "each": {"const": each}}, "required": ["fact", "each"]}
        branches.append({"if": condition, "then": then})
    known = {"properties": {"each": {"enum": list(lists)}}}
    branches.append({"if": {"properties": about, "required": ["fact"]}, "then": known})
    return branches


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _conditions(when: Schema, may_be_empty: bool) -> Schema:
    level = {"enum": list(SEVERITIES)}
    severity = {
        "anyOf": [
            level,
            {
                "type": "object",
                "properties": {**dict.fromkeys(SEVERITIES, when), "otherwise": level},
                "required": ["otherwise"],
                "minProperties": 2,
                "maxProperties": 2,
                "additionalProperties": False,
            },
        ]
    }
    first = when if may_be_empty else {**when, "minProperties": 1}
    return {"properties": {"when": first, "unless": when, "severity": severity}}


def _when_with_items(everywhere: Schema, items: Schema, named: str) -> Schema:
    """The conditions of one `each`: every path of the fact, and those of the items of this list only."""
    no_item = {"pattern": f"^item[.](?!({'|'.join(path.removeprefix('item.') for path in items)})$)"}
    return {
        "allOf": [everywhere],
        "properties": {**items, "any": {"items": _ref(named)}},
        "propertyNames": {"not": no_item if items else {"pattern": "^item[.]"}},
    }


def _when(properties: Schema, named: str) -> Schema:
    alternatives = {"type": "array", "minItems": 2, "items": _ref(named)}
    return {"type": "object", "properties": {**properties, "any": alternatives}, "additionalProperties": False}


def _test(info: FieldInfo, named: str, definitions: Schema) -> Schema:
    """What may be asked of one field."""
    operators: Schema = {"is": {"enum": list(STATES)}}
    if info.type == "list":
        elements = info.element or {}
        for path, inner in elements.items():
            definitions[f"{named}:{path}"] = _test(inner, f"{named}:{path}", definitions)
        inside = {path: _ref(f"{named}:{path}") for path in elements}
        definitions[f"elements:{named}"] = _when(inside, f"elements:{named}")
        quantified = {**_ref(f"elements:{named}"), "minProperties": 1}
        operators |= {"some": quantified, "none": quantified}
        return {"description": info.doc, **_operators(operators)}
    if info.type == "group":
        return {"description": info.doc, **_operators(operators)}
    value = _ref(f"value:{named}" if info.words else f"value:{info.type}")
    if info.words:
        definitions[f"value:{named}"] = _one_or_more({"enum": list(info.words)})
    if info.type == "number":
        operators |= {operator: {"anyOf": [{"type": "number"}, _ref("reference")]} for operator in COMPARISONS}
    else:
        operators |= {"like": {**TEXT, "description": "a glob: * is any text, ? one character"}}
    operators |= {"not": value, "not_known_to_be": value}
    return {"description": info.doc, "anyOf": [value, _operators(operators)]}


def _one_or_more(literal: Schema) -> Schema:
    return {"anyOf": [literal, _ref("reference"), {"type": "array", "items": literal, "minItems": 1}]}


def _operators(operators: Schema) -> Schema:
    return {"type": "object", "properties": operators, "minProperties": 1, "additionalProperties": False}
