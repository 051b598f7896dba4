"""Which tests run in one process when there are several (pytest-xdist), how many there are, and what begins first.

Those of a file do, so that what its fixtures make is made once. Tests that run programs on local Lambda services are
cut by the rule that they are about: its programs run once for all its tests. So are tests of rewritten examples, which
together take one process longer than all else takes the others. Files that ask for the facts of the same examples run
in one process. Groups that take long begin first: what is left for the end is waited for alone. The mark that
pytest-xdist has for this (`xdist_group`) rests on a private name of pytest, which pytest 9.2 has no more.
"""

from __future__ import annotations

import re

PARTS = 2
"""Parts into which tests that run programs are cut."""

REWRITTEN_PARTS = 6
"""Parts into which the tests of rewritten examples are cut."""

LONG = (
    "programs-",
    "rewritten-",
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
    "examples",
    "tests/fuzz/",
    "tests/cli/",
    "tests/engine/",
    "tests/facts/",
    "tests/fixes/",
)
"""How groups that take long begin, in their order: those that wait for services between those that compute."""

SAME_EXAMPLES = (
    "tests/rules/test_rooms.py",
    "tests/facts/test_every_field_has_a_place.py",
    "tests/fixes/test_rooms_mended.py",
)
"""Files that ask for the facts of the examples in READMEs, which `tests/rules/test_rooms.py` remembers."""

_OF_A_RULE = re.compile(r"/test_proofs\.py::.*\[IN[VX](\d+)\]")

_REWRITTEN = re.compile(r"/test_rooms_rewritten\.py::.*\[IN[VX](\d+)-")


def group_of(test: str) -> str:
    """The group of a test, named by its id."""
    if found := _OF_A_RULE.search(test):
        return part_of(found[1])
    if found := _REWRITTEN.search(test):
        return f"rewritten-{int(found[1]) % REWRITTEN_PARTS}"
    file = test.partition("::")[0]
    return "examples" if file in SAME_EXAMPLES else file


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
