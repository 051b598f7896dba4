"""Mending a text, as tests of fixes do it: lint with some rules, make the edits of one round, or of all."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence

from invocation_lint.findings import Edit, Finding
from invocation_lint.fixes import with_edits
from invocation_lint.fixes.editing.applying import chosen, edited
from invocation_lint.rulebook.loader import load_shipped
from invocation_lint.rulebook.model import Rule
from invocation_lint.source.parsing.tree import parse
from tests.rules.test_rooms import findings_in

RULES = {rule.id: rule for rule in load_shipped().rules}


def rules(*ids: str) -> list[Rule]:
    return [RULES[one] for one in ids]


def found(text: str, *ids: str, file: str = "app.py") -> list[Finding]:
    """The findings of these rules, those that can be mended with their edits."""
    return with_edits(findings_in(text, rules(*ids), file=file), parse(text.encode(), file))


def edits_of(findings: Sequence[Finding]) -> list[Edit]:
    return [edit for finding in findings if finding.fix is not None for edit in finding.fix.edits]


def mended(text: str, *ids: str, unsafe: bool = True, file: str = "app.py") -> str:
    """The text after as many rounds as it takes; fails when it does not end."""
    for _ in range(10):
        picked = chosen(found(text, *ids, file=file), unsafe=unsafe)
        if not picked:
            return text
        text = edited(text.encode(), file, edits_of(picked)).decode()
    raise AssertionError(f"does not come to an end:\n{text}")


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]
