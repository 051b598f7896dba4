"""From matches to findings: the innermost frame, one finding per harm, possible ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.invocation import EncodedField, MissingKey
from invocation_lint.findings import Confidence, Finding
from invocation_lint.rulebook.findings import findings_of
from invocation_lint.rulebook.model import Rule

Make = Callable[..., Rule]
MakeFact = Callable[..., Fact]
SELF = "when: {function.self: yes}"


def lines(findings: list[Finding]) -> list[int]:
    return [finding.place.line for finding in findings]


def test_the_helper_alone_says_yes(rule: Make, invocation: MakeFact) -> None:
    values = {"function.self": "yes"}
    facts = [invocation(values), invocation(values, chain=(20,)), invocation(values, chain=(30,))]
    (found,) = findings_of([rule(SELF)], facts)
    assert (found.place.line, found.chain) == (10, ())


def test_only_a_callers_values_say_yes(rule: Make, invocation: MakeFact) -> None:
    yes, unknown = {"function.self": "yes"}, {"function.self": Unknown()}
    facts = [
        invocation(unknown),
        invocation(yes, chain=(20,)),
        invocation(yes, chain=(40, 20)),
        invocation({"function.self": "no"}, chain=(30,)),
        invocation(unknown, chain=(50,)),
    ]
    (found,) = findings_of([rule(SELF)], facts)
    assert found.place.line == 20
    assert [step.place.line for step in found.chain] == [20]


def test_the_outermost_call_is_the_place_of_a_long_chain(rule: Make, invocation: MakeFact) -> None:
    (found,) = findings_of([rule(SELF)], [invocation({"function.self": "yes"}, chain=(40, 20))])
    assert [step.place.line for step in found.chain] == [40, 20]
    assert found.place.line == 40


def test_two_callers_are_two_findings(rule: Make, invocation: MakeFact) -> None:
    yes = {"function.self": "yes"}
    assert lines(findings_of([rule(SELF)], [invocation(yes, chain=(30,)), invocation(yes, chain=(20,))])) == [20, 30]


def test_a_caller_whose_values_make_another_element_fail(rule: Make, invocation: MakeFact) -> None:
    missing = rule("each: payload.missing\nwhen: {}\nmessage: no {item.name}")
    facts = [
        invocation({"payload.missing": (MissingKey("a"),)}),
        invocation({"payload.missing": (MissingKey("a"), MissingKey("b"))}, chain=(20,)),
    ]
    assert [(found.place.line, found.message) for found in findings_of([missing], facts)] == [
        (10, "no a"),
        (20, "no b"),
    ]


def test_possible_findings_are_shown_on_demand_and_marked(rule: Make, invocation: MakeFact) -> None:
    facts = [invocation({"function.self": Unknown()}), invocation({"function.self": Unknown()}, chain=(20,))]
    assert findings_of([rule(SELF)], facts) == []
    (found,) = findings_of([rule(SELF)], facts, possible=True)
    assert (found.confidence, found.place.line) == (Confidence.POSSIBLE, 10)


def test_never_certain_and_possible_for_the_same_call(rule: Make, invocation: MakeFact) -> None:
    facts = [invocation({"function.self": Unknown()}), invocation({"function.self": "yes"}, chain=(20,))]
    (found,) = findings_of([rule(SELF)], facts, possible=True)
    assert (found.confidence, found.place.line) == (Confidence.CERTAIN, 20)


def test_a_superseded_finding_becomes_a_note(rule: Make, invocation: MakeFact) -> None:
    first = rule("supersedes: [INX002]\nmessage: first", "INX001")
    second = rule("message: second", "INX002")
    (found,) = findings_of([second, first], [invocation()])
    assert (found.id, found.notes) == ("INX001", ("INX002 sample-inx002: second",))


def test_a_rule_that_is_not_selected_supersedes_nothing(rule: Make, invocation: MakeFact) -> None:
    assert [found.id for found in findings_of([rule("", "INX002")], [invocation()])] == ["INX002"]


def test_what_a_superseded_finding_supersedes_goes_to_the_first(rule: Make, invocation: MakeFact) -> None:
    rules = [rule("supersedes: [INX002]", "INX001"), rule("supersedes: [INX003]", "INX002"), rule("", "INX003")]
    (found,) = findings_of(rules, [invocation()])
    assert [note[:6] for note in found.notes] == ["INX002", "INX003"]


def test_another_call_is_not_superseded(rule: Make, invocation: MakeFact) -> None:
    first = rule("supersedes: [all]\nwhen: {function.self: yes}", "INX001")
    facts = [invocation({"function.self": "yes"}), invocation(line=11)]
    assert [(found.id, found.place.line) for found in findings_of([first, rule("", "INX002")], facts)] == [
        ("INX001", 10),
        ("INX002", 11),
    ]


def test_another_element_is_not_superseded(rule: Make, invocation: MakeFact) -> None:
    encoded = rule("each: payload.encoded_fields\nwhen: {}\nsupersedes: [INX002]\nmessage: '{item.name}'", "INX001")
    missing = rule("each: payload.missing\nwhen: {}\nmessage: '{item.name}'", "INX002")
    values: dict[str, Any] = {
        "payload.encoded_fields": (EncodedField("story"),),
        "payload.missing": (MissingKey("story"), MissingKey("jobId")),
    }
    found = findings_of([encoded, missing], [invocation(values)])
    assert [(one.id, one.message) for one in found] == [("INX001", "story"), ("INX002", "jobId")]
    values["payload.encoded_fields"] = (EncodedField("$"),)
    (found_one,) = findings_of([encoded, missing], [invocation(values)])
    assert len(found_one.notes) == 2, "the payload itself covers all of its fields"


def test_a_rule_without_elements_covers_all(rule: Make, invocation: MakeFact) -> None:
    whole = rule("supersedes: [INX002]", "INX001")
    missing = rule("each: payload.missing\nwhen: {}\nmessage: '{item.name}'", "INX002")
    fact = invocation({"payload.missing": (MissingKey("a"), MissingKey("b"))})
    (found,) = findings_of([whole, missing], [fact])
    assert len(found.notes) == 2


def test_a_possible_finding_supersedes_no_certain_one(rule: Make, invocation: MakeFact) -> None:
    first = rule(f"supersedes: [INX002]\n{SELF}", "INX001")
    fact = invocation({"function.self": Unknown()})
    found = findings_of([first, rule("", "INX002")], [fact], possible=True)
    assert [(one.id, one.confidence.value) for one in found] == [("INX001", "possible"), ("INX002", "certain")]


def test_a_caller_does_not_supersede_what_another_caller_does(rule: Make, invocation: MakeFact) -> None:
    first = rule(f"supersedes: [INX002]\n{SELF}", "INX001")
    second = rule("when: {payload.shape: http}", "INX002")
    facts = [invocation({"function.self": "yes"}, chain=(20,)), invocation({"payload.shape": "http"}, chain=(30,))]
    assert [found.id for found in findings_of([first, second], facts)] == ["INX001", "INX002"]
    facts[1] = invocation({"payload.shape": "http"})
    assert [found.id for found in findings_of([first, second], facts)] == ["INX001"]


def test_the_same_place_and_words_are_one_finding(rule: Make, invocation: MakeFact) -> None:
    yes = {"function.self": "yes"}
    facts = [invocation(yes, chain=(20, 15)), invocation(yes, chain=(20, 16)), invocation(yes, line=11, chain=(20,))]
    (found,) = findings_of([rule(SELF)], facts)
    assert len(found.chain) == 1


def test_options_are_taken_by_rule(rule: Make, invocation: MakeFact) -> None:
    limit = rule(
        "when: {payload.layers: {over: $n}}\noptions: {n: {type: number, default: 9, help: h}}\nmessage: '{$n}'"
    )
    fact = invocation({"payload.layers": 2})
    assert findings_of([limit], [fact], {"INX002": {"n": 1}}) == []
    assert [found.message for found in findings_of([limit], [fact], {"INX001": {"n": 1}})] == ["1"]


def test_findings_come_in_report_order_with_all_they_hold(rule: Make, invocation: MakeFact, place: Any) -> None:
    one = rule("labels: {client.created: made here}\nhelp: mend it")
    facts = [invocation(line=12, places={"client.created": place(3)}), invocation(line=9)]
    found = findings_of([one], facts)
    assert lines(found) == [9, 12]
    assert (found[0].function, found[0].help, found[0].name) == ("handler", "mend it", "sample-inx001")
    assert [(label.place.line, label.text) for label in found[1].labels] == [(3, "made here")]
