"""Looks at a template that is among the files of a run: whether it can be read, and what rules find in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from invocation_lint.data import tool_texts
from invocation_lint.deployment.documents.candidates import CHECKED, DOCUMENTS, LINTED, TERRAFORM
from invocation_lint.findings import Finding, Place
from invocation_lint.outcome import Input, Outcome
from invocation_lint.source.comments.suppressions import may_suppress
from invocation_lint.tool_findings import INVALID_TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Collection

    from invocation_lint.facts import FileFacts
    from invocation_lint.facts.base import Fact
    from invocation_lint.project import Project, RuleSet
    from invocation_lint.settings.keys import Settings
    from invocation_lint.source.comments.kinds import Commented


def is_document(given: Input) -> bool:
    """Whether a file of a run is a template, and no code."""
    return given.name.endswith(LINTED)


def lint_template(given: Input, data: bytes, settings: Settings, project: Project) -> Outcome:
    """What rules find in a template, and INV006 where it cannot be read; that it was passed over where another tool
    fills it in."""
    from invocation_lint.deployment.documents.checking import State, check

    rules = project.rules(settings)
    found = check(given.name, data)
    if found is State.READ:
        findings = _findings(given, data, rules, project)
        if project.mends and given.name.endswith(CHECKED) and any(one.fix is not None for one in findings):
            from invocation_lint.fixes import with_edits_in_template

            findings = with_edits_in_template(findings, data.decode("utf-8-sig", "replace"))
        text = data.decode("utf-8-sig", "replace") if findings else ""
        return Outcome(findings, text=text, inline=_functions_inline(data))
    if isinstance(found, State):
        return Outcome(filled_in=found is State.FILLED_IN_LATER)
    if INVALID_TEMPLATE.id not in rules.tool:
        return Outcome()
    place = Place(given.name, found.line, found.column, found.line, found.column + 1)
    message, help = tool_texts.BROKEN_TEMPLATE.filled(why=found.message, name=given.name)
    return Outcome([INVALID_TEMPLATE.at(place, message, help)], text=data.decode("utf-8", "replace"))


_INLINE = re.compile(rb"""\b(?:ZipFile|InlineCode)["']?\s*:""")
"""Keys of CloudFormation and SAM under which the code of a function stands."""

_PYTHON = re.compile(rb"\bdef \w+\(")


def _functions_inline(data: bytes) -> int:
    """How many functions of a template have their Python code in it."""
    _, *parts = _INLINE.split(data)
    return sum(_PYTHON.search(part) is not None for part in parts)


def facts_of_document(given: Input, data: bytes, project: Project) -> FileFacts:
    """All facts that stand in a template."""
    from invocation_lint.facts import FileFacts
    from invocation_lint.facts.kinds import OF_TEMPLATES

    return FileFacts(_facts_of(given, data, project, OF_TEMPLATES), (), ())


def _facts_of(given: Input, data: bytes, project: Project, kinds: Collection[str]) -> tuple[tuple[Fact, ...], ...]:
    from invocation_lint.facts.building.templates.facts_at import facts_of_template
    from invocation_lint.source.parsing.stack import on_large_stack

    program = project.programs.program(given.path) if project.programs is not None else None
    return on_large_stack(lambda: facts_of_template(given.path, given.name, data, program, kinds))


def _findings(given: Input, data: bytes, rules: RuleSet, project: Project) -> list[Finding]:
    from invocation_lint.facts.kinds import OF_TEMPLATES

    kinds = {form.fact for rule in rules.rules for form in rule.forms} & OF_TEMPLATES.keys()
    if not kinds and not may_suppress(data):
        return []
    sites = _facts_of(given, data, project, kinds) if kinds else ()

    def find(possible: bool) -> list[Finding]:
        return rules.findings.of(given.name, sites, possible)

    findings = list(filter(rules.shows, find(project.settings(given.path).possible)))
    if not may_suppress(data) and b"noqa" not in data:
        return findings
    from invocation_lint.suppression import suppress

    return suppress(findings, _commented(given.name, data.decode("utf-8-sig", "replace")), rules, lambda: find(True))


def _commented(name: str, text: str) -> Commented:
    if name.endswith(DOCUMENTS):
        from invocation_lint.source.comments.of_yaml import Document

        return Document(name, text)
    from invocation_lint.source.comments.of_code import CodeText

    return CodeText(name, text, hashes=name.endswith(TERRAFORM))
