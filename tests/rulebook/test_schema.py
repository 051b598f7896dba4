"""The committed schemas are the generated ones, take what the loaders take, and refuse what they refuse."""

# ruff: noqa: E501  (tables read better with a row a line)

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from invocation_lint.data.shipped import FOLDERS, read_folders
from invocation_lint.documents.nodes import read_yaml
from invocation_lint.errors import UsageError
from invocation_lint.facts.kinds import KINDS
from invocation_lint.rulebook.loader import load_rule, load_shipped
from invocation_lint.rulebook.paths import fields_of
from invocation_lint.rulebook.schema import FOLDER, all_schemas, configuration_schema, main, text_of
from invocation_lint.settings.keys import KEYS, OVERRIDE_KEYS

SCHEMAS = all_schemas()


def accepts(name: str, document: Any) -> bool:
    return bool(Draft202012Validator(SCHEMAS[name]).is_valid(document))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_committed_schemas_are_the_generated_ones(name: str) -> None:
    """After a change of facts, rules' options or keys: python -m invocation_lint.rulebook.schema"""
    assert (FOLDER / name).read_text(encoding="utf-8") == text_of(SCHEMAS[name])
    assert {path.name for path in FOLDER.iterdir()} == set(SCHEMAS)


def test_the_command_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invocation_lint.rulebook.schema.FOLDER", tmp_path)
    main()
    assert {path.name: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()} == SCHEMAS


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_they_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_all_shipped_rules_fit() -> None:
    validator = Draft202012Validator(SCHEMAS["rule.schema.json"])
    rules = read_folders(FOLDERS).rules
    assert len(rules) > 20
    for rule in rules:
        errors = [error.message for error in validator.iter_errors(read_yaml(rule.path, rule.text).plain())]
        assert errors == [], rule.path


def test_all_shipped_contracts_fit() -> None:
    validator = Draft202012Validator(SCHEMAS["contracts.schema.json"])
    for contract in read_folders(FOLDERS).contracts:
        errors = [error.message for error in validator.iter_errors(read_yaml(contract.path, contract.text).plain())]
        assert errors == [], contract.path


def test_every_path_and_its_words_are_known() -> None:
    definitions = SCHEMAS["rule.schema.json"]["$defs"]
    for kind in KINDS:
        for path, info in fields_of(kind).items():
            test = definitions[f"{kind}:{path}"]
            assert test["description"] == info.doc
            if info.words:
                assert test["anyOf"][0] == {"$ref": f"#/$defs/value:{kind}:{path}"}
                assert definitions[f"value:{kind}:{path}"]["anyOf"][0] == {"enum": list(info.words)}


