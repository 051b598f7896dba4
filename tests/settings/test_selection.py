"""What the words of select, extend-select and ignore mean."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.settings.keys import Settings
from invocation_lint.settings.selection import check_words, is_selected


@dataclass(frozen=True)
class Named:
    id: str
    name: str


TASK = Named("INV101", "sync-long-task")
RETRY = Named("INV105", "sdk-retry-of-long-call")
OWN = Named("INX001", "our-own")


@pytest.mark.parametrize(
    ("settings", "on", "off"),
    [
        (Settings(), [TASK], [RETRY]),
        (Settings(select=("INV105",)), [RETRY], [TASK]),
        (Settings(select=("sdk-retry-of-long-call",)), [RETRY], [TASK]),
        (Settings(select=("INV1",)), [TASK, RETRY], [OWN]),
        (Settings(select=("INV1xx", "INX")), [TASK, RETRY, OWN], []),
        (Settings(select=("all",)), [TASK, RETRY, OWN], []),
        (Settings(select=("inv105", "ALL"), ignore=("INV10x",)), [RETRY, OWN], [TASK]),
        (Settings(extend_select=("INV105",)), [TASK, RETRY, OWN], []),
        (Settings(ignore=("INV1",)), [OWN], [TASK, RETRY]),
        (Settings(select=("INV1",), ignore=("INV101",)), [RETRY], [TASK]),
        (Settings(select=("INV101",), ignore=("INV1",)), [TASK], [RETRY]),
        (Settings(select=("INV1",), ignore=("INV1",)), [], [TASK, RETRY]),
        (Settings(ignore=("all",)), [], [TASK, RETRY, OWN]),
        (Settings(select=()), [], [TASK, RETRY, OWN]),
    ],
)
def test_the_most_exact_word_wins_and_ignore_wins_a_draw(settings: Settings, on: list[Named], off: list[Named]) -> None:
    for rule, expected in [*((rule, True) for rule in on), *((rule, False) for rule in off)]:
        assert is_selected(rule, settings, on_by_default=rule is not RETRY) is expected, rule.id


@pytest.mark.parametrize("word", ["INV101", "INV1", "INV1xx", "sync-long-task", "all", "INV", "INX0"])
def test_words_that_mean_a_rule(word: str) -> None:
    check_words(Settings(ignore=(word,)), [TASK, RETRY, OWN])


@pytest.mark.parametrize(
    ("word", "near"),
    [("INV110", "INV10"), ("sync-long-tsk", "sync-long-task"), ("INV9xx", ""), ("E501", ""), ("", ""), ("INV1012", "")],
)
def test_a_word_that_means_no_rule_is_a_mistake(word: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_words(Settings(extend_select=(word,)), [TASK, RETRY, OWN])
    assert f"extend-select: no rule is called {word!r}" in caught.value.message
    assert near in caught.value.message
