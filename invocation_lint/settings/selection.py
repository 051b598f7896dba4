"""Which rules run: the words of `select`, `extend-select` and `ignore` against the rules there are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from invocation_lint.documents.nodes import nearest
from invocation_lint.errors import UsageError
from invocation_lint.settings.keys import Origin, Settings
from invocation_lint.tool_findings import NOT_ANALYSED

_EXACT = 100  # an id or a name beats every family
_FAMILY = re.compile(r"(IN[VX]\d{0,3})X{0,2}", re.IGNORECASE)


class Selectable(Protocol):
    """What is needed of a rule or a finding of the tool to select it."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


def exactness(word: str, rule: Selectable) -> int:
    """How exactly a word means a rule: -1 not at all, 0 for all, the length of a family, 100 for its id or name."""
    if word.lower() == "all":
        return 0
    if word.upper() == rule.id or word.lower() == rule.name:
        return _EXACT
    family = _FAMILY.fullmatch(word)
    return len(family[1]) if family and rule.id.startswith(family[1].upper()) else -1


def called(word: str, rules: Iterable[Selectable]) -> Selectable | None:
    """The rule whose id or name a word is, or None."""
    return next((rule for rule in rules if exactness(word, rule) == _EXACT), None)


def is_selected(rule: Selectable, settings: Settings, *, on_by_default: bool) -> bool:
    """Whether a rule runs. Of the words that mean it the most exact wins, and `ignore` wins a draw."""
    chosen = 0 if settings.select is None and on_by_default else -1
    words = (*(settings.select or ()), *settings.extend_select)
    chosen = max((chosen, *(exactness(word, rule) for word in words)))
    ignored = max((exactness(word, rule) for word in settings.ignore), default=-1)
    return chosen > ignored


def is_named(rule: Selectable, settings: Settings) -> bool:
    """Whether a rule is selected by its own id or name."""
    words = (*(settings.select or ()), *settings.extend_select)
    return any(exactness(word, rule) == _EXACT for word in words)


def check_words(settings: Settings, rules: Iterable[Selectable]) -> None:
    """Raises UsageError for a word of `select`, `extend-select` or `ignore` that means no rule."""
    rules = tuple(rules)
    given = [
        (word, name, settings.origin(name))
        for name, words in (
            ("select", settings.select or ()),
            ("extend-select", settings.extend_select),
            ("ignore", settings.ignore),
        )
        for word in words
    ]
    for override in settings.overrides:
        for name in ("select", "extend-select", "ignore"):
            words, origin = override.values.get(name, ((), Origin()))
            given += [(word, name, origin) for word in words]
    for word, name, origin in given:
        means = [rule for rule in rules if exactness(word, rule) >= 0]
        if name == "ignore" and len(means) == 1 and means[0].id in NOT_ANALYSED:
            raise UsageError(
                f"{origin}: {name}: {means[0].id} cannot be ignored: a file that was not checked must not look clean",
                "exclude the file by its path",
            )
        if not means:
            raise UsageError(f"{origin}: {name}: {no_rule(word, rules)}", "`invocation-lint rules` lists them all")


def no_rule(word: str, rules: Iterable[Selectable]) -> str:
    """The sentence about a word that means no rule."""
    near = nearest(word, [name for rule in rules for name in (rule.id, rule.name)])
    return f"no rule is called {word!r}" + (f"; did you mean {near!r}?" if near else "")
