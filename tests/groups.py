"""Which tests run in one process when there are several (pytest-xdist).

Those of a file do, so that what its fixtures make is made once. Tests that run programs on local Lambda services are
cut by the rule that they are about: its programs run once for all its tests. The mark that pytest-xdist has for this
(`xdist_group`) rests on a private name of pytest, which pytest 9.2 has no more.
"""

from __future__ import annotations

import re

PARTS = 2
"""Parts into which tests that run programs are cut."""

_OF_A_RULE = re.compile(r"/test_proofs\.py::.*\[IN[VX](\d+)\]")


def group_of(test: str) -> str:
    """The group of a test, named by its id."""
    found = _OF_A_RULE.search(test)
    return part_of(found[1]) if found else test.partition("::")[0]


def part_of(rule: str) -> str:
    """The part in which the programs of a rule run, named by its id or number."""
    return f"programs-{int(rule[-3:]) % PARTS}"
