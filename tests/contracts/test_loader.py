"""What a contract may say, and where its mistakes are reported."""
# ruff: noqa: E501  (tables read better with a row a line)

from __future__ import annotations

import pytest

from invocation_lint.contracts.loader import load_contracts
from invocation_lint.contracts.model import Action, Field, FunctionContract, Wrapper
from invocation_lint.errors import UsageError

FULL = """\
version: 1
functions:
  - name: agent
    match: {names: ["story-agent-*"], environment: [AGENT_FUNCTION]}
    discriminator: "action | intent.type"
    decodes: both
    timeout_seconds: 300
    idempotent: true
    failure_answer: raises
    actions:
      write:
        duration_seconds: {min: 30, max: 60}
        mode: event
        fields:
          storyId: {required: true, type: string, role: story, why: names the story}
          creatorUserId: {required: true, role: owner, fallback: userId, forbidden_sources: ["*library_id"]}
          userId: {}
      health: {duration_seconds: 1}
    unknown_fields: refused
  - name: printer
    match: {environment: [PRINTER]}
    duration_seconds: {min: 1, max: 2.5}
    fields:
      id: {required: true}
wrappers:
  - {call: mypkg.aws.invoke, function: name, payload: payload, invocation_type: {parameter: wait, yes: RequestResponse, no: Event}}
  - {call: mypkg.send, function: name, invocation_type: mode}
"""


def test_every_key_of_the_language() -> None:
    book = load_contracts([("contracts.yaml", FULL)])
    assert book.functions == (
        FunctionContract(
            name="agent",
            names=("story-agent-*",),
            environment=("AGENT_FUNCTION",),
            discriminator=("action", "intent.type"),
            decodes="both",
            actions=(
                Action(
                    "write",
                    (30, 60),
                    "event",
                    (
                        Field("storyId", True, "string", "story", None, (), "names the story"),
                        Field("creatorUserId", True, None, "owner", "userId", ("*library_id",)),
                        Field("userId"),
                    ),
                ),
                Action("health", (1, 1)),
            ),
            timeout_seconds=300,
            idempotent=True,
            failure_answer="raises",
            unknown_fields="refused",
        ),
        FunctionContract(
            name="printer", environment=("PRINTER",), duration_seconds=(1, 2.5), fields=(Field("id", required=True),)
        ),
    )
    assert book.wrappers == (
        Wrapper("mypkg.aws.invoke", "name", "payload", "wait", (("yes", "RequestResponse"), ("no", "Event"))),
        Wrapper("mypkg.send", "name", "", "mode"),
    )


def test_the_origin_is_what_the_caller_says() -> None:
    book = load_contracts([("contracts.yaml", FULL)], "shipped")
    assert {contract.origin for contract in book.functions} == {"shipped"}


def test_tables_of_jobs_are_named_by_globs() -> None:
    one, other = "version: 1\njob_tables: [renders, '*_tasks']\n", "version: 1\njob_tables: [RenderTask]\n"
    assert load_contracts([("a.yaml", one), ("b.yaml", other)]).job_tables == ("renders", "*_tasks", "RenderTask")


@pytest.mark.parametrize("name", ["'*'", "'a b'", "''"])
def test_a_table_is_a_name_with_stars(name: str) -> None:
    with pytest.raises(UsageError, match=r"a\.yaml:2:14"):
        load_contracts([("a.yaml", f"version: 1\njob_tables: [{name}]\n")])


