"""A file as a tree: places, comments, statement lines, and what cannot be parsed."""

from __future__ import annotations

import sys
import warnings

import libcst as cst
import pytest

from invocation_lint.errors import UnreadableFile
from invocation_lint.findings import Place
from invocation_lint.source.parsing.tree import Comment, SourceFile, parse
from invocation_lint.source.parsing.walk import walk


def calls(source: SourceFile) -> list[tuple[str, int, int, int, int]]:
    found = []
    for node in walk(source.module):
        if isinstance(node, cst.Call):
            place = source.place(node)
            found.append((source.code(node), place.line, place.column, place.end_line, place.end_column))
    return found


@pytest.mark.parametrize(
    ("data", "expected", "fixable"),
    [
        (b"x = f(a)\n", [("f(a)", 1, 5, 1, 9)], True),
        (b"x = f(a)", [("f(a)", 1, 5, 1, 9)], True),
        (b"(  f(\n  a)  )\n", [("f(\n  a)", 1, 4, 2, 5)], True),
        ("é = 'ü'; f('日本')\n".encode(), [("f('日本')", 1, 10, 1, 17)], True),
        ("\ufefff(é)\n".encode(), [("f(é)", 1, 1, 1, 5)], True),
        (b"a\r\nf()\r\n", [("f()", 2, 1, 2, 4)], True),
        (b"a\rb(x)\rc()\r", [("b(x)", 2, 1, 2, 5), ("c()", 3, 1, 3, 4)], False),
        (b"a = '''\r\r'''\rf()\r", [("f()", 4, 1, 4, 4)], False),
        (b"a\n\x0cf()\n", [("f()", 2, 2, 2, 5)], False),
        (b"if a:\n    b\n\x0c    f()\n    g()\n", [("f()", 3, 6, 3, 9), ("g()", 4, 5, 4, 8)], False),
        (b"def a():\n  f()\n\x0cclass B:\n  g()\n", [("f()", 2, 3, 2, 6), ("g()", 4, 3, 4, 6)], False),
        (b"a = '\x0c'; f()  # \x0c\ng()\n", [("f()", 1, 10, 1, 13), ("g()", 2, 1, 2, 4)], True),
        (b"\\\nf()\n", [("f()", 2, 1, 2, 4)], False),
        (b"x = f\"{g(1)!r:>{h(2)}}\"\n", [("g(1)", 1, 8, 1, 12), ("h(2)", 1, 17, 1, 21)], True),
        (b'f"{g("a" + f"{i()}")}"', [('g("a" + f"{i()}")', 1, 4, 1, 21), ("i()", 1, 15, 1, 18)], True),
        (b"# coding: latin-1\nf('\xe9')\n", [("f('é')", 2, 1, 2, 7)], True),
    ],
)  # fmt: skip
def test_where_calls_stand(data: bytes, expected: list[tuple[str, int, int, int, int]], fixable: bool) -> None:
    source = parse(data, "n.py")
    assert calls(source) == expected
    assert source.fixable is fixable


def test_the_newest_syntax_is_parsed() -> None:
    code = (
        "type A[T] = list[T]\n"
        "def f[T: int = str](a, /, *, b): ...\n"
        "match a:\n    case {'k': [1, *_], **rest} if b: pass\n"
        "try: pass\nexcept* E: pass\n"
        "try: pass\nexcept A, B: pass\n"
        "x = t'{y}'\nprint(f'{x!r:{w}} {f'{1}'}')\n"
        "with (a as b, c as d): pass\n"
        "async def g():\n    return [i async for i in x if await y]\n"
    )
    assert parse(code.encode(), "n.py").fixable


def test_places_of_nodes_that_are_no_expressions() -> None:
    source = parse(
        b"@d\ndef f(a, b: int = 1) -> str:\n    try:\n        pass\n    except E as e:\n        pass\n", "n.py"
    )
    function = source.module.body[0]
    assert isinstance(function, cst.FunctionDef)
    body = function.body.body[0]
    assert isinstance(body, cst.Try)
    assert source.place(function) == Place("n.py", 2, 1, 6, 13)
    assert source.code(function.params.params[1]) == "b: int = 1"
    assert source.code(function.decorators[0]) == "@d"
    assert source.place(body.handlers[0]) == Place("n.py", 5, 5, 6, 13)
    assert source.place(source.module) == Place("n.py", 1, 1, 7, 1)


def test_a_node_of_another_tree_has_no_place() -> None:
    with pytest.raises(ValueError, match=r"not of n\.py"):
        parse(b"x\n", "n.py").place(cst.Name("x"))


def test_arguments_stand_without_the_comma() -> None:
    source = parse(b"f(a , b = 1 , *c)\n", "n.py")
    arguments = [source.code(node) for node in walk(source.module) if isinstance(node, cst.Arg)]
    assert arguments == ["a", "b = 1", "*c"]


def test_comments_come_from_the_tree_and_never_from_strings() -> None:
    code = '# one\nx = "# no"  # two\ny = """\n# no\n"""\nif x:  # three\n    # four\n    f(  # five\n    )\n# six'
    assert parse(code.encode(), "n.py").comments == (
        Comment(1, 1, "# one"),
        Comment(2, 13, "# two"),
        Comment(6, 8, "# three"),
        Comment(7, 5, "# four"),
        Comment(8, 9, "# five"),
        Comment(10, 1, "# six"),
    )


