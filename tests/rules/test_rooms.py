"""Every room of `rules/` is what it says: its README's examples are linted line by line, its proofs found and clean.

A line of an example carries `# error: ID` when its finding must be there, `# possible: ID` when only `possible`
shows it; all other lines must be silent. Examples under `## Instead` and `proof/good.py` are linted with all rules
but advice.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from invocation_lint.contracts.loader import load_shipped_contracts
from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.findings import Confidence, Finding, Severity
from invocation_lint.rulebook.findings import findings_of
from invocation_lint.rulebook.loader import load_rule
from invocation_lint.rulebook.model import Rule
from invocation_lint.source.tree import parse

RULES = Path(__file__).parents[2] / "rules"
ROOMS = sorted(path.parent for path in RULES.glob("IN*/rule.yaml"))

BLOCK = re.compile(r"^```python(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
MARK = re.compile(r"#\s*(?P<kind>error|possible): (?P<id>IN[VX]\d{3})\b")
LONGEST_PROOF = 40


@dataclass(frozen=True)
class Example:
    """A Python block of a README: the room, the heading it stands under, its first line there, its text, its file."""

    room: Path
    heading: str
    line: int
    text: str
    file: str = "app.py"

    def __str__(self) -> str:
        return f"{self.room.name}:{self.line}"

    def marked(self, kind: str) -> set[tuple[int, str]]:
        """The lines of the block that carry a mark, each with its rule."""
        lines = enumerate(self.text.split("\n"), 1)
        return {(number, mark["id"]) for number, line in lines for mark in MARK.finditer(line) if mark["kind"] == kind}


def examples_of(room: Path) -> Iterator[Example]:
    """The Python blocks of a room's README."""
    text = (room / "README.md").read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        headings = [heading[1] for heading in HEADING.finditer(text, 0, block.start())]
        first_line = text.count("\n", 0, block.start(2)) + 1
        yield Example(room, headings[-1] if headings else "", first_line, block[2], block[1] or "app.py")


EXAMPLES = [example for room in ROOMS for example in examples_of(room)]


@cache
def rule_of(room: Path) -> Rule:
    path = room / "rule.yaml"
    return load_rule(str(path), path.read_text(encoding="utf-8"))


@cache
def shipped_contracts() -> ContractBook:
    return load_shipped_contracts()


@cache
def all_but_advice() -> tuple[Rule, ...]:
    return tuple(rule for rule in map(rule_of, ROOMS) if rule.severity.worst is not Severity.ADVICE)


def findings_in(text: str, rules: Sequence[Rule], possible: bool = False, file: str = "app.py") -> list[Finding]:
    source = parse(text.encode(), file)
    told = facts_of(source, shipped_contracts(), AnalysisOptions())
    assert len(told.functions_too_large) == 0
    return findings_of(rules, told.facts, possible=possible)


def lines_of(findings: Sequence[Finding], confidence: Confidence) -> set[tuple[int, str]]:
    return {(finding.place.line, finding.id) for finding in findings if finding.confidence is confidence}


def shown(findings: Sequence[Finding]) -> str:
    return "\n".join(f"line {found.place.line}: {found.id} {found.message}" for found in findings)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_room_is_complete(room: Path) -> None:
    rule = rule_of(room)
    assert room.name == f"{rule.id}-{rule.name}"
    headings = {example.heading for example in examples_of(room)}
    assert {"Instead", "Silent"} <= headings
    marked = {id_ for example in examples_of(room) for _, id_ in example.marked("error")}
    assert marked == {rule.id}, "the README's examples show this rule, and no other"


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_the_findings_that_are_marked(example: Example) -> None:
    found = findings_in(example.text, [rule_of(example.room)], possible=True, file=example.file)
    assert lines_of(found, Confidence.CERTAIN) == example.marked("error"), shown(found)
    assert lines_of(found, Confidence.POSSIBLE) == example.marked("possible"), shown(found)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_what_only_possible_shows_is_hidden_without_it(example: Example) -> None:
    found = findings_in(example.text, [rule_of(example.room)], file=example.file)
    assert lines_of(found, Confidence.POSSIBLE) == set()
    assert lines_of(found, Confidence.CERTAIN) == example.marked("error"), shown(found)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.heading == "Instead"], ids=str)
def test_what_is_recommended_is_clean(example: Example) -> None:
    found = findings_in(example.text, all_but_advice())
    assert not found, shown(found)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.marked("error")], ids=str)
def test_a_finding_can_be_read(example: Example) -> None:
    for finding in findings_in(example.text, [rule_of(example.room)], file=example.file):
        for text in (finding.message, *(label.text for label in finding.labels)):
            assert text
            assert "\n" not in text
            assert not re.search(r'[{}]|\bunknown\b|(?<!")\bnone\b', text)
            assert not text.endswith(".")


@pytest.mark.parametrize("room", [room for room in ROOMS if not rule_of(room).proof.none_because], ids=lambda r: r.name)
class TestProof:
    def test_bad_has_the_finding(self, room: Path) -> None:
        rule = rule_of(room)
        found = findings_in((room / "proof/bad.py").read_text(encoding="utf-8"), [rule])
        assert {finding.id for finding in found} == {rule.id}

    def test_good_is_clean(self, room: Path) -> None:
        found = findings_in((room / "proof/good.py").read_text(encoding="utf-8"), all_but_advice())
        assert not found, shown(found)

    @pytest.mark.parametrize("name", ["bad.py", "good.py"])
    def test_is_a_small_whole_program(self, room: Path, name: str) -> None:
        text = (room / "proof" / name).read_text(encoding="utf-8")
        assert text.count("\n") <= LONGEST_PROOF
        functions = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
        assert {"handler", "main"} <= functions


def test_there_are_rooms() -> None:
    assert len(ROOMS) > 10
    assert len(EXAMPLES) > len(ROOMS)
