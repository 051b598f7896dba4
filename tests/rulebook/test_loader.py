"""What a rule may say, and where its mistakes are reported."""
# ruff: noqa: E501  (tables read better with a row a line)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from invocation_lint.data.shipped import Shipped, ShippedRule
from invocation_lint.errors import UsageError
from invocation_lint.findings import Severity
from invocation_lint.rulebook.loader import load_rule, load_shipped, load_user_rules, main
from invocation_lint.rulebook.model import Condition, Fix, OptionName, PathTest, Proof, Reference, Rule, When

FULL = """\
id: INV401
name: double-encoded
summary: a field holds JSON text
severity: {error: {item.expects: object}, otherwise: warning}
profile: default
fact: invocation
each: payload.encoded_fields
when: {item.holds: [object, array], any: [{payload.shape: plain}, {payload.layers: {over: $layers}}]}
unless: {target.decodes: both}
options: {layers: {type: number, default: 1, help: how often}}
supersedes: [INV201, INV3xx]
message: '"{item.name}" of {function.name} is text, {{so}} {$layers}'
help: |
  Send the object.
  Expected {item.expects}.
labels: {item: encoded here, client.created: the client}
fix: {name: encode-once, safety: unsafe}
why: the callee finds no action
source: a guide
proof: {bad: {observe: stuck_job}, good: {absent: stuck_job}}
since: 0.1.0
"""


