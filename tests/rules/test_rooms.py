"""Every room of `rules/` is what it says: its README's examples are linted line by line, its proofs found and clean.

A line of an example carries `# error: ID` when its finding must be there, `# possible: ID` when only `possible`
shows it; all other lines must be silent. A YAML block that stands before an example is the template beside its file,
and its lines are marked likewise; one tagged `yaml alone` is an example by itself, and `file=serverless.yml` names it.
`proof/template.yaml` is the template of both programs of the proof, `proof/bad.yaml` that of one. Examples under
`## Instead` and `proof/good.py` are linted with all rules but advice.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from invocation_lint.contracts.loader import load_shipped_contracts
from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, Fact, FileFacts, facts_of
from invocation_lint.facts.building.templates.facts_at import facts_of_template
from invocation_lint.facts.kinds import OF_TEMPLATES
from invocation_lint.findings import Confidence, Finding, Severity
from invocation_lint.project import Project
from invocation_lint.rulebook.findings import findings_of
from invocation_lint.rulebook.loader import load_rule
from invocation_lint.rulebook.model import Rule
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

RULES = Path(__file__).parents[2] / "rules"
ROOMS = sorted(path.parent for path in RULES.glob("IN*/rule.yaml"))

BLOCK = re.compile(
    r"^```(?P<language>python|yaml)(?P<alone> alone)?(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
MARK = re.compile(r"#\s*(?P<kind>error|possible): (?P<id>IN[VX]\d{3})\b")
LONGEST_PROOF = 40


@dataclass(frozen=True)
class Template:
    """The template beside a file, and the modules beside both; its text is empty where there is none."""

    text: str
    file: str = "template.yaml"
    modules: tuple[Path, ...] = ()


NO_TEMPLATE = Template("")


Mark = tuple[str, int, str]
"""A file, a line, and the id of a rule."""


@dataclass(frozen=True)
class Example:
    """A Python block of a README: the room, the heading it stands under, its first line there, its text, its file, and
    the template beside that, with its name; empty when there is none. Where a template stands alone, the text is."""

    room: Path
    heading: str
    line: int
    text: str
    file: str = "app.py"
    template: str = ""
    template_file: str = "template.yaml"

    def __str__(self) -> str:
        return f"{self.room.name}:{self.line}"

    def marked(self, kind: str) -> set[Mark]:
        """The lines of the block, and of its template, that carry a mark, each with its rule."""
        return {
            (file, number, mark["id"])
            for file, text in ((self.file, self.text), (self.template_file, self.template))
            for number, line in enumerate(text.split("\n"), 1)
            for mark in MARK.finditer(line)
            if mark["kind"] == kind
        }


def examples_of(room: Path) -> Iterator[Example]:
    """The Python blocks of a room's README, and the templates that stand alone."""
    text = (room / "README.md").read_text(encoding="utf-8")
    template: tuple[str, ...] = ()
    for block in BLOCK.finditer(text):
        headings = [heading[1] for heading in HEADING.finditer(text, 0, block.start())]
        heading = headings[-1] if headings else ""
        first_line = text.count("\n", 0, block.start("text")) + 1
        if block["language"] == "python":
            yield Example(room, heading, first_line, block["text"], block["file"] or "app.py", *template)
            template = ()
            continue
        template = (block["text"], block["file"] or "template.yaml")
        if block["alone"]:
            yield Example(room, heading, first_line, "", "app.py", *template)
            template = ()


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


def findings_in(
    text: str, rules: Sequence[Rule], possible: bool = False, file: str = "app.py", template: Template = NO_TEMPLATE
) -> list[Finding]:
    if not template.text:
        told = facts_alone(text, file)
        assert len(told.functions_too_large) == 0
        return findings_of(rules, told.facts, possible=possible)
    return findings_of(rules, facts_beside(template, text, file), possible=possible)


def findings_of_example(example: Example, rules: Sequence[Rule], possible: bool = False) -> list[Finding]:
    template = Template(example.template, example.template_file)
    return findings_in(example.text, rules, possible, example.file, template)


@cache  # the tests of an example ask the same facts in different ways
def facts_alone(text: str, file: str) -> FileFacts:
    """The facts of a file that is looked at alone."""
    return facts_of(parse(text.encode(), file), shipped_contracts(), AnalysisOptions())


