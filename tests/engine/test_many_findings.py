"""What findings, their fixes and their comments cost grows with their number, and not with its square."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from invocation_lint import fixes, suppression
from invocation_lint.engine import Input, lint
from invocation_lint.fixes.editing.applying import chosen, edited
from invocation_lint.project import Project
from invocation_lint.report import Presentation, render
from invocation_lint.run import Run
from invocation_lint.settings.files import Configuration

HEAD = 'import json\n\nimport boto3\n\nclient = boto3.client("lambda")\n'
SEND = '    client.invoke(FunctionName="f", InvocationType="{mode}", Payload={payload})'
ENCODED = 'json.dumps({"a": story})'
FUNCTIONS = {
    "another mode": [SEND.format(mode="event", payload=ENCODED)],
    "encoded twice": [SEND.format(mode="Event", payload=f"json.dumps({ENCODED})")],
    "not encoded": [SEND.format(mode="Event", payload='{"a": story}')],
    "another parameter": [SEND.format(mode="Event", payload=ENCODED).replace("InvocationType", "InvocationTyp")],
    "the old operation": [f'    client.invoke_async(FunctionName="f", InvokeArgs={ENCODED})'],
    "an answer that nobody reads": [f'    client.invoke(FunctionName="f", Payload={ENCODED})'],
    "an answer that nobody checks": [
        f'    answer = client.invoke(FunctionName="f", Payload={ENCODED})',
        '    return json.loads(answer["Payload"].read())["b"]',
    ],
    "suppressed": [SEND.format(mode="event", payload=ENCODED) + "  # noqa: INV107"],
    "suppressed in vain": [SEND.format(mode="Event", payload=ENCODED) + "  # noqa: INV107"],
}


def apart(lines: list[str], count: int) -> str:
    """A function for each finding."""
    return HEAD + "".join(f"\n\ndef f{n}(story):\n" + "\n".join(lines) + "\n" for n in range(count))


def together(lines: list[str], count: int) -> str:
    """One function for all."""
    return f"{HEAD}\n\ndef f(story):\n" + "\n".join(lines * count) + "\n"


def linted(text: str) -> Run:
    return lint([Input("app.py", Path("app.py"), text.encode())], Project(Configuration(isolated=True)))


class Work:
    """Counts the calls of functions that suppressing, mending and showing findings take; the analysis is left out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        monkeypatch.setattr(suppression, "suppress", partial(self.counted, suppression.suppress))
        monkeypatch.setattr(fixes, "with_edits", partial(self.counted, fixes.with_edits))

    def counted(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        sys.setprofile(self._add)
        try:
            return work(*given, **named)
        finally:
            sys.setprofile(None)

    def _add(self, *_: object) -> None:
        self.count += 1

    def of(self, text: str) -> int:
        before = self.count
        self.counted(all_that_follows, text, linted(text))
        return self.count - before


def all_that_follows(text: str, run: Run) -> None:
    for name in ("full", "json", "sarif"):
        render(name, run.report, Presentation(run.lines_of))
    mended = chosen(run.report.findings, unsafe=True)
    edited(text.encode(), "app.py", [edit for one in mended if one.fix is not None for edit in one.fix.edits])


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("written", [apart, together])
def test_twice_as_many_cost_twice_as_much(
    name: str, written: Callable[[list[str], int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = FUNCTIONS[name]
    if written is together and "return" in lines[-1]:
        lines = [lines[0], lines[1].replace("return ", "story = ")]
    work = Work(monkeypatch)
    work.of(written(lines, 1))  # imports what it needs
    few, some, many = (work.of(written(lines, count)) for count in (15, 30, 60))
    assert many - some < 2.1 * (some - few), (few, some, many)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if "suppressed" not in name])
def test_those_programs_have_fixes(name: str) -> None:
    findings = linted(apart(FUNCTIONS[name], 3)).report.findings
    assert len([finding for finding in findings if finding.is_fixable]) == 3


def test_what_nobody_asks_for_is_not_mended() -> None:
    text = apart(FUNCTIONS["another mode"], 1)
    project = Project(Configuration(isolated=True), mends=False)
    (finding,) = lint([Input("app.py", Path("app.py"), text.encode())], project).report.findings
    assert (finding.id, finding.is_fixable) == ("INV107", False)
