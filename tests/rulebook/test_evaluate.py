"""One rule against one fact: conditions, elements, severity and words."""
# ruff: noqa: E501  (tables read better with a row a line)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invocation_lint.facts.base import Fact, OneOf, Range, Unknown
from invocation_lint.facts.invocation import EncodedField, Invocation, Key, MissingKey, Named, Payload, Target
from invocation_lint.findings import Place, Severity
from invocation_lint.rulebook.evaluate import evaluate
from invocation_lint.rulebook.loader import load_rule
from invocation_lint.rulebook.model import Rule

Make = Callable[..., Rule]
MakeFact = Callable[..., Fact]
KEYS = (Key("storyId", type="string"), Key("userId", type="number"))
ACTIONS = (Named("generate_story"), Named("health"))


def answers(rule: Rule, fact: Fact, **options: Any) -> list[str]:
    return [match.answer for match in evaluate(rule, fact, options)]


@pytest.mark.parametrize(
    ("lines", "values", "expected"),
    [
        ("when: {api: invoke}", {}, ["yes"]),
        ("when: {api: invoke_async}", {}, []),
        ("when: {api: invoke, invocation_type: Event}", {"invocation_type": Unknown()}, ["maybe"]),
        ("when: {api: invoke_async, invocation_type: Event}", {"invocation_type": Unknown()}, []),
        ("when: {invocation_type: {is: known, not: [Event, DryRun]}}", {"invocation_type": "Async"}, ["yes"]),
        ("when: {invocation_type: {is: known, not: [Event, DryRun]}}", {"invocation_type": Unknown()}, []),
        ("when: {invocation_type: {not: [Event, DryRun]}}", {"invocation_type": OneOf(("Event", "X"))}, ["maybe"]),
        ("when: {target.duration_seconds: {over: 20, under: 50}}", {"target.duration_seconds": OneOf((10, 60))}, ["maybe"]),
        ("when: {caller.deadline_seconds: {under: =target.duration_seconds}}",
         {"caller.deadline_seconds": 29, "target.duration_seconds": Range(30, 60)}, ["yes"]),
        ("when: {caller.deadline_seconds: {under: =target.duration_seconds}}", {"caller.deadline_seconds": 29}, []),
        ("when: {payload.size_bytes: {over: 1}}", {}, []),
        ("when: {payload: {is: absent}}", {}, ["yes"]),
        # any
        ("when: {api: invoke, any: [{function.self: yes}, {payload.shape: http}]}",
         {"payload.shape": "http", "function.self": Unknown()}, ["yes"]),
        ("when: {api: invoke, any: [{function.self: yes}, {payload.shape: http}]}", {"function.self": Unknown()}, ["maybe"]),
        ("when: {api: invoke, any: [{function.self: yes}, {payload.shape: http}]}", {"function.self": "no"}, []),
        # unless
        ("unless: {function.self: yes}", {"function.self": "no"}, ["yes"]),
        ("unless: {function.self: yes}", {"function.self": "yes"}, []),
        ("unless: {function.self: yes}", {"function.self": Unknown()}, ["maybe"]),
        # some and none
        ("when: {payload.keys: {some: {name: userId, type: number}}}", {"payload.keys": KEYS}, ["yes"]),
        ("when: {payload.keys: {some: {name: storyId, type: number}}}", {"payload.keys": KEYS}, []),
        ("when: {payload.keys: {none: {name: storyId, type: number}}}", {"payload.keys": KEYS}, ["yes"]),
        ("when: {payload.keys: {none: {name: userId}}}", {"payload.keys": KEYS}, []),
        ("when: {payload.keys: {some: {name: userId}}}", {"payload.keys": Unknown()}, ["maybe"]),
        ("when: {payload.keys: {none: {name: userId}}}", {"payload.keys": Unknown()}, ["maybe"]),
        ("when: {payload.keys: {some: {name: userId}}}", {"payload.keys": None}, []),
        ("when: {payload.keys: {none: {name: userId}}}", {"payload.keys": None}, []),
        ("when: {payload.keys: {none: {name: userId}}}", {"payload.keys": ()}, ["yes"]),
        ("when: {payload.keys: {none: {type: array}}}", {"payload.keys": (Key("a", type=Unknown()),)}, ["maybe"]),
        ("when: {payload.keys: {some: {any: [{name: x}, {type: number}]}}}", {"payload.keys": KEYS}, ["yes"]),
        ("when: {payload.action.value: {is: known}, target.actions: {none: {name: =payload.action.value}}}",
         {"payload.action.value": "generate", "target.actions": ACTIONS}, ["yes"]),
        ("when: {payload.action.value: {is: known}, target.actions: {none: {name: =payload.action.value}}}",
         {"payload.action.value": OneOf(("health", "x")), "target.actions": ACTIONS}, ["maybe"]),
        ("when: {target.actions: {none: {name: =payload.action.value}}}",
         {"payload.action.value": OneOf(("health", "generate_story")), "target.actions": ACTIONS}, []),
        ("when: {target.actions: {none: {name: =payload.action.value}}}",
         {"payload.action.value": OneOf(("x", "y")), "target.actions": ACTIONS}, ["yes"]),
        ("when: {target.actions: {some: {name: =payload.action.value}}}",
         {"payload.action.value": OneOf(("health", "generate_story")), "target.actions": ACTIONS}, ["yes"]),
        ("when: {payload.action.value: {is: known}, target.actions: {none: {name: =payload.action.value}}}",
         {"payload.action.value": "x", "target.actions": None}, []),
        # the closed world
        ("when: {function.self: {not_known_to_be: yes}}\nwhy: right when not known", {"function.self": Unknown()}, ["yes"]),
    ],
)  # fmt: skip
def test_conditions(rule: Make, invocation: MakeFact, lines: str, values: dict[str, Any], expected: list[str]) -> None:
    assert answers(rule(lines), invocation(values)) == expected


