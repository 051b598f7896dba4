"""What a YAML document may say, and where its mistakes are reported."""

from __future__ import annotations

import math

import pytest
import yaml

from invocation_lint.documents.nodes import Node, read_yaml
from invocation_lint.errors import UsageError


def mistake(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        read_yaml("rule.yaml", text)
    return caught.value.message


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"), ("on", "on"), ("y", "y"), ("Yes", "Yes"), ("OFF", "OFF"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-3", -3), ("0o17", 15), ("0x1F", 31), ("017", 17),
        ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5), ("-.inf", -math.inf),
        ("1_000", "1_000"), ("12:30", "12:30"), ("2026-01-02", "2026-01-02"), ("<<", "<<"), ("0.1.0", "0.1.0"),
        ('"true"', "true"), ("'12'", "12"), ("!!str 12", "12"), ("!!float 12", 12), ("! 12", "12"),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema(written: str, meant: object) -> None:
    value = read_yaml("rule.yaml", f"key: {written}\n").plain()["key"]
    assert value == meant
    assert type(value) is type(meant)


def test_nan() -> None:
    assert math.isnan(read_yaml("rule.yaml", ".nan").plain())


def test_every_key_and_value_has_its_place() -> None:
    root = read_yaml("rule.yaml", "# first\nwhen:\n  api: invoke\n  list: [a, ü, b]\n")
    when = root.mapping()["when"]
    assert root.keys == {"when": (2, 1)}
    assert (when.line, when.column) == (3, 3)
    assert when.keys == {"api": (3, 3), "list": (4, 3)}
    assert (when.mapping()["api"].line, when.mapping()["api"].column) == (3, 8)
    assert [(node.line, node.column) for node in when.mapping()["list"].items()] == [(4, 10), (4, 13), (4, 16)]


def test_an_empty_document_is_none() -> None:
    assert read_yaml("rule.yaml", "# nothing\n").value is None


def test_a_byte_order_mark_is_no_content() -> None:
    assert read_yaml("rule.yaml", "\ufeffa: 1").keys == {"a": (1, 1)}


def test_an_alias_is_what_it_refers_to() -> None:
    assert read_yaml("rule.yaml", "a: &x [1, 2]\nb: *x\n").plain() == {"a": [1, 2], "b": [1, 2]}


def test_duplicate_keys() -> None:
    assert mistake("id: 1\nname: 2\nid: 3\n") == 'rule.yaml:3:1: duplicate key "id"; it is already in line 1'


def test_keys_are_text() -> None:
    assert mistake("actions:\n  404: {}\n") == "rule.yaml:2:3: expected text as a key, found the number 404"
    assert mistake("{[a]: b}") == "rule.yaml:1:2: expected text as a key, found a list"


def test_unknown_tags() -> None:
    assert mistake("a: !Ref b\n") == 'rule.yaml:1:4: unknown tag "!Ref"'
    assert mistake("a: !!python/name:os.system\n").startswith('rule.yaml:1:4: unknown tag "tag:yaml.org,2002:python')
    assert mistake("a: !!set {x, y}\n").startswith("rule.yaml:1:4: unknown tag")
    assert mistake("a: !!int x\n") == 'rule.yaml:1:4: "x" is not of type int'


def test_syntax_errors_have_a_place() -> None:
    assert mistake("a: [1, 2\nb: 3\n").startswith("rule.yaml:2:2: not valid YAML: ")
    assert mistake("a: b: c\n").startswith("rule.yaml:1:5: not valid YAML: ")
    assert mistake("a: \x01\n").startswith("rule.yaml: not valid YAML: ")


def test_a_second_document() -> None:
    assert mistake("a: 1\n---\nb: 2\n") == "rule.yaml:2:1: expected one document, found a second"


def test_aliases_cannot_blow_a_document_up() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "more than 100000 values" in mistake("\n".join(lines))


def test_aliases_cannot_nest_a_document_deeper_than_allowed() -> None:
    deep = "[" * 40 + "x" + "]" * 40
    assert "nested more than 64 deep" in mistake(f"a: &a {deep}\nb: {'[' * 40}*a{']' * 40}\n")


def test_an_alias_inside_its_own_anchor() -> None:
    assert mistake("a: &a [*a]\n") == 'rule.yaml:1:8: the alias "a" is inside the value it refers to'
    assert mistake("a: *b\n") == 'rule.yaml:1:4: the alias "b" refers to nothing'


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    assert "nested more than 64 deep" in mistake("[" * 65 + "]" * 65)
    assert mistake("[\n" * 100_000) == "rule.yaml:65:1: nested more than 64 deep"
    # Of brackets in one line the library reads many ahead, and newer ones give up before the first is handed over.
    assert mistake("[" * 100_000).startswith("rule.yaml:1:")


def test_a_number_too_long_to_read() -> None:
    assert mistake("a: " + "9" * 5000) == "rule.yaml:1:4: a number with more than 400 digits"


def one(text: str) -> Node:
    return read_yaml("rule.yaml", text)


def test_an_unknown_key_names_the_nearest_and_all() -> None:
    with pytest.raises(UsageError) as caught:
        one("servity: error\n").mapping(("id", "severity"))
    assert caught.value.message == (
        'rule.yaml:1:1: unknown key "servity"; did you mean "severity"? (allowed: id, severity)'
    )


def test_a_missing_key() -> None:
    with pytest.raises(UsageError, match=r'^rule.yaml:1:1: missing key "id"$'):
        one("name: a\n").mapping(("id", "name"), ("id",))


@pytest.mark.parametrize(
    ("text", "method", "message"),
    [
        ("a", "mapping", 'expected a mapping, found the text "a"'),
        ("a: 1", "items", "expected a list, found a mapping"),
        ("0.1", "text", "expected text, found the number 0.1"),
        ("true", "text", "expected text, found the truth value true"),
        ("''", "text", "expected text, found an empty one"),
        ("x", "number", 'expected a number, found the text "x"'),
        ("true", "number", "expected a number, found the truth value true"),
        (".inf", "number", "expected a finite number"),
        ("1.5", "integer", "expected a whole number, found the number 1.5"),
        ("yes", "boolean", 'expected true or false, found the text "yes"'),
        ("~", "boolean", "expected true or false, found nothing"),
        ("[a, 1]", "texts", "expected text, found the number 1"),
    ],
)
def test_wrong_types(text: str, method: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(one(text), method)()
    assert caught.value.message.endswith(": " + message)


def test_text_that_looks_like_a_number_says_how_to_mend_it() -> None:
    with pytest.raises(UsageError) as caught:
        one("0.1").text()
    assert caught.value.help == "put it in quotes if it is meant as text"


def test_a_word_that_is_not_allowed() -> None:
    with pytest.raises(UsageError, match=r'unknown mode "evnt"; did you mean "event"\? \(allowed: event, both\)'):
        one("evnt").text(("event", "both"), "mode")


def test_the_loader_in_c_and_the_one_in_python_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: {b: [1, 'x']}\nc: >\n  folded\n  text\nd: &x !!str 1\ne: *x\n"
    first = one(text)
    monkeypatch.delattr(yaml, "CSafeLoader")
    second = one(text)
    assert first.plain() == second.plain() == {"a": {"b": [1, "x"]}, "c": "folded text\n", "d": "1", "e": "1"}
    assert first.keys == second.keys