def test_every_key_of_the_language() -> None:
    rule = load_rule("rule.yaml", FULL)
    assert rule.each == Reference("fact", ("payload", "encoded_fields"))
    assert rule.when == When(
        (Condition(Reference("item", ("holds",)), (PathTest("equals", ("object", "array")),)),),
        (
            When((Condition(Reference("fact", ("payload", "shape")), (PathTest("equals", ("plain",)),)),)),
            When((Condition(Reference("fact", ("payload", "layers")), (PathTest("over", (OptionName("layers"),)),)),)),
        ),
    )
    assert rule.unless == When((Condition(Reference("fact", ("target", "decodes")), (PathTest("equals", ("both",)),)),))
    assert (rule.severity.otherwise, rule.severity.special) == (Severity.WARNING, Severity.ERROR)
    assert rule.severity.worst is Severity.ERROR
    assert rule.supersedes == ("INV201", "INV3xx")
    assert rule.message == (
        '"', Reference("item", ("name",)), '" of ', Reference("fact", ("function", "name")), " is text, ", "{", "so", "}",
        " ", OptionName("layers"),
    )  # fmt: skip
    assert len(rule.help) == 2
    assert [reference.text for reference, _ in rule.labels] == ["item", "client.created"]
    assert rule.fix == Fix("encode-once", "unsafe")
    assert rule.proof == Proof("stuck_job", "stuck_job")
    assert rule.defaults == {"layers": 1}
    assert (rule.why, rule.source, rule.since) == ("the callee finds no action", ("a guide",), "0.1.0")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        # keys and words of the document
        ("servity: error", 'rule.yaml:8:1: unknown key "servity"; did you mean "severity"? (allowed: id, name,'),
        ("severity: eror", 'rule.yaml:7:11: unknown severity "eror"; did you mean "error"? (allowed: error, warning,'),
        ("id: ABC1", 'rule.yaml:7:5: "ABC1" is not an id'),
        ("id: INX000", '"INX000" is not an id'),
        ("name: Sample_Rule", 'rule.yaml:7:7: "Sample_Rule": a name is words'),
        ("profile: stric", 'unknown profile "stric"; did you mean "strict"?'),
        ("fact: invocatoin", 'rule.yaml:7:7: unknown fact "invocatoin"; did you mean "invocation"? (allowed: invocation, '),
        ("message: ''", "rule.yaml:7:10: message: expected text, found an empty one"),
        ("since: 0.1", "rule.yaml:8:8: since: expected text, found the number 0.1"),
        ("summary: |\n  one\n  two", "rule.yaml:7:10: expected one line"),
        # paths
        ("when: {payload.actoin.value: x}",
         'rule.yaml:7:8: unknown field of the fact invocation: "payload.actoin.value"; did you mean "payload.action"?'),
        ("when: {payload.action.valu: x}", 'did you mean "payload.action.value"? (allowed: payload.action.value, payload.action.nearest)'),
        ("when: {item.name: x}", 'rule.yaml:7:8: "item.name" needs `each`'),
        ("each: payload.missing\nwhen: {item.nam: x}",
         'rule.yaml:8:8: unknown field of the item of payload.missing: "item.nam"; did you mean "item.name"? (allowed: item.name, item.presence'),
        ("each: payload\nwhen: {api: invoke}", '`each` needs a list, "payload" is a group (lists: arguments.missing,'),
        ("when: {target.actions: {some: {nme: x}}}",
         'rule.yaml:7:32: unknown field of the elements of target.actions: "nme"; did you mean "name"? (allowed: name)'),
        ("when: {api: =invocation_typ}", 'rule.yaml:7:13: unknown field of the fact invocation: "invocation_typ"'),
        # values and operators
        ("when: {api: invok}", 'rule.yaml:7:13: unknown word for "api": "invok"; did you mean "invoke"? (allowed: invoke, invoke_async,'),
        ("when: {api: [invoke, invoke_asynk]}", 'rule.yaml:7:22: unknown word for "api": "invoke_asynk"'),
        ("when: {function.self: true}", 'expected text, found the truth value true; write "yes"'),
        ("when: {function.name: 5}", "expected text, found the number 5"),
        ("when: {payload.layers: two}", 'expected a number, found the text "two"'),
        ("when: {payload.layers: {ovr: 1}}", 'rule.yaml:7:25: unknown operator "ovr"; did you mean "over"? (allowed: over,'),
        ("when: {api: {over: 1}}", 'rule.yaml:7:14: `over` does not fit "api", which is a text (test it with: a value, not, like, is)'),
        ("when: {payload.layers: {like: a}}", '`like` does not fit "payload.layers", which is a number'),
        ("when: {payload.keys: x}", 'a value does not fit "payload.keys", which is a list (test it with: some, none, is)'),
        ("when: {payload: {not: x}}", '`not` does not fit "payload", which is a group'),
        ("when: {api: {some: {name: x}}}", '`some` does not fit "api"'),
        ("when: {api: {is: presnt}}", 'unknown state "presnt"; did you mean "present"? (allowed: present, absent, known)'),
        ("when: {api: {}}", "expected an operator"),
        ("when: {api: []}", "an empty list matches nothing"),
        ("when: {api: [invoke, $x]}", "rule.yaml:7:22: a list may hold only values"),
        ("when: {payload.layers: {over: [1, 2]}}", "`over` expects one value, found a list"),
        ("when: {api: {like: 'x*'}}", '"x*" matches none of the words of "api"'),
        ("when: {api: =payload.layers}", 'rule.yaml:7:13: "payload.layers" is a number, "api" a text'),
        ("when: {}", "rule.yaml:7:7: an empty condition always holds"),
        # any, some, none
        ("when: {any: [{api: invoke}]}", "`any` needs two conditions or more"),
        ("when: {any: [{api: invoke}, {any: [{api: invoke}, {api: invoke}]}]}", "rule.yaml:7:30: `any` inside `any`"),
        ("when: {target.actions: {some: {name: {some: {name: x}}}}}", '`some` does not fit "name"'),
        ("unless: {function.name: {is: known}}", "rule.yaml:8:30: `is: known` under unless or none"),
        ("when: {target.actions: {none: {name: {is: known}}}}", "`is: known` under unless or none"),
        # options
        ("when: {payload.layers: {over: $lyers}}\noptions: {layers: {type: number, default: 1, help: h}}",
         'rule.yaml:7:31: unknown option "lyers"; did you mean "layers"? (allowed: layers)'),
        ("when: {payload.layers: {over: $a}}", 'unknown option "a" (nothing is allowed here)'),
        ("when: {api: $layers}\noptions: {layers: {type: number, default: 1, help: h}}", 'the option "layers" is a number, "api" a text'),
        ("options: {a: {type: number, default: x, help: h}}", "rule.yaml:8:38: default: expected a number"),
        ("options: {a: {type: numbr, default: 1, help: h}}", 'unknown type "numbr"; did you mean "number"?'),
        ("options: {A-b: {type: number, default: 1, help: h}}", '"A-b": the name of an option'),
        ("options: {a: {type: number, default: 1}}", 'missing key "help"'),
        # severity
        ("severity: {error: {api: invoke}, warning: {api: invoke}, otherwise: advice}", "one level may depend on the fact, found 2"),
        ("severity: {error: {api: invoke}}", 'missing key "otherwise"'),
        ("severity: {error: {api: invoke}, otherwise: error}", '"error" both times'),
        ("severity: {error: {api: invok}, otherwise: advice}", 'rule.yaml:7:25: unknown word for "api": "invok"'),
        # texts
        ("message: see {payload.x}", 'unknown field of the fact invocation: "payload.x"'),
        ("message: see {item.name}", '"item.name" needs `each`'),
        ("message: see {$limit}", 'unknown option "limit"'),
        ("message: 'see {payload}'", '"payload" is a group of fields'),
        ("message: 'a { b'", 'a single "{"; write "{{"'),
        ("help: 'Config(retries={\"a\": 1})'", '""a": 1" in braces is not a path'),
        ("labels: {client.creted: here}", 'rule.yaml:8:10: unknown field of the fact invocation: "client.creted"; did you mean "client.created"?'),
        # supersedes, fix, proof
        ("supersedes: [INV2x]", 'rule.yaml:8:14: "INV2x": supersedes takes'),
        ("supersedes: [INX001]", "a rule cannot supersede itself"),
        ("fix: {name: encode-twice, safety: safe}", 'rule.yaml:8:13: unknown fix "encode-twice"; did you mean "encode-once"? (allowed: '),
        ("fix: {name: limit-job-query, safety: safe}", 'unknown fix "limit-job-query"'),
        ("fix: {name: encode-once, safety: save}", 'unknown safety "save"; did you mean "safe"?'),
        ("proof: none", "`proof: none` needs a reason"),
        ("proof: {none: not to be shown}", "only advice needs no proof"),
        ("proof: {bad: {observe: x}}", 'missing key "good"'),
        ("proof: {bad: {observe: stuck_jb}, good: {absent: stuck_job}}", 'rule.yaml:8:24: unknown observation "stuck_jb"; did you mean "stuck_job"?'),
        # the closed world
        ("when: {api: {not_known_to_be: invoke}}", "rule.yaml:7:31: not_known_to_be makes the rule fire"),
        ("when: {api: {not_known_to_be: invoke}}\nwhy: because", "not_known_to_be makes the rule fire"),
    ],
)  # fmt: skip
def test_mistakes(text_of: Callable[..., str], lines: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_rule("rule.yaml", text_of(lines))
    assert message in caught.value.message
    assert caught.value.message.startswith("rule.yaml:")


@pytest.mark.parametrize(
    "lines",
    [
        "each: payload.missing\nwhen: {}",
        "when: {function.name: $}",
        "when: {function.name: =}",
        "when: {function.name: {like: 'story-*'}}",
        "when: {invocation_type: {is: known, not: [Event, DryRun]}}",
        "when: {target.duration_seconds: {over: =client.read_timeout}}",
        "when: {target.actions: {none: {name: =payload.action.value}}}",
        "each: payload.keys\nwhen: {target.actions: {some: {name: =item.name}}}",
        "when: {payload: {is: absent}, target.actions: {is: present}}",
        "when: {api: {not_known_to_be: invoke}}\nwhy: right also where it is not known, since so it is",
        "when: {function.name: $names}\noptions: {names: {type: texts, default: [a, b], help: h}}",
        "unless: {target.actions: {none: {name: {is: present}}}}",
        "severity: advice\nproof: {none: a matter of taste}",
    ],
)
def test_what_may_be_said(rule: Callable[..., Rule], lines: str) -> None:
    assert rule(lines).id == "INX001"


@pytest.mark.parametrize("key", ["profile", "help", "why", "source", "proof", "since"])
def test_shipped_rules_owe_more_keys(key: str) -> None:
    text = "\n".join(line for line in FULL.splitlines() if not line.startswith((f"{key}:", "  "))) + "\n"
    if key != "help":
        text = text.replace("help: |", "help: x")
    with pytest.raises(UsageError, match=f'missing key "{key}"'):
        load_rule("rule.yaml", text)


def test_rules_of_users_have_ids_of_their_own(tmp_path: Path, text_of: Callable[..., str]) -> None:
    (tmp_path / "rule.yaml").write_text(FULL, encoding="utf-8")
    with pytest.raises(UsageError, match=r"rule.yaml:1:5: the ids of your own rules are INX001 to INX999, not INV401"):
        load_user_rules([tmp_path / "rule.yaml"])


def test_a_folder_of_rules(tmp_path: Path, text_of: Callable[..., str]) -> None:
    (tmp_path / "INX002-b").mkdir()
    (tmp_path / "INX002-b" / "rule.yaml").write_text(text_of("", "INX002"), encoding="utf-8")
    (tmp_path / "INX002-b" / "README.md").write_text("# About", encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text_of("", "INX001"), encoding="utf-8")
    book = load_user_rules([tmp_path, tmp_path / "a.yaml"])
    assert [rule.id for rule in book.rules] == ["INX001", "INX002"]
    assert book.texts == {"INX002": "# About"}
    assert book.get("sample-inx002") is book.get("INX002") is not None
    assert book.get("INX003") is None


def test_places_without_rules(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rules here"):
        load_user_rules([tmp_path])
    with pytest.raises(UsageError, match="cannot be read"):
        load_user_rules([tmp_path / "none.yaml"])


def test_the_check_command(tmp_path: Path, text_of: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(text_of(""), encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 rule is valid\n"
    (tmp_path / "b.yaml").write_text(text_of("servity: x"), encoding="utf-8")
    assert main([str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert 'b.yaml:8:1: unknown key "servity"' in told.err
    assert told.out == "", "nothing is called valid beside a mistake"


def test_the_check_command_without_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main([str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "usage: " in told.err and "no rules here" in told.err


@pytest.mark.parametrize(
    ("folder", "id", "message"),
    [
        ("INV401-double", "INV401", 'the folder must be named "INV401-double-encoded"'),
        ("INX401-double-encoded", "INX401", "shipped rules have ids INV001 to INV999, not INX401"),
    ],
)
def test_shipped_rules_stand_in_folders_of_their_name(folder: str, id: str, message: str) -> None:
    rule = ShippedRule(f"rules/{folder}/rule.yaml", None, FULL.replace("INV401", id), "")
    with pytest.raises(UsageError, match=message):
        load_shipped(Shipped((rule,), ()))


def test_the_shipped_rules_load() -> None:
    book = load_shipped()
    assert all(rule.id.startswith("INV") for rule in book.rules)