@cache
def facts_beside(template: Template, text: str, file: str) -> Sequence[Fact]:
    """The facts of a file in a project that has a template, too, and those of the template."""
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / ".git").mkdir()
        beside = folder / template.file
        beside.write_text(template.text, encoding="utf-8")
        for module in template.modules:
            shutil.copy(module, folder)
        path = folder / file
        if text:
            path.write_text(text, encoding="utf-8")
        programs = Project(Configuration()).programs
        programs.note([(template.file, beside, None), (file, path, None)])
        program = programs.program(path)
        found: list[Fact] = []
        if text:
            told = facts_of(parse(text.encode(), file), shipped_contracts(), AnalysisOptions(), program, path)
            assert len(told.functions_too_large) == 0
            found += told.facts
        sites = facts_of_template(beside, template.file, template.text.encode(), program, OF_TEMPLATES)
        return found + [fact for site in sites for fact in site]


def without_advice(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is not Severity.ADVICE]


def lines_of(findings: Sequence[Finding], confidence: Confidence) -> set[Mark]:
    return {
        (finding.place.path, finding.place.line, finding.id) for finding in findings if finding.confidence is confidence
    }


def shown(findings: Sequence[Finding]) -> str:
    return "\n".join(f"line {found.place.line}: {found.id} {found.message}" for found in findings)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_room_is_complete(room: Path) -> None:
    rule = rule_of(room)
    assert room.name == f"{rule.id}-{rule.name}"
    headings = {example.heading for example in examples_of(room)}
    assert {"Instead", "Silent"} <= headings
    marked = {id_ for example in examples_of(room) for *_, id_ in example.marked("error")}
    assert marked == {rule.id}, "the README's examples show this rule, and no other"


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_the_findings_that_are_marked(example: Example) -> None:
    found = findings_of_example(example, [rule_of(example.room)], possible=True)
    assert lines_of(found, Confidence.CERTAIN) == example.marked("error"), shown(found)
    assert lines_of(found, Confidence.POSSIBLE) == example.marked("possible"), shown(found)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_what_only_possible_shows_is_hidden_without_it(example: Example) -> None:
    found = findings_of_example(example, [rule_of(example.room)])
    assert lines_of(found, Confidence.POSSIBLE) == set()
    assert lines_of(found, Confidence.CERTAIN) == example.marked("error"), shown(found)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.heading == "Instead"], ids=str)
def test_what_is_recommended_is_clean(example: Example) -> None:
    found = findings_of_example(example, all_but_advice())
    assert not without_advice(found), shown(found)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.marked("error")], ids=str)
def test_a_finding_can_be_read(example: Example) -> None:
    for finding in findings_of_example(example, [rule_of(example.room)]):
        for text in (finding.message, *(label.text for label in finding.labels)):
            assert text
            assert "\n" not in text
            assert not re.search(r'[{}]|\bunknown\b|(?<!")\bnone\b', text)
            assert not text.endswith(".")


def beside_proof(room: Path, name: str) -> dict[str, Any]:
    """The template beside a proof, for the program of that name: its own, or that of both; nothing without one."""
    for path in (room / "proof" / f"{name.removesuffix('.py')}.yaml", room / "proof" / "template.yaml"):
        if path.exists():
            modules = tuple((room / "proof").glob("*.py"))
            return {"file": name, "template": Template(path.read_text(encoding="utf-8"), modules=modules)}
    return {}


@pytest.mark.parametrize("room", [room for room in ROOMS if not rule_of(room).proof.none_because], ids=lambda r: r.name)
class TestProof:
    def test_bad_has_the_finding(self, room: Path) -> None:
        rule = rule_of(room)
        found = findings_in((room / "proof/bad.py").read_text(encoding="utf-8"), [rule], **beside_proof(room, "bad.py"))
        assert {finding.id for finding in found} == {rule.id}

    def test_good_is_clean(self, room: Path) -> None:
        beside = beside_proof(room, "good.py")
        found = findings_in((room / "proof/good.py").read_text(encoding="utf-8"), all_but_advice(), **beside)
        assert not without_advice(found), shown(found)

    @pytest.mark.parametrize("name", ["bad.py", "good.py"])
    def test_is_a_small_whole_program(self, room: Path, name: str) -> None:
        text = (room / "proof" / name).read_text(encoding="utf-8")
        assert text.count("\n") <= LONGEST_PROOF
        definitions = (ast.FunctionDef, ast.AsyncFunctionDef)
        functions = {node.name for node in ast.parse(text).body if isinstance(node, definitions)}
        assert {"handler", "main"} <= functions


def test_there_are_rooms() -> None:
    assert len(ROOMS) > 10
    assert len(EXAMPLES) > len(ROOMS)
