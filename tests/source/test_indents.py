"""Files that mix tabs and spaces are read as Python reads them."""

from __future__ import annotations

import ast

import libcst as cst
import pytest

from invocation_lint.errors import UnreadableFile
from invocation_lint.source.parsing.indents import evened
from invocation_lint.source.parsing.tree import parse
from invocation_lint.source.parsing.walk import walk

TABS = {
    "a deeper block by tabs": "def f(e):\n    if e:\n\t        g(e)\n    return 1\n",
    "two functions": "def f(e):\n    return g(e)\n\n\ndef h(e):\n\treturn g(e)\n",
    "tabs and spaces": "class A:\n\tdef f(self):\n\t    if self:\n\t    \tg(self)\n\t    return 1\n",
    "in brackets": "def f(e):\n    return [\n\te,\n\t\tg(e),\n    ]\n",
    "in a text": "def f(e):\n\tx = '''\n\tas it is\n    too'''\n\treturn g(e, x)\ndef h():\n    return 1\n",
    "comments": "if a:\n    b\n\t# c\n\t\t\t# d\n    g(1)\n\t# e\n",
    "a decorator": "class A:\n    @d\n    def f(self):\n    \tif self:\n    \t\tg(1)\n    \treturn 2\n",
}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("padding", [0, 500], ids=["small", "large"])
@pytest.mark.parametrize("kind", TABS)
def test_tabs_and_spaces_are_read_as_python_does(kind: str, padding: int, end: str) -> None:
    code = f"{TABS[kind]}# {'x' * padding}\n"
    written = code.replace("\n", end)
    source = parse(written.encode(), "n.py")
    assert source.text == written
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.FunctionDef):
            source.definition(source.syntax_span(node)[0])
    found = [source.code(node) for node in walk(source.module) if isinstance(node, cst.Call)]
    assert source.failure is None
    assert found == [ast.get_source_segment(code, node) for node in ast.walk(ast.parse(code)) if is_call(node)]
    texts = [node.evaluated_value for node in walk(source.module) if isinstance(node, cst.SimpleString)]
    assert texts == (["\n\tas it is\n    too"] if "x =" in code else [])


def is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call)


def test_a_block_that_depends_on_the_width_of_a_tab_is_refused_as_python_does() -> None:
    with pytest.raises(UnreadableFile, match="tabs") as raised:
        parse(b"def f(e):\n    if e:\n        g(e)\n\treturn 1\n", "n.py")
    assert raised.value.line == 4


def test_a_file_of_tabs_alone_is_left_as_it_is() -> None:
    code = "def f(e):\n\tif e:\n\t\tg(e)\n"
    assert evened(code) is code
    assert parse(code.encode(), "n.py").fixable