def test_one_match_an_element(rule: Make, invocation: MakeFact) -> None:
    missing = (MissingKey("storyId", role="story"), MissingKey("jobId", role="job"), MissingKey("x", role=Unknown()))
    found = evaluate(
        rule("each: payload.missing\nwhen: {item.role: [job, owner]}\nmessage: no {item.name}"),
        invocation({"payload.missing": missing}),
    )
    assert [(match.element, match.answer, match.message) for match in found] == [
        ("jobId", "yes", "no jobId"),
        ("x", "maybe", "no x"),
    ]


@pytest.mark.parametrize("missing", [Unknown(), None, ()])
def test_no_element_no_match(rule: Make, invocation: MakeFact, missing: Any) -> None:
    assert evaluate(rule("each: payload.missing\nwhen: {}"), invocation({"payload.missing": missing})) == []


def test_conditions_compare_an_element_with_the_fact(rule: Make, invocation: MakeFact) -> None:
    one = rule("each: payload.keys\nwhen: {target.actions: {some: {name: =item.name}}}")
    fact = invocation({"payload.keys": (Key("health"), Key("other")), "target.actions": ACTIONS})
    assert [match.element for match in evaluate(one, fact)] == ["health"]


def test_options_have_defaults_and_can_be_set(rule: Make, invocation: MakeFact) -> None:
    limit = rule(
        "when: {target.duration_seconds: {over: $limit_seconds}}\n"
        "options: {limit_seconds: {type: number, default: 10, help: h}}\nmessage: over {$limit_seconds}"
    )
    fact = invocation({"target.duration_seconds": Range(30, 60)})
    assert [match.message for match in evaluate(limit, fact)] == ["over 10 s"]
    assert evaluate(limit, fact, {"limit_seconds": 60}) == []


def test_a_list_as_option_means_any_of_it(rule: Make, invocation: MakeFact) -> None:
    lines = "when: {function.name: $names}\noptions: {names: {type: texts, default: [a, b], help: h}}"
    assert answers(rule(lines), invocation({"function.name": "b"})) == ["yes"]
    assert answers(rule(lines), invocation({"function.name": "c"})) == []
    lines = lines.replace("$names}", "{not: $names}}")
    assert answers(rule(lines), invocation({"function.name": "b"})) == []
    assert answers(rule(lines), invocation({"function.name": "c"})) == ["yes"]


@pytest.mark.parametrize(
    ("self", "severity"), [("yes", Severity.ERROR), (Unknown(), Severity.WARNING), ("no", Severity.WARNING)]
)
def test_severity_counts_on_yes_only(rule: Make, invocation: MakeFact, self: Any, severity: Severity) -> None:
    choice = rule("severity: {error: {function.self: yes}, otherwise: warning}")
    (match,) = evaluate(choice, invocation({"function.self": self}))
    assert match.severity is severity


def test_severity_may_look_at_the_element(rule: Make, invocation: MakeFact) -> None:
    choice = rule("each: payload.missing\nwhen: {}\nseverity: {warning: {item.fallback_sent: yes}, otherwise: error}")
    missing = (MissingKey("a", fallback_sent="yes"), MissingKey("b", fallback_sent="no"))
    found = evaluate(choice, invocation({"payload.missing": missing}))
    assert [match.severity.value for match in found] == ["warning", "error"]


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        ("function.name", "story", "story"),
        ("function.name", None, "none"),
        ("function.name", Unknown(), "unknown"),
        ("invocation_type", OneOf(("Event", "RequestResponse")), "Event or RequestResponse"),
        ("invocation_type", OneOf(("a", "b", "c")), "a, b or c"),
        ("target.duration_seconds", Range(30, 60), "30 to 60 s"),
        ("target.duration_seconds", Range(30, 30), "30 s"),
        ("target.duration_seconds", Range(30, float("inf")), "30 s or more"),
        ("target.duration_seconds", 2.5, "2.5 s"),
        ("target.duration_seconds", OneOf((1, 2)), "1 s or 2 s"),
        ("client.read_timeout", 60, "60"),
        ("client.requests", Range(3, 5), "3 to 5"),
        ("payload.size_bytes", 1048577, "1,048,577 bytes"),
        ("target.actions", ACTIONS, "generate_story and health"),
    ],
)
def test_values_in_words(rule: Make, invocation: MakeFact, path: str, value: Any, shown: str) -> None:
    (match,) = evaluate(rule(f"message: 'is {{{path}}}'"), invocation({path: value}))
    assert match.message == f"is {shown}"


