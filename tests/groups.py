"""Which tests run in one process when there are several (pytest-xdist), how many there are, and what begins first.

Those of a file do, so that what its fixtures make is made once. Tests that run programs on local Lambda services are
cut by the rule that they are about: its programs run once for all its tests. Groups that take long begin first: what is
left for the end is waited for alone. The mark that pytest-xdist has for this (`xdist_group`) rests on a private name of
pytest, which pytest 9.2 has no more.
"""

from __future__ import annotations

import re

PARTS = 2
"""Parts into which tests that run programs are cut."""

LONG = (
    "programs-",
    "tests/metamorphic/test_rooms_rewritten.py",
    "tests/reference/patterns/",
    "tests/cache/test_same_report.py",
    "tests/reference/platform/",
    "tests/differential/test_recorded.py",
    "tests/precommit/",
    "tests/reference/sources/",
    "tests/flake8/",
    "tests/reference/templates/",
    "tests/engine/test_any_set_of_files.py",
    "tests/reference/machines/",
    "tests/reference/",
    "tests/rules/",
    "tests/fuzz/",
    "tests/cli/",
    "tests/engine/",
    "tests/facts/",
    "tests/fixes/",
)
"""How groups that take long begin, in their order: those that wait for services between those that compute."""

_OF_A_RULE = re.compile(r"/test_proofs\.py::.*\[IN[VX](\d+)\]")


def group_of(test: str) -> str:
    """The group of a test, named by its id."""
    found = _OF_A_RULE.search(test)
    return part_of(found[1]) if found else test.partition("::")[0]


def turn_of(test: str) -> int:
    """When the group of a test begins: the lowest number first."""
    group = group_of(test)
    return next((turn for turn, start in enumerate(LONG) if group.startswith(start)), len(LONG))


def workers_on(cores: int) -> int:
    """How many processes test: more than there are cores, since many tests wait for what a service does."""
    return cores + (cores + 1) // 2


def part_of(rule: str) -> str:
    """The part in which the programs of a rule run, named by its id or number."""
    return f"programs-{int(rule[-3:]) % PARTS}"
