"""What the names around a read say of its table: whether it holds jobs, or a few settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from invocation_lint.facts.building.reading.job_words import is_job_table
from invocation_lint.facts.building.states import snake_case
from invocation_lint.facts.options import JOB_TABLES

_SETTINGS = re.compile(
    r"(?:^|_)(?:config|configs|configuration|configurations|settings?|catalogs?|profiles?|types?|roles?|polic(?:y|ies)"
    r"|templates?|features?|flags?|schemas?|plugins?|providers?|permissions?|integrations?|environments?|registry"
    r"|options?|parameters?|lookup|regions?|plans?|models?|constraints?|definitions?|system|rules?|categor(?:y|ies)"
    r"|nodes?|pipelines?|agents?|tags?|guardrails?|servers?|tenants?|locks?)(?:_|$)"
)
"""Words in the names of tables that hold a few settings."""

_OF_EACH = re.compile(r"(?:^|_)(?:profiles?|tenants?|plans?)(?:_|$)")
"""Those of which there is one for each user or customer, where the program itself adds them."""

_OF_SETTINGS = re.compile(r"(?:^|_)(?:configs?|configuration|settings?|catalogs?)(?:_|$)")
_KEEPS_SETTINGS = re.compile(r"(?:^|_)(?:configs?|configuration|settings?|catalogs?|definitions?)(?:_|$)")
"""Words in the names of functions that read them, and of the classes of such functions."""

_LOADS_SETTINGS = re.compile(
    r"^_*(?:load|read|get|fetch)_(?:\w+_)?(?:rules|polic(?:y|ies)|templates|schemas|plugins|definitions|prompts)(?:_|$)"
)
"""Names of functions that read a few files of a bucket, which somebody writes."""


def holds_settings(names: Iterable[str], function: str, of_class: str, *, is_filled: bool) -> bool:
    """Whether a table of one of these names, read by a function of that name and class, holds a few settings.
    `is_filled` is whether the program adds entries while it runs."""
    for name in map(snake_case, names):
        if _SETTINGS.search(_OF_EACH.sub("_", name) if is_filled else name):
            return True
    return bool(_OF_SETTINGS.search(snake_case(function)) or _KEEPS_SETTINGS.search(snake_case(of_class)))


def loads_settings(function: str, of_class: str) -> bool:
    """Whether a function of that name and class reads the files of settings in a bucket."""
    return holds_settings((), function, of_class, is_filled=False) or bool(_LOADS_SETTINGS.search(snake_case(function)))


def holds_jobs(names: Iterable[str], patterns: Sequence[str] | None) -> bool:
    """Whether one of these names is that of a table of jobs; `patterns` are globs, None for the usual ones."""
    return any(is_job_table(name, JOB_TABLES if patterns is None else patterns) for name in names)
