"""What the package answers, quickly, is what a plain reading of the rule language gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from invocation_lint.facts.base import Fact, OneOf, Range, Unknown
from invocation_lint.facts.invocation import Action, Invocation, Key, Named, Payload, Target
from invocation_lint.findings import Label, Place, Severity
from invocation_lint.rulebook.evaluate import PreparedRules, evaluate
from invocation_lint.rulebook.findings import findings_in, findings_of
from invocation_lint.rulebook.loader import load_shipped
from invocation_lint.rulebook.model import (
    Condition,
    Option,
    OptionName,
    PathTest,
    Reference,
    Rule,
    SeverityChoice,
    When,
)
from tests.rulebook import plain

WORDS = ("Event", "DryRun", "story", "a", "b")
NUMBERS = (1, 5, 10.0, 30)
TEXT_PATHS = ("invocation_type", "payload.shape", "payload.action.value", "function.name", "target.contract")
NUMBER_PATHS = ("target.duration_seconds", "caller.deadline_seconds", "payload.size_bytes")
LIST_PATHS = ("payload.keys", "target.actions")
OPTIONS = (
    Option("word", "text", "story", "h"),
    Option("words", "texts", ("a", "Event"), "h"),
    Option("nothing", "texts", (), "h"),
    Option("number", "number", 5, "h"),
)

NOT_KNOWN = Unknown("not seen")
TEXTS = (
    *WORDS,
    *WORDS,
    None,
    NOT_KNOWN,
    OneOf(("Event", "story")),
    OneOf(("a", "b")),
    OneOf(("a", NOT_KNOWN)),
    OneOf((None, "b", "DryRun")),
)
AMOUNTS = (*NUMBERS, None, NOT_KNOWN, Range(1, 5), Range(5, 30), Range(10, 10), OneOf((1, 30)), OneOf((5, NOT_KNOWN)))
KEYS = (
    Key("a", presence="yes", type="Event"),
    Key("b", presence=NOT_KNOWN, type=OneOf(("a", "story"))),
    Key("story", presence="no", type=NOT_KNOWN),
    Key("DryRun", type="b"),
    NOT_KNOWN,
)
ACTIONS = (Named("story"), Named("a"), Named("b"), NOT_KNOWN)

texts = st.sampled_from(WORDS)
numbers = st.sampled_from(NUMBERS)
text_values = st.sampled_from(TEXTS)
number_values = st.sampled_from(AMOUNTS)
not_there = st.sampled_from([None, NOT_KNOWN])
key_lists = st.lists(st.sampled_from(KEYS), max_size=3).map(tuple) | not_there
action_lists = st.lists(st.sampled_from(ACTIONS), max_size=3).map(tuple) | not_there
SITE = Place("app.py", 9, 1, 9, 9)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """A fact about an invocation."""
    payload = Payload(
        shape=draw(text_values),
        size_bytes=draw(number_values),
        keys=draw(key_lists),
        action=Action(value=draw(text_values)),
    )
    data = Invocation(
        invocation_type=draw(text_values),
        payload=draw(st.sampled_from([payload, payload, payload, None, NOT_KNOWN, OneOf((payload, None))])),
        target=Target(contract=draw(text_values), duration_seconds=draw(number_values), actions=draw(action_lists)),
    )
    data = replace(
        data,
        function=replace(data.function, name=draw(text_values)),
        caller=replace(data.caller, deadline_seconds=draw(number_values)),
    )
    return Fact("invocation", data, SITE, {})


def fact_path(path: str) -> Reference:
    return Reference("fact", tuple(path.split(".")))


item = [Reference("item", (name,)) for name in ("name", "type", "presence")]
element = [Reference("element", (name,)) for name in ("name",)]
text_operands = texts | st.sampled_from([OptionName("word"), OptionName("words"), OptionName("nothing")])
number_operands = numbers | st.just(OptionName("number"))
states = st.sampled_from(["present", "absent", "known"]).map(lambda state: PathTest("is", (state,)))


def text_tests(others: list[Reference]) -> st.SearchStrategy[PathTest]:
    operands = text_operands | st.sampled_from(others)
    several = st.lists(operands, min_size=1, max_size=3).map(tuple)
    compared = st.builds(PathTest, st.sampled_from(["equals", "not", "not_known_to_be"]), several)
    like = st.sampled_from(["*", "s*", "[!a]"]).map(lambda glob: PathTest("like", (glob,)))
    return compared | like | states


def number_tests(others: list[Reference]) -> st.SearchStrategy[PathTest]:
    operators = st.sampled_from(["equals", "not", "over", "at_least", "under", "at_most", "not_known_to_be"])
    return st.builds(PathTest, operators, st.tuples(number_operands | st.sampled_from(others))) | states


def conditions(paths: list[Reference], tests: st.SearchStrategy[PathTest]) -> st.SearchStrategy[Condition]:
    return st.builds(Condition, st.sampled_from(paths), st.lists(tests, min_size=1, max_size=2).map(tuple))


def whens(one: st.SearchStrategy[Condition], least: int = 1) -> st.SearchStrategy[When]:
    several = st.lists(one, min_size=1, max_size=3).map(tuple)
    branches = st.lists(st.builds(When, several), min_size=1, max_size=3).map(tuple) | st.just(())
    return st.builds(When, st.lists(one, min_size=least, max_size=3).map(tuple), branches)


def sample(id: str, when: When, **given: Any) -> Rule:
    """A rule about invocations."""
    severity, message = SeverityChoice(Severity.WARNING), given.pop("message", ("it happens",))
    return Rule(id, id.lower(), "s", severity, "default", "invocation", when, message, **given)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule over some paths of an invocation, with or without `each`."""
    each = draw(st.sampled_from([None, fact_path("payload.keys")]))
    text_paths = [*map(fact_path, TEXT_PATHS), *(item if each else [])]
    number_paths = [*map(fact_path, NUMBER_PATHS)]
    inner = whens(conditions(element, text_tests(text_paths)))
    quantified = st.builds(PathTest, st.sampled_from(["some", "none"]), st.just(()), inner)
    groups = conditions([fact_path("payload"), fact_path("target.actions")], states)
    one = (
        conditions(text_paths, text_tests(text_paths))
        | conditions(number_paths, number_tests(number_paths))
        | conditions([*map(fact_path, LIST_PATHS)], quantified | states)
        | groups
    )
    when, unless = draw(whens(one, least=0 if each else 1)), draw(st.none() | whens(one))
    return sample("INX001", when, unless=unless, each=each, options=OPTIONS)