HEAD = "version: 1\nfunctions:\n  - name: agent\n    match: {names: [a-*]}\n    "


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            "discriminater: action",
            '5:5: unknown key "discriminater"; did you mean "discriminator"? (allowed: name, match,',
        ),
        ("decodes: bod", '5:14: unknown place "bod"; did you mean "body"? (allowed: event, body, both)'),
        ("discriminator: action", "5:5: `discriminator` needs `actions`"),
        ("actions: {go: {}}", "5:5: `actions` requires a `discriminator`"),
        ("discriminator: action\n    actions: {go: {}}\n    fields: {a: {}}", "7:5: `fields` belongs to each action"),
        (
            "discriminator: action\n    actions: {go: {}}\n    duration_seconds: 3",
            "7:5: `duration_seconds` belongs to each",
        ),
        ("discriminator: action || type\n    actions: {go: {}}", '5:20: "" is not a path'),
        (
            "discriminator: action\n    actions: {go: {fields: {a: {role: stroy}}}}",
            '6:39: unknown role "stroy"; did you mean "story"?',
        ),
        ("discriminator: action\n    actions: {go: {mode: async}}", '6:26: unknown mode "async"'),
        ("discriminator: action\n    actions: {404: {}}", "6:15: expected text as a key, found the number 404"),
        ("fields: {a: {requird: true}}", '5:18: unknown key "requird"; did you mean "required"?'),
        ("fields: {a: {required: yes}}", '5:28: required: expected true or false, found the text "yes"'),
        ("fields: {a: {type: text}}", '5:24: unknown type "text"'),
        ("fields: {a: {fallback: c}, b: {}}", '5:28: unknown field "c"'),
        ("fields: {a: {fallback: a}, b: {}}", 'unknown field "a" (allowed: b)'),
        ("fields: {a: {forbidden_sources: x}}", "5:37: forbidden_sources: expected a list"),
        ("duration_seconds: {min: 3}", '5:23: missing key "max"'),
        ("duration_seconds: {min: 3, max: 2}", "5:23: min (3) is above max (2)"),
        ("duration_seconds: -1", "expected seconds, found a number below zero"),
        ("timeout_seconds: 5m", '5:22: timeout_seconds: expected a number, found the text "5m"'),
        ("failure_answer: status", 'unknown answer "status"; did you mean "status_code"?'),
        ("unknown_fields: forbidden", 'unknown value "forbidden"'),
        ("idempotent: on", 'expected true or false, found the text "on"'),
    ],
)
def test_mistakes_in_a_function(lines: str, message: str) -> None:
    assert message in mistake(HEAD + lines + "\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("functions: []", 'contracts.yaml:1:1: missing key "version"'),
        ("version: 2", "contracts.yaml:1:10: version 2 of contracts"),
        ('version: "1"', 'expected a whole number, found the text "1"'),
        ("version: 1\nfunctons: []", '2:1: unknown key "functons"; did you mean "functions"?'),
        ("version: 1\nfunctions: [{name: a}]", '2:13: missing key "match"'),
        ("version: 1\nfunctions: [{name: a, match: {}}]", "expected names, environment or both"),
        ("version: 1\nfunctions: [{name: a, match: {names: []}}]", "empty lists match no function"),
        ("version: 1\nfunctions: [{name: a, match: {names: ['*']}}]", '2:39: "*" would match every function'),
        ("version: 1\nfunctions: [{name: a, match: {names: ['arn:aws:x']}}]", "is not a function name, with or without * and ?"),
        ("version: 1\nfunctions: [{name: a, match: {environment: [A-B]}}]", '"A-B" is not a variable'),
        ("version: 1\nfunctions: [{name: a b, match: {names: [x]}}]", '"a b" is not a name'),
        ("version: 1\nfunctions: [{name: a, match: {names: [x]}}, {name: a, match: {names: [y]}}]",
         'contracts.yaml:2:52: the function "a" already has a contract, at contracts.yaml:2'),
        ("version: 1\nwrappers: [{function: x}]", 'missing key "call"'),
        ("version: 1\nwrappers: [{call: a b}]", '"a b" is not a dotted name of a function'),
        ("version: 1\nwrappers: [{call: a.b, payload: 'x y'}]", '"x y" is not a parameter'),
        ("version: 1\nwrappers: [{call: a.b, invocation_type: {parameter: w, yes: Async, no: Event}}]", 'unknown invocation type "Async"'),
        ("version: 1\nwrappers: [{call: a.b, invocation_type: {parameter: w, yes: Event}}]", 'missing key "no"'),
        ("[]", "1:1: expected a mapping, found a list"),
        ("", "1:1: expected a mapping, found nothing"),
    ],
)  # fmt: skip
def test_mistakes_in_a_document(text: str, message: str) -> None:
    assert message in mistake(text)


def mistake(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        load_contracts([("contracts.yaml", text)])
    assert caught.value.message.startswith("contracts.yaml:")
    return caught.value.message


def test_two_documents_do_not_describe_one_function_twice() -> None:
    text = "version: 1\nfunctions: [{name: a, match: {names: [x]}}]\n"
    with pytest.raises(UsageError, match=r"b.yaml:2:20: .* at a.yaml:2"):
        load_contracts([("a.yaml", text), ("b.yaml", text)])
