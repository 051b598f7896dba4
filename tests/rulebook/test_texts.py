"""What users read about rules: texts name rules that there are, and every text of a rule can be listed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from invocation_lint.project import Project
from invocation_lint.settings.keys import Settings
from invocation_lint.tool_findings import TOOL_FINDINGS

ROOT = Path(__file__).parents[2]
PAGES = (
    *sorted(ROOT.glob("rules/*/README.md")),
    *sorted((ROOT / "invocation_lint" / "data").rglob("*.md")),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "action.yml")),
)
MESSAGES = Path(__file__).with_name("messages.txt")
_NAMED = re.compile(r"\bINV\d{3}\b")
_MADE_UP = {"INV999"}  # stands for a rule that there is not, where that is what a text is about


@pytest.fixture(scope="module")
def there_are() -> set[str]:
    return {rule.id for rule in Project().known(Settings())} | _MADE_UP


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_rules_that_there_are(page: Path, there_are: set[str]) -> None:
    assert set(_NAMED.findall(page.read_text("utf-8"))) <= there_are


def test_every_message_label_and_help_is_as_it_was_read_last() -> None:
    """All that findings say in one file, so that a change of words shows in a review as words."""
    texts = Project().messages(Settings())
    lines = [f"{text.id} {f'{text.kind}:':<8} {text.text}\n" for text in texts]
    assert "".join(lines) == MESSAGES.read_text("utf-8"), (
        "read what has changed aloud, then: invocation-lint rules --messages --isolated > tests/rulebook/messages.txt"
    )


def test_a_message_is_short() -> None:
    """A message fits in 120 characters without its values."""
    written = (
        (text.id, re.sub(r"{[^}]*}", "", text.text))
        for text in Project().messages(Settings())
        if text.kind == "message"
    )
    assert [one for one in written if len(one[1]) > 120] == []


def test_the_tool_says_nothing_that_is_not_listed() -> None:
    """No finding of the tool is made of a text that stands in the code."""
    makers = {"UnreadableFile", "Malformed", "at"}
    sources = [*(ROOT / "invocation_lint").glob("*.py"), *(ROOT / "invocation_lint" / "source").rglob("*.py")]
    written = {
        f"{path.name}:{argument.lineno}"
        for path in sources
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in makers
        for argument in node.args
        if isinstance(argument, ast.JoinedStr)
        or (isinstance(argument, ast.Constant) and isinstance(argument.value, str))
    }
    assert len(sources) > 40
    assert written == set()


def test_a_text_of_a_rule_names_rules_that_there_are(there_are: set[str]) -> None:
    project, settings = Project(), Settings()
    texts = [text.text for text in project.messages(settings)]
    texts += [part for rule in project.rulebook(settings).rules for part in (rule.summary, rule.why, *rule.source)]
    texts += [option.help for rule in project.rulebook(settings).rules for option in rule.options]
    texts += [finding.summary for finding in TOOL_FINDINGS]
    assert {name for text in texts for name in _NAMED.findall(text)} <= there_are
    assert len(texts) > len(there_are)