def test_comments_of_files_that_do_not_round_trip_stand_where_they_are_written() -> None:
    source = parse(b"a  # one\r\x0cdef f():\r  b  # two\r", "n.py")
    assert source.comments == (Comment(1, 4, "# one"), Comment(3, 6, "# two"))
    assert source.statement_lines(2) == (2, 2)


STATEMENTS = """\
@deco(
  1)
@other
def f(
    a,
) -> x:  # c
    '''doc

    '''
    y = [
      1,
    ]; z = (
      2)

    if a: b(); c(
      )
    elif (
      q):
        pass
    else: pass
    match (
      a
    ):
        # comment
        case 1 \\
            if x:
            pass
    try:
        pass
    except* (A,
      B):
        pass
    finally:
        pass
from x import (
  a,
)
class C(A,
  B): x = 1
with (a as b,
      c):
    while x: y
    else:
        for i in (
            1,
        ):
            z\\
            .y
"""


def test_a_statement_is_taken_whole_and_a_compound_one_to_its_colon() -> None:
    source = parse(STATEMENTS.encode(), "n.py")
    found = {source.statement_lines(line) for line in range(1, source.line_count + 1)}
    assert sorted(found) == [
        (1, 6), (7, 9), (10, 13), (14, 14), (15, 16), (17, 18), (19, 19), (20, 20), (21, 23), (24, 24), (25, 26),
        (27, 27), (28, 28), (29, 29), (30, 31), (32, 32), (33, 33), (34, 34), (35, 37), (38, 39), (40, 41), (42, 42),
        (43, 43), (44, 46), (47, 48),
    ]  # fmt: skip


def test_every_line_of_a_statement_gives_its_lines() -> None:
    source = parse(STATEMENTS.encode(), "n.py")
    assert {source.statement_lines(line) for line in (10, 11, 12, 13)} == {(10, 13)}
    assert source.statement_lines(0) == (0, 0)
    assert source.statement_lines(99) == (99, 99)


def test_lines_of_text() -> None:
    source = parse(b"a\x0c\r\nb\rc", "n.py")
    assert [source.line_text(line) for line in range(5)] == ["", "a\x0c", "b", "c", ""]
    assert source.line_count == 3
    assert parse(b"a\n", "n.py").line_count == 1
    assert parse(b"", "n.py").line_count == 0


PYTHONS = "syntax error: "  # what follows are the words of the Python that runs


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"x = 1\nprint 'x'\n", 2, "a print statement: this is Python 2"),
        (b"import a\nexec 'x'\n", 2, "an exec statement"),
        (b"x\nraise E, 'y'\n", 2, "a raise with a comma"),
        (b"x = `y`\n", 1, "backticks"),
        (b"x = 0777\n", 1, "a number of the old form"),
        (b"x = a <> b\n", 1, "the operator <>"),
        (b"x = 1\n<<<<<<< HEAD\ny\n=======\nz\n>>>>>>> branch\n", 2, "unresolved merge conflict"),
        (b"x = 1\ny = (\n\n", 2, PYTHONS),
        (b"a\n\n  b\n", 3, PYTHONS),
        (b"x = '''\n\n", 1, PYTHONS),
        (b"a\x0c\x0c\nb c\n", 2, PYTHONS),
        (b"a\rb c\r", 2, PYTHONS),
        (b"if a:\n\tb\n        c\n", 3, PYTHONS),
        (b"a = 1\nb\0\n", 2, "NUL byte"),
        (b"a\n(" + b"(" * 200 + b")" * 201, 2, "nested more than 200 deep"),
        (b"# coding: iso-8859-2\n\nx = '\xb1'\nx y\n", 4, PYTHONS),
    ],
)
def test_what_cannot_be_parsed_is_told_with_its_line(data: bytes, line: int, says: str) -> None:
    with warnings.catch_warnings(), pytest.raises(UnreadableFile) as raised:
        warnings.simplefilter("error")
        parse(data, "pkg/n.py")
    error = raised.value
    assert (error.path, error.line) == ("pkg/n.py", line)
    assert error.column >= 1
    assert says in error.message
    assert "\n" not in error.message


def test_code_that_python_takes_and_libcst_does_not_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> cst.Module:
        return original("a\n" + "b c\n" if text == "x\ny\n" else text)

    original = cst.parse_module
    monkeypatch.setattr(cst, "parse_module", refuse)
    with pytest.raises(UnreadableFile, match="though this Python does") as raised:
        parse(b"x\ny\n", "n.py")
    assert raised.value.line == 2
    assert '"n.py"' in raised.value.help


def test_deep_code_is_parsed_though_the_caller_has_little_room() -> None:
    code = "x = " + "+".join("a" * 600)
    limit = sys.getrecursionlimit()
    source = parse(code.encode(), "n.py")
    assert sys.getrecursionlimit() == limit
    assert source.place(source.module.body[0]).end_column == len(code) + 1


def test_a_conditional_expression_in_brackets_stands_right_behind_a_keyword() -> None:
    source = parse(b"def f(x):\n    return(max(x) if x else 0)\n", "app.py")
    assert calls(source) == [("max(x)", 2, 12, 2, 18)]
    assert source.module.code.endswith("return(max(x) if x else 0)\n")


def test_code_that_the_parser_refuses_is_unreadable_with_a_way_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cst.IfExp, "_safe_to_use_with_word_operator", lambda node, position: False)
    with pytest.raises(UnreadableFile) as caught:
        parse(b"def f(x):\n    return(max(x) if x else 0)\n", "app.py")
    assert caught.value.path == "app.py"
    assert "space after each keyword" in caught.value.help