given_options = st.fixed_dictionaries({}, optional={"word": texts, "words": st.lists(texts).map(tuple)})


@settings(max_examples=120)
@given(rules(), st.lists(facts(), min_size=4, max_size=6), given_options)
def test_a_rule_answers_as_it_reads(rule: Rule, told: list[Fact], options: dict[str, Any]) -> None:
    for fact in told:
        found = [(match.answer, match.item) for match in evaluate(rule, fact, options)]
        event(", ".join(sorted({answer for answer, _ in found})) or "no")
        assert found == plain.answers(rule, fact, options)


@given(
    st.sampled_from(["some", "none"]),
    st.sampled_from(["equals", "not", "not_known_to_be"]),
    st.lists(st.sampled_from(TEXT_PATHS).map(fact_path), min_size=1, max_size=2),
    st.lists(facts(), min_size=4, max_size=6),
)
def test_elements_are_compared_with_other_fields(
    quantifier: str, operator: str, others: list[Reference], told: list[Fact]
) -> None:
    inner = When((Condition(element[0], (PathTest(operator, tuple(others)),)),))
    when = When((Condition(fact_path("target.actions"), (PathTest(quantifier, (), inner),)),))
    rule = sample("INX001", when)
    for fact in told:
        assert [match.answer for match in evaluate(rule, fact)] == [one for one, _ in plain.answers(rule, fact, {})]


SHIPPED = load_shipped().rules


@settings(max_examples=100)
@given(facts())
def test_shipped_rules_answer_as_they_read(fact: Fact) -> None:
    found = [(match.rule.id, match.answer, match.item) for match in PreparedRules(SHIPPED).matches([fact, fact])]
    read = [(rule.id, *answer) for rule in SHIPPED for answer in plain.answers(rule, fact, {})]
    assert found == read * 2


def family() -> list[Rule]:
    """Rules of which some supersede others, with elements and without."""
    is_event = When((Condition(Reference("fact", ("invocation_type",)), (PathTest("equals", ("Event",)),)),))
    each = {"each": Reference("fact", ("payload", "keys")), "message": (Reference("item", ("name",)),)}
    return [
        sample("INX001", is_event, supersedes=("INX002", "INX004"), **each),
        sample("INX002", is_event, supersedes=("INX003",)),
        sample("INX003", is_event, **each),
        sample("INX004", is_event),
        sample("INX005", is_event, supersedes=("all",), **each),
    ]


@st.composite
def called(draw: st.DrawFn) -> Fact:
    """A fact of one of two sites, in a frame that calls of four lines lead to."""
    line = draw(st.sampled_from([5, 6]))
    chain = draw(st.lists(st.sampled_from([10, 20, 30, 40]), max_size=4))
    names = draw(st.lists(st.sampled_from(["$", "a", "b"]), max_size=3, unique=True))
    data = Invocation(
        invocation_type=draw(st.sampled_from(["Event", Unknown(), "x"])),
        payload=Payload(keys=tuple(Key(name) for name in names)),
    )
    steps = tuple(Label(Place("app.py", step, 1, step, 9), f"line {step}") for step in chain)
    return Fact("invocation", data, Place("app.py", line, 1, line, 9), {}, steps)


@settings(max_examples=300)
@given(st.lists(called(), max_size=8), st.booleans(), st.sets(st.sampled_from(range(5)), min_size=1))
def test_findings_are_the_innermost_that_no_other_supersedes(
    told: list[Fact], possible: bool, selected: set[int]
) -> None:
    chosen = [rule for index, rule in enumerate(family()) if index in selected]
    matches = PreparedRules(chosen).matches(told)
    found = {
        (finding.id, finding.place, finding.message): (finding.confidence.value, finding.chain, set(finding.notes))
        for finding in findings_in(matches, possible)
    }
    read = {
        key: ("certain" if match.answer == "yes" else "possible", match.fact.chain, notes)
        for key, (match, notes) in plain.distinct(plain.shown(matches, possible)).items()
    }
    event("notes" if any(notes for *_, notes in read.values()) else "no notes")
    assert found == read
    assert len(findings_of(chosen, told, possible=possible)) == len(read)
