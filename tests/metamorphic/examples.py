"""The examples of the rooms, as texts to be rewritten: the Python blocks of the READMEs and the proofs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from invocation_lint.contracts.loader import load_contracts
from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.findings import Confidence, Finding, Severity
from invocation_lint.programs import Programs
from invocation_lint.rulebook.evaluate import PreparedRules
from invocation_lint.rulebook.findings import findings_in
from invocation_lint.rulebook.loader import load_rule
from invocation_lint.rulebook.model import Rule
from invocation_lint.source.parsing.stack import on_large_stack
from invocation_lint.source.parsing.tree import parse

RULES = Path(__file__).parents[2] / "rules"
ROOMS = sorted(path.parent for path in RULES.glob("IN*/rule.yaml"))

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One program of a room. `clean` says whether no rule at all may find anything in it."""

    room: Path
    name: str
    text: str
    clean: bool


def examples_of(room: Path) -> Iterator[Example]:
    """All programs of a room."""
    readme = (room / "README.md").read_text(encoding="utf-8")
    for block in _BLOCK.finditer(readme):
        headings = [heading[1] for heading in _HEADING.finditer(readme, 0, block.start())]
        line = readme.count("\n", 0, block.start(1)) + 1
        yield Example(room, f"README.md:{line}", block[1], clean=bool(headings) and headings[-1] == "Instead")
    for name in ("bad.py", "good.py"):
        path = room / "proof" / name
        if path.exists():
            yield Example(room, f"proof/{name}", path.read_text(encoding="utf-8"), clean=name == "good.py")


@cache
def rule_of(room: Path) -> Rule:
    path = room / "rule.yaml"
    return load_rule(str(path), path.read_text(encoding="utf-8"))


@cache
def _rules_but_advice() -> PreparedRules:
    return PreparedRules(rule for rule in map(rule_of, ROOMS) if rule.severity.worst is not Severity.ADVICE)


@cache
def _contracts() -> ContractBook:
    paths = sorted((RULES / "contracts").glob("*.yaml"))
    return load_contracts([(str(path), path.read_text(encoding="utf-8")) for path in paths], "shipped")


@cache
def _alone(room: Path) -> PreparedRules:
    return PreparedRules([rule_of(room)])


def lint(files: Mapping[str, str], rules: PreparedRules) -> list[Finding]:
    """The certain findings of the rules in the files of a program, each reported where its main place is."""
    folder = Path("/nowhere/program")
    programs = Programs(lambda _: AnalysisOptions(), folder)
    programs.note((name, folder / name, text.encode()) for name, text in files.items())
    found: list[Finding] = []
    for name, text in files.items():
        path = folder / name
        source = parse(text.encode(), name)
        told = facts_of(source, _contracts(), AnalysisOptions(), programs.program(path), path)
        found += [finding for finding in findings_in(rules.matches(told.facts)) if finding.place.path == name]
    return [finding for finding in found if finding.confidence is Confidence.CERTAIN]


@cache
def _expected(example: Example) -> int:
    """How often the room's rule is found in the example as it stands."""
    return 0 if example.clean else len(lint({"app.py": example.text}, _alone(example.room)))


def complaint(example: Example, files: Mapping[str, str]) -> str | None:
    """What is wrong with the findings in a program that means what the example means; None when nothing is."""
    return on_large_stack(lambda: _complaint(example, files))  # as a run does it: a thread for each file, not each tree


def _complaint(example: Example, files: Mapping[str, str]) -> str | None:
    rule = rule_of(example.room)
    found = lint(files, _rules_but_advice() if example.clean else _alone(example.room))
    expected = _expected(example)
    if len(found) == expected:
        return None
    shown = "".join(f"\n    {one.place.path}:{one.place.line}: {one.id} {one.message}" for one in found)
    return f"{example.name}: expected {expected} of {rule.id}, found {len(found)}{shown}"
