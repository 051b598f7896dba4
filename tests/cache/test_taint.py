"""What rests on an edited module: whoever names what the edit altered, and nobody else."""

from __future__ import annotations

import ast

import pytest

from invocation_lint.cache.answers import Answers
from invocation_lint.cache.taint import MOST_NAMES, Taint, stands_in
from invocation_lint.source.definitions import Altered, Part, parts_in
from invocation_lint.source.record import BY_NAME, WHOLLY, How

CODE = {
    "store": "def load(key):\n    return key\n\ndef keep(row):\n    return row\n",
    "service": "import store\n\ndef read(key):\n    return store.load(key)\n\ndef write(row):\n    store.keep(row)\n",
    "reader": "from service import read\n\ndef handler(event, context):\n    return read(event)\n",
    "writer": "from service import write\n\ndef handler(event, context):\n    return write(event)\n",
    "package": "from service import *\n",
    "through": "import package\n\ndef handler(event, context):\n    return package.read(event)\n",
    "asked": "import store\n",
}
LEADS = {
    "service": {"store": BY_NAME},
    "reader": {"service": BY_NAME},
    "writer": {"service": BY_NAME},
    "package": {"service": BY_NAME},
    "through": {"package": BY_NAME},
    "asked": {"service": WHOLLY},  # who asks for all of it, as for a handler
}


def _spread(
    dirty: set[str], edited: dict[str, Altered], code: dict[str, str] = CODE, **more: dict[str, How]
) -> set[str]:
    def parts(key: str) -> list[Part]:
        return parts_in(ast.parse(code[key]), code[key])

    answers = Answers(leads=LEADS | more)
    return Taint(answers, lambda key: code[key].encode(), parts).spread(dirty, edited)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({"load"}, {"store", "service", "reader", "through", "asked"}),
        ({"keep"}, {"store", "service", "writer", "asked"}),
        ({"added"}, {"store"}),
        (set(), {"store"}),
    ],
)
def test_an_edit_of_a_part(names: set[str], found: set[str]) -> None:
    assert _spread(set(), {"store": Altered(frozenset(names))}) == found


def test_a_module_of_which_everything_may_be_otherwise() -> None:
    assert _spread({"store"}, {}) == {"store", "service", "reader", "writer", "package", "through", "asked"}
    assert _spread({"service"}, {}) == {"service", "reader", "writer", "package", "through", "asked"}


def test_more_names_than_anyone_looks_for() -> None:
    many = frozenset(f"name{index}" for index in range(MOST_NAMES + 1))
    assert _spread(set(), {"store": Altered(many)}) == _spread({"store"}, {})


def test_modules_that_import_each_other() -> None:
    code = CODE | {"store": "import reader\n" + CODE["store"] + "\ndef other():\n    return reader.handler(1, 2)\n"}
    found = _spread(set(), {"store": Altered(frozenset({"load"}))}, code, store={"reader": BY_NAME})
    assert found == {"store", "service", "reader", "through", "asked"}


def test_where_an_outcome_stands() -> None:
    told = [[["INV101", [["app.py", 3, 1, 4, 9], "sent here"], [["other.py", 9, 1, 9, 2, "3"], "see more.py"]]], True]
    assert stands_in(told, "app.py", 4)
    assert not stands_in(told, "app.py", 5)
    assert stands_in(told, "other.py", 9)
    assert not stands_in(told, "other.py", 10)
    assert stands_in(told, "more.py", 99)
    assert not stands_in(told, "third.py", 1)
