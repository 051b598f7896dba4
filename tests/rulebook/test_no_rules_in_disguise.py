"""A fact says what was seen; the verdict is the rule's. So no rule may be one true/false field of a fact."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import invocation_lint.facts
from invocation_lint.facts.kinds import KINDS
from invocation_lint.rulebook.loader import load_shipped
from invocation_lint.rulebook.model import Rule, When
from invocation_lint.rulebook.paths import FieldInfo, fields_of, paths_of

BOOK = load_shipped()
TRUTH = {"yes", "no"}


def single_path(when: When) -> str | None:
    """The one path that a condition asks for, when it is but one."""
    if when.any or len(when.conditions) != 1:
        return None
    return when.conditions[0].reference.text


def is_a_fact_in_disguise(rule: Rule) -> bool:
    """Whether the whole rule is one field that holds yes or no."""
    path = single_path(rule.when)
    if path is None or rule.unless is not None:
        return False
    return rule.each is None and set(fields_of(rule.fact)[path].words) == TRUTH


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_no_rule_is_one_field_of_a_fact(rule: Rule) -> None:
    assert not is_a_fact_in_disguise(rule), f"{rule.id} asks only for {single_path(rule.when)}: mend the fact"


def test_a_rule_in_disguise_is_seen(rule: Callable[..., Rule]) -> None:
    assert is_a_fact_in_disguise(rule("when: {function.self: yes}"))
    assert is_a_fact_in_disguise(rule("when: {function.self: {not: no}}"))
    assert not is_a_fact_in_disguise(rule("when: {function.self: yes, api: invoke}"))
    assert not is_a_fact_in_disguise(rule("when: {function.self: yes}\nunless: {api: invoke}"))
    assert not is_a_fact_in_disguise(rule("when: {api: invoke_async}"))


def facts_sources() -> list[Path]:
    folder = Path(invocation_lint.facts.__file__).parent
    return sorted(folder.rglob("*.py"))


def names_of_rules(text: str) -> list[str]:
    """The rule ids, and the names of rules with a hyphen or as an identifier, that a source mentions."""
    found = re.findall(r"\bIN[VX]\d(?:\d\d|xx)\b", text)
    for rule in BOOK.rules:
        forms = {rule.name, rule.name.replace("-", "_"), rule.name.replace("-", " ")} if "-" in rule.name else set()
        found += [form for form in forms if form in text and re.search(rf"\b{re.escape(form)}\b", text)]
    return sorted(found)


def test_facts_name_no_rule() -> None:
    sources = facts_sources()
    assert len(sources) >= 3
    named = {path.name: names_of_rules(path.read_text(encoding="utf-8")) for path in sources}
    assert {name: found for name, found in named.items() if found} == {}


def test_the_name_of_a_rule_is_seen() -> None:
    rule = next(rule for rule in BOOK.rules if "-" in rule.name)
    underscored = rule.name.replace("-", "_")
    assert names_of_rules(f"# for {rule.id} and INV2xx\n{underscored} = 1\n") == sorted(
        [rule.id, "INV2xx", underscored]
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_says_what_it_means(kind: str) -> None:
    def check(paths: dict[str, FieldInfo], where: str) -> None:
        for path, info in paths.items():
            assert info.type == "group" or info.doc, f"{where}{path} has no documentation"
            if info.element is not None:
                check(dict(info.element), f"{where}{path}[].")

    check(dict(fields_of(kind)), f"{kind}.")


def test_paths_are_those_of_the_dataclasses() -> None:
    paths = fields_of("invocation")
    assert paths is paths_of(KINDS["invocation"])
    assert paths["payload"].type == "group"
    assert paths["payload.python_type"].words[:2] == ("str", "bytes")
    assert paths["target.duration_seconds"].type == "number"
    elements = paths["payload.missing"].element
    assert elements is not None
    assert elements["name"].type == "text"