@pytest.mark.parametrize(
    "lines",
    [
        "servity: error",
        "severity: eror",
        "id: ABC1",
        "id: INV101",
        "fact: invocatoin",
        "message: ''",
        "since: 0.1",
        "when: {payload.actoin.value: x}",
        "when: {item.name: x}",
        "each: payload.missing\nwhen: {item.nam: x}",
        "each: payload\nwhen: {api: invoke}",
        "when: {api: invok}",
        "when: {api: {over: 1}}",
        "when: {payload.layers: {ovr: 1}}",
        "when: {payload.layers: {like: a}}",
        "when: {payload.keys: x}",
        "when: {target.actions: {some: {nme: x}}}",
        "when: {target.actions: {some: {}}}",
        "when: {api: {is: presnt}}",
        "when: {}",
        "when: {any: [{api: invoke}]}",
        "when: {any: [{api: invoke}, {api: invok}]}",
        "each: payload.missing\nwhen: {any: [{api: invoke}, {item.nme: x}]}",
        "unless: {api: invok}",
        "severity: {error: {api: invok}, otherwise: advice}",
        "severity: {error: {api: invoke}}",
        "options: {a: {type: numbr, default: 1, help: h}}",
        "labels: {client.creted: here}",
        "labels: {item: here}",
        "supersedes: [INV2x]",
        "fix: {name: x, safety: save}",
        "proof: none",
    ],
)
def test_it_refuses_rules_that_the_loader_refuses(text_of: Callable[..., str], lines: str) -> None:
    text = text_of(lines)
    with pytest.raises(UsageError):
        load_rule("rule.yaml", text)
    assert not accepts("rule.schema.json", read_yaml("rule.yaml", text).plain())


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "each: payload.missing\nwhen: {}",
        "each: payload.missing\nwhen: {item.role: [job, owner], any: [{item.near: {is: absent}}, {api: invoke}]}",
        "when: {invocation_type: {is: known, not: [Event, DryRun]}}",
        "when: {target.duration_seconds: {over: =client.read_timeout, under: 5}}",
        "when: {target.actions: {none: {name: =payload.action.value}}, function.self: yes}",
        "when: {function.name: $names}\noptions: {names: {type: texts, default: [a, b], help: h}}",
        "each: payload.keys\nseverity: {error: {item.type: number}, otherwise: advice}\nlabels: {item: a, item.type: b}",
    ],
)
def test_it_takes_rules_that_the_loader_takes(text_of: Callable[..., str], lines: str) -> None:
    text = text_of(lines)
    load_rule("rule.yaml", text)
    assert accepts("rule.schema.json", read_yaml("rule.yaml", text).plain())


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("{version: 1}", True),
        ("{version: 2}", False),
        ("{version: 1, functions: [{name: a, match: {names: [a-*]}, fields: {x: {required: true}}}]}", True),
        ("{version: 1, functions: [{name: a, match: {}}]}", False),
        ("{version: 1, functions: [{name: a, match: {names: ['*']}}]}", False),
        ("{version: 1, functions: [{name: a, match: {names: [a]}, discriminator: action}]}", False),
        ("{version: 1, functions: [{name: a, match: {names: [a]}, fields: {x: {required: yes}}}]}", False),
        ("{version: 1, wrappers: [{call: a.b, invocation_type: {parameter: w, yes: Event, no: RequestResponse}}]}", True),
        ("{version: 1, wrappers: [{call: a.b, invocation_type: {parameter: w, yes: Async, no: Event}}]}", False),
    ],
)  # fmt: skip
def test_contracts(text: str, accepted: bool) -> None:
    assert accepts("contracts.schema.json", read_yaml("contracts.yaml", text).plain()) is accepted


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("{}", True),
        ("{select: [INV1], fail-on: error, possible: true}", True),
        ("{fail_on: error}", True),
        ("{fail-on: eror}", False),
        ("{selct: [INV1]}", False),
        ("{possible: yes}", False),
        ("{rules: {INV101: {max_sync_seconds: 5}, sync-long-task: {max_sync_seconds: 5}, INX001: {a: b}}}", True),
        ("{rules: {INV101: {max_sync_seconds: five}}}", False),
        ("{rules: {INV101: {max_sync_secs: 5}}}", False),
        ("{overrides: [{paths: [tests], select: [INV2]}]}", True),
        ("{overrides: [{select: [INV2]}]}", False),
        ("{overrides: [{paths: [tests], contracts: [x]}]}", False),
    ],
)
def test_configurations(text: str, accepted: bool) -> None:
    assert accepts("configuration.schema.json", read_yaml("c.yaml", text).plain()) is accepted


def test_the_configuration_is_described_by_its_keys() -> None:
    class Key(NamedTuple):
        name: str
        kind: str
        doc: str
        words: tuple[str, ...] = ()

    schema = configuration_schema([Key("colour", "word", "what it looks like", ("red", "blue"))], ())
    assert schema["properties"] == {"colour": {"description": "what it looks like", "enum": ["red", "blue"]}}
    whole = configuration_schema(KEYS, OVERRIDE_KEYS, load_shipped().rules)
    assert {key.name for key in KEYS} <= set(whole["properties"])
