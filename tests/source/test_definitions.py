"""What a module consists of, and what an edit of it altered."""

from __future__ import annotations

import ast

import pytest

from invocation_lint.source.definitions import altered, may_rest, names_of, parts_in, parts_of, resting
from invocation_lint.source.parsing.tree import parse

CODE = '''"""A module."""
import json
from store import load as read, keep

TABLE = "jobs"
LIMIT: int = 3
clients["a"] = make()


@traced
def start(event):
    """Starts."""
    return read(event)


class Store(Base):
    size = 1

    def keep(self, row):
        global last
        last = row

    def __init__(self):
        self.rows = []


if TABLE:
    def inner():
        return start
'''


def _parts(code: str) -> dict[str, tuple[str, int]]:
    return dict(parts_of(ast.parse(code), code))


def test_the_parts_of_a_module() -> None:
    lines = {key: line for key, (_, line) in _parts(CODE).items()}
    assert lines == {
        "! A module": 1, "import json": 2, "import read": 3, "import keep": 3, "= TABLE": 5, "= LIMIT": 6,
        "! a clients make": 7, "start": 10, "Store": 16, "Store.keep>last": 19, "Store.__init__": 23,
        "! TABLE inner start": 27
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("start", {"start"}),
        ("start#2", {"start"}),
        ("start>a>b", {"start", "a", "b"}),
        ("Store", {"Store"}),
        ("Store.keep>last", {"Store", "keep", "last"}),
        ("Store.__init__", {"Store"}),
        ("= a b", {"a", "b"}),
        ("import read", {"read"}),
        ("! a clients#3", {"a", "clients"}),
        ("*", {"*"}),
    ],
)
def test_the_names_of_a_part(key: str, names: set[str]) -> None:
    assert set(names_of(key)) == names


@pytest.mark.parametrize(
    ("old", "new", "names", "moved_from"),
    [
        ("return read(event)", "return read(event, 1)", {"start"}, 0),
        ("@traced", "@other", {"start"}, 0),
        ('"""Starts."""', '"""Starts.\n    """', {"start"}, 16),
        ("self.rows = []", "self.rows = None", {"Store"}, 0),
        ("last = row", "last = None", {"Store", "keep", "last"}, 0),
        ("global last", "global first", {"Store", "keep", "last", "first"}, 0),
        ("size = 1", "size = 2", {"Store"}, 0),
        ("class Store(Base):", "class Store(Other):", {"Store"}, 0),
        ("= 3", "= 4", {"LIMIT"}, 0),
        ("load as read", "other as read", {"read"}, 0),
        ("make()", "made()", {"a", "clients", "make", "made"}, 0),
        ("TABLE = ", "NAME = ", {"TABLE", "NAME"}, 0),
        ("def start", "def begin", {"start", "begin"}, 0),
        ("import json\n", "# a comment\nimport json\n", set(), 2),
        ("\n\n@traced", "\n\ndef more():\n    pass\n\n\n@traced", {"more"}, 10),
        ("\n\n@traced", "\n\ndef start(event):\n    pass\n\n\n@traced", {"start"}, 16),
    ],
)
def test_what_an_edit_altered(old: str, new: str, names: set[str], moved_from: int) -> None:
    assert CODE.count(old) == 1
    found = altered(_parts(CODE), _parts(CODE.replace(old, new)))
    assert found is not None
    assert (set(found.names), found.moved_from) == (names, moved_from)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("a = 1\nb = 2\n", "b = 2\na = 1\n"),
        ("from a import *\n", "from b import *\n"),
        ("__all__ = ['a']\n", "__all__ = ['a', 'b']\n"),
        ("x = 1\n", "x = 1\ndef __getattr__(name): ...\n"),
        ("x = 1\n", "x = 1\f\n"),
        ("x = 1\r\ny = 2\n", "x = 1\ry = 2\n"),
    ],
)
def test_edits_that_may_alter_anything(before: str, now: str) -> None:
    assert altered(_parts(before), _parts(now)) is None


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({"load"}, {"read", "start", "TABLE", "inner"}),
        ({"json"}, set()),
        ({"keep"}, set()),
        ({"Base"}, {"Store"}),
        ({"make"}, {"a", "clients", "make"}),
        ({"row"}, {"Store", "keep", "last"}),
        ({"absent"}, set()),
    ],
)
def test_what_rests_on_names(names: set[str], found: set[str]) -> None:
    assert resting(parts_in(ast.parse(CODE), CODE), names) == found


@pytest.mark.parametrize(
    "code",
    [
        "@app.route('/jobs')\ndef start(event):\n    return event\n",
        "class Store:\n    @app.task\n    def keep(self, row):\n        return row\n",
        "@traced(app.name)\nclass Store:\n    pass\n",
    ],
)
@pytest.mark.parametrize("newer", ["", "lazy import json\n", "type Row[T: int = str] = dict[str, T]\n"])
def test_a_file_that_only_libcst_may_take(code: str, newer: str) -> None:
    source = parse((newer + code).encode(), "n.py")
    try:
        known = parts_of(ast.parse(source.text), source.text)
    except SyntaxError:
        known = {"*": ("", 1)}
    assert parts_of(source.syntax, source.text).keys() == known.keys()


def test_a_function_names_itself_where_it_calls_itself_or_another_of_its_name() -> None:
    code = "import store\n\ndef load(key):\n    return store.load(key)\n\ndef keep(row):\n    return row\n"
    assert resting(parts_in(ast.parse(code), code), {"load"}) == {"load"}
    assert resting(parts_in(ast.parse(code), code), {"keep"}) == set()


@pytest.mark.parametrize(
    ("line", "is_named"),
    [
        ("getattr(store, f'on_{event}')", True),
        ("getattr(store, 'on_' + event)", True),
        ("getattr(store, 'on_%s' % event)", True),
        ("getattr(store, f'{event}_done')", True),
        ("getattr(store, event + '_done')", True),
        ("globals()[f'on_{event}']", True),
        ("attrgetter(f'on_{event}')", True),
        ("getattr(store, f'off_{event}')", False),
        ("getattr(store, event)", False),  # whoever says which one names it
        ("getattr(store, 'load', f'on_{event}')", False),
        ("store.get(f'on_{event}')", False),
    ],
)
def test_a_name_that_is_made(line: str, is_named: bool) -> None:
    code = f"import store\n\ndef run(event, name):\n    return {line}\n"
    assert resting(parts_in(ast.parse(code), code), {"on_work_done"}) == ({"run"} if is_named else set())
    assert may_rest(code.encode(), ["on_work_done"]) == is_named
