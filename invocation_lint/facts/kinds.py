"""The kinds of facts that rules can ask about, by name."""

from __future__ import annotations

from invocation_lint.facts.invocation import Invocation

KINDS: dict[str, type] = {"invocation": Invocation}