def test_a_unit_that_the_text_has_is_not_repeated(rule: Make, invocation: MakeFact) -> None:
    fact = invocation({"target.duration_seconds": Range(30, 60)})
    (match,) = evaluate(rule("message: 'takes {target.duration_seconds} s, {target.duration_seconds} so'"), fact)
    assert match.message == "takes 30 to 60 s, 30 to 60 s so"


def test_lines_of_help_that_lack_a_value_are_left_out(rule: Make, invocation: MakeFact) -> None:
    one = rule("help: |\n  Mend it.\n  Did you mean {payload.action.nearest}?")
    assert evaluate(one, invocation())[0].help == "Mend it."
    assert evaluate(one, invocation({"payload.action.nearest": "x"}))[0].help == "Mend it.\nDid you mean x?"


def test_labels_stand_at_the_places_of_their_paths(rule: Make, invocation: MakeFact, place: Any) -> None:
    one = rule(
        "each: payload.encoded_fields\nwhen: {}\n"
        'labels: {item: encoded here, client.created: the client, function.name: "{function.name}", api: nowhere}\n'
        "fix: {name: encode-once, safety: safe}"
    )
    fact = invocation(
        {"payload.encoded_fields": (EncodedField("story.text"),)},
        places={"payload.encoded_fields[story.text]": place(3), "client": place(2), "function.name": place(4)},
    )
    (match,) = evaluate(one, fact)
    assert [(label.place.line, label.text) for label in match.labels] == [(3, "encoded here"), (2, "the client")]
    assert match.fix is not None
    assert (match.fix.name, match.fix.place.line, match.fix.arguments) == (
        "encode-once",
        3,
        (("element", "story.text"), ("name", "story.text")),
    )


def test_another_kind_of_fact_has_no_match(rule: Make, invocation: MakeFact) -> None:
    fact = invocation()
    assert evaluate(rule(), Fact("handler", fact.data, fact.site, {})) == []


RULES = [
    "when: {invocation_type: Event, payload.shape: {not: http}}",
    "when: {any: [{invocation_type: Event}, {payload.shape: http, function.self: no}]}",
    "when: {invocation_type: [Event, DryRun]}\nunless: {function.self: yes}",
    "when: {target.duration_seconds: {over: =caller.deadline_seconds}}\nunless: {any: [{function.self: yes}, {payload.shape: http}]}",
    "when: {payload.keys: {none: {name: a, type: string}}}\nunless: {payload.keys: {some: {type: number}}}",
    "when: {target.duration_seconds: {at_least: 5, at_most: 20}, payload: {is: present}}",
]  # fmt: skip
TEXTS = st.sampled_from(["yes", "no", "Event", "http", "x", None])
SLOTS: dict[str, st.SearchStrategy[Any]] = {
    "invocation_type": st.sampled_from(["Event", "DryRun", "x", OneOf(("Event", "x"))]),
    "payload.shape": st.sampled_from(["http", "plain", None]),
    "function.self": st.sampled_from(["yes", "no", None]),
    "target.duration_seconds": st.sampled_from([1, 10, Range(3, 30), OneOf((1, 10)), None]),
    "caller.deadline_seconds": st.sampled_from([5, 29, Range(1, 4), None]),
    "payload.keys": st.sampled_from(
        [(), (Key("a", type="string"),), (Key("a", type="number"), Key("b", type="string")), None]
    ),
}


@given(st.sampled_from(RULES), st.fixed_dictionaries(SLOTS), st.sets(st.sampled_from(sorted(SLOTS)), min_size=1))
def test_a_rule_that_knows_less_never_contradicts_itself(
    lines: str, values: dict[str, Any], forgotten: set[str]
) -> None:
    rule = load_rule("rule.yaml", SAMPLE.format(lines=lines))
    known = answers(rule, fact_of(values))
    less = answers(rule, fact_of({**values, **dict.fromkeys(forgotten, Unknown())}))
    assert (known, less) not in ((["yes"], []), ([], ["yes"]))


SAMPLE = "id: INX001\nname: a\nsummary: s\nseverity: error\nfact: invocation\nmessage: m\n{lines}\n"


def fact_of(values: dict[str, Any]) -> Fact:
    data = Invocation(
        invocation_type=values["invocation_type"],
        payload=Payload(shape=values["payload.shape"], keys=values["payload.keys"]),
        target=Target(duration_seconds=values["target.duration_seconds"]),
    )
    data = replace(
        data,
        function=replace(data.function, self=values["function.self"]),
        caller=replace(data.caller, deadline_seconds=values["caller.deadline_seconds"]),
    )
    return Fact("invocation", data, Place("app.py", 1, 1, 1, 2), {})
